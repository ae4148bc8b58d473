"""Procore's projects and QuickBooks' sub-customers and projects: which is which. Pure.

The firm's own job number decides: equal with a name that fits is sure, unequal never is. Where a number is missing
the whole name must agree, with no number, phase or wing to the contrary and nothing else that fits as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set

from mapping.matching.assign import Scored, choose
from mapping.matching.project_likeness import ProjectLikeness, Vocabulary, compare_projects
from mapping.matching.project_numbers import may_go_on
from mapping.matching.project_rows import Project, Reading, read_projects
from mapping.matching.project_shelf import ProjectShelf
from mapping.matching.records import MOST_SUGGESTED, Candidate, Suggestion

MARGIN = 0.05
LEAST_TO_SUGGEST = 0.22
CODE_DECIDES = 2.0
NUMBER_ADDS, NAME_WEIGHS_WITH_NUMBER = 0.80, 0.20
NAME_WEIGHS = 0.88
OTHER_NUMBER_LEAVES = 0.45
SAME_STREET_ADDS, OTHER_STREET_COSTS = 0.06, 0.08
# With an equal number, so much of the name must agree.
LEAST_FIT, LEAST_SOFT_FIT = 0.34, 0.60
# Without one, so little of the left name may be missing in the right, or be beyond its cut; of the right nothing.
MOST_MISSING, MOST_UNSEEN = 0.15, 0.25
OTHER_NAME_COSTS = 0.25
MOST_NAMED = 2


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
    left_side, right_side = read_projects(lefts, rights)
    matcher = _Matcher(left_side, right_side, codes_first=codes_first)
    pairs = [pair for left in left_side for pair in matcher.pairs_of(left)]
    return choose(pairs, margin=MARGIN, taken=taken, rejected=rejected, shares_right=shares_right, limit=limit)


class _Matcher:
    def __init__(self, lefts: Sequence[Project], rights: Sequence[Project], *, codes_first: bool) -> None:
        self._vocabulary = Vocabulary(
            (project.readings[0].name for project in lefts), (project.readings[0].name for project in rights)
        )
        self._left_numbers = Counter(number for project in lefts for number in project.numbers)
        self._right_numbers = Counter(number for project in rights for number in project.numbers)
        self._left_codes = Counter(number for project in lefts for number in project.possible_numbers)
        self._right_codes = Counter(number for project in rights for number in project.possible_numbers)
        self._codes_first = codes_first
        self._shelf = ProjectShelf(rights)

    def pairs_of(self, left: Project) -> Iterator[Scored]:
        for right in self._shelf.near(left):
            pair = self._judge(left, right)
            if pair.score >= LEAST_TO_SUGGEST:
                yield pair

    def _judge(self, left: Project, right: Project) -> Scored:
        judged = [
            self._judge_reading(left, right, ours, theirs) for ours in left.readings for theirs in right.readings
        ]
        return max(judged, key=lambda pair: (pair.score, pair.may_be_sure, pair.reason))

    def _judge_reading(self, left: Project, right: Project, ours: Reading, theirs: Reading) -> Scored:
        likeness = self._compare(left, right, ours, theirs)
        if ours.number and ours.number == theirs.number and not (ours.is_soft and theirs.is_soft):
            return self._judge_number(left, right, ours, theirs, likeness)
        score = NAME_WEIGHS * likeness.score
        reasons = _name_words(likeness, ours, theirs)
        doubts = [*_doubts(likeness), *self._other_owner(ours, theirs)]
        is_sure = not doubts and not likeness.is_blank and _names_agree(likeness, theirs)
        street, street_words = _compare_streets(left, right)
        score += street
        if _numbers_differ(ours, theirs, right.remnant):
            score *= OTHER_NUMBER_LEAVES
            doubts, is_sure = ["Job numbers differ"], False
        is_sure = is_sure and street >= 0
        return Scored(left.id, right.id, score, is_sure, ". ".join([*reasons, *street_words, *doubts]))

    def _compare(self, left: Project, right: Project, ours: Reading, theirs: Reading) -> ProjectLikeness:
        """The likeness of the names, without what one of them repeats of the customer above the other."""
        likeness = compare_projects(ours.name, theirs.name, self._vocabulary)
        our_extra = right.parent.intersection(likeness.left.words)
        their_extra = left.parent.intersection(likeness.right.words)
        if not our_extra and not their_extra:
            return likeness
        return compare_projects(ours.name.without(our_extra), theirs.name.without(their_extra), self._vocabulary)

    def _judge_number(
        self, left: Project, right: Project, ours: Reading, theirs: Reading, likeness: ProjectLikeness
    ) -> Scored:
        number = f"Job number {ours.shown} agrees"
        is_own = self._left_codes[ours.number] == 1 == self._right_codes[ours.number]
        if self._codes_first and is_own:
            return Scored(left.id, right.id, CODE_DECIDES, True, number)
        least = LEAST_SOFT_FIT if ours.is_soft or theirs.is_soft else LEAST_FIT
        fits = likeness.is_blank or (likeness.score >= least and not likeness.parts_conflict)
        score = NUMBER_ADDS + NAME_WEIGHS_WITH_NUMBER * likeness.score
        score -= 0 if fits else OTHER_NAME_COSTS
        words = ["No name to compare"] if likeness.is_blank else _name_words(likeness, ours, theirs)
        doubts = [] if fits else _doubts(likeness) or ["Names differ"]
        street, street_words = _compare_streets(left, right)
        return Scored(left.id, right.id, score + street, fits, ". ".join([number, *words, *street_words, *doubts]))

    def _other_owner(self, ours: Reading, theirs: Reading) -> list[str]:
        """A number that only one of them has, and that another row of the other side has too."""
        if ours.number and not theirs.number and self._right_numbers[ours.number]:
            return [f"Job number {ours.shown} is another one's"]
        if theirs.number and not ours.number and self._left_numbers[theirs.number]:
            return [f"Job number {theirs.shown} is another one's"]
        return []


def _numbers_differ(ours: Reading, theirs: Reading, remnant: str) -> bool:
    if ours.number and theirs.number and ours.number != theirs.number:
        return True
    return bool(remnant and ours.number) and not may_go_on(remnant, ours.shown)


def _compare_streets(left: Project, right: Project) -> tuple[float, list[str]]:
    if not left.street or not right.street:
        return 0.0, []
    if left.street == right.street:
        return SAME_STREET_ADDS, ["Same address"]
    return -OTHER_STREET_COSTS, ["Addresses differ"]


def _names_agree(likeness: ProjectLikeness, theirs: Reading) -> bool:
    """Whether names without a number are one: nothing of importance is in one of them only."""
    if likeness.left.parts or likeness.right.parts or likeness.right.words:
        return False
    missing, remnant = likeness.left.words, theirs.name.remnant
    if missing and remnant and all(word[0] != remnant[0] for word in missing):
        # What the cut took began with another letter.
        return False
    is_unseen = theirs.name.cut_at and not likeness.skips_inside
    return likeness.left.share <= (MOST_UNSEEN if is_unseen else MOST_MISSING)


def _name_words(likeness: ProjectLikeness, ours: Reading, theirs: Reading) -> list[str]:
    if likeness.is_blank:
        return []
    if likeness.left.words and theirs.name.cut_at and not likeness.right.words:
        return [f"Name cut at {theirs.name.cut_at} characters"]
    if not likeness.left.words and not likeness.right.words:
        return ["Same name" if ours.name.words == theirs.name.words else "Same name, other order or abbreviated"]
    missing = (*likeness.right.words, *likeness.left.words)[:MOST_NAMED]
    return [f"Names are close, only one has {' and '.join(missing)}"]


def _doubts(likeness: ProjectLikeness) -> list[str]:
    ours, theirs = likeness.left.parts, likeness.right.parts
    if ours and theirs:
        return [f"One has {ours[0].shown}, the other {theirs[0].shown}"]
    if likeness.other_spelling and not (ours or theirs):
        return ["“{}” and “{}” may be two names".format(*likeness.other_spelling)]
    return [f"Only one has {part.shown}" for part in (ours or theirs)[:1]]
