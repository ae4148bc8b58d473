"""How often is polled, by what events tell and by how much moves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Connection, Cursor, InboundEvent, Vendor
from connectors.procore import resources as procore
from smoothx.tenants.models import Tenant
from sync.models import Entry
from sync.pace import choose_projects, interval
from tests.factories import connections, make_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(scope: Tenant, settings: Any) -> datetime:
    settings.POLL_SECONDS = 120
    connections()
    return timezone.now()


def moved(at: datetime, **facts: Any) -> None:
    Entry.objects.filter(pk=make_entry("posted", **facts).pk).update(updated_at=at)


def arrived(vendor: Vendor, at: datetime) -> None:
    connection = Connection.objects.get(vendor=vendor)
    InboundEvent.objects.create(
        connection=connection, key=str(at), entity="x", record_id="1", operation="update", received_at=at
    )


@pytest.mark.parametrize(
    ("hook", "event_days", "moved_hours", "minutes"),
    [
        ("", None, 1, 2),
        ("", None, 30, 6),
        ("", None, None, 6),
        ("on", None, 1, 2),
        ("on", 6, 1, 10),
        ("on", 8, 1, 2),
        ("refused", 1, 1, 2),
        ("on", 6, 30, 30),
    ],
)
def test_procore_is_asked_seldom_where_its_hook_tells_and_where_nothing_moves(
    now: datetime, hook: str, event_days: int | None, moved_hours: int | None, minutes: int
) -> None:
    Connection.objects.filter(vendor=Vendor.PROCORE).update(facts={"events": hook})
    if event_days is not None:
        arrived(Vendor.PROCORE, now - timedelta(days=event_days))
    if moved_hours is not None:
        moved(now - timedelta(hours=moved_hours))
    assert interval(Vendor.PROCORE, now) == timedelta(minutes=minutes)
    # What Procore tells says nothing of QuickBooks.
    assert interval(Vendor.QBO, now) == timedelta(minutes=2 if moved_hours == 1 else 6)


def test_quickbooks_is_asked_seldom_once_its_events_come(now: datetime) -> None:
    moved(now)
    assert interval(Vendor.QBO, now) == timedelta(minutes=2)
    arrived(Vendor.QBO, now - timedelta(days=1))
    assert interval(Vendor.QBO, now) == timedelta(minutes=10)


def test_a_vendor_that_is_not_connected_is_asked_for_as_usual(scope: Tenant, settings: Any) -> None:
    settings.POLL_SECONDS = 60
    assert interval(Vendor.QBO, timezone.now()) == timedelta(minutes=3)


def test_projects_where_nothing_moves_are_read_every_eighth_time(now: datetime) -> None:
    connection = Connection.objects.get(vendor=Vendor.PROCORE)
    moved(now, project_id="moving")
    moved(now - timedelta(days=31), project_id="idle")
    moved(now - timedelta(days=31), project_id="left out long")
    for project_id, minutes in (("moving", 1), ("idle", 14), ("left out long", 16)):
        for key in (procore.REQUISITIONS.key, procore.DIRECT_COSTS.key):
            Cursor.objects.create(
                connection=connection,
                resource=key,
                project_id=project_id,
                read_until=now - timedelta(minutes=minutes),
            )
    wanted = ["new", "idle", "moving", "left out long"]
    assert choose_projects(connection, wanted, now) == ["new", "moving", "left out long"]
