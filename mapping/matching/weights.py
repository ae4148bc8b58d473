"""How much a word of a name says about whose name it is. Pure.

What two lists teach about words is noise when they are short, so words every list of a builder holds have a fixed low
weight, and a list counts as no shorter than `LEAST_ROWS`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mapping.matching.firms import Firm
from mapping.matching.names import Name
from mapping.matching.vocabulary import Sort

LEAST_ROWS = 4000
RARE = 3.5
LEAST_WORD = 0.4
FIXED: dict[Sort, float] = {
    "trade": 0.4,
    "filler": 0.12,
    "place": 0.45,
    "number": 0.8,
    "initial": 0.25,
    "form": 0.05,
    "none": 0.05,
}

# As typed, its stem, its sort, its weight.
Word = tuple[str, str, Sort, float]


@dataclass(slots=True)
class WeighedName:
    """A name with the weight of each word. `letters` are those its words begin with."""

    name: Name
    words: tuple[Word, ...]
    stems: frozenset[str]
    letters: frozenset[str]
    total: float


class Weights:
    """Learned from the names of both lists together, so that neither side matters more."""

    def __init__(self, firms: Iterable[Firm]) -> None:
        self.counts: Counter[str] = Counter()
        rows = 0
        for firm in firms:
            rows += 1
            for name in firm.names:
                self.counts.update(name.stems)
        self._rows = max(rows, LEAST_ROWS)
        self._known: dict[tuple[str, Sort], float] = {}

    def of(self, stem: str, sort: Sort) -> float:
        found = self._known.get((stem, sort))
        if found is None:
            found = self._known[stem, sort] = FIXED.get(sort) or self._rarity(stem)
        return found

    def weigh(self, name: Name) -> WeighedName:
        weights = map(self.of, name.stems, name.sorts)
        words = tuple(zip(name.words, name.stems, name.sorts, weights, strict=True))
        letters = frozenset(word[0] for word in name.words)
        return WeighedName(name, words, frozenset(name.stems), letters, sum(word[3] for word in words))

    def is_common(self, stem: str, least: int) -> bool:
        return self.counts[stem] >= least

    def _rarity(self, stem: str) -> float:
        share = max(1, self.counts[stem]) / self._rows
        return max(LEAST_WORD, min(1.0, -math.log10(share) / RARE))
