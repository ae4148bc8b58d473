"""Timecard entries as records: what a write may say, how hours come about, and which entries are closed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.sandbox.procore.attributes import take_flags, take_texts
from connectors.sandbox.procore.errors import refuse_fields, refuse_state
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.procore.time.time_shapes import TimeShapes
from connectors.sandbox.procore.values import read_date, read_decimal, read_moment, write_stamp
from connectors.sandbox.procore.zones import read_local_day

STATUSES = ("pending", "reviewed", "approved", "completed")
START_STOP = "start_stop"
# Who brought an entry into a status.
ACTORS = {"reviewed": "reviewed_by_id", "approved": "approved_by_id", "completed": "completed_by_id"}
# Attributes whose changes the change history tells.
TRACKED = (
    "approval_status", "billable", "cost_code_id", "date", "description", "hours", "line_item_type_id",
    "lunch_time", "party_id", "sub_job_id", "time_in", "time_out", "timecard_time_type_id",
)  # fmt: skip
MOST_HOURS = Decimal(24)


class TimeRecords(TimeShapes):
    def add_entry(self, project: Row, attributes: dict[str, Any], *, may_set_status: bool) -> Row:
        """A new timecard entry. Refuses with 422 before anything is written."""
        values = self.read_entry(project, attributes, None, may_set_status=may_set_status)
        if values["party_id"] is None:
            # Unverified: a timecard without anybody was seen in a guide; labour needs somebody.
            raise refuse_fields(party=["must exist"])
        stamp = self.stamp()
        entry = self.tables.add(
            "timecard_entries",
            {
                "project_id": project["id"],
                **values,
                "injured": None,
                "work_classification_id": None,
                "created_by_id": self.actor.user_id,
                "deleted_at": None,
                "created_at": stamp,
                "updated_at": stamp,
            },
        )
        self.announce("Timecard Entries", "create", entry["id"], project_id=project["id"])
        return entry

    def change_entry(self, entry: Row, attributes: dict[str, Any], *, may_set_status: bool) -> Row:
        """Change an open entry.

        That a completed one stays as it is, and that a project leaves approved ones to the company, is unverified;
        both are the stricter reading.
        """
        self.check_open(entry, may_set_status=may_set_status)
        project = self.tables.get("projects", entry["project_id"])
        values = self.read_entry(project, attributes, entry, may_set_status=may_set_status)
        self._track(entry, values)
        entry |= values
        self.touch(entry)
        self.announce("Timecard Entries", "update", entry["id"], project_id=entry["project_id"])
        return entry

    def remove_entry(self, entry: Row, *, may_set_status: bool) -> Row:
        """Entries are only marked: lists leave them out, the company finds them by when they were deleted."""
        self.check_open(entry, may_set_status=may_set_status)
        entry["deleted_at"] = self.stamp()
        self.touch(entry)
        self.announce("Timecard Entries", "delete", entry["id"], project_id=entry["project_id"])
        return entry

    def check_open(self, entry: Row, *, may_set_status: bool) -> None:
        if entry["approval_status"] == "completed":
            raise refuse_state("Completed timecard entries cannot be changed")
        if entry["approval_status"] == "approved" and not may_set_status:
            raise refuse_state("Approved timecard entries cannot be changed")

    def set_entry_status(self, entry: Row, status: str) -> None:
        values = {"approval_status": status, **self._name_actor(entry, status)}
        self._track(entry, values)
        entry |= values
        self.touch(entry)
        self.announce("Timecard Entries", "update", entry["id"], project_id=entry["project_id"])

    # --- reading a write

    def read_entry(
        self, project: Row, attributes: dict[str, Any], entry: Row | None, *, may_set_status: bool
    ) -> dict[str, Any]:
        """The entry's members as they are going to be."""
        values: dict[str, Any] = {
            "billable": True,
            "description": "",
            "origin_id": None,
            "origin_data": None,
            "approval_status": "pending",
            **dict.fromkeys(ACTORS.values()),
            **({name: entry[name] for name in _WRITTEN} if entry else {}),
        }
        take_texts(values, attributes, ("description",))
        take_texts(values, attributes, ("origin_data",), empty=None)
        take_flags(values, attributes, ("billable",))
        if "origin_id" in attributes:
            # An integer here, unlike everywhere else.
            values["origin_id"] = read_number(attributes["origin_id"])
        values["date"] = self._read_day(project, attributes, entry)
        values |= self._read_times(project, attributes, entry)
        values |= self._read_references(project, attributes, entry)
        if may_set_status and attributes.get("approval_status") is not None:
            status = attributes["approval_status"]
            if status not in STATUSES:
                raise refuse_fields(approval_status=["is not included in the list"])
            values |= {"approval_status": status, **self._name_actor(entry, status)}
        return values

    def _read_day(self, project: Row, attributes: dict[str, Any], entry: Row | None) -> str:
        """The date, or the day a date and time falls on at the project, or today there."""
        if attributes.get("date") is not None:
            day = read_date(attributes["date"])
            if day is None:
                raise refuse_fields(date=["is invalid"])
            return day
        if attributes.get("datetime") is not None:
            moment = read_moment(attributes["datetime"])
            if moment is not None:
                return read_local_day(moment, project["time_zone"]).isoformat()
        if entry is not None:
            return str(entry["date"])
        return read_local_day(self.clock.now(), project["time_zone"]).isoformat()

    def _read_times(self, project: Row, attributes: dict[str, Any], entry: Row | None) -> dict[str, Any]:
        """Hours are given, or come from start, stop and lunch where the project records those."""
        values = {name: entry[name] if entry else None for name in ("time_in", "time_out", "lunch_time", "hours")}
        for name in ("time_in", "time_out"):
            if name in attributes:
                moment = read_moment(attributes[name])
                values[name] = None if moment is None else write_stamp(moment)
        if "lunch_time" in attributes:
            values["lunch_time"] = read_number(attributes["lunch_time"])
        is_clocked = project["timecard_mode"] == START_STOP
        if not is_clocked and attributes.get("hours") is not None:
            values["hours"] = _read_hours(attributes["hours"])
        elif values["time_in"] and values["time_out"] and (is_clocked or values["hours"] is None):
            values["hours"] = _compute_hours(values)
        elif is_clocked or values["time_in"]:
            values["hours"] = values["hours"] if values["time_out"] else None
        if values["hours"] is None and not values["time_in"]:
            raise refuse_fields(**{"time_in" if is_clocked else "hours": ["can't be blank"]})
        return {**values, "in_progress": values["hours"] is None}

    def _read_references(self, project: Row, attributes: dict[str, Any], entry: Row | None) -> dict[str, Any]:
        values = {name: entry[name] if entry else None for name in _REFERENCES}
        job = self.find_sub_job(project, attributes["sub_job_id"]) if "sub_job_id" in attributes else None
        if "sub_job_id" in attributes:
            values["sub_job_id"] = job["id"] if job else None
        for name, (table, scope) in _POINTERS.items():
            if name in attributes:
                values[name] = self._read_time_pointer(project, name, table, scope, attributes[name])
        if attributes.get("login_information_id") is not None and attributes.get("party_id") is None:
            person = self.find_user(attributes["login_information_id"])
            if person is None:
                raise refuse_fields(login_information=["must exist"])
            values["party_id"] = person["id"]
        if values["timecard_time_type_id"] is None:
            default = next((row for row in self.list_visible("timecard_time_types") if row["default"]), None)
            values["timecard_time_type_id"] = default["id"] if default else None
        return self._match_wbs(project, values, attributes)

    def _match_wbs(self, project: Row, values: dict[str, Any], attributes: dict[str, Any]) -> dict[str, Any]:
        """A budget code wins over cost code and type; those two together make one."""
        wbs = self.tables.find("wbs_codes", values["wbs_code_id"]) if attributes.get("wbs_code_id") else None
        if wbs is not None:
            pair = {"cost_code_id": wbs["cost_code_id"], "line_item_type_id": wbs["line_item_type_id"]}
            return {**values, **pair}
        code = self.tables.find("cost_codes", values["cost_code_id"])
        cost_type = self.tables.find("line_item_types", values["line_item_type_id"])
        made = self.use_wbs_code(code, cost_type) if code is not None and cost_type is not None else None
        return {**values, "wbs_code_id": made["id"] if made else None}

    def _read_time_pointer(self, project: Row, name: str, table: str, scope: str, value: Any) -> int | None:
        if value in (None, ""):
            return None
        row = self.tables.find(table, value)
        owner = project["id"] if scope == "project_id" else project["company_id"]
        if row is None or row[scope] != owner:
            raise refuse_fields(**{name.removesuffix("_id"): ["must exist"]})
        return int(row["id"])

    def _name_actor(self, entry: Row | None, status: str) -> dict[str, Any]:
        """Going back forgets who approved; going on keeps those who were before."""
        reached = STATUSES.index(status)
        names = {}
        for number, step in enumerate(STATUSES[1:], start=1):
            held = entry[ACTORS[step]] if entry else None
            names[ACTORS[step]] = held if number < reached else self.actor.user_id if number == reached else None
        return names

    def _track(self, entry: Row, values: dict[str, Any]) -> None:
        for name in TRACKED:
            if name in values and values[name] != entry[name]:
                change = {"column": name, "old_value": _write_old(entry[name]), "new_value": _write_old(values[name])}
                made = {"entry_id": entry["id"], "created_at": self.stamp(), "created_by_id": self.actor.user_id}
                self.tables.add("timecard_changes", {**made, **change})


_POINTERS = {
    "party_id": ("people", "company_id"),
    "cost_code_id": ("cost_codes", "project_id"),
    "line_item_type_id": ("line_item_types", "company_id"),
    "wbs_code_id": ("wbs_codes", "project_id"),
    "timecard_time_type_id": ("timecard_time_types", "company_id"),
    "location_id": ("locations", "project_id"),
    "timesheet_id": ("timesheets", "project_id"),
}
_REFERENCES = (*_POINTERS, "sub_job_id")
_WRITTEN = ("billable", "description", "origin_id", "origin_data", "approval_status", *ACTORS.values())


def _read_hours(value: Any) -> str:
    hours = read_decimal(value)
    if hours is None or hours < 0 or hours > MOST_HOURS:
        raise refuse_fields(hours=["is invalid"])
    return str(hours)


def _compute_hours(values: dict[str, Any]) -> str:
    """Out minus in minus lunch, to the hundredth of an hour."""
    start, stop = (datetime.fromisoformat(values[name]) for name in ("time_in", "time_out"))
    minutes = Decimal(int((stop - start).total_seconds())) / 60 - (values["lunch_time"] or 0)
    if minutes < 0 or minutes > MOST_HOURS * 60:
        raise refuse_fields(time_out=["must be after time in"])
    return str((minutes / 60).quantize(Decimal("0.01")))


def _write_old(value: Any) -> str | None:
    return None if value is None else str(value)
