"""Bringing a tenant to a known point: connected, mapped, live. Over HTTP against the sandboxes, as the product does it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import requests
from django.utils import timezone

from connectors.models import Connection, ConnectionRoute, Vendor
from connectors.probe import probe


def control(server: Any, path: str, body: Any = None, method: str = "POST") -> Any:
    """Ask a sandbox's control surface; answers its JSON."""
    response = requests.request(method, f"{server.url}/_control/{path}", json=body, timeout=60)
    response.raise_for_status()
    return response.json()


def act(server: Any, do: str, **arguments: Any) -> Any:
    return control(server, "act", {"do": do, **arguments})


def connect(tenant: Any, pair: Any) -> tuple[Connection, Connection]:
    """Both connections with fresh tokens from the control surface, probed."""
    company = pair.info["procore"]["companies"][0]
    realm = pair.info["qbo"]["realms"][0]
    procore = _connection(tenant, Vendor.PROCORE, company, control(pair.procore, "token", {"company": company["id"]}))
    qbo = _connection(tenant, Vendor.QBO, realm, control(pair.qbo, "token", {"realm": realm["id"]}))
    return procore, qbo


def _connection(tenant: Any, vendor: str, account: dict[str, Any], token: dict[str, Any]) -> Connection:
    connection = Connection.objects.create(
        vendor=vendor,
        state=Connection.State.CONNECTED,
        account_id=str(account["id"]),
        account_name=account["name"],
        sealed_access_token=Connection.seal(token["access_token"]),
        sealed_refresh_token=Connection.seal(token["refresh_token"]),
        access_expires_at=timezone.now() + timedelta(seconds=token["expires_in"]),
        token_version=1,
        connected_at=timezone.now(),
    )
    ConnectionRoute.objects.create(
        vendor=vendor, account_id=connection.account_id, tenant=tenant, connection_id=connection.pk
    )
    probe(connection)
    connection.refresh_from_db()
    return connection
