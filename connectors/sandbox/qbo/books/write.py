"""Create, update and delete, the same way for every entity."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import (
    bad_value,
    duplicate_name,
    invalid_id,
    missing,
    object_not_found,
    stale_object,
)
from connectors.sandbox.qbo.books.kinds import Kind, Write
from connectors.sandbox.qbo.books.refs import resolve
from connectors.sandbox.qbo.books.schema import read_body
from connectors.sandbox.qbo.books.values import Record


def save(book: Book, kind: Kind, body: Any, *, options: frozenset[str] = frozenset()) -> Record:
    """Create (no Id) or update (Id and SyncToken) from a request body; the stored record. Raises QboFault."""
    if not isinstance(body, dict):
        raise bad_value(kind.name, body)
    sent = read_body(kind.name, body)
    with book.atomic():
        if "Id" in sent:
            return _update(book, kind, body, sent, options)
        return _create(book, kind, sent, options)


def find(book: Book, kind: Kind, record_id: str) -> Record:
    """The stored record. Raises QboFault 2030 for an id that is no number, 610 when there is none."""
    if not record_id.isdecimal():
        raise invalid_id(record_id)
    record = book.get(kind.name, record_id)
    if record is None:
        raise object_not_found()
    return record


def delete(book: Book, kind: Kind, body: Any) -> Record:
    """Delete a transaction; the stub that answers it. Raises QboFault."""
    if not isinstance(body, dict):
        raise bad_value(kind.name, body)
    sent = read_body(kind.name, body)
    if f"{kind.name}Ex" in sent:
        # Seen by integrators: a read purchase sent back whole is refused, as only the address of it is wanted.
        raise bad_value(f"{kind.name}Ex", "an extension")
    record = _find_current(book, kind, sent)
    kind.check_delete(book, record)
    with book.atomic():
        book.remove(kind, record["Id"])
        book.move_balance(kind, record, None)
        book.post(kind, record, None)
        kind.settle(book, kind, record, None)
        book.announce(kind, record["Id"], "Delete")
    return {"domain": "QBO", "status": "Deleted", "Id": record["Id"]}


def void(book: Book, kind: Kind, body: Any) -> Record:
    """Void a transaction; the stored record, which stays readable. Raises QboFault."""
    if not isinstance(body, dict) or kind.void is None:
        raise bad_value(kind.name, body)
    sent = read_body(kind.name, body)
    old = _find_current(book, kind, sent)
    kind.check_delete(book, old)
    write = Write(book, kind, sent, dict(old), old)
    with book.atomic():
        kind.void(write)
        if write.record == old:
            return old
        write.record["SyncToken"] = str(int(old["SyncToken"]) + 1)
        write.record["MetaData"] = {**old["MetaData"], "LastUpdatedTime": book.stamp()}
        return _store(write, "Void")


def _create(book: Book, kind: Kind, sent: Record, options: frozenset[str]) -> Record:
    _demand(kind.required, sent)
    given = {name: value for name, value in sent.items() if name not in kind.ignored}
    record = {**kind.defaults, **resolve(book, kind, given)}
    write = Write(book, kind, sent, record, None, options)
    kind.prepare(write)
    _demand_free_name(write)
    stamp = book.stamp()
    write.record |= {"domain": "QBO", "sparse": False, "Id": book.next_id(kind), "SyncToken": "0"}
    write.record["MetaData"] = {"CreateTime": stamp, "LastUpdatedTime": stamp}
    return _store(write, "Create")


def _update(book: Book, kind: Kind, body: Record, sent: Record, options: frozenset[str]) -> Record:
    old = _find_current(book, kind, sent)
    is_sparse = sent.get("sparse") is True
    _demand(kind.sparse_required if is_sparse else kind.required, sent)
    given = {name: value for name, value in sent.items() if name not in kind.ignored}
    resolved = resolve(book, kind, given)
    if is_sparse:
        # Unverified at the vendor: null or "" clears a member.
        cleared = {name for name, value in body.items() if value in (None, "") and name not in kind.ignored}
        fallback = {name: value for name, value in kind.defaults.items() if name in cleared}
        record = {name: value for name, value in old.items() if name not in cleared} | fallback | resolved
    else:
        held = kind.ignored | kind.kept
        record = {**kind.defaults, **{name: value for name, value in old.items() if name in held}, **resolved}
    _demand(kind.required, record)
    write = Write(book, kind, sent, record, old, options)
    kind.prepare(write)
    if write.record == old:
        return old
    _demand_free_name(write)
    write.record["SyncToken"] = str(int(old["SyncToken"]) + 1)
    write.record["MetaData"] = {**old["MetaData"], "LastUpdatedTime": book.stamp()}
    return _store(write, "Update")


def _find_current(book: Book, kind: Kind, sent: Record) -> Record:
    if "Id" not in sent:
        raise missing("Id")
    if "SyncToken" not in sent:
        raise missing("SyncToken")
    record = find(book, kind, sent["Id"])
    # A token that is higher than the stored one is refused too; unverified at the vendor.
    if sent["SyncToken"] != record["SyncToken"]:
        raise stale_object()
    return record


def _demand(members: tuple[str, ...], sent: Record) -> None:
    for member in members:
        if member not in sent:
            raise missing(member)


def _demand_free_name(write: Write) -> None:
    key = write.kind.name_key(write.record)
    holder = write.book.name_holder(key) if key is not None else None
    if holder is not None and holder != write.record.get("Id"):
        raise duplicate_name()


def _store(write: Write, operation: str) -> Record:
    book, kind, new = write.book, write.kind, write.record
    book.put(kind, new)
    book.move_balance(kind, write.old, new)
    book.post(kind, write.old, new)
    kind.settle(book, kind, write.old, new)
    book.announce(kind, new["Id"], operation)
    # Settling may have moved the record itself on (a payment's bills, a parent's children).
    return book.records[kind.name][new["Id"]]
