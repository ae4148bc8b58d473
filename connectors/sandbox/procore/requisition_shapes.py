"""The wire forms of requisitions and their items: headers, G702 summary, G703 rows and the flat detail rows."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

from connectors.sandbox.procore.billing import ZERO, LineFigures, Summary, find_percent, take_percent
from connectors.sandbox.procore.claims import OPEN_STATUSES, Claims
from connectors.sandbox.procore.core import USERS
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import format_period, write_money
from connectors.sandbox.procore.wbs import WbsCodes

CURRENCY = {"currency_iso_code": "USD"}
NO_QUANTITY = "0.0"
CONTRACT_TYPES = {"work_order": "WorkOrderContract", "purchase_order": "PurchaseOrderContract"}
HEADER = (
    "id", "project_id", "commitment_id", "number", "invoice_number", "status", "final", "period_id",
    "requisition_start", "requisition_end", "billing_date", "submitted_at", "payment_date", "comment", "origin_id",
    "origin_data", "created_at", "updated_at",
)  # fmt: skip


class RequisitionShapes(Claims, WbsCodes):
    def shape_requisition(self, claim: Row, view: str, version: str = "v1.1") -> dict[str, Any]:
        """One requisition; lines come with the extended and items views of v1.1 only."""
        shape = self._shape_header(claim)
        if view == "header_only":
            return shape
        shape |= self._shape_totals(claim)
        if version == "v1.0":
            return shape
        if view == "extended":
            shape["summary_text"] = self._shape_summary_text(claim)
        if view in ("extended", "items"):
            shape["items"] = [self.shape_item(claim, item) for item in self.items_of(claim)]
            shape["item_packages"] = self._shape_item_packages(claim)
        return shape

    def _shape_header(self, claim: Row) -> dict[str, Any]:
        commitment = self.tables.get("commitments", claim["commitment_id"])
        vendor = self.tables.get("vendors", commitment["vendor_id"])
        previous = self.previous_of(claim)
        summary = self.figures_of(claim).summary
        done = find_percent(summary.total_completed_and_stored_to_date, summary.contract_sum_to_date)
        return {
            **{name: claim[name] for name in HEADER},
            "previous_requisition_id": previous["id"] if previous else None,
            "commitment_type": CONTRACT_TYPES[commitment["kind"]],
            "contract_name": f"Contract {commitment['number']}",
            "contract_invoicing_method": "progressive",
            "deletable": self.is_deletable(claim),
            "vendor_id": vendor["id"],
            "vendor_name": vendor["name"],
            "invoice_type": self._find_type(claim),
            "percent_complete": f"{done}%",
            # Unverified: the word for an invoice that no ERP connector has taken; it is never empty.
            "erp_status": "unsynced" if claim["origin_id"] is None else "synced",
            "total_claimed_amount": write_money(
                sum((Decimal(item["claimed"]) for item in self.items_of(claim)), ZERO)
            ),
            "electronic_signature_id": None,
            "move_materials_to_previous_work_completed": claim["are_materials_moved"],
            "custom_fields": {},
            "currency_configuration": CURRENCY,
        }

    def is_deletable(self, claim: Row) -> bool:
        return claim["status"] in OPEN_STATUSES and claim["origin_id"] is None and self.is_last(claim)

    def _shape_totals(self, claim: Row) -> dict[str, Any]:
        creator = USERS[claim["created_by_id"]]
        company = next(self.tables.iterate("companies"))
        figures = self.figures_of(claim)
        return {
            "summary": self._shape_summary(claim, figures.summary),
            "tax_summary": self._shape_tax_summary(claim),
            "created_by": {
                "id": creator.user_id,
                "name": creator.name,
                "login": creator.login,
                "company_name": company["name"],
            },
            "attachments": [],
            "payment_summary": {},
        }

    def _shape_summary(self, claim: Row, summary: Summary) -> dict[str, Any]:
        amounts = {field.name: write_money(getattr(summary, field.name)) for field in fields(summary)}
        return {
            **amounts,
            "formatted_period": format_period(claim["requisition_start"], claim["requisition_end"]),
            "new_materials_quantity": NO_QUANTITY,
            "stored_materials_quantity": NO_QUANTITY,
        }

    def _shape_tax_summary(self, claim: Row) -> list[dict[str, Any]]:
        applied: dict[int, Decimal] = {}
        for line in self.figures_of(claim).lines:
            tax_code_id = self.tables.get("contract_lines", line.key)["tax_code_id"]
            if tax_code_id is not None:
                applied[tax_code_id] = applied.get(tax_code_id, ZERO) + line.tax
        return [
            {**self._shape_tax(tax_code_id), "applied_amount": write_money(amount)}
            for tax_code_id, amount in applied.items()
        ]

    def _shape_tax(self, tax_code_id: int) -> dict[str, Any]:
        """The rate is a fraction here, and percent in the list of tax codes."""
        row = self.tables.get("tax_codes", tax_code_id)
        rate = Decimal(row["rate1"]) / 100
        return {"tax_code_id": row["id"], "tax_code_name": row["code"], "tax_code_rate": rate.normalize()}

    def _shape_summary_text(self, claim: Row) -> dict[str, Any]:
        commitment = self.tables.get("commitments", claim["commitment_id"])
        vendor = self.tables.get("vendors", commitment["vendor_id"])
        project = self.tables.get("projects", claim["project_id"])
        return {
            "project_name": project["name"],
            "project_number": project["project_number"],
            "to_general_contractor": next(self.tables.iterate("companies"))["name"],
            "requisition_period_start": claim["requisition_start"],
            "requisition_period_end": claim["requisition_end"],
            "subcontractor_name": vendor["name"],
            "subcontractor_street": vendor["address"],
            "subcontractor_city": vendor["city"],
            "subcontractor_state_code": vendor["state_code"],
            "subcontractor_zip": vendor["zip"],
            "subcontractor_country_code": vendor["country_code"],
            "application_number": claim["invoice_number"],
            "contract_for": commitment["title"],
            "contract_date": commitment["contract_date"],
        }

    def _shape_item_packages(self, claim: Row) -> list[dict[str, Any]]:
        commitment = self.tables.get("commitments", claim["commitment_id"])
        shapes = [_shape_package(commitment, 1, commitment["title"], commitment["status"], commitment["number"])]
        seen: set[int] = set()
        for item in self.items_of(claim):
            package_id = self.tables.get("contract_lines", item["line_id"])["change_order_package_id"]
            if package_id is not None and package_id not in seen:
                seen.add(package_id)
                row = self.tables.get("change_order_packages", package_id)
                shape = _shape_package(commitment, len(shapes) + 1, row["title"], row["status"], row["number"])
                acronym = f"CCO #{row['number']}"
                shapes.append(
                    {**shape, "id": package_id, "change_order_id": package_id, "change_order_acronym_number": acronym}
                )
        return shapes

    def _find_type(self, claim: Row) -> str:
        lines = self.figures_of(claim).lines
        released = any(
            line.work_completed_retainage_released_this_period or line.materials_stored_retainage_released_this_period
            for line in lines
        )
        moved = any(line.gross_amount or line.work_completed_this_period for line in lines)
        if not released:
            return "progress"
        return "progress_and_retainage_release" if moved else "retainage_release"

    # --- items

    def shape_item(self, claim: Row, item: Row) -> dict[str, Any]:
        """A line of the extended and items views."""
        line = self.tables.get("contract_lines", item["line_id"])
        figures = self.line_figures(claim, item)
        previous = self.previous_of(claim)
        taxes = [] if line["tax_code_id"] is None else [self._shape_tax(line["tax_code_id"])]
        return {
            **self.shape_plain_item(claim, item),
            "gross_amount": write_money(figures.gross_amount),
            "net_amount": write_money(figures.net_amount),
            "taxes": taxes,
            "line_number": str(line["position"]),
            "materials_presently_stored_from_previous_progress": write_money(
                figures.materials_presently_stored_from_previous_progress
            ),
            "total_completed_and_stored_to_date_from_previous": write_money(
                figures.total_completed_and_stored_to_date_from_previous
            ),
            "materials_stored_retainage_new_materials": write_money(
                max(figures.materials_stored_retainage_retained_this_period, ZERO)
            ),
            "previous_progress_id": self._find_progress(previous, line) if previous else None,
        }

    def shape_plain_item(self, claim: Row, item: Row) -> dict[str, Any]:
        """A line as the lists of contract items and change order items give it."""
        line = self.tables.get("contract_lines", item["line_id"])
        figures = self.line_figures(claim, item)
        return {
            "id": item["id"],
            **_name_line(line),
            "accounting_method": "amount",
            "cost_code_id": line["cost_code_id"],
            "description_of_work": line["description"],
            **_write_figures(figures, _ITEM_FIGURES),
            **_write_percents(item, figures),
            "scheduled_quantity": NO_QUANTITY,
            "scheduled_unit_price": "0.0000",
            "work_completed_this_period_quantity": NO_QUANTITY,
            "work_completed_from_previous_application_quantity": NO_QUANTITY,
            "comment": item["comment"],
            "status": item["status"],
            "position": line["position"],
            "ssr_manual_override": False,
            "subcontractor_claimed_amount": item["claimed"],
            "wbs_code": self.shape_short_wbs(line["wbs_code_id"]),
            "currency_configuration": CURRENCY,
        }

    def shape_detail(self, claim: Row, item: Row) -> dict[str, Any]:
        """A row of the flat detail list."""
        line = self.tables.get("contract_lines", item["line_id"])
        figures = self.line_figures(claim, item)
        return {
            "id": item["id"],
            "item_number": line["position"],
            "item_type": _name_line(line)["item_type"],
            "cost_code_id": line["cost_code_id"],
            "description_of_work": line["description"],
            **_write_figures(figures, _DETAIL_FIGURES),
            **_write_percents(item, figures),
            "scheduled_unit_price": "0.0000",
            "scheduled_quantity": NO_QUANTITY,
            "total_completed_and_stored_to_date_quantity": NO_QUANTITY,
            "work_completed_this_period_quantity": NO_QUANTITY,
            "work_completed_from_previous_application_quantity": NO_QUANTITY,
        }

    def _find_progress(self, claim: Row, line: Row) -> int | None:
        for item in self.tables.of("requisition_items", claim["id"]):
            if item["line_id"] == line["id"]:
                return int(item["id"])
        return None


_COMMON_FIGURES = (
    "scheduled_value", "work_completed_from_previous_application", "work_completed_this_period",
    "materials_presently_stored", "materials_moved", "materials_retainage_retained_moved",
    "total_completed_and_stored_to_date", "total_completed_and_stored_to_date_percent",
    "work_completed_retainage_from_previous_application", "work_completed_retainage_retained_this_period",
    "work_completed_retainage_released_this_period", "materials_stored_retainage_currently_retained",
    "materials_stored_retainage_released_this_period",
)  # fmt: skip
_ITEM_FIGURES = _COMMON_FIGURES
_DETAIL_FIGURES = (
    *_COMMON_FIGURES, "balance_to_finish", "work_completed_retainage_currently_retained",
    "materials_stored_retainage_from_previous_application", "materials_stored_retainage_retained_this_period",
    "total_retainage_currently_retained", "total_retainage_from_previous_application",
)  # fmt: skip


def _write_figures(figures: LineFigures, names: tuple[str, ...]) -> dict[str, str]:
    return {name: write_money(getattr(figures, name)) for name in names}


def _write_percents(item: Row, figures: LineFigures) -> dict[str, str]:
    return {
        "work_completed_retainage_percent_this_period": _write_percent(
            item["work_percent"],
            figures.work_completed_this_period,
            figures.work_completed_retainage_retained_this_period,
        ),
        "materials_stored_retainage_percent_this_period": _write_percent(
            item["stored_percent"],
            figures.materials_presently_stored,
            figures.materials_stored_retainage_currently_retained,
        ),
    }


def _write_percent(entered: str, amount: Decimal, retained: Decimal) -> str:
    """The entered percent, unless another amount was retained by hand."""
    percent = Decimal(entered)
    if amount and retained != take_percent(amount, percent):
        percent = find_percent(retained, amount)
    return write_money(percent)


def _name_line(line: Row) -> dict[str, Any]:
    if line["change_order_package_id"] is None:
        return {"item_type": "contract_item", "line_item_id": line["id"]}
    return {
        "item_type": "change_order_item",
        "line_item_id": line["id"],
        "commitment_line_item_id": line["id"],
        "commitment_line_item_origin_id": line["origin_id"],
        "change_order_package_id": line["change_order_package_id"],
    }


def _shape_package(commitment: Row, position: int, title: str, status: str, number: str) -> dict[str, Any]:
    return {
        "id": commitment["id"],
        "contract_id": commitment["id"],
        "change_order_id": None,
        "number": number,
        "title": title,
        "status": status,
        "position": position,
        "change_order_acronym_number": None,
    }
