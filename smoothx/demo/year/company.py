"""A company of the product brought live in this process: connected, read, mapped, its defaults chosen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from connectors.models import Connection, ConnectionRoute, Vendor
from connectors.probe import probe
from connectors.sandbox.firm.contractor import Contractor
from mapping.automap.running import automap
from mapping.choices import choose
from mapping.directory.refreshing import refresh_section
from mapping.kinds import TAX_PURCHASE, TAX_SALES, MappingKind
from mapping.links import link
from mapping.models import Link, Refresh, RemoteItem
from mapping.screens import SECTIONS
from mapping.sides import SIDE_LABELS
from smoothx.demo.story import CHOICES, MAPPED_SECTIONS, TAX_CHOICES, TAX_PAIRS
from smoothx.demo.year.rest import come_to_rest
from smoothx.demo.year.switches import PLAIN, WAGES, Switches
from smoothx.demo.year.vendors import Sandbox, Vendors
from smoothx.tenants.models import Tenant
from sync import ledger, openings
from sync.engine import Engine
from sync.registry import all_flows
from sync.switching import switch
from sync.work import Work

READ_SECTIONS = ("cost-types", "tax-purchase")
# What the year compares, and a firm may begin without.
SWITCHED_ON = ("direct_costs",)
LABOUR_CHOICES = {
    "payroll_accounts": ("qbo.accounts", WAGES),
    "procore_payroll_code": ("procore.standard_cost_codes", "Final cleaning"),
}


def bring_live(tenant: Tenant, vendors: Vendors, contractor: Contractor, switches: Switches = PLAIN) -> None:
    """From an empty company to a live one whose backlog has crossed. The tenant's scope is entered."""
    connect(tenant, vendors)
    read_and_map()
    choose_defaults()
    choose_for(switches)
    switch_on((*SWITCHED_ON, *switches.flows))
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
    """Refresh both sides of the sections documents need, map what is sure, then the tax codes by hand."""
    for key in (*MAPPED_SECTIONS, *READ_SECTIONS):
        for side in SIDE_LABELS:
            refresh_section(key, side, progress=Refresh.objects.create(section=key, side=side))
    for key in MAPPED_SECTIONS:
        automap(SECTIONS[key], None)
    for kind in (TAX_PURCHASE, TAX_SALES):
        for left, right in TAX_PAIRS:
            _link_named(kind, left, right)


def _link_named(kind: MappingKind, left_name: str, right_name: str) -> None:
    """Link the two rows of these names, where this country has them."""
    left = RemoteItem.objects.filter(resource=kind.left.key, code=left_name).first()
    right = RemoteItem.objects.filter(resource=kind.right.key, name=right_name).first()
    if left is not None and right is not None:
        link(
            kind,
            left_connection=left.connection,
            left_id=left.remote_id,
            right_connection=right.connection,
            right_id=right.remote_id,
            chosen_by=Link.ChosenBy.HAND,
        )


def choose_defaults() -> None:
    """Category lines, sub-customers for all projects, and of the story's choices what is there to choose."""
    choose("line_item_type", "category", None)
    choose("existing_projects", "create", None)
    choices = [*CHOICES.items(), *(each for of_country in TAX_CHOICES.values() for each in of_country.items())]
    for key, (resource, name) in choices:
        row = RemoteItem.objects.filter(resource=resource, name=name).first()
        if row is not None:
            choose(key, row.remote_id, None)


def choose_for(switches: Switches) -> None:
    """What a year with more than the usual flows asks for; employees are mapped where labour is carried."""
    for key, value in switches.choices.items():
        choose(key, value, None)
    if switches.labour is None:
        return
    for side in SIDE_LABELS:
        refresh_section("employees", side, progress=Refresh.objects.create(section="employees", side=side))
    automap(SECTIONS["employees"], None)
    for key, (resource, name) in LABOUR_CHOICES.items():
        choose(key, RemoteItem.objects.get(resource=resource, name=name).remote_id, None)


def switch_on(keys: Iterable[str]) -> None:
    """Switch on those of these flows that there are, whatever they begin as."""
    for key in keys:
        if key in all_flows():
            switch(all_flows()[key], None, is_on=True)


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
