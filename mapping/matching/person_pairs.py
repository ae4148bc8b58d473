"""People compared in pairs, each in the readings that fit best. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mapping.matching.person_likeness import (
    NO_LIKENESS,
    NameCounts,
    NameLikeness,
    compare_names,
    may_be_given,
    spell_first_name,
)
from mapping.matching.person_shelf import Person, PersonShelf, initials_of
from mapping.matching.persons import PersonName

# Of so many with one surname only those are compared whose first names may be one.
CROWD = 40


def compare_people(lefts: Sequence[Person], rights: Sequence[Person]) -> list[tuple[Person, Person, NameLikeness]]:
    """Every pair worth a look, with how alike the names are at best."""
    counts = _count_names(lefts, rights)
    shelf = PersonShelf(lefts, rights)
    found = []
    for left in lefts:
        near = shelf.near(left)
        for right in near if len(near) <= CROWD else [right for right in near if _may_be_called(left, right)]:
            likeness = _best_reading(left, right, counts)
            found.append((left, right, spell_first_name(likeness, left.contact.mailbox, right.contact.mailbox)))
    return found


def _best_reading(left: Person, right: Person, counts: NameCounts) -> NameLikeness:
    combined = [
        (ours, theirs)
        for ours in left.readings
        for theirs in right.readings
        if not (ours.is_reversed and theirs.is_reversed)
    ]
    # Readings that share nothing are compared only where there is nothing better.
    near = [(ours, theirs) for ours, theirs in combined if _share_something(ours, theirs)] or combined[:1]
    found = [compare_names(ours, theirs, counts) for ours, theirs in near]
    best = max(found, key=_rank_reading, default=NO_LIKENESS)
    if best.left.surname == best.right.surname:
        return best
    # "Ada D Quist" is no Ada D'Quist only because another Ada Quist has another middle initial.
    against = [
        each for each in found if each.contradicts and each.given_fits and each.left.surname == each.right.surname
    ]
    return max(against, key=_rank_reading, default=best)


def _may_be_called(left: Person, right: Person) -> bool:
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
        or (ours.surname[0] == theirs.surname[0] and ours.given[0] in initials_of(theirs.given))
        or not set(ours.family).isdisjoint(theirs.family)
    )


def _count_names(*sides: Sequence[Person]) -> NameCounts:
    given: Counter[str] = Counter()
    family: Counter[str] = Counter()
    word: Counter[str] = Counter()
    likeliest = [person.readings[0] for side in sides for person in side if person.readings]
    for name in likeliest:
        given[name.given] += 1
        family[name.surname] += 1
        word.update(set(name.family))
    return NameCounts(given, family, word, len(likeliest))
