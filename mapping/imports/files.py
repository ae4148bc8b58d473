"""A file as rows of cells, whatever kind of spreadsheet it is. Pure: it is given the bytes and keeps nothing.

What cannot be read is refused with a sentence for the reader. The limits keep one upload from taking the server along.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from mapping.imports.cells import Cell

MEGABYTE = 1024 * 1024
MOST_BYTES = 20 * MEGABYTE
MOST_ROWS = 100_000
MOST_COLUMNS = 60
MOST_SHEETS = 50
MOST_CELLS = 1_000_000


class FileRefused(Exception):
    """The file cannot be imported. `code` is stable, `sentence` says what to do about it."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


TOO_MANY_CELLS = FileRefused(
    "too_many_cells", "The file has too many cells. Keep the columns of the mapping, and import it again."
)


@dataclass(frozen=True, slots=True)
class Line:
    """`number` is the row's number in the file, counted from 1 as a spreadsheet shows it."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(slots=True)
class Sheet:
    """One list of the file. Empty rows are left out, and empty cells at a row's end. `size` counts its cells."""

    name: str
    lines: list[Line] = field(default_factory=list)
    size: int = 0

    def add(self, number: int, cells: list[Cell]) -> None:
        """Raises FileRefused when the sheet grows beyond the limits."""
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            return
        if len(cells) > MOST_COLUMNS:
            raise FileRefused(
                "too_many_columns",
                f"Row {number} has {len(cells)} columns, and {MOST_COLUMNS} are the most. "
                "Keep the columns of the mapping, and import it again.",
            )
        if len(self.lines) >= MOST_ROWS:
            raise FileRefused(
                "too_many_rows", f"The file has more than {MOST_ROWS:,} rows. Split it, and import the parts."
            )
        self.size += len(cells)
        if self.size > MOST_CELLS:
            raise TOO_MANY_CELLS
        self.lines.append(Line(number, tuple(cells)))


def check_size(size: int) -> None:
    """Raises FileRefused for a file too large to be read at all, and for one without a byte."""
    if size > MOST_BYTES:
        raise FileRefused(
            "too_large",
            f"The file has {size / MEGABYTE:,.0f} MB, and {MOST_BYTES // MEGABYTE} MB are the most. "
            "Keep the sheet with the mapping, and import it again.",
        )
    if size == 0:
        raise FileRefused("empty", "The file is empty.")


def start_of(file: BinaryIO, count: int) -> bytes:
    """The first bytes, with the file left at its beginning."""
    file.seek(0)
    first = file.read(count)
    file.seek(0)
    return first
