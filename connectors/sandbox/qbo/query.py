"""Run a query statement over one company's books."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from connectors.sandbox.qbo.book import Book
from connectors.sandbox.qbo.faults import query_invalid
from connectors.sandbox.qbo.grammar import Condition, Statement, parse
from connectors.sandbox.qbo.kinds import Kind
from connectors.sandbox.qbo.schema import find_member
from connectors.sandbox.qbo.table import find_kind
from connectors.sandbox.qbo.values import Record, parse_number, parse_time

_NUMBER_TYPES = frozenset({"decimal", "int", "long", "positiveInteger"})
_COMPARISONS = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}
# Where a member is an object, what a bare name compares with.
_INNER = {"EmailAddress": "Address", "ReferenceType": "value", "TelephoneNumber": "FreeFormNumber"}


class Allow(Protocol):
    """Refuses calls the company or its user has no right to. Raises QboFault."""

    def __call__(self, kind: Kind, *, is_write: bool) -> None: ...


def allow_all(kind: Kind, *, is_write: bool) -> None:
    return None


def run_query(book: Book, text: str, *, allow: Allow = allow_all) -> Record:
    """The content of `QueryResponse`. Raises QboFault 4000 or 4001, and what `allow` raises."""
    statement = parse(text)
    kind = find_kind(statement.entity)
    if kind is None:
        raise query_invalid(f"invalid context declaration: {statement.entity}")
    allow(kind, is_write=False)
    paths = {path: _resolve_path(kind, path) for path in _mentioned(statement)}
    rows = _filter(book, kind, statement, paths)
    if statement.is_count:
        return {"totalCount": len(rows)}
    rows = _sort(kind, rows, statement, paths)
    page = rows[statement.start - 1 : statement.start - 1 + statement.limit]
    if not page:
        return {}
    if statement.columns:
        columns = [_resolve_column(kind, column) for column in statement.columns]
        page = [_project(row, columns) for row in page]
    return {kind.name: page, "startPosition": statement.start, "maxResults": len(page)}


def _mentioned(statement: Statement) -> Iterable[str]:
    yield from (condition.path for condition in statement.conditions)
    yield from (path for path, _ in statement.order)


def _resolve_path(kind: Kind, path: str) -> str:
    """The path in its own spelling; it must be one the entity can be searched by."""
    spelled = _resolve_column(kind, path)
    if not kind.allows_query_by(spelled):
        raise query_invalid(f"property '{path}' is not queryable")
    return spelled


def _resolve_column(kind: Kind, path: str) -> str:
    type_name, spelled = kind.name, []
    for part in path.split("."):
        member = find_member(type_name, part)
        if member is None:
            raise query_invalid(f"Property {path} not found for Entity {kind.name}")
        spelled.append(member.name)
        type_name = member.type
    return ".".join(spelled)


def _filter(book: Book, kind: Kind, statement: Statement, paths: dict[str, str]) -> list[Record]:
    tests = [_make_test(book, kind, condition, paths[condition.path]) for condition in statement.conditions]
    rows = _list_rows(book, kind, statement, paths)
    for condition in statement.conditions:
        if paths[condition.path] == "Id":
            found = [book.get(kind.name, record_id) for record_id in dict.fromkeys(condition.values)]
            wanted = {row["Id"] for row in found if row is not None}
            rows = [row for row in rows if row.get("Id") in wanted]
    # Inactive rows show only when the statement speaks of Active.
    if not any(path == "Active" for path in paths.values()):
        rows = [row for row in rows if row.get("Active") is not False]
    return [row for row in rows if all(test(row) for test in tests)]


def _list_rows(book: Book, kind: Kind, statement: Statement, paths: dict[str, str]) -> list[Record]:
    if kind.own is None:
        return book.in_order(kind)
    equal = [each for each in statement.conditions if each.operator in ("=", "in")]
    return kind.own.list_rows(book, {paths[each.path]: tuple(each.values) for each in equal})


def _make_test(book: Book, kind: Kind, condition: Condition, path: str) -> Callable[[Record], bool]:
    parts = path.split(".")
    if path == "Id" and condition.operator not in ("=", "in"):
        raise query_invalid("property 'Id' supports only = and IN")
    if condition.operator == "like":
        return _make_like(parts, condition.values[0])
    values = [book.today().isoformat() if value == "current_date" else value for value in condition.values]
    convert = _make_converter(kind, path)
    # A quoted blank asks for rows without a value.
    if values == [" "] and condition.operator == "=":
        return lambda row: _reach(row, parts) is None
    wanted = [convert(value) for value in values]
    if any(value is None for value in wanted):
        raise query_invalid(f"value {condition.values[0]} is not valid for property {condition.path}")
    if condition.operator in ("=", "in"):
        return lambda row: convert(_reach(row, parts)) in wanted
    return _make_comparison(parts, condition.operator, wanted[0], convert)


def _make_comparison(
    parts: list[str], sign: str, bound: Any, convert: Callable[[Any], Any]
) -> Callable[[Record], bool]:
    compare = _COMPARISONS[sign]

    def test(row: Record) -> bool:
        value = convert(_reach(row, parts))
        if value is None:
            return False
        return bool(compare(value, bound))

    return test


def _make_like(parts: list[str], pattern: str) -> Callable[[Record], bool]:
    expression = re.compile(".*".join(map(re.escape, pattern.split("%"))), re.IGNORECASE | re.DOTALL)

    def test(row: Record) -> bool:
        value = _reach(row, parts)
        return value is not None and expression.fullmatch(str(value)) is not None

    return test


def _make_converter(kind: Kind, path: str) -> Callable[[Any], Any]:
    """What makes a stored or a written value comparable: times as moments, numbers as numbers, texts folded."""
    member = None
    type_name = kind.name
    for part in path.split("."):
        member = find_member(type_name, part)
        type_name = member.type if member else ""
    if type_name == "dateTime":
        return _to_moment
    if type_name in _NUMBER_TYPES:
        return _to_number
    if type_name == "boolean":
        return lambda value: None if value is None else str(value).lower()
    if type_name == "date":
        return lambda value: None if value is None else str(value)[:10]
    return lambda value: None if value is None else str(value).casefold()


def _to_moment(value: Any) -> datetime | None:
    return None if value is None else parse_time(str(value))


def _to_number(value: Any) -> Decimal | None:
    return None if value is None else parse_number(value)


def _reach(row: Record, parts: list[str]) -> Any:
    value: Any = row
    for part in parts:
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    if isinstance(value, dict):
        inner = next((name for name in _INNER.values() if name in value), None)
        return value[inner] if inner else None
    return value


def _sort(kind: Kind, rows: list[Record], statement: Statement, paths: dict[str, str]) -> list[Record]:
    for path, is_descending in reversed(statement.order):
        spelled = paths[path]
        parts = spelled.split(".")
        convert = int if spelled == "Id" and kind.family != "fixed" else _make_converter(kind, spelled)
        keyed = [(convert(_reach(row, parts)), row) for row in rows]
        present = sorted(
            (pair for pair in keyed if pair[0] is not None), key=lambda pair: pair[0], reverse=is_descending
        )
        absent = [row for key, row in keyed if key is None]
        ordered = [row for _, row in present]
        rows = [*ordered, *absent] if is_descending else [*absent, *ordered]
    return rows


def _project(row: Record, columns: list[str]) -> Record:
    """Just the asked members and the Id, marked sparse."""
    shown: Record = {}
    for column in columns:
        head, _, rest = column.partition(".")
        if head not in row:
            continue
        if not rest or not isinstance(row[head], dict):
            shown[head] = row[head]
        elif rest in row[head]:
            shown[head] = {**shown.get(head, {}), rest: row[head][rest]}
    return {**shown, "sparse": True} | ({"Id": row["Id"]} if "Id" in row else {})
