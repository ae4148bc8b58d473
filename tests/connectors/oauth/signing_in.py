"""Connecting as a person does: consent at the sandbox, the way back, the choice of a company."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import requests
from django.test import Client

from connectors.models import Connection
from mapping.models import Link
from smoothx.tenants.models import AuditEntry, Tenant
from smoothx.tenants.scope import tenant_scope

ACCESS = "/settings/access/"


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
