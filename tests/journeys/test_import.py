"""An import from the export to the undo: with the mouse, without script, and a file too large to send."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mapping.models import Link, RemoteItem, RunRow
from smoothx.tenants.scope import tenant_scope
from tests.journeys.conftest import OpenWindow

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

CONTACTS = "/mapping/contacts/"


def choose_file(page: Page, content: bytes, name: str = "contacts.csv") -> None:
    page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": content})


def rows_of(page: Page) -> Any:
    return page.locator("#rows tbody tr")


def partners(tenant: Any) -> dict[str, str]:
    """QuickBooks name by Procore name, of companies linked to vendors."""
    with tenant_scope(tenant.pk):
        names = dict(RemoteItem.objects.filter(resource="procore.vendors").values_list("remote_id", "name"))
        vendors = dict(RemoteItem.objects.filter(resource="qbo.vendors").values_list("remote_id", "name"))
        found = Link.objects.filter(kind="vendor").values_list("left_id", "right_id")
        return {names[left]: vendors[right] for left, right in found}


def test_an_export_is_filled_in_imported_and_undone(
    mapped: Any, owner: Any, open_window: OpenWindow, tmp_path: Path
) -> None:
    before = partners(mapped)
    page = open_window(owner)
    page.goto(CONTACTS)
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    path = tmp_path / "export.csv"
    download.value.save_as(path)
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    [row] = [row for row in rows if row["Procore name"] == "Smith Electric LLC"]
    row |= {"QuickBooks name": "Smith Electrical Inc", "Role": "Vendor"}
    filled = io.StringIO()
    writer = csv.DictWriter(filled, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    page.get_by_role("link", name="Import", exact=True).click()
    choose_file(page, filled.getvalue().encode())
    page.get_by_role("button", name="Read the file").click()

    expect(page.get_by_role("button", name="Link 1 row")).to_be_visible()
    page.get_by_role("link", name=re.compile("^New link")).click()
    expect(rows_of(page)).to_have_count(1)
    expect(rows_of(page)).to_contain_text("Smith Electrical Inc")
    assert partners(mapped) == before
    page.get_by_role("button", name="Link 1 row").click()
    expect(page.get_by_text("1 pair linked.")).to_be_visible()
    assert partners(mapped) == {**before, "Smith Electric LLC": "Smith Electrical Inc"}
    page.goto(f"{CONTACTS}?tab=mapped&q=smith+electric")
    expect(rows_of(page)).to_contain_text("Imported")

    page.goto(f"{CONTACTS}import/")
    page.get_by_role("link", name="contacts.csv").click()
    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_text("This import is undone.")).to_be_visible()
    assert partners(mapped) == before


def test_rows_are_searched_left_out_and_told_why(mapped: Any, owner: Any, open_window: OpenWindow) -> None:
    page = open_window(owner, width=390)
    page.goto(f"{CONTACTS}import/")
    choose_file(page, b"Company,Vendor\nSmith Electric LLC,Smith Electrical Inc\nNobody Inc,Smith Electrical Inc\n")
    page.get_by_role("button", name="Read the file").click()
    expect(rows_of(page).nth(1)).to_contain_text("Procore has no company “Nobody Inc” (A3).")
    page.get_by_label("Search the rows").fill("smith electric l")
    expect(rows_of(page)).to_have_count(1)
    expect(page).to_have_url(re.compile("q=smith"))
    page.get_by_role("checkbox", name="Select row 2, Smith Electric LLC").check()
    page.get_by_role("button", name="Leave out").click()
    expect(page.get_by_text("1 row left out")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Link "))).to_have_count(0)
    address = page.url
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("The import is discarded. Nothing was linked.")).to_be_visible()
    page.goto(address)
    expect(page.get_by_text("This import was discarded.")).to_be_visible()
    with tenant_scope(mapped.pk):
        assert not RunRow.objects.exists()


def test_a_file_too_large_is_not_sent(mapped: Any, owner: Any, open_window: OpenWindow, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    page = open_window(owner)
    page.goto(f"{CONTACTS}import/")
    page.set_input_files("#file", str(large))
    expect(page.locator("#file-error")).to_have_text("The file has 21 MB, and 20 MB are the most.")
    page.get_by_role("button", name="Read the file").click()
    expect(page).to_have_url(re.compile("/import/$"))
    choose_file(page, b"Company,Vendor\nSmith Electric LLC,Smith Electrical Inc\n")
    expect(page.locator("#file-error")).to_be_hidden()
    page.get_by_role("button", name="Read the file").click()
    expect(rows_of(page)).to_have_count(1)


def test_all_of_it_works_without_script(mapped: Any, owner: Any, open_window: OpenWindow) -> None:
    before = partners(mapped)
    page = open_window(owner, has_script=False)
    page.goto(f"{CONTACTS}import/")
    choose_file(page, b"First,Second\nSmith Electric LLC,Smith Electrical Inc\nLattice Surveying PLLC,Nobody\n")
    page.get_by_role("button", name="Read the file").click()
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("What the column First holds").select_option("left_name")
    page.get_by_label("What the column Second holds").select_option("right_name")
    page.get_by_role("button", name="Use these columns").click()
    expect(rows_of(page)).to_have_count(2)
    page.get_by_label("Search the rows").fill("lattice")
    page.get_by_role("button", name="Search").click()
    expect(rows_of(page)).to_have_count(1)
    page.get_by_role("button", name="Link 1 row").click()
    expect(page.get_by_text("1 pair linked.")).to_be_visible()
    assert partners(mapped) == {**before, "Smith Electric LLC": "Smith Electrical Inc"}
