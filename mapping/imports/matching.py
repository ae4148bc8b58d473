"""Which row of a list a line of a file names: by id, code, code with name, or name. Exact, never by likeness. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mapping.imports.cells import EMPTY, Cell
from mapping.imports.verdicts import Miss, Words, explain_problem
from mapping.normalize import fold

# Dashes and quotes that word processors put in place of the plain ones.
_PLAIN = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("‘’´`", "'") | dict.fromkeys("“”„", '"'))
_SEPARATORS = re.compile(r"\s*([:/])\s*")
_CODE_THEN_NAME = re.compile(r"(\S+)\s*[-:·.|]?\s+(?:[-:·|]\s+)?(\S.*)")
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE_TEXT = re.compile(
    rf"(?:\d{{1,2}}-(?:{_MONTHS})[a-z]*(?:-\d{{2,4}})?|(?:{_MONTHS})[a-z]*-\d{{2,4}}"
    r"|\d{1,2}/\d{1,2}/\d{2,4}|\d{4}-\d{2}-\d{2}(?: 00:00(?::00)?)?)",
    re.IGNORECASE,
)
_ROUNDED = re.compile(r"\d(?:\.\d+)?e\+\d+", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a vendor's list. `project` are the ways its project may be spelled, `shown` is how the screen calls it.

    `below` is how many codes a division covers. `fits` is false for one of a type or level the kind does not take;
    `misfit` then says so.
    """

    id: str
    name: str
    code: str = ""
    full_name: str = ""
    parent_id: str = ""
    project: tuple[str, ...] = ()
    project_name: str = ""
    is_active: bool = True
    fits: bool = True
    misfit: str = ""
    shown: str = ""
    below: int = 0


@dataclass(frozen=True, slots=True)
class Located:
    """A cell with where it stands in the file ("B5")."""

    cell: Cell = EMPTY
    place: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """What a line says of one side."""

    id: Located = Located()
    code: Located = Located()
    name: Located = Located()
    project: Located = Located()

    def __bool__(self) -> bool:
        return any(located.cell for located in (self.id, self.code, self.name))

    @property
    def label(self) -> str:
        texts = (self.code.cell.text, self.name.cell.text)
        return " ".join(text for text in texts if text) or self.id.cell.text


@dataclass(frozen=True, slots=True)
class Found:
    """The row, with a note about what was read loosely; or why there is none."""

    entry: Entry | None = None
    miss: Miss | None = None
    note: str = ""


@dataclass(slots=True)
class Table:
    """One list, indexed for all the ways a file may name its rows."""

    entries: Sequence[Entry]
    ids: dict[str, Entry] = field(default_factory=dict)
    codes: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    digits: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    names: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Table:
        table = cls(list(entries))
        for entry in table.entries:
            table.ids[entry.id] = entry
            if entry.code:
                table.codes[key_of(entry.code)].append(entry)
                if _NUMBER.fullmatch(entry.code):
                    table.digits[_digits(entry.code)].append(entry)
            for name in dict.fromkeys((key_of(entry.name), key_of(entry.full_name))):
                if name:
                    table.names[name].append(entry)
        return table

    def has_code(self, text: str) -> bool:
        return key_of(text) in self.codes or _digits(text) in self.digits

    def has_name(self, text: str) -> bool:
        return key_of(text) in self.names or bool(self._by_code_and_name(text))

    def by_code(self, cell: Cell) -> list[Entry]:
        """A number of a spreadsheet has lost its zeros, so all codes it may have been count."""
        if cell.is_number:
            return self.digits.get(_digits(cell.text), []) or self.codes.get(key_of(cell.text), [])
        return self.codes.get(key_of(cell.text), [])

    def by_name(self, text: str) -> list[Entry]:
        return self.names.get(key_of(text), []) or self._by_code_and_name(text)

    def by_any(self, cell: Cell, *, is_code: bool) -> list[Entry]:
        """Rows a cell may name, the plainest reading first: a code where it is one, or "5000 Job costs:Materials"."""
        first, second = self.by_code(cell), self.by_name(cell.text)
        found = (first or second) if is_code else (second or first)
        return found or self.digits.get(_digits(cell.text), [])

    def _by_code_and_name(self, text: str) -> list[Entry]:
        match = _CODE_THEN_NAME.fullmatch(text)
        if not match:
            return []
        code, name = key_of(match.group(1).rstrip(":·|")), key_of(match.group(2))
        return [entry for entry in self.codes.get(code, []) if name in (key_of(entry.name), key_of(entry.full_name))]


# The same text is looked up as a code, as a name and as both.
@lru_cache(maxsize=20_000)
def key_of(text: str) -> str:
    """What stays of a name or code when it is typed again: case, accents, dashes and quotes do not count."""
    return _SEPARATORS.sub(r"\1", " ".join(fold(text.translate(_PLAIN)).split()))


def _digits(text: str) -> str:
    """A number as a spreadsheet keeps it: 01100 is 1100, 3.10 is 3.1. Empty for what is no number."""
    if not _NUMBER.fullmatch(text):
        return ""
    whole, dot, part = text.partition(".")
    part = part.rstrip("0") if dot else ""
    return f"{whole.lstrip('0') or '0'}{'.' if part else ''}{part}"


def resolve(table: Table, named: Named, words: Words) -> Found:
    """The one row the line names. An id decides, unless the other cells name another row for certain."""
    fits = _project_filter(named.project)
    by_id = table.ids.get(named.id.cell.text) if not named.id.cell.problem else None
    found = _by_texts(table, named, words, fits)
    if by_id is None:
        if found.entry is None and named.id.cell and not (named.code.cell or named.name.cell):
            return Found(miss=_unknown_id(named.id, words))
        return found
    if found.entry is not None and found.entry.id != by_id.id:
        sentence = (
            f"{named.id.place} is the id of {by_id.shown}, but the row says {found.entry.shown}. "
            "Clear the id to go by the rest of the row."
        )
        return Found(miss=Miss("mismatch", sentence))
    return Found(by_id)


def _by_texts(table: Table, named: Named, words: Words, fits: Callable[[Entry], bool]) -> Found:
    code, name = named.code, named.name
    if code.cell.problem:
        return Found(miss=explain_problem(code.cell.problem, code.cell.text, code.place, words))
    codes = _narrow(table.by_any(code.cell, is_code=True), fits) if code.cell else []
    if name.cell.problem and len(codes) != 1:
        return Found(miss=explain_problem(name.cell.problem, name.cell.text, name.place, words))
    named_rows = _narrow(table.by_any(name.cell, is_code=False), fits) if name.cell and not name.cell.problem else []
    if code.cell and not codes:
        return Found(miss=_unknown(code, words))
    if not code.cell:
        return _only(named_rows, name, words, is_code=False)
    both = [entry for entry in codes if entry in named_rows]
    if both or not named_rows:
        return _only(both or codes, code, words, is_code=True, spelled=name.cell.text)
    sentence = f"{code.place} says {codes[0].shown}, but {name.place} says {named_rows[0].shown}. Correct one of them."
    return Found(miss=Miss("mismatch", sentence))


def _narrow(entries: Sequence[Entry], fits: Callable[[Entry], bool]) -> list[Entry]:
    """Of rows with one name those that may be used, where any may."""
    kept = [entry for entry in dict.fromkeys(entries) if fits(entry)]
    usable = [entry for entry in kept if entry.is_active and entry.fits]
    return usable or [entry for entry in kept if entry.fits] or kept


def _project_filter(project: Located) -> Callable[[Entry], bool]:
    wanted = key_of(project.cell.text)
    return (lambda entry: wanted in entry.project) if wanted else (lambda entry: True)


def _only(found: Sequence[Entry], located: Located, words: Words, *, is_code: bool, spelled: str = "") -> Found:
    if not found:
        return Found(miss=_unknown(located, words) if located.cell else None)
    if len(found) > 1:
        return Found(miss=_ambiguous(found, located, words))
    [entry] = found
    return Found(entry, note=_note(entry, located.cell, spelled, is_code=is_code))


def _note(entry: Entry, cell: Cell, spelled: str, *, is_code: bool) -> str:
    """What a reader should look at: zeros that were put back, and a name that is another one now."""
    if is_code and _digits(cell.text) and entry.code != cell.text and _digits(entry.code) == _digits(cell.text):
        return f"{cell.text} is read as {entry.code}."
    is_other = spelled and key_of(spelled) not in (key_of(entry.name), key_of(entry.full_name), key_of(entry.shown))
    return f"The file calls it “{spelled}”." if is_other else ""


def _ambiguous(found: Sequence[Entry], located: Located, words: Words) -> Miss:
    names = ", ".join(entry.shown for entry in found[:3]) + (" and more" if len(found) > 3 else "")
    text = located.cell.text
    if located.cell.is_number and len({key_of(entry.code) for entry in found}) > 1:
        sentence = f"{located.place} is {text}, which may be {names}: zeros were lost. Format the column as Text."
        return Miss("zeros", sentence)
    told = names if len({entry.shown for entry in found}) > 1 else f"{len(found)} {words.nouns}"
    return Miss("ambiguous", f"“{text}” in {located.place} may be {told}. {words.how_to_tell}")


def _unknown(located: Located, words: Words) -> Miss:
    text = located.cell.text
    if _DATE_TEXT.fullmatch(text):
        return explain_problem("date", text, located.place, words)
    if _ROUNDED.fullmatch(text):
        sentence = f"{located.place} is {text}: a long number was rounded. Format the column as Text, type it again."
        return Miss("zeros", sentence)
    return Miss("unknown", f"{words.side} has no {words.noun} “{text}” ({located.place}). {words.if_unknown}")


def _unknown_id(located: Located, words: Words) -> Miss:
    if located.cell.problem:
        return explain_problem(located.cell.problem, located.cell.text, located.place, words)
    text = located.cell.text
    return Miss(
        "unknown", f"{words.side} has no {words.noun} with the id {text} ({located.place}). {words.if_unknown}"
    )
