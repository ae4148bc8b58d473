"""What should stand in the books of claims in either direction, as Procore's own figures say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from smoothx.demo.compare import APPROVED, Expected, Figures, figures_of, why_stuck
from smoothx.demo.year.acting import Actor
from smoothx.lib.money import ZERO, money
from smoothx.lib.text import collapse_spaces

State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A subcontractor invoice or owner invoice. `wire` has a summary, items and the id of the one before."""

    claim_id: int
    contract: int
    contract_name: str
    project: str
    party: str
    wire: Mapping[str, Any]

    @property
    def billed_at(self) -> date:
        return date.fromisoformat(self.wire["billing_date"])

    @property
    def is_approved(self) -> bool:
        return self.wire["status"] in APPROVED

    @property
    def held_to_date(self) -> Decimal:
        return money(self.wire["summary"]["total_retainage"])


@dataclass(frozen=True, slots=True)
class Owed:
    """A claim that should stand in the books as `expected`."""

    claimed: Claimed
    expected: Expected

    @property
    def contract_name(self) -> str:
        return self.claimed.contract_name

    @property
    def project(self) -> str:
        return self.expected.project


Chains = Mapping[int, list[Claimed]]


def subcontractor_invoices(procore: State) -> Chains:
    """Each commitment's claims, first to last."""
    projects = {str(row["id"]): row["name"] for row in procore["projects"]}
    return _chain(
        Claimed(
            claim["id"],
            claim["commitment_id"],
            claim["contract_name"],
            projects[str(claim["project_id"])],
            claim["vendor_name"],
            claim,
        )
        for claim in procore["requisitions"]
    )


def owner_invoices(procore: State) -> Chains:
    """Each prime contract's applications, first to last, in the words of a claim."""
    # The wire of a prime contract does not name its project.
    contracts = {row["id"]: row for row in procore["tables"]["rows"]["prime_contracts"]}
    projects = {str(row["id"]): row["name"] for row in procore["projects"]}
    previous: dict[int, int] = {}
    claims = []
    for wire in sorted(procore["payment_applications"], key=lambda each: each["number"]):
        contract = contracts[wire["contract"]["id"]]
        before = previous.get(contract["id"])
        previous[contract["id"]] = wire["id"]
        renamed = {**wire, "summary": wire["g702"], "items": wire["g703"], "previous_requisition_id": before}
        project = projects[str(contract["project_id"])]
        claims.append(Claimed(wire["id"], contract["id"], f"Contract {contract['number']}", project, "", renamed))
    return _chain(claims)


def _chain(claims: Iterable[Claimed]) -> Chains:
    chains: dict[int, list[Claimed]] = {}
    for claim in sorted(claims, key=lambda each: int(each.wire["number"])):
        chains.setdefault(claim.contract, []).append(claim)
    return chains


def list_owed(actor: Actor, chains: Chains) -> Iterator[Owed]:
    """Claims approved without a gap since the start date, of projects that can be kept in step. What came of bills of
    the books asks for none."""
    stuck = {project.name for project in actor.firm.projects if why_stuck(actor.firm, project)}
    for contract_id, chain in chains.items():
        if contract_id in actor.supplied:
            continue
        summaries = {str(claim.claim_id): claim.wire["summary"] for claim in chain}
        for claim in chain:
            if claim.billed_at < actor.firm.start_date:
                continue
            if not claim.is_approved or claim.project in stuck:
                break
            before = summaries.get(str(claim.wire["previous_requisition_id"]))
            figures = figures_of(claim.wire, before, is_tax_cost=is_tax_cost(actor))
            if figures != Figures():
                yield Owed(claim, _expect(actor, claim, figures))


def _expect(actor: Actor, claim: Claimed, figures: Figures) -> Expected:
    """Bills are known by vendor and number, invoices by job and number."""
    number = claim.wire["invoice_number"]
    party = actor.names.get(claim.party, collapse_spaces(claim.party)) if claim.party else claim.project
    label = f"{claim.party or claim.project}, invoice {claim.wire['number']} ({number})"
    tax = ZERO if is_tax_cost(actor) else money(claim.wire["summary"]["tax_applicable_to_this_payment"])
    return Expected((party, number), claim.project, label, figures, tax)


def is_tax_cost(actor: Actor) -> bool:
    """Tax on a purchase is cost in the United States; elsewhere it stands beside the lines."""
    return actor.firm.country == "US"


def held_before(chain: Iterable[Claimed], start: date) -> Decimal:
    """Line 5 of the last approved claim before the start date."""
    held = ZERO
    for claim in chain:
        if claim.billed_at < start and claim.is_approved:
            held = claim.held_to_date
    return held
