"""Direct costs in Procore: written whole by the writer, looked at, and searched for what may be the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.errors import Missing
from connectors.procore import resources as procore
from connectors.procore.documents_costs import DirectCost
from connectors.procore.records_costs import ListedCost
from smoothx.lib.money import money
from sync.models import Entry, Outgoing
from sync.plan import MoneyDocument
from sync.targets.answers import Adapter, Answer, Standing, Twin
from sync.targets.cost_writer import Writer, is_made_by, read_answer, read_version
from sync.work import Work

SIMILAR_DAYS = 30
# A cost entered in Procore that has a bill by now may be the same as an expense of these days; a later one is another.
# So may one of another vendor, where the expense does not say whom it paid.
NEAR_DAYS = 7


class DirectCosts(Adapter):
    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        writer = Writer(work, outgoing, entry)
        return writer.delete() if outgoing.operation == "delete" else writer.write()

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        """None too for one whose lines are not all there: sending again writes those that lack."""
        writer = Writer(work, outgoing, entry)
        try:
            wire = writer.find()
        except Missing:
            if outgoing.operation == "delete":
                return Answer(entry.target_id, entry.target_version)
            raise
        if wire is None or outgoing.operation == "delete":
            return None
        return read_answer(wire) if writer.is_complete(wire) else None

    def twins(self, work: Work, entry: Entry, document: MoneyDocument) -> list[Twin]:
        """Costs of the project with the vendor's number, or with the same amount around the same day.

        What came from QuickBooks before is known and no doubt: equal costs month after month are normal.
        """
        if not isinstance(document, DirectCost):
            return []
        listed = list_costs(work, document.project_id)
        ours = [cost for cost in listed if is_made_by(cost, entry, document.mark)]
        if ours:
            return [_twin("duplicate_number", document, cost, is_ours=True) for cost in ours]
        number = document.number.casefold()
        same_vendor = [cost for cost in listed if cost.vendor_id == document.vendor_id]
        numbered = [cost for cost in same_vendor if number and cost.number.casefold() == number]
        if numbered:
            return [_twin("duplicate_number", document, cost) for cost in numbered]
        near = [cost for cost in listed if cost.total == document.total and _is_near(cost, document)]
        return [_twin("possible_duplicate", document, cost) for cost in _leave_known(entry, document, near)]

    def read_other(self, work: Work, planned: Mapping[str, Any], target_id: str) -> tuple[Answer, str]:
        wire = work.procore.get(procore.DIRECT_COSTS, target_id, project_id=str(planned["project_id"]))
        return read_answer(wire), str((wire.get("vendor") or {}).get("id") or wire.get("vendor_id") or "")

    def look(self, work: Work, entry: Entry) -> Standing:
        wire = work.procore.get(procore.DIRECT_COSTS, entry.target_id, project_id=_project_in(entry))
        return Standing(read_version(wire), money(wire.get("grand_total")))

    def update_fields(self, entry: Entry, standing: Standing) -> dict[str, Any]:
        return {"id": entry.target_id, "project_id": _project_in(entry)}


def list_costs(work: Work, project_id: str) -> list[ListedCost]:
    """The direct costs of a project, read once per run and again after one of ours was written there."""
    if project_id not in work.direct_costs:
        pages = work.procore.list(procore.DIRECT_COST_HEADS, project_id=project_id)
        work.direct_costs[project_id] = [ListedCost.from_wire(row) for page in pages for row in page]
    return work.direct_costs[project_id]


def _project_in(entry: Entry) -> str:
    """Where the posted document stands, which its plan says; the entry's own project may be another by now."""
    planned = entry.planned.get("document") or {}
    return str(planned.get("project_id") or entry.project_id)


def _is_near(cost: ListedCost, document: DirectCost) -> bool:
    days = _days(document, cost)
    is_unsure = not document.has_payee and cost.kind == document.kind and days <= NEAR_DAYS
    return is_unsure or (cost.vendor_id == document.vendor_id and days <= SIMILAR_DAYS)


def _leave_known(entry: Entry, document: DirectCost, costs: Sequence[ListedCost]) -> list[ListedCost]:
    ids = [cost.id for cost in costs]
    if not ids:
        return []
    connection = entry.target_connection_id
    made = Entry.objects.filter(target_connection=connection, target_type="direct_cost", target_id__in=ids)
    carried = Entry.objects.filter(
        source_connection=connection, source_type=procore.DIRECT_COSTS.key, source_id__in=ids
    ).exclude(target_id="")
    known = set(made.values_list("target_id", flat=True))
    posted = set(carried.values_list("source_id", flat=True))
    return [
        cost
        for cost in costs
        if cost.id not in known and (cost.id not in posted or _days(document, cost) <= NEAR_DAYS)
    ]


def _days(document: DirectCost, cost: ListedCost) -> int:
    return abs(((cost.date or document.date) - document.date).days)


def _twin(code: str, document: DirectCost, cost: ListedCost, *, is_ours: bool = False) -> Twin:
    return Twin(
        code=code,
        id=cost.id,
        name=f"direct cost {cost.number or cost.id}",
        amount=cost.total,
        days=_days(document, cost),
        is_ours=is_ours,
        version=cost.version,
        number=cost.number,
    )
