"""The life of one contract's claims in the script: submitted, approved, late, edited, taken back, decided."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from smoothx.demo.year.events import (
    ClaimName,
    Contract,
    Decide,
    EditClaim,
    Entered,
    Event,
    Line,
    OrderChange,
    SetClaimStatus,
    SubmitClaim,
)
from smoothx.demo.year.filling import Filling
from smoothx.lib.money import ZERO, cents

Trouble = Literal["", "edited_before", "edited_after", "reopened", "late", "edited_late", "edited_paid"]
# One claim in two goes its way without anything.
TROUBLES: tuple[Trouble, ...] = (
    "", "", "", "", "", "", "edited_before", "edited_after", "reopened", "late", "edited_late", "edited_paid",
)  # fmt: skip
# What nobody has answered for on an owner's invoice yet: keeping a paid one as it is, and making up for it later.
COMMITMENT_ONLY: tuple[Trouble, ...] = ("edited_paid",)
APPROVED: tuple[Literal["approved", "approved_as_noted"], ...] = ("approved", "approved", "approved_as_noted")


@dataclass(slots=True)
class ContractYear:
    """Writes one contract's events month by month. `approved` are the claims that stand in the books by now."""

    filling: Filling
    rng: random.Random
    troubles: dict[int, Trouble] = field(default_factory=dict)
    entries: dict[int, tuple[Entered, ...]] = field(default_factory=dict)
    approved: list[int] = field(default_factory=list)
    credits: set[int] = field(default_factory=set)
    # The months in which a bill was kept as it was paid: on the claim after, a person has to allow the difference.
    kept: set[int] = field(default_factory=set)

    @property
    def contract(self) -> Contract:
        return self.filling.contract

    @property
    def change_month(self) -> int:
        return max(2, self.filling.months // 3)

    @property
    def credit_month(self) -> int:
        """A month whose claim is negative; 0 for never. Only contracts without orders see one."""
        is_credited = self.contract.kind == "work_order" and self.contract.key.endswith("/1")
        return max(3, self.filling.months // 2) if is_credited and self.filling.months > 4 else 0

    def submit(self, month: int, last_day: date) -> Iterator[Event]:
        """The change order of the month, the claim, and an edit before anybody approved it."""
        if month == self.credit_month:
            change = self._make_change("Scope taken out", Decimal("-0.05"))
            yield change
            self.entries[month] = self.filling.credit(change.lines)
            self.credits.add(month)
        else:
            if month == self.change_month:
                change = self._make_change("Extra work", Decimal("0.08"))
                yield change
                self.filling.add(change.lines)
            self.entries[month] = self.filling.claim(month)
        self.troubles[month] = self._draw_trouble(month)
        number = f"{self.contract.number}-{month:02d}"
        yield SubmitClaim(self.contract.key, month, number, last_day, self.entries[month])
        if self.troubles[month] == "edited_before":
            yield from self._edit(month)

    def approve(self, month: int) -> Iterator[Event]:
        if self.troubles[month] != "late":
            yield self._approve(month)
        if self.troubles.get(month - 1) == "late":
            yield self._approve(month - 1)

    def change(self, month: int, is_paid: Callable[[ClaimName], bool]) -> Iterator[Event]:
        """What happens to claims that are in the books already."""
        if self.troubles[month] == "edited_after":
            yield from self._edit(month)
        if self.troubles[month] == "reopened":
            yield SetClaimStatus(self._name(month), self.rng.choice(("under_review", "revise_and_resubmit")))
        if self.troubles.get(month - 1) == "edited_late":
            yield from self._edit(month - 1)
        if self._is_calm_around(month):
            yield from self._correct_stored(month - 1)
        if self.troubles.get(month - 2) == "edited_paid":
            yield from self._edit(month - 2)
            if is_paid(self._name(month - 2)):
                self.kept.add(month)

    def decide(self, month: int) -> Iterator[Event]:
        """What people decide after that, on both sides."""
        if self.troubles[month] == "reopened":
            yield from self._edit(month)
            yield self._approve(month)
        if month in self.kept:
            yield Decide(self._name(month - 2), "keep_as_is")
        if month - 1 in self.kept:
            yield Decide(self._name(month), "post_difference")

    def _draw_trouble(self, month: int) -> Trouble:
        """Late troubles end before retention is let go, since an edit might take away what was released."""
        trouble = self.rng.choice(TROUBLES)
        if self.contract.kind == "prime" and trouble in COMMITMENT_ONLY:
            return ""
        has_work = any(entry.work and entry.retained is None for entry in self.entries[month])
        is_edited_paid = self.troubles.get(month - 2) == "edited_paid"
        is_calm = month in self.credits or month - 1 in self.kept or is_edited_paid or not has_work
        if is_calm or (trouble in ("edited_late", "edited_paid") and self._is_late_for_late(month)):
            return ""
        if trouble != "late" and self.filling.is_releasing(month):
            return ""
        return "" if trouble == "late" and month >= self.filling.months - 1 else trouble

    def _is_late_for_late(self, month: int) -> bool:
        is_near_credit = self.credit_month and month < self.credit_month <= month + 3
        nearby = {self.troubles.get(month - 1, ""), self.troubles.get(month - 2, "")}
        return bool(is_near_credit) or self.filling.is_releasing(month + 3) or nearby != {""}

    def _edit(self, month: int) -> Iterator[Event]:
        """A little more or less work on the first line that has some."""
        entries = list(self.entries[month])
        place = next(index for index, entry in enumerate(entries) if entry.work and entry.retained is None)
        old = entries[place]
        delta = cents((old.work or ZERO) * Decimal(self.rng.choice((-3, -1, 2, 4))) / 100)
        changed = self.filling.shift(old.line, old.work or ZERO, delta)
        entries[place] = Entered(old.line, changed.work, old.stored, None, old.released)
        self.entries[month] = tuple(entries)
        yield EditClaim(self._name(month), changed)

    def _is_calm_around(self, month: int) -> bool:
        """Whether nothing else befalls this month's claim and the two before it."""
        months = {month - 2, month - 1, month}
        troubled = {each for each, trouble in self.troubles.items() if trouble} | self.credits | self.kept
        return month > 1 and not (months & troubled) and not self.filling.is_releasing(month)

    def _correct_stored(self, month: int) -> Iterator[Event]:
        """Less lay on site than was said: the claim after it, which stands in the books as well, has so much more."""
        for entry in self.entries[month]:
            if entry.stored and entry.retained is None:
                yield EditClaim(self._name(month), Entered(entry.line, stored=cents(entry.stored * Decimal("0.8"))))
                return

    def _approve(self, month: int) -> SetClaimStatus:
        if month not in self.approved:
            self.approved.append(month)
        # Owner invoices know one kind of approval.
        status = "approved" if self.contract.kind == "prime" else self.rng.choice(APPROVED)
        return SetClaimStatus(self._name(month), status)

    def _name(self, month: int) -> ClaimName:
        return self.contract.key, month

    def _make_change(self, title: str, share: Decimal) -> OrderChange:
        first = self.contract.lines[0]
        line = Line(first.cost_code, title, cents(first.amount * share))
        return OrderChange(self.contract.key, title, (line,))
