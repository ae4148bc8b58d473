"""Bills and vendor credits: what is owed, what of it is paid, the orders they receive, and what they post to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import business
from connectors.sandbox.qbo.books.kinds import Kind, Write
from connectors.sandbox.qbo.books.multicurrency import set_home_balance
from connectors.sandbox.qbo.books.transactions import (
    demand_free_number,
    demand_open,
    set_due_date,
    set_purchase_number,
)
from connectors.sandbox.qbo.books.values import Record, spell_money
from connectors.sandbox.qbo.purchases.expenses import post_lines, prepare_expense, set_payables_account
from connectors.sandbox.qbo.purchases.purchase_orders import link_orders, settle_orders

# Documented on the Preferences page beside those for checks and journals.
DUPLICATE_BILL_PREFERENCE = "WarnDuplicateBillNumber"


def prepare_bill(write: Write) -> None:
    _prepare_owed(write)
    set_due_date(write)
    demand_free_number(write, DUPLICATE_BILL_PREFERENCE)
    link_orders(write)
    write.record["Balance"] = _find_balance(write)
    set_home_balance(write)


def prepare_vendor_credit(write: Write) -> None:
    _prepare_owed(write)
    set_purchase_number(write)
    write.record["Balance"] = _find_balance(write)


def settle_bill(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    """A deleted document leaves its payments as they are, without the line; unverified at the vendor."""
    settle_orders(book, kind, old, new)
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
    yield from post_lines(book, record, 1)


def post_vendor_credit(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    yield record["APAccountRef"]["value"], Decimal(record["TotalAmt"])
    yield from post_lines(book, record, -1)


def _prepare_owed(write: Write) -> None:
    prepare_expense(write)
    set_payables_account(write)
    old = write.old
    is_paid = old is not None and any(link["TxnType"] != "PurchaseOrder" for link in old.get("LinkedTxn", []))
    if is_paid and old is not None and old["VendorRef"] != write.record["VendorRef"]:
        raise business("The vendor cannot change once a payment is applied.")


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
