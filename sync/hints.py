"""Vendors' events looked into: which records and lists they make us ask for again.

An event never carries news that is believed. Whatever a burst of events says, each record, list and change feed is
asked for once. What we wrote ourselves comes back as an event too, and is told apart (sync/echoes.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models.functions import Now

from connectors.models import Cursor, InboundEvent, Vendor
from smoothx.lib.clock import read_clock
from smoothx.tenants.models import Tenant
from sync import books, intake, ledger, made_lines, made_watch, unfed
from sync.echoes import find_early, find_echoes
from sync.models import Entry
from sync.polls import POLLS, ProjectPoll
from sync.queueing import Priority
from sync.registry import flow
from sync.work import NotConnected, Work

MOST_AT_ONCE = 1000
PRIORITY = Priority.EVENT
# One change-data call tells everything, so a steady stream of events must not make a stream of calls.
BOOKS_EVERY = timedelta(seconds=2)
# A write of ours may be behind an event until it is settled, which takes as long as the vendor's answer.
SETTLED_SOON = timedelta(seconds=1)
PROJECTS, COMPANIES = "Projects", "Company Vendors"

Events = Sequence[InboundEvent]


class ComeBack(Exception):
    """Events, none newer than `seen`, wait until `at`, and why is no fault. Newer ones need not wait with them."""

    def __init__(self, at: datetime, seen: int) -> None:
        super().__init__(f"events wait until {at}")
        self.at, self.seen = at, seen


class _NotYet(Exception):
    """One vendor's events have to wait until `at`."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"not before {at}")
        self.at = at


def look_into(work: Work) -> int:
    """Look into what waits, at most MOST_AT_ONCE events. Answers how many entries were put in the queue.

    Raises ComeBack and what the vendor's client raises; what was looked into by then stays so.
    """
    rows = InboundEvent.objects.filter(handled_at__isnull=True).select_related("connection").order_by("id")
    waiting = list(rows[:MOST_AT_ONCE])
    early = find_early(waiting)
    ready = [event for event in waiting if event.pk not in early]
    noted, later = 0, [read_clock() + SETTLED_SOON] if early else []
    for vendor, look in ((Vendor.PROCORE, _look_in_procore), (Vendor.QBO, _look_in_books)):
        events = [event for event in ready if event.connection.vendor == vendor]
        if not events:
            continue
        try:
            noted += _look(work, events, look)
        except _NotYet as refusal:
            later.append(refusal.at)
        else:
            _finish(events, "none")
    if later:
        raise ComeBack(min(later), waiting[-1].pk)
    return noted


def is_waiting(*, after: int = 0) -> bool:
    """Whether there are events to be looked into, newer than this one."""
    return InboundEvent.objects.filter(handled_at__isnull=True, pk__gt=after).exists()


def _look(work: Work, events: Events, look: Callable[[Work, Events], int]) -> int:
    """Without a working connection or before going live nothing is asked: the polls read it all when it is time."""
    if work.tenant.state == Tenant.State.SETUP:
        _finish(events, "none")
        return 0
    echoes = find_echoes(events)
    _finish([event for event in events if event.pk in echoes], "echo")
    news = [event for event in events if event.pk not in echoes]
    try:
        return look(work, news) if news else 0
    except NotConnected:
        _finish(news, "none")
        return 0


def _look_in_books(work: Work, events: Events) -> int:
    """One call tells all that changed, whatever the events name."""
    cursor = Cursor.objects.filter(connection=work.qbo.connection, resource=books.RESOURCE, project_id="").first()
    ready_at = cursor.read_until + BOOKS_EVERY if cursor is not None else None
    if ready_at is not None and ready_at > read_clock():
        raise _NotYet(ready_at)
    noted = books.poll_books(work)
    noted += unfed.look_at_deleted(
        work, [(event.entity, event.record_id) for event in events if event.operation == "delete"], priority=PRIORITY
    )
    _finish(events, "looked")
    return noted


def _look_in_procore(work: Work, events: Events) -> int:
    """Project by project, each with a few calls and one for each record of ours: a storm of events gives way to who
    waits."""
    started_at = read_clock()
    noted = 0
    if any(event.entity == PROJECTS for event in events):
        noted += intake.poll_projects(work, work.procore, started_at)
    if any(event.entity == COMPANIES for event in events):
        intake.poll_companies(work.procore, started_at)
    of_project: dict[str, list[InboundEvent]] = defaultdict(list)
    for event in events:
        of_project[event.project_id].append(event)
    for place, (project_id, theirs) in enumerate(of_project.items()):
        if place and work.gives_way():
            raise _NotYet(read_clock())
        noted += _look_in_project(work, project_id, theirs, started_at)
        _finish(theirs, "looked")
        work.keep_lease()
    return noted


def _look_in_project(work: Work, project_id: str, events: Events, started_at: datetime) -> int:
    """What events of a project, or of none (""), name: other records by lists, then what we made, each by itself."""
    named: dict[int, set[str]] = defaultdict(set)
    for event in events:
        for place, poll in enumerate(POLLS):
            if project_id and event.entity in poll.announced_as and _is_polled(work, poll):
                named[place].update(_records_of(event, poll))
    noted = sum(_look_at(work, POLLS[place], project_id, ids, started_at) for place, ids in named.items())
    _look_at_ours(work, made_lines.name_records(work, project_id, events))
    return noted


def _look_at_ours(work: Work, named: Mapping[made_watch.Name, Events]) -> None:
    """What we made, with the events that name it. One that was looked at need not be again: its events are finished,
    unless they name more."""
    ours = made_watch.find_named(work, named)
    left = Counter(event.pk for name, _ in ours for event in named[name])
    is_further = False
    for name, entry in ours:
        if is_further and work.gives_way():
            raise _NotYet(read_clock())
        made_watch.look_at(work, entry)
        left.subtract(event.pk for event in named[name])
        done = [event for event in named[name] if not left[event.pk]]
        _finish(done, "looked")
        work.keep_lease()
        is_further = is_further or bool(done)


def _is_polled(work: Work, poll: ProjectPoll) -> bool:
    return poll.flow not in work.flows_off and poll.is_used(work)


def _records_of(event: InboundEvent, poll: ProjectPoll) -> list[str]:
    """The listed records an event is about; one about a line names its document, or nothing we can use ("")."""
    if event.entity == poll.announced_as[0]:
        return [event.record_id]
    return [record_id for name, record_id in event.related if name == poll.announced_as[0]] or [""]


def _look_at(work: Work, poll: ProjectPoll, project_id: str, record_ids: set[str], started_at: datetime) -> int:
    """What we know is read by itself. For what we do not, the list says whether it is worth carrying."""
    connection = work.procore.connection
    entries = Entry.objects.filter(flow=poll.flow, source_connection=connection, source_id__in=record_ids)
    known = set(entries.values_list("source_id", flat=True))
    noted = ledger.note(
        flow(poll.flow),
        source_connection=connection,
        target_connection=work.qbo.connection,
        source_ids=[(source_id, project_id) for source_id in sorted(known)],
        source_type=poll.reads.key,
        priority=PRIORITY,
    )
    if record_ids - known:
        noted += intake.poll_one_list(
            work, poll, work.procore, project_id, started_at, is_complete="" in record_ids, priority=PRIORITY
        )
    return noted


def _finish(events: Iterable[InboundEvent], outcome: str) -> None:
    keys = [event.pk for event in events]
    rows = InboundEvent.objects.filter(pk__in=keys, handled_at__isnull=True)
    rows.update(handled_at=Now(), outcome=outcome)
