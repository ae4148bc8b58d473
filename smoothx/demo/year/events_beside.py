"""What can happen in a simulated year beside claims, payments and costs, as plain values like those of `events`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from smoothx.demo.year.events import Beside, ClaimName, Contract

Side = Literal["procore", "quickbooks"]


@dataclass(frozen=True, slots=True)
class SignSupply(Beside):
    """A purchase order contract whose bills the bookkeeper enters from the order."""

    contract: Contract


@dataclass(frozen=True, slots=True)
class BillOrder(Beside):
    """`amounts` is what is billed per line of the order, None for a line of which nothing came. `held` is kept back
    from the bill, `cost` is a line of its own on the same project, of the account named."""

    name: str
    contract: str
    number: str
    day: date
    amounts: tuple[Decimal | None, ...]
    held: Decimal = Decimal(0)
    cost: tuple[str, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class PayOrderBills(Beside):
    """One payment over these bills, `share` percent of what is open on each."""

    name: str
    bills: tuple[str, ...]
    share: Decimal
    day: date


@dataclass(frozen=True, slots=True)
class AttachToClaim(Beside):
    claim: ClaimName
    name: str


@dataclass(frozen=True, slots=True)
class AttachToCost(Beside):
    """On what was entered under this name and number: a direct cost in Procore, or a document of the books."""

    side: Side
    cost: str
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Work:
    """Hours of one employee, named by place in the books' list, on one project."""

    worker: int
    project: str
    hours: Decimal
    rate: Decimal

    @property
    def cost(self) -> Decimal:
        return self.hours * self.rate


@dataclass(frozen=True, slots=True)
class EnterTime(Beside):
    name: str
    day: date
    work: Work


@dataclass(frozen=True, slots=True)
class EditTime(Beside):
    name: str
    hours: Decimal


@dataclass(frozen=True, slots=True)
class DeleteTime(Beside):
    name: str


@dataclass(frozen=True, slots=True)
class RunPayroll(Beside):
    """The journal entry of the month's wages: an amount per project, and for nobody's the office's."""

    name: str
    day: date
    lines: tuple[tuple[str | None, Decimal], ...]


@dataclass(frozen=True, slots=True)
class TakePayrollFile(Beside):
    """A payroll file, taken in by a person; it may correct rows of an earlier one."""

    name: str
    rows: tuple[tuple[date, Work], ...]


@dataclass(frozen=True, slots=True)
class ChangeContact(Beside):
    """On the side that is right. `rename` is the new name, None to keep it."""

    party: str
    email: str
    phone: str
    rename: str | None = None


@dataclass(frozen=True, slots=True)
class RenameProject(Beside):
    project: str
    name: str


@dataclass(frozen=True, slots=True)
class LockAgain(Beside):
    """Every record of a posted document that somebody opened is locked again."""
