"""What must hold for a workbook before it is opened: an archive that does not unpack to more than it should. Pure."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from mapping.imports.files import MEGABYTE, FileRefused, start_of

MOST_PARTS = 2_000
MOST_UNPACKED = 250 * MEGABYTE
# openpyxl keeps all texts of a workbook in memory at once.
MOST_TEXTS = 60 * MEGABYTE
# A list of like rows packs to a fiftieth of its size, a bomb to a thousandth.
MOST_TIMES_LARGER = 200
SMALL_PART = 5 * MEGABYTE
CHUNK = 256 * 1024
OVERLAP = 200

OLD_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_FILE = b"PK"
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')

BOMB = FileRefused(
    "bomb", "The workbook unpacks to far more than its size. Copy the mapping into a new workbook, and import that."
)


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """`merged` are the ranges of merged cells ("A2:A5")."""

    has_formulas: bool
    merged: tuple[str, ...]


def refuse_old_or_locked(file: BinaryIO) -> None:
    """Excel 97 workbooks and encrypted ones are both files of the old kind. Raises FileRefused for either."""
    if not start_of(file, 8).startswith(OLD_FILE):
        return
    content = file.read()
    file.seek(0)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise FileRefused("encrypted", "The workbook has a password. Take it off in Excel, and import it again.")
    raise FileRefused("old_format", "This is an old Excel workbook (.xls). Save it as XLSX, and import that.")


def open_package(file: BinaryIO) -> zipfile.ZipFile:
    """The archive, with its sizes checked and nothing unpacked. Raises FileRefused."""
    try:
        package = zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise FileRefused(
            "broken", "The workbook is damaged. Open it in Excel, save it again, and import that."
        ) from error
    parts = package.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise FileRefused("encrypted", "The file has a password. Take it off, and import it again.")
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
        raise _no_workbook(package, names)
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise BOMB
    if any(_is_bomb(part) for part in parts):
        raise BOMB
    return package


def _no_workbook(package: zipfile.ZipFile, names: set[str]) -> FileRefused:
    kind = (
        package.read("mimetype")[:100] if "mimetype" in names and package.getinfo("mimetype").file_size < 200 else b""
    )
    if b"opendocument" in kind:
        return FileRefused("opendocument", "This is an OpenDocument file (.ods). Save it as XLSX, and import that.")
    return FileRefused("zip", "This is a zip archive. Take the spreadsheet out of it, and import that.")


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    if part.filename.endswith("sharedStrings.xml") and part.file_size > MOST_TEXTS:
        return True
    return part.file_size > SMALL_PART and part.file_size > part.compress_size * MOST_TIMES_LARGER


def scan_sheet(package: zipfile.ZipFile, name: str) -> SheetFacts:
    """What a sheet's reader is not told by the library, found in one pass over its text."""
    has_formulas, merged, tail = False, [], b""
    with package.open(name) as part:
        while chunk := part.read(CHUNK):
            text = tail + chunk
            has_formulas = has_formulas or bool(_FORMULA.search(text))
            merged += [found.group(1).decode() for found in _MERGED.finditer(text)]
            tail = text[-OVERLAP:]
    return SheetFacts(has_formulas, tuple(dict.fromkeys(merged)))


def refuse_declarations(package: zipfile.ZipFile) -> None:
    """No part of a workbook declares entities; one that does means to have them expanded. Raises FileRefused."""
    for part in package.infolist():
        if part.filename.endswith((".xml", ".rels")):
            with package.open(part) as opened:
                if _DECLARATION.search(opened.read(CHUNK)):
                    raise BOMB
