"""Mapping by hand: with the keyboard alone, pushing, name clashes, lists that live in their address, and no script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mapping.models import Link, RemoteItem
from smoothx.tenants.scope import tenant_scope
from tests import worlds
from tests.journeys.conftest import OpenWindow

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]


def row_of(page: Page, name: str) -> Any:
    return page.locator("#rows tbody tr").filter(has_text=name)


def partner_of(tenant: Any, name: str) -> str:
    """The QuickBooks name of what this Procore company is linked to, empty when it is linked to nothing."""
    with tenant_scope(tenant.pk):
        company = RemoteItem.objects.get(resource="procore.vendors", name=name)
        link = Link.objects.filter(left_id=company.remote_id, kind__in=["vendor", "customer"]).first()
        if link is None:
            return ""
        resource = "qbo.vendors" if link.kind == "vendor" else "qbo.customers"
        found: str = RemoteItem.objects.get(resource=resource, remote_id=link.right_id).name
        return found


def test_a_pair_is_linked_unlinked_and_taken_back_by_keyboard(
    mapped: Any, owner: Any, open_window: OpenWindow
) -> None:
    page = open_window(owner)
    page.goto("/mapping/contacts/?tab=procore")
    ids = page.locator("#rows tbody tr").evaluate_all("rows => rows.map((row) => row.id.replace('row-', 'link--'))")
    button = page.locator("#rows").get_by_role("button", name="Link Smith Electric LLC to a")
    place = ids.index(button.get_attribute("id"))
    following = ids[place + 1] if place + 1 < len(ids) else ids[place - 1]
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Link Smith Electric LLC")
    search = dialog.get_by_label("Search QuickBooks contacts")
    expect(search).to_be_focused()
    page.keyboard.type("electrical")
    # The best match, and a supplier with the word in its name.
    expect(page.locator("#dialog-found")).to_have_text("2 rows")
    option = dialog.get_by_role("radio", name=re.compile("^Smith Electrical Inc"))
    expect(dialog.get_by_role("radio", name=re.compile("Landscaping"))).to_have_count(0)
    # Down from the search into the options, down and up among them, Enter links.
    page.keyboard.press("ArrowDown")
    for _ in range(20):
        if option.evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    expect(option).to_be_focused()
    expect(option).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Smith Electric LLC linked to Smith Electrical Inc")).to_be_visible()
    expect(dialog).to_have_count(0)
    expect(row_of(page, "Smith Electric LLC")).to_have_count(0)
    # The row took its button along, so the next row's button has the focus.
    expect(page.locator(f"#{following}")).to_be_focused()
    assert partner_of(mapped, "Smith Electric LLC") == "Smith Electrical Inc"

    page.goto("/mapping/contacts/?tab=mapped&q=smith+electric")
    page.get_by_role("button", name="Unlink Smith Electric LLC").focus()
    page.keyboard.press("Enter")
    told = page.get_by_text("Smith Electric LLC and Smith Electrical Inc are not linked any more")
    expect(told).to_be_visible()
    assert partner_of(mapped, "Smith Electric LLC") == ""
    page.get_by_role("button", name="Undo", exact=True).press("Enter")
    expect(page.get_by_text("Linked again: Smith Electric LLC, Smith Electrical Inc")).to_be_visible()
    # The message went with its button, so the list has the focus.
    expect(page.locator("#list-title")).to_be_focused()
    expect(row_of(page, "Smith Electric LLC")).to_have_count(1)
    assert partner_of(mapped, "Smith Electric LLC") == "Smith Electrical Inc"


def test_a_pushed_company_becomes_a_vendor_and_moves_to_mapped(
    mapped: Any, owner: Any, sandboxes: Any, open_window: OpenWindow
) -> None:
    page = open_window(owner)
    page.goto("/mapping/contacts/?tab=procore")
    before = int(page.locator("#tab--mapped .count").inner_text())
    page.get_by_role("button", name="Push Lattice Surveying PLLC to QuickBooks").click()
    dialog = page.get_by_role("dialog", name="Push Lattice Surveying PLLC to QuickBooks")
    expect(dialog.get_by_role("radio", name=re.compile("^Vendor"))).to_be_checked()
    dialog.get_by_role("button", name="Push and link").click()
    expect(page.get_by_text("Sent as vendor. It moves to Mapped when it is there.")).to_be_visible()
    expect(row_of(page, "Lattice Surveying PLLC")).to_have_count(0)
    expect(page.locator("#tab--mapped .count")).to_have_text(str(before + 1))
    page.locator("#tab--mapped").click()
    page.get_by_label("Search contacts").fill("lattice")
    expect(row_of(page, "Lattice Surveying PLLC")).to_contain_text("Pushed")
    names = [vendor["DisplayName"] for vendor in worlds.in_books(sandboxes, "Vendor")]
    assert names.count("Lattice Surveying PLLC") == 1


def test_a_name_that_is_taken_is_offered_for_linking(
    mapped: Any, owner: Any, sandboxes: Any, open_window: OpenWindow
) -> None:
    before = len(worlds.in_books(sandboxes, "Vendor"))
    with tenant_scope(mapped.pk):
        company = RemoteItem.objects.get(resource="procore.vendors", name="Keystone Fence Co.")
        Link.objects.filter(left_id=company.remote_id, kind="vendor").delete()
    page = open_window(owner)
    page.goto("/mapping/contacts/?tab=procore")
    page.get_by_role("button", name="Push Keystone Fence Co. to QuickBooks").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("QuickBooks has this name as a vendor.")
    dialog.get_by_role("button", name="Link it").click()
    expect(page.get_by_text("Keystone Fence Co. linked to Keystone Fence Company")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(row_of(page, "Keystone Fence Co.")).to_have_count(0)
    assert partner_of(mapped, "Keystone Fence Co.") == "Keystone Fence Company"
    assert len(worlds.in_books(sandboxes, "Vendor")) == before


def test_a_name_taken_meanwhile_is_said_beside_the_row(
    mapped: Any, owner: Any, sandboxes: Any, open_window: OpenWindow
) -> None:
    page = open_window(owner)
    page.goto("/mapping/contacts/?tab=procore")
    page.get_by_role("button", name="Push Lattice Surveying PLLC to QuickBooks").click()
    button = page.get_by_role("dialog").get_by_role("button", name="Push and link")
    expect(button).to_be_visible()
    worlds.act(sandboxes.qbo, "add_vendor", name="Lattice Surveying PLLC")
    button.click()
    expect(row_of(page, "Lattice Surveying PLLC")).to_contain_text("exists in QuickBooks already")


def test_lists_live_in_their_address_and_back_works(mapped: Any, owner: Any, open_window: OpenWindow) -> None:
    page = open_window(owner)
    page.goto("/mapping/contacts/?tab=mapped")
    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(50)
    rest = int(page.locator("#tab--mapped .count").inner_text()) - 50
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile(r"page=2"))
    expect(rows).to_have_count(rest)
    page.get_by_label("Search contacts").fill("roof")
    expect(page).to_have_url(re.compile(r"q=roof"))
    expect(rows).to_have_count(2)
    page.get_by_label("Show").select_option("hand")
    expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
    expect(page).to_have_url(re.compile(r"show=hand"))
    page.go_back()
    expect(rows).to_have_count(2)
    expect(page.get_by_label("Search contacts")).to_have_value("roof")
    page.go_back()
    expect(rows).to_have_count(rest)
    page.reload()
    expect(rows).to_have_count(rest)
    # The column pressed keeps the focus, to be pressed once more.
    page.locator("#sort--linked").press("Enter")
    expect(page).to_have_url(re.compile(r"sort=-linked"))
    expect(page.locator("#sort--linked")).to_be_focused()


def test_everything_works_without_script(mapped: Any, owner: Any, open_window: OpenWindow) -> None:
    page = open_window(owner, has_script=False)
    page.goto("/mapping/contacts/?tab=procore")
    page.get_by_label("Search contacts").fill("smith")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Link Smith Electric LLC to a").click()
    expect(page.get_by_role("heading", name="Link Smith Electric LLC", level=1)).to_be_attached()
    page.get_by_role("radio", name=re.compile("^Smith Electrical Inc")).check()
    page.get_by_role("button", name="Link", exact=True).click()
    expect(page.get_by_text("Smith Electric LLC linked to Smith Electrical Inc")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Smith Electric LLC and Smith Electrical Inc are not linked any more")).to_be_visible()
    page.goto("/mapping/contacts/?tab=quickbooks")
    page.locator("#refresh-run").click()
    expect(page.locator("#refresh")).to_contain_text("Read ")
    assert partner_of(mapped, "Smith Electric LLC") == ""


def test_escape_closes_the_dialog_and_gives_the_focus_back(mapped: Any, owner: Any, open_window: OpenWindow) -> None:
    page = open_window(owner)
    page.goto("/mapping/contacts/?tab=procore")
    button = page.locator("#rows").get_by_role("button", name="Link Smith Electric LLC to a")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()
    assert partner_of(mapped, "Smith Electric LLC") == ""


def test_doubtful_pairs_are_reviewed_by_keyboard(mapped: Any, owner: Any, open_window: OpenWindow) -> None:
    page = open_window(owner)
    page.goto("/mapping/contacts/review/")
    rows = page.locator("#review tbody")
    page.locator("#review").get_by_role("button", name="Not the same: Smith Electric LLC and Smith Electrical").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not offered again")).to_be_visible()
    expect(rows.filter(has_text="Smith Electrical Inc")).to_have_count(0)
    page.get_by_role("link", name="Rejected").click()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Offer again").press("Enter")
    expect(page.get_by_role("heading", name="Nothing was rejected")).to_be_visible()
    page.get_by_role("link", name="To review").click()
    link = page.locator("#review").get_by_role("button", name="Link Smith Electric LLC to Smith Electrical Inc")
    link.press("Enter")
    expect(page.get_by_text("The pair is linked")).to_be_visible()
    assert partner_of(mapped, "Smith Electric LLC") == "Smith Electrical Inc"


def test_a_row_is_left_out_and_taken_back(mapped: Any, owner: Any, open_window: OpenWindow) -> None:
    page = open_window(owner)
    page.goto("/mapping/contacts/?tab=procore")
    page.get_by_role("button", name="Leave out Lattice Surveying PLLC").click()
    expect(page.get_by_text("Lattice Surveying PLLC is left out")).to_be_visible()
    expect(row_of(page, "Lattice Surveying PLLC")).to_have_count(0)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(row_of(page, "Lattice Surveying PLLC")).to_have_count(1)
    page.get_by_label("Select Lattice Surveying PLLC").check()
    page.locator("#bulk-form").get_by_role("button", name="Leave out").click()
    expect(row_of(page, "Lattice Surveying PLLC")).to_have_count(0)
    page.get_by_label("Show").select_option("left_out")
    expect(row_of(page, "Lattice Surveying PLLC")).to_contain_text("Left out")
    page.get_by_role("button", name="Map Lattice Surveying PLLC again").click()
    # The words alone may still stand there from the undo.
    expect(row_of(page, "Lattice Surveying PLLC")).to_have_count(0)
    expect(page.get_by_text("Lattice Surveying PLLC is to be mapped again").last).to_be_visible()
