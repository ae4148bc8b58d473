"""Cost codes, items, classes and accounts as they are compared: code, cost type, words, division. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mapping.matching.code_texts import CodeText, is_code, read_code, split_code, split_type
from mapping.matching.records import Candidate
from mapping.matching.trade_words import trade_words
from mapping.normalize import normal_name
from smoothx.lib.text import collapse_spaces

# QuickBooks Desktop cuts names there, and lists that came from it stay cut.
CUT_LENGTHS = (30, 31)
# Words that end whole trades and cost types alike: "Laboratory Equipment", "Site Amenities Equipment".
SOFT_TYPES = {"equipment": "E", "other": "O"}


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A row as it is compared. `text` is the name without its code, normal. `group`: "Account" or nothing.

    `division` is the number in front of the name above the row, "03" of "03 Concrete", where there is one.
    What depends on both lists `CodeLists` fills in: `keys`, what the code may be, and `inside`, what an account's
    number holds.
    """

    id: str
    code: CodeText
    cost_type: str
    words: tuple[str, ...]
    text: str
    is_cut: bool
    division: str
    division_name: str
    division_words: tuple[str, ...]
    group: str
    keys: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()

    @property
    def shown_code(self) -> str:
        return "-".join(self.code.groups)

    @property
    def soft_type(self) -> str:
        return SOFT_TYPES.get(self.words[-1], "") if len(self.words) > 1 else ""


def has_letter_codes(rows: Iterable[Candidate]) -> bool:
    """Whether a list's codes begin with letters, more than one stray code of them."""
    lettered = [row for row in rows if row.code[:1].isalpha() and row.code[-1:].isdigit()]
    return len(lettered) > 1


def read_left(row: Candidate, *, with_letters: bool = False) -> CodeRow:
    """A Procore cost code."""
    in_name, bare = _split_name(row.name, with_letters)
    code = read_code(row.code or in_name)
    bare = bare if _repeats(code, in_name) else row.name
    return _read(row, code, bare, row.name, row.parent)


def read_right(row: Candidate, *, with_letters: bool = False) -> CodeRow:
    """An item, a class or an account, whose name may hold the names above it and a code of its own."""
    full = row.name if ":" in row.name or ":" not in row.other_name else row.other_name
    above, _, leaf = full.rpartition(":")
    in_name, bare = _split_name(leaf, with_letters)
    if not in_name and row.other_name:
        in_name, bare = _split_name(row.other_name.rpartition(":")[2], with_letters)
    code = read_code(in_name or row.code)
    return _read(row, code, bare, leaf.strip(), row.parent or above)


def _split_name(name: str, with_letters: bool) -> tuple[str, str]:
    code, bare = split_code(name.strip(), with_letters=with_letters)
    return (name.strip(), "") if not code and is_code(name) else (code, bare)


def _repeats(code: CodeText, in_name: str) -> bool:
    """Whether the code in front of a name is the row's own and not a number of its name: "2 Hour Walls"."""
    return bool(in_name) and read_code(in_name).groups == code.groups


def _read(row: Candidate, code: CodeText, bare: str, leaf: str, parent: str) -> CodeRow:
    head, kind = _split_types(bare, code.cost_type)
    words = trade_words(head) if head.strip() else ()
    if code.cost_type and len(words) > 1 and SOFT_TYPES.get(words[-1]) == code.cost_type:
        words = words[:-1]
    above = parent.rpartition(":")[2]
    division_code, division_name = split_code(above.strip())
    return CodeRow(
        id=row.id,
        code=code,
        cost_type=kind,
        words=words,
        text=normal_name(head) if head.strip() else "",
        is_cut=len(leaf) in CUT_LENGTHS or len(bare) in CUT_LENGTHS,
        division=read_code(division_code).digits if division_code else "",
        division_name=collapse_spaces(division_name),
        division_words=trade_words(division_name) if division_name.strip() else (),
        group="Account" if row.subtype == "Account" else "",
    )


def _split_types(bare: str, in_code: str) -> tuple[str, str]:
    """A name without its cost type, and the type; "Framing Labor - Material" has two and is neither one nor the other.

    Where the code says one type, a name that says another is the name of the work.
    """
    head, cost_type = split_type(bare)
    if in_code and cost_type != in_code:
        return bare, in_code
    inner = split_type(head)[1] if cost_type else ""
    return head, cost_type + inner
