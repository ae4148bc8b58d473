"""Requisitions, which is what Procore's API calls subcontractor invoices: lists, shows and their lines."""

from __future__ import annotations

from typing import ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.core import VERSION
from connectors.sandbox.procore.errors import refuse_missing_id, refuse_request, refuse_unknown
from connectors.sandbox.procore.listing import answer_page, by_number, by_range, by_text, filter_rows
from connectors.sandbox.procore.requisition_shapes import RequisitionShapes
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

VIEWS = ("default", "extended", "items", "action_policy", "header_only")
DEFAULT_PAGE = 30
FILTERS = {
    "id": by_number("id"),
    "commitment_id": by_number("commitment_id"),
    "period_id": by_number("period_id"),
    "status": by_text("status"),
    "origin_id": by_text("origin_id"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
}
_ONE = "/rest/v1.0/requisitions/<int:requisition_id>"


class Requisitions(RequisitionShapes):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(f"/rest/{VERSION}/requisitions", endpoint="list_requisitions", methods=["GET"]),
        Rule(f"/rest/{VERSION}/requisitions/<int:requisition_id>", endpoint="show_requisition", methods=["GET"]),
        Rule(f"{_ONE}/detail", endpoint="list_requisition_detail"),
        Rule(
            f"{_ONE}/contract_items",
            endpoint="list_requisition_items",
            defaults={"item_type": "contract_item"},
            methods=["GET"],
        ),
        Rule(
            f"{_ONE}/change_order_items",
            endpoint="list_requisition_items",
            defaults={"item_type": "change_order_item"},
            methods=["GET"],
        ),
        Rule(
            f"{_ONE}/contract_detail_items",
            endpoint="list_requisition_items",
            defaults={"item_type": "contract_detail_item"},
            methods=["GET"],
        ),
        Rule("/rest/v1.0/projects/<int:project_id>/billing_periods", endpoint="list_periods", methods=["GET"]),
        Rule(
            "/rest/v1.0/projects/<int:project_id>/billing_periods/<int:period_id>",
            endpoint="show_period",
            methods=["GET"],
        ),
    )

    def list_requisitions(self, request: Request, version: str) -> Response:
        """One project's; there is no list over a whole company."""
        project = self.read_project(request)
        view = read_view(request)
        rows = [
            claim
            for commitment in self.tables.of("commitments", project["id"])
            for claim in self.tables.of("requisitions", commitment["id"])
        ]
        rows = filter_rows(request, rows, FILTERS)
        is_last = request.args.get("filters[is_last]")
        if is_last is not None:
            rows = [row for row in rows if self.is_last(row) == (is_last == "true")]
        rows.sort(key=lambda row: row["id"])
        return answer_page(request, rows, lambda row: self.shape_requisition(row, view, version), default=DEFAULT_PAGE)

    def show_requisition(self, request: Request, version: str, requisition_id: int) -> Response:
        claim = self.read_claim(request, requisition_id)
        return json_response(self.shape_requisition(claim, read_view(request), version))

    def list_requisition_detail(self, request: Request, requisition_id: int) -> Response:
        claim = self.read_claim(request, requisition_id)
        return json_response([self.shape_detail(claim, item) for item in self.items_of(claim)])

    def list_requisition_items(self, request: Request, requisition_id: int, item_type: str) -> Response:
        claim = self.read_claim(request, requisition_id)
        items = [item for item in self.items_of(claim) if self.type_of(item) == item_type]
        package_id = request.args.get("filters[change_order_id]")
        if package_id:
            items = [item for item in items if str(self._line_of(item)["change_order_package_id"]) == package_id]
        return answer_page(request, items, lambda item: self.shape_plain_item(claim, item))

    def list_periods(self, request: Request, project_id: int) -> Response:
        rows = self.tables.of("billing_periods", self.find_project(project_id)["id"])
        filters = {name: FILTERS[name] for name in ("id", "status", "created_at", "updated_at")}
        return answer_page(request, filter_rows(request, rows, filters), dict)

    def show_period(self, request: Request, project_id: int, period_id: int) -> Response:
        project = self.find_project(project_id)
        return json_response(self.find_owned("billing_periods", period_id, project, "Billing period"))

    # --- reading

    def read_claim(self, request: Request, requisition_id: int) -> Row:
        """A requisition of the project that the request names."""
        return self.find_owned("requisitions", requisition_id, self.read_project(request), "Requisition")

    def check_commitment(self, request: Request, claim: Row) -> None:
        """Updates have to name the contract as well, and rightly."""
        given = self.read_body(request).get("commitment_id")
        if given is None:
            raise refuse_missing_id()
        if str(given) != str(claim["commitment_id"]):
            raise refuse_unknown("Commitment")

    def type_of(self, item: Row) -> str:
        is_change = self._line_of(item)["change_order_package_id"] is not None
        return "change_order_item" if is_change else "contract_item"

    def _line_of(self, item: Row) -> Row:
        return self.tables.get("contract_lines", item["line_id"])


def read_view(request: Request) -> str:
    """Whether an unknown view falls back or is refused differs (unverified); refusing shows the mistake."""
    view = request.args.get("view", "default")
    if view not in VIEWS:
        raise refuse_request(f"view does not have a valid value: {view}")
    return view
