"""Connecting Procore through the pages, and the choice of the company."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from connectors.models import Connection, ConnectionRoute, Vendor
from connectors.procore.client import ProcoreClient
from connectors.procore.resources import VENDORS
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope
from tests.connectors.oauth.signing_in import (
    ACCESS,
    audit,
    come_back,
    company,
    connect_procore,
    consent_at_vendor,
    rows,
    token_calls,
)
from tests.worlds import act, connect, control

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.connectors.urls")]


def test_connecting_procore_shows_the_choice_even_of_one(browser: Client, world: Any, tenant: Tenant) -> None:
    page = come_back(browser, consent_at_vendor(browser, "procore"))
    assert page["messages"] == [{"level": "info", "text": "Signed in to Procore. Choose the company to use."}]
    (row,) = rows(tenant, Vendor.PROCORE)
    assert (row.state, row.account_id) == (Connection.State.CHOOSING, "")
    assert not ConnectionRoute.objects.exists()
    shown = page["connections"][0]
    offered = [choice["label"] for choice in shown["companies"]["choices"]]
    assert company(world)["name"] in offered
    assert (shown["state"], shown["connect"]) == ("missing", None)
    browser.post("/connections/choose-company/", {"company": str(company(world)["id"])})
    page = browser.get(ACCESS).json()
    assert page["messages"] == [{"level": "success", "text": f"Connected to Procore, {company(world)['name']}"}]
    (row,) = rows(tenant, Vendor.PROCORE)
    assert (row.state, row.account_id) == (Connection.State.CONNECTED, str(company(world)["id"]))
    assert re.fullmatch(r"custom_field_\d+", row.facts["customer_field"])
    assert "companies" not in row.facts
    assert audit(tenant) == ["connection.signed_in", "connection.connected"]
    assert ConnectionRoute.objects.get().account_id == row.account_id
    with tenant_scope(tenant.pk):
        assert next(ProcoreClient(row).list(VENDORS))


def test_a_company_that_was_not_offered(browser: Client, tenant: Tenant, world: Any) -> None:
    come_back(browser, consent_at_vendor(browser, "procore"))
    for chosen in ("", "12345"):
        browser.post("/connections/choose-company/", {"company": chosen})
        page = browser.get(ACCESS).json()
        assert page["messages"] == [{"level": "error", "text": "Choose one of the companies listed."}]
    assert rows(tenant, Vendor.PROCORE)[0].state == Connection.State.CHOOSING


def test_a_company_without_permission_changes_nothing(browser: Client, tenant: Tenant, world: Any) -> None:
    come_back(browser, consent_at_vendor(browser, "procore"))
    act(world.procore, "disconnect_app")
    browser.post("/connections/choose-company/", {"company": str(company(world)["id"])})
    page = browser.get(ACCESS).json()
    assert page["messages"][0]["text"] == (
        "The signed-in user or the app may not use this company, so nothing was changed. "
        "Procore says: App is not connected to this company."
    )
    (row,) = rows(tenant, Vendor.PROCORE)
    assert (row.state, row.account_id) == (Connection.State.CHOOSING, "")
    assert not ConnectionRoute.objects.exists()
    act(world.procore, "connect_app")
    browser.post("/connections/choose-company/", {"company": str(company(world)["id"])})
    assert rows(tenant, Vendor.PROCORE)[0].state == Connection.State.CONNECTED


def test_choosing_twice_is_refused(browser: Client, tenant: Tenant, world: Any) -> None:
    connect_procore(browser, world)
    browser.post("/connections/choose-company/", {"company": str(company(world)["id"])})
    assert "chosen already" in browser.get(ACCESS).json()["messages"][-1]["text"]


def test_procore_again_goes_on_with_the_same_company(browser: Client, tenant: Tenant, world: Any) -> None:
    connect_procore(browser, world)
    (before,) = rows(tenant, Vendor.PROCORE)
    with tenant_scope(tenant.pk):
        Connection.objects.update(state=Connection.State.BROKEN)
    page = come_back(browser, consent_at_vendor(browser, "procore"))
    assert page["messages"][-1]["text"] == f"Connected to Procore, {before.account_name}"
    (after,) = rows(tenant, Vendor.PROCORE)
    assert (after.pk, after.state, after.account_id) == (before.pk, Connection.State.CONNECTED, before.account_id)


def test_a_procore_user_of_another_company_is_refused_and_its_tokens_revoked(
    browser: Client, tenant: Tenant, world: Any
) -> None:
    connect_procore(browser, world)
    with tenant_scope(tenant.pk):
        Connection.objects.update(account_id="77", account_name="Old Company")
    address = consent_at_vendor(browser, "procore")
    world.procore.app.clear_calls()
    page = come_back(browser, address)
    assert "another Procore company than Old Company" in page["messages"][-1]["text"]
    assert token_calls(world.procore) == ["/oauth/token", "/oauth/revoke"]
    (row,) = rows(tenant, Vendor.PROCORE)
    assert (row.account_id, row.state) == ("77", Connection.State.CONNECTED)


def test_a_procore_company_of_another_tenant(
    browser: Client, tenant: Tenant, other_tenant: Tenant, world: Any
) -> None:
    with tenant_scope(other_tenant.pk):
        connect(other_tenant, world)
    come_back(browser, consent_at_vendor(browser, "procore"))
    browser.post("/connections/choose-company/", {"company": str(company(world)["id"])})
    assert "connected elsewhere already" in browser.get(ACCESS).json()["messages"][-1]["text"]
    assert rows(tenant, Vendor.PROCORE)[0].state == Connection.State.CHOOSING


def test_a_user_without_any_company(browser: Client, tenant: Tenant, world: Any) -> None:
    address = consent_at_vendor(browser, "procore")
    control(world.procore, "faults", [{"path": "/rest/v1.0/companies", "status": 200, "body": [], "times": 1}])
    page = come_back(browser, address)
    assert page["messages"][0]["text"] == "The signed-in user is in no Procore company. Sign in as another user."
    assert rows(tenant, Vendor.PROCORE) == []
    assert token_calls(world.procore)[-1] == "/oauth/revoke"


def test_procore_in_trouble_while_its_companies_are_read(browser: Client, tenant: Tenant, world: Any) -> None:
    address = consent_at_vendor(browser, "procore")
    control(world.procore, "faults", [{"path": "/rest/v1.0/companies", "status": 500}])
    page = come_back(browser, address)
    assert page["messages"][0]["text"] == "Procore did not answer, so nothing was changed. Try again in a minute."
    assert rows(tenant, Vendor.PROCORE) == []


def test_disconnected_procore_may_choose_again_and_keeps_its_row_for_the_same(
    browser: Client, tenant: Tenant, world: Any
) -> None:
    connect_procore(browser, world)
    (before,) = rows(tenant, Vendor.PROCORE)
    browser.post(f"/connections/disconnect/{before.pk}/")
    page = come_back(browser, consent_at_vendor(browser, "procore"))
    choices = page["connections"][0]["companies"]["choices"]
    assert [choice["value"] for choice in choices if choice["is_current"]] == [before.account_id]
    browser.post("/connections/choose-company/", {"company": before.account_id})
    (after,) = rows(tenant, Vendor.PROCORE)
    assert (after.pk, after.state) == (before.pk, Connection.State.CONNECTED)


def test_another_procore_company_gets_a_row_of_its_own(browser: Client, tenant: Tenant, world: Any) -> None:
    connect_procore(browser, world)
    (before,) = rows(tenant, Vendor.PROCORE)
    with tenant_scope(tenant.pk):
        Connection.objects.update(account_id="77", state=Connection.State.DISCONNECTED)
    come_back(browser, consent_at_vendor(browser, "procore"))
    browser.post("/connections/choose-company/", {"company": str(company(world)["id"])})
    (after,) = rows(tenant, Vendor.PROCORE)
    assert (after.account_id, after.state) == (str(company(world)["id"]), Connection.State.CONNECTED)
    assert after.pk != before.pk
    with tenant_scope(tenant.pk):
        assert next(ProcoreClient(after).list(VENDORS))
