"""A person's name taken apart, in every way it can be read. Pure.

"Smith, John A", "John A. Smith", "SMITH JOHN" and the vendor's own name fields all come to the same parts. A name
without a comma can start with either end, and the middle of three words can be a middle name or half a surname, so a
name has several readings, likeliest first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mapping.matching.records import Candidate
from mapping.normalize import LEGAL_FORMS, fold

SUFFIXES = {
    "jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv", "2nd": "ii",
    "3rd": "iii", "4th": "iv",
}  # fmt: skip
TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "sir", "prof"})
DEGREES = frozenset({"phd", "md", "pe", "cpa", "esq", "dds", "rn"})
# Words that open a surname: never a middle name, and no surname by themselves.
PARTICLES = frozenset(
    {
        "mc", "mac", "o", "d", "de", "del", "dela", "della", "la", "las", "le", "los", "lo", "di", "da", "das",
        "do", "dos", "du", "van", "von", "der", "den", "ter", "ten", "st", "san", "santa", "al", "el", "abu", "bin",
        "ben", "ibn", "fitz",
    }
)  # fmt: skip
_NO_FIRST_NAMES = PARTICLES - {"o", "d", "al", "ben", "van", "la", "do"}
_FIRM_WORDS = LEGAL_FORMS - {"co", "pc"} | {"dba"}
MOST_WORDS = 6

_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
# What follows a dash in spaces is a note, "Jane Roe - PT", unless it reads like the other half of a surname.
_NOTE = re.compile(
    r"\s[-–—]\s*(?:\d+\w*|[^\W\d_]{1,2}|[^-]*\b(?:vendor|employee|emp|inactive|old|temp|new|sub|do not use|local|union"
    r"|terminated|term|contractor|driver|foreman|office|field)\b[^-]*)\s*$",
    re.IGNORECASE,
)
_TRAILING_NUMBER = re.compile(r"\s+#?\d+\s*$")
_APOSTROPHES = re.compile(r"['\u2019\u2018`\u00b4\u02bc\u2032]")
_NOT_WORD = re.compile(r"[\W_]+")
_HYPHENED = re.compile(r"([^\W_]+)[-‐‑](?=([^\W_]+))")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")


@dataclass(frozen=True, slots=True)
class PersonName:
    """One reading. `family` and `middle` are words; `given` is one word and may be an initial.

    `surname` is the family name as one word, the same for "O Farrell", "O'Farrell" and "OFarrell".
    `is_reversed`: read surname first though no comma says so. `is_swapped`: read against what a comma or the vendor's
    fields say, on the chance that somebody mixed them up.
    """

    given: str
    family: tuple[str, ...]
    middle: tuple[str, ...] = ()
    suffix: str = ""
    is_reversed: bool = False
    is_swapped: bool = False

    surname: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "surname", "".join(self.family))


def read_person(row: Candidate) -> tuple[PersonName, ...]:
    """Every reading of a row's name, likeliest first; none when there is no name."""
    fields = _read_fields(row)
    if fields is None:
        return tuple(dict.fromkeys(_read_display(row.name)))
    readings = [_complete(fields, row.name), *_reversals(fields)]
    if not set(fields.family) & set(split_words(row.name)):
        # Who takes another surname is often renamed in one of the two places only.
        readings += _read_display(row.name)
    return tuple(dict.fromkeys(readings))


def is_firm(row: Candidate) -> bool:
    """Whether the row is shown by a firm's name, which may be a person's with a legal form behind."""
    return not _FIRM_WORDS.isdisjoint(_split_all(row.name))


def split_words(text: str) -> list[str]:
    """A name's words without accents, case, notes and punctuation."""
    words = _split_all(text)
    return [word for word in words if word not in _FIRM_WORDS] or words


def _split_all(text: str) -> list[str]:
    plain = _APOSTROPHES.sub("", fold(_strip_notes(text)))
    plain = _DOTTED.sub(lambda match: match.group().replace(".", " "), plain)
    return [word for word in _NOT_WORD.split(plain) if word]


def _strip_notes(text: str) -> str:
    plain = _BRACKETS.sub(" ", text)
    plain = _TRAILING_NUMBER.sub("", _NOTE.sub("", plain))
    return plain if plain.strip(" ,.-") else text


def _read_fields(row: Candidate) -> PersonName | None:
    given, family = split_words(row.given_name), split_words(row.family_name)
    family, suffix = _take_suffix(family)
    given, given_suffix = _take_suffix(given)
    if not given or not family:
        return None
    middle = (*given[1:], *split_words(row.middle_name))
    own = next((SUFFIXES[word] for word in split_words(row.suffix) if word in SUFFIXES), "")
    return PersonName(given[0], tuple(family), tuple(middle), own or suffix or given_suffix)


def _complete(fields: PersonName, display: str) -> PersonName:
    """The fields with the middle name and the suffix that only the displayed name has."""
    words, suffix = _take_suffix(split_words(display))
    known = {fields.given, *fields.middle, *(word[0] for word in fields.middle), *fields.family, fields.surname}
    rest = tuple(word for word in words if word not in known)
    is_same_name = len(words) - len(rest) >= 2
    # Beside a second first name in the field it is the initial that the field has no room for.
    has_room = not fields.middle or (len(fields.middle[-1]) > 1 and all(len(word) == 1 for word in rest))
    added = rest if is_same_name and has_room and len(rest) == 1 else ()
    return replace(fields, middle=(*fields.middle, *added), suffix=fields.suffix or suffix)


def _reversals(name: PersonName) -> Iterator[PersonName]:
    """The ends swapped: somebody typed the surname into the field for the first name."""
    if len(name.given) > 1 and len(name.family) == 1 and len(name.surname) > 1:
        yield PersonName(
            name.family[0], (name.given, *name.middle), (), name.suffix, is_reversed=True, is_swapped=True
        )


def _read_display(display: str) -> Iterator[PersonName]:
    head, comma, tail = _strip_notes(display).partition(",")
    head_words, head_suffix = _take_suffix(split_words(head))
    tail_words, tail_suffix = _take_suffix(split_words(tail))
    if len(tail_words) == 1 and tail_words[0] in SUFFIXES | dict.fromkeys(DEGREES, ""):
        # "Jane Roe, PE" is no "Last, First".
        tail_words, tail_suffix = [], SUFFIXES.get(tail_words[0], "")
    suffix = head_suffix or tail_suffix
    if comma and head_words and tail_words:
        name = PersonName(tail_words[0], tuple(head_words), tuple(tail_words[1:]), suffix)
        yield name
        yield from _reversals(name)
    else:
        words = (head_words or tail_words)[:MOST_WORDS]
        yield from _read_flat(words, suffix, _name_ends(words, display))


def _name_ends(words: list[str], display: str) -> list[int]:
    """Where a name of a person may end: not between the halves of "Ochoa-Quist"."""
    hyphened = set(_HYPHENED.findall(fold(display))) if len(words) > 2 else set()
    return [at for at in range(1, len(words)) if (words[at - 1], words[at]) not in hyphened]


def _read_flat(words: list[str], suffix: str, ends: list[int]) -> Iterator[PersonName]:
    """Every split of words without a comma at `ends`, "First Middle Last" before "Last First Middle"."""
    for start in reversed(ends):
        if not _opens_surname(words[1:start]) and _may_be_surname(words[start:]):
            yield PersonName(words[0], tuple(words[start:]), tuple(words[1:start]), suffix)
    for end in ends:
        if _may_be_surname(words[:end]) and words[end - 1] not in PARTICLES and words[end] not in _NO_FIRST_NAMES:
            yield PersonName(words[end], tuple(words[:end]), tuple(words[end + 1 :]), suffix, is_reversed=True)


def _may_be_surname(words: list[str]) -> bool:
    """No surname of several words has an initial among them, but for the O and D of O'Neill and D'Angelo."""
    return len(words) == 1 or all(len(word) > 1 or word in PARTICLES for word in words)


def _opens_surname(middle: list[str]) -> bool:
    return any(word in PARTICLES and len(word) > 1 for word in middle)


def _take_suffix(words: list[str]) -> tuple[list[str], str]:
    """The words without titles, and the generation they name, as "jr", "sr", "ii", "iii" or "iv"."""
    kept = words[1:] if len(words) > 1 and words[0] in TITLES else words
    kept = kept[:-1] if len(kept) > 1 and kept[-1] in DEGREES else kept
    found = [SUFFIXES[word] for word in kept[1:] if word in SUFFIXES]
    return kept[:1] + [word for word in kept[1:] if word not in SUFFIXES], found[0] if found else ""
