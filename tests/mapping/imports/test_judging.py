"""The verdict of each line: alone, beside the other lines, and beside what is linked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from mapping.imports.cells import Cell
from mapping.imports.judging import Book, Judged, Standing, Stands, judge_line, judge_listed, place_of, settle
from tests.mapping.imports.books import account_book, contact_book, entry, line

DIVISION = entry("10", "General", "01", below=2)
CODES = [DIVISION, entry("1", "Permits", "01-100"), entry("2", "Cleaning", "01-200")]
ACCOUNTS = [
    entry("a", "Materials", "5000"),
    entry("b", "Labor", "5100"),
    entry("c", "Old", "5200", is_active=False),
    entry("d", "Bank", "1000", fits=False, misfit="Bank is of type Bank. It takes Expense."),
]
CODE_BOOK = account_book(CODES, ACCOUNTS)
CODE_COLUMNS = ("left_code", "left_name", "right_name")
CONTACTS = contact_book(
    [entry("1", "Aspen"), entry("2", "Basin"), entry("3", "Cedar")],
    [entry("v1", "Aspen LLC"), entry("v2", "Both"), entry("v3", "Cedar LLC")],
    [entry("k1", "Basin Inc"), entry("v2", "Both")],
)
CONTACT_COLUMNS = ("left_name", "right_name", "role")
NOTHING = Standing()
NO_VALUE = (
    "{} holds a formula without a value. Open the file in Excel, save it, and import it again, or type the value."
)


def judge(
    book: Book,
    columns: Sequence[str],
    *rows: tuple[str | Cell, ...],
    standing: Standing = NOTHING,
    replaces: bool = False,
) -> list[Judged]:
    judged = [judge_line(line(number, *row), columns, book) for number, row in enumerate(rows, start=2)]
    settle(judged, standing, replaces=replaces)
    return judged


def codes(*rows: tuple[str | Cell, ...], standing: Standing = NOTHING, replaces: bool = False) -> list[Judged]:
    return judge(CODE_BOOK, CODE_COLUMNS, *rows, standing=standing, replaces=replaces)


def contacts(*rows: tuple[str | Cell, ...], standing: Standing = NOTHING, replaces: bool = False) -> list[Judged]:
    return judge(CONTACTS, CONTACT_COLUMNS, *rows, standing=standing, replaces=replaces)


def told(rows: Iterable[Judged]) -> list[tuple[str, str]]:
    return [(row.verdict, row.reason) for row in rows]


def code_link(left_id: str, right_id: str) -> Stands:
    return Stands("cost_code_account", left_id, right_id, f"code {left_id}", f"account {right_id}")


def contact_link(left_id: str, right_id: str, kind: str = "vendor") -> Stands:
    return Stands(kind, left_id, right_id, f"company {left_id}", f"contact {right_id}")


def test_a_line_names_a_pair() -> None:
    [row] = codes(("01-100", "Permits", "5000 Materials"))
    assert (row.verdict, row.kind, row.left_id, row.right_id) == ("link", "cost_code_account", "1", "a")
    assert (row.left, row.right, row.reason) == ("01-100 Permits", "5000 Materials", "")


def test_many_codes_go_to_one_account() -> None:
    rows = codes(("01-100", "", "5000"), ("01-200", "", "5000"))
    assert told(rows) == [("link", ""), ("link", "")]


def test_what_cannot_be_linked_says_why() -> None:
    rows = codes(
        ("01-100", "", "Old"),
        ("01-100", "", "Bank"),
        ("01-100", "", "Nobody"),
        ("09-999", "", "5000"),
        ("01-100", "", ""),
        ("", "", "5000"),
        ("01-200", "", Cell("", "formula")),
    )
    assert told(rows) == [
        ("inactive", "5200 Old is inactive in QuickBooks. Make it active there and refresh, or choose another."),
        ("wrong_type", "Bank is of type Bank. It takes Expense."),
        ("unknown_right", "QuickBooks has no account “Nobody” (C4). Correct it, or refresh QuickBooks."),
        ("unknown_left", "Procore has no cost code “09-999” (A5). Correct it, or refresh Procore."),
        ("empty", "The row names no account. What is linked stays as it is."),
        ("empty", "The row names no cost code."),
        (
            "formula",
            NO_VALUE.format("C8"),
        ),
    ]


def test_a_division_needs_no_account_and_may_have_one() -> None:
    rows = codes(("01", "General", ""), ("01", "General", "5000"))
    assert told(rows) == [
        ("division", "01 General is a division of 2 codes and needs no account."),
        ("link", "Covers the 2 codes below it."),
    ]


def test_equal_rows_count_once_and_contradicting_ones_not_at_all() -> None:
    rows = codes(
        ("01-100", "", "5000"),
        ("01-100", "", "Materials"),
        ("01-200", "", "5000"),
        ("01-200", "", "5100"),
    )
    assert told(rows) == [
        ("link", ""),
        ("repeat", "Row 2 says the same. It counts once."),
        ("contradicts", "Row 5 links 01-200 Cleaning to 5100 Labor. Keep one of the rows."),
        ("contradicts", "Row 4 links 01-200 Cleaning to 5000 Materials. Keep one of the rows."),
    ]


def test_links_that_stand_are_kept_unless_somebody_says_otherwise() -> None:
    standing = Standing.of([code_link("1", "a"), code_link("2", "a")])
    rows = (("01-100", "", "5000"), ("01-200", "", "5100"))
    assert told(codes(*rows, standing=standing)) == [
        ("same", ""),
        (
            "linked",
            "01-200 Cleaning is linked to account a, and stays so. Replace existing links to change it.",
        ),
    ]
    replaced = codes(*rows, standing=standing, replaces=True)
    assert told(replaced) == [("same", ""), ("replace", "Instead of account a.")]
    assert replaced[1].old == "cost_code_account:a"


def test_the_role_is_found_by_the_list_the_name_is_in() -> None:
    rows = contacts(("Aspen", "Aspen LLC"), ("Basin", "Basin Inc", ""), ("Cedar", "Both"))
    assert [(row.verdict, row.kind) for row in rows] == [
        ("link", "vendor"),
        ("link", "customer"),
        ("ambiguous_right", ""),
    ]
    assert rows[2].reason == "Both is a vendor and a customer in QuickBooks. Say which in the column Role."


def test_a_role_that_is_said_decides() -> None:
    rows = contacts(("Cedar", "Both", "customer"), ("Aspen", "Basin Inc", "Vendor"), ("Basin", "Both", "Builder"))
    assert (rows[0].verdict, rows[0].kind) == ("link", "customer")
    assert told(rows[1:]) == [
        ("unknown_right", "QuickBooks has no vendor or customer “Basin Inc” (B3). Correct it, or refresh QuickBooks."),
        ("wrong_role", "“Builder” in C4 is no role. Write Vendor or Customer."),
    ]


def test_one_company_may_be_vendor_and_customer() -> None:
    rows = contacts(("Aspen", "Aspen LLC", "Vendor"), ("Aspen", "Basin Inc", "Customer"))
    assert told(rows) == [("link", ""), ("link", "")]


def test_a_partner_that_can_be_linked_once_is_given_to_nobody_when_two_want_it() -> None:
    rows = contacts(("Aspen", "Cedar LLC"), ("Cedar", "Cedar LLC"))
    assert told(rows) == [
        ("contradicts", "Row 3 links Cedar LLC to Cedar, and it can be linked once."),
        ("contradicts", "Row 2 links Cedar LLC to Aspen, and it can be linked once."),
    ]


def test_a_partner_linked_elsewhere_is_named() -> None:
    standing = Standing.of([contact_link("3", "v1")])
    assert told(contacts(("Aspen", "Aspen LLC"), standing=standing)) == [
        ("taken", "Aspen LLC is linked to company 3 in Procore. It can be linked once.")
    ]


def test_two_links_can_change_partners() -> None:
    standing = Standing.of([contact_link("1", "v1"), contact_link("3", "v3")])
    rows = (("Aspen", "Cedar LLC"), ("Cedar", "Aspen LLC"))
    assert [row.verdict for row in contacts(*rows, standing=standing, replaces=True)] == ["replace", "replace"]
    assert [row.verdict for row in contacts(*rows, standing=standing)] == ["linked", "linked"]


def test_who_counts_on_a_row_that_is_refused_is_refused_too() -> None:
    standing = Standing.of([contact_link("1", "v1"), contact_link("2", "v2"), contact_link("9", "v3")])
    rows = (("Aspen", "Both", "Vendor"), ("Basin", "Cedar LLC"))
    assert told(contacts(*rows, standing=standing, replaces=True)) == [
        ("taken", "Both is linked to company 2 in Procore. It can be linked once."),
        ("taken", "Cedar LLC is linked to company 9 in Procore. It can be linked once."),
    ]


def test_a_list_of_one_side_is_only_looked_up() -> None:
    listed = [
        judge_listed(line(2, "01-100", "Permits"), ("left_code", "left_name"), CODE_BOOK),
        judge_listed(line(3, "09-999", "Nobody's"), ("left_code", "left_name"), CODE_BOOK),
        judge_listed(line(4, "5000"), ("right_code",), CODE_BOOK),
    ]
    assert [(row.verdict, row.left_id, row.right_id) for row in listed] == [
        ("listed", "1", ""),
        ("unknown_left", "", ""),
        ("listed", "", "a"),
    ]


def test_cells_are_named_as_a_spreadsheet_names_them() -> None:
    assert [place_of(7, column) for column in (0, 25, 26, 59)] == ["A7", "Z7", "AA7", "BH7"]


IDS = st.integers(0, 5)
ROWS = st.lists(st.tuples(IDS, IDS), max_size=8)


@given(ROWS, st.lists(IDS, min_size=6, max_size=6, unique=True), IDS, st.booleans())
def test_what_is_ready_can_all_be_done_at_once(
    wanted: list[tuple[int, int]], order: list[int], count: int, replaces: bool
) -> None:
    """However rows and links meet: no row is used twice, and a link gives way only to a row that says so."""
    links = {str(left): str(right) for left, right in zip(range(count), order, strict=False)}
    standing = Standing.of(contact_link(left, right) for left, right in links.items())
    rows = [
        Judged(number, verdict="link", kind="vendor", left_id=str(left), right_id=str(right))
        for number, (left, right) in enumerate(wanted)
    ]
    settle(rows, standing, replaces=replaces)
    for row in rows:
        if row.verdict == "replace":
            assert replaces
            assert links.pop(row.left_id) == row.old.partition(":")[2]
    for row in rows:
        if row.verdict in ("link", "replace"):
            assert row.left_id not in links
            links[row.left_id] = row.right_id
    assert len(set(links.values())) == len(links)
