"""Direct costs in Procore: written whole by the writer, looked at, and searched for what may be the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.procore import resources as procore
from connectors.procore.documents_costs import DirectCost
from connectors.procore.records_costs import DirectCost as CostRecord
from connectors.procore.records_costs import ListedCost
from smoothx.lib.money import ZERO, money
from sync.made_forms import standing_cost
from sync.models import Entry
from sync.plan import MoneyDocument
from sync.shield import Known, find_alike
from sync.targets.answers import Answer, Standing, Twin
from sync.targets.cost_writer import CostWriter, is_made_by, line_origin_of, read_answer, read_lines, read_version
from sync.targets.steps import WrittenInSteps
from sync.targets.unsettled import load_unsettled
from sync.work import Work
from sync.written import load_last_body

# A cost entered in Procore that has a bill by now may be the same as an expense of these days; a later one is another.
# So may one of another vendor, where the expense does not say whom it paid.
NEAR_DAYS = 7


class DirectCosts(WrittenInSteps):
    writer = CostWriter

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
        candidates = [cost for cost in listed if _may_be(cost, document)]
        if not _find(document, candidates, _Ledger()):
            return []
        # Only now is it worth asking which of them the ledger knows.
        return _find(document, candidates, _load_ledger(entry, candidates))

    def read_other(self, work: Work, planned: Mapping[str, Any], target_id: str) -> tuple[Answer, str]:
        wire = work.procore.get(procore.DIRECT_COSTS, target_id, project_id=str(planned["project_id"]))
        return read_answer(wire), ListedCost.from_wire(wire).vendor_id

    def look(self, work: Work, entry: Entry) -> Standing:
        """With every field and line where it is not locked: what is locked nobody changed by hand."""
        project_id = _project_in(entry)
        wire = work.procore.get(procore.DIRECT_COSTS, entry.target_id, project_id=project_id)
        version, total = read_version(wire), money(wire.get("grand_total"))
        sent = load_last_body(entry)
        if wire.get("origin_id") or not sent:
            return Standing(version, total)
        lines = read_lines(work, project_id, entry.target_id)
        cost = CostRecord.from_wire(wire, project_id=project_id, lines=lines)
        form = standing_cost(cost, sent["lines"], lambda key: line_origin_of(entry, key))
        return Standing(version, total, wire=form)

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


@dataclass(frozen=True, slots=True)
class _Ledger:
    """Ids of direct costs that we made or are making, and of those entered in Procore that have a bill by now."""

    made: frozenset[str] = frozenset()
    billed: frozenset[str] = frozenset()

    def knows(self, cost: ListedCost, document: DirectCost) -> bool:
        return cost.id in self.made or (cost.id in self.billed and _days(document, cost) > NEAR_DAYS)


def _load_ledger(entry: Entry, costs: Sequence[ListedCost]) -> _Ledger:
    ids, connection = [cost.id for cost in costs], entry.target_connection_id
    unsettled = load_unsettled("direct_cost", beside=entry)
    under_way = {
        cost.id for cost in costs if any(is_made_by(cost, each.entry, str(each.body["mark"])) for each in unsettled)
    }
    made = Entry.objects.filter(target_connection=connection, target_type="direct_cost", target_id__in=ids)
    billed = Entry.objects.filter(
        source_connection=connection, source_type=procore.DIRECT_COSTS.key, source_id__in=ids
    ).exclude(target_id="")
    return _Ledger(
        frozenset({*made.values_list("target_id", flat=True), *under_way}),
        frozenset(billed.values_list("source_id", flat=True)),
    )


def _may_be(cost: ListedCost, document: DirectCost) -> bool:
    """Of the same sign, and of the same vendor unless the expense names none."""
    is_same_sign = (cost.total < ZERO) == (document.total < ZERO)
    return is_same_sign and (cost.vendor_id == document.vendor_id or not document.has_payee)


def _find(document: DirectCost, costs: Sequence[ListedCost], ledger: _Ledger) -> list[Twin]:
    if document.kind == "payroll":
        return _find_payroll(document, costs, ledger)
    by_id = {cost.id: cost for cost in costs}
    same_vendor = [
        Known(cost.id, cost.number, abs(cost.total), cost.date, ledger.knows(cost, document))
        for cost in costs
        if cost.vendor_id == document.vendor_id
    ]
    alike = find_alike(document.number, abs(document.total), document.date, same_vendor)
    if alike:
        return [_twin(each.code, document, by_id[each.known.id], why=each.why) for each in alike]
    near = [cost for cost in costs if cost.total == document.total and cost.kind == document.kind]
    unsure = [cost for cost in near if _days(document, cost) <= NEAR_DAYS and not ledger.knows(cost, document)]
    return [_twin("possible_duplicate", document, cost) for cost in unsure if not document.has_payee]


def _find_payroll(document: DirectCost, costs: Sequence[ListedCost], ledger: _Ledger) -> list[Twin]:
    """Payroll of the same day and amount that somebody entered by hand, for this employee or for nobody in particular.

    Equal days of several employees are normal, and so are those of one employee that came from us.
    """
    same = [cost for cost in costs if (cost.kind, cost.total, cost.date) == ("payroll", document.total, document.date)]
    people = ("", document.employee_id)
    foreign = [cost for cost in same if cost.employee_id in people and not ledger.knows(cost, document)]
    return [_twin("possible_duplicate", document, cost) for cost in foreign]


def _days(document: DirectCost, cost: ListedCost) -> int:
    return abs(((cost.date or document.date) - document.date).days)


def _twin(code: str, document: DirectCost, cost: ListedCost, *, is_ours: bool = False, why: str = "") -> Twin:
    return Twin(
        code=code,
        id=cost.id,
        name=f"direct cost {cost.number or cost.id}",
        amount=cost.total,
        days=_days(document, cost),
        is_ours=is_ours,
        version=cost.version,
        number=cost.number,
        date=cost.date,
        why=why,
    )
