"""The two records a company has one of: its description and its preferences."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.qbo.book import Book
from connectors.sandbox.qbo.faults import bad_value, missing, stale_object
from connectors.sandbox.qbo.kinds import SERVER_MEMBERS, Kind
from connectors.sandbox.qbo.schema import read_body
from connectors.sandbox.qbo.values import Record

# Only people close the books, in the product itself.
CLOSED_TO_CALLERS = "BookCloseDate"


def save_single(book: Book, kind: Kind, body: Any) -> Record:
    """Update by merging each group sent into the stored one. Raises QboFault 2020, 5010."""
    if not isinstance(body, dict):
        raise bad_value(kind.name, body)
    sent = read_body(kind.name, body)
    if "SyncToken" not in sent:
        raise missing("SyncToken")
    stored = next(book.all(kind.name))
    if sent["SyncToken"] != stored["SyncToken"]:
        raise stale_object()
    changes = {name: _merge(stored.get(name), value) for name, value in sent.items() if name not in SERVER_MEMBERS}
    if any(stored.get(name) != value for name, value in changes.items()):
        book.amend(kind, stored["Id"], changes)
    return next(book.all(kind.name))


def _merge(stored: Any, sent: Any) -> Any:
    if isinstance(stored, dict) and isinstance(sent, dict):
        return {**stored, **{name: value for name, value in sent.items() if name != CLOSED_TO_CALLERS}}
    return sent
