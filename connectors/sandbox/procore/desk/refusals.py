"""What every act at the Procore pages shares: the API's refusals as the act's own, lists of lines, the next month."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from connectors.sandbox.control import ActRefused
from connectors.sandbox.procore.errors import Refused

MOST_LINES = 1000
# Months further off than this are beyond any calendar.
LAST_YEAR = 9998


@contextmanager
def refusing() -> Iterator[None]:
    """Tell a person what the API would have refused."""
    try:
        yield
    except Refused as refusal:
        body = refusal.body if isinstance(refusal.body, dict) else {}
        raise ActRefused(str(body.get("errors") or body.get("message") or refusal.body)) from None


def read_lines(lines: Any) -> list[dict[str, Any]]:
    rows = [] if lines is None else lines
    is_list = isinstance(rows, list) and len(rows) <= MOST_LINES
    if not is_list or not all(isinstance(row, dict) for row in rows):
        raise ActRefused("lines are a list of objects")
    return list(rows)


def find_next_month(last_end: str | None, today: date) -> tuple[date, date]:
    """First and last day of the month after the last period's end, or of the present one."""
    last = date.fromisoformat(last_end) if last_end else None
    day = last + timedelta(days=1) if last and last.year < LAST_YEAR else today
    start = day.replace(day=1)
    return start, start.replace(day=calendar.monthrange(start.year, start.month)[1])


def read_period(end: str) -> tuple[date, date]:
    """The period that ends on this day, from the first of its month."""
    last = date.fromisoformat(end)
    return last.replace(day=1), last
