"""Custom fields: the values that records carry under `custom_field_<definition id>`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from connectors.sandbox.procore.attributes import is_scalar
from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.errors import Refused, refuse_fields
from connectors.sandbox.procore.listing import is_true
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.procore.values import read_decimal, read_moment, write_stamp

PREFIX = "custom_field_"
CUSTOMER_LABEL = "Customer"
# The table a value's id is looked up in, by data type. Lists have an array even for one value.
# Unverified: that a vendor, a person and a location are written by their ids; list entries are, by the guides.
TABLES = {
    "vendor": "vendors",
    "location": "locations",
    "lov_entry": "lov_entries",
    "lov_entries": "lov_entries",
    "login_information": "users",
    "login_informations": "users",
}
LISTS = ("lov_entries", "login_informations", "prostore_files")
DATA_TYPES = ("boolean", "datetime", "decimal", "prostore_files", "rich_text", "string", *TABLES)


class CustomFields(Core):
    # --- values

    def shape_custom_fields(self, values: dict[str, Any]) -> dict[str, Any]:
        """`values` (by definition id, as text) in the read form; every field of the set is there, null when empty."""
        return {
            f"{PREFIX}{row['id']}": {
                "data_type": row["data_type"],
                "value": self._shape_field_value(row, values.get(str(row["id"]))),
            }
            for row in self.list_placed()
        }

    def write_custom_fields(self, values: dict[str, Any], attributes: dict[str, Any]) -> None:
        """Take the top-level `custom_field_<N>` of a write. A nested `custom_fields` is ignored, without an error."""
        values |= self.read_custom_fields(attributes)

    def read_custom_fields(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """The values a write gives, by definition id. Refuses with 422 before anything is written."""
        values = {}
        for name, value in attributes.items():
            number = read_number(name.removeprefix(PREFIX))
            if name.startswith(PREFIX) and number is not None:
                definition = self.tables.find("custom_field_definitions", number)
                if definition is not None and self.is_visible(definition):
                    values[str(number)] = self._read_field_value(definition, value)
        return values

    def check_required_fields(self, values: dict[str, Any]) -> None:
        """What `run_configurable_validations` asks for: the required fields are filled."""
        required = [row for row in self.list_placed() if row["required"]]
        missing = [row for row in required if values.get(str(row["id"])) in (None, [], "")]
        if missing:
            raise refuse_fields(**{f"{PREFIX}{row['id']}": ["can't be blank"] for row in missing})

    def customer_definition(self) -> Row:
        """The field labelled "Customer"."""
        return next(row for row in self.list_definitions() if row["label"] == CUSTOMER_LABEL)

    def list_definitions(self) -> Iterator[Row]:
        return (row for row in self.tables.iterate("custom_field_definitions") if self.is_visible(row))

    def list_placed(self) -> list[Row]:
        """The definitions in the projects' field set, in its order."""
        rows = [row for row in self.list_definitions() if row["is_placed"]]
        return sorted(rows, key=lambda row: row["position"])

    def list_entries(self, definition_id: int) -> list[Row]:
        return self.tables.of("lov_entries", definition_id)

    # --- one value

    def _read_field_value(self, definition: Row, value: Any) -> Any:
        if value is None or value == "":
            return None
        refusal = refuse_fields(**{f"{PREFIX}{definition['id']}": ["is invalid"]})
        data_type = definition["data_type"]
        if data_type in LISTS:
            if not isinstance(value, list):
                raise refusal
            return [self._read_field_reference(definition, item, refusal) for item in value]
        if not is_scalar(value):
            raise refusal
        if data_type in TABLES:
            return self._read_field_reference(definition, value, refusal)
        return _READERS.get(data_type, str)(value)

    def _read_field_reference(self, definition: Row, value: Any, refusal: Refused) -> int:
        if definition["data_type"] == "prostore_files":
            number = read_number(value)
            if number is None:
                raise refusal
            return number
        row = self.tables.find(TABLES[definition["data_type"]], value)
        if row is None or ("definition_id" in row and row["definition_id"] != definition["id"]):
            raise refusal
        return int(row["id"])

    def _shape_field_value(self, definition: Row, value: Any) -> Any:
        if value is None:
            return None
        data_type = definition["data_type"]
        if data_type in LISTS:
            return [self._shape_field_reference(data_type, number) for number in value]
        if data_type in TABLES:
            return self._shape_field_reference(data_type, value)
        return Decimal(value) if data_type == "decimal" else value

    def _shape_field_reference(self, data_type: str, number: int) -> dict[str, Any] | None:
        """`{id, label}`; null once what it pointed to is gone."""
        if data_type == "prostore_files":
            return {"id": number, "label": None}
        row = self.tables.find(TABLES[data_type], number)
        if row is None:
            return None
        if data_type in ("login_information", "login_informations"):
            person = self.tables.get("people", row["person_id"])
            return {"id": number, "label": f"{person['first_name']} {person['last_name']}"}
        return {"id": number, "label": row.get("label") or row.get("name")}


def _read_number_text(value: Any) -> str | None:
    amount = read_decimal(value)
    return None if amount is None else f"{amount:f}"


def _read_moment_text(value: Any) -> str | None:
    moment = read_moment(value)
    return None if moment is None else write_stamp(moment)


_READERS: dict[str, Callable[[Any], Any]] = {
    "boolean": is_true,
    "decimal": _read_number_text,
    "datetime": _read_moment_text,
}
