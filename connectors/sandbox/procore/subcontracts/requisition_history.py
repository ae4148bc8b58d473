"""What was changed on an invoice, by whom and when."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.subcontracts.requisitions import Requisitions
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

HEADER = "Billings::Requisition"
ITEM_TYPES = {
    "contract_item": "Billings::ContractItem",
    "contract_detail_item": "Billings::ContractDetailItem",
    "change_order_item": "Billings::ChangeOrderItem",
    "whole_change_order_item": "Billings::WholeChangeOrderItem",
}
HEADER_COLUMNS = (
    "status", "invoice_number", "final", "period_id", "requisition_start", "requisition_end", "billing_date",
    "submitted_at", "payment_date", "due_date", "comment", "origin_id",
)  # fmt: skip
# The column of each entered value, named as the API names it (unverified).
ITEM_COLUMNS = {
    "work": "work_completed_this_period",
    "stored": "materials_presently_stored",
    "retained": "work_completed_retainage_retained_this_period",
    "released": "work_completed_retainage_released_this_period",
    "stored_retained": "materials_stored_retainage_currently_retained",
    "quantity": "work_completed_this_period_quantity",
    "claimed": "subcontractor_claimed_amount",
    "status": "status",
    "comment": "comment",
}


class RequisitionHistory(Requisitions):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *Requisitions.ROUTES,
        Rule(
            "/rest/v1.0/requisitions/<int:requisition_id>/change_histories",
            endpoint="list_changes",
            methods=["GET"],
        ),
    )

    def list_changes(self, request: Request, requisition_id: int) -> Response:
        claim = self.read_claim(request, requisition_id)
        return json_response([_shape_change(row) for row in self.tables.of("requisition_changes", claim["id"])])

    def record_header(self, claim: Row, before: dict[str, Any]) -> None:
        """Note what differs from `before`, the header as it was."""
        columns = {name: name for name in HEADER_COLUMNS}
        self._record(claim, before, claim, columns, (HEADER, claim["id"]))

    def record_item(self, claim: Row, item: Row, before: dict[str, Any]) -> None:
        self._record(claim, before, item, ITEM_COLUMNS, (ITEM_TYPES[self.type_of(item)], item["id"]))

    def _record(
        self,
        claim: Row,
        before: dict[str, Any],
        after: dict[str, Any],
        columns: dict[str, str],
        reference: tuple[str, int],
    ) -> None:
        for name, column in columns.items():
            if before.get(name) != after.get(name):
                self.tables.add(
                    "requisition_changes",
                    {
                        "requisition_id": claim["id"],
                        "column": column,
                        "old_value": before.get(name),
                        "new_value": after.get(name),
                        "action_by_id": self.actor.user_id,
                        "action_by": self.actor.name,
                        "created_at": self.stamp(),
                        "ref_type": reference[0],
                        "ref_id": reference[1],
                    },
                )


def _shape_change(row: Row) -> dict[str, Any]:
    names = ("id", "column", "action_by", "action_by_id", "created_at", "ref_id", "ref_type")
    values = {name: _write(row[name]) for name in ("old_value", "new_value")}
    return {**{name: row[name] for name in names}, **values}


def _write(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
