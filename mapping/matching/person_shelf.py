"""People of either list, and which of them are worth comparing, so that not all are compared with all. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mapping.matching.nicknames import other_forms
from mapping.matching.person_evidence import Contact, read_contact
from mapping.matching.person_likeness import surname_keys
from mapping.matching.persons import PersonName, is_firm, read_person
from mapping.matching.records import Candidate

# So many rows of one surname are compared whatever their first names.
RARE_SURNAME = 30
# An e-mail or number that more have is nobody's own.
MOST_SHARING = 8


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    readings: tuple[PersonName, ...]
    contact: Contact
    is_firm: bool


def read_people(rows: Iterable[Candidate]) -> list[Person]:
    """The active rows."""
    return [Person(row.id, read_person(row), read_contact(row), is_firm(row)) for row in rows if row.is_active]


@lru_cache(maxsize=20_000)
def initials_of(given: str) -> frozenset[str]:
    """The first letters of all that a first name may be called."""
    return frozenset({given[0], *(form[0] for form in other_forms(given))})


class PersonShelf:
    """Rights by what they may share with a left, so that not all are compared with all."""

    def __init__(self, lefts: Sequence[Person], rights: Sequence[Person]) -> None:
        self._rights = rights
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._surnames = Counter(name for side in (lefts, rights) for person in side for name in _surnames(person))
        for place, person in enumerate(rights):
            for key in set(_own_keys(person)):
                self._by_key[key].append(place)

    def near(self, left: Person) -> list[Person]:
        places: set[int] = set()
        for key in set(_asked_keys(left)):
            places.update(self._by_key.get(key, ()))
        for key in _contact_keys(left):
            same = self._by_key.get(key, ())
            places.update(same if len(same) <= MOST_SHARING else ())
        for surname in _surnames(left):
            if self._surnames[surname] <= RARE_SURNAME:
                places.update(self._by_key.get(f"surname {surname}", ()))
        return [self._rights[place] for place in sorted(places)]


def _surnames(person: Person) -> set[str]:
    return {name.surname for name in person.readings}


def _contact_keys(person: Person) -> Iterator[str]:
    contact = person.contact
    yield from (f"{kind} {value}" for kind, value in (("@", contact.email), ("#", contact.number)) if value)


def _own_keys(person: Person) -> Iterator[str]:
    yield from _contact_keys(person)
    for name in person.readings:
        yield f"surname {name.surname}"
        yield from (f"{name.given[0]} {key}" for key in surname_keys(name))


def _asked_keys(person: Person) -> Iterator[str]:
    for name in person.readings:
        keys = surname_keys(name)
        yield from (f"{initial} {key}" for initial in initials_of(name.given) for key in keys)
