"""Costs of both sides in the sandboxes: a company that has mapped what they need, and what stands where."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.qbo import resources as qbo
from mapping.automap.running import automap
from mapping.choices import choose
from mapping.links import link
from mapping.models import Link, RemoteItem
from mapping.screens import SECTIONS
from sync.books import poll_books
from sync.engine import Engine
from sync.models import Entry
from sync.work import Work
from tests import worlds

DAY = "2026-09-15"
DETAIL = "AccountBasedExpenseLineDetail"


def open_for_costs(pair: Any, **defaults: str) -> None:
    """Contacts, projects and codes mapped, the defaults of costs chosen, live."""
    for section in ("contacts", "projects", "account-codes", "cost-types"):
        worlds.read_section(section)
    for section in ("contacts", "projects", "account-codes"):
        automap(SECTIONS[section], None)
    worlds.choose_defaults()
    codes = RemoteItem.objects.filter(resource="procore.standard_cost_codes", is_active=True)
    types = RemoteItem.objects.filter(resource="procore.line_item_types")
    choose("procore_bill_code", codes.exclude(parent_id="").order_by("code")[0].remote_id, None)
    choose("default_cost_type", types.order_by("name")[0].remote_id, None)
    for key, value in defaults.items():
        choose(key, value, None)
    worlds.set_live()


def mapped(kind: str, number: int = 0) -> Link:
    found: Link = Link.objects.filter(kind=kind).order_by("pk")[number]
    return found


def map_projects(count: int) -> list[Link]:
    """This many projects mapped, with sub-customers made in the books where there are too few."""
    work = Work()
    parent = RemoteItem.objects.filter(resource=qbo.CUSTOMERS.key, parent_id="", is_active=True)[0]
    open_ = RemoteItem.objects.filter(resource="procore.projects", is_active=True).exclude(
        remote_id__in=Link.objects.filter(kind="project").values("left_id")
    )
    lacking = count - Link.objects.filter(kind="project").count()
    for project in open_.order_by("remote_id")[: max(lacking, 0)]:
        body = {"DisplayName": f"{project.name} costs", "Job": True, "ParentRef": {"value": parent.remote_id}}
        wire = work.qbo.create("Customer", body, key=f"job-{project.remote_id}")
        RemoteItem.objects.create(
            connection=work.qbo.connection,
            resource=qbo.CUSTOMERS.key,
            remote_id=str(wire["Id"]),
            name=wire["DisplayName"],
            parent_id=parent.remote_id,
        )
        link(
            SECTIONS["projects"].kinds[0],
            left_connection=work.procore.connection,
            left_id=project.remote_id,
            right_connection=work.qbo.connection,
            right_id=str(wire["Id"]),
            chosen_by="hand",
        )
    return list(Link.objects.filter(kind="project").order_by("pk")[:count])


def line(amount: Any, *, customer: str = "", account: str = "", **more: Any) -> dict[str, Any]:
    refs = {"CustomerRef": customer} if customer else {}
    chosen = account or mapped("cost_code_account").right_id
    detail = {name: {"value": value} for name, value in {"AccountRef": chosen, **refs}.items()}
    detail_wire: dict[str, Any] = {**detail, "BillableStatus": "NotBillable"}
    return {"Amount": amount, "DetailType": DETAIL, DETAIL: detail_wire, **more}


def enter(entity: str, *lines: dict[str, Any], key: str, **more: Any) -> dict[str, Any]:
    """A document the bookkeeper enters, found by the next look at what changed."""
    body = {"TxnDate": DAY, "Line": list(lines), **more}
    if entity in ("Bill", "VendorCredit"):
        body.setdefault("VendorRef", {"value": mapped("vendor").right_id})
    return Work().qbo.create(entity, body, key=key)


def look_at_books() -> None:
    poll_books(Work())
    for _ in range(3):
        if not Engine().run_due():
            return


def costs_of(pair: Any) -> list[dict[str, Any]]:
    """The direct costs we made in Procore, with their lines."""
    return [row for row in worlds.in_procore(pair, "direct_costs") if "Smoothx " in (row["description"] or "")]


def amounts_of(cost: dict[str, Any]) -> list[str]:
    return [format(Decimal(row["amount"]), ".2f") for row in cost["line_items"]]


def entries(flow: str = "expenses") -> list[Entry]:
    return list(Entry.objects.filter(flow=flow).order_by("pk"))


def told(entry: Entry) -> tuple[str, list[str]]:
    return entry.state, [notice["code"] for notice in entry.notices]
