"""Invoices of commitments as we write them to Procore."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal

from smoothx.lib.money import ZERO, total

INVOICE_NUMBER_LENGTH = 255


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """Work, or retention with its sign, on the commitment's line `key`. Nothing but the amounts is written."""

    key: str
    amount: Decimal
    description: str
    code_name: str
    chosen_by: str
    role: Literal["cost", "retained", "released"] = "cost"
    source_code: str = ""


@dataclass(frozen=True, slots=True)
class CommitmentInvoice:
    """An invoice of one commitment for the work of one bill. By its `mark` it is found again.

    Never locked by an origin id: a locked invoice could not be approved in Procore. Its status is set when it is made,
    and after that a person's.
    """

    project_id: str
    commitment_id: str
    contract_name: str
    vendor_id: str
    vendor_name: str
    number: str
    date: date
    lines: tuple[ClaimLine, ...]
    mark: str
    status: str
    memo: str = ""
    derived: ClassVar[frozenset[str]] = frozenset({"status"})

    @property
    def entity(self) -> str:
        return "commitment_invoice"

    @property
    def party_id(self) -> str:
        return self.vendor_id

    @property
    def total(self) -> Decimal:
        return total(line.amount for line in self.lines)

    def to_wire(self) -> dict[str, Any]:
        """`head` in Procore's words; the adapter finds the lines that bill what `items` name."""
        return {
            "project_id": self.project_id,
            "commitment_id": self.commitment_id,
            "head": {
                "invoice_number": self.number[:INVOICE_NUMBER_LENGTH],
                "billing_date": self.date.isoformat(),
                "requisition_start": self.date.replace(day=1).isoformat(),
                "requisition_end": self.date.isoformat(),
                "origin_data": self.mark,
            },
            "status": self.status,
            "items": [self._item(key) for key in dict.fromkeys(line.key for line in self.lines)],
        }

    def _item(self, key: str) -> dict[str, Any]:
        sums = {
            role: total(line.amount for line in self.lines if (line.key, line.role) == (key, role))
            for role in ("cost", "retained", "released")
        }
        held = -sums["retained"] if sums["retained"] else ZERO
        return {"key": key, "work": sums["cost"], "retained": held, "released": sums["released"]}
