"""The contracts of the made-up firm and their monthly claims."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from connectors.sandbox.amounts import CENT
from connectors.sandbox.firm.billing import MONTHS, Biller, InvoiceBook, draw_fractions, make_claim
from connectors.sandbox.firm.books import DIVISIONS
from connectors.sandbox.firm.contacts import Trader
from connectors.sandbox.firm.contractor import ChangeOrder, Claim, Commitment, ContractLine, Project
from connectors.sandbox.firm.projects import ROLES, Job

PLANS = ("stored", "progress", "change", "closeout", "stored_change", "partial_release", "progress", "stored")
AREAS = ("", ", level 1", ", level 2", ", north wing", ", south wing", ", building A", ", lobby")
SITE_AREAS = ("", "", ", phase 1", ", north lot")
SITE_DIVISIONS = ("01", "02", "31", "32")
TAX_RATE = Decimal("8")
NO_RETAINAGE = Decimal("0")
CHILDREN = {division: [child.split(" ", 1) for child in children.split("|")] for division, *_, children in DIVISIONS}


@dataclass(slots=True)
class Desk:
    """What the making of every contract draws on; one per firm, so that vendors and numbers rotate."""

    rng: random.Random
    invoices: InvoiceBook
    subcontractors: Iterator[Trader]
    suppliers: Iterator[Trader]
    plans: Iterator[str]


def open_desk(rng: random.Random, traders: tuple[Trader, ...]) -> Desk:
    subcontractors = [trader for trader in traders if not trader.is_supplier]
    suppliers = [trader for trader in traders if trader.is_supplier]
    rng.shuffle(subcontractors)
    rng.shuffle(suppliers)
    return Desk(
        rng,
        InvoiceBook(rng),
        itertools.cycle(subcontractors),
        itertools.cycle(suppliers),
        itertools.cycle(PLANS),
    )


def make_commitments(desk: Desk, jobs: tuple[Job, ...], specials: dict[str, list[Commitment]]) -> list[Commitment]:
    """Two to five contracts per job, at least one job in three with a purchase order; `specials` count as well."""
    commitments = []
    for index, job in enumerate(jobs):
        made = list(specials.get(job.project.key, []))
        wanted = desk.rng.randint(max(2, len(made) + 1), 5)
        has_order = index % 3 == 0 or desk.rng.random() < 0.3
        while len(made) < wanted:
            is_order = has_order and len(made) == wanted - 1
            number = len(made) + 1
            made.append(
                _make_order(desk, job.project, number) if is_order else _make_contract(desk, job.project, number)
            )
        commitments += made
    synced = {job.project.key for job in jobs if job.is_synced}
    return _leave_some_open(desk.rng, commitments, synced, blocks=len(jobs) // len(ROLES))


def draw_amount(rng: random.Random, low: int, high: int) -> Decimal:
    """Dollars and cents, a third of them round as people like them."""
    if rng.random() < 0.33:
        return Decimal(rng.randrange(low, high, 250)).quantize(CENT)
    return (Decimal(rng.randrange(low * 100, high * 100)) / 100).quantize(CENT)


def make_lines(
    rng: random.Random, project: Project, division: str, *, count: int, low: int = 4_000, high: int = 95_000
) -> tuple[ContractLine, ...]:
    children = CHILDREN[division]
    areas = SITE_AREAS if division in SITE_DIVISIONS else AREAS
    picked = sorted(rng.sample(range(len(children)), min(count, len(children))))
    lines = []
    for index in picked:
        segment, name = children[index]
        lines.append(
            ContractLine(
                cost_code=f"{division}-{segment}",
                description=name + rng.choice(areas),
                amount=draw_amount(rng, low, high),
                tax_rate=TAX_RATE if project.is_taxed else None,
            )
        )
    return tuple(lines)


def make_title(lines: tuple[ContractLine, ...]) -> str:
    return lines[0].description.partition(",")[0]


def contract_number(project: Project, prefix: str, number: int) -> str:
    return f"{prefix}-{project.number.replace('-', '')}-{number:02d}"


def _make_contract(desk: Desk, project: Project, number: int) -> Commitment:
    rng, trader, plan = desk.rng, next(desk.subcontractors), next(desk.plans)
    lines = make_lines(rng, project, trader.division, count=rng.randint(2, 5))
    changes: tuple[ChangeOrder, ...] = ()
    if "change" in plan:
        extra = make_lines(rng, project, trader.division, count=rng.randint(1, 2), low=900, high=14_000)
        changes = (ChangeOrder("001", f"Owner changes, {make_title(lines).lower()}", rng.choice((2, 3)), extra),)
    commitment = Commitment(
        key=f"{project.key}_contract_{number}",
        project_key=project.key,
        vendor_key=trader.company.key,
        kind="work_order",
        number=contract_number(project, "SC", number),
        title=make_title(lines),
        retainage_percent=Decimal(rng.choice((5, 10, 10))),
        lines=lines,
        change_orders=changes,
    )
    return replace(commitment, claims=_bill_contract(desk, commitment, trader, plan))


def _bill_contract(desk: Desk, commitment: Commitment, trader: Trader, plan: str) -> tuple[Claim, ...]:
    rng = desk.rng
    months = (
        MONTHS if "change" in plan or plan in ("closeout", "partial_release") else MONTHS[rng.choice((0, 0, 1, 2)) :]
    )
    biller = Biller([line.amount for line in commitment.lines], commitment.retainage_percent)
    finish = Decimal(1) if plan in ("closeout", "partial_release") else Decimal(rng.randrange(550, 950)) / 1000
    steps = len(months) - 1 if plan == "closeout" else len(months)
    claims: list[Claim] = []
    fractions: list[Decimal] = []
    for step, month in enumerate(months, start=1):
        for change in commitment.change_orders:
            if change.first_claim == step:
                biller.add_lines([line.amount for line in change.lines])
        if step > steps:
            lines = biller.release_all()
        else:
            fractions = draw_fractions(rng, fractions, len(biller.amounts), step=step, steps=steps, finish=finish)
            store = _draw_stored(rng, biller) if "stored" in plan and step < steps else None
            release_line = 0 if plan == "partial_release" and step == steps else None
            lines = biller.bill(fractions, store=store, release_line=release_line)
        number = desk.invoices.draw(trader.company.key, trader.company.procore_name or "")
        claims.append(make_claim(step, month, number, lines))
    return tuple(claims)


def _draw_stored(rng: random.Random, biller: Biller) -> dict[int, Decimal]:
    line = rng.randrange(len(biller.amounts))
    share = Decimal(rng.randrange(40, 180)) / 1000
    return {line: (biller.amounts[line] * share).quantize(CENT)}


def _make_order(desk: Desk, project: Project, number: int) -> Commitment:
    rng, trader = desk.rng, next(desk.suppliers)
    lines = make_lines(rng, project, trader.division, count=rng.randint(1, 3), low=1_200, high=32_000)
    commitment = Commitment(
        key=f"{project.key}_contract_{number}",
        project_key=project.key,
        vendor_key=trader.company.key,
        kind="purchase_order",
        number=contract_number(project, "PO", number),
        title=f"Materials for {make_title(lines).lower()}",
        retainage_percent=NO_RETAINAGE,
        lines=lines,
    )
    biller = Biller([line.amount for line in lines], NO_RETAINAGE)
    months = sorted(rng.sample(MONTHS, rng.randint(1, 2)))
    claims: list[Claim] = []
    fractions: list[Decimal] = []
    for step, month in enumerate(months, start=1):
        fractions = draw_fractions(rng, fractions, len(lines), step=step, steps=len(months), finish=Decimal(1))
        invoice_number = desk.invoices.draw(trader.company.key, trader.company.procore_name or "")
        claims.append(make_claim(step, month, invoice_number, biller.bill(fractions)))
    return replace(commitment, claims=tuple(claims))


# How the last claims of a block stand, so that a person has something to approve and every status is there.
OPEN_STATUSES = (
    "under_review",
    "under_review",
    "under_review",
    "draft",
    "draft",
    "revise_and_resubmit",
    "pending_owner_approval",
    "approved_as_noted",
    "approved_as_noted",
)


def _leave_some_open(
    rng: random.Random, commitments: list[Commitment], synced: set[str], *, blocks: int
) -> list[Commitment]:
    candidates = [
        index
        for index, commitment in enumerate(commitments)
        if commitment.project_key in synced
        and "_contract_" in commitment.key
        and commitment.claims
        and commitment.claims[-1].billing_date.month == MONTHS[-1]
        and any(line.work for line in commitment.claims[-1].lines)
    ]
    statuses = OPEN_STATUSES * blocks
    picked = rng.sample(candidates, min(len(statuses), len(candidates)))
    changed = list(commitments)
    for index, status in zip(picked, statuses, strict=False):
        claims = commitments[index].claims
        changed[index] = replace(commitments[index], claims=(*claims[:-1], replace(claims[-1], status=status)))
    return changed
