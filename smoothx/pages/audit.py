"""The audit log: who changed what in the set-up."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from smoothx.lib.shapes import Empty, turn_page
from smoothx.pages.settings_nav import layout
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import AuditEntry, Role

PAGE_SIZE = 50
# The area an action belongs to, in a reader's words; its part after the point is the verb.
AREAS = {
    "tenant": "Company",
    "company": "Company",
    "connection": "Connection",
    "default": "Default",
    "flow": "What crosses",
    "openings": "Opening balances",
    "user": "User",
    "mapping": "Mapping",
    "link": "Mapping",
    "automap": "Automap",
}


@for_role(Role.VIEWER)
def audit(request: TenantRequest) -> HttpResponse:
    path = reverse("settings:audit")
    number = request.GET.get("page", "1")
    page, shown = turn_page(
        int(number) if number.isdecimal() and len(number) < 7 else 1,
        size=PAGE_SIZE,
        total=AuditEntry.objects.count(),
        url_of=lambda wanted: f"{path}?page={wanted}",
    )
    entries = AuditEntry.objects.select_related("actor").order_by("-at", "-id")[shown]
    context = {
        "rows": [_row(entry) for entry in entries],
        "page": page,
        "empty": Empty(title="Nothing changed yet", text="Every change of the set-up is written here."),
        **layout(request, "settings:audit", lead="Who changed what in the set-up. It cannot be edited."),
    }
    return render(request, "settings/audit.html", context)


def _row(entry: AuditEntry) -> dict[str, Any]:
    area, _, verb = entry.action.partition(".")
    return {
        "at": entry.at,
        "who": (entry.actor.get_full_name() or entry.actor.email) if entry.actor else "Smoothx",
        "area": AREAS.get(area, area.replace("_", " ").capitalize()),
        "verb": verb.replace("_", " ").capitalize(),
        "subject": entry.subject,
        "detail": _detail(entry.detail),
    }


def _detail(detail: dict[str, Any]) -> str:
    """ "Before 2110, after 2115": what was written down beside the change, nested and empty values left out."""
    # The database keeps no order of names, and a change reads from before to after.
    names = sorted(detail, key=lambda name: (name != "before", name != "after", name))
    shown = [
        f"{name.replace('_', ' ')} {value}"
        for name, value in ((name, detail[name]) for name in names)
        if value not in ("", None) and not isinstance(value, dict | list)
    ]
    text = ", ".join(shown)
    return text[:1].upper() + text[1:]
