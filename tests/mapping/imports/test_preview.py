"""The preview: what is kept of a file, the verdicts, a person's choices, and that nothing is linked by it."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest

from connectors.models import Connection
from mapping.imports import preview
from mapping.imports.files import FileRefused
from mapping.kinds import COST_CODE_ACCOUNT
from mapping.models import Link, MappingRun, RunRow
from mapping.screens import SECTIONS
from mapping.sides import NotConnected
from smoothx.tenants.scope import tenant_scope
from tests.conftest import make_member
from tests.mapping.factories import make_account, make_code, make_link
from tests.mapping.imports.books import workbook
from tests.mapping.imports.conftest import Start, links, told

FILE = "Cost code,Name,Account\n01-100,Permits,5000 Materials\n01-200,Cleaning,Nobody\n"


@pytest.fixture
def lists(scope: Any) -> dict[str, Any]:
    return {
        "permits": make_code("01-100", "Permits"),
        "cleaning": make_code("01-200", "Cleaning"),
        "materials": make_account("Materials", code="5000", data={"full_name": "Job costs:Materials"}),
        "labor": make_account("Labor", code="5100"),
    }


def test_rows_get_verdicts_and_nothing_is_linked(lists: dict[str, Any], start: Start) -> None:
    run = start(FILE)
    assert told(run) == [
        (2, "link", ""),
        (3, "unknown_right", "QuickBooks has no account “Nobody” (C3). Correct it, or refresh QuickBooks."),
    ]
    row = RunRow.objects.get(verdict="link")
    assert (row.left_id, row.right_id) == (lists["permits"].remote_id, lists["materials"].remote_id)
    assert row.data == {
        "cells": ["01-100", "Permits", "5000 Materials"],
        "text": "01-100 Permits",
        "left": "01-100 Permits",
        "right": "5000 Job costs:Materials",
        "old": "",
    }
    assert (run.state, run.what, run.done, run.expected) == ("preview", "import", 2, 2)
    assert preview.count_rows(run) == {"link": (1, 1), "unknown_right": (1, 0)}
    assert links() == set()


@pytest.mark.parametrize(
    ("content", "code"), [("Cost code,Account\n", "only_headings"), ("", "empty"), (b"\xff\xfe\x00\xd8", "binary")]
)
def test_a_file_that_cannot_be_read_leaves_nothing(
    lists: dict[str, Any], start: Start, content: str | bytes, code: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        start(content)
    assert refused.value.code == code
    assert not MappingRun.objects.exists()
    assert not RunRow.objects.exists()


def test_without_a_connection_nothing_is_read(scope: Any, start: Start) -> None:
    with pytest.raises(NotConnected):
        start(FILE)
    assert not MappingRun.objects.exists()


def test_nothing_of_a_file_is_logged(lists: dict[str, Any], start: Start, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    start(FILE)
    assert [record.getMessage() for record in caplog.records if "Permits" in record.getMessage()] == []


def test_a_second_upload_takes_the_place_of_the_first_one_of_the_same_person(
    lists: dict[str, Any], start: Start, tenant: Any
) -> None:
    other = start(FILE, actor=make_member(tenant, "second@ridgeline.example", "admin"))
    first, second = start(FILE), start(FILE)
    open_ones = MappingRun.objects.filter(state="preview")
    assert set(open_ones.values_list("pk", flat=True)) == {other.pk, second.pk}
    assert not RunRow.objects.filter(run_id=first.pk).exists()


def test_columns_can_be_said_by_a_person(lists: dict[str, Any], start: Start) -> None:
    run = start("Where from,Where to\n01-100,Labor\n01-200,Labor\n")
    assert run.options["meanings"] == ["left_code", "right_name"]
    preview.set_layout(run, sheet=0, header_row=0, meanings=["right_name", "left_code"])
    preview.check_run(run)
    assert [verdict for _, verdict, _ in told(run)] == ["unknown_left"] * 3
    preview.set_layout(run, sheet=0, header_row=1, meanings=["left_code", "right_name"])
    preview.check_run(run)
    assert [verdict for _, verdict, _ in told(run)] == ["link", "link"]


def test_a_meaning_given_twice_stays_with_the_first_column(lists: dict[str, Any], start: Start) -> None:
    run = start(FILE)
    preview.set_layout(run, sheet=7, header_row=1, meanings=["left_code", "left_code", "no such thing"])
    assert (run.options["sheet"], run.options["meanings"]) == (0, ["left_code", "", ""])


def test_another_sheet_can_be_chosen(lists: dict[str, Any], start: Start) -> None:
    def add(sheet: Any) -> None:
        second = sheet.parent.create_sheet("Old mapping")
        for row in (("Mapping of 2024",), ("Cost code", "Account"), ("01-200", 5100)):
            second.append(row)

    run = start(workbook([("Cost code", "Account"), ("01-100", "Labor")], add))
    assert (run.options["sheets"], run.options["sheet"]) == (
        [{"name": "Sheet", "rows": 2}, {"name": "Old mapping", "rows": 3}],
        0,
    )
    preview.choose_other_sheet(run, 1)
    preview.check_run(run)
    assert [(number % 100, verdict) for number, verdict, _ in told(run)] == [(3, "link")]
    assert RunRow.objects.get(verdict="link").left_id == lists["cleaning"].remote_id


def test_replacing_is_a_choice(lists: dict[str, Any], start: Start) -> None:
    make_link(COST_CODE_ACCOUNT, lists["permits"], lists["labor"])
    run = start(FILE)
    assert [verdict for _, verdict, _ in told(run)] == ["linked", "unknown_right"]
    preview.set_replacing(run, replaces=True)
    preview.check_run(run)
    assert told(run)[0] == (2, "replace", "Instead of 5100 Labor.")
    assert Link.objects.get().right_id == lists["labor"].remote_id


def test_a_row_left_out_stays_out_when_rows_are_compared_again(lists: dict[str, Any], start: Start) -> None:
    run = start("Cost code,Account\n01-100,Labor\n01-200,Labor\n")
    assert preview.choose_rows(run, run.rows.filter(number=2), is_chosen=False) == 1
    preview.set_replacing(run, replaces=True)
    preview.check_run(run)
    chosen = RunRow.objects.filter(run=run).exclude(verdict="").order_by("number")
    assert list(chosen.values_list("is_chosen", "state")) == [(False, "left_out"), (True, "waiting")]
    assert preview.choose_rows(run, run.rows.filter(number=2), is_chosen=True) == 1
    assert RunRow.objects.get(run=run, number=2).is_chosen


def test_what_is_not_open_any_more_cannot_be_changed(lists: dict[str, Any], start: Start) -> None:
    run = start(FILE)
    MappingRun.objects.filter(pk=run.pk).update(state="done")
    for change in (
        lambda: preview.set_replacing(run, replaces=True),
        lambda: preview.choose_rows(run, run.rows.all(), is_chosen=False),
        lambda: preview.discard(run, None),
        lambda: preview.ask_for_pairs(run),
    ):
        with pytest.raises(preview.NotOpen):
            change()
    assert RunRow.objects.filter(run=run, is_chosen=True).count() == 1


def test_a_preview_put_away_keeps_no_rows(lists: dict[str, Any], start: Start) -> None:
    preview.discard(start(FILE), None)
    assert (MappingRun.objects.get().state, RunRow.objects.count()) == ("failed", 0)


CODES = "Code,Description\n01-100,Permits\n01-200,Cleaning\n09-999,Nobody\n"


def account_list() -> bytes:
    """The report "Account List" as QuickBooks exports it: titles above the headings, a total and a time below."""
    rows = [
        ("Ridgeline Builders",),
        ("Account List",),
        (),
        ("Account #", "Full name", "Type", "Detail type", "Description", "Total balance"),
        (5000, "Job costs:Materials", "Cost of Goods Sold", "Supplies & Materials - COGS", "", 0),
        (5300, "Permits", "Cost of Goods Sold", "Other Costs of Services - COS", "Permits", 12.5),
        (1000, "Checking", "Bank", "Checking", "", 100),
        ("TOTAL", "", "", "", "", 112.5),
        ("Thursday, November 26, 2026 09:22 PM GMT-07:00",),
    ]
    return workbook(rows, lambda sheet: sheet.merge_cells("A1:F1"))


def test_a_list_of_codes_alone_is_no_mapping_and_can_be_paired(lists: dict[str, Any], start: Start) -> None:
    permits = make_account("Permits", code="5300")
    run = start(CODES)
    assert preview.content_of_run(run) == "left"
    assert [verdict for _, verdict, _ in told(run)] == ["listed", "listed", "unknown_left"]
    assert preview.count_rows(run)["listed"] == (2, 0)
    preview.ask_for_pairs(run)
    preview.check_run(run)
    row = RunRow.objects.get(run=run, number=2)
    assert (row.left_id, row.right_id) == (lists["permits"].remote_id, permits.remote_id)
    assert row.verdict in ("link", "suggested")
    assert RunRow.objects.get(run=run, number=4).verdict == "unknown_left"
    assert links() == set()


def test_the_account_list_report_is_recognised(lists: dict[str, Any], start: Start) -> None:
    make_account("Permits", code="5300")
    make_account("Checking", code="1000", subtype="Bank")
    run = start(account_list())
    assert preview.content_of_run(run) == "right"
    assert (run.options["header_row"], run.options["meanings"][:2]) == (4, ["right_code", "right_name"])
    assert [(number, verdict) for number, verdict, _ in told(run)] == [
        (5, "listed"),
        (6, "listed"),
        (7, "wrong_type"),
        (8, "unknown_right"),
        (9, "unknown_right"),
    ]


def test_both_vendors_lists_are_paired_with_one_another(lists: dict[str, Any], start: Start) -> None:
    permits = make_account("Permits", code="5300")
    make_account("Permits and fees", code="5400")
    run = start(CODES)
    content = account_list()
    preview.add_list(run, io.BytesIO(content), size=len(content))
    preview.check_run(run)
    assert sorted(run.options["only"]) == sorted([lists["materials"].remote_id, permits.remote_id])
    row = RunRow.objects.get(run=run, number=2)
    assert (row.left_id, row.right_id) == (lists["permits"].remote_id, permits.remote_id)
    assert {row.right_id for row in run.rows.exclude(right_id="")} <= set(run.options["only"])


@pytest.mark.parametrize("second", [CODES, FILE, "Code,Description\n09-999,Nobody\n"])
def test_a_second_file_must_be_the_other_list(lists: dict[str, Any], start: Start, second: str) -> None:
    run = start(CODES)
    with pytest.raises(FileRefused) as refused:
        preview.add_list(run, io.BytesIO(second.encode()), size=len(second))
    assert refused.value.code == "not_the_other"
    assert run.options["is_paired"] is False


def test_another_company_sees_nothing_of_it(lists: dict[str, Any], start: Start, other_tenant: Any) -> None:
    run = start(FILE)
    with tenant_scope(other_tenant.pk):
        assert not MappingRun.objects.filter(pk=run.pk).exists()
        assert not RunRow.objects.exists()
        assert not Connection.objects.exists()
        with pytest.raises(NotConnected):
            preview.start_preview(
                SECTIONS["account-codes"], io.BytesIO(FILE.encode()), size=len(FILE), name="x.csv", actor=None
            )
