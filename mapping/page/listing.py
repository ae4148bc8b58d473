"""One page of a long list: counted and read without looking at more rows than needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower

from mapping.candidates import all_rows
from mapping.counts.merging import merge
from mapping.models import RemoteItem
from mapping.page.frame import PAGE_SIZE, Frame
from mapping.page.query import url_of
from smoothx.lib.shapes import Page, turn_page

Rows = QuerySet[RemoteItem]
# A filter that leaves fewer rows is answered by one look at the list: the rows are put in order afterwards.
FEW = 1000
# What rows are put in order by: names of columns that are annotated, or of the table's own.
IN_ORDER = {"name": ("sort_name", "pk"), "code": ("code", "name", "pk")}


def name_order(rows: Rows) -> Rows:
    """In order of name, capital letters or not."""
    return rows.annotate(sort_name=Lower("name"))


def turn(frame: Frame, count: int) -> tuple[Page, slice]:
    return turn_page(
        frame.query.page,
        size=PAGE_SIZE,
        total=count,
        url_of=lambda number: url_of(frame.section, frame.query, page=number),
    )


def count_or_gather(rows: QuerySet[Any]) -> tuple[int, list[int] | None]:
    """How many rows there are, and their keys when they are few."""
    keys = list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
    return (len(keys), keys) if len(keys) <= FEW else (rows.order_by().count(), None)


def read_slice(
    read: Callable[[bool, int, int], list[Any]], shown: slice, count: int, *, is_descending: bool = False
) -> list[Any]:
    """Rows of the slice. A page nearer to the end is read from there: `read` takes (descending, start, stop)."""
    start, stop = shown.start, min(shown.stop, count)
    if start >= stop:
        return []
    if start <= count - stop:
        return read(is_descending, start, stop)
    return list(reversed(read(not is_descending, count - stop, count - start)))


def ordered_rows(parts: Sequence[Rows], order: str) -> Callable[[bool, int, int], list[RemoteItem]]:
    """Reads rows of several lists in one order, without sorting any: each list has an index in that order."""

    def read(is_descending: bool, start: int, stop: int) -> list[RemoteItem]:
        columns = [f"-{name}" if is_descending else name for name in IN_ORDER[order]]
        named = [name_order(part) if order == "name" else part for part in parts]
        if len(parts) == 1:
            return list(named[0].order_by(*columns)[start:stop])
        keyed = [part.values_list(*IN_ORDER[order]) for part in named]
        return rows_by_key([row[-1] for row in merge(keyed, columns, start, stop)])

    return read


def rows_by_key(keys: Sequence[int]) -> list[RemoteItem]:
    """These rows in this order."""
    found = all_rows().in_bulk(keys)
    return [found[key] for key in keys if key in found]
