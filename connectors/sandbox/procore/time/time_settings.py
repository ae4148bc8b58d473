"""What the timesheet tool offers to choose from, and how the company has set it up."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.company.people import name_person
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.time.time_records import START_STOP, STATUSES
from connectors.sandbox.procore.time.timesheets import Timesheets
from connectors.sandbox.wire import json_response

# Filters whose values are the named rows of a table.
TABLES = {
    "departments": "departments",
    "offices": "offices",
    "regions": "project_regions",
    "time_type": "timecard_time_types",
    "projects": "projects",
    "sub_job": "sub_jobs",
    "locations": "locations",
    "wbs_codes": "wbs_codes",
}
# Filters over lists that this firm leaves empty.
EMPTY = ("crews", "work_classifications")
PEOPLE = ("created_by", "employees", "employee_ids")
FILTERS = ("approval_status", "billable", *PEOPLE, *TABLES, *EMPTY)
# Switches of the company that no timesheet here turns on.
OFF = (
    "strict_file_uploading", "enable_image_real_time_as_builts", "timecard_employees_see_all_projects",
    "enable_sd_storage", "use_24_hour_mode", "task_codes_enabled", "timecards_private",
)  # fmt: skip
NO_LISTS = (
    "timesheet_enabled_cost_type", "timesheet_type", "timecard_should_track_location",
    "projects_timecard_default_lunch_time", "projects_timecard_default_start_time",
    "projects_timecard_default_stop_time", "projects_timecard_lunch_time_tracking",
    "timecard_employees_can_select_non_budgeted_items",
)  # fmt: skip


class TimeSettings(Timesheets):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *Timesheets.ROUTES,
        Rule("/rest/v1.0/company_configuration", endpoint="show_company_configuration", methods=["GET"]),
        *(
            Rule(
                f"/rest/v1.0/companies/<int:company_id>/timesheets/filters/{name}",
                endpoint="list_time_filter",
                defaults={"name": name},
                methods=["GET"],
            )
            for name in FILTERS
        ),
    )

    def list_time_filter(self, request: Request, company_id: int, name: str) -> Response:
        """Keys and texts. Whether a text has no id for its key, as statuses have none, is unverified."""
        self.check_company(request, company_id)
        if name == "approval_status":
            return json_response([{"key": number, "value": text} for number, text in enumerate(STATUSES)])
        if name == "billable":
            return json_response([{"key": 1, "value": "Yes"}, {"key": 0, "value": "No"}])
        if name in PEOPLE:
            people = [row for row in self.tables.of("people", company_id) if row["is_employee"] and row["is_active"]]
            return json_response([{"key": row["id"], "value": _name_choice(name, row)} for row in people])
        rows = self.list_visible(TABLES[name]) if name in TABLES else []
        return json_response([{"key": row["id"], "value": row.get("name") or row.get("flat_code")} for row in rows])

    def show_company_configuration(self, request: Request) -> Response:
        """The projects that record start and stop are the part that timecards depend on."""
        company = self.require_company(request)
        clocked = [row["id"] for row in self.list_visible("projects") if row["timecard_mode"] == START_STOP]
        budget = company.get("timesheet_budget") or {}
        return json_response(
            {
                **dict.fromkeys(OFF, False),
                **{name: [] for name in NO_LISTS},
                "currency_symbol": "$",
                "currency_display": "symbol",
                "currency_iso_code": company.get("currency", "USD"),
                "timesheets_custom_signature_text": None,
                "timesheets_week_start_day": 1,
                "timesheets_tab_enabled": True,
                "projects_timecard_in_out_enabled": clocked,
                "rounding_configuration": {"rule": "none", "time_increment": 0},
                "time_and_materials_company_config": _list_materials(),
                "timesheet_default_cost_type_id": budget.get("line_item_type_id"),
                "timesheet_erp_default_cost_type_id": budget.get("erp_default_line_item_type_id"),
                "timesheet_equipment_default_cost_type_id": budget.get("equipment_default_line_item_type_id"),
                "timesheet_equipment_erp_default_cost_type_id": budget.get("equipment_erp_default_line_item_type_id"),
            }
        )


def _name_choice(name: str, person: Row) -> str | None:
    return person["employee_id"] if name == "employee_ids" else name_person(person)


def _list_materials() -> dict[str, Any]:
    names = ("materials_enabled", "labor_enabled", "equipment_enabled", "subcontractors_enabled")
    return dict.fromkeys(names, False)
