"""The last 24 hours by state, hour by hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from datetime import timezone as fixed_offset
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.db.models.functions import TruncHour
from django.urls import reverse
from django.utils import timezone

from sync.models import Entry
from sync.pages.filters import NEEDS_PERSON
from sync.pages.needs import GOING, STOPPED, leave_out_quiet

HOURS = 24
State = Entry.State
# Series of the chart, their label, the states in them, and the filter their count leads to.
SERIES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("posted", "Posted", (State.POSTED,), State.POSTED),
    ("warned", "With warnings", (State.POSTED_WITH_WARNINGS,), State.POSTED_WITH_WARNINGS),
    ("waiting", "Waiting", GOING, State.WAITING),
    ("stopped", "Blocked or held", STOPPED, NEEDS_PERSON),
    ("uncertain", "Uncertain", (State.UNCERTAIN,), State.UNCERTAIN),
)
SERIES_OF = {state: key for key, _, states, _ in SERIES for state in states}


def load_day(at: datetime | None = None) -> dict[str, Any]:
    """24 hours up to that of `at` (now), oldest first, named in the active time zone. One query."""
    local = timezone.localtime(at).replace(minute=0, second=0, microsecond=0)
    # Of one offset, as a night of a clock change has an hour twice or not at all.
    fixed = fixed_offset(local.utcoffset() or timedelta())
    start = local.astimezone(fixed) - timedelta(hours=HOURS - 1)
    rows = (
        Entry.objects.filter(leave_out_quiet(), updated_at__gte=start, state__in=list(SERIES_OF))
        .annotate(hour=TruncHour("updated_at", tzinfo=fixed))
        .values_list("hour", "state")
        .annotate(count=Count("id"))
        .order_by()
    )
    counts: dict[tuple[datetime, str], int] = {}
    for hour, state, count in rows:
        key = (hour, SERIES_OF[state])
        counts[key] = counts.get(key, 0) + count
    hours = [_hour(start + timedelta(hours=step), counts) for step in range(HOURS)]
    totals = [_total(key, label, filter_by, start, hours) for key, label, _, filter_by in SERIES]
    return {"documents": sum(total["count"] for total in totals), "hours": hours, "totals": totals}


def _hour(at: datetime, counts: Mapping[tuple[datetime, str], int]) -> dict[str, Any]:
    return {"label": f"{timezone.localtime(at):%H:%M}"} | {key: counts.get((at, key), 0) for key, *_ in SERIES}


def _total(key: str, label: str, filter_by: str, start: datetime, hours: list[dict[str, Any]]) -> dict[str, Any]:
    query = urlencode({"state": filter_by, "from": timezone.localdate(start).isoformat()})
    count = sum(hour[key] for hour in hours)
    return {"key": key, "label": label, "count": count, "url": f"{reverse('activity:index')}?{query}"}
