"""What Procore sends of commitments: subcontracts and purchase orders, with their schedule of values.

As in connectors.procore.records: ids are text, money is Decimal, only the fields in use are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any, Literal

from connectors.procore.lists import read_payment_terms
from connectors.procore.records import find_segment, read_last_part
from smoothx.lib.dates import parse_date, parse_instant
from smoothx.lib.money import ZERO, money, total
from smoothx.lib.text import collapse_spaces, strip_tags

Wire = Mapping[str, Any]
# A commitment has a date of its own, which hides the type of that name below it.
Day = date
CommitmentKind = Literal["purchase_order", "work_order"]

# Agreed with the vendor. A subcontract knows Approved alone; an order also says what of it came.
AGREED = ("Approved", "Partially Received", "Received")
# It is over: nothing more is ordered on it.
ENDED = ("Closed", "Complete")
APPROVED = "approved"
_LINE_ENDS = re.compile(r"\n|<br\s*/?>|</(?:p|div|li)>", re.IGNORECASE)


def _id(value: Any) -> str:
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class CommitmentLine:
    """A line of the schedule of values ("51"), or of an approved change order ("7/91", line 91 of change order 7).

    What a change order states beyond its lines is a line that bears its own id, without a cost code.
    """

    id: str
    amount: Decimal
    description: str
    cost_code_id: str
    cost_type: str
    cost_type_id: str = ""
    sub_job_id: str = ""
    budget_code: str = ""
    tax_code_id: str = ""
    tax_code_name: str = ""
    quantity: Decimal = ZERO
    unit: str = ""
    unit_cost: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        return self.amount

    @classmethod
    def from_wire(cls, wire: Wire, *, package_id: str = "") -> CommitmentLine:
        code = wire.get("wbs_code") or {}
        cost_type = wire.get("line_item_type") or find_segment(code, "line_item_type")
        return cls(
            id=f"{package_id}/{wire['id']}" if package_id else _id(wire["id"]),
            amount=money(wire.get("amount")),
            description=collapse_spaces(strip_tags(wire.get("description") or "")),
            cost_code_id=_id((wire.get("cost_code") or {}).get("id") or wire.get("cost_code_id")),
            cost_type=cost_type.get("code") or read_last_part(code),
            cost_type_id=_id(cost_type.get("id")),
            sub_job_id=_id(find_segment(code, "sub_job").get("id")),
            budget_code=code.get("flat_code") or "",
            tax_code_id=_id(wire.get("tax_code_id")),
            quantity=_number(wire.get("quantity")),
            unit=collapse_spaces(wire.get("uom") or ""),
            unit_cost=_number(wire.get("unit_cost")),
        )


@dataclass(frozen=True, slots=True)
class Commitment:
    """A subcontract or a purchase order. `revised_total` is Procore's own sum of its lines and approved changes.

    Without a date of its own it is that of its issue or execution, or the day it was entered. `is_billed` is not the
    commitment's: its invoices say whether they bill all of it.
    """

    id: str
    kind: CommitmentKind
    project_id: str
    number: str
    title: str
    status: str
    vendor_id: str = ""
    vendor_name: str = ""
    date: date | None = None
    delivery_date: Day | None = None
    description: str = ""
    ship_to: str = ""
    ship_via: str = ""
    payment_terms: str = ""
    lines: tuple[CommitmentLine, ...] = ()
    revised_total: Decimal = ZERO
    currency: str | None = None
    updated_at: datetime | None = None
    project_name: str = ""
    is_billed: bool = False

    @property
    def name(self) -> str:
        return self.number or self.title or self.id

    @property
    def is_agreed(self) -> bool:
        return self.status in AGREED

    @property
    def is_over(self) -> bool:
        return self.status in ENDED

    @classmethod
    def from_wire(
        cls,
        wire: Wire,
        kind: CommitmentKind,
        *,
        project_id: str,
        packages: Sequence[Wire] = (),
        project_name: str = "",
    ) -> Commitment:
        """`packages` are its approved change orders as each is shown singly: the contract has no lines of them."""
        vendor = wire.get("vendor") or {}
        dated = ("contract_date", "issued_on_date", "execution_date", "created_at")
        own = tuple(CommitmentLine.from_wire(line) for line in wire.get("line_items") or ())
        changes = tuple(line for package in packages for line in _read_package(package))
        return cls(
            id=_id(wire["id"]),
            kind=kind,
            project_id=project_id,
            number=collapse_spaces(wire.get("number") or ""),
            title=collapse_spaces(wire.get("title") or ""),
            status=wire.get("status") or "",
            vendor_id=_id(vendor.get("id")),
            vendor_name=collapse_spaces(vendor.get("company") or vendor.get("name") or ""),
            date=next((day for name in dated if (day := parse_date(wire.get(name)))), None),
            delivery_date=parse_date(wire.get("delivery_date")),
            description=_plain(wire.get("description")),
            ship_to=_lines_of(wire.get("ship_to_address")),
            ship_via=_plain(wire.get("ship_via")),
            payment_terms=read_payment_terms(wire),
            lines=(*own, *changes),
            revised_total=money(wire.get("revised_contract")),
            currency=(wire.get("currency_configuration") or {}).get("currency_iso_code"),
            updated_at=parse_instant(wire.get("updated_at")),
            project_name=project_name,
        )


def approved_packages(wire: Wire) -> list[str]:
    """The ids of the approved change orders of a commitment in its extended form."""
    packages = wire.get("change_order_packages") or ()
    return [_id(package["id"]) for package in packages if package.get("status") == APPROVED]


def _read_package(wire: Wire) -> list[CommitmentLine]:
    """A change order's lines. What it states beyond them, or without any, is a line of its own."""
    package_id = _id(wire["id"])
    name = f"Change order {wire.get('number') or package_id}"
    lines = [CommitmentLine.from_wire(line, package_id=package_id) for line in wire.get("line_items") or ()]
    rest = money(wire.get("grand_total")) - total(line.amount for line in lines)
    if rest:
        title = collapse_spaces(strip_tags(wire.get("title") or ""))
        named = f"{name}, {title}" if title else name
        lines.append(CommitmentLine(f"{package_id}/{package_id}", rest, named, "", ""))
    return lines


def _plain(value: Any) -> str:
    return collapse_spaces(unescape(strip_tags(str(value or ""))))


def _lines_of(value: Any) -> str:
    """A postal address written as one text, its lines kept."""
    lines = (_plain(line) for line in _LINE_ENDS.split(str(value or "")))
    return "\n".join(line for line in lines if line)


def _number(value: Any) -> Decimal:
    try:
        return Decimal(str(value)) if value not in (None, "") else ZERO
    except InvalidOperation:
        return ZERO
