"""Costs without a contract, in either direction, per project: each side's own against what the other made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from smoothx.demo.compare import detail_of, read_bills, why_stuck
from smoothx.demo.year.acting import Actor
from smoothx.demo.year.claims_reckoned import without_own
from smoothx.demo.year.found import Found, differ
from smoothx.demo.year.owed import State
from smoothx.lib.money import ZERO, money
from smoothx.lib.text import collapse_spaces

CARRIED_TYPES = ("invoice", "expense")


def reckon_direct_costs(actor: Actor, procore: State, books: State) -> Found:
    """Approved direct costs with a vendor, as they are in Procore, against bills of the same vendor and number."""
    bills = {key: bill.figures.payable for key, bill in read_bills(without_own(books, actor)).items()}
    here: dict[str, Decimal] = {}
    there: dict[str, Decimal] = {}
    for cost in list_own_costs(actor, procore):
        label = f"{cost['vendor_name']}, {cost['invoice_number'] or cost['id']}"
        vendor = actor.names.get(cost["vendor_name"], collapse_spaces(cost["vendor_name"]))
        here[label] = money(cost["grand_total"])
        there[label] = bills.get((vendor, cost["invoice_number"] or ""), ZERO)
    return Found(sum(amount != 0 for amount in there.values()), tuple(differ("Direct cost", here, there)))


def list_own_costs(actor: Actor, procore: State) -> Iterator[Mapping[str, Any]]:
    """Those entered in Procore by people and due to cross."""
    by_people = {cost["id"] for cost in actor.procore["direct_costs"]} | set(actor.direct_costs.values())
    stuck = {project.name for project in actor.firm.projects if why_stuck(actor.firm, project)}
    for cost in procore["direct_costs"]:
        is_due = cost["status"] == "approved" and cost["direct_cost_type"] in CARRIED_TYPES and cost["vendor_name"]
        is_new = str(cost["direct_cost_date"]) >= actor.firm.start_date.isoformat()
        if cost["id"] in by_people and is_due and is_new and cost["project"]["name"] not in stuck:
            yield cost


def reckon_expenses(actor: Actor, procore: State, books: State) -> Found:
    """What the bookkeeper booked on projects against the direct costs that nobody entered by hand, per project."""
    there = _sum_own_lines(actor, books)
    here: dict[str, Decimal] = {}
    by_people = {cost["id"] for cost in actor.procore["direct_costs"]} | set(actor.direct_costs.values())
    made = [cost for cost in procore["direct_costs"] if cost["id"] not in by_people]
    for cost in made:
        name = cost["project"]["name"]
        here[name] = here.get(name, ZERO) + money(cost["grand_total"])
    return Found(len(made), tuple(differ("Cost entered in QuickBooks", here, there)))


def _sum_own_lines(actor: Actor, books: State) -> dict[str, Decimal]:
    """Lines on projects of documents that the bookkeeper entered this year; what stood there before is history."""
    jobs = {row["Id"]: row["DisplayName"] for row in books["Customer"]}
    projects = {project.name for project in actor.firm.projects if not why_stuck(actor.firm, project)}
    own = set(actor.entered.values())
    sums: dict[str, Decimal] = {}
    for entity in ("Bill", "VendorCredit", "Purchase"):
        for record in books[entity]:
            if (entity, record["Id"]) not in own:
                continue
            is_credit = entity == "VendorCredit" or bool(record.get("Credit"))
            for line in record["Line"]:
                job = jobs.get(detail_of(line).get("CustomerRef", {}).get("value", ""), "")
                if job in projects:
                    sums[job] = sums.get(job, ZERO) + (-1 if is_credit else 1) * money(line["Amount"])
    return sums
