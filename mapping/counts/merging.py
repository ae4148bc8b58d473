"""Several lists read in one order, each no further than needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet


def merge(parts: Sequence[QuerySet[Any]], order: Sequence[str], start: int, stop: int) -> list[Any]:
    """Rows `start` to `stop` of all parts together, in one statement.

    Each part is put in order and cut off by itself, so that PostgreSQL reads it from an index in that order. Of the
    parts as one it would read and sort everything.
    """
    ordered = [part.order_by(*order) for part in parts]
    if len(ordered) == 1:
        return list(ordered[0][start:stop])
    cut = [part[:stop] for part in ordered]
    return list(cut[0].union(*cut[1:], all=True).order_by(*order)[start:stop])
