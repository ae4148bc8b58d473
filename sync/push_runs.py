"""Pushing many rows: a run feeds the queue a little at a time, and takes over what became of each from the ledger.

All a worker knows is in the rows, so a run whose worker died goes on where the rows say. A row is fed in the same
transaction that queues its entry; what the entry came to is read from the entry, however often.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from celery import shared_task
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from mapping.models import MappingRun, RunRow
from mapping.pushing import namesakes
from mapping.pushing import runs as push_runs
from mapping.pushing.pushes import PushRefused, Role
from mapping.screens import SECTIONS
from mapping.sides import side_named
from smoothx.lib.clock import read_clock
from smoothx.tenants.models import DueWork
from smoothx.tenants.scope import require_tenant_id
from smoothx.tenants.tasks import TenantTask
from sync import batches, ledger, pushing
from sync.codes import CODES
from sync.engine import Engine
from sync.flow import Flow
from sync.models import Entry, Event
from sync.previews import flow_for
from sync.sets import write_back
from sync.tasks import TOPICS

log = logging.getLogger(__name__)

TOPIC = "pushes"
# The topic comes due again after this, unless its task says otherwise: the worker may have died.
LEASE = timedelta(seconds=90)
SOON = timedelta(seconds=2)
LATER = timedelta(seconds=15)
# On its way or to be tried again by itself; all else is decided until somebody does something.
UNDER_WAY = (*pushing.BUSY, Entry.State.WAITING)


def start(run: MappingRun) -> None:
    """Have a worker see to it, now if one is free."""
    tenant_id = require_tenant_id()
    DueWork.mark(tenant_id=tenant_id, topic=TOPIC)
    transaction.on_commit(lambda: _enqueue(tenant_id))


def _enqueue(tenant_id: int) -> None:
    try:
        run_pushes.apply_async(kwargs={"tenant_id": tenant_id}, retry=False)
    except OperationalError:
        log.warning("sync.push_runs.no_broker")


@shared_task(name="sync.run_pushes", base=TenantTask, ignore_result=True)
def run_pushes(*, tenant_id: int, seconds: float = 50.0, **_: object) -> None:
    """Prepare what is to be prepared, then carry on what runs, for about `seconds`."""

    def keep_lease() -> None:
        DueWork.reschedule(tenant_id=tenant_id, topic=TOPIC, at=Now() + LEASE)

    work_off(seconds=seconds, keep_lease=keep_lease)
    with ledger.in_one_step():
        # Locked before looking: what is marked meanwhile would be lost.
        list(DueWork.objects.select_for_update().filter(tenant_id=tenant_id, topic=TOPIC))
        DueWork.reschedule(tenant_id=tenant_id, topic=TOPIC, at=_next_at())


def work_off(*, seconds: float = 50.0, keep_lease: Callable[[], None] = lambda: None) -> None:
    end = time.monotonic() + seconds
    for run in _runs(MappingRun.State.WAITING):
        keep_lease()
        push_runs.prepare(run)
    is_moving = True
    while is_moving and time.monotonic() < end:
        running = _runs(MappingRun.State.RUNNING)
        keep_lease()
        linked = [namesakes.link_next(run) for run in running if namesakes.is_linking(run)]
        runs = [run for run in running if not namesakes.is_linking(run)]
        for run in runs:
            keep_lease()
            advance(run)
        stopped = _stopped_with_rows_on_their_way()
        handled = Engine().run_due(seconds=max(1.0, end - time.monotonic())) if runs or stopped else 0
        finished = [take_over(run) for run in (*runs, *stopped)]
        is_moving = bool(handled) or any(finished) or any(linked)


def advance(run: MappingRun) -> None:
    """Take over what became of rows, and feed the next as long as few are on their way."""
    take_over(run)
    side = side_named(run.side)
    try:
        pushing.connections_of(side)
        pushing.demand_running(flow_for(SECTIONS[run.section], side))
    except PushRefused as refusal:
        push_runs.halt(run, refusal.sentence)
        return
    _feed(run)


def take_over(run: MappingRun) -> int:
    """Write down what became of the rows that were sent. Answers how many are through now."""
    flow = flow_for(SECTIONS[run.section], side_named(run.side))
    rows = list(run.rows.filter(state=RunRow.State.SENDING))
    column = "left_id" if flow.source == "procore" else "right_id"
    entries = {
        (entry.source_id, entry.part): entry
        for entry in Entry.objects.filter(flow=flow.key, source_id__in=[getattr(row, column) for row in rows])
    }
    through = []
    for row in rows:
        entry = entries.get((getattr(row, column), row.data.get("role", "")))
        if entry is not None and _is_decided(entry):
            _read_outcome(row, entry, other="right_id" if column == "left_id" else "left_id")
            through.append(row)
    write_back(through, ["state", "reason", "left_id", "right_id"])
    push_runs.count(run)
    return len(through)


def _is_decided(entry: Entry) -> bool:
    if entry.state == Entry.State.HELD and entry.notices[0]["code"] == "connection_lost":
        # It goes on by itself as soon as somebody has connected again.
        return False
    if entry.state == Entry.State.WAITING and entry.notices and CODES[entry.notices[0]["code"]].fix:
        # Somebody has to fill something in first, which may take days: it goes on by itself then, without this run.
        return True
    is_taken = entry.due_at is not None or entry.claimed_until is not None
    return entry.state not in UNDER_WAY and not (is_taken and not entry.is_posted)


def _read_outcome(row: RunRow, entry: Entry, *, other: str) -> None:
    row.reason = pushing.why(entry)[:500] if entry.notices else ""
    if entry.state in ledger.POSTED_STATES:
        row.state = RunRow.State.DONE
        setattr(row, other, entry.target_id)
    elif entry.state in (Entry.State.INELIGIBLE, Entry.State.LEFT_OUT):
        row.state = RunRow.State.LEFT_OUT
    else:
        row.state = RunRow.State.FAILED


def _feed(run: MappingRun) -> None:
    """Queue the next rows. The run's row is locked, so two workers feed different ones, and none after a stop."""
    side = side_named(run.side)
    flow = flow_for(SECTIONS[run.section], side)
    with ledger.in_one_step():
        if not MappingRun.objects.select_for_update().filter(pk=run.pk, state=MappingRun.State.RUNNING).exists():
            return
        MappingRun.objects.filter(pk=run.pk).update(beat_at=Now())
        on_their_way = run.rows.filter(state=RunRow.State.SENDING).count()
        room = max(0, batches.MOST_TOGETHER[flow.target] - on_their_way)
        rows = list(push_runs.to_send(run)[:room])
        if rows:
            _queue(run, flow, rows)
            RunRow.objects.filter(pk__in=[row.pk for row in rows]).update(state=RunRow.State.SENDING, reason="")


def _queue(run: MappingRun, flow: Flow, rows: Sequence[RunRow]) -> None:
    """A row that somebody pushed by itself since the preview has its entry, and that entry's outcome, already."""
    source, target = pushing.connections_of(side_named(run.side))
    column = "left_id" if flow.source == "procore" else "right_id"
    groups: dict[tuple[Role, tuple[str, ...]], list[str]] = {}
    for row in rows:
        key = (row.data.get("role", ""), tuple(row.data.get("approvals", ())))
        groups.setdefault(key, []).append(getattr(row, column))
    for (role, approvals), ids in groups.items():
        same = Entry.objects.filter(
            flow=flow.key, source_connection=source, source_id__in=ids, part=role, target_id=""
        )
        pushing.renew(same, approvals)
        ledger.note(
            flow,
            source_connection=source,
            target_connection=target,
            source_ids=[(remote_id, "") for remote_id in ids],
            part=role,
            priority=batches.PRIORITY,
        )
        same.filter(state=Entry.State.QUEUED).update(approvals=sorted(approvals))
        what = role or SECTIONS[run.section].push_to
        Event.objects.bulk_create(
            [Event(entry=each, actor=run.started_by, what="pushed", text=f"Pushed as {what}") for each in same]
        )


def _runs(state: str) -> list[MappingRun]:
    runs = MappingRun.objects.filter(what=MappingRun.What.PUSH, state=state)
    return list(runs.select_related("started_by").order_by("pk"))


def _stopped_with_rows_on_their_way() -> list[MappingRun]:
    stopped = MappingRun.objects.filter(what=MappingRun.What.PUSH, state=MappingRun.State.FAILED)
    return list(stopped.filter(rows__state=RunRow.State.SENDING).distinct())


def _next_at() -> datetime | None:
    """Soon while rows can be sent or are on their way, later while all that is left waits for something."""
    open_states = (MappingRun.State.WAITING, MappingRun.State.RUNNING)
    runs = MappingRun.objects.filter(what=MappingRun.What.PUSH, state__in=open_states)
    if not runs.exists() and not _stopped_with_rows_on_their_way():
        return None
    now = read_clock()
    waiting = RunRow.objects.filter(Q(state=RunRow.State.WAITING, is_chosen=True), run__in=runs)
    if (
        waiting.filter(verdict__in=("create", "exists")).exists()
        or runs.filter(state=MappingRun.State.WAITING).exists()
    ):
        return now + SOON
    due_at = ledger.next_due_at()
    return min(max(now + SOON, due_at or now + LATER), now + LATER)


TOPICS[TOPIC] = run_pushes
