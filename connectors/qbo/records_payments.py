"""Payments of bills as QuickBooks sends them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from smoothx.lib.dates import parse_instant
from smoothx.lib.money import money, total
from smoothx.lib.text import collapse_spaces

Wire = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Applied:
    """What a payment settles of one document, never below zero. `kind` is QuickBooks' name of it: "Bill"."""

    kind: str
    id: str
    amount: Decimal

    @property
    def part(self) -> str:
        """How the ledger names it: "Bill:234"."""
        return f"{self.kind}:{self.id}"


def read_applied(wire: Wire) -> tuple[Applied, ...]:
    """What a payment, of bills or of a customer, settles line by line."""
    lines = [line for line in wire.get("Line") or () if line.get("LinkedTxn")]
    return tuple(
        Applied(str(linked["TxnType"]), str(linked["TxnId"]), money(line.get("Amount")))
        for line in lines
        for linked in line["LinkedTxn"][:1]
    )


@dataclass(frozen=True, slots=True)
class BillPayment:
    """`amount` is what was paid in money: bills less the vendor credits it uses up. `number` is the check's.

    A voided one settles nothing any more.
    """

    id: str
    sync_token: str
    vendor_id: str
    vendor_name: str
    date: date
    amount: Decimal
    method: Literal["check", "credit_card", "electronic"]
    number: str
    currency: str
    applied: tuple[Applied, ...]
    updated_at: datetime | None = None

    @property
    def party_id(self) -> str:
        return self.vendor_id

    @property
    def party_name(self) -> str:
        return self.vendor_name

    def applied_to(self, part: str) -> Decimal:
        return total(each.amount for each in self.applied if each.part == part)

    @classmethod
    def from_wire(cls, wire: Wire) -> BillPayment:
        vendor = wire.get("VendorRef") or {}
        return cls(
            id=str(wire["Id"]),
            sync_token=str(wire.get("SyncToken") or "0"),
            vendor_id=str(vendor.get("value") or ""),
            vendor_name=collapse_spaces(vendor.get("name") or ""),
            date=date.fromisoformat(wire["TxnDate"]),
            amount=money(wire.get("TotalAmt")),
            method=_read_method(wire),
            number=str(wire.get("DocNumber") or ""),
            currency=str((wire.get("CurrencyRef") or {}).get("value") or ""),
            applied=read_applied(wire),
            updated_at=parse_instant((wire.get("MetaData") or {}).get("LastUpdatedTime")),
        )


def _read_method(wire: Wire) -> Literal["check", "credit_card", "electronic"]:
    """A check has a number or is still to be printed; other payments from a bank account are transfers."""
    if wire.get("PayType") == "CreditCard":
        return "credit_card"
    is_to_print = (wire.get("CheckPayment") or {}).get("PrintStatus") == "NeedToPrint"
    return "check" if wire.get("DocNumber") or is_to_print else "electronic"
