"""A setting is changed, looked at and restored; and a row of a long list is chosen without script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from mapping import default_rows
from mapping.choices import choose
from mapping.models import DefaultChoice
from smoothx.tenants.scope import tenant_scope
from sync.models import SettingsVersion
from tests.journeys.conftest import OpenWindow
from tests.mapping.factories import make_account

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]


@pytest.fixture
def accounts(transactional_db: None, tenant: Any, owner: Any) -> None:
    with tenant_scope(tenant.pk):
        for number, name in (("5000", "Materials"), ("5100", "Labor"), ("5200", "Subcontractors")):
            make_account(name, code=number, remote_id=number)
        choose("bill_code", "5000", owner)


def stored(tenant: Any) -> str:
    with tenant_scope(tenant.pk):
        return str(DefaultChoice.objects.get(key="bill_code").value)


def test_a_change_is_seen_and_taken_back(accounts: None, tenant: Any, owner: Any, open_window: OpenWindow) -> None:
    page = open_window(owner)
    page.goto("/settings/defaults/")
    page.get_by_label("QB Bill Account Code").select_option(label="5100 Labor")
    expect(page.get_by_role("region", name="Unsaved changes")).to_contain_text("1 change not saved.")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("#setting-bill_code")).to_contain_text(owner.email)
    assert stored(tenant) == "5100"
    page.get_by_role("link", name="Settings history").click()
    page.get_by_role("button", name="Compare").click()
    row = page.get_by_role("row", name="QB Bill Account Code")
    expect(row).to_contain_text("5000 Materials")
    expect(row).to_contain_text("5100 Labor")
    page.get_by_role("link", name="Restore version 1").click()
    page.get_by_role("button", name="Restore, change 1 setting").click()
    expect(page.get_by_role("link", name="Version 3")).to_be_visible()
    assert stored(tenant) == "5000"
    with tenant_scope(tenant.pk):
        assert SettingsVersion.objects.get(number=3).detail == "Restored version 1"


def test_a_row_of_a_long_list_is_typed_and_searched(
    accounts: None, tenant: Any, owner: Any, open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(default_rows, "LISTED_AT_MOST", 2)
    page = open_window(owner, has_script=False)
    page.goto("/settings/defaults/")
    field = page.get_by_label("QB Bill Account Code", exact=True)
    expect(field).to_have_value("5000 Materials")
    field.fill("labor")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_label("QB Bill Account Code", exact=True)).to_have_value("5100 Labor")
    page.get_by_role("link", name="Search for QB Bill Account Code").click()
    page.get_by_role("searchbox").fill("5200")
    page.get_by_role("button", name="Search").click()
    page.get_by_label("5200 Subcontractors").check()
    page.get_by_role("button", name="Choose it").click()
    expect(page.get_by_label("QB Bill Account Code", exact=True)).to_have_value("5200 Subcontractors")
    assert stored(tenant) == "5200"
    page = open_window(owner)
    page.goto("/settings/defaults/")
    page.get_by_label("QB Bill Account Code", exact=True).fill("mat")
    expect(page.locator("#id_bill_code_list option")).to_have_attribute("value", "5000 Materials")
