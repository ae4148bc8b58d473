"""The push dialog: what would be created on the other side, and what is there under the same name already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping import pushes
from mapping.candidates import all_rows, linked_left, linked_right
from mapping.models import RemoteItem
from mapping.page.frame import Frame
from mapping.page.query import ListQuery, url_of
from mapping.page.words import name_of, role_label
from mapping.sides import OTHER_SIDE, SIDE_LABELS, SideKey
from smoothx.lib.shapes import Action

MOST_NAMED = 6
PREVIEWED = (
    ("Company name", "company_name"),
    ("Street", "street"),
    ("City", "city"),
    ("State", "state_code"),
    ("Postcode", "zip"),
    ("Country", "country_code"),
)


def push_dialog(
    frame: Frame, side: SideKey, rows: Sequence[RemoteItem], *, role: pushes.Role, is_all: bool, error: str = ""
) -> dict[str, Any]:
    """`push` of mapping/_push_dialog.html, for one row or many. In many, those with a twin are left out and listed."""
    twins = find_twins(frame, side, rows)
    is_single = len(rows) == 1
    wanted = list(rows) if is_single else [row for row in rows if row.pk not in twins]
    other = SIDE_LABELS[OTHER_SIDE[side]]
    count = len(wanted)
    subject = name_of(rows[0]) if is_single else f"{count} {'company' if count == 1 else 'companies'}"
    return {
        "title": f"Push {subject} to {other}",
        "text": f"{'It is' if is_single else 'They are'} created in {other} and linked. This cannot be undone here.",
        "fields": {"confirmed": "1"} | ({"all": "1"} if is_all else {}),
        "choices": _role_choices(role) if side == "procore" else [],
        "preview": _preview(rows[0]) if is_single else [],
        "items": [] if is_single else [name_of(row) for row in wanted[:MOST_NAMED]],
        "more": 0 if is_single else max(0, count - MOST_NAMED),
        "ids": [] if is_all else [str(row.pk) for row in wanted],
        "duplicates": [_duplicate(frame, side, row, twins[row.pk]) for row in rows if row.pk in twins][:MOST_NAMED],
        "action_url": reverse("mapping:push", args=[frame.section.key, side]),
        "button": "Push and link" if is_single else f"Push {count} and link",
        "cancel_url": url_of(frame.section, ListQuery(tab=side)),
        "error": error or None,
    }


def find_twins(frame: Frame, side: SideKey, rows: Sequence[RemoteItem]) -> dict[int, RemoteItem]:
    """Rows by pk whose name the other side has already, with the row that has it. QuickBooks refuses a second one."""
    names = {row.normal_name for row in rows if row.normal_name}
    connection = frame.connection(OTHER_SIDE[side])
    if connection is None or not names:
        return {}
    lists = [qbo.VENDORS.key, qbo.CUSTOMERS.key] if side == "procore" else [procore.VENDORS.key]
    kinds = frame.section.kinds
    linked = linked_right(kinds, connection) if side == "procore" else linked_left(kinds, connection)
    found = all_rows().filter(
        connection=connection, resource__in=lists, normal_name__in=names, parent_id="", is_active=True
    )
    # A free twin is the better offer.
    by_name = {row.normal_name: row for row in found.annotate(is_linked=linked).order_by("-is_linked", "-pk")}
    return {row.pk: by_name[row.normal_name] for row in rows if row.normal_name in by_name}


def role_of(row: RemoteItem, side: SideKey, chosen: pushes.Role) -> pushes.Role:
    """What the new contact becomes: chosen for a Procore company, given for a QuickBooks contact."""
    if side == "procore":
        return chosen
    return "vendor" if role_label(row) == "Vendor" else "customer"


def _role_choices(role: pushes.Role) -> list[dict[str, Any]]:
    details = {
        "vendor": "Someone who bills you: subcontractors, suppliers.",
        "customer": "Someone you bill: owners, clients.",
    }
    return [
        {
            "value": value,
            "label": value.capitalize(),
            "detail": details[value],
            "is_checked": value == role,
            "disabled_reason": None,
        }
        for value in pushes.ROLES
    ]


def _preview(row: RemoteItem) -> list[dict[str, str]]:
    facts = [("Name", row.name), ("E-mail", row.email), ("Phone", row.phone)]
    facts += [(label, str(row.data.get(key) or "")) for label, key in PREVIEWED]
    return [{"label": label, "value": value} for label, value in facts if value]


def _duplicate(frame: Frame, side: SideKey, row: RemoteItem, twin: RemoteItem) -> dict[str, Any]:
    other = SIDE_LABELS[OTHER_SIDE[side]]
    is_linked = bool(getattr(twin, "is_linked", False))
    what = f" as a {role_label(twin).lower()}" if side == "procore" else ""
    url = reverse("mapping:link", args=[frame.section.key, row.pk])
    link = Action(label="Link it", url=url, method="post", icon="link", fields={"target": str(twin.pk)})
    return {
        "name": name_of(twin),
        "detail": f"{other} has this name{what}, and it is linked." if is_linked else f"{other} has this name{what}.",
        "link": None if is_linked else link,
    }
