"""How alike two cost codes' names are, word by word, and what is left over on either side. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Literal

from rapidfuzz.distance import OSA

from mapping.matching.trade_vocabulary import LOOKALIKES, WHOLE_WORDS
from mapping.matching.trade_words import is_generic, weigh

STEM, SHORTENED, TYPO = 0.95, 0.93, 0.9
# A mistyped word whose right spelling is found in both lists: enough inside a longer name, not as the whole of one.
TYPO_OF_COMMON_WORD = 0.88
# Below these lengths one letter makes another word of it: "wood", "wool".
SHORTEST_WITH_TYPO, SHORTEST_WITH_TWO = 5, 10
SHORTEST_ABBREVIATION = 3
LONGEST_SHARE_OF_WORD = 0.75
VOWELS = frozenset("aeiou")

Words = tuple[str, ...]
# "same": nothing is left over. "near": only words of scope are. "part": words of trade on one side only. "other": on
# both sides, or nothing is shared. "none": a side has no words.
Label = Literal["same", "near", "part", "other", "none"]


@dataclass(frozen=True, slots=True)
class NameLikeness:
    """`score` is 0 to 1. `is_strict`: no word had to be read as another word's typing error, short form or stem.

    `left_rest` and `right_rest` are the words of either side that found no partner.
    """

    score: float
    label: Label
    is_strict: bool = True
    left_rest: Words = ()
    right_rest: Words = ()


class WordBook:
    """The words of two lists, and which of one may stand for which of the other.

    A word found in both lists is spelled as it is meant: where both have both, "grating" is no mistyped "grading".
    """

    def __init__(self, lefts: Iterable[Words], rights: Iterable[Words]) -> None:
        self._left = frozenset(word for words in lefts for word in words)
        self._right = frozenset(word for words in rights for word in words)
        self._known: dict[tuple[str, str, bool], float] = {}

    def likeness(self, left: str, right: str, *, is_lenient: bool = False) -> float:
        """1 for one word, less for a stem, a short form or a typing error, else 0.

        `is_lenient` where something else speaks for the pair: then a word found in both lists may be mistyped too.
        """
        if left == right:
            return 1.0
        key = (left, right, is_lenient)
        if key not in self._known:
            self._known[key] = self._measure(left, right, is_lenient)
        return self._known[key]

    def relatives(self) -> dict[str, set[str]]:
        """For each left word the right words that may stand for it, found without comparing all with all."""
        shelf: dict[str, set[str]] = defaultdict(set)
        for word in self._right:
            for clue in _clues(word):
                shelf[clue].add(word)
        found: dict[str, set[str]] = {}
        for word in self._left:
            near = {other for clue in _clues(word) for other in shelf.get(clue, ())}
            found[word] = {other for other in near if other != word and self.likeness(word, other)}
        return found

    def _measure(self, left: str, right: str, is_lenient: bool) -> float:
        if left[0] != right[0] or not (left.isalpha() and right.isalpha()):
            return 0.0
        if _stem(left) == _stem(right):
            return STEM
        is_known = (left in self._right, right in self._left)
        if all(is_known) and not is_lenient:
            return 0.0
        if _is_short_for(left, right) or _is_short_for(right, left):
            return SHORTENED if is_lenient or not any(is_known) else 0.0
        if not is_mistyped(left, right):
            return 0.0
        return TYPO if is_lenient or not any(is_known) else TYPO_OF_COMMON_WORD


def compare_names(left: Words, right: Words, book: WordBook, *, is_lenient: bool = False) -> NameLikeness:
    """Pair off the words of two names; the same whichever way round the lists are held."""
    if not left or not right:
        return NameLikeness(0.0, "none")
    shared = set(left) & set(right)
    left_rest, right_rest = (
        [word for word in left if word not in shared],
        [word for word in right if word not in shared],
    )
    # In the order of the name: sums of fractions depend on it, and a set has none that lasts.
    left_found = sum(weigh(word) for word in left if word in shared)
    right_found = sum(weigh(word) for word in right if word in shared)
    is_strict = True
    for one, other, likeness in _pair_rest(left_rest, right_rest, book, is_lenient):
        left_found += likeness * sum(weigh(word) for word in one)
        right_found += likeness * sum(weigh(word) for word in other)
        left_rest = [word for word in left_rest if word not in one]
        right_rest = [word for word in right_rest if word not in other]
        is_strict = is_strict and likeness == 1.0
    left_share = left_found / sum(weigh(word) for word in left)
    right_share = right_found / sum(weigh(word) for word in right)
    score = 0.6 * sqrt(left_share * right_share) + 0.4 * min(left_share, right_share)
    label = _label(left, left_rest, right_rest)
    return NameLikeness(score, label, is_strict, tuple(left_rest), tuple(right_rest))


def _pair_rest(
    left: Sequence[str], right: Sequence[str], book: WordBook, is_lenient: bool
) -> list[tuple[Words, Words, float]]:
    pairs: list[tuple[Words, Words, float]] = []
    pairs += [(two, (joined,), 1.0) for two, joined in _find_joined(left, right)]
    pairs += [((joined,), two, 1.0) for two, joined in _find_joined(right, left)]
    used = {word for one, other, _ in pairs for word in (*one, *other)}
    ranked = sorted(
        ((book.likeness(one, other, is_lenient=is_lenient), one, other) for one in left for other in right),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    for likeness, one, other in ranked:
        if likeness and one not in used and other not in used:
            pairs.append(((one,), (other,), likeness))
            used |= {one, other}
    return pairs


def _find_joined(apart: Sequence[str], joined: Sequence[str]) -> list[tuple[Words, str]]:
    """Two neighbours on one side that are written as one word on the other: "flag pole", "flagpole"."""
    pairs = pairwise(apart)
    return [((one, other), one + other) for one, other in pairs if one + other in joined]


def _label(left: Words, left_rest: Sequence[str], right_rest: Sequence[str]) -> Label:
    if not left_rest and not right_rest:
        return "same"
    if len(left_rest) == len(left):
        return "other"
    left_plain, right_plain = is_generic(left_rest), is_generic(right_rest)
    if left_plain and right_plain:
        return "near" if not is_generic([word for word in left if word not in left_rest]) else "other"
    return "part" if left_plain or right_plain else "other"


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "al", "er"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _is_short_for(short: str, full: str) -> bool:
    """The beginning of a word, "prot", or its consonants in their order, "cncrt"."""
    if len(short) < SHORTEST_ABBREVIATION or short in WHOLE_WORDS or len(short) > LONGEST_SHARE_OF_WORD * len(full):
        return False
    if full.startswith(short):
        return True
    letters = iter(full)
    return short == _bones(short) and all(letter in letters for letter in short)


def _bones(word: str) -> str:
    """The first letter of a word and the consonants behind it."""
    return word[0] + "".join(letter for letter in word[1:] if letter not in VOWELS)


def is_mistyped(left: str, right: str) -> bool:
    """Whether one word may be the other with a letter wrong, missing, doubled or out of its place."""
    shorter = min(len(left), len(right))
    if shorter < SHORTEST_WITH_TYPO or frozenset({left, right}) in LOOKALIKES:
        return False
    allowed = 2 if shorter >= SHORTEST_WITH_TWO else 1
    return int(OSA.distance(left, right, score_cutoff=allowed)) <= allowed


def is_mistyped_name(left: str, right: str) -> bool:
    """Whether two normal names differ in one mistyped word only, before any word is read as another."""
    ours, theirs = left.split(), right.split()
    if len(ours) != len(theirs):
        return False
    odd = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
    return len(odd) == 1 and odd[0][0][0] == odd[0][1][0] and "".join(odd[0]).isalpha() and is_mistyped(*odd[0])


def _clues(word: str) -> set[str]:
    """Two words one letter apart share one of these; so do a word and its beginning, and two of one stem."""
    clues: set[str] = set()
    if len(word) >= SHORTEST_ABBREVIATION:
        clues |= {f"start {word[:SHORTEST_ABBREVIATION]}", f"bones {_bones(word)[:SHORTEST_ABBREVIATION]}"}
    if len(word) >= SHORTEST_WITH_TYPO:
        clues |= {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}
    return clues
