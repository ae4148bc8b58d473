"""One page of a long list: counted and read without looking at more rows than needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from mapping.candidates import all_rows
from mapping.counts.merging import merge
from mapping.models import RemoteItem
from mapping.page.frame import PAGE_SIZE, Frame
from mapping.page.query import url_of
from smoothx.lib.shapes import Page, turn_page

Rows = QuerySet[RemoteItem]
Key = TypeVar("Key")
# Past these matches a dialog says "more than", and a list of links is read in order rather than sorted.
FEW = 1000
# What rows are put in order by. An index has each order, and nothing else may be read on the way to a page.
IN_ORDER = {"name": ("sort_name", "pk"), "code": ("code", "name", "pk")}

# An array is made once. A server that knows nothing yet of a table just filled would look for the keys again for each
# row of it.
KEYS = "SELECT unnest(ARRAY(SELECT {key} FROM ({listed}) AS listed ({names})))"


def turn(frame: Frame, count: int) -> tuple[Page, slice]:
    return turn_page(
        frame.query.page,
        size=PAGE_SIZE,
        total=count,
        url_of=lambda number: url_of(frame.section, frame.query, page=number),
    )


def turn_counted(frame: Frame, count: Callable[[int, int], tuple[int, list[Key]]]) -> tuple[Page, list[Key]]:
    """The page of a list whose length nobody knows yet, and the keys of its rows.

    `count` takes where a slice starts and stops, and answers how many rows the list has and the keys of the slice.
    """
    start = (frame.query.page - 1) * PAGE_SIZE
    total, keys = count(start, start + PAGE_SIZE)
    if start and not keys:
        # Beyond the end, where the last page is shown.
        total, _ = count(0, 1)
        _, shown = turn(frame, total)
        total, keys = count(shown.start, shown.stop)
    return turn(frame, total)[0], keys


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
        keyed = [part.values_list(*IN_ORDER[order]) for part in parts]
        try:
            text, values = merge(keyed, columns, start, stop).query.sql_with_params()
        except EmptyResultSet:
            return []
        names = [f"c{place}" for place in range(len(columns))]
        keys = KEYS.format(key=names[-1], listed=text, names=", ".join(names))
        return list(all_rows().filter(pk__in=RawSQL(keys, values)).order_by(*columns))  # noqa: S611

    return read


def rows_by_key(keys: Sequence[int]) -> list[RemoteItem]:
    """These rows in this order."""
    found = all_rows().in_bulk(keys)
    return [found[key] for key in keys if key in found]
