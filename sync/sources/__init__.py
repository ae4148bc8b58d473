"""Step one, read: the source record as it is now, by id. What the hint said is not trusted.

A module per area; it declares READERS, and SET_READERS for what is read many at a time. Their keys are a flow's, or a
vendor resource's where all flows over it read alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from connectors.errors import Missing
from sync.flow import Flow
from sync.models import Entry
from sync.sources import (
    claims,
    commitments,
    contact_pairs,
    costs,
    directory,
    files,
    locks,
    ordered,
    owners,
    payments,
    payroll,
    projects,
    receipts,
)
from sync.sources.reader import Reader, SetReader
from sync.work import Work

AREAS = (
    claims,
    commitments,
    contact_pairs,
    costs,
    directory,
    files,
    locks,
    ordered,
    owners,
    payments,
    payroll,
    projects,
    receipts,
)
READERS: dict[str, Reader] = {key: reader for area in AREAS for key, reader in area.READERS.items()}
SET_READERS: dict[str, SetReader] = {key: reader for area in AREAS for key, reader in area.SET_READERS.items()}


def read(work: Work, entry: Entry) -> Any:
    """The record, or Missing when it is gone or no longer visible."""
    reader = READERS.get(entry.flow) or READERS[entry.source_type]
    return reader(work, entry)


def reader_for_many(work: Work, flow: Flow, entries: Sequence[Entry]) -> Callable[[Entry], Any]:
    """What answers the record of each of these entries of one flow, read in sets where the flow has a way to.

    It raises what reading that one entry raises, Missing for one that is gone.
    """
    reader = SET_READERS.get(flow.key) or SET_READERS.get(flow.reads.key)
    if reader is None:
        return lambda entry: read(work, entry)
    found = reader(work, entries)

    def pick(entry: Entry) -> Any:
        if entry.pk not in found:
            message = f"{entry.source_type} {entry.source_id} is gone"
            raise Missing(message)
        return found[entry.pk]

    return pick
