"""Which tenant has work due, and from when: the earliest time wins, also between two processes at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from smoothx.tenants.models import DueWork

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def due(tenant: Any, topic: str = "sync") -> datetime | None:
    found: datetime | None = DueWork.objects.get(tenant=tenant, topic=topic).due_at
    return found


def mark(tenant: Any, at: datetime | None, topic: str = "sync") -> None:
    DueWork.mark(tenant_id=tenant.pk, topic=topic, at=at)


@pytest.mark.django_db
def test_the_first_mark_makes_the_row(tenant: Any) -> None:
    mark(tenant, NOON)
    assert due(tenant) == NOON
    assert str(DueWork.objects.get()) == f"sync for tenant {tenant.pk}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("known", "marked", "expected"),
    [
        (NOON, NOON - HOUR, NOON - HOUR),
        (NOON, NOON + HOUR, NOON),
        (NOON, NOON, NOON),
        (None, NOON, NOON),
    ],
)
def test_the_earliest_time_wins(tenant: Any, known: datetime | None, marked: datetime, expected: datetime) -> None:
    DueWork.reschedule(tenant_id=tenant.pk, topic="sync", at=known)
    mark(tenant, marked)
    assert due(tenant) == expected
    assert DueWork.objects.count() == 1


@pytest.mark.django_db
def test_without_a_time_it_is_due_now(tenant: Any) -> None:
    before = datetime.now(UTC)
    mark(tenant, None)
    found = due(tenant)
    assert found is not None
    assert before <= found <= datetime.now(UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("at", [NOON - HOUR, NOON + HOUR, None])
def test_reschedule_puts_it_exactly_there(tenant: Any, at: datetime | None) -> None:
    DueWork.reschedule(tenant_id=tenant.pk, topic="sync", at=NOON)
    DueWork.reschedule(tenant_id=tenant.pk, topic="sync", at=at)
    assert due(tenant) == at
    assert DueWork.objects.count() == 1


@pytest.mark.django_db
def test_topics_and_tenants_are_kept_apart(tenant: Any, other_tenant: Any) -> None:
    mark(tenant, NOON)
    mark(tenant, NOON - HOUR, "poll:procore")
    mark(other_tenant, NOON - 2 * HOUR)
    DueWork.reschedule(tenant_id=tenant.pk, topic="poll:procore", at=None)
    assert (due(tenant), due(tenant, "poll:procore"), due(other_tenant)) == (NOON, None, NOON - 2 * HOUR)


def act_at_once(first: Callable[[], None], second: Callable[[], None]) -> None:
    """Run `second` on a connection of its own while the transaction of `first` is open, and let it wait for that."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            second()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        wait_until_somebody_waits()
    thread.join(timeout=60)
    assert (thread.is_alive(), failures) == (False, [])


def wait_until_somebody_waits() -> None:
    """Returns when another connection to this database waits for a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with connection.cursor() as cursor:
        for _ in range(600):
            # Within a transaction the statistics stand still unless told to move.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(query)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    raise AssertionError("nobody waits")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("first", "second"), [(NOON, NOON - HOUR), (NOON - HOUR, NOON)])
def test_two_marks_at_once_leave_the_earliest(tenant: Any, first: datetime, second: datetime) -> None:
    DueWork.reschedule(tenant_id=tenant.pk, topic="sync", at=None)
    act_at_once(lambda: mark(tenant, first), lambda: mark(tenant, second))
    assert due(tenant) == NOON - HOUR


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("first", "second"), [(NOON, NOON - HOUR), (NOON - HOUR, NOON)])
def test_two_first_marks_at_once_leave_the_earliest(tenant: Any, first: datetime, second: datetime) -> None:
    act_at_once(lambda: mark(tenant, first), lambda: mark(tenant, second))
    assert due(tenant) == NOON - HOUR
    assert DueWork.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_mark_during_a_reschedule_is_not_lost(tenant: Any) -> None:
    mark(tenant, NOON)
    act_at_once(
        lambda: DueWork.reschedule(tenant_id=tenant.pk, topic="sync", at=None), lambda: mark(tenant, NOON + HOUR)
    )
    assert due(tenant) == NOON + HOUR
