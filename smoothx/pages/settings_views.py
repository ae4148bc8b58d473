"""Settings: access, defaults, what crosses, going live, the company, and the audit log."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from connectors.access_page import access_context
from mapping.forms import defaults_context, form_for_defaults
from smoothx.lib.replies import go_back
from smoothx.lib.shapes import Action
from smoothx.pages.dashboard import pause_context
from smoothx.pages.settings_nav import layout
from smoothx.tenants.access import TenantRequest, for_role, has_role
from smoothx.tenants.models import AuditEntry, Role, Tenant
from sync import ledger
from sync.flow import Flow
from sync.models import Entry, FlowSetting
from sync.pages.frame import SIDES
from sync.registry import all_flows
from sync.tasks import nudge


@for_role(Role.VIEWER)
def index(request: HttpRequest) -> HttpResponse:
    return redirect("settings:access")


@for_role(Role.VIEWER)
def access(request: TenantRequest) -> HttpResponse:
    lead = "Smoothx acts in both systems as the users who connected them."
    context = access_context(request) | layout(request, "settings:access", lead=lead)
    return render(request, "settings/access.html", context)


@for_role(Role.VIEWER)
def defaults(request: TenantRequest) -> HttpResponse:
    """Everybody may look: a document names the default that stopped it. Administrators change them."""
    may_change = has_role(request.membership, Role.ADMIN)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form = form_for_defaults(request.POST if request.method == "POST" else None)
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    if request.method == "POST" and form.is_valid():
        changed = form.save(request.user)
        if not form.errors:
            nudge()
            count = f"{changed} setting{'' if changed == 1 else 's'} changed" if changed else "Nothing to change"
            messages.success(request, count)
            return go_back(request, reverse("settings:defaults"))
    lead = "Where lines go that no mapping covers, and how documents are made."
    context = defaults_context(request, form) | layout(request, "settings:defaults", lead=lead)
    return render(request, "settings/defaults.html", context, status=422 if form.errors else 200)


@for_role(Role.VIEWER)
def flows(request: TenantRequest) -> HttpResponse:
    may = has_role(request.membership, Role.ADMIN)
    settings = {row.flow: row for row in FlowSetting.objects.all()}
    counts = _posted_counts()
    lead = "Which documents cross by themselves. Pushed ones cross when pressed."
    groups: dict[str, list[dict[str, Any]]] = {}
    for flow in all_flows().values():
        title = "From Procore to QuickBooks" if flow.source == "procore" else "From QuickBooks to Procore"
        shown = _flow(flow, settings.get(flow.key), counts.get(flow.key, (0, 0)), may=may)
        groups.setdefault(title, []).append(shown)
    context = {
        "groups": [{"title": title, "flows": rows} for title, rows in groups.items()],
        **layout(request, "settings:flows", lead=lead),
    }
    return render(request, "settings/flows.html", context)


def _posted_counts() -> dict[str, tuple[int, int]]:
    """(posted, not posted) documents by flow."""
    is_posted = ~Q(target_id="")
    rows = Entry.objects.values_list("flow").annotate(
        posted=Count("id", filter=is_posted), other=Count("id", filter=~is_posted & ~Q(state=Entry.State.INELIGIBLE))
    )
    return {flow: (posted, other) for flow, posted, other in rows.order_by()}


def _flow(flow: Flow, setting: FlowSetting | None, counts: tuple[int, int], *, may: bool) -> dict[str, Any]:
    is_on = setting is None or setting.is_on
    is_push = flow.trigger == "push"
    fields = {"flow": flow.key, "on": "0" if is_on else "1"}
    toggle = Action(label=flow.label, url=reverse("settings:flow_switch"), method="post", fields=fields)
    posted, other = counts
    return {
        "title": flow.label,
        "description": flow.help,
        "direction": [SIDES[flow.source], SIDES[flow.target]],
        "is_on": is_on,
        "toggle": toggle if may and not is_push else None,
        "state_note": _state_note(setting, is_on=is_on, is_push=is_push),
        "counts": f"{posted:,d} posted, {other:,d} not" if posted or other else "",
    }


def _state_note(setting: FlowSetting | None, *, is_on: bool, is_push: bool) -> str:
    if is_push:
        return "By a button only"
    if setting is None:
        return ""
    return f"{'On' if is_on else 'Off'} since {setting.changed_at:%-d %b %Y}"


@for_role(Role.ADMIN)
@require_POST
def flow_switch(request: TenantRequest) -> HttpResponse:
    """Switch one kind of document on or off; switched on, what waited for it goes on."""
    flow = all_flows().get(request.POST.get("flow", ""))
    if flow is None or flow.trigger == "push":
        messages.error(request, "There is nothing of that kind to switch.")
        return go_back(request, reverse("settings:flows"))
    is_on = request.POST.get("on") == "1"
    with transaction.atomic():
        FlowSetting.objects.update_or_create(flow=flow.key, defaults={"is_on": is_on, "changed_by": request.user})
        action = "flow.on" if is_on else "flow.off"
        AuditEntry.note(actor=request.user, action=action, subject=flow.label, flow=flow.key)
        released = ledger.release([f"flow:{flow.key}"]) if is_on else 0
        if released:
            nudge()
    went = f", {released} document{' goes' if released == 1 else 's go'} on" if released else ""
    messages.success(request, f"{flow.label} switched {'on' if is_on else 'off'}{went}")
    return go_back(request, reverse("settings:flows"))


@for_role(Role.VIEWER)
def go_live(request: TenantRequest) -> HttpResponse:
    facts = [{"label": "Time zone", "value": request.tenant.time_zone}]
    context = {
        **pause_context(request),
        "start_date": request.tenant.start_date,
        "checklist_url": reverse("dashboard"),
        "facts": facts,
        "backfill": None,
        **layout(request, "settings:go_live", lead="Whether documents cross, and since when."),
    }
    return render(request, "settings/go_live.html", context)


ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))


class CompanyForm(forms.Form):
    name = forms.CharField(label="Company name", max_length=200)
    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=[("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in ZONES)],
    )


@for_role(Role.ADMIN)
def company(request: TenantRequest) -> HttpResponse:
    tenant = request.tenant
    before = {"name": tenant.name, "time_zone": tenant.time_zone}
    form = CompanyForm(request.POST if request.method == "POST" else None, initial=before)
    if request.method == "POST" and form.is_valid():
        if form.changed_data:
            Tenant.objects.filter(pk=tenant.pk).update(**{name: form.cleaned_data[name] for name in form.changed_data})
            AuditEntry.note(actor=request.user, action="company.changed", subject=tenant.name, before=before)
        messages.success(request, "Company saved")
        return go_back(request, reverse("settings:company"))
    context = {
        "form": form,
        "save_url": reverse("settings:company"),
        "changes": len(form.changed_data) if form.is_bound else 0,
        "groups": [{"title": "Name and time zone", "settings": _company_settings(form)}],
        **layout(request, "settings:company"),
    }
    return render(request, "settings/form.html", context, status=422 if form.errors else 200)


def _company_settings(form: CompanyForm) -> list[dict[str, Any]]:
    helps = {
        "name": "How the company is called here. Both accounts keep their own name.",
        "time_zone": "All times and days on these pages are in this zone.",
    }
    return [{"field": form[name], "help": text, "if_empty": ""} for name, text in helps.items()]
