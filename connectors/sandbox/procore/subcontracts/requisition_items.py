"""The wire forms of requisition lines: the items of v1.1, the lists by kind, and the flat detail rows."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from connectors.sandbox.amounts import ZERO
from connectors.sandbox.procore.codes.wbs import COST_CODE_SEGMENT_ID, COST_TYPE_SEGMENT_ID, WbsCodes
from connectors.sandbox.procore.currency import CURRENCY, EXCHANGED_CURRENCY
from connectors.sandbox.procore.subcontracts.billing import LineFigures
from connectors.sandbox.procore.subcontracts.claim_sources import NO_QUANTITY, Source
from connectors.sandbox.procore.subcontracts.claims import Claims
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.procore.values import write_figures, write_money, write_plain, write_retainage_percent

QUANTITIES = ("work_completed_this_period_quantity", "work_completed_from_previous_application_quantity")
# The newer version names quantities also where a line is billed by the amount; they are nothing then.
NO_UNITS = {
    "scheduled_quantity": NO_QUANTITY,
    "scheduled_unit_price": "0.0000",
    **dict.fromkeys(QUANTITIES, NO_QUANTITY),
    "materials_presently_stored_quantity": NO_QUANTITY,
    "materials_previously_stored_quantity": NO_QUANTITY,
}
WORK = (
    "scheduled_value", "work_completed_from_previous_application", "work_completed_this_period", "materials_moved",
    "materials_retainage_retained_moved", "total_completed_and_stored_to_date",
    "total_completed_and_stored_to_date_percent", "work_completed_retainage_from_previous_application",
    "work_completed_retainage_retained_this_period", "work_completed_retainage_released_this_period",
)  # fmt: skip
STORED = (
    "materials_presently_stored", "materials_stored_retainage_currently_retained",
    "materials_stored_retainage_released_this_period",
)  # fmt: skip
DETAIL_ONLY = (
    "balance_to_finish", "work_completed_retainage_currently_retained",
    "materials_stored_retainage_from_previous_application", "materials_stored_retainage_retained_this_period",
    "total_retainage_currently_retained", "total_retainage_from_previous_application",
)  # fmt: skip


class RequisitionItems(Claims, WbsCodes):
    def type_of(self, item: Row) -> str:
        return self.source_of(item).item_type

    def shape_items(self, claim: Row, items: Iterable[Row]) -> list[dict[str, Any]]:
        """Lines of the extended and items views."""
        previous = self.previous_of(claim)
        carried = {self.key_of(row): row["id"] for row in self.items_of(previous)} if previous else {}
        return [self._shape_item(claim, item, carried) for item in items]

    def _shape_item(self, claim: Row, item: Row, carried: dict[int, int]) -> dict[str, Any]:
        source, figures = self.source_of(item), self.line_figures(claim, item)
        retained = figures.materials_stored_retainage_retained_this_period
        stored = {
            "materials_presently_stored_from_previous_progress": write_money(
                figures.materials_presently_stored_from_previous_progress
            ),
            "materials_stored_retainage_new_materials": write_money(max(retained, ZERO)),
        }
        plain = self._shape_source(item, source, figures)
        plain["currency_configuration"] = EXCHANGED_CURRENCY
        if source.line:
            plain["wbs_code"]["segment_items"] = self._shape_segments(source.line)
        return {
            **({} if source.is_unit else NO_UNITS),
            "line_item_id": item.get("line_id"),
            "accounting_method": "unit" if source.is_unit else "amount",
            **plain,
            "gross_amount": write_money(figures.gross_amount),
            "net_amount": write_money(figures.net_amount),
            "taxes": [] if source.tax_code_id is None else [self.shape_tax(source.tax_code_id)],
            "line_number": str(plain["position"]),
            **({} if source.is_unit else stored),
            "total_completed_and_stored_to_date_from_previous": write_money(
                figures.total_completed_and_stored_to_date_from_previous
            ),
            "previous_progress_id": carried.get(source.key),
        }

    def _shape_segments(self, line: Row) -> list[dict[str, Any]]:
        """The parts of the line's budget code, in the form of this list."""
        code = self.tables.get("cost_codes", line["cost_code_id"])
        cost_type = self.tables.get("line_item_types", line["line_item_type_id"])
        return [
            _shape_segment(COST_CODE_SEGMENT_ID, "cost_code", code, code["full_code"]),
            _shape_segment(COST_TYPE_SEGMENT_ID, "line_item_type", cost_type, cost_type["code"]),
        ]

    def shape_plain_item(self, claim: Row, item: Row) -> dict[str, Any]:
        """A line as the lists by kind give it. Only a contract item names its accounting method."""
        source = self.source_of(item)
        shape = self._shape_source(item, source, self.line_figures(claim, item))
        if source.item_type == "contract_item":
            shape["accounting_method"] = "unit" if source.is_unit else "amount"
        return shape

    def _shape_source(self, item: Row, source: Source, figures: LineFigures) -> dict[str, Any]:
        """Stored materials are absent from lines billed by the unit, quantities from lines billed by the amount."""
        line = source.line
        return {
            "id": item["id"],
            "item_type": source.item_type,
            **_name_source(source, item),
            "cost_code_id": line["cost_code_id"] if line else None,
            "description_of_work": source.description,
            **write_figures(figures, WORK),
            "work_completed_retainage_percent_this_period": write_retainage_percent(
                item["work_percent"],
                figures.work_completed_this_period,
                figures.work_completed_retainage_retained_this_period,
            ),
            **(_write_units(line, figures) if source.is_unit and line else _write_stored(item, figures)),
            "comment": item["comment"],
            "status": item["status"],
            "position": self.position_of(item),
            "ssr_manual_override": item.get("is_overridden", False),
            "subcontractor_claimed_amount": item["claimed"],
            "wbs_code": self.shape_short_wbs(line["wbs_code_id"]) if line else None,
            "currency_configuration": CURRENCY,
        }

    def position_of(self, item: Row) -> int:
        """The number of the contract line or detail; of a change order without lines, its own."""
        if item.get("detail_id"):
            return int(self.tables.get("contract_details", item["detail_id"])["position"])
        if item.get("line_id") is not None:
            return int(self.tables.get("contract_lines", item["line_id"])["position"])
        return read_number(self.tables.get("change_order_packages", item["whole_package_id"])["number"]) or 1

    def shape_detail(self, claim: Row, item: Row) -> dict[str, Any]:
        """A row of the flat detail list, which has every column for every kind of line."""
        source, figures = self.source_of(item), self.line_figures(claim, item)
        return {
            "id": item["id"],
            "item_number": self.position_of(item),
            "item_type": source.item_type,
            "cost_code_id": source.line["cost_code_id"] if source.line else None,
            "description_of_work": source.description,
            **write_figures(figures, (*WORK, *DETAIL_ONLY)),
            **_write_stored(item, figures),
            "work_completed_retainage_percent_this_period": write_retainage_percent(
                item["work_percent"],
                figures.work_completed_this_period,
                figures.work_completed_retainage_retained_this_period,
            ),
            **_write_units(source.line if source.is_unit else None, figures),
            "total_completed_and_stored_to_date_quantity": write_plain(
                figures.total_completed_and_stored_to_date_quantity
            ),
        }

    def shape_tax(self, tax_code_id: int) -> dict[str, Any]:
        """The rate is a fraction here, and percent in the list of tax codes."""
        row = self.tables.get("tax_codes", tax_code_id)
        rate = self.tax_rate(tax_code_id) / 100
        return {"tax_code_id": row["id"], "tax_code_name": row["code"], "tax_code_rate": rate.normalize()}


def _shape_segment(segment_id: int, kind: str, row: Row, code: str) -> dict[str, Any]:
    return {
        "id": row["id"],
        "code": code,
        "name": row["name"],
        "path_ids": [row["id"]],
        "path_codes": [code],
        "segment_type": kind,
        "segment_id": segment_id,
    }


def _write_units(line: Row | None, figures: LineFigures) -> dict[str, str]:
    price = Decimal(line.get("unit_cost") or ZERO) if line else ZERO
    return {
        "scheduled_quantity": write_plain(Decimal(line.get("quantity") or ZERO)) if line else NO_QUANTITY,
        "scheduled_unit_price": f"{price:.4f}",
        **({"uom": line["uom"]} if line and line.get("uom") else {}),
        **{name: write_plain(getattr(figures, name)) for name in QUANTITIES},
    }


def _write_stored(item: Row, figures: LineFigures) -> dict[str, str]:
    return {
        **write_figures(figures, STORED),
        "materials_stored_retainage_percent_this_period": write_retainage_percent(
            item["stored_percent"],
            figures.materials_presently_stored,
            figures.materials_stored_retainage_currently_retained,
        ),
    }


def _name_source(source: Source, item: Row) -> dict[str, Any]:
    match source.item_type:
        case "contract_item":
            return {"line_item_id": source.key}
        case "contract_detail_item":
            return {"detail_line_item_id": source.key}
    line_id = item.get("line_id")
    names = {"line_item_id": line_id, "change_order_package_id": source.package_id}
    if source.item_type == "whole_change_order_item":
        return names
    origin_id = source.line["origin_id"] if source.line else None
    return {**names, "commitment_line_item_id": line_id, "commitment_line_item_origin_id": origin_id}
