"""Bills and vendor credits: expense lines by account or by item, what is owed, and what it posts to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from connectors.sandbox.qbo.book import Book
from connectors.sandbox.qbo.faults import (
    amount_mismatch,
    business,
    customer_missing,
    missing,
    no_item_or_account,
    wrong_account_type,
)
from connectors.sandbox.qbo.kinds import Kind, Write
from connectors.sandbox.qbo.refs import make_reference
from connectors.sandbox.qbo.transactions import (
    demand_free_number,
    demand_open,
    number_lines,
    set_currency,
    set_date,
    set_due_date,
    sum_lines,
)
from connectors.sandbox.qbo.values import CENT, Record, spell_money

ACCOUNT_LINE = "AccountBasedExpenseLineDetail"
ITEM_LINE = "ItemBasedExpenseLineDetail"
# The name of the duplicate-bill preference is unverified; those for checks and journals are recorded.
DUPLICATE_BILL_PREFERENCE = "WarnDuplicateBillNumber"
# In a US company purchases carry no tax, so the service drops what is said of it.
UNTAXED_MEMBERS = ("GlobalTaxCalculation", "TxnTaxDetail")


def prepare_bill(write: Write) -> None:
    _prepare_expense(write)
    set_due_date(write)
    demand_free_number(write, DUPLICATE_BILL_PREFERENCE)
    write.record.setdefault("LinkedTxn", [])
    write.record["Balance"] = _find_balance(write)


def prepare_vendor_credit(write: Write) -> None:
    _prepare_expense(write)
    write.record["Balance"] = _find_balance(write)


def settle_bill(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    """A deleted document leaves its payments as they are, without the line; unverified at the vendor."""
    if new is not None or old is None:
        return
    for linked in old.get("LinkedTxn", []):
        payment = book.get("BillPayment", linked["TxnId"])
        if payment is not None:
            _drop_from_payment(book, payment, old["Id"])


def check_vendor_credit_delete(book: Book, record: Record) -> None:
    demand_open(book, record)
    if record.get("LinkedTxn"):
        # Unverified at the vendor; refusing keeps the payments whole.
        raise business("The vendor credit is applied to a bill, so it cannot be deleted.")


def weigh_bill(record: Record) -> tuple[str, Decimal]:
    return record["VendorRef"]["value"], Decimal(record["Balance"])


def weigh_vendor_credit(record: Record) -> tuple[str, Decimal]:
    return record["VendorRef"]["value"], -Decimal(record["Balance"])


def post_bill(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    yield record["APAccountRef"]["value"], -Decimal(record["TotalAmt"])
    yield from _post_lines(book, record, 1)


def post_vendor_credit(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    yield record["APAccountRef"]["value"], Decimal(record["TotalAmt"])
    yield from _post_lines(book, record, -1)


def set_payables_account(write: Write) -> None:
    """Implied when the company has one."""
    book, record = write.book, write.record
    if "APAccountRef" not in record:
        payables = next((row for row in book.all("Account") if row["AccountType"] == "Accounts Payable"), None)
        if payables is None:
            raise missing("APAccountRef")
        record["APAccountRef"] = make_reference(book.kinds["Account"], payables)
    account = book.records["Account"][record["APAccountRef"]["value"]]
    if account["AccountType"] != "Accounts Payable":
        raise wrong_account_type("APAccountRef")


def _prepare_expense(write: Write) -> None:
    record = write.record
    set_date(write)
    set_currency(write)
    set_payables_account(write)
    if write.old is not None and write.old.get("LinkedTxn") and write.old["VendorRef"] != record["VendorRef"]:
        raise business("The vendor cannot change once a payment is applied.")
    for member in UNTAXED_MEMBERS:
        record.pop(member, None)
    if not write.book.preference("AccountingInfoPrefs", "TrackDepartments"):
        record.pop("DepartmentRef", None)
    if "Line" in write.sent or write.old is None:
        record["Line"] = [_prepare_line(write.book, line) for line in record.get("Line") or []]
        number_lines(write)
    total = sum_lines(record)
    if total < 0:
        # The code family is documented, the text is unverified.
        raise business("The total amount cannot be negative. Use a vendor credit for it.")
    record["TotalAmt"] = spell_money(total)


def _prepare_line(book: Book, line: Record) -> Record:
    kind_of_line = line.get("DetailType")
    if kind_of_line is None:
        raise missing("DetailType")
    if kind_of_line not in (ACCOUNT_LINE, ITEM_LINE, "DescriptionOnly"):
        raise business(f"{kind_of_line} cannot stand on this transaction.")
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
        _check_amount(line, detail)
    return {**line, kind_of_line: detail}


def _tidy_detail(book: Book, detail: Record) -> None:
    """What the company's preferences or its country leave no room for is dropped without a word."""
    for member in ("TaxCodeRef", "TaxAmount", "TaxInclusiveAmt"):
        detail.pop(member, None)
    if not book.preference("AccountingInfoPrefs", "ClassTrackingPerTxnLine"):
        detail.pop("ClassRef", None)
    if not book.preference("VendorAndPurchasesPrefs", "TrackingByCustomer"):
        detail.pop("CustomerRef", None)
    if "BillableStatus" not in detail:
        tracks = book.preference("VendorAndPurchasesPrefs", "BillableExpenseTracking")
        # Seen by integrators: with tracking on, a customer alone makes the line billable.
        detail["BillableStatus"] = "Billable" if tracks and "CustomerRef" in detail else "NotBillable"
    elif detail["BillableStatus"] == "Billable" and "CustomerRef" not in detail:
        raise customer_missing()


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


def _check_amount(line: Record, detail: Record) -> None:
    if "Qty" not in detail or "UnitPrice" not in detail:
        return
    product = (Decimal(detail["Qty"]) * Decimal(detail["UnitPrice"])).quantize(CENT, rounding=ROUND_HALF_UP)
    if product != Decimal(line["Amount"]):
        raise amount_mismatch(line["Amount"])


def _find_balance(write: Write) -> Decimal | int:
    """What is left of the total after the payments applied so far."""
    applied = Decimal(write.old["TotalAmt"]) - Decimal(write.old["Balance"]) if write.old else Decimal(0)
    balance = Decimal(write.record["TotalAmt"]) - applied
    if balance < 0:
        # Unverified at the vendor, whose own screens then leave part of the payment unapplied.
        raise business("The total cannot be lower than what is already paid.")
    return spell_money(balance)


def _drop_from_payment(book: Book, payment: Record, record_id: str) -> None:
    lines = [line for line in payment["Line"] if line["LinkedTxn"][0]["TxnId"] != record_id]
    book.amend(book.kinds["BillPayment"], payment["Id"], {"Line": lines})


def _post_lines(book: Book, record: Record, sign: int) -> Iterator[tuple[str, Decimal]]:
    for line in record["Line"]:
        detail = line.get(line["DetailType"], {})
        account = detail.get("AccountRef")
        if "ItemRef" in detail:
            account = book.records["Item"][detail["ItemRef"]["value"]]["ExpenseAccountRef"]
        if account is not None:
            yield account["value"], sign * Decimal(line["Amount"])
