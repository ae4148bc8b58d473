"""The conditions of a query as tests on a record: how stored and written values become comparable."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import query_invalid
from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.books.schema import find_member
from connectors.sandbox.qbo.books.values import Record, parse_number, parse_time
from connectors.sandbox.qbo.service.grammar import Condition

Test = Callable[[Record], bool]

_NUMBER_TYPES = frozenset({"decimal", "int", "long", "positiveInteger"})
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Where a member is an object, what its bare name compares with.
_INNER = ("value", "Address", "FreeFormNumber")


def make_test(book: Book, kind: Kind, condition: Condition, path: str) -> Test:
    """The test of one condition; `path` is the condition's in the schema's spelling. Raises QboFault 4001."""
    if path == "Id" and condition.operator not in ("=", "in"):
        raise query_invalid("property 'Id' supports only = and IN")
    test = _make_value_test(book, kind, condition, path)
    if _is_plural(kind, path):
        parts = path.split(".")
        return lambda row: any(map(test, _reach(row, parts) or [None]))
    read = make_reader(path)
    return lambda row: test(read(row))


def make_reader(path: str) -> Callable[[Record], Any]:
    """What reads a path with no list on its way; None where a member is missing."""
    if path == "Active":
        # Pseudo tax codes do not say that they are.
        return lambda row: row.get("Active", True)
    first, _, rest = path.partition(".")
    if not rest:

        def read_member(row: Record) -> Any:
            value = row.get(first)
            return _unwrap(value) if isinstance(value, dict) else value

        return read_member
    read_rest = make_reader(rest)

    def read_path(row: Record) -> Any:
        value = row.get(first)
        return read_rest(value) if isinstance(value, dict) else None

    return read_path


def _make_value_test(book: Book, kind: Kind, condition: Condition, path: str) -> Callable[[Any], bool]:
    if condition.operator == "like":
        first, *rest = condition.values[0].casefold().split("%")
        return lambda value: value is not None and _is_like(str(value).casefold(), first, rest)
    values = [book.today().isoformat() if value == "current_date" else value for value in condition.values]
    # A quoted blank asks for rows without a value.
    if values == [" "] and condition.operator == "=":
        return lambda value: value is None
    convert = make_converter(kind, path)
    wanted = [convert(value) for value in values]
    if any(value is None for value in wanted):
        raise query_invalid(f"value {condition.values[0]} is not valid for property {condition.path}")
    if condition.operator in ("=", "in"):
        known = frozenset(wanted)
        return lambda value: value is not None and convert(value) in known
    return _make_bound(convert, _COMPARISONS[condition.operator], wanted[0])


def _make_bound(
    convert: Callable[[Any], Any], compare: Callable[[Any, Any], Any], bound: Any
) -> Callable[[Any], bool]:
    def test(value: Any) -> bool:
        converted = None if value is None else convert(value)
        return converted is not None and bool(compare(converted, bound))

    return test


def make_converter(kind: Kind, path: str) -> Callable[[Any], Any]:
    """Times become moments, numbers numbers, texts are folded; None for what is not of the type."""
    type_name = kind.name
    for part in path.split("."):
        member = find_member(type_name, part)
        type_name = member.type if member else ""
    if type_name == "dateTime":
        return _to_moment
    if type_name in _NUMBER_TYPES:
        return _to_number
    if type_name == "boolean":
        return lambda value: str(value).lower()
    if type_name == "date":
        return lambda value: str(value)[:10]
    return lambda value: str(value).casefold()


def _is_plural(kind: Kind, path: str) -> bool:
    type_name = kind.name
    for part in path.split("."):
        member = find_member(type_name, part)
        if member is None:
            return False
        if member.is_list:
            return True
        type_name = member.type
    return False


def _reach(value: Any, parts: list[str]) -> list[Any]:
    """The values at the end of a path that leads through lists."""
    if isinstance(value, list):
        return [found for item in value for found in _reach(item, parts)]
    if parts:
        return _reach(value.get(parts[0]), parts[1:]) if isinstance(value, dict) else []
    found = _unwrap(value) if isinstance(value, dict) else value
    return [] if found is None else [found]


def _unwrap(value: Record) -> Any:
    return next((value[name] for name in _INNER if name in value), None)


def _is_like(text: str, first: str, rest: list[str]) -> bool:
    """`%` stands for any text. Matched piece by piece: a regular expression of many `%` can take for ever."""
    if not rest:
        return text == first
    if not text.startswith(first):
        return False
    position = len(first)
    for piece in rest[:-1]:
        found = text.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    return len(text) - len(rest[-1]) >= position and text.endswith(rest[-1])


@lru_cache(maxsize=65536)
def _to_moment(text: str) -> float | None:
    # Many records share one of the few stamps of a second.
    moment = parse_time(text)
    return None if moment is None else _count_seconds(moment)


def _count_seconds(moment: datetime) -> float:
    # Not `timestamp`, which fails at the ends of the calendar.
    return (moment - _EPOCH).total_seconds()


def _to_number(value: Any) -> Decimal | int | None:
    return value if type(value) in (Decimal, int) else parse_number(value)
