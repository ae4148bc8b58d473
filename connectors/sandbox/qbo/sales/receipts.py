"""Sales receipts and refund receipts: sales paid, or paid back, on the spot."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import deposited, too_long, wrong_account_type
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.refs import make_reference
from connectors.sandbox.qbo.books.system_accounts import UNDEPOSITED_FUNDS, refer_to_account
from connectors.sandbox.qbo.books.transactions import demand_open
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.sales.sales import post_sold, prepare_form

MONEY_ACCOUNTS = ("Bank", "Other Current Asset")
MAX_REFERENCE = {"RefundReceipt": 100}
# Documented for sales receipts, for payments unverified.
USUAL_MAX_REFERENCE = 21


def prepare_sales_receipt(write: Write) -> None:
    """Sales and refund receipts alike. The customer may be left out, as recorded."""
    prepare_form(write)
    set_money_account(write)
    name_payment_method(write.book, write.record)
    write.record["Balance"] = 0
    if "HomeTotalAmt" in write.record:
        write.record["HomeBalance"] = 0
    demand_not_deposited(write)


def check_receipt_delete(book: Book, record: Record) -> None:
    demand_open(book, record)
    if is_deposited(record):
        raise deposited()


def is_deposited(record: Record) -> bool:
    return any(each["TxnType"] == "Deposit" for each in record.get("LinkedTxn", []))


def demand_not_deposited(write: Write) -> None:
    """Called last: an update that changes nothing passes. Raises QboFault 6540."""
    if write.old is not None and is_deposited(write.old) and write.record != write.old:
        raise deposited()


def set_money_account(write: Write) -> None:
    """Undeposited Funds unless given; it must be one that holds money."""
    record = write.record
    if "DepositToAccountRef" not in record:
        record["DepositToAccountRef"] = refer_to_account(write.book, UNDEPOSITED_FUNDS)
    account = write.book.records["Account"][record["DepositToAccountRef"]["value"]]
    if account["AccountType"] not in MONEY_ACCOUNTS:
        raise wrong_account_type("DepositToAccountRef")
    limit = MAX_REFERENCE.get(write.kind.name, USUAL_MAX_REFERENCE)
    number = str(record.get("PaymentRefNum", ""))
    if len(number) > limit:
        raise too_long("PaymentRefNum", limit, len(number))


def name_payment_method(book: Book, record: Record) -> None:
    """Receipts and deposits say the method's name, as recorded; payments do not."""
    method = book.get("PaymentMethod", record.get("PaymentMethodRef", {}).get("value", ""))
    if method is not None:
        record["PaymentMethodRef"] = make_reference(book.kinds["PaymentMethod"], method)


def post_sales_receipt(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    yield record["DepositToAccountRef"]["value"], Decimal(record["TotalAmt"])
    yield from post_sold(book, record, -1)


def post_refund_receipt(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    yield record["DepositToAccountRef"]["value"], -Decimal(record["TotalAmt"])
    yield from post_sold(book, record, 1)
