"""What of a day's work, a payroll journal or a payroll file is labour cost of one project, before it is planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from connectors.qbo.records_costs import BookedLine
from mapping.maps import LeftSide
from smoothx.lib.money import ZERO, total
from sync.flows._booked import Gone

# Where labour cost comes from: the options of the setting.
LabourKind = Literal["time", "journal", "file"]
PLACES = {"time": "QuickBooks time", "journal": "QuickBooks journal entries", "file": "payroll files"}
NOUNS = {"time": "QuickBooks time", "journal": "QuickBooks journal entry", "file": "Payroll file"}


@dataclass(frozen=True, slots=True)
class Worker:
    """Who worked, as named where the cost comes from. `id` is a row of `side`; empty where the name leads to none."""

    name: str = ""
    side: Literal["", "employee", "vendor", "person"] = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The last day of a project whose labour cost came from another place than this one."""

    kind: LabourKind
    until: date


@dataclass(frozen=True, slots=True)
class PayrollPart:
    """The part of a source record that falls to one project. `part` is the customer of the books it is for, "" for a
    payroll file, which names its `project` itself.

    `lines` are those that may count; an empty list is a part that has none any more. `held` are the keys of lines
    that stand in Procore as an expense. `person` is the worker's row in Procore where the file named one of there.
    """

    kind: LabourKind
    source_id: str
    part: str
    lines: tuple[BookedLine, ...] = ()
    date: date | None = None
    number: str = ""
    memo: str = ""
    worker: Worker = Worker()
    person: LeftSide | None = None
    project: LeftSide | None = None
    currency: str = ""
    held: tuple[str, ...] = ()
    elsewhere: Elsewhere | None = None
    gone: Gone | None = None

    @property
    def name(self) -> str:
        """ "QuickBooks journal entry 12", "Time of Rosa Alvarez"."""
        if self.kind == "journal":
            return f"Journal entry {self.number}".strip()
        noun = "Time" if self.kind == "time" else "Payroll"
        return f"{noun} of {self.worker.name}" if self.worker.name else noun

    @property
    def counted(self) -> tuple[BookedLine, ...]:
        """The lines that are cost, or lack only the rate to be."""
        return tuple(line for line in self.lines if line.amount or lacks_rate(line))

    @property
    def amount(self) -> Decimal:
        return total(line.amount for line in self.lines)

    @property
    def hours(self) -> Decimal:
        return sum((line.hours or ZERO for line in self.lines), ZERO)


def lacks_rate(line: BookedLine) -> bool:
    """Hours that nobody said the cost of; a rate of nothing says it as little."""
    return bool(line.hours) and not line.amount and not line.rate
