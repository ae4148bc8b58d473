"""Costs without a contract, in either direction, one by one: each side's own against what the other made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from smoothx.demo.compare import compare_one, detail_of, list_direct_costs, read_bills, why_stuck
from smoothx.demo.year.acting import Actor
from smoothx.demo.year.claims_reckoned import without_own
from smoothx.demo.year.found import Found
from smoothx.demo.year.owed import State, list_owed, subcontractor_invoices
from smoothx.lib.money import money, total
from smoothx.lib.text import collapse_spaces

# A cost of the books is told by its project, whom it is from, and its day; of more than one the amounts are compared.
Key = tuple[str, str, str]
Amounts = dict[Key, list[Decimal]]


def reckon_direct_costs(actor: Actor, procore: State, books: State) -> Found:
    """Approved direct costs with a vendor against all bills that no invoice of a contract asks for."""
    asked = {each.expected.key for each in list_owed(actor, subcontractor_invoices(procore))}
    bills = read_bills(without_own(books, actor))
    standing = {key: bill for key, bill in bills.items() if key not in asked}
    differences, count = list[str](), 0
    for cost in list_direct_costs(actor.firm, procore):
        bill = standing.pop(cost.key, None)
        if bill is None:
            differences.append(f"{cost.label} is missing in QuickBooks")
            continue
        count += 1
        differences += compare_one(cost, bill)
    differences += [f"{bill.label} is in QuickBooks, but nothing in Procore asks for it" for bill in standing.values()]
    return Found(count, tuple(differences))


def reckon_expenses(actor: Actor, procore: State, books: State) -> Found:
    """What the bookkeeper booked on projects against the direct costs that nobody entered by hand."""
    there = _read_own(actor, books)
    here: Amounts = {}
    made = [cost for cost in procore["direct_costs"] if is_made_by_us(cost) and cost["direct_cost_type"] != "payroll"]
    for cost in made:
        party = actor.names.get(cost["vendor_name"] or "", collapse_spaces(cost["vendor_name"] or ""))
        key = (cost["project"]["name"], party, str(cost["direct_cost_date"]))
        here.setdefault(key, []).append(money(cost["grand_total"]))
    return Found(len(made), tuple(_differ(here, there)))


def is_made_by_us(cost: Mapping[str, Any]) -> bool:
    """The product marks what it makes, for people to see."""
    return "Smoothx" in (cost["description"] or "")


def _differ(here: Amounts, there: Amounts) -> Iterator[str]:
    for key in sorted({*here, *there}):
        ours, theirs = sorted(here.get(key, [])), sorted(there.get(key, []))
        if ours != theirs:
            project, party, day = key
            told = [" and ".join(map(str, amounts)) or "none" for amounts in (theirs, ours)]
            yield f"Cost of {party} on {day} for {project} is {told[0]} in QuickBooks and {told[1]} in Procore"


def _read_own(actor: Actor, books: State) -> Amounts:
    """What documents that the bookkeeper entered since the start date come to on each project."""
    vendors = {row["Id"]: collapse_spaces(row["DisplayName"]) for row in books["Vendor"]}
    own = set(actor.entered.values())
    found: Amounts = {}
    for entity in ("Bill", "VendorCredit", "Purchase"):
        for record in books[entity]:
            is_own = (entity, record["Id"]) in own or entity == "Purchase"
            if not is_own or str(record["TxnDate"]) < actor.firm.start_date.isoformat():
                continue
            party = vendors.get((record.get("VendorRef") or record.get("EntityRef") or {}).get("value", ""), "")
            for project, amount in _sum_by_project(actor, record, books).items():
                sign = -1 if entity == "VendorCredit" or record.get("Credit") else 1
                found.setdefault((project, party, str(record["TxnDate"])), []).append(sign * amount)
    return found


def _sum_by_project(actor: Actor, record: Mapping[str, Any], books: State) -> dict[str, Decimal]:
    """The lines on projects that can be kept in step, less what came of an order; what comes to nothing is no cost."""
    jobs = {row["Id"]: row["DisplayName"] for row in books["Customer"]}
    projects = {project.name for project in actor.firm.projects if not why_stuck(actor.firm, project)}
    amounts: dict[str, list[Decimal]] = {}
    for line in record["Line"]:
        job = jobs.get(detail_of(line).get("CustomerRef", {}).get("value", ""), "")
        if job in projects and not line.get("LinkedTxn"):
            amounts.setdefault(job, []).append(money(line["Amount"]))
    return {job: total(each) for job, each in amounts.items() if total(each)}
