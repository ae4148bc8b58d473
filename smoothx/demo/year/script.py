"""Writes the year: which contracts there are, what is claimed each month, what goes wrong and what is paid.

The same firm, seed and size always give the same script. Nothing here reaches a server.
"""

from __future__ import annotations

import calendar
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectors.sandbox.firm.contractor import Contractor, Project
from smoothx.demo.compare import why_stuck
from smoothx.demo.year.claims import ContractYear
from smoothx.demo.year.events import Contract, Line, Month, Script, SignContract, Step
from smoothx.demo.year.filling import Filling
from smoothx.demo.year.payments import Payables
from smoothx.lib.money import cents

PROJECTS, CONTRACTS = 3, 4
TAX = Decimal(8)


@dataclass(frozen=True, slots=True)
class Size:
    """`months` of at least two: the last one lets the retention go."""

    months: int = 12
    projects: int = PROJECTS
    contracts: int = CONTRACTS


def write_year(firm: Contractor, *, seed: int, size: Size | None = None) -> Script:
    """The script of one year for a firm that both sandboxes hold."""
    size = size or Size()
    rng = random.Random(f"year {firm.name} {seed} {size}")
    years = [
        ContractYear(filling, random.Random(f"{seed} {filling.contract.key}"))
        for filling in _make_fillings(firm, rng, size)
    ]
    payables = Payables(random.Random(f"pay {seed}"))
    months = tuple(
        _write_month(number, month_end(firm.start_date, number), years, payables, rng)
        for number in range(1, size.months + 1)
    )
    return Script(months, tuple(year.contract for year in years))


def month_end(start: date, number: int) -> date:
    """The last day of the year's month `number`, from 1."""
    year, month = divmod(start.year * 12 + start.month - 2 + number, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def _write_month(
    number: int, last_day: date, years: Sequence[ContractYear], payables: Payables, rng: random.Random
) -> Month:
    signed = [SignContract(year.contract) for year in years] if number == 1 else []
    submitted = [event for year in years for event in year.submit(number, last_day)]
    approved = [event for year in years for event in year.approve(number)]
    # Claims are approved in any order, a late one after the one that follows it.
    rng.shuffle(approved)
    changed = [event for year in years for event in year.change(number, payables.is_paid)]
    decided = [event for year in years for event in year.decide(number)]
    paid, corrected = payables.pay(number, last_day, years)
    steps = (
        Step("submitted", (*signed, *submitted)),
        Step("approved", tuple(approved)),
        Step("changed", tuple(changed)),
        Step("decided", tuple(decided)),
        Step("paid", tuple(paid)),
        Step("corrected", tuple(corrected)),
    )
    return Month(number, last_day, tuple(step for step in steps if step.events))


def _make_fillings(firm: Contractor, rng: random.Random, size: Size) -> Iterator[Filling]:
    projects = choose_projects(firm, rng, size.projects)
    vendors = _choose_vendors(firm, rng, max(2, size.projects))
    for place, project in enumerate(projects):
        for number in range(1, size.contracts + 1):
            is_order = number == size.contracts and number > 1
            contract = _make_contract(firm, project, vendors[(place + number) % len(vendors)], number, is_order, rng)
            yield Filling(contract, rng, size.months, slides=number % 2 == 0, stores=number % 3 != 0)


def choose_projects(firm: Contractor, rng: random.Random, count: int) -> list[Project]:
    """Projects that can be kept in step, a taxed one and one that is in the books already among them."""
    fit = [project for project in firm.projects if not why_stuck(firm, project) and not project.sub_jobs]
    rng.shuffle(fit)
    first = [project for project in fit if project.is_taxed][:1]
    known = [project for project in fit if project.in_books and project not in first][:1]
    rest = [project for project in fit if project not in (*first, *known)]
    return [*first, *known, *rest][:count]


def _choose_vendors(firm: Contractor, rng: random.Random, count: int) -> list[str]:
    """Names in Procore of vendors that hold a contract already, so that they are mapped or pushed."""
    held = {commitment.vendor_key for commitment in firm.commitments}
    names = [c.procore_name for c in firm.companies if c.key in held and c.procore_name and c.is_active]
    rng.shuffle(names)
    return names[:count]


def _make_contract(
    firm: Contractor, project: Project, vendor: str, number: int, is_order: bool, rng: random.Random
) -> Contract:
    codes = [code for code in firm.cost_codes if code.parent_code]
    lines = tuple(
        Line(code.code, f"{code.name}, part {place}", cents(Decimal(rng.randrange(900_000, 9_000_000)) / 100))
        for place, code in enumerate(rng.sample(codes, rng.randint(2, 4)), start=1)
    )
    prefix = "YO" if is_order else "YC"
    return Contract(
        key=f"{project.number}/{number}",
        project=project.name,
        vendor=vendor,
        kind="purchase_order" if is_order else "work_order",
        number=f"{prefix}-{project.number.replace('-', '')}-{number}",
        title=f"Year's {lines[0].description}",
        retention=Decimal(0) if is_order else Decimal(rng.choice((5, 10, 10))),
        lines=lines,
        tax_rate=_tax_rate(firm, project),
    )


def _tax_rate(firm: Contractor, project: Project) -> Decimal | None:
    if not project.is_taxed:
        return None
    rates = {line.tax_rate for commitment in firm.commitments for line in commitment.lines if line.tax_rate}
    return max(rates, default=TAX)
