"""Direct costs over the API. v1.0 wraps them as `item` and has no lines, v1.1 as `direct_cost` and has them."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.core import VERSION
from connectors.sandbox.procore.costs.direct_cost_conflicts import DirectCostConflicts
from connectors.sandbox.procore.costs.direct_cost_records import MOST_LINES
from connectors.sandbox.procore.costs.direct_cost_shapes import DirectCostShapes
from connectors.sandbox.procore.errors import refuse_fields
from connectors.sandbox.procore.files.attachments import attach_given
from connectors.sandbox.procore.inputs import read_rows, read_text
from connectors.sandbox.procore.listing import answer_page, by_date, by_number, by_range, by_text, filter_rows
from connectors.sandbox.procore.sync import answer_sync
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.wire import json_response

KEYS = {"v1.0": "item", "v1.1": "direct_cost"}
# There is none by status or type.
FILTERS = {
    "id": by_number("id"),
    "origin_id": by_text("origin_id"),
    "invoice_number": by_text("invoice_number"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
    "payment_date": by_date("payment_date"),
    "received_date": by_date("received_date"),
}
_PATH = f"/rest/{VERSION}/projects/<int:project_id>/direct_costs"
_ONE = f"{_PATH}/<int:direct_cost_id>"
# A line's values, checked, with the line it changes (None: a new one) and its reference.
LineWrite = tuple[Row | None, Row, str | None]


class DirectCosts(DirectCostShapes, DirectCostConflicts):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(_PATH, endpoint="list_direct_costs", methods=["GET"]),
        Rule(_PATH, endpoint="create_direct_cost", methods=["POST"]),
        Rule(
            "/rest/v1.0/projects/<int:project_id>/direct_costs/sync", endpoint="sync_direct_costs", methods=["PATCH"]
        ),
        Rule(_ONE, endpoint="show_direct_cost", methods=["GET"]),
        Rule(_ONE, endpoint="update_direct_cost", methods=["PATCH"]),
        Rule(_ONE, endpoint="delete_direct_cost", methods=["DELETE"]),
    )

    def list_direct_costs(self, request: Request, version: str, project_id: int) -> Response:
        rows = self.tables.of("direct_costs", self.find_project(project_id)["id"])
        return answer_page(request, filter_rows(request, rows, FILTERS), self.shape_listed_direct_cost)

    def show_direct_cost(self, request: Request, version: str, project_id: int, direct_cost_id: int) -> Response:
        return json_response(self.shape_direct_cost(self.find_direct_cost(project_id, direct_cost_id), version))

    def create_direct_cost(self, request: Request, version: str, project_id: int) -> Response:
        project = self.find_project(project_id)
        attributes = self.read_wrapped(request, KEYS[version])
        values = self.read_direct_cost_values(attributes)
        writes = self._read_line_writes(project, None, attributes) if version == "v1.1" else []
        cost = self.add_direct_cost(project, values)
        refs = self._write_lines(cost, writes)
        attach_given(self, request, cost, attributes)
        self.announce_direct_cost(cost, "create")
        return json_response(self.shape_direct_cost(cost, version, refs), 201)

    def update_direct_cost(self, request: Request, version: str, project_id: int, direct_cost_id: int) -> Response:
        """Lines that the write does not name stay as they are (unverified)."""
        cost = self.find_direct_cost(project_id, direct_cost_id)
        attributes = self.read_attributes(request, KEYS[version])
        self.check_only_writer(request, cost)
        self.check_direct_cost_lock(cost, attributes)
        values = self.read_direct_cost_values(attributes, cost)
        project = self.tables.get("projects", cost["project_id"])
        writes = self._read_line_writes(project, cost, attributes) if version == "v1.1" else []
        self.change_direct_cost(cost, values)
        refs = self._write_lines(cost, writes)
        attach_given(self, request, cost, attributes)
        self.announce_direct_cost(cost, "update")
        return json_response(self.shape_direct_cost(cost, version, refs))

    def delete_direct_cost(self, request: Request, version: str, project_id: int, direct_cost_id: int) -> Response:
        cost = self.find_direct_cost(project_id, direct_cost_id)
        self.check_only_writer(request, cost)
        self.check_direct_cost_lock(cost)
        self.remove_direct_cost(cost)
        return json_response({"id": cost["id"]})

    def sync_direct_costs(self, request: Request, project_id: int) -> Response:
        """Create or update by id or origin_id. One that is being written refuses the request as a whole."""
        project = self.find_project(project_id)
        updates = self.read_body(request).get("updates")
        rows = self.find_synced("direct_costs", updates, project)
        for row in rows:
            self.check_not_written(row)

        def create(attributes: dict[str, Any]) -> Row:
            cost = self.add_direct_cost(project, self.read_direct_cost_values(attributes))
            self.announce_direct_cost(cost, "create")
            return cost

        def update(cost: Row, attributes: dict[str, Any]) -> Row:
            self.change_direct_cost(cost, self.read_direct_cost_values(attributes, cost))
            self.announce_direct_cost(cost, "update")
            return cost

        return answer_sync(
            updates, rows, create=create, update=update, shape=lambda row: self.shape_direct_cost(row, "v1.0")
        )

    # --- reading

    def find_direct_cost(self, project_id: int, direct_cost_id: int) -> Row:
        return self.find_owned("direct_costs", direct_cost_id, self.find_project(project_id), "Direct cost")

    def find_synced(self, table: str, updates: Any, project: Row) -> list[Row]:
        """The records of the project that the rows of a sync name, by id or origin_id."""
        found: dict[int, Row] = {}
        for attributes in updates if isinstance(updates, list) else []:
            for row in self._find_named(table, attributes) if isinstance(attributes, dict) else []:
                if row["project_id"] == project["id"]:
                    found[row["id"]] = row
        return list(found.values())

    def _find_named(self, table: str, attributes: dict[str, Any]) -> list[Row]:
        origin_id = attributes.get("origin_id")
        by_id = self.tables.find(table, attributes.get("id"))
        by_origin = None if origin_id is None else self.tables.find_origin(table, str(origin_id))
        return [row for row in (by_id, by_origin) if row is not None]

    def _read_line_writes(self, project: Row, cost: Row | None, attributes: dict[str, Any]) -> list[LineWrite]:
        """The lines of a write, all of them checked before the first is made."""
        given = attributes.get("line_items")
        if given is None:
            return []
        rows = read_rows(given, "line_items", 10 * MOST_LINES)
        if len(rows) > MOST_LINES:
            raise refuse_fields(line_items=[f"is too long (maximum is {MOST_LINES})"])
        known = {} if cost is None else {line["id"]: line for line in self.direct_cost_lines(cost)}
        writes: list[LineWrite] = []
        for row in rows:
            line = None
            if row.get("id") is not None:
                line = known.get(read_number(row["id"]) or 0)
                if line is None:
                    raise refuse_fields(line_items=["Line item not found"])
            writes.append(
                (line, self.read_financial_line("direct_cost_lines", project, row, line), read_text(row, "ref"))
            )
        return writes

    def _write_lines(self, cost: Row, writes: list[LineWrite]) -> dict[int, str | None]:
        refs: dict[int, str | None] = {}
        for line, values, ref in writes:
            if line is None:
                refs[self.add_direct_cost_line(cost, values)["id"]] = ref
            else:
                self.change_direct_cost_line(line, values)
        return refs
