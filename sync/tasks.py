"""Celery tasks: thin, keyword-only, and only ever a way to be quicker than the sweep."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from celery import shared_task
from django.db import transaction
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from connectors import counting, limits
from connectors.errors import Retry, VendorError
from connectors.models import Vendor
from mapping.counts import upkeep
from mapping.counts.tasks import keep_counts
from smoothx.lib.clock import Moment, read_clock
from smoothx.tenants.models import Due, DueWork, Tenant
from smoothx.tenants.scope import require_tenant_id
from smoothx.tenants.tasks import TenantTask
from sync import hints, hooks, lanes, ledger, openings, pace, pruning
from sync.books import poll_books
from sync.engine import Engine
from sync.intake import poll_procore
from sync.work import NotConnected, Work

log = logging.getLogger(__name__)

# A topic taken by the sweep comes due again after this, unless its task says otherwise: the worker may have died.
LEASE = timedelta(seconds=90)
# What is due beyond this waits for the next sweep, a few seconds later.
MOST_IN_A_SWEEP = 1000
# Events that could not be looked into are left this long; the polls read the same meanwhile.
EVENTS_AGAIN = timedelta(minutes=2)
# A message that was to come at a time has not come for so long.
LATER_LOST = timedelta(seconds=10)
HOOKS_EVERY = PRUNE_EVERY = timedelta(days=1)
POLL_PROCORE, POLL_BOOKS, OPENINGS, EVENTS = "poll:procore", "poll:qbo", "openings", "events"
EVENTS_LATER = "events:later"
HOOKS, PRUNE = "hooks", "prune"
# Each sweep shows that the scheduler, Redis and a worker are there.
SWEEP_BEAT = "sweep"


@shared_task(name="sync.sweep", ignore_result=True)
def sweep(**_: Any) -> int:
    """Send every tenant's due topics to the workers. Two sweeps at once share them: beat may run twice."""
    counting.beat(SWEEP_BEAT)
    rows = DueWork.take([*TOPICS, *lanes.LANE_TOPICS], lasts=LEASE, limit=MOST_IN_A_SWEEP)
    for place, row in enumerate(rows):
        try:
            _hand_on(row)
        except OperationalError:
            DueWork.give_back(rows[place:])
            raise
    return len(rows)


def _hand_on(row: Due) -> None:
    if row.topic == ledger.SYNC_TOPIC:
        lane = lanes.enter(row.tenant_id)
    elif row.topic in lanes.LANE_TOPICS:
        # Its worker died, or its message was lost.
        lane = lanes.Lane(row.topic, row.until)
    else:
        TOPICS[row.topic].apply_async(kwargs={"tenant_id": row.tenant_id}, retry=False)
        return
    if lane is not None:
        _send_worker(row.tenant_id, lane)


def nudge() -> None:
    """Ask a worker to look now. Without Redis the sweep does it a little later."""
    transaction.on_commit(partial(_call_worker, require_tenant_id()))


def _call_worker(tenant_id: int) -> None:
    """One more worker for the tenant, unless as many as may be are there: those will see what is new."""
    lane = lanes.enter(tenant_id)
    if lane is None:
        return
    try:
        _send_worker(tenant_id, lane)
    except OperationalError:
        log.warning("sync.nudge.no_broker")


def _send_worker(tenant_id: int, lane: lanes.Lane) -> None:
    """Put a message for this lane at the end of the line. Raises OperationalError, and the lane is free again."""
    kwargs = {"tenant_id": tenant_id, "lane": lane.topic, "until": lane.until.isoformat()}
    try:
        headers = {lanes.COMPANY_HEADER: str(tenant_id)}
        priority = lanes.message_priority(tenant_id)
        run_due.apply_async(kwargs=kwargs, headers=headers, priority=priority, retry=False)
    except OperationalError:
        lanes.leave(tenant_id, lane)
        raise


@shared_task(name="sync.run_due", base=TenantTask, ignore_result=True)
def run_due(*, tenant_id: int, lane: str = "", until: str = "", **_: Any) -> int:
    """One slice of work. With more to do its message goes to the end of the line, behind those of other tenants.

    Without a lane it works off what it can and leaves the rest to the sweep.
    """
    held = lanes.keep(tenant_id, lanes.Lane(lane, datetime.fromisoformat(until))) if lane else None
    if lane and held is None:
        # The lane was given to another message, since this one came too late.
        return 0
    if held is not None and lanes.has_many(tenant_id):
        _call_worker(tenant_id)
    engine = Engine()
    with limits.waiting_at_most(lanes.PATIENCE_SECONDS):
        handled = engine.run_due(gives_way=lanes.Slice(tenant_id).is_over)
    is_more = lanes.find_next(tenant_id, has_handled=handled > 0, rest_seconds=engine.rest_seconds)
    if held is not None and not is_more:
        lanes.leave(tenant_id, held)
    elif held is not None and (again := lanes.keep(tenant_id, held)) is not None:
        _go_on(tenant_id, again)
    elif is_more:
        ledger.mark_work_due()
    return handled


def _go_on(tenant_id: int, lane: lanes.Lane) -> None:
    try:
        _send_worker(tenant_id, lane)
    except OperationalError:
        log.warning("sync.nudge.no_broker")
        ledger.mark_work_due()


@shared_task(name="sync.poll_procore", base=TenantTask, ignore_result=True)
def poll_procore_changes(*, tenant_id: int, **_: Any) -> None:
    _poll(tenant_id, POLL_PROCORE, Vendor.PROCORE, poll_procore)


@shared_task(name="sync.poll_qbo", base=TenantTask, ignore_result=True)
def poll_book_changes(*, tenant_id: int, **_: Any) -> None:
    _poll(tenant_id, POLL_BOOKS, Vendor.QBO, poll_books)


@shared_task(name="sync.read_openings", base=TenantTask, ignore_result=True)
def read_opening_balances(*, tenant_id: int, **_: Any) -> None:
    while (run := openings.find_running()) is not None:
        openings.read(run, keep_lease=_keeper(tenant_id, OPENINGS))
    _come_again(tenant_id, OPENINGS, lambda: Now() if openings.find_running() else None)


@shared_task(name="sync.look_into_events", base=TenantTask, ignore_result=True)
def look_into_events(*, tenant_id: int, **_: Any) -> None:
    """Look into what the vendors sent. While one does not answer, or wants to be spared, the events wait."""
    DueWork.objects.filter(tenant_id=tenant_id, topic=EVENTS_LATER).update(due_at=None)
    work = Work()
    work.keep_lease = _keeper(tenant_id, EVENTS)
    work.gives_way = lanes.Slice(tenant_id).is_over
    wait, seen = timedelta(), 0
    try:
        with limits.waiting_at_most(lanes.PATIENCE_SECONDS):
            noted = hints.look_into(work)
        if noted:
            nudge()
    except hints.ComeBack as later:
        # What the other vendor's events put in the queue need not wait as well, nor events that come meanwhile.
        nudge()
        _look_later(tenant_id, later.at)
        seen = later.seen
    except Retry as error:
        wait = timedelta(seconds=error.after)
    except VendorError as error:
        log.warning("sync.events.failed tenant=%s error=%s", tenant_id, error)
        wait = EVENTS_AGAIN
    _come_again(tenant_id, EVENTS, lambda: Now() + wait if hints.is_waiting(after=seen) else None)
    # What came while this one looked is not left to the sweep.
    if not wait and hints.is_waiting(after=seen):
        look_soon(tenant_id)


@shared_task(name="sync.keep_hooks", base=TenantTask, ignore_result=True)
def keep_hooks(*, tenant_id: int, **_: Any) -> None:
    """Compare Procore's webhook with what it should be, once a day and after each connecting."""
    again = HOOKS_EVERY
    try:
        hooks.keep_hook(Work())
    except Retry as error:
        again = timedelta(seconds=max(error.after, 60))
    except (VendorError, NotConnected) as error:
        log.warning("sync.hooks.failed tenant=%s error=%s", tenant_id, error)
    DueWork.reschedule(tenant_id=tenant_id, topic=HOOKS, at=Now() + again)


@shared_task(name="sync.prune", base=TenantTask, ignore_result=True)
def prune_evidence(*, tenant_id: int, **_: Any) -> None:
    pruning.prune(_keeper(tenant_id, PRUNE))
    DueWork.reschedule(tenant_id=tenant_id, topic=PRUNE, at=Now() + PRUNE_EVERY)


def look_after_reconnect() -> None:
    """An account works again: what happened meanwhile no event will tell any more. From now on its events are kept,
    before the company is live as well, so they have to be pruned."""
    for topic in (POLL_PROCORE, POLL_BOOKS, HOOKS, PRUNE):
        DueWork.mark(tenant_id=require_tenant_id(), topic=topic)


def look_soon(tenant_id: int) -> None:
    """Have a worker look into new events, unless one has them or will. Without Redis the sweep finds them."""
    if DueWork.claim(tenant_id=tenant_id, topic=EVENTS, lasts=LEASE) is None:
        return
    try:
        look_into_events.apply_async(kwargs={"tenant_id": tenant_id}, retry=False)
    except OperationalError:
        log.warning("sync.events.no_broker")


def _look_later(tenant_id: int, at: datetime) -> None:
    """The same at a time that is near. The sweep, which comes by seldom, has it only should the message be lost."""
    DueWork.reschedule(tenant_id=tenant_id, topic=EVENTS_LATER, at=at + LATER_LOST)
    try:
        countdown = max((at - read_clock()).total_seconds(), 0.0)
        look_into_events.apply_async(kwargs={"tenant_id": tenant_id}, countdown=countdown, retry=False)
    except OperationalError:
        log.warning("sync.events.no_broker")


def _keeper(tenant_id: int, topic: str) -> Callable[[], None]:
    """Puts the topic's lease off: its worker is alive."""
    return lambda: DueWork.reschedule(tenant_id=tenant_id, topic=topic, at=Now() + LEASE)


def _come_again(tenant_id: int, topic: str, find_next: Callable[[], Moment | None]) -> None:
    """Say when the topic is due next. Its row is locked before looking: what is marked meanwhile would be lost."""
    with ledger.in_one_step():
        list(DueWork.objects.select_for_update().filter(tenant_id=tenant_id, topic=topic))
        DueWork.reschedule(tenant_id=tenant_id, topic=topic, at=find_next())


def _poll(tenant_id: int, topic: str, vendor: Vendor, poll: Callable[[Work], int]) -> None:
    """Poll once, then say when next. A vendor that is away is asked again at the usual time."""
    started_at = read_clock()
    not_before = started_at
    work = Work()
    work.keep_lease = _keeper(tenant_id, topic)
    if work.tenant.state == Tenant.State.SETUP:
        DueWork.reschedule(tenant_id=tenant_id, topic=topic, at=None)
        return
    try:
        if poll(work):
            nudge()
    except Retry as error:
        not_before = read_clock() + timedelta(seconds=error.after)
    except (VendorError, NotConnected) as error:
        log.warning("sync.poll.failed topic=%s tenant=%s error=%s", topic, tenant_id, error)
    if hints.is_waiting():
        # Whoever stored them may have died before it called for a look.
        DueWork.mark(tenant_id=tenant_id, topic=EVENTS)
    next_at = started_at + pace.interval_of(work.find_connection(vendor), started_at)
    DueWork.reschedule(tenant_id=tenant_id, topic=topic, at=max(next_at, not_before))


TOPICS: dict[str, Any] = {
    ledger.SYNC_TOPIC: run_due,
    POLL_PROCORE: poll_procore_changes,
    POLL_BOOKS: poll_book_changes,
    OPENINGS: read_opening_balances,
    EVENTS: look_into_events,
    EVENTS_LATER: look_into_events,
    HOOKS: keep_hooks,
    PRUNE: prune_evidence,
    upkeep.TOPIC: keep_counts,
}


def start_polling() -> None:
    """All that comes again by itself, from now on."""
    for topic in (POLL_PROCORE, POLL_BOOKS, HOOKS, PRUNE):
        DueWork.mark(tenant_id=require_tenant_id(), topic=topic)
