"""The wire forms of direct costs and their lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.amounts import ZERO
from connectors.sandbox.procore.costs.direct_cost_records import DirectCostRecords
from connectors.sandbox.procore.currency import WIDE_CURRENCY
from connectors.sandbox.procore.files.attachments import list_attachments
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import sum_amounts, write_plain

NAMES = (
    "id", "created_at", "description", "direct_cost_type", "direct_cost_date", "invoice_number", "origin_data",
    "origin_id", "payment_date", "received_date", "status", "terms", "updated_at", "vendor_id",
)  # fmt: skip


class DirectCostShapes(DirectCostRecords):
    def shape_listed_direct_cost(self, cost: Row) -> dict[str, Any]:
        """The form of the list, where `vendor` is a name and not an object."""
        shape = self._shape_direct_cost(cost)
        return {
            **shape,
            "amount": write_plain(sum_amounts(self.direct_cost_lines(cost))),
            "vendor": shape["vendor_name"],
        }

    def shape_direct_cost(
        self, cost: Row, version: str = "v1.1", refs: dict[int, str | None] | None = None
    ) -> dict[str, Any]:
        """The form shown singly: no `amount`, `vendor` as an object, lines in v1.1 only.

        `refs` are the references a create sends along with its lines, which are echoed once and not kept.
        """
        shape = self._shape_direct_cost(cost)
        lines = self.direct_cost_lines(cost)
        files = list_attachments(self, cost["id"])
        shape |= {
            "attachments": files,
            "attachments_count": len(files),
            "line_items_count": len(lines),
            "vendor": {"id": cost["vendor_id"], "name": shape["vendor_name"]} if cost["vendor_id"] else None,
        }
        if version == "v1.0":
            return shape
        project = self.tables.get("projects", cost["project_id"])
        company = self.tables.get("companies", project["company_id"])
        return {
            **shape,
            "company": {"id": company["id"], "name": company["name"]},
            "project": {"id": project["id"], "name": project["name"]},
            "line_items": [self._shape_embedded_line(line, company, refs or {}) for line in lines],
            "tax_breakdown": self._shape_tax_breakdown(cost),
            "synced": cost["origin_id"] is not None,
            "has_workflows": False,
        }

    def shape_direct_cost_line(self, line: Row) -> dict[str, Any]:
        project = self.tables.get("projects", line["project_id"])
        return self.shape_financial_line(line, project, (line["direct_cost_id"], "DirectCosts::Item"))

    def shape_thin_direct_cost_line(self, line: Row) -> dict[str, Any]:
        """The form of the list over a whole project, whose cost codes have four members only."""
        shape = self.shape_direct_cost_line(line)
        code = shape["cost_code"]
        for name in ("company", "change_event_line_item", "origin_data"):
            del shape[name]
        return {**shape, "cost_code": {name: code[name] for name in ("id", "full_code", "name", "origin_id")}}

    def _shape_direct_cost(self, cost: Row) -> dict[str, Any]:
        vendor = self.tables.find("vendors", cost["vendor_id"])
        person = self.tables.find("people", cost["employee_id"])
        total = sum_amounts(self.direct_cost_lines(cost)) + sum(self.sum_direct_cost_taxes(cost).values(), ZERO)
        return {
            **{name: cost[name] for name in NAMES},
            "deleted_at": None,
            "grand_total": write_plain(total),
            "vendor_name": vendor["name"] if vendor else None,
            "employee": {"id": person["id"], "name": _name_person(person)} if person else None,
            "currency_configuration": WIDE_CURRENCY,
        }

    def _shape_embedded_line(self, line: Row, company: Row, refs: dict[int, str | None]) -> dict[str, Any]:
        return {
            **self.shape_bare_financial_line(line),
            "company": {"id": company["id"], "name": company["name"]},
            "cost_code": self.shape_cost_code(self.tables.get("cost_codes", line["cost_code_id"])),
            "origin_data": line["origin_data"],
            "currency_configuration": WIDE_CURRENCY,
            "ref": refs.get(line["id"]),
        }

    def _shape_tax_breakdown(self, cost: Row) -> dict[str, Any]:
        """Rates are percent in text here. The members beside the rate are unverified."""
        subtotal, taxes = sum_amounts(self.direct_cost_lines(cost)), self.sum_direct_cost_taxes(cost)
        total = sum(taxes.values(), ZERO)
        return {
            "subtotal": write_plain(subtotal),
            "tax_total": write_plain(total),
            "grand_total": write_plain(subtotal + total),
            "tax_details": [
                {"rate": write_plain(Decimal(rate)), "amount": write_plain(amount)} for rate, amount in taxes.items()
            ],
        }


def _name_person(person: Row) -> str:
    return f"{person.get('first_name') or ''} {person.get('last_name') or ''}".strip()
