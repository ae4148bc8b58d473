"""The scenarios both sandboxes are filled from, each wholly determined by its name, size and seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from connectors.sandbox.amounts import ZERO
from connectors.sandbox.firm.billing import InvoiceBook, find_held_before
from connectors.sandbox.firm.books import list_accounts, list_cost_codes
from connectors.sandbox.firm.contacts import AFFILIATE, PUSHED_VENDOR, TRAPS, Contacts, make_contacts
from connectors.sandbox.firm.contractor import Address, Commitment, Contractor, Employee, Project
from connectors.sandbox.firm.contracts import Desk, make_commitments, open_desk
from connectors.sandbox.firm.labour import make_employees, make_timecards
from connectors.sandbox.firm.messy import make_messy
from connectors.sandbox.firm.owners import list_receipts, make_prime_contracts
from connectors.sandbox.firm.projects import Job, make_jobs
from connectors.sandbox.firm.special import (
    DEDUCTIVE,
    HALF_BILLED,
    WORKED_EXAMPLE,
    make_deductive,
    make_half_billed,
    make_pushed,
    make_worked_example,
)
from connectors.sandbox.firm.spending import CLASS_NAMES, list_early_payments, make_direct_costs, make_expenses
from connectors.sandbox.firm.uk import make_uk

FIRM = "Ridgeline Builders, Inc."
PROCORE_COMPANY_ID = 598134325805519
OTHER_PROCORE_COMPANY_ID = 598134325805742
OTHER_COMPANY_NAME = "Ridgeline Development Group"
REALM_ID = "9341453908172645"
STOCK_REALM_ID = "4620816365012345670"
CARPINTERIA = Address("6309 Carpinteria Avenue", "Carpinteria", "CA", "93013")
SANDBOX_USERS = (("Test", "Architect"), ("Test", "Subcontractor"), ("API", "Support"))
# A block of the demo makes more than 500 of them.
BLOCKS_PER_THOUSAND_LINES = 2
# The crew is as large in every size, so it works on the first jobs only.
MOST_STAFFED = 6
SUB_JOBS = (("A", "Building A"), ("B", "Parking"))
START_DATE = date(2026, 7, 1)
RETENTION_PAYABLE = "retention_payable"
# Where the books' items post to, by key of the account.
BOOK_FACTS = {
    "other_company_name": OTHER_COMPANY_NAME,
    "item_income_account": "contract_revenue",
    "item_expense_account": "unassigned",
}


def build(name: str, *, size: int = 1, seed: int = 1) -> Contractor:
    """The firm of scenario `name`; `size` multiplies contacts, jobs and contracts.

    Raises ValueError for a name that is not there.
    """
    try:
        builder = _BUILDERS[name]
    except KeyError:
        raise ValueError(f"no scenario named {name!r}, there are {', '.join(sorted(_BUILDERS))}") from None
    if size < 1:
        raise ValueError("size is 1 or more")
    return builder(size, seed)


def build_empty(size: int = 1, seed: int = 1) -> Contractor:
    """The company and its books, standard codes and accounts included, before any contact, job or contract."""
    return Contractor(
        name=FIRM,
        procore_company_id=PROCORE_COMPANY_ID,
        other_procore_company_id=OTHER_PROCORE_COMPANY_ID,
        realm_id=REALM_ID,
        start_date=START_DATE,
        accounts=list_accounts(),
        cost_codes=list_cost_codes(),
        facts=dict(BOOK_FACTS),
    )


def build_stock(size: int = 1, seed: int = 1) -> Contractor:
    """What every developer is given: a Procore with one project and three users, and the stock QuickBooks company."""
    return replace(
        build_empty(),
        realm_id=STOCK_REALM_ID,
        projects=(Project("sandbox", "1234", "Sandbox Test Project", CARPINTERIA, None),),
        employees=tuple(_make_login(first, last) for first, last in SANDBOX_USERS),
        facts={"books": "stock"},
    )


def _make_login(first_name: str, last_name: str) -> Employee:
    """A user who is on nobody's payroll."""
    key = f"{first_name}.{last_name}".lower()
    return Employee(key, first_name, last_name, "", email=f"{key}@sandbox.example", has_login=True)


def build_demo(size: int = 1, seed: int = 1) -> Contractor:
    """A commercial general contractor four months into keeping its books in step."""
    firm, jobs, contacts = _build_firm(size, seed)
    return _add_money(firm, jobs, contacts, random.Random(f"ridgeline money {size} {seed}"))


def build_messy(size: int = 1, seed: int = 1) -> Contractor:
    """The demo firm's amounts under names and states that years of careless typing left behind."""
    return make_messy(build_demo(size, seed), random.Random(f"ridgeline mess {size} {seed}"))


def build_uk(size: int = 1, seed: int = 1) -> Contractor:
    """The demo firm as a British one, with VAT on every line."""
    return make_uk(build_demo(size, seed), random.Random(f"ashdown {size} {seed}"))


def build_large(size: int = 1, seed: int = 1) -> Contractor:
    """The demo firm grown until it has `size` thousand cost lines: of contracts, claims, direct costs and expenses."""
    return build_demo(BLOCKS_PER_THOUSAND_LINES * size, seed)


def _build_firm(size: int, seed: int) -> tuple[Contractor, tuple[Job, ...], Contacts]:
    """Contacts, jobs, contracts and claims."""
    rng = random.Random(f"ridgeline {size} {seed}")
    contacts = make_contacts(rng, size)
    jobs = make_jobs(rng, contacts.customers, AFFILIATE[0], size)
    desk = open_desk(rng, contacts.traders)
    specials = _make_specials(desk, jobs, contacts)
    commitments = make_commitments(desk, jobs, specials)
    held = sum((find_held_before(commitment, START_DATE) for commitment in commitments), ZERO)
    firm = Contractor(
        name=FIRM,
        procore_company_id=PROCORE_COMPANY_ID,
        other_procore_company_id=OTHER_PROCORE_COMPANY_ID,
        realm_id=REALM_ID,
        start_date=START_DATE,
        companies=contacts.companies,
        # What was billed before the start was entered by hand, and so was the retention kept from it.
        accounts=tuple(
            replace(account, balance=-held) if account.key == RETENTION_PAYABLE else account
            for account in list_accounts()
        ),
        cost_codes=list_cost_codes(),
        projects=tuple(job.project for job in jobs),
        commitments=tuple(commitments),
        facts=_list_facts(jobs, commitments),
    )
    return firm, jobs, contacts


def _add_money(firm: Contractor, jobs: tuple[Job, ...], contacts: Contacts, rng: random.Random) -> Contractor:
    """Owner invoices, direct costs, payments and expenses; drawn apart, so that the contracts stay as they are."""
    owners = {job.project.key: job.project.customer_key for job in jobs if job.is_synced and job.project.customer_key}
    primes = make_prime_contracts(rng, firm.projects, firm.commitments, owners)
    suppliers = [trader for trader in contacts.traders if trader.is_supplier]
    in_books = [job.project for job in jobs if job.project.in_books]
    items = [code.item_name for code in firm.cost_codes if code.item_name]
    employees = make_employees()
    return replace(
        firm,
        prime_contracts=primes,
        direct_costs=make_direct_costs(rng, firm.projects, suppliers, InvoiceBook(rng)),
        payments=(*list_early_payments(firm.commitments, firm.start_date), *list_receipts(primes)),
        expenses=make_expenses(rng, in_books, suppliers, items),
        class_names=CLASS_NAMES,
        employees=employees,
        timecards=make_timecards(rng, employees, [job.project for job in jobs if job.is_synced][:MOST_STAFFED]),
        projects=_add_sub_jobs(firm.projects, jobs),
    )


def _add_sub_jobs(projects: tuple[Project, ...], jobs: tuple[Job, ...]) -> tuple[Project, ...]:
    """The last job of the firm is built in two parts."""
    key = jobs[-1].project.key
    return tuple(replace(each, sub_jobs=SUB_JOBS) if each.key == key else each for each in projects)


def _make_specials(desk: Desk, jobs: tuple[Job, ...], contacts: Contacts) -> dict[str, list[Commitment]]:
    """One named contract on each of four jobs that can be kept in step and are not taxed."""
    plain = [job.project for job in jobs if job.is_synced and not job.project.is_taxed]
    example, half, deductive, pushed = desk.rng.sample(plain, 4)
    concrete = next(trader for trader in contacts.traders if trader.division == "03" and not trader.is_supplier)
    newcomer = next(company for company in contacts.others if company.key == PUSHED_VENDOR[0])
    return {
        example.key: [make_worked_example(desk, example, concrete.company)],
        half.key: [make_half_billed(desk, half, next(desk.subcontractors))],
        deductive.key: [make_deductive(desk, deductive, next(desk.subcontractors))],
        pushed.key: [make_pushed(desk, pushed, newcomer)],
    }


def _list_facts(jobs: tuple[Job, ...], commitments: list[Commitment]) -> dict[str, str]:
    """Keys of what somebody may look for; lists are separated by commas."""
    roles: dict[str, list[str]] = {}
    for job in jobs:
        roles.setdefault(job.role, []).append(job.project.key)
    return {
        **BOOK_FACTS,
        "worked_example": WORKED_EXAMPLE,
        "half_billed": HALF_BILLED,
        "deductive_change": DEDUCTIVE,
        "pushed_vendor": PUSHED_VENDOR[0],
        "trap_companies": ",".join(row[0] for row in TRAPS),
        "taxed_projects": ",".join(job.project.key for job in jobs if job.project.is_taxed),
        "projects_in_books": ",".join(roles["in_books"]),
        "projects_without_customer": ",".join(roles["no_customer"]),
        "projects_with_vendor_as_customer": ",".join(roles["vendor_as_customer"]),
        "open_claims": ",".join(
            f"{commitment.key}#{claim.number}"
            for commitment in commitments
            for claim in commitment.claims
            if claim.status in ("draft", "under_review", "revise_and_resubmit")
        ),
    }


_BUILDERS: dict[str, Callable[[int, int], Contractor]] = {
    "demo": build_demo,
    "empty": build_empty,
    "large": build_large,
    "messy": build_messy,
    "stock": build_stock,
    "uk": build_uk,
}
