"""Writes the year: which contracts there are, what is claimed each month, what goes wrong and what is paid.

The same firm, seed and size always give the same script. Nothing here reaches a server.
"""

from __future__ import annotations

import calendar
import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from connectors.sandbox.firm.contractor import Contractor, Project
from smoothx.demo.compare import why_stuck
from smoothx.demo.year.around import Around
from smoothx.demo.year.claims import ContractYear
from smoothx.demo.year.costs import Spending
from smoothx.demo.year.events import Contract, Event, Line, Month, Script, SignContract, Step
from smoothx.demo.year.filling import Filling
from smoothx.demo.year.labour import Labour
from smoothx.demo.year.payments import Payments
from smoothx.demo.year.supplies import Supply
from smoothx.demo.year.switches import PLAIN, Switches
from smoothx.lib.money import cents

PROJECTS, CONTRACTS = 3, 4
TAX = Decimal(8)
BILLS = frozenset({"bills"})


@dataclass(frozen=True, slots=True)
class Size:
    """`months` of at least two: the last one lets the retention go."""

    months: int = 12
    projects: int = PROJECTS
    contracts: int = CONTRACTS


def write_year(
    firm: Contractor,
    *,
    seed: int,
    size: Size | None = None,
    carried: Collection[str] = BILLS,
    switches: Switches = PLAIN,
) -> Script:
    """The script of one year for a firm that both sandboxes hold, with what the flows named in `carried` carry.

    What `switches` have on is played around it; the contracts and their claims are the same whatever they have.
    """
    size = size or Size()
    rng = random.Random(f"year {firm.name} {seed} {size}")
    projects = choose_projects(firm, rng, size.projects)
    vendors = _choose_vendors(firm, rng, max(2, size.projects))
    writer = Writer(
        firm.start_date,
        [_fill(filling, seed) for filling in _make_fillings(firm, projects, vendors, rng, size)],
        [_fill(filling, seed) for filling in _make_primes(firm, projects, rng, size) if "owner_invoices" in carried],
        Payments(random.Random(f"pay {seed}"), "payment"),
        Payments(random.Random(f"receive {seed}"), "receipt"),
        _open_spending(firm, projects, vendors, seed),
        _open_around(firm, projects, vendors, seed, size, switches),
        frozenset(carried),
        rng,
    )
    months = tuple(writer.write_month(number) for number in range(1, size.months + 1))
    return Script(months, tuple(year.contract for year in writer.all_years), writer.carried)


def _fill(filling: Filling, seed: int) -> ContractYear:
    return ContractYear(filling, random.Random(f"{seed} {filling.contract.key}"))


def month_end(start: date, number: int) -> date:
    """The last day of the year's month `number`, from 1."""
    year, month = divmod(start.year * 12 + start.month - 2 + number, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


@dataclass(frozen=True, slots=True)
class Writer:
    """`years` are commitments, `primes` contracts with owners."""

    start: date
    years: Sequence[ContractYear]
    primes: Sequence[ContractYear]
    payables: Payments
    receivables: Payments
    spending: Spending
    around: Around
    carried: frozenset[str]
    rng: random.Random

    @property
    def all_years(self) -> tuple[ContractYear, ...]:
        return (*self.years, *self.primes)

    def write_month(self, number: int) -> Month:
        """Submitted, approved, changed, decided, paid and corrected, with a rest after each."""
        day = month_end(self.start, number)
        signed = self._sign() if number == 1 else []
        submitted = [event for year in self.all_years for event in year.submit(number, day)]
        submitted += [*self.around.order_changes(number), *self.around.attach(submitted)]
        spent = list(self._spend(number, day))
        spent += [*self.around.spend(day), *self.around.attach(spent)]
        approved = [event for year in self.all_years for event in year.approve(number)]
        # Claims are approved in any order, a late one after the one that follows it.
        self.rng.shuffle(approved)
        changed = [event for year in self.all_years for event in year.change(number, self.payables.is_paid)]
        decided = [event for year in self.all_years for event in year.decide(number)]
        paid, voided = self._pay(number, day)
        corrected = [*self.spending.correct_in_procore(spent), *self.spending.correct_in_books(spent), *voided]
        corrected += self.around.correct(number)
        named = {
            "submitted": [*signed, *submitted],
            "approved": [*approved, *spent],
            "changed": changed,
            "decided": decided,
            "paid": paid,
            "corrected": corrected,
        }
        return Month(number, day, tuple(Step(name, tuple(events)) for name, events in named.items() if events))

    def _sign(self) -> list[Event]:
        return [*(SignContract(year.contract) for year in self.all_years), *self.around.sign()]

    def _spend(self, number: int, day: date) -> Iterator[Event]:
        if "direct_costs" in self.carried:
            yield from self.spending.enter_in_procore(day)
        if "expenses" in self.carried:
            yield from self.spending.enter_in_books(number, day)

    def _pay(self, number: int, day: date) -> tuple[list[Event], list[Event]]:
        paid, voided = self.payables.pay(number, day, self.years)
        received, returned = self.receivables.pay(number, day, self.primes)
        return [*paid, *received, *self.around.pay(day)], [*voided, *returned]


def _make_fillings(
    firm: Contractor, projects: Sequence[Project], vendors: Sequence[str], rng: random.Random, size: Size
) -> Iterator[Filling]:
    for place, project in enumerate(projects):
        for number in range(1, size.contracts + 1):
            is_order = number == size.contracts and number > 1
            contract = _make_contract(firm, project, vendors[(place + number) % len(vendors)], number, is_order, rng)
            yield Filling(contract, rng, size.months, slides=number % 2 == 0, stores=number % 3 != 0)


def _make_primes(firm: Contractor, projects: Sequence[Project], rng: random.Random, size: Size) -> Iterator[Filling]:
    """A contract with the owner on every project, taxed where the books hold the rates for it: in the United States
    QuickBooks works sales tax out by the place, which these books have none for."""
    names = {company.key: company.procore_name for company in firm.companies}
    for project in projects:
        owner = names[project.customer_key or ""] or ""
        contract = _make_contract(firm, project, owner, 0, False, rng)
        number = f"YP-{project.number.replace('-', '')}"
        tax_rate = None if firm.country == "US" else contract.tax_rate
        named = f"{project.number}/prime"
        prime = replace(contract, key=named, kind="prime", number=number, tax_rate=tax_rate)
        yield Filling(prime, rng, size.months, stores=True)


def _open_spending(firm: Contractor, projects: Sequence[Project], vendors: Sequence[str], seed: int) -> Spending:
    codes = [code.code for code in firm.cost_codes if code.parent_code]
    divisions = [account.name for account in firm.accounts if account.key.startswith("division_")]
    names = [project.name for project in projects]
    return Spending(random.Random(f"spend {seed}"), names, vendors, codes, divisions)


def _open_around(
    firm: Contractor, projects: Sequence[Project], vendors: Sequence[str], seed: int, size: Size, switches: Switches
) -> Around:
    rng = random.Random(f"around {seed}")
    names = [project.name for project in projects]
    accounts = [account.name for account in firm.accounts if account.key.startswith("division_")]
    supplies = []
    if "order_bills" in switches.flows:
        for place, project in enumerate(projects):
            made = _make_contract(firm, project, vendors[place % len(vendors)], 0, True, rng)
            number = f"YS-{project.number.replace('-', '')}"
            contract = replace(made, key=f"{project.number}/supply", number=number)
            supplies.append(Supply(contract, random.Random(f"{seed} {contract.key}"), accounts, keeps=place % 2 == 0))
    labour = Labour(random.Random(f"labour {seed}"), names, switches.labour) if switches.labour else None
    contacts = vendors if switches.contacts else ()
    has_files = "attachments_to_qbo" in switches.flows
    return Around(rng, supplies, labour, contacts, names, size.months, has_files, switches.locks)


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
        party=vendor,
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
