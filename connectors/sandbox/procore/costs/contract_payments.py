"""Contract payments, both ways: issued under a commitment, received under a prime contract."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.costs.payments import list_payments
from connectors.sandbox.procore.errors import refuse_fields, refuse_state, refuse_unknown
from connectors.sandbox.procore.files.attachments import EXISTING_IDS, attach_given, drop_attachments, list_attachments
from connectors.sandbox.procore.inputs import (
    ORIGIN,
    drop_blank_origin,
    read_amount,
    read_choice,
    read_dates,
    read_texts,
    read_whole,
)
from connectors.sandbox.procore.listing import answer_page
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import write_money
from connectors.sandbox.wire import json_response

LOCKED = "The Contract Payment cannot be edited or deleted because it is synced with an ERP system"
METHODS = ("check", "credit_card", "electronic")
TEXTS = ("check_number", "invoice_number", "notes", *ORIGIN)
DATES = ("date", "invoice_date")
# What stays open on a payment with an origin_id.
UNLOCKED = {*ORIGIN, "attachments", "upload_ids", *EXISTING_IDS}
_PATH = "/rest/v1.0/contract_payments"


class ContractPayments(Core):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(_PATH, endpoint="list_contract_payments", methods=["GET"]),
        Rule(_PATH, endpoint="create_contract_payment", methods=["POST"]),
        Rule(f"{_PATH}/<int:payment_id>", endpoint="show_contract_payment", methods=["GET"]),
        Rule(f"{_PATH}/<int:payment_id>", endpoint="update_contract_payment", methods=["PATCH"]),
        Rule(f"{_PATH}/<int:payment_id>", endpoint="delete_contract_payment", methods=["DELETE"]),
    )

    def list_contract_payments(self, request: Request) -> Response:
        """One contract's; there are no filters."""
        contract = self._read_paid_contract(request)
        return answer_page(request, list_payments(self.tables, contract["id"]), self.shape_contract_payment)

    def show_contract_payment(self, request: Request, payment_id: int) -> Response:
        return json_response(self.shape_contract_payment(self._read_payment(request, payment_id)))

    def create_contract_payment(self, request: Request) -> Response:
        contract = self._read_paid_contract(request)
        attributes = self.read_wrapped(request, "contract_payment")
        if read_amount(attributes, "amount") is None:
            raise refuse_fields(amount=["can't be blank"])
        payment = self.add_payment(contract, attributes)
        attach_given(self, request, payment, attributes)
        return json_response(self.shape_contract_payment(payment), 201)

    def update_contract_payment(self, request: Request, payment_id: int) -> Response:
        payment = self._read_payment(request, payment_id)
        attributes = self.read_attributes(request, "contract_payment")
        self.check_payment_lock(payment, set(attributes))
        payment.update(self._read_payment_changes(payment["contract_id"], attributes, payment["id"]))
        attach_given(self, request, payment, attributes)
        self.touch_payment(payment)
        return json_response(self.shape_contract_payment(payment))

    def delete_contract_payment(self, request: Request, payment_id: int) -> Response:
        payment = self._read_payment(request, payment_id)
        self.check_payment_lock(payment, {"delete"})
        self.remove_payment(payment)
        return Response(status=200, content_type="application/json")

    # --- records

    def find_paid_contract(self, contract_id: Any, project: Row) -> Row:
        """A commitment or prime contract of the project."""
        for table in ("commitments", "prime_contracts"):
            row = self.tables.find(table, contract_id)
            if row is not None and row["project_id"] == project["id"]:
                return row
        raise refuse_unknown("Contract")

    def add_payment(self, contract: Row, attributes: dict[str, Any]) -> Row:
        """A new payment from write attributes; it is numbered after the last one of the contract."""
        changes = self._read_payment_changes(contract["id"], attributes)
        numbers = [payment["payment_number"] or 0 for payment in list_payments(self.tables, contract["id"])]
        stamp = self.stamp()
        payment = self.tables.add(
            "contract_payments",
            {
                "contract_id": contract["id"],
                "project_id": contract["project_id"],
                "amount": "0.00",
                **dict.fromkeys((*TEXTS, *DATES, "payment_method", "draw_request_number", "requisition_id")),
                "invoice_number": "",
                "notes": "",
                "payment_number": max(numbers, default=0) + 1,
                "created_at": stamp,
                "updated_at": stamp,
                **changes,
            },
        )
        self.touch_payment(payment, event_type="create")
        return payment

    def touch_payment(self, payment: Row, *, event_type: str = "update") -> None:
        self.touch(payment)
        self.announce("Contract Payments", event_type, payment["id"], project_id=payment["project_id"])

    def remove_payment(self, payment: Row) -> None:
        drop_attachments(self, payment["id"])
        self.tables.remove("contract_payments", payment["id"])
        self.announce("Contract Payments", "delete", payment["id"], project_id=payment["project_id"])

    def shape_contract_payment(self, payment: Row) -> dict[str, Any]:
        """The wire form; the invoice date and the method are written and never read."""
        names = (
            "id", "check_number", "contract_id", "created_at", "date", "draw_request_number", "invoice_number",
            "notes", "payment_number", "project_id", "requisition_id", "origin_id", "origin_data", "updated_at",
        )  # fmt: skip
        return {
            **{name: payment[name] for name in names},
            "amount": write_money(Decimal(payment["amount"])),
            "attachments": list_attachments(self, payment["id"]),
            "date_payment_settled": None,
            "date_payment_initiated": None,
            "external_payment_id": None,
            "origin_code": None,
            "status": None,
        }

    # --- reading

    def _read_paid_contract(self, request: Request) -> Row:
        project = self.read_project(request)
        return self.find_paid_contract(self.read_id(request, "contract_id"), project)

    def _read_payment(self, request: Request, payment_id: int) -> Row:
        contract = self._read_paid_contract(request)
        payment = self.find_row("contract_payments", payment_id, "Contract payment")
        if payment["contract_id"] != contract["id"]:
            raise refuse_unknown("Contract payment")
        return payment

    def check_payment_lock(self, payment: Row, changed: set[str]) -> None:
        if payment["origin_id"] is not None and not changed <= UNLOCKED:
            raise refuse_state(LOCKED)

    def _read_payment_changes(
        self, contract_id: int, attributes: dict[str, Any], payment_id: int | None = None
    ) -> dict[str, Any]:
        attributes = drop_blank_origin(attributes)
        changes: dict[str, Any] = {**read_texts(attributes, TEXTS), **read_dates(attributes, DATES)}
        for name in ("payment_number", "draw_request_number"):
            if name in attributes:
                changes[name] = read_whole(attributes, name)
        amount = read_amount(attributes, "amount")
        if amount is not None:
            changes["amount"] = write_money(amount)
        if "payment_method" in attributes:
            changes["payment_method"] = read_choice(attributes, "payment_method", METHODS)
        changes |= self._read_paid_invoice(contract_id, attributes)
        self.check_origin("contract_payments", attributes, payment_id)
        return changes

    def _read_paid_invoice(self, contract_id: int, attributes: dict[str, Any]) -> dict[str, Any]:
        """The requisition that is paid. Unverified: its numbers fill in what the write does not say."""
        given = attributes.get("requisition_id")
        if given is None:
            return {"requisition_id": None} if "requisition_id" in attributes else {}
        claim = self.tables.find("requisitions", given)
        if claim is None or claim["commitment_id"] != contract_id:
            raise refuse_fields(requisition_id=["is invalid"])
        filled = {"invoice_number": claim["invoice_number"], "draw_request_number": claim["number"]}
        missing = {name: value for name, value in filled.items() if name not in attributes}
        return {"requisition_id": claim["id"], **missing}
