"""The operations of a write, the same for a call of its own and for an item of a batch."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import QboFault, bad_value, missing
from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.books.preferences import save_single
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.books.write import delete, save, void

OPERATIONS = frozenset({"", "create", "update", "delete", "void"})
# Deleted with their Id alone, as recorded; every other entity wants its SyncToken too.
DELETED_BY_ID = frozenset({"Attachable"})


def run_operation(
    book: Book, kind: Kind, body: Any, *, operation: str, options: frozenset[str], unsupported: QboFault
) -> Record:
    """The record that answers a write; `unsupported` is raised for what the entity has no operation for. QboFault."""
    is_void = operation == "void" or (operation in ("", "update") and "void" in options)
    is_refused = (operation == "delete" and not kind.is_deletable) or (is_void and kind.void is None)
    if operation not in OPERATIONS or is_refused or not (kind.is_writable or kind.family == "single" or kind.own):
        raise unsupported
    if not isinstance(body, dict):
        raise bad_value(kind.name, body)
    if kind.own is not None and kind.own.delete is not None and operation == "delete":
        return kind.own.delete(book, body)
    if kind.own is not None:
        return kind.own.save(book, body)
    if kind.family == "single":
        return save_single(book, kind, body)
    if is_void:
        return void(book, kind, body)
    if operation == "delete":
        return delete(book, kind, _complete(book, kind, body))
    if operation == "create":
        body = {name: value for name, value in body.items() if name != "Id"}
    if operation == "update" and "Id" not in body:
        raise missing("Id")
    return save(book, kind, body, options=options)


def read_options(text: str) -> frozenset[str]:
    """The values of `include` or `optionsData`, which compare without case."""
    return frozenset(text.replace(" ", "").lower().split(",")) - {""}


def _complete(book: Book, kind: Kind, body: Record) -> Record:
    record_id = body.get("Id")
    if kind.name not in DELETED_BY_ID or "SyncToken" in body or not isinstance(record_id, str):
        return body
    record = book.get(kind.name, record_id)
    return {**body, "SyncToken": record["SyncToken"] if record else "0"}
