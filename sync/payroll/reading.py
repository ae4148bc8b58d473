"""One row of a payroll file as values, with what is wrong with it in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal

from mapping.imports.cells import Cell
from mapping.imports.columns import cell_at
from mapping.imports.files import Line
from smoothx.lib.money import ZERO, NotMoney, cents, money
from sync.payroll.columns import Layout, Meaning

Order = Literal["month", "day"]

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_SLASHED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})")
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?")
_BRACKETS = re.compile(r"\((.+)\)")
_CURRENCY = re.compile(r"^[-(]?\s*[$£€]|[$£€]")
MOST_HOURS = Decimal(8760)
MOST_AMOUNT = Decimal(10) ** 9
MOST_RATE = Decimal(10) ** 5
EARLIEST = date(2000, 1, 1)
# How far ahead of today the end of a period may lie.
LONGEST_AHEAD = timedelta(days=62)
PROBLEMS = {
    "formula": "holds a formula without a stored value. Open the file in Excel, save it, and import it again.",
    "error": "holds an error of the spreadsheet.",
    "merged": "is part of merged cells. Give each row its own value.",
    "long": "is too long.",
}
NUMBERED: dict[Meaning, str] = {"hours": "Hours", "rate": "Rate", "amount": "Amount"}


@dataclass(frozen=True, slots=True)
class Values:
    """A row as read. `errors` keep it out. `notes` are worth a look."""

    number: int
    employee: str = ""
    worked_on: date | None = None
    project: str = ""
    code: str = ""
    pay_type: str = ""
    hours: Decimal | None = None
    rate: Decimal | None = None
    amount: Decimal | None = None
    memo: str = ""
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Neither hours nor an amount: it takes an earlier row of the same kind away."""
        return not self.hours and not self.amount


def find_order(lines: Iterable[Line], column: int, *, country: str) -> tuple[Order, bool]:
    """Whether 03/04/2026 is in March or in April, and whether that is certain. A column has one order; where no date
    of it tells, that of the books' country is taken."""
    is_certain = True
    for line in lines:
        found = _SLASHED.fullmatch(cell_at(line.cells, column).text)
        if found and int(found[1]) > 12:
            return "day", True
        if found and int(found[2]) > 12:
            return "month", True
        is_certain = is_certain and found is None
    return ("month" if country == "US" else "day"), is_certain


def read_row(line: Line, layout: Layout, order: Order, today: date) -> Values:
    """The values of one line. What cannot be read is told, and read as nothing."""
    reader = _RowReader(line, layout)
    worked_on = reader.read_date(order, today)
    hours, rate, amount = (reader.read_number(meaning) for meaning in NUMBERED)
    reader.check_cost(hours, rate, amount)
    notes: list[str] = []
    if hours is not None and rate is not None:
        worked_out = cents(hours * rate)
        if amount is not None and amount != worked_out:
            notes.append(f"Hours times rate come to {worked_out:,.2f}. The amount counts, {amount:,.2f}.")
            rate = None
        amount = worked_out if amount is None else amount
    return Values(
        number=line.number,
        employee=reader.text("employee", 300),
        worked_on=worked_on,
        project=reader.need("project", "The row names no project."),
        code=reader.text("code", 300),
        pay_type=reader.text("pay_type", 100),
        hours=hours,
        rate=rate,
        amount=amount,
        memo=reader.text("memo", 500),
        errors=tuple(reader.errors),
        notes=tuple(notes),
    )


class _RowReader:
    def __init__(self, line: Line, layout: Layout) -> None:
        self._line, self._layout = line, layout
        self.errors: list[str] = []

    def _cell(self, meaning: Meaning) -> Cell:
        return cell_at(self._line.cells, self._layout.columns.get(meaning, -1))

    def _name(self, meaning: Meaning) -> str:
        return self._layout.headings.get(meaning, meaning)

    def text(self, meaning: Meaning, limit: int) -> str:
        cell = self._cell(meaning)
        if cell.problem == "date" and meaning == "code":
            self.errors.append(
                f"{self._name(meaning)} is a date. A spreadsheet made one of a code: format it as text."
            )
        elif cell.problem and cell.problem != "date":
            self.errors.append(f"{self._name(meaning)} {PROBLEMS[cell.problem]}")
        elif len(cell.text) > limit:
            self.errors.append(f"{self._name(meaning)} {PROBLEMS['long']}")
        return cell.text[:limit]

    def need(self, meaning: Meaning, sentence: str) -> str:
        found = self.text(meaning, 300)
        if not found and not self._cell(meaning).problem:
            self.errors.append(sentence)
        return found

    def read_date(self, order: Order, today: date) -> date | None:
        cell = self._cell("date")
        found = None if cell.problem not in ("", "date") else parse_day(cell.text, order)
        if found is None:
            told = f"“{cell.text}” is no date. Write it like 2026-11-30."
            self.errors.append(told if cell.text else "The row has no date.")
        elif not EARLIEST <= found <= today + LONGEST_AHEAD:
            self.errors.append(f"{found:%-d %b %Y} cannot be the day of this work.")
        return found

    def read_number(self, meaning: Meaning) -> Decimal | None:
        cell = self._cell(meaning)
        if cell.problem and not (meaning == "hours" and cell.problem == "date"):
            self.errors.append(f"{self._name(meaning)} {PROBLEMS.get(cell.problem, 'is a date.')}")
            return None
        if not cell.text:
            return None
        try:
            return _read_number(cell.text, meaning)
        except (NotMoney, InvalidOperation):
            self.errors.append(
                f"{cell.text} in {self._name(meaning)} is no number that can be told. Write it as 1234.50."
            )
            return None

    def check_cost(self, hours: Decimal | None, rate: Decimal | None, amount: Decimal | None) -> None:
        if self.errors:
            return
        limits = ((hours, MOST_HOURS, "hours"), (rate, MOST_RATE, "rate"), (amount, MOST_AMOUNT, "amount"))
        self.errors += [
            f"The {name} of {value:,.2f} cannot be right." for value, most, name in limits if _over(value, most)
        ]
        if rate is not None and rate < 0:
            self.errors.append("The rate is below zero. Give the hours below zero to take work back.")
        is_free = amount == 0 or (amount is None and not rate)
        if hours and is_free:
            self.errors.append(
                "The row has hours and neither a rate nor an amount. Labour cost is never taken as nothing."
            )
        if hours is None and amount is None:
            self.errors.append("The row has neither hours with a rate nor an amount.")


def _over(value: Decimal | None, most: Decimal) -> bool:
    return value is not None and abs(value) > most


def parse_day(text: str, order: Order) -> date | None:
    """A day as files have it, with any time after it left off; None where it is none."""
    plain = text.split(" ")[0].split("T")[0]
    iso, slashed = _ISO.fullmatch(plain), _SLASHED.fullmatch(plain)
    if iso:
        return _day(int(iso[1]), int(iso[2]), int(iso[3]))
    if slashed:
        first, second, year = int(slashed[1]), int(slashed[2]), int(slashed[3])
        month, day = (first, second) if order == "month" else (second, first)
        return _day(year + 2000 if year < 100 else year, month, day)
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read_number(text: str, meaning: Meaning) -> Decimal:
    """An amount to the cent, hours to four places, a rate to six. "(40.00)" and "40.00-" are below zero."""
    clock = _CLOCK.fullmatch(text) if meaning == "hours" else None
    if clock:
        seconds = int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
        return (Decimal(seconds) / 3600).quantize(Decimal("0.0001"))
    plain = _CURRENCY.sub(lambda found: found[0].translate({ord(sign): None for sign in "$£€ "}), text)
    brackets = _BRACKETS.fullmatch(plain)
    if brackets:
        plain = f"-{brackets[1]}"
    elif plain.endswith("-"):
        plain = f"-{plain[:-1]}"
    money(plain)
    exact = Decimal(plain.replace(",", "").strip())
    if meaning == "amount":
        return cents(exact)
    places = "0.0001" if meaning == "hours" else "0.000001"
    return exact.quantize(Decimal(places)) + ZERO


def rows_of(lines: Sequence[Line], layout: Layout) -> Sequence[Line]:
    """The lines below the headings that say anything in a column that counts."""
    columns = [place for meaning, place in layout.columns.items() if meaning not in ("memo", "pay_type")]
    below = lines[layout.header_line + 1 :]
    return [line for line in below if any(cell_at(line.cells, place) for place in columns)]
