"""Payments on contracts as we write them to Procore: issued on a commitment, received on a prime contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

CHECK_NUMBER_LENGTH = 255
NOTES_LENGTH = 1000
Method = Literal["check", "credit_card", "electronic"]


@dataclass(frozen=True, slots=True)
class ContractPayment:
    """One payment of one invoice. A credit taken back is below zero.

    `requisition_id` names the subcontractor invoice paid; a payment received has none and goes by `invoice_number`, or
    by `draw_request_number`, which is the invoice's place in its contract.
    `mark` is in its notes, by which it is found again. What `is_locked` nobody can change by hand in Procore.
    """

    direction: Literal["issued", "received"]
    project_id: str
    contract_id: str
    contract_name: str
    amount: Decimal
    date: date
    memo: str
    mark: str
    is_locked: bool
    method: Method | None = None
    check_number: str = ""
    requisition_id: str = ""
    invoice_number: str = ""
    draw_request_number: str = ""

    @property
    def entity(self) -> str:
        return f"payment_{self.direction}"

    @property
    def party_id(self) -> str:
        return self.contract_id

    @property
    def number(self) -> str:
        return self.check_number

    @property
    def total(self) -> Decimal:
        return self.amount

    def to_wire(self) -> dict[str, Any]:
        """`payment` in Procore's words; the adapter adds what `mark` and `is_locked` mean."""
        payment: dict[str, Any] = {
            "date": self.date.isoformat(),
            "amount": self.amount,
            "check_number": self.check_number[:CHECK_NUMBER_LENGTH],
            "notes": self.memo[:NOTES_LENGTH],
        }
        if self.method:
            payment["payment_method"] = self.method
        if self.invoice_number:
            payment["invoice_number"] = self.invoice_number
        if self.draw_request_number:
            payment["draw_request_number"] = int(self.draw_request_number)
        if self.requisition_id:
            payment["requisition_id"] = int(self.requisition_id)
        return {
            "project_id": self.project_id,
            "contract_id": self.contract_id,
            "mark": self.mark,
            "is_locked": self.is_locked,
            "payment": payment,
        }
