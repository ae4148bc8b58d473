"""Projects. The paying customer is no attribute of a project but a custom field, labelled "Customer"."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.frame import ActRefused
from connectors.sandbox.procore.core import USERS
from connectors.sandbox.procore.cost_codes import CostCodes
from connectors.sandbox.procore.custom_fields import CustomFields
from connectors.sandbox.procore.errors import refuse_fields, refuse_request
from connectors.sandbox.procore.listing import answer_page, by_number, by_range, by_text, filter_rows, sort_rows
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import read_date, read_decimal, write_plain
from connectors.sandbox.procore.vendors import Vendors
from connectors.sandbox.wire import json_response

STAGE = {"id": 3, "name": "Course of Construction"}
TEXTS = (
    "accounting_project_number", "address", "city", "code", "country_code", "county", "delivery_method",
    "description", "designated_market_area", "fax", "origin_code", "origin_data", "origin_id", "owners_project_id",
    "phone", "project_number", "sector", "state_code", "store_number", "time_zone", "work_scope", "zip",
)  # fmt: skip
DATES = ("actual_start_date", "completion_date", "projected_finish_date", "start_date")
MONEY = ("estimated_value", "total_value")
EMPTY = (
    "latitude", "longitude", "parent_job_id", "photo_id", "project_bid_type_id", "project_owner_type_id",
    "project_region_id", "project_type", "square_feet",
)  # fmt: skip
ZONES = ("US/Eastern", "US/Central", "US/Mountain", "US/Pacific", "UTC")
FILTERS = {
    "id": by_number("id"),
    "name": by_text("name"),
    "project_number": by_text("project_number"),
    "origin_id": by_text("origin_id"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
}


class Projects(CustomFields, CostCodes, Vendors):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *CustomFields.ROUTES,
        *CostCodes.ROUTES,
        *Vendors.ROUTES,
        Rule("/rest/v1.0/projects", endpoint="list_projects", methods=["GET"]),
        Rule("/rest/v1.1/projects", endpoint="list_projects_newer", methods=["GET"]),
        Rule("/rest/v1.0/projects", endpoint="create_project", methods=["POST"]),
        Rule("/rest/v1.0/projects/<int:project_id>", endpoint="show_project", methods=["GET"]),
        Rule("/rest/v1.0/projects/<int:project_id>", endpoint="update_project", methods=["PATCH"]),
        Rule("/rest/v1.0/companies/<int:company_id>/projects", endpoint="list_company_projects"),
    )

    def list_projects(self, request: Request) -> Response:
        """`filters[by_status]` is taken as Active when absent; the specification does not say (unverified)."""
        rows = self._visible_projects(request)
        shape = shape_compact if request.args.get("serializer_view") == "compact" else self.shape_listed
        return answer_page(request, rows, shape)

    def list_projects_newer(self, request: Request) -> Response:
        view = request.args.get("view", "normal")
        shapes = {
            "ids": lambda row: {"id": row["id"]},
            "compact": shape_compact,
            "normal": self.shape_listed,
            "extended": self.shape_listed,
        }
        if view not in shapes:
            raise refuse_request(f"view does not have a valid value: {view}")
        return answer_page(request, self._visible_projects(request), shapes[view], default=100, largest=300)

    def list_company_projects(self, request: Request, company_id: int) -> Response:
        """A small shape of its own, unpaginated."""
        self.check_company(request, company_id)
        return json_response([_shape_small(row) for row in self._permitted_projects(request)])

    def show_project(self, request: Request, project_id: int) -> Response:
        self.require_company(request)
        project = self.find_project(project_id)
        if request.args.get("view") == "minimal":
            return json_response(shape_compact(project))
        return json_response(self.shape_project(project))

    def create_project(self, request: Request) -> Response:
        company = self.require_company(request)
        project = self.add_project(company["id"], self.read_wrapped(request, "project"))
        return json_response(self.shape_project(project), 201)

    def update_project(self, request: Request, project_id: int) -> Response:
        self.require_company(request)
        project = self.change_project(self.find_project(project_id), self.read_wrapped(request, "project"))
        return json_response(self.shape_project(project))

    # --- records

    def add_project(self, company_id: int, attributes: dict[str, Any]) -> Row:
        """A new project with its own copies of the standard cost codes, unless the write says not to copy."""
        self.require_text(attributes, "name")
        self._check(attributes)
        stamp = self.stamp()
        project = self.tables.add(
            "projects",
            {
                "company_id": company_id,
                "name": "",
                "active": True,
                **dict.fromkeys((*TEXTS, *DATES, *MONEY)),
                "code": "",
                "country_code": "US",
                "time_zone": "US/Pacific",
                "department_ids": [],
                "custom_fields": {},
                "created_by_id": self.actor.user_id,
                "created_at": stamp,
                "updated_at": stamp,
            },
        )
        self._write_project(project, attributes)
        if attributes.get("enable_copy_of_standard_cost_codes") is not False:
            self.copy_standard_codes(project)
        self.announce("Projects", "create", project["id"])
        return project

    def change_project(self, project: Row, attributes: dict[str, Any]) -> Row:
        if "name" in attributes:
            self.require_text(attributes, "name")
        self._check(attributes, project["id"])
        self._write_project(project, attributes)
        self.touch(project)
        self.announce("Projects", "update", project["id"])
        return project

    def _check(self, attributes: dict[str, Any], project_id: int | None = None) -> None:
        self.check_origin("projects", attributes, project_id)
        zone = attributes.get("time_zone")
        if zone and str(zone) not in ZONES and not str(zone).endswith("Time (US & Canada)"):
            raise refuse_fields(time_zone=["is not included in the list"])

    def _write_project(self, project: Row, attributes: dict[str, Any]) -> None:
        if "name" in attributes:
            project["name"] = str(attributes["name"]).strip()
        if "active" in attributes:
            project["active"] = attributes["active"] in (True, "true", 1, "1")
        for name in TEXTS:
            if name in attributes:
                project[name] = None if attributes[name] is None else str(attributes[name])
        for name in DATES:
            if name in attributes:
                project[name] = read_date(attributes[name])
        for name in MONEY:
            if name in attributes:
                amount = read_decimal(attributes[name])
                project[name] = None if amount is None else write_plain(amount)
        if isinstance(attributes.get("department_ids"), list):
            departments = [self.tables.find("departments", number) for number in attributes["department_ids"]]
            project["department_ids"] = [row["id"] for row in departments if row is not None]
        self.write_custom_fields(project["custom_fields"], attributes)

    def set_customer(self, project: Row, vendor_id: int | None) -> None:
        """Fill or empty the "Customer" field."""
        name = f"custom_field_{self.customer_definition()['id']}"
        self.change_project(project, {name: vendor_id})
        if vendor_id is not None:
            self.join_project(vendor_id, project["id"])

    def _permitted_projects(self, request: Request) -> list[Row]:
        permitted = self.read_company(request)["permitted_project_ids"]
        rows = self.tables.all("projects")
        return rows if permitted is None else [row for row in rows if row["id"] in permitted]

    def _visible_projects(self, request: Request) -> list[Row]:
        self.require_company(request)
        rows = filter_rows(request, self._permitted_projects(request), FILTERS)
        status = request.args.get("filters[by_status]", "Active")
        if status != "All":
            rows = [row for row in rows if row["active"] == (status == "Active")]
        return sort_rows(request, rows, {"name": "name", "display_name": "project_number"})

    # --- shapes

    def shape_project(self, project: Row) -> dict[str, Any]:
        """The show form."""
        company = self.tables.get("companies", project["company_id"])
        return {
            "id": project["id"],
            "name": project["name"],
            "display_name": _display(project),
            "active": project["active"],
            "is_demo": False,
            **{name: project[name] for name in (*TEXTS, *DATES, *MONEY)},
            **dict.fromkeys(EMPTY),
            "company": {"id": company["id"], "name": company["name"]},
            "created_at": project["created_at"],
            "created_by": self.shape_creator(project["created_by_id"]),
            "custom_fields": self.shape_custom_fields(project["custom_fields"]),
            "departments": [self._shape_department(number) for number in project["department_ids"]],
            "erp_integrated": False,
            "project_stage": STAGE,
            "standard_cost_code_list_id": self.standard_list()["id"],
            "updated_at": project["updated_at"],
        }

    def shape_listed(self, project: Row) -> dict[str, Any]:
        """The list form: the stage also by name, no departments."""
        shape = self.shape_project(project)
        del shape["departments"]
        return {**shape, "stage": STAGE["name"], "project_template": None}

    def shape_creator(self, user_id: int) -> dict[str, Any]:
        user = USERS[user_id]
        return {"id": user.user_id, "login": user.login, "name": user.name}

    def _shape_department(self, department_id: int) -> dict[str, Any]:
        return {"id": department_id, "name": self.tables.get("departments", department_id)["name"]}

    # --- acts

    def act_add_project(self, name: str, number: str, customer_vendor_id: int | None = None) -> dict[str, Any]:
        if not name.strip():
            raise ActRefused("a project needs a name")
        vendor = None if customer_vendor_id is None else self.act_row("vendors", customer_vendor_id, "vendor")
        company = next(self.tables.iterate("companies"))
        project = self.add_project(company["id"], {"name": name, "project_number": number})
        if vendor is not None:
            self.set_customer(project, vendor["id"])
        return {"id": project["id"]}

    def act_set_project_customer(self, project_id: int, vendor_id: int | None) -> dict[str, Any]:
        project = self.act_row("projects", project_id, "project")
        if vendor_id is not None:
            vendor_id = self.act_row("vendors", vendor_id, "vendor")["id"]
        self.set_customer(project, vendor_id)
        return {"id": project["id"], "customer_vendor_id": vendor_id}


def shape_compact(project: Row) -> dict[str, Any]:
    return {"id": project["id"], "name": project["name"], "display_name": _display(project)}


def _shape_small(project: Row) -> dict[str, Any]:
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
        "stage_name": STAGE["name"],
        "status_name": "Active" if project["active"] else "Inactive",
        "type_name": None,
        "open_items": [],
        "created_by": {"id": project["created_by_id"], "email": USERS[project["created_by_id"]].login},
    }


def _display(project: Row) -> str:
    number = project["project_number"]
    return f"{number} - {project['name']}" if number else str(project["name"])
