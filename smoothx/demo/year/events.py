"""What can happen in a simulated year, as plain values. Documents are named by keys of the script, never by ids.

Money is Decimal, two places; percentages are Decimal percent. A claim is named by its contract's key and its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

ClaimName = tuple[str, int]


class Beside:
    """What happens beside claims, payments and costs; `events_beside` has them all."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a contract or change order. `cost_code` is the full code ("03-300")."""

    cost_code: str
    description: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Contract:
    """A commitment, or with `kind` "prime" the contract with the owner, who is the `party` then, else the vendor.

    Parties are named as in Procore. `tax_rate` is percent on every line, None where it is not taxed.
    """

    key: str
    project: str
    party: str
    kind: Literal["work_order", "purchase_order", "prime"]
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
class Pay:
    """One payment over all bills, or all invoices, of these claims: `share` percent of what is open on each."""

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


@dataclass(frozen=True, slots=True)
class CostLine:
    """`code` is a full cost code in Procore, the name of an account in the books; `project` None for overhead."""

    project: str | None
    code: str
    description: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class EnterDirectCost:
    """A cost the project manager enters in Procore, all lines on one project."""

    name: str
    kind: Literal["invoice", "expense"]
    party: str
    number: str
    day: date
    lines: tuple[CostLine, ...]
    status: Literal["approved", "pending"] = "approved"


@dataclass(frozen=True, slots=True)
class EditDirectCost:
    name: str
    line: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ApproveDirectCost:
    name: str


@dataclass(frozen=True, slots=True)
class EnterBookCost:
    """A cost the bookkeeper enters, or the bank feed brings: parties are named as in Procore."""

    name: str
    entity: Literal["Bill", "VendorCredit", "Purchase"]
    party: str
    number: str
    day: date
    lines: tuple[CostLine, ...]
    pay_type: Literal["", "CreditCard", "Check"] = ""
    is_credit: bool = False


@dataclass(frozen=True, slots=True)
class CardCharge:
    """The bank feed brings a charge that nobody has categorised yet; it is of no job."""

    name: str
    party: str
    amount: Decimal
    day: date


@dataclass(frozen=True, slots=True)
class Categorise:
    name: str
    project: str
    account: str


@dataclass(frozen=True, slots=True)
class EditBookCost:
    """The first line of a bill comes to another amount."""

    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DeleteBookCost:
    name: str


Event = (
    SignContract
    | OrderChange
    | SubmitClaim
    | EditClaim
    | SetClaimStatus
    | DeleteClaim
    | Decide
    | Pay
    | VoidPayment
    | ApplyCredit
    | EnterDirectCost
    | EditDirectCost
    | ApproveDirectCost
    | EnterBookCost
    | CardCharge
    | Categorise
    | EditBookCost
    | DeleteBookCost
    | Beside
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
    """`carried` are the keys of the flows it was written for."""

    months: tuple[Month, ...]
    contracts: tuple[Contract, ...]
    carried: frozenset[str] = frozenset()
