"""What comparing one kind of document came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Found:
    """`documents` counts those that stand on both sides."""

    documents: int
    differences: tuple[str, ...]


def differ(what: str, procore: Mapping[str, Decimal], books: Mapping[str, Decimal]) -> Iterable[str]:
    """A sentence for every key whose two sums differ; a key that one side lacks counts as nothing there."""
    for key in sorted({*procore, *books}):
        ours, theirs = procore.get(key, Decimal(0)), books.get(key, Decimal(0))
        if ours != theirs:
            yield f"{what} of {key} is {ours} in Procore and {theirs} in QuickBooks"
