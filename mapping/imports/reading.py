"""From an uploaded file to its sheets, by what the file is rather than by what it is called. Pure."""

from __future__ import annotations

from typing import BinaryIO

from mapping.imports.files import FileRefused, Sheet, check_size, start_of
from mapping.imports.packages import ZIP_FILE, refuse_old_or_locked
from mapping.imports.texts import read_csv
from mapping.imports.workbooks import read_workbook


def read_file(file: BinaryIO, size: int) -> list[Sheet]:
    """All sheets with rows; a CSV file is one. Raises FileRefused, in which case nothing of it is of use."""
    check_size(size)
    refuse_old_or_locked(file)
    if start_of(file, 5) == b"%PDF-":
        raise FileRefused("pdf", "This is a PDF. Save the table as XLSX or CSV, and import that.")
    sheets = read_workbook(file) if start_of(file, 2) == ZIP_FILE else read_csv(file)
    if not any(sheet.lines for sheet in sheets):
        raise FileRefused("empty", "The file holds no rows.")
    return sheets
