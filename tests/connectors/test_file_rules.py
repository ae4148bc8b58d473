"""Names, types and sizes of files as the vendors take them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.file_rules import (
    MEGABYTE,
    PROCORE,
    QUICKBOOKS,
    FileRules,
    clean_name,
    is_page,
    name_apart,
    show_size,
    type_of,
)

SHORT = FileRules("Short", 100, 16)


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("Lien waiver.pdf", "Lien waiver.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\scans\\bill 7.pdf", "bill 7.pdf"),
        ('a<b>:"c"|?*.pdf', "a_b_c_.pdf"),
        ("line\nbreak\t.pdf", "line_break_.pdf"),
        ("invoice\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe", "invoicefdp.exe"),
        ("Tore\N{LATIN SMALL LETTER E WITH ACUTE}.pdf", "Toreé.pdf"),
        ("...", "file"),
        ("", "file"),
        ("  ", "file"),
    ],
)
def test_a_name_is_cleaned(name: str, cleaned: str) -> None:
    assert clean_name(name, QUICKBOOKS) == cleaned


def test_a_long_name_keeps_its_ending() -> None:
    assert clean_name("x" * 300 + ".pdf", PROCORE) == "x" * 196 + ".pdf"
    assert clean_name("x" * 30 + "." + "y" * 30, SHORT) == "x" * 16


def test_equal_names_are_told_apart_within_the_length() -> None:
    assert name_apart(["bill.pdf", "Bill.PDF", "bill.pdf", "bill (2).pdf"], QUICKBOOKS) == [
        "bill.pdf",
        "Bill (2).PDF",
        "bill (3).pdf",
        "bill (2) (2).pdf",
    ]
    assert name_apart(["long long long.pdf"] * 2, SHORT) == ["long long lo.pdf", "long lon (2).pdf"]


@given(st.lists(st.text("aB.:/\\\n é\u202e", max_size=20), max_size=6))
def test_names_are_apart_clean_and_short(names: list[str]) -> None:
    found = name_apart(names, SHORT)
    assert len(found) == len({name.casefold() for name in found}) == len(names)
    assert all(0 < len(name) <= 16 for name in found)
    assert not any(mark in name for name in found for mark in '\\/:*?"<>|\n\r\x00')


@pytest.mark.parametrize(
    ("name", "told", "expected"),
    [
        ("a.pdf", "", "application/pdf"),
        ("a.pdf", "application/octet-stream", "application/pdf"),
        ("a.pdf", "image/png; charset=x", "image/png"),
        ("a.pdf", "image/png\r\nX-Evil: 1", "application/pdf"),
        ("a.dwg", "", "application/octet-stream"),
        ("pdf", "", "application/octet-stream"),
    ],
)
def test_the_type_is_what_was_told_or_what_the_name_says(name: str, told: str, expected: str) -> None:
    assert type_of(name, told) == expected


def test_a_web_page_is_taken_only_where_one_was_meant() -> None:
    assert is_page("bill.pdf", "text/html; charset=utf-8")
    assert not is_page("export.html", "text/html")
    assert not is_page("bill.pdf", "application/pdf")


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (12, "12 bytes"),
        (1024, "1 kB"),
        (1025, "1.1 kB"),
        (100 * MEGABYTE, "100 MB"),
        (100 * MEGABYTE + 1, "100.1 MB"),
    ],
)
def test_a_size_over_a_limit_never_reads_as_the_limit(size: int, shown: str) -> None:
    assert show_size(size) == shown
