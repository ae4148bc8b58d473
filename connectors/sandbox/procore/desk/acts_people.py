"""What the firm's people do in the directory and the timesheets, for tests and demos."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.control import ActRefused
from connectors.sandbox.procore.company.directory import Directory
from connectors.sandbox.procore.desk.refusals import refusing
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.time.time_records import START_STOP, STATUSES
from connectors.sandbox.procore.time.time_settings import TimeSettings

TIMECARD_MODES = ("hours", START_STOP)


class PeopleActs(Directory, TimeSettings):
    def act_add_employee(
        self, first_name: str, last_name: str, employee_id: str | None = None, email: str | None = None
    ) -> dict[str, Any]:
        """A new employee; with an address one who can sign in."""
        given = {"first_name": first_name, "last_name": last_name, "employee_id": employee_id, "is_employee": True}
        with refusing():
            person = self.add_user({**given, "email_address": email}) if email else self.add_person(given)
        return {"id": person["id"], "user_id": person["user_id"]}

    def act_deactivate_employee(self, person_id: int) -> dict[str, Any]:
        person = self.change_person(self.act_row("people", person_id, "person"), {"active": False})
        return {"id": person["id"], "is_active": person["is_active"]}

    def act_enter_time(
        self,
        project_id: int,
        person_id: int,
        hours: Any,
        date: str | None = None,
        cost_code_id: int | None = None,
        line_item_type_id: int | None = None,
        time_type: str = "REG",
        description: str = "",
    ) -> dict[str, Any]:
        """A timecard entry; without a date it is for today."""
        project = self.act_row("projects", project_id, "project")
        types = {row["abbreviated_time_type"]: row["id"] for row in self.tables.iterate("timecard_time_types")}
        if time_type not in types:
            raise ActRefused(f"time_type is one of {', '.join(types)}")
        given = {
            "party_id": person_id,
            "hours": str(hours),
            "date": date,
            "cost_code_id": cost_code_id,
            "line_item_type_id": line_item_type_id,
            "timecard_time_type_id": types[time_type],
            "description": description,
        }
        with refusing():
            entry = self.add_entry(project, given, may_set_status=True)
        return {"id": entry["id"], "hours": self.shape_entry(entry)["hours"], "date": entry["date"]}

    def act_set_time_status(self, entry_id: int, status: str) -> dict[str, Any]:
        """Bring a timecard entry into a status; a completed one stays."""
        entry = self._act_entry(entry_id)
        if status not in STATUSES:
            raise ActRefused(f"status is one of {', '.join(STATUSES)}")
        if entry["approval_status"] == "completed":
            raise ActRefused("a completed entry cannot be changed")
        self.set_entry_status(entry, status)
        return {"id": entry["id"], "approval_status": entry["approval_status"]}

    def act_approve_time(self, entry_id: int) -> dict[str, Any]:
        return self.act_set_time_status(entry_id, "approved")

    def act_edit_time(self, entry_id: int, hours: Any) -> dict[str, Any]:
        entry = self._act_entry(entry_id)
        with refusing():
            self.change_entry(entry, {"hours": str(hours)}, may_set_status=True)
        return {"id": entry["id"], "hours": self.shape_entry(entry)["hours"]}

    def act_delete_time(self, entry_id: int) -> dict[str, Any]:
        entry = self._act_entry(entry_id)
        with refusing():
            self.remove_entry(entry, may_set_status=True)
        return {"id": entry["id"], "deleted": True}

    def act_set_timecard_mode(self, project_id: int, mode: str) -> dict[str, Any]:
        """Let a project record hours, or start and stop."""
        if mode not in TIMECARD_MODES:
            raise ActRefused(f"mode is one of {', '.join(TIMECARD_MODES)}")
        project = self.act_row("projects", project_id, "project")
        project["timecard_mode"] = mode
        return {"id": project["id"], "mode": mode}

    def _act_entry(self, entry_id: int) -> Row:
        entry = self.act_row("timecard_entries", entry_id, "timecard entry")
        if entry["deleted_at"] is not None:
            raise ActRefused("the timecard entry is deleted")
        return entry
