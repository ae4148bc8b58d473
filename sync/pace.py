"""How often to poll: seldom where events tell of changes anyway, and where nothing has happened for long.

All in multiples of POLL_SECONDS. Events may be lost and quiet things wake up, so nothing is never asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max

from connectors.models import Connection, Cursor, InboundEvent, Vendor
from sync.models import Entry

# With events the poll is only the net below them.
TOLD, QUIET = 5, 3
# A company without a moving document for a day is quiet; a project without one for a month is asked every eighth time.
QUIET_AFTER, IDLE_AFTER = timedelta(days=1), timedelta(days=30)
IDLE_TIMES = 8
# Polls are not on the second.
SLACK = 0.5
# An event in this time shows that they arrive.
TOLD_WITHIN = timedelta(days=7)
HOOK_FACT, HOOK_ON = "events", "on"


def interval(vendor: Vendor, now: datetime) -> timedelta:
    """The time from one poll of this vendor to the next."""
    return interval_of(Connection.objects.filter(vendor=vendor).exclude(account_id="").order_by("id").last(), now)


def interval_of(connection: Connection | None, now: datetime) -> timedelta:
    """The same for the connection to it, if there is one."""
    is_told_of = connection is not None and is_told(connection, now)
    factor = (TOLD if is_told_of else 1) * (QUIET if is_quiet(now) else 1)
    return timedelta(seconds=settings.POLL_SECONDS * factor)


def is_told(connection: Connection, now: datetime) -> bool:
    """Whether the vendor tells of changes: Procore's hook stands, or an event came in of late.

    Where Intuit sends the app's events is set in its portal, so only their coming tells.
    """
    if connection.vendor == Vendor.PROCORE and connection.facts.get(HOOK_FACT) != HOOK_ON:
        return False
    return InboundEvent.objects.filter(connection=connection, received_at__gte=now - TOLD_WITHIN).exists()


def is_quiet(now: datetime) -> bool:
    return not Entry.objects.filter(updated_at__gte=now - QUIET_AFTER).exists()


def choose_projects(connection: Connection, project_ids: Iterable[str], now: datetime) -> list[str]:
    """Those whose lists are to be read now: all that have moving documents or were never read, of the others those
    that were left out long enough."""
    wanted = list(project_ids)
    moving = _times(Entry.objects.filter(source_connection=connection, updated_at__gte=now - IDLE_AFTER), "updated_at")
    read = _times(Cursor.objects.filter(connection=connection).exclude(project_id=""), "read_until")
    if all(each in moving or each not in read for each in wanted):
        return wanted
    longest = interval_of(connection, now) * (IDLE_TIMES - SLACK)
    return [each for each in wanted if each in moving or each not in read or read[each] <= now - longest]


def _times(rows: Any, column: str) -> dict[str, datetime]:
    return dict(rows.values("project_id").annotate(last=Max(column)).values_list("project_id", "last"))
