"""The import pages: upload, preview, choices, linking, and the refusals."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from mapping.imports import tasks
from mapping.imports.files import MOST_BYTES as LARGEST_FILE
from mapping.kinds import COST_CODE_ACCOUNT
from mapping.models import Link, MappingRun, RunRow
from smoothx.pages.middleware import MOST_BYTES
from tests.conftest import make_member
from tests.mapping.factories import make_account, make_code, make_link
from tests.mapping.imports.books import workbook

START = "/mapping/account-codes/import/"
FILE = b"Cost code,Name,Account\n01-100,Permits,5000\n01-200,Cleaning,5100\n09-999,Nobody,5000\n"


@pytest.fixture
def browser(scope: Any, admin_user: Any, client_of: Any) -> Client:
    make_code("01-100", "Permits")
    make_code("01-200", "Cleaning")
    make_account("Materials", code="5000")
    make_account("Labor", code="5100")
    client: Client = client_of(admin_user)
    return client


def upload(browser: Client, content: bytes = FILE, name: str = "codes.csv", url: str = START) -> Any:
    return browser.post(url, {"file": SimpleUploadedFile(name, content)})


def preview_of(browser: Client, content: bytes = FILE) -> MappingRun:
    assert upload(browser, content).status_code == 302
    run: MappingRun = MappingRun.objects.latest("pk")
    return run


def work(run: MappingRun) -> MappingRun:
    """What the worker would do."""
    tasks.work(tenant_id=run.tenant_id, run_id=run.pk)
    run.refresh_from_db()
    return run


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def chips_of(page: Any) -> list[tuple[str, int]]:
    return [(chip["label"], chip["count"]) for chip in page.context["chips"]]


def page_of(run: MappingRun) -> str:
    return f"/mapping/imports/{run.pk}/"


def test_the_page_says_what_it_takes_and_offers_the_files(browser: Client) -> None:
    page = browser.get(START)
    assert page.status_code == 200
    assert [action.url for action in page.context["downloads"]] == [
        "/mapping/account-codes/template.xlsx",
        "/mapping/account-codes/template.csv",
        "/mapping/account-codes/export.xlsx",
        "/mapping/account-codes/export.csv",
    ]
    assert page.context["earlier"] == []


def test_an_upload_leads_to_its_preview(browser: Client) -> None:
    response = upload(browser)
    run = MappingRun.objects.get()
    assert response["Location"] == page_of(run)
    page = browser.get(page_of(run))
    assert [(row["number"], row["left"], row["right"], row["label"]) for row in page.context["rows"]] == [
        (2, "01-100 Permits", "5000 Materials", "New link"),
        (3, "01-200 Cleaning", "5100 Labor", "New link"),
        (4, "09-999 Nobody", "", "Not in Procore"),
    ]
    assert page.context["commit"].label == "Link 2 rows"
    assert chips_of(page) == [("All", 3), ("New link", 2), ("Not in Procore", 1)]
    assert not Link.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"Cost code,Account\n", "The file holds headings and no rows below them."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "This is an old Excel workbook (.xls). Save it as XLSX, and import that.",
        ),
    ],
)
def test_a_refused_file_is_said_under_the_field(browser: Client, content: bytes, sentence: str) -> None:
    response = upload(browser, content)
    assert response.status_code == 422
    assert response.context["error"] == sentence
    assert sentence in response.content.decode()
    assert not MappingRun.objects.exists()


def test_without_a_file_it_asks_for_one(browser: Client) -> None:
    response = browser.post(START)
    assert (response.status_code, response.context["error"]) == (422, "Choose a file.")


def test_a_side_that_was_never_connected_is_named(scope: Any, admin_user: Any, client_of: Any) -> None:
    response = upload(client_of(admin_user))
    assert response.status_code == 422
    assert response.context["error"] == "Procore is not connected. Connect it in Settings."


def test_200_mb_are_refused_before_a_byte_is_read(browser: Client) -> None:
    class Unread:
        def read(self, *_: Any) -> bytes:
            raise AssertionError

        readline = read

    sent = {"CONTENT_LENGTH": str(200 * 1024 * 1024), "wsgi.input": Unread()}
    response = browser.generic("POST", START, content_type="multipart/form-data; boundary=x", **sent)
    assert response.status_code == 413
    assert "This one was not read, and nothing was changed." in response.content.decode()
    assert not MappingRun.objects.exists()


def test_the_largest_file_that_can_be_imported_gets_through() -> None:
    assert LARGEST_FILE + 100_000 < MOST_BYTES < LARGEST_FILE + 2_000_000


def test_a_form_made_elsewhere_is_refused(browser: Client, admin_user: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert upload(strict).status_code == 403
    assert not MappingRun.objects.exists()


def test_chosen_rows_are_linked_by_the_worker_and_undone_whole(browser: Client, admin_user: Any) -> None:
    run = preview_of(browser)
    assert browser.post(f"{page_of(run)}link/")["Location"] == page_of(run)
    run.refresh_from_db()
    assert (run.state, run.expected) == ("waiting", 2)
    progress = browser.get(page_of(run)).context["progress"]
    assert (progress.label, progress.done, progress.total) == ("Linking", 0, 2)
    work(run)
    assert Link.objects.filter(chosen_by="import", run=run).count() == 2
    page = browser.get(page_of(run))
    assert [notice.title for notice in page.context["notices"]] == ["2 pairs linked."]
    assert [row["label"] for row in page.context["rows"]] == ["Linked", "Linked", "Not in Procore"]
    assert chips_of(page) == [("All", 3), ("Linked", 2), ("Not in Procore", 1)]
    assert [row["number"] for row in browser.get(f"{page_of(run)}?show=done").context["rows"]] == [2, 3]
    assert page.context["commit"] is None
    assert browser.get(START).context["earlier"][0]["count"] == 2
    browser.post(page.context["undo"].url)
    assert not Link.objects.exists()
    page = browser.get(page_of(run))
    assert [notice.title for notice in page.context["notices"]] == ["This import is undone."]
    assert page.context["undo"] is None
    assert chips_of(page) == [("All", 3), ("Linked, then undone", 2), ("Not in Procore", 1)]


def test_ticked_rows_are_left_out_and_taken_in(browser: Client) -> None:
    run = preview_of(browser)
    row = run.rows.get(number=2)
    response = browser.post(f"{page_of(run)}rows/", {"id": row.pk, "action": "leave"})
    assert told(response) == ["1 row left out"]
    page = browser.get(page_of(run))
    assert page.context["commit"].label == "Link 1 row"
    assert page.context["rows"][0]["label"] == "New link, left out"
    response = browser.post(f"{page_of(run)}rows/", {"id": row.pk, "action": "take"})
    assert told(response)[-1] == "1 row taken in"
    assert browser.get(page_of(run)).context["commit"].label == "Link 2 rows"


def test_all_rows_of_a_search_are_chosen_at_once_and_only_those_that_can_be(browser: Client) -> None:
    run = preview_of(browser)
    response = browser.post(f"{page_of(run)}rows/", {"all": "1", "q": "cleaning", "action": "leave"})
    assert told(response) == ["1 row left out"]
    assert list(run.rows.filter(state="left_out").values_list("number", flat=True)) == [3]
    browser.post(f"{page_of(run)}rows/", {"all": "1", "action": "leave"})
    assert list(run.rows.filter(state="left_out").order_by("number").values_list("number", flat=True)) == [2, 3]
    page = browser.get(page_of(run))
    assert page.context["commit"] is None


def test_another_companys_rows_cannot_be_chosen_through_ours(browser: Client) -> None:
    run = preview_of(browser)
    other = MappingRun.objects.create(what="import", section="account-codes", state="preview")
    row = RunRow.objects.create(run=other, number=2, label="x", verdict="link")
    assert told(browser.post(f"{page_of(run)}rows/", {"id": row.pk, "action": "leave"})) == ["0 rows left out"]
    row.refresh_from_db()
    assert row.is_chosen


def test_search_filter_and_pages_live_in_the_address(browser: Client) -> None:
    rows = b"".join(b"09-%03d,Nobody,5000\n" % number for number in range(60))
    run = preview_of(browser, FILE + rows)
    page = browser.get(page_of(run))
    assert (len(page.context["rows"]), page.context["page"].next_url) == (50, "?page=2")
    assert len(browser.get(f"{page_of(run)}?page=2").context["rows"]) == 13
    found = browser.get(f"{page_of(run)}?show=unknown_left&q=09-059")
    assert [row["left"] for row in found.context["rows"]] == ["09-059 Nobody"]
    assert browser.get(f"{page_of(run)}?show=problems").context["page"].total == 61
    assert browser.get(f"{page_of(run)}?show=date").context["empty"].title == "Nothing fits"


def test_existing_links_are_replaced_only_when_that_is_chosen(browser: Client) -> None:
    make_link(COST_CODE_ACCOUNT, make_code("01-300", "Fees"), make_account("Rent", code="5200"))
    run = preview_of(browser, b"Cost code,Account\n01-300,5000\n")
    page = browser.get(page_of(run))
    [notice] = page.context["notices"]
    assert notice.title == "1 row would change a link that is there. Those links stay as they are."
    browser.post(notice.action.url, dict(notice.action.fields))
    page = browser.get(page_of(run))
    [notice] = page.context["notices"]
    assert notice.title == "1 row will take the place of an existing link."
    assert page.context["rows"][0]["reason"] == "Instead of 5200 Rent."
    for action, title in (("leave", "No row will take"), ("take", "1 row will take")):
        browser.post(f"{page_of(run)}rows/", {"id": page.context["rows"][0]["id"], "action": action})
        assert browser.get(page_of(run)).context["notices"][0].title == f"{title} the place of an existing link."
    browser.post(f"{page_of(run)}link/")
    work(run)
    assert browser.get(page_of(run)).context["notices"][0].title == "1 pair linked, 1 of them in place of another."


def test_columns_are_shown_and_changed(browser: Client) -> None:
    run = preview_of(browser, b"Something,Where to\nxx,Labor\n")
    page = browser.get(page_of(run))
    assert page.context["columns"]["is_open"] or page.context["notices"]
    assert [column["heading"] for column in page.context["columns"]["list"]] == ["Something", "Where to"]
    assert page.context["columns"]["list"][0]["values"] == "xx"
    said = {"sheet": "0", "header_row": "1", "column_0": "left_name", "column_1": "right_name"}
    assert browser.post(f"{page_of(run)}columns/", said)["Location"] == page_of(run)
    page = browser.get(page_of(run))
    assert [row["label"] for row in page.context["rows"]] == ["Not in Procore"]
    assert page.context["columns"]["is_open"] is False


def test_another_sheet_is_shown_on_request(browser: Client) -> None:
    def add(sheet: Any) -> None:
        second = sheet.parent.create_sheet("Second")
        second.append(["Cost code", "Account"])
        second.append(["01-200", "5100"])

    run = preview_of(browser, workbook([("Cost code", "Account"), ("01-100", "5000")], add))
    page = browser.get(page_of(run))
    assert [choice.label for choice in page.context["columns"]["sheets"]] == ["Sheet (2)", "Second (2)"]
    browser.post(f"{page_of(run)}columns/", {"change": "sheet", "sheet": "1"})
    page = browser.get(page_of(run))
    assert [row["left"] for row in page.context["rows"]] == ["01-200 Cleaning"]


def test_refused_rows_are_downloaded_with_their_reasons_corrected_and_imported_again(browser: Client) -> None:
    run = preview_of(browser)
    page = browser.get(f"{page_of(run)}?show=problems")
    answer = browser.get(page.context["report_url"])
    assert answer["Content-Disposition"] == f'attachment; filename="account-codes-import-{run.pk}.xlsx"'
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows()]
    reason = "Procore has no cost code “09-999” (A4). Correct it, or refresh Procore."
    assert rows == [
        ("Cost code", "Name", "Account", "Row in the file", "What became of it", "Reason"),
        ("09-999", "Nobody", "5000", "4", "Not in Procore", reason),
    ]
    corrected = preview_of(browser, workbook([rows[0], ("01-100", "Permits", *rows[1][2:])]))
    assert list(corrected.rows.exclude(verdict="").values_list("verdict", flat=True)) == ["link"]


def test_a_list_of_one_side_is_called_so_and_paired(browser: Client) -> None:
    run = preview_of(browser, b"Code,Description\n01-100,Permits\n")
    page = browser.get(page_of(run))
    [notice] = page.context["notices"]
    assert notice.title == "This is a list of Procore cost codes. It names no account, so it is not a mapping yet."
    assert (notice.action.label, page.context["other_list"]["label"]) == (
        "Suggest partners",
        "Add the QuickBooks list",
    )
    assert page.context["commit"] is None
    browser.post(notice.action.url)
    assert MappingRun.objects.get().options["is_paired"] is True
    assert browser.get(page_of(run)).context["other_list"] is None


def test_a_list_of_accounts_is_added_to_that_of_the_codes_not_the_other_way_round(browser: Client) -> None:
    """Many codes go to one account, and a row of the file gets one partner."""
    run = preview_of(browser, b"Account #,Full name,Detail type\n5000,Materials,Supplies\n")
    page = browser.get(page_of(run))
    [notice] = page.context["notices"]
    assert (
        notice.title == "This is a list out of QuickBooks. It names no Procore cost code, so it is not a mapping yet."
    )
    assert notice.text == "Import the Procore list of cost codes, and add this one there."
    assert (notice.action, page.context["other_list"], page.context["commit"]) == (None, None, None)
    assert page.context["has_choosable"] is False


def test_the_other_list_is_added(browser: Client) -> None:
    run = preview_of(browser, b"Code,Description\n01-100,Permits\n")
    add = f"{page_of(run)}add/"
    assert told(browser.post(add)) == ["Choose a file."]
    assert told(upload(browser, b"Code,Description\n01-200,Cleaning\n", url=add))[-1] == (
        "This is not a list of QuickBooks rows alone. Choose the export of QuickBooks."
    )
    upload(browser, b"Account #,Full name,Detail type\n5000,Materials,Supplies\n", url=add)
    run.refresh_from_db()
    assert (run.options["is_paired"], len(run.options["only"])) == (True, 1)


def test_many_rows_are_compared_in_the_background(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "MOST_AT_ONCE", 1)
    run = preview_of(browser)
    assert run.state == "waiting"
    assert browser.get(page_of(run)).context["progress"].label == "Comparing the rows"
    assert work(run).state == "preview"
    assert run.done == run.expected == 3
    # The message may come twice.
    tasks.work(tenant_id=run.tenant_id, run_id=run.pk)
    run.refresh_from_db()
    assert run.state == "preview"


def test_an_import_that_stopped_is_opened_again(browser: Client) -> None:
    run = preview_of(browser)
    browser.post(f"{page_of(run)}link/")
    tasks.fail(run.pk, tasks.NOT_STARTED)
    [notice] = browser.get(page_of(run)).context["notices"]
    assert (notice.title, notice.text) == ("The import stopped.", tasks.NOT_STARTED)
    browser.post(notice.action.url)
    run.refresh_from_db()
    assert (run.state, run.message) == ("preview", "")
    assert told(browser.post(f"{page_of(run)}reopen/"))[-1] == (
        "This import was confirmed, discarded or replaced in another window."
    )


def test_nothing_chosen_links_nothing(browser: Client) -> None:
    run = preview_of(browser, b"Cost code,Account\n09-999,5000\n")
    browser.post(f"{page_of(run)}link/")
    run.refresh_from_db()
    assert (run.state, run.message) == ("failed", "No row was chosen, so nothing was linked.")


def test_an_import_confirmed_in_another_window_stays_as_it_is(browser: Client) -> None:
    run = preview_of(browser)
    browser.post(f"{page_of(run)}link/")
    refused = "This import was confirmed, discarded or replaced in another window."
    for path in ("link", "discard", "replace", "pair"):
        assert told(browser.post(f"{page_of(run)}{path}/"))[-1] == refused
    run.refresh_from_db()
    assert (run.state, run.rows.filter(is_chosen=True).count()) == ("waiting", 2)


def test_a_run_of_another_kind_has_no_import_page(browser: Client) -> None:
    run = MappingRun.objects.create(section="account-codes")
    assert browser.get(page_of(run)).status_code == 404


def test_a_viewer_exports_and_does_not_import(browser: Client, tenant: Any, client_of: Any) -> None:
    looking = client_of(make_member(tenant, "vera@ridgeline.example", "viewer"))
    assert upload(looking).status_code == 403
    buttons = looking.get("/mapping/account-codes/").context["imports"]
    assert buttons["import_url"] == ""
    assert buttons["export_url"] == "/mapping/account-codes/export.xlsx"
    answer = looking.get(buttons["export_csv_url"])
    assert answer["Content-Disposition"].startswith('attachment; filename="account-codes-')
    assert b"01-100" in b"".join(answer.streaming_content)
    template = looking.get("/mapping/account-codes/template.csv")
    assert b"EXAMPLE-1" in b"".join(template.streaming_content)


def test_an_export_without_connections_says_so(scope: Any, admin_user: Any, client_of: Any) -> None:
    response = client_of(admin_user).get("/mapping/account-codes/export.xlsx")
    assert response["Location"] == "/mapping/account-codes/"
    assert told(response) == ["Procore is not connected. Connect it in Settings."]


def test_the_preview_takes_few_statements(browser: Client) -> None:
    run = preview_of(browser)
    with CaptureQueriesContext(
        database,
    ) as queries:
        assert browser.get(page_of(run)).status_code == 200
    assert len(queries) < 15
