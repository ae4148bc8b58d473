"""Exports that can be imported again: the same state changes nothing, and an edit changes exactly what was edited."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.exports import (
    headings_of,
    list_examples,
    list_explanations,
    list_rows,
    write_csv,
    write_xlsx,
)
from mapping.imports.columns import read_headings
from mapping.imports.commit import claim, commit
from mapping.imports.preview import check_run, count_rows, set_replacing, start_preview
from mapping.imports.reading import read_file
from mapping.kinds import COST_CODE_ACCOUNT, CUSTOMER, KINDS, OVERRIDE_ACCOUNT, VENDOR
from mapping.models import LeftOut, Link, MappingRun, RemoteItem
from mapping.screens import SECTIONS, Section
from mapping.sides import load_sides
from tests.factories import connections, make_project
from tests.mapping.factories import (
    make_account,
    make_code,
    make_company,
    make_customer,
    make_link,
    make_row,
    make_vendor,
)

CODES, CONTACTS = SECTIONS["account-codes"], SECTIONS["contacts"]
Rows = list[dict[str, str]]
Write = Callable[[Section, Rows], bytes]


def rows_of(section: Section) -> Rows:
    columns = list(headings_of(section))
    return [dict(zip(columns, row, strict=True)) for row in list_rows(section, load_sides())]


def as_csv(section: Section, rows: Rows) -> bytes:
    file = io.BytesIO()
    write_csv(file, list(headings_of(section).values()), [tuple(row.values()) for row in rows])
    return file.getvalue()


def as_xlsx(section: Section, rows: Rows) -> bytes:
    file = io.BytesIO()
    write_xlsx(file, section, [tuple(row.values()) for row in rows])
    return file.getvalue()


def preview(section: Section, content: bytes, actor: Any, *, replaces: bool = False) -> MappingRun:
    run = start_preview(section, io.BytesIO(content), size=len(content), name="export", actor=actor)
    if replaces:
        set_replacing(run, replaces=True)
    check_run(run)
    return run


def finish(run: MappingRun, actor: Any) -> MappingRun:
    claim(run, actor)
    MappingRun.objects.filter(pk=run.pk).update(state="running")
    run.refresh_from_db()
    return commit(run)


def links() -> set[tuple[str, str, str]]:
    return set(Link.objects.values_list("kind", "left_id", "right_id"))


@pytest.fixture
def codes(scope: Any) -> dict[str, RemoteItem]:
    rows = {
        "01": make_code("01", "General"),
        "01100": make_code("01100", "Permits"),
        "01-200": make_code("01-200", "Cleaning, daily"),
        "-100": make_code("-100", "=HYPERLINK(1)"),
        "gone": make_code("09-900", "Old code", is_active=False),
        "5000": make_account("Materials", code="5000", data={"full_name": "Job costs:Materials"}),
        "0510": make_account("Labor", code="0510", data={"full_name": "Job costs:Labor"}),
        "bank": make_account("Checking", code="1000", subtype="Bank"),
        "old": make_account("Retired", code="5999", is_active=False),
    }
    RemoteItem.objects.filter(pk=rows["01-200"].pk).update(parent_id=rows["01"].remote_id)
    make_link(COST_CODE_ACCOUNT, rows["01100"], rows["5000"])
    return rows


def test_linked_rows_come_first_then_what_is_open_on_each_side(codes: dict[str, RemoteItem]) -> None:
    make_link(COST_CODE_ACCOUNT, codes["01"], codes["5000"])
    LeftOut.objects.create(section=CODES.key, connection=codes["-100"].connection, remote_id=codes["-100"].remote_id)
    rows = rows_of(CODES)
    assert [
        (row["left_code"], row["left_name"], row["right_code"], row["right_name"], row["how"]) for row in rows
    ] == [
        ("01", "General", "5000", "Job costs:Materials", "By hand"),
        ("01100", "Permits", "5000", "Job costs:Materials", "By hand"),
        ("-100", "=HYPERLINK(1)", "", "", "Left out"),
        ("01-200", "Cleaning, daily", "", "", "Covered by 01 General"),
        ("", "", "0510", "Job costs:Labor", ""),
    ]
    assert rows[0]["left_id"] == codes["01"].remote_id
    assert rows[0]["right_id"] == codes["5000"].remote_id
    assert rows[0]["when"][:2] == "20"


def test_both_roles_are_said(scope: Any) -> None:
    both, open_one = make_company("Aspen"), make_company("Basin")
    make_link(VENDOR, both, make_vendor("Aspen LLC"))
    make_link(CUSTOMER, both, make_customer("Aspen Inc"))
    make_customer("Lofts", parent_id="77")
    make_vendor("Cedar")
    assert [(row["left_name"], row["right_name"], row["role"]) for row in rows_of(CONTACTS)] == [
        ("Aspen", "Aspen LLC", "Vendor"),
        ("Aspen", "Aspen Inc", "Customer"),
        ("Basin", "", ""),
        ("", "Cedar", "Vendor"),
    ]
    assert open_one.remote_id == rows_of(CONTACTS)[2]["left_id"]


def test_rows_that_live_in_a_project_name_it(scope: Any) -> None:
    make_project("501", code="2417", name="Lofts")
    row = make_row(procore.PROJECT_COST_CODES, "General", code="01", project_id="501")
    section = SECTIONS["override-accounts"]
    assert rows_of(section)[0]["project"] == "2417 Lofts"
    make_account("Materials", code="5000")
    [made] = [entry for entry in rows_of(section) if entry["left_id"] == row.remote_id]
    made |= {"left_id": "", "right_code": "5000"}
    actor = None
    finish(preview(section, as_csv(section, [made]), actor), actor)
    assert {link.kind for link in Link.objects.all()} == {OVERRIDE_ACCOUNT.key}


def test_csv_has_the_mark_excel_needs_and_no_formulas(codes: dict[str, RemoteItem]) -> None:
    content = as_csv(CODES, rows_of(CODES))
    assert content.startswith(b"\xef\xbb\xbf")
    cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]
    assert "'-100" in cells
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]


def test_every_cell_of_a_workbook_is_text(codes: dict[str, RemoteItem]) -> None:
    sheet = load_workbook(io.BytesIO(as_xlsx(CODES, rows_of(CODES))))["Mapping"]
    body = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {(cell.data_type, cell.number_format) for cell in body} == {("s", "@")}
    values = {cell.value for cell in body}
    assert {"01100", "-100", "=HYPERLINK(1)", "0510"} <= values
    # Cells still to be filled in are text too, so that 01-100 typed there stays what it is.
    assert {sheet.column_dimensions[letter].number_format for letter in "ABCDEF"} == {"@"}
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_importing_an_export_changes_nothing(codes: dict[str, RemoteItem], admin_user: Any, write: Write) -> None:
    before = list(Link.objects.values())
    run = preview(CODES, write(CODES, rows_of(CODES)), admin_user, replaces=True)
    assert count_rows(run) == {"same": (1, 0), "empty": (3, 0), "division": (1, 0)}
    finish(run, admin_user)
    assert list(Link.objects.values()) == before
    assert run.linked == 0


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_an_edited_export_changes_exactly_what_was_edited(
    codes: dict[str, RemoteItem], admin_user: Any, write: Write
) -> None:
    rows = rows_of(CODES)
    by_code = {row["left_code"]: row for row in rows if row["left_code"]}
    by_code["-100"]["right_code"] = "0510"
    by_code["01100"] |= {"right_id": "", "right_code": "", "right_name": "Job costs:Labor"}
    run = finish(preview(CODES, write(CODES, rows), admin_user, replaces=True), admin_user)
    assert links() == {
        ("cost_code_account", codes["-100"].remote_id, codes["0510"].remote_id),
        ("cost_code_account", codes["01100"].remote_id, codes["0510"].remote_id),
    }
    assert (run.linked, run.options["replaced"]) == (2, 1)


NAMES = st.text(alphabet=st.sampled_from(" '\"=+-@,;:\t\nABCabc019é–“€\u200b\u00a0"), min_size=1, max_size=12).filter(
    lambda text: text.strip(" \t\n\u200b\u00a0") != ""
)
PAIRS = st.dictionaries(st.integers(0, 3), st.integers(0, 3), max_size=4)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NAMES, min_size=4, max_size=4), st.lists(NAMES, min_size=4, max_size=4), PAIRS, PAIRS, st.booleans())
def test_whatever_the_names_an_export_comes_back_as_it_was(
    admin_user: Any, scope: Any, left_names: list[str], right_names: list[str], linked: Any, edited: Any, is_csv: bool
) -> None:
    """Any state exported and imported is the same state; with other partners it is the state with those."""
    Link.objects.all().delete()
    RemoteItem.objects.all().delete()
    lefts = [make_code(f"0{number}-1", name) for number, name in enumerate(left_names)]
    rights = [make_account(name, code=f"0{number}") for number, name in enumerate(right_names)]
    for left, right in linked.items():
        make_link(COST_CODE_ACCOUNT, lefts[left], rights[right])
    write = as_csv if is_csv else as_xlsx
    before = links()
    finish(preview(CODES, write(CODES, rows_of(CODES)), admin_user, replaces=True), admin_user)
    assert links() == before
    rows = rows_of(CODES)
    for row in rows:
        place = next((number for number, left in enumerate(lefts) if left.remote_id == row["left_id"]), None)
        if place in edited:
            row |= {"right_id": rights[edited[place]].remote_id, "right_code": "", "right_name": ""}
    finish(preview(CODES, write(CODES, rows), admin_user, replaces=True), admin_user)
    wanted = {**linked, **edited}
    assert links() == {
        (COST_CODE_ACCOUNT.key, lefts[left].remote_id, rights[right].remote_id) for left, right in wanted.items()
    }


@pytest.mark.parametrize("section", SECTIONS.values(), ids=lambda section: section.key)
def test_every_section_exports_and_reads_its_own_headings(section: Section, scope: Any, admin_user: Any) -> None:
    left, right = make_pair(section)
    columns = headings_of(section)
    meanings, warnings = read_headings(list(columns.values()), has_projects="project" in columns)
    assert meanings == [key if key not in ("how", "when") else "" for key in columns]
    assert warnings == []
    rows = rows_of(section)
    [row] = [each for each in rows if each["left_id"] == left.remote_id]
    row |= {"right_id": right.remote_id, "role": section.kinds[0].right_noun}
    finish(preview(section, as_xlsx(section, rows), admin_user), admin_user)
    assert links() == {(section.kinds[0].key, left.remote_id, right.remote_id)}


def make_pair(section: Section) -> tuple[RemoteItem, RemoteItem]:
    """One row on each side that the section's first kind takes."""
    kind = section.kinds[0]
    connections()
    facts = {"subtype": kind.right_types[0] if kind.right_types else ""}
    if kind.right.key == qbo.CUSTOMERS.key and kind.right_level == "child":
        facts["parent_id"] = "77"
    return make_row(kind.left, "Left one", code="01"), make_row(kind.right, "Right one", **facts)


@pytest.mark.parametrize("section", SECTIONS.values(), ids=lambda section: section.key)
def test_the_template_links_nothing_by_itself(section: Section, scope: Any, admin_user: Any) -> None:
    make_pair(section)
    file = io.BytesIO()
    write_xlsx(file, section, list_examples(section), explanations=list_explanations(section))
    assert [sheet.name for sheet in read_file(file, file.tell())] == ["Mapping", "How to fill it in"]
    run = preview(section, file.getvalue(), admin_user)
    assert run.options["sheet"] == 0
    assert set(count_rows(run)) <= {"unknown_left", "empty"}
    assert count_rows(run)["unknown_left"] == (3, 0)


def test_the_template_explains_every_column() -> None:
    def first(rows: Iterable[tuple[str, str]]) -> list[str]:
        return [column for column, _ in rows]

    for section in SECTIONS.values():
        assert first(list_explanations(section))[: len(headings_of(section))] == list(headings_of(section).values())


def test_every_kind_is_in_a_section_that_exports_it() -> None:
    assert {kind.key for section in SECTIONS.values() for kind in section.kinds} == set(KINDS)
