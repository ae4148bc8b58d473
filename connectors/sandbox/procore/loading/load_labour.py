"""The firm's employees and their hours, one approved or open timesheet per project and day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from connectors.sandbox.firm.contractor import Contractor, Employee, Timecard
from connectors.sandbox.procore.loading.load_lists import SET_UP_AT
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.time.timesheets import Timesheets

DONE = ("approved", "completed")


class LabourLoader(Timesheets):
    def load_employees(self, contractor: Contractor) -> None:
        self._employee_ids = {employee.key: self._load_employee(employee) for employee in contractor.employees}

    def load_timecards(self, contractor: Contractor, project_ids: dict[str, int]) -> None:
        if not contractor.timecards:
            return
        codes = {row["full_code"]: row for row in self.tables.iterate("standard_cost_codes")}
        kinds = {row["base_type"]: row for row in self.tables.iterate("line_item_types")}
        time_types = {row["abbreviated_time_type"]: row for row in self.tables.iterate("timecard_time_types")}
        sheets: dict[tuple[int, date], Row] = {}
        for timecard in contractor.timecards:
            project = self.tables.get("projects", project_ids[timecard.project_key])
            key = project["id"], timecard.date
            if key not in sheets:
                sheets[key] = self.add_sheet(project, timecard.date.isoformat())
            code = self.copy_standard_code(project, codes[timecard.cost_code])
            chosen = {
                "timesheet_id": sheets[key]["id"],
                "cost_code_id": code["id"],
                "line_item_type_id": kinds[timecard.cost_type]["id"],
                "timecard_time_type_id": time_types[timecard.time_type]["id"],
            }
            self._load_timecard(project, timecard, chosen)
        for sheet in sheets.values():
            entries = self.list_sheet_entries(sheet)
            sheet["status"] = "approved" if all(row["approval_status"] in DONE for row in entries) else "pending"
            self._date_back(sheet, date.fromisoformat(sheet["date"]))

    def _load_employee(self, employee: Employee) -> int:
        given = {
            "first_name": employee.first_name,
            "last_name": employee.last_name,
            "employee_id": employee.employee_id or None,
            "email_address": employee.email,
            "job_title": employee.job_title,
            "is_employee": bool(employee.employee_id),
            "is_active": employee.is_active,
        }
        person = self.add_user(given) if employee.has_login and employee.email else self.add_person(given)
        person["created_at"] = person["updated_at"] = SET_UP_AT
        return int(person["id"])

    def _load_timecard(self, project: Row, timecard: Timecard, chosen: dict[str, int]) -> None:
        person = self.tables.get("people", self._employee_ids[timecard.employee_key])
        if project["id"] not in person["project_ids"]:
            person["project_ids"].append(project["id"])
        attributes = {
            "party_id": person["id"],
            "date": timecard.date.isoformat(),
            "hours": str(timecard.hours),
            "description": timecard.description,
            "approval_status": timecard.status,
            **chosen,
        }
        self._date_back(self.add_entry(project, attributes, may_set_status=True), timecard.date)

    def _date_back(self, row: Row, day: date) -> None:
        evening = datetime.combine(day, time(23, 30), tzinfo=UTC)
        row["created_at"] = self.plan_stamp(evening)
        row["updated_at"] = self.plan_stamp(evening + timedelta(days=1))
