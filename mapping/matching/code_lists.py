"""Two lists of codes seen together: how they number, whether they number alike, and which rows are worth comparing.

Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest
from itertools import pairwise

from mapping.matching.code_names import WordBook, Words
from mapping.matching.code_rows import CodeRow
from mapping.matching.code_texts import DIVISION_WIDTH, Shape, account_keys, code_keys, learn_shape
from mapping.matching.trade_vocabulary import LATER_DIVISIONS
from mapping.matching.trade_words import is_generic, weigh

# Names found once on each side tell whether the lists number alike: this many of them, and this share of equal codes.
LEAST_ANCHORS = 5
SHARE_OF_EQUAL_CODES = 0.65
# Of few names a chance row or two weighs too much: these count as equal on top.
EQUAL_IN_DOUBT = 3
SHARE_IN_KIN_DIVISIONS = 0.7
# A word so many rows hold finds too many to compare; the others find the row.
COMMON_WORD = 150
MOST_COMPARED = 8


@dataclass(frozen=True, slots=True)
class Anchor:
    """A name that stands once on each side."""

    left: CodeRow
    right: CodeRow


class CodeLists:
    """What is learnt from both lists before any two rows are compared."""

    def __init__(self, lefts: Sequence[CodeRow], rights: Sequence[CodeRow]) -> None:
        items = [row for row in rights if not row.group] or rights
        shape = learn_shape([row.code for row in lefts], [row.code for row in items])
        self.lefts = [_place(row, shape) for row in lefts]
        self.rights = [_place(row, shape) for row in rights]
        self.book = WordBook((row.words for row in lefts), (row.words for row in rights))
        self._anchors = _find_anchors(self.lefts, self.rights)
        self._left_names = {_name_key(row)[0] for row in lefts}
        self._right_names = {(_name_key(row)[0], row.group) for row in rights}
        self._alike = {group: self._numbers_alike(group) for group in ("", "Account")}
        self._votes = self._count_divisions()
        self._divisions_tell = self._ask_divisions()

    def number_alike(self, group: str) -> bool:
        """Whether an equal code means the same work in both lists, so that another code means another work."""
        return self._alike[group]

    def divisions_fit(self, left: CodeRow, right: CodeRow) -> bool | None:
        """Whether both stand in the same part of their lists; None when one does not say where it stands."""
        if left.division_words and left.division_words == right.division_words:
            return True
        ours, theirs = left.division, right.division
        if not ours or not theirs or not self._divisions_tell:
            return None
        return _are_kin(ours, theirs) or self._votes[ours, theirs] > 1

    def is_named_elsewhere(self, left: CodeRow, right: CodeRow) -> bool:
        """Whether one of two rows whose names differ has the name of a third row in the other's list, of any type."""
        ours, theirs = _name_key(left)[0], _name_key(right)[0]
        return ours != theirs and (theirs in self._left_names or (ours, right.group) in self._right_names)

    def _numbers_alike(self, group: str) -> bool:
        """Cost codes are taken to number alike until names say otherwise, accounts the other way round."""
        coded = [
            anchor
            for anchor in self._anchors
            if anchor.right.group == group and anchor.left.keys and anchor.right.keys
        ]
        equal = sum(
            has_equal_code(anchor.left, anchor.right) or holds_code(anchor.left, anchor.right) for anchor in coded
        )
        if len(coded) < LEAST_ANCHORS:
            return not group
        return equal + EQUAL_IN_DOUBT >= SHARE_OF_EQUAL_CODES * (len(coded) + EQUAL_IN_DOUBT)

    def _count_divisions(self) -> Counter[tuple[str, str]]:
        """How often work of a left division stands in a right one."""
        divisions = ((anchor.left.division, anchor.right.division) for anchor in self._anchors)
        return Counter(pair for pair in divisions if all(pair))

    def _ask_divisions(self) -> bool:
        """Whether most work stands in the division it came from. Numbers that just run on say nothing."""
        kin = sum(count for pair, count in self._votes.items() if _are_kin(*pair))
        return kin >= SHARE_IN_KIN_DIVISIONS * self._votes.total()


def _are_kin(ours: str, theirs: str) -> bool:
    """One division by number, or by MasterFormat's move of 2004."""
    return ours == theirs or theirs in LATER_DIVISIONS.get(ours, ()) or ours in LATER_DIVISIONS.get(theirs, ())


def has_equal_code(left: CodeRow, right: CodeRow) -> bool:
    ours, theirs = left.keys, right.keys
    return bool(ours and theirs) and (ours[0] in theirs or theirs[0] in ours)


def holds_code(left: CodeRow, right: CodeRow) -> bool:
    """Whether an account's number is the cost code behind the digits of its range."""
    return bool(left.keys) and left.keys[0] in right.inside


class CodeShelf:
    """The rights by code and by word, for finding those worth comparing with a left."""

    def __init__(self, lists: CodeLists) -> None:
        self._lists = lists
        # A word of a short name says more about it than one of a long name.
        self._shares = [1 / (1 + 0.1 * len(row.words)) for row in lists.rights]
        self._relatives = lists.book.relatives()
        self._by_key: dict[str, set[int]] = defaultdict(set)
        self._by_name: dict[tuple[Words, str], set[int]] = defaultdict(set)
        self._by_word: dict[str, set[int]] = defaultdict(set)
        for index, row in enumerate(lists.rights):
            for key in (*row.keys, *row.inside):
                self._by_key[key].add(index)
            if row.words:
                self._by_name[_name_key(row)].add(index)
            for word in _handles(row.words):
                self._by_word[word].add(index)

    def nearest(self, left: CodeRow) -> list[CodeRow]:
        """Rights with the left's code, its name or its division's, and the few others that share most of its words."""
        found = set(self._by_name.get(_name_key(left), ()))
        found |= self._by_name.get((tuple(sorted(left.division_words)), ""), set())
        for key in left.keys:
            found |= self._by_key.get(key, set())
        shared: dict[int, float] = defaultdict(float)
        for word in _handles(left.words):
            weight = weigh(word)
            for index in self._holders(word):
                shared[index] += weight * self._shares[index]
        nearest = nsmallest(MOST_COMPARED, ((-share, index) for index, share in shared.items()))
        found.update(index for _, index in nearest)
        return [self._lists.rights[index] for index in sorted(found)]

    def _holders(self, word: str) -> Iterable[int]:
        holders: set[int] = set(self._by_word.get(word, ()))
        for relative in self._relatives.get(word, ()):
            holders |= self._by_word[relative]
        return holders if len(holders) <= COMMON_WORD else ()


def _place(row: CodeRow, shape: Shape) -> CodeRow:
    """With its code read as the lists write codes. An account's number means a range of the books, not a division."""
    keys = code_keys(row.code, shape)
    division = "" if row.group else _find_division(row, keys)
    inside = account_keys(row.code, shape) if row.group else ()
    return replace(row, keys=keys, division=division, inside=inside)


def _find_division(row: CodeRow, keys: Sequence[str]) -> str:
    if row.division:
        return row.division.zfill(DIVISION_WIDTH)[:DIVISION_WIDTH]
    return keys[0][:DIVISION_WIDTH] if keys and row.code.is_digits else ""


def _handles(words: Words) -> list[str]:
    return [*words, *(one + other for one, other in pairwise(words))]


def _find_anchors(lefts: Sequence[CodeRow], rights: Sequence[CodeRow]) -> list[Anchor]:
    left_counts = Counter(_name_key(row) for row in lefts)
    right_counts = Counter((_name_key(row), row.group) for row in rights)
    only = {_name_key(row): row for row in lefts if row.words and left_counts[_name_key(row)] == 1}
    return [
        Anchor(only[_name_key(row)], row)
        for row in rights
        if _name_key(row) in only and right_counts[_name_key(row), row.group] == 1 and not is_generic(row.words)
    ]


def _name_key(row: CodeRow) -> tuple[Words, str]:
    return tuple(sorted(row.words)), row.cost_type
