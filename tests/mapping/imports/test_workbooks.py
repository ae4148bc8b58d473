"""XLSX files as Excel saves them, and those that mean harm."""

from __future__ import annotations

import io
import itertools
import zipfile
from datetime import date
from typing import Any

import pytest

from mapping.imports import packages, workbooks
from mapping.imports.cells import Cell
from mapping.imports.files import MEGABYTE, MOST_BYTES, FileRefused
from mapping.imports.reading import read_file
from tests.mapping.imports.books import read_bytes, texts_of, with_part, workbook

SHEET = "xl/worksheets/sheet1.xml"


def code_of(content: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        read_bytes(content)
    return refused.value.code


def test_texts_and_numbers_are_read_as_they_are_shown() -> None:
    def shape(sheet: Any) -> None:
        sheet["A3"].number_format = "00-000"

    [sheet] = read_bytes(workbook([("Code", "Account"), ("01-100", 5000), (1200, "Fees\u00a0due")], shape))
    assert [line.cells for line in sheet.lines] == [
        (Cell("Code"), Cell("Account")),
        (Cell("01-100"), Cell("5000", is_number=True)),
        (Cell("01-200"), Cell("Fees due")),
    ]


def test_a_date_says_that_it_is_one() -> None:
    [sheet] = read_bytes(workbook([("Code",), (date(2026, 1, 1),), (date(1900, 1, 31),)]))
    assert [line.cells[0] for line in sheet.lines[1:]] == [Cell("2026-01-01", "date"), Cell("1900-01-31", "date")]


def test_a_formula_gives_its_stored_value_or_says_that_it_has_none() -> None:
    content = workbook([("Code", "Account"), ("01-100", "=A1"), ("01-200", "=A2")])
    stored = b'<c r="B2"><f>A1</f><v>5000</v></c>'

    def store(part: bytes) -> bytes:
        assert b'<c r="B2"><f>A1</f><v></v></c>' in part or b'<c r="B2"><f>A1</f><v /></c>' in part
        return part.replace(b'<c r="B2"><f>A1</f><v></v></c>', stored).replace(b'<c r="B2"><f>A1</f><v /></c>', stored)

    [sheet] = read_bytes(with_part(content, SHEET, store))
    assert [line.cells[1] for line in sheet.lines[1:]] == [Cell("5000", is_number=True), Cell("", "formula")]


def test_an_error_is_not_taken_for_a_name() -> None:
    [sheet] = read_bytes(workbook([("Code",), ("#REF!",)], lambda sheet: setattr(sheet["A2"], "data_type", "e")))
    assert sheet.lines[1].cells == (Cell("#REF!", "error"),)


def test_cells_below_a_merged_one_are_marked_and_titles_are_not() -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("C3:C5")

    rows = [("Our mapping",), ("Code", "Name", "Account"), ("1", "a", "5000"), ("2", "b"), ("3", "c")]
    [sheet] = read_bytes(workbook(rows, merge))
    assert sheet.lines[0].cells == (Cell("Our mapping"),)
    assert [line.cells[2] for line in sheet.lines[2:]] == [Cell("5000"), Cell("", "merged"), Cell("", "merged")]


def test_every_visible_sheet_with_rows_is_read() -> None:
    def add(sheet: Any) -> None:
        book = sheet.parent
        book.create_sheet("Empty")
        book.create_sheet("Second").append(["x"])
        hidden = book.create_sheet("Hidden")
        hidden.append(["y"])
        hidden.sheet_state = "hidden"

    assert [sheet.name for sheet in read_bytes(workbook([("a",)], add))] == ["Sheet", "Second"]


def test_macros_are_not_looked_at() -> None:
    [sheet] = read_bytes(with_part(workbook([("Code",), ("1",)]), "xl/vbaProject.bin", lambda _: b"macro"))
    assert texts_of(sheet) == [("Code",), ("1",)]


def test_a_large_file_is_refused_unread() -> None:
    class Unread(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError

    with pytest.raises(FileRefused) as refused:
        read_file(Unread(), 200 * MEGABYTE)
    assert refused.value.code == "too_large"
    assert refused.value.sentence == (
        "The file has 200 MB, and 20 MB are the most. Keep the sheet with the mapping, and import it again."
    )
    assert MOST_BYTES == 20 * MEGABYTE


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    assert code_of(with_part(workbook([("a",)]), SHEET, lambda _: b" " * (30 * MEGABYTE))) == "bomb"


def test_many_parts_that_are_large_only_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert packages.MOST_UNPACKED == 250 * MEGABYTE
    monkeypatch.setattr(packages, "MOST_UNPACKED", 3 * MEGABYTE)
    file = io.BytesIO(workbook([("a",)]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as package:
        for number in range(3):
            package.writestr(f"xl/media/{number}", b"\x00" * MEGABYTE)
    assert code_of(file.getvalue()) == "bomb"


@pytest.mark.parametrize(
    "far",
    [
        b'<row r="99999999999"><c r="A99999999999" t="inlineStr"><is><t>x</t></is></c></row>',
        b"".join(b'<row r="%d"><c r="ZZZ%d" s="0"/></row>' % (number, number) for number in range(2, 20)),
    ],
)
def test_rows_and_columns_far_away_do_not_keep_the_server_busy(far: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_VISITED", 200_000)
    content = with_part(workbook([("a",)]), SHEET, lambda old: old.replace(b"</sheetData>", far + b"</sheetData>"))
    assert code_of(content) == "too_many_cells"


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "[Content_Types].xml"])
def test_declared_entities_are_refused(part: str) -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    content = with_part(workbook([("a",)]), part, lambda old: laughs + old.partition(b"?>")[2])
    assert code_of(content) == "bomb"


def test_the_parser_itself_stops_entities_that_hide_behind_a_long_comment() -> None:
    names = [b"a0", *(b"a%d" % level for level in range(1, 10))]
    entities = b'<!ENTITY a0 "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %s "%s">' % (name, b"&%s;" % below * 10) for below, name in itertools.pairwise(names)
    )
    start = b"<!--" + b"x" * (2 * packages.CHUNK) + b"--><!DOCTYPE x [" + entities + b"]>"

    def hidden(entity: bytes) -> bytes:
        used = b"<sheetData>&%s;" % entity
        return with_part(workbook([("a",)]), SHEET, lambda old: start + old.replace(b"<sheetData>", used))

    # A short one is expanded, so it is not the comment or the declaration that stops the long one.
    assert texts_of(read_bytes(hidden(b"a1"))[0]) == [("a",)]
    assert code_of(hidden(b"a9")) == "broken"


def test_a_workbook_with_a_password_is_refused() -> None:
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500
    assert code_of(old + "EncryptedPackage".encode("utf-16-le")) == "encrypted"


def test_an_old_workbook_is_refused() -> None:
    assert code_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500) == "old_format"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}, "opendocument"),
        ({"mapping.csv": b"Code\n1\n"}, "zip"),
        ({"xl/workbook.xml": b"<not closed"}, "broken"),
    ],
)
def test_another_archive_is_refused_by_what_it_is(parts: dict[str, bytes], code: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    assert code_of(file.getvalue()) == code


def test_a_truncated_workbook_is_refused() -> None:
    content = workbook([("Code", "Name")] * 50)
    assert code_of(content[: len(content) // 2]) == "broken"
