"""Writing requisitions over the API: creation pre-filled from the contract, item amounts, status, deletion."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.billing import ZERO
from connectors.sandbox.procore.claims import OPEN_STATUSES, STATUSES
from connectors.sandbox.procore.core import VERSION
from connectors.sandbox.procore.errors import Refused, refuse_fields, refuse_request, refuse_state, refuse_unknown
from connectors.sandbox.procore.requisitions import Requisitions, read_view
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import read_date, read_decimal, write_money
from connectors.sandbox.wire import json_response

LOCKED = "The invoice is not editable because it has been synced with ERP"
NOT_DELETABLE = "Only the most recent invoice of a contract can be deleted, and only while it is open"
DATES = ("requisition_start", "requisition_end", "billing_date", "submitted_at", "payment_date")
ORIGIN = ("origin_id", "origin_data")
ITEM_STATUSES = ("approved", "rejected", "no_action")
_ONE = "/rest/v1.0/requisitions/<int:requisition_id>"


class RequisitionWrites(Requisitions):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *Requisitions.ROUTES,
        Rule(f"/rest/{VERSION}/requisitions", endpoint="create_requisition", methods=["POST"]),
        Rule(f"/rest/{VERSION}/requisitions/<int:requisition_id>", endpoint="update_requisition", methods=["PATCH"]),
        Rule(f"/rest/{VERSION}/requisitions/<int:requisition_id>", endpoint="delete_requisition", methods=["DELETE"]),
        Rule(f"{_ONE}/bulk_item_update", endpoint="update_requisition_items", methods=["PATCH"]),
        Rule(f"{_ONE}/add_change_order_package", endpoint="add_package", methods=["POST"]),
        Rule(f"{_ONE}/remove_change_order_package", endpoint="remove_package", methods=["DELETE"]),
    )

    def create_requisition(self, request: Request, version: str) -> Response:
        project = self.read_project(request)
        commitment_id = self.read_id(request, "commitment_id")
        commitment = self.find_owned("commitments", commitment_id, project, "Commitment")
        attributes = self.read_wrapped(request, "requisition")
        self._check_header(attributes, project)
        claim = self.add_claim(commitment)
        try:
            self._write_items(claim, attributes.get("items") if version == "v1.1" else None)
        except Refused:
            self.drop_claim(claim)
            raise
        self._write_header(claim, attributes)
        self.touch_claim(claim, event_type="create")
        return json_response(self.shape_requisition(claim, read_view(request), version), 201)

    def update_requisition(self, request: Request, version: str, requisition_id: int) -> Response:
        claim = self.read_claim(request, requisition_id)
        self.check_commitment(request, claim)
        attributes = self.read_wrapped(request, "requisition")
        self._check_lock(claim, set(attributes))
        self._check_header(attributes, self.tables.get("projects", claim["project_id"]), claim["id"])
        self._write_items(claim, attributes.get("items") if version == "v1.1" else None)
        self._write_header(claim, attributes)
        self.touch_claim(claim)
        return json_response(self.shape_requisition(claim, read_view(request), version))

    def delete_requisition(self, request: Request, version: str, requisition_id: int) -> Response:
        claim = self.read_claim(request, requisition_id)
        self._check_lock(claim, {"delete"})
        if claim["status"] not in OPEN_STATUSES or not self.is_last(claim):
            raise refuse_state(NOT_DELETABLE)
        self.remove_claim(claim)
        return Response(status=200, content_type="application/json")

    def update_requisition_items(self, request: Request, requisition_id: int) -> Response:
        """200 without a body."""
        claim = self.read_claim(request, requisition_id)
        items = self.read_body(request).get("requisition_items")
        if not isinstance(items, list):
            raise refuse_request("param is missing or the value is empty: requisition_items")
        self._check_lock(claim, {"items"})
        self._write_items(claim, items)
        self.touch_claim(claim)
        return Response(status=200, content_type="application/json")

    def add_package(self, request: Request, requisition_id: int) -> Response:
        claim, lines = self._read_package(request, requisition_id)
        present = {item["line_id"] for item in self.items_of(claim)}
        items = [self.add_item(claim, line) for line in lines if line["id"] not in present]
        self.touch_claim(claim)
        return json_response([self.shape_plain_item(claim, item) for item in items], 201)

    def remove_package(self, request: Request, requisition_id: int) -> Response:
        claim, lines = self._read_package(request, requisition_id)
        gone = {line["id"] for line in lines}
        for item in self.items_of(claim):
            if item["line_id"] in gone:
                self.tables.remove("requisition_items", item["id"])
        self.touch_claim(claim)
        return Response(status=200, content_type="application/json")

    def _read_package(self, request: Request, requisition_id: int) -> tuple[Row, list[Row]]:
        claim = self.read_claim(request, requisition_id)
        self._check_lock(claim, {"items"})
        package = self.tables.find("change_order_packages", self.read_id(request, "change_order_package_id"))
        if package is None or package["commitment_id"] != claim["commitment_id"]:
            raise refuse_unknown("Change order package")
        if package["status"] != "approved":
            raise refuse_state("Change order package must be approved")
        lines = self.tables.of("contract_lines", claim["commitment_id"])
        return claim, [line for line in lines if line["change_order_package_id"] == package["id"]]

    # --- headers

    def _check_lock(self, claim: Row, changed: set[str]) -> None:
        """An origin_id locks the invoice.

        Unverified: whether a locked one lets its origin_id be cleared. Contract payments do, so it is let here.
        """
        if claim["origin_id"] is not None and not changed <= set(ORIGIN):
            raise refuse_state(LOCKED)

    def _check_header(self, attributes: dict[str, Any], project: Row, claim_id: int | None = None) -> None:
        status = attributes.get("status")
        if status is not None and status not in STATUSES:
            raise refuse_fields(status=["is not included in the list"])
        self.check_origin("requisitions", attributes, claim_id)
        period_id = attributes.get("period_id")
        if period_id is not None:
            period = self.tables.find("billing_periods", period_id)
            if period is None or period["project_id"] != project["id"]:
                raise refuse_fields(period_id=["is invalid"])

    def _write_header(self, claim: Row, attributes: dict[str, Any]) -> None:
        for name in DATES:
            if name in attributes:
                claim[name] = read_date(attributes[name])
        for name in ("status", "comment"):
            if name in attributes:
                claim[name] = attributes[name]
        if "invoice_number" in attributes:
            claim["invoice_number"] = str(attributes["invoice_number"] or "")
        if "final" in attributes:
            claim["final"] = attributes["final"] in (True, "true", 1, "1")
        for name in ORIGIN:
            if name in attributes:
                claim[name] = None if attributes[name] is None else str(attributes[name])
        if attributes.get("period_id") is not None:
            self._write_period(claim, self.find_row("billing_periods", attributes["period_id"]), attributes)

    def _write_period(self, claim: Row, period: Row, attributes: dict[str, Any]) -> None:
        """The billing period gives the dates that the write does not."""
        claim["period_id"] = period["id"]
        for name, source in (("requisition_start", "start_date"), ("requisition_end", "end_date")):
            if name not in attributes:
                claim[name] = period[source]

    # --- items

    def _write_items(self, claim: Row, writes: Any) -> None:
        """All of the writes or none: they are checked before the first is made."""
        if writes is None:
            return
        if not isinstance(writes, list) or not all(isinstance(write, dict) for write in writes):
            raise refuse_request("items must be a list")
        pairs = [(self._find_item(claim, write), write) for write in writes]
        for item, write in pairs:
            _check_amounts(write)
            released = read_decimal(write.get("work_completed_retainage_released_this_period"))
            if released is not None:
                self.check_release(claim, item, released)
        for item, write in pairs:
            self._write_item(item, write)
        self.forget_figures(claim["commitment_id"])

    def _find_item(self, claim: Row, write: dict[str, Any]) -> Row:
        """By its id, or when a claim is being made by the contract line."""
        for item in self.tables.of("requisition_items", claim["id"]):
            is_named = item["id"] == write["id"] if "id" in write else item["line_id"] == write.get("line_item_id")
            if is_named and write.get("item_type", self.type_of(item)) == self.type_of(item):
                return item
        raise refuse_fields(items=["Item not found"])

    def check_release(self, claim: Row, item: Row, released: Decimal) -> None:
        figures = self.line_figures(claim, item)
        held = (
            figures.work_completed_retainage_from_previous_application
            + figures.work_completed_retainage_retained_this_period
        )
        # Retainage on a deductive line is held, and let go, with a minus sign.
        lowest, highest = sorted((ZERO, held))
        if not lowest <= released <= highest:
            message = f"cannot be more than the retainage held ({held})"
            raise refuse_fields(work_completed_retainage_released_this_period=[message])

    def _write_item(self, item: Row, write: dict[str, Any]) -> None:
        """An amount of retainage wins over its percent, and without work none is kept."""
        work = read_decimal(write.get("work_completed_this_period"))
        percent = read_decimal(write.get("work_completed_retainage_percent_this_period"))
        retained = read_decimal(write.get("work_completed_retainage_retained_this_period"))
        if percent is not None and not retained:
            item["work_percent"] = str(percent)
        if work is not None or percent is not None or retained is not None:
            self.enter_work(item, Decimal(item["work"]) if work is None else work, _choose(retained, percent))
        self._write_stored(item, write)
        released = read_decimal(write.get("work_completed_retainage_released_this_period"))
        if released is not None:
            item["released"] = write_money(released)
        claimed = read_decimal(write.get("subcontractor_claimed_amount"))
        if claimed is not None:
            item["claimed"] = write_money(claimed)
        if write.get("status") in ITEM_STATUSES:
            item["status"] = write["status"]
        if "comment" in write:
            item["comment"] = write["comment"]

    def _write_stored(self, item: Row, write: dict[str, Any]) -> None:
        """New and earlier materials together override the materials presently stored."""
        stored = read_decimal(write.get("materials_presently_stored"))
        new = read_decimal(write.get("new_materials"))
        earlier = read_decimal(write.get("stored_materials"))
        if new is not None or earlier is not None:
            stored = (new or ZERO) + (earlier or ZERO)
        percent = read_decimal(write.get("materials_stored_retainage_percent_this_period"))
        retained = read_decimal(write.get("materials_stored_retainage_currently_retained"))
        if percent is not None and not retained:
            item["stored_percent"] = str(percent)
        if stored is not None or percent is not None or retained is not None:
            self.enter_stored(item, Decimal(item["stored"]) if stored is None else stored, _choose(retained, percent))


def _choose(retained: Decimal | None, percent: Decimal | None) -> Decimal | None:
    """The amount to retain; None where the percent decides."""
    return retained if retained or percent is None else None


def _check_amounts(write: dict[str, Any]) -> None:
    for name, value in write.items():
        is_amount = name.startswith(("work_", "materials_", "new_", "stored_", "subcontractor_"))
        if is_amount and value is not None and read_decimal(value) is None:
            raise refuse_fields(**{name: ["is not a number"]})
    if write.get("status") is not None and write["status"] not in ITEM_STATUSES:
        raise refuse_fields(status=["is not included in the list"])
