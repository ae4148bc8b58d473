"""Whether a document counts on either side now, and for how much: what a comparison may honestly say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from smoothx.lib.money import ZERO
from sync.models import Entry
from sync.pages.rows import read_amount
from sync.targets.answers import CREDITS

GONE_FROM_BOOKS = frozenset({"target_deleted", "target_missing"})
GONE_FROM_PROCORE = frozenset(
    {"unapproved_after_posting", "deleted_after_posting", "changed_and_removed", "paid_and_removed"}
)
CHANGED_BY_HAND = frozenset({"changed_by_hand", "details_changed_by_hand", "changed_and_removed"})

Row = Mapping[str, Any]


def codes_of_row(row: Row) -> frozenset[str]:
    return frozenset(notice.get("code", "") for notice in row["notices"])


def is_in_procore(row: Row) -> bool:
    """It is approved in Procore and dated after the start, so the books should have it."""
    return row["state"] != Entry.State.INELIGIBLE and not codes_of_row(row) & GONE_FROM_PROCORE


def is_in_books(row: Row) -> bool:
    return bool(row["target_id"]) and not codes_of_row(row) & GONE_FROM_BOOKS


def procore_amount(row: Row) -> Decimal:
    return (row["amount"] or ZERO) if is_in_procore(row) else ZERO


def is_gone(entry: Entry) -> bool:
    """It was posted, and somebody deleted it on the other side."""
    return any(notice.get("code") in GONE_FROM_BOOKS for notice in entry.notices)


def total_there(entry: Entry) -> Decimal | None:
    """A posted document's total on the other side as it is now, None where nothing was posted or it is gone."""
    if entry.target_total is None or is_gone(entry):
        return None
    return _changed_amount(entry.notices, entry.target_type, entry.target_total)


def books_amount(row: Row) -> Decimal:
    """What it is in the books: what was posted, or what somebody made of it there."""
    if not is_in_books(row):
        return ZERO
    return _changed_amount(row["notices"], row["target_type"], row["target_total"] or ZERO)


def _changed_amount(notices: Sequence[Mapping[str, Any]], target_type: str, posted: Decimal) -> Decimal:
    by_hand = [n.get("detail", {}).get("books") for n in notices if n.get("code") in CHANGED_BY_HAND]
    changed = read_amount(by_hand[0]) if by_hand else None
    if changed is None:
        return posted
    # QuickBooks gives a credit as a positive total.
    return -abs(changed) if target_type in CREDITS else changed
