"""The periods a report can be asked for by name."""

from __future__ import annotations

from datetime import date, timedelta

_MONTHS = {"month": 1, "calendar quarter": 3, "fiscal quarter": 3, "calendar year": 12, "fiscal year": 12}


def list_periods(today: date) -> dict[str, tuple[date, date]]:
    """Name, in lower case -> first and last day. The fiscal year is the calendar's; weeks start on Sunday."""
    yesterday = today - timedelta(days=1)
    periods = {"all": (date.min, today), "today": (today, today), "yesterday": (yesterday, yesterday)}
    for unit in ("week", *_MONTHS):
        start = _find_start(unit, today)
        last, following, after = (_shift(unit, start, count) for count in (-1, 1, 2))
        periods |= {
            f"this {unit}": (start, following - timedelta(days=1)),
            f"this {unit}-to-date": (start, today),
            f"last {unit}": (last, start - timedelta(days=1)),
            f"last {unit}-to-date": (last, min(last + (today - start), start - timedelta(days=1))),
            f"next {unit}": (following, after - timedelta(days=1)),
        }
    next_week = periods["next week"][0]
    return periods | {"next 4 weeks": (next_week, next_week + timedelta(days=27))}


def _find_start(unit: str, day: date) -> date:
    if unit == "week":
        return day - timedelta(days=(day.weekday() + 1) % 7)
    first = (day.month - 1) // _MONTHS[unit] * _MONTHS[unit] + 1
    return day.replace(month=first, day=1)


def _shift(unit: str, start: date, count: int) -> date:
    if unit == "week":
        return start + timedelta(weeks=count)
    months = start.year * 12 + start.month - 1 + count * _MONTHS[unit]
    return date(months // 12, months % 12 + 1, 1)
