"""Commitments in v2.0: one list of both kinds, ids as text, what the other kind has left out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.amounts import ZERO
from connectors.sandbox.procore.core import USERS
from connectors.sandbox.procore.costs.payments import sum_payments
from connectors.sandbox.procore.currency import CURRENCY
from connectors.sandbox.procore.errors import refuse_fields
from connectors.sandbox.procore.files.attachments import attach_given, list_attachments
from connectors.sandbox.procore.inputs import check_choice, read_text
from connectors.sandbox.procore.listing import answer_v2_page, by_flag, by_number, by_range, by_text, filter_rows
from connectors.sandbox.procore.subcontracts.contract_lines import ContractLines
from connectors.sandbox.procore.subcontracts.contract_shapes import (
    CONTRACT_TYPES,
    DATES,
    KIND_DATES,
    KIND_TEXTS,
    SETTINGS,
    TEXTS,
    make_contract,
)
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import sum_amounts, write_plain
from connectors.sandbox.wire import json_response

KINDS = {name: kind for kind, name in CONTRACT_TYPES.items()}
FILTERS = {
    "id": by_number("id"),
    "vendor_id": by_number("vendor_id"),
    "status": by_text("status"),
    "type": by_text("type"),
    "accounting_method": by_text("accounting_method"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
    "executed": by_flag("executed"),
    "signature_required": by_flag("signature_required"),
}
_BASE = "/rest/v2.0/companies/<int:company_id>/projects/<int:project_id>/commitment_contracts"
_ONE = f"{_BASE}/<int:contract_id>"
_LINES = f"{_ONE}/line_items"


class CommitmentContractsV2(ContractLines):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(_BASE, endpoint="list_v2_contracts", methods=["GET"]),
        Rule(_BASE, endpoint="create_v2_contract", methods=["POST"]),
        Rule(_ONE, endpoint="show_v2_contract", methods=["GET"]),
        Rule(_ONE, endpoint="update_v2_contract", methods=["PATCH"]),
        Rule(_ONE, endpoint="delete_v2_contract", methods=["DELETE"]),
        Rule(f"{_ONE}/summary", endpoint="show_v2_summary", methods=["GET"]),
        Rule(_LINES, endpoint="list_v2_lines", methods=["GET"]),
        Rule(_LINES, endpoint="create_v2_line", methods=["POST"]),
        Rule(f"{_LINES}/<int:line_id>", endpoint="show_v2_line", methods=["GET"]),
        Rule(f"{_LINES}/<int:line_id>", endpoint="update_v2_line", methods=["PATCH"]),
        Rule(f"{_LINES}/<int:line_id>", endpoint="delete_v2_line", methods=["DELETE"]),
    )

    def list_v2_contracts(self, request: Request, company_id: int, project_id: int) -> Response:
        """`filters[include_deleted]=only` finds none: deleted contracts are kept in their v1 form only."""
        self.check_company(request, company_id)
        project = self.find_project(project_id)
        rows = [] if request.args.get("filters[include_deleted]") == "only" else self._list_joined(project)
        return answer_v2_page(request, filter_rows(request, rows, FILTERS), self._shape_v2)

    def show_v2_contract(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Response:
        return self._answer(self._find_v2(request, company_id, project_id, contract_id))

    def create_v2_contract(self, request: Request, company_id: int, project_id: int) -> Response:
        self.check_company(request, company_id)
        project = self.find_project(project_id)
        attributes = self.read_body(request)
        check_choice(attributes, "type", tuple(KINDS))
        kind = KINDS.get(read_text(attributes, "type") or "")
        if kind is None:
            raise refuse_fields(type=["can't be blank"])
        contract = self.make_commitment(project, kind, attributes)
        attach_given(self, request, contract, attributes)
        return self._answer(contract, 201)

    def update_v2_contract(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Response:
        contract = self._find_v2(request, company_id, project_id, contract_id)
        attributes = self.read_body(request)
        self.edit_commitment(contract, attributes)
        attach_given(self, request, contract, attributes)
        return self._answer(contract)

    def delete_v2_contract(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Response:
        self.end_commitment(self._find_v2(request, company_id, project_id, contract_id))
        return Response(status=204)

    def show_v2_summary(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Response:
        contract = self._find_v2(request, company_id, project_id, contract_id)
        changes = self.sum_changes(contract)
        paid = sum_payments(self.tables, contract["id"])
        sums = {
            "approved_change_total": changes["approved"],
            "pending_revised_change_total": changes["pending"],
            "draft_change_total": changes["draft"],
            "total_invoices_amount": self.sum_claims(contract),
            "total_payments_amount": paid,
        }
        shape = {name: write_plain(amount) for name, amount in sums.items()}
        return json_response({"data": {**shape, "currency_configuration": CURRENCY}})

    # --- lines

    def list_v2_lines(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Response:
        contract = self._find_v2(request, company_id, project_id, contract_id)
        return answer_v2_page(request, self.own_lines(contract), self._shape_v2_line)

    def show_v2_line(
        self, request: Request, company_id: int, project_id: int, contract_id: int, line_id: int
    ) -> Response:
        contract = self._find_v2(request, company_id, project_id, contract_id)
        return json_response({"data": self._shape_v2_line(self.find_line(contract, None, line_id))})

    def create_v2_line(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Response:
        """Answered with 200, not 201, as the description has it."""
        contract = self._find_v2(request, company_id, project_id, contract_id)
        attributes = self.read_body(request)
        if attributes.get("wbs_code_id") in (None, ""):
            raise refuse_fields(wbs_code_id=["can't be blank"])
        return json_response({"data": self._shape_v2_line(self.make_line(contract, None, attributes))})

    def update_v2_line(
        self, request: Request, company_id: int, project_id: int, contract_id: int, line_id: int
    ) -> Response:
        contract = self._find_v2(request, company_id, project_id, contract_id)
        line = self.find_line(contract, None, line_id)
        return json_response({"data": self._shape_v2_line(self.edit_line(line, self.read_body(request)))})

    def delete_v2_line(
        self, request: Request, company_id: int, project_id: int, contract_id: int, line_id: int
    ) -> Response:
        contract = self._find_v2(request, company_id, project_id, contract_id)
        self.end_line(self.find_line(contract, None, line_id))
        return Response(status=204)

    # --- records and shapes

    def _find_v2(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Row:
        self.check_company(request, company_id)
        return self.find_commitment(contract_id, self.find_project(project_id))

    def _list_joined(self, project: Row) -> list[Row]:
        """The contracts with all attributes filters may ask for."""
        return [
            {**make_contract(), **row, "type": CONTRACT_TYPES[row["kind"]]}
            for row in self.tables.of("commitments", project["id"])
        ]

    def _answer(self, contract: Row, status: int = 200) -> Response:
        return json_response({"data": self._shape_v2(contract)}, status)

    def _shape_v2(self, contract: Row) -> dict[str, Any]:
        """Attributes of the other kind, and a vendor that is not set, are left out."""
        kind, whole = contract["kind"], {**make_contract(), **contract}
        vendor = self.vendor_of(contract)
        creator = USERS[contract["created_by_id"]]
        names = (*TEXTS, *DATES, *KIND_DATES[kind], *KIND_TEXTS[kind], *SETTINGS, "accounting_method")
        assignee_id = whole["assignee_id"]
        return {
            "id": str(contract["id"]),
            "type": CONTRACT_TYPES[kind],
            **{name: whole[name] for name in names},
            **({"vendor": {"id": str(vendor["id"]), "name": vendor["name"]}} if vendor else {}),
            **({"assignee": {"id": str(assignee_id)}} if kind == "purchase_order" and assignee_id else {}),
            "retainage_percent": write_plain(Decimal(contract["retainage_percent"])),
            "grand_total": write_plain(sum_amounts(self.own_lines(contract))),
            "created_by": {"id": str(creator.user_id), "name": creator.name},
            "attachments": list_attachments(self, contract["id"]),
            "custom_fields": self.shape_given_fields(whole["custom_fields"]),
            "currency_configuration": CURRENCY,
            "created_at": contract["created_at"],
            "updated_at": contract["updated_at"],
        }

    def _shape_v2_line(self, line: Row) -> dict[str, Any]:
        """Quantity, unit cost and type show on calculated lines only; real answers have the quantity as text."""
        wbs = self.shape_short_wbs(line["wbs_code_id"])
        units = {
            "extended_type": "calculated",
            "quantity": write_plain(Decimal(line.get("quantity") or ZERO)),
            "unit_cost": write_plain(Decimal(line.get("unit_cost") or ZERO)),
        }
        return {
            "id": str(line["id"]),
            "amount": write_plain(Decimal(line["amount"])),
            "description": line["description"],
            "position": line["position"],
            "tax_code_id": str(line["tax_code_id"]) if line["tax_code_id"] else None,
            "prime_line_item_id": None,
            "funding_rule_id": None,
            **(units if line.get("extended_type") == "calculated" else {}),
            **({"uom": line["uom"]} if line.get("uom") else {}),
            "wbs_code_id": str(line["wbs_code_id"]),
            "wbs_code": {**wbs, "id": str(wbs["id"])},
            "work_breakdown_structure": {},
        }
