"""Who does what when: the sweep, the nudge, and what lost messages and dead workers leave behind."""

from __future__ import annotations

import logging
import socket
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import Celery
from django.utils import timezone
from kombu.exceptions import OperationalError

from connectors.errors import NoPermission, Retry
from connectors.models import InboundEvent
from smoothx.tenants.models import DueWork, Tenant
from sync import ledger, tasks
from sync.engine import Engine
from sync.lanes import COMPANY_HEADER, LANE_TOPICS
from sync.models import Entry
from sync.tasks import (
    EVENTS,
    HOOKS,
    LEASE,
    OPENINGS,
    POLL_BOOKS,
    POLL_PROCORE,
    PRUNE,
    nudge,
    run_due,
    start_polling,
    sweep,
)
from sync.work import NotConnected
from tests.factories import make_connections, make_entry
from tests.sync.threads import at_once, start_thread

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What was handed to workers, as (topic, tenant), instead of handing it."""
    handed: list[tuple[str, int]] = []

    class Noted:
        def __init__(self, topic: str) -> None:
            self.topic = topic

        def apply_async(self, *, kwargs: dict[str, Any], **_: Any) -> None:
            handed.append((self.topic, kwargs["tenant_id"]))

    monkeypatch.setattr(tasks, "TOPICS", {topic: Noted(topic) for topic in tasks.TOPICS})
    monkeypatch.setattr(run_due, "apply_async", Noted(ledger.SYNC_TOPIC).apply_async)
    return handed


@pytest.fixture
def quiet_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that handles nothing: these tests are about when it is called."""
    monkeypatch.setattr(Engine, "__init__", lambda self: setattr(self, "rest_seconds", 0.0))
    monkeypatch.setattr(Engine, "run_due", lambda self, **_: 0)


def due_of(topic: str) -> datetime | None:
    return DueWork.objects.get(topic=topic).due_at


def mark(topic: str, **ago: float) -> None:
    DueWork.objects.create(tenant_id=Tenant.objects.get().pk, topic=topic, due_at=timezone.now() - timedelta(**ago))


def test_the_sweep_hands_out_what_is_due_of_every_tenant_and_nothing_else(
    scope: Tenant, other_tenant: Tenant, sent: list[Any]
) -> None:
    soon = timezone.now() + timedelta(seconds=30)
    for tenant, topic, at in (
        (scope, ledger.SYNC_TOPIC, timezone.now()),
        (scope, POLL_PROCORE, soon),
        (scope, OPENINGS, None),
        (other_tenant, POLL_BOOKS, timezone.now() - timedelta(hours=1)),
        (other_tenant, "a topic of later days", timezone.now()),
    ):
        DueWork.objects.create(tenant=tenant, topic=topic, due_at=at)
    assert sweep() == 2
    # The longest due goes first.
    assert sent == [(POLL_BOOKS, other_tenant.pk), (ledger.SYNC_TOPIC, scope.pk)]
    assert due_of(POLL_PROCORE) == soon
    assert sweep() == 0


def test_what_was_handed_out_comes_due_again_when_its_worker_dies(scope: Tenant, sent: list[Any]) -> None:
    mark(POLL_PROCORE, seconds=1)
    before = timezone.now()
    sweep()
    due_at = due_of(POLL_PROCORE)
    assert due_at is not None
    assert before + LEASE <= due_at <= timezone.now() + LEASE
    DueWork.objects.update(due_at=timezone.now())
    assert sweep() == 1
    assert len(sent) == 2


def test_two_sweeps_at_once_hand_out_each_topic_once(
    transactional_db: None, scope: Tenant, sent: list[Any], django_assert_num_queries: Any
) -> None:
    """Beat may run twice."""
    topics = list(tasks.TOPICS)
    for topic in topics:
        mark(topic, seconds=1)
    assert sum(at_once(sweep, workers=4)) == len(topics)
    assert sorted(sent) == sorted((topic, scope.pk) for topic in topics)
    # However many are due, and however many tenants: one statement looks, takes and says what it took.
    with django_assert_num_queries(1):
        assert sweep() == 0


def test_without_a_broker_the_sweep_fails_and_all_is_due_again_at_once(
    scope: Tenant, sent: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    mark(ledger.SYNC_TOPIC, seconds=2)
    mark(POLL_PROCORE, seconds=1)

    def lose(*_: Any, **__: Any) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(run_due, "apply_async", lose)
        with pytest.raises(OperationalError):
            sweep()
    due = dict(DueWork.objects.values_list("topic", "due_at"))
    assert due.pop(LANE_TOPICS[0]) is None
    assert all(at is not None and at <= timezone.now() for at in due.values())
    assert sweep() == 2
    assert sent == [(ledger.SYNC_TOPIC, scope.pk), (POLL_PROCORE, scope.pk)]


def test_a_lost_broker_loses_nothing(
    transactional_db: None, scope: Tenant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Redis is gone: nobody listens at the broker's address."""
    away = Celery(broker="redis://127.0.0.1:1/0", set_as_current=False)
    away.conf.broker_transport_options = {"max_retries": 0}
    entry = make_entry("held")
    ledger.make_due(Entry.objects.filter(pk=entry.pk))
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING, "sync.tasks"):
        patch.setattr(type(run_due._get_current_object()), "_app", away)
        nudge()
    assert [record.message for record in caplog.records] == ["sync.nudge.no_broker"]
    asked: list[Any] = []
    monkeypatch.setattr(run_due, "apply_async", lambda **options: asked.append(options["kwargs"]["lane"]))
    assert sweep() == 1
    assert asked == [LANE_TOPICS[0]]


def test_a_broker_that_answers_nothing_holds_nobody_up(
    scope: Tenant, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It takes connections, as a machine that swaps or a stopped process does. A delivery would hang for ever."""
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    with socket.create_server(("127.0.0.1", 0)) as silent, caplog.at_level(logging.WARNING, "sync.tasks"):
        away = Celery(broker=f"redis://127.0.0.1:{silent.getsockname()[1]}/0", set_as_current=False)
        # As set, thirty times as fast.
        away.conf.broker_transport_options = {**options, "socket_timeout": options["socket_timeout"] / 30}
        monkeypatch.setattr(type(tasks.look_into_events._get_current_object()), "_app", away)
        tasks.look_soon(scope.pk)
    assert [record.message for record in caplog.records] == ["sync.events.no_broker"]
    # The sweep finds the work once the lease has run out.
    assert due_of(EVENTS) is not None


def test_a_nudge_inside_a_transaction_waits_for_its_end(
    scope: Tenant, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(run_due, "apply_async", lambda **options: asked.append(options))
    with django_capture_on_commit_callbacks(execute=True):
        nudge()
        assert asked == []
    until = DueWork.objects.get(topic=LANE_TOPICS[0]).due_at
    assert until is not None
    kwargs = {"tenant_id": scope.pk, "lane": LANE_TOPICS[0], "until": until.isoformat()}
    # Nothing is due, so there is no hurry.
    assert asked == [{"kwargs": kwargs, "headers": {COMPANY_HEADER: str(scope.pk)}, "priority": 9, "retry": False}]


def test_a_run_says_when_the_next_one_is_due(scope: Tenant, quiet_engine: None) -> None:
    later, latest = (timezone.now() + timedelta(minutes=minutes) for minutes in (4, 9))
    make_entry("waiting", due_at=latest)
    make_entry("waiting", due_at=later)
    mark(ledger.SYNC_TOPIC, seconds=1)
    run_due(tenant_id=scope.pk)
    assert due_of(ledger.SYNC_TOPIC) == later


def test_a_run_with_nothing_left_is_not_due_again(scope: Tenant, quiet_engine: None) -> None:
    make_entry("posted")
    mark(ledger.SYNC_TOPIC, seconds=1)
    run_due(tenant_id=scope.pk)
    assert due_of(ledger.SYNC_TOPIC) is None


def test_what_a_dead_worker_had_comes_back_when_its_claim_runs_out(scope: Tenant, quiet_engine: None) -> None:
    runs_out = timezone.now() + timedelta(minutes=3)
    entry = make_entry("sending", claimed_by="dead", claimed_until=runs_out)
    mark(ledger.SYNC_TOPIC, seconds=1)
    run_due(tenant_id=scope.pk)
    assert due_of(ledger.SYNC_TOPIC) == runs_out
    assert ledger.due_entries(10) == []
    Entry.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert ledger.due_entries(10) == [entry]


def test_a_hint_that_comes_between_looking_and_rescheduling_is_not_lost(
    transactional_db: None, scope: Tenant, quiet_engine: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker notes a document after this one found nothing left: its mark must stand."""
    entry = make_entry("held")
    mark(ledger.SYNC_TOPIC, seconds=1)
    find_next = ledger.next_due_at
    hints: list[Any] = []

    def find_nothing_then_be_overtaken() -> Any:
        found = find_next()
        hints.append(start_thread(lambda: ledger.make_due(Entry.objects.filter(pk=entry.pk))))
        time.sleep(0.3)
        return found

    monkeypatch.setattr(ledger, "next_due_at", find_nothing_then_be_overtaken)
    run_due(tenant_id=scope.pk)
    for hint in hints:
        hint.join(timeout=30)
    due_at = due_of(ledger.SYNC_TOPIC)
    assert due_at is not None
    assert due_at <= timezone.now()


@pytest.mark.parametrize(
    ("trouble", "seconds"),
    [(None, 120), (Retry("away", after=600.0), 600), (NoPermission("no"), 120), (NotConnected("qbo"), 120)],
)
def test_a_poll_comes_again_whatever_happened(
    scope: Tenant, monkeypatch: pytest.MonkeyPatch, settings: Any, trouble: Exception | None, seconds: int
) -> None:
    settings.POLL_SECONDS = 120
    make_entry("posted")
    Tenant.objects.update(state="paused")

    def poll(work: Any) -> int:
        if trouble is not None:
            raise trouble
        return 0

    monkeypatch.setattr(tasks, "poll_books", poll)
    before = timezone.now()
    tasks.poll_book_changes(tenant_id=scope.pk)
    due_at = due_of(POLL_BOOKS)
    assert due_at is not None
    assert before + timedelta(seconds=seconds) <= due_at <= timezone.now() + timedelta(seconds=seconds)


@pytest.mark.parametrize(("found", "nudges"), [(0, 0), (3, 1)])
def test_a_poll_that_found_something_calls_a_worker(
    scope: Tenant, monkeypatch: pytest.MonkeyPatch, found: int, nudges: int
) -> None:
    Tenant.objects.update(state="live")
    called: list[str] = []
    monkeypatch.setattr(tasks, "poll_procore", lambda work: found)
    monkeypatch.setattr(tasks, "nudge", lambda: called.append("nudge"))
    tasks.poll_procore_changes(tenant_id=scope.pk)
    assert len(called) == nudges


@pytest.mark.parametrize("is_there", [False, True])
def test_a_poll_calls_for_events_nobody_was_called_for(
    scope: Tenant, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    """Whoever stored them died before it could."""
    Tenant.objects.update(state="live")
    procore, _ = make_connections()
    if is_there:
        known = {"entity": "Projects", "record_id": "1", "operation": "update", "body": "{}"}
        InboundEvent.objects.create(connection=procore, key="1", changed_at=timezone.now(), **known)
    monkeypatch.setattr(tasks, "poll_procore", lambda work: 0)
    tasks.poll_procore_changes(tenant_id=scope.pk)
    assert DueWork.objects.filter(topic=EVENTS, due_at__lte=timezone.now()).exists() == is_there


def test_a_company_in_set_up_is_not_polled(scope: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(tasks, "poll_procore", asked.append)
    mark(POLL_PROCORE, seconds=1)
    tasks.poll_procore_changes(tenant_id=scope.pk)
    assert (asked, due_of(POLL_PROCORE)) == ([], None)


def test_polling_starts_at_once_and_only_once(scope: Tenant) -> None:
    start_polling()
    start_polling()
    assert sorted(DueWork.objects.values_list("topic", flat=True)) == [HOOKS, POLL_PROCORE, POLL_BOOKS, PRUNE]
    assert all(row.due_at <= timezone.now() for row in DueWork.objects.all())


def test_tasks_take_the_tenant_by_name_alone() -> None:
    with pytest.raises(TypeError):
        run_due(1)
