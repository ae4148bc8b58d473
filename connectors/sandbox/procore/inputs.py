"""Attributes of a write in the types that records keep.

Procore permits scalars only: a list or an object where a text belongs is dropped without a word, a number that is
none is refused with 422.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any

from connectors.sandbox.procore.errors import refuse_fields
from connectors.sandbox.procore.listing import Filter, read_range
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import read_decimal

# Unverified: the real ceilings. These keep every sum within what an accounting system can hold.
LARGEST_AMOUNT = Decimal("999999999999.99")
MOST_DIGITS = 12

TRUE = (True, "true", "1", 1)


def read_text(attributes: dict[str, Any], name: str) -> str | None:
    value = attributes.get(name)
    return None if value is None or isinstance(value, (dict, list)) else str(value)


def read_flag(attributes: dict[str, Any], name: str) -> bool:
    value = attributes.get(name)
    return isinstance(value, (bool, int, str)) and value in TRUE


def read_amount(attributes: dict[str, Any], name: str) -> Decimal | None:
    """A number within bounds; None when it is absent, null or empty. Refuses everything else."""
    value = attributes.get(name)
    if value is None or value == "":
        return None
    amount = None if isinstance(value, (dict, list)) else read_decimal(value)
    if amount is None:
        raise refuse_fields(**{name: ["is not a number"]})
    if abs(amount) > LARGEST_AMOUNT:
        raise refuse_fields(**{name: [f"must be less than or equal to {LARGEST_AMOUNT}"]})
    exponent = amount.as_tuple().exponent
    return round(amount, MOST_DIGITS) if isinstance(exponent, int) and exponent < -MOST_DIGITS else amount


def read_percent(attributes: dict[str, Any], name: str) -> Decimal | None:
    percent = read_amount(attributes, name)
    if percent is not None and not 0 <= percent <= 100:
        raise refuse_fields(**{name: ["must be between 0 and 100"]})
    return percent


def check_choice(attributes: dict[str, Any], name: str, choices: Collection[str]) -> None:
    """Refuse a value out of the enumeration; null counts as not given."""
    value = attributes.get(name)
    if value is not None and not (isinstance(value, str) and value in choices):
        raise refuse_fields(**{name: ["is not included in the list"]})


def by_date(field: str) -> Filter:
    """`A...B` over a plain date, or over a time that may be null."""

    def build(values: list[str]) -> Callable[[Row], bool]:
        first, last = read_range(values[0])
        return lambda row: row.get(field) is not None and first[:10] <= row[field][:10] <= last[:10]

    return build
