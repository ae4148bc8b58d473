"""Procore's people and QuickBooks' employees or vendors: who is whom. Pure.

Sure is one name on each side that nothing contradicts, or a name a little off with the same company e-mail or employee
number. Another company e-mail, number, middle initial or generation leaves it to a person, as do two that fit alike.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from mapping.matching.assign import Scored, choose
from mapping.matching.nicknames import other_forms
from mapping.matching.person_evidence import Contact, Evidence, Shared, read_contact, weigh
from mapping.matching.person_likeness import (
    NameCounts,
    NameLikeness,
    compare_names,
    may_be_given,
    spell_first_name,
    surname_keys,
)
from mapping.matching.persons import PersonName, read_person
from mapping.matching.records import MOST_SUGGESTED, Candidate, Suggestion

MARGIN = 0.06
NAME_WEIGHS = 0.96
LEAST_TO_SUGGEST = 0.33
# What is proven is not outdone by a name that only looks better.
PROVEN, TWICE_PROVEN = 0.94, 1.10
# Beyond any score a name can reach: an equal number asked to decide by itself.
CODE_DECIDES = 2.0
# So many rows of one surname are compared whatever their first names.
RARE_SURNAME = 30
CROWD = 40
# So many people must have another number than every namesake before numbers are taken for two systems'.
FEWEST_TO_LEARN = 4


@dataclass(frozen=True, slots=True)
class _Person:
    id: str
    readings: tuple[PersonName, ...]
    contact: Contact


def match_employees(
    lefts: Iterable[Candidate],
    rights: Iterable[Candidate],
    *,
    taken: Set[str] = frozenset(),
    rejected: Set[tuple[str, str]] = frozenset(),
    shares_right: bool = False,
    codes_first: bool = False,
    limit: int = MOST_SUGGESTED,
) -> list[Suggestion]:
    """A `Match` of people. With `codes_first` an equal employee number decides."""
    left_side, right_side = _read_side(lefts), _read_side(rights)
    shared = Shared((person.contact for person in left_side), (person.contact for person in right_side))
    likenesses = _compare_all(left_side, right_side)
    use_numbers = _number_alike(likenesses)
    pairs = []
    for left, right, likeness in likenesses:
        evidence = weigh(left.contact, right.contact, shared, use_numbers=use_numbers or codes_first)
        decides = codes_first and _has_own_number(left, right, shared)
        pair = _judge(left.id, right.id, likeness, evidence, decides=decides)
        if pair.score >= LEAST_TO_SUGGEST:
            pairs.append(pair)
    return choose(pairs, margin=MARGIN, taken=taken, rejected=rejected, shares_right=shares_right, limit=limit)


def _read_side(rows: Iterable[Candidate]) -> list[_Person]:
    return [_Person(row.id, read_person(row), read_contact(row)) for row in rows if row.is_active]


def _has_own_number(left: _Person, right: _Person, shared: Shared) -> bool:
    number = left.contact.number
    return bool(number) and number == right.contact.number and not shared.number(left.contact)


def _judge(left_id: str, right_id: str, name: NameLikeness, evidence: Evidence, *, decides: bool) -> Scored:
    reasons = [*_name_words(name), *evidence.reasons, *evidence.doubts]
    if decides:
        return Scored(left_id, right_id, CODE_DECIDES, True, ". ".join(reasons))
    score = NAME_WEIGHS * name.score + evidence.score
    is_sure = _may_be_sure(name, evidence)
    if is_sure and evidence.proofs:
        score = max(score, TWICE_PROVEN if evidence.proofs > 1 else PROVEN)
    return Scored(left_id, right_id, score, is_sure, ". ".join(reasons))


def _name_words(name: NameLikeness) -> tuple[str, ...]:
    return name.reasons or ("Same name",)


def _may_be_sure(name: NameLikeness, evidence: Evidence) -> bool:
    if name.contradicts or evidence.conflicts:
        return False
    if name.is_sure or (name.given_fits and name.family_fits and evidence.supports):
        return True
    if name.given_fits or name.family_fits:
        return evidence.proofs > 1 or (evidence.proofs == 1 and evidence.supports)
    return False


def _compare_all(lefts: Sequence[_Person], rights: Sequence[_Person]) -> list[tuple[_Person, _Person, NameLikeness]]:
    counts = _count_names(lefts, rights)
    shelf = _Shelf(lefts, rights)
    found = []
    for left in lefts:
        near = shelf.near(left)
        for right in near if len(near) <= CROWD else [right for right in near if _may_be_called(left, right)]:
            likeness = _best_reading(left, right, counts)
            if likeness is not None:
                likeness = spell_first_name(likeness, left.contact.mailbox, right.contact.mailbox)
                found.append((left, right, likeness))
    return found


def _best_reading(left: _Person, right: _Person, counts: NameCounts) -> NameLikeness | None:
    combined = [
        (ours, theirs)
        for ours in left.readings
        for theirs in right.readings
        if not (ours.is_reversed and theirs.is_reversed)
    ]
    # Readings that share nothing are compared only where there is nothing better.
    near = [(ours, theirs) for ours, theirs in combined if _share_something(ours, theirs)] or combined[:1]
    found = [compare_names(ours, theirs, counts) for ours, theirs in near]
    return max(found, key=_rank_reading, default=None)


def _may_be_called(left: _Person, right: _Person) -> bool:
    """Whether a first name fits, or the e-mail or number is one: of a crowd with one surname the rest is no help."""
    if left.contact.email == right.contact.email != "" or left.contact.number == right.contact.number != "":
        return True
    return any(may_be_given(ours, theirs) for ours in left.readings for theirs in right.readings)


def _rank_reading(likeness: NameLikeness) -> tuple[float, bool, tuple[str, ...]]:
    is_swapped = likeness.left.is_swapped or likeness.right.is_swapped
    return likeness.score, not is_swapped, likeness.reasons


def _share_something(ours: PersonName, theirs: PersonName) -> bool:
    return (
        ours.given == theirs.given
        or ours.surname == theirs.surname
        or (ours.surname[0] == theirs.surname[0] and ours.given[0] in _initials(theirs.given))
        or not set(ours.family).isdisjoint(theirs.family)
    )


@lru_cache(maxsize=20_000)
def _initials(given: str) -> frozenset[str]:
    """The first letters of all that a first name may be called."""
    return frozenset({given[0], *(form[0] for form in other_forms(given))})


def _count_names(*sides: Sequence[_Person]) -> NameCounts:
    given: Counter[str] = Counter()
    family: Counter[str] = Counter()
    word: Counter[str] = Counter()
    likeliest = [person.readings[0] for side in sides for person in side if person.readings]
    for name in likeliest:
        given[name.given] += 1
        family[name.surname] += 1
        word.update(set(name.family))
    return NameCounts(given, family, word, len(likeliest))


def _number_alike(found: Iterable[tuple[_Person, _Person, NameLikeness]]) -> bool:
    """Whether people of one name mostly have one number: else the two systems count by themselves."""
    has_same: dict[str, bool] = {}
    for left, right, likeness in found:
        if likeness.is_sure and left.contact.number and right.contact.number:
            is_same = left.contact.number == right.contact.number
            has_same[left.id] = is_same or has_same.get(left.id, False)
    same = sum(has_same.values())
    other = len(has_same) - same
    return other < FEWEST_TO_LEARN or same * 2 >= other


class _Shelf:
    """Rights by what they may share with a left, so that not all are compared with all."""

    def __init__(self, lefts: Sequence[_Person], rights: Sequence[_Person]) -> None:
        self._rights = rights
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._surnames = Counter(name for side in (lefts, rights) for person in side for name in _surnames(person))
        for place, person in enumerate(rights):
            for key in set(_own_keys(person)):
                self._by_key[key].append(place)

    def near(self, left: _Person) -> list[_Person]:
        places: set[int] = set()
        for key in set(_asked_keys(left)):
            places.update(self._by_key.get(key, ()))
        for surname in _surnames(left):
            if self._surnames[surname] <= RARE_SURNAME:
                places.update(self._by_key.get(f"surname {surname}", ()))
        return [self._rights[place] for place in sorted(places)]


def _surnames(person: _Person) -> set[str]:
    return {name.surname for name in person.readings}


def _contact_keys(person: _Person) -> Iterator[str]:
    contact = person.contact
    yield from (f"{kind} {value}" for kind, value in (("@", contact.email), ("#", contact.number)) if value)


def _own_keys(person: _Person) -> Iterator[str]:
    yield from _contact_keys(person)
    for name in person.readings:
        yield f"surname {name.surname}"
        yield from (f"{name.given[0]} {key}" for key in surname_keys(name))


def _asked_keys(person: _Person) -> Iterator[str]:
    yield from _contact_keys(person)
    for name in person.readings:
        keys = surname_keys(name)
        yield from (f"{initial} {key}" for initial in _initials(name.given) for key in keys)
