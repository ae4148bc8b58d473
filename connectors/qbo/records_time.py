"""Hours as QuickBooks keeps them: who worked how long, for which customer, and what an hour costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.qbo.records_costs import BookedLine, Ref
from smoothx.lib.dates import parse_date
from smoothx.lib.money import ZERO, cents
from smoothx.lib.text import read_text

Wire = Mapping[str, Any]

SECONDS_OF_HOUR = Decimal(3600)
# Seven hours and twenty minutes have no end as a decimal number.
HOUR_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class TimeActivity:
    """`rate` is the cost of an hour, None where none is entered; what is charged for it is another rate.

    `is_vendor`: the worker is paid as a vendor. `seconds` are without breaks.
    """

    id: str
    sync_token: str
    date: date | None
    worker: Ref
    is_vendor: bool
    customer: Ref
    item: Ref
    class_: Ref
    seconds: int
    rate: Decimal | None
    description: str

    @property
    def hours(self) -> Decimal:
        return (self.seconds / SECONDS_OF_HOUR).quantize(HOUR_PLACES, rounding=ROUND_HALF_UP)

    @property
    def customers(self) -> tuple[str, ...]:
        """The one customer it names, none for hours of the firm's own."""
        return (self.customer.id,) if self.customer.id else ()

    @property
    def lines(self) -> tuple[BookedLine]:
        """Its cost, worked out of the very seconds; zero without a rate."""
        line = BookedLine(
            id="time",
            amount=cents(self.seconds * (self.rate or ZERO) / SECONDS_OF_HOUR),
            description=self.description,
            account=Ref(),
            item=self.item,
            class_=self.class_,
            customer=self.customer,
            hours=self.hours,
            rate=self.rate,
        )
        return (line,)

    @classmethod
    def from_wire(cls, wire: Wire) -> TimeActivity:
        is_vendor = wire.get("NameOf") == "Vendor"
        rate = wire.get("CostRate")
        return cls(
            id=str(wire["Id"]),
            sync_token=str(wire.get("SyncToken") or "0"),
            date=parse_date(wire.get("TxnDate")),
            worker=Ref.read(wire, "VendorRef" if is_vendor else "EmployeeRef"),
            is_vendor=is_vendor,
            customer=Ref.read(wire, "CustomerRef"),
            item=Ref.read(wire, "ItemRef"),
            class_=Ref.read(wire, "ClassRef"),
            seconds=_read_seconds(wire),
            rate=None if rate in (None, "") else Decimal(str(rate)),
            description=read_text(wire.get("Description")),
        )


def _read_seconds(wire: Wire) -> int:
    """The length as given, else from start to end without the break."""
    if wire.get("Hours") is not None or wire.get("Minutes") is not None:
        return _length(wire, "Hours", "Minutes", "Seconds")
    start, end = (_read_clock(wire.get(member)) for member in ("StartTime", "EndTime"))
    if start is None or end is None:
        return 0
    worked = int((end - start).total_seconds())
    return max(worked - _length(wire, "BreakHours", "BreakMinutes", "BreakSeconds"), 0)


def _length(wire: Wire, *members: str) -> int:
    hours, minutes, seconds = (int(wire.get(member) or 0) for member in members)
    return hours * 3600 + minutes * 60 + seconds


def _read_clock(text: Any) -> datetime | None:
    """The wall clock alone: QuickBooks takes no notice of the offset when it works out a length."""
    return datetime.fromisoformat(str(text)[:19]) if text else None
