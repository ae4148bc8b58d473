"""Which entry of a short list is which of another: time types, cost types, departments, locations, terms. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

from rapidfuzz import fuzz

from mapping.matching.assign import Scored, choose
from mapping.matching.code_texts import split_code
from mapping.matching.equal_codes import CodedRows, suggest_equal_codes
from mapping.matching.records import MOST_SUGGESTED, Candidate, Suggestion
from mapping.matching.senses import read_sense, read_term
from mapping.normalize import normal_code, normal_name

MARGIN = 0.05
SAME, SAME_BUT_FOR_SPELLING, SAME_BESIDE_CODE, SAME_SENSE, SAME_SENSE_BY_CODE = 1.0, 0.98, 0.97, 0.9, 0.86
CLOSE_KEEPS = 0.8
LEAST_OFFERED = 0.5
BEGINNING = 3

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Word:
    """An entry as it is compared. `bare` is the name without a code in front of it."""

    id: str
    name: str
    normal: str
    bare: str
    code: str
    sense: str
    code_sense: str
    is_term: bool
    numbers: tuple[str, ...]


def match_words(
    lefts: Iterable[Candidate],
    rights: Iterable[Candidate],
    *,
    taken: Set[str] = frozenset(),
    rejected: Set[tuple[str, str]] = frozenset(),
    shares_right: bool = False,
    codes_first: bool = False,
    limit: int = MOST_SUGGESTED,
) -> list[Suggestion]:
    """`mapping.matching.records.Match` for short lists of plain words."""
    left_rows, right_rows = _read_all(lefts), _read_all(rights)
    first: list[Suggestion] = []
    if codes_first:
        pairs = CodedRows(left_rows, _code_key).pair_with(CodedRows(right_rows, _code_key))
        first = suggest_equal_codes(((left.id, right.id, left.code) for left, right in pairs), taken, rejected)
    done = {pair.left_id for pair in first}
    used = set(taken) if shares_right else set(taken) | {pair.right_id for pair in first}
    scored = _score_all([row for row in left_rows if row.id not in done], right_rows)
    rest = choose(scored, margin=MARGIN, taken=used, rejected=rejected, shares_right=shares_right, limit=limit)
    return sorted(first + rest, key=lambda pair: (pair.band != "sure", -pair.score, pair.left_id))


def _read_all(rows: Iterable[Candidate]) -> list[_Word]:
    return [_read(row) for row in sorted(rows, key=lambda row: row.id) if row.is_active]


def _read(row: Candidate) -> _Word:
    name = row.name.rpartition(":")[2].strip() or row.name.strip()
    is_term = bool(read_term(name))
    code, bare = ("", name) if is_term or read_sense(name) else split_code(name)
    return _Word(
        id=row.id,
        name=name,
        normal=normal_name(name),
        bare=normal_name(bare),
        code=(row.code or code).strip(),
        sense=read_sense(bare),
        code_sense=read_sense(row.code) if row.code.isalpha() else "",
        is_term=is_term,
        numbers=tuple(sorted(_NUMBER.findall(bare))),
    )


def _code_key(row: _Word) -> str:
    return normal_code(row.code)


def _score_all(lefts: list[_Word], rights: list[_Word]) -> Iterator[Scored]:
    shelf: dict[str, list[int]] = defaultdict(list)
    for index, right in enumerate(rights):
        for clue in _clues(right):
            shelf[clue].append(index)
    for left in lefts:
        near = {index for clue in _clues(left) for index in shelf.get(clue, ())}
        for index in sorted(near):
            pair = _score_pair(left, rights[index])
            if pair.score >= LEAST_OFFERED:
                yield pair


def _clues(row: _Word) -> set[str]:
    """Two entries worth comparing share one: a name, a meaning, a word or how a word begins."""
    clues = {f"name {row.normal}", f"name {row.bare}"}
    clues |= {f"sense {sense}" for sense in (row.sense, row.code_sense) if sense}
    return clues | {f"word {word[:BEGINNING]}" for word in row.bare.split()}


def _score_pair(left: _Word, right: _Word) -> Scored:
    score, may_be_sure, reason = _judge(left, right)
    return Scored(left.id, right.id, score, may_be_sure, reason)


def _judge(left: _Word, right: _Word) -> tuple[float, bool, str]:
    if not left.normal or not right.normal:
        return 0.0, False, ""
    if left.name == right.name:
        return SAME, True, "Same name"
    if left.normal == right.normal:
        return SAME_BUT_FOR_SPELLING, True, "Same name but for punctuation and capitals"
    if left.sense and right.sense:
        # What is known to mean two things is no misspelling of one: "Net 30" and "Net 60".
        is_same = left.sense == right.sense
        return (SAME_SENSE, True, f"Both mean {left.sense}") if is_same else (0.0, False, "")
    if left.bare == right.bare:
        both_coded = left.code and right.code and _code_key(left) != _code_key(right)
        return SAME_BESIDE_CODE, not both_coded, "Same name, other code" if both_coded else "Same name beside a code"
    return _judge_rest(left, right)


def _judge_rest(left: _Word, right: _Word) -> tuple[float, bool, str]:
    by_code = {left.sense, left.code_sense} & {right.sense, right.code_sense} - {""}
    if by_code:
        return SAME_SENSE_BY_CODE, True, f"Both mean {min(by_code)}"
    if left.numbers != right.numbers or left.is_term or right.is_term:
        return 0.0, False, ""
    likeness = max(fuzz.ratio(left.bare, right.bare), 0.95 * fuzz.token_sort_ratio(left.bare, right.bare))
    if set(left.bare.split()) & set(right.bare.split()):
        likeness = max(likeness, 0.9 * fuzz.token_set_ratio(left.bare, right.bare))
    return CLOSE_KEEPS * likeness / 100, False, "Names are close"
