"""The wire forms of requisitions: headers, the G702 summary and the packages; lines are in `requisition_items`."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from connectors.sandbox.amounts import find_percent
from connectors.sandbox.procore.core import USERS
from connectors.sandbox.procore.costs.payments import sum_invoice_payments
from connectors.sandbox.procore.currency import CURRENCY, EXCHANGED_CURRENCY
from connectors.sandbox.procore.files.attachments import list_attachments
from connectors.sandbox.procore.subcontracts.billing import Summary
from connectors.sandbox.procore.subcontracts.claim_sources import NO_QUANTITY
from connectors.sandbox.procore.subcontracts.claims import OPEN_STATUSES
from connectors.sandbox.procore.subcontracts.contract_shapes import CONTRACT_TYPES, ContractShapes
from connectors.sandbox.procore.subcontracts.requisition_items import RequisitionItems
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import format_period, write_money

HEADER = (
    "id", "project_id", "commitment_id", "number", "invoice_number", "status", "final", "period_id",
    "requisition_start", "requisition_end", "billing_date", "submitted_at", "payment_date", "comment", "origin_id",
    "origin_data", "created_at", "updated_at",
)  # fmt: skip


class RequisitionShapes(RequisitionItems, ContractShapes):
    def shape_requisition(self, claim: Row, view: str, version: str = "v1.1") -> dict[str, Any]:
        """One requisition; lines come with the extended and items views of v1.1 only."""
        shape = self._shape_header(claim)
        if view == "header_only":
            return shape
        shape |= self._shape_totals(claim)
        if version == "v1.0":
            return {**shape, **self._shape_v1_only()}
        shape["currency_configuration"] = EXCHANGED_CURRENCY
        if view == "extended":
            shape["summary_text"] = self._shape_summary_text(claim)
        if view in ("extended", "items"):
            shape["items"] = self.shape_items(claim, self.items_of(claim))
            shape["item_packages"] = self._shape_item_packages(claim)
        return shape

    def _shape_header(self, claim: Row) -> dict[str, Any]:
        commitment = self.tables.get("commitments", claim["commitment_id"])
        vendor = self.tables.get("vendors", commitment["vendor_id"])
        previous = self.previous_of(claim)
        figures = self.figures_of(claim)
        summary = figures.summary
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
            "invoice_type": figures.invoice_type,
            "percent_complete": f"{done}%",
            # Unverified: the word for an invoice that no ERP connector has taken; it is never empty.
            "erp_status": "unsynced" if claim["origin_id"] is None else "synced",
            "total_claimed_amount": write_money(figures.total_claimed_amount),
            "electronic_signature_id": None,
            "move_materials_to_previous_work_completed": claim["are_materials_moved"],
            "custom_fields": self.shape_given_fields(claim["custom_fields"]),
            "currency_configuration": CURRENCY,
        }

    def _shape_v1_only(self) -> dict[str, Any]:
        """The first version names what the caller may do; its members are unverified, so there are none."""
        return {"action_policy": {}}

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
            "attachments": list_attachments(self, claim["id"]),
            "payment_summary": self._shape_payments(claim),
        }

    def _shape_payments(self, claim: Row) -> dict[str, Any]:
        """What was paid on the invoice. Real answers carry an object here; its members are unverified."""
        paid = sum_invoice_payments(self.tables, claim["commitment_id"], claim)
        summary = self.figures_of(claim).summary
        due = summary.current_payment_due + summary.tax_applicable_to_this_payment
        return {"total_paid": write_money(paid), "remaining_balance": write_money(due - paid)}

    def _shape_summary(self, claim: Row, summary: Summary) -> dict[str, Any]:
        amounts = {field.name: write_money(getattr(summary, field.name)) for field in fields(summary)}
        return {
            **amounts,
            "formatted_period": format_period(claim["requisition_start"], claim["requisition_end"]),
            "new_materials_quantity": NO_QUANTITY,
            "stored_materials_quantity": NO_QUANTITY,
        }

    def _shape_tax_summary(self, claim: Row) -> list[dict[str, Any]]:
        return [
            {**self.shape_tax(tax_code_id), "applied_amount": write_money(amount)}
            for tax_code_id, amount in self.figures_of(claim).taxes.items()
        ]

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
            package_id = self.source_of(item).package_id
            if package_id is not None and package_id not in seen:
                seen.add(package_id)
                row = self.tables.get("change_order_packages", package_id)
                shape = _shape_package(commitment, len(shapes) + 1, row["title"], row["status"], row["number"])
                acronym = f"CCO #{row['number']}"
                shapes.append(
                    {**shape, "id": package_id, "change_order_id": package_id, "change_order_acronym_number": acronym}
                )
        return shapes


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
        "change_order_request": None,
        "batch": None,
    }
