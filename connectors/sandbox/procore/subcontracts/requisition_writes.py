"""Writing requisitions over the API: creation pre-filled from the contract, header, status, deletion, packages."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.core import VERSION
from connectors.sandbox.procore.errors import Refused, refuse_fields, refuse_state, refuse_unknown
from connectors.sandbox.procore.files.attachments import attach_given
from connectors.sandbox.procore.inputs import check_choice, read_flag, read_text
from connectors.sandbox.procore.projects.custom_fields import PREFIX
from connectors.sandbox.procore.subcontracts.claim_sources import APPROVED
from connectors.sandbox.procore.subcontracts.claims import OPEN_STATUSES, STATUSES
from connectors.sandbox.procore.subcontracts.requisition_item_writes import ORIGIN, RequisitionItemWrites
from connectors.sandbox.procore.subcontracts.requisitions import read_requisition_view
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import read_date
from connectors.sandbox.wire import json_response

NOT_DELETABLE = "Only the most recent invoice of a contract can be deleted, and only while it is open"
DATES = ("requisition_start", "requisition_end", "billing_date", "submitted_at", "payment_date")
# The members of the block that the guides name g702 where the specification says summary.
G702 = (
    "balance_to_finish_including_retainage", "completed_work_retainage_percent", "completed_work_retainage_amount",
    "contract_sum_to_date", "current_payment_due", "less_previous_certificates_for_payment",
    "net_change_by_change_orders", "original_contract_sum", "stored_materials_retainage_amount",
    "stored_materials_retainage_percent", "total_completed_and_stored_to_date", "total_earned_less_retainage",
    "total_retainage",
)  # fmt: skip
_ONE = "/rest/v1.0/requisitions/<int:requisition_id>"


class RequisitionWrites(RequisitionItemWrites):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *RequisitionItemWrites.ROUTES,
        Rule(f"/rest/{VERSION}/requisitions", endpoint="create_requisition", methods=["POST"]),
        Rule(f"/rest/{VERSION}/requisitions/<int:requisition_id>", endpoint="update_requisition", methods=["PATCH"]),
        Rule(f"/rest/{VERSION}/requisitions/<int:requisition_id>", endpoint="delete_requisition", methods=["DELETE"]),
        Rule(f"{_ONE}/add_change_order_package", endpoint="add_claim_package", methods=["POST"]),
        Rule(f"{_ONE}/remove_change_order_package", endpoint="remove_claim_package", methods=["DELETE"]),
        Rule(
            "/rest/v2.0/companies/<int:company_id>/projects/<int:project_id>/requisitions/<int:requisition_id>"
            "/payment_details",
            endpoint="update_payment_details",
            methods=["PATCH"],
        ),
    )

    def create_requisition(self, request: Request, version: str) -> Response:
        project = self.read_project(request)
        commitment_id = self.read_id(request, "commitment_id")
        commitment = self.find_owned("commitments", commitment_id, project, "Commitment")
        attributes = self.read_wrapped(request, "requisition")
        self.check_billable(commitment)
        self.check_header(attributes, project)
        view = read_requisition_view(request)
        claim = self.add_claim(commitment)
        try:
            self.write_items(claim, attributes.get("items") if version == "v1.1" else None)
        except Refused:
            self.drop_claim(claim)
            raise
        self._write_header(claim, attributes)
        attach_given(self, request, claim, attributes)
        self.touch_claim(claim, event_type="create")
        shape = self.shape_requisition(claim, view, version)
        if version == "v1.0" and "summary" in shape:
            shape["g702"] = {name: shape["summary"][name] for name in G702}
        return json_response(shape, 201)

    def update_requisition(self, request: Request, version: str, requisition_id: int) -> Response:
        claim = self.read_claim(request, requisition_id)
        self.check_commitment(request, claim)
        attributes = self.read_wrapped(request, "requisition")
        self.check_lock(claim, set(attributes))
        self.check_header(attributes, self.tables.get("projects", claim["project_id"]), claim)
        view = read_requisition_view(request)
        self.write_items(claim, attributes.get("items") if version == "v1.1" else None)
        before = dict(claim)
        self._write_header(claim, attributes)
        self.record_header(claim, before)
        attach_given(self, request, claim, attributes)
        self.touch_claim(claim)
        return json_response(self.shape_requisition(claim, view, version))

    def delete_requisition(self, request: Request, version: str, requisition_id: int) -> Response:
        claim = self.read_claim(request, requisition_id)
        self.check_lock(claim, {"delete"})
        if claim["status"] not in OPEN_STATUSES or not self.is_last(claim):
            raise refuse_state(NOT_DELETABLE)
        self.remove_claim(claim)
        return Response(status=200, content_type="application/json")

    def update_payment_details(
        self, request: Request, company_id: int, project_id: int, requisition_id: int
    ) -> Response:
        """The due date, which v1 does not show. It moves the invoice's time like any other change (unverified)."""
        self.check_company(request, company_id)
        claim = self.find_owned("requisitions", requisition_id, self.find_project(project_id), "Requisition")
        attributes = self.read_body(request)
        self.check_lock(claim, {"due_date"})
        given = attributes.get("due_date")
        due_date = None if given is None else read_date(given)
        if given is not None and due_date is None:
            raise refuse_fields(due_date=["is invalid"])
        before = dict(claim)
        claim["due_date"] = due_date
        self.record_header(claim, before)
        self.touch_claim(claim)
        return json_response({"data": {"due_date": due_date}})

    # --- change order packages

    def add_claim_package(self, request: Request, requisition_id: int) -> Response:
        """What was added is answered; nothing, where all of it was there before."""
        claim, package = self._read_package(request, requisition_id)
        commitment = self.tables.get("commitments", claim["commitment_id"])
        present = {self.key_of(item) for item in self.items_of(claim)}
        wanted = list(self.list_package_billables(commitment, package, present))
        items = [self.add_item(claim, named) for named in wanted if self.key_of(named) not in present]
        self.touch_claim(claim)
        return json_response([self.shape_plain_item(claim, item) for item in items], 201)

    def remove_claim_package(self, request: Request, requisition_id: int) -> Response:
        """A package whose retainage a later invoice lets go stays, so that none lets go more than it holds."""
        claim, package = self._read_package(request, requisition_id)
        billed = [row for row in self.list_package_items(package) if row["requisition_id"] == claim["id"]]
        self.remove_items(claim, billed)
        self.touch_claim(claim)
        return Response(status=200, content_type="application/json")

    def _read_package(self, request: Request, requisition_id: int) -> tuple[Row, Row]:
        claim = self.read_claim(request, requisition_id)
        self.check_lock(claim, {"items"})
        package = self.tables.find("change_order_packages", self.read_id(request, "change_order_package_id"))
        if package is None or package["commitment_id"] != claim["commitment_id"]:
            raise refuse_unknown("Change order package")
        if package["status"] != APPROVED:
            raise refuse_state("Change order package must be approved")
        return claim, package

    # --- headers

    def check_billable(self, commitment: Row) -> None:
        """Unverified in wording: an invoice needs a contract with a company, and one that allows invoices."""
        if commitment["vendor_id"] is None:
            raise refuse_state("The contract must have a contract company")
        if not commitment.get("allow_payment_applications", True):
            raise refuse_state("Invoices are not enabled for this contract")

    def check_header(self, attributes: dict[str, Any], project: Row, claim: Row | None = None) -> None:
        check_choice(attributes, "status", STATUSES)
        self.check_origin("requisitions", attributes, claim["id"] if claim else None)
        period_id = attributes.get("period_id")
        if period_id is not None:
            period = self.tables.find("billing_periods", period_id)
            if period is None or period["project_id"] != project["id"]:
                raise refuse_fields(period_id=["is invalid"])
        self.write_custom_fields(dict(claim["custom_fields"]) if claim else {}, attributes)

    def _write_header(self, claim: Row, attributes: dict[str, Any]) -> None:
        for name in DATES:
            if name in attributes:
                claim[name] = read_date(attributes[name])
        claim["status"] = read_text(attributes, "status") or claim["status"]
        for name in ("comment", *ORIGIN):
            if name in attributes:
                claim[name] = read_text(attributes, name)
        if "invoice_number" in attributes:
            claim["invoice_number"] = read_text(attributes, "invoice_number") or ""
        if "final" in attributes:
            claim["final"] = read_flag(attributes, "final")
        if attributes.get("period_id") is not None:
            self._write_period(claim, self.find_row("billing_periods", attributes["period_id"]), attributes)
        if any(name.startswith(PREFIX) for name in attributes):
            self.write_custom_fields(claim["custom_fields"], attributes)

    def _write_period(self, claim: Row, period: Row, attributes: dict[str, Any]) -> None:
        """The billing period gives the dates that the write does not."""
        claim["period_id"] = period["id"]
        for name, source in (("requisition_start", "start_date"), ("requisition_end", "end_date")):
            if name not in attributes:
                claim[name] = period[source]
