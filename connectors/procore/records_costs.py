"""Direct costs as Procore sends them, as frozen values: costs of a project that no commitment stands behind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.procore.lists import BudgetCode
from smoothx.lib.dates import parse_date, parse_instant
from smoothx.lib.money import ZERO, cents, money, total
from smoothx.lib.text import collapse_spaces, read_text, strip_tags

Wire = Mapping[str, Any]

# The kinds that go to QuickBooks. Payroll is the books' own, a subcontractor's invoice has a commitment.
CARRIED_KINDS = ("invoice", "expense")
# What we write into the description of a direct cost we make.
OUR_MARK = re.compile(r"\bSmoothx [0-9a-f]{10}\b")


def _id(value: Any) -> str:
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class DirectCostLine:
    """`amount` is without tax. `cost_type` is the type's own code; `origin_id` is set on lines that we made."""

    id: str
    amount: Decimal
    quantity: Decimal
    unit_cost: Decimal
    description: str
    cost_code_id: str
    cost_type: str
    cost_type_id: str
    wbs_code_id: str = ""
    budget_code: str = ""
    unit: str = ""
    tax_code_id: str = ""
    tax_code_name: str = ""
    sub_job_id: str = ""
    origin_id: str = ""

    @property
    def gross(self) -> Decimal:
        """The whole of it: nothing is retained of a direct cost."""
        return self.amount

    @classmethod
    def from_wire(cls, wire: Wire) -> DirectCostLine:
        code, cost_type = wire.get("cost_code") or {}, wire.get("line_item_type") or {}
        wbs = wire.get("wbs_code") or {}
        return cls(
            id=_id(wire["id"]),
            amount=money(wire.get("amount")),
            quantity=_number(wire.get("quantity")),
            unit_cost=_number(wire.get("unit_cost")),
            description=strip_tags(wire.get("description") or ""),
            cost_code_id=_id(code.get("id")),
            cost_type=read_text(cost_type.get("code")),
            cost_type_id=_id(cost_type.get("id")),
            wbs_code_id=_id(wbs.get("id")),
            budget_code=wbs.get("flat_code") or code.get("full_code") or "",
            unit=read_text(wire.get("uom")),
            tax_code_id=_id(wire.get("tax_code_id")),
            sub_job_id=_id(code.get("biller_id")) if code.get("biller_type") == "SubJob" else "",
            origin_id=_id(wire.get("origin_id")),
        )


@dataclass(frozen=True, slots=True)
class DirectCost:
    """A direct cost with its lines. `grand_total` holds its tax.

    `is_ours`: made from QuickBooks or from labour, so it never goes back; whoever reads it knows.
    """

    id: str
    project_id: str
    kind: str
    status: str
    received_date: date | None
    payment_date: date | None
    date: date | None
    invoice_number: str
    vendor_id: str
    vendor_name: str
    employee_name: str
    description: str
    payment_terms: str
    grand_total: Decimal
    lines: tuple[DirectCostLine, ...]
    line_count: int
    currency: str | None = None
    origin_id: str = ""
    project_name: str = ""
    is_ours: bool = False
    updated_at: datetime | None = None

    @property
    def is_approved(self) -> bool:
        return self.status == "approved"

    @property
    def subtotal(self) -> Decimal:
        return total(line.amount for line in self.lines)

    @property
    def tax(self) -> Decimal:
        """Only the whole tells it: the lines name a code, not an amount."""
        return cents(self.grand_total - self.subtotal)

    @property
    def number(self) -> str:
        return self.invoice_number or self.id

    @classmethod
    def from_wire(cls, wire: Wire, *, project_id: str, lines: Sequence[Wire] | None = None) -> DirectCost:
        """`lines` where the record itself did not hold all of them."""
        vendor, employee = wire.get("vendor"), wire.get("employee") or {}
        rows = wire.get("line_items") or () if lines is None else lines
        named = vendor.get("name") if isinstance(vendor, Mapping) else vendor
        return cls(
            id=_id(wire["id"]),
            project_id=project_id,
            kind=wire.get("direct_cost_type") or "",
            status=wire.get("status") or "",
            date=parse_date(wire.get("direct_cost_date")),
            received_date=parse_date(wire.get("received_date")),
            payment_date=parse_date(wire.get("payment_date")),
            invoice_number=read_text(wire.get("invoice_number")),
            vendor_id=_id(wire.get("vendor_id") or (vendor.get("id") if isinstance(vendor, Mapping) else None)),
            vendor_name=collapse_spaces(wire.get("vendor_name") or named or ""),
            employee_name=collapse_spaces(employee.get("name") or ""),
            description=strip_tags(wire.get("description") or ""),
            payment_terms=read_text(wire.get("terms")),
            grand_total=money(wire.get("grand_total")),
            lines=tuple(DirectCostLine.from_wire(row) for row in rows),
            line_count=int(wire.get("line_items_count") or len(rows)),
            currency=(wire.get("currency_configuration") or {}).get("currency_iso_code"),
            origin_id=_id(wire.get("origin_id")),
            project_name=collapse_spaces((wire.get("project") or {}).get("name") or ""),
            updated_at=parse_instant(wire.get("updated_at")),
        )


@dataclass(frozen=True, slots=True)
class ListedCost:
    """A direct cost as the list of a project has it, without lines."""

    id: str
    kind: str
    number: str
    vendor_id: str
    date: date | None
    total: Decimal
    description: str
    origin_id: str
    version: str
    employee_id: str = ""

    @classmethod
    def from_wire(cls, wire: Wire) -> ListedCost:
        return cls(
            id=_id(wire["id"]),
            kind=wire.get("direct_cost_type") or "",
            number=read_text(wire.get("invoice_number")),
            vendor_id=_id(wire.get("vendor_id")),
            date=parse_date(wire.get("direct_cost_date")),
            total=money(wire.get("grand_total")),
            description=strip_tags(wire.get("description") or ""),
            origin_id=_id(wire.get("origin_id")),
            version=_id(wire.get("updated_at")),
            employee_id=_id((wire.get("employee") or {}).get("id")),
        )


@dataclass(frozen=True, slots=True)
class WbsCode:
    """A budget code of a project with its own id. None of its parts is read from the joined text."""

    id: str
    budget: BudgetCode

    @classmethod
    def from_wire(cls, wire: Wire) -> WbsCode | None:
        budget = BudgetCode.from_wire(wire)
        return None if budget is None else cls(_id(wire["id"]), budget)


def _number(value: Any) -> Decimal:
    """A quantity or a unit cost, with all its places."""
    text = "" if value is None else str(value).strip()
    return Decimal(text) if text else ZERO
