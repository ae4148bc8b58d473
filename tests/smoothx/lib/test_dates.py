"""Dates and times as the vendors write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from smoothx.lib.dates import parse_date, parse_instant, to_instant_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("", None),
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-01-31T23:30:00-08:00", date(2026, 1, 31)),
        ("2024-02-29T00:00:00Z", date(2024, 2, 29)),
        ("0001-01-01", None),
        ("0001-01-01T00:00:00Z", None),
    ],
)
def test_parse_date(text: str | None, expected: date | None) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize("text", ["2026-02-30", "31.01.2026", "soon", "2026-13-01"])
def test_parse_date_refuses_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("", None),
        ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00-07:00", datetime(2026, 1, 31, 19, tzinfo=UTC)),
        ("2026-01-31T12:00:00-0700", datetime(2026, 1, 31, 19, tzinfo=UTC)),
        ("2026-01-31T20:00:00-08:00", datetime(2026, 2, 1, 4, tzinfo=UTC)),
        ("2026-01-31T12:00:00", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T12:00:00.5Z", datetime(2026, 1, 31, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-01-31T12:00:00.123456789Z", datetime(2026, 1, 31, 12, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-01-31T12:00:00.1234567+01:00", datetime(2026, 1, 31, 11, 0, 0, 123_456, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+07:00", None),
        ("0001-01-01T00:00:00-08:00", None),
    ],
)
def test_parse_instant(text: str | None, expected: datetime | None) -> None:
    assert parse_instant(text) == expected


def test_an_instant_is_always_utc() -> None:
    instant = parse_instant("2026-01-31T12:00:00-07:00")
    assert instant is not None
    assert instant.tzinfo is UTC


@pytest.mark.parametrize("text", ["soon", "2026-01-31T25:00:00Z", "9999-12-31T23:59:59-07:00"])
def test_parse_instant_refuses_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


def test_an_instant_is_written_in_utc_without_fractions() -> None:
    denver = timezone(timedelta(hours=-7))
    assert to_instant_text(datetime(2026, 1, 31, 20, 5, 6, 999_999, tzinfo=denver)) == "2026-02-01T03:05:06Z"


def test_a_time_without_zone_is_not_written() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        to_instant_text(datetime(2026, 1, 31, 20, 5, 6))  # noqa: DTZ001


def test_what_is_written_reads_back() -> None:
    instant = datetime(2026, 7, 4, 5, 6, 7, tzinfo=UTC)
    assert parse_instant(to_instant_text(instant)) == instant
