"""How a made-up subcontractor bills its contract month by month, never more than is there, held or stored."""

from __future__ import annotations

import calendar
import random
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from connectors.sandbox.amounts import ZERO, round_cents, take_percent
from connectors.sandbox.firm.contractor import Claim, ClaimLine, Commitment

YEAR = 2026
MONTHS = (7, 8, 9, 10)
EARLY_MONTHS = (5, 6)


class InvoiceBook:
    """Numbers each vendor's invoices in that vendor's own way, no number twice."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._books: dict[str, tuple[str, int]] = {}

    def draw(self, vendor_key: str, vendor_name: str) -> str:
        prefix, number = self._books.get(vendor_key) or self._open(vendor_name)
        self._books[vendor_key] = prefix, number + 1
        return f"{prefix}{number}"

    def _open(self, vendor_name: str) -> tuple[str, int]:
        initials = "".join(word[0] for word in vendor_name.split() if word[0].isalnum())[:3].upper()
        prefix = self._rng.choice((f"{initials}-", "INV-", "", f"{initials}26-"))
        return prefix, self._rng.randrange(1001, 8900)


class Biller:
    """One contract's lines as they fill up. Amounts are added when a change order brings new lines."""

    def __init__(self, amounts: Sequence[Decimal], retainage_percent: Decimal) -> None:
        self.amounts = list(amounts)
        self.retainage_percent = retainage_percent
        self._done = [ZERO] * len(self.amounts)
        self._stored = [ZERO] * len(self.amounts)
        self._held = [ZERO] * len(self.amounts)

    def add_lines(self, amounts: Sequence[Decimal]) -> None:
        self.amounts += amounts
        for balances in (self._done, self._stored, self._held):
            balances += [ZERO] * len(amounts)

    def bill(
        self,
        fractions: Sequence[Decimal],
        *,
        store: Mapping[int, Decimal] | None = None,
        release_line: int | None = None,
    ) -> tuple[ClaimLine, ...]:
        """Work up to the given fraction of each line, and `store` (line: amount) of material left on site.

        What was stored before is always installed. `release_line` gives back half of what is held there.
        """
        lines = []
        for index, (amount, fraction) in enumerate(zip(self.amounts, fractions, strict=True)):
            target = round_cents(amount * fraction)
            work = target - self._done[index]
            if amount > 0:
                work = max(work, self._stored[index])
            self._done[index] += work
            stored = min((store or {}).get(index, ZERO), amount - self._done[index]) if amount > 0 else ZERO
            self._stored[index] = max(stored, ZERO)
            released = ZERO
            if index == release_line:
                released = take_percent(self._held[index], Decimal(50))
            self._held[index] += take_percent(work, self.retainage_percent) - released
            lines.append(ClaimLine(line=index, work=work, stored=self._stored[index], released=released))
        return tuple(line for line in lines if line.work or line.stored or line.released)

    def release_all(self) -> tuple[ClaimLine, ...]:
        lines = tuple(ClaimLine(line=index, released=held) for index, held in enumerate(self._held) if held)
        self._held = [ZERO] * len(self._held)
        return lines


def draw_fractions(
    rng: random.Random, before: Sequence[Decimal], count: int, *, step: int, steps: int, finish: Decimal
) -> list[Decimal]:
    """How far each of `count` lines is after step `step` of `steps`, never less than before."""
    fractions = []
    for index in range(count):
        earlier = before[index] if index < len(before) else ZERO
        share = finish * step / steps + Decimal(rng.randrange(-60, 61)) / 1000
        is_last = step == steps and finish == 1
        fraction = Decimal(1) if is_last else min(max(share, Decimal("0.02")), Decimal("0.98"))
        fractions.append(max(fraction, earlier))
    return fractions


def make_claim(
    number: int, month: int, invoice_number: str, lines: tuple[ClaimLine, ...], status: str = "approved"
) -> Claim:
    """A monthly claim, billed on the last day of its month."""
    last_day = calendar.monthrange(YEAR, month)[1]
    return Claim(
        number=number,
        invoice_number=invoice_number,
        period_start=date(YEAR, month, 1),
        period_end=date(YEAR, month, last_day),
        billing_date=date(YEAR, month, last_day),
        status=status,
        lines=lines,
    )


def find_held_before(commitment: Commitment, start: date) -> Decimal:
    """The retainage a contract's approved claims before `start` leave held: on work, and on material stored last."""
    on_work, on_stored = ZERO, ZERO
    percent = commitment.retainage_percent
    for claim in commitment.claims:
        if claim.billing_date >= start or not claim.status.startswith("approved"):
            continue
        for line in claim.lines:
            kept = take_percent(line.work, percent) if line.retained is None else line.retained
            on_work += kept - line.released
        on_stored = sum((take_percent(line.stored, percent) for line in claim.lines), ZERO)
    return on_work + on_stored
