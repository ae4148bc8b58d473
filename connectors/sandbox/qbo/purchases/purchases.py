"""Purchases: expenses, checks and card charges, paid as they are entered."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import business, wrong_account_type
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.refs import resolve_party
from connectors.sandbox.qbo.books.transactions import demand_free_check_number
from connectors.sandbox.qbo.books.values import Record, spell_extension
from connectors.sandbox.qbo.purchases.expenses import post_lines, prepare_expense
from connectors.sandbox.qbo.purchases.purchase_orders import link_orders

# What the company's own number for the type of transaction is; those of cash and checks are recorded.
TXN_TYPES = {"Cash": "54", "Check": "3", "CreditCard": "54"}
# Unverified: the number of a card refund.
CARD_CREDIT_TXN_TYPE = "11"
PAID_FROM = {"Cash": "Bank", "Check": "Bank", "CreditCard": "Credit Card"}


def prepare_purchase(write: Write) -> None:
    record = write.record
    if write.old is not None and write.old["PaymentType"] != record["PaymentType"]:
        # The text is unverified.
        raise business("The payment type of a purchase cannot be changed.")
    prepare_expense(write, has_numbers=False)
    _check_account(write)
    _name_payee(write)
    _set_credit(record)
    _set_check_members(write)
    link_orders(write)
    if not record["LinkedTxn"]:
        # Recorded purchases have none, not an empty list.
        del record["LinkedTxn"]
    record["PurchaseEx"] = _describe_type(record)


def post_purchase(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    sign = -1 if record.get("Credit") else 1
    yield record["AccountRef"]["value"], -sign * Decimal(record["TotalAmt"])
    yield from post_lines(book, record, sign)


def _check_account(write: Write) -> None:
    account = write.book.records["Account"][write.record["AccountRef"]["value"]]
    if account["AccountType"] != PAID_FROM[write.record["PaymentType"]]:
        raise wrong_account_type("AccountRef")


def _name_payee(write: Write) -> None:
    """Nobody needs to be named; who is, is looked up by type."""
    if "EntityRef" in write.record:
        write.record["EntityRef"] = resolve_party(write.book, write.record["EntityRef"], "EntityRef")


def _set_credit(record: Record) -> None:
    """Only a card takes money back. A full update without it makes a refund a charge again."""
    is_credit = record.pop("Credit", False)
    if record["PaymentType"] == "CreditCard":
        record["Credit"] = is_credit
    elif is_credit:
        raise business("Only a credit card purchase can be a credit.")


def _set_check_members(write: Write) -> None:
    record = write.record
    record.pop("RemitToAddr", None)
    if record["PaymentType"] != "Check":
        record.pop("PrintStatus", None)
        return
    record.setdefault("PrintStatus", "NotSet")
    demand_free_check_number(write)
    payee = record.get("EntityRef")
    party = write.book.get(payee["type"], payee["value"]) if payee else None
    address = (party or {}).get("BillAddr")
    if address:
        record["RemitToAddr"] = address


def _describe_type(record: Record) -> Record:
    number = CARD_CREDIT_TXN_TYPE if record.get("Credit") else TXN_TYPES[record["PaymentType"]]
    return spell_extension({"TxnType": number})
