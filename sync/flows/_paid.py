"""What a payment in QuickBooks settles of one document of ours, and its share without tax."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from connectors.qbo.records_payments import Applied
from smoothx.lib.money import ZERO, cents


class Payment(Protocol):
    """What bill payments and customer payments have in common."""

    @property
    def id(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def date(self) -> date: ...
    @property
    def currency(self) -> str: ...
    @property
    def party_id(self) -> str: ...
    @property
    def party_name(self) -> str: ...
    @property
    def applied(self) -> tuple[Applied, ...]: ...

    def applied_to(self, part: str) -> Decimal: ...


P = TypeVar("P", bound=Payment)


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """The Procore invoice that a QuickBooks document of ours stands for. `name` is the document's: "Bill 4402"."""

    id: str
    project_id: str
    contract_id: str
    contract_name: str
    number: str
    invoice_number: str
    name: str


@dataclass(frozen=True, slots=True)
class Settled:
    """One payment of a document: the earliest comes first, of one day the one entered first."""

    day: date
    payment_id: str
    amount: Decimal

    @property
    def order(self) -> tuple[date, int, str]:
        return self.day, len(self.payment_id), self.payment_id


@dataclass(frozen=True, slots=True)
class TaxedDocument:
    """A document whose tax was posted as tax: its total with tax, the tax, and all that settles it."""

    total: Decimal
    tax: Decimal
    settled: tuple[Settled, ...]


@dataclass(frozen=True, slots=True)
class PaidPart(Generic[P]):
    """What one payment settles of one document, `part`. `payment` is None when it was deleted.

    `invoice` is None when the document is not ours any more. `ours` are the parts of the payment that are documents of
    ours. `taxed` is None where tax is cost, or there is none. `title` is how the payment was known before. `shared` is
    set where the invoice stands for a part of the document alone, the rest being its `tax`.
    """

    payment_id: str
    part: str
    payment: P | None
    invoice: PaidInvoice | None
    ours: tuple[str, ...] = ()
    taxed: TaxedDocument | None = None
    title: str = ""
    shared: TaxedDocument | None = None

    @property
    def document(self) -> str:
        """The document that is settled; a part may name a purchase order of it as well, "Bill:234:90"."""
        return ":".join(self.part.split(":")[:2])


def share_without_tax(document: TaxedDocument, payment_id: str) -> Decimal:
    """What a payment counts for without tax. Every payment counts in proportion; the one that settles the document
    takes what rounding left, so that all together come to its net."""
    net = cents(document.total - document.tax)
    left, settled = net, ZERO
    for each in sorted(document.settled, key=lambda each: each.order):
        settled += each.amount
        is_last = settled >= document.total
        share = left if is_last else cents(each.amount * net / document.total)
        left = cents(left - share)
        if each.payment_id == payment_id:
            return share
    return ZERO
