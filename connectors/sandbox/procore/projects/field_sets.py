"""Where custom fields are placed: the projects' configurable field set and its metadata."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.attributes import take_flags
from connectors.sandbox.procore.errors import refuse_unknown
from connectors.sandbox.procore.listing import answer_page, is_true, list_values
from connectors.sandbox.procore.projects.custom_fields import PREFIX
from connectors.sandbox.procore.projects.field_definitions import FieldDefinitions, shape_entry
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.wire import json_response

FIELD_SET_ID = 598134325840001
FIELD_SET_TYPE = "ConfigurableFieldSet::Project"
# A definition placed in a field set gets an id of its own, which is not the one in `custom_field_<N>`.
METADATA_OFFSET = 5_000_000
# What only the field sets of other tools have, and who changed a set last.
ABSENT = (
    "action_plan_type_id", "generic_tool_id", "inspection_type_id", "observations_category_id", "updated_at",
    "updated_by",
)  # fmt: skip
SETS = "/rest/v1.0/companies/<int:company_id>/configurable_field_sets"


class FieldSets(FieldDefinitions):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *FieldDefinitions.ROUTES,
        Rule("/rest/v1.0/custom_field_metadata", endpoint="list_metadata", methods=["GET"]),
        Rule("/rest/v1.0/custom_field_metadata/<int:metadata_id>", endpoint="show_metadata", methods=["GET"]),
        Rule("/rest/v1.0/custom_fields_sections", endpoint="list_sections", methods=["GET"]),
        Rule(SETS, endpoint="list_field_sets", methods=["GET"]),
        Rule(f"{SETS}/<int:set_id>", endpoint="show_field_set", methods=["GET"]),
        Rule(f"{SETS}/<int:set_id>", endpoint="update_field_set", methods=["PATCH"]),
        Rule(
            "/rest/v1.0/projects/<int:project_id>/configurable_field_sets",
            endpoint="list_project_field_sets",
            methods=["GET"],
        ),
        Rule(
            "/rest/v1.0/companies/<int:company_id>/custom_field_definitions/<int:definition_id>/"
            "configurable_field_sets",
            endpoint="list_sets_of_definition",
            methods=["GET"],
        ),
    )

    def list_metadata(self, request: Request) -> Response:
        """By company or by project; with neither it is the company of the header."""
        if request.args.get("project_id"):
            self.read_project(request)
        else:
            self.read_company(request)
        types = list_values(request, "field_set_type")
        sets = list_values(request, "field_set_id")
        wanted = list_values(request, "custom_field_definitions_id")
        is_set = (not types or FIELD_SET_TYPE in types) and (not sets or str(FIELD_SET_ID) in sets)
        rows = [row for row in self.list_placed() if is_set and (not wanted or str(row["id"]) in wanted)]
        return answer_page(request, rows, self._shape_field_metadata)

    def show_metadata(self, request: Request, metadata_id: int) -> Response:
        self.require_company(request)
        for row in self.list_placed():
            if row["id"] + METADATA_OFFSET == metadata_id:
                return json_response(self._shape_field_metadata(row))
        raise refuse_unknown("Custom field metadata")

    def list_sections(self, request: Request) -> Response:
        self.require_company(request)
        return answer_page(request, [], dict)

    def list_field_sets(self, request: Request, company_id: int) -> Response:
        self.check_company(request, company_id)
        types = list_values(request, "type")
        sets = [] if types and FIELD_SET_TYPE not in types else [self._shape_field_set(request)]
        return answer_page(request, sets, lambda row: row)

    def list_project_field_sets(self, request: Request, project_id: int) -> Response:
        self.find_project(project_id)
        types = [*request.args.getlist("types[]"), *request.args.getlist("types")]
        sets = [] if types and FIELD_SET_TYPE not in types else [self._shape_field_set(request)]
        return answer_page(request, sets, lambda row: row)

    def list_sets_of_definition(self, request: Request, company_id: int, definition_id: int) -> Response:
        self.check_company(request, company_id)
        definition = self.find_row("custom_field_definitions", definition_id, "Custom field definition")
        return json_response([self._shape_whole_field_set(request)] if definition["is_placed"] else [])

    def show_field_set(self, request: Request, company_id: int, set_id: int) -> Response:
        self.check_company(request, company_id)
        if set_id != FIELD_SET_ID:
            raise refuse_unknown("Configurable field set")
        return json_response(self._shape_whole_field_set(request))

    def update_field_set(self, request: Request, company_id: int, set_id: int) -> Response:
        """Places the custom fields that are named in `fields`, and says whether they are required and visible."""
        self.check_company(request, company_id)
        if set_id != FIELD_SET_ID:
            raise refuse_unknown("Configurable field set")
        fields = self.read_wrapped(request, "configurable_field_set").get("fields")
        for name, given in (fields if isinstance(fields, dict) else {}).items():
            number = read_number(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
            row = self.tables.find("custom_field_definitions", number)
            if row is not None and self.is_visible(row) and isinstance(given, dict):
                row["is_placed"] = True
                take_flags(row, given, ("required", "visible"))
                row["position"] = read_number(given.get("position")) or row["position"]
        return json_response(self._shape_whole_field_set(request))

    # --- shapes

    def _shape_field_set(self, request: Request) -> dict[str, Any]:
        has_entries = is_true(request.args.get("include_lov_entries"))
        fields = {
            f"{PREFIX}{row['id']}": self._shape_placed_field(row, has_entries=has_entries)
            for row in self.list_placed()
        }
        return {
            "id": FIELD_SET_ID,
            "name": "Project details",
            "type": FIELD_SET_TYPE,
            "category": None,
            "class_name": "Project",
            "fields": {"name": {"name": "name", "visible": True, "required": True}, **fields},
            "sections": [],
            **dict.fromkeys(ABSENT),
        }

    def _shape_whole_field_set(self, request: Request) -> dict[str, Any]:
        return {**self._shape_field_set(request), "deletable": False, "projects": []}

    def _shape_placed_field(self, row: Row, *, has_entries: bool = False) -> dict[str, Any]:
        shape = {
            "id": row["id"] + METADATA_OFFSET,
            "name": f"{PREFIX}{row['id']}",
            "label": row["label"],
            "description": row["description"],
            "custom_field_definition_id": row["id"],
            "data_type": row["data_type"],
            "variant": row["variant"],
            "position": row["position"],
            "required": row["required"],
            "visible": row["visible"],
            "row": row["position"],
            "column": 1,
            "column_width": 6,
        }
        if has_entries:
            shape["lov_entries"] = [shape_entry(entry) for entry in self.list_entries(row["id"])]
        return shape

    def _shape_field_metadata(self, row: Row) -> dict[str, Any]:
        placed = {
            name: value for name, value in self._shape_placed_field(row).items() if name not in ("name", "description")
        }
        return {
            **placed,
            "company_id": row["company_id"],
            "host_type": "Project",
            "source_type": FIELD_SET_TYPE,
            "source_id": str(FIELD_SET_ID),
            "default_value": row["default_value"],
            "custom_fields_section_id": None,
            "lov_entries": [shape_entry(entry) for entry in self.list_entries(row["id"])],
        }
