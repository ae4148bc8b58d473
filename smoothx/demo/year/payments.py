"""What is paid in the script, to vendors and by owners: whole, in parts, several at once, a void, a credit applied."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from smoothx.demo.year.claims import ContractYear
from smoothx.demo.year.events import ApplyCredit, ClaimName, Event, Pay, VoidPayment

WHOLE = Decimal(100)


@dataclass(slots=True)
class Payments:
    """Claims are paid the month after they were made; `open` are those on which something is still owed.

    `parties` names who is paid, or pays, by claim; `name` keeps payments of several such ledgers apart.
    """

    rng: random.Random
    name: str
    open: dict[ClaimName, str] = field(default_factory=dict)
    parties: dict[ClaimName, str] = field(default_factory=dict)
    credits: list[tuple[ClaimName, str]] = field(default_factory=list)
    paid: Counter[ClaimName] = field(default_factory=Counter)
    count: int = 0

    def is_paid(self, claim: ClaimName) -> bool:
        """Whether some payment or credit stands on its bill."""
        return self.paid[claim] > 0

    def pay(self, month: int, last_day: date, years: Sequence[ContractYear]) -> tuple[list[Event], list[Event]]:
        """The payments of the month, and what is corrected after they crossed."""
        self._take_in(month, years)
        paid: list[Event] = list(self._apply_credits(last_day))
        corrected: list[Event] = []
        for names in self._by_party():
            payment = self._pay_some(names, last_day)
            paid.append(payment)
            if self.rng.random() < 0.15:
                corrected.append(VoidPayment(payment.name))
                self.open.update({name: self.parties[name] for name in payment.claims})
                self.paid.subtract(payment.claims)
        return paid, corrected

    def _take_in(self, month: int, years: Sequence[ContractYear]) -> None:
        """What was claimed a month ago and approved is to be paid now."""
        for year in years:
            for number in year.approved:
                name = (year.contract.key, number)
                if number >= month or name in self.parties:
                    continue
                self.parties[name] = year.contract.party
                if number in year.credits:
                    self.credits.append((name, year.contract.party))
                else:
                    self.open[name] = year.contract.party

    def _apply_credits(self, last_day: date) -> Iterator[Event]:
        for credit, party in list(self.credits):
            bill = next((name for name, owner in self.open.items() if owner == party), None)
            if bill is not None:
                self.credits.remove((credit, party))
                self.count += 1
                self.paid[bill] += 1
                yield ApplyCredit(f"{self.name} {self.count}", credit, bill, last_day)

    def _by_party(self) -> list[list[ClaimName]]:
        parties: dict[str, list[ClaimName]] = {}
        for name, party in self.open.items():
            parties.setdefault(party, []).append(name)
        return list(parties.values())

    def _pay_some(self, names: list[ClaimName], last_day: date) -> Pay:
        """All that is open with one party at once, or only a part of one of them."""
        self.count += 1
        is_part = self.rng.random() < 0.25
        chosen = tuple(names[:1]) if is_part else tuple(names)
        if not is_part:
            for name in chosen:
                del self.open[name]
        self.paid.update(chosen)
        share = Decimal(self.rng.choice((30, 40, 50))) if is_part else WHOLE
        return Pay(f"{self.name} {self.count}", chosen, share, last_day)
