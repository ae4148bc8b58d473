"""Batches: up to 30 independent items, each with its own answer or fault, inside one HTTP 200."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.qbo.book import Book
from connectors.sandbox.qbo.faults import (
    QboFault,
    bad_value,
    batch_too_large,
    missing,
    too_long,
    unsupported_operation,
)
from connectors.sandbox.qbo.kinds import Kind
from connectors.sandbox.qbo.query import run_query
from connectors.sandbox.qbo.table import find_kind
from connectors.sandbox.qbo.values import Record
from connectors.sandbox.qbo.write import delete, save, void
from connectors.sandbox.wire import decode, encode

MAX_ITEMS = 30
# With a request id the two are joined per item, so both are shorter than elsewhere.
MAX_REQUEST_ID = 36
MAX_ITEM_ID = 10
NOT_A_RECORD = frozenset({"bId", "operation", "Query", "optionsData"})


def run_batch(book: Book, body: Any, *, request_id: str = "") -> list[Record]:
    """The answers in the order of the items. Raises QboFault for the whole (1040, 2010)."""
    items = body.get("BatchItemRequest") if isinstance(body, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise bad_value("BatchItemRequest", items)
    if len(items) > MAX_ITEMS:
        raise batch_too_large(MAX_ITEMS)
    if len(request_id) > MAX_REQUEST_ID:
        raise too_long("requestid", MAX_REQUEST_ID, len(request_id))
    if request_id and any(len(str(item.get("bId", ""))) > MAX_ITEM_ID for item in items):
        raise too_long("bId", MAX_ITEM_ID, max(len(str(item.get("bId", ""))) for item in items))
    return [_answer_item(book, item, request_id) for item in items]


def _answer_item(book: Book, item: Record, request_id: str) -> Record:
    mark = {"bId": str(item["bId"])} if "bId" in item else {}
    key = f"{request_id}{mark.get('bId', '')}" if request_id else ""
    if key and key in book.replies:
        return {**decode(book.replies[key]), **mark}
    try:
        answer = _run_item(book, item)
    except QboFault as fault:
        return {"Fault": fault.as_dict(), **mark}
    if key and "Query" not in item:
        book.replies[key] = encode(answer)
    return {**answer, **mark}


def _run_item(book: Book, item: Record) -> Record:
    if "Query" in item:
        return {"QueryResponse": run_query(book, str(item["Query"]))}
    kind, body = _find_record(item)
    operation = str(item.get("operation", "")).lower()
    options = frozenset(str(item.get("optionsData", "")).replace(" ", "").split(",")) - {""}
    runners: dict[str, Callable[[], Record]] = {
        "create": lambda: save(
            book, kind, {name: value for name, value in body.items() if name != "Id"}, options=options
        ),
        "update": lambda: _update(book, kind, body, options),
        "delete": lambda: delete(book, kind, body),
        "void": lambda: void(book, kind, body),
    }
    runner = runners.get(operation)
    is_refused = (operation == "delete" and not kind.is_deletable) or (operation == "void" and kind.void is None)
    if runner is None or not kind.is_writable or is_refused:
        raise unsupported_operation(f"{operation} {kind.name}", "batch")
    return {kind.name: runner()}


def _update(book: Book, kind: Kind, body: Record, options: frozenset[str]) -> Record:
    if "Id" not in body:
        raise missing("Id")
    return save(book, kind, body, options=options)


def _find_record(item: Record) -> tuple[Kind, Record]:
    for name, body in item.items():
        if name in NOT_A_RECORD:
            continue
        kind = find_kind(name)
        if kind is None or kind.name != name or not isinstance(body, dict):
            raise bad_value(name, body)
        return kind, body
    raise missing("BatchItemRequest")
