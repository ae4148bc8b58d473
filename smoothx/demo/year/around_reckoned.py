"""Labour, files, details of contacts and locks: what stands on one side against what stands on the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from smoothx.demo.compare import detail_of
from smoothx.demo.year.acting import Actor
from smoothx.demo.year.costs_reckoned import is_made_by_us
from smoothx.demo.year.found import Found
from smoothx.demo.year.owed import State, list_owed, owner_invoices, subcontractor_invoices
from smoothx.demo.year.switches import WAGES
from smoothx.lib.money import ZERO, cents, money, total
from sync.flows._labour import LabourKind

Wire = Mapping[str, Any]
SALES = ("Invoice", "CreditMemo")
PURCHASES = ("Bill", "VendorCredit")
COSTS = ("Bill", "VendorCredit", "Purchase")
# (project, day)
Day = tuple[str, str]


# --- labour


def reckon_payroll(actor: Actor, procore: State, books: State) -> Found:
    """Labour cost of each project and day by its one source, against the payroll costs made of it."""
    there = SOURCES[actor.switches.labour](actor, books) if actor.switches.labour else {}
    made = [cost for cost in procore["direct_costs"] if cost["direct_cost_type"] == "payroll" and is_made_by_us(cost)]
    here: dict[Day, Decimal] = {}
    for cost in made:
        key = (cost["project"]["name"], str(cost["direct_cost_date"]))
        here[key] = here.get(key, ZERO) + total(money(line["amount"]) for line in cost["line_items"])
    differences = [
        f"Labour of {project} on {day} is {there.get((project, day), ZERO)} at its source and "
        f"{here.get((project, day), ZERO)} in Procore"
        for project, day in sorted({*here, *there})
        if there.get((project, day), ZERO) != here.get((project, day), ZERO)
    ]
    return Found(len(made), tuple(differences))


def _read_times(actor: Actor, books: State) -> dict[Day, Decimal]:
    jobs = {row["Id"]: row["DisplayName"] for row in books["Customer"]}
    found: dict[Day, Decimal] = {}
    for time in books["TimeActivity"]:
        hours = Decimal(time.get("Hours", 0)) + Decimal(time.get("Minutes", 0)) / 60
        key = (jobs[time["CustomerRef"]["value"]], time["TxnDate"])
        found[key] = found.get(key, ZERO) + cents(hours * money(time["CostRate"]))
    return found


def _read_runs(actor: Actor, books: State) -> dict[Day, Decimal]:
    jobs = {row["Id"]: row["DisplayName"] for row in books["Customer"]}
    wages = next(row["Id"] for row in books["Account"] if row["Name"] == WAGES)
    found: dict[Day, Decimal] = {}
    for run in books["JournalEntry"]:
        for line in run["Line"]:
            detail = detail_of(line)
            job = jobs.get(detail.get("Entity", {}).get("EntityRef", {}).get("value", ""))
            if job is not None and detail["AccountRef"]["value"] == wages:
                key = (job, run["TxnDate"])
                found[key] = found.get(key, ZERO) + money(line["Amount"])
    return found


def _read_rows(actor: Actor, books: State) -> dict[Day, Decimal]:
    found: dict[Day, Decimal] = {}
    for (_, day, project), cost in actor.payroll_rows.items():
        key = (actor.now(project), day.isoformat())
        found[key] = found.get(key, ZERO) + cents(cost)
    return {key: amount for key, amount in found.items() if amount}


SOURCES: Mapping[LabourKind, Callable[[Actor, State], dict[Day, Decimal]]] = {
    "time": _read_times,
    "journal": _read_runs,
    "file": _read_rows,
}


# --- files


def reckon_files_to_books(actor: Actor, procore: State, books: State) -> Found:
    """Every file on a record in Procore hangs once on its document in the books, and no other does."""
    documents = {
        (entity, row["Id"]): row.get("DocNumber", "") for entity in (*PURCHASES, *SALES) for row in books[entity]
    }
    standing = set(documents.values())
    here = Counter(pair for pair in actor.files if pair[0] in standing)
    there: Counter[tuple[str, str]] = Counter()
    for file in books["Attachable"]:
        for ref in file.get("AttachableRef", ()):
            key = (ref["EntityRef"]["type"], ref["EntityRef"]["value"])
            if is_made_by_us({"description": file.get("Note")}):
                there[documents.get(key, f"{key[0]} {key[1]}"), file["FileName"]] += 1
    return Found(there.total(), tuple(_differ(here, there, "in Procore", "in QuickBooks")))


def reckon_files_to_procore(actor: Actor, procore: State, books: State) -> Found:
    """Every file on a cost of the books hangs once on each direct cost that came of it."""
    here: Counter[tuple[str, str]] = Counter()
    made = [cost for cost in procore["direct_costs"] if is_made_by_us(cost)]
    documents = {(entity, row["Id"]): row for entity in COSTS for row in books[entity]}
    for file in books["Attachable"]:
        for ref in file.get("AttachableRef", ()):
            record = documents.get((ref["EntityRef"]["type"], ref["EntityRef"]["value"]))
            if record is None or is_made_by_us({"description": file.get("Note")}):
                continue
            named = re.compile(rf"{re.escape(record.get('DocNumber', ''))}(-CR)?(-\d+)?")
            for cost in made:
                if named.fullmatch(cost["invoice_number"] or ""):
                    here[_name(cost), file["FileName"]] += 1
    there = Counter((_name(cost), file["filename"]) for cost in made for file in cost["attachments"])
    return Found(there.total(), tuple(_differ(here, there, "in QuickBooks", "in Procore")))


def _name(cost: Wire) -> str:
    return f"{cost['project']['name']}, {cost['invoice_number']}"


def _differ(
    source: Counter[tuple[str, str]], target: Counter[tuple[str, str]], side: str, other: str
) -> Iterator[str]:
    for key in sorted({*source, *target}):
        if source[key] != target[key]:
            yield f"{key[1]} of {key[0]} is {source[key]} times {side} and {target[key]} times {other}"


# --- contacts and locks


def reckon_contacts(actor: Actor, procore: State, books: State) -> Found:
    """Whose details were changed on the side that is right has them on both, its name included."""
    here = {row["name"]: (row["email_address"], row["business_phone"]) for row in procore["vendors"]}
    there = {
        row["DisplayName"]: (
            row.get("PrimaryEmailAddr", {}).get("Address"),
            row.get("PrimaryPhone", {}).get("FreeFormNumber"),
        )
        for row in books["Vendor"]
    }
    differences = []
    for party, wanted in actor.details.items():
        name = actor.now(party)
        in_books = actor.names.get(name, name)
        for side, found in (("Procore", here.get(name)), ("QuickBooks", there.get(in_books))):
            if found != wanted:
                differences.append(f"{name} has {found} in {side}, and {wanted} was entered")
    return Found(len(actor.details), tuple(differences))


def reckon_locks(actor: Actor, procore: State, books: State) -> Found:
    """What we made in Procore is locked; what people entered there is once it is posted, where the firm wants that."""
    known = {payment["id"] for payment in actor.procore["contract_payments"]}
    ours = [(f"Direct cost {cost['id']}", cost) for cost in procore["direct_costs"] if is_made_by_us(cost)]
    ours += [(f"Payment {each['id']}", each) for each in procore["contract_payments"] if each["id"] not in known]
    theirs = [*_list_claims(actor, procore), *_list_costs(actor, procore)]
    differences = [f"{name} is open in Procore, and should be locked" for name, row in ours if not row["origin_id"]]
    for name, row in theirs:
        if bool(row["origin_id"]) != actor.switches.locks:
            differences.append(f"{name} is {'locked' if row['origin_id'] else 'open'} in Procore, and should not be")
    # These are the documents of other parts once more.
    return Found(0, tuple(differences))


def _list_claims(actor: Actor, procore: State) -> Iterator[tuple[str, Wire]]:
    for chains in (subcontractor_invoices(procore), owner_invoices(procore)):
        for each in list_owed(actor, chains):
            yield each.expected.label, each.claimed.wire


def _list_costs(actor: Actor, procore: State) -> Iterable[tuple[str, Wire]]:
    """Those of the script alone: all of the others before it are of the backlog."""
    ids = {cost_id: name for name, cost_id in actor.direct_costs.items()}
    return [
        (f"Direct cost {ids[cost['id']]}", cost)
        for cost in procore["direct_costs"]
        if cost["id"] in ids and cost["status"] == "approved"
    ]
