"""Budget codes (WBS codes): one cost code and one cost type of a project, made when first used."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.code_lists import CodeLists
from connectors.sandbox.procore.errors import refuse_request
from connectors.sandbox.procore.listing import answer_page, by_range, by_text, filter_rows, list_values
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

PATTERN_ID = 598134325850001
COST_CODE_SEGMENT_ID = 598134325850002
COST_TYPE_SEGMENT_ID = 598134325850003


class WbsCodes(CodeLists):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "/rest/v1.0/projects/<int:project_id>/work_breakdown_structure/wbs_codes",
            endpoint="list_wbs_codes",
            methods=["GET"],
        ),
        Rule(
            "/rest/v1.0/projects/<int:project_id>/work_breakdown_structure/wbs_codes",
            endpoint="create_wbs_code",
            methods=["POST"],
        ),
        Rule("/rest/v1.0/projects/<int:project_id>/work_breakdown_structure/segments", endpoint="list_segments"),
    )

    def list_wbs_codes(self, request: Request, project_id: int) -> Response:
        """Active ones, unless a status is asked for."""
        rows = self.tables.of("wbs_codes", self.find_project(project_id)["id"])
        filters = {"status": by_text("status"), "updated_at": by_range("updated_at")}
        rows = filter_rows(request, rows, filters)
        if not list_values(request, "status"):
            rows = [row for row in rows if row["status"] == "active"]
        return answer_page(request, rows, self._shape_wbs_code)

    def create_wbs_code(self, request: Request, project_id: int) -> Response:
        """A combination that exists is answered, not made again."""
        project = self.find_project(project_id)
        items = self.read_body(request).get("segment_items")
        chosen = {}
        if isinstance(items, list):
            chosen = {item.get("segment_id"): item.get("segment_item_id") for item in items if isinstance(item, dict)}
        code = self.tables.find("cost_codes", chosen.get(COST_CODE_SEGMENT_ID))
        cost_type = self.tables.find("line_item_types", chosen.get(COST_TYPE_SEGMENT_ID))
        if code is None or code["project_id"] != project["id"] or cost_type is None:
            raise refuse_request("segment_items must name a cost code and a cost type of the project")
        return json_response(self._shape_wbs_code(self.use_wbs_code(code, cost_type)), 201)

    def list_segments(self, request: Request, project_id: int) -> Response:
        project = self.find_project(project_id)
        codes = len(self.tables.of("cost_codes", project["id"]))
        types = len(self.tables.all("line_item_types"))
        return json_response([_shape_segment("cost_code", codes), _shape_segment("line_item_type", types)])

    def use_wbs_code(self, code: Row, cost_type: Row) -> Row:
        """The budget code of a project's cost code and a cost type, made if need be."""
        key = code["id"], cost_type["id"]
        for row in self.tables.of("wbs_codes", code["project_id"]):
            if (row["cost_code_id"], row["line_item_type_id"]) == key:
                return row
        stamp = self.stamp()
        return self.tables.add(
            "wbs_codes",
            {
                "project_id": code["project_id"],
                "cost_code_id": code["id"],
                "line_item_type_id": cost_type["id"],
                "flat_code": f"{code['full_code']}.{cost_type['code']}",
                "description": f"{code['name']}.{cost_type['name']}",
                "status": "active",
                "created_at": stamp,
                "updated_at": stamp,
            },
        )

    def shape_short_wbs(self, wbs_code_id: int) -> dict[str, Any]:
        """The form embedded in lines."""
        row = self.tables.get("wbs_codes", wbs_code_id)
        return {name: row[name] for name in ("id", "flat_code", "description")}

    def _shape_wbs_code(self, row: Row) -> dict[str, Any]:
        code = self.tables.get("cost_codes", row["cost_code_id"])
        cost_type = self.tables.get("line_item_types", row["line_item_type_id"])
        names = ("id", "flat_code", "description", "status", "created_at", "updated_at")
        return {
            **{name: row[name] for name in names},
            "flat_name": row["description"],
            "segment_items": [
                _shape_segment_item("cost_code", code["id"], code["full_code"], code["name"]),
                _shape_segment_item("line_item_type", cost_type["id"], cost_type["code"], cost_type["name"]),
            ],
            "wbs_pattern_id": PATTERN_ID,
        }


def _shape_segment(kind: str, count: int) -> dict[str, Any]:
    is_code = kind == "cost_code"
    return {
        "id": COST_CODE_SEGMENT_ID if is_code else COST_TYPE_SEGMENT_ID,
        "type": kind,
        "name": "Cost Code" if is_code else "Cost Type",
        "position": 1 if is_code else 2,
        "segment_items_count": count,
        "required": True,
        "delimiter": ".",
        "structure": "tiered" if is_code else "flat",
        "wbs_pattern_id": PATTERN_ID,
    }


def _shape_segment_item(kind: str, item_id: int, code: str, name: str) -> dict[str, Any]:
    """Its id is the id of the cost code or cost type itself."""
    return {
        "id": item_id,
        "code": code,
        "name": name,
        "path_ids": [item_id],
        "path_code": code,
        "path_codes": [code],
        "path_names": [name],
        "in_use": True,
        "status": "active",
        "segment": _shape_segment(kind, 0),
    }
