"""The rows of payroll files as values: columns by their headings, days, numbers, and what is refused."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from mapping.imports.cells import Cell
from mapping.imports.files import FileRefused, Line
from mapping.imports.reading import read_file
from sync.payroll.columns import choose_sheet
from sync.payroll.reading import Values, find_order, parse_day, read_row, rows_of

TODAY = date(2026, 11, 27)
HEADINGS = "Employee,Date,Project,Cost code,Pay type,Hours,Rate,Amount,Memo"


def read(text: str | bytes, *, country: str = "US") -> list[Values]:
    content = text if isinstance(text, bytes) else text.encode()
    sheet, layout = choose_sheet(read_file(io.BytesIO(content), len(content)))
    lines = rows_of(sheet.lines, layout)
    order, _ = find_order(lines, layout.columns["date"], country=country)
    return [read_row(line, layout, order, TODAY) for line in lines]


def one(row: str, **more: Any) -> Values:
    (found,) = read(f"{HEADINGS}\n{row}\n", **more)
    return found


def test_a_row_of_hours_and_one_of_an_amount() -> None:
    hours = one("Rosa Alvarez,2026-09-15,2301,03-300,Regular,7.5,42.50,,Footings")
    assert hours == Values(
        number=2,
        employee="Rosa Alvarez",
        worked_on=date(2026, 9, 15),
        project="2301",
        code="03-300",
        pay_type="Regular",
        hours=Decimal("7.5"),
        rate=Decimal("42.5"),
        amount=Decimal("318.75"),
        memo="Footings",
    )
    amount = one(",2026-09-15,2301,,,,,1 ")
    assert (amount.amount, amount.hours, amount.rate, amount.errors) == (Decimal("1.00"), None, None, ())


def test_other_headings_a_title_above_and_semicolons_are_understood() -> None:
    (found,) = read(
        "Ridgeline payroll\n\nPeriod End;Job Number;Worker;Hrs;Total Cost;Phase\n9/18/2026;2301;Sam;8;1,340.00;03-300"
    )
    assert (found.worked_on, found.project, found.employee) == (date(2026, 9, 18), "2301", "Sam")
    assert (found.hours, found.amount, found.code) == (Decimal(8), Decimal("1340.00"), "03-300")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Employee,Hours\nRosa,8\n", "columns"),
        ("Date,Project,Hours\n2026-09-15,2301,8\n", "columns"),
        (f"{HEADINGS}\n", "only_headings"),
        ("%PDF-1.7 ...", "pdf"),
    ],
)
def test_a_file_that_is_no_payroll_is_refused_whole(text: str, code: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        read(text)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ("Rosa,,2301,,,8,40,,", "The row has no date."),
        ("Rosa,soon,2301,,,8,40,,", "“soon” is no date. Write it like 2026-11-30."),
        ("Rosa,2027-09-15,2301,,,8,40,,", "15 Sep 2027 cannot be the day of this work."),
        ("Rosa,2026-09-15,,,,8,40,,", "The row names no project."),
        ("Rosa,2026-09-15,2301,,,8,,,", "neither a rate nor an amount"),
        ("Rosa,2026-09-15,2301,,,8,0,,", "neither a rate nor an amount"),
        ("Rosa,2026-09-15,2301,,,8,40,0,", "neither a rate nor an amount"),
        ("Rosa,2026-09-15,2301,,,,40,,", "neither hours with a rate nor an amount"),
        ('Rosa,2026-09-15,2301,,,8,"42,50",,', "42,50 in Rate is no number that can be told."),
        ("Rosa,2026-09-15,2301,,,eight,40,,", "eight in Hours is no number"),
        ("Rosa,2026-09-15,2301,,,9000,40,,", "The hours of 9,000.00 cannot be right."),
        ("Rosa,2026-09-15,2301,,,8,-40,,", "The rate is below zero."),
        ("Rosa,2026-09-15,2301,,,8,1e99999,,", "1e99999 in Rate is no number"),
    ],
)
def test_a_row_that_cannot_be_right_says_why(row: str, error: str) -> None:
    found = one(row)
    assert any(error in each for each in found.errors), found.errors


@pytest.mark.parametrize(
    ("amount", "value"),
    [("(40.00)", "-40.00"), ("40.00-", "-40.00"), ("-$40", "-40.00"), ("$1,340.50", "1340.50"), ("£12", "12.00")],
)
def test_amounts_as_payrolls_write_them(amount: str, value: str) -> None:
    found = one(f'Rosa,2026-09-15,2301,,,,,"{amount}",')
    assert (found.amount, found.errors) == (Decimal(value), ())


def test_hours_as_a_clock_and_below_zero() -> None:
    assert one("Rosa,2026-09-15,2301,,,7:45,40,,").amount == Decimal("310.00")
    assert one("Rosa,2026-09-15,2301,,,-8,40,,").amount == Decimal("-320.00")


def test_an_amount_that_is_not_hours_times_rate_counts_and_says_so() -> None:
    found = one("Rosa,2026-09-15,2301,,,8,40,352.00,")
    assert (found.amount, found.rate, found.hours) == (Decimal("352.00"), None, Decimal(8))
    assert found.notes == ("Hours times rate come to 320.00. The amount counts, 352.00.",)
    assert one("Rosa,2026-09-15,2301,,,8,40,320.00,").notes == ()


@pytest.mark.parametrize(
    ("dates", "country", "first"),
    [
        (["03/04/2026", "04/13/2026"], "GB", date(2026, 3, 4)),
        (["03/04/2026", "13/04/2026"], "US", date(2026, 4, 3)),
        (["03/04/2026"], "US", date(2026, 3, 4)),
        (["03/04/2026"], "GB", date(2026, 4, 3)),
        (["3.4.26"], "GB", date(2026, 4, 3)),
    ],
)
def test_a_column_of_dates_has_one_order(dates: list[str], country: str, first: date) -> None:
    rows = "\n".join(f"Rosa,{each},2301,,,8,40,," for each in dates)
    assert read(f"{HEADINGS}\n{rows}\n", country=country)[0].worked_on == first


def test_only_dates_that_may_be_either_are_uncertain() -> None:
    def certain(*days: str) -> bool:
        lines = [Line(number, (Cell(day),)) for number, day in enumerate(days, start=1)]
        return find_order(lines, 0, country="US")[1]

    assert certain("2026-03-04", "")
    assert certain("03/04/2026", "04/13/2026")
    assert not certain("2026-03-04", "03/04/2026")


def test_a_row_in_the_other_order_is_refused_not_guessed() -> None:
    rows = read(f"{HEADINGS}\nRosa,13/04/2026,2301,,,8,40,,\nRosa,04/14/2026,2301,,,8,40,,\n")
    assert [each.errors for each in rows] == [(), ("“04/14/2026” is no date. Write it like 2026-11-30.",)]


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_back_in_every_form(day: date) -> None:
    assert parse_day(day.isoformat(), "day") == day
    assert parse_day(f"{day:%Y-%m-%d} 08:00", "month") == day
    assert parse_day(f"{day:%m/%d/%Y}", "month") == day
    assert parse_day(f"{day:%d.%m.%Y}", "day") == day


def test_a_workbook_keeps_codes_and_days_and_tells_what_excel_spoilt() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADINGS.split(","))
    sheet.append(["Rosa", date(2026, 9, 15), "2301", "03-300", None, 8, 42.5, None, None])
    sheet.append(["Rosa", date(2026, 9, 16), 2301, date(2026, 1, 3), None, 8, 42.5, None, None])
    sheet.append(["Rosa", date(2026, 9, 17), "2301", "03-300", None, "=4*2", 42.5, None, None])
    content = io.BytesIO()
    book.save(content)
    good, dated, formula = read(content.getvalue())
    assert (good.worked_on, good.code, good.amount, good.errors) == (
        date(2026, 9, 15),
        "03-300",
        Decimal("340.00"),
        (),
    )
    assert dated.project == "2301"
    assert dated.errors == ("Cost code is a date. A spreadsheet made one of a code: format it as text.",)
    assert "Hours holds a formula without a stored value." in formula.errors[0]
