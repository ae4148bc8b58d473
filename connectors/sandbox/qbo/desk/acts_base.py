"""What every act of the bookkeeper shares: the books, records by id, and the service's refusals as the act's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.sandbox.control import ActRefused
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import QboFault
from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.books.write import save


@contextmanager
def refusing() -> Iterator[None]:
    """The service's own refusal becomes the act's."""
    try:
        yield
    except QboFault as fault:
        raise ActRefused(f"{fault.code} {fault.message}: {fault.detail}") from fault


class ActBase:
    """Mixed into the sandbox. `realm` empty means the firm's own company; empty text means not given."""

    def find_book(self, realm: str = "") -> Book:
        raise NotImplementedError

    def add_record(self, kind: str, body: Record, realm: str) -> dict[str, Any]:
        book = self.find_book(realm)
        with refusing():
            return {kind: save(book, book.kinds[kind], body)}

    def change_record(self, kind: str, record_id: str, changes: Record, realm: str) -> dict[str, Any]:
        """A sparse update with the current token."""
        record = find_record(self.find_book(realm), kind, record_id)
        return self.add_record(kind, address(record) | changes, realm)


def find_record(book: Book, kind: str, record_id: str) -> Record:
    record = book.get(kind, str(record_id))
    if record is None:
        raise ActRefused(f"there is no {kind} {record_id}")
    return record


def find_document_kind(book: Book, name: str) -> Kind:
    """A kind of transaction by its name."""
    kind = book.kinds.get(str(name))
    if kind is None or kind.family != "transaction":
        raise ActRefused(f"{name} is no kind of document")
    return kind


def find_account(book: Book, account_type: str, account_id: Any = None) -> Record:
    """The account of that id, else the first active one of that type."""
    if account_id:
        return find_record(book, "Account", account_id)
    for account in book.all("Account"):
        if account["AccountType"] == account_type and account["Active"]:
            return account
    raise ActRefused(f"there is no account of the type {account_type}")


def set_other(preferences: Record, name: str, value: str | None) -> list[Record]:
    """The name-value pairs of the group OtherPrefs with one set, or gone."""
    pairs = [pair for pair in preferences.get("NameValue", []) if pair["Name"] != name]
    return pairs if value is None else [*pairs, {"Name": name, "Value": value}]


def address(record: Record) -> Record:
    return {"Id": record["Id"], "SyncToken": record["SyncToken"], "sparse": True}


def refer(record_id: Any) -> Record | None:
    """A reference for a body; None, which a body takes for none, where no id is given."""
    return {"value": str(record_id)} if record_id not in (None, "") else None


def to_amount(value: Any) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise ActRefused(f"{value} is not an amount") from error
    if not amount.is_finite():
        raise ActRefused(f"{value} is not an amount")
    return amount


def to_date(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise ActRefused(f"{value} is not a date") from error
