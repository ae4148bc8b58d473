"""Money: Decimal with two places, half-up, and splits that add back to the total."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


class NotMoney(ValueError):
    """The text is no amount."""


def cents(amount: Decimal) -> Decimal:
    """`amount` rounded half-up to two places, as QuickBooks and the AIA forms do."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP) + ZERO


def money(value: str | int | Decimal | None) -> Decimal:
    """An amount from a vendor's text ("1500.0", "1,500.00", "", None). Empty is 0.00; other text raises NotMoney."""
    if value is None or value == "":
        return ZERO
    try:
        amount = Decimal(str(value).replace(",", "").strip())
    except InvalidOperation as error:
        message = f"{value!r} is not an amount"
        raise NotMoney(message) from error
    if not amount.is_finite():
        message = f"{value!r} is not an amount"
        raise NotMoney(message)
    return cents(amount)


def total(amounts: Iterable[Decimal]) -> Decimal:
    return cents(sum(amounts, ZERO))


def split(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """`amount` shared in proportion to `weights` by largest remainder; the parts add back to `amount` exactly.

    All-zero weights share equally. Weights may be negative only when all are. Raises ValueError when empty.
    """
    if not weights:
        message = "an amount cannot be split over nothing"
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
