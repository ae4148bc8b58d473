"""What of a claim's retention is each contract line's.

Procore's lines do not tell the retention that stood on stored material before. The whole is known, so its rest is
theirs by the material each had in store.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from connectors.procore.records import RequisitionLine
from smoothx.lib.money import cents, split, total


def share_held(lines: Sequence[RequisitionLine], held: Decimal) -> list[Decimal]:
    """The part of `held` of each line; they add up to it. Exact where at most one line had material in store."""
    told = [cents(line.retained + line.stored_retained + line.stored_released) for line in lines]
    rest = total(told) - held
    if not rest or not lines:
        return told
    weights = _first_with_any(
        [abs(line.stored_before) for line in lines],
        [abs(amount) for amount in told],
        [abs(line.gross) for line in lines],
    )
    return [cents(amount - part) for amount, part in zip(told, split(rest, weights), strict=True)]


def _first_with_any(*choices: list[Decimal]) -> list[Decimal]:
    return next((weights for weights in choices if any(weights)), choices[-1])
