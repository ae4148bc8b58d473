"""The rows of a page of an import or a push of many. Found by what an index holds of them, then read."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import F, Func, QuerySet, TextField, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from mapping.counts.merging import count_and_merge
from mapping.models import RunRow
from mapping.page.listing import read_slice
from smoothx.lib.shapes import Page, turn_page

PAGE_SIZE = 50
Rows = QuerySet[RunRow]


class Together(Func):
    """Texts in small letters, with a blank between them, as no word that is looked for holds one."""

    function = "LOWER"
    arg_joiner = " || ' ' || "
    output_field = TextField()


def search_rows(rows: Rows, search: str) -> Rows:
    """Those that hold each word in their label or their reason."""
    for word in search.lower().split():
        rows = rows.filter(GreaterThan(StrIndex(Together(F("label"), F("reason")), Value(word)), 0))
    return rows


def turn_rows(rows: Rows, number: int, total: int | None, url_of: Callable[[int], str]) -> tuple[list[RunRow], Page]:
    """The rows of a page by number. `total` is how many there are; None where they are to be counted as well."""

    def turn(count: int) -> tuple[Page, slice]:
        return turn_page(number, size=PAGE_SIZE, total=count, url_of=url_of)

    def read(is_descending: bool, start: int, stop: int) -> list[int]:
        return list(rows.order_by("-number" if is_descending else "number").values_list("pk", flat=True)[start:stop])

    if total is None:
        start = (number - 1) * PAGE_SIZE
        total, keys = count_and_merge([rows], ("number", "pk"), start, start + PAGE_SIZE, is_descending=False)
        if not keys and number > 1:
            # Beyond the end, where the last page is shown.
            total = rows.count()
            keys = read_slice(read, turn(total)[1], total)
    else:
        keys = read_slice(read, turn(total)[1], total)
    found = RunRow.objects.in_bulk(keys)
    return [found[key] for key in keys if key in found], turn(total)[0]
