"""Products and services: what each type needs, and which accounts it may use."""

from __future__ import annotations

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import business, missing, wrong_account_type
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.names import prepare_name
from connectors.sandbox.qbo.books.values import Record

NEEDED = {
    "Service": ("IncomeAccountRef",),
    "Inventory": ("IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef", "QtyOnHand", "InvStartDate"),
}
# Stock is bound to these; services and non-inventory items take any account, which deposits and retention live on.
INVENTORY_ACCOUNTS = {
    "IncomeAccountRef": "Income",
    "ExpenseAccountRef": "Cost of Goods Sold",
    "AssetAccountRef": "Other Current Asset",
}
CATEGORY_MEMBERS = frozenset({"Name", "Type", "Active", "SubItem", "ParentRef", "Level", "FullyQualifiedName"})
HEAD_MEMBERS = frozenset({"Id", "SyncToken", "MetaData", "domain", "sparse"})
STOCK_MEMBERS = ("AssetAccountRef", "QtyOnHand", "InvStartDate", "ReorderPoint")


def prepare_item(write: Write) -> None:
    record = write.record
    if record.get("SubItem") is False:
        # Unlike a customer's Job, it is answered only where it is so.
        del record["SubItem"]
    _check_type_change(write)
    if record["Type"] == "Category":
        # A category has a name and a place, nothing else.
        write.record = {name: value for name, value in record.items() if name in CATEGORY_MEMBERS | HEAD_MEMBERS}
        _check_category(write)
        prepare_name(write)
        return
    for member in NEEDED.get(record["Type"], ()):
        if member not in record:
            raise missing(member)
    is_stock = record["Type"] == "Inventory"
    record["TrackQtyOnHand"] = is_stock
    if is_stock:
        _check_stock_accounts(write.book, record)
        _check_quantity(record)
    for member in () if is_stock else STOCK_MEMBERS:
        record.pop(member, None)
    for member in ("UnitPrice", "PurchaseCost"):
        record.setdefault(member, 0)
    record.setdefault("Taxable", False)
    _check_category(write)
    prepare_name(write)


def _check_type_change(write: Write) -> None:
    """Tracked stock stays tracked, a category stays one. The texts are unverified."""
    record, old = write.record, write.old
    if old is None or old["Type"] == record["Type"]:
        if old is not None and old.get("TrackQtyOnHand") and write.sent.get("TrackQtyOnHand") is False:
            raise business("Quantity tracking cannot be switched off.")
        return
    if "Inventory" in (old["Type"],) or "Category" in (old["Type"], record["Type"]):
        raise business(f"The type {old['Type']} cannot be changed.")


def _check_stock_accounts(book: Book, record: Record) -> None:
    for member, account_type in INVENTORY_ACCOUNTS.items():
        if book.records["Account"][record[member]["value"]]["AccountType"] != account_type:
            raise wrong_account_type(member)


def _check_quantity(record: Record) -> None:
    if record.get("Active") is False and record["QtyOnHand"]:
        # Documented; the text is unverified.
        raise business("An item with a quantity on hand cannot be made inactive.")


def _check_category(write: Write) -> None:
    """Items are put under categories only; unverified for companies that had sub-items before."""
    parent_id = write.record.get("ParentRef", {}).get("value")
    if parent_id and write.record.get("SubItem") and write.book.records["Item"][parent_id]["Type"] != "Category":
        raise business("The parent of an item must be a category.")
