"""Definitions of custom fields and the entries of their lists, in three versions."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.attributes import take_flags, take_texts
from connectors.sandbox.procore.errors import refuse_fields, refuse_request, refuse_unknown
from connectors.sandbox.procore.listing import (
    answer_page,
    answer_v2_page,
    by_flag,
    by_number,
    filter_rows,
    is_true,
    sort_rows,
)
from connectors.sandbox.procore.projects.custom_fields import DATA_TYPES, CustomFields
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

V1 = "/rest/v1.0/custom_field_definitions"
ENTRIES = f"{V1}/<int:definition_id>/custom_field_lov_entries"
V2 = "/rest/v2.0/companies/<int:company_id>/custom_field_definitions"
LIST_TYPES = ("lov_entry", "lov_entries")
VARIANTS = {"decimal": ["currency"], "lov_entry": ["radio_button"], "string": ["phone_number"], "vendor": []}


class FieldDefinitions(CustomFields):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(V1, endpoint="list_field_definitions", methods=["GET"]),
        Rule(f"{V1}/<int:definition_id>", endpoint="show_definition", methods=["GET"]),
        Rule(ENTRIES, endpoint="list_lov_entries", methods=["GET"]),
        Rule(f"{ENTRIES}/bulk_create", endpoint="create_lov_entries", methods=["POST"]),
        Rule(f"{ENTRIES}/<int:entry_id>", endpoint="show_lov_entry", methods=["GET"]),
        Rule(
            "/rest/v1.1/companies/<int:company_id>/custom_field_definitions",
            endpoint="list_company_definitions",
            methods=["GET"],
        ),
        Rule(V2, endpoint="list_v2_definitions", methods=["GET"]),
        Rule(V2, endpoint="create_v2_definition", methods=["POST"]),
        Rule(f"{V2}/<int:definition_id>", endpoint="show_v2_definition", methods=["GET"]),
        Rule(f"{V2}/<int:definition_id>", endpoint="update_v2_definition", methods=["PATCH"]),
        Rule(f"{V2}/<int:definition_id>", endpoint="delete_v2_definition", methods=["DELETE"]),
        Rule(
            "/rest/v2.0/companies/<int:company_id>/custom_field/data_types",
            endpoint="list_data_types",
            methods=["GET"],
        ),
    )

    def list_field_definitions(self, request: Request) -> Response:
        self.require_company(request)
        has_entries = request.args.get("view") in ("with_lov_entries", "extended")
        rows = self._filter_definitions(request)
        return answer_page(request, rows, lambda row: self._shape_definition(request, row, has_entries=has_entries))

    def list_company_definitions(self, request: Request, company_id: int) -> Response:
        self.check_company(request, company_id)
        rows = self._filter_definitions(request)
        return answer_page(request, rows, lambda row: self._shape_definition(request, row), default=100, largest=100)

    def show_definition(self, request: Request, definition_id: int) -> Response:
        self.require_company(request)
        return json_response(self._shape_definition(request, self._find_definition(definition_id), has_entries=True))

    # --- list entries

    def list_lov_entries(self, request: Request, definition_id: int) -> Response:
        self.require_company(request)
        self._find_definition(definition_id)
        filters = {"id": by_number("id"), "active": by_flag("active")}
        rows = filter_rows(request, self.list_entries(definition_id), filters)
        start = request.args.get("filters[start_with]", "").lower()
        part = request.args.get("filters[label_with]", "").lower()
        rows = [row for row in rows if row["label"].lower().startswith(start) and part in row["label"].lower()]
        return answer_page(request, rows, shape_entry)

    def show_lov_entry(self, request: Request, definition_id: int, entry_id: int) -> Response:
        self.require_company(request)
        entry = self.find_row("lov_entries", entry_id, "List entry")
        if entry["definition_id"] != self._find_definition(definition_id)["id"]:
            raise refuse_unknown("List entry")
        return json_response(shape_entry(entry))

    def create_lov_entries(self, request: Request, definition_id: int) -> Response:
        definition = self._find_definition(definition_id)
        given = self.read_body(request).get("custom_field_lov_entries")
        if not isinstance(given, list) or not all(isinstance(entry, dict) for entry in given):
            raise refuse_request("param is missing or the value is empty: custom_field_lov_entries")
        if definition["data_type"] not in LIST_TYPES:
            raise refuse_fields(base=["The custom field has no list of values"])
        labels = [self.require_text(entry, "label") for entry in given]
        return json_response([shape_entry(self._add_lov_entry(definition, label)) for label in labels], 201)

    def _add_lov_entry(self, definition: Row, label: str) -> Row:
        position = len(self.list_entries(definition["id"])) + 1
        values = {"definition_id": definition["id"], "label": label, "position": position, "active": True}
        return self.tables.add("lov_entries", values)

    # --- v2: the shapes are v1's with string ids, the writing is unverified

    def list_v2_definitions(self, request: Request, company_id: int) -> Response:
        self.check_company(request, company_id)
        return answer_v2_page(request, self._filter_definitions(request), self._shape_v2_definition)

    def show_v2_definition(self, request: Request, company_id: int, definition_id: int) -> Response:
        self.check_company(request, company_id)
        return json_response({"data": self._shape_v2_definition(self._find_definition(definition_id))})

    def create_v2_definition(self, request: Request, company_id: int) -> Response:
        """A new definition is in no field set yet, so no record carries it until it is placed in one."""
        self.check_company(request, company_id)
        attributes = self.read_body(request)
        self.require_text(attributes, "label")
        if attributes.get("data_type") not in DATA_TYPES:
            raise refuse_fields(data_type=["is not included in the list"])
        definition = self.add_definition(company_id, "", attributes["data_type"], is_placed=False)
        self._write_definition(definition, attributes)
        return json_response({"data": self._shape_v2_definition(definition)}, 201)

    def update_v2_definition(self, request: Request, company_id: int, definition_id: int) -> Response:
        self.check_company(request, company_id)
        definition = self._find_definition(definition_id)
        attributes = self.read_body(request)
        if "label" in attributes:
            self.require_text(attributes, "label")
        self._write_definition(definition, attributes)
        return json_response({"data": self._shape_v2_definition(definition)})

    def delete_v2_definition(self, request: Request, company_id: int, definition_id: int) -> Response:
        self.check_company(request, company_id)
        self.tables.remove("custom_field_definitions", self._find_definition(definition_id)["id"])
        return Response(status=204)

    def list_data_types(self, request: Request, company_id: int) -> Response:
        self.check_company(request, company_id)
        return json_response({"data": {"all": sorted(DATA_TYPES), "lov": list(LIST_TYPES), "variants": VARIANTS}})

    # --- records

    def add_definition(self, company_id: int, label: str, data_type: str, *, is_placed: bool = True) -> Row:
        return self.tables.add(
            "custom_field_definitions",
            {
                "label": label,
                "active": True,
                "company_id": company_id,
                "data_type": data_type,
                "variant": None,
                "description": "",
                "default_value": None,
                "position": sum(1 for _ in self.list_definitions()) + 1,
                "required": False,
                "visible": True,
                "is_placed": is_placed,
            },
        )

    def _write_definition(self, definition: Row, attributes: dict[str, Any]) -> None:
        take_texts(definition, attributes, ("label", "description"))
        take_texts(definition, attributes, ("variant", "default_value"), empty=None)
        take_flags(definition, attributes, ("active",))

    def _find_definition(self, definition_id: int) -> Row:
        return self.find_row("custom_field_definitions", definition_id, "Custom field definition")

    def _filter_definitions(self, request: Request) -> list[Row]:
        """`filters[with_label]` looks for a part of the label."""
        part = request.args.get("filters[with_label]", "").strip().lower()
        rows = [row for row in self.list_definitions() if part in row["label"].lower()]
        rows = filter_rows(request, rows, {"id": by_number("id")})
        return sort_rows(request, rows, {"label": "label", "created_at": "id"})

    def _shape_definition(self, request: Request, row: Row, *, has_entries: bool = False) -> dict[str, Any]:
        names = ("id", "label", "active", "company_id", "data_type", "variant", "description", "default_value")
        shape = {name: row[name] for name in names}
        if is_true(request.args.get("includes_configurable_field_sets_count")):
            shape["configurable_field_sets_count"] = int(row["is_placed"])
        if has_entries:
            shape["custom_field_lov_entries"] = [shape_entry(entry) for entry in self.list_entries(row["id"])]
        return shape

    def _shape_v2_definition(self, row: Row) -> dict[str, Any]:
        names = ("label", "active", "data_type", "variant", "description", "default_value")
        entries = [{**shape_entry(entry), "id": str(entry["id"])} for entry in self.list_entries(row["id"])]
        return {
            "id": str(row["id"]),
            "company_id": str(row["company_id"]),
            **{name: row[name] for name in names},
            "lov_entries": entries,
        }


def shape_entry(entry: Row) -> dict[str, Any]:
    return {name: entry[name] for name in ("id", "label", "position", "active")}
