"""Lets the real engine work until nothing is left to do, in this process and without sleeping."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import TruncSecond
from django.utils import timezone

from connectors.models import Cursor
from connectors.qbo import resources as qbo
from sync import ledger, lock_acts, locks
from sync.book_sources import SINCE
from sync.books import poll_books
from sync.engine import Engine
from sync.flows import record_locks
from sync.intake import poll_procore
from sync.marks import OVERLAP
from sync.models import Entry
from sync.unfed import LOOKS
from sync.work import Work

# What is due within this time is a retry; what merely waits is looked at again later than that.
RETRY_WITHIN = timedelta(minutes=20)
MOST_ROUNDS = 60


class NoRest(Exception):
    """The engine still had work after many rounds; the text names it."""


def come_to_rest(projects: Collection[str] | None = None) -> None:
    """Poll both sides, of Procore's projects these or all, and carry what is due, retries included. Raises NoRest."""
    poll_all(projects)
    for _ in range(MOST_ROUNDS):
        handled = Engine().run_due(seconds=600)
        if not handled and not _bring_retries_forward():
            return
    stuck = [f"{entry.flow} {entry.title or entry.source_id}: {entry.state}" for entry in _retries()]
    message = f"the engine does not come to rest: {', '.join(stuck[:10])}"
    raise NoRest(message)


def poll_all(projects: Collection[str] | None) -> None:
    poll_procore(Work(), projects=projects, reads_all=True)
    poll_books(Work())
    # Days lie between two looks, so what was seen is not read again for the overlap's sake; vendors stamp whole
    # seconds. Lists that were read from the start date on are marked with that date instead.
    looked_at = Cursor.objects.filter(read_until__lte=timezone.now()).exclude(resource__endswith=SINCE)
    looked_at.update(read_until=TruncSecond("read_until") + OVERLAP)


def look_at_everything() -> None:
    """Forget how far each list was read and what each document looked like: all is read and planned again."""
    Cursor.objects.all().delete()
    # A cost of the books takes its code from the project's budget, which grew since; only a person re-sends that.
    planned_again = Entry.objects.filter(state__in=ledger.POSTED_STATES).exclude(flow="expenses")
    planned_again.update(source_fingerprint="")
    ledger.make_due(Entry.objects.exclude(state=Entry.State.LEFT_OUT))
    Entry.objects.exclude(state=Entry.State.LEFT_OUT).update(due_at=timezone.now())


def list_deletions() -> None:
    """Have the next poll read complete lists, which alone tell what was deleted."""
    kept = Q(resource__endswith=".complete") | Q(
        resource__in=[f"{qbo.TIME_ACTIVITIES.key}.{name}" for name, *_ in LOOKS]
    )
    Cursor.objects.filter(kept).delete()


def open_record(flow: str, source_id: int, actor: Any) -> None:
    """Have a posted record unlocked in Procore, where it is locked, as somebody must who wants to change it."""
    entry = Entry.objects.filter(flow=flow, source_id=str(source_id)).first()
    if entry is not None and locks.standing_of(entry) == "locked":
        lock_acts.unlock(entry, actor)
        Engine().run_due(seconds=600)


def lock_what_was_opened(actor: Any) -> None:
    for lock in Entry.objects.filter(flow=record_locks.KEY, state=Entry.State.INELIGIBLE):
        entry = locks.find_owner(lock)
        if entry is not None and locks.standing_of(entry) == "open":
            lock_acts.lock_again(entry, actor)


def list_unsettled() -> list[str]:
    """What stands neither posted nor out of the question, with its codes; projects that cannot sync are known."""
    settled = (*ledger.POSTED_STATES, Entry.State.INELIGIBLE, Entry.State.LEFT_OUT)
    rows = Entry.objects.exclude(state__in=settled).exclude(flow="projects").order_by("flow", "id")
    return [
        f"{entry.flow} {entry.title or entry.source_id}: {entry.state}, "
        f"{' '.join(notice['code'] for notice in entry.notices)}"
        for entry in rows
        if "project_not_mapped" not in {notice["code"] for notice in entry.notices}
    ]


def _retries() -> list[Entry]:
    return list(Entry.objects.filter(due_at__lte=timezone.now() + RETRY_WITHIN))


def _bring_retries_forward() -> int:
    now = timezone.now()
    return Entry.objects.filter(due_at__lte=now + RETRY_WITHIN).update(due_at=now)
