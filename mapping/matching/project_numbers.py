"""A firm's own job numbers: how they look, learnt from the list, and where one stands in a name. Pure.

"22-068", "22.068", "22068", "2022-068", "22-68", "Job #22-068" and "(22-068)" are one number in a firm that writes
22-068. What looks otherwise, "P.S. 204" or "FY15", is part of the name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mapping.normalize import fold

# A way of writing that fewer have is somebody's slip, not the firm's.
LEAST_SHARE = 0.03
FEW_ROWS = 30
MOST_SHAPES = 6
# Without a column of numbers they are learnt from names, if so many begin with one.
LEAST_NUMBERED = 0.25

_RUNS = re.compile(r"[a-z]+|\d+")
_SEPARATOR = r"[-\u2013.]"
_SPACED = r"[-\u2013. ]"
_WORD = r"(?:\b(?:job|jobs|proj|project|contract|work\s?order|wo)\b\.?\s*)?(?:\b(?:no|num|number|nr)\b\.?\s*)?[#:]?\s*"
_MARK = r"(?:\b(?:job|proj|project)\b\.?\s*(?:(?:no|num|number|nr)\b\.?\s*)?[#:]?|\b(?:no|nr)\.|#)\s*"
_END = r"(?![a-z0-9])(?!\s?[-\u2013./_]\d)"
_LEADING = re.compile(
    rf"^\s*{_WORD}((?:[a-z]{{1,3}}-?)?\d{{2,4}}[-./]\d{{2,5}}|[a-z]{{1,3}}-?\d{{3,6}}|\d{{4,6}}){_END}"
)
_TIDY = re.compile(r"^[\s:,;|\u2013-]+|[\s:,;|\u2013-]+$")


@dataclass(frozen=True, slots=True)
class Found:
    """A number in a name, what is left of the name, and whether it may as well be a house number."""

    number: str
    rest: str
    is_soft: bool = False


class JobNumbers:
    """The firm's ways of writing a number. `find` answers None where a name holds none."""

    def __init__(self, codes: Iterable[str], names: Iterable[str] = ()) -> None:
        known = [runs for code in codes if (runs := _split(code))]
        if not known:
            known = _learn_from_names(names)
        self._prefix = _common_prefix(known)
        shapes = _shapes(known, self._prefix)
        self._patterns = _compile(self._prefix, shapes)
        self._widths = sorted({shape for shape in shapes if len(shape) > 1})

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
                rest = f"{folded[: match.start()]} {folded[match.end() :]}"
                return Found(self.normalize(match.group("number")), _TIDY.sub("", rest), is_soft)
        return None

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


def _shapes(known: Sequence[tuple[str, ...]], prefix: str) -> list[_Shape]:
    counts: Counter[_Shape] = Counter()
    for runs in known:
        own = runs[1:] if prefix and len(runs) > 1 and runs[0] == prefix else runs
        counts[tuple(str(len(run)) if run.isdigit() else run for run in own)] += 1
    least = 1 if len(known) <= FEW_ROWS else max(2.0, LEAST_SHARE * len(known))
    usual = sorted((shape for shape in counts if counts[shape] >= least), key=lambda shape: (-counts[shape], shape))
    return [shape for shape in usual if any(part.isdigit() for part in shape)][:MOST_SHAPES]


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
    either = _join(head, [*loose, *plain])
    patterns = []
    if several:
        spaced = _join(head, [pattern.replace(_SEPARATOR, _SPACED) for pattern in exact])
        patterns.append((rf"^\s*{_WORD}{spaced}{_END}", False))
    patterns += [(rf"[(\[]\s*{_WORD}{either}{_END}\s*[)\]]", False), (rf"{_MARK}{either}{_END}", False)]
    if prefix:
        patterns.append((rf"(?<![a-z0-9])(?P<number>{prefix}[-\s]?(?:{'|'.join([*loose, *plain])})){_END}", False))
    if several:
        patterns.append((rf"(?<![a-z0-9./-]){_join(head, exact)}{_END}", False))
        patterns.append((rf"^\s*{_join(head, loose)}{_END}", True))
    patterns += [(rf"^\s*{_join('', plain)}{_END}", True), (rf"\s[-\u2013|]\s*{_join('', plain)}\s*$", True)]
    return [(re.compile(pattern), is_soft) for pattern, is_soft in patterns]


def _join(head: str, ways: Sequence[str]) -> str:
    return rf"(?P<number>{head}(?:{'|'.join(ways)}))"
