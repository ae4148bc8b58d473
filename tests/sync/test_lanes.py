"""Whose turn it is: companies in a round, each for a slice at a time, what is urgent before the rest."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.utils import timezone

from smoothx.celery import app
from smoothx.tenants.models import DueWork, Tenant
from smoothx.tenants.scope import require_tenant_id, tenant_scope
from sync import lanes, ledger
from sync.engine import Engine
from sync.lanes import LANE_TOPICS, LANES, LEASE
from sync.models import Entry
from sync.queueing import Priority
from sync.registry import all_flows
from sync.tasks import nudge, run_due, sweep
from tests.factories import make_entry
from tests.sync.threads import at_once

pytestmark = pytest.mark.timeout(60)
SLICE = 5


class Line:
    """The broker's line and one worker: messages by priority, equal ones in the order they came."""

    def __init__(self) -> None:
        self.waiting: dict[int, deque[dict[str, Any]]] = {number: deque() for number in lanes.MESSAGE_PRIORITIES}
        # The company and the document number of each document, as they were taken.
        self.taken: list[tuple[int, str]] = []

    def put(self, *, kwargs: dict[str, Any], headers: dict[str, Any], priority: int, **_: Any) -> None:
        assert headers == {lanes.COMPANY_HEADER: str(kwargs["tenant_id"])}
        self.waiting[priority].append(kwargs)

    def __len__(self) -> int:
        return sum(map(len, self.waiting.values()))

    def serve(self) -> bool:
        """Work off the next message; False when there is none."""
        message = next((line.popleft() for line in self.waiting.values() if line), None)
        if message is not None:
            run_due(**message)
        return message is not None


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    """An engine that takes SLICE documents in a run, and the line its messages stand in."""
    line = Line()

    def take(engine: Any, **_: Any) -> int:
        entries = ledger.due_entries(SLICE)
        for entry in entries:
            assert ledger.claim(entry, "a worker")
            line.taken.append((require_tenant_id(), entry.number))
            ledger.finish(entry, ())
        return len(entries)

    monkeypatch.setattr(Engine, "__init__", lambda self: setattr(self, "rest_seconds", 0.0))
    monkeypatch.setattr(Engine, "run_due", take)
    monkeypatch.setattr(run_due, "apply_async", line.put)
    return line


def queue(tenant: Tenant, count: int, *, priority: int = Priority.POLL, name: str = "d") -> None:
    with tenant_scope(tenant.pk):
        now = timezone.now()
        for number in range(count):
            make_entry("queued", number=f"{name}{number}", due_at=now, priority=priority)
        ledger.mark_work_due(now)


@pytest.fixture
def companies(scope: Tenant, other_tenant: Tenant) -> tuple[Tenant, Tenant]:
    """A big one and a small one."""
    return scope, other_tenant


def call(tenant: Tenant, callbacks: Any) -> None:
    with tenant_scope(tenant.pk), callbacks(execute=True):
        nudge()


def test_one_document_of_another_company_waits_for_so_many_slices_and_no_more(
    companies: tuple[Tenant, Tenant], line: Line, django_capture_on_commit_callbacks: Any
) -> None:
    big, small = companies
    queue(big, 60)
    for _ in range(20):
        call(big, django_capture_on_commit_callbacks)
    # However often it was called for, the big company has so many messages in the line.
    assert len(line) == LANES
    line.serve()
    queue(small, 1)
    call(small, django_capture_on_commit_callbacks)
    assert len(line) == LANES + 1
    before = len(line.taken)
    while line.taken[-1][0] != small.pk:
        assert line.serve()
    assert len(line.taken) - before == SLICE * LANES + 1
    while line.serve():
        pass
    assert len(line.taken) == 61
    assert len(set(line.taken)) == 61
    assert not DueWork.objects.filter(due_at__isnull=False).exists()


def test_a_backlog_calls_for_more_workers_by_itself(
    companies: tuple[Tenant, Tenant],
    line: Line,
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "MANY", 12)
    big, small = companies
    queue(big, 13)
    queue(small, 12)
    for tenant in companies:
        call(tenant, django_capture_on_commit_callbacks)
    assert len(line) == 2
    line.serve()
    line.serve()
    held = DueWork.objects.filter(topic__in=LANE_TOPICS, due_at__gt=timezone.now())
    assert sorted(held.values_list("tenant_id", flat=True)) == [big.pk, big.pk, small.pk]


def test_what_is_urgent_goes_before_the_backlog_of_everybody(
    companies: tuple[Tenant, Tenant], line: Line, django_capture_on_commit_callbacks: Any
) -> None:
    big, small = companies
    for priority, name in ((Priority.BACKFILL, "old"), (Priority.POLL, "polled")):
        queue(big, 6, priority=priority, name=name)
    call(big, django_capture_on_commit_callbacks)
    for priority, name in ((Priority.EVENT, "told"), (Priority.PERSON, "asked")):
        queue(small, 6, priority=priority, name=name)
    call(small, django_capture_on_commit_callbacks)
    while line.serve():
        pass
    kinds = [name.rstrip("0123456789") for _, name in line.taken]
    assert kinds == ["asked"] * 6 + ["told"] * 6 + ["polled"] * 6 + ["old"] * 6


@pytest.mark.parametrize(
    ("priority", "number"),
    [
        (5, 0),
        (Priority.PERSON, 0),
        (Priority.EVENT, 3),
        (Priority.POLL, 6),
        (Priority.PUSH, 9),
        (Priority.BACKFILL, 9),
    ],
)
def test_the_line_is_entered_by_the_most_urgent_document(scope: Tenant, priority: int, number: int) -> None:
    queue(scope, 1, priority=Priority.BACKFILL)
    queue(scope, 1, priority=priority)
    make_entry("queued", priority=1, due_at=timezone.now() + timedelta(hours=1))
    assert lanes.message_priority(scope.pk) == number


def test_a_poll_puts_nothing_back_that_a_person_waits_for(scope: Tenant) -> None:
    queue(scope, 2, priority=Priority.PERSON)
    queue(scope, 1, priority=Priority.PERSON, name="done")
    Entry.objects.filter(number="done0").update(due_at=None)
    first = Entry.objects.order_by("pk").first()
    assert first is not None
    ledger.note(
        all_flows()[first.flow],
        source_connection=first.source_connection,
        target_connection=first.target_connection,
        source_ids=[(entry.source_id, "") for entry in Entry.objects.order_by("pk")],
        source_type=first.source_type,
    )
    found = dict(Entry.objects.values_list("number", "priority"))
    assert found == {"d0": Priority.PERSON, "d1": Priority.PERSON, "done0": Priority.POLL}


def test_a_message_that_comes_too_late_does_nothing(scope: Tenant, line: Line) -> None:
    """The broker delivered it twice, or so late that its lane was given to another."""
    queue(scope, 3)
    sweep()
    message = line.waiting[6][0]
    DueWork.objects.filter(topic=LANE_TOPICS[0]).update(due_at=timezone.now() - timedelta(seconds=1))
    assert sweep() == 1
    assert run_due(**message) == 0
    assert line.taken == []
    line.waiting[6].popleft()
    line.serve()
    assert len(line.taken) == 3
    assert run_due(**message) == 0


def test_a_dead_workers_lane_is_free_after_its_lease(scope: Tenant, line: Line) -> None:
    taken = [lanes.enter(scope.pk) for _ in range(LANES + 1)]
    assert [lane and lane.topic for lane in taken] == [*LANE_TOPICS, None]
    assert sweep() == 0
    DueWork.objects.update(due_at=timezone.now())
    assert sweep() == LANES
    assert len(line) == LANES


def test_no_two_get_the_same_lane(transactional_db: None, scope: Tenant) -> None:
    tenant_id = scope.pk
    taken = at_once(lambda: lanes.enter(tenant_id), workers=5)
    assert sorted(lane.topic for lane in taken if lane is not None) == list(LANE_TOPICS)


def test_a_vendor_that_wants_to_be_spared_is_asked_again_when_it_says(scope: Tenant, line: Line) -> None:
    queue(scope, 20)
    sweep()
    line.waiting[6].clear()
    lane = DueWork.objects.get(topic=LANE_TOPICS[0])
    before = timezone.now()
    assert not lanes.find_next(scope.pk, has_handled=True, rest_seconds=40.0)
    bell = DueWork.objects.get(topic=ledger.SYNC_TOPIC).due_at
    assert bell is not None
    assert before + timedelta(seconds=40) <= bell <= timezone.now() + timedelta(seconds=40)
    # What others have taken comes soon; nothing spins.
    assert not lanes.find_next(scope.pk, has_handled=False, rest_seconds=0.0)
    bell = DueWork.objects.get(topic=ledger.SYNC_TOPIC).due_at
    assert bell is not None
    assert timezone.now() < bell <= timezone.now() + lanes.SOON
    assert lanes.find_next(scope.pk, has_handled=True, rest_seconds=0.0)
    assert lane.due_at is not None
    assert lane.due_at <= timezone.now() + LEASE


def test_a_slice_lasts_until_somebody_else_waits(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """More of the same company's backlog is nobody else, unless a person waits for it."""
    broker = redis.Redis.from_url(settings.REDIS_URL)
    # The product's own client takes half a second without an answer for no Redis, and then somebody to wait.
    monkeypatch.setattr(lanes, "_broker", lambda _: broker)
    broker.delete(*lanes.LINES)
    monkeypatch.setattr(lanes, "SLICE_SECONDS", 0.0)

    def is_over(*messages: tuple[int, int]) -> bool:
        """Of a slice of company 1, with messages for companies in the line, by company and priority."""
        with app.connection_for_write(settings.REDIS_URL) as connection:
            for tenant_id, priority in messages:
                options: Any = {"headers": {lanes.COMPANY_HEADER: str(tenant_id)}, "connection": connection}
                # The product's own, whichever application another test made the current one.
                app.tasks[run_due.name].apply_async(kwargs={"tenant_id": tenant_id}, priority=priority, **options)
        found = lanes.Slice(1).is_over()
        broker.delete(*lanes.LINES)
        return found

    assert not is_over()
    assert [is_over((2, priority)) for priority in lanes.MESSAGE_PRIORITIES] == [True] * 4
    assert [is_over((1, priority), (1, priority)) for priority in lanes.MESSAGE_PRIORITIES] == [
        True, False, False, False,
    ]  # fmt: skip
    assert is_over((1, 6), (1, 6), (2, 6))
    assert is_over((2, 6), (1, 6), (1, 6))
    # Neither the sweep nor a poll says for whom it is.
    for name in ("sync", "long", "long\x06\x169"):
        broker.lpush(name, '{"headers": {"task": "sync.sweep"}}')
        assert is_over()
    monkeypatch.setattr(lanes, "SLICE_SECONDS", 60.0)
    assert not is_over((2, 0))


def test_without_redis_somebody_is_taken_to_wait(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(lanes, "SLICE_SECONDS", 0.0)
    assert lanes.Slice(1).is_over()


def test_every_task_has_its_queue_and_its_place_in_it() -> None:
    """Only what takes seconds may stand in the queue of the documents."""
    app.loader.import_default_modules()
    routes = {
        name: app.amqp.router.route({}, name) for name in app.tasks if not name.startswith(("celery.", "tests."))
    }
    quick = {name for name, route in routes.items() if getattr(route.get("queue"), "name", "sync") == "sync"}
    assert quick == {"sync.sweep", "sync.run_due", "sync.look_into_events"}
    assert {route["queue"].name for name, route in routes.items() if name not in quick} == {"long"}
    # run_due says itself how urgent it is.
    assert {name for name, route in routes.items() if "priority" not in route} == {"sync.run_due"}
