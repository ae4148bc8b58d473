"""Which documents in QuickBooks may hold cost of projects, and which of them are worth a place in the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef

from connectors.qbo import resources as qbo
from connectors.qbo.records_costs import BookedCost, BookedLine, CostKind
from mapping.defaults import JOURNAL_COSTS
from sync import ledger
from sync.models import Entry
from sync.sources.costs import is_posted_by_us
from sync.work import Work

Wire = Mapping[str, Any]


def cost_reader(kind: CostKind) -> Callable[[Wire], BookedCost]:
    return partial(BookedCost.from_wire, kind=kind)


def lines_of(work: Work, record: Any, part: str) -> tuple[BookedLine, ...]:
    """The lines of a record that are for this customer."""
    return tuple(line for line in record.lines if line.customer.id == part)


def wants_cost(work: Work, entity: str, wire: Wire) -> bool:
    """Not what we posted there ourselves.

    Only asked of what is not in the queue already: what is known is looked at again whatever became of it.
    """
    return not is_posted_by_us(work, entity, str(wire["Id"]), wire.get("PrivateNote") or "")


def reads_journals(work: Work) -> bool:
    return work.defaults.says(JOURNAL_COSTS, "yes")


def look_at_adopted(work: Work, note: Callable[[Wire], int]) -> int:
    """A bill that went to Procore as a cost, and that a person has linked to an invoice since, is one of ours: the
    cost has to go, or Procore has it twice. Answers how many are looked at again."""
    looked_at = 0
    for resource in (qbo.BILLS, qbo.VENDOR_CREDITS):
        ours = Entry.objects.filter(
            target_connection=work.qbo.connection, target_type=resource.entity, target_id=OuterRef("source_id")
        )
        carried = Entry.objects.filter(
            Exists(ours), flow="expenses", source_connection=work.qbo.connection, source_type=resource.key
        )
        looked_at += ledger.make_due(carried.exclude(target_id="").exclude(state=Entry.State.HELD))
    return looked_at
