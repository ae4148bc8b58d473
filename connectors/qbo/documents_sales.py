"""What we write to QuickBooks Online about sales: invoices, credit memos, estimates, and the items they sell.

Amounts are Decimal in the document's currency, two places. Lengths are QuickBooks' documented maxima.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from connectors.qbo.documents import DESCRIPTION_LENGTH
from smoothx.lib.money import ZERO, cents, total

SaleRole = Literal["sale", "retained", "released", "catch_up"]
# How tax gets onto the document: not at all; as a total QuickBooks is told, spread by it over the lines marked as
# taxed; or reckoned by QuickBooks from a tax code on each line.
TaxMode = Literal["none", "total", "codes"]
# The two codes lines take in books of the United States. Unverified: that automated sales tax takes the total it is
# told; should it not, the document's total differs after posting, and that is said.
TAXED, UNTAXED = "TAX", "NON"
# A field called date hides the type from those after it.
Day = date


@dataclass(frozen=True, slots=True)
class SalesLine:
    """A line sells an item, whatever it stands for; retention is sold below zero. `chosen_by` is the rule behind it.

    `customer_id` is the document's, for who reads the line; a sales form names its customer once, at its head.
    """

    amount: Decimal
    description: str
    code_id: str
    code_name: str
    customer_id: str
    chosen_by: str
    role: SaleRole = "sale"
    coding: Literal["item"] = "item"
    source_code: str = ""
    source_line_id: str = ""
    class_id: str = ""
    class_name: str = ""
    tax_code_id: str = ""
    tax_code_name: str = ""

    def to_wire(self) -> dict[str, Any]:
        detail: dict[str, Any] = {"ItemRef": {"value": self.code_id}}
        if self.class_id:
            detail["ClassRef"] = {"value": self.class_id}
        if self.tax_code_id:
            detail["TaxCodeRef"] = {"value": self.tax_code_id}
        return {
            "Amount": self.amount,
            "Description": self.description[:DESCRIPTION_LENGTH],
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": detail,
        }


@dataclass(frozen=True, slots=True)
class Sale:
    """An invoice, or with `is_credit` a credit memo, whose wire amounts are the negatives of its lines'; or an
    estimate.

    Without a `number` QuickBooks numbers it. `tax` comes on top of the lines: with `tells_tax` QuickBooks is told the
    total and spreads it over the lines marked as taxed, under the form's own tax code where tax is not automated; with
    `has_tax_codes` it works it out by the lines' codes. Of the term and the due date at most one is given; without
    both the customer's own term decides.
    """

    customer_id: str
    customer_name: str
    number: str
    date: date
    lines: tuple[SalesLine, ...]
    memo: str
    is_credit: bool = False
    is_estimate: bool = False
    currency: str = ""
    tax: Decimal = ZERO
    tells_tax: bool = False
    tax_code_id: str = ""
    tax_code_name: str = ""
    has_tax_codes: bool = False
    location_id: str = ""
    location_name: str = ""
    term_id: str = ""
    term_name: str = ""
    due_date: Day | None = None

    @property
    def entity(self) -> str:
        if self.is_estimate:
            return "Estimate"
        return "CreditMemo" if self.is_credit else "Invoice"

    @property
    def party_id(self) -> str:
        return self.customer_id

    @property
    def total(self) -> Decimal:
        """What the customer owes: negative for a credit."""
        return cents(total(line.amount for line in self.lines) + self.tax)

    def to_wire(self) -> dict[str, Any]:
        sign = -1 if self.is_credit else 1
        lines = [line.to_wire() for line in self.lines]
        for line in lines:
            line["Amount"] = sign * line["Amount"]
        wire: dict[str, Any] = {
            "CustomerRef": {"value": self.customer_id},
            "TxnDate": self.date.isoformat(),
            "PrivateNote": self.memo,
            "Line": lines,
        }
        return wire | self._head() | self._tax(sign)

    def _head(self) -> dict[str, Any]:
        head: dict[str, Any] = {}
        if self.number:
            head["DocNumber"] = self.number
        if self.currency:
            head["CurrencyRef"] = {"value": self.currency}
        if self.location_id:
            head["DepartmentRef"] = {"value": self.location_id}
        if self.entity == "Invoice" and self.term_id:
            head["SalesTermRef"] = {"value": self.term_id}
        if self.entity == "Invoice" and self.due_date:
            head["DueDate"] = self.due_date.isoformat()
        return head

    def _tax(self, sign: int) -> dict[str, Any]:
        if self.tells_tax:
            code = {"TxnTaxCodeRef": {"value": self.tax_code_id}} if self.tax_code_id and self.tax else {}
            return {"TxnTaxDetail": {**code, "TotalTax": sign * self.tax}}
        return {"GlobalTaxCalculation": "TaxExcluded"} if self.has_tax_codes else {}


@dataclass(frozen=True, slots=True)
class CarrierItem:
    """The service that stands for an account on sales lines, which take items only."""

    name: str
    account_id: str
    account_name: str

    @property
    def entity(self) -> str:
        return "CarrierItem"

    def to_wire(self) -> dict[str, Any]:
        return {
            "Name": self.name,
            "Type": "Service",
            "Description": self.account_name[:DESCRIPTION_LENGTH],
            "IncomeAccountRef": {"value": self.account_id},
        }
