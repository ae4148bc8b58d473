"""What a cost on its way between the two sides finds in its maps beside the mapping: what it is posted as already, and
for Procore the budget of its project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from mapping.budgets import ProjectBudget
from mapping.kinds import EMPLOYEE, EMPLOYEE_VENDOR, PROJECT, SUB_JOB, VENDOR
from mapping.maps import LeftSide, Maps
from sync.models import Entry

# What they are posted as is all these look up.
POSTED_ALONE = frozenset({"direct_costs", "purchase_orders", "order_bills"})
# Costs of the books on their way to Procore. Their lines keep the codes they were posted on (CostTargets).
FROM_BOOKS = frozenset({"expenses", "payroll_costs"})
COST_FLOWS = POSTED_ALONE | FROM_BOOKS
LEFT_KINDS = (VENDOR, PROJECT, SUB_JOB, EMPLOYEE, EMPLOYEE_VENDOR)


class Loaded(Protocol):
    """The part of a run's knowledge that is asked for here."""

    budgets: dict[str, ProjectBudget]

    @property
    def lefts(self) -> dict[tuple[str, str], LeftSide]: ...


def with_costs(work: Loaded, maps: Maps, entry: Entry) -> Maps:
    if entry.flow in POSTED_ALONE:
        return replace(maps, posted=_posted(entry))
    return replace(
        maps, lefts=work.lefts, budgets=dict(work.budgets), posted=_posted(entry), taken_numbers=_taken_numbers(entry)
    )


def _posted(entry: Entry) -> Mapping[str, Any]:
    return entry.planned.get("document") or {} if entry.is_posted else {}


def _taken_numbers(entry: Entry) -> frozenset[str]:
    """Numbers the other parts of the same source have in Procore."""
    if not entry.part:
        return frozenset()
    parts = Entry.objects.filter(
        flow=entry.flow,
        source_connection=entry.source_connection,
        source_type=entry.source_type,
        source_id=entry.source_id,
    )
    others = parts.exclude(pk=entry.pk).exclude(target_id="")
    return frozenset(others.values_list("target_number", flat=True)) - {""}
