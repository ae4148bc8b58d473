"""Change data capture: what changed since a time, whole records oldest change first, deletes as stubs."""

from __future__ import annotations

from datetime import timedelta

from connectors.sandbox.qbo.book import Book
from connectors.sandbox.qbo.faults import bad_value, missing, query_invalid
from connectors.sandbox.qbo.kinds import Kind
from connectors.sandbox.qbo.table import find_kind
from connectors.sandbox.qbo.values import Record, parse_time

MAX_CHANGES = 1000
LOOK_BACK = timedelta(days=30)


def list_changes(book: Book, entities: str, changed_since: str) -> list[Record]:
    """One element per entity asked for, in that order, `{}` where nothing changed; 1000 records in all. QboFault."""
    if not entities:
        raise missing("entities")
    if not changed_since:
        raise missing("changedSince")
    since = parse_time(changed_since)
    if since is None:
        raise bad_value("changedSince", changed_since)
    # The documented look-back is held by clamping; an old recording went further back without an error.
    since = max(since, book.now() - LOOK_BACK)
    answers, room = [], MAX_CHANGES
    for name in entities.split(","):
        kind = find_kind(name.strip())
        if kind is None or not kind.has_changes:
            raise query_invalid(f"invalid context declaration: {name.strip()}")
        rows = _changed(book, kind, since.timestamp())[:room]
        room -= len(rows)
        paging = {"startPosition": 1, "maxResults": len(rows), "totalCount": len(rows)}
        answers.append({kind.name: rows, **paging} if rows else {})
    return answers


def _changed(book: Book, kind: Kind, since: float) -> list[Record]:
    # Stored times are whole seconds, so the bound is one too: a change in the same second is not lost.
    bound = int(since)
    found: list[tuple[int, Record]] = []
    for record in book.all(kind.name):
        moment = parse_time(record["MetaData"]["LastUpdatedTime"])
        if moment is not None and moment.timestamp() >= bound:
            found.append((book.touched_at(kind.name, record["Id"]), record))
    for tomb in book.tombs:
        moment = parse_time(tomb["at"])
        if tomb["entity"] == kind.name and moment is not None and moment.timestamp() >= bound:
            stub = {"domain": "QBO", "status": "Deleted", "Id": tomb["Id"]}
            found.append((tomb["sequence"], {**stub, "MetaData": {"LastUpdatedTime": tomb["at"]}}))
    return [record for _, record in sorted(found, key=lambda pair: pair[0])]
