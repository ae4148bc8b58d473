"""Money moved between own accounts: transfers, and payments of a credit card's balance."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.sandbox.qbo.books.book import BALANCE_SHEET, Book
from connectors.sandbox.qbo.books.faults import business, negative_amount, wrong_account_type
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.multicurrency import set_currency
from connectors.sandbox.qbo.books.transactions import mark_voided, set_date
from connectors.sandbox.qbo.books.values import Record

# Receivables and payables move by documents that name a party.
PARTY_LEDGERS = ("Accounts Receivable", "Accounts Payable")


def prepare_transfer(write: Write) -> None:
    record = write.record
    set_date(write)
    set_currency(write)
    _check_amount(record)
    if record["FromAccountRef"]["value"] == record["ToAccountRef"]["value"]:
        raise business("A transfer needs two different accounts.")
    for member in ("FromAccountRef", "ToAccountRef"):
        account = write.book.records["Account"][record[member]["value"]]
        if account["Classification"] not in BALANCE_SHEET or account["AccountType"] in PARTY_LEDGERS:
            raise wrong_account_type(member)


def void_transfer(write: Write) -> None:
    write.record["Amount"] = 0
    mark_voided(write.record)


def post_transfer(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    yield record["FromAccountRef"]["value"], -Decimal(record["Amount"])
    yield record["ToAccountRef"]["value"], Decimal(record["Amount"])


def prepare_card_payment(write: Write) -> None:
    record = write.record
    set_date(write)
    set_currency(write)
    _check_amount(record)
    for member, account_type in (("CreditCardAccountRef", "Credit Card"), ("BankAccountRef", "Bank")):
        account = write.book.records["Account"][record[member]["value"]]
        if account["AccountType"] != account_type:
            raise wrong_account_type(member)


def post_card_payment(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    yield record["BankAccountRef"]["value"], -Decimal(record["Amount"])
    yield record["CreditCardAccountRef"]["value"], Decimal(record["Amount"])


def _check_amount(record: Record) -> None:
    if record["Amount"] < 0:
        raise negative_amount("Amount", record["Amount"])
    if not record["Amount"]:
        raise business("You must set a transaction amount.")
