"""Custom fields of projects: definitions, where they are placed, and the values records carry under them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.errors import refuse_fields
from connectors.sandbox.procore.listing import answer_page, list_values
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import read_decimal
from connectors.sandbox.wire import json_response

PREFIX = "custom_field_"
FIELD_SET_ID = 598134325840001
# A definition placed in a field set gets an id of its own, which is not the one in `custom_field_<N>`.
METADATA_OFFSET = 5_000_000
CUSTOMER_LABEL = "Customer"


class CustomFields(Core):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule("/rest/v1.0/custom_field_definitions", endpoint="list_definitions"),
        Rule("/rest/v1.0/custom_field_definitions/<int:definition_id>", endpoint="show_definition"),
        Rule(
            "/rest/v1.0/custom_field_definitions/<int:definition_id>/custom_field_lov_entries",
            endpoint="list_lov_entries",
        ),
        Rule("/rest/v1.1/companies/<int:company_id>/custom_field_definitions", endpoint="list_company_definitions"),
        Rule("/rest/v1.0/custom_field_metadata", endpoint="list_metadata"),
        Rule("/rest/v1.0/companies/<int:company_id>/configurable_field_sets", endpoint="list_field_sets"),
    )

    def list_definitions(self, request: Request) -> Response:
        self.require_company(request)
        has_entries = request.args.get("view") in ("with_lov_entries", "extended")
        rows = self._filter_definitions(request)
        return answer_page(request, rows, lambda row: self._shape_definition(row, has_entries=has_entries))

    def list_company_definitions(self, request: Request, company_id: int) -> Response:
        self.check_company(request, company_id)
        rows = self._filter_definitions(request)
        return answer_page(request, rows, lambda row: self._shape_definition(row), default=100, largest=100)

    def show_definition(self, request: Request, definition_id: int) -> Response:
        self.require_company(request)
        row = self.find_row("custom_field_definitions", definition_id, "Custom field definition")
        return json_response(self._shape_definition(row, has_entries=True))

    def list_lov_entries(self, request: Request, definition_id: int) -> Response:
        self.require_company(request)
        self.find_row("custom_field_definitions", definition_id, "Custom field definition")
        return answer_page(request, list(self._entries(definition_id)), _shape_entry)

    def list_metadata(self, request: Request) -> Response:
        wanted = list_values(request, "custom_field_definitions_id")
        rows = [row for row in self._definitions() if not wanted or str(row["id"]) in wanted]
        return answer_page(request, rows, self._shape_metadata)

    def list_field_sets(self, request: Request, company_id: int) -> Response:
        self.check_company(request, company_id)
        fields = {f"{PREFIX}{row['id']}": self._shape_placed(row) for row in self._definitions()}
        return json_response(
            [
                {
                    "id": FIELD_SET_ID,
                    "name": "Project details",
                    "type": "ConfigurableFieldSet::Project",
                    "category": None,
                    "class_name": "Project",
                    "fields": {"name": {"name": "name", "visible": True, "required": True}, **fields},
                    "sections": [],
                }
            ]
        )

    # --- values

    def shape_custom_fields(self, values: dict[str, Any]) -> dict[str, Any]:
        """`values` (by definition id, as text) in the read form; every field of the set is there, null when empty."""
        return {
            f"{PREFIX}{row['id']}": {
                "data_type": row["data_type"],
                "value": self._shape_value(row, values.get(str(row["id"]))),
            }
            for row in self._definitions()
        }

    def write_custom_fields(self, values: dict[str, Any], attributes: dict[str, Any]) -> None:
        """Take the top-level `custom_field_<N>` of a write. A nested `custom_fields` is ignored, without an error."""
        for name, value in attributes.items():
            number = name.removeprefix(PREFIX)
            if name.startswith(PREFIX) and number.isdigit():
                definition = self.tables.find("custom_field_definitions", number)
                if definition is not None:
                    values[number] = self._read_value(definition, value)

    def customer_definition(self) -> Row:
        """The field labelled "Customer"."""
        return next(row for row in self._definitions() if row["label"] == CUSTOMER_LABEL)

    def _read_value(self, definition: Row, value: Any) -> Any:
        if value is None or value == "":
            return None
        name = f"{PREFIX}{definition['id']}"
        match definition["data_type"]:
            case "vendor" | "lov_entry":
                # Unverified: that a vendor is written by its id; a list entry is, by the guides.
                table = "vendors" if definition["data_type"] == "vendor" else "lov_entries"
                row = self.tables.find(table, value)
                if row is None:
                    raise refuse_fields(**{name: ["is invalid"]})
                return row["id"]
            case "boolean":
                return value in (True, "true", 1, "1")
            case "decimal":
                amount = read_decimal(value)
                return None if amount is None else str(amount)
        return str(value)

    def _shape_value(self, definition: Row, value: Any) -> Any:
        if value is None:
            return None
        match definition["data_type"]:
            case "vendor":
                return {"id": value, "label": self.tables.get("vendors", value)["name"]}
            case "lov_entry":
                return {"id": value, "label": self.tables.get("lov_entries", value)["label"]}
            case "decimal":
                return Decimal(value)
        return value

    def _definitions(self) -> Iterator[Row]:
        return self.tables.iterate("custom_field_definitions")

    def _filter_definitions(self, request: Request) -> list[Row]:
        """`filters[with_label]` looks for a part of the label."""
        part = request.args.get("filters[with_label]", "").strip().lower()
        return [row for row in self._definitions() if part in row["label"].lower()]

    def _entries(self, definition_id: int) -> Iterator[Row]:
        return (row for row in self.tables.iterate("lov_entries") if row["definition_id"] == definition_id)

    def _shape_definition(self, row: Row, *, has_entries: bool = False) -> dict[str, Any]:
        names = ("id", "label", "active", "company_id", "data_type", "variant", "description", "default_value")
        shape = {name: row[name] for name in names}
        if has_entries:
            shape["custom_field_lov_entries"] = [_shape_entry(entry) for entry in self._entries(row["id"])]
        return shape

    def _shape_placed(self, row: Row) -> dict[str, Any]:
        return {
            "id": row["id"] + METADATA_OFFSET,
            "name": f"{PREFIX}{row['id']}",
            "label": row["label"],
            "description": row["description"],
            "custom_field_definition_id": row["id"],
            "data_type": row["data_type"],
            "variant": row["variant"],
            "position": row["position"],
            "required": False,
            "visible": True,
            "row": row["position"],
            "column": 1,
            "column_width": 6,
        }

    def _shape_metadata(self, row: Row) -> dict[str, Any]:
        placed = {
            name: value for name, value in self._shape_placed(row).items() if name not in ("name", "description")
        }
        return {
            **placed,
            "company_id": row["company_id"],
            "host_type": "Project",
            "source_type": "ConfigurableFieldSet::Project",
            "source_id": str(FIELD_SET_ID),
            "default_value": row["default_value"],
            "custom_fields_section_id": None,
            "lov_entries": [_shape_entry(entry) for entry in self._entries(row["id"])],
        }


def _shape_entry(entry: Row) -> dict[str, Any]:
    return {"id": entry["id"], "label": entry["label"], "position": entry["position"], "active": True}
