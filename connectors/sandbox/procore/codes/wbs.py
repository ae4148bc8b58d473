"""Budget codes (WBS codes): one cost code and one cost type of a project, made when first used."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.attributes import is_scalar, read_ids
from connectors.sandbox.procore.codes.cost_codes import CostCodes
from connectors.sandbox.procore.errors import Refused, refuse_fields, refuse_request
from connectors.sandbox.procore.listing import (
    answer_page,
    answer_v2_page,
    by_number,
    by_range,
    by_text,
    filter_rows,
    list_values,
)
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.wire import json_response

PATTERN_ID = 598134325850001
COST_CODE_SEGMENT_ID = 598134325850002
COST_TYPE_SEGMENT_ID = 598134325850003
SUB_JOB_SEGMENT_ID = 598134325850004
SEGMENT_IDS = {
    "sub_job": SUB_JOB_SEGMENT_ID,
    "cost_code": COST_CODE_SEGMENT_ID,
    "line_item_type": COST_TYPE_SEGMENT_ID,
}
SEGMENT_NAMES = {"sub_job": "Sub Job", "cost_code": "Cost Code", "line_item_type": "Cost Type"}
STATUSES = ("active", "inactive")
SET_UP_AT = "2025-01-06T17:00:00Z"
CODES = "/rest/v1.0/projects/<int:project_id>/work_breakdown_structure/wbs_codes"
V2_CODES = "/rest/v2.0/companies/<int:company_id>/projects/<int:project_id>/wbs/codes"
FILTERS = {"id": by_number("id"), "status": by_text("status"), "updated_at": by_range("updated_at")}


class WbsCodes(CostCodes):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(CODES, endpoint="list_wbs_codes", methods=["GET"]),
        Rule(CODES, endpoint="create_wbs_code", methods=["POST"]),
        Rule(f"{CODES}/bulk_create", endpoint="create_wbs_codes", methods=["PATCH"]),
        Rule(f"{CODES}/update_all", endpoint="update_wbs_codes", methods=["PATCH"]),
        Rule(f"{CODES}/<int:code_id>", endpoint="update_wbs_code", methods=["PATCH"]),
        Rule(V2_CODES, endpoint="list_v2_wbs_codes", methods=["GET"]),
        Rule(f"{V2_CODES}/ids", endpoint="list_v2_wbs_ids", methods=["GET"]),
    )

    def list_wbs_codes(self, request: Request, project_id: int) -> Response:
        """Active ones, unless a status is asked for."""
        rows = filter_rows(request, self._list_wbs_scope(request, project_id, "scope"), FILTERS)
        if not list_values(request, "status"):
            rows = [row for row in rows if row["status"] == "active"]
        return answer_page(request, _search(rows, request.args.get("query")), self.shape_wbs_code)

    def list_v2_wbs_codes(self, request: Request, company_id: int, project_id: int) -> Response:
        self.check_company(request, company_id)
        return answer_v2_page(request, self._list_v2_wbs(request, project_id), _shape_v2)

    def list_v2_wbs_ids(self, request: Request, company_id: int, project_id: int) -> Response:
        self.check_company(request, company_id)
        return answer_v2_page(request, self._list_v2_wbs(request, project_id), lambda row: str(row["id"]))

    def create_wbs_code(self, request: Request, project_id: int) -> Response:
        """A combination that exists is answered with the new description, not made again."""
        project = self.find_project(project_id)
        return json_response(self.shape_wbs_code(self._create_wbs(project, self.read_body(request))), 201)

    def create_wbs_codes(self, request: Request, project_id: int) -> Response:
        project = self.find_project(project_id)
        bulk = self.read_body(request).get("bulk")
        if not isinstance(bulk, list):
            raise refuse_request("param is missing or the value is empty: bulk")
        entities, errors = [], []
        for attributes in bulk:
            given = attributes if isinstance(attributes, dict) else {}
            try:
                entities.append(self.shape_wbs_code(self._create_wbs(project, given)))
            except Refused as refusal:
                errors.append({**given, "errors": {"base": [refusal.body["errors"]]}})
        return json_response({"entities": entities, "errors": errors}, 201)

    def update_wbs_code(self, request: Request, project_id: int, code_id: int) -> Response:
        row = self.find_owned("wbs_codes", code_id, self.find_project(project_id), "WBS code")
        attributes = self.read_body(request)
        check_wbs_status(attributes)
        self._write_wbs(row, attributes)
        return json_response(self.shape_wbs_code(row))

    def update_wbs_codes(self, request: Request, project_id: int) -> Response:
        project = self.find_project(project_id)
        body = self.read_body(request)
        attributes = body.get("attributes")
        if not isinstance(attributes, dict) or not isinstance(body.get("ids"), list):
            raise refuse_request("param is missing or the value is empty: ids, attributes")
        check_wbs_status(attributes)
        rows = [self.find_owned("wbs_codes", code_id, project, "WBS code") for code_id in read_ids(body["ids"])]
        for row in rows:
            self._write_wbs(row, {"status": attributes.get("status", row["status"])})
        return Response(status=204)

    # --- records

    def use_wbs_code(self, code: Row, cost_type: Row) -> Row:
        """The budget code of a project's cost code and a cost type, made if need be."""
        known = self._wbs.get((code["id"], cost_type["id"]))
        if known is not None:
            return self.tables.get("wbs_codes", known)
        stamp = self.stamp()
        row = self.tables.add(
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
        self._wbs[code["id"], cost_type["id"]] = row["id"]
        self.use_type(code["id"], cost_type["id"])
        return row

    def clear(self) -> None:
        super().clear()
        self._wbs: dict[tuple[int, int], int] = {}

    def index_copies(self) -> None:
        super().index_copies()
        self._wbs = {
            (row["cost_code_id"], row["line_item_type_id"]): row["id"] for row in self.tables.iterate("wbs_codes")
        }

    def _create_wbs(self, project: Row, attributes: dict[str, Any]) -> Row:
        items = attributes.get("segment_items")
        chosen: dict[int | None, Any] = {}
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                chosen[read_number(item.get("segment_id"))] = item.get("segment_item_id")
        code = self.tables.find("cost_codes", chosen.get(COST_CODE_SEGMENT_ID))
        cost_type = self.tables.find("line_item_types", chosen.get(COST_TYPE_SEGMENT_ID))
        if code is None or code["project_id"] != project["id"] or cost_type is None:
            raise refuse_request("segment_items must name a cost code and a cost type of the project")
        job_id = read_number(chosen.get(SUB_JOB_SEGMENT_ID))
        if job_id is not None and job_id != code["sub_job_id"]:
            raise refuse_request("the cost code does not belong to the sub job")
        row = self.use_wbs_code(code, cost_type)
        self._write_wbs(row, {name: attributes[name] for name in ("description",) if attributes.get(name)})
        return row

    def _write_wbs(self, row: Row, attributes: dict[str, Any]) -> None:
        for name in ("description", "status"):
            if name in attributes and is_scalar(attributes[name]) and attributes[name] != row[name]:
                row[name] = None if attributes[name] is None else str(attributes[name])
                self.touch(row)

    def _list_v2_wbs(self, request: Request, project_id: int) -> list[Row]:
        rows = self._list_wbs_scope(request, project_id, "filters[scope]")
        rows = filter_rows(request, rows, {"id": FILTERS["id"], "status": FILTERS["status"]})
        return _search(rows, request.args.get("filters[search]"))

    def _list_wbs_scope(self, request: Request, project_id: int, name: str) -> list[Row]:
        """There are no production quantity codes here."""
        project = self.find_project(project_id)
        if request.args.get(name) == "production_quantity_code":
            return []
        return self.tables.of("wbs_codes", project["id"])

    # --- shapes

    def shape_short_wbs(self, wbs_code_id: int) -> dict[str, Any]:
        """The form embedded in lines."""
        row = self.tables.get("wbs_codes", wbs_code_id)
        return {name: row[name] for name in ("id", "flat_code", "description")}

    def shape_timecard_wbs(self, row: Row) -> dict[str, Any]:
        """The form embedded in timecards."""
        code = self.tables.get("cost_codes", row["cost_code_id"])
        cost_type = self.tables.get("line_item_types", row["line_item_type_id"])
        type_names = ("id", "base_type", "code", "name", "origin_data", "origin_id")
        project = self.tables.get("projects", row["project_id"])
        job = self.tables.find("sub_jobs", code["sub_job_id"])
        return {
            "id": row["id"],
            "company_id": project["company_id"],
            "cost_code": {
                "id": code["id"],
                "budgeted": False,
                "name": code["name"],
                "sortable_code": code["full_code"],
            },
            "deleted_at": None,
            "description": None,
            "flat_code": row["flat_code"],
            "flat_name": f"{code['name']}.{cost_type['name']}",
            "line_item_type": {name: cost_type[name] for name in type_names},
            "project_id": row["project_id"],
            "sub_job": None if job is None else {name: job[name] for name in ("id", "name", "code")},
            "updated_at": row["updated_at"],
        }

    def shape_wbs_code(self, row: Row) -> dict[str, Any]:
        code = self.tables.get("cost_codes", row["cost_code_id"])
        cost_type = self.tables.get("line_item_types", row["line_item_type_id"])
        job = self.tables.find("sub_jobs", code["sub_job_id"])
        names = ("id", "flat_code", "description", "status", "created_at", "updated_at")
        chosen = [("sub_job", job)] if job else []
        items = [*chosen, ("cost_code", code), ("line_item_type", cost_type)]
        return {
            **{name: row[name] for name in names},
            "flat_name": f"{code['name']}.{cost_type['name']}",
            "segment_items": [self.shape_segment_item(kind, item) for kind, item in items],
            "wbs_pattern_id": PATTERN_ID,
        }

    def shape_segment_item(self, kind: str, row: Row) -> dict[str, Any]:
        """Its id is the id of the cost code, cost type or sub job itself."""
        table = "standard_cost_codes" if "standard_cost_code_list_id" in row else "cost_codes"
        path = [row]
        while kind == "cost_code" and path[0]["parent_id"] is not None:
            path.insert(0, self.tables.get(table, path[0]["parent_id"]))
        code = row["full_code"] if kind == "cost_code" else row["code"]
        codes = [f"{step['full_code']} - {step['name']}" for step in path] if kind == "cost_code" else [code]
        return {
            "id": row["id"],
            "code": code,
            "name": row["name"],
            "created_at": row.get("created_at", SET_UP_AT),
            "updated_at": row.get("updated_at", SET_UP_AT),
            "parent_id": row["parent_id"] if kind == "cost_code" else None,
            "path_ids": [step["id"] for step in path],
            "path_code": code,
            "is_parent": kind == "cost_code" and row["id"] in self.parent_ids,
            "path_codes": codes,
            "path_names": [step["name"] for step in path],
            "in_use": bool(self._types_used.get(row["id"])) if kind == "cost_code" else True,
            "status": row.get("status", "active"),
            "segment": shape_segment(kind, 0),
        }


def shape_segment(kind: str, count: int) -> dict[str, Any]:
    return {
        "id": SEGMENT_IDS[kind],
        "type": kind,
        "name": SEGMENT_NAMES[kind],
        "position": list(SEGMENT_IDS).index(kind),
        "segment_items_count": count,
        "required": kind != "sub_job",
        "delimiter": ".",
        "project_can_modify_origin_project": kind != "line_item_type",
        "project_can_delete_origin_company": kind != "line_item_type",
        "structure": "tiered" if kind == "cost_code" else "flat",
        "created_at": SET_UP_AT,
        "updated_at": SET_UP_AT,
        "wbs_pattern_id": PATTERN_ID,
    }


def _shape_v2(row: Row) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "code": row["flat_code"],
        "description": row["description"],
        "status": row["status"],
        "attribute_1_name": None,
        "attribute_2_name": None,
        "attribute_3_name": None,
    }


def check_wbs_status(attributes: dict[str, Any]) -> None:
    if "status" in attributes and attributes["status"] not in STATUSES:
        raise refuse_fields(status=["is not included in the list"])


def _search(rows: list[Row], text: str | None) -> list[Row]:
    wanted = (text or "").strip().lower()
    return (
        [row for row in rows if wanted in row["flat_code"].lower() or wanted in (row["description"] or "").lower()]
        if wanted
        else rows
    )
