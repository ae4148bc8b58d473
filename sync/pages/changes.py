"""What was last changed of a contact or a sub-customer that stands on the other side, for the facts of its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.models import Entry
from sync.pages.frame import CHANGED_FROM_FIRST, target_side
from sync.pages.timeline import SIDE_NAMES

DETAILS = {
    "name": "Name",
    "company_name": "Company name",
    "parent_name": "Customer",
    "email": "E-mail",
    "phone": "Phone",
}
# The parts of an address in a reader's order: as a change of Procore spells them, or one of QuickBooks in a member.
ADDRESS = (
    ("street", "line"),
    ("city",),
    ("state_code", "region"),
    ("zip", "postal_code"),
    ("country_code", "country"),
)
STATUS: dict[bool | None, str] = {True: "Active", False: "Inactive"}


def change_of(entry: Entry) -> dict[str, Any] | None:
    """A block of facts; None for what is made anew, or was never written."""
    document = entry.planned.get("document") or {}
    if entry.target_type not in CHANGED_FROM_FIRST or not entry.is_posted or not document:
        return None
    values = {label: document.get(name, "") for name, label in DETAILS.items()}
    values["Address"] = _join_address(document)
    values["Status"] = STATUS.get(document.get("is_active"), "")
    rows = [{"label": label, "value": value, "amount": None} for label, value in values.items() if value]
    return {"title": f"Last changed in {SIDE_NAMES[target_side(entry)]}", "rows": rows} if rows else None


def _join_address(document: Mapping[str, Any]) -> str:
    known = {**document, **(document.get("address") or {})}
    street, *rest = (next((known[name] for name in names if known.get(name)), "") for names in ADDRESS)
    return ", ".join(str(part) for part in (street, *(document.get("more_lines") or ()), *rest) if part)
