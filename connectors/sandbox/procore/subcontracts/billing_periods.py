"""Billing periods of a project, shared by its subcontractor and owner invoices."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.errors import refuse_fields, refuse_state
from connectors.sandbox.procore.inputs import check_choice
from connectors.sandbox.procore.listing import answer_page, by_number, by_range, by_text, filter_rows
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import read_date
from connectors.sandbox.wire import json_response

STATUSES = ("open", "closed")
DATES = ("start_date", "end_date", "due_date")
FILTERS = {
    "id": by_number("id"),
    "status": by_text("status"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
}
SHOWN = ("id", "project_id", "position", *DATES, "status", "created_at", "updated_at")
_BASE = "/rest/v1.0/projects/<int:project_id>/billing_periods"


class BillingPeriods(Core):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(_BASE, endpoint="list_periods", methods=["GET"]),
        Rule(_BASE, endpoint="create_period", methods=["POST"]),
        Rule(f"{_BASE}/<int:period_id>", endpoint="show_period", methods=["GET"]),
        Rule(f"{_BASE}/<int:period_id>", endpoint="update_period", methods=["PATCH"]),
        Rule(f"{_BASE}/<int:period_id>", endpoint="delete_period", methods=["DELETE"]),
    )

    def list_periods(self, request: Request, project_id: int) -> Response:
        rows = self.tables.of("billing_periods", self.find_project(project_id)["id"])
        return answer_page(request, filter_rows(request, rows, FILTERS), _shape_period)

    def show_period(self, request: Request, project_id: int, period_id: int) -> Response:
        return json_response(_shape_period(self._read_period(project_id, period_id)))

    def create_period(self, request: Request, project_id: int) -> Response:
        project = self.find_project(project_id)
        attributes = self.read_wrapped(request, "billing_period")
        missing = [name for name in (*DATES, "status") if attributes.get(name) in (None, "")]
        if missing:
            raise refuse_fields(**{name: ["can't be blank"] for name in missing})
        values = _read_values({}, attributes)
        stamp = self.stamp()
        rows = self.tables.of("billing_periods", project["id"])
        period = self.tables.add(
            "billing_periods",
            {
                "project_id": project["id"],
                "position": max((row["position"] for row in rows), default=0) + 1,
                **values,
                "created_at": stamp,
                "updated_at": stamp,
            },
        )
        return json_response(_shape_period(period), 201)

    def update_period(self, request: Request, project_id: int, period_id: int) -> Response:
        period = self._read_period(project_id, period_id)
        period |= _read_values(period, self.read_wrapped(request, "billing_period"))
        self.touch(period)
        return json_response(_shape_period(period))

    def delete_period(self, request: Request, project_id: int, period_id: int) -> Response:
        """Unverified: that a period with invoices in it stays; it does here."""
        period = self._read_period(project_id, period_id)
        if self._has_invoices(period):
            raise refuse_state("A billing period with invoices cannot be deleted")
        self.tables.remove("billing_periods", period["id"])
        return Response(status=200, content_type="application/json")

    def _read_period(self, project_id: int, period_id: int) -> Row:
        return self.find_owned("billing_periods", period_id, self.find_project(project_id), "Billing period")

    def _has_invoices(self, period: Row) -> bool:
        contracts = self.tables.of("commitments", period["project_id"])
        invoices = [row for contract in contracts for row in self.tables.of("requisitions", contract["id"])]
        for prime in self.tables.of("prime_contracts", period["project_id"]):
            invoices += self.tables.of("payment_applications", prime["id"])
        return any(row.get("period_id") == period["id"] for row in invoices)


def _read_values(period: Row, attributes: dict[str, Any]) -> dict[str, Any]:
    """The dates and the status after the write. A date that is none would leave a hole, so it is refused."""
    check_choice(attributes, "status", STATUSES)
    values = {name: read_date(attributes[name]) if name in attributes else period[name] for name in DATES}
    missing = [name for name, value in values.items() if not value]
    if missing:
        raise refuse_fields(**{name: ["can't be blank"] for name in missing})
    if str(values["end_date"]) < str(values["start_date"]):
        raise refuse_fields(end_date=["must be after the start date"])
    return {**values, "status": attributes.get("status") or period["status"]}


def _shape_period(period: Row) -> dict[str, Any]:
    return {name: period[name] for name in SHOWN}
