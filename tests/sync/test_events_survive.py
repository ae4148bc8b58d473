"""Events whose worker dies or gives way are looked into all the same: none is lost, none asked for twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from connectors.models import InboundEvent
from smoothx.tenants.models import DueWork, Tenant
from sync import ledger, made_watch, tasks
from sync.hints import ComeBack, look_into
from sync.models import Entry
from sync.tasks import EVENTS, LEASE, look_into_events, sweep
from sync.work import Work
from tests.factories import make_connections, make_entry

PROJECTS = ("501", "502", "503")


class Killed(BaseException):
    """Nothing catches it, as nothing catches the end of a process."""


class Failpoint:
    """Ends the worker before its write of this number, as what it reads changes nothing. `has_struck` says that there
    were so many."""

    def __init__(self, number: int) -> None:
        self.left, self.has_struck = number, False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.left -= not sql.startswith("SELECT")
        if self.left == 0 and not self.has_struck:
            self.has_struck = True
            raise Killed
        return execute(sql, params, many, context)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The topics workers were called for."""
    called: list[str] = []

    class Noted:
        def __init__(self, topic: str) -> None:
            self.topic = topic

        def apply_async(self, **_: Any) -> None:
            called.append(self.topic)

    monkeypatch.setattr(tasks, "TOPICS", {topic: Noted(topic) for topic in tasks.TOPICS})
    monkeypatch.setattr(tasks.run_due, "apply_async", Noted(ledger.SYNC_TOPIC).apply_async)
    monkeypatch.setattr(look_into_events, "apply_async", Noted(EVENTS).apply_async)
    return called


@pytest.fixture
def waiting(transactional_db: None, scope: Tenant) -> Tenant:
    """A live company with an event of a known claim of each project, which needs no call to be looked into."""
    Tenant.objects.update(state="live")
    procore, _ = make_connections()
    for number, project_id in enumerate(PROJECTS):
        make_entry("posted", source_id=str(number), project_id=project_id, source_connection=procore)
        InboundEvent.objects.create(
            connection=procore,
            key=str(number),
            entity="Draw Requests",
            record_id=str(number),
            project_id=project_id,
            operation="update",
            body="{}",
            changed_at=timezone.now(),
        )
    return scope


def outcomes() -> list[str]:
    return list(InboundEvent.objects.order_by("id").values_list("outcome", flat=True))


def due_count() -> int:
    return Entry.objects.filter(due_at__isnull=False).count()


def test_events_of_a_killed_worker_are_looked_into_after_its_lease(waiting: Tenant, sent: list[str]) -> None:
    """Killed before any of its writes: what it had taken comes again by its row, if anything is left to do."""
    number = 0
    while True:
        number += 1
        InboundEvent.objects.update(handled_at=None, outcome="")
        Entry.objects.update(due_at=None)
        DueWork.objects.all().delete()
        assert DueWork.claim(tenant_id=waiting.pk, topic=EVENTS, lasts=LEASE)
        failpoint = Failpoint(number)
        try:
            with connection.execute_wrapper(failpoint):
                look_into_events(tenant_id=waiting.pk)
        except Killed:
            pass
        DueWork.objects.filter(due_at__isnull=False).update(due_at=timezone.now() - timedelta(seconds=1))
        sent.clear()
        sweep()
        is_done = outcomes() == ["looked"] * 3
        assert EVENTS in sent or is_done, number
        if not is_done:
            look_into_events(tenant_id=waiting.pk)
        assert (outcomes(), due_count()) == (["looked"] * 3, 3), number
        assert ledger.SYNC_TOPIC in sent or DueWork.objects.filter(topic=ledger.SYNC_TOPIC).exists(), number
        if not failpoint.has_struck:
            break
    assert number > 8


def test_a_storm_of_events_gives_way_between_two_projects(waiting: Tenant) -> None:
    kept: list[int] = []
    work = Work()
    work.gives_way, work.keep_lease = (lambda: True), (lambda: kept.append(1))
    for looked in (1, 2):
        before = timezone.now()
        with pytest.raises(ComeBack) as later:
            look_into(work)
        # At once again, and at the end of the line.
        assert before <= later.value.at <= timezone.now()
        assert outcomes() == ["looked"] * looked + [""] * (3 - looked)
        assert due_count() == looked
    assert look_into(work) == 1
    assert (outcomes(), due_count(), len(kept)) == (["looked"] * 3, 3, 3)


def test_a_storm_of_events_about_our_own_records_gives_way_between_two(
    waiting: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is a call. One that was looked at is not looked at again for the same event."""
    source = InboundEvent.objects.earliest("id").connection
    costs = [
        make_entry("posted", source_connection=source, target_connection=source, target_type="direct_cost",
                   target_id=str(number), planned={"document": {"is_locked": False}})
        for number in (1, 2)
    ]  # fmt: skip
    InboundEvent.objects.update(project_id=PROJECTS[0], entity="Direct Costs", record_id="1")
    InboundEvent.objects.filter(key="1").update(related=[["Direct Costs", "2"]])
    looked: list[int] = []
    monkeypatch.setattr(made_watch, "_compare", lambda work, entry, owed: looked.append(entry.pk))
    monkeypatch.setattr("sync.hints._is_polled", lambda *_: False)
    work = Work()
    work.gives_way = lambda: True
    with pytest.raises(ComeBack):
        look_into(work)
    # The second names another as well.
    assert (outcomes(), looked) == (["looked", "", "looked"], [costs[0].pk])
    look_into(work)
    assert (outcomes(), looked[1:]) == (["looked"] * 3, [each.pk for each in costs])
