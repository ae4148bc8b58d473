"""Purchase orders as we write them to QuickBooks. They post nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.qbo.documents import BillLine
from smoothx.lib.money import ZERO, total

MESSAGE_LENGTH = 4000
ADDRESS_LINES = 5
ADDRESS_LINE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """An order to a vendor. `message` is for the vendor, `memo` for the books. `ship_to` has up to five lines.

    With `is_over` it is closed. It is opened again only where a posted one was closed before, `reopens`: QuickBooks
    closes an order by itself once everything came. Unverified: that a status is taken in a write; where it is not, the
    order stays as QuickBooks has it and nothing else differs.
    """

    vendor_id: str
    vendor_name: str
    number: str
    date: date
    lines: tuple[BillLine, ...]
    memo: str
    message: str = ""
    ship_to: str = ""
    payable_account_id: str = ""
    currency: str = ""
    location_id: str = ""
    location_name: str = ""
    term_id: str = ""
    term_name: str = ""
    has_tax_codes: bool = False
    tax: Decimal = ZERO
    is_over: bool = False
    reopens: bool = False

    @property
    def entity(self) -> str:
        return "PurchaseOrder"

    @property
    def party_id(self) -> str:
        return self.vendor_id

    @property
    def total(self) -> Decimal:
        return total([*(line.amount for line in self.lines), self.tax])

    def to_wire(self) -> dict[str, Any]:
        wire: dict[str, Any] = {
            "VendorRef": {"value": self.vendor_id},
            "TxnDate": self.date.isoformat(),
            "DocNumber": self.number,
            "PrivateNote": self.memo,
            "Line": [line.to_wire() for line in self.lines],
        }
        if self.message:
            wire["Memo"] = self.message[:MESSAGE_LENGTH]
        if self.ship_to:
            wire["ShipAddr"] = _address(self.ship_to)
        refs = {
            "APAccountRef": self.payable_account_id,
            "CurrencyRef": self.currency,
            "DepartmentRef": self.location_id,
            "SalesTermRef": self.term_id,
        }
        wire |= {name: {"value": value} for name, value in refs.items() if value}
        if self.has_tax_codes:
            wire["GlobalTaxCalculation"] = "TaxExcluded"
        if self.is_over or self.reopens:
            wire["POStatus"] = "Closed" if self.is_over else "Open"
        return wire


def _address(text: str) -> dict[str, str]:
    """What does not fit on five lines goes on with the last one."""
    first, rest = text.splitlines()[: ADDRESS_LINES - 1], text.splitlines()[ADDRESS_LINES - 1 :]
    lines = [*first, ", ".join(rest)] if rest else first
    return {f"Line{number}": line[:ADDRESS_LINE_LENGTH] for number, line in enumerate(lines, start=1)}
