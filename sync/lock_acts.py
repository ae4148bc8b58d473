"""A person's word to open a locked Procore record, or to lock it again. Both are writes of the lock's own entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sync import ledger, locks
from sync.actions import URGENT, NotPossible
from sync.flows.record_locks import KEY, LOCK, UNLOCK
from sync.locks import Record
from sync.merge import fingerprint
from sync.models import Entry, Event
from sync.presenting import document_json
from sync.tasks import nudge


def unlock(entry: Entry, actor: Any) -> None:
    """Clear the origin id of the document's record; it stays open until somebody locks it again."""
    record = locks.record_of(entry)
    if record is None or locks.standing_of(entry) != "locked":
        message = "It is not locked in Procore. Open it again."
        raise NotPossible(message)
    with transaction.atomic():
        lock = locks.find_lock(record) or _adopt(entry, record)
        _ask(lock, entry, actor, [UNLOCK], "Told to unlock it in Procore")


def unlock_many(locks_: QuerySet[Entry], actor: Any) -> int:
    """The same for these entries of locks. Answers how many."""
    with transaction.atomic():
        ids = list(locks_.values_list("pk", flat=True))
        chosen = Entry.objects.filter(pk__in=ids, flow=KEY)
        chosen.update(approvals=[UNLOCK], source_fingerprint="", tries=0)
        ledger.make_due(chosen, priority=URGENT)
        text = "Told to unlock it in Procore, with others"
        Event.objects.bulk_create([Event(entry_id=each, actor=actor, what="locking", text=text) for each in ids])
        nudge()
    return len(ids)


def lock_again(entry: Entry, actor: Any) -> None:
    """Set the origin id again on a record that was opened before."""
    record = locks.record_of(entry)
    lock = locks.find_lock(record) if record is not None else None
    if lock is None or locks.standing_of(entry) != "open":
        message = "It was not unlocked in Procore. Open it again."
        raise NotPossible(message)
    with transaction.atomic():
        _ask(lock, entry, actor, [LOCK], "Told to lock it again in Procore")


def _adopt(entry: Entry, record: Record) -> Entry:
    """The lock a record was made with becomes an entry, so that opening it is a write like any other."""
    document = locks.make_lock(entry, record)
    made: Entry = Entry.objects.create(
        flow=KEY,
        source_connection=entry.target_connection,
        target_connection=entry.target_connection,
        source_type=record.resource_key,
        source_id=record.id,
        project_id=record.project_id,
        number=record.name[:100],
        title=entry.title,
        party=entry.party,
        target_type=document.entity,
        target_id=record.id,
        target_number=record.name[:60],
        state=Entry.State.POSTED,
        planned=document_json(document, {}),
        fingerprint=fingerprint(document),
        posted_at=timezone.now(),
    )
    return made


def _ask(lock: Entry, entry: Entry, actor: Any, approvals: Sequence[str], text: str) -> None:
    chosen = Entry.objects.filter(pk=lock.pk)
    chosen.update(approvals=list(approvals), source_fingerprint="", tries=0)
    ledger.make_due(chosen, priority=URGENT)
    Event.objects.bulk_create([Event(entry=each, actor=actor, what="locking", text=text) for each in (lock, entry)])
    nudge()
