"""What the made-up firm spends without a commitment: direct costs in Procore, card charges and checks in the books."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from connectors.sandbox.firm.billing import InvoiceBook
from connectors.sandbox.firm.books import DIVISIONS
from connectors.sandbox.firm.contacts import Trader
from connectors.sandbox.firm.contractor import (
    BookExpense,
    Commitment,
    DirectCost,
    DirectCostLine,
    ExpenseLine,
    Payment,
    Project,
)
from connectors.sandbox.firm.owners import find_due

FIRST_DAY = date(2026, 7, 3)
CLASS_NAMES = ("Field", "Office", "Service")
# (what, cost code, base type) of what a superintendent buys by himself.
SITE_COSTS = (
    ("Dumpster pull", "01-740", "other"),
    ("Portable toilets", "01-510", "other"),
    ("Safety supplies", "01-560", "materials"),
    ("Permit fee", "01-410", "other"),
    ("Small tools", "01-310", "equipment"),
)
# (what, account key) of what has no job.
OVERHEAD = (
    ("Diesel, card 4417", "fuel"),
    ("Printer toner and paper", "office"),
    ("Software subscription", "office"),
    ("Attorney, lien review", "professional"),
    ("Wire fee", "bank_charges"),
)
DIRECT_STATUSES = ("approved", "approved", "pending", "approved", "draft", "approved", "revise_and_resubmit")
COSTS_PER_PROJECT = 5
EXPENSES_PER_JOB = 4


def make_direct_costs(
    rng: random.Random, projects: Sequence[Project], suppliers: Sequence[Trader], invoices: InvoiceBook
) -> tuple[DirectCost, ...]:
    """Per project some supplier invoices and small expenses, in the states a project manager leaves them in."""
    costs = []
    for index, project in enumerate(projects):
        for number in range(COSTS_PER_PROJECT):
            status = DIRECT_STATUSES[(index * COSTS_PER_PROJECT + number) % len(DIRECT_STATUSES)]
            day = FIRST_DAY + timedelta(days=rng.randrange(0, 130))
            key = f"{project.key}_cost_{number + 1}"
            if number % 2 == 0:
                costs.append(_make_invoice(rng, key, project, rng.choice(suppliers), invoices, day, status))
            else:
                costs.append(_make_expense(rng, key, project, rng.choice(suppliers), day, status))
    return tuple(costs)


def _make_invoice(
    rng: random.Random, key: str, project: Project, trader: Trader, invoices: InvoiceBook, day: date, status: str
) -> DirectCost:
    children = next(children for division, *_, children in DIVISIONS if division == trader.division).split("|")
    lines = []
    for child in rng.sample(children, rng.randint(1, 2)):
        segment, name = child.split(" ", 1)
        amount = Decimal(rng.randrange(8_000, 410_000)) / 100
        lines.append(DirectCostLine(f"{trader.division}-{segment}", f"{name}, material", amount, "materials"))
    return DirectCost(
        key=key,
        project_key=project.key,
        kind="invoice",
        date=day,
        status=status,
        description=f"{lines[0].description} for {project.name}",
        lines=tuple(lines),
        vendor_key=trader.company.key,
        invoice_number=invoices.draw(trader.company.key, trader.company.procore_name or ""),
    )


def _make_expense(
    rng: random.Random, key: str, project: Project, trader: Trader, day: date, status: str
) -> DirectCost:
    what, code, base_type = rng.choice(SITE_COSTS)
    amount = Decimal(rng.randrange(1_900, 96_000)) / 100
    return DirectCost(
        key=key,
        project_key=project.key,
        kind="expense",
        date=day,
        status=status,
        description=what,
        lines=(DirectCostLine(code, what, amount, base_type),),
        vendor_key=trader.company.key,
    )


def make_expenses(
    rng: random.Random, jobs_in_books: Sequence[Project], suppliers: Sequence[Trader], item_names: Sequence[str]
) -> tuple[BookExpense, ...]:
    """Job costs by item or by account with a class, overhead without a job, and a card refund."""
    expenses: list[BookExpense] = []
    for project in jobs_in_books:
        for number in range(EXPENSES_PER_JOB):
            expenses.append(
                _make_job_expense(rng, f"{project.key}_spent_{number + 1}", project, suppliers, item_names)
            )
    for number, (what, account) in enumerate(OVERHEAD, start=1):
        line = ExpenseLine(what, Decimal(rng.randrange(1_200, 68_000)) / 100, account_key=account, class_name="Office")
        expenses.append(BookExpense(f"overhead_{number}", "card", _draw_day(rng), (line,), memo="Bank feed"))
    refund = ExpenseLine("Returned anchors", Decimal("84.12"), account_key="division_05", class_name="Field")
    expenses.append(BookExpense("card_refund", "card_credit", _draw_day(rng), (refund,), memo="Bank feed"))
    return tuple(expenses)


def _make_job_expense(
    rng: random.Random, key: str, project: Project, suppliers: Sequence[Trader], item_names: Sequence[str]
) -> BookExpense:
    trader = rng.choice(suppliers)
    kind: Literal["card", "check"] = rng.choice(("card", "card", "check"))
    amount = Decimal(rng.randrange(2_500, 240_000)) / 100
    target = (
        {"item_name": rng.choice(item_names)} if rng.random() < 0.5 else {"account_key": f"division_{trader.division}"}
    )
    line = ExpenseLine("Materials", amount, project_key=project.key, class_name=rng.choice(CLASS_NAMES[::2]), **target)
    number = str(rng.randrange(5100, 5900)) if kind == "check" else ""
    return BookExpense(key, kind, _draw_day(rng), (line,), trader.company.key, number, "Bank feed")


def _draw_day(rng: random.Random) -> date:
    return FIRST_DAY + timedelta(days=rng.randrange(0, 130))


def list_early_payments(commitments: Iterable[Commitment], start: date) -> tuple[Payment, ...]:
    """First claims from before the start were paid by hand, and entered in Procore by hand."""
    early = [
        (commitment, commitment.claims[0])
        for commitment in commitments
        if commitment.claims and commitment.claims[0].billing_date < start
    ]
    return tuple(
        Payment(
            contract_key=commitment.key,
            date=claim.billing_date + timedelta(days=29),
            amount=find_due(claim, commitment.retainage_percent),
            check_number=str(4410 + index),
            invoice_number=claim.invoice_number,
            claim_number=claim.number,
        )
        for index, (commitment, claim) in enumerate(early)
    )
