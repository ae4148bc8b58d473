"""Pushing from the screen: one company whose name is taken, and many from the preview to the last row."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mapping.models import Link, MappingRun, RemoteItem
from smoothx.tenants.scope import tenant_scope
from tests import worlds
from tests.journeys.conftest import OpenWindow, run_schedule
from tests.sync.pushes import add_companies

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

LONG = "Batch " + "Very Long Name of a Company That Builds Concrete Foundations and Walls " * 2


@pytest.fixture
def companies(mapped: Any, sandboxes: Any) -> Any:
    """Companies to push; the books have one of the names as a vendor, and one as a customer."""
    with tenant_scope(mapped.pk):
        add_companies([f"Batch {number:02} Concrete" for number in range(58)] + ["Batch Client", LONG.strip()])
        worlds.act(sandboxes.qbo, "add_vendor", name="Batch 03 CONCRETE")
        worlds.act(sandboxes.qbo, "add_customer", name="Batch Client")
    return mapped


def in_books(sandboxes: Any, prefix: str) -> list[str]:
    return sorted(
        row["DisplayName"] for row in worlds.in_books(sandboxes, "Vendor") if row["DisplayName"].startswith(prefix)
    )


def begin_push(page: Page) -> None:
    page.goto("/mapping/contacts/?tab=procore&q=batch")
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name=re.compile("^Select all 60")).click()
    page.get_by_role("button", name="Push as vendors").click()
    expect(page.get_by_role("heading", name="Push companies to QuickBooks")).to_be_visible()


def test_many_companies_are_looked_at_confirmed_and_created(
    companies: Any, owner: Any, sandboxes: Any, open_window: OpenWindow
) -> None:
    with tenant_scope(companies.pk):
        worlds.read_section("contacts")
    page = open_window(owner)
    begin_push(page)
    expect(page.get_by_role("link", name=re.compile("^To create 58"))).to_be_visible()
    page.get_by_role("link", name=re.compile("^Exist already 1")).click()
    row = page.locator("#rows tbody tr").filter(has_text="Batch 03 Concrete")
    expect(row).to_contain_text("QuickBooks has the vendor Batch 03 CONCRETE already. Link it instead.")
    row.get_by_role("button", name="Link it").click()
    expect(page.get_by_text("Batch 03 Concrete is linked")).to_be_visible()

    # The page opens with what is to be created.
    expect(page.locator("#chip--create")).to_have_attribute("aria-current", "true")
    page.get_by_label("Select Batch 00 Concrete").check()
    page.get_by_role("button", name="Leave out").click()
    expect(page.get_by_role("link", name=re.compile("^Left out 1"))).to_be_visible()
    page.get_by_role("button", name="Create 57 and link").click()
    run_schedule()
    page.reload()
    expect(page.get_by_role("link", name=re.compile("^Created 57"))).to_be_visible()
    made = in_books(sandboxes, "Batch")
    assert len(made) == 58
    assert "Batch 00 Concrete" not in made
    with tenant_scope(companies.pk):
        run = MappingRun.objects.get(what="push")
        assert (run.state, run.linked) == ("done", 57)
        assert Link.objects.filter(run=run).count() == 58


def test_a_name_the_books_have_got_meanwhile_is_offered_for_linking_at_once(
    companies: Any, owner: Any, sandboxes: Any, open_window: OpenWindow
) -> None:
    page = open_window(owner)
    page.goto("/mapping/contacts/?tab=procore&q=batch+client")
    page.get_by_role("button", name="Push Batch Client to QuickBooks").click()
    dialog = page.get_by_role("dialog", name="Push Batch Client to QuickBooks")
    expect(dialog.get_by_text("QuickBooks has this name as a customer.")).to_be_visible()
    dialog.get_by_role("button", name="Push and link").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Batch Client exists in QuickBooks already")
    dialog.get_by_label("Create it all the same, as Batch Client (V)").check()
    dialog.get_by_role("button", name="Push and link").click()
    expect(page.get_by_text("Sent as vendor. It moves to Mapped when it is there.")).to_be_visible()
    run_schedule()
    assert in_books(sandboxes, "Batch Client") == ["Batch Client (V)"]


def test_the_preview_works_without_script(companies: Any, owner: Any, sandboxes: Any, open_window: OpenWindow) -> None:
    with tenant_scope(companies.pk):
        pk = RemoteItem.objects.get(resource="procore.vendors", name="Batch 01 Concrete").pk
    page = open_window(owner, has_script=False)
    page.goto(f"/mapping/contacts/push/procore/?id={pk}")
    page.get_by_role("button", name="Push and link").click()
    run_schedule()
    assert in_books(sandboxes, "Batch 01") == ["Batch 01 Concrete"]
