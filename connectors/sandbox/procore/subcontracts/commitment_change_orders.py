"""Commitment change orders: the newer form of a change order, which with one tier is package and request in one."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.core import USERS
from connectors.sandbox.procore.currency import CURRENCY
from connectors.sandbox.procore.errors import refuse_fields, refuse_missing_id, refuse_state
from connectors.sandbox.procore.files.attachments import attach_given, drop_attachments, list_attachments
from connectors.sandbox.procore.inputs import read_flag, read_text
from connectors.sandbox.procore.listing import (
    answer_page,
    answer_v2_page,
    by_flag,
    by_number,
    by_range,
    by_text,
    filter_rows,
    read_view,
    sort_rows,
)
from connectors.sandbox.procore.subcontracts.commitment_contracts_v2 import CommitmentContractsV2
from connectors.sandbox.procore.subcontracts.potential_change_orders import PotentialChangeOrders
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

VIEWS = ("default", "extended")
FLAGS = ("executed", "private", "signature_required", "field_change", "paid", "enable_ssov")
DATES = ("invoiced_date", "due_date", "paid_date", "signed_change_order_received_date")
STAMPS = ("updated_at", "created_at", "reviewed_at")
FILTERS = {
    "id": by_number("id"),
    "contract_id": by_number("commitment_id"),
    "legacy_package_id": by_number("package_id"),
    "vendor_id": by_number("vendor_id"),
    "status": by_text("status"),
    "executed": by_flag("executed"),
    "signature_required": by_flag("signature_required"),
    "updated_at": by_range("updated_at"),
}
_BASE = "/rest/v1.0/projects/<int:project_id>/commitment_change_orders"
_ORDERS = "/rest/v2.0/companies/<int:company_id>/projects/<int:project_id>/commitment_change_orders"
_LINES = f"{_ORDERS}/<int:order_id>/line_items"


class CommitmentChangeOrders(PotentialChangeOrders, CommitmentContractsV2):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(_BASE, endpoint="list_commitment_changes", methods=["GET"]),
        Rule(_BASE, endpoint="create_commitment_change", methods=["POST"]),
        Rule(f"{_BASE}/<int:order_id>", endpoint="show_commitment_change", methods=["GET"]),
        Rule(f"{_BASE}/<int:order_id>", endpoint="update_commitment_change", methods=["PATCH"]),
        Rule(f"{_BASE}/<int:order_id>", endpoint="delete_commitment_change", methods=["DELETE"]),
        Rule(_LINES, endpoint="list_change_lines", methods=["GET"]),
        Rule(_LINES, endpoint="create_change_line", methods=["POST"]),
        Rule(f"{_LINES}/<int:line_id>", endpoint="show_change_line", methods=["GET"]),
        Rule(f"{_LINES}/<int:line_id>", endpoint="update_change_line", methods=["PATCH"]),
        Rule(f"{_LINES}/<int:line_id>", endpoint="delete_change_line", methods=["DELETE"]),
    )

    def list_commitment_changes(self, request: Request, project_id: int) -> Response:
        project = self.find_project(project_id)
        view = read_view(request, VIEWS)
        rows = [
            self._join_change(row)
            for commitment in self.tables.of("commitments", project["id"])
            for row in self.tables.of("potential_change_orders", commitment["id"])
        ]
        rows = sort_rows(request, filter_rows(request, rows, FILTERS), {"created_at": "created_at", "id": "id"})
        return answer_page(request, rows, lambda row: self._shape_change(row, view))

    def show_commitment_change(self, request: Request, project_id: int, order_id: int) -> Response:
        return self._answer_change(request, self._find_change(project_id, order_id))

    def create_commitment_change(self, request: Request, project_id: int) -> Response:
        project = self.find_project(project_id)
        attributes = self.read_wrapped(request, "change_order")
        if attributes.get("contract_id") is None:
            raise refuse_missing_id()
        contract = self.tables.find("commitments", attributes["contract_id"])
        if contract is None or contract["project_id"] != project["id"]:
            raise refuse_fields(contract_id=["is invalid"])
        read_view(request, VIEWS)
        row = self._make(contract, attributes)
        self._write_flags(row, attributes)
        attach_given(self, request, row, attributes)
        return self._answer_change(request, row, 201)

    def update_commitment_change(self, request: Request, project_id: int, order_id: int) -> Response:
        row = self._find_change(project_id, order_id)
        attributes = self.read_wrapped(request, "change_order")
        read_view(request, VIEWS)
        self._edit(row, attributes)
        self._write_flags(row, attributes)
        attach_given(self, request, row, attributes)
        return self._answer_change(request, row)

    def delete_commitment_change(self, request: Request, project_id: int, order_id: int) -> Response:
        """Both halves and their lines, unless it is approved."""
        row = self._find_change(project_id, order_id)
        package = self.tables.get("change_order_packages", row["package_id"])
        if package["status"] == "approved" or self.list_package_items(package):
            raise refuse_state("An approved change order cannot be deleted")
        self.announce_package(package, "delete")
        self.drop_package(package)
        drop_attachments(self, row["id"])
        return Response(status=204)

    # --- lines in v2.0

    def list_change_lines(self, request: Request, company_id: int, project_id: int, order_id: int) -> Response:
        _, package = self._find_owner(request, company_id, project_id, order_id)
        return answer_v2_page(request, self.package_lines(package), self._shape_change_line)

    def show_change_line(
        self, request: Request, company_id: int, project_id: int, order_id: int, line_id: int
    ) -> Response:
        contract, package = self._find_owner(request, company_id, project_id, order_id)
        return json_response({"data": self._shape_change_line(self.find_line(contract, package, line_id))})

    def create_change_line(self, request: Request, company_id: int, project_id: int, order_id: int) -> Response:
        contract, package = self._find_owner(request, company_id, project_id, order_id)
        attributes = self.read_body(request)
        if attributes.get("wbs_code_id") in (None, ""):
            raise refuse_fields(wbs_code_id=["can't be blank"])
        return json_response({"data": self._shape_change_line(self.make_line(contract, package, attributes))})

    def update_change_line(
        self, request: Request, company_id: int, project_id: int, order_id: int, line_id: int
    ) -> Response:
        contract, package = self._find_owner(request, company_id, project_id, order_id)
        line = self.edit_line(self.find_line(contract, package, line_id), self.read_body(request))
        return json_response({"data": self._shape_change_line(line)})

    def delete_change_line(
        self, request: Request, company_id: int, project_id: int, order_id: int, line_id: int
    ) -> Response:
        contract, package = self._find_owner(request, company_id, project_id, order_id)
        self.end_line(self.find_line(contract, package, line_id))
        return Response(status=204)

    # --- records and shapes

    def _find_owner(self, request: Request, company_id: int, project_id: int, order_id: int) -> tuple[Row, Row]:
        self.check_company(request, company_id)
        row = self._find_change(project_id, order_id)
        package = self.tables.get("change_order_packages", row["package_id"])
        return self.tables.get("commitments", row["commitment_id"]), package

    def _find_change(self, project_id: int, order_id: int) -> Row:
        project = self.find_project(project_id)
        row = self.find_row("potential_change_orders", order_id, "Commitment change order")
        self.find_owned("commitments", row["commitment_id"], project, "Commitment change order")
        return row

    def _write_flags(self, row: Row, attributes: dict[str, Any]) -> None:
        """What only this form has; it is kept on its own half of the pair."""
        row |= {name: read_flag(attributes, name) for name in FLAGS if attributes.get(name) is not None}
        if "reference" in attributes:
            row["reference"] = read_text(attributes, "reference")

    def _join_change(self, row: Row) -> Row:
        """The pair's attributes with those that filters ask for."""
        package = self.tables.get("change_order_packages", row["package_id"])
        vendor_id = self.tables.get("commitments", row["commitment_id"])["vendor_id"]
        defaults = {**dict.fromkeys(FLAGS, False), "executed": package["status"] == "approved"}
        return {**defaults, **package, **row, "vendor_id": vendor_id}

    def _answer_change(self, request: Request, row: Row, status: int = 200) -> Response:
        shape = self._shape_change(self._join_change(row), read_view(request, VIEWS))
        return json_response({**shape, "attachments": list_attachments(self, row["id"])}, status)

    def _shape_change(self, row: Row, view: str) -> dict[str, Any]:
        """Unverified: which ids the two legacy ones are. They are those of the package and of its other half."""
        creator = USERS[row["created_by_id"]]
        empty = (
            "batch_id", "location_id", "revised_substantial_completion_date", "designated_reviewer", "received_from",
            "reviewed_by", "change_order_change_reason",
        )  # fmt: skip
        names = ("id", "title", "number", "status", *DATES, *STAMPS, *FLAGS)
        extended: dict[str, Any] = {"change_events": []} if view == "extended" else {}
        return {
            **dict.fromkeys(empty),
            **{name: row.get(name) for name in names},
            "contract_id": row["commitment_id"],
            "legacy_package_id": row["package_id"],
            "legacy_request_id": row["id"],
            "type": "CommitmentChangeOrder",
            "description": row.get("description") or "",
            "reference": row.get("reference"),
            "revision": 0,
            "billing_schedule_of_values_status": "draft",
            "grand_total": self.shape_total({**row, "id": row["package_id"]}),
            "schedule_impact_amount": row.get("schedule_impact_amount"),
            "created_by": {"id": creator.user_id, "name": creator.name},
            "custom_fields": {},
            "currency_configuration": CURRENCY,
            **extended,
        }

    def _shape_change_line(self, line: Row) -> dict[str, Any]:
        return {**self._shape_v2_line(line), "commitment_line_item_id": None}
