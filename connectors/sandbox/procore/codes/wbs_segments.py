"""The pattern of budget codes: its segments, and the items to choose from in each."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.attributes import read_ids
from connectors.sandbox.procore.codes.wbs import (
    PATTERN_ID,
    SEGMENT_IDS,
    SET_UP_AT,
    WbsCodes,
    check_wbs_status,
    shape_segment,
)
from connectors.sandbox.procore.errors import Refused, refuse_fields, refuse_request, refuse_unknown
from connectors.sandbox.procore.listing import answer_page, is_true
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.wire import json_response

COMPANY = "/rest/v1.0/companies/<int:company_id>/work_breakdown_structure"
PROJECT = "/rest/v1.0/projects/<int:project_id>/work_breakdown_structure"
ITEMS = "segments/<int:segment_id>/segment_items"
KINDS = {number: kind for kind, number in SEGMENT_IDS.items()}


class WbsSegments(WbsCodes):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *WbsCodes.ROUTES,
        *(
            rule
            for path in (COMPANY, PROJECT)
            for rule in (
                Rule(f"{path}/patterns", endpoint="show_pattern", methods=["GET"]),
                Rule(f"{path}/segments", endpoint="list_segments", methods=["GET"]),
                Rule(f"{path}/segments/<int:segment_id>", endpoint="show_segment", methods=["GET"]),
                Rule(f"{path}/{ITEMS}", endpoint="list_segment_items", methods=["GET"]),
                Rule(f"{path}/{ITEMS}", endpoint="create_segment_item", methods=["POST"]),
                Rule(f"{path}/{ITEMS}/update_all", endpoint="update_segment_items", methods=["PATCH"]),
                Rule(f"{path}/{ITEMS}/bulk_destroy", endpoint="delete_segment_items", methods=["DELETE"]),
                Rule(f"{path}/{ITEMS}/<int:item_id>", endpoint="update_segment_item", methods=["PATCH"]),
                Rule(f"{path}/{ITEMS}/<int:item_id>", endpoint="delete_segment_item", methods=["DELETE"]),
            )
        ),
        Rule(f"{COMPANY}/{ITEMS}/<int:item_id>", endpoint="show_segment_item", methods=["GET"]),
        Rule(f"{COMPANY}/segments/<int:segment_id>/lists", endpoint="list_item_lists", methods=["GET"]),
    )

    def show_pattern(self, request: Request, company_id: int | None = None, project_id: int | None = None) -> Response:
        project = self._read_segment_scope(request, company_id, project_id)
        pattern = {"id": PATTERN_ID, "description": "Default", "created_at": SET_UP_AT, "updated_at": SET_UP_AT}
        if project is not None:
            pattern["is_project_level_ordered"] = False
        return json_response({**pattern, "segments": self._shape_own_segments(project)})

    def list_segments(
        self, request: Request, company_id: int | None = None, project_id: int | None = None
    ) -> Response:
        return json_response(self._shape_own_segments(self._read_segment_scope(request, company_id, project_id)))

    def show_segment(
        self, request: Request, segment_id: int, company_id: int | None = None, project_id: int | None = None
    ) -> Response:
        project = self._read_segment_scope(request, company_id, project_id)
        kind = _read_kind(segment_id)
        return json_response(self._shape_own_segment(kind, project))

    def list_item_lists(self, request: Request, company_id: int, segment_id: int) -> Response:
        """The standard lists, which only the cost code segment has."""
        self.check_company(request, company_id)
        if _read_kind(segment_id) != "cost_code":
            return json_response([])
        return json_response(
            [
                {
                    "id": row["id"],
                    "name": row["name"],
                    "segment_items_count": len(self.tables.of("standard_cost_codes", row["id"])),
                    "erp_integrated": row["is_erp_list"],
                    "available_to_use_on_new_projects": row["available_to_use_on_new_projects"],
                }
                for row in self.list_visible("standard_cost_code_lists")
            ]
        )

    def list_segment_items(
        self, request: Request, segment_id: int, company_id: int | None = None, project_id: int | None = None
    ) -> Response:
        project = self._read_segment_scope(request, company_id, project_id)
        kind = _read_kind(segment_id)
        rows = self._list_chosen_items(kind, project, request.args.get("segment_item_list_id"))
        job_id = read_number(request.args.get("legacy_sub_job_id"))
        if kind == "cost_code" and project is not None and not is_true(request.args.get("include_sub_job_cost_codes")):
            rows = [row for row in rows if row["sub_job_id"] == job_id]
        if is_true(request.args.get("only_active_items")):
            rows = [row for row in rows if row.get("status", "active") == "active"]
        return answer_page(request, rows, lambda row: self.shape_segment_item(kind, row))

    def show_segment_item(self, request: Request, company_id: int, segment_id: int, item_id: int) -> Response:
        self.check_company(request, company_id)
        kind = _read_kind(segment_id)
        return json_response(self.shape_segment_item(kind, self._find_segment_item(kind, None, item_id)))

    def create_segment_item(
        self, request: Request, segment_id: int, company_id: int | None = None, project_id: int | None = None
    ) -> Response:
        project = self._read_segment_scope(request, company_id, project_id)
        kind = _read_kind(segment_id)
        row = self._create_chosen_item(kind, project, self.read_body(request))
        return json_response(self.shape_segment_item(kind, row), 201)

    def update_segment_item(
        self,
        request: Request,
        segment_id: int,
        item_id: int,
        company_id: int | None = None,
        project_id: int | None = None,
    ) -> Response:
        project = self._read_segment_scope(request, company_id, project_id)
        kind = _read_kind(segment_id)
        row = self._find_segment_item(kind, project, item_id)
        attributes = self.read_body(request)
        check_wbs_status(attributes)
        self._change_segment_item(kind, project, row, attributes)
        return json_response(self.shape_segment_item(kind, row))

    def update_segment_items(
        self, request: Request, segment_id: int, company_id: int | None = None, project_id: int | None = None
    ) -> Response:
        project = self._read_segment_scope(request, company_id, project_id)
        kind = _read_kind(segment_id)
        body = self.read_body(request)
        attributes = body.get("attributes")
        if not isinstance(attributes, dict) or not isinstance(body.get("ids"), list):
            raise refuse_request("param is missing or the value is empty: ids, attributes")
        check_wbs_status(attributes)
        rows = [self._find_segment_item(kind, project, item_id) for item_id in read_ids(body["ids"])]
        for row in rows:
            row["status"] = attributes.get("status", row.get("status", "active"))
        return Response(status=204)

    def delete_segment_item(
        self,
        request: Request,
        segment_id: int,
        item_id: int,
        company_id: int | None = None,
        project_id: int | None = None,
    ) -> Response:
        project = self._read_segment_scope(request, company_id, project_id)
        kind = _read_kind(segment_id)
        self._delete_chosen_item(kind, project, self._find_segment_item(kind, project, item_id))
        return Response(status=204)

    def delete_segment_items(
        self, request: Request, segment_id: int, company_id: int | None = None, project_id: int | None = None
    ) -> Response:
        project = self._read_segment_scope(request, company_id, project_id)
        kind = _read_kind(segment_id)
        successes, failures = [], []
        for item_id in read_ids(self.read_body(request).get("segment_item_ids")):
            try:
                self._delete_chosen_item(kind, project, self._find_segment_item(kind, project, item_id))
                successes.append(item_id)
            except Refused as refusal:
                failures.append({"id": item_id, "error": str(refusal.body["errors"])})
        return json_response({"successes": successes, "failures": failures}, 207)

    # --- items

    def _create_chosen_item(self, kind: str, project: Row | None, attributes: dict[str, Any]) -> Row:
        check_wbs_status(attributes)
        if kind == "line_item_type":
            renamed = {"csv_import_code": self.require_text(attributes, "code")}
            return self.add_code("line_item_types", {"name": attributes.get("name"), **renamed})
        if kind == "cost_code" and project is None:
            owner = self.tables.find("standard_cost_code_lists", attributes.get("segment_item_list_id"))
            return self.create_standard(owner or self.standard_list(), attributes)
        if project is None:
            raise refuse_fields(base=["Sub jobs are made in projects"])
        if kind == "sub_job":
            return self.add_sub_job(project, attributes)
        return self.create_project_code(project, self.find_sub_job(project, attributes.get("sub_job_id")), attributes)

    def _change_segment_item(self, kind: str, project: Row | None, row: Row, attributes: dict[str, Any]) -> None:
        given: dict[str, Any] = {name: attributes[name] for name in ("code", "name") if name in attributes}
        if kind == "line_item_type":
            renamed = {"csv_import_code": given.pop("code")} if "code" in given else {}
            self.change_code("line_item_types", row, {**given, **renamed})
        elif kind == "sub_job":
            self.change_sub_job(row, given)
        elif project is None:
            self.change_standard(row, given)
        else:
            self.change_project_code(row, given)
        if "status" in attributes:
            row["status"] = attributes["status"]

    def _delete_chosen_item(self, kind: str, project: Row | None, row: Row) -> None:
        """An item that a budget code uses stays (unverified)."""
        if kind == "line_item_type" or (kind == "sub_job" and project is None):
            raise refuse_fields(base=["cannot be deleted"])
        if kind == "sub_job":
            self.remove_sub_job(row)
        elif project is None:
            self.remove_standard(row)
        else:
            if self._types_used.get(row["id"]) or row["id"] in self.parent_ids:
                raise refuse_fields(base=["is in use"])
            self.remove_cost_code(row)
            self.announce("Cost Codes", "delete", row["id"], project_id=project["id"])

    def _list_chosen_items(self, kind: str, project: Row | None, list_id: Any = None) -> list[Row]:
        if kind == "line_item_type":
            return self.list_visible("line_item_types")
        if kind == "sub_job":
            return self.tables.of("sub_jobs", project["id"]) if project else []
        if project is not None:
            return self.tables.of("cost_codes", project["id"])
        owner = self.tables.find("standard_cost_code_lists", list_id) or self.standard_list()
        return self.tables.of("standard_cost_codes", owner["id"])

    def _find_segment_item(self, kind: str, project: Row | None, item_id: int) -> Row:
        if kind == "line_item_type":
            return self.find_row("line_item_types", item_id, "Segment item")
        if project is None and kind == "cost_code":
            return self.find_row("standard_cost_codes", item_id, "Segment item")
        if project is None:
            raise refuse_unknown("Segment item")
        return self.find_owned("sub_jobs" if kind == "sub_job" else "cost_codes", item_id, project, "Segment item")

    def _shape_own_segments(self, project: Row | None) -> list[dict[str, Any]]:
        """The company has all three; a project without sub jobs has no sub job segment."""
        is_whole = project is None or bool(self._list_chosen_items("sub_job", project))
        kinds = [kind for kind in SEGMENT_IDS if kind != "sub_job" or is_whole]
        return [self._shape_own_segment(kind, project) for kind in kinds]

    def _shape_own_segment(self, kind: str, project: Row | None) -> dict[str, Any]:
        shape = shape_segment(kind, len(self._list_chosen_items(kind, project)))
        if project is not None:
            shape |= {
                "selectable_tiers": False,
                "is_included_in_project_pattern": True,
                "tiered": kind == "cost_code",
            }
        return shape

    def _read_segment_scope(self, request: Request, company_id: int | None, project_id: int | None) -> Row | None:
        """The project of the path, None for the company's own."""
        if project_id is not None:
            return self.find_project(project_id)
        self.check_company(request, company_id or 0)
        return None


def _read_kind(segment_id: int) -> str:
    if segment_id not in KINDS:
        raise refuse_unknown("Segment")
    return KINDS[segment_id]
