"""The records of direct costs: costs of a project that no commitment stands behind, with their lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.amounts import ZERO, take_percent
from connectors.sandbox.procore.costs.line_items import LineItems
from connectors.sandbox.procore.errors import refuse_fields, refuse_state
from connectors.sandbox.procore.files.attachments import drop_attachments
from connectors.sandbox.procore.inputs import (
    ORIGIN,
    drop_blank_origin,
    is_clearing_origin,
    read_choice,
    read_dates,
    read_texts,
)
from connectors.sandbox.procore.key_index import KeyIndex
from connectors.sandbox.procore.tables import Row

TYPES = ("invoice", "expense", "payroll", "subcontractor_invoice")
STATUSES = ("draft", "pending", "revise_and_resubmit", "approved")
TEXTS = ("description", "invoice_number", "terms", *ORIGIN)
DATES = ("direct_cost_date", "payment_date", "received_date")
SYNCED = "The direct cost is not editable because it has been synced with ERP"
MOST_LINES = 100


class DirectCostRecords(LineItems):
    def clear(self) -> None:
        super().clear()
        self._invoice_numbers = KeyIndex("direct_costs", _name_invoice)
        self._lines_by_project: dict[int, list[Row]] = {}

    # --- headers

    def read_direct_cost_values(self, attributes: dict[str, Any], cost: Row | None = None) -> dict[str, Any]:
        """The checked values of a write. The type can be given at creation only."""
        attributes = drop_blank_origin(attributes)
        values: dict[str, Any] = {**read_texts(attributes, TEXTS), **read_dates(attributes, DATES)}
        if cost is None:
            kind = read_choice(attributes, "direct_cost_type", TYPES)
            if kind is None:
                raise refuse_fields(direct_cost_type=["can't be blank"])
            values["direct_cost_type"] = kind
        status = read_choice(attributes, "status", STATUSES)
        if status is not None:
            values["status"] = status
        for name, table in (("vendor_id", "vendors"), ("employee_id", "people")):
            if name in attributes:
                values[name] = self._read_party(attributes, name, table)
        self._check_invoice({**(cost or {}), **values}, cost)
        self.check_origin("direct_costs", attributes, cost["id"] if cost else None)
        return values

    def add_direct_cost(self, project: Row, values: dict[str, Any]) -> Row:
        """A new direct cost from checked values."""
        stamp = self.stamp()
        cost = self.tables.add(
            "direct_costs",
            {
                "project_id": project["id"],
                **dict.fromkeys((*TEXTS, *DATES, "vendor_id", "employee_id")),
                "status": "draft",
                "written_until": None,
                "created_at": stamp,
                "updated_at": stamp,
                **values,
            },
        )
        self._invoice_numbers.note(self.tables, cost)
        return cost

    def change_direct_cost(self, cost: Row, values: dict[str, Any]) -> None:
        cost.update(values)
        self._invoice_numbers.note(self.tables, cost)
        self.touch(cost)

    def announce_direct_cost(self, cost: Row, event_type: str) -> None:
        self.announce("Direct Costs", event_type, cost["id"], project_id=cost["project_id"])

    def remove_direct_cost(self, cost: Row) -> None:
        """Its lines go with it, without events of their own (unverified)."""
        for line in self.direct_cost_lines(cost):
            self.tables.remove("direct_cost_lines", line["id"])
        self._lines_by_project.pop(cost["project_id"], None)
        drop_attachments(self, cost["id"])
        self._invoice_numbers.forget(cost["id"])
        self.tables.remove("direct_costs", cost["id"])
        self.announce_direct_cost(cost, "delete")

    def check_direct_cost_lock(self, cost: Row, attributes: dict[str, Any] | None = None) -> None:
        """An origin_id locks the whole direct cost, its lines and files included, except in sync actions.

        `attributes` are those of a write to its header.

        Unverified, both: whether a locked one lets its origin_id be cleared (contract payments do, so it is let here),
        and whether sync actions may change it. The second has to be so for the published rule that an origin_id finds
        the record to update, so sync does not come through here.
        """
        if cost["origin_id"] is not None and not is_clearing_origin(attributes or {}):
            raise refuse_state(SYNCED)

    def _read_party(self, attributes: dict[str, Any], name: str, table: str) -> int | None:
        """A company of the directory, or a person: an employee is named by the person's id, not the user's."""
        given = attributes[name]
        if given in (None, ""):
            return None
        row = self.tables.find(table, given)
        if row is None or not self.is_visible(row):
            raise refuse_fields(**{name: ["is invalid"]})
        return int(row["id"])

    def _check_invoice(self, values: dict[str, Any], cost: Row | None) -> None:
        """An invoice needs its vendor and a number that this vendor has not used before."""
        if values["direct_cost_type"] != "invoice":
            return
        for name in ("vendor_id", "invoice_number"):
            if values.get(name) in (None, ""):
                raise refuse_fields(**{name: ["can't be blank"]})
        holder = self._invoice_numbers.find(self.tables, (values["vendor_id"], values["invoice_number"]))
        if holder is not None and (cost is None or holder != cost["id"]):
            raise refuse_fields(invoice_number=["has already been taken"])

    # --- lines

    def direct_cost_lines(self, cost: Row) -> list[Row]:
        return self.tables.of("direct_cost_lines", cost["id"])

    def project_cost_lines(self, project_id: int) -> list[Row]:
        """The lines of all direct costs of a project, gathered once and kept until one comes or goes."""
        if project_id not in self._lines_by_project:
            costs = self.tables.of("direct_costs", project_id)
            self._lines_by_project[project_id] = [line for cost in costs for line in self.direct_cost_lines(cost)]
        return self._lines_by_project[project_id]

    def add_direct_cost_line(self, cost: Row, values: Row) -> Row:
        positions = [line["position"] for line in self.direct_cost_lines(cost)]
        owner = {"direct_cost_id": cost["id"], "project_id": cost["project_id"]}
        line = self.add_financial_line("direct_cost_lines", owner, values, max(positions, default=0) + 1)
        self._lines_by_project.pop(cost["project_id"], None)
        self.announce_direct_cost_line(line, "create")
        return line

    def change_direct_cost_line(self, line: Row, values: Row) -> None:
        """The time of the direct cost itself does not move, as far as is known."""
        line.update(values)
        self.touch(line)
        self.announce_direct_cost_line(line, "update")

    def remove_direct_cost_line(self, line: Row) -> None:
        self.tables.remove("direct_cost_lines", line["id"])
        self._lines_by_project.pop(line["project_id"], None)
        self.announce_direct_cost_line(line, "delete")

    def announce_direct_cost_line(self, line: Row, event_type: str) -> None:
        self.announce(
            "Direct Cost Line Items",
            event_type,
            line["id"],
            project_id=line["project_id"],
            related=(("Direct Costs", line["direct_cost_id"]),),
        )

    def sum_direct_cost_taxes(self, cost: Row) -> dict[str, Decimal]:
        """The tax by rate, which is percent in text; line by line in whole cents (unverified)."""
        taxes: dict[str, Decimal] = {}
        for line in self.direct_cost_lines(cost):
            if line["tax_code_id"] is not None:
                rate = self.tables.get("tax_codes", line["tax_code_id"])["rate1"]
                taxes[rate] = taxes.get(rate, ZERO) + take_percent(Decimal(line["amount"]), Decimal(rate))
        return taxes


def _name_invoice(cost: Row) -> tuple[int, str] | None:
    if cost["direct_cost_type"] != "invoice":
        return None
    return cost["vendor_id"], cost["invoice_number"]
