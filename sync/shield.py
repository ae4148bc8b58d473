"""The duplicate shield: which documents of a vendor or customer may be the planned one already, and why.

Only what nobody can tell apart by itself stops a document: the same number in whatever spelling, or nearly the same
amount at nearly the same time of a document that is not ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from smoothx.lib.money import ZERO

SIMILAR_DAYS = 30
# A number typed wrongly is looked for this far; a rounded amount only around the day.
MISTYPED_DAYS = 90
CLOSE_DAYS = 7
CLOSE_AMOUNT = Decimal("1.00")
CLOSE_SHARE = Decimal("0.001")
# Shorter numbers are alike by chance.
SHORTEST_CORE = 3
_WORDS = re.compile(r"^(invoice|inv|bill|no|nr|num|number)(?=[^a-z]|$)")
# What a scan takes for a digit.
_SCANNED = str.maketrans({"o": "0", "i": "1", "l": "1", "s": "5", "b": "8", "z": "2"})

Code = Literal["duplicate_number", "possible_duplicate", "similar_document"]


@dataclass(frozen=True, slots=True)
class Known:
    """A document that stands in the books; `is_ours` when the ledger knows it. Amounts without a sign."""

    id: str
    number: str
    amount: Decimal
    dated: date | None
    is_ours: bool


@dataclass(frozen=True, slots=True)
class Likeness:
    """`why` is a clause for a reader, empty where the code's sentence says it."""

    known: Known
    code: Code
    why: str = ""


def find_alike(number: str, amount: Decimal, dated: date, known: Iterable[Known]) -> list[Likeness]:
    """The documents that may be this one, the most alike kind alone; `amount` without a sign."""
    known = list(known)
    foreign = [each for each in known if not each.is_ours]
    searches: tuple[Callable[[], Sequence[Likeness]], ...] = (
        lambda: [Likeness(each, "duplicate_number") for each in known if _is_same_number(number, each.number)],
        lambda: [
            Likeness(each, "similar_document", f"its number {each.number} is the same but for the spelling")
            for each in known
            if is_spelt_alike(number, each.number)
        ],
        lambda: [
            Likeness(each, "possible_duplicate")
            for each in foreign
            if each.amount == amount and _days_apart(dated, each) <= SIMILAR_DAYS
        ],
        lambda: [
            Likeness(each, "similar_document", f"the same amount, and its number {each.number} is one slip away")
            for each in foreign
            if _is_mistyped(number, amount, dated, each)
        ],
        lambda: [
            Likeness(each, "similar_document", f"its amount is {abs(each.amount - amount)} apart, in the same week")
            for each in foreign
            if _is_close(amount, dated, each)
        ],
    )
    return next((found for search in searches if (found := list(search()))), [])


def _is_same_number(number: str, other: str) -> bool:
    return bool(number) and number.casefold() == other.casefold()


def is_spelt_alike(number: str, other: str) -> bool:
    """INV-101, INV 101 and 0101 are one number; punctuation, leading zeros and the word for invoice do not count."""
    core = core_of(number)
    return len(core) >= SHORTEST_CORE and core == core_of(other)


# Each document is compared with all that its vendor or customer has, which are the same from one to the next.
@lru_cache(maxsize=20_000)
def core_of(number: str) -> str:
    """What is left of a number without its dress: letters and digits, digits read as a scan may have meant them."""
    text = _WORDS.sub("", number.casefold().strip().lstrip("#"))
    runs = re.findall(r"[a-z0-9]+", text)
    read = [run.translate(_SCANNED) if any(sign.isdigit() for sign in run) else run for run in runs]
    parts = re.findall(r"[a-z]+|[0-9]+", " ".join(read))
    # The dots keep SC-01-1 apart from SC-011.
    return ".".join(part.lstrip("0") if part.isdigit() else part for part in parts)


def _is_mistyped(number: str, amount: Decimal, dated: date, other: Known) -> bool:
    if other.amount != amount or _days_apart(dated, other) > MISTYPED_DAYS:
        return False
    mine, theirs = core_of(number), core_of(other.number)
    return min(len(mine), len(theirs)) > SHORTEST_CORE and _is_one_slip(mine, theirs)


def _is_one_slip(one: str, other: str) -> bool:
    """One sign more, less or another, or two neighbours exchanged."""
    if len(one) > len(other):
        one, other = other, one
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) != len(other):
        return len(other) - len(one) == 1 and one[start:] == other[start + 1 :]
    is_changed = one[start + 1 :] == other[start + 1 :]
    is_swapped = one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]
    return one != other and (is_changed or is_swapped)


def _is_close(amount: Decimal, dated: date, other: Known) -> bool:
    """A rounded or mistyped cent, not another document that costs about the same."""
    apart = abs(other.amount - amount)
    limit = min(CLOSE_AMOUNT, amount * CLOSE_SHARE)
    return ZERO < apart <= limit and _days_apart(dated, other) <= CLOSE_DAYS


def _days_apart(dated: date, other: Known) -> int:
    return abs(((other.dated or dated) - dated).days)
