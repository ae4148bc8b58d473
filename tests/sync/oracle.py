"""The AIA forms worked out from their own words, apart from all code of the product and of the sandboxes.

G703, a row per line of the contract: A item, B description, C scheduled value, D work completed from previous
application (D + E of the one before), E work completed this period, F materials presently stored (not in D or E),
G total completed and stored to date (D + E + F) and its percent of C, H balance to finish (C - G), I retainage.

G702: 1 original contract sum, 2 net change by change orders, 3 contract sum to date (1 + 2), 4 total completed and
stored to date (column G), 5 retainage (a on completed work, b on stored material; column I), 6 total earned less
retainage (4 - 5), 7 less previous certificates for payment (line 6 of the one before), 8 current payment due (6 - 7),
9 balance to finish including retainage (3 - 6).

Retainage is kept of the work of a period at that period's percent, of stored material at the percent on what lies
there now; what is released leaves what was kept of work. Amounts are Decimal in cents, halves rounded up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

NOTHING = Decimal("0.00")


def in_cents(amount: Decimal) -> Decimal:
    return amount.quantize(NOTHING, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Scheduled:
    """Columns A to C of one line, with the percent kept of it and its tax rate, both in percent."""

    item: int
    description: str
    value: Decimal
    percent: Decimal
    is_change: bool = False
    tax_rate: Decimal = NOTHING


@dataclass(frozen=True)
class Said:
    """What an application says of one line. `stored` None: as the one before; `kept` None: by the line's percent."""

    work: Decimal = NOTHING
    stored: Decimal | None = None
    kept: Decimal | None = None
    released: Decimal = NOTHING


@dataclass(frozen=True)
class Row:
    """One row of the G703, and of column I the parts kept of work and of stored material."""

    line: Scheduled
    d: Decimal
    e: Decimal
    f: Decimal
    on_work: Decimal
    on_stored: Decimal
    released: Decimal

    @property
    def c(self) -> Decimal:
        return self.line.value

    @property
    def g(self) -> Decimal:
        return self.d + self.e + self.f

    @property
    def percent(self) -> Decimal:
        return in_cents(self.g * 100 / self.c) if self.c else NOTHING

    @property
    def h(self) -> Decimal:
        return self.c - self.g

    @property
    def i(self) -> Decimal:
        return self.on_work + self.on_stored


@dataclass(frozen=True)
class Application:
    """A G702 with its G703, and the application before it."""

    rows: tuple[Row, ...]
    previous: Application | None = None

    @property
    def line_1(self) -> Decimal:
        return sum((row.c for row in self.rows if not row.line.is_change), NOTHING)

    @property
    def line_2(self) -> Decimal:
        return sum((row.c for row in self.rows if row.line.is_change), NOTHING)

    @property
    def line_3(self) -> Decimal:
        return self.line_1 + self.line_2

    @property
    def line_4(self) -> Decimal:
        return sum((row.g for row in self.rows), NOTHING)

    @property
    def line_5a(self) -> Decimal:
        return sum((row.on_work for row in self.rows), NOTHING)

    @property
    def line_5b(self) -> Decimal:
        return sum((row.on_stored for row in self.rows), NOTHING)

    @property
    def line_5(self) -> Decimal:
        return self.line_5a + self.line_5b

    @property
    def line_6(self) -> Decimal:
        return self.line_4 - self.line_5

    @property
    def line_7(self) -> Decimal:
        return self.previous.line_6 if self.previous else NOTHING

    @property
    def line_8(self) -> Decimal:
        return self.line_6 - self.line_7

    @property
    def line_9(self) -> Decimal:
        return self.line_3 - self.line_6

    # --- what a bookkeeper makes of it

    @property
    def cost(self) -> Decimal:
        """Of this period: how far line 4 moved."""
        return self.line_4 - (self.previous.line_4 if self.previous else NOTHING)

    @property
    def released(self) -> Decimal:
        return sum((row.released for row in self.rows), NOTHING)

    @property
    def held(self) -> Decimal:
        """Of this period: how far line 5 moved, and what was released on the way."""
        return self.line_5 - (self.previous.line_5 if self.previous else NOTHING) + self.released

    @property
    def tax(self) -> Decimal:
        """Tax falls on what is paid of each line. That is no part of the AIA forms, it stands beside line 8."""
        before = {row.line.item: row for row in self.previous.rows} if self.previous else {}
        return sum((_tax_of(row, before.get(row.line.item)) for row in self.rows), NOTHING)


def _tax_of(row: Row, before: Row | None) -> Decimal:
    earned_before = before.g - before.i if before else NOTHING
    return in_cents((row.g - row.i - earned_before) * row.line.tax_rate / 100)


@dataclass
class Chain:
    """The applications of one contract, one upon the other."""

    lines: list[Scheduled] = field(default_factory=list)
    said: list[tuple[int, dict[int, Said]]] = field(default_factory=list)

    def add_lines(self, lines: Iterable[Scheduled]) -> None:
        self.lines += lines

    def submit(self, said: Mapping[int, Said]) -> None:
        """The next application: it has the lines that there are by now."""
        self.said.append((len(self.lines), dict(said)))

    def correct(self, number: int, item: int, said: Said) -> None:
        """Say otherwise of one line in application `number`, from 1."""
        self.said[number - 1][1][item] = said

    def applications(self) -> list[Application]:
        """All of them, as the corrections so far leave them."""
        made: list[Application] = []
        for count, said in self.said:
            made.append(apply(self.lines[:count], said, made[-1] if made else None))
        return made


def apply(lines: Sequence[Scheduled], said: Mapping[int, Said], previous: Application | None) -> Application:
    """One application on top of the one before."""
    before = {row.line.item: row for row in previous.rows} if previous else {}
    rows = (_fill_in(line, said.get(line.item, Said()), before.get(line.item)) for line in lines)
    return Application(tuple(rows), previous)


def _fill_in(line: Scheduled, said: Said, before: Row | None) -> Row:
    stored_before = before.f if before else NOTHING
    stored = stored_before if said.stored is None else said.stored
    kept = in_cents(said.work * line.percent / 100) if said.kept is None else said.kept
    return Row(
        line=line,
        d=before.d + before.e if before else NOTHING,
        e=said.work,
        f=stored,
        on_work=(before.on_work if before else NOTHING) + kept - said.released,
        on_stored=in_cents(stored * line.percent / 100),
        released=said.released,
    )
