"""Two names word by word: which are the same, which are the same but for spelling, and what is left over. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt
from typing import Literal

from rapidfuzz.distance import OSA

from mapping.matching.names import Name
from mapping.matching.vocabulary import STATES, Sort, is_known
from mapping.matching.weights import Weights

Change = Literal["spacing", "typo", "short typo", "plural", "cut", "short form", "initials"]
Word = tuple[str, str, Sort]

QUALITY: dict[Change, float] = {
    "spacing": 0.98,
    "plural": 0.97,
    "typo": 0.92,
    "short typo": 0.85,
    "cut": 0.9,
    "short form": 0.85,
    "initials": 0.8,
}
LEAST_TYPO, LEAST_LONG_TYPO = 5, 6
LEAST_TWO_TYPOS = 9
LEAST_KNOWN_TYPO = 7
LEAST_SHORT_FORM = 3
REAL_WORD = 3
_VOWELS = frozenset("aeiou")


@dataclass(slots=True)
class Alignment:
    """`score` is 0 to 1. `changes` are words that are the same but for spelling; the rest of each side is left over.

    `head` is the weight of the words both have that are neither trade nor filler.
    """

    score: float
    head: float
    changes: list[tuple[Change, str, str]] = field(default_factory=list)
    left_over: list[Word] = field(default_factory=list)
    right_over: list[Word] = field(default_factory=list)


def align(left: Name, right: Name, weights: Weights) -> Alignment:
    if left.stems == right.stems:
        return Alignment(1.0, _head(zip(left.stems, left.sorts, strict=True), weights))
    if left.squashed == right.squashed:
        head = max(_head(zip(name.stems, name.sorts, strict=True), weights) for name in (left, right))
        return Alignment(QUALITY["spacing"], head, [("spacing", "", "")])
    left_over, right_over, shared = _drop_equal(left, right)
    changes: list[tuple[Change, str, str]] = []
    head = _head(((stem, sort) for _, stem, sort in shared), weights)
    matched = sum(weights.of(stem, sort) for _, stem, sort in shared)
    if left_over and right_over:
        lost, gained = _match_changed(left, right, left_over, right_over, changes, weights)
        head += gained
        matched += lost
    total_left = matched + sum(weights.of(stem, sort) for _, stem, sort in left_over)
    total_right = matched + sum(weights.of(stem, sort) for _, stem, sort in right_over)
    penalty = min((QUALITY[change] for change, _, _ in changes), default=1.0)
    share_left = matched / total_left if total_left else 0.0
    share_right = matched / total_right if total_right else 0.0
    score = 0.6 * sqrt(share_left * share_right) + 0.4 * min(share_left, share_right)
    return Alignment(score * penalty, head, changes, left_over, right_over)


def _head(words: Iterable[tuple[str, Sort]], weights: Weights) -> float:
    return sum(weights.of(stem, sort) for stem, sort in words if sort in ("word", "number"))


def _drop_equal(left: Name, right: Name) -> tuple[list[Word], list[Word], list[Word]]:
    left_words = list(zip(left.words, left.stems, left.sorts, strict=True))
    right_words = list(zip(right.words, right.stems, right.sorts, strict=True))
    shared = []
    rest = list(right_words)
    over = []
    for word in left_words:
        found = next((other for other in rest if other[1] == word[1]), None)
        if found is None:
            over.append(word)
        else:
            rest.remove(found)
            shared.append(word)
    return over, rest, shared


def _match_changed(
    left: Name,
    right: Name,
    left_over: list[Word],
    right_over: list[Word],
    changes: list[tuple[Change, str, str]],
    weights: Weights,
) -> tuple[float, float]:
    """Move pairs that differ only in spelling from what is left over to `changes`. Weight and head they add."""
    weight, head = 0.0, 0.0
    if _glue(left_over) == _glue(right_over):
        amount = max(sum(weights.of(w[1], w[2]) for w in left_over), sum(weights.of(w[1], w[2]) for w in right_over))
        changes.append(("spacing", _spell(left_over), _spell(right_over)))
        left_over.clear()
        right_over.clear()
        return amount, amount
    for one_side, other_side in ((left_over, right_over), (right_over, left_over)):
        for words in _joined(one_side, other_side):
            amount = sum(weights.of(w[1], w[2]) for w in words)
            changes.append(("spacing", _spell(words), _spell(words)))
            weight += amount
            head += amount
    last = (left.words[-1] if left.is_cut else "", right.words[-1] if right.is_cut else "")
    for word in list(left_over):
        for other in list(right_over):
            change = _change(word, other, last, weights)
            if change:
                left_over.remove(word)
                right_over.remove(other)
                changes.append((change, word[0], other[0]))
                amount = max(weights.of(word[1], word[2]), weights.of(other[1], other[2]))
                weight += amount
                head += amount if "word" in (word[2], other[2]) else 0.0
                break
    for one_side, other_side in ((left_over, right_over), (right_over, left_over)):
        amount = _match_initials(one_side, other_side, changes, weights)
        weight += amount
        head += amount
    return weight, head


def _glue(words: list[Word]) -> str:
    return "".join(word for word, _, _ in words)


def _spell(words: list[Word]) -> str:
    return " ".join(word for word, _, _ in words)


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
    if (last[0] == one and other.startswith(one)) or (last[1] == other and one.startswith(other)):
        return "cut"
    if len(short) >= LEAST_TYPO - 1 and len(long) >= LEAST_TYPO:
        typo = _typo(left, right, short, long, weights)
        if typo:
            return typo
    return "short form" if _is_short_form(short, long) else None


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
    return "typo" if len(long) >= LEAST_LONG_TYPO else "short typo"


def _is_short_form(short: str, long: str) -> bool:
    """ "assocs" of "associates", "equip" of "equipment", "mnt" of "maintenance": letters in order, few vowels."""
    if len(short) < LEAST_SHORT_FORM or len(short) >= len(long) or is_known(short):
        return False
    if long.startswith(short):
        return True
    bare = short.rstrip("s")
    if len(bare) >= LEAST_SHORT_FORM and long.startswith(bare):
        return True
    return is_known(long) and not _VOWELS & set(short[1:]) and _is_inside(short, long)


def _is_inside(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)


def _match_initials(
    one_side: list[Word], other_side: list[Word], changes: list[tuple[Change, str, str]], weights: Weights
) -> float:
    """ "TRC" and "The Right Cut"; "J.G. Leprino" and "James G. Leprino"."""
    for word in one_side:
        size = len(word[0])
        full = STATES.get(word[0], "").split()
        if full and [other[0] for other in other_side] == full:
            changes.append(("plural", word[0], " ".join(full)))
            amount = sum(weights.of(other[1], other[2]) for other in other_side)
            one_side.remove(word)
            other_side.clear()
            return amount
        for start in range(len(other_side) - size + 1):
            others = other_side[start : start + size]
            if size > 1 and "".join(other[0][0] for other in others) == word[0]:
                one_side.remove(word)
                del other_side[start : start + size]
                changes.append(("initials", word[0], _spell(others)))
                return sum(weights.of(other[1], other[2]) for other in others)
        if size == 1 and word[2] == "initial":
            found = next((other for other in other_side if other[0][0] == word[0] and other[2] == "word"), None)
            if found:
                one_side.remove(word)
                other_side.remove(found)
                changes.append(("initials", word[0], found[0]))
                return weights.of(found[1], found[2])
    return 0.0
