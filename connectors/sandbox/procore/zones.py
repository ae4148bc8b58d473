"""Time zones by the names Procore uses, and the moments that stand for a day in one of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from connectors.sandbox.procore.values import write_stamp

# Rails' names of the zones construction firms are in.
ZONES = {
    "Hawaii": "Pacific/Honolulu",
    "Alaska": "America/Juneau",
    "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Arizona": "America/Phoenix",
    "Mountain Time (US & Canada)": "America/Denver",
    "Central Time (US & Canada)": "America/Chicago",
    "Eastern Time (US & Canada)": "America/New_York",
    "Indiana (East)": "America/Indiana/Indianapolis",
    "Atlantic Time (Canada)": "America/Halifax",
    "Newfoundland": "America/St_Johns",
    "UTC": "UTC",
    "London": "Europe/London",
    "Dublin": "Europe/Dublin",
    "Perth": "Australia/Perth",
    "Brisbane": "Australia/Brisbane",
    "Sydney": "Australia/Sydney",
    "Melbourne": "Australia/Melbourne",
    "Auckland": "Pacific/Auckland",
    "US/Eastern": "America/New_York",
    "US/Central": "America/Chicago",
    "US/Mountain": "America/Denver",
    "US/Pacific": "America/Los_Angeles",
}


def is_zone(name: str) -> bool:
    """Whether Procore knows the name. The list here is only a part of Rails'."""
    return name in ZONES


def write_noon(day: str, zone: str | None) -> str:
    """Noon of a day at the project, in UTC, as log entries carry it."""
    noon = datetime.combine(date.fromisoformat(day), time(12), tzinfo=ZoneInfo(ZONES.get(zone or "", "UTC")))
    try:
        return write_stamp(noon)
    except OverflowError:
        return write_stamp(noon.replace(tzinfo=UTC))


def read_local_day(moment: datetime, zone: str | None) -> date:
    """The day it is at the project."""
    return moment.astimezone(ZoneInfo(ZONES.get(zone or "", "UTC"))).date()
