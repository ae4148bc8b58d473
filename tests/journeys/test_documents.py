"""Documents that stop: one cause with one button, what fixes it, and what a person may decide about one of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from connectors.sandbox.firm.contacts import PUSHED_VENDOR
from mapping.choices import choose
from mapping.models import Link, RemoteItem
from sync import ledger
from sync.engine import Engine
from sync.models import Entry
from sync.registry import all_flows
from sync.work import Work
from tests import worlds
from tests.journeys.conftest import OpenWindow

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

NEWCOMER = PUSHED_VENDOR[1]
WORKED_EXAMPLE = ["21600.00", "29700.00", "46200.00", "7500.00"]
RETAINED = "QB Retention Payable Retained Code"


def approved_claims(pair: Any) -> list[list[dict[str, Any]]]:
    """The approved claims of every contract, each in order."""
    by_contract: dict[int, list[dict[str, Any]]] = {}
    for claim in sorted(worlds.in_procore(pair, "requisitions"), key=lambda row: row["number"]):
        if claim["status"].startswith("approved"):
            by_contract.setdefault(claim["commitment_id"], []).append(claim)
    return list(by_contract.values())


def worked_example(pair: Any) -> list[dict[str, Any]]:
    dues = {tuple(c["summary"]["current_payment_due"] for c in claims): claims for claims in approved_claims(pair)}
    return dues[tuple(WORKED_EXAMPLE)]


def claims_of_newcomer(pair: Any) -> list[dict[str, Any]]:
    vendor = int(RemoteItem.objects.get(resource="procore.vendors", name=NEWCOMER).remote_id)
    return next(claims for claims in approved_claims(pair) if claims[0]["vendor_id"] == vendor)


def sync(*claims: dict[str, Any]) -> None:
    """Put the claims' project and the claims in the queue and work it off."""
    project = str(claims[0]["project_id"])
    note("projects", [(project, project)])
    note("bills", [(str(claim["id"]), project) for claim in claims])
    while Engine().run_due():
        pass


def note(flow: str, source_ids: list[tuple[str, str]]) -> None:
    work = Work()
    source, target = work.procore.connection, work.qbo.connection
    ledger.note(all_flows()[flow], source_connection=source, target_connection=target, source_ids=source_ids)


def entry_of(claim: dict[str, Any]) -> Entry:
    found: Entry = Entry.objects.get(flow="bills", source_id=str(claim["id"]))
    return found


def bill_totals(pair: Any) -> list[float]:
    return [bill["TotalAmt"] for bill in worlds.in_books(pair, "Bill")]


def enter_by_hand(claim: dict[str, Any]) -> None:
    """The bookkeeper has entered a bill with the same vendor and number, for 5.00."""
    account = RemoteItem.objects.get(resource="qbo.accounts", name="Job Costs, Unassigned").remote_id
    line = {
        "Amount": 5,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": account}},
    }
    vendor = Link.objects.get(kind="vendor", left_id=str(claim["vendor_id"])).right_id
    bill = {"VendorRef": {"value": vendor}, "DocNumber": claim["invoice_number"], "Line": [line]}
    Work().qbo.create("Bill", bill, key="entered-by-hand")


def causes(page: Page) -> Any:
    return page.locator("#causes li")


def state_on(page: Page) -> Any:
    """The state beside the document's title."""
    return page.locator(".title .state")


def test_an_unmapped_vendor_is_one_cause_and_mapping_it_releases_its_bills(
    live: Any, owner: Any, sandboxes: Any, open_window: OpenWindow
) -> None:
    claims = claims_of_newcomer(sandboxes)
    sync(*claims)
    page = open_window(owner)
    page.goto("/")
    expect(causes(page)).to_have_count(1)
    expect(causes(page)).to_contain_text(f"Vendor {NEWCOMER} is not mapped")
    expect(causes(page)).to_contain_text(f"{len(claims)} subcontractor invoices stopped by it")
    page.get_by_role("link", name="Map the vendor").click()
    expect(page.get_by_label("Search contacts")).to_have_value(NEWCOMER)
    page.get_by_role("button", name=f"Push {NEWCOMER} to QuickBooks").click()
    page.get_by_role("dialog").get_by_role("button", name="Push and link").click()
    expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
    page.get_by_role("link", name="Dashboard", exact=True).click()
    expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
    assert [entry_of(claim).state for claim in claims] == ["posted"] * len(claims)
    assert len(bill_totals(sandboxes)) == len(claims)


def test_a_missing_retention_code_is_chosen_in_defaults_and_the_bill_goes_on(
    live: Any, owner: Any, sandboxes: Any, open_window: OpenWindow
) -> None:
    choose("retention_payable_retained", "", None)
    claim = worked_example(sandboxes)[0]
    sync(claim)
    page = open_window(owner)
    page.goto("/")
    expect(causes(page)).to_contain_text("The invoice holds 2,400.00 of retention")
    page.get_by_role("link", name="Set the code").click()
    page.get_by_label(RETAINED).select_option(label="2100 Retention Payable")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("1 setting changed")).to_be_visible()
    page.goto(f"/activity/{entry_of(claim).pk}/")
    expect(state_on(page)).to_have_text("Posted")
    expect(page.locator(".sums .total td.amt")).to_have_text(["21,600.00", "21,600.00"])
    assert bill_totals(sandboxes) == [21600.00]


def test_a_number_in_use_is_posted_anyway_when_told(
    live: Any, owner: Any, sandboxes: Any, open_window: OpenWindow
) -> None:
    claim = worked_example(sandboxes)[0]
    enter_by_hand(claim)
    sync(claim)
    page = open_window(owner)
    page.goto("/")
    page.get_by_role("link", name="Look at both").click()
    expect(state_on(page)).to_have_text("Held")
    expect(page.locator("#document")).to_contain_text("Same vendor and number as")
    page.get_by_role("link", name="Link to existing").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Post anyway").click()
    expect(state_on(page)).to_have_text(re.compile("^Posted"))
    expect(page.get_by_text("Both sides agree, difference 0.00")).to_be_visible()
    assert sorted(bill_totals(sandboxes)) == [5.00, 21600.00]


def test_a_document_is_left_out_and_taken_back_in(
    live: Any, owner: Any, sandboxes: Any, open_window: OpenWindow
) -> None:
    claim = worked_example(sandboxes)[0]
    enter_by_hand(claim)
    sync(claim)
    page = open_window(owner)
    page.goto(f"/activity/{entry_of(claim).pk}/")
    page.get_by_label("More actions").click()
    page.get_by_role("button", name="Leave out").click()
    expect(state_on(page)).to_have_text("Left out")
    page.goto("/")
    expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
    page.goto(f"/activity/{entry_of(claim).pk}/")
    page.get_by_role("button", name="Check again").click()
    expect(state_on(page)).to_have_text("Held")
    assert bill_totals(sandboxes) == [5.00]


def test_a_refused_bill_is_tried_again_when_its_reason_is_gone(
    live: Any, owner: Any, sandboxes: Any, open_window: OpenWindow
) -> None:
    claim = worked_example(sandboxes)[0]
    worlds.act(sandboxes.qbo, "close_books", date="2026-12-31")
    sync(claim)
    page = open_window(owner)
    page.goto(f"/activity/{entry_of(claim).pk}/")
    expect(state_on(page)).to_have_text("Rejected")
    worlds.act(sandboxes.qbo, "close_books", date="2025-12-31")
    page.get_by_role("button", name="Check again").click()
    expect(state_on(page)).to_have_text("Posted")
    assert bill_totals(sandboxes) == [21600.00]


def test_pausing_holds_documents_and_resuming_sends_them(
    live: Any, owner: Any, sandboxes: Any, open_window: OpenWindow
) -> None:
    claim = worked_example(sandboxes)[0]
    page = open_window(owner)
    page.goto("/")
    page.get_by_role("button", name="Pause sync").click()
    expect(page.locator("#live")).to_have_text("Paused")
    sync(claim)
    page.reload()
    expect(page.locator(".head__t")).to_contain_text("2 documents wait.")
    assert bill_totals(sandboxes) == []
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Live again. 2 documents go on.")).to_be_visible()
    expect(page.locator("#live")).to_have_text("Live")
    assert bill_totals(sandboxes) == [21600.00]
