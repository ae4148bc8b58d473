"""What the columns of a payroll file mean, by their headings. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from mapping.imports.columns import LAST_HEADING_ROW, normal_heading
from mapping.imports.files import FileRefused, Line, Sheet

Meaning = Literal["employee", "date", "project", "code", "pay_type", "hours", "rate", "amount", "memo"]
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)

# Spelled as `normal_heading` spells them, the plainest first. A file may have several of one row.
_SPELLED: Mapping[Meaning, str] = {
    "employee": "employee, employee name, worker, name, employee number, employee id",
    "date": "date, work date, date worked, period end, pay period end, period ending, pay date, check date, "
    "week ending",
    "project": "project, project name, project number, job, job name, job number, customer project, customer, "
    "customer job, procore project, sub customer",
    "code": "cost code, cost codes, costcode, procore code, procore cost code, code, phase, budget code, phase code",
    "pay_type": "pay type, earning, earnings, earning type, pay item, payroll item, time type, type, reference",
    "hours": "hours, hrs, quantity, qty, total hours, hours worked, time",
    "rate": "rate, cost rate, hourly rate, pay rate, hourly cost, cost per hour, burdened rate, unit cost",
    "amount": "amount, total, cost, gross, gross pay, total cost, gross amount, labor cost, labour cost, total amount",
    "memo": "memo, description, note, notes, comment, comments",
}
HEADINGS: dict[Meaning, tuple[str, ...]] = {key: tuple(text.split(", ")) for key, text in _SPELLED.items()}
NEEDED = (
    "A payroll file needs a column for the date, one for the project, and one for the amount or for hours and rate."
)


@dataclass(frozen=True, slots=True)
class Layout:
    """The column of each meaning, and the index of the line that has the headings."""

    columns: Mapping[Meaning, int]
    header_line: int
    headings: Mapping[Meaning, str]

    @property
    def is_enough(self) -> bool:
        has_cost = "amount" in self.columns or {"hours", "rate"} <= self.columns.keys()
        return has_cost and {"date", "project"} <= self.columns.keys()


def choose_sheet(sheets: Sequence[Sheet]) -> tuple[Sheet, Layout]:
    """The first sheet that can be payroll, and its columns. Raises FileRefused where there is none."""
    found = [(sheet, find_columns(sheet.lines)) for sheet in sheets]
    fit = next(((sheet, layout) for sheet, layout in found if layout.is_enough), None)
    if fit is None:
        told = max((layout for _, layout in found), key=lambda layout: len(layout.columns))
        seen = ", ".join(told.headings.values())
        raise FileRefused(
            "columns", f"{NEEDED} {f'Understood were only: {seen}.' if seen else 'No heading was known.'}"
        )
    if len(fit[0].lines) <= fit[1].header_line + 1:
        raise FileRefused("only_headings", "The file holds headings and no rows below them.")
    return fit


def find_columns(lines: Sequence[Line]) -> Layout:
    """By the line among the first with the most headings that are known. Reports begin with a title or two."""
    layouts = [_read_headings(index, line) for index, line in enumerate(lines[:LAST_HEADING_ROW])]
    return max(layouts, key=lambda layout: len(layout.columns), default=Layout({}, 0, {}))


def _read_headings(index: int, line: Line) -> Layout:
    texts = [normal_heading(cell.text) for cell in line.cells]
    columns: dict[Meaning, int] = {}
    for meaning in MEANINGS:
        place = next((texts.index(text) for text in HEADINGS[meaning] if text in texts), None)
        if place is not None:
            columns[meaning] = place
    return Layout(columns, index, {meaning: line.cells[place].text for meaning, place in columns.items()})
