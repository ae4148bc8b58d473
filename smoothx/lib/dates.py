"""Dates and times as the vendors write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_FRACTION = re.compile(r"\.(\d{1,6})\d*")


def parse_date(text: str | None) -> date | None:
    """A date from "2026-01-31" or the start of a timestamp; None for empty and for the sentinel year 1."""
    if not text:
        return None
    value = date.fromisoformat(text[:10])
    return value if value.year > 1 else None


def parse_instant(text: str | None) -> datetime | None:
    """An aware UTC time from ISO text; nanoseconds are cut, "-0700" and "Z" are understood, no zone means UTC.

    None for empty and for the sentinel year 1. Raises ValueError for other text.
    """
    if not text:
        return None
    value = datetime.fromisoformat(_FRACTION.sub(lambda m: "." + m.group(1).ljust(6, "0"), text))
    if value.year == 1:
        return None
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:
        message = f"{text!r} is outside the years that can be told"
        raise ValueError(message) from error


def to_instant_text(value: datetime) -> str:
    """ISO text in UTC, whole seconds. Raises ValueError without a zone: it would be taken for this machine's."""
    if value.tzinfo is None:
        message = "a time needs a zone before it can be written"
        raise ValueError(message)
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
