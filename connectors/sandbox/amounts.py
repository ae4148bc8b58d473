"""Amounts to the cent and shares of them in percent, as both vendors and the made-up firm reckon."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
HUNDRED = Decimal(100)


def round_cents(amount: Decimal) -> Decimal:
    """Half up. An amount that has two places already is given back as it is."""
    return amount if amount.same_quantum(CENT) else amount.quantize(CENT, rounding=ROUND_HALF_UP)


def take_percent(amount: Decimal, rate: Decimal) -> Decimal:
    """`rate` percent of `amount`, in whole cents."""
    return round_cents(amount * rate / HUNDRED) if rate else ZERO


def find_percent(part: Decimal, whole: Decimal) -> Decimal:
    """`part` as percent of `whole` with two places, 0.00 of nothing. For display only, it has lost its cents."""
    return round_cents(part * HUNDRED / whole) if whole else ZERO
