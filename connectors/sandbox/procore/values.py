"""How values are written on the wire: money as strings of varying scale, UTC times in seconds, plain dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.sandbox.amounts import CENT, ZERO, find_percent, round_cents, take_percent

# No amount or quantity is longer; writing out 1E9999 would take the sandbox down.
MOST_PLACES = 30


def write_money(amount: Decimal) -> str:
    """Two places, as requisition figures are written."""
    # With two places a plain text is the same, and quicker.
    return str(amount) if amount.same_quantum(CENT) else f"{round_cents(amount):f}"


def write_plain(amount: Decimal) -> str:
    """At least one place and no more than needed, as contract figures are written: 12000.0, 4833.55."""
    text = f"{amount.normalize():f}"
    return text if "." in text else f"{text}.0"


def write_figures(figures: object, names: Iterable[str]) -> dict[str, str]:
    """Attributes of a G703 row or the G702 as money."""
    return {name: write_money(getattr(figures, name)) for name in names}


def write_retainage_percent(entered: str, amount: Decimal, retained: Decimal) -> str:
    """The entered percent, unless another amount was retained by hand."""
    percent = Decimal(entered)
    if amount and retained != take_percent(amount, percent):
        percent = find_percent(retained, amount)
    return write_money(percent)


def write_stamp(moment: datetime) -> str:
    # Many thousand are written when a large firm is loaded, and strftime is slow.
    return f"{moment.astimezone(UTC).isoformat(timespec='seconds')[:19]}Z"


def sum_amounts(rows: Iterable[Mapping[str, Any]]) -> Decimal:
    """The `amount` of records, which is kept as text."""
    return sum((Decimal(row["amount"]) for row in rows), ZERO)


def read_decimal(value: Any) -> Decimal | None:
    """A request's number, which may be a string; None when it is neither."""
    if value is None or isinstance(value, bool):
        return None
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount.adjusted()) <= MOST_PLACES else None


def read_moment(value: Any) -> datetime | None:
    """A request's date and time, UTC unless it says otherwise. A malformed one becomes null without an error."""
    try:
        moment = datetime.fromisoformat(str(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


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
