"""A finished import says what became of its rows, on the page and in the file of them; one put away who did it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from mapping.kinds import COST_CODE_ACCOUNT
from mapping.models import MappingRun
from tests.mapping.factories import make_account, make_code, make_link
from tests.mapping.views.test_importing import START, chips_of, page_of, preview_of, work

FILE = b"Cost code,Name,Account\n01-100,Permits,5000\n01-200,Cleaning,5100\n01-300,Fees,5000\n09-999,Nobody,5000\n"


@pytest.fixture
def browser(scope: Any, admin_user: Any, client_of: Any) -> Client:
    make_code("01-100", "Permits")
    cleaning = make_code("01-200", "Cleaning")
    make_code("01-300", "Fees")
    make_account("Materials", code="5000")
    make_account("Labor", code="5100")
    make_link(COST_CODE_ACCOUNT, cleaning, make_account("Rent", code="5200"))
    client: Client = client_of(admin_user)
    return client


@pytest.fixture
def run(browser: Client) -> MappingRun:
    """Row 2 is linked, row 3 in place of another, row 4 is left out, and row 5 cannot be linked."""
    found = preview_of(browser, FILE)
    browser.post(f"{page_of(found)}replace/", {"replaces": "1"})
    work(found)
    browser.post(f"{page_of(found)}rows/", {"id": found.rows.get(number=4).pk, "action": "leave"})
    browser.post(f"{page_of(found)}link/")
    return work(found)


def test_the_page_counts_and_filters_by_what_became_of_the_rows(browser: Client, run: MappingRun) -> None:
    page = browser.get(page_of(run))
    assert [row["label"] for row in page.context["rows"]] == [
        "Linked",
        "Linked in place of another",
        "Not taken in",
        "Not in Procore",
    ]
    assert chips_of(page) == [("All", 4), ("Linked", 2), ("Not taken in", 1), ("Not in Procore", 1)]
    for chip, numbers in (("done", [2, 3]), ("out", [4])):
        shown = browser.get(f"{page_of(run)}?show={chip}")
        assert [row["number"] for row in shown.context["rows"]] == numbers
    assert "What became of it" in page.content.decode()


def test_after_undo_nothing_counts_as_linked(browser: Client, run: MappingRun) -> None:
    browser.post(f"/mapping/runs/{run.pk}/undo/")
    page = browser.get(page_of(run))
    assert [row["label"] for row in page.context["rows"]][:2] == ["Linked, then undone"] * 2
    assert chips_of(page)[1] == ("Linked, then undone", 2)


def test_the_file_of_the_rows_says_the_same(browser: Client, run: MappingRun) -> None:
    answer = browser.get(browser.get(page_of(run)).context["report_url"])
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert [row[-2] for row in sheet.iter_rows(values_only=True)] == [
        "What became of it",
        "Linked",
        "Linked in place of another",
        "Not taken in",
        "Not in Procore",
    ]


def test_a_preview_is_discarded(browser: Client) -> None:
    run = preview_of(browser)
    assert browser.post(f"{page_of(run)}discard/")["Location"] == START
    assert not run.rows.exists()
    page = browser.get(page_of(run))
    [notice] = page.context["notices"]
    assert (notice.title, notice.action.url) == ("This import was discarded.", START)
    assert page.context["put_away_by"] == "adam"
    assert browser.get(START).context["earlier"] == []


def test_a_preview_that_a_newer_upload_replaced_says_so_and_leads_to_it(browser: Client) -> None:
    first, second, third = (preview_of(browser) for _ in range(3))
    for run in (first, second):
        page = browser.get(page_of(run))
        [notice] = page.context["notices"]
        assert notice.title == "A newer upload took the place of this import."
        assert (notice.action.url, page.context["put_away_by"]) == (page_of(third), "adam")
        assert (page.context["commit"], page.context["discard"]) == (None, None)
        assert b"Replaced " in page.content
        for path in ("link", "discard", "reopen"):
            assert browser.post(f"{page_of(run)}{path}/")["Location"] == page_of(run)
            run.refresh_from_db()
            assert (run.state, run.rows.exists()) == ("failed", False)
    third.refresh_from_db()
    assert (third.state, third.rows.count()) == ("preview", 4)
