"""What crosses: the switch of each flow, on a page of its own and on the settings page it belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from mapping.choices import load_defaults
from mapping.defaults import Defaults
from mapping.sides import load_sides
from smoothx.lib.replies import go_back
from smoothx.lib.shapes import Action
from smoothx.pages.settings_nav import layout
from smoothx.pages.settings_screens import kinds_of
from smoothx.tenants.access import TenantRequest, for_role, has_role
from smoothx.tenants.models import Role
from sync.flow import Flow
from sync.golive_defaults import find_missing
from sync.models import Entry, FlowSetting
from sync.pages.frame import SIDES
from sync.pages.setting_urls import screen_url
from sync.registry import all_flows
from sync.switching import switch

# In the order of the page. Some flows add to a list of the side they read.
DIRECTIONS = {
    ("procore", "quickbooks"): "From Procore to QuickBooks",
    ("quickbooks", "procore"): "From QuickBooks to Procore",
    ("quickbooks", "quickbooks"): "Within QuickBooks",
    ("procore", "procore"): "Within Procore",
}


@for_role(Role.VIEWER)
def flows(request: TenantRequest) -> HttpResponse:
    """All switches, by direction."""
    lead = "Which documents cross by themselves, and which a person sends."
    defaults = load_defaults(load_sides().quickbooks)
    rows = flow_rows(request, all_flows().values(), defaults, leads_to_settings=True)
    groups = [
        {"title": title, "flows": [row for row in rows if tuple(row["direction"]) == direction]}
        for direction, title in DIRECTIONS.items()
    ]
    context = {
        "groups": [group for group in groups if group["flows"]],
        **layout(request, "settings:flows", lead=lead, defaults=defaults),
    }
    return render(request, "settings/flows.html", context)


def flow_rows(
    request: TenantRequest, shown: Iterable[Flow], defaults: Defaults, *, leads_to_settings: bool = False
) -> list[dict[str, Any]]:
    """Rows for settings/_flow.html. Two statements."""
    may = has_role(request.membership, Role.ADMIN)
    switched = {row.flow: row for row in FlowSetting.objects.select_related("changed_by")}
    counts = _posted_counts()
    rows = []
    for flow in shown:
        row = _flow(flow, switched.get(flow.key), counts.get(flow.key, (0, 0)), may=may, next_url=request.path)
        row["problem"] = row["problem"] or _missing(flow, defaults, is_on=row["is_on"])
        if leads_to_settings and any(kind in flow.uses for kind in kinds_of(flow.screen)):
            row["settings_url"] = screen_url(flow.screen)
        rows.append(row)
    return rows


def _posted_counts() -> dict[str, tuple[int, int]]:
    """(posted, not posted) documents by flow."""
    is_posted = ~Q(target_id="")
    rows = Entry.objects.values_list("flow").annotate(
        posted=Count("id", filter=is_posted), other=Count("id", filter=~is_posted & ~Q(state=Entry.State.INELIGIBLE))
    )
    return {flow: (posted, other) for flow, posted, other in rows.order_by()}


def _flow(
    flow: Flow, setting: FlowSetting | None, counts: tuple[int, int], *, may: bool, next_url: str
) -> dict[str, Any]:
    is_on = setting.is_on if setting else flow.is_on_at_first
    is_push = flow.trigger == "push"
    posted, other = counts
    can = may and not is_push
    is_asked = bool(flow.asked_as) and setting is None
    return {
        "key": flow.key,
        "title": flow.label,
        "also": flow.asked_as,
        "description": flow.help,
        "direction": [SIDES[flow.source], SIDES[flow.target]],
        "is_on": is_on,
        "differs_url": reverse("activity:contacts") if flow.amends and is_on and may else "",
        "is_pushed": is_push,
        # What stays on its side is made for other documents, not sent by a person.
        "goes_along": is_push and bool(flow.writes),
        "toggle": _toggle(flow, is_on=not is_on, next_url=next_url) if can and not is_asked else None,
        "answers": [_toggle(flow, is_on=on, next_url=next_url) for on in (True, False)] if can and is_asked else [],
        "problem": "Going live needs this on or off." if is_asked else "",
        "state_note": _state_note(flow, setting, is_push=is_push),
        "counts": f"{posted:,d} posted{f', {other:,d} not' if other else ''}" if posted or other else "",
        "documents_url": f"{reverse('activity:index')}?{urlencode({'flow': flow.key})}",
    }


def _missing(flow: Flow, defaults: Defaults, *, is_on: bool) -> str:
    """What it still needs after somebody switched it on. The checklist asks it of flows that are on at first."""
    if flow.is_on_at_first or not is_on:
        return ""
    return " ".join(kind.ask or kind.if_empty for kind in find_missing(flow, defaults))


def _toggle(flow: Flow, *, is_on: bool, next_url: str) -> Action:
    fields = {"flow": flow.key, "on": "1" if is_on else "0", "next": f"{next_url}#flow-{flow.key}"}
    label = "Switch on" if is_on else "Leave off"
    return Action(label=label, url=reverse("settings:flow_switch"), method="post", fields=fields)


def _state_note(flow: Flow, setting: FlowSetting | None, *, is_push: bool) -> str:
    if is_push:
        return "By itself, as needed" if flow.writes else "By a button only"
    if setting is None:
        return "" if flow.is_on_at_first else "Off until switched on"
    who = f", {setting.changed_by.get_full_name() or setting.changed_by.email}" if setting.changed_by else ""
    since = timezone.localtime(setting.changed_at)
    return f"{'On' if setting.is_on else 'Off'} since {since:%-d %b %Y}{who}"


@for_role(Role.ADMIN)
@require_POST
def flow_switch(request: TenantRequest) -> HttpResponse:
    """Switch one kind of document on or off; switched on, what waited for it goes on."""
    flow = all_flows().get(request.POST.get("flow", ""))
    if flow is None or flow.trigger == "push":
        messages.error(request, "There is nothing of that kind to switch.")
        return go_back(request, reverse("settings:flows"))
    is_on = request.POST.get("on") == "1"
    released = switch(flow, request.user, is_on=is_on)
    went = f", {released} document{' goes' if released == 1 else 's go'} on" if released else ""
    messages.success(request, f"{flow.label} switched {'on' if is_on else 'off'}{went}")
    return go_back(request, reverse("settings:flows"))
