"""Procore records whose document was posted are locked there, so that nobody changes them by hand unnoticed."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.procore import resources as procore
from connectors.procore.documents_locks import RecordKind, RecordLock
from mapping.defaults import LOCK_CUSTOMER_RECORDS, Defaults
from mapping.maps import Maps
from sync.flow import Description, Flow
from sync.plan import Notes, Plan

KEY = "record_locks"
# A person's word that the record is to be open, or locked again.
UNLOCK, LOCK = "unlock", "lock"
OPENED = "unlocked_by_hand"


@dataclass(frozen=True, slots=True)
class LockedRecord:
    """A record as it stands in Procore. `stamp` is its origin id there, `own_stamp` the one we would set.

    `is_posted`: its document stands on the other side, so that there is something to protect. `is_opened`: a person
    had it unlocked, which holds until a person or a write of ours locks it.
    """

    id: str
    kind: RecordKind
    name: str
    party: str
    project_id: str
    contract_id: str
    stamp: str
    own_stamp: str
    is_posted: bool
    is_gone: bool = False
    is_opened: bool = False


def lock_for(record: LockedRecord, maps: Maps, defaults: Defaults) -> Plan[RecordLock]:
    """The lock of one record, or why there is none. What another program has locked is left alone."""
    notes = Notes()
    if record.is_gone:
        return notes.remove("locked_record_gone", record.name)
    stays_open = record.is_opened and not record.stamp and LOCK not in maps.approvals
    if UNLOCK in maps.approvals or stays_open:
        return notes.remove(OPENED, record.name)
    if not record.is_posted:
        return notes.remove("lock_not_needed", record.name)
    if record.stamp not in ("", record.own_stamp):
        notes.block("locked_by_other", record.name)
        return notes.blocked()
    lock = RecordLock(record.kind, record.id, record.project_id, record.contract_id, record.own_stamp, record.name)
    return notes.plan(lock)


def describe_lock(record: LockedRecord) -> Description:
    name = record.name
    return Description(
        number=name,
        title=f"{record.party}, {name}" if record.party else name,
        party=record.party,
        project_id=record.project_id,
    )


FLOW = Flow(
    key=KEY,
    label="Locks on posted records",
    noun="Record to lock",
    source="procore",
    stage="attachment",
    writes="procore",
    reads=procore.REQUISITIONS,
    rule=lock_for,
    describe=describe_lock,
    uses=(LOCK_CUSTOMER_RECORDS,),
    trigger="push",
    screen="after_posting",
    help="A record in Procore whose document was posted is marked as synced, as Settings say.",
)
