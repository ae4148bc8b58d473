"""Connecting through the pages: consent at the sandbox, callback, choice of the company, disconnecting."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client

from connectors import consent, oauth
from connectors.models import Call, Connection, ConnectionRoute, Vendor
from connectors.procore.client import ProcoreClient
from connectors.procore.resources import VENDORS
from connectors.qbo.client import QboClient
from connectors.signals import connection_restored
from mapping.models import Link, RemoteItem
from smoothx.tenants.models import AuditEntry, Tenant
from smoothx.tenants.scope import tenant_scope
from tests.worlds import act, connect, control

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.connectors.urls")]

ACCESS = "/settings/access/"


@pytest.fixture(autouse=True)
def _registered_address(settings: Any) -> None:
    """The sandboxes take redirect addresses on this machine only."""
    settings.BASE_URL = "http://localhost"


@pytest.fixture
def world(transactional_db: None, tenant: Tenant, sandboxes: Any) -> Any:
    return sandboxes


@pytest.fixture
def browser(world: Any, admin_user: Any, client_of: Callable[[Any], Client]) -> Client:
    return client_of(admin_user)


def consent_at_vendor(browser: Client, vendor: str, decision: str = "allow", **fields: str) -> str:
    """Press Connect here, decide there; the address the vendor sends the browser back to."""
    started = browser.post(f"/connections/connect/{vendor}/")
    assert started.status_code == 302
    page = requests.get(started["Location"], timeout=10)
    assert page.status_code == 200, page.text
    inputs = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    form = {name: unescape(value) for name, value in inputs.items()} | {"decision": decision} | fields
    action = urlsplit(started["Location"])
    answer = requests.post(
        f"{action.scheme}://{action.netloc}{action.path}", data=form, allow_redirects=False, timeout=10
    )
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def come_back(browser: Client, address: str) -> dict[str, Any]:
    """Follow the vendor's redirect; what the access page then says."""
    parts = urlsplit(address)
    response = browser.get(f"{parts.path}?{parts.query}")
    assert (response.status_code, response["Location"]) == (302, ACCESS)
    page: dict[str, Any] = browser.get(ACCESS).json()
    return page


def connect_qbo(browser: Client, realm: str) -> dict[str, Any]:
    return come_back(browser, consent_at_vendor(browser, "qbo", realm_id=realm))


def realms(world: Any) -> tuple[str, str]:
    first, second = (realm["id"] for realm in world.info["qbo"]["realms"])
    return first, second


def company(world: Any) -> dict[str, Any]:
    found: dict[str, Any] = world.info["procore"]["companies"][0]
    return found


def rows(tenant: Tenant, vendor: str) -> list[Connection]:
    with tenant_scope(tenant.pk):
        return list(Connection.objects.filter(vendor=vendor))


def audit(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant.pk):
        return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def token_calls(server: Any) -> list[str]:
    return [call["path"] for call in server.app.list_calls() if "token" in call["path"] or "revoke" in call["path"]]


# --- QuickBooks


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


# --- Procore


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


# --- disconnecting


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


def connect_procore(browser: Client, world: Any) -> None:
    come_back(browser, consent_at_vendor(browser, "procore"))
    browser.post("/connections/choose-company/", {"company": str(company(world)["id"])})


def add_link(tenant: Tenant, connection: Connection) -> None:
    with tenant_scope(tenant.pk):
        Link.objects.create(
            kind="vendor",
            left_connection=connection,
            left_id="1",
            right_connection=connection,
            right_id="2",
            chosen_by=Link.ChosenBy.HAND,
        )
