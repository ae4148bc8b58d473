"""The lines of direct costs over the API: of one, of a whole project, and in bulk."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.costs.direct_costs import DirectCosts
from connectors.sandbox.procore.costs.line_items import LINE_FILTERS
from connectors.sandbox.procore.errors import refuse_fields, refuse_unknown
from connectors.sandbox.procore.listing import answer_page, filter_rows, list_values
from connectors.sandbox.procore.sync import answer_sync
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

_PROJECT = "/rest/v1.0/projects/<int:project_id>/direct_costs"
_LINES = f"{_PROJECT}/<int:direct_cost_id>/line_items"


class DirectCostLines(DirectCosts):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *DirectCosts.ROUTES,
        Rule(f"{_PROJECT}/line_items", endpoint="list_project_cost_lines", methods=["GET"]),
        Rule(f"{_PROJECT}/line_items/sync", endpoint="sync_direct_cost_lines", methods=["PATCH"]),
        Rule(_LINES, endpoint="list_direct_cost_lines", methods=["GET"]),
        Rule(_LINES, endpoint="create_direct_cost_line", methods=["POST"]),
        Rule(f"{_LINES}/<int:line_id>", endpoint="show_direct_cost_line", methods=["GET"]),
        Rule(f"{_LINES}/<int:line_id>", endpoint="update_direct_cost_line", methods=["PATCH"]),
        Rule(f"{_LINES}/<int:line_id>", endpoint="delete_direct_cost_line", methods=["DELETE"]),
    )

    def list_project_cost_lines(self, request: Request, project_id: int) -> Response:
        """All lines of a project, or those of the direct costs and ids that are asked for."""
        project = self.find_project(project_id)
        rows = filter_rows(request, self._pick_lines(request, project), LINE_FILTERS)
        return answer_page(request, rows, self.shape_thin_direct_cost_line)

    def list_direct_cost_lines(self, request: Request, project_id: int, direct_cost_id: int) -> Response:
        lines = self.direct_cost_lines(self.find_direct_cost(project_id, direct_cost_id))
        return answer_page(request, filter_rows(request, lines, LINE_FILTERS), self.shape_direct_cost_line)

    def show_direct_cost_line(self, request: Request, project_id: int, direct_cost_id: int, line_id: int) -> Response:
        cost = self.find_direct_cost(project_id, direct_cost_id)
        return json_response(self.shape_direct_cost_line(self._find_cost_line(cost, line_id)))

    def create_direct_cost_line(self, request: Request, project_id: int, direct_cost_id: int) -> Response:
        cost = self._open_direct_cost(request, project_id, direct_cost_id)
        attributes = self.read_wrapped(request, "line_item")
        project = self.tables.get("projects", cost["project_id"])
        line = self.add_direct_cost_line(cost, self.read_financial_line("direct_cost_lines", project, attributes))
        return json_response(self.shape_direct_cost_line(line), 201)

    def update_direct_cost_line(
        self, request: Request, project_id: int, direct_cost_id: int, line_id: int
    ) -> Response:
        cost = self._open_direct_cost(request, project_id, direct_cost_id)
        line = self._find_cost_line(cost, line_id)
        project = self.tables.get("projects", cost["project_id"])
        attributes = self.read_wrapped(request, "line_item")
        self.change_direct_cost_line(line, self.read_financial_line("direct_cost_lines", project, attributes, line))
        return json_response(self.shape_direct_cost_line(line))

    def delete_direct_cost_line(
        self, request: Request, project_id: int, direct_cost_id: int, line_id: int
    ) -> Response:
        cost = self._open_direct_cost(request, project_id, direct_cost_id)
        self.remove_direct_cost_line(self._find_cost_line(cost, line_id))
        return Response(status=200, content_type="application/json")

    def sync_direct_cost_lines(self, request: Request, project_id: int) -> Response:
        """Create or update by id or origin_id; a new line names its direct cost."""
        project = self.find_project(project_id)
        updates = self.read_body(request).get("updates")
        rows = self.find_synced("direct_cost_lines", updates, project)
        for cost in self._list_parents(updates, rows):
            self.check_not_written(cost)

        def create(attributes: dict[str, Any]) -> Row:
            cost = self._find_parent_cost(project, attributes)
            values = self.read_financial_line("direct_cost_lines", project, attributes)
            return self.add_direct_cost_line(cost, values)

        def update(line: Row, attributes: dict[str, Any]) -> Row:
            values = self.read_financial_line("direct_cost_lines", project, attributes, line)
            self.change_direct_cost_line(line, values)
            return line

        return answer_sync(updates, rows, create=create, update=update, shape=self.shape_direct_cost_line)

    # --- reading

    def _open_direct_cost(self, request: Request, project_id: int, direct_cost_id: int) -> Row:
        """A direct cost whose lines this request may change."""
        cost = self.find_direct_cost(project_id, direct_cost_id)
        self.check_only_writer(request, cost)
        self.check_direct_cost_lock(cost)
        return cost

    def _find_cost_line(self, cost: Row, line_id: int) -> Row:
        line = self.find_row("direct_cost_lines", line_id, "Line item")
        if line["direct_cost_id"] != cost["id"]:
            raise refuse_unknown("Line item")
        return line

    def _find_parent_cost(self, project: Row, attributes: dict[str, Any]) -> Row:
        given = attributes.get("direct_cost_id")
        if given is None:
            raise refuse_fields(direct_cost_id=["can't be blank"])
        cost = self.tables.find("direct_costs", given)
        if cost is None or cost["project_id"] != project["id"]:
            raise refuse_fields(direct_cost_id=["is invalid"])
        return cost

    def _list_parents(self, updates: Any, rows: list[Row]) -> list[Row]:
        ids: list[Any] = [row["direct_cost_id"] for row in rows]
        if isinstance(updates, list):
            ids += [update.get("direct_cost_id") for update in updates if isinstance(update, dict)]
        found = {row["id"]: row for row in (self.tables.find("direct_costs", given) for given in ids) if row}
        return list(found.values())

    def _pick_lines(self, request: Request, project: Row) -> list[Row]:
        """The lines worth filtering: straight from the ids where ids are given."""
        ids = list_values(request, "id")
        if ids:
            found = {row["id"]: row for row in (self.tables.find("direct_cost_lines", given) for given in ids) if row}
            return [row for row in found.values() if row["project_id"] == project["id"]]
        wanted = list_values(request, "direct_cost_id")
        if not wanted:
            return self.project_cost_lines(project["id"])
        costs = {row["id"]: row for row in (self.tables.find("direct_costs", given) for given in wanted) if row}
        mine = [cost for cost in costs.values() if cost["project_id"] == project["id"]]
        return [line for cost in mine for line in self.direct_cost_lines(cost)]
