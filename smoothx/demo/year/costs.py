"""What a firm spends without a contract in the script: entered in Procore, in the books, or brought by the bank."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from smoothx.demo.year.events import (
    ApproveDirectCost,
    CardCharge,
    Categorise,
    CostLine,
    DeleteBookCost,
    EditBookCost,
    EditDirectCost,
    EnterBookCost,
    EnterDirectCost,
    Event,
)
from smoothx.lib.money import cents

Entity = Literal["Bill", "VendorCredit", "Purchase"]
# What the bookkeeper enters each month, one after the other: entity, how it is paid, a credit, how many projects.
BOOK_COSTS: tuple[tuple[Entity, Literal["", "CreditCard", "Check"], bool, int], ...] = (
    ("Bill", "", False, 3),
    ("Purchase", "CreditCard", False, 1),
    ("Purchase", "Check", False, 2),
    ("VendorCredit", "", True, 1),
    ("Purchase", "CreditCard", True, 1),
    ("Bill", "", False, 1),
)


@dataclass(slots=True)
class Spending:
    """`codes` are full cost codes, `accounts` names of cost accounts in the books, `parties` names in Procore."""

    rng: random.Random
    projects: Sequence[str]
    parties: Sequence[str]
    codes: Sequence[str]
    accounts: Sequence[str]
    pending: list[str] = field(default_factory=list)
    charges: list[str] = field(default_factory=list)
    count: int = 0

    def enter_in_procore(self, day: date) -> Iterator[Event]:
        """One direct cost per project, every third of them approved a month later; then those left over."""
        for name in self.pending:
            yield ApproveDirectCost(name)
        self.pending = []
        for place, project in enumerate(self.projects):
            name = self._name("cost")
            is_late = (self.count + place) % 3 == 0
            if is_late:
                self.pending.append(name)
            yield EnterDirectCost(
                name,
                "invoice" if self.count % 2 else "expense",
                self.rng.choice(self.parties),
                name.replace(" ", "-").upper(),
                day,
                tuple(self._line(project, self.rng.choice(self.codes)) for _ in range(self.rng.randint(1, 3))),
                "pending" if is_late else "approved",
            )

    def correct_in_procore(self, entered: Sequence[Event]) -> Iterator[Event]:
        """Now and then an amount is corrected after the bill was made."""
        for event in entered:
            if isinstance(event, EnterDirectCost) and event.status == "approved" and self.rng.random() < 0.25:
                yield EditDirectCost(event.name, 0, cents(event.lines[0].amount * Decimal("1.05")))

    def enter_in_books(self, month: int, day: date) -> Iterator[Event]:
        """Two documents and a card charge of the feed a month."""
        for turn in (2 * month, 2 * month + 1):
            entity, pay_type, is_credit, count = BOOK_COSTS[turn % len(BOOK_COSTS)]
            projects: list[str | None] = list(self.rng.sample(list(self.projects), min(count, len(self.projects))))
            if entity == "Bill":
                projects.append(None)
            name = self._name("book")
            yield EnterBookCost(
                name,
                entity,
                self.rng.choice(self.parties),
                name.replace(" ", "-").upper(),
                day,
                tuple(self._line(project, self.rng.choice(self.accounts)) for project in projects),
                pay_type,
                is_credit,
            )
        name = self._name("charge")
        self.charges.append(name)
        yield CardCharge(name, self.rng.choice(self.parties), self._amount(), day)

    def correct_in_books(self, entered: Sequence[Event]) -> Iterator[Event]:
        """The charges are categorised, a bill changes, an expense is deleted again."""
        for name in self.charges:
            yield Categorise(name, self.rng.choice(self.projects), self.rng.choice(self.accounts))
        self.charges = []
        for event in entered:
            if not isinstance(event, EnterBookCost):
                continue
            if event.entity == "Bill" and self.rng.random() < 0.4:
                yield EditBookCost(event.name, cents(event.lines[0].amount * Decimal("0.97")))
            elif event.entity == "Purchase" and self.rng.random() < 0.2:
                yield DeleteBookCost(event.name)

    def _line(self, project: str | None, code: str) -> CostLine:
        return CostLine(project, code, f"{code}, {self.rng.choice(('delivery', 'rental', 'repair'))}", self._amount())

    def _amount(self) -> Decimal:
        return cents(Decimal(self.rng.randrange(2_500, 400_000)) / 100)

    def _name(self, kind: str) -> str:
        self.count += 1
        return f"Y {kind} {self.count}"
