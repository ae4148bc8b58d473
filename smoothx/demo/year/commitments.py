"""Subcontractor invoices: document by document, then cost and retention per contract and per project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from smoothx.demo.compare import APPROVED, Expected, Figures, compare_one, figures_of, read_bills, why_stuck
from smoothx.demo.year.acting import Actor
from smoothx.demo.year.found import Found, differ
from smoothx.lib.money import ZERO, money
from smoothx.lib.text import collapse_spaces

State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Owed:
    """A claim that should stand in the books. `contract` is the commitment's id, `held_to_date` its line 5."""

    claim_id: int
    contract: int
    contract_name: str
    expected: Expected
    held_to_date: Decimal


def reckon_claims(actor: Actor, procore: State, books: State) -> Found:
    owed = list(list_owed(actor, procore))
    bills = read_bills(without_own(books, actor))
    differences = list(_compare_documents(actor, owed, bills))
    differences += _compare_sums(actor, procore, owed, bills)
    asked = {each.expected.key for each in owed}
    differences += [
        f"{bill.label} is in QuickBooks, but nothing in Procore asks for it"
        for key, bill in bills.items()
        if key not in asked
    ]
    return Found(sum(each.expected.key in bills for each in owed), tuple(differences))


def without_own(books: State, actor: Actor) -> State:
    """The books less what the bookkeeper entered himself."""
    own = set(actor.entered.values())
    return {
        entity: [row for row in rows if (entity, row["Id"]) not in own]
        for entity, rows in books.items()
        if isinstance(rows, list)
    }


def list_owed(actor: Actor, procore: State) -> Iterator[Owed]:
    """Claims approved without a gap since the start date, of projects that can be kept in step."""
    stuck = {project.name for project in actor.firm.projects if why_stuck(actor.firm, project)}
    projects = {str(row["id"]): row["name"] for row in procore["projects"]}
    summaries = {str(claim["id"]): claim["summary"] for claim in procore["requisitions"]}
    for chain in chains_of(procore).values():
        for claim in chain:
            if date.fromisoformat(claim["billing_date"]) < actor.firm.start_date:
                continue
            if claim["status"] not in APPROVED or projects[str(claim["project_id"])] in stuck:
                break
            figures = figures_of(claim, summaries.get(str(claim["previous_requisition_id"])))
            if figures != Figures():
                yield _owe(actor, claim, projects[str(claim["project_id"])], figures)


def chains_of(procore: State) -> dict[int, list[Mapping[str, Any]]]:
    """Each contract's claims, first to last."""
    chains: dict[int, list[Mapping[str, Any]]] = {}
    for claim in sorted(procore["requisitions"], key=lambda each: each["number"]):
        chains.setdefault(claim["commitment_id"], []).append(claim)
    return chains


def _owe(actor: Actor, claim: Mapping[str, Any], project: str, figures: Figures) -> Owed:
    vendor = actor.names.get(claim["vendor_name"], collapse_spaces(claim["vendor_name"]))
    label = f"{claim['vendor_name']}, invoice {claim['number']} ({claim['invoice_number']})"
    expected = Expected((vendor, claim["invoice_number"]), project, label, figures)
    held = money(claim["summary"]["total_retainage"])
    return Owed(claim["id"], claim["commitment_id"], claim["contract_name"], expected, held)


def _compare_documents(actor: Actor, owed: Iterable[Owed], bills: Mapping[Any, Expected]) -> Iterator[str]:
    """Each claim by itself, but for those whose bill is another by a person's decision."""
    decided = {actor.claims[name] for name in actor.decided}
    for each in owed:
        bill = bills.get(each.expected.key)
        if bill is None:
            yield f"{each.expected.label} is missing in QuickBooks"
        elif each.claim_id not in decided:
            yield from compare_one(each.expected, bill)


def _compare_sums(actor: Actor, procore: State, owed: Iterable[Owed], bills: Mapping[Any, Expected]) -> Iterator[str]:
    """Totals of every contract and project, but of a contract whose difference is not made up for yet."""
    open_contracts = {actor.contracts[key] for key in actor.open_differences}
    settled = [each for each in owed if each.contract not in open_contracts]
    kinds = {"Cost": "gross", "Payable": "payable"}
    for what, name in kinds.items():
        yield from differ(f"{what} by contract", *_sums(settled, bills, name, by="contract_name"))
        yield from differ(f"{what} by project", *_sums(settled, bills, name, by="project"))
    yield from differ("Retention balance", *_balances(actor, procore, settled, bills))


def _sums(
    owed: Iterable[Owed], bills: Mapping[Any, Expected], name: str, *, by: str
) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    ours: dict[str, Decimal] = {}
    theirs: dict[str, Decimal] = {}
    for each in owed:
        key = each.contract_name if by == "contract_name" else each.expected.project
        bill = bills.get(each.expected.key)
        ours[key] = ours.get(key, ZERO) + getattr(each.expected.figures, name)
        theirs[key] = theirs.get(key, ZERO) + (getattr(bill.figures, name) if bill else ZERO)
    return ours, theirs


def _balances(
    actor: Actor, procore: State, owed: Iterable[Owed], bills: Mapping[Any, Expected]
) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Line 5 of the last claim less that before the start date, against held less released on the bills."""
    ours: dict[str, Decimal] = {}
    theirs: dict[str, Decimal] = {}
    opening = {key: _held_before(chain, actor.firm.start_date) for key, chain in chains_of(procore).items()}
    for each in owed:
        bill = bills.get(each.expected.key)
        moved = bill.figures.held - bill.figures.released if bill else ZERO
        # In order of the claims, so that the last one stands.
        ours[each.contract_name] = each.held_to_date - opening[each.contract]
        theirs[each.contract_name] = theirs.get(each.contract_name, ZERO) + moved
    return ours, theirs


def _held_before(chain: Iterable[Mapping[str, Any]], start: date) -> Decimal:
    held = ZERO
    for claim in chain:
        if date.fromisoformat(claim["billing_date"]) < start and claim["status"] in APPROVED:
            held = money(claim["summary"]["total_retainage"])
    return held
