"""Which projects are worth comparing, so that not all are compared with all. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations, pairwise

from mapping.matching.project_rows import Project

NEAREST = 12
COMMON_CLUE = 40
RARE_STREET = 6
CLUE_LETTERS = 3
MOST_CLUE_WORDS = 12


class ProjectShelf:
    """Rights by what they may share with a left: number, street, rare words and words in a row."""

    def __init__(self, rights: Sequence[Project]) -> None:
        self._rights = rights
        self._by_number: dict[str, list[int]] = defaultdict(list)
        self._by_street: dict[str, list[int]] = defaultdict(list)
        self._by_clue: dict[str, list[int]] = defaultdict(list)
        for place, project in enumerate(rights):
            for number in {reading.number for reading in project.readings if reading.number}:
                self._by_number[number].append(place)
            if project.street:
                self._by_street[project.street].append(place)
            for clue in _clues(project):
                self._by_clue[clue].append(place)

    def near(self, left: Project) -> list[Project]:
        places = {place for reading in left.readings for place in self._by_number.get(reading.number, ())}
        same_street = self._by_street.get(left.street, ())
        if len(same_street) <= RARE_STREET:
            places.update(same_street)
        hits: dict[int, float] = defaultdict(float)
        for clue in sorted(_clues(left)):
            found = self._by_clue.get(clue, ())
            if len(found) <= COMMON_CLUE:
                for place in found:
                    hits[place] += 1 / len(found)
        best = sorted(hits, key=lambda place: (-round(hits[place], 9), self._rights[place].id))
        places.update(best[:NEAREST])
        return [self._rights[place] for place in sorted(places)]


def _clues(project: Project) -> set[str]:
    """Words, parts, words in a row, and pairs of beginnings, which hold through cuts and most abbreviations."""
    clues: set[str] = set()
    for reading in project.readings:
        words, parts = reading.name.words, [part.value for part in reading.name.parts]
        clues.update(token for token in (*words, *parts) if len(token) > 1)
        clues.update(f"{one} {two}" for one, two in pairwise(words))
        starts = sorted({word[:CLUE_LETTERS] for word in (*words, *parts)})[:MOST_CLUE_WORDS]
        clues.update(f"{one}~{two}" for one, two in combinations(starts, 2))
    return clues
