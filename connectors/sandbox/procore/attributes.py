"""Taking plain attributes out of a write. What is not of the attribute's kind is dropped, as Rails drops it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.sandbox.procore.listing import is_true
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.procore.values import read_date, read_decimal, write_plain


def is_scalar(value: Any) -> bool:
    return value is None or not isinstance(value, dict | list)


def take_texts(row: Row, attributes: dict[str, Any], names: Iterable[str], empty: str | None = "") -> None:
    """Copy the texts that are given; null becomes `empty`."""
    for name in names:
        if name in attributes and is_scalar(attributes[name]):
            value = attributes[name]
            row[name] = empty if value is None else str(value)


def take_flags(row: Row, attributes: dict[str, Any], names: Iterable[str]) -> None:
    for name in names:
        if name in attributes and is_scalar(attributes[name]):
            row[name] = is_true(attributes[name])


def take_dates(row: Row, attributes: dict[str, Any], names: Iterable[str]) -> None:
    for name in names:
        if name in attributes:
            row[name] = read_date(attributes[name])


def take_money(row: Row, attributes: dict[str, Any], names: Iterable[str]) -> None:
    for name in names:
        if name in attributes:
            amount = read_decimal(attributes[name])
            row[name] = None if amount is None else write_plain(amount)


def take_numbers(row: Row, attributes: dict[str, Any], names: Iterable[str]) -> None:
    for name in names:
        if name in attributes:
            row[name] = read_number(attributes[name])


def read_ids(value: Any) -> list[int]:
    """The ids of an array attribute, without what is none."""
    numbers = [read_number(item) for item in value] if isinstance(value, list) else []
    return [number for number in numbers if number is not None]
