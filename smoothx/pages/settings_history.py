"""The versions of the settings: which there are, what changed between two, and going back to one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from mapping.choices import ChoiceRefused
from mapping.sides import SideKey
from smoothx.lib.shapes import Action, Empty, turn_page
from smoothx.pages.settings_nav import layout
from smoothx.pages.settings_screens import url_of
from smoothx.tenants.access import TenantRequest, for_role, get_row, has_role
from smoothx.tenants.models import Role
from sync.models import SettingsVersion
from sync.tasks import nudge
from sync.versions.plan import Planned, apply, count_verdicts, plan
from sync.versions.recording import latest, name_of
from sync.versions.snapshot import compare as compare_settings
from sync.versions.snapshot import read_settings

PAGE_SIZE = 25
SHOWN_CHANGES = 4
# Older ones are compared by their address, or restored from their own page.
MOST_COMPARED = 500
BOTH_SIDES: tuple[SideKey, ...] = ("procore", "quickbooks")


@for_role(Role.VIEWER)
def history(request: TenantRequest) -> HttpResponse:
    """All versions, newest first, with what each changed."""
    path = reverse("settings:history")
    page, shown = turn_page(
        _number(request, "page") or 1,
        size=PAGE_SIZE,
        total=SettingsVersion.objects.count(),
        url_of=lambda wanted: f"{path}?page={wanted}",
    )
    versions = SettingsVersion.objects.select_related("actor").defer("settings", "since").order_by("-number")[shown]
    context = {
        "rows": [_row(version) for version in versions],
        "page": page,
        "empty": Empty(
            title="Nothing changed yet",
            text="Each change of a default or a switch becomes a version here, which can be compared and restored.",
            action=Action(label="Open Defaults", url=reverse("settings:defaults")),
        ),
        "compare_url": reverse("settings:compare"),
        "choices": SettingsVersion.objects.only("number", "at").order_by("-number")[:MOST_COMPARED],
        "export": Action(label="Export settings", url=reverse("settings:export"), icon="upload"),
        "import": _import_action(request),
        **layout(request, "settings:history", lead="Every change of a default or a switch, kept as a version."),
    }
    return render(request, "settings/history.html", context)


def _import_action(request: TenantRequest) -> Action | None:
    if not has_role(request.membership, Role.ADMIN):
        return None
    return Action(label="Import settings", url=reverse("settings:import"))


def _row(version: SettingsVersion) -> dict[str, Any]:
    changed = version.changed
    return {
        "number": version.number,
        "url": reverse("settings:version", args=[version.number]),
        "at": version.at,
        "who": name_of(version.actor),
        "what": said_of(version),
        "changes": changed[:SHOWN_CHANGES],
        "more": max(0, len(changed) - SHOWN_CHANGES),
    }


def said_of(version: SettingsVersion) -> str:
    """What made the version, beside a plain change."""
    if version.detail:
        return version.detail
    is_plain = version.what == SettingsVersion.What.CHANGED
    return "" if is_plain else SettingsVersion.What(version.what).label


@for_role(Role.VIEWER)
def version(request: TenantRequest, number: int) -> HttpResponse:
    """What one version changed."""
    shown = _load(number)
    before = SettingsVersion.objects.filter(number__lt=number).order_by("-number").first()
    return _show_difference(request, before, shown)


@for_role(Role.VIEWER)
def compare(request: TenantRequest) -> HttpResponse:
    """The difference between any two versions, `from` and `to`."""
    first, second = _number(request, "from"), _number(request, "to")
    if first is None or second is None:
        messages.error(request, "Choose two versions to compare.")
        return HttpResponseRedirect(reverse("settings:history"))
    first, second = sorted((first, second))
    return _show_difference(request, _load(first), _load(second))


def _show_difference(request: TenantRequest, before: SettingsVersion | None, after: SettingsVersion) -> HttpResponse:
    newest = latest()
    old = read_settings(before.settings) if before else {}
    rows = [
        {"label": each.label, "before": each.before, "after": each.after, "url": url_of(each.setting)}
        for each in compare_settings(old, read_settings(after.settings))
    ]
    can_restore = has_role(request.membership, Role.ADMIN)
    restorable = [each for each in (before, after) if each and newest and each.number != newest.number]
    context = {
        "before": _head(before) if before else None,
        "after": _head(after),
        "rows": rows,
        "restores": [_restore_action(each) for each in reversed(restorable)] if can_restore else [],
        "back_url": reverse("settings:history"),
        **layout(request, "settings:history"),
        "page_title": _title(before, after),
        "lead": "",
    }
    return render(request, "settings/version.html", context)


def _title(before: SettingsVersion | None, after: SettingsVersion) -> str:
    if before is None or after.number - before.number == 1:
        return f"Version {after.number}"
    return f"Version {before.number} compared with {after.number}"


def _head(version: SettingsVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "at": version.at,
        "who": name_of(version.actor),
        "what": said_of(version),
        "url": reverse("settings:version", args=[version.number]),
    }


def _restore_action(version: SettingsVersion) -> Action:
    return Action(label=f"Restore version {version.number}", url=reverse("settings:restore", args=[version.number]))


@for_role(Role.ADMIN)
def restore(request: TenantRequest, number: int) -> HttpResponse:
    """What going back to a version would change today, and going back."""
    wanted = _load(number)
    planned = plan(read_settings(wanted.settings), keeps_ids=BOTH_SIDES, empties=True)
    error = ""
    if request.method == "POST":
        error = _restore(request, wanted, planned)
        if not error:
            return HttpResponseRedirect(reverse("settings:history"))
    context = {
        **plan_context(planned),
        "version": _head(wanted),
        "seen": seen_number(),
        "error": error,
        "action_url": reverse("settings:restore", args=[number]),
        "back_url": reverse("settings:version", args=[number]),
        **layout(request, "settings:history"),
        "page_title": f"Restore version {number}",
        "lead": "What would change now. Restoring makes a new version, so it can be taken back.",
    }
    return render(request, "settings/restore.html", context, status=422 if error else 200)


def _restore(request: TenantRequest, wanted: SettingsVersion, planned: list[Planned]) -> str:
    """Answers what is wrong."""
    if request.POST.get("seen") != str(seen_number()):
        return "The settings were changed meanwhile. This is what would change now."
    if not any(each.verdict == "change" for each in planned):
        return "There is nothing to change."
    try:
        count = apply(planned, request.user, what="restored", detail=f"Restored version {wanted.number}")
    except ChoiceRefused as refusal:
        return f"Nothing was changed. {refusal.sentence}"
    nudge()
    messages.success(request, f"Version {wanted.number} restored, {count} setting{'' if count == 1 else 's'} changed")
    return ""


def plan_context(planned: list[Planned]) -> dict[str, Any]:
    """Rows of settings/_plan.html, what is refused first."""
    counts = count_verdicts(planned)
    order = {"refused": 0, "check": 1, "change": 2}
    shown = sorted((each for each in planned if each.verdict != "same"), key=lambda each: order[each.verdict])
    return {"planned": shown, "counts": counts, "changes": counts["change"] + counts["check"]}


def seen_number() -> int:
    """The version a page was made from, so that a change made meanwhile is noticed."""
    newest = latest()
    return newest.number if newest else 0


def _load(number: int) -> SettingsVersion:
    if not 0 < number < 2**31:
        raise Http404
    return get_row(SettingsVersion, number=number)


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 9 else None
