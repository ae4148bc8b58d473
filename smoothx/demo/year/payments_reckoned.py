"""What was paid: on each claim in Procore, and on its document in the books; and so what is still open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from smoothx.demo.compare import tax_beside
from smoothx.demo.year.acting import Actor
from smoothx.demo.year.claims_reckoned import without_own
from smoothx.demo.year.found import Found
from smoothx.demo.year.owed import Chains, Owed, State, is_tax_cost, list_owed, owner_invoices, subcontractor_invoices
from smoothx.lib.money import CENT, ZERO, cents, money
from smoothx.lib.text import collapse_spaces

Key = tuple[str, str]


def reckon_bill_payments(actor: Actor, procore: State, books: State) -> Found:
    vendors = {row["Id"]: collapse_spaces(row["DisplayName"]) for row in books["Vendor"]}
    ours = without_own(books, actor)
    open_there = _read_open(ours, ("Bill", "VendorCredit"), lambda row: vendors[row["VendorRef"]["value"]])
    return _reckon(actor, procore, subcontractor_invoices(procore), open_there, "requisition_id")


def reckon_receipts(actor: Actor, procore: State, books: State) -> Found:
    jobs = {row["Id"]: row["DisplayName"] for row in books["Customer"]}
    open_there = _read_open(books, ("Invoice", "CreditMemo"), lambda row: jobs[row["CustomerRef"]["value"]])
    return _reckon(actor, procore, owner_invoices(procore), open_there, "draw_request_number")


def _read_open(
    books: State, entities: tuple[str, str], party_of: Callable[[Mapping[str, Any]], str]
) -> dict[Key, Decimal]:
    """What is open on each document without its tax, by party and number; on credits with a minus sign."""
    return {
        (party_of(row), row.get("DocNumber", "")): sign * _without_tax(row)
        for entity, sign in zip(entities, (1, -1), strict=True)
        for row in books.get(entity, ())
    }


def _without_tax(record: Mapping[str, Any]) -> Decimal:
    balance, whole, tax = money(record["Balance"]), money(record["TotalAmt"]), tax_beside(record, 1)
    return cents(balance * (whole - tax) / whole) if whole and tax else balance


def _reckon(actor: Actor, procore: State, chains: Chains, open_there: Mapping[Key, Decimal], member: str) -> Found:
    """What is payable less payments of the year in Procore, against the open balance in the books.

    What was paid before the year, and contracts that wait for a difference to be made up for, are left out; so are
    claims whose document is another by a person's decision.
    """
    known = {payment["id"] for payment in actor.procore["contract_payments"]}
    paid: dict[tuple[int, str], Decimal] = {}
    payments = [payment for payment in procore["contract_payments"] if payment["id"] not in known]
    for payment in payments:
        key = (payment["contract_id"], str(payment[member]))
        paid[key] = paid.get(key, ZERO) + money(payment["amount"])
    decided = {actor.claims[name] for name in actor.decided}
    owed = [each for each in list_owed(actor, chains) if each.claimed.claim_id not in decided]
    contracts = set(chains)
    count = sum(payment["contract_id"] in contracts for payment in payments)
    return Found(count, tuple(_differ(actor, owed, paid, open_there, member)))


def _differ(
    actor: Actor,
    owed: Iterable[Owed],
    paid: Mapping[tuple[int, str], Decimal],
    open_there: Mapping[Key, Decimal],
    member: str,
) -> Iterator[str]:
    """Payments in Procore are without tax that stands beside the lines: to the cent once nothing is open."""
    for each in owed:
        here = each.expected.figures.payable - paid.get(_paid_key(each, member), ZERO)
        there = open_there.get(each.expected.key, ZERO)
        if abs(here - there) > (CENT if there and not is_tax_cost(actor) else ZERO):
            yield f"Open balance of {each.expected.label} is {here} in Procore and {there} in QuickBooks"


def _paid_key(each: Owed, member: str) -> tuple[int, str]:
    """How a payment names the claim it pays: a commitment's by id, an owner's by number."""
    claimed = each.claimed
    name = claimed.claim_id if member == "requisition_id" else claimed.wire["number"]
    return claimed.contract, str(name)
