"""Subcontractor invoices line by line, as they are written: what of a commitment each line bills."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.procore.records import Requisition
from smoothx.lib.dates import parse_date
from smoothx.lib.money import ZERO, cents, money, total
from smoothx.lib.text import collapse_spaces

Wire = Mapping[str, Any]
CONTRACT_ITEM, CHANGE_ITEM, WHOLE_CHANGE = "contract_item", "change_order_item", "whole_change_order_item"
APPROVED = ("approved", "approved_as_noted", "pending_owner_approval")


class SplitLine(ValueError):
    """A line of the commitment is billed by its detailed schedule of values: an amount for the line fits nowhere."""


@dataclass(frozen=True, slots=True)
class ClaimItem:
    """`completed` is to date, `work` of this period; `held` is the retention on its work after this period."""

    id: str
    item_type: str
    line_id: str
    package_id: str
    scheduled: Decimal
    completed: Decimal
    work: Decimal
    retained: Decimal
    released: Decimal
    held: Decimal

    @property
    def key(self) -> str:
        """The commitment's line it bills; "7/*" for the whole of change order 7."""
        if self.item_type == WHOLE_CHANGE:
            return f"{self.package_id}/*"
        return f"{self.package_id}/{self.line_id}" if self.package_id else self.line_id

    @property
    def is_billed(self) -> bool:
        """Nothing is left to bill, in the direction of the line."""
        done, whole = self.completed, self.scheduled
        return done >= whole if whole >= ZERO else done <= whole

    @classmethod
    def from_wire(cls, wire: Wire) -> ClaimItem:
        """Of the lines of a change order the newer field names the commitment's own line."""
        item_type = wire.get("item_type") or CONTRACT_ITEM
        is_change = item_type in (CHANGE_ITEM, WHOLE_CHANGE)
        line_id = (wire.get("commitment_line_item_id") if is_change else None) or wire.get("line_item_id")
        retained = money(wire.get("work_completed_retainage_retained_this_period"))
        released = money(wire.get("work_completed_retainage_released_this_period"))
        before = money(wire.get("work_completed_retainage_from_previous_application"))
        return cls(
            id=str(wire["id"]),
            item_type=item_type,
            line_id=str(line_id or ""),
            package_id=str(wire.get("change_order_package_id") or "") if is_change else "",
            scheduled=money(wire.get("scheduled_value")),
            completed=money(wire.get("total_completed_and_stored_to_date")),
            work=money(wire.get("work_completed_this_period")),
            retained=retained,
            released=released,
            held=cents(before + retained - released),
        )


@dataclass(frozen=True, slots=True)
class CommitmentClaim:
    """An invoice of a commitment with its lines. `net` is what it comes to without tax, `mark` ours, if it is ours."""

    id: str
    commitment_id: str
    number: int
    status: str
    invoice_number: str
    billing_date: date | None
    mark: str
    version: str
    net: Decimal
    items: tuple[ClaimItem, ...]

    @property
    def is_approved(self) -> bool:
        return self.status in APPROVED

    @classmethod
    def from_wire(cls, wire: Wire) -> CommitmentClaim:
        claim = Requisition.from_wire(wire)
        return cls(
            id=claim.id,
            commitment_id=claim.commitment_id,
            number=claim.number,
            status=claim.status,
            invoice_number=collapse_spaces(claim.invoice_number),
            billing_date=parse_date(wire.get("billing_date")),
            mark=str(wire.get("origin_data") or ""),
            version=str(wire.get("updated_at") or ""),
            net=cents(claim.gross - (claim.retainage - claim.retainage_before)),
            items=tuple(ClaimItem.from_wire(item) for item in wire.get("items") or ()),
        )


def is_all_billed(claims: Iterable[CommitmentClaim], amount: Decimal) -> bool:
    """Whether the latest approved invoice of a commitment bills every line, and its lines come to `amount`: a change
    order it does not know yet leaves something to bill."""
    approved = [claim for claim in claims if claim.is_approved]
    items = max(approved, key=lambda claim: claim.number).items if approved else ()
    return bool(items) and total(item.scheduled for item in items) == amount and all(item.is_billed for item in items)


def find_item(key: str, items: Sequence[ClaimItem]) -> ClaimItem | None:
    """What bills the commitment's line `key`: a line of its own, or that of its whole change order.

    Raises SplitLine where a detailed schedule of values does.
    """
    whole = f"{key.partition('/')[0]}/*" if "/" in key else ""
    found = [item for item in items if item.key in (key, whole)]
    if any(item.item_type not in (CONTRACT_ITEM, CHANGE_ITEM, WHOLE_CHANGE) for item in found) or len(found) > 1:
        raise SplitLine(key)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class ItemWrite:
    """What a line is to say of this period, told by the item that bills it."""

    item: ClaimItem
    work: Decimal
    retained: Decimal
    released: Decimal

    @property
    def is_there(self) -> bool:
        item = self.item
        return (item.work, item.retained, item.released) == (self.work, self.retained, self.released)

    def to_wire(self) -> dict[str, Any]:
        """An amount of retention wins over its percent, and nothing is kept only where both are zero."""
        percent = {} if self.retained else {"work_completed_retainage_percent_this_period": "0"}
        return {
            "id": int(self.item.id),
            "item_type": self.item.item_type,
            "work_completed_this_period": str(self.work),
            "work_completed_retainage_retained_this_period": str(self.retained),
            "work_completed_retainage_released_this_period": str(self.released),
            **percent,
        }


def plan_items(wanted: Sequence[Wire], items: Sequence[ClaimItem]) -> list[ItemWrite]:
    """What each line of the invoice is to say, nothing where it is not `wanted`.

    `wanted` are keys with work, retained and released. Raises SplitLine, and KeyError for what no line bills.
    """
    sums: dict[str, list[Decimal]] = {}
    for row in wanted:
        item = find_item(str(row["key"]), items)
        if item is None:
            raise KeyError(row["key"])
        amounts = [Decimal(str(row[name])) for name in ("work", "retained", "released")]
        known = sums.get(item.id, [ZERO, ZERO, ZERO])
        sums[item.id] = [cents(one + other) for one, other in zip(known, amounts, strict=True)]
    return [ItemWrite(item, *sums.get(item.id, [ZERO, ZERO, ZERO])) for item in items]
