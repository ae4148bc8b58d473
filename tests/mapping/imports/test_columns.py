"""Which column is which: the guide's three, our own format, both vendors' lists, and files without headings."""

from __future__ import annotations

import pytest

from mapping.imports.columns import Layout, content_of, normal_heading, read_headings, recognise
from mapping.imports.headings import Meaning
from tests.mapping.imports.books import line

CODES = {"01-100", "01-200", "02-100"}
NAMES = {"General", "Cleaning", "Earthwork"}
ACCOUNTS = {"5000", "5100"}
ACCOUNT_NAMES = {"Job costs:Materials", "Job costs:Labor"}
PROBES: dict[Meaning, object] = {
    "left_code": CODES.__contains__,
    "left_name": NAMES.__contains__,
    "right_code": ACCOUNTS.__contains__,
    "right_name": ACCOUNT_NAMES.__contains__,
}


def layout_of(*rows: tuple[str, ...]) -> Layout:
    return recognise([line(number, *row) for number, row in enumerate(rows, start=1)], PROBES)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("headings", "meanings"),
    [
        (("Cost Code", "Cost Code Name", "Chart of Account Code/Name"), ("left_code", "left_name", "right_name")),
        (("COST CODE", "Description", "QB Account"), ("left_code", "left_name", "right_name")),
        (("Code", "Name", "GL Account"), ("left_code", "left_name", "right_name")),
        (
            ("Procore id", "Procore code", "Procore name", "QuickBooks id", "QuickBooks number", "QuickBooks name"),
            ("left_id", "left_code", "left_name", "right_id", "right_code", "right_name"),
        ),
        (("Company", "Vendor", "Role"), ("left_name", "right_name", "role")),
        (("How", "When", "Notes"), ("", "", "")),
        (("Code", "Description", "Status"), ("left_code", "left_name", "")),
        (
            ("Account #", "Full name", "Type", "Detail type", "Description", "Total balance"),
            ("right_code", "right_name", "", "", "", ""),
        ),
        (("Account", "Type", "Detail Type", "Description", "Balance"), ("right_name", "", "", "", "")),
        (("Number", "Name", "Account type"), ("right_code", "right_name", "")),
    ],
)
def test_headings_say_what_columns_hold(headings: tuple[str, ...], meanings: tuple[str, ...]) -> None:
    assert tuple(read_headings(headings)[0]) == meanings


def test_a_project_column_is_one_only_where_rows_live_in_projects() -> None:
    assert read_headings(("Project", "Cost code"))[0] == ["left_name", "left_code"]
    assert read_headings(("Project", "Cost code"), has_projects=True)[0] == ["project", "left_code"]


def test_headings_are_compared_by_their_words() -> None:
    assert normal_heading("  QBO  Account #  ") == "quickbooks account number"
    assert normal_heading("Chart-of_account code/name") == "chart of account code name"


def test_headings_below_title_rows_are_found() -> None:
    layout = layout_of(
        ("Ridgeline Builders",),
        ("Account List",),
        ("As of November 26, 2026",),
        ("Account #", "Full name", "Type", "Detail type"),
        ("5000", "Job costs:Materials", "Cost of Goods Sold", "Supplies"),
        ("5100", "Job costs:Labor", "Cost of Goods Sold", "Labor"),
    )
    assert layout.header_line == 3
    assert layout.meanings == ("right_code", "right_name", "", "")
    assert layout.content == "right"


def test_a_file_without_headings_is_recognised_by_what_stands_in_it() -> None:
    layout = layout_of(("01-100", "General", "5000"), ("01-200", "Cleaning", "5100"), ("02-100", "Earthwork", "5000"))
    assert layout.header_line == -1
    assert layout.meanings == ("left_code", "left_name", "right_code")
    assert layout.content == "mapping"


def test_an_unknown_heading_is_helped_by_what_stands_below() -> None:
    layout = layout_of(("Cost code", "Where it goes"), ("01-100", "Job costs:Labor"), ("01-200", "Job costs:Labor"))
    assert layout.meanings == ("left_code", "right_name")


def test_a_few_cells_that_happen_to_fit_make_no_column() -> None:
    rows = [(f"0{number}-9", "", "") for number in range(8)]
    layout = layout_of(("Cost code", "Remark", "Account"), *rows, ("01-100", "Job costs:Labor", "5000"))
    assert layout.meanings == ("left_code", "", "right_name")
    layout = layout_of(("Account", "Balance", "Text"), ("Job costs:Labor", "0", "General"), ("x", "1", "Cleaning"))
    assert layout.meanings == ("right_name", "", "")


def test_headings_nobody_knows_are_headings_still() -> None:
    layout = layout_of(("From", "To"), ("01-100", "Job costs:Labor"), ("01-200", "Job costs:Materials"))
    assert (layout.header_line, layout.meanings) == (0, ("left_code", "right_name"))


def test_a_second_column_of_one_meaning_is_said_and_not_used() -> None:
    layout = layout_of(("Cost code", "Cost code", "Account"), ("01-100", "01-200", "5000"))
    assert layout.meanings == ("left_code", "", "right_name")
    assert layout.warnings == (
        "“Cost code” is used, and “Cost code” too may mean it. Change the columns if that is wrong.",
    )


def test_a_plain_heading_goes_before_a_vague_one() -> None:
    meanings, warnings = read_headings(("Name", "Cost code name"))
    assert meanings == ["", "left_name"]
    assert warnings == ["“Cost code name” is used, and “Name” too may mean it. Change the columns if that is wrong."]


@pytest.mark.parametrize(
    ("meanings", "content"),
    [
        (("left_code", "right_name"), "mapping"),
        (("left_code", ""), "left"),
        (("right_id",), "right"),
        (("role", "project"), "unknown"),
    ],
)
def test_a_list_of_one_side_is_no_mapping(meanings: tuple[str, ...], content: str) -> None:
    assert content_of(meanings) == content
