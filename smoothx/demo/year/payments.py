"""What the bookkeeper pays in the script: whole, in parts, several bills at once, a void, a credit applied."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from smoothx.demo.year.claims import ContractYear
from smoothx.demo.year.events import ApplyCredit, ClaimName, Event, PayBills, VoidPayment

WHOLE = Decimal(100)


@dataclass(slots=True)
class Payables:
    """Bills are paid the month after they were claimed; `open` are those that still owe something."""

    rng: random.Random
    open: dict[ClaimName, str] = field(default_factory=dict)
    vendors: dict[ClaimName, str] = field(default_factory=dict)
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
        for names in self._by_vendor():
            payment = self._pay_some(names, last_day)
            paid.append(payment)
            if self.rng.random() < 0.15:
                corrected.append(VoidPayment(payment.name))
                self.open.update({name: self.vendors[name] for name in payment.claims})
                self.paid.subtract(payment.claims)
        return paid, corrected

    def _take_in(self, month: int, years: Sequence[ContractYear]) -> None:
        """What was claimed a month ago and approved is to be paid now."""
        for year in years:
            for number in year.approved:
                name = (year.contract.key, number)
                if number >= month or name in self.vendors:
                    continue
                self.vendors[name] = year.contract.vendor
                if number in year.credits:
                    self.credits.append((name, year.contract.vendor))
                else:
                    self.open[name] = year.contract.vendor

    def _apply_credits(self, last_day: date) -> Iterator[Event]:
        for credit, vendor in list(self.credits):
            bill = next((name for name, owner in self.open.items() if owner == vendor), None)
            if bill is not None:
                self.credits.remove((credit, vendor))
                self.count += 1
                self.paid[bill] += 1
                yield ApplyCredit(f"payment {self.count}", credit, bill, last_day)

    def _by_vendor(self) -> list[list[ClaimName]]:
        vendors: dict[str, list[ClaimName]] = {}
        for name, vendor in self.open.items():
            vendors.setdefault(vendor, []).append(name)
        return list(vendors.values())

    def _pay_some(self, names: list[ClaimName], last_day: date) -> PayBills:
        """All bills of a vendor at once, or only a part of one of them."""
        self.count += 1
        is_part = self.rng.random() < 0.25
        chosen = tuple(names[:1]) if is_part else tuple(names)
        if not is_part:
            for name in chosen:
                del self.open[name]
        self.paid.update(chosen)
        share = Decimal(self.rng.choice((30, 40, 50))) if is_part else WHOLE
        return PayBills(f"payment {self.count}", chosen, share, last_day)
