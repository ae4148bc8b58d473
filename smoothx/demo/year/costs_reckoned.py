"""Costs without a contract, in either direction, per project: each side's own against what the other made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from smoothx.demo.compare import detail_of, read_bills, why_stuck
from smoothx.demo.year.acting import Actor
from smoothx.demo.year.claims_reckoned import ROUNDING, without_own
from smoothx.demo.year.found import Found, differ
from smoothx.demo.year.owed import State, is_tax_cost, list_owed, subcontractor_invoices
from smoothx.lib.money import ZERO, money

CARRIED_TYPES = ("invoice", "expense")


def reckon_direct_costs(actor: Actor, procore: State, books: State) -> Found:
    """Approved direct costs with a vendor against all bills that no invoice of a contract asks for, per project."""
    asked = {each.expected.key for each in list_owed(actor, subcontractor_invoices(procore))}
    here: dict[str, list[Decimal]] = {}
    there: dict[str, list[Decimal]] = {}
    for cost in list_own_costs(actor, procore):
        here.setdefault(cost["project"]["name"], []).append(money(cost["grand_total"]))
    for key, bill in read_bills(without_own(books, actor)).items():
        if key not in asked:
            there.setdefault(bill.project, []).append(bill.figures.payable + bill.tax)
    differences = []
    for project in sorted({*here, *there}):
        ours, theirs = here.get(project, []), there.get(project, [])
        # Procore rounds tax line by line, QuickBooks by rate.
        allowed = ZERO if is_tax_cost(actor) else ROUNDING * len(ours)
        if len(ours) != len(theirs) or abs(sum(ours, ZERO) - sum(theirs, ZERO)) > allowed:
            differences.append(
                f"Direct costs of {project} are {len(ours)} of {sum(ours, ZERO)} in Procore "
                f"and {len(theirs)} of {sum(theirs, ZERO)} in QuickBooks"
            )
    return Found(sum(len(amounts) for amounts in there.values()), tuple(differences))


def list_own_costs(actor: Actor, procore: State) -> Iterator[Mapping[str, Any]]:
    """Those entered in Procore by people and due to cross."""
    stuck = {project.name for project in actor.firm.projects if why_stuck(actor.firm, project)}
    for cost in procore["direct_costs"]:
        is_due = cost["status"] == "approved" and cost["direct_cost_type"] in CARRIED_TYPES and cost["vendor_name"]
        is_new = str(cost["direct_cost_date"]) >= actor.firm.start_date.isoformat()
        if not is_made_by_us(cost) and is_due and is_new and cost["project"]["name"] not in stuck:
            yield cost


def is_made_by_us(cost: Mapping[str, Any]) -> bool:
    """The product marks what it makes, for people to see."""
    return "Smoothx" in (cost["description"] or "")


def reckon_expenses(actor: Actor, procore: State, books: State) -> Found:
    """What the bookkeeper booked on projects against the direct costs that nobody entered by hand, per project."""
    there = _sum_own_lines(actor, books)
    here: dict[str, Decimal] = {}
    made = [cost for cost in procore["direct_costs"] if is_made_by_us(cost)]
    for cost in made:
        name = cost["project"]["name"]
        here[name] = here.get(name, ZERO) + money(cost["grand_total"])
    return Found(len(made), tuple(differ("Cost entered in QuickBooks", here, there)))


def _sum_own_lines(actor: Actor, books: State) -> dict[str, Decimal]:
    """Lines on projects of documents that the bookkeeper entered since the start date."""
    jobs = {row["Id"]: row["DisplayName"] for row in books["Customer"]}
    projects = {project.name for project in actor.firm.projects if not why_stuck(actor.firm, project)}
    own = set(actor.entered.values())
    sums: dict[str, Decimal] = {}
    for entity in ("Bill", "VendorCredit", "Purchase"):
        for record in books[entity]:
            is_own = (entity, record["Id"]) in own or entity == "Purchase"
            if not is_own or str(record["TxnDate"]) < actor.firm.start_date.isoformat():
                continue
            is_credit = entity == "VendorCredit" or bool(record.get("Credit"))
            for line in record["Line"]:
                job = jobs.get(detail_of(line).get("CustomerRef", {}).get("value", ""), "")
                if job in projects:
                    sums[job] = sums.get(job, ZERO) + (-1 if is_credit else 1) * money(line["Amount"])
    return sums
