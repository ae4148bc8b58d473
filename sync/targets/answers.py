"""What writing to the other side answers, and what an adapter must be able to do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.errors import Missing, VendorError
from smoothx.lib.money import ZERO
from sync.models import Entry, Outgoing
from sync.plan import MoneyDocument, Notice
from sync.work import Work

CREDITS = frozenset({"VendorCredit", "CreditMemo"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a vendor made of a document. `total` is None for what is no money document. `warnings` are told with it."""

    id: str
    version: str
    number: str = ""
    total: Decimal | None = None
    wire: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Twin:
    """A document on the other side that may be the same: `code` says how alike."""

    code: str
    id: str
    name: str
    amount: Decimal
    days: int = 0
    is_ours: bool = False
    version: str = ""
    number: str = ""
    date: date | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A document of ours as it stands on the other side. `total` has its sign: credits are below zero.

    `is_touched`: a payment or the like was applied to it, so that it must not be changed any more. `wire` is the
    document itself, as far as the adapter reads it: with it a change by hand is seen field by field. `touched_by` is
    the adapter's own word for what touched it, where there are several.
    """

    version: str
    total: Decimal
    is_touched: bool = False
    wire: Mapping[str, Any] = field(default_factory=dict)
    touched_by: str = ""


class Adapter(ABC):
    """Sends what the outbox holds, so that a write can be finished by a worker that never saw the plan.

    `can_update`: what was posted may be changed afterwards. `touched_codes`: what is said where somebody built on it
    over there, and it changed or went at its source. `is_replayed`: QuickBooks answers a repeated key of such a write
    with the first result.
    """

    can_update = True
    touched_codes = ("paid_and_changed", "paid_and_removed")
    is_replayed = True

    @abstractmethod
    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        """Do the write: its operation is create, update or delete. Raises the vendor's error."""

    @abstractmethod
    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        """What a write without an answer came to, None when it did not happen."""

    def send_many(self, work: Work, drafts: Sequence[Outgoing]) -> dict[int, Answer | VendorError]:
        """Creates in one call; what came of each by its pk. Raises what befell the call as a whole."""
        raise NotImplementedError

    def twins(self, work: Work, entry: Entry, document: MoneyDocument) -> list[Twin]:
        """Documents on the other side that may be this one already, the most alike first."""
        return []

    def read_other(self, work: Work, planned: Mapping[str, Any], target_id: str) -> tuple[Answer, str]:
        """Another document over there that may be the planned one, and whom it concerns there. `planned` is the
        document as the ledger keeps it. Raises the vendor's error."""
        message = f"a {planned.get('entity')} cannot be linked to what stands there"
        raise Missing(message)

    def look(self, work: Work, entry: Entry) -> Standing:
        """How the entry's document stands now. Raises Missing when it was deleted."""
        return Standing(entry.target_version, entry.target_total or ZERO)

    def is_safe(self, entry: Entry, document: Any, standing: Standing) -> bool:
        """Whether the planned `document` may be written over one that is touched, since it takes nothing away of
        what that rests on."""
        return False

    def update_fields(self, entry: Entry, standing: Standing) -> dict[str, Any]:
        """What the wire form of a change carries beside the document; alone, it is the body of a delete."""
        return {}


def signed(entity: str, amount: Decimal) -> Decimal:
    """QuickBooks states a credit's total as a positive amount."""
    return -amount if entity in CREDITS else amount
