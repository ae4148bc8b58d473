"""Attributes of a write in the types that records keep.

Procore permits scalars only: a list or an object where a text belongs is dropped without a word, a number that is
none is refused with 422.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from connectors.sandbox.procore.errors import refuse_fields, refuse_request
from connectors.sandbox.procore.listing import is_true
from connectors.sandbox.procore.tables import read_number
from connectors.sandbox.procore.values import read_date, read_decimal

# Unverified: the real ceilings. These keep every sum within what an accounting system can hold.
LARGEST_AMOUNT = Decimal("999999999999.99")
MOST_DIGITS = 12
ORIGIN = ("origin_id", "origin_data")


def read_text(attributes: dict[str, Any], name: str) -> str | None:
    value = attributes.get(name)
    return None if value is None or isinstance(value, (dict, list)) else str(value)


def read_flag(attributes: dict[str, Any], name: str) -> bool:
    return is_true(attributes.get(name))


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


def is_clearing_origin(attributes: dict[str, Any]) -> bool:
    """Whether a write does nothing but take the origin_id away."""
    return set(attributes) <= set(ORIGIN) and "origin_id" in attributes and not attributes["origin_id"]


def drop_blank_origin(attributes: dict[str, Any]) -> dict[str, Any]:
    """A blank origin_id is none, so that it neither locks nor has to be unique (unverified)."""
    return {**attributes, "origin_id": None} if attributes.get("origin_id") == "" else attributes


def read_choice(attributes: dict[str, Any], name: str, choices: Collection[str]) -> str | None:
    """One of `choices`, None when it is absent or null."""
    check_choice(attributes, name, choices)
    value: str | None = attributes.get(name)
    return value


def read_whole(attributes: dict[str, Any], name: str) -> int | None:
    """A whole number that is not an id, such as a payment number."""
    value = attributes.get(name)
    if value is None or value == "":
        return None
    number = read_number(value)
    if number is None:
        raise refuse_fields(**{name: ["is not a number"]})
    return number


def read_rows(value: Any, name: str, largest: int) -> list[dict[str, Any]]:
    """A list of objects, no more than `largest`."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise refuse_request(f"{name} must be a list of objects")
    if len(value) > largest:
        raise refuse_request(f"{name} cannot hold more than {largest} rows")
    return value


def read_texts(attributes: dict[str, Any], names: Iterable[str]) -> dict[str, str | None]:
    """Those of `names` that are given."""
    return {name: read_text(attributes, name) for name in names if name in attributes}


def read_dates(attributes: dict[str, Any], names: Iterable[str]) -> dict[str, str | None]:
    """Those of `names` that are given; a malformed one becomes null without an error."""
    return {name: read_date(attributes[name]) for name in names if name in attributes}
