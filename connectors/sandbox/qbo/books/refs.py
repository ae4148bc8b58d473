"""References: which record each one must point at, and the name it is answered with."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import (
    bad_value,
    invalid_enumeration,
    invalid_reference,
    invalid_tax_code,
    missing,
    object_not_found,
)
from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.tax.tax_codes import is_us

# Reference members that mean the same wherever they stand. Those of a kind's own come from Kind.references;
# any other is taken unchecked.
SHARED_REFERENCES = {
    "VendorRef": "Vendor",
    "CustomerRef": "Customer",
    "EmployeeRef": "Employee",
    "AccountRef": "Account",
    "APAccountRef": "Account",
    "ARAccountRef": "Account",
    "BankAccountRef": "Account",
    "CCAccountRef": "Account",
    "IncomeAccountRef": "Account",
    "ExpenseAccountRef": "Account",
    "AssetAccountRef": "Account",
    "DepositToAccountRef": "Account",
    "DiscountAccountRef": "Account",
    "GroupItemRef": "Item",
    "ClassRef": "Class",
    "DepartmentRef": "Department",
    "ItemRef": "Item",
    "SalesTermRef": "Term",
    "TermRef": "Term",
    "PrefVendorRef": "Vendor",
    "FromAccountRef": "Account",
    "ToAccountRef": "Account",
    "CreditCardAccountRef": "Account",
    "PaymentMethodRef": "PaymentMethod",
    "CustomerTypeRef": "CustomerType",
    "SalesTaxCodeRef": "TaxCode",
    "PurchaseTaxCodeRef": "TaxCode",
    "DefaultTaxCodeRef": "TaxCode",
}
PARTIES = ("Customer", "Vendor", "Employee")
# These come back without a name.
NAMELESS = frozenset(
    {"SalesTermRef", "TermRef", "ParentRef", "TaxCodeRef", "DefaultTaxCodeRef", "TxnTaxCodeRef"}
    | {"PaymentMethodRef", "CustomerTypeRef", "SalesTaxCodeRef", "PurchaseTaxCodeRef"}
)
# The line for shipping names no item of the list.
SHIPPING_ITEM = "SHIPPING_ITEM_ID"
US_LINE_CODES = frozenset({"TAX", "NON"})


def resolve(book: Book, kind: Kind, value: Any, path: str = "") -> Any:
    """A copy with every known reference checked and named. Raises QboFault 2500, 610 or 6100."""
    if isinstance(value, list):
        return [resolve(book, kind, item, path) for item in value]
    if not isinstance(value, dict):
        return value
    resolved: Record = {}
    for name, member in value.items():
        here = f"{path}.{name}" if path else name
        if name.endswith("Ref") and isinstance(member, dict) and "value" in member:
            resolved[name] = _resolve_one(book, kind, name, member, here)
        else:
            resolved[name] = resolve(book, kind, member, here)
    return resolved


def _resolve_one(book: Book, kind: Kind, name: str, reference: Record, path: str) -> Record:
    if not isinstance(reference["value"], str):
        # Only inside types that are taken as they come.
        raise bad_value(path, reference["value"])
    if name == "TaxCodeRef":
        return _resolve_tax_code(book, reference, path)
    target = kind.references.get(name) or SHARED_REFERENCES.get(name)
    if target is None:
        return reference
    if reference["value"] == SHIPPING_ITEM and path.endswith("SalesItemLineDetail.ItemRef"):
        return {"value": SHIPPING_ITEM}
    target_kind = book.kinds[target]
    record = book.get(target, reference["value"])
    if record is None:
        raise invalid_reference(target_kind.table, reference["value"], path)
    if record.get("Active") is False:
        raise object_not_found()
    return make_reference(target_kind, record, name)


def resolve_party(book: Book, reference: Record, path: str, party_type: str | None = None) -> Record:
    """`{"value", "name", "type"}` of a customer, vendor or employee.

    The type says where to look; without one all three are searched, as they share their ids. Raises QboFault.
    """
    party_type = party_type or reference.get("type")
    if not reference.get("value"):
        raise missing(path)
    if party_type is not None and party_type not in PARTIES:
        raise invalid_enumeration(f"{path}.type", party_type)
    for name in (party_type,) if party_type else PARTIES:
        record = book.get(name, reference["value"])
        if record is not None and record.get("Active") is False:
            raise object_not_found()
        if record is not None:
            return {**make_reference(book.kinds[name], record), "type": name}
    raise invalid_reference("Names", reference["value"], path)


def make_reference(kind: Kind, record: Record, member: str = "") -> Record:
    """`{"value", "name"}` of a record, the name left out where the service leaves it out."""
    if member in NAMELESS:
        return {"value": record["Id"]}
    return {"value": record["Id"], "name": record.get("FullyQualifiedName") or record[kind.name_member]}


def _resolve_tax_code(book: Book, reference: Record, path: str) -> Record:
    """In a US company a line takes the pseudo codes only, elsewhere a tax code; its table word is unverified."""
    code = reference["value"]
    if is_us(book):
        if code not in US_LINE_CODES:
            raise invalid_tax_code(code)
        return {"value": code}
    record = book.get("TaxCode", code)
    if record is None:
        raise invalid_reference("TaxCode", code, path)
    if record.get("Active") is False:
        raise object_not_found()
    return {"value": code}
