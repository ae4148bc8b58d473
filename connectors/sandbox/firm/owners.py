"""What the made-up firm bills its owners: a prime contract on every job that has one, and a claim each month."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from connectors.sandbox.amounts import ZERO, round_cents, take_percent
from connectors.sandbox.firm.billing import MONTHS, Biller, draw_fractions, make_claim
from connectors.sandbox.firm.contractor import (
    Claim,
    ClaimLine,
    Commitment,
    ContractLine,
    Payment,
    PrimeContract,
    Project,
)

# What the firm adds to its own cost, as a factor.
MARKUP = Decimal("1.12")
# How the last application of a job stands, job after job.
LAST_STATUSES = ("approved", "under_review", "approved", "draft", "approved", "revise_and_resubmit")


def make_prime_contracts(
    rng: random.Random, projects: Iterable[Project], commitments: Iterable[Commitment], owners: Mapping[str, str]
) -> tuple[PrimeContract, ...]:
    """One per job in `owners` (project key -> company key) with a line for each division that is let."""
    let: dict[str, dict[str, Decimal]] = {}
    for commitment in commitments:
        divisions = let.setdefault(commitment.project_key, {})
        for line in commitment.lines:
            code = line.cost_code.partition("-")[0]
            divisions[code] = divisions.get(code, ZERO) + line.amount
    kept = [project for project in projects if project.key in owners and let.get(project.key)]
    return tuple(
        _make_contract(rng, project, owners[project.key], let[project.key], LAST_STATUSES[index % len(LAST_STATUSES)])
        for index, project in enumerate(kept)
    )


def _make_contract(
    rng: random.Random, project: Project, owner: str, divisions: Mapping[str, Decimal], last_status: str
) -> PrimeContract:
    lines = tuple(
        ContractLine(code, f"Division {code}", round_cents(amount * MARKUP))
        for code, amount in sorted(divisions.items())
    )
    number = project.number.replace("-", "")
    contract = PrimeContract(
        key=f"{project.key}_prime",
        project_key=project.key,
        customer_key=owner,
        number=f"PC-{number}",
        title=project.name,
        retainage_percent=Decimal(rng.choice((5, 10, 10))),
        lines=lines,
    )
    biller = Biller([line.amount for line in lines], contract.retainage_percent)
    fractions: list[Decimal] = []
    claims = []
    for step, month in enumerate(MONTHS, start=1):
        fractions = draw_fractions(rng, fractions, len(lines), step=step, steps=len(MONTHS), finish=Decimal("0.8"))
        # Owners let half of the first line's retainage go once it is mostly done.
        release_line = 0 if step == len(MONTHS) and last_status == "approved" else None
        status = last_status if step == len(MONTHS) else "approved"
        billed = biller.bill(fractions, release_line=release_line)
        claims.append(make_claim(step, month, f"{number}-{step:02d}", billed, status))
    return replace(contract, applications=tuple(claims))


def list_receipts(contracts: Iterable[PrimeContract]) -> tuple[Payment, ...]:
    """Every first application has been paid, in full and by check, five weeks after it was billed."""
    return tuple(
        Payment(
            contract_key=contract.key,
            date=contract.applications[1].period_start.replace(day=4),
            amount=find_due(contract.applications[0], contract.retainage_percent),
            check_number=str(70210 + index),
            invoice_number=contract.applications[0].invoice_number,
            claim_number=1,
        )
        for index, contract in enumerate(contracts)
    )


def find_due(claim: Claim, percent: Decimal) -> Decimal:
    """What a first claim without stored material or releases comes to."""

    def find_net(line: ClaimLine) -> Decimal:
        return line.work - take_percent(line.work, percent)

    return sum(map(find_net, claim.lines), ZERO)
