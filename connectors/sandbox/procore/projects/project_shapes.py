"""How projects are answered: the show form, two list forms, and a small one of its own for the company path."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.procore.codes.cost_codes import CostCodes
from connectors.sandbox.procore.company.users import Users
from connectors.sandbox.procore.projects.field_sets import FieldSets
from connectors.sandbox.procore.tables import Row

TEXTS = (
    "accounting_project_number", "address", "city", "code", "country_code", "county", "delivery_method",
    "description", "designated_market_area", "fax", "origin_code", "origin_data", "origin_id", "owners_project_id",
    "phone", "project_number", "sector", "state_code", "store_number", "time_zone", "work_scope", "zip",
)  # fmt: skip
DATES = ("actual_start_date", "completion_date", "projected_finish_date", "start_date")
# Texts and dates that only the show form has, beside the recorded ones.
SHOWN_TEXTS = ("flag", "public_notes")
SHOWN_DATES = ("estimated_completion_date", "estimated_start_date", "warranty_end_date", "warranty_start_date")
MONEY = ("estimated_value", "total_value")
NUMBERS = ("parent_job_id", "photo_id", "project_sector_id", "square_feet")
# Write attribute and table of what a project points to; the show form has both the id and `{id, name}`.
POINTERS = {
    "office_id": "offices",
    "program_id": "programs",
    "project_bid_type_id": "project_bid_types",
    "project_owner_type_id": "project_owner_types",
    "project_region_id": "project_regions",
    "project_stage_id": "project_stages",
    "project_type_id": "project_types",
}
# The older name of a date, which goes on mirroring it.
OLDER_DATES = {"start_date": "estimated_start_date", "completion_date": "estimated_completion_date"}
# The date the portfolio shows: this one, unless a write overrides it.
PORTFOLIO_DATES = {
    "actual_start_date": ("start_date", "override_start_date"),
    "projected_finish_date": ("completion_date", "override_end_date"),
}
# What the show form names and this firm does not use.
ABSENT = (
    "dictionary_type", "from_project_template_id", "inbound_email", "inbound_email_address", "locale", "logo_id",
    "logo_url", "parent_job", "persistent_message", "photo_url",
)  # fmt: skip
# The list form of v1.0 as recorded.
LISTED = (
    "accounting_project_number", "actual_start_date", "address", "city", "completion_date", "country_code", "county",
    "created_at", "delivery_method", "designated_market_area", "estimated_value", "id", "latitude", "longitude",
    "name", "origin_code", "origin_data", "origin_id", "owners_project_id", "parent_job_id", "phone", "photo_id",
    "project_bid_type_id", "project_number", "project_owner_type_id", "project_region_id", "project_sector_id",
    "projected_finish_date", "sector", "start_date", "state_code", "store_number", "time_zone", "total_value",
    "updated_at", "work_scope", "zip",
)  # fmt: skip


class ProjectShapes(FieldSets, CostCodes, Users):
    def shape_project(self, project: Row) -> dict[str, Any]:
        """The show form: what was recorded, and what the specification has beside it."""
        return {**self._shape_recorded_project(project), **self._shape_specified_project(project)}

    def shape_listed(self, project: Row) -> dict[str, Any]:
        """The list form: the stage also by name; the template is absent where there is none."""
        stage = self.name_code("project_stages", project["project_stage_id"])
        return {
            **{name: project[name] for name in LISTED if name != "actual_start_date"},
            "active": project["active"],
            "company": self.name_code("companies", project["company_id"]),
            "created_by": self.shape_short_user(project["created_by_id"]),
            "custom_fields": self.shape_custom_fields(project["custom_fields"]),
            "display_name": write_display(project),
            "is_demo": False,
            "parent_job": None,
            "project_stage": stage,
            "stage": stage["name"] if stage else None,
        }

    def shape_extended(self, project: Row) -> dict[str, Any]:
        """The extended view of v1.1's list."""
        shape = self.shape_project(project)
        stage = shape["project_stage"]
        return {**shape, "stage": stage["name"] if stage else None}

    def shape_synced(self, project: Row) -> dict[str, Any]:
        """As the sync action answers: no custom fields, no company."""
        shape = self.shape_project(project)
        left_out = ("custom_fields", "company", "created_by", "standard_cost_code_list_id", "persistent_message")
        return {name: value for name, value in shape.items() if name not in left_out}

    def shape_small(self, project: Row) -> dict[str, Any]:
        """The form of the company path."""
        stage = self.name_code("project_stages", project["project_stage_id"])
        project_type = self.name_code("project_types", project["project_type_id"])
        creator = self.shape_short_user(project["created_by_id"])
        return {
            "id": project["id"],
            "name": project["name"],
            "address": {
                "street": project["address"],
                "city": project["city"],
                "state_code": project["state_code"],
                "zip": project["zip"],
                "country_code": project["country_code"],
            },
            "stage_name": stage["name"] if stage else None,
            "status_name": "Active" if project["active"] else "Inactive",
            "type_name": project_type["name"] if project_type else None,
            "open_items": [],
            "created_by": {"id": project["created_by_id"], "email": creator["login"] if creator else None},
        }

    def _shape_recorded_project(self, project: Row) -> dict[str, Any]:
        pointers = ("project_bid_type_id", "project_owner_type_id", "project_region_id")
        return {
            "id": project["id"],
            "name": project["name"],
            "display_name": write_display(project),
            "active": project["active"],
            "is_demo": False,
            **{name: project[name] for name in (*TEXTS, *DATES, *MONEY, *pointers)},
            **{name: project[name] for name in ("latitude", "longitude", "parent_job_id", "photo_id", "square_feet")},
            "company": self.name_code("companies", project["company_id"]),
            "created_at": project["created_at"],
            "created_by": self.shape_short_user(project["created_by_id"]),
            "custom_fields": self.shape_custom_fields(project["custom_fields"]),
            "erp_integrated": False,
            "project_stage": self.name_code("project_stages", project["project_stage_id"]),
            "project_type": self.name_code("project_types", project["project_type_id"]),
            "updated_at": project["updated_at"],
        }

    def _shape_specified_project(self, project: Row) -> dict[str, Any]:
        named = ("project_bid_type", "project_owner_type", "project_region", "office", "program")
        return {
            **{name: project[name] for name in (*SHOWN_TEXTS, *SHOWN_DATES)},
            **{name: self.name_code(POINTERS[f"{name}_id"], project[f"{name}_id"]) for name in named},
            "departments": self._shape_project_departments(project),
            **dict.fromkeys(ABSENT),
            "is_erp_integrated": False,
            "project_sector_id": project["project_sector_id"],
            "project_stage_id": project["project_stage_id"],
            "standard_cost_code_list_id": project["standard_cost_code_list_id"],
            "template": False,
            "tz_name": project["time_zone"],
        }

    def _shape_project_departments(self, project: Row) -> list[dict[str, Any]]:
        rows = [self.name_code("departments", number) for number in project["department_ids"]]
        return [row for row in rows if row is not None]


def shape_compact(project: Row) -> dict[str, Any]:
    return {"id": project["id"], "name": project["name"], "display_name": write_display(project)}


def write_display(project: Row) -> str:
    number = project["project_number"]
    return f"{number} - {project['name']}" if number else str(project["name"])
