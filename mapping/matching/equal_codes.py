"""Rows that have a code of their own on each side, for lists in which the code counts before the name. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Set
from typing import Generic, TypeVar

from mapping.matching.records import Suggestion

SAME_CODE = 100

Row = TypeVar("Row")


class CodedRows(Generic[Row]):
    """Rows by code; rows without one are left out."""

    def __init__(self, rows: Iterable[Row], key_of: Callable[[Row], object]) -> None:
        self._rows: dict[object, list[Row]] = defaultdict(list)
        for row in rows:
            key = key_of(row)
            if key:
                self._rows[key].append(row)

    def pair_with(self, other: CodedRows[Row]) -> list[tuple[Row, Row]]:
        """(ours, theirs) where one row has the code here and one has it there."""
        return [
            (rows[0], other._rows[key][0])
            for key, rows in self._rows.items()
            if len(rows) == 1 and len(other._rows.get(key, ())) == 1
        ]


def suggest_equal_codes(
    pairs: Iterable[tuple[str, str, str]], taken: Set[str], rejected: Set[tuple[str, str]]
) -> list[Suggestion]:
    """Sure pairs of (left id, right id, code as shown), without what is linked already or was said no to."""
    return [
        Suggestion(left, right, SAME_CODE, f"Same code {code}", "sure")
        for left, right, code in pairs
        if right not in taken and (left, right) not in rejected
    ]
