"""More ways to take values out of a write, beside those of `inputs`: choices, counts, dates, rows of objects."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from connectors.sandbox.procore.errors import refuse_fields, refuse_request
from connectors.sandbox.procore.inputs import check_choice, read_text
from connectors.sandbox.procore.tables import read_number
from connectors.sandbox.procore.values import read_date

ORIGIN = ("origin_id", "origin_data")


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
