"""The day a document takes where its own lies in a period that QuickBooks has closed."""

from __future__ import annotations

from datetime import date, timedelta

from mapping.defaults import CLOSED_PERIOD, Defaults
from sync.flows import _waits
from sync.plan import Notes

REOPENED = "books:closed_until"


def find_open_day(
    dated: date | None, defaults: Defaults, notes: Notes, *, is_posted: bool, posted_on: date | None = None
) -> date | None:
    """`dated`, or the first open day where the firm wants that; a blocker where it does not.

    What is posted keeps the day it has, `posted_on` where that is another than its own: unchanged nothing is sent,
    and QuickBooks itself refuses a change.
    """
    if dated is None:
        return None
    if is_posted:
        return _move(dated, posted_on or dated, notes)
    closed = defaults.closed_until
    if closed is None or dated > closed:
        return dated
    if defaults.says(CLOSED_PERIOD, "next_day"):
        return _move(dated, closed + timedelta(days=1), notes)
    again = [_waits.default(CLOSED_PERIOD)]
    if defaults.says(CLOSED_PERIOD, "hold"):
        notes.block("books_closed_waits", waits_for=REOPENED, also_lifted_by=again, date=dated, closed=closed)
    else:
        notes.block("books_closed_date", also_lifted_by=[REOPENED, *again], date=dated, closed=closed)
    return dated


def _move(dated: date, day: date, notes: Notes) -> date:
    if day != dated:
        notes.warn("moved_to_open_day", date=dated, posted=day)
    return day


def tell_date(dated: date | None, day: date | None) -> str:
    """What the memo says of a document that took another day than its own: " Dated 14 Mar 2026." Else nothing."""
    return f" Dated {dated:%-d %b %Y}." if dated and day and dated != day else ""
