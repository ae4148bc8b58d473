"""A project's name as words and as the numbers, phases and wings that must agree. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace

from mapping.normalize import fold

# QuickBooks Desktop kept 41 characters of a job's name, older exports 31; a space at the end of them is lost.
CUT_LENGTHS = {30: 31, 31: 31, 40: 41, 41: 41}

_STOP_WORDS = frozenset(
    {"the", "of", "and", "for", "in", "at", "to", "on", "by", "with", "project", "proj", "job", "no"}
)
_DIRECTIONS = {
    "north": "north", "south": "south", "east": "east", "west": "west", "n": "north", "s": "south", "e": "east",
    "w": "west", "northeast": "northeast", "northwest": "northwest", "southeast": "southeast", "southwest":
    "southwest", "ne": "northeast", "nw": "northwest", "se": "southeast", "sw": "southwest", "upper": "upper",
    "lower": "lower",
}  # fmt: skip
_PARTS = {
    "phase": "phase", "ph": "phase", "phs": "phase", "building": "building", "bldg": "building", "bld": "building",
    "wing": "wing", "suite": "suite", "ste": "suite", "unit": "unit", "units": "unit", "lot": "lot", "lots": "lot",
    "floor": "floor", "flr": "floor", "fl": "floor", "tower": "tower", "block": "block", "blk": "block", "room":
    "room", "rooms": "room", "rm": "room", "area": "area", "zone": "zone", "section": "section", "sect": "section",
    "stage": "stage", "level": "level", "lvl": "level", "apt": "unit", "house": "house", "pod": "pod", "parcel":
    "parcel", "package": "package", "pkg": "package",
}  # fmt: skip
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6"}
_COUNTED = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "first": "1", "second": "2", "third": "3",
    "fourth": "4", "fifth": "5",
}  # fmt: skip

# The end of a cut name that says nothing any more: one or two letters of a word, "3r" of "3rd"; but "Bldg B" is whole.
_BROKEN_WORD = re.compile(r"(?:(?<=\d)[snrt]|(?<![^\W_])[^\W\d_]{1,2})$")
_DELETED = re.compile(r"(?:\s*\(deleted(?:\s+\d+)?\))+\s*$", re.IGNORECASE)
_APOSTROPHES = re.compile(r"['\u2019\u2018`\u00b4\u02bc\u2032]")
_DOTTED = re.compile(r"\b[a-z](?:\.\s?[a-z])+\b\.?")
_NOT_WORD = re.compile(r"[\W_]+")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


@dataclass(frozen=True, slots=True)
class Part:
    """What must agree: "phase" "2", "wing" "north", or a number by itself with no `word`."""

    word: str
    value: str

    @property
    def shown(self) -> str:
        return f"{self.word} {self.value}".strip()

    def fits(self, other: Part) -> bool:
        return self.value == other.value and (self.word == other.word or not self.word or not other.word)


@dataclass(frozen=True, slots=True)
class ProjectName:
    """`words` in order without the `parts`. `cut_at`: the length at which its last word may be broken off, or 0.

    `broken` is that last word when it is one of the `parts`, `remnant` the one or two letters left of it.
    """

    words: tuple[str, ...]
    parts: tuple[Part, ...]
    cut_at: int = 0
    broken: Part | None = None
    remnant: str = ""

    def without(self, words: Set[str]) -> ProjectName:
        return replace(self, words=tuple(word for word in self.words if word not in words)) if words else self


def strip_deleted(text: str) -> str:
    return _DELETED.sub("", text)


def read_project_name(text: str, *, cut_at: int = 0) -> ProjectName:
    words: list[str] = []
    parts: list[Part] = []
    whole, remnant = _split_broken_word(text) if cut_at else (text, "")
    items = list(_take_parts(_split(whole)))
    for item in items:
        if isinstance(item, Part):
            parts.append(item)
        elif item not in _STOP_WORDS:
            words.append(item)
    last = items[-1] if items and cut_at else None
    broken = last if isinstance(last, Part) else None
    return ProjectName(tuple(words), tuple(parts), cut_at, broken, "" if _may_be_silent(remnant) else remnant)


def is_short_direction(word: str, part: Part) -> bool:
    """ "N" of the "N Campus" that the other calls "North Campus"."""
    return not part.word and len(word) == 1 and _DIRECTIONS.get(word) == part.value


def _split_broken_word(text: str) -> tuple[str, str]:
    match = _BROKEN_WORD.search(text)
    if not match:
        return text, ""
    rest = text[: match.start()]
    before = _split(rest)
    is_part = bool(before) and before[-1] in _PARTS
    return (text, "") if is_part else (rest, "" if rest[-1:].isdigit() else fold(match.group()))


def _may_be_silent(remnant: str) -> bool:
    return any(word.startswith(remnant) for word in _STOP_WORDS)


def _split(text: str) -> list[str]:
    plain = _APOSTROPHES.sub("", fold(text))
    joined = _DOTTED.sub(lambda match: re.sub(r"[.\s]", "", match.group()), plain)
    return [_ZEROS.sub("", word) for word in _NOT_WORD.split(joined) if word]


def _take_parts(words: list[str]) -> Iterator[str | Part]:
    place = 0
    while place < len(words):
        word, following = words[place], words[place + 1] if place + 1 < len(words) else ""
        if word in _PARTS and (value := _value(following)):
            yield Part(_PARTS[word], value)
            place += 2
        elif following in _PARTS and (value := _value(word)) and not _is_taken(words, place + 1):
            yield Part(_PARTS[following], value)
            place += 2
        else:
            number = _number(word)
            yield Part("", number) if number else word
            place += 1


def _is_taken(words: list[str], place: int) -> bool:
    """Whether the word for a part goes with what follows it: "North Phase 2" is no phase "north"."""
    return place + 1 < len(words) and bool(_number(words[place + 1]))


def _value(word: str) -> str:
    """What may name a part: a number in any spelling, a letter, a direction."""
    if len(word) == 1 and word.isalpha() and word not in _DIRECTIONS and word not in _ROMAN:
        return word
    return _number(word) or _ROMAN.get(word, "") or _COUNTED.get(word, "") or _DIRECTIONS.get(word, "")


def _number(word: str) -> str:
    """A word that holds a digit, or a direction, in one spelling; else empty."""
    if any(letter.isdigit() for letter in word):
        match = _ORDINAL.fullmatch(word)
        return match.group(1) if match else word
    return _DIRECTIONS.get(word, "") if len(word) > 1 else ""
