"""Batches: up to 30 independent items, each with its own answer or fault, inside one HTTP 200."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import (
    QboFault,
    bad_value,
    batch_too_large,
    missing,
    too_long,
    unsupported_operation,
)
from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.books.table import find_kind
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.service.changes import list_changes
from connectors.sandbox.qbo.service.mail import PRINTABLE, send_document
from connectors.sandbox.qbo.service.operations import read_options, run_operation
from connectors.sandbox.qbo.service.query import Allow, allow_all, run_query
from connectors.sandbox.wire import decode_own, encode

MAX_ITEMS = 30
# With a request id the two are joined per item, so both are shorter than elsewhere.
MAX_REQUEST_ID = 36
MAX_ITEM_ID = 10
MAX_OBJECTS = 1000
READS = frozenset({"Query", "CDCQuery"})
NOT_A_RECORD = frozenset({"bId", "operation", "optionsData"})


def run_batch(book: Book, body: Any, *, request_id: str = "", allow: Allow = allow_all) -> list[Record]:
    """The answers in the order of the items. Raises QboFault for the whole (1040, 2010)."""
    items = body.get("BatchItemRequest") if isinstance(body, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise bad_value("BatchItemRequest", items)
    if len(items) > MAX_ITEMS:
        raise batch_too_large(MAX_ITEMS)
    if len(request_id) > MAX_REQUEST_ID:
        raise too_long("requestid", MAX_REQUEST_ID, len(request_id))
    longest = max((len(_mark(item).get("bId", "")) for item in items), default=0)
    if request_id and longest > MAX_ITEM_ID:
        raise too_long("bId", MAX_ITEM_ID, longest)
    run = _Run(book, allow)
    return [_answer_item(run, item, request_id) for item in items]


class _Run:
    """One batch; it counts the objects its queries answer."""

    def __init__(self, book: Book, allow: Allow) -> None:
        self.book = book
        self.allow = allow
        self.room = MAX_OBJECTS

    def take(self, rows: int) -> None:
        """Unverified: a query that would take the answer past its 1000 objects is refused, not cut."""
        if rows > self.room:
            raise batch_too_large(MAX_ITEMS)
        self.room -= rows


def _mark(item: Record) -> Record:
    return {"bId": str(item["bId"])} if item.get("bId") is not None else {}


def _answer_item(run: _Run, item: Record, request_id: str) -> Record:
    mark = _mark(item)
    key = f"{request_id}{mark.get('bId', '')}" if request_id else ""
    if key and key in run.book.replies:
        return {**decode_own(run.book.replies[key]), **mark}
    try:
        answer = _run_item(run, item)
    except QboFault as fault:
        return {"Fault": fault.as_dict(), **mark}
    if key and not READS & item.keys():
        run.book.replies[key] = encode(answer)
    return {**answer, **mark}


def _run_item(run: _Run, item: Record) -> Record:
    if "Query" in item:
        answer = run_query(run.book, str(item["Query"]), allow=run.allow)
        run.take(int(answer.get("maxResults", 0)))
        return {"QueryResponse": answer}
    if "CDCQuery" in item:
        return {"CDCResponse": {"QueryResponse": _capture(run, item["CDCQuery"])}}
    kind, body = _find_record(item)
    run.allow(kind, is_write=True)
    operation = str(item.get("operation", "")).lower()
    if operation == "send" and kind.name in PRINTABLE:
        return {kind.name: send_document(run.book, kind, str(body.get("Id", "")), "")}
    record = run_operation(
        run.book,
        kind,
        body,
        # An item without an operation is none; a call without one is a create or an update.
        operation=operation or "missing",
        options=read_options(str(item.get("optionsData") or "")),
        unsupported=unsupported_operation(f"{operation} {kind.name}", "batch"),
    )
    return {kind.name: record}


def _capture(run: _Run, asked: Any) -> list[Record]:
    """Change capture as an item; the shape is the schema's, never seen on the wire."""
    if not isinstance(asked, dict):
        raise bad_value("CDCQuery", asked)
    rows = list_changes(run.book, str(asked.get("Entities") or ""), str(asked.get("ChangedSince") or ""))
    run.take(sum(int(each.get("maxResults", 0)) for each in rows))
    return rows


def _find_record(item: Record) -> tuple[Kind, Record]:
    for name, body in item.items():
        if name in NOT_A_RECORD:
            continue
        kind = find_kind(name)
        if kind is None or kind.name != name or not isinstance(body, dict):
            raise bad_value(name, body)
        return kind, body
    raise missing("BatchItemRequest")
