"""Direct costs as we write them to Procore. Amounts travel as numbers, kept as text until they are sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal

from smoothx.lib.money import total

DESCRIPTION_LENGTH = 1000
LINE_DESCRIPTION_LENGTH = 500
# A field of that name hides the type.
Day = date


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line on a project's budget code: its cost code and cost type. `wbs_code_id` is empty where the project has
    no such budget code yet. `key` names the line it came from, and never changes.

    `tax` is the share of a tax that is cost; it is inside `amount`. `coding` is what the line was coded with in
    QuickBooks when the code was chosen. `stands_in`: the code meant could not be used, so this is the firm's default.
    `quantity` and `unit_cost` are set where more is known than the amount, which holds whatever they come to.
    """

    key: str
    amount: Decimal
    description: str
    cost_code_id: str
    cost_type_id: str
    wbs_code_id: str
    code_name: str
    chosen_by: str
    source_code: str = ""
    tax: Decimal = Decimal("0.00")
    role: Literal["cost"] = "cost"
    coding: str = ""
    stands_in: bool = False
    quantity: Decimal | None = None
    unit_cost: Decimal | None = None

    def to_wire(self) -> dict[str, Any]:
        counted = {"quantity": self.quantity, "unit_cost": self.unit_cost} if self.quantity is not None else {}
        return {
            **counted,
            "key": self.key,
            "amount": self.amount,
            "description": self.description[:LINE_DESCRIPTION_LENGTH],
            "cost_code_id": self.cost_code_id,
            "cost_type_id": self.cost_type_id,
            "wbs_code_id": self.wbs_code_id,
        }


@dataclass(frozen=True, slots=True)
class DirectCost:
    """A direct cost of one project. A credit has a total below zero.

    `mark` is in its description, by which it is found again. An invoice's number is unique for its vendor. Without
    `has_payee` the vendor is the one that stands for unnamed payees. A payroll cost has an employee, a vendor who is
    paid for work, or neither: unverified is whether Procore takes one that names nobody, as an old record of it shows.
    """

    project_id: str
    project_name: str
    kind: Literal["invoice", "expense", "payroll"]
    vendor_id: str
    vendor_name: str
    number: str
    date: date
    lines: tuple[CostLine, ...]
    memo: str
    mark: str
    is_locked: bool
    payment_date: Day | None = None
    has_payee: bool = True
    employee_id: str = ""
    employee_name: str = ""
    # It follows from cost code and cost type, and may be made only as the cost is written.
    derived: ClassVar[frozenset[str]] = frozenset({"wbs_code_id"})

    @property
    def entity(self) -> str:
        return "direct_cost"

    @property
    def party_id(self) -> str:
        return self.vendor_id

    @property
    def total(self) -> Decimal:
        return total(line.amount for line in self.lines)

    def to_wire(self) -> dict[str, Any]:
        """`head` in Procore's words; the adapter writes the lines and what `mark` and `is_locked` mean."""
        worker = {"employee_id": self.employee_id or None} if self.kind == "payroll" else {}
        return {
            "project_id": self.project_id,
            "mark": self.mark,
            "is_locked": self.is_locked,
            "head": {
                "direct_cost_type": self.kind,
                "status": "approved",
                "direct_cost_date": self.date.isoformat(),
                "payment_date": self.payment_date.isoformat() if self.payment_date else None,
                "vendor_id": self.vendor_id or None,
                **worker,
                "invoice_number": self.number or None,
                "description": self.memo[:DESCRIPTION_LENGTH],
            },
            "lines": [line.to_wire() for line in self.lines],
        }
