"""A section's table as a file to fill in and import again: linked rows, then what is open on each side."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from mapping.divisions import ancestors
from mapping.imports.cells import guard_formula
from mapping.imports.judging import Book
from mapping.imports.matching import Entry
from mapping.imports.tables import load_book
from mapping.kinds import MappingKind
from mapping.models import LeftOut, Link
from mapping.screens import Section
from mapping.sides import Sides

Cells = tuple[str, ...]

TEXT_FORMAT = "@"
WIDTHS = {"id": 18, "code": 18, "name": 44, "project": 32, "role": 14, "how": 22, "when": 18}


def headings_of(section: Section) -> dict[str, str]:
    """The columns of our own format, by what they hold; import recognises each by its heading."""
    columns = {"left_id": "Procore id", "left_code": "Procore code", "left_name": "Procore name"}
    if section.kinds[0].left.scope == "project":
        columns["project"] = "Procore project"
    columns |= {"right_id": "QuickBooks id", "right_code": "QuickBooks number", "right_name": "QuickBooks name"}
    if len(section.kinds) > 1:
        columns["role"] = "Role"
    return columns | {"how": "How", "when": "When"}


def list_rows(section: Section, sides: Sides) -> Iterator[Cells]:
    """Every row of the export, without the headings. Raises NotConnected."""
    book = load_book(section, sides)
    kinds = {kind.key: kind for kind in section.kinds}
    found = Link.objects.filter(kind__in=list(kinds), left_connection=sides.need("procore")).order_by("pk")
    links = sorted(found, key=lambda link: list(kinds).index(link.kind))
    columns = list(headings_of(section))
    linked = {link.left_id for link in links}
    used = {(link.kind, link.right_id) for link in links}
    yield from (_pick(columns, row) for row in _linked_rows(links, kinds, book))
    yield from (_pick(columns, row) for row in _open_lefts(section, sides, book, linked))
    for kind in section.kinds:
        rows = [entry for entry in book.rights[kind.key].entries if entry.is_active and entry.fits]
        for entry in sorted(rows, key=_order):
            if (kind.key, entry.id) not in used:
                yield _pick(columns, _right(kind, entry))


def _linked_rows(links: Iterable[Link], kinds: dict[str, MappingKind], book: Book) -> Iterator[dict[str, str]]:
    rows = []
    for link in links:
        left = book.left.ids.get(link.left_id) or Entry(link.left_id, "")
        right = book.rights[link.kind].ids.get(link.right_id) or Entry(link.right_id, "")
        how = {
            "how": str(Link.ChosenBy(link.chosen_by).label),
            "when": f"{timezone.localtime(link.at):%Y-%m-%d %H:%M}",
        }
        rows.append((_order(left), _left(left) | _right(kinds[link.kind], right) | how))
    yield from (row for _, row in sorted(rows, key=lambda each: each[0]))


def _open_lefts(section: Section, sides: Sides, book: Book, linked: set[str]) -> Iterator[dict[str, str]]:
    left_out = set(
        LeftOut.objects.filter(section=section.key, connection=sides.procore).values_list("remote_id", flat=True)
    )
    parents = {entry.id: entry.parent_id for entry in book.left.entries} if section.is_tree else {}
    for entry in sorted(book.left.entries, key=_order):
        if not entry.is_active or entry.id in linked:
            continue
        above = next((code for code in ancestors(entry.id, parents) if code in linked), "")
        how = "Left out" if entry.id in left_out else f"Covered by {book.left.ids[above].shown}" if above else ""
        yield _left(entry) | {"how": how}


def _left(entry: Entry) -> dict[str, str]:
    return {
        "left_id": entry.id,
        "left_code": entry.code,
        "left_name": entry.name,
        "project": entry.project_name,
    }


def _right(kind: MappingKind, entry: Entry) -> dict[str, str]:
    return {
        "right_id": entry.id,
        "right_code": entry.code,
        "right_name": entry.full_name or entry.name,
        "role": kind.right_noun,
    }


def _order(entry: Entry) -> tuple[str, str, str, str]:
    return entry.code.lower(), (entry.full_name or entry.name).lower(), entry.project_name.lower(), entry.id


def _pick(columns: Sequence[str], row: dict[str, str]) -> Cells:
    return tuple(row.get(column, "") for column in columns)


def list_examples(section: Section) -> list[Cells]:
    """Rows that show how the template is filled in. Their names are nobody's, so importing them links nothing."""
    noun = section.left_noun
    first = section.kinds[0].right_noun.lower()
    columns = headings_of(section)
    rows = [
        {"left_code": "EXAMPLE-1", "left_name": f"Example {noun} by code", "right_code": "EXAMPLE-5000"},
        {"left_name": f"Example {noun} by name", "right_name": f"Example {first}:Below it"},
        {"left_code": "EXAMPLE-3", "left_name": f"Example {noun} without a partner, which changes nothing"},
    ]
    for row, kind in zip(rows, (*section.kinds, *section.kinds), strict=False):
        row["role"] = kind.right_noun
    if "project" in columns:
        rows = [{**row, "project": "Example project"} for row in rows]
    return [_pick(list(columns), row) for row in rows]


def list_explanations(section: Section) -> list[tuple[str, str]]:
    """(column, what it is for) of the template's second sheet."""
    noun, right = section.left_noun, " or ".join(kind.right_noun.lower() for kind in section.kinds)
    told = {
        "left_id": f"The id of the {noun} in Procore. Leave it empty to go by the code or the name.",
        "left_code": "The code or number. The column is formatted as Text, so that 01-100 stays what it is.",
        "left_name": f"The name of the {noun} as Procore has it.",
        "project": "The project's number or name, since other projects have the same.",
        "right_id": f"The id of the {right} in QuickBooks. Leave it empty to go by the number or the name.",
        "right_code": "The account number, where QuickBooks has numbers.",
        "right_name": "The name, or the number and the name, or the full name: Job costs:Materials.",
        "role": f"What it is in QuickBooks: {right}. Needed where the name is in both lists.",
        "how": "How the pair was linked. Import does not read it.",
        "when": "When the pair was linked. Import does not read it.",
    }
    rows = [(heading, told[key]) for key, heading in headings_of(section).items()]
    return [
        *rows,
        ("", ""),
        ("A row without a QuickBooks side", "Nothing changes. An import never takes a pair apart."),
        ("A row that is linked already", "It stays, unless you choose to replace existing links before you confirm."),
        ("Before anything is linked", "You see every row with what would become of it, and choose."),
    ]


def write_csv(file: BinaryIO, headings: Sequence[str], rows: Iterable[Cells]) -> None:
    """UTF-8 with its mark, which Excel needs; no cell is taken for a formula."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows([guard_formula(cell) for cell in row] for row in rows)
    text.detach()


def write_xlsx(
    file: BinaryIO, section: Section, rows: Iterable[Cells], *, explanations: Sequence[tuple[str, str]] = ()
) -> None:
    """Our own format as a workbook, with the columns' explanations on a second sheet."""
    columns = headings_of(section)
    widths = [WIDTHS[key.rpartition("_")[2]] for key in columns]
    write_table(file, list(columns.values()), rows, widths=widths, explanations=explanations)


def write_table(
    file: BinaryIO,
    headings: Sequence[str],
    rows: Iterable[Cells],
    *,
    widths: Sequence[int],
    explanations: Sequence[tuple[str, str]] = (),
) -> None:
    """A workbook whose cells are all text, those still to be filled in too."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Mapping")
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, start=1):
        dimension = sheet.column_dimensions[get_column_letter(number)]
        dimension.width = width
        dimension.number_format = TEXT_FORMAT
    sheet.append([_heading(sheet, text) for text in headings])
    for row in rows:
        sheet.append([_text(sheet, cell) for cell in row])
    if explanations:
        _write_explanations(book, explanations)
    book.save(file)


def _write_explanations(book: Workbook, explanations: Sequence[tuple[str, str]]) -> None:
    sheet = book.create_sheet("How to fill it in")
    sheet.column_dimensions["A"].width = 32
    sheet.column_dimensions["B"].width = 90
    for column, told in explanations:
        sheet.append([_heading(sheet, column), _text(sheet, told)])


def _heading(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = Font(bold=True)
    return cell


def _text(sheet: Any, text: str) -> Any:
    if not text:
        return None
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", text))
    # A text that begins with "=" would be written as a formula.
    cell.data_type = "s"
    cell.number_format = TEXT_FORMAT
    return cell
