"""What is read of a vendor's limits in its answers, whatever its clock says."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from connectors.buckets import Count
from connectors.rate_headers import read_count, read_retry_after, throttle_seconds

NOW = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
# The vendor's time, far from ours.
DATE = format_datetime(NOW, usegmt=True)


def reset(seconds: float) -> str:
    """A reset so many seconds after the vendor's time."""
    return str(int(NOW.timestamp() + seconds))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        (" 12 ", 12.0),
        ("999999", 3600.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms(text: str, seconds: float | None) -> None:
    assert read_retry_after({"Retry-After": text, "Date": DATE}) == seconds


@pytest.mark.parametrize(
    ("vendor", "headers", "seconds"),
    [
        ("qbo", {}, 60.0),
        ("procore", {}, 5.0),
        ("qbo", {"Retry-After": "0"}, 1.0),
        ("procore", {"Date": DATE, "X-Rate-Limit-Reset": reset(40)}, 40.0),
        ("procore", {"Date": DATE, "X-Rate-Limit-Reset": reset(-40)}, 1.0),
        ("procore", {"Date": DATE, "X-Rate-Limit-Reset": reset(40), "Retry-After": "9"}, 9.0),
        ("qbo", {"Date": DATE, "X-Rate-Limit-Reset": reset(40)}, 60.0),
    ],
)
def test_how_long_a_429_asks_to_wait(vendor: str, headers: dict[str, str], seconds: float) -> None:
    assert throttle_seconds(vendor, headers) == seconds


def test_what_is_left_ends_by_the_vendors_own_clock() -> None:
    headers = {"Date": DATE, "X-Rate-Limit-Remaining": "3", "X-Rate-Limit-Limit": "25", "X-Rate-Limit-Reset": reset(8)}
    assert read_count("procore", headers) == Count(left=3, limit=25, window=reset(8), seconds=8.0)
    hourly = headers | {"X-Rate-Limit-Reset": reset(3000)}
    assert read_count("procore", hourly) == Count(left=3, limit=25, window=reset(3000), seconds=3000.0)


def test_without_a_date_a_clock_far_ahead_costs_a_minute_at_most() -> None:
    ahead = str(int(time.time()) + 900_000)
    found = read_count("procore", {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": ahead})
    assert found == Count(left=0, limit=0, window=ahead, seconds=60.0)


@pytest.mark.parametrize(
    ("vendor", "headers"),
    [
        ("procore", {}),
        ("procore", {"X-Rate-Limit-Remaining": "0"}),
        ("procore", {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "soon"}),
        ("procore", {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "1000"}),
        ("qbo", {"Date": DATE, "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": reset(8)}),
    ],
)
def test_headers_that_say_nothing_are_no_count(vendor: str, headers: dict[str, str]) -> None:
    assert read_count(vendor, headers) is None
