"""How timecards and timesheets are answered. The full form follows a recorded answer member for member."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.procore.codes.wbs import WbsCodes
from connectors.sandbox.procore.company.locations import Locations
from connectors.sandbox.procore.company.people import name_person
from connectors.sandbox.procore.projects.projects import Projects
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import write_plain
from connectors.sandbox.procore.zones import write_noon

# Members that are null unless the mobile app's clock was used, which nothing here does.
CLOCKS = (
    "clock_in", "clock_in_time", "clock_out", "clock_out_time", "lunch_clock_in", "lunch_clock_out",
    "lunch_start_time", "lunch_stop_time", "lunch_time_start_time", "lunch_time_stop_time",
)  # fmt: skip
KEPT = (
    "approval_status", "billable", "cost_code_id", "created_at", "date", "deleted_at", "description", "id",
    "in_progress", "injured", "line_item_type_id", "lunch_time", "origin_data", "origin_id", "party_id",
    "project_id", "sub_job_id", "time_in", "time_out", "updated_at", "wbs_code_id", "work_classification_id",
)  # fmt: skip


class TimeShapes(WbsCodes, Projects, Locations):
    def shape_entry(self, entry: Row) -> dict[str, Any]:
        """The full form of the company's and the project's timecards."""
        project = self.tables.get("projects", entry["project_id"])
        person = self.tables.find("people", entry["party_id"])
        code = self.tables.find("cost_codes", entry["cost_code_id"])
        wbs = self.tables.find("wbs_codes", entry["wbs_code_id"])
        job = self.tables.find("sub_jobs", entry["sub_job_id"])
        return {
            **dict.fromkeys(CLOCKS),
            **{name: entry[name] for name in KEPT},
            "approved_by": self.shape_short_user(entry["approved_by_id"]),
            "company_id": project["company_id"],
            "completed_by": self.shape_short_user(entry["completed_by_id"]),
            "cost_code": None if code is None else self.shape_long_code(code),
            "created_by": self.shape_short_user(entry["created_by_id"]),
            "crew": None,
            "custom_fields": {},
            "datetime": write_noon(entry["date"], project["time_zone"]),
            "hours": _write_hours(entry),
            "location": self._shape_entry_location(entry),
            "login_information": None if person is None else self.shape_short_user(person["user_id"]),
            "party": None if person is None else _shape_party(person),
            "procore_signature_id": None,
            "project": self._shape_entry_project(project),
            "reviewed_by": self.shape_short_user(entry["reviewed_by_id"]),
            "signature": None,
            "sub_job": None if job is None else {name: job[name] for name in ("id", "name", "code")},
            "timecard_time_type": self._shape_entry_type(entry),
            "timesheet": self._shape_entry_sheet(entry),
            "timesheet_status": self._sheet_status(entry),
            "wbs_code": None if wbs is None else self.shape_timecard_wbs(wbs),
            "work_classification": None,
        }

    def shape_project_entry(self, entry: Row) -> dict[str, Any]:
        """The project's form: the full one, and what the specification has beside it."""
        is_open = entry["approval_status"] not in ("approved", "completed")
        return {
            **self.shape_entry(entry),
            "automatically_split_timecard_entries": [],
            "permissions": {"can_update": is_open, "can_delete": is_open},
            "procore_signature": None,
            "signed": False,
        }

    def shape_thin_entry(self, entry: Row) -> dict[str, Any]:
        """The form of the legacy path and of the company's timesheets: the cost code is a text."""
        code = self.tables.find("cost_codes", entry["cost_code_id"])
        person = self.tables.find("people", entry["party_id"])
        time_type = self._shape_entry_type(entry)
        names = ("billable", "created_at", "date", "deleted_at", "description", "id", "line_item_type_id")
        return {
            **{name: entry[name] for name in (*names, "origin_data", "origin_id", "updated_at")},
            "cost_code": None if code is None else code["name"],
            "created_by": self.shape_short_user(entry["created_by_id"]),
            "full_cost_code": self.name_code("cost_codes", entry["cost_code_id"]),
            "hours": _write_hours(entry),
            "login_information": None if person is None else self.shape_short_user(person["user_id"]),
            "party": None if person is None else {"id": person["id"], "name": name_person(person)},
            "timecard_time_type": time_type,
            "timecard_type": time_type["time_type"] if time_type else None,
        }

    def shape_legacy_entry(self, entry: Row) -> dict[str, Any]:
        """The list form of the legacy path."""
        names = ("id", "created_at", "date", "deleted_at", "description", "origin_id", "origin_data", "updated_at")
        person = self.tables.find("people", entry["party_id"])
        return {
            **{name: entry[name] for name in names},
            "hours": _write_hours(entry),
            "login_information": None if person is None else self.shape_short_user(person["user_id"]),
            "automatically_split_timecard_entries": [],
        }

    def shape_flat_entry(self, entry: Row) -> dict[str, Any]:
        """The form of the newer bulk action: ids only."""
        names = (
            "timecard_time_type_id", "location_id", "timesheet_id", "approved_by_id", *KEPT,
        )  # fmt: skip
        project = self.tables.get("projects", entry["project_id"])
        return {
            **{name: entry[name] for name in names if name != "injured"},
            "company_id": project["company_id"],
            "crew_id": None,
            "hours": _write_hours(entry),
            "signed": False,
            "split_parent_id": None,
        }

    def shape_sheet(self, sheet: Row) -> dict[str, Any]:
        """A timesheet with its entries."""
        return {
            **self.shape_bare_sheet(sheet),
            "timecard_entries": [self._shape_sheet_entry(row) for row in self.list_sheet_entries(sheet)],
        }

    def shape_bare_sheet(self, sheet: Row) -> dict[str, Any]:
        names = ("id", "created_at", "date", "name", "number", "status", "updated_at")
        return {
            **{name: sheet[name] for name in names},
            "created_by": self.shape_short_user(sheet["created_by_id"]),
        }

    def list_sheet_entries(self, sheet: Row) -> list[Row]:
        rows = self.tables.of("timecard_entries", sheet["project_id"])
        return [row for row in rows if row["timesheet_id"] == sheet["id"] and row["deleted_at"] is None]

    def shape_short_type(self, row: Row) -> dict[str, Any]:
        """As the project's list of time types has it."""
        return {
            "id": row["id"],
            "time_type": row["name"],
            "abbreviated_time_type": row["abbreviated_time_type"],
            "global": row["default"],
        }

    def _shape_sheet_entry(self, entry: Row) -> dict[str, Any]:
        whole = self.shape_entry(entry)
        names = (
            "approval_status", "billable", "cost_code", "created_at", "created_by", "crew", "custom_fields", "date",
            "deleted_at", "description", "hours", "id", "injured", "location", "login_information", "lunch_time",
            "origin_data", "origin_id", "party_id", "time_in", "time_out", "timecard_time_type", "timesheet_status",
            "timesheet", "updated_at", "wbs_code_id",
        )  # fmt: skip
        return {**{name: whole[name] for name in names}, "crew": {"id": None, "name": None}}

    def _shape_entry_project(self, project: Row) -> dict[str, Any]:
        number = project["project_number"]
        return {"id": project["id"], "name": f"{number} - {project['name']}" if number else project["name"]}

    def _shape_entry_type(self, entry: Row) -> dict[str, Any] | None:
        row = self.tables.find("timecard_time_types", entry["timecard_time_type_id"])
        if row is None:
            return None
        return {
            "id": row["id"],
            "abbreviated_time_type": row["abbreviated_time_type"],
            "company_id": row["company_id"],
            "global": None,
            "pay_rate": row["pay_rate"],
            "time_type": row["name"],
        }

    def _shape_entry_location(self, entry: Row) -> dict[str, Any] | None:
        row = self.tables.find("locations", entry["location_id"])
        names = ("id", "name", "node_name", "parent_id", "created_at", "updated_at")
        return None if row is None else {name: row[name] for name in names}

    def _shape_entry_sheet(self, entry: Row) -> dict[str, Any] | None:
        sheet = self.tables.find("timesheets", entry["timesheet_id"])
        return None if sheet is None else self.shape_bare_sheet(sheet)

    def _sheet_status(self, entry: Row) -> str | None:
        sheet = self.tables.find("timesheets", entry["timesheet_id"])
        return None if sheet is None else str(sheet["status"])


def _write_hours(entry: Row) -> str | None:
    return None if entry["hours"] is None else write_plain(Decimal(entry["hours"]))


def _shape_party(person: Row) -> dict[str, Any]:
    names = ("id", "employee_id", "first_name", "is_employee", "last_name", "user_id")
    return {**{name: person[name] for name in names}, "name": name_person(person), "work_classification": None}
