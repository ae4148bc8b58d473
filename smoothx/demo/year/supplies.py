"""Orders whose bills the bookkeeper enters in the script: what comes each month, what is corrected and paid."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from smoothx.demo.year.events import Contract, DeleteBookCost, EditBookCost, Event, Line, OrderChange
from smoothx.demo.year.events_beside import BillOrder, PayOrderBills, SignSupply
from smoothx.lib.money import ZERO, cents

WHOLE = Decimal(100)
# Of the order, so that twelve months and what a correction adds stay below it.
MOST_PERCENT = 7


@dataclass(slots=True)
class Supply:
    """One order of the year. `keeps`: a tenth of every bill is held back. `unpaid` are names of bills."""

    contract: Contract
    rng: random.Random
    accounts: Sequence[str]
    keeps: bool
    lines: list[Line] = field(default_factory=list)
    billed: dict[str, BillOrder] = field(default_factory=dict)
    unpaid: list[str] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        self.lines = list(self.contract.lines)

    def sign(self) -> SignSupply:
        return SignSupply(self.contract)

    def grow(self) -> OrderChange:
        """A change order of one line, which is received from then on."""
        first = self.contract.lines[0]
        line = Line(first.cost_code, "More of it", cents(first.amount / 5))
        self.lines.append(line)
        return OrderChange(self.contract.key, "More of it", (line,))

    def receive(self, day: date) -> Iterator[Event]:
        """The month's bill: a part of some lines, now and then with a cost of its own."""
        self.count += 1
        name = f"{self.contract.number}-{self.count:02d}"
        amounts = [
            cents(line.amount * self.rng.randint(2, MOST_PERCENT) / 100) if self.rng.random() < 0.7 else None
            for line in self.lines
        ]
        if not any(amounts):
            amounts[0] = cents(self.lines[0].amount / 50)
        held = cents(sum((amount or ZERO for amount in amounts), ZERO) / 10) if self.keeps else ZERO
        cost = (self.rng.choice(self.accounts), cents(Decimal(self.rng.randrange(1_000, 90_000)) / 100))
        has_cost = self.rng.random() < 0.4
        bill = BillOrder(name, self.contract.key, name, day, tuple(amounts), held, cost if has_cost else None)
        self.billed[name] = bill
        self.unpaid.append(name)
        yield bill

    def correct(self) -> Iterator[Event]:
        """The latest bill was mistyped, or is taken out again."""
        name = f"{self.contract.number}-{self.count:02d}"
        draw = self.rng.random()
        if name not in self.unpaid:
            return
        if draw < 0.25:
            first = next(amount for amount in self.billed[name].amounts if amount)
            yield EditBookCost(name, cents(first * Decimal("1.02")))
        elif draw < 0.35:
            self.unpaid.remove(name)
            yield DeleteBookCost(name)

    def pay(self, day: date) -> Iterator[Event]:
        """Bills of earlier months: all of them, or a part of the oldest."""
        older = [name for name in self.unpaid if name != f"{self.contract.number}-{self.count:02d}"]
        if not older:
            return
        is_part = self.rng.random() < 0.3
        chosen = older[:1] if is_part else older
        if not is_part:
            self.unpaid = [name for name in self.unpaid if name not in chosen]
        yield PayOrderBills(f"{self.contract.key} {self.count}", tuple(chosen), Decimal(40) if is_part else WHOLE, day)
