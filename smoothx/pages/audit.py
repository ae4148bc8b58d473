"""The audit log: who changed what in the set-up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from mapping.choices import split_value
from mapping.defaults import DEFAULTS, DefaultKind
from mapping.models import RemoteItem
from smoothx.lib.shapes import Empty, turn_page
from smoothx.pages.settings_nav import layout
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import AuditEntry, Role

PAGE_SIZE = 50
# What was done, in a reader's words. An action that is not here is shown by its own name.
WORDS = {
    "tenant.live": "Company, went live",
    "tenant.paused": "Company, paused",
    "tenant.resumed": "Company, resumed",
    "company.changed": "Company, name or time zone changed",
    "connection.connected": "Connection, connected",
    "connection.signed_in": "Connection, signed in",
    "connection.disconnected": "Connection, disconnected",
    "connection.refused": "Connection, refused",
    "connection.lost": "Connection, lost",
    "connection.notices_set_up": "Connection, notices of changes set up again",
    "default.choose": "Default, changed",
    "settings.imported": "Settings, imported",
    "flow.on": "What crosses, switched on",
    "flow.off": "What crosses, switched off",
    "payroll.taken": "Payroll file, rows taken",
    "payroll.undone": "Payroll file, undone",
    "openings.read": "Opening balances, read",
    "openings.confirmed": "Opening balances, confirmed",
    "user.invited": "User, invited",
    "user.role_changed": "User, role changed",
    "user.removed": "User, removed",
    "api_key.made": "API key, made",
    "api_key.revoked": "API key, revoked",
    "api_key.used": "API key, first use of the day",
    "link": "Mapping, linked",
    "unlink": "Mapping, unlinked",
    "unlink.many": "Mapping, several unlinked",
    "automap": "Mapping, automap run",
    "automap.undo": "Mapping, automap undone",
    "import.undo": "Mapping, import undone",
    "push.undo": "Mapping, push undone",
    "change.undo": "Mapping, change undone",
    "mapping.undo": "Mapping, change undone",
    "pair.reject": "Mapping, pair rejected",
    "pair.allow": "Mapping, rejection taken back",
    "pair.accept_above": "Mapping, pairs accepted above a score",
    "mapping.leave_out": "Mapping, left out",
    "mapping.take_back": "Mapping, to be mapped again",
    "contact.pushed": "Mapping, contact pushed",
    "code.pushed": "Mapping, cost code pushed",
    "project.pushed": "Mapping, project pushed",
    "push.confirmed": "Mapping, push of many begun",
    "push.stopped": "Mapping, push of many stopped",
    "push.resumed": "Mapping, push of many gone on",
    "push.linked": "Mapping, rows linked instead of pushed",
    "operator.planned_again": "Operator, documents planned again",
    "operator.sent_again": "Operator, document sent again",
    "operator.replayed_events": "Operator, events looked into again",
    "operator.replayed_documents": "Operator, documents of failed tries planned again",
    "operator.let_in": "Operator, let a user in",
    "operator.role_changed": "Operator, role of a user changed",
    "operator.shut_out": "Operator, took a user out",
    "operator.marked_due": "Operator, work that was lost sight of marked",
}
# What is written down beside an action and means something to a reader, in this order. The rest are ids.
DETAILS = ("before", "after", "role", "start_date", "linked", "links", "operator", "begins", "expires")
Names = Mapping[tuple[str, str], str]


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
    entries = list(AuditEntry.objects.select_related("actor").order_by("-at", "-id")[shown])
    names = _load_names(entries)
    context = {
        "rows": [_row(entry, names) for entry in entries],
        "page": page,
        "empty": Empty(title="Nothing changed yet", text="Every change of the set-up is written here."),
        **layout(request, "settings:audit", lead="Who changed what in the set-up. It cannot be edited."),
    }
    return render(request, "settings/audit.html", context)


def _row(entry: AuditEntry, names: Names) -> dict[str, Any]:
    return {
        "at": entry.at,
        "who": (entry.actor.get_full_name() or entry.actor.email) if entry.actor else "Smoothx",
        "what": WORDS.get(entry.action, entry.action.replace(".", ", ").replace("_", " ").capitalize()),
        "subject": entry.subject,
        "detail": _detail(entry.detail, names),
    }


def _detail(detail: Mapping[str, Any], names: Names) -> str:
    """ "Before Job costs, after Materials": only what a reader understands, a default by its name."""
    key = str(detail.get("key", ""))
    shown = [
        f"{name.replace('_', ' ')} {names.get((key, str(detail[name])), _readable(detail[name]))}"
        for name in DETAILS
        if detail.get(name) not in (None, "") and not isinstance(detail[name], dict | list)
    ]
    text = ", ".join(shown)
    return text[:1].upper() + text[1:]


def _readable(value: object) -> str:
    try:
        return f"{date.fromisoformat(str(value)):%-d %b %Y}"
    except ValueError:
        return str(value)


def _load_names(entries: Iterable[AuditEntry]) -> Names:
    """By default and chosen value: the option's label, or the account's name as it is now. One query."""
    chosen = {
        (entry.detail["key"], entry.detail[name])
        for entry in entries
        for name in ("before", "after")
        if entry.detail.get("key") in DEFAULTS and entry.detail.get(name)
    }
    resources = {kind.chooses.key for kind in DEFAULTS.values() if kind.chooses}
    ids = {part for key, value in chosen for part in split_value(DEFAULTS[key], value)}
    rows = RemoteItem.objects.filter(resource__in=resources, remote_id__in=ids)
    found = {(row.resource, row.remote_id): f"{row.code} {row.name}".strip() for row in rows}
    return {(key, value): _name_value(DEFAULTS[key], value, found) for key, value in chosen}


def _name_value(kind: DefaultKind, value: str, rows: Names) -> str:
    options = dict(kind.options)
    resource = kind.chooses.key if kind.chooses else ""
    return ", ".join(rows.get((resource, part), options.get(part, part)) for part in split_value(kind, value))
