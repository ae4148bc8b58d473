"""The wire forms of owner invoices: the header with its G702 figures, and one G703 row per line."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

from connectors.sandbox.amounts import ZERO, find_percent
from connectors.sandbox.procore.costs.payments import sum_invoice_payments
from connectors.sandbox.procore.currency import CURRENCY, WIDE_CURRENCY
from connectors.sandbox.procore.files.attachments import list_attachments
from connectors.sandbox.procore.owners.prime_shapes import PrimeShapes
from connectors.sandbox.procore.subcontracts.billing import LineFigures, Summary
from connectors.sandbox.procore.subcontracts.claim_sources import NO_QUANTITY
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import (
    format_period,
    write_figures,
    write_money,
    write_plain,
    write_retainage_percent,
)

HEADER = (
    "id", "billing_date", "invoice_number", "origin_data", "origin_id", "period_start", "period_end", "period_id",
    "status", "number", "description_type", "created_at", "updated_at",
)  # fmt: skip
# Figures of a requisition's summary that an owner invoice does not have.
NOT_IN_G702 = ("new_materials", "stored_materials")
LINE_TYPE = "payment_application_line_item"
MARKUP_TYPE = "payment_application_markup_line_item"
QUANTITIES = (
    "total_completed_and_stored_to_date_quantity", "work_completed_this_period_quantity",
    "work_completed_from_previous_application_quantity",
)  # fmt: skip
MARKUP_FIGURES = (
    "balance_to_finish", "materials_presently_stored", "total_completed_and_stored_to_date",
    "total_completed_and_stored_to_date_percent", "work_completed_from_previous_application",
    "work_completed_this_period", "work_completed_retainage_currently_retained",
    "work_completed_retainage_from_previous_application", "work_completed_retainage_released_this_period",
    "work_completed_retainage_retained_this_period", "total_retainage_currently_retained",
    "total_retainage_from_previous_application",
)  # fmt: skip
LINE_FIGURES = (
    *MARKUP_FIGURES, "scheduled_value", "materials_stored_retainage_currently_retained",
    "materials_stored_retainage_from_previous_application", "materials_stored_retainage_released_this_period",
    "materials_stored_retainage_retained_this_period",
)  # fmt: skip


class PaymentApplicationShapes(PrimeShapes):
    def shape_application(self, application: Row) -> dict[str, Any]:
        """The form of the lists, without lines."""
        contract = self.tables.get("prime_contracts", application["prime_contract_id"])
        figures = self.application_figures(application)
        summary = figures.summary
        done = find_percent(summary.total_completed_and_stored_to_date, summary.contract_sum_to_date)
        gross = sum((line.gross_amount for line in figures.lines), ZERO)
        return {
            **{name: application[name] for name in HEADER},
            # Without a percent sign, unlike requisitions.
            "percent_complete": write_money(done),
            "total_amount_paid": write_money(sum_invoice_payments(self.tables, contract["id"], application)),
            "total_amount_accrued_this_period": write_money(gross),
            "formatted_contract_company": self._name_owner(contract),
            "g702": _shape_g702(application, summary),
            "billing_period": self._shape_billing_period(application),
            "contract": {"id": contract["id"], "type": "PrimeContract", "title": contract["title"]},
            "currency_configuration": WIDE_CURRENCY,
        }

    def shape_whole_application(self, application: Row) -> dict[str, Any]:
        items = enumerate(self.application_items(application), start=1)
        return {
            **self.shape_application(application),
            "attachments": list_attachments(self, application["id"]),
            "g703": [self.shape_application_item(application, item, number) for number, item in items],
        }

    def shape_application_item(self, application: Row, item: Row, number: int) -> dict[str, Any]:
        """A row of the G703. `origin_id` is the id of what it bills, not an external id."""
        source = self.billed_source(item["source_id"])
        if source.is_markup:
            return {**self.shape_markup_item(application, item), "item_number": number}
        figures = self.application_line_figures(application, item)
        is_package = source.line is None
        owner = source.package or {"id": application["prime_contract_id"]}
        return {
            "id": item["id"],
            "item_number": number,
            "type": LINE_TYPE,
            "origin_id": source.key,
            "origin_type": "ChangeOrderPackage" if is_package else "LineItem",
            "added_from_source": "contract" if source.package is None else "change_order",
            "added_from_source_id": owner["id"],
            "description_of_work": source.description,
            "description_override": item["description_override"],
            "cost_code": None if source.line is None else self._shape_billed_code(source.line),
            "wbs_code": None if source.line is None else self.shape_short_wbs(source.line["wbs_code_id"]),
            "scheduled_unit_price": _write_number(source.line, "unit_cost"),
            "scheduled_quantity": _write_number(source.line, "quantity"),
            **{name: write_plain(getattr(figures, name)) for name in QUANTITIES},
            **write_figures(figures, LINE_FIGURES),
            "work_completed_retainage_percent_this_period": _write_work_percent(item, figures),
            "materials_stored_retainage_percent_this_period": write_retainage_percent(
                item["stored_percent"],
                figures.materials_presently_stored,
                figures.materials_stored_retainage_currently_retained,
            ),
            "currency_configuration": CURRENCY,
        }

    def shape_markup_item(self, application: Row, item: Row) -> dict[str, Any]:
        """A markup's row, which has fewer members. Unverified: that it stands among the G703 rows."""
        figures = self.application_line_figures(application, item)
        return {
            "id": item["id"],
            "type": MARKUP_TYPE,
            "description_of_work": self.billed_source(item["source_id"]).description,
            **write_figures(figures, MARKUP_FIGURES),
            "work_completed_retainage_percent_this_period": _write_work_percent(item, figures),
        }

    def _name_owner(self, contract: Row) -> str:
        """The owner's name; its id is to be had from the contract only."""
        if contract["vendor_id"] is None:
            return ""
        return str(self.tables.get("vendors", contract["vendor_id"])["name"])

    def _shape_billing_period(self, application: Row) -> dict[str, Any]:
        period = self.tables.find("billing_periods", application["period_id"])
        if period is None:
            return {"start_date": application["period_start"], "end_date": application["period_end"]}
        return {"start_date": period["start_date"], "end_date": period["end_date"]}

    def _shape_billed_code(self, line: Row) -> dict[str, Any]:
        return self.shape_cost_code(self.tables.get("cost_codes", line["cost_code_id"]))


def _shape_g702(application: Row, summary: Summary) -> dict[str, str]:
    amounts = {
        field.name: write_money(getattr(summary, field.name))
        for field in fields(summary)
        if field.name not in NOT_IN_G702
    }
    return {**amounts, "formatted_period": format_period(application["period_start"], application["period_end"])}


def _write_number(line: Row | None, name: str) -> str:
    return write_plain(Decimal(line[name])) if line else NO_QUANTITY


def _write_work_percent(item: Row, figures: LineFigures) -> str:
    return write_retainage_percent(
        item["work_percent"],
        figures.work_completed_this_period,
        figures.work_completed_retainage_retained_this_period,
    )
