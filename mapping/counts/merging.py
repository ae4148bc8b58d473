"""Several lists read in one order, each no further than needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection as database
from django.db.models import QuerySet

Parts = Sequence[QuerySet[Any]]

# Each part is read from an index in its order, and they are merged: nothing is sorted, however many fit.
IN_ORDER = """
    SELECT cardinality(keys), keys[%s:%s]
    FROM (
        SELECT COALESCE(array_agg({key}), '{{}}') AS keys
        FROM (SELECT {key} FROM ({listed}) AS listed ({names}) ORDER BY {order}) AS in_order
    ) AS whole
"""
RANKED = """
    SELECT {key}, count(*) OVER () FROM ({listed}) AS listed ({names})
    LEFT JOIN unnest(%s::bigint[]) WITH ORDINALITY AS ranked (id, place) ON ranked.id = {key}
    ORDER BY {order} LIMIT %s OFFSET %s
"""


def merge(parts: Parts, order: Sequence[str], start: int, stop: int) -> QuerySet[Any]:
    """Rows `start` to `stop` of all parts together, as one statement.

    Each part is put in order and cut off by itself, so that PostgreSQL reads it from an index in that order. Of the
    parts as one it would read and sort everything.
    """
    ordered = [part.order_by(*order) for part in parts]
    if len(ordered) == 1:
        return ordered[0][start:stop]
    cut = [part[:stop] for part in ordered]
    return cut[0].union(*cut[1:], all=True).order_by(*order)[start:stop]


def count_and_merge(
    parts: Parts,
    columns: Sequence[str],
    start: int,
    stop: int,
    *,
    is_descending: bool,
    ranked: Sequence[int] | None = None,
) -> tuple[int, list[int]]:
    """How many rows the parts have together, and the keys of the slice, in one look: for lists without a kept count.

    `columns` put the rows in order; the last of them is the key. Rows whose keys are `ranked` stand in that order,
    before the others, or after them when `is_descending` is false; the others go by `columns`.
    """
    if ranked is not None:
        return _count_and_rank(parts, columns, start, stop, ranked, is_descending=is_descending)
    suffix = "-" if is_descending else ""
    order = [f"{suffix}{column}" for column in columns]
    listed, values = union_of([part.order_by(*order).values_list(*columns) for part in parts])
    if not listed:
        return 0, []
    names = [f"c{place}" for place in range(len(columns))]
    by = ", ".join(f"{name}{' DESC' if is_descending else ''}" for name in names)
    sql = IN_ORDER.format(key=names[-1], names=", ".join(names), listed=listed, order=by)
    with database.cursor() as cursor:
        cursor.execute(sql, [start + 1, stop, *values])
        count, keys = cursor.fetchone()
    return count, keys


def _count_and_rank(
    parts: Parts, columns: Sequence[str], start: int, stop: int, ranked: Sequence[int], *, is_descending: bool
) -> tuple[int, list[int]]:
    listed, values = union_of([part.order_by().values_list(*columns) for part in parts])
    if not listed:
        return 0, []
    names = [f"c{place}" for place in range(len(columns))]
    order = ", ".join(["place" if is_descending else "place DESC NULLS FIRST", *names])
    sql = RANKED.format(key=names[-1], listed=listed, names=", ".join(names), order=order)
    with database.cursor() as cursor:
        cursor.execute(sql, [*values, list(ranked), stop - start, start])
        rows = cursor.fetchall()
    return (rows[0][1] if rows else 0), [row[0] for row in rows]


def union_of(parts: Parts) -> tuple[str, list[Any]]:
    """The statement that reads all parts, empty when none can have a row, and its values."""
    texts: list[str] = []
    values: list[Any] = []
    for part in parts:
        try:
            text, own = part.query.sql_with_params()
        except EmptyResultSet:
            continue
        texts.append(f"({text})")
        values += own
    return " UNION ALL ".join(texts), values


def write_out(rows: QuerySet[Any, Any]) -> str:
    """The statement that reads these, with its values in it. Raises EmptyResultSet where there can be none."""
    return compose(*rows.query.sql_with_params())


def compose(text: str, values: Any) -> str:
    """A statement with its values in it, to be a part of another: parts of one name theirs in different ways."""
    # Of PostgreSQL alone, so that the stubs do not know it.
    operations: Any = database.ops
    return str(operations.compose_sql(text, values))
