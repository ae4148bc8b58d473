"""XLSX workbooks: every visible sheet as rows of cells. Formulas give the value stored with them. Pure."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

from mapping.imports.cells import EMPTY, Cell, read_number, read_text
from mapping.imports.files import MOST_COLUMNS, MOST_ROWS, MOST_SHEETS, TOO_MANY_CELLS, FileRefused, Sheet
from mapping.imports.packages import open_package, refuse_declarations, scan_sheet

Place = tuple[int, int]

BROKEN = "The workbook cannot be read. Open it in Excel, save it again as XLSX, and import that."
# A merged title over the table is no matter; this many cells of merged areas are marked.
MOST_MERGED = 200_000
# Cells without content count too: formatted ones are in the file, and skipped ones are walked over.
MOST_VISITED = 6_000_000
ROW_COST = 10


def read_workbook(file: BinaryIO) -> list[Sheet]:
    """The sheets that hold anything, in the workbook's order. Raises FileRefused."""
    with open_package(file) as package:
        try:
            refuse_declarations(package)
            return _read_sheets(file, package)
        except FileRefused:
            raise
        # The library raises whatever its parsers do on a damaged file: KeyError, ValueError, ParseError, BadZipFile.
        except Exception as error:
            raise FileRefused("broken", BROKEN) from error


def _read_sheets(file: BinaryIO, package: zipfile.ZipFile) -> list[Sheet]:
    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    names = package.namelist()
    sheets: list[Sheet] = []
    try:
        for worksheet in book.worksheets[:MOST_SHEETS]:
            if worksheet.sheet_state != "visible":
                continue
            path = str(worksheet._worksheet_path)  # type: ignore[attr-defined]
            facts = scan_sheet(package, path.lstrip("/")) if path.lstrip("/") in names else None
            formulas = _find_formulas(file, worksheet.title) if facts and facts.has_formulas else frozenset()
            merged = _merged_places(facts.merged) if facts else frozenset()
            sheet = _read_sheet(worksheet, formulas, merged)
            if sheet.lines:
                sheets.append(sheet)
    finally:
        book.close()
    if sum(len(sheet.lines) for sheet in sheets) > MOST_ROWS:
        sentence = f"The sheets have more than {MOST_ROWS:,} rows together. Keep the sheet with the mapping."
        raise FileRefused("too_many_rows", sentence)
    return sheets


def _read_sheet(worksheet: Any, formulas: frozenset[Place], merged: frozenset[Place]) -> Sheet:
    sheet = Sheet(worksheet.title)
    last = max((column for _, column in merged), default=0)
    for number, row in _visit(worksheet):
        cells = [_read_cell(cell) for cell in row]
        if formulas or merged:
            # A row may end before a merged area that covers it.
            cells += [EMPTY] * (last - len(cells))
            cells = [_mark(cell, (number, column), formulas, merged) for column, cell in enumerate(cells, start=1)]
        sheet.add(number, cells)
    return sheet


def _visit(worksheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows with their numbers. Raises FileRefused for a sheet with very far rows or columns, though empty."""
    # A sheet may claim a size it has not, or none: it is read to its end.
    worksheet.reset_dimensions()
    visited = 0
    for number, row in enumerate(worksheet.iter_rows(), start=1):
        visited += len(row) + ROW_COST
        if visited > MOST_VISITED:
            raise TOO_MANY_CELLS
        yield number, row


def _read_cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return EMPTY
    if isinstance(value, str):
        return Cell(value, "error") if cell.data_type == "e" else read_text(value)
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE")
    if isinstance(value, int | float):
        return read_number(value, cell.number_format or "")
    return _read_moment(value)


def _read_moment(value: Any) -> Cell:
    """A date, time or span: a spreadsheet makes one of a code like 01-100."""
    if isinstance(value, datetime):
        at_midnight = value.time() == time()
        return Cell(value.date().isoformat() if at_midnight else value.isoformat(" ", "minutes"), "date")
    if isinstance(value, date | time | timedelta):
        return Cell(str(value), "date")
    return read_text(str(value))


def _mark(cell: Cell, place: Place, formulas: frozenset[Place], merged: frozenset[Place]) -> Cell:
    """A formula whose value was never worked out reads as nothing, and so do all but one of merged cells."""
    if cell:
        return cell
    if place in formulas:
        return Cell("", "formula")
    return Cell("", "merged") if place in merged else cell


def _find_formulas(file: BinaryIO, title: str) -> frozenset[Place]:
    book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    try:
        worksheet: Any = book[title]
        return frozenset(
            (number, column)
            for number, row in _visit(worksheet)
            for column, cell in enumerate(row, start=1)
            if cell.data_type == "f"
        )
    finally:
        book.close()


def _merged_places(ranges: Iterable[str]) -> frozenset[Place]:
    """The cells below the first row of areas that reach over several rows: each row of a mapping stands alone."""
    places: set[Place] = set()
    for text in ranges:
        left, top, right, bottom = range_boundaries(text)
        if None in (left, top, right, bottom) or len(places) > MOST_MERGED:
            continue
        for row in range(int(top or 0) + 1, min(int(bottom or 0), MOST_ROWS) + 1):
            places.update((row, column) for column in range(int(left or 0), min(int(right or 0), MOST_COLUMNS) + 1))
    return frozenset(places)
