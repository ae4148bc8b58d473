"""What the invoices of both directions have in common: cumulative figures per contract, each starting where the one
before ended."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from smoothx.lib.money import cents, total

if TYPE_CHECKING:
    from connectors.procore.records import RequisitionLine


class Claim(ABC):
    """A payment application on a commitment or on a prime contract, with its G702 figures.

    `completed` is line 4, `retainage` line 5, `earned` line 6, `previous` line 7, `due` line 8; `tax` is the tax
    applicable to this payment. `payment_terms` are those written on the contract, empty where none are.
    """

    __slots__ = ()

    id: str
    project_id: str
    project_name: str
    contract_name: str
    number: int
    invoice_number: str
    period_start: date | None
    period_end: date | None
    billing_date: date | None
    previous_id: str | None
    completed: Decimal
    retainage: Decimal
    earned: Decimal
    previous: Decimal
    due: Decimal
    tax: Decimal
    lines: tuple[RequisitionLine, ...]
    currency: str | None
    payment_terms: str

    @property
    @abstractmethod
    def contract_key(self) -> str:
        """What the ledger keeps the contract's claims under."""

    @property
    @abstractmethod
    def party_name(self) -> str:
        """The vendor who bills, or the owner who is billed."""

    @property
    @abstractmethod
    def completed_before(self) -> Decimal:
        """Line 4 of the application before."""

    @property
    @abstractmethod
    def retainage_before(self) -> Decimal:
        """Line 5 of the application before."""

    @property
    def gross(self) -> Decimal:
        return cents(self.completed - self.completed_before)

    @property
    def released(self) -> Decimal:
        """R: retainage let go this period, on work and on stored material."""
        return total(line.released for line in self.lines)

    @property
    def retained(self) -> Decimal:
        """H: retainage kept back this period. Negative when retainage on stored material rolls off unreleased.

        The change of what is held plus what was let go, not the sum of the lines' own figures: those leave out
        retainage that moves from stored material to work.
        """
        return cents(self.retainage - self.retainage_before + self.released)
