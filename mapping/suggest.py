"""Which row of one list is which row of the other: pairs that are sure, and pairs for a person to look at. Pure.

Sure are equal names, names equal but for legal form and spelling, and equal codes, each only where nothing else fits
as well on either side. What is found by likeness is unsure, however alike: "Smith Electric" is not "Smith Electrical".
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal

from rapidfuzz import fuzz, process

from mapping.kinds import MappingKind
from mapping.normalize import normal_code, normal_name
from smoothx.lib.text import collapse_spaces

Band = Literal["sure", "unsure"]

SAME_NAME, SAME_NORMAL_NAME, SAME_CODE = 100, 97, 93
# Likeness alone never reaches the scores of the sure band.
HIGHEST_LIKENESS = 92
LEAST_TO_REVIEW = 65
LEAST_TO_OFFER = 50
CODE_NAMES_AGREE = 60
OTHER_NUMBERS_COST = 30
SAME_CONTACT_ADDS = 8
# A word that so many rows hold ("construction") says nothing about which one is meant.
COMMON_WORD = 60
NEAREST = 8
CONTRADICTED = ". Phone and e-mail both differ"

_LEADING_CODE = re.compile(r"^\s*(\d{1,3}(?: \d{2,3}){1,3}|\d[\w./-]*)(?:\s*[-:\u2013]\s*|\s+)(?=\D)")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row of either list. `code` is a cost code's, an account's number or empty."""

    id: str
    name: str
    code: str = ""
    email: str = ""
    phone: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Suggestion:
    """That `left_id` may be `right_id`. `score` is 0 to 100, `reason` says why in a reader's words."""

    left_id: str
    right_id: str
    score: int
    reason: str
    band: Band


@dataclass(frozen=True, slots=True)
class _Reading:
    """A candidate as it is compared: names without a leading code, numbers apart."""

    id: str
    name: str
    normal: str
    ordered: str
    words: frozenset[str]
    numbers: tuple[str, ...]
    code: str
    email: str
    phone: str


def suggest(
    lefts: Iterable[Candidate],
    rights: Iterable[Candidate],
    kind: MappingKind,
    *,
    taken: Set[str] = frozenset(),
    rejected: Set[tuple[str, str]] = frozenset(),
) -> list[Suggestion]:
    """The best pair of each left, surest first. In one-to-one kinds no right comes twice.

    `taken` are rights linked already: never suggested, but they still count when asking whether a name is unique.
    `rejected` are (left id, right id) a person said no to. Inactive rows are left out on both sides.
    """
    left_side = [_read(row, kind) for row in lefts if row.is_active]
    right_side = [_read(row, kind) for row in rights if row.is_active]
    sure = _find_sure(left_side, right_side, kind, taken=taken, rejected=rejected)
    done = {pair.left_id for pair in sure}
    used = set(taken) | ({pair.right_id for pair in sure} if kind.is_one_to_one else set())
    shelf = _Shelf([row for row in right_side if row.id not in used])
    unsure: list[Suggestion] = []
    for row in left_side:
        if row.id not in done:
            unsure += _near(row, shelf, kind, least=LEAST_TO_REVIEW, rejected=rejected)
    best = _pick_best(_without_other_numbers(unsure, left_side, right_side), kind)
    return sure + [_explain_doubt(pair) for pair in best]


def best_for(
    left: Candidate,
    rights: Iterable[Candidate],
    kind: MappingKind,
    limit: int = 5,
    *,
    rejected: Set[tuple[str, str]] = frozenset(),
) -> list[Suggestion]:
    """The likeliest rights for one left, best first, all unsure: a person chooses."""
    return best_matches([left], rights, kind, limit=limit, least=LEAST_TO_OFFER, rejected=rejected)[left.id]


def best_matches(
    lefts: Iterable[Candidate],
    rights: Iterable[Candidate],
    kind: MappingKind,
    *,
    limit: int = 1,
    least: int = LEAST_TO_REVIEW,
    rejected: Set[tuple[str, str]] = frozenset(),
) -> dict[str, list[Suggestion]]:
    """The likeliest rights for each of several lefts, by left id, none below the score `least`."""
    shelf = _Shelf([_read(row, kind) for row in rights if row.is_active])
    return {row.id: _near(_read(row, kind), shelf, kind, least=least, rejected=rejected)[:limit] for row in lefts}


def split_code(name: str) -> tuple[str, str]:
    """("03-300", "Cast-in-place concrete") of "03-300 Cast-in-place concrete"; ("", name) where no code leads."""
    match = _LEADING_CODE.match(name)
    return (match.group(1), name[match.end() :].strip()) if match else ("", name)


def _read(row: Candidate, kind: MappingKind) -> _Reading:
    leading, bare = split_code(row.name) if kind.by_code else ("", row.name)
    normal = normal_name(bare)
    words = normal.split()
    return _Reading(
        id=row.id,
        name=collapse_spaces(bare),
        normal=normal,
        ordered=" ".join(sorted(words)),
        words=frozenset(words),
        numbers=tuple(sorted(_NUMBER.findall(normal))),
        code=normal_code(row.code or leading) if kind.by_code else "",
        email=row.email.strip().lower(),
        phone="".join(_NUMBER.findall(row.phone))[-10:],
    )


def _find_sure(
    lefts: Sequence[_Reading],
    rights: Sequence[_Reading],
    kind: MappingKind,
    *,
    taken: Set[str],
    rejected: Set[tuple[str, str]],
) -> list[Suggestion]:
    steps: tuple[tuple[Callable[[_Reading], str], int, str], ...] = (
        (lambda row: row.name, SAME_NAME, "Same name"),
        (lambda row: row.normal, SAME_NORMAL_NAME, "Same name but for legal form and punctuation"),
        (lambda row: row.code, SAME_CODE, "Same code, and the names agree"),
    )
    found: dict[str, Suggestion] = {}
    used: set[str] = set(taken)
    for key, score, reason in steps:
        for left, right in _find_only_ones(lefts, rights, key, shares_right=not kind.is_one_to_one):
            if left.id in found or right.id in used or (left.id, right.id) in rejected:
                continue
            fits = _names_agree(left, right) if score == SAME_CODE else _codes_agree(left, right, kind)
            if not fits or _contacts_contradict(left, right):
                continue
            found[left.id] = Suggestion(left.id, right.id, score, reason, "sure")
            if kind.is_one_to_one:
                used.add(right.id)
    return list(found.values())


def _find_only_ones(
    lefts: Sequence[_Reading], rights: Sequence[_Reading], key: Callable[[_Reading], str], *, shares_right: bool
) -> Iterator[tuple[_Reading, _Reading]]:
    """Pairs of equal key that nothing else has. Where rights may be shared, several lefts may have it."""
    left_counts = Counter(key(row) for row in lefts)
    right_counts = Counter(key(row) for row in rights)
    by_key = {key(row): row for row in rights}
    for left in lefts:
        value = key(left)
        if value and right_counts[value] == 1 and (shares_right or left_counts[value] == 1):
            yield left, by_key[value]


def _names_agree(left: _Reading, right: _Reading) -> bool:
    if left.numbers != right.numbers:
        return False
    return not left.normal or not right.normal or fuzz.token_set_ratio(left.normal, right.normal) >= CODE_NAMES_AGREE


def _codes_agree(left: _Reading, right: _Reading, kind: MappingKind) -> bool:
    """Account numbers are no cost codes: only where a right is the twin of one left must their codes be equal."""
    return not kind.is_one_to_one or not left.code or not right.code or left.code == right.code


class _Shelf:
    """Rights prepared for finding those near a left without comparing it to all of them in full."""

    def __init__(self, rights: Sequence[_Reading]) -> None:
        self._rights = rights
        self._ordered = [row.ordered for row in rights]
        self._by_clue: dict[str, list[int]] = defaultdict(list)
        for index, row in enumerate(rights):
            for clue in _clues(row):
                self._by_clue[clue].append(index)

    def nearest(self, left: _Reading) -> list[_Reading]:
        found = {
            index
            for _, _, index in process.extract(
                left.ordered, self._ordered, scorer=fuzz.ratio, limit=NEAREST, score_cutoff=LEAST_TO_OFFER
            )
        }
        for clue in _clues(left):
            indexes = self._by_clue.get(clue, [])
            if len(indexes) <= COMMON_WORD:
                found.update(indexes)
        return [self._rights[index] for index in sorted(found)]


def _clues(row: _Reading) -> Iterator[str]:
    yield from (f"word {word}" for word in row.words if len(word) > 2)
    if row.phone:
        yield f"phone {row.phone}"
    if row.email:
        yield f"email {row.email}"
    if row.code:
        yield f"code {row.code}"


def _near(
    left: _Reading, shelf: _Shelf, kind: MappingKind, *, least: int, rejected: Set[tuple[str, str]]
) -> list[Suggestion]:
    found = []
    for right in shelf.nearest(left):
        score, reason = _compare(left, right, kind)
        if score >= least and (left.id, right.id) not in rejected:
            found.append(Suggestion(left.id, right.id, score, reason, "unsure"))
    return sorted(found, key=lambda pair: (-pair.score, pair.right_id))


def _compare(left: _Reading, right: _Reading, kind: MappingKind) -> tuple[int, str]:
    """Score and reason of one pair, the same whichever side it is seen from."""
    same_code = bool(left.code) and left.code == right.code
    if left.normal and left.normal == right.normal and _codes_agree(left, right, kind):
        doubt = CONTRADICTED if _contacts_contradict(left, right) else ""
        if left.name == right.name:
            return SAME_NAME, "Same name" + doubt
        return SAME_NORMAL_NAME, "Same name but for legal form and punctuation" + doubt
    if same_code and _names_agree(left, right):
        return SAME_CODE, "Same code, and the names agree"
    likeness = max(fuzz.ratio(left.ordered, right.ordered), fuzz.token_set_ratio(left.normal, right.normal) * 0.85)
    contacts = [word for word, same in _shared_contacts(left, right) if same]
    score = min(HIGHEST_LIKENESS, int(likeness) + SAME_CONTACT_ADDS * len(contacts))
    if same_code:
        score = max(score, CODE_NAMES_AGREE)
    if _numbers_conflict(left, right):
        score = max(0, score - OTHER_NUMBERS_COST)
    return score, _explain(left, right, kind, contacts=contacts, same_code=same_code)


def _shared_contacts(left: _Reading, right: _Reading) -> tuple[tuple[str, bool], ...]:
    return (
        ("Same phone", bool(left.phone) and left.phone == right.phone),
        ("Same e-mail", bool(left.email) and left.email == right.email),
    )


def _contacts_contradict(left: _Reading, right: _Reading) -> bool:
    """Two firms may have one name. Where both phone and e-mail are known and neither agrees, a person decides."""
    if not (left.phone and right.phone and left.email and right.email):
        return False
    left_domain, right_domain = left.email.rpartition("@")[2], right.email.rpartition("@")[2]
    return left.phone != right.phone and left_domain != right_domain


def _numbers_conflict(left: _Reading, right: _Reading) -> bool:
    return bool(left.numbers and right.numbers and left.numbers != right.numbers)


def _explain(left: _Reading, right: _Reading, kind: MappingKind, *, contacts: Collection[str], same_code: bool) -> str:
    reasons = list(contacts)
    if same_code:
        reasons.append("Same code, other name")
    elif not _codes_agree(left, right, kind):
        reasons.append("Codes differ")
    if _numbers_conflict(left, right):
        reasons.append("Numbers differ")
    if left.words < right.words or right.words < left.words:
        reasons.append("One name is part of the other")
    elif not same_code:
        is_close = fuzz.ratio(left.ordered, right.ordered) >= LEAST_TO_REVIEW
        shares = "Shares words" if left.words & right.words else "Spelling is somewhat close"
        reasons.append("Names are close" if is_close else shares)
    return ". ".join(reasons)


def _explain_doubt(pair: Suggestion) -> Suggestion:
    """A pair as good as the sure ones is unsure for a reason the reader should see."""
    if pair.score < SAME_CODE or pair.reason.endswith(CONTRADICTED):
        return pair
    return replace(pair, reason=f"{pair.reason}. More than one fits")


def _without_other_numbers(
    pairs: Iterable[Suggestion], lefts: Sequence[_Reading], rights: Sequence[_Reading]
) -> list[Suggestion]:
    left_by_id = {row.id: row for row in lefts}
    right_by_id = {row.id: row for row in rights}
    return [p for p in pairs if not _numbers_conflict(left_by_id[p.left_id], right_by_id[p.right_id])]


def _pick_best(pairs: Iterable[Suggestion], kind: MappingKind) -> list[Suggestion]:
    """One pair per left, the best first; in one-to-one kinds a right goes to the left it fits best."""
    chosen: dict[str, Suggestion] = {}
    used: set[str] = set()
    for pair in sorted(pairs, key=lambda p: (-p.score, p.left_id, p.right_id)):
        if pair.left_id in chosen or (kind.is_one_to_one and pair.right_id in used):
            continue
        chosen[pair.left_id] = pair
        used.add(pair.right_id)
    return list(chosen.values())
