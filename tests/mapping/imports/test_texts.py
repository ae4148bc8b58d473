"""CSV files as people have them: encodings, delimiters, quotes, and what is no text."""

from __future__ import annotations

import pytest

from mapping.imports import files
from mapping.imports.cells import Cell
from mapping.imports.files import FileRefused, Line
from tests.mapping.imports.books import read_bytes, texts_of

TABLE = "Code,Name\n01-100,Béton & Stahl\n"
WANTED = [("Code", "Name"), ("01-100", "Béton & Stahl")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
def test_encodings_are_told_apart(encoding: str) -> None:
    [sheet] = read_bytes(TABLE.encode(encoding))
    assert texts_of(sheet) == WANTED


def test_what_windows_has_and_latin_1_has_not() -> None:
    [sheet] = read_bytes("Name\nAcme – “Steel” €\n".encode("cp1252"))
    assert texts_of(sheet)[1] == ("Acme – “Steel” €",)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_told_apart(delimiter: str) -> None:
    rows = [["Code", "Name", "Account"], ["01-100", "General, all of it", "5000"], ["01-200", "Fees; permits", "5100"]]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    [sheet] = read_bytes(text.encode())
    assert texts_of(sheet) == [tuple(row) for row in rows]


def test_a_line_that_names_the_delimiter_is_obeyed() -> None:
    [sheet] = read_bytes(b"sep=;\r\nCode;Name, long\r\n1;a\r\n")
    assert texts_of(sheet)[1:] == [("Code", "Name, long"), ("1", "a")]


def test_one_column_is_a_table_too() -> None:
    [sheet] = read_bytes(b"Code\n01-100\n")
    assert texts_of(sheet) == [("Code",), ("01-100",)]


def test_a_quoted_line_break_stays_in_its_cell() -> None:
    [sheet] = read_bytes(b'Code,Name\n01-100,"General\nconditions"\n01-200,Fees\n')
    assert texts_of(sheet)[1:] == [("01-100", "General conditions"), ("01-200", "Fees")]
    assert [line.number for line in sheet.lines] == [1, 2, 3]


def test_empty_rows_do_not_count_but_keep_the_numbers() -> None:
    [sheet] = read_bytes(b"Code,Name\n\n,,\n01-100,General,,\n")
    assert sheet.lines[1] == Line(4, (Cell("01-100"), Cell("General")))


def test_the_apostrophe_of_an_export_is_taken_off() -> None:
    [sheet] = read_bytes(b"Code,Name\n'-100,''=odd\n'100,O'Neil\n")
    assert texts_of(sheet)[1:] == [("-100", "'=odd"), ("'100", "O'Neil")]


@pytest.mark.parametrize(
    ("content", "code", "sentence"),
    [
        (b"", "empty", "The file is empty."),
        (b"\n\n , \n", "empty", "The file holds no rows."),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "binary", "This is not a table of text."),
        (b"%PDF-1.7\n...", "pdf", "This is a PDF."),
        ("Code\n".encode("utf-32"), "encoding", "The file is encoded in UTF-32."),
        (b"PK\x03\x04 not a zip", "broken", "The workbook is damaged."),
        (b",".join(b"c%d" % number for number in range(500)), "too_many_columns", "Row 1 has 500 columns, and 60"),
        (b"," * 6_000, "too_many_cells", "The file has too many cells."),
        (b"x" * 1_000_001, "broken_csv", "Row 1 cannot be read."),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(content: bytes, code: str, sentence: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_bytes(content)
    assert refused.value.code == code
    assert refused.value.sentence.startswith(sentence)


def test_more_cells_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_CELLS", 6)
    read_bytes(b"1,2,,3\n4,5\n")
    with pytest.raises(FileRefused) as refused:
        read_bytes(b"1,2,,3\n4,5\n6\n")
    assert refused.value.code == "too_many_cells"


def test_more_rows_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (files.MOST_ROWS, files.MOST_CELLS) == (100_000, 1_000_000)
    monkeypatch.setattr(files, "MOST_ROWS", 1_000)
    assert len(read_bytes(b"1,a\n" * 1_000)[0].lines) == 1_000
    with pytest.raises(FileRefused, match="more than 1,000 rows"):
        read_bytes(b"1,a\n" * 1_001)
