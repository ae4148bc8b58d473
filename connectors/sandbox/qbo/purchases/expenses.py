"""What bills, vendor credits, purchases and orders share: expense lines by account or by item, and their postings."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.sandbox.amounts import round_cents
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import (
    amount_mismatch,
    business,
    customer_missing,
    missing,
    no_item_or_account,
    wrong_account_type,
)
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.multicurrency import demand_same_currency, open_ledger, set_currency
from connectors.sandbox.qbo.books.refs import make_reference
from connectors.sandbox.qbo.books.transactions import drop_empty_quantity, number_lines, set_date, sum_lines
from connectors.sandbox.qbo.books.values import Record, spell_money
from connectors.sandbox.qbo.tax.taxes import post_tax, tax_purchase, total_tax

ACCOUNT_LINE = "AccountBasedExpenseLineDetail"
ITEM_LINE = "ItemBasedExpenseLineDetail"


def prepare_expense(write: Write, *, has_numbers: bool = True) -> None:
    """Date, currency, lines and total of a purchase document; `has_numbers`: its lines carry LineNum."""
    record = write.record
    set_date(write)
    set_currency(write)
    if not write.book.preference("AccountingInfoPrefs", "TrackDepartments"):
        record.pop("DepartmentRef", None)
    if "Line" in write.sent or write.old is None:
        record["Line"] = [_prepare_line(write.book, line) for line in record.get("Line") or []]
        number_lines(write, has_numbers=has_numbers)
    tax_purchase(write)
    total = sum_lines(record) + total_tax(record)
    if total < 0:
        # The code family is documented, the text is unverified.
        raise business("The total amount cannot be negative. Use a vendor credit for it.")
    record["TotalAmt"] = spell_money(total)


def set_payables_account(write: Write) -> None:
    """Implied when the company has one."""
    book, record = write.book, write.record
    if "APAccountRef" not in record:
        payables = open_ledger(book, "Accounts Payable", record["CurrencyRef"]["value"])
        if payables is None:
            raise missing("APAccountRef")
        record["APAccountRef"] = make_reference(book.kinds["Account"], payables)
    account = book.records["Account"][record["APAccountRef"]["value"]]
    if account["AccountType"] != "Accounts Payable":
        raise wrong_account_type("APAccountRef")
    demand_same_currency(record, account)


def post_lines(book: Book, record: Record, sign: int) -> Iterator[tuple[str, Decimal]]:
    for line in record["Line"]:
        detail = line.get(line["DetailType"], {})
        account = detail.get("AccountRef")
        if "ItemRef" in detail:
            account = find_item_account(book.records["Item"][detail["ItemRef"]["value"]])
        if account is not None:
            yield account["value"], sign * Decimal(line["Amount"])
    yield from post_tax(book, record, sign)


def find_item_account(item: Record) -> Record | None:
    """Stock is bought into its asset account, anything else into its expense account.

    An item may have lost the latter since it was bought; its income account then stands in.
    """
    account = item["AssetAccountRef"] if item["Type"] == "Inventory" else item.get("ExpenseAccountRef")
    return account or item.get("IncomeAccountRef")


def _prepare_line(book: Book, line: Record) -> Record:
    kind_of_line = line.get("DetailType")
    if kind_of_line is None:
        raise missing("DetailType")
    if kind_of_line not in (ACCOUNT_LINE, ITEM_LINE, "DescriptionOnly"):
        raise business(f"{kind_of_line} cannot stand on this transaction.")
    line = {name: value for name, value in line.items() if name != "Received"}
    if kind_of_line == "DescriptionOnly":
        return {**line, "Amount": 0}
    if "Amount" not in line:
        raise missing("Amount")
    detail = dict(line.get(kind_of_line) or {})
    _tidy_detail(book, detail)
    if kind_of_line == ACCOUNT_LINE:
        _check_account(book, detail)
    elif "ItemRef" in detail:
        _check_item(book, detail)
        drop_empty_quantity(line, detail)
        _check_amount(line, detail)
    elif line["Amount"]:
        # Without an item the line only says something; an amount on it would belong to no account.
        raise no_item_or_account()
    # An answer repeats the item's account beside the item; it says nothing new on the way in.
    line.pop(ACCOUNT_LINE if kind_of_line == ITEM_LINE else ITEM_LINE, None)
    return {**line, kind_of_line: detail}


def _tidy_detail(book: Book, detail: Record) -> None:
    """What the company's preferences leave no room for is dropped without a word."""
    if not book.preference("AccountingInfoPrefs", "ClassTrackingPerTxnLine"):
        detail.pop("ClassRef", None)
    if not book.preference("VendorAndPurchasesPrefs", "TrackingByCustomer"):
        detail.pop("CustomerRef", None)
    if detail.get("BillableStatus") == "Billable" and "CustomerRef" not in detail:
        raise customer_missing()
    if not book.preference("VendorAndPurchasesPrefs", "BillableExpenseTracking"):
        detail["BillableStatus"] = "NotBillable"
    # Seen by integrators: with tracking on, a customer alone makes the line billable.
    detail.setdefault("BillableStatus", "Billable" if "CustomerRef" in detail else "NotBillable")


def _check_account(book: Book, detail: Record) -> None:
    if "AccountRef" not in detail:
        raise no_item_or_account()
    account = book.records["Account"][detail["AccountRef"]["value"]]
    # Integrators call these "refused or odd"; refusing is the stricter of the two.
    if account["AccountType"] in ("Accounts Receivable", "Accounts Payable"):
        raise wrong_account_type("Line.AccountBasedExpenseLineDetail.AccountRef")


def _check_item(book: Book, detail: Record) -> None:
    item = book.records["Item"][detail["ItemRef"]["value"]]
    if item["Type"] == "Category" or "ExpenseAccountRef" not in item:
        raise business(f"The item {item['Name']} cannot be bought: it has no expense account.")
    if not book.preference("ProductAndServicesPrefs", "ForPurchase"):
        # Unverified at the vendor; the preference is documented as needed.
        raise business("Products and services are not turned on for purchases.")


def _check_amount(line: Record, detail: Record) -> None:
    if "Qty" not in detail or "UnitPrice" not in detail:
        return
    product = round_cents(Decimal(detail["Qty"]) * Decimal(detail["UnitPrice"]))
    if product != Decimal(line["Amount"]):
        raise amount_mismatch(line["Amount"])
