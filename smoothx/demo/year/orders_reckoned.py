"""Orders and estimates against their contracts, and the invoices that came of an order's bills against those."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from smoothx.demo.compare import detail_of, tax_beside, why_stuck
from smoothx.demo.year.acting import Actor
from smoothx.demo.year.found import Found, differ
from smoothx.demo.year.owed import State, subcontractor_invoices
from smoothx.lib.money import CENT, ZERO, cents, money, total
from smoothx.lib.text import collapse_spaces

Wire = Mapping[str, Any]
AGREED, SIGNED = ("Approved", "Partially Received", "Received"), ("Approved", "Complete")


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a contract comes to on either side, tax beside its lines left out."""

    amount: Decimal
    party: str
    project: str


def reckon_purchase_orders(actor: Actor, procore: State, books: State) -> Found:
    """Every agreed commitment of a kind that is ordered stands in the books once, with its change orders. One that was
    invoiced in full as the year began is ordered only if a change order adds to it."""
    billed = _find_billed(actor)
    is_both = actor.switches.choices.get("order_contracts") == "both"
    kinds = {row["id"]: row["kind"] for row in procore["tables"]["rows"]["commitments"]}
    parties = {row["id"]: row["name"] for row in procore["vendors"]}
    agreed = {
        row["number"]: Agreed(
            money(row["revised_contract"]),
            _name_in_books(actor, parties.get((row["vendor"] or {}).get("id"))),
            row["project"]["name"],
        )
        for row in procore["commitments"]
        if row["status"] in AGREED
        and (is_both or kinds[row["id"]] == "purchase_order")
        and money(row["revised_contract"]) != billed.get(row["id"])
    }
    vendors = {row["Id"]: collapse_spaces(row["DisplayName"]) for row in books["Vendor"]}
    standing = ((order, vendors[order["VendorRef"]["value"]]) for order in books["PurchaseOrder"])
    return _reckon("Order", actor, agreed, _read(standing, books))


def _find_billed(actor: Actor) -> dict[int, Decimal]:
    """What each commitment came to of which all was invoiced as the year began."""
    billed: dict[int, Decimal] = {}
    for contract_id, chain in subcontractor_invoices(actor.procore).items():
        approved = [claim.wire["summary"] for claim in chain if claim.is_approved]
        whole = money(approved[-1]["contract_sum_to_date"]) if approved else ZERO
        if approved and money(approved[-1]["total_completed_and_stored_to_date"]) == whole:
            billed[contract_id] = whole
    return billed


def reckon_estimates(actor: Actor, procore: State, books: State) -> Found:
    """Every signed prime contract stands in the books as an estimate of its sub-customer."""
    project_of = {row["id"]: row["project_id"] for row in procore["tables"]["rows"]["prime_contracts"]}
    names = {row["id"]: row["name"] for row in procore["projects"]}
    agreed = {
        row["number"]: Agreed(money(row["revised_contract_amount"]), "", names[project_of[row["id"]]])
        for row in procore["prime_contracts"]
        if row["status"] in SIGNED
    }
    return _reckon("Estimate", actor, agreed, _read(((each, "") for each in books["Estimate"]), books))


def _read(standing: Iterable[tuple[Wire, str]], books: State) -> dict[str, list[Agreed]]:
    """By number, so that what stands there twice shows."""
    jobs = {row["Id"]: row["DisplayName"] for row in books["Customer"]}
    found: dict[str, list[Agreed]] = {}
    for record, party in standing:
        named = {detail_of(line).get("CustomerRef", {}).get("value", "") for line in record["Line"]} - {""}
        ids = {record["CustomerRef"]["value"]} if "CustomerRef" in record else named
        project = " and ".join(sorted(jobs[each] for each in ids))
        amount = money(record["TotalAmt"]) - tax_beside(record, 1)
        found.setdefault(record.get("DocNumber", ""), []).append(Agreed(amount, party, project))
    return found


def _reckon(what: str, actor: Actor, agreed: Mapping[str, Agreed], standing: Mapping[str, list[Agreed]]) -> Found:
    stuck = {project.name for project in actor.firm.projects if why_stuck(actor.firm, project)}
    expected = {number: [each] for number, each in agreed.items() if each.project not in stuck}
    differences = [
        f"{what} {number} is {_tell(expected.get(number))} in Procore and {_tell(standing.get(number))} in QuickBooks"
        for number in sorted({*expected, *standing})
        if expected.get(number) != standing.get(number)
    ]
    return Found(sum(number in standing for number in expected), tuple(differences))


def _tell(found: list[Agreed] | None) -> str:
    told = [", ".join(text for text in (str(each.amount), each.party, each.project) if text) for each in found or ()]
    return " and ".join(told) or "not there"


def _name_in_books(actor: Actor, party: str | None) -> str:
    return actor.names.get(party or "", collapse_spaces(party or ""))


# --- bills of orders

# (number of the commitment, number of the bill)
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Received:
    """`work` per line of the commitment, in its order; nothing billed counts as zero."""

    work: tuple[Decimal, ...]
    held: Decimal
    status: str


def reckon_order_bills(actor: Actor, procore: State, books: State) -> Found:
    """Each bill of an order against the invoice on its commitment: line by line, what is held, and what was paid."""
    bills = {row["Id"]: row for row in books["Bill"]}
    orders = {row["Id"]: row for row in books["PurchaseOrder"]}
    standing: dict[Key, Received] = {}
    open_there: dict[Key, tuple[Decimal, Decimal]] = {}
    status = actor.switches.choices["order_bill_status"]
    for name, contract in actor.order_bills.items():
        bill = bills.get(actor.entered[name][1])
        if bill is not None:
            key = (actor.signed[contract].number, str(bill["DocNumber"]))
            standing[key] = _read_bill(bill, orders, books, status)
            open_there[key] = money(bill["Balance"]), money(bill["TotalAmt"])
    made = list(_list_made(actor, procore))
    here = {key: _read_invoice(claim) for key, claim in made}
    differences = [
        f"Bill {key[1]} of order {key[0]} is {standing.get(key)} in QuickBooks and {here.get(key)} in Procore"
        for key in sorted({*standing, *here})
        if standing.get(key) != here.get(key)
    ]
    paid = _sum_paid(procore)
    for key, claim in made:
        if key in open_there:
            differences += _compare_paid(key, claim, paid.get(claim["id"], ZERO), open_there[key])
    differences += differ("Retention of order", _held_to_date(made), _held_in_books(standing))
    return Found(len(here), tuple(differences))


def _list_made(actor: Actor, procore: State) -> Iterator[tuple[Key, Wire]]:
    """The invoices on contracts that are billed in the books, with how each is known."""
    numbers = {row["id"]: row["number"] for row in procore["commitments"]}
    for claim in sorted(procore["requisitions"], key=lambda each: int(each["number"])):
        if claim["commitment_id"] in actor.supplied:
            yield (numbers[claim["commitment_id"]], claim["invoice_number"]), claim


def _read_bill(bill: Wire, orders: Mapping[str, Wire], books: State, status: str) -> Received:
    accounts = {row["Id"]: row["Name"] for row in books["Account"]}
    received: dict[str, Decimal] = {}
    held, order_id = ZERO, ""
    for line in bill["Line"]:
        account = accounts.get(detail_of(line).get("AccountRef", {}).get("value", ""), "")
        for link in line.get("LinkedTxn", ()):
            order_id = link["TxnId"]
            received[link["TxnLineId"]] = received.get(link["TxnLineId"], ZERO) + money(line["Amount"])
        if account == "Retention Payable":
            held -= money(line["Amount"])
    places = [line["Id"] for line in orders[order_id]["Line"]] if order_id in orders else []
    return Received(_trim(cents(received.get(place, ZERO)) for place in places), held, status)


def _read_invoice(claim: Wire) -> Received:
    work = [money(item["work_completed_this_period"]) for item in claim["items"]]
    held = total(money(item["work_completed_retainage_retained_this_period"]) for item in claim["items"])
    return Received(_trim(work), held, claim["status"])


def _trim(amounts: Iterable[Decimal]) -> tuple[Decimal, ...]:
    """Without the nothing at the end, of lines that were ordered later."""
    kept = list(amounts)
    while kept and not kept[-1]:
        kept.pop()
    return tuple(kept)


def _sum_paid(procore: State) -> dict[int, Decimal]:
    paid: dict[int, Decimal] = {}
    for payment in procore["contract_payments"]:
        if payment["requisition_id"] is not None:
            paid[payment["requisition_id"]] = paid.get(payment["requisition_id"], ZERO) + money(payment["amount"])
    return paid


def _compare_paid(key: Key, claim: Wire, paid: Decimal, there: tuple[Decimal, Decimal]) -> Iterator[str]:
    """The invoice's share of what was paid on the bill: to the cent once nothing is open, or nothing was paid."""
    (balance, whole), due = there, money(claim["summary"]["current_payment_due"])
    share = cents(due * (whole - balance) / whole) if whole else ZERO
    if abs(share - paid) > (CENT if balance and balance != whole else ZERO):
        yield f"Payments on bill {key[1]} of order {key[0]} come to {share} of the invoice, in Procore to {paid}"


def _held_to_date(made: Iterable[tuple[Key, Wire]]) -> dict[str, Decimal]:
    """Line 5 of each commitment's latest invoice."""
    return {key[0]: money(claim["summary"]["total_retainage"]) for key, claim in made}


def _held_in_books(standing: Mapping[Key, Received]) -> dict[str, Decimal]:
    held: dict[str, Decimal] = {}
    for (contract, _), bill in standing.items():
        held[contract] = held.get(contract, ZERO) + bill.held
    return held
