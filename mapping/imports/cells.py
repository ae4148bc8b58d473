"""One cell of a file as it is compared: its text made plain, and what keeps it from being read. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

Problem = Literal["", "date", "formula", "error", "merged", "long"]

LONGEST_CELL = 500
SHOWN_OF_LONG = 60

# A spreadsheet takes a text that begins so for a formula, in a CSV file too.
_GUARDED = re.compile(r"'*[=+\-@\t\r]")
_GUARD = re.compile(r"'+[=+\-@\t\r]")
_SPACES = re.compile(r"\s+")
_ONLY_ZEROS = re.compile(r'^(?:[0\-. /]|\\.|"[^"]*")*0(?:[0\-. /]|\\.|"[^"]*")*$')


@dataclass(frozen=True, slots=True)
class Cell:
    """`is_number`: the file holds a number, so leading zeros are lost and 3.10 is 3.1."""

    text: str = ""
    problem: Problem = ""
    is_number: bool = False

    def __bool__(self) -> bool:
        return bool(self.text or self.problem)


EMPTY = Cell()


def guard_formula(text: str) -> str:
    """A text no spreadsheet takes for a formula; `unguard_formula` gives it back exactly."""
    return f"'{text}" if _GUARDED.match(text) else text


def unguard_formula(text: str) -> str:
    return text[1:] if _GUARD.match(text) else text


def clean_text(text: str) -> str:
    """Without what cannot be seen: one plain space for any kind of white space, no joiners, marks or controls."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    shown = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in text)
    seen = "".join(sign for sign in shown if unicodedata.category(sign) not in ("Cf", "Cs", "Co", "Cn"))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", seen)).strip()


def read_text(text: str) -> Cell:
    """A text as the file has it."""
    plain = clean_text(text)
    if len(plain) > LONGEST_CELL:
        return Cell(plain[:SHOWN_OF_LONG], "long")
    return Cell(plain) if plain else EMPTY


def read_number(value: float | int, number_format: str) -> Cell:
    """A number as the spreadsheet shows it where its format is made of zeros, as `00-000` is; else its digits."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if isinstance(value, int) and value >= 0 and _ONLY_ZEROS.match(number_format) and number_format != "0":
        shown = _fill_zeros(value, number_format)
        if shown:
            return Cell(shown)
    return Cell(repr(value) if isinstance(value, float) else str(value), is_number=True)


def _fill_zeros(value: int, number_format: str) -> str:
    """`00-000` with 1100 is "01-100"; empty where the number has more digits than the format has places."""
    if "." in number_format:
        return ""
    plain = re.sub(r'\\(.)|"([^"]*)"', lambda match: match.group(1) or match.group(2), number_format)
    places = plain.count("0")
    digits = iter(str(value).rjust(places, "0"))
    if len(str(value)) > places:
        return ""
    return "".join(next(digits) if sign == "0" else sign for sign in plain)


def pack(cell: Cell) -> Any:
    """As JSON: the plain text of most cells, a list for the others."""
    return [cell.text, cell.problem, cell.is_number] if cell.problem or cell.is_number else cell.text


def unpack(value: Any) -> Cell:
    return Cell(value) if isinstance(value, str) else Cell(value[0], value[1], value[2])
