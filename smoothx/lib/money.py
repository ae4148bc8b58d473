"""Money: Decimal with two places, half-up, and splits that add back to the total."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
# Commas are read where they part thousands only: "1,5" is somebody's decimal comma, not fifteen.
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d+)?", re.ASCII)


class NotMoney(ValueError):
    """The text is no amount."""


def cents(amount: Decimal) -> Decimal:
    """`amount` rounded half-up to two places, as QuickBooks and the AIA forms do."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP) + ZERO


def money(value: str | int | Decimal | None) -> Decimal:
    """An amount from a vendor's text ("1500.0", "1,500.00", "", None). Empty is 0.00; other text raises NotMoney."""
    text = "" if value is None else str(value).strip()
    if not text:
        return ZERO
    message = f"{value!r} is not an amount"
    if not _NUMBER.fullmatch(text):
        raise NotMoney(message)
    try:
        return cents(Decimal(text.replace(",", "")))
    except InvalidOperation as error:
        raise NotMoney(message) from error


def total(amounts: Iterable[Decimal]) -> Decimal:
    return cents(sum(amounts, ZERO))


def split(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """`amount` shared in proportion to `weights` by largest remainder; the parts add back to `amount` exactly.

    All-zero weights share equally. Raises ValueError when there are none, or when some are negative and some are not:
    shares of a small sum of large opposites would be larger than the amount.
    """
    if not weights:
        message = "an amount cannot be split over nothing"
        raise ValueError(message)
    if min(weights) < 0 < max(weights):
        message = "an amount cannot be split by weights of both signs"
        raise ValueError(message)
    whole = sum(weights, Decimal(0))
    shares = list(weights) if whole else [Decimal(1)] * len(weights)
    whole = whole or Decimal(len(weights))
    amount = cents(amount)
    exact = [amount * share / whole for share in shares]
    parts = [part.quantize(CENT, rounding=ROUND_DOWN) for part in exact]
    left = amount - sum(parts, ZERO)
    step = CENT if left > 0 else -CENT
    order = sorted(range(len(parts)), key=lambda i: abs(exact[i] - parts[i]), reverse=True)
    for turn in range(int(abs(left) / CENT)):
        parts[order[turn % len(order)]] += step
    return parts
