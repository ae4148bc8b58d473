"""What the firm's own people cost in the script: hours, pay runs and payroll files, of which one source counts."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from smoothx.demo.year.events import Event
from smoothx.demo.year.events_beside import DeleteTime, EditTime, EnterTime, RunPayroll, TakePayrollFile, Work
from smoothx.lib.money import cents
from sync.flows._labour import LabourKind

WORKERS, PER_MONTH = 5, 4
RATES = (Decimal("38.50"), Decimal("42.00"), Decimal("51.25"))


@dataclass(slots=True)
class Labour:
    """Hours and pay runs are in the books whatever counts; a file is taken only where files count."""

    rng: random.Random
    projects: Sequence[str]
    kind: LabourKind
    entered: list[EnterTime] = field(default_factory=list)
    count: int = 0

    def enter(self, day: date) -> Iterator[Event]:
        entered = [self._enter_time(day - timedelta(days=place)) for place in range(PER_MONTH)]
        self.entered = entered
        yield from entered
        lines: list[tuple[str | None, Decimal]] = [
            (project, cents(Decimal(self.rng.randrange(90_000, 900_000)) / 100)) for project in self.projects
        ]
        yield RunPayroll(self._name("run"), day, (*lines, (None, Decimal("4000.00"))))
        if self.kind == "file":
            yield TakePayrollFile(self._name("file"), tuple((each.day, each.work) for each in entered))

    def correct(self) -> Iterator[Event]:
        """Some hours were too few, some were nobody's."""
        first, second, *_ = self.entered
        yield EditTime(first.name, first.work.hours + 1)
        yield DeleteTime(second.name)
        if self.kind == "file":
            more = replace(first.work, hours=first.work.hours + 1)
            none = replace(second.work, hours=Decimal(0))
            yield TakePayrollFile(self._name("file"), ((first.day, more), (second.day, none)))

    def _enter_time(self, day: date) -> EnterTime:
        hours = Decimal(self.rng.randrange(8, 40)) / 4
        # A worker for every day of the month's, so that no two rows of a file are one.
        work = Work(self.count % WORKERS, self.rng.choice(self.projects), hours, self.rng.choice(RATES))
        return EnterTime(self._name("time"), day, work)

    def _name(self, kind: str) -> str:
        self.count += 1
        return f"Y {kind} {self.count}"
