"""Timecard entries on the project's, the company's and the legacy path, each with its own default range."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.errors import refuse_request, refuse_unknown
from connectors.sandbox.procore.listing import answer_page, by_number, by_range, filter_rows, is_true, list_values
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.time.time_records import TimeRecords
from connectors.sandbox.procore.values import read_date, read_moment, write_stamp
from connectors.sandbox.procore.zones import read_local_day
from connectors.sandbox.wire import json_response

COMPANY = "/rest/v1.0/companies/<int:company_id>/timecard_entries"
PROJECT = "/rest/v1.0/projects/<int:project_id>/timecard_entries"
LEGACY = "/rest/v1.0/timecard_entries"
NEWER = "/rest/v1.1/projects/<int:project_id>/project_timecard_entries"
FILTERS = {
    "id": by_number("id"),
    "party_id": by_number("party_id"),
    "created_by_id": by_number("created_by_id"),
    "updated_at": by_range("updated_at"),
    "deleted_at": by_range("deleted_at"),
}
LEGACY_DAYS = 7


class Timecards(TimeRecords):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(COMPANY, endpoint="list_company_entries", methods=["GET"]),
        Rule(COMPANY, endpoint="create_company_entry", methods=["POST"]),
        Rule(f"{COMPANY}/<int:entry_id>", endpoint="show_company_entry", methods=["GET"]),
        Rule(f"{COMPANY}/<int:entry_id>", endpoint="update_company_entry", methods=["PATCH"]),
        Rule(f"{COMPANY}/<int:entry_id>", endpoint="delete_company_entry", methods=["DELETE"]),
        Rule(f"{COMPANY}/<int:entry_id>/change_history", endpoint="list_entry_changes", methods=["GET"]),
        Rule(PROJECT, endpoint="list_project_entries", methods=["GET"]),
        Rule(PROJECT, endpoint="create_project_entry", methods=["POST"]),
        Rule(f"{PROJECT}/<int:entry_id>", endpoint="show_project_entry", methods=["GET"]),
        Rule(f"{PROJECT}/<int:entry_id>", endpoint="update_project_entry", methods=["PATCH"]),
        Rule(f"{PROJECT}/<int:entry_id>", endpoint="delete_project_entry", methods=["DELETE"]),
        Rule(LEGACY, endpoint="list_legacy_entries", methods=["GET"]),
        Rule(LEGACY, endpoint="create_legacy_entry", methods=["POST"]),
        Rule(f"{LEGACY}/<int:entry_id>", endpoint="show_legacy_entry", methods=["GET"]),
        Rule(f"{LEGACY}/<int:entry_id>", endpoint="update_legacy_entry", methods=["PATCH"]),
        Rule(f"{LEGACY}/<int:entry_id>", endpoint="delete_legacy_entry", methods=["DELETE"]),
        Rule(NEWER, endpoint="create_newer_entry", methods=["POST"]),
        Rule(f"{NEWER}/bulk_create", endpoint="create_newer_entries", methods=["POST"]),
        Rule(f"{NEWER}/<int:entry_id>", endpoint="update_newer_entry", methods=["PATCH"]),
    )

    # --- the company's

    def list_company_entries(self, request: Request, company_id: int) -> Response:
        """All of them unless a range is given; in-progress ones only when asked for, deleted ones by their filter."""
        self.check_company(request, company_id)
        rows = self._select_entries(request, self.list_company_rows())
        rows = _filter_progress(request, _filter_dates(request, rows))
        match request.args.get("serializer_view"):
            case "ids_only":
                return answer_page(request, rows, lambda row: row["id"])
            case "compact_with_date_range":
                return answer_page(request, rows, _shape_compact_entry)
        return answer_page(request, rows, self.shape_entry)

    def show_company_entry(self, request: Request, company_id: int, entry_id: int) -> Response:
        self.check_company(request, company_id)
        return json_response(self.shape_entry(self._find_company_entry(entry_id)))

    def create_company_entry(self, request: Request, company_id: int) -> Response:
        self.check_company(request, company_id)
        project = self.read_project(request)
        entry = self.add_entry(project, self.read_wrapped(request, "timecard_entry"), may_set_status=True)
        return json_response(self.shape_entry(entry), 201)

    def update_company_entry(self, request: Request, company_id: int, entry_id: int) -> Response:
        self.check_company(request, company_id)
        entry = self._find_company_entry(entry_id)
        self.change_entry(entry, self.read_wrapped(request, "timecard_entry"), may_set_status=True)
        return json_response(self.shape_entry(entry))

    def delete_company_entry(self, request: Request, company_id: int, entry_id: int) -> Response:
        """Answers the deleted entry."""
        self.check_company(request, company_id)
        entry = self.remove_entry(self._find_company_entry(entry_id), may_set_status=True)
        return json_response(self.shape_entry(entry))

    def list_entry_changes(self, request: Request, company_id: int, entry_id: int) -> Response:
        self.check_company(request, company_id)
        entry = self._find_company_entry(entry_id)
        return json_response(
            [self._shape_entry_change(row) for row in self.tables.of("timecard_changes", entry["id"])]
        )

    # --- the project's

    def list_project_entries(self, request: Request, project_id: int) -> Response:
        """Today at the project, unless a day or a range is named."""
        project = self.find_project(project_id)
        rows = self._select_entries(request, self.tables.of("timecard_entries", project["id"]))
        today = read_local_day(self.clock.now(), project["time_zone"]).isoformat()
        day = _read_day(request, "log_date")
        if day is not None:
            rows = [row for row in rows if row["date"] == day]
        else:
            rows = _filter_dates(request, rows, default=(today, today))
        return answer_page(request, rows, self.shape_project_entry)

    def show_project_entry(self, request: Request, project_id: int, entry_id: int) -> Response:
        return json_response(self.shape_project_entry(self._find_project_entry(project_id, entry_id)))

    def create_project_entry(self, request: Request, project_id: int) -> Response:
        project = self.find_project(project_id)
        entry = self.add_entry(project, self.read_wrapped(request, "timecard_entry"), may_set_status=False)
        return json_response(self.shape_project_entry(entry), 201)

    def update_project_entry(self, request: Request, project_id: int, entry_id: int) -> Response:
        entry = self._find_project_entry(project_id, entry_id)
        self.change_entry(entry, self.read_wrapped(request, "timecard_entry"), may_set_status=False)
        return json_response(self.shape_project_entry(entry))

    def delete_project_entry(self, request: Request, project_id: int, entry_id: int) -> Response:
        self.remove_entry(self._find_project_entry(project_id, entry_id), may_set_status=False)
        return Response(status=200)

    # --- the legacy path

    def list_legacy_entries(self, request: Request) -> Response:
        """The last week, unless a range is named."""
        project = self.read_project(request)
        today = read_local_day(self.clock.now(), project["time_zone"])
        week = (today - timedelta(days=LEGACY_DAYS - 1)).isoformat(), today.isoformat()
        rows = self._select_entries(request, self.tables.of("timecard_entries", project["id"]))
        return answer_page(request, _filter_dates(request, rows, default=week), self.shape_legacy_entry)

    def show_legacy_entry(self, request: Request, entry_id: int) -> Response:
        project = self.read_project(request)
        return json_response(self._shape_whole_legacy(self._find_project_entry(project["id"], entry_id)))

    def create_legacy_entry(self, request: Request) -> Response:
        project = self.read_project(request)
        entry = self.add_entry(project, self.read_wrapped(request, "timecard_entry"), may_set_status=False)
        return json_response(self._shape_whole_legacy(entry), 201)

    def update_legacy_entry(self, request: Request, entry_id: int) -> Response:
        project = self.read_project(request)
        entry = self._find_project_entry(project["id"], entry_id)
        self.change_entry(entry, self.read_wrapped(request, "timecard_entry"), may_set_status=False)
        return json_response(self._shape_whole_legacy(entry))

    def delete_legacy_entry(self, request: Request, entry_id: int) -> Response:
        project = self.read_project(request)
        self.remove_entry(self._find_project_entry(project["id"], entry_id), may_set_status=False)
        return Response(status=200)

    # --- the newer project tool: the body has no wrapper

    def create_newer_entry(self, request: Request, project_id: int) -> Response:
        project = self.find_project(project_id)
        entry = self.add_entry(project, self.read_body(request), may_set_status=False)
        return json_response(self._shape_whole_legacy(entry))

    def update_newer_entry(self, request: Request, project_id: int, entry_id: int) -> Response:
        entry = self._find_project_entry(project_id, entry_id)
        self.change_entry(entry, self.read_body(request), may_set_status=False)
        return json_response(self._shape_whole_legacy(entry))

    def create_newer_entries(self, request: Request, project_id: int) -> Response:
        project = self.find_project(project_id)
        given = read_entries(self.read_body(request))
        entries = self.add_entries([(project, attributes) for attributes in given])
        return json_response({"timecard_entries": [self.shape_flat_entry(entry) for entry in entries]}, 201)

    # --- records

    def add_entries(self, given: list[tuple[Row, dict[str, Any]]]) -> list[Row]:
        """All of them, or none where one is refused."""
        for project, attributes in given:
            self.read_entry(project, attributes, None, may_set_status=True)
        return [self.add_entry(project, attributes, may_set_status=True) for project, attributes in given]

    def list_company_rows(self) -> list[Row]:
        """The entries of all projects the token may see."""
        company = self.tables.get("companies", self.home_company_id())
        permitted = company["permitted_project_ids"]
        projects = {row["id"] for row in self.list_visible("projects") if permitted is None or row["id"] in permitted}
        return [row for row in self.tables.iterate("timecard_entries") if row["project_id"] in projects]

    def _find_company_entry(self, entry_id: int) -> Row:
        entry = self.find_row("timecard_entries", entry_id, "Timecard entry")
        self.find_project(entry["project_id"])
        if entry["deleted_at"] is not None:
            raise refuse_unknown("Timecard entry")
        return entry

    def _find_project_entry(self, project_id: int, entry_id: int) -> Row:
        entry = self.find_owned("timecard_entries", entry_id, self.find_project(project_id), "Timecard entry")
        if entry["deleted_at"] is not None:
            raise refuse_unknown("Timecard entry")
        return entry

    def _select_entries(self, request: Request, rows: list[Row]) -> list[Row]:
        """Deleted entries are only there for who asks by when they were deleted."""
        wants_deleted = bool(list_values(request, "deleted_at"))
        kept = [row for row in rows if (row["deleted_at"] is not None) is wants_deleted]
        return filter_rows(request, kept, FILTERS)

    def _shape_whole_legacy(self, entry: Row) -> dict[str, Any]:
        shape = self.shape_thin_entry(entry)
        status: dict[str, Any] = {"timesheet_status": self._sheet_status(entry), "custom_fields": {}}
        return {**shape, **status, "automatically_split_timecard_entries": []}

    def _shape_entry_change(self, row: Row) -> dict[str, Any]:
        user = self.shape_short_user(row["created_by_id"])
        names = ("column", "old_value", "new_value", "created_at")
        return {**{name: row[name] for name in names}, "created_by": user["name"] if user else None}


def read_entries(body: dict[str, Any]) -> list[dict[str, Any]]:
    entries = body.get("timecard_entries")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise refuse_request("param is missing or the value is empty: timecard_entries")
    return entries


def _read_day(request: Request, name: str) -> str | None:
    text = request.args.get(name)
    if text in (None, ""):
        return None
    day = read_date(text)
    if day is None:
        raise refuse_request(f"{name} is invalid")
    return day


def _filter_dates(request: Request, rows: list[Row], default: tuple[str, str] | None = None) -> list[Row]:
    """Both ends count. One end alone leaves the other open."""
    first, last = _read_day(request, "start_date"), _read_day(request, "end_date")
    if first is None and last is None and default is not None:
        first, last = default
    if first is None and last is None:
        return rows
    return [row for row in rows if (first or "") <= row["date"] and (last is None or row["date"] <= last)]


def _filter_progress(request: Request, rows: list[Row]) -> list[Row]:
    if is_true(request.args.get("filters[in_progress_only]")):
        rows = [row for row in rows if row["in_progress"]]
    elif not is_true(request.args.get("filters[include_in_progress]")):
        rows = [row for row in rows if not row["in_progress"]]
    first, last = (read_moment(request.args.get(name)) for name in ("start_time_in", "end_time_in"))
    if first is not None:
        rows = [row for row in rows if row["time_in"] and row["time_in"] >= write_stamp(first)]
    if last is not None:
        rows = [row for row in rows if row["time_in"] and row["time_in"] <= write_stamp(last)]
    return rows


def _shape_compact_entry(entry: Row) -> dict[str, Any]:
    """The members of this view are unverified."""
    names = ("id", "date", "hours", "time_in", "time_out", "party_id", "project_id", "approval_status", "updated_at")
    return {name: entry[name] for name in names}
