"""A Procore record as it stands, with what the ledger knows of its document: what its lock goes by."""

from __future__ import annotations

from typing import Any

from connectors.errors import Missing
from sync import locks
from sync.flows.record_locks import KEY, OPENED, LockedRecord
from sync.models import Entry
from sync.sources.reader import Reader, SetReader
from sync.targets.locks import read_record
from sync.work import Work


def read_locked_record(work: Work, entry: Entry) -> LockedRecord:
    """Of a record that is gone, or whose document is unknown by now, what its lock was made with."""
    owner = locks.find_owner(entry)
    record = locks.record_of(owner) if owner is not None else None
    made: dict[str, Any] = (
        locks.make_lock(owner, record).to_wire() if owner is not None and record is not None else _kept(entry)
    )
    stamp, is_gone = "", not made
    try:
        stamp = str(read_record(work, made).get("origin_id") or "") if made else ""
    except Missing:
        is_gone = True
    return LockedRecord(
        id=entry.source_id,
        kind=made.get("kind", "direct_cost"),
        name=str(made.get("name") or entry.number),
        party=owner.party if owner is not None else entry.party,
        project_id=str(made.get("project_id") or entry.project_id),
        contract_id=str(made.get("contract_id") or ""),
        stamp=stamp,
        own_stamp=str(made.get("origin_id") or ""),
        is_posted=owner is not None and owner.is_posted,
        is_gone=is_gone,
        is_opened=any(notice.get("code") == OPENED for notice in entry.notices),
    )


def _kept(entry: Entry) -> dict[str, Any]:
    return dict(entry.planned.get("document") or {})


READERS: dict[str, Reader] = {KEY: read_locked_record}
SET_READERS: dict[str, SetReader] = {}
