"""What can happen in a simulated year, as plain values. Documents are named by keys of the script, never by ids.

Money is Decimal, two places; percentages are Decimal percent. A claim is named by its contract's key and its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

ClaimName = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a contract or change order. `cost_code` is the full code ("03-300")."""

    cost_code: str
    description: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Contract:
    """A commitment. `tax_rate` is percent on every line, None where it is not taxed."""

    key: str
    project: str
    vendor: str
    kind: Literal["work_order", "purchase_order"]
    number: str
    title: str
    retention: Decimal
    lines: tuple[Line, ...]
    tax_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """What a claim says about line `line` (contract lines, then change-order lines in order).

    `work` and `released` are of this period, `stored` is what lies on site after it. `retained` None: by the
    contract's percent.
    """

    line: int
    work: Decimal | None = None
    stored: Decimal | None = None
    retained: Decimal | None = None
    released: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SignContract:
    contract: Contract


@dataclass(frozen=True, slots=True)
class OrderChange:
    """An approved change order; its lines are billed from the next claim on."""

    contract: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class SubmitClaim:
    contract: str
    number: int
    invoice_number: str
    period_end: date
    entries: tuple[Entered, ...]


@dataclass(frozen=True, slots=True)
class EditClaim:
    claim: ClaimName
    entry: Entered


@dataclass(frozen=True, slots=True)
class SetClaimStatus:
    claim: ClaimName
    status: Literal["approved", "approved_as_noted", "under_review", "revise_and_resubmit"]


@dataclass(frozen=True, slots=True)
class DeleteClaim:
    claim: ClaimName


@dataclass(frozen=True, slots=True)
class Decide:
    """A person's decision in the product about a document that waits for one."""

    claim: ClaimName
    act: Literal["keep_as_is", "post_difference"]


@dataclass(frozen=True, slots=True)
class PayBills:
    """One payment from the books over all bills named, `share` percent of what is open on each."""

    name: str
    claims: tuple[ClaimName, ...]
    share: Decimal
    day: date


@dataclass(frozen=True, slots=True)
class VoidPayment:
    name: str


@dataclass(frozen=True, slots=True)
class ApplyCredit:
    """The vendor credit of one claim applied to the bill of another, as far as both reach."""

    name: str
    credit: ClaimName
    bill: ClaimName
    day: date


Event = (
    SignContract
    | OrderChange
    | SubmitClaim
    | EditClaim
    | SetClaimStatus
    | DeleteClaim
    | Decide
    | PayBills
    | VoidPayment
    | ApplyCredit
)


@dataclass(frozen=True, slots=True)
class Step:
    """Events between two rests of the engine."""

    name: str
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Month:
    number: int
    last_day: date
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """`decided` are the claims whose bill differs by a person's decision; their contract agrees all the same once
    the claim after has made up for it."""

    months: tuple[Month, ...]
    contracts: tuple[Contract, ...]
