"""Procore's projects and QuickBooks' sub-customers and projects: which is which. Pure.

The firm's own job number decides: equal with a name that fits is sure, unequal never is. Where a number is missing
the whole name must agree, with no number, phase or wing to the contrary and nothing else that fits as well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import combinations, pairwise

from mapping.matching.assign import Scored, choose
from mapping.matching.project_likeness import ProjectLikeness, Vocabulary, compare_projects
from mapping.matching.project_names import CUT_LENGTHS, ProjectName, read_project_name, strip_deleted
from mapping.matching.project_numbers import JobNumbers, strip_broken_number
from mapping.matching.records import MOST_SUGGESTED, Candidate, Suggestion
from mapping.normalize import normal_name

MARGIN = 0.05
LEAST_TO_SUGGEST = 0.22
CODE_DECIDES = 2.0
NUMBER_ADDS, NAME_WEIGHS_WITH_NUMBER = 0.80, 0.20
NAME_WEIGHS = 0.88
OTHER_NUMBER_LEAVES = 0.45
SAME_STREET_ADDS, OTHER_STREET_COSTS = 0.06, 0.08
# With an equal number, so much of the name must agree.
LEAST_FIT, LEAST_SOFT_FIT = 0.34, 0.60
# Without one, so little of either name may be missing in the other.
MOST_MISSING_LEFT, MOST_MISSING_RIGHT = 0.24, 0.0
MOST_UNSEEN = 0.25
NEAREST = 12
COMMON_CLUE = 40
RARE_STREET = 6
CLUE_LETTERS = 3
MOST_CLUE_WORDS = 12


@dataclass(frozen=True, slots=True)
class _Reading:
    """`is_soft`: the number may as well be a house's or a shop's."""

    number: str
    name: ProjectName
    is_soft: bool = False


@dataclass(frozen=True, slots=True)
class _Project:
    id: str
    readings: tuple[_Reading, ...]
    street: str
    parent: frozenset[str]


def match_projects(
    lefts: Iterable[Candidate],
    rights: Iterable[Candidate],
    *,
    taken: Set[str] = frozenset(),
    rejected: Set[tuple[str, str]] = frozenset(),
    shares_right: bool = False,
    codes_first: bool = False,
    limit: int = MOST_SUGGESTED,
) -> list[Suggestion]:
    """A `Match` of projects. With `codes_first` an equal job number decides, whatever the names."""
    left_rows = [row for row in lefts if row.is_active]
    right_rows = _without_parents([row for row in rights if row.is_active])
    rows = [*left_rows, *right_rows]
    numbers = JobNumbers((row.code for row in rows), (_own_name(row) for row in rows))
    left_side = [_read(row, numbers) for row in left_rows]
    right_side = [_read(row, numbers) for row in right_rows]
    matcher = _Matcher(left_side, right_side, codes_first=codes_first)
    pairs = [pair for left in left_side for pair in matcher.pairs_of(left)]
    return choose(pairs, margin=MARGIN, taken=taken, rejected=rejected, shares_right=shares_right, limit=limit)


def _without_parents(rows: Sequence[Candidate]) -> list[Candidate]:
    """The rows without those that are a customer with jobs below."""
    parents = {normal_name(row.parent) for row in rows if row.parent}
    return [row for row in rows if row.parent or normal_name(row.name) not in parents]


def _own_name(row: Candidate) -> str:
    """The name without what stands above it: "Acme:Gym Roof" below Acme is "Gym Roof"."""
    shown = strip_deleted(row.name).strip()
    return shown.rpartition(":")[2].strip() if row.parent else shown


def _read(row: Candidate, numbers: JobNumbers) -> _Project:
    text = _own_name(row)
    is_cut = len(text) in CUT_LENGTHS
    text = strip_broken_number(text) if is_cut else text
    found = numbers.find(text)
    own = numbers.normalize(row.code)
    readings = []
    if found is not None and own in ("", found.number):
        is_soft = found.is_soft and not own
        readings.append(_Reading(found.number, read_project_name(found.rest, is_cut=is_cut), is_soft))
    if not readings or readings[0].is_soft:
        readings.append(_Reading(own, read_project_name(text, is_cut=is_cut)))
    parent = frozenset(read_project_name(row.parent).words)
    return _Project(row.id, tuple(readings), _normal_street(row), parent)


def _normal_street(row: Candidate) -> str:
    return normal_name(f"{row.street} {row.zip}".strip()) if row.street else ""


class _Matcher:
    def __init__(self, lefts: Sequence[_Project], rights: Sequence[_Project], *, codes_first: bool) -> None:
        self._vocabulary = Vocabulary(
            (project.readings[0].name for project in lefts), (project.readings[0].name for project in rights)
        )
        self._left_numbers = Counter(number for project in lefts for number in _numbers(project))
        self._right_numbers = Counter(number for project in rights for number in _numbers(project))
        self._codes_first = codes_first
        self._shelf = _Shelf(rights)

    def pairs_of(self, left: _Project) -> Iterator[Scored]:
        for right in self._shelf.near(left):
            pair = self._judge(left, right)
            if pair.score >= LEAST_TO_SUGGEST:
                yield pair

    def _judge(self, left: _Project, right: _Project) -> Scored:
        judged = [
            self._judge_reading(left, right, ours, theirs) for ours in left.readings for theirs in right.readings
        ]
        return max(judged, key=lambda pair: (pair.score, pair.may_be_sure, pair.reason))

    def _judge_reading(self, left: _Project, right: _Project, ours: _Reading, theirs: _Reading) -> Scored:
        likeness = compare_projects(ours.name, theirs.name, self._vocabulary)
        if ours.number and ours.number == theirs.number and not (ours.is_soft and theirs.is_soft):
            return self._judge_number(left, right, ours, theirs, likeness)
        score = NAME_WEIGHS * likeness.score
        reasons = _name_words(likeness, ours, theirs)
        doubts = [*_doubts(likeness), *self._other_owner(ours, theirs)]
        is_sure = not doubts and not likeness.is_blank and _names_agree(likeness, ours, theirs, left, right)
        street, street_words = _compare_streets(left, right)
        score += street
        if ours.number and theirs.number and ours.number != theirs.number:
            score *= OTHER_NUMBER_LEAVES
            doubts, is_sure = ["Job numbers differ"], False
        is_sure = is_sure and street >= 0
        return Scored(left.id, right.id, score, is_sure, ". ".join([*reasons, *street_words, *doubts]))

    def _judge_number(
        self, left: _Project, right: _Project, ours: _Reading, theirs: _Reading, likeness: ProjectLikeness
    ) -> Scored:
        number = f"Job number {ours.number} agrees"
        is_own = self._left_numbers[ours.number] == 1 == self._right_numbers[ours.number]
        if self._codes_first and is_own:
            return Scored(left.id, right.id, CODE_DECIDES, True, number)
        least = LEAST_SOFT_FIT if ours.is_soft or theirs.is_soft else LEAST_FIT
        fits = likeness.is_blank or (likeness.score >= least and not likeness.parts_conflict)
        score = NUMBER_ADDS + NAME_WEIGHS_WITH_NUMBER * likeness.score
        if not fits:
            score -= 0.25
        words = ["No name to compare"] if likeness.is_blank else _name_words(likeness, ours, theirs)
        doubts = [] if fits else _doubts(likeness) or ["Names differ"]
        street, street_words = _compare_streets(left, right)
        return Scored(left.id, right.id, score + street, fits, ". ".join([number, *words, *street_words, *doubts]))

    def _other_owner(self, ours: _Reading, theirs: _Reading) -> list[str]:
        """A number that only one of them has, and that another row of the other side has too."""
        if ours.number and not theirs.number and self._right_numbers[ours.number]:
            return [f"Job number {ours.number} is another one's"]
        if theirs.number and not ours.number and self._left_numbers[theirs.number]:
            return [f"Job number {theirs.number} is another one's"]
        return []


def _numbers(project: _Project) -> set[str]:
    return {reading.number for reading in project.readings if reading.number and not reading.is_soft}


def _compare_streets(left: _Project, right: _Project) -> tuple[float, list[str]]:
    if not left.street or not right.street:
        return 0.0, []
    return (
        (SAME_STREET_ADDS, ["Same address"])
        if left.street == right.street
        else (-OTHER_STREET_COSTS, ["Addresses differ"])
    )


def _names_agree(likeness: ProjectLikeness, ours: _Reading, theirs: _Reading, left: _Project, right: _Project) -> bool:
    """Whether names without a number are one: nothing of importance is in one of them only."""
    if likeness.left.parts or likeness.right.parts:
        return False
    unexplained = [word for word in likeness.left.words if word not in right.parent]
    most = MOST_UNSEEN if theirs.name.is_cut else MOST_MISSING_LEFT
    if unexplained and likeness.left.share > most:
        return False
    other = [word for word in likeness.right.words if word not in left.parent]
    return not other or likeness.right.share <= MOST_MISSING_RIGHT


def _name_words(likeness: ProjectLikeness, ours: _Reading, theirs: _Reading) -> list[str]:
    if likeness.is_blank:
        return []
    if likeness.left.words and theirs.name.is_cut and not likeness.right.words:
        return ["Name cut short"]
    if not likeness.left.words and not likeness.right.words:
        return ["Same name" if ours.name.words == theirs.name.words else "Same name, other order or abbreviated"]
    return ["Names are close"]


def _doubts(likeness: ProjectLikeness) -> list[str]:
    doubts = []
    if likeness.parts_conflict:
        ours = " ".join(filter(None, (likeness.left.parts[0].word, likeness.left.parts[0].value)))
        theirs = " ".join(filter(None, (likeness.right.parts[0].word, likeness.right.parts[0].value)))
        doubts.append(f"One has {ours}, the other {theirs}")
    elif likeness.left.parts or likeness.right.parts:
        part = (likeness.left.parts or likeness.right.parts)[0]
        doubts.append(f"Only one has {' '.join(filter(None, (part.word, part.value)))}")
    return doubts


class _Shelf:
    """Rights by what they may share with a left: number, street, rare words and words in a row."""

    def __init__(self, rights: Sequence[_Project]) -> None:
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

    def near(self, left: _Project) -> list[_Project]:
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


def _clues(project: _Project) -> set[str]:
    """Words, parts, words in a row, and pairs of beginnings, which hold through cuts and most abbreviations."""
    clues: set[str] = set()
    for reading in project.readings:
        words, parts = reading.name.words, [part.value for part in reading.name.parts]
        clues.update(token for token in (*words, *parts) if len(token) > 1)
        clues.update(f"{one} {two}" for one, two in pairwise(words))
        starts = sorted({word[:CLUE_LETTERS] for word in (*words, *parts)})[:MOST_CLUE_WORDS]
        clues.update(f"{one}~{two}" for one, two in combinations(starts, 2))
    return clues
