"""Two names word by word: which are the same, which are the same but for spelling, and what is left over. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt
from typing import Literal

from rapidfuzz.distance import OSA

from mapping.matching.spellings import differs_in_letter, ends_otherwise
from mapping.matching.vocabulary import STATES, is_known
from mapping.matching.weights import WeighedName, Weights, Word

Change = Literal["spacing", "order", "typo", "short typo", "plural", "cut", "short form", "beginning", "initials"]

QUALITY: dict[Change, float] = {
    "spacing": 0.98,
    "plural": 0.97,
    "order": 0.92,
    "typo": 0.92,
    "short typo": 0.85,
    "cut": 0.9,
    "short form": 0.85,
    "beginning": 0.8,
    "initials": 0.8,
}
LEAST_TYPO, LEAST_LONG_TYPO = 5, 6
LEAST_TWO_TYPOS = 9
LEAST_KNOWN_TYPO = 7
LEAST_SHORT_FORM = 3
LEAST_GLUED = 8
REAL_WORD = 3
_VOWELS = frozenset("aeiouy")


@dataclass(slots=True)
class Alignment:
    """`score` is 0 to 1. `changes` are words that are the same but for spelling; the rest of each side is left over.

    `head` is the weight of the words both have that are neither trade nor filler, `kept` of those both spell alike.
    """

    score: float
    head: float
    kept: float = 0.0
    changes: list[tuple[Change, str, str]] = field(default_factory=list)
    left_over: list[Word] = field(default_factory=list)
    right_over: list[Word] = field(default_factory=list)


def could_be_alike(left: WeighedName, right: WeighedName, least: float) -> bool:
    """Whether `align` may come to `least` at all, seen without aligning: every change keeps a word's first letter."""
    if left.name.squashed == right.name.squashed:
        return True
    one = sum(word[3] for word in left.words if word[1] in right.stems or word[0][0] in right.letters)
    other = sum(word[3] for word in right.words if word[1] in left.stems or word[0][0] in left.letters)
    return _score(one, left.total, other, right.total) >= least


def align(left: WeighedName, right: WeighedName, weights: Weights) -> Alignment:
    if left.name.stems == right.name.stems:
        return Alignment(1.0, _head(left.words))
    if left.name.squashed == right.name.squashed:
        return Alignment(QUALITY["spacing"], max(_head(left.words), _head(right.words)), changes=[("spacing", "", "")])
    left_over, right_over, shared = _drop_equal(left, right)
    changes: list[tuple[Change, str, str]] = []
    kept = head = _head(shared)
    matched = _sum(shared)
    if not left_over and not right_over:
        return Alignment(QUALITY["order"], head, head, [("order", "", "")])
    if _may_be_changed(left_over, right_over):
        lost, gained = _match_changed(left, right, left_over, right_over, changes, weights)
        head += gained
        matched += lost
    score = _score(matched, matched + _sum(left_over), matched, matched + _sum(right_over))
    penalty = min((QUALITY[change] for change, _, _ in changes), default=1.0)
    return Alignment(score * penalty, head, kept, changes, left_over, right_over)


def _score(one: float, left_total: float, other: float, right_total: float) -> float:
    """How much of both names is covered; the name covered less counts more."""
    left, right = one / left_total, other / right_total
    return 0.6 * sqrt(left * right) + 0.4 * min(left, right)


def _sum(words: Iterable[Word]) -> float:
    return sum(word[3] for word in words)


def _head(words: Iterable[Word]) -> float:
    return sum(word[3] for word in words if word[2] in ("word", "number"))


def _drop_equal(left: WeighedName, right: WeighedName) -> tuple[list[Word], list[Word], list[Word]]:
    """What is left over of either, and the words both have."""
    common = left.stems & right.stems
    if len(common) == len(left.words) or not common:
        shared = [word for word in left.words if word[1] in common]
        over = [word for word in left.words if word[1] not in common]
        if len(left.stems) == len(left.words) and len(right.stems) == len(right.words):
            return over, [word for word in right.words if word[1] not in common], shared
    rest = list(right.words)
    stems = [word[1] for word in rest]
    shared, over = [], []
    for word in left.words:
        if word[1] in stems:
            position = stems.index(word[1])
            del stems[position], rest[position]
            shared.append(word)
        else:
            over.append(word)
    return over, rest, shared


def _may_be_changed(left_over: list[Word], right_over: list[Word]) -> bool:
    """Whatever is made of a word begins as it does."""
    if not left_over or not right_over:
        return False
    letters = {word[0][0] for word in left_over}
    return any(word[0][0] in letters for word in right_over)


def _match_changed(
    left: WeighedName,
    right: WeighedName,
    left_over: list[Word],
    right_over: list[Word],
    changes: list[tuple[Change, str, str]],
    weights: Weights,
) -> tuple[float, float]:
    """Move words that differ only in spelling from what is left over to `changes`. Weight and head they add."""
    change = _glued(left_over, right_over)
    if change:
        amount = max(_sum(left_over), _sum(right_over))
        changes.append((change, _spell(left_over), _spell(right_over)))
        left_over.clear()
        right_over.clear()
        return amount, amount
    weight, head = 0.0, 0.0
    for one_side, other_side in ((left_over, right_over), (right_over, left_over)):
        for words in _joined(one_side, other_side):
            changes.append(("spacing", _spell(words), _spell(words)))
            weight += _sum(words)
            head += _sum(words)
    last = (left.words[-1][0] if left.name.is_cut else "", right.words[-1][0] if right.name.is_cut else "")
    for word in list(left_over):
        for other in list(right_over):
            change = _change(word, other, last, weights)
            if change:
                left_over.remove(word)
                right_over.remove(other)
                changes.append((change, word[0], other[0]))
                weight += max(word[3], other[3])
                head += max(word[3], other[3]) if "word" in (word[2], other[2]) else 0.0
                break
    for one_side, other_side in ((left_over, right_over), (right_over, left_over)):
        for words in _spelled_out(one_side, other_side, changes):
            weight += _sum(words)
            head += _sum(words)
    return weight, head


def _glued(left_over: list[Word], right_over: list[Word]) -> Change | None:
    """All that is left over of either side, written as one word."""
    one, other = ("".join([word[0] for word in side]) for side in (left_over, right_over))
    if one == other:
        return "spacing"
    if len(left_over) == len(right_over) or min(len(one), len(other)) < LEAST_GLUED:
        return None
    if any(word[2] == "number" for word in (*left_over, *right_over)):
        return None
    return "typo" if OSA.distance(one, other, score_cutoff=1) <= 1 else None


def _spell(words: list[Word]) -> str:
    return " ".join([word[0] for word in words])


def _joined(one_side: list[Word], other_side: list[Word]) -> list[list[Word]]:
    """Takes out a word of one side and the two words of the other it is made of ("lawncare", "lawn care")."""
    found = []
    for word in list(one_side):
        for first, second in pairwise(other_side):
            if word[0] == first[0] + second[0]:
                one_side.remove(word)
                other_side.remove(first)
                other_side.remove(second)
                found.append([first, second])
                break
    return found


def _change(left: Word, right: Word, last: tuple[str, str], weights: Weights) -> Change | None:
    one, other = left[0], right[0]
    if one[0] != other[0] or left[2] == "number" or right[2] == "number":
        return None
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if long == short + "s" or long == short + "es":
        return "plural"
    # What a cut leaves of a word is seldom another whole one, as "South" of "Southeast" is.
    is_cut = short == last[0 if short == one else 1] and long.startswith(short)
    if is_cut and not is_known(short):
        return "cut"
    if len(short) >= LEAST_TYPO - 1 and len(long) >= LEAST_TYPO:
        typo = _typo(left, right, short, long, weights)
        if typo:
            return typo
    if not _is_short_form(short, long):
        return None
    return "short form" if is_known(long) or len(short) < LEAST_TYPO else "beginning"


def _typo(left: Word, right: Word, short: str, long: str, weights: Weights) -> Change | None:
    """A slip of the keyboard. Two words that other rows have too are two words ("Stone", "Store")."""
    if is_known(left[0]) and is_known(right[0]):
        return None
    most = 2 if len(short) >= LEAST_TWO_TYPOS else 1
    if OSA.distance(short, long, score_cutoff=most) > most:
        return None
    is_slip = len(short) >= LEAST_KNOWN_TYPO and is_known(left[0]) != is_known(right[0])
    if not is_slip and weights.is_common(left[1], REAL_WORD) and weights.is_common(right[1], REAL_WORD):
        return None
    if len(long) < LEAST_LONG_TYPO or (not is_slip and _is_other_spelling(short, long)):
        return "short typo"
    return "typo"


def _is_other_spelling(short: str, long: str) -> bool:
    """ "Hansen", "Hanson"; "Johnson", "Johnston"; "Clark", "Clarke": maybe two names rather than one mistyped."""
    if differs_in_letter(short, long) or ends_otherwise(short, long):
        return True
    return long.endswith("ston") and short.endswith("son")


def _is_short_form(short: str, long: str) -> bool:
    """ "assocs" of "associates", "equip" of "equipment", "mnt" of "maintenance": letters in order, few vowels."""
    if len(short) < LEAST_SHORT_FORM or len(short) >= len(long) or is_known(short):
        return False
    if long.startswith(short):
        return True
    bare = short.rstrip("s")
    if len(bare) >= LEAST_SHORT_FORM and long.startswith(bare):
        return True
    return is_known(long) and not _VOWELS & set(short[1:-1]) and _is_inside(short, long)


def _is_inside(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)


def _spelled_out(
    one_side: list[Word], other_side: list[Word], changes: list[tuple[Change, str, str]]
) -> list[list[Word]]:
    """Takes out a short word and the words it stands for: "TRC", "Right Cut Tree"; "J." and "James"; "NY"."""
    for word in one_side:
        for start in range(len(other_side)):
            change, size = _stands_for(word, other_side[start:])
            if change:
                words = other_side[start : start + size]
                one_side.remove(word)
                del other_side[start : start + size]
                changes.append((change, word[0], _spell(words)))
                return [words]
    return []


def _stands_for(word: Word, words: list[Word]) -> tuple[Change | None, int]:
    """How the words begin that the short one stands for, and how many these are."""
    full = STATES.get(word[0], "").split()
    if full and [other[0] for other in words[: len(full)]] == full:
        return "plural", len(full)
    size = len(word[0])
    if size == 1:
        is_one = word[2] == "initial" and words[0][0][0] == word[0] and words[0][2] == "word"
        return ("initials", 1) if is_one else (None, 0)
    if size <= len(words) and "".join([other[0][0] for other in words[:size]]) == word[0]:
        return "initials", size
    return None, 0
