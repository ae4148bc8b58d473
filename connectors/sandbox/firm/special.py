"""The four contracts of the demo that have a name, because somebody will look for them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from connectors.sandbox.firm.billing import EARLY_MONTHS, MONTHS, Biller, draw_fractions, make_claim
from connectors.sandbox.firm.contacts import Trader
from connectors.sandbox.firm.contractor import (
    ChangeOrder,
    Claim,
    ClaimLine,
    Commitment,
    Company,
    ContractLine,
    Project,
)
from connectors.sandbox.firm.contracts import Desk, contract_number, make_lines, make_title

WORKED_EXAMPLE = "worked_example"
HALF_BILLED = "half_billed"
DEDUCTIVE = "deductive_change"
PUSHED = "pushed_vendor_contract"


def make_worked_example(desk: Desk, project: Project, company: Company) -> Commitment:
    """10 % on work and materials; stored material installed, a change order, a part release and a final release."""
    claims = (
        (ClaimLine(0, work=Decimal("20000.00")), ClaimLine(1, stored=Decimal("4000.00"))),
        (
            ClaimLine(0, work=Decimal("25000.00")),
            ClaimLine(1, work=Decimal("10000.00")),
            ClaimLine(2, work=Decimal("2000.00")),
        ),
        (
            ClaimLine(0, work=Decimal("15000.00"), released=Decimal("3000.00")),
            ClaimLine(1, work=Decimal("30000.00")),
            ClaimLine(2, work=Decimal("3000.00")),
        ),
        (
            ClaimLine(0, released=Decimal("3000.00")),
            ClaimLine(1, released=Decimal("4000.00")),
            ClaimLine(2, released=Decimal("500.00")),
        ),
    )
    return Commitment(
        key=WORKED_EXAMPLE,
        project_key=project.key,
        vendor_key=company.key,
        kind="work_order",
        number=contract_number(project, "SC", 1),
        title="Structural concrete",
        retainage_percent=Decimal("10"),
        lines=(
            ContractLine("03-300", "Slab on grade", Decimal("60000.00")),
            ContractLine("03-100", "Foundations", Decimal("40000.00")),
        ),
        change_orders=(
            ChangeOrder("001", "Thickened slab", 2, (ContractLine("03-300", "Thickened slab", Decimal("5000.00")),)),
        ),
        claims=tuple(
            make_claim(number, month, _draw_number(desk, company), lines)
            for number, (month, lines) in enumerate(zip(MONTHS, claims, strict=True), start=1)
        ),
    )


def make_half_billed(desk: Desk, project: Project, trader: Trader) -> Commitment:
    """Two claims before the start date, four after it."""
    lines = make_lines(desk.rng, project, trader.division, count=4, low=20_000, high=140_000)
    percent = Decimal("10")
    biller = Biller([line.amount for line in lines], percent)
    shares = (Decimal("0.27"), Decimal("0.23"), Decimal("0.13"), Decimal("0.12"), Decimal("0.11"), Decimal("0.09"))
    done = Decimal(0)
    claims: list[Claim] = []
    for number, (month, share) in enumerate(zip((*EARLY_MONTHS, *MONTHS), shares, strict=True), start=1):
        done += share
        billed = biller.bill([done] * len(lines))
        claims.append(make_claim(number, month, _draw_number(desk, trader.company), billed))
    return Commitment(
        key=HALF_BILLED,
        project_key=project.key,
        vendor_key=trader.company.key,
        kind="work_order",
        number=contract_number(project, "SC", 1),
        title=make_title(lines),
        retainage_percent=percent,
        lines=lines,
        claims=tuple(claims),
    )


def make_deductive(desk: Desk, project: Project, trader: Trader) -> Commitment:
    """A change order takes work out again, on a claim that stays positive."""
    lines = make_lines(desk.rng, project, trader.division, count=3, low=30_000, high=80_000)
    code = lines[-1].cost_code
    credit = ContractLine(code, "Credit for deleted scope", Decimal("-2614.35"), lines[-1].tax_rate)
    percent = Decimal("5")
    commitment = Commitment(
        key=DEDUCTIVE,
        project_key=project.key,
        vendor_key=trader.company.key,
        kind="work_order",
        number=contract_number(project, "SC", 1),
        title=make_title(lines),
        retainage_percent=percent,
        lines=lines,
        change_orders=(ChangeOrder("001", "Deleted scope", 3, (credit,)),),
    )
    biller = Biller([line.amount for line in lines], percent)
    claims = []
    for number, month in enumerate(MONTHS, start=1):
        if number == 3:
            biller.add_lines([credit.amount])
        fractions = [Decimal(number) / 5 for _ in lines] + [Decimal(1)] * (len(biller.amounts) - len(lines))
        claims.append(make_claim(number, month, _draw_number(desk, trader.company), biller.bill(fractions)))
    return replace(commitment, claims=tuple(claims))


def make_pushed(desk: Desk, project: Project, company: Company) -> Commitment:
    """The contract of the one vendor that the books have never heard of."""
    lines = make_lines(desk.rng, project, "07", count=2)
    percent = Decimal("10")
    biller = Biller([line.amount for line in lines], percent)
    fractions: list[Decimal] = []
    claims = []
    for number, month in enumerate(MONTHS[2:], start=1):
        fractions = draw_fractions(desk.rng, fractions, len(lines), step=number, steps=3, finish=Decimal("0.9"))
        claims.append(make_claim(number, month, _draw_number(desk, company), biller.bill(fractions)))
    return Commitment(
        key=PUSHED,
        project_key=project.key,
        vendor_key=company.key,
        kind="work_order",
        number=contract_number(project, "SC", 1),
        title=make_title(lines),
        retainage_percent=percent,
        lines=lines,
        claims=tuple(claims),
    )


def _draw_number(desk: Desk, company: Company) -> str:
    return desk.invoices.draw(company.key, company.procore_name or "")
