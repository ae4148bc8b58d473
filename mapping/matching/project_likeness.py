"""How alike two projects' names are, whatever their order, cuts and abbreviations, and what is left over. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import OSA

from mapping.matching.project_names import Part, ProjectName, is_short_direction
from mapping.matching.spellings import differs_in_letter, ends_otherwise

SHORTEST_TYPO = 5
SHORTEST_STEM = 4
# What is shorter is an abbreviation though a list spells the word out elsewhere.
SHORTEST_OWN = 5
OWN_WORD, OWN_SHARE = 2, 0.05
EQUAL, ABBREVIATED, SLIPPED = 1.0, 0.95, 0.9
# A number, phase or wing says more than a word does.
PART_WEIGHS = 1.0
LEAST_WEIGHT = 0.15
UNSEEN_COUNTS = 0.35
_VOWELS = frozenset("aeiouy")
# With one of these a word is another name: Smith and Smithson, North and Northgate.
_NAME_ENDINGS = frozenset(
    {
        "son", "sen", "man", "ton", "gate", "side", "land", "field", "wood", "view", "mont", "ville", "burg", "ford",
        "worth", "dale", "brook", "stone", "berg", "stein",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leftover:
    """What one side has and the other lacks: words with their share of that side's weight, and parts."""

    words: tuple[str, ...]
    parts: tuple[Part, ...]
    share: float


@dataclass(frozen=True, slots=True)
class ProjectLikeness:
    """`score` 0 to 1. `is_blank`: one side has no name to compare.

    `other_spelling`: two words taken for one that may be two names. `skips_inside`: the right leaves out a word
    between two others of the left, where no cut can have taken it.
    """

    score: float
    left: Leftover
    right: Leftover
    is_blank: bool = False
    other_spelling: tuple[str, str] | None = None
    skips_inside: bool = False

    @property
    def parts_conflict(self) -> bool:
        """Each has a number, phase or wing that the other lacks."""
        return bool(self.left.parts and self.right.parts)


class Vocabulary:
    """The words of both lists: how much each tells, and which are words of their own."""

    def __init__(self, lefts: Iterable[ProjectName], rights: Iterable[ProjectName]) -> None:
        self._sides = (Counter[str](), Counter[str]())
        total = 0
        for counts, names in zip(self._sides, (lefts, rights), strict=True):
            for name in names:
                counts.update(set(name.words))
                total += 1
        self._scale = math.log(2 + total)

    def weigh(self, word: str) -> float:
        """From how few names hold it, 0 to 1."""
        if len(word) < 2:
            return LEAST_WEIGHT
        count = sum(counts[word] for counts in self._sides)
        return max(LEAST_WEIGHT, 1 - math.log(1 + count) / self._scale)

    def are_apart(self, ours: str, theirs: str) -> bool:
        """Whether both lists use both, and neither seldom: "Green" and "Greene" are then no slip or abbreviation."""
        pairs = (sorted((counts[ours], counts[theirs])) for counts in self._sides)
        return all(rare >= max(OWN_WORD, OWN_SHARE * usual) for rare, usual in pairs)


def compare_projects(left: ProjectName, right: ProjectName, vocabulary: Vocabulary) -> ProjectLikeness:
    pairs = _pair_words(left, right, vocabulary)
    left_parts, right_parts = _pair_parts(left, right)
    our_words, their_words = {place: worth for place, _, worth in pairs}, {place: worth for _, place, worth in pairs}
    _pair_directions(left.words, our_words, right_parts)
    _pair_directions(right.words, their_words, left_parts)
    ours = _cover(left, our_words, left_parts, vocabulary, is_seen=not right.cut_at)
    theirs = _cover(right, their_words, right_parts, vocabulary, is_seen=not left.cut_at)
    (our_share, our_rest), (their_share, their_rest) = ours, theirs
    is_blank = not (left.words or left.parts) or not (right.words or right.parts)
    score = 0.5 if is_blank else 0.5 * math.sqrt(our_share * their_share) + 0.5 * min(our_share, their_share)
    spelled = ((left.words[place], right.words[at]) for place, at, worth in pairs if worth == SLIPPED)
    other_spelling = next((words for words in spelled if _may_be_two_names(*words)), None)
    return ProjectLikeness(score, our_rest, their_rest, is_blank, other_spelling, _skips_inside(pairs))


def _skips_inside(pairs: Sequence[tuple[int, int, float]]) -> bool:
    at = {place: other for place, other, _ in pairs}
    return any(later - place > 1 and at[later] - at[place] == 1 for place, later in pairwise(sorted(at)))


def _may_be_two_names(ours: str, theirs: str) -> bool:
    """ "Olsen Residence" and "Olson Residence": without a number, nothing tells them from one mistyped."""
    return differs_in_letter(ours, theirs) or ends_otherwise(ours, theirs)


def _cover(
    name: ProjectName,
    matched: Mapping[int, float],
    lone_parts: Sequence[Part],
    vocabulary: Vocabulary,
    *,
    is_seen: bool,
) -> tuple[float, Leftover]:
    """The share of a name's weight that the other has, and what it lacks. Unseen words, cut off there, count less."""
    total = found = lost = 0.0
    rest = []
    for place, word in enumerate(name.words):
        weight = vocabulary.weigh(word)
        worth = matched.get(place)
        if worth is None:
            rest.append(word)
            lost += weight
            total += weight if is_seen else weight * UNSEEN_COUNTS
        else:
            found += weight * worth
            total += weight
    total += PART_WEIGHS * len(name.parts)
    found += PART_WEIGHS * (len(name.parts) - len(lone_parts))
    whole = found + lost + PART_WEIGHS * len(lone_parts)
    share = (lost + PART_WEIGHS * len(lone_parts)) / whole if whole else 0.0
    return (found / total if total else 1.0), Leftover(tuple(rest), tuple(lone_parts), share)


def _pair_parts(left: ProjectName, right: ProjectName) -> tuple[list[Part], list[Part]]:
    """The parts of each side that the other lacks. One that a cut went through lacks nothing if it may go on."""
    theirs = list(right.parts)
    lone = []
    for part in left.parts:
        fit = next((other for other in theirs if part.fits(other)), None)
        if fit is None:
            lone.append(part)
        else:
            theirs.remove(fit)
    ours = [part for part in lone if not _goes_on(part, left.broken, theirs)]
    return ours, [part for part in theirs if not _goes_on(part, right.broken, lone)]


def _pair_directions(words: Sequence[str], matched: dict[int, float], lone_parts: list[Part]) -> None:
    """Take the lone words and the other side's lone parts that are one direction as paired."""
    for place, word in enumerate(words):
        part = (
            None if place in matched else next((part for part in lone_parts if is_short_direction(word, part)), None)
        )
        if part is not None:
            matched[place] = EQUAL
            lone_parts.remove(part)


def _goes_on(part: Part, broken: Part | None, others: Iterable[Part]) -> bool:
    return part == broken and any(other.word == part.word and other.value.startswith(part.value) for other in others)


def _pair_words(left: ProjectName, right: ProjectName, vocabulary: Vocabulary) -> list[tuple[int, int, float]]:
    """(place left, place right, worth) of words that are one, each used once: equal ones first."""
    pairs: list[tuple[int, int, float]] = []
    open_left, open_right = list(range(len(left.words))), list(range(len(right.words)))
    for place in list(open_left):
        other = next((at for at in open_right if right.words[at] == left.words[place]), None)
        if other is not None:
            pairs.append((place, other, EQUAL))
            open_left.remove(place)
            open_right.remove(other)
    if open_left and open_right:
        _pair_near(left, right, open_left, open_right, pairs, vocabulary)
        _pair_runs(left.words, right.words, open_left, open_right, pairs)
        turned: list[tuple[int, int, float]] = []
        _pair_runs(right.words, left.words, open_right, open_left, turned)
        pairs += [(ours, theirs, worth) for theirs, ours, worth in turned]
    return pairs


def _pair_near(
    left: ProjectName,
    right: ProjectName,
    open_left: list[int],
    open_right: list[int],
    pairs: list[tuple[int, int, float]],
    vocabulary: Vocabulary,
) -> None:
    near = []
    for place in open_left:
        for other in open_right:
            worth = _worth(left.words[place], right.words[other], vocabulary)
            if not worth and right.cut_at and other == len(right.words) - 1:
                worth = ABBREVIATED if left.words[place].startswith(right.words[other]) else 0.0
            if worth:
                near.append((-worth, place, other))
    for worth, place, other in sorted(near):
        if place in open_left and other in open_right:
            pairs.append((place, other, -worth))
            open_left.remove(place)
            open_right.remove(other)


def _worth(ours: str, theirs: str, vocabulary: Vocabulary) -> float:
    """How surely two unequal words are one: abbreviated, in another form, or with a slip; 0 where they are not."""
    if ours[0] != theirs[0]:
        return 0.0
    short, long = sorted((ours, theirs), key=len)
    if _is_same_stem(short, long):
        return ABBREVIATED
    if len(short) >= SHORTEST_OWN and vocabulary.are_apart(short, long):
        return 0.0
    if long.startswith(short) and long[len(short) :] in _NAME_ENDINGS:
        return 0.0
    if 2 <= len(short) < len(long) and _is_abbreviation(short, long):
        return ABBREVIATED
    if len(short) >= SHORTEST_TYPO and OSA.distance(ours, theirs, score_cutoff=1) == 1:
        return SLIPPED
    return 0.0


def _is_abbreviation(short: str, long: str) -> bool:
    """The letters of the short word in their order: "clsrm" of "classroom", "conv" of "conversion".

    Nothing is short for initials: "WTP" is no "WWTP".
    """
    letters = iter(long)
    return not _VOWELS.isdisjoint(long) and all(letter in letters for letter in short)


def _is_same_stem(short: str, long: str) -> bool:
    """ "Lights" and "lighting", "upgraded" and "upgrades"."""
    stem = 0
    for ours, theirs in zip(short, long, strict=False):
        if ours != theirs:
            break
        stem += 1
    endings = {"", "s", "es", "ed", "ing", "er", "e", "ion", "ions", "al", "ment", "y", "ies"}
    return stem >= SHORTEST_STEM and short[stem:] in endings and long[stem:] in endings


def _pair_runs(
    words: Sequence[str],
    others: Sequence[str],
    open_words: list[int],
    open_others: list[int],
    pairs: list[tuple[int, int, float]],
) -> None:
    """Words in a row that are one word there: "High School" is "HS", "play ground" is "playground"."""
    for other in list(open_others):
        target = others[other]
        for size in (2, 3, 4):
            run = next((run for run in _runs(open_words, size) if _spells(target, [words[at] for at in run])), None)
            if run:
                pairs += [(place, other, ABBREVIATED) for place in run]
                open_others.remove(other)
                for place in run:
                    open_words.remove(place)
                break


def _runs(places: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    for start in range(len(places) - size + 1):
        run = places[start : start + size]
        if run[-1] - run[0] == size - 1:
            yield run


def _spells(word: str, run: Sequence[str]) -> bool:
    return word == "".join(part[0] for part in run) or word == "".join(run)
