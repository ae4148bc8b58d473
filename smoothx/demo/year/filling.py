"""How one contract of the year fills up: what every claim says, never more than is there, stored or held.

Keeps its own books of each line while the script is written, so that releases and edits stay within what is held.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal

from smoothx.demo.year.events import Contract, Entered, Line
from smoothx.lib.money import ZERO, cents

HALF, HUNDRED = Decimal("0.5"), Decimal(100)


def percent_of(amount: Decimal, percent: Decimal) -> Decimal:
    return cents(amount * percent / HUNDRED)


@dataclass(slots=True)
class Fill:
    """One line as the script knows it after the last claim written."""

    line: Line
    done: Decimal = ZERO
    stored: Decimal = ZERO
    held: Decimal = ZERO

    @property
    def room(self) -> Decimal:
        return self.line.amount - self.done - self.stored


@dataclass(slots=True)
class Filling:
    """`slides`: half the percent once half of the contract is done. `months` is how many claims there will be."""

    contract: Contract
    rng: random.Random
    months: int
    slides: bool = False
    stores: bool = False
    lines: list[Fill] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines = [Fill(line) for line in self.contract.lines]

    def add(self, lines: tuple[Line, ...]) -> None:
        self.lines += [Fill(line) for line in lines]

    def claim(self, number: int) -> tuple[Entered, ...]:
        """The entries of claim `number`; the last one of the year lets go all that is held."""
        if number >= self.months:
            return self._finish()
        percent = self._percent()
        entries = [self._bill(place, number, percent) for place in range(len(self.lines))]
        return tuple(entry for entry in entries if entry is not None)

    def credit(self, lines: tuple[Line, ...]) -> tuple[Entered, ...]:
        """A claim of nothing but a deductive change order, taken off at once."""
        first = len(self.lines)
        self.add(lines)
        taken_off = enumerate(self.lines[first:], start=first)
        return tuple(self._enter(place, fill.line.amount, None) for place, fill in taken_off)

    def shift(self, place: int, entered: Decimal, delta: Decimal) -> Entered:
        """Change the work of an entry by `delta`, kept within what fits; the entry as it is to be afterwards."""
        fill = self.lines[place]
        delta = min(delta, fill.room) if delta > 0 else max(delta, -entered)
        percent = self.contract.retention
        fill.held += percent_of(entered + delta, percent) - percent_of(entered, percent)
        fill.done += delta
        return Entered(place, work=entered + delta)

    def is_releasing(self, number: int) -> bool:
        """Whether retention is let go from this claim on."""
        return number >= self.first_release

    @property
    def first_release(self) -> int:
        return max(2, -(-self.months * 3 // 4))

    def _percent(self) -> Decimal | None:
        """Of this claim's work: None for the contract's own."""
        scheduled = sum((fill.line.amount for fill in self.lines), ZERO)
        done = sum((fill.done for fill in self.lines), ZERO)
        return self.contract.retention / 2 if self.slides and done >= scheduled * HALF else None

    def _bill(self, place: int, number: int, percent: Decimal | None) -> Entered | None:
        fill = self.lines[place]
        if fill.line.amount < 0:
            return None
        is_last_work = number == self.months - 1
        share = Decimal(number) / max(self.months - 1, 1) + Decimal(self.rng.randrange(-40, 41)) / 1000
        target = fill.line.amount if is_last_work else cents(fill.line.amount * min(max(share, ZERO), Decimal("0.98")))
        installed = fill.stored if is_last_work else cents(fill.stored * self.rng.choice((HALF, Decimal(1))))
        work = max(target - fill.done, installed, ZERO)
        work = min(work, fill.line.amount - fill.done)
        stored_before, fill.stored = fill.stored, max(fill.stored - work, ZERO)
        if self.stores and not is_last_work and number % 2 == 0 and place == number // 2 % len(self.lines):
            fill.stored = min(cents(fill.line.amount * Decimal("0.07")), fill.line.amount - fill.done - work)
        stored = fill.stored if fill.stored or stored_before else None
        released = self._release(fill, place, number)
        if not work and stored is None and released is None:
            return None
        return self._enter(place, work, percent, stored=stored, released=released)

    def _enter(
        self,
        place: int,
        work: Decimal,
        percent: Decimal | None,
        *,
        stored: Decimal | None = None,
        released: Decimal | None = None,
    ) -> Entered:
        fill = self.lines[place]
        kept = percent_of(work, self.contract.retention if percent is None else percent)
        fill.done += work
        fill.held += kept - (released or ZERO)
        return Entered(place, work, stored, None if percent is None else kept, released)

    def _release(self, fill: Fill, place: int, number: int) -> Decimal | None:
        """From the first release on, one line after another gives back a part of what it held before this claim."""
        if not self.is_releasing(number) or (place + number) % 2 or fill.held <= 0:
            return None
        return cents(fill.held * self.rng.choice((HALF, Decimal(1)))) or None

    def _finish(self) -> tuple[Entered, ...]:
        entries = []
        for place, fill in enumerate(self.lines):
            if fill.held:
                entries.append(Entered(place, released=fill.held))
                fill.held = ZERO
        return tuple(entries)
