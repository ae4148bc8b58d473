"""Payments on contracts as Procore sends them. Date of the invoice and method are written and never sent back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from smoothx.lib.dates import parse_date
from smoothx.lib.money import money

Wire = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ListedPayment:
    """`version` is the time of its last change, empty where Procore sends none."""

    id: str
    number: str
    amount: Decimal
    date: date | None
    check_number: str
    invoice_number: str
    requisition_id: str
    notes: str
    origin_id: str
    version: str

    @classmethod
    def from_wire(cls, wire: Wire) -> ListedPayment:
        return cls(
            id=str(wire["id"]),
            number=str(wire.get("payment_number") or ""),
            amount=money(wire.get("amount")),
            date=parse_date(wire.get("date")),
            check_number=str(wire.get("check_number") or ""),
            invoice_number=str(wire.get("invoice_number") or ""),
            requisition_id=str(wire.get("requisition_id") or ""),
            notes=wire.get("notes") or "",
            origin_id=str(wire.get("origin_id") or ""),
            version=str(wire.get("updated_at") or ""),
        )
