"""The detailed schedule of values: what a subcontractor breaks a contract line into for billing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.amounts import ZERO
from connectors.sandbox.procore.currency import CURRENCY
from connectors.sandbox.procore.errors import refuse_fields, refuse_state, refuse_unknown
from connectors.sandbox.procore.inputs import read_amount, read_text
from connectors.sandbox.procore.listing import answer_page, by_number, filter_rows
from connectors.sandbox.procore.subcontracts.commitments import route_kinds
from connectors.sandbox.procore.subcontracts.contract_lines import ContractLines
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import write_money
from connectors.sandbox.wire import json_response

FILTERS = {"id": by_number("id"), "line_item_id": by_number("line_id")}
_DETAILS = "/<int:contract_id>/line_item_contract_details"


class ContractDetails(ContractLines):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *route_kinds(_DETAILS, "list_contract_details", "GET"),
        *route_kinds(_DETAILS, "create_contract_detail", "POST"),
        *route_kinds(f"{_DETAILS}/<int:detail_id>", "show_contract_detail", "GET"),
        *route_kinds(f"{_DETAILS}/<int:detail_id>", "update_contract_detail", "PATCH"),
        *route_kinds(f"{_DETAILS}/<int:detail_id>", "delete_contract_detail", "DELETE"),
    )

    def list_contract_details(self, request: Request, kind: str, contract_id: int) -> Response:
        contract = self.read_contract(request, kind, contract_id)
        rows = filter_rows(request, self.tables.of("contract_details", contract["id"]), FILTERS)
        return answer_page(request, rows, self._shape_listed_detail)

    def show_contract_detail(self, request: Request, kind: str, contract_id: int, detail_id: int) -> Response:
        return json_response(self._shape_detail(self._read_detail(request, kind, contract_id, detail_id)))

    def create_contract_detail(self, request: Request, kind: str, contract_id: int) -> Response:
        contract = self.read_contract(request, kind, contract_id)
        attributes = self.read_wrapped(request, "contract_detail_line_item")
        if attributes.get("line_item_id") is None:
            raise refuse_fields(line_item_id=["can't be blank"])
        line = self._find_parent(contract, attributes)
        amount = read_amount(attributes, "amount") or ZERO
        if self.is_billed(contract["id"], "line_id", line["id"]):
            raise refuse_state("A line item that has been billed cannot be split into details")
        rows = self.tables.of("contract_details", contract["id"])
        stamp = self.stamp()
        detail = self.tables.add(
            "contract_details",
            {
                "commitment_id": contract["id"],
                "line_id": line["id"],
                "amount": write_money(amount),
                "description": read_text(attributes, "description") or "",
                "position": max((row["position"] for row in rows), default=0) + 1,
                "created_at": stamp,
                "updated_at": stamp,
            },
        )
        return json_response(self._shape_detail(detail), 201)

    def update_contract_detail(self, request: Request, kind: str, contract_id: int, detail_id: int) -> Response:
        detail = self._read_detail(request, kind, contract_id, detail_id)
        contract = self.tables.get("commitments", contract_id)
        attributes = self.read_wrapped(request, "contract_detail_line_item")
        given = read_amount(attributes, "amount")
        amount = Decimal(detail["amount"]) if given is None else given
        line_id = detail["line_id"]
        if attributes.get("line_item_id") is not None:
            line_id = self._find_parent(contract, attributes)["id"]
        is_moved = (line_id, write_money(amount)) != (detail["line_id"], detail["amount"])
        if is_moved and self.is_billed(contract_id, "detail_id", detail_id):
            raise refuse_state("A detail that has been billed cannot be changed")
        if line_id != detail["line_id"] and self.is_billed(contract_id, "line_id", line_id):
            raise refuse_state("A line item that has been billed cannot be split into details")
        detail |= {"line_id": line_id, "amount": write_money(amount)}
        if "description" in attributes:
            detail["description"] = read_text(attributes, "description") or ""
        self.touch(detail)
        self.change_lines(contract)
        return json_response(self._shape_detail(detail))

    def delete_contract_detail(self, request: Request, kind: str, contract_id: int, detail_id: int) -> Response:
        detail = self._read_detail(request, kind, contract_id, detail_id)
        if self.is_billed(contract_id, "detail_id", detail_id):
            raise refuse_state("A detail that has been billed cannot be deleted")
        self.tables.remove("contract_details", detail["id"])
        return Response(status=200, content_type="application/json")

    def _find_parent(self, contract: Row, attributes: dict[str, Any]) -> Row:
        line = self.tables.find("contract_lines", attributes["line_item_id"])
        is_own = line is not None and line["commitment_id"] == contract["id"]
        if line is None or not is_own or line["change_order_package_id"] is not None:
            raise refuse_fields(line_item_id=["is invalid"])
        return line

    def _read_detail(self, request: Request, kind: str, contract_id: int, detail_id: int) -> Row:
        contract = self.read_contract(request, kind, contract_id)
        detail = self.tables.find("contract_details", detail_id)
        if detail is None or detail["commitment_id"] != contract["id"]:
            raise refuse_unknown("Detail line item")
        return detail

    def _shape_detail(self, detail: Row) -> dict[str, Any]:
        stamps = {name: detail[name] for name in ("created_at", "updated_at")}
        return {**self._shape_listed_detail(detail), **stamps}

    def _shape_listed_detail(self, detail: Row) -> dict[str, Any]:
        billed = self._find_billed(detail)
        names = ("id", "description", "position")
        return {
            **{name: detail[name] for name in names},
            "amount": detail["amount"],
            "line_item_id": detail["line_id"],
            "billed_to_date": write_money(billed or ZERO),
            "billed_against": billed is not None,
            "currency_configuration": CURRENCY,
        }

    def _find_billed(self, detail: Row) -> Decimal | None:
        """What the last invoice says is completed and stored; None when no invoice has the detail."""
        for claim in reversed(self.chain_of(detail["commitment_id"])):
            for line in self.figures_of(claim).lines:
                if line.key == detail["id"]:
                    return line.total_completed_and_stored_to_date
        return None
