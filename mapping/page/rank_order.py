"""Rows in an order that no index has: the few or many that stand before the others, and then the others by name."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from mapping.models import RemoteItem
from mapping.page.listing import ordered_rows
from mapping.page.ranked import Ranked


def read_ranked(
    parts: Sequence[QuerySet[RemoteItem]], order: str, ranked: Ranked, count: int, shown: slice, *, is_descending: bool
) -> list[RemoteItem]:
    """The rows of the slice of `count`: `ranked` first when `is_descending`, else last and the best at the end."""
    start, stop = shown.start, min(shown.stop, count)
    others = count - ranked.count
    read_others = ordered_rows([part.filter(~ranked.has) for part in parts], order)
    before = ranked.count if is_descending else 0
    rest = (max(0, start - before), min(stop - before, others))
    found = read_others(False, *rest) if rest[0] < rest[1] else []
    if is_descending:
        return [*ranked.read_rows(start, stop), *found]
    return [*found, *ranked.read_rows(start - others, stop - others, is_descending=False)]
