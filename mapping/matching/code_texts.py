"""Cost codes and account numbers as text: where they stand in a name, their parts, how spellings compare. Pure.

"03-100", "03100", "3100", "03.100", "03 10 00" and "03-100.S" are one code, the last with a cost type. What a spelling
means depends on the list it comes from: `Shape` is learnt from both lists.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

# A division and a subdivision, as in "03": trailing zeros before these say nothing.
DIVISION_WIDTH = 2
# Below this many digits a single letter behind them belongs to the code: "12A".
LEAST_DIGITS_BEFORE_TYPE = 4
LEAST_DIGITS_IN_ACCOUNT = 4
# A name of fewer digits, or with more letters in a row, is a name: "Lot 5", "Area 100".
LEAST_DIGITS_IN_NAME, LONGEST_LETTERS = 3, 3

_NUMBERS = (
    r"\d{1,3}(?: \d{2,4}){1,3}(?:\.\d+)?"  # 03 10 00
    r"|\d[\d./-]*\d[A-Z]?(?:\.[A-Z]{1,3})?"  # 03-100, 03100.S
    r"|\d[\w./-]*"  # 3-A
)
_LETTERS = r"[A-Z]{1,4}[-. ]?\d{2,}(?:[-.]\w+)*"  # GC-100
_BEHIND = r")(?:\s*[-:\u2013\u2014]\s*|\s+)(?=\D)"
_LEADING_CODE = re.compile(rf"^\s*({_NUMBERS}{_BEHIND}")
_LEADING_CODE_OR_LETTERS = re.compile(rf"^\s*({_NUMBERS}|{_LETTERS}{_BEHIND}")
_GROUP = re.compile(r"\d+|[^\W\d_]+")
_LETTER = {"L": "L", "M": "M", "S": "S", "E": "E", "O": "O"}
_TYPE_CODES = _LETTER | {"LAB": "L", "MAT": "M", "MTL": "M", "SUB": "S", "EQ": "E", "EQP": "E", "OTH": "O"}
_TYPE_WORDS = {
    word: letter
    for letter, words in {
        "L": "labor labors labour lab",
        "M": "material materials matl mtl mat",
        "S": "sub subs subcontract subcontracts subcontractor subcontractors",
        "E": "equipment equip",
        "O": "other",
    }.items()
    for word in words.split()
}
# Without a dash these end the names of whole trades too: "Laboratory Equipment".
_ONLY_BEHIND_DASH = frozenset({"equipment", "equip", "other", "mat", "lab"})
_TRAILING_TYPE = re.compile(
    r"^(?P<head>.*[^\s:/(\u2013\u2014-])(?P<dash>\s*[-:/\u2013\u2014]\s*|\s+\(|\s+)(?P<word>[^\W\d_]+)\.?\)?\s*$"
)


@dataclass(frozen=True, slots=True)
class CodeText:
    """A code taken apart: runs of digits or letters in capitals, and the cost type (L, M, S, E, O) or nothing."""

    groups: tuple[str, ...] = ()
    cost_type: str = ""

    @property
    def is_digits(self) -> bool:
        return bool(self.groups) and all(group.isdigit() for group in self.groups)

    @property
    def digits(self) -> str:
        """All digits in a row, the division with its leading zero: "03100" of "3-100"."""
        if len(self.groups) == 1:
            return self.groups[0]
        return self.groups[0].zfill(DIVISION_WIDTH) + "".join(self.groups[1:])


@dataclass(frozen=True, slots=True)
class Shape:
    """How the lists write codes. `width` is the usual number of digits, 0 when there is none.

    `has_padding`: zeros at the end say nothing, since leaving them out makes no two codes one.
    """

    width: int = 0
    has_padding: bool = False


def split_code(name: str, *, with_letters: bool = False) -> tuple[str, str]:
    """("03-300", "Cast-in-place concrete") of "03-300 Cast-in-place concrete"; ("", name) where no code leads.

    `with_letters` for lists whose codes begin with letters, as in "GC-100"; elsewhere "R-19 Insulation" is a name.
    """
    match = (_LEADING_CODE_OR_LETTERS if with_letters else _LEADING_CODE).match(name)
    return (match.group(1), name[match.end() :].strip()) if match else ("", name)


@lru_cache(maxsize=50_000)
def read_code(text: str) -> CodeText:
    """The code in a text that is nothing but a code."""
    groups = tuple(_GROUP.findall(text.upper()))
    if len(groups) < 2 or groups[-1] not in _TYPE_CODES or not groups[-2].isdigit():
        return CodeText(groups)
    digits = sum(len(group) for group in groups[:-1])
    is_apart = not text.upper().rstrip().endswith(groups[-2] + groups[-1])
    if not is_apart and (digits < LEAST_DIGITS_BEFORE_TYPE or groups[-1] not in _LETTER):
        return CodeText(groups)
    return CodeText(groups[:-1], _TYPE_CODES[groups[-1]])


def is_code(text: str) -> bool:
    """Whether a text is a code and no words: "11 660", "GC-100.M", but not "Lot 5"."""
    groups = _GROUP.findall(text)
    letters = [group for group in groups if not group.isdigit()]
    digits = sum(len(group) for group in groups if group.isdigit())
    if not letters:
        return digits > 0
    return digits >= LEAST_DIGITS_IN_NAME and all(len(group) <= LONGEST_LETTERS for group in letters)


def split_type(name: str) -> tuple[str, str]:
    """("Sodding", "L") of "Sodding - Labor"; (name, "") where no cost type ends the name."""
    match = _TRAILING_TYPE.match(name)
    word = match["word"].lower() if match else ""
    if match is None or word not in _TYPE_WORDS:
        return name, ""
    if not match["dash"].strip() and word in _ONLY_BEHIND_DASH:
        return name, ""
    return match["head"], _TYPE_WORDS[word]


def learn_shape(*lists: Iterable[CodeText]) -> Shape:
    """How these lists write their codes, each list weighed alike."""
    widths: Counter[int] = Counter()
    has_padding = True
    for codes in lists:
        numeric = [code for code in codes if code.is_digits]
        split = [code for code in numeric if len(code.groups) > 1] or numeric
        counts = Counter(len(code.digits) for code in split)
        for width, count in counts.items():
            widths[width] += round(1000 * count / len(split))
        has_padding = has_padding and _pads(numeric)
    best = max(sorted(widths), key=lambda width: widths[width], default=0)
    return Shape(best, has_padding)


def _pads(codes: Iterable[CodeText]) -> bool:
    """Whether zeros at the end can go: few different codes of the list become one by it."""
    spelled = {code.digits for code in codes}
    return len({strip_zeros(code) for code in spelled}) >= 0.9 * len(spelled)


def strip_zeros(digits: str) -> str:
    """Without the zeros at the end, but for a division's own: "03" of "03000", "10" of "1000"."""
    return digits[:DIVISION_WIDTH] + digits[DIVISION_WIDTH:].rstrip("0")


@lru_cache(maxsize=100_000)
def code_keys(code: CodeText, shape: Shape) -> tuple[str, ...]:
    """What a code may be, likeliest first. Two codes are equal when the first of one is among those of the other.

    Empty when there is no code. A number that lost its leading zero in a spreadsheet has a second reading.
    """
    if not code.groups:
        return ()
    if not code.is_digits:
        return ("-".join(group.lstrip("0") or "0" for group in code.groups),)
    digits = code.digits
    readings = [digits]
    if len(code.groups) == 1 and len(digits) == shape.width - 1:
        readings.insert(0, "0" + digits)
    if shape.has_padding:
        readings = [strip_zeros(reading) for reading in readings]
    return tuple(dict.fromkeys(readings))


def account_keys(code: CodeText, shape: Shape) -> tuple[str, ...]:
    """A cost code inside an account number, behind the digits of its range: "03230" of "503230" or "5000-03-230"."""
    if not code.is_digits or not shape.width:
        return ()
    tails = {"".join(code.groups[start:]) for start in range(1, len(code.groups))}
    if len(code.groups) == 1 and len(code.digits) > shape.width:
        tails.add(code.digits[-shape.width :])
    tails = {tail for tail in tails if len(tail) == shape.width >= LEAST_DIGITS_IN_ACCOUNT}
    return tuple(sorted(strip_zeros(tail) if shape.has_padding else tail for tail in tails))
