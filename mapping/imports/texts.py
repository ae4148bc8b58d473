"""CSV files: which encoding, which delimiter, and the rows. Pure."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from typing import BinaryIO

from mapping.imports.cells import read_text, unguard_formula
from mapping.imports.files import TOO_MANY_CELLS, FileRefused, Sheet

DELIMITERS = ",;\t|"
# How much of the file tells its delimiter.
SAMPLE_CHARACTERS = 20_000
LONGEST_FIELD = 1_000_000
# Delimiters without anything between them; more columns than are allowed are named by their number before.
MOST_FIELDS = 5_000
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")

BINARY = FileRefused("binary", "This is not a table of text. Save it as XLSX or CSV, and import that.")


def read_csv(file: BinaryIO) -> list[Sheet]:
    """The one list of a CSV file. Raises FileRefused."""
    text = decode(file.read())
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=find_delimiter(text))
    sheet = Sheet("")
    try:
        for number, fields in enumerate(reader, start=1):
            if len(fields) > MOST_FIELDS:
                raise TOO_MANY_CELLS
            sheet.add(number, [read_text(unguard_formula(field)) for field in fields])
    except csv.Error as error:
        raise FileRefused(
            "broken_csv", f"Row {reader.line_num} cannot be read. A quotation mark may be missing its other half."
        ) from error
    return [sheet]


def decode(content: bytes) -> str:
    """UTF-8 and UTF-16 by their marks and their rules, else Windows-1252, which Excel writes on older machines.

    Raises FileRefused for what is no text in any of these.
    """
    if content.startswith(_UTF_32):
        raise FileRefused("encoding", "The file is encoded in UTF-32. Save it as CSV UTF-8, and import that.")
    if content.startswith(_UTF_16):
        return _decode(content, "utf-16")
    guessed = _guess_utf_16(content)
    if guessed:
        return _decode(content, guessed)
    if _BINARY.search(content):
        raise BINARY
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Five bytes mean nothing in Windows-1252; Latin-1 gives each of them a control character, which is dropped.
        try:
            return content.decode("cp1252")
        except UnicodeDecodeError:
            return content.decode("latin-1")


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise BINARY from error


def _guess_utf_16(content: bytes) -> str:
    """Text of mostly Latin letters in UTF-16 has a zero in every other byte."""
    sample = content[:2000]
    if len(sample) < 4 or len(content) % 2:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > half * 0.7 and even < half * 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.7 and odd < half * 0.1 else ""


def find_delimiter(text: str) -> str:
    """The sign that splits most rows into equally many fields; a comma for a single column."""
    sample = text[:SAMPLE_CHARACTERS]
    named = re.match(r"sep=(.)\r?\n", sample)
    if named:
        return named.group(1)
    best = max(DELIMITERS, key=lambda sign: (_regularity(sample, sign), -DELIMITERS.index(sign)))
    return best if _regularity(sample, best) else ","


def _regularity(sample: str, sign: str) -> float:
    """How many rows have the most common number of fields, when that is more than one."""
    rows = list(csv.reader(io.StringIO(sample, newline=""), delimiter=sign))[:50]
    counts = Counter(len(row) for row in rows if len(row) > 1)
    if not counts:
        return 0
    fields, times = counts.most_common(1)[0]
    return times + fields / 100
