"""A firm's own job numbers: how they look, learnt from the list, and where one stands in a name. Pure.

"22-068", "22.068", "22068", "2022-068", "22-68", "Job #22-068" and "(22-068)" are one number in a firm that writes
22-068. What looks otherwise, "P.S. 204" or "FY15", is part of the name.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mapping.normalize import fold
from smoothx.lib.text import collapse_spaces

# A way of writing that fewer have is somebody's slip, not the firm's.
LEAST_SHARE = 0.03
FEW_ROWS = 30
MOST_SHAPES = 6
# So many digits in a row may be a year and a count, if so large a share begins with a year. Fewer digits than three
# are taken for a job number only behind the word.
SHORTEST_WITH_YEAR = 5
SHORTEST_FIRM = 3
MOSTLY = 0.8
# Without a column of numbers they are learnt from names, if so many begin with one.
LEAST_NUMBERED = 0.25

_RUNS = re.compile(r"[a-z]+|\d+")
_SEPARATOR = r"[-\u2013.]"
_SPACED = r"[-\u2013. ]"
_WORD = r"(?:\b(?:job|jobs|proj|project|contract|work\s?order|wo)\b\.?\s*)?(?:\b(?:no|num|number|nr)\b\.?\s*)?[#:]?\s*"
_MARK = r"\b(?:job|proj|project)\b\.?\s*(?:(?:no|num|number|nr)\b\.?\s*)?[#:]?\s*"
_HASH = r"(?:\b(?:no|nr)\.|#)\s*"
_END = r"(?![a-z0-9])(?!\s?[-\u2013./_]\d)"
_LEADING = re.compile(
    rf"^\s*{_WORD}((?:[a-z]{{1,3}}-?)?\d{{2,4}}[-./]\d{{2,5}}|[a-z]{{1,3}}-?\d{{3,6}}|\d{{4,6}}){_END}"
)
# The first word of a name, for numbers that look like no other of the firm's.
_FIRST = re.compile(rf"^\s*{_WORD}(?P<number>[a-z0-9][a-z0-9./-]*){_END}")
# A number in brackets at the end that a cut went through: "Gym Roof (18-0", "Gym Roof (Job".
_BROKEN = re.compile(
    r"\s*[(\[](?:j(?:ob?)?|pr?o?j?)?\.?\s*(?:no?\.?)?\s*#?\s*(?P<number>[a-z]?-?[\d.-]*)$", re.IGNORECASE
)
_TIDY = re.compile(r"^[\s:,;|\u2013-]+|[\s:,;|\u2013-]+$")
_NOT_DIGIT = re.compile(r"\D+")
_NOT_SIGN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Found:
    """A number in a name, as compared and as `shown`; what is left of the name; whether it may be a house number."""

    number: str
    shown: str
    rest: str
    is_soft: bool = False


class JobNumbers:
    """The firm's ways of writing a number. `find` answers None where a name holds none."""

    def __init__(self, codes: Iterable[str], names: Iterable[str] = ()) -> None:
        given = [code for code in codes if code.strip()]
        known = [runs for code in given if (runs := _split(code))] or _learn_from_names(names)
        self._prefix = _common_prefix(known)
        shapes = _learn_shapes(known, self._prefix)
        self._patterns = _compile(self._prefix, shapes)
        self._widths = sorted({shape for shape in shapes if len(shape) > 1})
        self._known = {self.normalize(code) for code in given}

    def normalize(self, code: str) -> str:
        """A code as numbers are compared: "2022-068" and "22068" are "22-68". Empty for an empty code."""
        runs = _split(code)
        if self._prefix and len(runs) > 1 and runs[0] == self._prefix:
            runs = runs[1:]
        if len(runs) == 1 and runs[0].isdigit():
            runs = self._cut_up(runs[0])
        if len(runs) > 1 and len(runs[0]) == 4 and runs[0][:2] in ("19", "20"):
            runs = (runs[0][2:], *runs[1:])
        return "-".join(run.lstrip("0") or "0" if run.isdigit() else run for run in runs)

    def find(self, name: str) -> Found | None:
        folded = fold(name)
        for pattern, is_soft in self._patterns:
            match = pattern.search(folded)
            if match:
                return self._found(folded, match, is_soft=is_soft)
        match = _FIRST.match(folded)
        if match and self.normalize(match.group("number")) in self._known:
            return self._found(folded, match, is_soft=match.group("number").isdigit())
        return None

    def _found(self, folded: str, match: re.Match[str], *, is_soft: bool) -> Found:
        rest = f"{folded[: match.start()]} {folded[match.end() :]}"
        shown = match.group("number")
        return Found(self.normalize(shown), shown.upper(), _TIDY.sub("", collapse_spaces(rest)), is_soft)

    def _cut_up(self, digits: str) -> tuple[str, ...]:
        """Digits without separators, cut where the firm's separators stand."""
        for shape in self._widths:
            widths = [int(width) for width in shape if width.isdigit()]
            if len(widths) != len(shape):
                continue
            if len(digits) == sum(widths) + 2 and widths[0] == 2 and digits[:2] == "20":
                digits = digits[2:]
            if len(digits) == sum(widths):
                cut, place = [], 0
                for width in widths:
                    cut.append(digits[place : place + width])
                    place += width
                return tuple(cut)
        return (digits,)


def split_broken_number(name: str) -> tuple[str, str]:
    """A cut name without the number in brackets that the cut went through, and what is there of its digits."""
    match = _BROKEN.search(name)
    return (name[: match.start()], match.group("number")) if match else (name, "")


def may_go_on(remnant: str, number: str) -> bool:
    """Whether what a cut left of a number may be the beginning of another one, written with or without its century."""
    digits = _NOT_DIGIT.sub("", remnant)
    begun = (_NOT_SIGN.sub("", fold(remnant)), digits, digits.removeprefix("20"))
    whole = (_NOT_SIGN.sub("", fold(number)), _NOT_DIGIT.sub("", number))
    return any(start and full.startswith(start) for start in begun for full in whole)


# A run of digits by its width, "3", and a run of letters by itself.
_Shape = tuple[str, ...]


def _split(code: str) -> tuple[str, ...]:
    return tuple(_RUNS.findall(fold(code)))


def _learn_from_names(names: Iterable[str]) -> list[tuple[str, ...]]:
    all_names = list(names)
    found = [_split(match.group(1)) for name in all_names if (match := _LEADING.match(fold(name)))]
    return found if len(found) >= max(2, LEAST_NUMBERED * len(all_names)) else []


def _common_prefix(known: Sequence[tuple[str, ...]]) -> str:
    """The letters that most numbers begin with: J of J1234."""
    heads = Counter(runs[0] for runs in known if len(runs) > 1 and runs[0].isalpha())
    if not heads:
        return ""
    prefix, count = min(heads.items(), key=lambda item: (-item[1], item[0]))
    return prefix if count * 2 > len(known) else ""


def _learn_shapes(known: Sequence[tuple[str, ...]], prefix: str) -> list[_Shape]:
    by_shape: dict[_Shape, list[tuple[str, ...]]] = defaultdict(list)
    for runs in known:
        own = runs[1:] if prefix and len(runs) > 1 and runs[0] == prefix else runs
        by_shape[tuple(str(len(run)) if run.isdigit() else run for run in own)].append(own)
    least = 1 if len(known) <= FEW_ROWS else max(2.0, LEAST_SHARE * len(known))
    usual = sorted(by_shape, key=lambda shape: (-len(by_shape[shape]), shape))
    shapes = [_with_year(shape, by_shape[shape]) for shape in usual if len(by_shape[shape]) >= least]
    return list(dict.fromkeys(shape for shape in shapes if any(part.isdigit() for part in shape)))[:MOST_SHAPES]


def _with_year(shape: _Shape, known: Sequence[tuple[str, ...]]) -> _Shape:
    """22068 is 22-068 without its dash where nearly all numbers begin with what may be a year."""
    if len(shape) > 1 or not shape[0].isdigit() or int(shape[0]) < SHORTEST_WITH_YEAR:
        return shape
    width = int(shape[0])
    if width >= SHORTEST_WITH_YEAR + 2 and _mostly(runs[0][:2] == "20" for runs in known):
        return ("4", str(width - 4))
    return ("2", str(width - 2)) if _mostly("10" <= runs[0][:2] <= "39" for runs in known) else shape


def _mostly(answers: Iterable[bool]) -> bool:
    found = list(answers)
    return sum(found) >= MOSTLY * len(found)


def _separated(shape: _Shape, *, is_exact: bool) -> str:
    """The shape with separators; not exact are lost or added zeros, "22-68" and "22-0068" for 22-068."""
    parts = []
    for place, part in enumerate(shape):
        if not part.isdigit():
            parts.append(part)
        elif place == 0 and part in ("2", "4"):
            parts.append(r"(?:20|19)?\d{2}")
        else:
            parts.append(rf"\d{{{part}}}" if is_exact else rf"0{{0,2}}\d{{1,{part}}}")
    return _SEPARATOR.join(parts)


def _unseparated(shape: _Shape) -> Iterator[str]:
    widths = [rf"\d{{{part}}}" if part.isdigit() else part for part in shape]
    yield "".join(widths)
    if len(shape) > 1 and shape[0] == "2":
        yield "20" + "".join(widths)
    if len(shape) > 1 and shape[0] == "4":
        yield r"\d{2}" + "".join(widths[1:])
    if len(shape) == 1 and shape[0].isdigit():
        yield rf"0{{1,2}}\d{{{shape[0]}}}"


def _compile(prefix: str, shapes: Sequence[_Shape]) -> list[tuple[re.Pattern[str], bool]]:
    """Patterns by how little they leave to doubt, each with whether the number may be part of an address."""
    if not shapes:
        return []
    head = rf"(?:{prefix}[-\s]?)?" if prefix else ""
    several = [shape for shape in shapes if len(shape) > 1]
    exact = [_separated(shape, is_exact=True) for shape in several]
    loose = [_separated(shape, is_exact=False) for shape in several]
    plain = [pattern for shape in shapes for pattern in _unseparated(shape)]
    start, inside = r"^\s*", r"(?<![a-z0-9./-])"
    either = _join(head, [*loose, *plain])
    spaced = [pattern.replace(_SEPARATOR, _SPACED) for pattern in exact]
    ways = [
        (f"{start}{_WORD}{_join(head, spaced)}{_END}" if several else "", False),
        (f"{start}{_WORD}{_join(rf'{prefix}[-. ]?', [*loose, *plain])}{_END}" if prefix else "", False),
        (rf"[(\[]\s*{_WORD}{either}{_END}\s*[)\]]", False),
        (f"{_MARK}{either}{_END}", False),
        (f"{start}{_HASH}{either}{_END}", False),
        (f"{inside}{_join(f'{prefix}-?', [*loose, *plain])}{_END}" if prefix else "", False),
        (f"{inside}{_join(head, exact)}{_END}" if several else "", False),
        (f"{start}{either}{_END}", True),
        (f"{_HASH}{either}{_END}", True),
        (rf"\s[-\u2013|]\s*{_join('', plain)}\s*$", True),
    ]
    # A firm that counts from 1 writes what "Roof (2)" and "#2 Pier Road" hold as well.
    is_short = not prefix and all(len(shape) == 1 and int(shape[0]) < SHORTEST_FIRM for shape in shapes)
    return [
        (re.compile(pattern), is_soft or (is_short and not pattern.startswith(_MARK)))
        for pattern, is_soft in ways
        if pattern
    ]


def _join(head: str, ways: Sequence[str]) -> str:
    return rf"(?P<number>{head}(?:{'|'.join(ways)}))"
