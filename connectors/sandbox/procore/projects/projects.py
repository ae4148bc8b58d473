"""Projects. The paying customer is no attribute of a project but a custom field, labelled "Customer"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.control import ActRefused
from connectors.sandbox.procore.attributes import (
    read_ids,
    take_dates,
    take_flags,
    take_money,
    take_numbers,
    take_texts,
)
from connectors.sandbox.procore.codes.cost_codes import CostCodes
from connectors.sandbox.procore.company.users import Users
from connectors.sandbox.procore.errors import refuse_fields, refuse_request
from connectors.sandbox.procore.listing import (
    answer_page,
    by_any,
    by_number,
    by_range,
    by_text,
    filter_rows,
    is_true,
    list_values,
    read_view,
    sort_rows,
)
from connectors.sandbox.procore.projects.field_sets import FieldSets
from connectors.sandbox.procore.projects.project_shapes import (
    DATES,
    MONEY,
    NUMBERS,
    OLDER_DATES,
    POINTERS,
    PORTFOLIO_DATES,
    SHOWN_DATES,
    SHOWN_TEXTS,
    TEXTS,
    ProjectShapes,
    shape_compact,
)
from connectors.sandbox.procore.projects.project_vendors import ProjectVendors
from connectors.sandbox.procore.sync import answer_sync
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import read_date, read_decimal
from connectors.sandbox.procore.zones import is_zone
from connectors.sandbox.wire import decode, json_response

DEFAULT_STAGE_ID = 3
FLAGS = ("Red", "Yellow", "Green")
WORK_SCOPES = ("new_construction", "renovation_alteration", "maintenance_service")
DELIVERY_METHODS = (
    "construction_management_at_risk_cmar", "construction_manager_as_agent_owners_rep", "design_bid_build_dbb",
    "design_build_db", "indefinite_delivery_indefinite_quantity_idiq", "integrated_project_delivery", "multi_prime",
    "public_private_partnership_p3", "other",
)  # fmt: skip
CHOICES = {"flag": FLAGS, "work_scope": WORK_SCOPES, "delivery_method": DELIVERY_METHODS}
FILTERS = {
    "id": by_number("id"),
    "project_number": by_text("project_number"),
    "origin_id": by_text("origin_id"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
    "by_bid_type": by_number("project_bid_type_id"),
    "by_department": by_any("department_ids"),
    "by_office": by_number("office_id"),
    "by_owner_type": by_number("project_owner_type_id"),
    "by_program": by_number("program_id"),
    "by_region": by_number("project_region_id"),
    "by_stage": by_number("project_stage_id"),
    "by_type": by_number("project_type_id"),
}
V0 = "/rest/v1.0/projects"


class Projects(ProjectShapes, ProjectVendors):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *FieldSets.ROUTES,
        *CostCodes.ROUTES,
        *Users.ROUTES,
        *ProjectVendors.ROUTES,
        Rule(V0, endpoint="list_projects", methods=["GET"]),
        Rule("/rest/v1.1/projects", endpoint="list_projects_newer", methods=["GET"]),
        Rule(V0, endpoint="create_project", methods=["POST"]),
        Rule(f"{V0}/sync", endpoint="sync_projects", methods=["PATCH"]),
        Rule(f"{V0}/<int:project_id>", endpoint="show_project", methods=["GET"]),
        Rule(f"{V0}/<int:project_id>", endpoint="update_project", methods=["PATCH"]),
        Rule("/rest/v1.0/companies/<int:company_id>/projects", endpoint="list_company_projects", methods=["GET"]),
    )

    def list_projects(self, request: Request) -> Response:
        """`filters[by_status]` is taken as Active when absent; the specification does not say (unverified)."""
        rows = self._visible_projects(request)
        shape = shape_compact if request.args.get("serializer_view") == "compact" else self.shape_listed
        return answer_page(request, rows, shape)

    def list_projects_newer(self, request: Request) -> Response:
        shapes: dict[str, Callable[[Row], dict[str, Any]]] = {
            "ids": lambda row: {"id": row["id"]},
            "compact": shape_compact,
            "normal": self.shape_listed,
            "extended": self.shape_extended,
        }
        shape = shapes[read_view(request, shapes, "normal")]
        return answer_page(request, self._visible_projects(request), shape, default=100, largest=300)

    def list_company_projects(self, request: Request, company_id: int) -> Response:
        """A small shape of its own, unpaginated."""
        self.check_company(request, company_id)
        return json_response([self.shape_small(row) for row in self._permitted_projects(request)])

    def show_project(self, request: Request, project_id: int) -> Response:
        self.require_company(request)
        project = self.find_project(project_id)
        if request.args.get("view") == "minimal":
            return json_response(shape_compact(project))
        return json_response(self.shape_project(project))

    def create_project(self, request: Request) -> Response:
        company = self.require_company(request)
        attributes = self.read_wrapped(request, "project")
        project = self.add_project(company["id"], attributes, is_validated=self._wants_validation(request))
        return json_response(self.shape_project(project), 201)

    def update_project(self, request: Request, project_id: int) -> Response:
        self.require_company(request)
        project = self.find_project(project_id)
        attributes = self.read_wrapped(request, "project")
        self.change_project(project, attributes, is_validated=self._wants_validation(request))
        return json_response(self.shape_project(project))

    def sync_projects(self, request: Request) -> Response:
        company = self.require_company(request)
        is_validated = self._wants_validation(request)
        return answer_sync(
            self.read_body(request).get("updates"),
            self._permitted_projects(request),
            create=lambda attributes: self.add_project(company["id"], attributes, is_validated=is_validated),
            update=lambda row, attributes: self.change_project(row, attributes, is_validated=is_validated),
            shape=self.shape_synced,
        )

    # --- records

    def add_project(self, company_id: int, attributes: dict[str, Any], *, is_validated: bool = False) -> Row:
        """A new project with its own copies of the standard cost codes, unless the write says not to copy."""
        self.require_text(attributes, "name")
        self._check_project(attributes)
        if is_validated:
            self.check_required_fields(self.read_custom_fields(attributes))
        stamp = self.stamp()
        project = self.tables.add(
            "projects",
            {
                "company_id": company_id,
                "name": "",
                "active": True,
                **dict.fromkeys((*TEXTS, *SHOWN_TEXTS, *DATES, *SHOWN_DATES, *MONEY, *NUMBERS, *POINTERS)),
                "actual_start_date": stamp[:10],
                "project_stage_id": DEFAULT_STAGE_ID,
                "code": "",
                "country_code": "US",
                "time_zone": "US/Pacific",
                "latitude": None,
                "longitude": None,
                "timecard_mode": "hours",
                "standard_cost_code_list_id": self.standard_list()["id"],
                "department_ids": [],
                "custom_fields": {},
                "created_by_id": self.actor.user_id,
                "created_at": stamp,
                "updated_at": stamp,
            },
        )
        self._write_project(project, attributes)
        if is_true(attributes.get("enable_copy_of_standard_cost_codes", True)):
            self.copy_standard_codes(project)
        self.announce("Projects", "create", project["id"])
        return project

    def change_project(self, project: Row, attributes: dict[str, Any], *, is_validated: bool = False) -> Row:
        if "name" in attributes:
            self.require_text(attributes, "name")
        self._check_project(attributes, project["id"])
        if is_validated:
            self.check_required_fields({**project["custom_fields"], **self.read_custom_fields(attributes)})
        self._write_project(project, attributes)
        self.touch(project)
        self.announce("Projects", "update", project["id"])
        return project

    def _check_project(self, attributes: dict[str, Any], project_id: int | None = None) -> None:
        """Refuse before anything is written. That an unknown stage or type is refused is unverified."""
        self.check_origin("projects", attributes, project_id)
        zone = attributes.get("time_zone")
        if zone and not is_zone(str(zone)):
            raise refuse_fields(time_zone=["is not included in the list"])
        for name, choices in CHOICES.items():
            if attributes.get(name) not in (None, "", *choices):
                raise refuse_fields(**{name: ["is not included in the list"]})
        for name, table in POINTERS.items():
            if attributes.get(name) is not None and self.tables.find(table, attributes[name]) is None:
                raise refuse_fields(**{name: ["is invalid"]})
        self.read_custom_fields(attributes)

    def _write_project(self, project: Row, attributes: dict[str, Any]) -> None:
        if "name" in attributes:
            project["name"] = str(attributes["name"]).strip()
        take_flags(project, attributes, ("active",))
        take_texts(project, attributes, (*TEXTS, *SHOWN_TEXTS), empty=None)
        take_dates(project, attributes, (*DATES, *SHOWN_DATES))
        _match_dates(project, attributes)
        take_money(project, attributes, MONEY)
        take_numbers(project, attributes, (*NUMBERS, *POINTERS))
        for name in ("latitude", "longitude"):
            if name in attributes:
                place = read_decimal(attributes[name])
                project[name] = None if place is None else float(place)
        if isinstance(attributes.get("department_ids"), list):
            found = read_ids(attributes["department_ids"])
            project["department_ids"] = [number for number in found if self.tables.find("departments", number)]
        self.write_custom_fields(project["custom_fields"], attributes)

    def set_customer(self, project: Row, vendor_id: int | None) -> None:
        """Fill or empty the "Customer" field."""
        name = f"custom_field_{self.customer_definition()['id']}"
        self.change_project(project, {name: vendor_id})
        if vendor_id is not None:
            self.join_project(vendor_id, project["id"])

    def _wants_validation(self, request: Request) -> bool:
        """In the query by the specification, in the body by the guides."""
        given = request.args.get("run_configurable_validations")
        return is_true(self.read_body(request).get("run_configurable_validations") if given is None else given)

    # --- who sees what

    def _permitted_projects(self, request: Request) -> list[Row]:
        permitted = self.read_company(request)["permitted_project_ids"]
        rows = self.list_visible("projects")
        return rows if permitted is None else [row for row in rows if row["id"] in permitted]

    def _visible_projects(self, request: Request) -> list[Row]:
        self.require_company(request)
        rows = filter_rows(request, self._permitted_projects(request), FILTERS)
        status = request.args.get("filters[by_status]", "Active").strip().lower()
        if status != "all":
            rows = [row for row in rows if row["active"] == (status == "active")]
        name = request.args.get("filters[name]")
        rows = [row for row in rows if name in (None, "", row["name"])]
        rows = self._filter_project_flags(request, rows)
        rows = self._filter_project_members(request, rows)
        return sort_rows(request, rows, {"name": "name", "display_name": "project_number", "updated_at": "updated_at"})

    def _filter_project_flags(self, request: Request, rows: list[Row]) -> list[Row]:
        """There are neither demo projects nor templates here."""
        synced = request.args.get("filters[synced]")
        if synced is not None:
            rows = [row for row in rows if (row["origin_id"] is not None) == is_true(synced)]
        has_others = any(is_true(request.args.get(f"filters[{name}]")) for name in ("is_demo", "template"))
        return [] if has_others or list_values(request, "from_project_template_id") else rows

    def _filter_project_members(self, request: Request, rows: list[Row]) -> list[Row]:
        vendors = [self.tables.find("vendors", number) for number in list_values(request, "vendor_id")]
        if vendors or list_values(request, "vendor_id"):
            ids = {number for vendor in vendors if vendor is not None for number in vendor["project_ids"]}
            rows = [row for row in rows if row["id"] in ids]
        text = request.args.get("filters[custom_fields]")
        return rows if not text else [row for row in rows if _has_fields(row, _read_fields(text))]

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

    def act_edit_project(self, project_id: int, **attributes: Any) -> dict[str, Any]:
        """Change attributes as the API names them, such as name or active."""
        project = self.act_row("projects", project_id, "project")
        self.change_project(project, attributes)
        return {"id": project["id"], "name": project["name"], "active": project["active"]}

    def act_set_project_customer(self, project_id: int, vendor_id: int | None) -> dict[str, Any]:
        project = self.act_row("projects", project_id, "project")
        if vendor_id is not None:
            vendor_id = self.act_row("vendors", vendor_id, "vendor")["id"]
        self.set_customer(project, vendor_id)
        return {"id": project["id"], "customer_vendor_id": vendor_id}


def _match_dates(project: Row, attributes: dict[str, Any]) -> None:
    """Keep the several names of the first and the last day in step."""
    for name, older in OLDER_DATES.items():
        if name in attributes:
            project[older] = project[name]
        elif older in attributes:
            project[name] = project[older]
    for shown, (name, override) in PORTFOLIO_DATES.items():
        if is_true(attributes.get(f"{override}_check")):
            project[shown] = read_date(attributes.get(override))
        elif shown not in attributes and not attributes.keys().isdisjoint((name, OLDER_DATES[name])):
            project[shown] = project[name]


def _read_fields(text: str) -> dict[str, list[str]]:
    """The JSON of `filters[custom_fields]`: values by field, alone or in a list. Its exact form is unverified."""
    try:
        given = decode(text)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise refuse_request("filters[custom_fields] is not a JSON object")
    return {
        name.removeprefix("custom_field_"): [str(item) for item in (value if isinstance(value, list) else [value])]
        for name, value in given.items()
    }


def _has_fields(project: Row, wanted: dict[str, list[str]]) -> bool:
    for number, values in wanted.items():
        held = project["custom_fields"].get(number)
        if not set(values) & {str(item) for item in (held if isinstance(held, list) else [held])}:
            return False
    return True
