"""What each column of a file means: by its heading, else by what stands in it. A person can change it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mapping.imports.cells import EMPTY, Cell
from mapping.imports.files import Line
from mapping.imports.headings import HEADINGS, QUICKBOOKS_SIGNS, WEAK_CODES, WEAK_NAMES, Meaning
from mapping.normalize import fold

Content = Literal["mapping", "left", "right", "unknown"]
Probe = Callable[[str], bool]

MEANINGS: tuple[Meaning, ...] = (
    "left_id", "left_code", "left_name", "project", "right_id", "right_code", "right_name", "role"
)  # fmt: skip
LEFT: tuple[Meaning, ...] = ("left_id", "left_code", "left_name")
RIGHT: tuple[Meaning, ...] = ("right_id", "right_code", "right_name")

# How far down the headings may stand: reports begin with the company's name, the report's and a date.
LAST_HEADING_ROW = 15
SAMPLE_LINES = 300
LEAST_SHARE = 0.5
LEAST_FILLED = 0.3


@dataclass(frozen=True, slots=True)
class Layout:
    """`meanings` by column; `header_line` is the index of the line with the headings, -1 without.

    `warnings` are sentences about what was not certain.
    """

    meanings: tuple[Meaning, ...]
    header_line: int = -1
    headings: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def content(self) -> Content:
        return content_of(self.meanings)


def content_of(meanings: Sequence[str]) -> Content:
    """Whether the columns name rows of both sides, of one, or of none."""
    has_left, has_right = any(key in meanings for key in LEFT), any(key in meanings for key in RIGHT)
    if has_left and has_right:
        return "mapping"
    return "left" if has_left else "right" if has_right else "unknown"


def normal_heading(text: str) -> str:
    """ "Account #" is "account number", "Chart of account code/name" is "chart of account code name"."""
    spelled = fold(text).replace("#", " number ").replace("quickbooks online", "quickbooks")
    spelled = re.sub(r"\bqb(o)?\b", "quickbooks", spelled)
    return " ".join(re.sub(r"[\W_]+", " ", spelled).split())


def recognise(lines: Sequence[Line], probes: Mapping[Meaning, Probe]) -> Layout:
    """The likeliest layout. `probes` say for a text whether it names a row, by the meaning its column would have."""
    width = max((len(line.cells) for line in lines), default=0)
    index, meanings, warnings = _find_headings(lines, width, has_projects="project" in probes)
    rest = lines[index + 1 :]
    if index >= 0 and _is_quickbooks([cell.text for cell in lines[index].cells]):
        # Its descriptions may well read like the rows of the other side.
        probes = {meaning: probe for meaning, probe in probes.items() if meaning not in LEFT}
    filled = _recognise_contents(rest, meanings, probes)
    if index < 0 and _are_headings(lines[:1], filled, probes):
        index = 0
    headings = tuple(cell.text for cell in lines[index].cells) if index >= 0 else ()
    return Layout(tuple(filled), index, headings, tuple(warnings))


def _find_headings(lines: Sequence[Line], width: int, *, has_projects: bool) -> tuple[int, list[Meaning], list[str]]:
    """The line with the most headings known; the first of equals. One alone counts where it is in the first line."""
    best: tuple[int, int, list[Meaning], list[str]] = (0, -1, [""] * width, [])
    for index, line in enumerate(lines[:LAST_HEADING_ROW]):
        meanings, warnings = read_headings([cell.text for cell in line.cells], has_projects=has_projects)
        known = sum(1 for meaning in meanings if meaning)
        least = 1 if index == 0 else 2
        if known >= least and known > best[0]:
            best = (known, index, meanings + [""] * (width - len(meanings)), warnings)
    return best[1], best[2], best[3]


def read_headings(headings: Sequence[str], *, has_projects: bool = False) -> tuple[list[Meaning], list[str]]:
    """The meaning of each heading, and a warning for each that another column had already."""
    normal = [normal_heading(text) for text in headings]
    is_quickbooks = _is_quickbooks(headings)
    found: list[Meaning] = [_meaning_of(text, has_projects=has_projects) for text in normal]
    has_left = any(meaning in LEFT for meaning in found)
    warnings: list[str] = []
    for position, text in enumerate(normal):
        if not found[position] and not (is_quickbooks and not has_left):
            found[position] = "left_code" if text in WEAK_CODES else "left_name" if text in WEAK_NAMES else ""
        elif not found[position]:
            found[position] = "right_code" if text in WEAK_CODES else "right_name" if text == "name" else ""
    return _without_repeats(found, headings, warnings), warnings


def _is_quickbooks(headings: Sequence[str]) -> bool:
    return not QUICKBOOKS_SIGNS.isdisjoint(normal_heading(text) for text in headings)


def _meaning_of(text: str, *, has_projects: bool) -> Meaning:
    if has_projects and text in ("project", "project name", "project number", "procore project"):
        return "project"
    return next((meaning for meaning in MEANINGS if meaning != "project" and text in HEADINGS[meaning]), "")


def _without_repeats(found: list[Meaning], headings: Sequence[str], warnings: list[str]) -> list[Meaning]:
    """Each meaning once. A weak heading gives way to a plain one, else the first column keeps it."""
    kept: list[Meaning] = list(found)
    for meaning, times in Counter(found).items():
        if not meaning or times == 1:
            continue
        places = [position for position, each in enumerate(found) if each == meaning]
        strong = [place for place in places if normal_heading(headings[place]) in HEADINGS[meaning]]
        chosen = (strong or places)[0]
        for place in places:
            kept[place] = meaning if place == chosen else ""
        others = [headings[place] for place in places if place != chosen]
        warnings.append(
            f"“{headings[chosen]}” is used, and {_quote(others)} too may mean it. Change the columns if that is wrong."
        )
    return kept


def _quote(texts: Sequence[str]) -> str:
    return ", ".join(f"“{text}”" for text in texts)


def _recognise_contents(
    lines: Sequence[Line], meanings: list[Meaning], probes: Mapping[Meaning, Probe]
) -> list[Meaning]:
    """Give columns without a meaning the one that most of their cells fit, for a side that no heading names."""
    named = {_side_of(meaning) for meaning in meanings if meaning}
    wanted = {meaning: probe for meaning, probe in probes.items() if _side_of(meaning) not in named}
    sample = lines[:SAMPLE_LINES]
    shares = [
        (share, -order, -column, meaning)
        for column, known in enumerate(meanings)
        if not known
        for order, (meaning, probe) in enumerate(wanted.items())
        if (share := _share(sample, column, probe)) >= LEAST_SHARE
    ]
    filled = list(meanings)
    for _, _, column, meaning in sorted(shares, reverse=True):
        if not filled[-column] and meaning not in filled:
            filled[-column] = meaning
    return filled


def _are_headings(first: Sequence[Line], meanings: Sequence[Meaning], probes: Mapping[Meaning, Probe]) -> bool:
    """Headings nobody knows: the first line names nothing in the columns whose other cells name rows."""
    known = [(column, probes[meaning]) for column, meaning in enumerate(meanings) if meaning]
    return bool(known) and not any(
        probe(cell_at(line.cells, column).text) for line in first for column, probe in known
    )


def _side_of(meaning: Meaning) -> str:
    return meaning.partition("_")[0]


def _share(lines: Sequence[Line], column: int, probe: Probe) -> float:
    """How many of a column's cells the probe knows; none where most are empty, since a few may do so by chance."""
    texts = [text for line in lines if (text := cell_at(line.cells, column).text)]
    known = sum(1 for text in texts if probe(text))
    return known / len(texts) if known >= LEAST_FILLED * len(lines) and texts else 0


def cell_at(cells: Sequence[Cell], column: int) -> Cell:
    return cells[column] if 0 <= column < len(cells) else EMPTY
