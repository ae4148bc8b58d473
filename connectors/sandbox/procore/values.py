"""How values are written on the wire: money as strings of varying scale, UTC times in seconds, plain dates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.sandbox.amounts import round_cents

# No amount or quantity is longer; writing out 1E9999 would take the sandbox down.
MOST_PLACES = 30
STAMP = "%Y-%m-%dT%H:%M:%SZ"


def write_money(amount: Decimal) -> str:
    """Two places, as requisition figures are written."""
    return f"{round_cents(amount):f}"


def write_plain(amount: Decimal) -> str:
    """At least one place and no more than needed, as contract figures are written: 12000.0, 4833.55."""
    text = f"{amount.normalize():f}"
    return text if "." in text else f"{text}.0"


def write_stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(STAMP)


def read_decimal(value: Any) -> Decimal | None:
    """A request's number, which may be a string; None when it is neither."""
    if value is None or isinstance(value, bool):
        return None
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount.adjusted()) <= MOST_PLACES else None


def read_date(value: Any) -> str | None:
    """A request's date. What is not one becomes null without an error, as it does at Procore."""
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        return None


def format_period(start: str | None, end: str | None) -> str:
    if not start or not end:
        return ""
    return " - ".join(date.fromisoformat(day).strftime("%m/%d/%y") for day in (start, end))
