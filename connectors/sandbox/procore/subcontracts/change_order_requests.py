"""Change order requests, the middle tier. They stand beside the contract's sums and enter none of them."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.amounts import ZERO
from connectors.sandbox.procore.core import USERS
from connectors.sandbox.procore.currency import BASED_CURRENCY
from connectors.sandbox.procore.errors import refuse_fields
from connectors.sandbox.procore.inputs import check_choice, read_amount, read_text
from connectors.sandbox.procore.listing import (
    answer_page,
    by_date,
    by_number,
    by_range,
    by_text,
    filter_rows,
    list_values,
)
from connectors.sandbox.procore.subcontracts.change_orders import STATUSES
from connectors.sandbox.procore.subcontracts.contract_shapes import CONTRACT_TYPES, ContractShapes
from connectors.sandbox.procore.sync import answer_sync
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import read_date, write_money
from connectors.sandbox.wire import json_response

DATES = ("due_date", "invoiced_date", "paid_date")
FILTERS = {
    "id": by_number("id"),
    "status": by_text("status"),
    "change_order_package_id": by_number("change_order_package_id"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
    **{name: by_date(name) for name in DATES},
}
_BASE = "/rest/v1.0/change_order_requests"


class ChangeOrderRequests(ContractShapes):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(_BASE, endpoint="list_change_requests", methods=["GET"]),
        Rule(_BASE, endpoint="create_change_request", methods=["POST"]),
        Rule(f"{_BASE}/sync", endpoint="sync_change_requests", methods=["PATCH"]),
        Rule(f"{_BASE}/<int:request_id>", endpoint="show_change_request", methods=["GET"]),
        Rule(f"{_BASE}/<int:request_id>", endpoint="update_change_request", methods=["PATCH"]),
    )

    def list_change_requests(self, request: Request) -> Response:
        contract = self._read_parent(request)
        rows = filter_rows(request, self.tables.of("change_order_requests", contract["id"]), FILTERS)
        unwanted = list_values(request, "not_status")
        return answer_page(request, [row for row in rows if row["status"] not in unwanted], _shape_listed)

    def show_change_request(self, request: Request, request_id: int) -> Response:
        return json_response(self._shape_request(self._read_request(request, request_id)))

    def create_change_request(self, request: Request) -> Response:
        contract = self._read_parent(request)
        row = self._make_request(contract, self.read_wrapped(request, "change_order"))
        return json_response(self._shape_request(row), 201)

    def update_change_request(self, request: Request, request_id: int) -> Response:
        row = self._read_request(request, request_id)
        return json_response(self._shape_request(self._edit_request(row, self.read_wrapped(request, "change_order"))))

    def sync_change_requests(self, request: Request) -> Response:
        contract = self._read_parent(request)
        return answer_sync(
            self.read_body(request).get("updates"),
            self.tables.of("change_order_requests", contract["id"]),
            create=partial(self._make_request, contract),
            update=self._edit_request,
            shape=self._shape_request,
        )

    def _read_parent(self, request: Request) -> Row:
        """Project and contract, both required."""
        project = self.read_project(request)
        return self.find_owned("commitments", self.read_id(request, "contract_id"), project, "Contract")

    def _read_request(self, request: Request, request_id: int) -> Row:
        contract = self._read_parent(request)
        return self.find_owned(
            "change_order_requests", request_id, {"id": contract["project_id"]}, "Change order request"
        )

    def _make_request(self, contract: Row, attributes: dict[str, Any]) -> Row:
        self._check_request(contract, attributes)
        stamp = self.stamp()
        row = self.tables.add(
            "change_order_requests",
            {
                **dict.fromkeys((*DATES, "description", "change_order_package_id", "origin_id", "origin_data")),
                "commitment_id": contract["id"],
                "project_id": contract["project_id"],
                "number": f"{len(self.tables.of('change_order_requests', contract['id'])) + 1:03d}",
                "title": "",
                "status": "draft",
                "grand_total": write_money(ZERO),
                "schedule_impact_amount": None,
                "created_by_id": self.actor.user_id,
                "created_at": stamp,
                "updated_at": stamp,
            },
        )
        self._write_request(row, attributes)
        self.announce("Change Order Requests", "create", row["id"], project_id=row["project_id"])
        return row

    def _edit_request(self, row: Row, attributes: dict[str, Any]) -> Row:
        self._check_request(self.tables.get("commitments", row["commitment_id"]), attributes, row["id"])
        self._write_request(row, attributes)
        self.touch(row)
        self.announce("Change Order Requests", "update", row["id"], project_id=row["project_id"])
        return row

    def _check_request(self, contract: Row, attributes: dict[str, Any], row_id: int | None = None) -> None:
        check_choice(attributes, "status", STATUSES)
        read_amount(attributes, "grand_total")
        read_amount(attributes, "schedule_impact_amount")
        self.check_origin("change_order_requests", attributes, row_id)
        package_id = attributes.get("change_order_package_id")
        package = self.tables.find("change_order_packages", package_id)
        if package_id is not None and (package is None or package["commitment_id"] != contract["id"]):
            raise refuse_fields(change_order_package_id=["is invalid"])

    def _write_request(self, row: Row, attributes: dict[str, Any]) -> None:
        for name in ("title", "description", "origin_id", "origin_data"):
            if name in attributes:
                row[name] = read_text(attributes, name)
        row["title"] = row["title"] or ""
        row["status"] = read_text(attributes, "status") or row["status"]
        for name in DATES:
            if name in attributes:
                row[name] = read_date(attributes[name])
        total = read_amount(attributes, "grand_total")
        if total is not None:
            row["grand_total"] = write_money(total)
        impact = read_amount(attributes, "schedule_impact_amount")
        if impact is not None:
            row["schedule_impact_amount"] = int(impact)
        if "change_order_package_id" in attributes:
            package = self.tables.find("change_order_packages", attributes["change_order_package_id"])
            row["change_order_package_id"] = package["id"] if package else None

    def _shape_request(self, row: Row) -> dict[str, Any]:
        creator = USERS[row["created_by_id"]]
        contract = self.tables.get("commitments", row["commitment_id"])
        vendor = self.vendor_of(contract)
        names = ("number", "title", "status")
        listed = _shape_listed(row)
        del listed["created_by_id"]
        return {
            **listed,
            **{name: row[name] for name in ("description", "origin_id", "origin_data")},
            "contract_id": contract["id"],
            "creator": {"id": creator.user_id, "login": creator.login, "name": creator.name},
            "position": int(row["number"]),
            "private": False,
            "executed": False,
            "signed_change_order_received_date": None,
            "attachments": [],
            "contract": {
                "id": contract["id"],
                **{name: contract[name] for name in names},
                "type": CONTRACT_TYPES[contract["kind"]],
                "vendor": {"id": vendor["id"], "name": vendor["name"]} if vendor else None,
            },
            "batch": None,
        }


def _shape_listed(row: Row) -> dict[str, Any]:
    names = (
        "id", "created_at", "created_by_id", *DATES, "number", "status", "title", "change_order_package_id",
        "updated_at", "grand_total", "schedule_impact_amount",
    )  # fmt: skip
    return {
        **{name: row[name] for name in names},
        "deleted_at": None,
        "revision": 0,
        "currency_configuration": BASED_CURRENCY,
    }
