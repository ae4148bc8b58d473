"""Connecting QuickBooks through the pages."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from connectors import consent, oauth
from connectors.models import Connection, ConnectionRoute, Vendor
from connectors.qbo.client import QboClient
from connectors.signals import connection_restored
from mapping.models import RemoteItem
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope
from tests.connectors.oauth.signing_in import (
    add_link,
    audit,
    come_back,
    connect_qbo,
    consent_at_vendor,
    realms,
    rows,
    token_calls,
)
from tests.worlds import connect, control

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.connectors.urls")]


def test_connecting_quickbooks(browser: Client, world: Any, tenant: Tenant, admin_user: Any) -> None:
    realm, _ = realms(world)
    page = connect_qbo(browser, realm)
    (row,) = rows(tenant, Vendor.QBO)
    assert page["messages"] == [{"level": "success", "text": f"Connected to QuickBooks, {row.account_name}"}]
    assert (row.state, row.account_id, row.token_version) == (Connection.State.CONNECTED, realm, 1)
    assert row.account_name == world.info["qbo"]["realms"][0]["name"]
    assert row.facts["books"]["home_currency"] == "USD"
    assert row.connected_by == admin_user
    route = ConnectionRoute.objects.get()
    assert (route.vendor, route.account_id, route.tenant_id, route.connection_id) == ("qbo", realm, tenant.pk, row.pk)
    assert audit(tenant) == ["connection.connected"]
    tenant.refresh_from_db()
    assert tenant.state == Tenant.State.SETUP
    with tenant_scope(tenant.pk):
        assert QboClient(row).company_info()["CompanyName"] == row.account_name


def test_the_question_carries_scope_state_and_address(browser: Client, world: Any) -> None:
    target = urlsplit(browser.post("/connections/connect/qbo/")["Location"])
    asked = parse_qs(target.query)
    assert f"{target.scheme}://{target.netloc}{target.path}" == world.info["qbo"]["authorize_url"]
    assert asked["scope"] == ["com.intuit.quickbooks.accounting"]
    assert asked["redirect_uri"] == ["http://localhost/connections/callback/qbo/"]
    assert asked["response_type"] == ["code"]
    again = parse_qs(urlsplit(browser.post("/connections/connect/qbo/")["Location"]).query)
    assert len(asked["state"][0]) >= 40
    assert asked["state"] != again["state"]


def test_htmx_is_told_to_leave_the_site(browser: Client, world: Any) -> None:
    response = browser.post("/connections/connect/qbo/", headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert response["HX-Redirect"].startswith(world.info["qbo"]["authorize_url"])


@pytest.mark.parametrize("vendor", ["qbo", "procore"])
def test_consent_denied(browser: Client, tenant: Tenant, vendor: str) -> None:
    page = come_back(browser, consent_at_vendor(browser, vendor, "deny"))
    name = Vendor(vendor).label
    sentence = f"Access was not allowed, so {name} is not connected. Connect again and allow it."
    assert page["messages"] == [{"level": "error", "text": sentence}]
    assert rows(tenant, vendor) == []
    assert audit(tenant) == ["connection.refused"]


@pytest.mark.parametrize("vendor", ["qbo", "procore"])
def test_a_wrong_state_is_refused_without_using_the_code(
    browser: Client, world: Any, tenant: Tenant, vendor: str
) -> None:
    fields = {"realm_id": realms(world)[0]} if vendor == "qbo" else {}
    address = consent_at_vendor(browser, vendor, **fields)
    for server in (world.qbo, world.procore):
        server.app.clear_calls()
    page = come_back(browser, re.sub(r"state=[^&]+", "state=forged", address))
    assert page["messages"][0]["text"].startswith(f"This sign-in to {Vendor(vendor).label} was not started here.")
    assert rows(tenant, vendor) == []
    assert token_calls(world.qbo) + token_calls(world.procore) == []
    # The state is good once: the true one comes too late now.
    assert come_back(browser, address)["messages"][0]["level"] == "error"
    assert rows(tenant, vendor) == []


def test_a_callback_nobody_asked_for_is_refused(browser: Client, tenant: Tenant) -> None:
    page = come_back(browser, "http://localhost/connections/callback/qbo/?code=x&realmId=1")
    assert page["messages"][0]["level"] == "error"
    assert rows(tenant, Vendor.QBO) == []


def test_a_sign_in_that_took_too_long(browser: Client, world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    address = consent_at_vendor(browser, "qbo", realm_id=realms(world)[0])
    monkeypatch.setattr(consent, "LONGEST_SECONDS", -1)
    assert "longer than 15 minutes" in come_back(browser, address)["messages"][0]["text"]


def test_changing_the_company_meanwhile(browser: Client, world: Any, other_tenant: Tenant, tenant: Tenant) -> None:
    address = consent_at_vendor(browser, "qbo", realm_id=realms(world)[0])
    session = browser.session
    session["consent:qbo"] = {**session["consent:qbo"], "tenant": other_tenant.pk}
    session.save()
    assert "changed to another company" in come_back(browser, address)["messages"][0]["text"]
    assert rows(tenant, Vendor.QBO) == []


def test_a_code_the_vendor_refuses(browser: Client, tenant: Tenant, world: Any) -> None:
    address = consent_at_vendor(browser, "qbo", realm_id=realms(world)[0])
    page = come_back(browser, re.sub(r"code=[^&]+", "code=old", address))
    assert (
        page["messages"][0]["text"] == "QuickBooks did not accept the sign-in. Nothing was connected. Connect again."
    )
    assert rows(tenant, Vendor.QBO) == []


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 502, "body": "<h1>x</h1>", "content_type": "text/html"}])
def test_a_token_endpoint_in_trouble(browser: Client, tenant: Tenant, world: Any, fault: dict[str, Any]) -> None:
    address = consent_at_vendor(browser, "qbo", realm_id=realms(world)[0])
    control(world.qbo, "faults", [{"path": "/tokens/bearer", **fault}])
    assert come_back(browser, address)["messages"][0]["level"] == "error"
    assert rows(tenant, Vendor.QBO) == []


def test_a_callback_for_a_company_the_token_does_not_reach(browser: Client, tenant: Tenant, world: Any) -> None:
    first, second = realms(world)
    address = consent_at_vendor(browser, "qbo", realm_id=first)
    page = come_back(browser, address.replace(f"realmId={first}", f"realmId={second}"))
    assert "may not use this company, so nothing was changed." in page["messages"][0]["text"]
    assert rows(tenant, Vendor.QBO) == []
    assert not ConnectionRoute.objects.exists()
    page = come_back(browser, consent_at_vendor(browser, "qbo", realm_id=first).replace("realmId=", "realmId=x"))
    assert "did not say which company" in page["messages"][0]["text"]


def test_the_same_account_again_keeps_its_row_and_wakes_it(browser: Client, tenant: Tenant, world: Any) -> None:
    realm, _ = realms(world)
    connect_qbo(browser, realm)
    (before,) = rows(tenant, Vendor.QBO)
    with tenant_scope(tenant.pk):
        Connection.objects.update(state=Connection.State.BROKEN, broken_reason="gone")
    woken: list[int] = []

    def hear(connection: Connection, **more: Any) -> None:
        woken.append(connection.pk)

    connection_restored.connect(hear, weak=False)
    connect_qbo(browser, realm)
    connection_restored.disconnect(hear)
    (after,) = rows(tenant, Vendor.QBO)
    assert (after.pk, after.state, after.broken_reason) == (before.pk, Connection.State.CONNECTED, "")
    assert after.token_version == 2
    assert woken == [before.pk]
    assert ConnectionRoute.objects.count() == 1


def test_a_known_account_that_cannot_be_looked_at_keeps_its_new_tokens(
    browser: Client, tenant: Tenant, world: Any
) -> None:
    realm, _ = realms(world)
    connect_qbo(browser, realm)
    address = consent_at_vendor(browser, "qbo", realm_id=realm)
    control(world.qbo, "faults", [{"path": "/companyinfo", "status": 500}])
    come_back(browser, address)
    control(world.qbo, "faults", method="DELETE")
    (row,) = rows(tenant, Vendor.QBO)
    assert (row.state, row.token_version) == (Connection.State.CONNECTED, 2)
    assert row.facts["books"]["home_currency"] == "USD"
    with tenant_scope(tenant.pk):
        assert QboClient(row).company_info()


def test_an_account_nobody_could_look_at_is_not_connected(browser: Client, tenant: Tenant, world: Any) -> None:
    address = consent_at_vendor(browser, "qbo", realm_id=realms(world)[0])
    control(world.qbo, "faults", [{"path": "/companyinfo", "status": 500}])
    page = come_back(browser, address)
    assert page["messages"][0]["text"] == "QuickBooks did not answer, so nothing was changed. Try again in a minute."
    assert rows(tenant, Vendor.QBO) == []
    assert token_calls(world.qbo)[-1].endswith("/revoke")


def test_another_company_is_refused_while_the_first_has_documents(browser: Client, tenant: Tenant, world: Any) -> None:
    first, second = realms(world)
    connect_qbo(browser, first)
    (before,) = rows(tenant, Vendor.QBO)
    add_link(tenant, before)
    address = consent_at_vendor(browser, "qbo", realm_id=second)
    world.qbo.app.clear_calls()
    page = come_back(browser, address)
    assert page["messages"][0]["text"] == (
        f"This is another QuickBooks company than {before.account_name} Nothing was changed. "
        f"Your documents belong to {before.account_name}, which stays connected."
    )
    # The code was never used, so no token of the other company exists that would have to be revoked.
    assert token_calls(world.qbo) == []
    (after,) = rows(tenant, Vendor.QBO)
    assert (after.pk, after.account_id, after.token_version) == (before.pk, first, 1)
    assert list(ConnectionRoute.objects.values_list("account_id", flat=True)) == [first]
    with tenant_scope(tenant.pk):
        assert QboClient(after).company_info()["CompanyName"] == before.account_name
    # Nor does disconnecting first help while documents belong to the old one.
    browser.post(f"/connections/disconnect/{before.pk}/")
    assert "another QuickBooks company" in connect_qbo(browser, second)["messages"][-1]["text"]
    assert connect_qbo(browser, first)["messages"][-1]["level"] == "success"
    assert rows(tenant, Vendor.QBO)[0].pk == before.pk


def test_another_company_is_taken_after_disconnecting_an_unused_one(
    browser: Client, tenant: Tenant, world: Any
) -> None:
    first, second = realms(world)
    connect_qbo(browser, first)
    (before,) = rows(tenant, Vendor.QBO)
    with tenant_scope(tenant.pk):
        RemoteItem.objects.create(connection=before, resource="qbo.vendors", remote_id="1", name="Of the first")
    assert "Disconnect" in connect_qbo(browser, second)["messages"][0]["text"]
    browser.post(f"/connections/disconnect/{before.pk}/")
    connect_qbo(browser, second)
    (after,) = rows(tenant, Vendor.QBO)
    assert (after.account_id, after.state) == (second, Connection.State.CONNECTED)
    assert after.pk != before.pk
    with tenant_scope(tenant.pk):
        assert not RemoteItem.objects.exists()


def test_an_account_of_another_tenant_is_refused_and_left_alone(
    browser: Client, tenant: Tenant, other_tenant: Tenant, world: Any
) -> None:
    realm, _ = realms(world)
    with tenant_scope(other_tenant.pk):
        connect(other_tenant, world)
    page = connect_qbo(browser, realm)
    sentence = page["messages"][0]["text"]
    assert sentence == (
        "This QuickBooks company is connected elsewhere already. Nothing was changed. Choose another, or ask support."
    )
    assert other_tenant.name not in sentence
    assert rows(tenant, Vendor.QBO) == []
    with tenant_scope(other_tenant.pk):
        theirs = Connection.objects.get(vendor=Vendor.QBO)
        assert QboClient(theirs).company_info()


def test_two_tenants_at_the_same_moment(
    browser: Client, tenant: Tenant, other_tenant: Tenant, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other tenant gets there between the look and the write: the database decides, and nothing is left behind."""
    with tenant_scope(other_tenant.pk):
        connect(other_tenant, world)
    monkeypatch.setattr(oauth, "refuse_taken", lambda vendor, account_id: None)
    page = connect_qbo(browser, realms(world)[0])
    assert "connected elsewhere already" in page["messages"][0]["text"]
    assert rows(tenant, Vendor.QBO) == []
