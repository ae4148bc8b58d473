"""One write of one direct cost: its header, then its lines, a hundred a call.

Where what we make is locked, header and lines carry origin ids, so that each action can be repeated: what is there is
found, not made twice. Without locking they are looked for by our mark and by what they say. Either way a document of
many lines that stopped midway goes on from what stands there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connectors.errors import Missing, NoPermission, Rejected, Retry, Uncertain
from connectors.procore import resources as procore
from connectors.procore.client import SyncAnswer
from connectors.procore.cost_lines import plan_lines
from connectors.procore.faults import error_in
from connectors.procore.records_costs import DirectCostLine, ListedCost
from connectors.resource import Resource
from smoothx.lib.money import money
from smoothx.lib.text import stable_hash
from sync.models import Entry
from sync.targets.answers import Answer
from sync.targets.steps import StepWriter
from sync.work import Work

MOST_LINES = 100


@dataclass(slots=True)
class CostWriter(StepWriter[dict[str, Any]]):
    is_unlocked: bool = field(default=False, init=False)

    @property
    def is_locked(self) -> bool:
        return bool(self.body.get("is_locked"))

    @property
    def target_id(self) -> str:
        return str(self.body.get("id") or "")

    # --- writing

    def write(self) -> Answer:
        """The header, then the lines that lack. From the header on a trouble leaves something behind, so it counts as
        no answer: what stands there is looked at before anything is sent again."""
        lines = self._with_codes()
        standing = self.find() if self.target_id or self.outgoing.probes else None
        cost_id = self._write_head(standing)
        try:
            self._write_lines(cost_id, lines, is_new=standing is None)
        except Retry as error:
            message = "some lines of a direct cost are not written yet"
            raise Uncertain(message, vendor_text=error.vendor_text, request_id=error.request_id) from error
        except (Rejected, NoPermission):
            self._take_back(cost_id)
            raise
        wire = self._show(cost_id)
        self._remember(wire)
        return read_answer(wire)

    def delete(self) -> Answer:
        """What is locked has to be let go first: Procore deletes nothing that is marked as synced."""
        with suppress(Missing):
            if self._show(self.target_id).get("origin_id"):
                self._unlock(self.target_id)
            self.client.delete(procore.DIRECT_COSTS, self.target_id, project_id=self.project_id, key=self.outgoing.key)
        self._remember(None)
        return Answer(self.target_id, self.entry.target_version)

    def _write_head(self, standing: dict[str, Any] | None) -> str:
        head = {name: value for name, value in self.body["head"].items() if standing is not None or value is not None}
        for name in ("vendor_id", "employee_id"):
            if name in head or name == "vendor_id":
                head[name] = int(head[name]) if head.get(name) else None
        if self.is_locked:
            own = {"id": int(standing["id"])} if standing is not None else {}
            row = {**own, **head, "origin_id": origin_of(self.entry)}
            return str(self._sync(procore.DIRECT_COST_HEADS, [row]).entities[0]["id"])
        if standing is None:
            return str(self._create(head)["id"])
        cost_id = str(standing["id"])
        if standing.get("origin_id"):
            self._unlock(cost_id)
        self.client.patch(procore.DIRECT_COSTS, cost_id, head, project_id=self.project_id, key=self.outgoing.key)
        return cost_id

    def _create(self, head: dict[str, Any]) -> dict[str, Any]:
        return self.client.create(procore.DIRECT_COSTS, head, project_id=self.project_id, key=self.outgoing.key)

    def _write_lines(self, cost_id: str, lines: Sequence[dict[str, Any]], *, is_new: bool) -> None:
        standing = [] if is_new else self._standing_lines(cost_id)
        plan = plan_lines(lines, standing, cost_id=cost_id, origin_of=self._line_origin)
        if plan.surplus and self.is_locked:
            self._unlock(cost_id)
        for start in range(0, len(plan.rows), MOST_LINES):
            self._sync(procore.DIRECT_COST_LINES, plan.rows[start : start + MOST_LINES])
            self.work.keep_lease()
        for line_id in plan.surplus:
            self._delete_line(cost_id, line_id)
        if self.is_unlocked and self.is_locked:
            self._sync(procore.DIRECT_COST_HEADS, [{"id": int(cost_id), "origin_id": origin_of(self.entry)}])

    def _delete_line(self, cost_id: str, line_id: str) -> None:
        path = f"{procore.DIRECT_COST_HEADS.path}/{cost_id}/line_items"
        own = Resource(procore.DIRECT_COST_LINES.key, procore.DIRECT_COST_LINES.label, path, "project")
        # An earlier try may have deleted it.
        with suppress(Missing):
            self.client.delete(own, line_id, project_id=self.project_id, key=self.outgoing.key)

    def _take_back(self, cost_id: str) -> None:
        """A new direct cost whose lines were refused must not stay behind with a part of its amount."""
        if self.outgoing.operation != "create":
            return
        if self.is_locked:
            self._unlock(cost_id)
        self.client.delete(procore.DIRECT_COSTS, cost_id, project_id=self.project_id, key=self.outgoing.key)

    def _unlock(self, cost_id: str) -> None:
        """Unverified for direct costs: whether a locked one lets its origin id be cleared. Contract payments do. Where
        it is refused nothing was changed, and the refusal is shown."""
        if not self.is_unlocked:
            body = {"origin_id": None}
            self.client.patch(procore.DIRECT_COSTS, cost_id, body, project_id=self.project_id, key=self.outgoing.key)
            self.is_unlocked = True

    def _sync(self, resource: Resource, rows: Sequence[dict[str, Any]]) -> SyncAnswer:
        """All rows or an error: a row that was refused stops the document."""
        is_keyed = all("id" in row or row.get("origin_id") for row in rows)
        answer = self.client.sync(resource, rows, project_id=self.project_id, key=self.outgoing.key, is_keyed=is_keyed)
        if answer.errors:
            raise error_in(answer.errors[0])
        if len(answer.entities) < len(rows):
            message = "a sync action answered fewer rows than it was sent"
            raise Uncertain(message)
        return answer

    def _line_origin(self, key: str) -> str:
        return line_origin_of(self.entry, key) if self.is_locked else ""

    def _remember(self, wire: Mapping[str, Any] | None) -> None:
        """Keep the run's list of the project's direct costs as it is now."""
        listed = self.work.direct_costs.get(self.project_id)
        if listed is not None:
            known = self.target_id if wire is None else str(wire["id"])
            kept = [cost for cost in listed if cost.id != known]
            self.work.direct_costs[self.project_id] = [*kept, *([ListedCost.from_wire(wire)] if wire else [])]

    # --- budget codes

    def _with_codes(self) -> list[dict[str, Any]]:
        """The lines, each on a budget code of the project. One that exists already is answered, not made again."""
        made: dict[tuple[str, str], str] = {}
        lines = [dict(line) for line in self.body["lines"]]
        for line in lines:
            if not line["wbs_code_id"]:
                pair = (line["cost_code_id"], line["cost_type_id"])
                made[pair] = made.get(pair) or self._make_code(*pair)
                line["wbs_code_id"] = made[pair]
        if made:
            self.work.budgets.pop(self.project_id, None)
        return lines

    def _make_code(self, cost_code_id: str, cost_type_id: str) -> str:
        chosen = {"cost_code": cost_code_id, "line_item_type": cost_type_id}
        code = self.work.base_maps.codes.get(cost_code_id)
        if code is not None and code.sub_job_id:
            chosen["sub_job"] = code.sub_job_id
        pages = self.client.list(procore.SEGMENTS, project_id=self.project_id)
        segments = [row for page in pages for row in page if row.get("type") in chosen]
        items = [{"segment_id": row["id"], "segment_item_id": int(chosen[row["type"]])} for row in segments]
        body = {"segment_items": items}
        made = self.client.create(procore.BUDGET_CODES, body, project_id=self.project_id, key=self.outgoing.key)
        return str(made["id"])

    # --- reading

    def find(self) -> dict[str, Any] | None:
        if self.target_id:
            return self._show(self.target_id)
        heads, project_id = procore.DIRECT_COST_HEADS, self.project_id
        by_origin = self.client.list(heads, project_id=project_id, origin_id=origin_of(self.entry))
        # One that is not locked, or lost its origin id on the way, is found by the mark alone.
        for pages in (by_origin, self.client.list(heads, project_id=project_id)):
            for row in (row for page in pages for row in page):
                if is_made_by(ListedCost.from_wire(row), self.entry, str(self.body["mark"])):
                    return self._show(str(row["id"]))
        return None

    def is_complete(self, found: dict[str, Any]) -> bool:
        wanted = self.body["lines"]
        is_whole = int(found.get("line_items_count") or 0) == len(wanted)
        expected = sum((Decimal(line["amount"]) for line in wanted), Decimal(0))
        is_same = found.get("description") == self.body["head"]["description"]
        return is_whole and is_same and money(found.get("grand_total")) == expected

    def answer(self, found: dict[str, Any]) -> Answer:
        return read_answer(found)

    def _show(self, cost_id: str) -> dict[str, Any]:
        return self.client.get(procore.DIRECT_COSTS, cost_id, project_id=self.project_id)

    def _standing_lines(self, cost_id: str) -> list[DirectCostLine]:
        return [DirectCostLine.from_wire(row) for row in read_lines(self.work, self.project_id, cost_id)]


def read_lines(work: Work, project_id: str, cost_id: str) -> list[dict[str, Any]]:
    """The lines of a direct cost as Procore has them now."""
    pages = work.procore.list(procore.DIRECT_COST_LINES, project_id=project_id, direct_cost_id=cost_id)
    return [row for page in pages for row in page]


def origin_of(entry: Entry) -> str:
    """The ledger's own key of the document, at most 36 characters: unique in the company, and the same each time."""
    return stable_hash(*entry.ledger_key)


def line_origin_of(entry: Entry, key: str) -> str:
    """The same of one of its lines."""
    return stable_hash(origin_of(entry), key)


def is_made_by(cost: ListedCost, entry: Entry, mark: str) -> bool:
    return cost.origin_id == origin_of(entry) or mark in cost.description


def read_answer(wire: dict[str, Any]) -> Answer:
    kept = {name: value for name, value in wire.items() if name != "line_items"}
    number = str(wire.get("invoice_number") or "")
    return Answer(str(wire["id"]), read_version(wire), number, money(wire.get("grand_total")), kept)


def read_version(wire: dict[str, Any]) -> str:
    return str(wire.get("updated_at") or "")
