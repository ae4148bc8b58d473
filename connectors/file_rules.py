"""What the two vendors take as a file: size, name, content type. The one place for each of these rules.

Pure. QuickBooks documents 100 MB and a name of 1,000 characters. Procore documents neither for uploads in one piece,
so the same size is taken, which nothing from QuickBooks can exceed, and a name that every file system holds. Which
content types either refuses is unverified: a file goes with its own, and a refusal is shown in the vendor's words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

MEGABYTE = 1024 * 1024
OTHER_TYPE = "application/octet-stream"
# By the ending of the name. A type that is told, but says nothing, counts as none.
TYPES = {
    "ai": "application/postscript",
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "eps": "application/postscript",
    "gif": "image/gif",
    "heic": "image/heic",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "pdf": "application/pdf",
    "png": "image/png",
    "rtf": "application/rtf",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "txt": "text/plain",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "text/xml",
    "zip": "application/zip",
}
PAGES = frozenset({"htm", "html", "xhtml"})
_SAYS_NOTHING = frozenset({"", OTHER_TYPE, "binary/octet-stream", "application/x-download"})
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
UNNAMED = "file"


@dataclass(frozen=True, slots=True)
class FileRules:
    """`most_bytes` and `longest_name` of one vendor, by its name for a reader."""

    vendor: str
    most_bytes: int
    longest_name: int


QUICKBOOKS = FileRules("QuickBooks", 100 * MEGABYTE, 1000)
PROCORE = FileRules("Procore", 100 * MEGABYTE, 200)


def clean_name(name: str, rules: FileRules) -> str:
    """`name` as the vendor takes it: no path, no control or reserved characters, not too long; its ending stays."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name).strip())[-1]
    kept = "".join(mark for mark in last if unicodedata.category(mark) not in ("Cf", "Cs", "Cn"))
    text = " ".join(_FORBIDDEN.sub("_", kept).split()).strip(". ") or UNNAMED
    return _cut(text, "", rules.longest_name)


def name_apart(names: Iterable[str], rules: FileRules) -> list[str]:
    """The cleaned names in order, each once: a further "bill.pdf" is "bill (2).pdf"."""
    taken: set[str] = set()
    found: list[str] = []
    for name in names:
        cleaned = clean_name(name, rules)
        number, chosen = 1, cleaned
        while chosen.casefold() in taken:
            number += 1
            chosen = _cut(cleaned, f" ({number})", rules.longest_name)
        taken.add(chosen.casefold())
        found.append(chosen)
    return found


def type_of(name: str, told: str = "") -> str:
    """The content type: what was told, else by the name's ending."""
    plain = told.partition(";")[0].strip().lower()
    if plain in _SAYS_NOTHING or len(plain) > 100 or not _TYPE.fullmatch(plain):
        return TYPES.get(ending_of(name), OTHER_TYPE)
    return plain


def ending_of(name: str) -> str:
    """ "pdf" of "Bill.PDF", "" where there is none."""
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and stem and ending.isalnum() else ""


def is_page(name: str, content_type: str) -> bool:
    """Whether a web page came where another file was meant: a sign-in page, or a page that tells of an error."""
    is_html = content_type.partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")
    return is_html and ending_of(name) not in PAGES


def show_size(size: int) -> str:
    """ "104.9 MB", "3.2 kB" or "12 bytes", rounded up so that what is over a limit never reads as the limit."""
    if size < 1024:
        return f"{size} bytes"
    unit, name = (MEGABYTE, "MB") if size >= MEGABYTE else (1024, "kB")
    tenths = -(-size * 10 // unit)
    return f"{tenths // 10}.{tenths % 10} {name}" if tenths % 10 else f"{tenths // 10} {name}"


def _cut(name: str, mark: str, longest: int) -> str:
    """The name with `mark` before its ending, shortened in front of both."""
    ending = ending_of(name)
    tail = f".{name[-len(ending) :]}" if ending and len(ending) <= 10 else ""
    stem = name[: len(name) - len(tail)]
    return f"{stem[: longest - len(mark) - len(tail)]}{mark}{tail}"
