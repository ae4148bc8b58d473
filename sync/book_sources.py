"""Documents that are born in QuickBooks: which flows carry them, and what one changed record puts in the queue.

A record may have several entries, one per part (a cost for each project it touches). A part it does not have any more
is looked at again too, since what came of it has to go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.models import Connection
from connectors.resource import Resource
from sync import ledger
from sync.models import Entry
from sync.registry import all_flows
from sync.work import Work

Wire = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BookSource:
    """Records of `reads` as the flow `flow` takes them. `read` makes the record that the flow splits into parts."""

    flow: str
    reads: Resource
    read: Callable[[Wire], Any]


SOURCES: tuple[BookSource, ...] = ()


def watched_entities(work: Work) -> tuple[str, ...]:
    """The entities to ask the change feed for."""
    return tuple(dict.fromkeys(source.reads.entity for source in _in_use(work)))


def note_changes(work: Work, changes: Mapping[str, Sequence[Wire]]) -> int:
    """Put what changed in the queue. Answers how many entries."""
    noted = 0
    for source in _in_use(work):
        for wire in changes.get(source.reads.entity, ()):
            noted += note_record(work, source, wire)
    return noted


def note_record(work: Work, source: BookSource, wire: Wire, *, priority: int = 50) -> int:
    """Put the parts of one record in the queue, those known from before too. Answers how many entries."""
    flow = all_flows()[source.flow]
    record_id, connection = str(wire["Id"]), work.qbo.connection
    parts = _known_parts(source, connection, record_id)
    if wire.get("status") != "Deleted":
        record = source.read(wire)
        parts |= set(flow.splits(record) if flow.splits else ("",))
    for part in sorted(parts):
        ledger.note(
            flow,
            source_connection=connection,
            target_connection=work.procore.connection,
            source_ids=[(record_id, "")],
            source_type=source.reads.key,
            part=part,
            priority=priority,
        )
    return len(parts)


def _known_parts(source: BookSource, connection: Connection, record_id: str) -> set[str]:
    rows = Entry.objects.filter(
        flow=source.flow, source_connection=connection, source_type=source.reads.key, source_id=record_id
    )
    return set(rows.values_list("part", flat=True))


def _in_use(work: Work) -> list[BookSource]:
    return [source for source in SOURCES if source.flow not in work.flows_off]
