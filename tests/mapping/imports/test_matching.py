"""Which row a line names: by id, code, code with name, or name, and nothing by likeness."""

from __future__ import annotations

import pytest

from mapping.imports.cells import Cell
from mapping.imports.matching import Found, Located, Named, Table, key_of, resolve
from mapping.imports.verdicts import Words
from tests.mapping.imports.books import entry

WORDS = Words("Procore", "cost code", "cost codes", "Give its Procore id, which the export has.")
GENERAL = entry("1", "General conditions", "01-100")
CLEANING = entry("2", "Cleaning", "01-200")
NUMBERED = entry("3", "Permits", "01100")
SHORT = entry("4", "Fees", "3.10")
OTHER = entry("5", "Fees and so on", "3.1")
TABLE = Table.of([GENERAL, CLEANING, NUMBERED, SHORT, OTHER])
MATERIALS = entry("a", "Materials", "5000", full_name="Job costs:Materials")
OVERHEAD = entry("b", "Materials", "6000", full_name="Overhead:Materials")
OLD = entry("c", "Labor", "5100", full_name="Labor", is_active=False)
LABOR = entry("d", "Labor", "5200", full_name="Job costs:Labor")
ACCOUNTS = Table.of([MATERIALS, OVERHEAD, OLD, LABOR])


def at(text: str | Cell, column: str = "A") -> Located:
    return Located(text if isinstance(text, Cell) else Cell(text), f"{column}5")


def find(table: Table, row_id: str = "", code: str | Cell = "", name: str | Cell = "", project: str = "") -> Found:
    return resolve(table, Named(at(row_id), at(code, "B"), at(name, "C"), at(project, "D")), WORDS)


@pytest.mark.parametrize(
    "cells",
    [
        {"code": "01-100"},
        {"code": "01-100", "name": "General conditions"},
        {"code": "01–100"},
        {"name": "GENERAL  conditions"},
        {"name": "01-100 General conditions"},
        {"code": "01-100 - General conditions"},
        {"name": "01-100"},
        {"row_id": "1"},
        {"row_id": "1", "code": "99-999", "name": "Nobody's"},
        {"row_id": "999", "code": "01-100"},
    ],
)
def test_a_row_may_be_named_in_many_ways(cells: dict[str, str]) -> None:
    assert find(TABLE, **cells).entry == GENERAL


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5000", MATERIALS),
        ("5000 Materials", MATERIALS),
        ("5000 Job costs:Materials", MATERIALS),
        ("5000 · Job costs:Materials", MATERIALS),
        ("5000 - Materials", MATERIALS),
        ("Job costs : Materials", MATERIALS),
        ("overhead:materials", OVERHEAD),
        ("Labor", LABOR),
        ("Labor:Labor", None),
        ("5000 Overhead:Materials", None),
        ("Material", None),
    ],
)
def test_an_account_is_named_by_number_or_name(text: str, found: object) -> None:
    assert find(ACCOUNTS, name=text).entry == found


def test_two_rows_of_one_name_go_to_the_person() -> None:
    miss = find(ACCOUNTS, name="Materials").miss
    assert miss is not None
    assert miss.code == "ambiguous"
    assert miss.sentence == (
        "“Materials” in C5 may be 5000 Job costs:Materials, 6000 Overhead:Materials. "
        "Give its Procore id, which the export has."
    )


def test_a_code_that_two_rows_have_is_told_apart_by_the_name() -> None:
    table = Table.of([entry("1", "General", "01"), entry("2", "Sitework", "01")])
    assert find(table, code="01").miss is not None
    found = find(table, code="01", name="Sitework").entry
    assert found is not None
    assert found.id == "2"


def test_a_project_tells_rows_of_one_code_apart() -> None:
    rows = [entry(key, "General", "01", project=(key_of(name),)) for key, name in (("1", "Lofts"), ("2", "Bridge"))]
    found = find(Table.of(rows), code="01", project="BRIDGE").entry
    assert found is not None
    assert found.id == "2"


@pytest.mark.parametrize(
    ("cell", "found", "note"),
    [
        (Cell("1100", is_number=True), NUMBERED, "1100 is read as 01100."),
        ("1100", NUMBERED, "1100 is read as 01100."),
        ("01100", NUMBERED, ""),
        ("3.10", SHORT, ""),
        ("3.1", OTHER, ""),
    ],
)
def test_lost_zeros_are_put_back_where_one_code_fits(cell: Cell | str, found: object, note: str) -> None:
    result = find(TABLE, code=cell)
    assert (result.entry, result.note) == (found, note)


def test_a_number_that_may_be_two_codes_is_refused() -> None:
    miss = find(TABLE, code=Cell("3.1", is_number=True)).miss
    assert miss is not None
    assert (miss.code, miss.sentence) == (
        "zeros",
        "B5 is 3.1, which may be 3.10 Fees, 3.1 Fees and so on: zeros were lost. Format the column as Text.",
    )


NO_VALUE = (
    "B5 holds a formula without a value. Open the file in Excel, save it, and import it again, or type the value."
)
DATE = (
    "B5 is {}: the spreadsheet made a date of the cost code. "
    "Format the column as Text, type it again, and import the file once more."
)


@pytest.mark.parametrize(
    ("cell", "code", "sentence"),
    [
        (Cell("2026-01-01", "date"), "date", DATE.format("2026-01-01")),
        ("1-Jan", "date", DATE.format("1-Jan")),
        ("Jan-00", "date", DATE.format("Jan-00")),
        ("1/3/2026", "date", DATE.format("1/3/2026")),
        (
            "5.62950E+14",
            "zeros",
            "B5 is 5.62950E+14: a long number was rounded. Format the column as Text, type it again.",
        ),
        (
            Cell("", "formula"),
            "formula",
            NO_VALUE,
        ),
        (Cell("#REF!", "error"), "error", "B5 shows #REF!. Correct the formula, or type the value."),
        (
            Cell("", "merged"),
            "merged",
            "B5 is merged with the cell above it. Unmerge the cells, and fill in each row.",
        ),
        ("09-999", "unknown", "Procore has no cost code “09-999” (B5). Correct it, or refresh Procore."),
    ],
)
def test_a_code_that_cannot_be_read_refuses_the_row(cell: Cell | str, code: str, sentence: str) -> None:
    for name in ("", "Cleaning"):
        miss = find(TABLE, code=cell, name=name).miss
        assert miss is not None
        assert (miss.code, miss.sentence) == (code, sentence)
    assert find(TABLE, row_id="2", code=cell).entry == CLEANING


def test_cells_that_name_two_rows_are_refused() -> None:
    by_text = find(TABLE, code="01-100", name="Cleaning").miss
    by_id = find(TABLE, row_id="2", code="01-100").miss
    assert by_text is not None
    assert by_id is not None
    assert by_text.sentence == ("B5 says 01-100 General conditions, but C5 says 01-200 Cleaning. Correct one of them.")
    assert by_id.sentence == (
        "A5 is the id of 01-200 Cleaning, but the row says 01-100 General conditions. "
        "Clear the id to go by the rest of the row."
    )
    assert by_text.code == by_id.code == "mismatch"


def test_another_spelling_of_the_name_is_shown_and_the_code_decides() -> None:
    result = find(TABLE, code="01-100", name="Gen. cond.")
    assert (result.entry, result.note) == (GENERAL, "The file calls it “Gen. cond.”.")


def test_an_id_nobody_has_is_refused_where_it_stands_alone() -> None:
    miss = find(TABLE, row_id="999").miss
    assert miss is not None
    assert miss.sentence == "Procore has no cost code with the id 999 (A5). Correct it, or refresh Procore."
