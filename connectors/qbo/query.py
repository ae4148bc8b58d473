"""Statements of QuickBooks' query language: one entity, conditions joined by AND, values in single quotes.

There is no OR, no NOT and no comparison of Id but `=` and `IN`. An apostrophe is escaped by a backslash. The lexer
ends at Latin-1: a typographic apostrophe or dash in a value is an error, so such a text is looked up by what stands
before it and compared here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PAGE_SIZE = 1000


class NotQueryable(ValueError):
    """The text cannot stand in a statement; use `match`."""


@dataclass(frozen=True, slots=True)
class Match:
    """`condition` narrows the rows down; unless `is_exact` they still have to be compared. Empty: nothing narrows."""

    condition: str
    is_exact: bool


def literal(text: str) -> str:
    """`text` in quotes, its apostrophes escaped. Raises NotQueryable."""
    if safe_prefix(text) != text:
        message = f"{text!r} holds characters a statement cannot carry"
        raise NotQueryable(message)
    return _quote(text)


def match(name: str, text: str) -> Match:
    """Rows whose property `name` is `text`, as near as the language allows."""
    prefix = safe_prefix(text)
    if prefix == text:
        return Match(f"{name} = {_quote(text)}", is_exact=True)
    # A percent sign in the prefix only widens the search, which is compared here anyway.
    return Match(f"{name} LIKE {_quote(f'{prefix}%')}" if prefix else "", is_exact=False)


def one_of(name: str, values: Iterable[str]) -> str:
    return f"{name} IN ({', '.join(literal(value) for value in values)})"


def safe_prefix(text: str) -> str:
    """The start of `text` that every server reads alike. How a backslash itself is escaped is unverified."""
    for position, mark in enumerate(text):
        if ord(mark) > 255 or ord(mark) < 32 or mark == "\\":
            return text[:position]
    return text


def select(entity: str, where: Sequence[str] = (), *, start: int = 1) -> str:
    """One page of all columns, ordered by Id: without an order transactions come newest change first, and shift."""
    conditions = " AND ".join(condition for condition in where if condition)
    filtered = f" WHERE {conditions}" if conditions else ""
    return f"SELECT * FROM {entity}{filtered} ORDERBY Id STARTPOSITION {start} MAXRESULTS {PAGE_SIZE}"  # noqa: S608 - no SQL, and values are quoted by `literal`


def _quote(text: str) -> str:
    escaped = text.replace("'", "\\'")
    return f"'{escaped}'"
