"""Commitments: subcontracts (work orders) and purchase orders, their lines and their change order packages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.billing import ZERO
from connectors.sandbox.procore.claims import APPROVED, Claims
from connectors.sandbox.procore.code_lists import shape_type
from connectors.sandbox.procore.cost_codes import CostCodes
from connectors.sandbox.procore.errors import refuse_request, refuse_unknown
from connectors.sandbox.procore.listing import answer_page, by_number, by_range, by_text, filter_rows
from connectors.sandbox.procore.requisition_shapes import CONTRACT_TYPES, CURRENCY
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import write_plain
from connectors.sandbox.procore.wbs import WbsCodes
from connectors.sandbox.wire import json_response

KINDS = {"work_order": "work_order_contracts", "purchase_order": "purchase_order_contracts"}
FILTERS = {
    "id": by_number("id"),
    "status": by_text("status"),
    "origin_id": by_text("origin_id"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
}
LINE_FILTERS = {
    "id": by_number("id"),
    "cost_code_id": by_number("cost_code_id"),
    "line_item_type_id": by_number("line_item_type_id"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
}
EMPTY_DATES = (
    "approval_letter_date", "execution_date", "issued_on_date", "letter_of_intent_date", "returned_date",
    "signed_contract_received_date",
)  # fmt: skip
WORK_ORDER_ONLY = (
    "actual_completion_date", "contract_start_date", "contract_estimated_completion_date", "inclusions", "exclusions",
)  # fmt: skip
PURCHASE_ORDER_ONLY = ("assignee", "delivery_date", "payment_terms", "ship_via")
BILLED = ("approved", "approved_as_noted", "pending_owner_approval")


class Commitments(Claims, WbsCodes, CostCodes):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule("/rest/v1.0/commitments", endpoint="list_commitments"),
        Rule("/rest/v1.0/commitments/<int:commitment_id>", endpoint="show_commitment"),
        *(
            rule
            for kind, path in KINDS.items()
            for rule in (
                Rule(f"/rest/v1.0/{path}", endpoint="list_contracts", defaults={"kind": kind}),
                Rule(f"/rest/v1.0/{path}/<int:contract_id>", endpoint="show_contract", defaults={"kind": kind}),
                Rule(
                    f"/rest/v1.0/{path}/<int:contract_id>/line_items",
                    endpoint="list_contract_lines",
                    defaults={"kind": kind},
                ),
                Rule(
                    f"/rest/v1.0/{path}/<int:contract_id>/line_items/<int:line_id>",
                    endpoint="show_contract_line",
                    defaults={"kind": kind},
                ),
            )
        ),
        Rule("/rest/v1.0/change_order_packages", endpoint="list_packages"),
        Rule("/rest/v1.0/change_order_packages/<int:package_id>", endpoint="show_package"),
        Rule(
            "/rest/v1.0/projects/<int:project_id>/contracts/<int:contract_id>/invoice_configuration",
            endpoint="show_invoice_configuration",
            methods=["GET"],
        ),
        Rule(
            "/rest/v1.0/projects/<int:project_id>/contracts/<int:contract_id>/invoice_configuration",
            endpoint="update_invoice_configuration",
            methods=["PATCH"],
        ),
    )

    def list_commitments(self, request: Request) -> Response:
        """Both kinds in one thin list that does not say which is which."""
        project = self.read_project(request)
        return answer_page(request, self.tables.of("commitments", project["id"]), self._shape_thin)

    def show_commitment(self, request: Request, commitment_id: int) -> Response:
        project = self.read_project(request)
        commitment = self.find_owned("commitments", commitment_id, project, "Commitment")
        shape = self.shape_contract(commitment)
        vendor = self.tables.get("vendors", commitment["vendor_id"])
        return json_response(
            {
                **shape,
                "type": CONTRACT_TYPES[commitment["kind"]],
                "vendor": {"id": vendor["id"], "name": vendor["name"], "company": vendor["name"]},
            }
        )

    def list_contracts(self, request: Request, kind: str) -> Response:
        project = self.read_project(request)
        view = request.args.get("view", "compact")
        if view not in ("compact", "extended"):
            raise refuse_request(f"view does not have a valid value: {view}")
        rows = [row for row in self.tables.of("commitments", project["id"]) if row["kind"] == kind]
        shape = self.shape_contract if view == "compact" else self.shape_whole_contract
        return answer_page(request, filter_rows(request, rows, FILTERS), shape)

    def show_contract(self, request: Request, kind: str, contract_id: int) -> Response:
        return json_response(self.shape_whole_contract(self._read_contract(request, kind, contract_id)))

    def list_contract_lines(self, request: Request, kind: str, contract_id: int) -> Response:
        """The contract's own schedule of values; lines of change orders stand in their packages."""
        contract = self._read_contract(request, kind, contract_id)
        return answer_page(
            request, filter_rows(request, self._own_lines(contract), LINE_FILTERS), self.shape_contract_line
        )

    def show_contract_line(self, request: Request, kind: str, contract_id: int, line_id: int) -> Response:
        contract = self._read_contract(request, kind, contract_id)
        for line in self._own_lines(contract):
            if line["id"] == line_id:
                return json_response(self.shape_contract_line(line))
        raise refuse_unknown("Line item")

    def list_packages(self, request: Request) -> Response:
        project = self.read_project(request)
        contract_id = request.args.get("contract_id")
        rows = [
            package
            for commitment in self.tables.of("commitments", project["id"])
            if contract_id in (None, str(commitment["id"]))
            for package in self.tables.of("change_order_packages", commitment["id"])
        ]
        return answer_page(request, filter_rows(request, rows, FILTERS), self.shape_package)

    def show_package(self, request: Request, package_id: int) -> Response:
        project = self.read_project(request)
        package = self.find_row("change_order_packages", package_id, "Change order package")
        if self.tables.get("commitments", package["commitment_id"])["project_id"] != project["id"]:
            raise refuse_unknown("Change order package")
        lines = [self.shape_contract_line(line) for line in self._package_lines(package)]
        return json_response({**self.shape_package(package), "line_items": lines})

    def show_invoice_configuration(self, request: Request, project_id: int, contract_id: int) -> Response:
        project = self.find_project(project_id)
        return json_response(
            self._shape_configuration(self.find_owned("commitments", contract_id, project, "Contract"))
        )

    def update_invoice_configuration(self, request: Request, project_id: int, contract_id: int) -> Response:
        """Only whether stored material moves into previous work; it takes effect on claims made from now on."""
        commitment = self.find_owned("commitments", contract_id, self.find_project(project_id), "Contract")
        attributes = self.read_wrapped(request, "invoice_configuration")
        if "move_materials_to_previous_work_completed" in attributes:
            commitment["are_materials_moved"] = attributes["move_materials_to_previous_work_completed"] is True
        return json_response(self._shape_configuration(commitment))

    def _read_contract(self, request: Request, kind: str, contract_id: int) -> Row:
        contract = self.find_owned("commitments", contract_id, self.read_project(request), "Contract")
        if contract["kind"] != kind:
            raise refuse_unknown("Contract")
        return contract

    def _own_lines(self, contract: Row) -> list[Row]:
        rows = self.tables.of("contract_lines", contract["id"])
        return [row for row in rows if row["change_order_package_id"] is None]

    def _package_lines(self, package: Row) -> list[Row]:
        rows = self.tables.of("contract_lines", package["commitment_id"])
        return [row for row in rows if row["change_order_package_id"] == package["id"]]

    # --- shapes

    def _shape_thin(self, commitment: Row) -> dict[str, Any]:
        vendor = self.tables.get("vendors", commitment["vendor_id"])
        names = ("id", "title", "number", "status", "description", "executed", "created_at")
        return {
            **{name: commitment[name] for name in names},
            "delivery_date": None,
            "private": False,
            "vendor": {"id": vendor["id"], "name": vendor["name"]},
        }

    def shape_contract(self, commitment: Row) -> dict[str, Any]:
        """The compact form. The vendor's name stands under `company`, there is no `name`."""
        vendor = self.tables.get("vendors", commitment["vendor_id"])
        project = self.tables.get("projects", commitment["project_id"])
        is_order = commitment["kind"] == "purchase_order"
        names = (
            "id", "number", "title", "status", "description", "executed", "contract_date", "origin_id", "origin_data",
            "origin_code", "created_at", "updated_at",
        )  # fmt: skip
        return {
            **{name: commitment[name] for name in names},
            **dict.fromkeys(EMPTY_DATES),
            **dict.fromkeys(PURCHASE_ORDER_ONLY if is_order else WORK_ORDER_ONLY),
            **({"bill_to_address": "", "ship_to_address": ""} if is_order else {}),
            "accounting_method": "amount",
            "deleted_at": None,
            "private": False,
            "project": {"id": project["id"], "name": project["name"]},
            "requisitions_are_enabled": True,
            "retainage_percent": write_plain(Decimal(commitment["retainage_percent"])),
            "show_line_items_to_non_admins": False,
            "vendor": {"id": vendor["id"], "company": vendor["name"]},
            "currency_configuration": CURRENCY,
            **self._shape_sums(commitment),
        }

    def _shape_sums(self, commitment: Row) -> dict[str, str]:
        original = _total(self._own_lines(commitment))
        changes = dict.fromkeys(("approved", "pending", "draft"), ZERO)
        for package in self.tables.of("change_order_packages", commitment["id"]):
            if package["status"] in changes:
                changes[package["status"]] += _total(self._package_lines(package))
        claimed = sum(
            (
                self.figures_of(claim).summary.current_payment_due
                for claim in self.chain_of(commitment["id"])
                if claim["status"] in BILLED
            ),
            ZERO,
        )
        revised = original + changes["approved"]
        return {
            "grand_total": write_plain(original),
            "approved_change_orders": write_plain(changes["approved"]),
            "pending_change_orders": write_plain(changes["pending"]),
            "draft_change_orders_amount": write_plain(changes["draft"]),
            "revised_contract": write_plain(revised),
            "pending_revised_contract": write_plain(revised + changes["pending"]),
            "total_payments": "0.0",
            "total_requisitions_amount": write_plain(claimed),
            "total_draw_requests_amount": write_plain(claimed),
            "remaining_balance_outstanding": write_plain(revised),
            "percentage_paid": "0.0",
        }

    def shape_whole_contract(self, commitment: Row) -> dict[str, Any]:
        """The extended form, which is also the one shown singly."""
        packages = self.tables.of("change_order_packages", commitment["id"])
        vendor = self.tables.get("vendors", commitment["vendor_id"])
        return {
            **self.shape_contract(commitment),
            "vendor": {
                "id": vendor["id"],
                "company": vendor["name"],
                "origin_id": vendor["origin_id"],
                "origin_data": vendor["origin_data"],
            },
            "attachments": [],
            "change_order_packages": [self.shape_package(package) for package in packages],
            "change_order_requests": [],
            "created_by_id": commitment["created_by_id"],
            "custom_fields": {},
            "invoice_contacts": [],
            "line_items": [self.shape_contract_line(line) for line in self._own_lines(commitment)],
            "payments_issued": [],
            "potential_change_orders": [],
        }

    def shape_contract_line(self, line: Row) -> dict[str, Any]:
        """A schedule-of-values line; `uom` is absent, not null, when it is not set."""
        commitment = self.tables.get("commitments", line["commitment_id"])
        project = self.tables.get("projects", commitment["project_id"])
        company = self.tables.get("companies", project["company_id"])
        code = self.tables.get("cost_codes", line["cost_code_id"])
        amount = write_plain(Decimal(line["amount"]))
        package_id = line["change_order_package_id"]
        holder = (
            (package_id, "ChangeOrderPackage")
            if package_id
            else (commitment["id"], CONTRACT_TYPES[commitment["kind"]])
        )
        return {
            "id": line["id"],
            "amount": amount,
            "total_amount": amount,
            "extended_amount": amount,
            "extended_type": "manual",
            "quantity": "0.0",
            "unit_cost": "0.0",
            "description": line["description"],
            "position": line["position"],
            "company": {"id": company["id"], "name": company["name"]},
            "project": {"id": project["id"], "name": project["name"]},
            "cost_code": self.shape_cost_code(code),
            "line_item_type": shape_type(self.tables.get("line_item_types", line["line_item_type_id"])),
            "wbs_code": self.shape_short_wbs(line["wbs_code_id"]),
            "tax_code_id": line["tax_code_id"],
            "holder": {"id": holder[0], "holder_type": holder[1]},
            "change_event_line_item": None,
            "origin_id": line["origin_id"],
            "origin_data": None,
            "currency_configuration": CURRENCY,
            "created_at": line["created_at"],
            "updated_at": line["updated_at"],
        }

    def shape_package(self, package: Row) -> dict[str, Any]:
        names = ("id", "number", "title", "status", "reviewed_at", "created_by_id", "created_at", "updated_at")
        return {
            **{name: package[name] for name in names},
            "contract_id": package["commitment_id"],
            "grand_total": write_plain(_total(self._package_lines(package))),
            "executed": package["status"] == APPROVED,
            "revision": 0,
            "deleted_at": None,
            "due_date": None,
            "invoiced_date": None,
            "paid_date": None,
            "signed_change_order_received_date": None,
            "designated_reviewer": None,
            "origin_id": None,
            "origin_data": None,
            "origin_code": None,
            "custom_fields": {},
            "currency_configuration": CURRENCY,
        }

    def _shape_configuration(self, commitment: Row) -> dict[str, Any]:
        project = self.tables.get("projects", commitment["project_id"])
        return {
            "id": commitment["id"],
            "contract_id": commitment["id"],
            "project_id": project["id"],
            "company_id": project["company_id"],
            "separate_billing_for_stored_materials": False,
            "stored_materials_billing_method": "classic",
            "ssr_enabled": False,
            "move_materials_to_previous_work_completed": commitment["are_materials_moved"],
            "commitment_has_invoices": bool(self.chain_of(commitment["id"])),
            "retainage_rule_set": None,
        }


def _total(lines: list[Row]) -> Decimal:
    return sum((Decimal(line["amount"]) for line in lines), ZERO)
