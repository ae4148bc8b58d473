"""What an answer's headers say of the vendor's limits: how long to wait, and how many calls are left.

A vendor's clock is not ours. Moments it names are compared with the Date of the same answer, so a clock that runs
ahead or behind makes nobody wait longer.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from connectors.buckets import LONGEST_PAUSE, Count
from connectors.models import Vendor

Headers = Mapping[str, str]

QBO_THROTTLE_SECONDS = 60.0
DEFAULT_RETRY_SECONDS = 5.0
# What a count alone may hold us when the answer has no Date: should the clocks differ, a 429 tells better.
LONGEST_UNDATED = 60.0


def read_retry_after(headers: Headers) -> float | None:
    """Seconds in a Retry-After header, written as a number or as a date; None without a usable one."""
    text = headers.get("Retry-After", "").strip()
    if text.isdigit():
        return min(float(text), LONGEST_PAUSE)
    at = _read_date(text)
    return None if at is None else min(max(at - vendor_time(headers), 0.0), LONGEST_PAUSE)


def throttle_seconds(vendor: str, headers: Headers) -> float:
    """How long a 429 asks to wait: Retry-After, else Procore's reset. QuickBooks promises neither: its guide says a
    minute."""
    asked = read_retry_after(headers)
    if asked is not None:
        return max(asked, 1.0)
    reset = headers.get("X-Rate-Limit-Reset", "")
    if vendor == Vendor.PROCORE and reset.isdigit():
        return min(max(int(reset) - vendor_time(headers), 1.0), LONGEST_PAUSE)
    return QBO_THROTTLE_SECONDS if vendor == Vendor.QBO else DEFAULT_RETRY_SECONDS


def read_count(vendor: str, headers: Headers) -> Count | None:
    """What Procore says is left of the window we would hit first. None for other vendors and without the headers."""
    left, reset = headers.get("X-Rate-Limit-Remaining", ""), headers.get("X-Rate-Limit-Reset", "")
    if vendor != Vendor.PROCORE or not (left.isdigit() and reset.isdigit()):
        return None
    limit = headers.get("X-Rate-Limit-Limit", "")
    longest = LONGEST_PAUSE if _read_date(headers.get("Date", "")) is not None else LONGEST_UNDATED
    seconds = min(int(reset) - vendor_time(headers), longest)
    known_limit = int(limit) if limit.isdigit() else 0
    return Count(int(left), known_limit, reset, seconds) if seconds > 0 else None


def vendor_time(headers: Headers) -> float:
    """The vendor's time of an answer as Unix time, in whole seconds; ours when it does not say."""
    at = _read_date(headers.get("Date", ""))
    return time.time() if at is None else at


def _read_date(text: str) -> float | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
