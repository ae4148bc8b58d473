"""The made-up contractor both sandboxes are filled from: one firm, seen by Procore and by its bookkeeper.

Plain values only. `scenarios.build(name, size=, seed=)` makes one; each sandbox loads the half it holds. Money is
Decimal in the firm's currency with two places; percentages are Decimal percent (10 means 10 %).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from connectors.sandbox.amounts import ZERO


@dataclass(frozen=True, slots=True)
class Address:
    street: str
    city: str
    state_code: str
    zip: str
    country_code: str = "US"


@dataclass(frozen=True, slots=True)
class Company:
    """A business known to either side. A name of None means that side does not have it."""

    key: str
    procore_name: str | None
    qbo_name: str | None
    role: Literal["vendor", "customer"]
    email: str
    phone: str
    address: Address
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """`balance` is what the books hold before anything crosses, as QuickBooks signs it: owed amounts are negative."""

    key: str
    number: str
    name: str
    account_type: str
    account_sub_type: str
    balance: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class CostCode:
    """A company standard code. A division is a code without parent; `code` is the full code ("03", "03-300")."""

    code: str
    name: str
    parent_code: str | None
    item_name: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """`customer_key` is the company in the custom field "Customer" (None: empty); `in_books`: has a sub-customer.

    `sub_jobs` are (code, name) pairs.
    """

    key: str
    number: str
    name: str
    address: Address
    customer_key: str | None
    in_books: bool = False
    is_taxed: bool = False
    sub_jobs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ContractLine:
    """One schedule-of-values line. `tax_rate` is percent, None where the line is not taxed."""

    cost_code: str
    description: str
    amount: Decimal
    tax_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ChangeOrder:
    """An approved change order package; its lines are billed from claim `first_claim` on."""

    number: str
    title: str
    first_claim: int
    lines: tuple[ContractLine, ...]


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """This period's entry on line `line` (index over contract lines, then change-order lines in order).

    `stored` is the materials presently stored after this period (a snapshot). Retainage follows the contract's
    percent unless `retained` is given; `released` is work retainage let go this period.
    """

    line: int
    work: Decimal = ZERO
    stored: Decimal = ZERO
    retained: Decimal | None = None
    released: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Claim:
    number: int
    invoice_number: str
    period_start: date
    period_end: date
    billing_date: date
    status: str
    lines: tuple[ClaimLine, ...]


@dataclass(frozen=True, slots=True)
class Commitment:
    key: str
    project_key: str
    vendor_key: str
    kind: Literal["work_order", "purchase_order"]
    number: str
    title: str
    retainage_percent: Decimal
    lines: tuple[ContractLine, ...]
    change_orders: tuple[ChangeOrder, ...] = ()
    claims: tuple[Claim, ...] = ()
    description: str | None = None


@dataclass(frozen=True, slots=True)
class PrimeContract:
    """The contract with the owner of a project; `applications` are the owner invoices sent under it."""

    key: str
    project_key: str
    customer_key: str
    number: str
    title: str
    retainage_percent: Decimal
    lines: tuple[ContractLine, ...]
    change_orders: tuple[ChangeOrder, ...] = ()
    applications: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class DirectCostLine:
    """`cost_type` is the base type of the cost type, None for "other"."""

    cost_code: str
    description: str
    amount: Decimal
    cost_type: str | None = None
    tax_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DirectCost:
    """A cost without a commitment. An invoice has a vendor, payroll and expenses often an employee instead.

    `employee_key` is the employee number that the person has in the directory.
    """

    key: str
    project_key: str
    kind: Literal["invoice", "expense", "payroll", "subcontractor_invoice"]
    date: date
    status: str
    description: str
    lines: tuple[DirectCostLine, ...]
    vendor_key: str | None = None
    employee_key: str | None = None
    invoice_number: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """Money issued under a commitment or received under a prime contract: `contract_key` names either.

    `claim_number` is the claim or application it pays, None for a payment on account.
    """

    contract_key: str
    date: date
    amount: Decimal
    check_number: str
    invoice_number: str = ""
    claim_number: int | None = None


@dataclass(frozen=True, slots=True)
class ExpenseLine:
    """`account_key` or `item_name` says what was bought; `project_key` needs a job in the books, None for overhead."""

    description: str
    amount: Decimal
    account_key: str | None = None
    item_name: str | None = None
    project_key: str | None = None
    class_name: str | None = None


@dataclass(frozen=True, slots=True)
class BookExpense:
    """Money the bookkeeper has spent without Procore: card charges from the bank feed, checks, card refunds."""

    key: str
    kind: Literal["card", "check", "cash", "card_credit"]
    date: date
    lines: tuple[ExpenseLine, ...]
    vendor_key: str | None = None
    number: str = ""
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody on the payroll. `employee_id` is the number payroll knows, "" for a user who is on none; with a login
    the person is a user too.

    `books_name` is the display name in the books, None for nobody there; leased labour is a vendor there.
    """

    key: str
    first_name: str
    last_name: str
    employee_id: str
    email: str | None = None
    has_login: bool = False
    job_title: str | None = None
    is_active: bool = True
    books_name: str | None = None
    is_vendor_in_books: bool = False


@dataclass(frozen=True, slots=True)
class Timecard:
    """A day's hours of one employee on one code. `time_type` is the type's abbreviation (REG, OT, DT)."""

    employee_key: str
    project_key: str
    date: date
    hours: Decimal
    cost_code: str
    time_type: str = "REG"
    cost_type: str = "labor"
    status: Literal["pending", "reviewed", "approved", "completed"] = "approved"
    description: str = ""


@dataclass(frozen=True, slots=True)
class Contractor:
    """Everything known of the firm. `start_date` is the first day the books and Procore are to be kept in step.

    `class_names` are the books' classes; `merged_companies` are (kept, merged away) keys of records that the
    bookkeeper has merged since.
    """

    name: str
    procore_company_id: int
    other_procore_company_id: int
    realm_id: str
    start_date: date
    currency: str = "USD"
    country: str = "US"
    companies: tuple[Company, ...] = ()
    accounts: tuple[LedgerAccount, ...] = ()
    cost_codes: tuple[CostCode, ...] = ()
    projects: tuple[Project, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    prime_contracts: tuple[PrimeContract, ...] = ()
    direct_costs: tuple[DirectCost, ...] = ()
    payments: tuple[Payment, ...] = ()
    expenses: tuple[BookExpense, ...] = ()
    class_names: tuple[str, ...] = ()
    merged_companies: tuple[tuple[str, str], ...] = ()
    employees: tuple[Employee, ...] = ()
    timecards: tuple[Timecard, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
