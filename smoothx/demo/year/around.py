"""What happens around the year's contracts in the script: orders billed in the books, labour, files, new names."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from smoothx.demo.year.events import EnterBookCost, EnterDirectCost, Event, SubmitClaim
from smoothx.demo.year.events_beside import AttachToClaim, AttachToCost, ChangeContact, LockAgain, RenameProject
from smoothx.demo.year.labour import Labour
from smoothx.demo.year.supplies import Supply

# Of the documents that may have one, so many in a hundred have a file.
WITH_FILE = 25


@dataclass(slots=True)
class Around:
    """`contacts` are parties whose details change, a month each; `projects` may be renamed. `months` is how many the
    year has. `locks`: records are locked, so what was opened for a correction is locked again at the month's end."""

    rng: random.Random
    supplies: Sequence[Supply]
    labour: Labour | None
    contacts: Sequence[str]
    projects: Sequence[str]
    months: int
    has_files: bool = False
    locks: bool = False
    late: list[Event] = field(default_factory=list)

    @property
    def new_names_month(self) -> int:
        return max(2, self.months // 2)

    def sign(self) -> Iterator[Event]:
        for supply in self.supplies:
            yield supply.sign()

    def order_changes(self, month: int) -> Iterator[Event]:
        if month == max(2, self.months // 3):
            for supply in self.supplies:
                yield supply.grow()

    def attach(self, entered: Iterable[Event]) -> Iterator[Event]:
        """Files on some of what was submitted or entered, at once or after it crossed."""
        for event in entered if self.has_files else ():
            if self.rng.randrange(100) >= WITH_FILE:
                continue
            made = self._make_file(event)
            if made is not None and self.rng.random() < 0.5:
                yield made
            elif made is not None:
                self.late.append(made)

    def spend(self, day: date) -> Iterator[Event]:
        for supply in self.supplies:
            yield from supply.receive(day)
        if self.labour is not None:
            yield from self.labour.enter(day)

    def pay(self, day: date) -> Iterator[Event]:
        for supply in self.supplies:
            yield from supply.pay(day)

    def correct(self, month: int) -> Iterator[Event]:
        """What follows once the month's documents crossed: late files, corrections, new details and names."""
        yield from self.late
        self.late = []
        for supply in self.supplies:
            yield from supply.correct()
        if self.labour is not None:
            yield from self.labour.correct()
        yield from self._rename(month)
        if self.locks:
            yield LockAgain()

    def _rename(self, month: int) -> Iterator[Event]:
        if not self.contacts:
            return
        is_new = month == self.new_names_month
        party = self.contacts[month % len(self.contacts)]
        phone = f"(503) 555-{self.rng.randrange(1_000, 9_999)}"
        renamed = f"{party.split(',')[0].split()[0]} Group {self.rng.randrange(10, 99)}" if is_new else None
        yield ChangeContact(party, f"office{month}@renamed.example", phone, renamed)
        if is_new:
            yield RenameProject(self.projects[0], f"{self.projects[0]} II")

    def _make_file(self, event: Event) -> Event | None:
        if isinstance(event, SubmitClaim):
            return AttachToClaim((event.contract, event.number), f"Waiver {event.invoice_number}.pdf")
        if isinstance(event, EnterDirectCost):
            return AttachToCost("procore", event.name, event.number, f"Ticket {event.number}.pdf")
        if isinstance(event, EnterBookCost):
            return AttachToCost("quickbooks", event.name, event.number, f"Receipt {event.number}.jpg")
        return None
