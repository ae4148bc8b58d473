"""Writing the lines of an invoice: with it, in bulk, or one at a time; the retainage rules are here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.amounts import ZERO, round_cents
from connectors.sandbox.procore.errors import refuse_fields, refuse_request, refuse_state
from connectors.sandbox.procore.inputs import check_choice, read_amount, read_flag, read_percent, read_text
from connectors.sandbox.procore.subcontracts.change_orders import ChangeOrders
from connectors.sandbox.procore.subcontracts.requisition_history import RequisitionHistory
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.procore.values import write_money, write_plain
from connectors.sandbox.wire import json_response

LOCKED = "The invoice is not editable because it has been synced with ERP"
ORIGIN = ("origin_id", "origin_data")
ITEM_STATUSES = ("approved", "rejected", "no_action")
WORK = "work_completed_this_period"
QUANTITY = "work_completed_this_period_quantity"
PERCENT = "work_completed_retainage_percent_this_period"
RETAINED = "work_completed_retainage_retained_this_period"
RELEASED = "work_completed_retainage_released_this_period"
STORED = "materials_presently_stored"
STORED_PERCENT = "materials_stored_retainage_percent_this_period"
STORED_RETAINED = "materials_stored_retainage_currently_retained"
AMOUNTS = (
    WORK, QUANTITY, RETAINED, RELEASED, STORED, STORED_RETAINED, "new_materials", "stored_materials",
    "subcontractor_claimed_amount",
)  # fmt: skip
# Entered retainage; an override of the sliding scale where there is one.
BY_HAND = (PERCENT, RETAINED, STORED_PERCENT, STORED_RETAINED)
# Single-item updates are deprecated, and still there.
SINGLE_TYPES = ("contract_item", "contract_detail_item", "change_order_item", "whole_change_order_item")
_ONE = "/rest/v1.0/requisitions/<int:requisition_id>"


class RequisitionItemWrites(RequisitionHistory, ChangeOrders):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *RequisitionHistory.ROUTES,
        Rule(f"{_ONE}/bulk_item_update", endpoint="update_requisition_items", methods=["PATCH"]),
        *(
            Rule(
                f"{_ONE}/{item_type}s/<int:item_id>",
                endpoint="update_requisition_item",
                defaults={"item_type": item_type},
                methods=["PATCH"],
            )
            for item_type in SINGLE_TYPES
        ),
    )

    def update_requisition_items(self, request: Request, requisition_id: int) -> Response:
        """200 without a body."""
        claim = self.read_claim(request, requisition_id)
        items = self.read_body(request).get("requisition_items")
        if not isinstance(items, list):
            raise refuse_request("param is missing or the value is empty: requisition_items")
        self.check_lock(claim, {"items"})
        self.write_items(claim, items)
        self.touch_claim(claim)
        return Response(status=200, content_type="application/json")

    def update_requisition_item(self, request: Request, requisition_id: int, item_type: str, item_id: int) -> Response:
        claim = self.read_claim(request, requisition_id)
        attributes = self.read_wrapped(request, f"requisition_{item_type}")
        self.check_lock(claim, {"items"})
        item = self.find_item(claim, item_type, item_id)
        self.write_items(claim, [{**attributes, "id": item_id, "item_type": item_type}])
        self.touch_claim(claim)
        return json_response(self.shape_plain_item(claim, item))

    def check_lock(self, claim: Row, changed: set[str]) -> None:
        """An origin_id locks the invoice.

        Unverified: whether a locked one lets its origin_id be cleared. Contract payments do, so it is let here.
        """
        if claim["origin_id"] is not None and not changed <= set(ORIGIN):
            raise refuse_state(LOCKED)

    def write_items(self, claim: Row, writes: Any) -> None:
        """All of the writes or none."""
        if writes is None:
            return
        if not isinstance(writes, list) or not all(isinstance(write, dict) for write in writes):
            raise refuse_request("items must be a list")
        by_name = self._name_items(claim) if writes else {}
        pairs = [(self._find_item(by_name, write), write) for write in writes]
        for _, write in pairs:
            _check_write(write)
        touched = list({item["id"]: item for item, _ in pairs}.values())
        before = [dict(item) for item in touched]
        with self.changing_items(claim, touched):
            for item, write in pairs:
                self._write_item(item, write)
        for item, values in zip(touched, before, strict=True):
            self.record_item(claim, item, values)

    def _name_items(self, claim: Row) -> dict[tuple[str, int], Row]:
        """The claim's items by their own id and by what they bill."""
        items = self.tables.of("requisition_items", claim["id"])
        by_id = {("id", item["id"]): item for item in items}
        return by_id | {(self._name_of(item), self.key_of(item)): item for item in items}

    def _name_of(self, item: Row) -> str:
        return "detail_line_item_id" if item.get("detail_id") else "line_item_id"

    def _find_item(self, by_name: dict[tuple[str, int], Row], write: dict[str, Any]) -> Row:
        """By its id, or when a claim is being made by the contract line or detail."""
        names = ("id",) if write.get("id") is not None else ("detail_line_item_id", "line_item_id")
        for name in names:
            number = read_number(write.get(name))
            item = None if number is None else by_name.get((name, number))
            if item is not None and write.get("item_type", self.type_of(item)) == self.type_of(item):
                return item
        raise refuse_fields(items=["Item not found"])

    def _write_item(self, item: Row, write: dict[str, Any]) -> None:
        """An amount of retainage wins over its percent, and without work none is kept."""
        work = self._read_work(item, write)
        percent, retained = read_percent(write, PERCENT), read_amount(write, RETAINED)
        if percent is not None and not retained:
            item["work_percent"] = f"{percent:f}"
        if work is not None or percent is not None or retained is not None:
            kept = Decimal(item["work"]) if work is None else work
            self.enter_work(item, kept, _choose(retained, percent))
        if not self.source_of(item).is_unit:
            self._write_stored(item, write)
        released = read_amount(write, RELEASED)
        if released is not None:
            item["released"] = write_money(released)
        claimed = read_amount(write, "subcontractor_claimed_amount")
        if claimed is not None:
            item["claimed"] = write_money(claimed)
        item["status"] = read_text(write, "status") or item["status"]
        if "comment" in write:
            item["comment"] = read_text(write, "comment")
        item["is_overridden"] = self._is_overridden(item, write)

    def _is_overridden(self, item: Row, write: dict[str, Any]) -> bool:
        """Whether retainage on a sliding scale was set by hand."""
        if write.get("ssr_manual_override") is not None:
            return read_flag(write, "ssr_manual_override")
        claim = self.tables.get("requisitions", item["requisition_id"])
        is_scaled = bool(self.tables.get("commitments", claim["commitment_id"]).get("ssr_enabled"))
        is_by_hand = is_scaled and any(write.get(name) is not None for name in BY_HAND)
        return is_by_hand or bool(item.get("is_overridden"))

    def _read_work(self, item: Row, write: dict[str, Any]) -> Decimal | None:
        """The work of this period. By the unit, the quantity gives it where there is no amount, or the reverse."""
        work, quantity = read_amount(write, WORK), read_amount(write, QUANTITY)
        source = self.source_of(item)
        if not source.is_unit or source.line is None or (work is None and quantity is None):
            return work
        price = Decimal(source.line.get("unit_cost") or ZERO)
        if quantity is None:
            quantity = round((work or ZERO) / price, 4) if price else ZERO
        item["quantity"] = write_plain(quantity)
        if work is None:
            work = round_cents(quantity * price)
            read_amount({QUANTITY: work}, QUANTITY)
        return work

    def _write_stored(self, item: Row, write: dict[str, Any]) -> None:
        """New and earlier materials together override the materials presently stored."""
        stored = read_amount(write, STORED)
        new, earlier = read_amount(write, "new_materials"), read_amount(write, "stored_materials")
        if new is not None or earlier is not None:
            stored = (new or ZERO) + (earlier or ZERO)
        percent, retained = read_percent(write, STORED_PERCENT), read_amount(write, STORED_RETAINED)
        if percent is not None and not retained:
            item["stored_percent"] = f"{percent:f}"
        if stored is not None or percent is not None or retained is not None:
            kept = Decimal(item["stored"]) if stored is None else stored
            self.enter_stored(item, kept, _choose(retained, percent))


def _choose(retained: Decimal | None, percent: Decimal | None) -> Decimal | None:
    """The amount to retain; None where the percent decides."""
    return retained if retained or percent is None else None


def _check_write(write: dict[str, Any]) -> None:
    for name in AMOUNTS:
        read_amount(write, name)
    for name in (PERCENT, STORED_PERCENT):
        read_percent(write, name)
    check_choice(write, "status", ITEM_STATUSES)
