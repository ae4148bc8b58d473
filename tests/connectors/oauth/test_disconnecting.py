"""Disconnecting, and who may connect and disconnect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from django.test import Client

from connectors.models import Call, Connection, ConnectionRoute, Vendor
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope
from tests.connectors.oauth.signing_in import (
    ACCESS,
    audit,
    come_back,
    connect_procore,
    connect_qbo,
    consent_at_vendor,
    realms,
    rows,
)
from tests.worlds import connect, control

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.connectors.urls")]


@pytest.mark.parametrize("vendor", ["qbo", "procore"])
def test_disconnecting_ends_it_on_both_sides(browser: Client, tenant: Tenant, world: Any, vendor: str) -> None:
    connect_qbo(browser, realms(world)[0])
    connect_procore(browser, world)
    (row,) = rows(tenant, vendor)
    refresh_token = row.refresh_token
    response = browser.post(f"/connections/disconnect/{row.pk}/", {"next": "/settings/access/?x=1"})
    assert response["Location"] == "/settings/access/?x=1"
    page = browser.get(ACCESS).json()
    assert page["messages"][-1] == {"level": "success", "text": f"Disconnected from {row.get_vendor_display()}."}
    (ended,) = rows(tenant, vendor)
    assert (ended.pk, ended.state, ended.account_id) == (row.pk, Connection.State.DISCONNECTED, row.account_id)
    assert ended.sealed_access_token + ended.sealed_refresh_token == ""
    assert ended.token_version == row.token_version + 1
    assert not ConnectionRoute.objects.filter(vendor=vendor).exists()
    assert audit(tenant)[-1] == "connection.disconnected"
    server = world.qbo if vendor == "qbo" else world.procore
    info = world.info[vendor]
    token_url = info.get("token_url") or f"{info['login_url']}/oauth/token"
    answer = requests.post(
        token_url,
        data={"grant_type": "refresh_token", "refresh_token": refresh_token}
        | ({} if vendor == "qbo" else {"client_id": info["client_id"], "client_secret": info["client_secret"]}),
        auth=(info["client_id"], info["client_secret"]),
        timeout=10,
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert server.app.list_calls()


def test_a_vendor_that_does_not_answer_cannot_hold_us(browser: Client, tenant: Tenant, world: Any) -> None:
    connect_qbo(browser, realms(world)[0])
    (row,) = rows(tenant, Vendor.QBO)
    control(world.qbo, "faults", [{"path": "revoke", "drop": True}])
    browser.post(f"/connections/disconnect/{row.pk}/")
    message = browser.get(ACCESS).json()["messages"][-1]
    assert message["level"] == "warning"
    assert message["text"].startswith("Disconnected here, but QuickBooks did not confirm it.")
    assert rows(tenant, Vendor.QBO)[0].state == Connection.State.DISCONNECTED


def test_the_question_before_disconnecting(browser: Client, tenant: Tenant, world: Any) -> None:
    connect_qbo(browser, realms(world)[0])
    (row,) = rows(tenant, Vendor.QBO)
    dialog = browser.get(f"/connections/disconnect/{row.pk}/", headers={"HX-Request": "true"})
    text = dialog.content.decode()
    assert "Disconnect QuickBooks" in text
    assert f"Nothing is read from or written to {row.account_name.replace('&', '&amp;')}" in text
    assert rows(tenant, Vendor.QBO)[0].state == Connection.State.CONNECTED


# --- who may


@pytest.mark.parametrize("who", ["viewer", "approver"])
def test_only_administrators_may(
    request: pytest.FixtureRequest, world: Any, tenant: Tenant, client_of: Callable[[Any], Client], who: str
) -> None:
    with tenant_scope(tenant.pk):
        connect(tenant, world)
        row = Connection.objects.get(vendor=Vendor.QBO)
    browser = client_of(request.getfixturevalue(who))
    assert browser.post("/connections/connect/qbo/").status_code == 403
    assert browser.get("/connections/callback/qbo/?code=1&state=2").status_code == 403
    assert browser.post("/connections/choose-company/", {"company": "1"}).status_code == 403
    assert browser.get(f"/connections/disconnect/{row.pk}/").status_code == 403
    assert browser.post(f"/connections/disconnect/{row.pk}/").status_code == 403
    page = browser.get(ACCESS).json()
    assert [shown["disconnect"] for shown in page["connections"]] == [None, None]
    assert page["note"] == "Only an administrator or owner can connect or disconnect."


def test_a_strangers_connection_does_not_exist(
    world: Any, tenant: Tenant, stranger: Any, client_of: Callable[[Any], Client]
) -> None:
    with tenant_scope(tenant.pk):
        connect(tenant, world)
        row = Connection.objects.get(vendor=Vendor.QBO)
    browser = client_of(stranger)
    assert browser.get(f"/connections/disconnect/{row.pk}/").status_code == 404
    assert browser.post(f"/connections/disconnect/{row.pk}/").status_code == 404
    assert browser.post("/connections/connect/xero/").status_code == 404
    assert browser.get("/connections/connect/qbo/").status_code == 405


def test_a_server_without_a_client_id_says_so(browser: Client, settings: Any) -> None:
    settings.QBO_CLIENT_ID = ""
    browser.post("/connections/connect/qbo/")
    page = browser.get(ACCESS).json()
    assert page["messages"][0]["text"].startswith("This server has no client id for QuickBooks yet.")
    assert page["connections"][1]["connect"]["disabled_reason"] == "This server has no client id for QuickBooks yet."


def test_a_refused_trial_leaves_no_evidence_without_a_row(browser: Client, tenant: Tenant, world: Any) -> None:
    address = consent_at_vendor(browser, "qbo", realm_id=realms(world)[0])
    control(world.qbo, "faults", [{"path": "/companyinfo", "status": 403, "body": "no"}])
    come_back(browser, address)
    with tenant_scope(tenant.pk):
        assert not Call.objects.exists()
