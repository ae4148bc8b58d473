"""What QuickBooks Online sends, as frozen values. Vendor spelling stops here; only the fields in use are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from smoothx.lib.dates import parse_date, parse_instant
from smoothx.lib.money import money
from smoothx.lib.text import collapse_spaces

Wire = Mapping[str, Any]


def _updated_at(wire: Wire) -> datetime | None:
    return parse_instant((wire.get("MetaData") or {}).get("LastUpdatedTime"))


def _ref(wire: Wire, name: str) -> str:
    return str((wire.get(name) or {}).get("value") or "")


@dataclass(frozen=True, slots=True)
class Contact:
    """A vendor or customer; a customer with `parent_id` is a sub-customer or project. Name is the display name.

    `tax_id` comes masked but for its last digits. `phone` is the first number there is, `mobile` another one.
    `term_id` is the term a vendor is paid by. `street` is the first line of the address, `more_lines` are those below.
    """

    id: str
    role: Literal["vendor", "customer"]
    name: str
    full_name: str
    sync_token: str
    company_name: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    parent_id: str = ""
    is_project: bool = False
    is_active: bool = True
    updated_at: datetime | None = None
    mobile: str = ""
    tax_id: str = ""
    currency: str = ""
    term_id: str = ""
    more_lines: tuple[str, ...] = ()

    @classmethod
    def from_wire(cls, wire: Wire, *, role: Literal["vendor", "customer"]) -> Contact:
        address = wire.get("BillAddr") or {}
        phone, mobile = _phones(wire)
        return cls(
            id=str(wire["Id"]),
            role=role,
            name=collapse_spaces(wire.get("DisplayName") or ""),
            full_name=collapse_spaces(wire.get("FullyQualifiedName") or wire.get("DisplayName") or ""),
            sync_token=str(wire.get("SyncToken") or "0"),
            company_name=collapse_spaces(wire.get("CompanyName") or ""),
            email=(wire.get("PrimaryEmailAddr") or {}).get("Address") or "",
            phone=phone,
            street=address.get("Line1") or "",
            city=address.get("City") or "",
            region=address.get("CountrySubDivisionCode") or "",
            postal_code=address.get("PostalCode") or "",
            country=address.get("Country") or "",
            parent_id=_ref(wire, "ParentRef"),
            is_project=bool(wire.get("IsProject", False)),
            is_active=bool(wire.get("Active", True)),
            updated_at=_updated_at(wire),
            mobile=mobile,
            tax_id=str(wire.get("TaxIdentifier") or wire.get("PrimaryTaxIdentifier") or ""),
            currency=_ref(wire, "CurrencyRef"),
            term_id=_ref(wire, "TermRef"),
            more_lines=tuple(line for number in range(2, 6) if (line := address.get(f"Line{number}"))),
        )


def _phones(wire: Wire) -> tuple[str, str]:
    """The first two of a contact's numbers."""
    members = ("PrimaryPhone", "Mobile", "AlternatePhone")
    numbers = [(wire.get(member) or {}).get("FreeFormNumber") or "" for member in members]
    found = [*dict.fromkeys(number for number in numbers if number), "", ""]
    return found[0], found[1]


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    name: str
    full_name: str
    number: str
    account_type: str
    account_sub_type: str
    classification: str
    balance: Decimal
    is_active: bool = True

    @classmethod
    def from_wire(cls, wire: Wire) -> Account:
        return cls(
            id=str(wire["Id"]),
            name=collapse_spaces(wire.get("Name") or ""),
            full_name=collapse_spaces(wire.get("FullyQualifiedName") or wire.get("Name") or ""),
            number=wire.get("AcctNum") or "",
            account_type=wire.get("AccountType") or "",
            account_sub_type=wire.get("AccountSubType") or "",
            classification=wire.get("Classification") or "",
            balance=money(wire.get("CurrentBalance")),
            is_active=bool(wire.get("Active", True)),
        )


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    name: str
    full_name: str
    item_type: str
    income_account_id: str
    expense_account_id: str
    is_active: bool = True
    sku: str = ""

    @property
    def is_bought(self) -> bool:
        """It can stand on a bill: an item without an expense account cannot."""
        return bool(self.expense_account_id)

    @classmethod
    def from_wire(cls, wire: Wire) -> Item:
        return cls(
            id=str(wire["Id"]),
            name=collapse_spaces(wire.get("Name") or ""),
            full_name=collapse_spaces(wire.get("FullyQualifiedName") or wire.get("Name") or ""),
            item_type=wire.get("Type") or "",
            income_account_id=_ref(wire, "IncomeAccountRef"),
            expense_account_id=_ref(wire, "ExpenseAccountRef"),
            is_active=bool(wire.get("Active", True)),
            sku=collapse_spaces(wire.get("Sku") or ""),
        )


@dataclass(frozen=True, slots=True)
class PostedDocument:
    """A bill, invoice, credit or order as it stands in the books; `party_id` is its vendor or customer.

    `open_balance` below `total` means something was paid. `linked` are the documents it is linked to, as (kind, id):
    a bill to its payments and its purchase order.
    """

    id: str
    sync_token: str
    number: str
    party_id: str
    date: date | None
    total: Decimal
    open_balance: Decimal
    memo: str
    updated_at: datetime | None = None
    linked: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_wire(cls, wire: Wire) -> PostedDocument:
        amount = money(wire.get("TotalAmt"))
        return cls(
            id=str(wire["Id"]),
            sync_token=str(wire.get("SyncToken") or "0"),
            number=wire.get("DocNumber") or "",
            party_id=_ref(wire, "VendorRef") or _ref(wire, "CustomerRef"),
            date=parse_date(wire.get("TxnDate")),
            total=amount,
            open_balance=money(wire["Balance"]) if "Balance" in wire else amount,
            memo=wire.get("PrivateNote") or "",
            updated_at=_updated_at(wire),
            linked=tuple((str(link["TxnType"]), str(link["TxnId"])) for link in wire.get("LinkedTxn") or ()),
        )


@dataclass(frozen=True, slots=True)
class Books:
    """What the company's edition and preferences allow, probed when it connects."""

    company_name: str
    country: str
    home_currency: str
    uses_sales_tax: bool
    closed_until: date | None
    uses_account_numbers: bool
    is_multicurrency: bool
    classes: Literal["", "transaction", "line"] = ""
    tracks_locations: bool = False
    uses_projects: bool = False
    buys_items: bool = False
    edition: str = ""

    @property
    def tracks_classes(self) -> bool:
        return bool(self.classes)

    @classmethod
    def from_wire(cls, company: Wire, preferences: Wire) -> Books:
        accounting = preferences.get("AccountingInfoPrefs") or {}
        currency = preferences.get("CurrencyPrefs") or {}
        return cls(
            company_name=company.get("CompanyName") or "",
            country=company.get("Country") or "",
            home_currency=_ref(currency, "HomeCurrency") or "USD",
            uses_sales_tax=bool((preferences.get("TaxPrefs") or {}).get("UsingSalesTax", False)),
            closed_until=parse_date(accounting.get("BookCloseDate")),
            uses_account_numbers=bool(accounting.get("UseAccountNumbers", False)),
            is_multicurrency=bool(currency.get("MultiCurrencyEnabled", False)),
            classes=_class_tracking(accounting),
            tracks_locations=bool(accounting.get("TrackDepartments", False)),
            uses_projects=_named_values(preferences.get("OtherPrefs")).get("ProjectsEnabled") == "true",
            buys_items=bool((preferences.get("ProductAndServicesPrefs") or {}).get("ForPurchase", False)),
            edition=_named_values(company).get("OfferingSku", ""),
        )


def _class_tracking(accounting: Wire) -> Literal["", "transaction", "line"]:
    """One class per line, one per transaction, or none. A class written where it is not tracked is lost silently."""
    if accounting.get("ClassTrackingPerTxnLine"):
        return "line"
    return "transaction" if accounting.get("ClassTrackingPerTxn") else ""


def _named_values(wire: Wire | None) -> dict[str, str]:
    """QuickBooks keeps what has no field of its own as pairs of Name and Value."""
    pairs = (wire or {}).get("NameValue") or []
    return {str(pair.get("Name")): str(pair.get("Value")) for pair in pairs}
