"""Payments of customers as QuickBooks sends them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.qbo.records_payments import Applied, read_applied
from smoothx.lib.dates import parse_date, parse_instant
from smoothx.lib.money import money, total
from smoothx.lib.text import collapse_spaces

Wire = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CustomerPayment:
    """`amount` is the money received: what settles invoices less the credit memos it uses up, and what is not applied.
    `number` is its reference, of a check the check's. A voided one settles nothing any more."""

    id: str
    sync_token: str
    customer_id: str
    customer_name: str
    date: date
    amount: Decimal
    number: str
    currency: str
    applied: tuple[Applied, ...]
    updated_at: datetime | None = None

    @property
    def party_id(self) -> str:
        return self.customer_id

    @property
    def party_name(self) -> str:
        return self.customer_name

    def applied_to(self, part: str) -> Decimal:
        return total(each.amount for each in self.applied if each.part == part)

    @classmethod
    def from_wire(cls, wire: Wire) -> CustomerPayment:
        customer = wire.get("CustomerRef") or {}
        return cls(
            id=str(wire["Id"]),
            sync_token=str(wire.get("SyncToken") or "0"),
            customer_id=str(customer.get("value") or ""),
            customer_name=collapse_spaces(customer.get("name") or ""),
            date=parse_date(wire["TxnDate"]) or date.min,
            amount=money(wire.get("TotalAmt")),
            number=str(wire.get("PaymentRefNum") or ""),
            currency=str((wire.get("CurrencyRef") or {}).get("value") or ""),
            applied=read_applied(wire),
            updated_at=parse_instant((wire.get("MetaData") or {}).get("LastUpdatedTime")),
        )
