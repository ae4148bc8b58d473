"""The two lists of an automap as CSV files, and what it found as a third. Pure but for the files themselves.

Every kind has its own columns on either side. A file is taken whole or refused with the place and the reason.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from mapping.matching.records import Candidate, Subject, Suggestion

MOST_BYTES = 50_000_000
OUTPUT = ("left_id", "right_id", "score", "band", "reasons")
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs"}
_BANDS = {"sure": "sure", "unsure": "suggest"}
_YES, _NO = frozenset({"", "true", "yes", "1", "t", "y"}), frozenset({"false", "no", "0", "f", "n"})

Row = Mapping[str, str]


class BadFile(Exception):
    """A file cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one side. `needed` must be there; the others may be."""

    needed: tuple[str, ...]
    others: tuple[str, ...]
    read: Callable[[Row], Candidate]


@dataclass(frozen=True, slots=True)
class FileKind:
    subject: Subject
    left: Columns
    right: Columns


def read_rows(path: Path, columns: Columns) -> list[Candidate]:
    """The rows of a file, in its order. Raises BadFile."""
    rows = _parse(path, _load(path), columns)
    read: list[Candidate] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        if not row["id"]:
            raise BadFile(f"{path.name}, line {number}: the id is empty.")
        if row["id"] in seen:
            raise BadFile(f"{path.name}, line {number}: the id {row['id']} is on line {seen[row['id']]} already.")
        seen[row["id"]] = number
        try:
            read.append(columns.read(row))
        except ValueError as error:
            raise BadFile(f"{path.name}, line {number}: {error}") from error
    return read


def write_pairs(path: Path, pairs: Iterable[Suggestion]) -> None:
    """The pairs as `OUTPUT`, `score` from 0 to 1. The file appears when it is whole. Raises BadFile."""
    new = path.with_name(f"{path.name}.part")
    try:
        with new.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(OUTPUT)
            for pair in pairs:
                writer.writerow(
                    (pair.left_id, pair.right_id, f"{pair.score / 100:.2f}", _BANDS[pair.band], pair.reason)
                )
        os.replace(new, path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise BadFile(f"{path} cannot be written: {error.strerror}.") from error


def _load(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadFile(f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB.")
        data = path.read_bytes()
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from error
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadFile(f"{path.name} is not UTF-8 text. Save it as “CSV UTF-8” and run this again.") from error
    if "\0" in text:
        raise BadFile(f"{path.name} is not a text file.")
    return text


def _parse(path: Path, text: str, columns: Columns) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by column of every row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(path, header, columns)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                message = f"{path.name}, line {reader.line_num}: {len(cells)} cells, but the header has {len(header)}."
                raise BadFile(message)
            known = dict.fromkeys((*columns.needed, *columns.others), "")
            yield reader.line_num, known | dict(zip(header, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        what = "a quotation mark is not closed" if "end of data" in str(error) else str(error)
        raise BadFile(f"{path.name}, line {reader.line_num}: {what}.") from error


def _check_header(path: Path, header: list[str], columns: Columns) -> None:
    known = (*columns.needed, *columns.others)
    missing = [name for name in columns.needed if name not in header]
    unknown = [name or "(no name)" for name in header if name not in known]
    twice = sorted({name for name in header if header.count(name) > 1})
    if not any(header):
        raise BadFile(f"{path.name} is empty. Its first line must name the columns: {', '.join(known)}.")
    for sign, signs in _OTHER_SEPARATORS.items():
        if missing and sign in header[0]:
            raise BadFile(f"{path.name} has {signs} between its columns. Save it with commas and run this again.")
    if missing:
        raise BadFile(f"{path.name} has no column {', '.join(missing)}. Columns are {', '.join(known)}.")
    if unknown:
        raise BadFile(f"{path.name} has an unknown column {', '.join(unknown)}. Columns are {', '.join(known)}.")
    if twice:
        raise BadFile(f"{path.name} has the column {', '.join(twice)} twice.")


def _is_active(row: Row) -> bool:
    text = row["active"].lower()
    if text not in _YES | _NO:
        raise ValueError(f"active must be true or false, not {row['active']}.")
    return text in _YES


def _rate(row: Row) -> Decimal | None:
    text = row["rate"].rstrip("% ")
    try:
        rate = Decimal(text) if text else None
    except InvalidOperation:
        rate = Decimal("NaN")
    if rate is not None and not rate.is_finite():
        raise ValueError(f"rate must be a number, not {row['rate']}.")
    return rate


def _left_contact(row: Row) -> Candidate:
    return Candidate(
        row["id"],
        row["name"],
        email=row["email"],
        phone=row["phone"],
        street=row["address"],
        city=row["city"],
        state=row["state"],
        zip=row["zip"],
    )


def _right_contact(row: Row) -> Candidate:
    return Candidate(
        row["id"],
        row["display_name"],
        email=row["email"],
        phone=row["phone"],
        is_active=_is_active(row),
        other_name=row["company_name"],
        street=row["address"],
        city=row["city"],
        state=row["state"],
        zip=row["zip"],
    )


def _left_employee(row: Row) -> Candidate:
    return Candidate(
        row["id"],
        f"{row['first_name']} {row['last_name']}".strip(),
        code=row["employee_id"],
        email=row["email"],
        phone=row["phone"],
        given_name=row["first_name"],
        family_name=row["last_name"],
    )


def _right_employee(row: Row) -> Candidate:
    return Candidate(
        row["id"],
        row["display_name"],
        code=row["employee_number"],
        email=row["email"],
        phone=row["phone"],
        given_name=row["given_name"],
        middle_name=row["middle_name"],
        family_name=row["family_name"],
        suffix=row["suffix"],
        is_active=_is_active(row),
    )


def _left_project(row: Row) -> Candidate:
    return Candidate(row["id"], row["name"], code=row["project_number"], street=row["address"])


def _right_project(row: Row) -> Candidate:
    parent = row["parent"] or row["fully_qualified_name"].rpartition(":")[0]
    return Candidate(row["id"], row["display_name"], parent=parent, street=row["address"], is_active=_is_active(row))


def _left_code(row: Row) -> Candidate:
    return Candidate(row["id"], row["name"], code=row["code"], parent=row["division"])


def _right_code(row: Row) -> Candidate:
    return Candidate(
        row["id"],
        row["fully_qualified_name"] or row["name"],
        code=row["acct_num"] or row["sku"],
        subtype=row["type"],
        is_active=_is_active(row),
    )


def _left_tax(row: Row) -> Candidate:
    return Candidate(row["id"], row["name"], code=row["code"], rate=_rate(row))


def _right_tax(row: Row) -> Candidate:
    return Candidate(row["id"], row["name"], rate=_rate(row), is_active=_is_active(row))


_PLACE = ("email", "phone", "address", "city", "state", "zip")
_PERSON = ("given_name", "middle_name", "family_name", "suffix", "email", "phone", "employee_number", "active")

FILE_KINDS = {
    "contacts": FileKind(
        "contact",
        Columns(("id", "name"), _PLACE, _left_contact),
        Columns(("id", "display_name"), ("company_name", *_PLACE, "active"), _right_contact),
    ),
    "employees": FileKind(
        "employee",
        Columns(("id", "first_name", "last_name"), ("email", "phone", "employee_id", "job_title"), _left_employee),
        Columns(("id", "display_name"), _PERSON, _right_employee),
    ),
    "projects": FileKind(
        "project",
        Columns(("id", "name"), ("project_number", "address"), _left_project),
        Columns(("id", "display_name"), ("fully_qualified_name", "parent", "address", "active"), _right_project),
    ),
    "cost_codes": FileKind(
        "code",
        Columns(("id", "name"), ("code", "division"), _left_code),
        Columns(("id", "name"), ("type", "fully_qualified_name", "acct_num", "sku", "active"), _right_code),
    ),
    "tax_codes": FileKind(
        "tax",
        Columns(("id", "name"), ("code", "rate"), _left_tax),
        Columns(("id", "name"), ("rate", "active"), _right_tax),
    ),
}
