"""Which documents in QuickBooks may hold cost of projects, and which of them are worth a place in the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from connectors.qbo.records_costs import BookedCost, CostKind
from mapping.defaults import JOURNAL_COSTS
from sync.sources.costs import is_posted_by_us
from sync.work import Work

Wire = Mapping[str, Any]


def cost_reader(kind: CostKind) -> Callable[[Wire], BookedCost]:
    return partial(BookedCost.from_wire, kind=kind)


def wants_cost(work: Work, entity: str, wire: Wire) -> bool:
    """Not what we posted there ourselves.

    Only asked of what is not in the queue already: what is known is looked at again whatever became of it.
    """
    return not is_posted_by_us(work, entity, str(wire["Id"]), wire.get("PrivateNote") or "")


def reads_journals(work: Work) -> bool:
    return work.defaults.says(JOURNAL_COSTS, "yes")
