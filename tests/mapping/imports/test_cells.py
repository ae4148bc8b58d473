"""What is left of a cell's text, and the guard against formulas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.imports.cells import (
    Cell,
    clean_text,
    guard_formula,
    pack,
    read_number,
    read_text,
    unguard_formula,
    unpack,
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  01-100 ", "01-100"),
        ("Job\u00a0costs:Materials", "Job costs:Materials"),
        ("01\u200b-\ufeff100\u00ad", "01-100"),
        ("two\r\nlines\tand a tab", "two lines and a tab"),
        ("Cafe\u0301", "Café"),
        ("\u202eabc\u202c", "abc"),
        ("a\x00b", "a b"),
        ("\u3000\u2003", ""),
    ],
)
def test_what_cannot_be_seen_does_not_count(text: str, plain: str) -> None:
    assert clean_text(text) == plain


def test_a_very_long_cell_is_named_by_its_beginning() -> None:
    assert read_text("x" * 500) == Cell("x" * 500)
    assert read_text("x" * 501) == Cell("x" * 60, "long")


@pytest.mark.parametrize(
    ("value", "number_format", "cell"),
    [
        (1100, "General", Cell("1100", is_number=True)),
        (1100, "00000", Cell("01100")),
        (1100, "00-000", Cell("01-100")),
        (1100, "00\\-000", Cell("01-100")),
        (1100, '00" "000', Cell("01 100")),
        (11000, "0000", Cell("11000", is_number=True)),
        (1100, "0", Cell("1100", is_number=True)),
        (1100, "0.00", Cell("1100", is_number=True)),
        (1100.0, "General", Cell("1100", is_number=True)),
        (3.1, "General", Cell("3.1", is_number=True)),
        (562949953421312.0, "General", Cell("562949953421312", is_number=True)),
        (-5, "00000", Cell("-5", is_number=True)),
    ],
)
def test_a_number_is_read_as_the_spreadsheet_shows_it(value: float, number_format: str, cell: Cell) -> None:
    assert read_number(value, number_format) == cell


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-5", "'-5"),
        ("@sum", "'@sum"),
        ("\t=1", "'\t=1"),
        ("'=1", "''=1"),
        ("'quoted'", "'quoted'"),
        ("01-100", "01-100"),
        ("", ""),
    ],
)
def test_a_text_that_looks_like_a_formula_gets_an_apostrophe(text: str, guarded: str) -> None:
    assert guard_formula(text) == guarded
    assert unguard_formula(guarded) == text


@given(st.text(alphabet="'=+-@\t\ra0", max_size=8) | st.text(max_size=20))
def test_the_guard_is_undone_exactly(text: str) -> None:
    guarded = guard_formula(text)
    assert unguard_formula(guarded) == text
    assert not guarded or guarded[0] not in "=+-@\t\r"


@given(st.builds(Cell, st.text(max_size=9), st.sampled_from(["", "date", "formula"]), st.booleans()))
def test_a_cell_is_kept_whole(cell: Cell) -> None:
    assert unpack(pack(cell)) == cell
