"""Writing subcontracts and purchase orders: creation, update, deletion and sync."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.company.vendors import Vendors
from connectors.sandbox.procore.costs.payments import list_payments
from connectors.sandbox.procore.errors import refuse_fields, refuse_state
from connectors.sandbox.procore.files.attachments import attach_given, drop_attachments
from connectors.sandbox.procore.inputs import check_choice, read_flag, read_percent, read_text
from connectors.sandbox.procore.projects.custom_fields import PREFIX
from connectors.sandbox.procore.subcontracts.claim_sources import ACCOUNTING_METHODS, DETAIL_LEVELS
from connectors.sandbox.procore.subcontracts.commitments import Commitments, route_kinds
from connectors.sandbox.procore.subcontracts.contract_shapes import (
    DATES,
    KIND_DATES,
    KIND_TEXTS,
    ORIGIN,
    SETTINGS,
    make_contract,
)
from connectors.sandbox.procore.sync import answer_sync
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.procore.values import read_date
from connectors.sandbox.wire import json_response

STATUSES = {
    "work_order": (
        "Draft", "Out For Bid", "Out For Signature", "Approved", "Complete", "Terminated", "Void",
    ),
    "purchase_order": (
        "Draft", "Processing", "Submitted", "Partially Received", "Received", "Approved", "Closed",
    ),
}  # fmt: skip
LOCKING = ("Approved", "Complete")
BODY_KEYS = {"work_order": "work_order_contract", "purchase_order": "purchase_order_contract"}
RESOURCES = {"work_order": "Work Order Contracts", "purchase_order": "Purchase Order Contracts"}
NUMBER_PREFIX = {"work_order": "SC", "purchase_order": "PO"}
FLAGS = tuple(name for name, value in SETTINGS.items() if isinstance(value, bool))
_NUMBER_END = re.compile(r"(\d{1,9})$")


class ContractWrites(Commitments, Vendors):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *route_kinds("", "create_contract", "POST"),
        *route_kinds("/<int:contract_id>", "update_contract", "PATCH"),
        *route_kinds("/<int:contract_id>", "delete_contract", "DELETE"),
        *route_kinds("/sync", "sync_contracts", "PATCH"),
    )

    def create_contract(self, request: Request, kind: str) -> Response:
        project = self.read_project(request)
        attributes = self.read_wrapped(request, BODY_KEYS[kind])
        contract = self.make_commitment(project, kind, attributes)
        attach_given(self, request, contract, attributes)
        return json_response(self.shape_whole_contract(contract), 201)

    def update_contract(self, request: Request, kind: str, contract_id: int) -> Response:
        contract = self.read_contract(request, kind, contract_id)
        attributes = self.read_wrapped(request, BODY_KEYS[kind])
        self.edit_commitment(contract, attributes)
        attach_given(self, request, contract, attributes)
        return json_response(self.shape_whole_contract(contract))

    def delete_contract(self, request: Request, kind: str, contract_id: int) -> Response:
        self.end_commitment(self.read_contract(request, kind, contract_id))
        return Response(status=200, content_type="application/json")

    def sync_contracts(self, request: Request, kind: str) -> Response:
        """Entities come in the compact form."""
        project = self.read_project(request)
        return answer_sync(
            self.read_body(request).get("updates"),
            [row for row in self.tables.of("commitments", project["id"]) if row["kind"] == kind],
            create=partial(self.make_commitment, project, kind),
            update=self.edit_commitment,
            shape=self.shape_contract,
        )

    # --- the records; v2.0 and the acts write through these as well

    def make_commitment(self, project: Row, kind: str, attributes: dict[str, Any]) -> Row:
        values = {**make_contract(), "project_id": project["id"], "kind": kind, "vendor_id": None}
        self._check(values, attributes)
        fields: dict[str, Any] = {}
        self.write_custom_fields(fields, attributes)
        stamp = self.stamp()
        values |= {
            "number": self._draw_number(project, kind) if not read_text(attributes, "number") else "",
            "title": "",
            "description": None,
            "status": "Draft",
            "retainage_percent": "0",
            "created_by_id": self.actor.user_id,
            "created_at": stamp,
            "updated_at": stamp,
        }
        contract = self.tables.add("commitments", values)
        self._write(contract, attributes)
        self.announce(RESOURCES[kind], "create", contract["id"], project_id=project["id"])
        return contract

    def edit_commitment(self, contract: Row, attributes: dict[str, Any]) -> Row:
        self._check(contract, attributes)
        self.write_custom_fields(dict(contract.get("custom_fields") or {}), attributes)
        self._write(contract, attributes)
        self.touch(contract)
        self.announce(RESOURCES[contract["kind"]], "update", contract["id"], project_id=contract["project_id"])
        return contract

    def end_commitment(self, contract: Row) -> None:
        """Unverified: that invoices and payments keep a contract from being deleted; it is refused here."""
        if contract["status"] in LOCKING:
            raise refuse_state(f"A contract that is {contract['status']} cannot be deleted")
        if self.tables.of("requisitions", contract["id"]) or list_payments(self.tables, contract["id"]):
            raise refuse_state("A contract with invoices or payments cannot be deleted")
        self.remove_contract(contract)
        drop_attachments(self, contract["id"])
        self.announce(RESOURCES[contract["kind"]], "delete", contract["id"], project_id=contract["project_id"])

    # --- checking, before anything changes

    def _check(self, contract: Row, attributes: dict[str, Any]) -> None:
        check_choice(attributes, "status", STATUSES[contract["kind"]])
        check_choice(attributes, "accounting_method", ACCOUNTING_METHODS)
        check_choice(attributes, "change_order_level_of_detail", DETAIL_LEVELS)
        read_percent(attributes, "retainage_percent")
        self._check_vendor(contract, attributes)
        self._check_number(contract, attributes)
        self.check_origin("commitments", {"origin_id": read_text(attributes, "origin_id")}, contract.get("id"))
        method = read_text(attributes, "accounting_method") or contract["accounting_method"]
        if method != contract["accounting_method"] and "id" in contract and self._has_lines(contract):
            raise refuse_fields(accounting_method=["cannot be changed once there are line items"])

    def _has_lines(self, contract: Row) -> bool:
        return bool(self.tables.of("contract_lines", contract["id"]))

    def _check_vendor(self, contract: Row, attributes: dict[str, Any]) -> None:
        if "vendor_id" not in attributes:
            return
        given = attributes["vendor_id"]
        vendor = self.tables.find("vendors", given)
        if given not in (None, "") and vendor is None:
            raise refuse_fields(vendor_id=["is invalid"])
        if "id" not in contract or (vendor["id"] if vendor else None) == contract["vendor_id"]:
            return
        if contract["status"] in LOCKING:
            raise refuse_fields(vendor_id=[f"cannot be changed while the contract is {contract['status']}"])
        if self.tables.of("requisitions", contract["id"]):
            raise refuse_fields(vendor_id=["cannot be changed once there are invoices"])

    def _check_number(self, contract: Row, attributes: dict[str, Any]) -> None:
        """Unverified: that a number is unique among a project's contracts of a kind."""
        number = read_text(attributes, "number")
        if not number:
            return
        for row in self.tables.of("commitments", contract["project_id"]):
            is_same = row["kind"] == contract["kind"] and row["number"] == number
            if is_same and row["id"] != contract.get("id"):
                raise refuse_fields(number=["has already been taken"])

    def _draw_number(self, project: Row, kind: str) -> str:
        prefix = NUMBER_PREFIX[kind]
        rows = [row for row in self.tables.of("commitments", project["id"]) if row["kind"] == kind]
        taken = [_NUMBER_END.search(row["number"]) for row in rows if row["number"].startswith(f"{prefix}-")]
        last = max((int(match[1]) for match in taken if match), default=0)
        return f"{prefix}-{last + 1:03d}"

    # --- writing what was checked

    def _write(self, contract: Row, attributes: dict[str, Any]) -> None:
        kind = contract["kind"]
        texts = ("title", "description", *KIND_TEXTS[kind], *ORIGIN)
        contract |= {name: read_text(attributes, name) for name in texts if name in attributes}
        contract["title"] = contract["title"] or ""
        for name in ("number", "status", "accounting_method", "change_order_level_of_detail"):
            contract[name] = read_text(attributes, name) or contract[name]
        contract |= {name: read_date(attributes[name]) for name in (*DATES, *KIND_DATES[kind]) if name in attributes}
        contract |= {name: read_flag(attributes, name) for name in FLAGS if attributes.get(name) is not None}
        percent = read_percent(attributes, "retainage_percent")
        if percent is not None:
            contract["retainage_percent"] = f"{percent:f}"
        if "vendor_id" in attributes:
            self._write_vendor(contract, attributes["vendor_id"])
        if "assignee_id" in attributes:
            self._write_assignee(contract, attributes["assignee_id"])
        if any(name.startswith(PREFIX) for name in attributes):
            self.write_custom_fields(contract["custom_fields"], attributes)

    def _write_vendor(self, contract: Row, vendor_id: Any) -> None:
        vendor = self.tables.find("vendors", vendor_id)
        contract["vendor_id"] = vendor["id"] if vendor else None
        if vendor:
            self.join_project(vendor["id"], contract["project_id"])

    def _write_assignee(self, contract: Row, assignee_id: Any) -> None:
        """Users are not checked: who may be assigned is not part of the records kept here."""
        contract["assignee_id"] = read_number(assignee_id)


def check_unlocked(contract: Row) -> None:
    """Refuse where the schedule of values may not be changed."""
    if contract["status"] in LOCKING:
        raise refuse_state(f"Line items cannot be changed while the contract is {contract['status']}")
