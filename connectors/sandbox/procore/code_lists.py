"""The company's small lists, all served alike: cost types, tax codes and departments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.listing import answer_page, by_text, filter_rows
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import read_decimal
from connectors.sandbox.wire import json_response

# (name, code, base type) of a new company's cost types.
DEFAULT_TYPES = (
    ("Labor", "L", "labor"),
    ("Equipment", "E", "equipment"),
    ("Materials", "M", "materials"),
    ("Commitment", "C", "commitment"),
    ("Owner Cost", "OC", "owner_cost"),
    ("Professional Services", "SVC", "professional_services"),
    ("Other", "O", "other"),
)


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list: its body key, the required attribute, and how a row is read and written."""

    key: str
    required: str
    shape: Callable[[Row], dict[str, Any]]
    write: Callable[[Row, dict[str, Any]], None]
    empty: dict[str, Any]
    resource_name: str | None = None
    largest: int = 2000


class CodeLists(Core):
    ROUTES: ClassVar[tuple[Rule, ...]] = tuple(
        rule
        for table in ("line_item_types", "tax_codes", "departments")
        for rule in (
            Rule(f"/rest/v1.0/{table}", endpoint="list_codes", defaults={"table": table}, methods=["GET"]),
            Rule(f"/rest/v1.0/{table}", endpoint="create_code", defaults={"table": table}, methods=["POST"]),
            Rule(f"/rest/v1.0/{table}/<int:row_id>", endpoint="show_code", defaults={"table": table}, methods=["GET"]),
            Rule(
                f"/rest/v1.0/{table}/<int:row_id>",
                endpoint="update_code",
                defaults={"table": table},
                methods=["PATCH"],
            ),
        )
    )

    def list_codes(self, request: Request, table: str) -> Response:
        if table == "line_item_types" and "company_id" not in request.args:
            self.read_project(request)
        else:
            self.require_company(request)
        rows = filter_rows(request, self.tables.iterate(table), {"origin_id": by_text("origin_id")})
        return answer_page(request, rows, CODE_LISTS[table].shape, largest=CODE_LISTS[table].largest)

    def show_code(self, request: Request, table: str, row_id: int) -> Response:
        self.require_company(request)
        return json_response(CODE_LISTS[table].shape(self.find_row(table, row_id)))

    def create_code(self, request: Request, table: str) -> Response:
        self.require_company(request)
        code_list = CODE_LISTS[table]
        attributes = self.read_wrapped(request, code_list.key)
        self.require_text(attributes, code_list.required)
        self.check_origin(table, attributes)
        row = self.tables.add(table, {**code_list.empty, "origin_id": None, "origin_data": None})
        return self._save(table, row, attributes, "create", 201)

    def update_code(self, request: Request, table: str, row_id: int) -> Response:
        self.require_company(request)
        attributes = self.read_wrapped(request, CODE_LISTS[table].key)
        row = self.find_row(table, row_id)
        self.check_origin(table, attributes, row_id)
        return self._save(table, row, attributes, "update", 200)

    def _save(self, table: str, row: Row, attributes: dict[str, Any], event_type: str, status: int) -> Response:
        code_list = CODE_LISTS[table]
        code_list.write(row, attributes)
        for name in ("origin_id", "origin_data"):
            if name in attributes:
                row[name] = attributes[name]
        if code_list.resource_name:
            self.announce(code_list.resource_name, event_type, row["id"])
        return json_response(code_list.shape(row), status)


def shape_type(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "name", "code", "base_type", "origin_id", "origin_data")}


def _write_type(row: Row, attributes: dict[str, Any]) -> None:
    # Read as `code`, written as `csv_import_code`.
    row["name"] = attributes.get("name", row["name"])
    row["code"] = attributes.get("csv_import_code", row["code"])
    row["base_type"] = attributes.get("base_type", row["base_type"])


def shape_tax_code(row: Row) -> dict[str, Any]:
    """`rate1` is percent and a number: 8.0 is 8 %."""
    names = ("id", "code", "description", "archived", "default_tax_code", "origin_id", "origin_data")
    return {**{name: row[name] for name in names}, "rate1": Decimal(row["rate1"])}


def _write_tax_code(row: Row, attributes: dict[str, Any]) -> None:
    for name in ("code", "description", "archived", "default_tax_code"):
        row[name] = attributes.get(name, row[name])
    rate = read_decimal(attributes.get("rate1"))
    row["rate1"] = row["rate1"] if rate is None else str(rate)


def _shape_department(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "name", "origin_id", "origin_data")}


def _write_department(row: Row, attributes: dict[str, Any]) -> None:
    row["name"] = attributes.get("name", row["name"])


CODE_LISTS = {
    "line_item_types": CodeList(
        "line_item_type",
        "name",
        shape_type,
        _write_type,
        {"name": "", "code": None, "base_type": None},
        resource_name="Line Item Types",
    ),
    "tax_codes": CodeList(
        "tax_code",
        "code",
        shape_tax_code,
        _write_tax_code,
        {"code": "", "description": "", "rate1": "0", "archived": False, "default_tax_code": False},
        largest=100,
    ),
    "departments": CodeList(
        "department", "name", _shape_department, _write_department, {"name": ""}, resource_name="Departments"
    ),
}
