"""Timesheets: a project's sheets per day with their approval, and the company's hours by person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.attributes import read_ids
from connectors.sandbox.procore.company.people import name_person
from connectors.sandbox.procore.errors import refuse_fields, refuse_request, refuse_state, refuse_unknown
from connectors.sandbox.procore.listing import (
    answer_page,
    by_date,
    by_number,
    by_range,
    filter_rows,
    is_true,
    list_values,
)
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.time.timecards import Timecards, read_entries
from connectors.sandbox.procore.values import read_date
from connectors.sandbox.wire import json_response

PROJECT = "/rest/v1.0/projects/<int:project_id>/timesheets"
COMPANY = "/rest/v1.0/companies/<int:company_id>/timesheets"
BUDGET = f"{COMPANY}/timesheet_to_budget_configuration"
SHEET_STATUSES = ("pending", "approved")
SHEET_FILTERS = {
    "id": by_number("id"),
    "date": by_date("date"),
    "updated_at": by_range("updated_at"),
    "deleted_at": by_range("deleted_at"),
}
ENTRY_FILTERS = {
    "party_id": by_number("party_id"),
    "updated_at": by_range("updated_at"),
    "deleted_at": by_range("deleted_at"),
}
BUDGET_MEMBERS = (
    "line_item_type_id", "erp_default_line_item_type_id", "equipment_default_line_item_type_id",
    "equipment_erp_default_line_item_type_id",
)  # fmt: skip


class Timesheets(Timecards):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *Timecards.ROUTES,
        Rule(PROJECT, endpoint="list_sheets", methods=["GET"]),
        Rule(PROJECT, endpoint="create_sheet", methods=["POST"]),
        Rule(PROJECT, endpoint="update_sheet_entries", methods=["PATCH"]),
        Rule(PROJECT, endpoint="delete_sheets", methods=["DELETE"]),
        Rule(f"{PROJECT}/update_approval", endpoint="approve_sheets", methods=["PATCH"]),
        Rule(f"{PROJECT}/<int:sheet_id>", endpoint="show_sheet", methods=["GET"]),
        Rule(f"{PROJECT}/<int:sheet_id>", endpoint="update_sheet", methods=["PATCH"]),
        Rule(f"{PROJECT}/<int:sheet_id>", endpoint="delete_sheet", methods=["DELETE"]),
        Rule(COMPANY, endpoint="list_company_hours", methods=["GET"]),
        Rule(COMPANY, endpoint="create_company_hours", methods=["POST"]),
        Rule(COMPANY, endpoint="update_company_hours", methods=["PATCH"]),
        Rule(BUDGET, endpoint="show_budget_configuration", methods=["GET"]),
        Rule(BUDGET, endpoint="save_budget_configuration", methods=["POST", "PATCH"]),
        Rule(BUDGET, endpoint="delete_budget_configuration", methods=["DELETE"]),
        Rule("/rest/v1.0/timecard_time_types", endpoint="list_project_time_types", methods=["GET"]),
        Rule(
            "/rest/v1.0/companies/<int:company_id>/timecard_time_types",
            endpoint="list_company_time_types",
            methods=["GET"],
        ),
        Rule(
            "/rest/v1.0/companies/<int:company_id>/timecard_time_types/<int:type_id>",
            endpoint="update_time_type",
            methods=["PATCH"],
        ),
    )

    # --- the project's sheets

    def list_sheets(self, request: Request, project_id: int) -> Response:
        project = self.find_project(project_id)
        wants_deleted = bool(list_values(request, "deleted_at"))
        rows = self.tables.of("timesheets", project["id"])
        rows = [row for row in rows if (row["deleted_at"] is not None) == wants_deleted]
        return answer_page(request, filter_rows(request, rows, SHEET_FILTERS), self.shape_sheet)

    def show_sheet(self, request: Request, project_id: int, sheet_id: int) -> Response:
        return json_response(self.shape_sheet(self._find_sheet(project_id, sheet_id)))

    def create_sheet(self, request: Request, project_id: int) -> Response:
        """An empty sheet; its entries come one by one, naming it."""
        project = self.find_project(project_id)
        day = _read_sheet_day(self.read_wrapped(request, "timesheet"))
        return json_response(self.shape_sheet(self.add_sheet(project, day)), 201)

    def update_sheet(self, request: Request, project_id: int, sheet_id: int) -> Response:
        """Moving a sheet to another day moves its entries."""
        sheet = self._find_sheet(project_id, sheet_id)
        _check_sheet_open(sheet)
        day = _read_sheet_day(self.read_wrapped(request, "timesheet"))
        sheet["date"] = day
        sheet["name"] = f"{day} - {sheet['number']:02}"
        self.touch(sheet)
        for entry in self.list_sheet_entries(sheet):
            self.change_entry(entry, {"date": day}, may_set_status=True)
        return json_response(self.shape_sheet(sheet))

    def update_sheet_entries(self, request: Request, project_id: int) -> Response:
        """Changes entries of one sheet, by their ids."""
        body = self.read_body(request)
        sheet = self._find_sheet(project_id, body.get("timesheet_id"))
        pairs = []
        for attributes in read_entries(body):
            entry = self.tables.find("timecard_entries", attributes.get("id"))
            if entry is None or entry["timesheet_id"] != sheet["id"] or entry["deleted_at"] is not None:
                raise refuse_unknown("Timecard entry")
            self.check_open(entry, may_set_status=False)
            self.read_entry(self.tables.get("projects", sheet["project_id"]), attributes, entry, may_set_status=False)
            pairs.append((entry, attributes))
        for entry, attributes in pairs:
            self.change_entry(entry, attributes, may_set_status=False)
        self.touch(sheet)
        return json_response(self.shape_sheet(sheet))

    def delete_sheet(self, request: Request, project_id: int, sheet_id: int) -> Response:
        sheet = self._find_sheet(project_id, sheet_id)
        return json_response(self._remove_sheets([sheet])[0])

    def delete_sheets(self, request: Request, project_id: int) -> Response:
        """The specification shows one sheet for several ids; a list holds them all (unverified)."""
        sheets = [self._find_sheet(project_id, number) for number in read_ids(self.read_body(request).get("ids"))]
        if not sheets:
            raise refuse_request("param is missing or the value is empty: ids")
        shapes = self._remove_sheets(sheets)
        return json_response(shapes[0] if len(shapes) == 1 else shapes)

    def approve_sheets(self, request: Request, project_id: int) -> Response:
        """Approving a sheet approves its entries, and taking that back takes theirs back."""
        self.find_project(project_id)
        wanted = self.read_body(request).get("timesheets")
        if not isinstance(wanted, list) or not wanted or not all(isinstance(row, dict) for row in wanted):
            raise refuse_request("param is missing or the value is empty: timesheets")
        if any(row.get("status") not in SHEET_STATUSES for row in wanted):
            raise refuse_request("status must be either pending or approved")
        moves = [(self._find_sheet(project_id, row.get("id")), row["status"]) for row in wanted]
        for sheet, status in moves:
            self.set_sheet_status(sheet, status)
        return json_response([self.shape_sheet(sheet) for sheet, _ in moves])

    def add_sheet(self, project: Row, day: str) -> Row:
        number = sum(row["date"] == day for row in self.tables.of("timesheets", project["id"])) + 1
        stamp = self.stamp()
        return self.tables.add(
            "timesheets",
            {
                "project_id": project["id"],
                "date": day,
                "number": number,
                "name": f"{day} - {number:02}",
                "status": "pending",
                "created_by_id": self.actor.user_id,
                "deleted_at": None,
                "created_at": stamp,
                "updated_at": stamp,
            },
        )

    def set_sheet_status(self, sheet: Row, status: str) -> None:
        sheet["status"] = status
        self.touch(sheet)
        for entry in self.list_sheet_entries(sheet):
            if entry["approval_status"] not in (status, "completed"):
                self.set_entry_status(entry, status)

    def _remove_sheets(self, sheets: list[Row]) -> list[dict[str, Any]]:
        for sheet in sheets:
            _check_sheet_open(sheet)
            for entry in self.list_sheet_entries(sheet):
                self.check_open(entry, may_set_status=False)
        shapes = []
        for sheet in sheets:
            shapes.append(self.shape_sheet(sheet))
            for entry in self.list_sheet_entries(sheet):
                self.remove_entry(entry, may_set_status=False)
            sheet["deleted_at"] = self.stamp()
            self.touch(sheet)
        return shapes

    def _find_sheet(self, project_id: int, sheet_id: Any) -> Row:
        sheet = self.find_row("timesheets", sheet_id, "Timesheet")
        if sheet["project_id"] != self.find_project(project_id)["id"] or sheet["deleted_at"] is not None:
            raise refuse_unknown("Timesheet")
        return sheet

    # --- the company's hours

    def list_company_hours(self, request: Request, company_id: int) -> Response:
        """By person; the present work week at each project unless both ends of a range are given.

        That a week starts on Monday is unverified: companies choose. What counts as other hours is unverified too.
        """
        self.check_company(request, company_id)
        named = _read_range(request)
        wants_deleted = bool(list_values(request, "deleted_at"))
        rows = [
            row
            for row in self.list_company_rows()
            if self._is_in(row, named) and (row["deleted_at"] is not None) == wants_deleted
        ]
        parties: dict[int, list[Row]] = {}
        for row in filter_rows(request, rows, ENTRY_FILTERS):
            parties.setdefault(row["party_id"], []).append(row)
        return answer_page(request, list(parties.items()), self._shape_party_hours)

    def create_company_hours(self, request: Request, company_id: int) -> Response:
        self.check_company(request, company_id)
        given = read_entries(self.read_body(request))
        pairs = [(self.find_project(attributes.get("project_id")), attributes) for attributes in given]
        return json_response([self._shape_hours_entry(entry) for entry in self.add_entries(pairs)])

    def update_company_hours(self, request: Request, company_id: int) -> Response:
        """The same change to several entries."""
        self.check_company(request, company_id)
        body = self.read_body(request)
        updates = body.get("updates")
        if not isinstance(updates, list) or not all(isinstance(row, dict) for row in updates):
            raise refuse_request("param is missing or the value is empty: updates")
        attributes = {name: value for name, value in body.items() if name not in ("updates", "project_id")}
        entries = [self._find_company_entry(row.get("id")) for row in updates]
        for entry in entries:
            self.check_open(entry, may_set_status=True)
            self.read_entry(self.tables.get("projects", entry["project_id"]), attributes, entry, may_set_status=True)
        for entry in entries:
            self.change_entry(entry, attributes, may_set_status=True)
        return json_response({"updated_timecard_entries": [self._shape_hours_entry(entry) for entry in entries]})

    def _is_in(self, entry: Row, named: tuple[str, str] | None) -> bool:
        """Whether an entry's day is in the range, None for the present week."""
        if named is None:
            today = self.today_at(entry["project_id"])
            monday = today - timedelta(days=today.weekday())
            named = monday.isoformat(), (monday + timedelta(days=6)).isoformat()
        return bool(named[0] <= entry["date"] <= named[1])

    def _shape_party_hours(self, party: tuple[int, list[Row]]) -> dict[str, Any]:
        person = self.tables.find("people", party[0])
        return {
            "party": None if person is None else {"id": person["id"], "name": name_person(person)},
            "other_hours": [],
            "timecard_entries": [self._shape_hours_entry(entry) for entry in party[1]],
        }

    def _shape_hours_entry(self, entry: Row) -> dict[str, Any]:
        sheet = self.tables.find("timesheets", entry["timesheet_id"])
        return {
            **self.shape_thin_entry(entry),
            "approval_status": entry["approval_status"],
            "project": self._shape_entry_project(self.tables.get("projects", entry["project_id"])),
            "timesheet_status": None if sheet is None else self.shape_bare_sheet(sheet),
        }

    # --- settings

    def list_project_time_types(self, request: Request) -> Response:
        self.read_project(request)
        return answer_page(request, self.list_visible("timecard_time_types"), self.shape_short_type)

    def list_company_time_types(self, request: Request, company_id: int) -> Response:
        """A shape of its own, unpaginated, sorted by name."""
        self.check_company(request, company_id)
        rows = sorted(self.list_visible("timecard_time_types"), key=lambda row: str(row["name"]))
        return json_response([_shape_time_type(row) for row in rows])

    def update_time_type(self, request: Request, company_id: int, type_id: int) -> Response:
        self.check_company(request, company_id)
        row = self.find_row("timecard_time_types", type_id, "Time type")
        attributes = self.read_wrapped(request, "timecard_time_type")
        if "pay_rate" in attributes:
            row["pay_rate"] = None if attributes["pay_rate"] is None else is_true(attributes["pay_rate"])
        return json_response(_shape_time_type(row))

    def show_budget_configuration(self, request: Request, company_id: int) -> Response:
        """Which cost type the hours feed in the budget."""
        self.check_company(request, company_id)
        configuration = self.tables.get("companies", company_id).get("timesheet_budget")
        if configuration is None:
            raise refuse_unknown("Timesheet to budget configuration")
        return json_response(configuration)

    def save_budget_configuration(self, request: Request, company_id: int) -> Response:
        self.check_company(request, company_id)
        company = self.tables.get("companies", company_id)
        held = company.get("timesheet_budget")
        if held is None and request.method == "PATCH":
            raise refuse_unknown("Timesheet to budget configuration")
        values = {**dict.fromkeys(BUDGET_MEMBERS), **(held or {})}
        attributes = self.read_body(request)
        for name in BUDGET_MEMBERS:
            if attributes.get(name) is not None:
                row = self.tables.find("line_item_types", attributes[name])
                if row is None:
                    raise refuse_fields(**{name: ["is invalid"]})
                values[name] = row["id"]
        company["timesheet_budget"] = {**values, "id": 1, "company_id": company_id, "has_backfilled": False}
        return json_response(company["timesheet_budget"])

    def delete_budget_configuration(self, request: Request, company_id: int) -> Response:
        self.check_company(request, company_id)
        self.tables.get("companies", company_id).pop("timesheet_budget", None)
        return Response(status=204)


def _read_sheet_day(attributes: dict[str, Any]) -> str:
    day = read_date(attributes.get("date"))
    if day is None:
        raise refuse_fields(date=["can't be blank"])
    return day


def _check_sheet_open(sheet: Row) -> None:
    # Unverified: which words an approved sheet is refused with.
    if sheet["status"] == "approved":
        raise refuse_state("Approved timesheets cannot be changed")


def _read_range(request: Request) -> tuple[str, str] | None:
    """Both ends of a range of days; None without one of them."""
    given = [request.args.get(name) for name in ("start_date", "end_date")]
    if not all(given):
        return None
    first, last = (read_date(text) for text in given)
    if first is None or last is None:
        raise refuse_request("start_date or end_date is invalid")
    return first, last


def _shape_time_type(row: Row) -> dict[str, Any]:
    names = ("id", "name", "abbreviated_time_type", "default", "pay_rate")
    return {**{name: row[name] for name in names}, "available": True}
