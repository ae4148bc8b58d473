"""A company of the product brought live in this process: connected, read, mapped, its defaults chosen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from connectors.models import Connection, ConnectionRoute, Vendor
from connectors.probe import probe
from connectors.sandbox.firm.contractor import Contractor
from mapping.automap.running import automap
from mapping.choices import choose
from mapping.directory.refreshing import refresh_section
from mapping.models import Link, Refresh, RemoteItem
from mapping.screens import SECTIONS
from mapping.sides import SIDE_LABELS
from smoothx.demo.story import ACCOUNTS, MAPPED_SECTIONS
from smoothx.demo.year.rest import come_to_rest
from smoothx.demo.year.vendors import Sandbox, Vendors
from smoothx.tenants.models import Tenant
from sync import ledger, openings
from sync.engine import Engine
from sync.registry import all_flows
from sync.work import Work


def bring_live(tenant: Tenant, vendors: Vendors, contractor: Contractor) -> None:
    """From an empty company to a live one whose backlog has crossed. The tenant's scope is entered."""
    connect(tenant, vendors)
    read_and_map()
    choose_defaults()
    push_missing(contractor)
    open_books(tenant, contractor.start_date)
    come_to_rest()


def connect(tenant: Tenant, vendors: Vendors) -> None:
    """Both connections with tokens from the control surface."""
    company, realm = vendors.info["procore"]["companies"][0], vendors.info["qbo"]["realms"][0]
    _connect_one(tenant, Vendor.PROCORE, company, _token(vendors.procore, company=company["id"]))
    _connect_one(tenant, Vendor.QBO, realm, _token(vendors.qbo, realm=realm["id"]))


def _token(sandbox: Sandbox, **account: Any) -> dict[str, Any]:
    token: dict[str, Any] = sandbox.control("token", account)
    return token


def _connect_one(tenant: Tenant, vendor: str, account: dict[str, Any], token: dict[str, Any]) -> None:
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


def read_and_map() -> None:
    """Refresh both sides of the sections documents need, then map what is sure."""
    for key in MAPPED_SECTIONS:
        for side in SIDE_LABELS:
            refresh_section(key, side, progress=Refresh.objects.create(section=key, side=side))
    for key in MAPPED_SECTIONS:
        automap(SECTIONS[key], None)


def choose_defaults() -> None:
    accounts = dict(RemoteItem.objects.filter(resource="qbo.accounts").values_list("name", "remote_id"))
    choose("line_item_type", "category", None)
    for key, name in ACCOUNTS.items():
        choose(key, accounts[name], None)


def push_missing(contractor: Contractor) -> None:
    """Push, as vendors, the companies that hold a commitment and are not in QuickBooks yet."""
    named = {commitment.vendor_key for commitment in contractor.commitments}
    names = [c.procore_name for c in contractor.companies if c.key in named and c.qbo_name is None]
    linked = Link.objects.filter(kind="vendor").values("left_id")
    rows = RemoteItem.objects.filter(resource="procore.vendors", name__in=names).exclude(remote_id__in=linked)
    work = Work()
    ledger.note(
        all_flows()["contacts_to_qbo"],
        source_connection=work.procore.connection,
        target_connection=work.qbo.connection,
        source_ids=[(remote_id, "") for remote_id in rows.values_list("remote_id", flat=True)],
        part="vendor",
    )
    Engine().run_due()


def open_books(tenant: Tenant, start_date: date) -> None:
    """Read and confirm the opening balances, and make the company live."""
    openings.read(openings.begin(start_date))
    openings.confirm(None, start_date=start_date)
    Tenant.objects.filter(pk=tenant.pk).update(state=Tenant.State.LIVE, start_date=start_date, live_at=timezone.now())
