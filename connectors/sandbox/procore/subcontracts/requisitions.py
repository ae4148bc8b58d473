"""Requisitions, which is what Procore's API calls subcontractor invoices: lists, shows and their lines."""

from __future__ import annotations

from typing import ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.core import VERSION
from connectors.sandbox.procore.errors import refuse_missing_id, refuse_unknown
from connectors.sandbox.procore.listing import (
    answer_page,
    by_number,
    by_range,
    by_text,
    filter_rows,
    is_true,
    list_values,
    read_view,
)
from connectors.sandbox.procore.subcontracts.requisition_shapes import RequisitionShapes
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

ITEM_TYPES = ("contract_item", "contract_detail_item", "change_order_item")
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
        Rule(f"{_ONE}/detail", endpoint="list_requisition_detail", methods=["GET"]),
        *(
            rule
            for item_type in ITEM_TYPES
            for rule in (
                Rule(
                    f"{_ONE}/{item_type}s",
                    endpoint="list_requisition_items",
                    defaults={"item_type": item_type},
                    methods=["GET"],
                ),
                Rule(
                    f"{_ONE}/{item_type}s/<int:item_id>",
                    endpoint="show_requisition_item",
                    defaults={"item_type": item_type},
                    methods=["GET"],
                ),
            )
        ),
    )

    def list_requisitions(self, request: Request, version: str) -> Response:
        """One project's; there is no list over a whole company."""
        project = self.read_project(request)
        view = read_requisition_view(request)
        rows = [
            claim
            for commitment in self.tables.of("commitments", project["id"])
            for claim in self.tables.of("requisitions", commitment["id"])
        ]
        rows = filter_rows(request, rows, FILTERS)
        is_last = request.args.get("filters[is_last]")
        if is_last:
            rows = [row for row in rows if self.is_last(row) == is_true(is_last)]
        rows.sort(key=lambda row: row["id"])
        return answer_page(request, rows, lambda row: self.shape_requisition(row, view, version), default=DEFAULT_PAGE)

    def show_requisition(self, request: Request, version: str, requisition_id: int) -> Response:
        claim = self.read_claim(request, requisition_id)
        return json_response(self.shape_requisition(claim, read_requisition_view(request), version))

    def list_requisition_detail(self, request: Request, requisition_id: int) -> Response:
        claim = self.read_claim(request, requisition_id)
        return json_response([self.shape_detail(claim, item) for item in self.items_of(claim)])

    def list_requisition_items(self, request: Request, requisition_id: int, item_type: str) -> Response:
        claim = self.read_claim(request, requisition_id)
        items = [item for item in self.items_of(claim) if self.type_of(item) == item_type]
        package_ids = list_values(request, "change_order_id")
        if package_ids:
            items = [item for item in items if str(self.source_of(item).package_id) in package_ids]
        return answer_page(request, items, lambda item: self.shape_plain_item(claim, item))

    def show_requisition_item(self, request: Request, requisition_id: int, item_type: str, item_id: int) -> Response:
        claim = self.read_claim(request, requisition_id)
        return json_response(self.shape_plain_item(claim, self.find_item(claim, item_type, item_id)))

    def find_item(self, claim: Row, item_type: str, item_id: int) -> Row:
        item = self.tables.find("requisition_items", item_id)
        if item is None or item["requisition_id"] != claim["id"] or self.type_of(item) != item_type:
            raise refuse_unknown("Item")
        return item

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


def read_requisition_view(request: Request) -> str:
    return read_view(request, VIEWS)
