"""A worker whose own clock is wrong, and that dies: nothing it took or put off stays so for longer than it should."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from connectors import grants
from connectors.models import Cursor
from connectors.transport import Response
from smoothx.lib.clock import read_clock
from smoothx.tenants.models import DueWork, Tenant
from sync import book_sources, books, facts, ledger, outbox, pace, queueing, settle, tasks
from sync.basis import LONG_AGO
from sync.engine import Engine
from sync.hints import BOOKS_EVERY
from sync.lanes import LANE_TOPICS, LEASE, SOON, enter, keep
from sync.models import Attempt, Entry
from sync.registry import all_flows
from sync.targets import Answer
from sync.tasks import EVENTS, HOOKS, HOOKS_EVERY, POLL_BOOKS, POLL_PROCORE, run_due, sweep
from sync.work import Work
from tests.factories import connections, make_entry, make_outgoing

pytestmark = pytest.mark.django_db
NOW = timedelta()
Bounds = Callable[[datetime | None, timedelta], bool]


@pytest.fixture(params=[-1, 1])
def wrong(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process's clock is an hour behind, or ahead."""
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=request.param))


@contextmanager
def meanwhile() -> Iterator[Bounds]:
    """Says whether a moment lies so long after what was done in here."""
    began_at = read_clock()
    yield lambda at, after: at is not None and began_at + after <= at <= read_clock() + after


def due_of(topic: str) -> datetime | None:
    return DueWork.objects.get(topic=topic).due_at


def test_a_topic_is_free_after_its_lease_and_not_before(
    scope: Tenant, wrong: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for topic in (POLL_BOOKS, POLL_PROCORE):
        monkeypatch.setitem(tasks.TOPICS, topic, SimpleNamespace(apply_async=lambda **_: None))
        DueWork.mark(tenant_id=scope.pk, topic=topic)
    with meanwhile() as is_after:
        assert sweep() == 2
        lane = enter(scope.pk)
        assert lane is not None
        assert DueWork.claim(tenant_id=scope.pk, topic=EVENTS, lasts=LEASE)
    taken = (POLL_BOOKS, POLL_PROCORE, EVENTS, LANE_TOPICS[0])
    assert [is_after(due_of(topic), LEASE) for topic in taken] == [True] * 4
    # Others do not have it as well.
    assert sweep() == 0
    assert DueWork.claim(tenant_id=scope.pk, topic=EVENTS, lasts=LEASE) is None
    with meanwhile() as is_after:
        kept = keep(scope.pk, lane)
    assert kept is not None
    assert is_after(kept.until, LEASE)


def test_tasks_say_by_the_shared_clock_when_they_come_again(
    scope: Tenant, wrong: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections()
    Tenant.objects.update(state="live")
    for name in ("poll_procore", "poll_books"):
        monkeypatch.setattr(tasks, name, lambda work: work.keep_lease() or 0)
    monkeypatch.setattr(Engine, "run_due", lambda self, **_: 0)
    make_entry("waiting", due_at=read_clock())
    with meanwhile() as is_after:
        tasks.keep_hooks(tenant_id=scope.pk)
        tasks.poll_procore_changes(tenant_id=scope.pk)
        run_due(tenant_id=scope.pk)
    polled_again = pace.interval_of(connections()[0], read_clock())
    again = {HOOKS: HOOKS_EVERY, POLL_PROCORE: polled_again, ledger.SYNC_TOPIC: SOON}
    assert {topic for topic, after in again.items() if not is_after(due_of(topic), after)} == set()


def test_documents_are_due_by_the_shared_clock(scope: Tenant, wrong: None) -> None:
    source, target = connections()
    throttled, doubtful, waiting = (make_entry("queued", due_at=None) for _ in range(3))
    with meanwhile() as is_after:
        settle.come_back(throttled, 5.0)
        settle.still_uncertain(doubtful, timedelta(seconds=30))
        ledger.make_due(Entry.objects.filter(pk=waiting.pk))
        flow = all_flows()["bills"]
        assert queueing.note(flow, source_connection=source, target_connection=target, source_ids=[("1", "2")]) == 1
    due = {entry.pk: entry.due_at for entry in Entry.objects.all()}
    new = Entry.objects.get(source_id="1")
    after = {throttled.pk: 5, doubtful.pk: 30, waiting.pk: 0, new.pk: 0}
    assert [is_after(due[pk], timedelta(seconds=seconds)) for pk, seconds in after.items()] == [True] * 4
    assert is_after(due_of(ledger.SYNC_TOPIC), NOW)
    assert {entry.pk for entry in ledger.due_entries(10)} == {waiting.pk, new.pk}


def test_where_a_poll_stopped_and_what_it_compares_is_of_one_clock(
    scope: Tenant, wrong: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reading that claims to reach into the next hour would leave out what changes until then."""
    _, target = connections()
    for module, name in ((books, "choose_name_lists"), (book_sources, "watched_entities")):
        monkeypatch.setattr(module, name, lambda *_: [])
    monkeypatch.setattr(facts, "probe", lambda _: None)
    work = Work()
    asked: list[datetime] = []

    def tell_none(entities: list[str], since: datetime) -> dict[str, Any]:
        asked.append(since)
        return {}

    work.__dict__["qbo"] = SimpleNamespace(connection=target, changes=tell_none)
    entry = make_entry("sending", posted_at=None, planned={})
    write = make_outgoing(entry, state="sending", closed_at=None)
    with meanwhile() as is_after:
        books.poll_books(work)
        settle.posted(work, all_flows()["bills"], entry, write, Answer("77", "0", "FRM-1187", None))
    cursor = Cursor.objects.get(resource=books.RESOURCE)
    stored = Entry.objects.get(pk=entry.pk)
    assert [is_after(at, NOW) for at in (cursor.read_until, stored.posted_at, work.mapped_at)] == [True, True, False]
    assert is_after(asked[0], -books.OVERLAP)
    assert cursor.read_until + BOOKS_EVERY > read_clock()


def test_a_set_is_posted_by_the_shared_clock_too_and_once(scope: Tenant, wrong: None) -> None:
    new, old = (make_entry("sending", posted_at=at, planned={}) for at in (None, LONG_AGO))
    made = [(make_outgoing(each, state="sending"), Answer(str(each.pk), "0", "FRM-1187", None)) for each in (new, old)]
    with meanwhile() as is_after:
        settle.posted_many(Work(), all_flows()["bills"], made)
    for entry in (new, old):
        entry.refresh_from_db()
    assert (is_after(new.posted_at, NOW), old.posted_at, old.state) == (True, LONG_AGO, "posted")
    assert is_after(new.updated_at, NOW)


def test_tries_and_new_access_are_dated_by_the_shared_clock(
    scope: Tenant, wrong: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    Tenant.objects.update(state="live")
    # The column's own default, which holds the real clock.
    monkeypatch.setattr(Attempt._meta.get_field("started_at"), "_get_default", timezone.now)
    answers = SimpleNamespace(
        send=lambda *_: Answer("1", "0"), send_many=lambda _, drafts: {each.pk: Answer("1", "0") for each in drafts}
    )
    monkeypatch.setattr(outbox, "adapter_for", lambda _: answers)
    body = json.dumps({"access_token": "new", "expires_in": 3600})
    monkeypatch.setattr(grants, "_post_token", lambda *_: Response(200, {}, body))
    alone, together = (make_outgoing(make_entry("sending"), state="open") for _ in range(2))
    flow = all_flows()["bills"]
    with meanwhile() as is_after:
        outbox.send(Work(), alone, alone.entry, flow)
        outbox.send_many(Work(), [together], flow)
        outbox.close(alone, "done")
        pair = grants.refresh_pair("qbo", "old")
    tries = Attempt.objects.values_list("started_at", "ended_at")
    assert [is_after(at, NOW) for each in tries for at in each] == [True] * 4
    alone.refresh_from_db()
    assert is_after(alone.closed_at, NOW)
    assert is_after(pair.access_expires_at, timedelta(seconds=3600))
