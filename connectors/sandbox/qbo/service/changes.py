"""Change data capture: what changed since a time, whole records oldest change first, deletes as stubs."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import itemgetter

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import bad_value, missing, query_invalid
from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.books.table import find_kind
from connectors.sandbox.qbo.books.values import PACIFIC, Record, parse_time

MAX_CHANGES = 1000
LOOK_BACK = timedelta(days=30)


def list_changes(book: Book, entities: str, changed_since: str) -> list[Record]:
    """One element per entity asked for, in that order, `{}` where nothing changed; 1000 records in all. QboFault."""
    if not entities.strip():
        raise missing("entities")
    if not changed_since:
        raise missing("changedSince")
    since = parse_time(changed_since)
    if since is None:
        raise bad_value("changedSince", changed_since)
    # The documented look-back is held by clamping; an old recording went further back without an error.
    since = max(since, book.now() - LOOK_BACK)
    kinds = [_demand_kind(name.strip()) for name in entities.split(",")]
    answers, room = [], MAX_CHANGES
    found: dict[str, list[Record]] = {}
    for kind in kinds:
        if kind.name not in found:
            found[kind.name] = _changed(book, kind, since)
        rows = found[kind.name][:room]
        room -= len(rows)
        paging = {"startPosition": 1, "maxResults": len(rows), "totalCount": len(rows)}
        answers.append({kind.name: rows, **paging} if rows else {})
    return answers


def _demand_kind(name: str) -> Kind:
    kind = find_kind(name)
    if kind is None or not kind.has_changes:
        raise query_invalid(f"invalid context declaration: {name}")
    return kind


def _changed(book: Book, kind: Kind, since: datetime) -> list[Record]:
    """The oldest changes since a time, MAX_CHANGES at most."""
    # Stored times are whole seconds, so the bound is one too: a change in the same second is not lost.
    bound = since.replace(microsecond=0)
    # Spelled times sort as text but for the hour a change of offset shifts them; a day of slack covers it.
    floor = (bound - timedelta(days=1)).astimezone(PACIFIC).isoformat(timespec="seconds")
    rows: list[Record] = []
    for _, record in heapq.merge(_list_rows(book, kind, floor), _list_stubs(book, kind, floor), key=itemgetter(0)):
        moment = parse_time(_stamp(record))
        if moment is not None and moment >= bound:
            rows.append(record)
        if len(rows) == MAX_CHANGES:
            break
    return rows


def _list_rows(book: Book, kind: Kind, floor: str) -> Iterator[tuple[int, Record]]:
    """Records in the order of their last changes; transactions are kept in it."""
    if kind.family == "transaction":
        recent = (record for record in reversed(book.in_order(kind)) if _stamp(record) >= floor)
        yield from ((book.touched_at(kind.name, record["Id"]), record) for record in recent)
        return
    named = [record for record in book.all(kind.name) if _stamp(record) >= floor]
    yield from sorted(((book.touched_at(kind.name, record["Id"]), record) for record in named), key=itemgetter(0))


def _list_stubs(book: Book, kind: Kind, floor: str) -> Iterator[tuple[int, Record]]:
    for tomb in book.tombs:
        if tomb["entity"] == kind.name and tomb["at"] >= floor:
            stub = {"domain": "QBO", "status": "Deleted", "Id": tomb["Id"]}
            yield tomb["sequence"], {**stub, "MetaData": {"LastUpdatedTime": tomb["at"]}}


def _stamp(record: Record) -> str:
    return str(record.get("MetaData", {}).get("LastUpdatedTime", ""))
