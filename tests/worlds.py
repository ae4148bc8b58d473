"""Bringing a tenant to a known point: connected, mapped, live. Over HTTP against the sandboxes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import requests
from django.utils import timezone

from connectors.models import Connection, ConnectionRoute, Vendor
from connectors.probe import probe
from connectors.resource import Resource
from connectors.sandbox.firm.contacts import PUSHED_VENDOR
from mapping.automap.running import automap
from mapping.choices import choose
from mapping.directory.refreshing import refresh_section
from mapping.models import Link, Refresh, RemoteItem
from mapping.screens import SECTIONS
from mapping.sides import SIDE_LABELS, SideKey, resources_of
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import require_tenant_id
from sync import ledger, openings
from sync.engine import Engine
from sync.intake import poll_procore
from sync.models import Entry, FlowSetting
from sync.registry import all_flows
from sync.work import Work


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


LEDGER_ACCOUNTS = {
    "bill_code": "Job Costs, Unassigned",
    "retention_payable_retained": "Retention Payable",
    "retention_payable_released": "Retention Payable Released",
    "invoice_code": "Contract Revenue",
    "retention_receivable_retained": "Retention Receivable",
    "retention_receivable_released": "Retention Receivable Released",
}
# They add to every poll and every run, so they run in the tests that are about them.
OWNERS = ("owner_invoices", "receipts")
COSTS_OF_THE_BOOKS = ("expenses",)


# What documents of the engine need; a test of other lists reads their sections itself.
NEEDED = ("contacts", "projects", "account-codes", "item-codes")


def read_directory(*more: str) -> None:
    """Refresh both sides of the sections documents need, and of `more`, each list once, as the Refresh buttons do."""
    read: set[Resource] = set()
    for key in (*NEEDED, *more):
        for side in SIDE_LABELS:
            lists = resources_of(SECTIONS[key], side)
            if not read.issuperset(lists):
                read_side(key, side)
                read.update(lists)


def read_section(section: str) -> None:
    for side in SIDE_LABELS:
        read_side(section, side)


def read_side(section: str, side: SideKey) -> None:
    refresh_section(section, side, progress=Refresh.objects.create(section=section, side=side))


def map_what_matches() -> None:
    for section in ("contacts", "projects", "account-codes"):
        automap(SECTIONS[section], None)


def choose_defaults(**others: str) -> None:
    """Category lines and the accounts of the demo's books, by name; `others` are set as they are."""
    accounts = dict(RemoteItem.objects.filter(resource="qbo.accounts").values_list("name", "remote_id"))
    choose("line_item_type", "category", None)
    choose("existing_projects", "create", None)
    for key, name in LEDGER_ACCOUNTS.items():
        choose(key, accounts[name], None)
    for key, value in others.items():
        choose(key, value, None)


def open_books(start_date: date = date(2026, 7, 1)) -> None:
    """Read and confirm the opening balances, and make the tenant live."""
    openings.read(openings.begin(start_date))
    openings.confirm(None, start_date=start_date)
    set_live(start_date)


def set_live(start_date: date = date(2026, 7, 1)) -> None:
    Tenant.objects.filter(pk=require_tenant_id()).update(
        state=Tenant.State.LIVE, start_date=start_date, live_at=timezone.now()
    )


def make_live(*, with_owners: bool = False, **defaults: str) -> None:
    off = COSTS_OF_THE_BOOKS if with_owners else (*OWNERS, *COSTS_OF_THE_BOOKS)
    FlowSetting.objects.bulk_create([FlowSetting(flow=flow, is_on=False) for flow in off])
    read_directory()
    map_what_matches()
    choose_defaults(**defaults)
    open_books()


def switch_on(*flows: str) -> None:
    """As if they had never been switched off."""
    FlowSetting.objects.filter(flow__in=flows, is_on=False).delete()


def push_missing_vendors() -> None:
    """Push every unmapped company that a commitment names."""
    linked = Link.objects.filter(kind="vendor").values("left_id")
    for company in RemoteItem.objects.filter(resource="procore.vendors", is_active=True).exclude(remote_id__in=linked):
        if company.name == PUSHED_VENDOR[1]:
            push("contacts_to_qbo", company.remote_id, "vendor")


def push(flow_key: str, source_id: str, role: str) -> Entry:
    work = Work()
    flow = all_flows()[flow_key]
    source, target = (
        (work.procore.connection, work.qbo.connection)
        if flow.source == "procore"
        else (work.qbo.connection, work.procore.connection)
    )
    ledger.note(flow, source_connection=source, target_connection=target, source_ids=[(source_id, "")], part=role)
    Engine().run_due()
    return Entry.objects.get(flow=flow_key, source_id=source_id, part=role)


def sync_all(rounds: int = 6) -> None:
    """Poll once and run until nothing is due now."""
    poll_procore(Work())
    for _ in range(rounds):
        if not Engine().run_due():
            return


def books_of(pair: Any, *entities: str) -> dict[str, list[dict[str, Any]]]:
    """Every record of the connected realm, or those of the entities named: entity to wire records."""
    state: dict[str, Any] = control(pair.qbo, _only(entities), method="GET")
    found: dict[str, list[dict[str, Any]]] = state["realms"][pair.info["qbo"]["realms"][0]["id"]]
    return found


def in_books(pair: Any, entity: str) -> list[dict[str, Any]]:
    return books_of(pair, entity).get(entity, [])


def in_procore(pair: Any, *kinds: str) -> Any:
    """The records of a kind, as "requisitions"; of several kinds a list for each."""
    state: dict[str, Any] = control(pair.procore, _only(kinds), method="GET")
    found = [state[kind] for kind in kinds]
    return found[0] if len(found) == 1 else found


def _only(kinds: tuple[str, ...]) -> str:
    """Of a whole firm, writing and reading what nobody looks at takes longer than the test."""
    return f"state?only={','.join(kinds)}" if kinds else "state"
