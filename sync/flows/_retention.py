"""The retention of a claim, towards a subcontractor or an owner: what of it is each contract line's, and how its lines
are called, taxed and posted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.procore.records import RequisitionLine
from mapping.defaults import Choice, DefaultKind, Defaults
from mapping.tax import TaxCoding
from smoothx.lib.money import ZERO, cents, split, total
from sync.flows import _waits
from sync.flows._codes import find_default
from sync.plan import Notes

MAKES_UP = "Makes up for earlier invoices changed after posting"


@dataclass(frozen=True, slots=True)
class RetentionAccount:
    """The setting that names the account, the code of an outcome without it, and what a line says it was chosen by."""

    kind: DefaultKind
    missing: str
    chosen_by: str

    def find(self, amount: Decimal, defaults: Defaults, notes: Notes) -> Choice | None:
        """The account, with a blocker that tells the `amount` where there is none."""
        chosen = find_default(self.kind, defaults, notes)
        if chosen is None:
            notes.block(self.missing, self.kind.label, waits_for=_waits.default(self.kind), amount=amount)
        return chosen


def name_retention(role: str, amount: Decimal) -> str:
    """Held is below zero on its line. Above it is retention that rolled off with stored material."""
    if role == "released":
        return "Retention released"
    return "Retention held reduced" if amount > ZERO else "Retention held"


def share_by_code(
    parts: Iterable[tuple[TaxCoding, Decimal]], whole: Decimal, default: Callable[[], TaxCoding]
) -> dict[TaxCoding, Decimal]:
    """`whole` by the tax codes of its parts, by the `default` where it has none."""
    sums: dict[TaxCoding, Decimal] = {}
    for code, part in parts:
        sums[code] = sums.get(code, ZERO) + part
    if len(sums) > 1:
        return sums
    return {next(iter(sums), None) or default(): whole} if whole else {}


def share_held(lines: Sequence[RequisitionLine], held: Decimal) -> list[Decimal]:
    """The part of `held` of each line; they add up to it. Exact where at most one line had material in store.

    Procore's lines do not tell the retention that stood on stored material before. The whole is known, so its rest is
    theirs by the material each had in store.
    """
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
