"""Which cost code is which item, class or account. Pure.

An equal code and a name that fits are sure. An equal code with another name is for a person, and so is an equal name
under another code where the lists number alike. Where they do not, names and divisions decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from mapping.matching.assign import Scored, choose
from mapping.matching.code_lists import CodeLists, CodeShelf
from mapping.matching.code_pairs import score_pair
from mapping.matching.code_rows import CodeRow, has_letter_codes, read_left, read_right
from mapping.matching.equal_codes import CodedRows, suggest_equal_codes
from mapping.matching.records import MOST_SUGGESTED, Candidate, Suggestion

MARGIN = 0.07


def match_codes(
    lefts: Iterable[Candidate],
    rights: Iterable[Candidate],
    *,
    taken: Set[str] = frozenset(),
    rejected: Set[tuple[str, str]] = frozenset(),
    shares_right: bool = False,
    codes_first: bool = False,
    limit: int = MOST_SUGGESTED,
) -> list[Suggestion]:
    """`mapping.matching.records.Match` for cost codes."""
    lists = _read_lists(_in_order(lefts), _in_order(rights))
    first = _match_only_codes(lists, taken, rejected) if codes_first else []
    done = {pair.left_id for pair in first}
    used = set(taken) if shares_right else set(taken) | {pair.right_id for pair in first}
    pairs = [pair for pair in _score_all(lists) if pair.left_id not in done]
    rest = choose(pairs, margin=MARGIN, taken=used, rejected=rejected, shares_right=shares_right, limit=limit)
    return sorted(first + rest, key=lambda pair: (pair.band != "sure", -pair.score, pair.left_id))


def _in_order(rows: Iterable[Candidate]) -> list[Candidate]:
    return sorted((row for row in rows if row.is_active), key=lambda row: row.id)


def _read_lists(lefts: Sequence[Candidate], rights: Sequence[Candidate]) -> CodeLists:
    with_letters = has_letter_codes(lefts) or has_letter_codes(rights)
    return CodeLists(
        [read_left(row, with_letters=with_letters) for row in lefts],
        [read_right(row, with_letters=with_letters) for row in rights],
    )


def _score_all(lists: CodeLists) -> Iterator[Scored]:
    shelf = CodeShelf(lists)
    for left in lists.lefts:
        for right in shelf.nearest(left):
            pair = score_pair(left, right, lists)
            if pair is not None:
                yield pair


def _match_only_codes(lists: CodeLists, taken: Set[str], rejected: Set[tuple[str, str]]) -> list[Suggestion]:
    """Codes that one row has on each side, cost type included.

    "03-100" and "03-1000" are one code only where the lists number alike.
    """
    alike = lists.number_alike("")

    def key_of(row: CodeRow) -> tuple[str, str] | None:
        if not alike and row.code.is_digits:
            return row.code.digits, row.cost_type
        return (row.keys[0], row.cost_type) if row.keys else None

    pairs = CodedRows(lists.lefts, key_of).pair_with(CodedRows(lists.rights, key_of))
    return suggest_equal_codes(((left.id, right.id, left.shown_code) for left, right in pairs), taken, rejected)
