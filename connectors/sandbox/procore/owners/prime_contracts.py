"""Prime contracts over the API: the plural path lists, the singular one shows and writes."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.errors import refuse_fields, refuse_state, refuse_unknown
from connectors.sandbox.procore.files.attachments import attach_given, drop_attachments
from connectors.sandbox.procore.inputs import (
    drop_blank_origin,
    read_amount,
    read_choice,
    read_dates,
    read_text,
    read_texts,
)
from connectors.sandbox.procore.listing import answer_page, by_number, by_range, filter_rows, is_true, read_view
from connectors.sandbox.procore.owners.prime_records import (
    DATES,
    FLAGS,
    LOCKED_STATUSES,
    STATUSES,
    TEXTS,
)
from connectors.sandbox.procore.owners.prime_shapes import PrimeShapes
from connectors.sandbox.procore.subcontracts.claim_sources import ACCOUNTING_METHODS, DETAIL_LEVELS
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

SOV_LOCKED = "The schedule of values cannot be changed while the contract is approved"
NOT_DELETABLE = "The contract cannot be deleted"
FILTERS = {"id": by_number("id"), "updated_at": by_range("updated_at")}
_ONE = "/rest/v1.0/prime_contract/<int:contract_id>"


def is_extended_view(request: Request) -> bool:
    return read_view(request, ("default", "extended")) == "extended"


class PrimeContracts(PrimeShapes):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule("/rest/v1.0/prime_contracts", endpoint="list_prime_contracts", methods=["GET"]),
        Rule("/rest/v1.0/prime_contract", endpoint="show_first_prime_contract", methods=["GET"]),
        Rule("/rest/v1.0/prime_contract", endpoint="create_prime_contract", methods=["POST"]),
        Rule(_ONE, endpoint="show_prime_contract", methods=["GET"]),
        Rule(_ONE, endpoint="update_prime_contract", methods=["PATCH"]),
        Rule(_ONE, endpoint="delete_prime_contract", methods=["DELETE"]),
    )

    def list_prime_contracts(self, request: Request) -> Response:
        rows = self.tables.of("prime_contracts", self.read_project(request)["id"])
        return answer_page(request, filter_rows(request, rows, FILTERS), self.shape_prime_contract)

    def show_first_prime_contract(self, request: Request) -> Response:
        rows = self.tables.of("prime_contracts", self.read_project(request)["id"])
        if not rows:
            raise refuse_unknown("Prime contract")
        return json_response(self.shape_whole_prime_contract(rows[0]))

    def show_prime_contract(self, request: Request, contract_id: int) -> Response:
        return json_response(self.shape_whole_prime_contract(self.read_prime_contract(request, contract_id)))

    def create_prime_contract(self, request: Request) -> Response:
        project = self.read_project(request)
        attributes = self.read_wrapped(request, "prime_contract")
        contract = self.add_prime_contract(project, self.read_prime_values(attributes))
        attach_given(self, request, contract, attributes)
        return json_response(self.shape_whole_prime_contract(contract), 201)

    def update_prime_contract(self, request: Request, contract_id: int) -> Response:
        contract = self.read_prime_contract(request, contract_id)
        self.change_prime_contract(request, contract, self.read_wrapped(request, "prime_contract"))
        return json_response(self.shape_whole_prime_contract(contract))

    def delete_prime_contract(self, request: Request, contract_id: int) -> Response:
        self.remove_prime_contract(self.read_prime_contract(request, contract_id))
        return Response(status=200, content_type="application/json")

    # --- writing

    def read_prime_contract(self, request: Request, contract_id: int) -> Row:
        return self.find_owned("prime_contracts", contract_id, self.read_project(request), "Prime contract")

    def change_prime_contract(self, request: Request, contract: Row, attributes: dict[str, Any]) -> None:
        values = self.read_prime_values(attributes, contract)
        is_moved = values.get("vendor_id", contract["vendor_id"]) != contract["vendor_id"]
        if is_moved and contract["status"] in LOCKED_STATUSES:
            raise refuse_fields(vendor_id=["cannot be changed while the contract is approved"])
        contract.update(values)
        attach_given(self, request, contract, attributes)
        self.forget_applications(contract["id"])
        self.touch_prime_contract(contract)

    def remove_prime_contract(self, contract: Row) -> None:
        """Approved ones stay, and so does whatever has been billed or paid (the second is unverified)."""
        is_used = self.applications_of(contract["id"]) or self.tables.of("contract_payments", contract["id"])
        if contract["status"] in LOCKED_STATUSES or is_used:
            raise refuse_state(NOT_DELETABLE)
        for table in ("prime_lines", "prime_packages"):
            for row in self.tables.of(table, contract["id"]):
                self.tables.remove(table, row["id"])
        drop_attachments(self, contract["id"])
        self.tables.remove("prime_contracts", contract["id"])
        self.announce("Prime Contracts", "delete", contract["id"], project_id=contract["project_id"])

    def check_prime_lines_open(self, contract: Row) -> None:
        if contract["status"] in LOCKED_STATUSES:
            raise refuse_state(SOV_LOCKED)

    def read_prime_values(self, attributes: dict[str, Any], contract: Row | None = None) -> dict[str, Any]:
        """The checked values of a write."""
        attributes = drop_blank_origin(attributes)
        values: dict[str, Any] = {**read_texts(attributes, TEXTS), **read_dates(attributes, DATES)}
        values |= {name: is_true(attributes[name]) for name in FLAGS if name in attributes}
        for name, choices in (("status", STATUSES), ("accounting_method", ACCOUNTING_METHODS)):
            if attributes.get(name) is not None:
                values[name] = read_choice(attributes, name, choices)
        if attributes.get("number") not in (None, ""):
            values["number"] = read_text(attributes, "number")
        values |= self._read_prime_people(attributes)
        percent = read_amount(attributes, "retainage_percent")
        if percent is not None:
            if not 0 <= percent <= 100:
                raise refuse_fields(retainage_percent=["must be between 0 and 100"])
            values["retainage_percent"] = f"{percent:f}"
        values |= self._read_detail_level(attributes, contract)
        fields = self.read_prime_fields(attributes, dict(contract["custom_fields"]) if contract else {})
        self.check_origin("prime_contracts", attributes, contract["id"] if contract else None)
        return {**values, "custom_fields": fields}

    def read_prime_fields(self, attributes: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
        """Custom fields after a write; the part that has both kinds of contracts overrides this."""
        return kept

    def _read_prime_people(self, attributes: dict[str, Any]) -> dict[str, int | None]:
        """Companies of the directory and a user."""
        ids: dict[str, int | None] = {}
        for name in ("vendor_id", "contractor_id", "architect_id"):
            given = attributes.get(name)
            if given in (None, ""):
                ids |= {name: None} if name in attributes else {}
                continue
            row = self.tables.find("users" if name == "architect_id" else "vendors", given)
            if row is None:
                raise refuse_fields(**{name: ["is invalid"]})
            ids[name] = int(row["id"])
        return ids

    def _read_detail_level(self, attributes: dict[str, Any], contract: Row | None) -> dict[str, Any]:
        """How change orders are billed; fixed once there is an owner invoice, whose lines depend on it."""
        # Unverified: that it is fixed at all.
        level = read_choice(attributes, "change_order_level_of_detail", DETAIL_LEVELS)
        if level is None:
            return {}
        if contract and level != contract["change_order_level_of_detail"] and self.applications_of(contract["id"]):
            raise refuse_fields(change_order_level_of_detail=["cannot be changed once there are invoices"])
        return {"change_order_level_of_detail": level}
