"""Which Procore records are locked for their posted documents.

Two kinds of record are: those entered in Procore, if the firm wants that, and those we make there. The lock of the
first is an entry of its own, made when their document was posted. Those we make carry their lock from the start, so
its entry is made when somebody opens one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.procore import resources as procore
from connectors.procore.documents_locks import RecordKind, RecordLock
from connectors.procore.records_owner import prime_id
from mapping.defaults import LOCK_CUSTOMER_RECORDS
from sync import ledger
from sync.flows.record_locks import KEY
from sync.models import Entry
from sync.registry import flow
from sync.targets.cost_writer import origin_of
from sync.work import Work

# The records of these flows' sources are the firm's own; the targets of these kinds are ours.
ENTERED: Mapping[str, RecordKind] = {
    "bills": "requisition",
    "owner_invoices": "payment_application",
    "direct_costs": "direct_cost",
}
MADE: Mapping[str, RecordKind] = {
    "direct_cost": "direct_cost",
    "payment_issued": "contract_payment",
    "payment_received": "contract_payment",
}
RESOURCES: Mapping[RecordKind, str] = {
    "requisition": procore.REQUISITIONS.key,
    "payment_application": procore.OWNER_INVOICES.key,
    "direct_cost": procore.DIRECT_COSTS.key,
    "contract_payment": procore.CONTRACT_PAYMENTS.key,
}
GOING = (Entry.State.QUEUED, Entry.State.SENDING, Entry.State.WAITING, Entry.State.UNCERTAIN)
# After the documents themselves.
PRIORITY = 55
Standing = Literal["", "locked", "open", "under way", "stopped"]


@dataclass(frozen=True, slots=True)
class Record:
    """The Procore record that a posted document came from, or is. `contract_id` is empty for a direct cost."""

    kind: RecordKind
    id: str
    name: str
    project_id: str
    contract_id: str
    is_made_by_us: bool

    @property
    def resource_key(self) -> str:
        return RESOURCES[self.kind]


def record_of(entry: Entry) -> Record | None:
    """None for what has no record in Procore that could be locked."""
    name = entry.number or entry.title or entry.source_id
    if entry.flow in ENTERED:
        contract_id = prime_id(entry.group) if entry.flow == "owner_invoices" else entry.group
        return Record(ENTERED[entry.flow], entry.source_id, name, entry.project_id, contract_id, is_made_by_us=False)
    if entry.target_type in MADE and entry.is_posted:
        planned = entry.planned.get("document") or {}
        project_id = str(planned.get("project_id") or entry.project_id)
        contract_id = str(planned.get("contract_id") or "")
        return Record(MADE[entry.target_type], entry.target_id, name, project_id, contract_id, is_made_by_us=True)
    return None


def find_lock(record: Record) -> Entry | None:
    """The entry of its lock, if it ever had one."""
    return Entry.objects.filter(flow=KEY, source_type=record.resource_key, source_id=record.id).first()


def find_owner(lock: Entry) -> Entry | None:
    """The entry of the document that the locked record stands for."""
    kinds = {key: kind for kind, key in RESOURCES.items()}
    kind = kinds[lock.source_type]
    came = Entry.objects.filter(
        flow__in=[key for key, value in ENTERED.items() if value == kind], source_id=lock.source_id
    )
    made = Entry.objects.filter(
        target_type__in=[key for key, value in MADE.items() if value == kind], target_id=lock.source_id
    )
    return came.exclude(target_id="").first() or made.first() or came.first()


def standing_of(entry: Entry) -> Standing:
    """How the record of a document stands, "" where no lock is spoken of."""
    record = record_of(entry)
    if record is None or not entry.is_posted:
        return ""
    lock = find_lock(record)
    if lock is None:
        is_made_locked = bool((entry.planned.get("document") or {}).get("is_locked"))
        return "locked" if record.is_made_by_us and is_made_locked else ""
    if lock.due_at is not None or lock.claimed_until is not None or lock.state in GOING:
        return "under way"
    if lock.is_posted:
        return "locked"
    return "open" if lock.state == Entry.State.INELIGIBLE else "stopped"


def note_posted(work: Work, entries: Sequence[Entry]) -> None:
    """Have the records of documents that were only just posted locked, where the firm wants that.

    One that somebody opened stays open. Inside the transaction that says the documents are posted.
    """
    mine = [entry for entry in entries if entry.flow in ENTERED]
    if not mine or not work.defaults.says(LOCK_CUSTOMER_RECORDS, "yes"):
        return
    known = set(
        Entry.objects.filter(flow=KEY, source_id__in=[entry.source_id for entry in mine]).values_list(
            "source_type", "source_id"
        )
    )
    for entry in mine:
        if (entry.source_type, entry.source_id) not in known:
            _queue(entry)


def note_changed(entry: Entry) -> None:
    """Look again at the lock of a document that was written anew, or taken away: what we make is locked again then,
    and a record whose document is gone is opened."""
    record = record_of(entry)
    lock = find_lock(record) if record is not None else None
    if lock is not None:
        ledger.make_due(Entry.objects.filter(pk=lock.pk), priority=PRIORITY)


def _queue(entry: Entry) -> None:
    connection = entry.source_connection
    ledger.note(
        flow(KEY),
        source_connection=connection,
        target_connection=connection,
        source_ids=[(entry.source_id, entry.project_id)],
        source_type=entry.source_type,
        priority=PRIORITY,
    )


def make_lock(entry: Entry, record: Record) -> RecordLock:
    """The lock as we set it. Its origin id is the ledger's own key of the document, unique in the company."""
    return RecordLock(record.kind, record.id, record.project_id, record.contract_id, origin_of(entry), record.name)
