"""What we write to QuickBooks Online, as frozen values with their wire form.

Amounts are Decimal in the document's currency, two places; they travel as JSON numbers. Lengths are QuickBooks'
documented maxima. A document has no Id: the ledger knows what it became.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from smoothx.lib.money import ZERO, total
from smoothx.lib.text import collapse_spaces, shorten_with_hash

# A document has a date of its own, which hides the type of that name below it.
Day = date
DOC_NUMBER_LENGTH = 21
DESCRIPTION_LENGTH = 4000
NAME_LENGTH = 500
# A colon separates levels of the hierarchy, so no part of a name may hold one; nor a tab or a line break.
_FORBIDDEN_IN_NAMES = str.maketrans({":": "-", "\t": " ", "\n": " ", "\r": " "})


def clean_name(text: str, limit: int = NAME_LENGTH) -> str:
    """`text` as QuickBooks accepts it for a display name."""
    return shorten_with_hash(collapse_spaces(text.translate(_FORBIDDEN_IN_NAMES)), limit)


@dataclass(frozen=True, slots=True)
class BillLine:
    """One cost or retention line, coded to an account or to an item, never both. `chosen_by` says which rule coded it.

    `source_line_id` is the Procore line it came from; empty for retention, tax and catch-up lines. `tax` is the share
    of sales tax inside `amount`. A class is written only where the books keep one per line, or it is lost. With a tax
    code `amount` is without tax.
    """

    amount: Decimal
    description: str
    coding: Literal["account", "item"]
    code_id: str
    code_name: str
    customer_id: str
    chosen_by: str
    role: Literal["cost", "tax", "retained", "released", "catch_up"] = "cost"
    source_code: str = ""
    source_line_id: str = ""
    tax: Decimal = ZERO
    class_id: str = ""
    class_name: str = ""
    tax_code_id: str = ""
    tax_code_name: str = ""

    def to_wire(self) -> dict[str, Any]:
        detail: dict[str, Any] = {"CustomerRef": {"value": self.customer_id}, "BillableStatus": "NotBillable"}
        if self.class_id:
            detail["ClassRef"] = {"value": self.class_id}
        if self.tax_code_id:
            detail["TaxCodeRef"] = {"value": self.tax_code_id}
        if self.coding == "account":
            detail["AccountRef"] = {"value": self.code_id}
            kind = "AccountBasedExpenseLineDetail"
        else:
            detail["ItemRef"] = {"value": self.code_id}
            kind = "ItemBasedExpenseLineDetail"
        return {
            "Amount": self.amount,
            "Description": self.description[:DESCRIPTION_LENGTH],
            "DetailType": kind,
            kind: detail,
        }


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill, or with `is_credit` a vendor credit, whose wire amounts are the negatives of its lines'.

    The location is the whole document's. The term or the due date is a bill's alone; QuickBooks reckons the due date
    by the term. With `has_tax_codes` QuickBooks works out the tax, and `tax` is what it is expected to make.
    """

    vendor_id: str
    vendor_name: str
    number: str
    date: date
    lines: tuple[BillLine, ...]
    memo: str
    payable_account_id: str = ""
    is_credit: bool = False
    currency: str = ""
    location_id: str = ""
    location_name: str = ""
    term_id: str = ""
    term_name: str = ""
    due_date: Day | None = None
    has_tax_codes: bool = False
    tax: Decimal = ZERO

    @property
    def entity(self) -> str:
        return "VendorCredit" if self.is_credit else "Bill"

    @property
    def party_id(self) -> str:
        return self.vendor_id

    @property
    def total(self) -> Decimal:
        """What is owed: negative for a credit."""
        return total([*(line.amount for line in self.lines), self.tax])

    def to_wire(self) -> dict[str, Any]:
        lines = [line.to_wire() for line in self.lines]
        if self.is_credit:
            for line in lines:
                line["Amount"] = -line["Amount"]
        wire: dict[str, Any] = {
            "VendorRef": {"value": self.vendor_id},
            "TxnDate": self.date.isoformat(),
            "DocNumber": self.number,
            "PrivateNote": self.memo,
            "Line": lines,
        }
        if self.payable_account_id:
            wire["APAccountRef"] = {"value": self.payable_account_id}
        if self.currency:
            wire["CurrencyRef"] = {"value": self.currency}
        if self.location_id:
            wire["DepartmentRef"] = {"value": self.location_id}
        if self.term_id and not self.is_credit:
            wire["SalesTermRef"] = {"value": self.term_id}
        if self.due_date and not self.is_credit:
            wire["DueDate"] = self.due_date.isoformat()
        if self.has_tax_codes:
            wire["GlobalTaxCalculation"] = "TaxExcluded"
        return wire


@dataclass(frozen=True, slots=True)
class PostalAddress:
    line: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""

    def to_wire(self) -> dict[str, str]:
        named = {
            "Line1": self.line,
            "City": self.city,
            "CountrySubDivisionCode": self.region,
            "PostalCode": self.postal_code,
            "Country": self.country,
        }
        return {key: value for key, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Contact:
    """A vendor or a customer. `parent_id` makes a customer a sub-customer (job) billed with its parent."""

    role: Literal["vendor", "customer"]
    name: str
    company_name: str = ""
    email: str = ""
    phone: str = ""
    address: PostalAddress = PostalAddress()
    parent_id: str = ""

    @property
    def entity(self) -> str:
        return "Vendor" if self.role == "vendor" else "Customer"

    def to_wire(self) -> dict[str, Any]:
        wire: dict[str, Any] = {"DisplayName": self.name}
        if self.company_name:
            wire["CompanyName"] = self.company_name[:100]
        if self.email:
            wire["PrimaryEmailAddr"] = {"Address": self.email[:100]}
        if self.phone:
            wire["PrimaryPhone"] = {"FreeFormNumber": self.phone[:30]}
        address = self.address.to_wire()
        if address:
            wire["BillAddr"] = address
        if self.parent_id:
            wire |= {"Job": True, "ParentRef": {"value": self.parent_id}, "BillWithParent": True}
        return wire


def numbers_from_text(wire: dict[str, Any]) -> dict[str, Any]:
    """A stored wire form with its amounts as Decimal again: JSON columns keep them as text, digit by digit."""
    numbered = dict(wire)
    if "Line" in wire:
        numbered["Line"] = [{**line, "Amount": Decimal(str(line["Amount"]))} for line in wire["Line"] or ()]
    if "TxnTaxDetail" in wire:
        numbered["TxnTaxDetail"] = {**wire["TxnTaxDetail"], "TotalTax": Decimal(str(wire["TxnTaxDetail"]["TotalTax"]))}
    return numbered
