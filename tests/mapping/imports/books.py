"""Files and lists made up for tests of importing, without a database."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from openpyxl import Workbook

from mapping.imports.cells import Cell
from mapping.imports.files import Line, Sheet
from mapping.imports.judging import Book
from mapping.imports.matching import Entry, Table
from mapping.imports.reading import read_file
from mapping.imports.verdicts import Words
from mapping.kinds import COST_CODE_ACCOUNT, CUSTOMER, VENDOR, MappingKind

Change = Callable[[Any], None]


def read_bytes(content: bytes) -> list[Sheet]:
    return read_file(io.BytesIO(content), len(content))


def texts_of(sheet: Sheet) -> list[tuple[str, ...]]:
    return [tuple(cell.text for cell in line.cells) for line in sheet.lines]


def workbook(rows: Iterable[Sequence[Any]], change: Change | None = None) -> bytes:
    """An XLSX file of one sheet; `change` gets the sheet before it is saved."""
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    if change is not None:
        change(sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same archive with one part changed, or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return file.getvalue()


def line(number: int, *texts: str | Cell) -> Line:
    return Line(number, tuple(text if isinstance(text, Cell) else Cell(text) for text in texts))


def entry(entry_id: str, name: str, code: str = "", **facts: Any) -> Entry:
    full = facts.get("full_name") or name
    return Entry(entry_id, name, code, **{"shown": f"{code} {full}".strip(), **facts})


def account_book(codes: Sequence[Entry], accounts: Sequence[Entry]) -> Book:
    return make_book((COST_CODE_ACCOUNT,), codes, {COST_CODE_ACCOUNT.key: accounts}, "cost code", "account")


def contact_book(companies: Sequence[Entry], vendors: Sequence[Entry], customers: Sequence[Entry]) -> Book:
    rights = {VENDOR.key: vendors, CUSTOMER.key: customers}
    return make_book((VENDOR, CUSTOMER), companies, rights, "company", "vendor or customer")


def make_book(
    kinds: tuple[MappingKind, ...],
    lefts: Sequence[Entry],
    rights: dict[str, Sequence[Entry]],
    left_noun: str,
    right_noun: str,
) -> Book:
    return Book(
        kinds=kinds,
        left=Table.of(lefts),
        rights={key: Table.of(rows) for key, rows in rights.items()},
        left_words=Words("Procore", left_noun, f"{left_noun}s", "Give its Procore id, which the export has."),
        right_words=Words("QuickBooks", right_noun, f"{right_noun}s", "Give its QuickBooks id, or its full name."),
    )
