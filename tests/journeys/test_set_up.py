"""Setting a company up, as its owner: connect, map, choose, check, go live, and see the first documents cross."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from connectors.models import Connection, Vendor
from connectors.sandbox.firm.scenarios import OTHER_COMPANY_NAME
from mapping.models import RemoteItem
from smoothx.tenants.scope import tenant_scope
from tests.journeys.conftest import PASSWORD, OpenWindow, run_schedule

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

FIRM = "Ridgeline Builders, Inc."


def sign_in(page: Page, email: str) -> None:
    page.goto("/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def connect_procore(page: Page) -> None:
    page.get_by_role("button", name="Connect to Procore").click()
    page.get_by_role("button", name="Allow").click()
    page.get_by_label("Procore company").select_option(FIRM)
    page.get_by_role("button", name="Use this company").click()
    expect(page.get_by_text(f"Connected to Procore, {FIRM}", exact=True)).to_be_visible()


def connect_quickbooks(page: Page) -> None:
    page.get_by_role("button", name="Connect to QuickBooks").click()
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text(f"Connected to QuickBooks, {FIRM}", exact=True)).to_be_visible()


def open_tab(page: Page, name: str) -> None:
    page.locator("#tabs").get_by_role("link", name=name).click()
    expect(page.locator("#tabs [aria-current=page]")).to_contain_text(name)


def open_section(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Sections").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def refresh_both_sides(page: Page) -> None:
    for side in ("Procore", "QuickBooks"):
        open_tab(page, side)
        page.locator("#refresh-run").click()
        expect(page.locator("#refresh")).to_contain_text("Read ")


def automap(page: Page) -> None:
    open_tab(page, "Mapped")
    page.locator("#automap-run").click()


def expect_counts(page: Page, mapped: int, procore: int, quickbooks: int) -> None:
    expect(page.locator("#tab--mapped .count")).to_have_text(str(mapped))
    expect(page.locator("#tab--procore .count")).to_have_text(str(procore))
    expect(page.locator("#tab--quickbooks .count")).to_have_text(str(quickbooks))


def map_contacts(page: Page) -> None:
    """Automap, take the run back, automap again: the counts follow."""
    refresh_both_sides(page)
    expect_counts(page, 0, 73, 72)
    automap(page)
    heading = page.get_by_role("heading", name=re.compile(r"^Automap linked \d+ pairs"))
    expect(heading).to_be_visible()
    linked = int(heading.inner_text().split()[2])
    # What matches without any doubt; how much more is the matcher's to say.
    assert 61 <= linked < 72
    expect_counts(page, linked, 73 - linked, 72 - linked)
    expect(page.locator("#coverage")).to_contain_text(f"{linked} of 73")
    page.locator("#automap-undo").click()
    expect_counts(page, 0, 73, 72)
    page.locator("#automap-run").click()
    expect_counts(page, linked, 73 - linked, 72 - linked)


def map_section(page: Page, name: str, linked: int) -> None:
    open_section(page, name)
    refresh_both_sides(page)
    automap(page)
    expect(page.locator("#tab--mapped .count")).to_have_text(str(linked))


def choose_defaults(page: Page, tenant: Any) -> None:
    """An account that becomes inactive while the form is open: the error is beside its field and nothing is lost."""
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Defaults").click()
    page.get_by_role("radio", name="Category").check()
    page.get_by_label("QB Bill Account Code").select_option(label="5990 Job Costs, Unassigned")
    page.get_by_label("QB Retention Payable Retained Code").select_option(label="2100 Retention Payable")
    page.get_by_label("QB Retention Payable Released Code").select_option(label="2110 Retention Payable Released")
    expect(page.get_by_text("4 changes not saved.")).to_be_visible()
    set_active(tenant, "Retention Payable", is_active=False)
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("This is not in the list any more. Choose another.")).to_be_visible()
    expect(page.get_by_label("QB Bill Account Code")).to_have_value(re.compile("."))
    retained = page.get_by_label("QB Retention Payable Retained Code")
    expect(retained).to_be_focused()
    retained.select_option(label="2110 Retention Payable Released")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("4 settings changed")).to_be_visible()
    set_active(tenant, "Retention Payable", is_active=True)
    page.get_by_role("link", name="Defaults").click()
    retained.select_option(label="2100 Retention Payable")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("1 setting changed")).to_be_visible()


def create_all_projects(page: Page) -> None:
    page.get_by_role("link", name="Projects", exact=True).click()
    choice = page.get_by_label("Projects from before going live")
    choice.select_option(label="Create them by their Customer field")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("1 setting changed")).to_be_visible()


def set_active(tenant: Any, name: str, *, is_active: bool) -> None:
    with tenant_scope(tenant.pk):
        RemoteItem.objects.filter(resource="qbo.accounts", name=name).update(is_active=is_active)


def keep_to_bills(page: Page) -> None:
    """Switch everything else off: what only other documents need is not asked for any more."""
    page.get_by_role("link", name="What crosses").click()
    kept = ("Projects to sub-customers", "Subcontractor invoices to bills")
    shown = page.get_by_role("switch", checked=True)
    names = [switch.get_attribute("aria-label") or "" for switch in shown.all()]
    for name in [name for name in names if name not in kept]:
        page.get_by_role("switch", name=name, exact=True).click()
        expect(page.get_by_role("switch", name=name, exact=True)).not_to_be_checked()
    while page.get_by_role("button", name="Leave off").count():
        left = page.get_by_role("button", name="Leave off").count()
        page.get_by_role("button", name="Leave off").first.click()
        expect(page.get_by_role("button", name="Leave off")).to_have_count(left - 1)


def open_the_books(page: Page) -> None:
    page.get_by_role("link", name="Dashboard", exact=True).click()
    page.get_by_role("link", name="Read opening balances").last.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Read them").click()
    expect(dialog.get_by_label("Start date")).to_be_focused()
    dialog.get_by_label("Start date").fill("2026-07-01")
    dialog.get_by_role("button", name="Read them").click()
    expect(page.locator("#opening")).to_contain_text("Reading Procore")
    run_schedule()
    row = page.locator("#opening tbody tr").first
    expect(row).to_contain_text("128,804.26")
    expect(row).to_contain_text("12,880.43")
    page.get_by_role("button", name="Confirm 1 balance").click()
    expect(page.get_by_text("1 opening balance confirmed")).to_be_visible()


def go_live(page: Page) -> None:
    page.get_by_role("button", name="Go live").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("100 approved subcontractor invoices are posted to QuickBooks now.")
    question.get_by_role("button", name="Go live, post 100").click()
    expect(page.get_by_text("Live. Approved documents cross from now on.")).to_be_visible()
    expect(page.locator("#live")).to_have_text("Live")


def expect_worked_example(page: Page) -> None:
    """The contract whose four claims are due 21,600, 29,700, 46,200 and 7,500, in the list and each on its page."""
    for due in ("21,600.00", "29,700.00", "46,200.00", "7,500.00"):
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Activity").click()
        page.get_by_label("Search activity").fill(due)
        row = page.locator("#rows tbody tr:not(.day)")
        expect(row).to_have_count(1)
        expect(row.locator(".amt")).to_have_text(due)
        row.get_by_role("link", name=re.compile("Invoice")).click()
        expect(page.locator(".sums .total td.amt")).to_have_text([due, due])
        expect(page.get_by_text("Both sides agree, difference 0.00")).to_be_visible()


def test_an_owner_sets_the_company_up_and_the_first_bills_cross(
    owner: Any, tenant: Any, sandboxes: Any, without_limits: None, open_window: OpenWindow
) -> None:
    page = open_window()
    sign_in(page, owner.email)
    expect(page.get_by_role("heading", name="Get ready to go live")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("^0 of"))).to_be_visible()

    page.get_by_role("link", name="Settings").click()
    connect_procore(page)
    connect_quickbooks(page)
    expect(page.locator("#live")).to_have_text("Not live")

    page.get_by_role("link", name="Mapping").click()
    map_contacts(page)
    map_section(page, "Projects", 2)
    map_section(page, "Account codes", 14)
    choose_defaults(page, tenant)
    create_all_projects(page)
    keep_to_bills(page)
    open_the_books(page)
    go_live(page)
    run_schedule()
    page.reload()
    expect_worked_example(page)


def connections_of(tenant: Any) -> list[tuple[str, str, str]]:
    with tenant_scope(tenant.pk):
        return list(Connection.objects.order_by("id").values_list("vendor", "state", "account_name"))


def test_a_denied_consent_connects_nothing(
    owner: Any, tenant: Any, sandboxes: Any, without_limits: None, open_window: OpenWindow
) -> None:
    page = open_window(owner)
    page.goto("/settings/access/")
    for vendor, no in (("Procore", "Deny"), ("QuickBooks", "No, thanks")):
        page.get_by_role("button", name=f"Connect to {vendor}").click()
        page.get_by_role("button", name=no).click()
        told = f"Access was not allowed, so {vendor} is not connected. Connect again and allow it."
        expect(page.get_by_role("alert")).to_have_text(told)
    expect(page.get_by_text("Not connected", exact=True)).to_have_count(2)
    assert connections_of(tenant) == []


def test_a_company_without_the_app_can_be_chosen_over(
    owner: Any, tenant: Any, sandboxes: Any, without_limits: None, open_window: OpenWindow
) -> None:
    page = open_window(owner)
    page.goto("/settings/access/")
    page.get_by_role("button", name="Connect to Procore").click()
    page.get_by_role("button", name="Allow").click()
    page.get_by_label("Procore company").select_option(OTHER_COMPANY_NAME)
    page.get_by_role("button", name="Use this company").click()
    expect(page.get_by_role("alert")).to_contain_text("may not use this company, so nothing was changed.")
    assert connections_of(tenant) == [("procore", "choosing", "")]
    page.get_by_label("Procore company").select_option(FIRM)
    page.get_by_role("button", name="Use this company").click()
    expect(page.get_by_text(f"Connected to Procore, {FIRM}", exact=True)).to_be_visible()
    assert connections_of(tenant) == [("procore", "connected", FIRM)]


def test_a_lost_connection_takes_its_own_books_back_and_no_others(
    owner: Any, tenant: Any, sandboxes: Any, without_limits: None, open_window: OpenWindow
) -> None:
    lost = {"state": Connection.State.BROKEN, "broken_reason": "QuickBooks ended the access."}
    with tenant_scope(tenant.pk):
        row = Connection.objects.create(
            vendor=Vendor.QBO, account_id="1", account_name="Ridgeline Old Books, Inc.", **lost
        )
    page = open_window(owner)
    page.goto("/")
    page.get_by_role("alert").get_by_role("link", name="Connect again").click()
    page.get_by_role("button", name="Connect again").click()
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("alert")).to_contain_text(
        "This is another QuickBooks company than Ridgeline Old Books, Inc. Nothing"
    )
    assert connections_of(tenant) == [("qbo", "broken", "Ridgeline Old Books, Inc.")]
    with tenant_scope(tenant.pk):
        realm = sandboxes.info["qbo"]["realms"][0]
        Connection.objects.filter(pk=row.pk).update(account_id=realm["id"], account_name=realm["name"])
    page.get_by_role("button", name="Connect again").click()
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text(f"Connected to QuickBooks, {FIRM}", exact=True)).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_disconnecting_asks_first_and_says_so_on_the_page(
    connected: Any, owner: Any, without_limits: None, open_window: OpenWindow
) -> None:
    page = open_window(owner)
    page.goto("/settings/access/")
    page.locator("#quickbooks").get_by_role("link", name="Disconnect").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("#quickbooks").get_by_role("link", name="Disconnect").click()
    page.get_by_role("dialog").get_by_role("button", name="Disconnect QuickBooks").click()
    expect(page.get_by_text("Disconnected from QuickBooks.")).to_be_visible()
    expect(page.locator("#quickbooks .card__h")).to_contain_text("Not connected")
