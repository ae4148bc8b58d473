"""Potential change orders and their lines. With one tier each is the other half of a change order package."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.amounts import ZERO
from connectors.sandbox.procore.core import USERS
from connectors.sandbox.procore.costs.line_items import LINE_FILTERS
from connectors.sandbox.procore.currency import CURRENCY
from connectors.sandbox.procore.errors import refuse_fields, refuse_unknown
from connectors.sandbox.procore.inputs import read_text
from connectors.sandbox.procore.listing import answer_page, by_date, by_number, by_range, by_text, filter_rows
from connectors.sandbox.procore.subcontracts.change_orders import ChangeOrders
from connectors.sandbox.procore.sync import answer_sync
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.wire import json_response

FILTERS = {
    "id": by_number("id"),
    "origin_id": by_text("origin_id"),
    "contract_id": by_number("commitment_id"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
    **{name: by_date(name) for name in ("due_date", "invoiced_date", "paid_date", "reviewed_at")},
}
OWN = ("origin_id", "origin_data")
_BASE = "/rest/v1.0/potential_change_orders"
_LINES = f"{_BASE}/<int:potential_id>/line_items"


class PotentialChangeOrders(ChangeOrders):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(_BASE, endpoint="list_potentials", methods=["GET"]),
        Rule(_BASE, endpoint="create_potential", methods=["POST"]),
        Rule(f"{_BASE}/sync", endpoint="sync_potentials", methods=["PATCH"]),
        Rule(f"{_BASE}/<int:potential_id>", endpoint="show_potential", methods=["GET"]),
        Rule(f"{_BASE}/<int:potential_id>", endpoint="update_potential", methods=["PATCH"]),
        Rule(_LINES, endpoint="list_potential_lines", methods=["GET"]),
        Rule(_LINES, endpoint="create_potential_line", methods=["POST"]),
        Rule(f"{_LINES}/sync", endpoint="sync_potential_lines", methods=["PATCH"]),
        Rule(f"{_LINES}/<int:line_id>", endpoint="show_potential_line", methods=["GET"]),
        Rule(f"{_LINES}/<int:line_id>", endpoint="update_potential_line", methods=["PATCH"]),
        Rule(f"{_LINES}/<int:line_id>", endpoint="delete_potential_line", methods=["DELETE"]),
    )

    def list_potentials(self, request: Request) -> Response:
        project = self.read_project(request)
        if request.args.get("filters[include_deleted]") == "only":
            return answer_page(request, [], dict)
        contract_id = request.args.get("contract_id")
        rows = [
            self._join(row)
            for commitment in self.tables.of("commitments", project["id"])
            if contract_id in (None, str(commitment["id"]))
            for row in self.tables.of("potential_change_orders", commitment["id"])
        ]
        return answer_page(request, filter_rows(request, rows, FILTERS), self._shape_listed)

    def show_potential(self, request: Request, potential_id: int) -> Response:
        return json_response(self._shape_potential(self._read_potential(request, potential_id)))

    def create_potential(self, request: Request) -> Response:
        """Makes the package as well."""
        contract = self.find_commitment(self.read_id(request, "contract_id"), self.read_project(request))
        row = self._make(contract, self.read_wrapped(request, "change_order"))
        return json_response(self._shape_potential(row), 201)

    def update_potential(self, request: Request, potential_id: int) -> Response:
        row = self._read_potential(request, potential_id)
        return json_response(self._shape_potential(self._edit(row, self.read_wrapped(request, "change_order"))))

    def sync_potentials(self, request: Request) -> Response:
        contract = self.find_commitment(self.read_id(request, "contract_id"), self.read_project(request))
        return answer_sync(
            self.read_body(request).get("updates"),
            self.tables.of("potential_change_orders", contract["id"]),
            create=partial(self._make, contract),
            update=self._edit,
            shape=self._shape_potential,
        )

    def list_potential_lines(self, request: Request, potential_id: int) -> Response:
        package = self._read_package_of(request, potential_id)
        rows = filter_rows(request, self.package_lines(package), LINE_FILTERS)
        return answer_page(request, rows, self.shape_contract_line)

    def show_potential_line(self, request: Request, potential_id: int, line_id: int) -> Response:
        return json_response(self.shape_contract_line(self._read_line(request, potential_id, line_id)))

    def create_potential_line(self, request: Request, potential_id: int) -> Response:
        package = self._read_package_of(request, potential_id)
        contract = self.tables.get("commitments", package["commitment_id"])
        line = self.make_line(contract, package, self.read_wrapped(request, "line_item"))
        return json_response(self.shape_contract_line(line), 201)

    def update_potential_line(self, request: Request, potential_id: int, line_id: int) -> Response:
        line = self._read_line(request, potential_id, line_id)
        return json_response(self.shape_contract_line(self.edit_line(line, self.read_wrapped(request, "line_item"))))

    def delete_potential_line(self, request: Request, potential_id: int, line_id: int) -> Response:
        self.end_line(self._read_line(request, potential_id, line_id))
        return Response(status=200, content_type="application/json")

    def sync_potential_lines(self, request: Request, potential_id: int) -> Response:
        package = self._read_package_of(request, potential_id)
        return self.answer_line_sync(request, self.tables.get("commitments", package["commitment_id"]), package)

    # --- records

    def _make(self, contract: Row, attributes: dict[str, Any]) -> Row:
        self._check_own(attributes)
        package = self.make_package(contract, _drop_own(attributes), read_text(attributes, "number"))
        row = self.find_potential(package)
        if row is None:
            raise refuse_unknown("Potential change order")
        self._write_own(row, attributes)
        return row

    def _edit(self, row: Row, attributes: dict[str, Any]) -> Row:
        self._check_own(attributes, row["id"])
        package = self.tables.get("change_order_packages", row["package_id"])
        # The show form names a total that the update does not take.
        given = {name: value for name, value in _drop_own(attributes).items() if name != "grand_total"}
        self.edit_package(package, given)
        package["number"] = read_text(attributes, "number") or package["number"]
        self._write_own(row, attributes)
        return row

    def _check_own(self, attributes: dict[str, Any], row_id: int | None = None) -> None:
        self.check_origin("potential_change_orders", attributes, row_id)
        request_id = attributes.get("change_order_request_id")
        if request_id is not None and self.tables.find("change_order_requests", request_id) is None:
            raise refuse_fields(change_order_request_id=["is invalid"])

    def _write_own(self, row: Row, attributes: dict[str, Any]) -> None:
        for name in OWN:
            if name in attributes:
                row[name] = read_text(attributes, name)
        if "change_order_request_id" in attributes:
            found = self.tables.find("change_order_requests", attributes["change_order_request_id"])
            row["request_id"] = found["id"] if found else None

    def _read_potential(self, request: Request, potential_id: int) -> Row:
        """By project; where the request names the contract as well, it has to be the right one."""
        row = self.find_row("potential_change_orders", potential_id, "Potential change order")
        self.read_package(request, row["package_id"])
        return row

    def _read_package_of(self, request: Request, potential_id: int) -> Row:
        return self.tables.get("change_order_packages", self._read_potential(request, potential_id)["package_id"])

    def _read_line(self, request: Request, potential_id: int, line_id: int) -> Row:
        package = self._read_package_of(request, potential_id)
        return self.find_line(self.tables.get("commitments", package["commitment_id"]), package, line_id)

    # --- shapes

    def _join(self, row: Row) -> Row:
        """What the pair says together: the package's attributes under the potential change order's own id."""
        return {**self.tables.get("change_order_packages", row["package_id"]), **row}

    def _shape_common(self, row: Row) -> dict[str, Any]:
        joined = self._join(row)
        names = ("id", "number", "title", "status", "created_at", "updated_at")
        dates = ("due_date", "invoiced_date", "paid_date", "reviewed_at")
        return {
            **{name: joined[name] for name in names},
            **{name: joined.get(name) for name in (*dates, "schedule_impact_amount")},
            "contract_id": row["commitment_id"],
            "deleted_at": None,
            "revision": 0,
            "change_order_request_id": row.get("request_id"),
            "grand_total": self.shape_total(joined | {"id": row["package_id"]}),
            "currency_configuration": CURRENCY,
            "custom_fields": {},
        }

    def _shape_listed(self, row: Row) -> dict[str, Any]:
        package = self.tables.get("change_order_packages", row["package_id"])
        return {
            **self._shape_common(row),
            "created_by_id": package["created_by_id"],
            "executed": package.get("executed", False),
            "change_reason": None,
            "change_order_request_title": None,
            "change_order_package_title": package["title"],
            "potential_change_order_acronym_number": f"PCO #{package['number']}",
            "change_order_request_acronym_number": None,
            "change_order_package_acronym_number": f"CCO #{package['number']}",
            "change_order_tiers": 1,
        }

    def _shape_potential(self, row: Row) -> dict[str, Any]:
        """The form shown singly."""
        package = self.tables.get("change_order_packages", row["package_id"])
        contract = self.tables.get("commitments", row["commitment_id"])
        creator, vendor = USERS[package["created_by_id"]], self.vendor_of(contract)
        common = self._shape_common(row)
        empty = (
            "change_order_change_reason_id", "commitment_change_event_id", "prime_change_event_id",
            "designated_reviewer", "location_id", "reason", "received_from", "reference", "request_for_quote_id",
            "reviewer",
        )  # fmt: skip
        return {
            **common,
            **dict.fromkeys(empty),
            **{name: row[name] for name in OWN},
            "accounting_method": contract.get("accounting_method", "amount"),
            "creator": {"id": creator.user_id, "login": creator.login, "name": creator.name},
            "description": package.get("description"),
            "field_change": False,
            "attachments": [],
            "line_items": [self._shape_counted(line) for line in self.package_lines(package)],
            "line_items_total": common["grand_total"],
            "line_items_extended_total": common["grand_total"],
            "paid": package.get("paid_date") is not None,
            "position": read_number(package["number"]) or 1,
            "private": package.get("private", False),
            "vendor": self.shape_vendor(vendor) if vendor else None,
            "void": package["status"] == "void",
        }

    def _shape_counted(self, line: Row) -> dict[str, Any]:
        """A line within its change order, where quantity and unit cost are numbers."""
        numbers = {name: Decimal(line.get(name) or ZERO) for name in ("quantity", "unit_cost")}
        return {
            **self.shape_contract_line(line),
            **numbers,
            "cost_code_id": line["cost_code_id"],
            "markup_line_items": [],
        }


def _drop_own(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if name not in OWN and name != "id"}
