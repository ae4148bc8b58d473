"""Lines of claims as hypothesis draws them: strategies made once, since making them anew takes most of the time."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from hypothesis import strategies as st

from tests.sync.flows.contracts import ZERO, Billed, Contract
from tests.sync.flows.owners import Prime

LINES = ("A", "B", "C")
MOST_CENTS = 5_000_000


def cents(least: int, most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(least, most).map(lambda number: Decimal(number) / 100)


class Amounts(NamedTuple):
    """A line of a claim; `share` is kept of it, of what is held two other shares are let go."""

    work: Decimal
    stored: Decimal
    share: Decimal
    released: Decimal
    stored_released: Decimal

    def row(self, name: str, held: Decimal, stored_held: Decimal) -> Billed:
        return Billed(
            name,
            work=self.work,
            stored=self.stored,
            retained=(self.work * self.share).quantize(ZERO),
            released=part_of(held, self.released),
            stored_held=(self.stored * self.share).quantize(ZERO),
            stored_released=part_of(stored_held, self.stored_released),
        )


def part_of(held: Decimal, part: Decimal) -> Decimal:
    """All of it even where it is negative, else a part of what there is."""
    return held if part == 1 else (max(held, ZERO) * part).quantize(ZERO, ROUND_DOWN)


SHARES = cents(0, 100)
PARTS = st.one_of(
    st.just(ZERO), st.just(Decimal(1)), st.integers(0, 10**6).map(lambda number: Decimal(number) / 10**6)
)
AMOUNTS = st.builds(
    Amounts, cents(-20_000, MOST_CENTS), st.one_of(st.just(ZERO), cents(0, 3_000_000)), SHARES, PARTS, PARTS
)
CLAIM_LINES = st.fixed_dictionaries({name: st.one_of(AMOUNTS, AMOUNTS, AMOUNTS, st.none()) for name in LINES})


def rows_of(contract: Contract | Prime, lines: dict[str, Amounts | None]) -> list[Billed]:
    rows = []
    for name, amounts in lines.items():
        if amounts is not None:
            line = contract.lines.get(name)
            held, stored_held = (line.work_held, line.stored_held) if line else (ZERO, ZERO)
            rows.append(amounts.row(name, held, stored_held))
    return rows
