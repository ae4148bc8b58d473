"""The settings pages that show defaults: one per screen, and the search of a long list behind one of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from mapping.choices import ChoiceRefused, choose, connection_of, join_value, load_defaults
from mapping.default_fields import suggestions
from mapping.default_rows import find_rows, option_label
from mapping.defaults import DEFAULTS, DefaultKind, Screen
from mapping.forms import chosen_of, defaults_context, form_for_defaults
from mapping.models import RemoteItem
from mapping.sides import load_sides
from smoothx.lib.replies import go_back, render_dialog
from smoothx.lib.shapes import Action
from smoothx.pages.settings_flows import flow_rows
from smoothx.pages.settings_nav import layout
from smoothx.pages.settings_screens import SCREENS, ScreenText, flows_of, kinds_of, screen_named
from smoothx.tenants.access import TenantRequest, for_role, has_role
from smoothx.tenants.models import Role
from sync.pages.setting_urls import screen_url, url_of_setting
from sync.tasks import nudge
from sync.versions.recording import load_stamps

FOUND_AT_MOST = 50


@for_role(Role.VIEWER)
def defaults(request: TenantRequest) -> HttpResponse:
    return _show(request, "defaults")


@for_role(Role.VIEWER)
def screen(request: TenantRequest, slug: str) -> HttpResponse:
    """The page of one kind of document."""
    try:
        named = screen_named(slug)
    except KeyError as unknown:
        raise Http404 from unknown
    return HttpResponseRedirect(screen_url(named)) if named == "defaults" else _show(request, named)


def _show(request: TenantRequest, named: Screen) -> HttpResponse:
    """Everybody may look: a document names the default that stopped it. Administrators change them."""
    may_change = has_role(request.membership, Role.ADMIN)
    is_sent = request.method == "POST"
    if is_sent and not may_change:
        raise PermissionDenied
    form = form_for_defaults(request.POST if is_sent else None, kinds=kinds_of(named))
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    if is_sent and form.is_valid():
        changed = form.save(request.user)
        if not form.errors:
            nudge()
            count = f"{changed} setting{'' if changed == 1 else 's'} changed" if changed else "Nothing to change"
            messages.success(request, count)
            return go_back(request, screen_url(named))
    rows = flow_rows(request, flows_of(named), form.defaults)
    stamps = {key: stamp.sentence for key, stamp in load_stamps().items()}
    context = {
        **defaults_context(request, form, notes=stamps),
        "flows": [row for row in rows if not row["is_pushed"]],
        "pushed": [row for row in rows if row["is_pushed"]],
        "may_change": may_change,
        "head_action": _head_action(SCREENS[named]) if may_change else None,
        **layout(request, named, lead=SCREENS[named].lead, defaults=form.defaults),
    }
    return render(request, "settings/screen.html", context, status=422 if form.errors else 200)


def _head_action(screen: ScreenText) -> Action | None:
    return Action(label=screen.opens[0], url=reverse(screen.opens[1])) if screen.opens else None


@for_role(Role.VIEWER)
def suggest(request: TenantRequest, key: str) -> HttpResponse:
    """What may be meant by the words typed so far, as options of the box they are typed in."""
    kind = _kind_named(key)
    text = request.GET.get(key, "").strip()
    found = suggestions(kind, connection_of(kind, load_sides()), text) if text else []
    return render(request, "settings/_suggestions.html", {"key": key, "found": found})


@for_role(Role.ADMIN)
def find(request: TenantRequest, key: str) -> HttpResponse:
    """The rows of a long list that contain what is searched, and choosing one of them."""
    kind = _kind_named(key)
    error = ""
    if request.method == "POST":
        value = request.POST.get("value", "")
        error = _choose(request, kind, value) if value else "Choose one of the rows."
        if not error:
            return HttpResponseRedirect(url_of_setting(key))
    context = {"dialog": _dialog(request, kind, error)}
    title = f"Choose {kind.label}"
    return render_dialog(request, "settings/_find.html", context, title=title, status=422 if error else 200)


def _kind_named(key: str) -> DefaultKind:
    """A default chosen from a vendor's list, or 404."""
    kind: DefaultKind | None = DEFAULTS.get(key)
    if kind is None or kind.chooses is None:
        raise Http404
    return kind


def _choose(request: TenantRequest, kind: DefaultKind, value: str) -> str:
    """Choose the row, or add it to those chosen. Answers what is wrong."""
    chosen = chosen_of(kind, load_defaults(load_sides().quickbooks)) if kind.takes_many else ()
    try:
        choose(kind.key, join_value([*(choice.id for choice in chosen), value]), request.user)
    except ChoiceRefused as refusal:
        return refusal.sentence
    nudge()
    messages.success(request, f"{kind.label} changed")
    return ""


def _dialog(request: HttpRequest, kind: DefaultKind, error: str) -> dict[str, Any]:
    search = (request.GET.get("q") or request.POST.get("q") or "").strip()
    rows = find_rows(kind, connection_of(kind, load_sides()), search)
    found = list(rows[: FOUND_AT_MOST + 1])
    url = reverse("settings:find", args=[kind.key])
    return {
        "title": f"Choose {kind.label}",
        "text": kind.help,
        "noun": kind.chooses.label if kind.chooses else "",
        "q": search,
        "search_url": url,
        "action_url": url,
        "options": [_option(row) for row in found[:FOUND_AT_MOST]],
        "has_more": len(found) > FOUND_AT_MOST,
        "button": "Add it" if kind.takes_many else "Choose it",
        "cancel_url": url_of_setting(kind.key),
        "error": error,
    }


def _option(row: RemoteItem) -> dict[str, str]:
    return {"value": row.remote_id, "label": option_label(row), "note": row.subtype}
