"""Users of a company and of its projects. The versions v1.0 to v1.3 live side by side and differ in the list form."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.company.people import People, name_person, search_people
from connectors.sandbox.procore.errors import Refused, refuse_duplicate, refuse_request, refuse_unknown
from connectors.sandbox.procore.listing import (
    answer_page,
    by_flag,
    by_number,
    by_range,
    by_text,
    filter_rows,
    list_values,
    sort_rows,
)
from connectors.sandbox.procore.sync import answer_sync
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

ANY = "<any('v1.0','v1.1','v1.2','v1.3'):version>"
COMPANY_PATH = f"/rest/{ANY}/companies/<int:company_id>/users"
PROJECT_PATH = "/rest/v1.0/projects/<int:project_id>/users"
FILTERS = {
    "origin_id": by_text("origin_id"),
    "vendor_id": by_number("vendor_id"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
    "active": by_flag("is_active"),
}
# The list form as recorded.
LISTED = (
    "address", "business_phone", "business_phone_extension", "city", "contact_id", "country_code", "email_address",
    "employee_id", "fax_number", "first_name", "is_active", "is_employee", "job_title", "last_name", "mobile_phone",
    "origin_id", "state_code", "work_classification_id", "zip",
)  # fmt: skip
# What the versions beside the recorded one add to it.
NEWER = ("created_at", "email_signature", "last_login_at", "notes", "origin_data", "updated_at")
# The show form: these are always there, the others only where they hold something, as recorded.
SHOWN = (
    "company_permission_template_id", "country_code", "created_at", "default_permission_template_id",
    "email_address", "employee_id", "first_name", "is_active", "is_employee", "job_title", "last_login_at",
    "last_name", "updated_at",
)  # fmt: skip
SHOWN_WHERE_FILLED = (
    "address", "business_phone", "business_phone_extension", "city", "fax_number", "mobile_phone", "notes",
    "origin_data", "origin_id", "state_code", "work_classification_id", "zip",
)  # fmt: skip


class Users(People):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *People.ROUTES,
        Rule(COMPANY_PATH, endpoint="list_users", methods=["GET"]),
        Rule(COMPANY_PATH, endpoint="create_user", methods=["POST"]),
        Rule(f"{COMPANY_PATH}/sync", endpoint="sync_users", methods=["PATCH"]),
        Rule(f"{COMPANY_PATH}/bulk_add", endpoint="add_users", methods=["POST"]),
        Rule(f"{COMPANY_PATH}/bulk_remove", endpoint="remove_users", methods=["POST"]),
        Rule(f"{COMPANY_PATH}/inactive", endpoint="list_inactive_users", methods=["GET"]),
        Rule(f"{COMPANY_PATH}/inactive/<int:user_id>", endpoint="reactivate_user", methods=["PATCH"]),
        Rule(f"{COMPANY_PATH}/<int:user_id>", endpoint="show_user", methods=["GET"]),
        Rule(f"{COMPANY_PATH}/<int:user_id>", endpoint="update_user", methods=["PATCH"]),
        Rule(f"{COMPANY_PATH}/<int:user_id>/invite", endpoint="invite_user", methods=["PATCH"]),
        Rule(f"/rest/{ANY}/companies/<int:company_id>/me", endpoint="show_company_me", methods=["GET"]),
        Rule(f"/rest/{ANY}/users", endpoint="list_users_by_query", methods=["GET"]),
        Rule(f"/rest/{ANY}/users", endpoint="create_user_by_query", methods=["POST"]),
        Rule(f"/rest/{ANY}/users/<int:user_id>", endpoint="show_user_by_query", methods=["GET"]),
        Rule(PROJECT_PATH, endpoint="list_project_users", methods=["GET"]),
        Rule(f"{PROJECT_PATH}/<int:user_id>", endpoint="show_project_user", methods=["GET"]),
        Rule(f"{PROJECT_PATH}/<int:user_id>/actions/add", endpoint="add_project_user", methods=["POST"]),
        Rule(f"{PROJECT_PATH}/<int:user_id>/actions/remove", endpoint="remove_project_user", methods=["DELETE"]),
    )

    def list_users(self, request: Request, version: str, company_id: int) -> Response:
        """Active ones only; the inactive have a path of their own."""
        self.check_company(request, company_id)
        return self._answer_users(request, version, self._list_company_users(company_id, is_active=True))

    def list_users_by_query(self, request: Request, version: str) -> Response:
        """Active and inactive; `filters[active]` tells them apart."""
        company = self.require_company(request)
        rows = [row for row in self.tables.of("people", company["id"]) if row["user_id"] is not None]
        return self._answer_users(request, version, rows)

    def list_inactive_users(self, request: Request, version: str, company_id: int) -> Response:
        self.check_company(request, company_id)
        rows = self._list_company_users(company_id, is_active=False)

        def shape(row: Row) -> dict[str, Any]:
            links = {"_links": {"reactivate": f"{request.base_url}/{row['user_id']}"}}
            return {**self.shape_listed_user(row, "v1.3"), **links}

        return answer_page(request, sort_rows(request, rows, {"name": "first_name"}), shape)

    def show_user(self, request: Request, version: str, company_id: int, user_id: int) -> Response:
        self.check_company(request, company_id)
        return json_response(self.shape_shown_user(self._require_user(user_id), version))

    def show_user_by_query(self, request: Request, version: str, user_id: int) -> Response:
        self.require_company(request)
        return json_response(self.shape_shown_user(self._require_user(user_id), version))

    def show_company_me(self, request: Request, version: str, company_id: int) -> Response:
        """The token's own user in this company."""
        self.check_company(request, company_id)
        person = self._require_user(self.actor.user_id)
        names = ("erp_integrated_accountant", "login_information_uuid", "permission_template", "welcome_email_sent_at")
        extra = {**dict.fromkeys(names), "login_information_uuid": person["user_uuid"], "party_id": person["id"]}
        return json_response({**extra, **self.shape_shown_user(person, version="v1.0")})

    def create_user(self, request: Request, version: str, company_id: int) -> Response:
        self.check_company(request, company_id)
        return json_response(self.shape_user(self.add_user(self._read_user(request))), 201)

    def create_user_by_query(self, request: Request, version: str) -> Response:
        self.require_company(request)
        return json_response(self.shape_listed_user(self.add_user(self._read_user(request)), "v1.3"), 201)

    def update_user(self, request: Request, version: str, company_id: int, user_id: int) -> Response:
        self.check_company(request, company_id)
        person = self._require_user(user_id)
        return json_response(self.shape_user(self.change_user(person, self._read_user(request))))

    def reactivate_user(self, request: Request, version: str, company_id: int, user_id: int) -> Response:
        self.check_company(request, company_id)
        person = self._require_user(user_id)
        if person["is_active"]:
            raise refuse_unknown("User")
        return json_response(self.shape_listed_user(self.change_person(person, {"is_active": True}), "v1.3"))

    def invite_user(self, request: Request, version: str, company_id: int, user_id: int) -> Response:
        """Nothing is mailed."""
        self.check_company(request, company_id)
        self._require_user(user_id)
        return Response(status=202)

    def sync_users(self, request: Request, version: str, company_id: int) -> Response:
        self.check_company(request, company_id)
        # A user is known by the user id, not by the person's own.
        people = {row["user_id"]: row for row in self.tables.of("people", company_id) if row["user_id"] is not None}
        return answer_sync(
            self.read_body(request).get("updates"),
            [{"id": user_id, "origin_id": row["origin_id"]} for user_id, row in people.items()],
            create=lambda attributes: _as_user(self.add_user(attributes)),
            update=lambda user, attributes: _as_user(self.change_user(self._require_user(user["id"]), attributes)),
            shape=lambda user: self.shape_user(self._require_user(user["id"])),
        )

    # --- in and out of projects

    def add_users(self, request: Request, version: str, company_id: int) -> Response:
        return self._move_users(request, version, company_id, is_in=True)

    def remove_users(self, request: Request, version: str, company_id: int) -> Response:
        return self._move_users(request, version, company_id, is_in=False)

    def _move_users(self, request: Request, version: str, company_id: int, *, is_in: bool) -> Response:
        """The outcome words are unverified; the newest version answers 207 where some failed."""
        self.check_company(request, company_id)
        wanted = self.read_body(request).get("users")
        if not isinstance(wanted, list) or not all(isinstance(row, dict) for row in wanted):
            raise refuse_request("param is missing or the value is empty: users")
        outcomes: dict[str, dict[str, str]] = defaultdict(dict)
        for row in wanted:
            outcomes[str(row.get("user_id"))][str(row.get("project_id"))] = self._move_user(row, is_in=is_in)
        has_failures = any("failed" in outcome for projects in outcomes.values() for outcome in projects.values())
        if version != "v1.3" or not is_in:
            return json_response(outcomes)
        entities = [{"userId": user_id, "projects": [projects]} for user_id, projects in outcomes.items()]
        return json_response({"entities": entities}, 207 if has_failures else 200)

    def _move_user(self, row: dict[str, Any], *, is_in: bool) -> str:
        try:
            person = self._require_user(row.get("user_id"))
            project = self.find_project(row.get("project_id"))
        except Refused:
            return "failed"
        move = self.join_project_people if is_in else self.leave_project_people
        move(person, project["id"])
        return "success"

    def list_project_users(self, request: Request, project_id: int) -> Response:
        project = self.find_project(project_id)
        rows = self._list_company_users(project["company_id"], is_active=True)
        return self._answer_users(request, "v1.0", [row for row in rows if project["id"] in row["project_ids"]])

    def show_project_user(self, request: Request, project_id: int, user_id: int) -> Response:
        return json_response(self.shape_user(self._find_project_user(project_id, user_id)))

    def add_project_user(self, request: Request, project_id: int, user_id: int) -> Response:
        project = self.find_project(project_id)
        person = self._require_user(user_id)
        self.join_project_people(person, project["id"])
        return json_response(self.shape_user(person), 201)

    def remove_project_user(self, request: Request, project_id: int, user_id: int) -> Response:
        self.leave_project_people(self._find_project_user(project_id, user_id), project_id)
        return Response(status=204)

    def _find_project_user(self, project_id: int, user_id: int) -> Row:
        project = self.find_project(project_id)
        person = self._require_user(user_id)
        if project["id"] not in person["project_ids"]:
            raise refuse_unknown("User")
        return person

    # --- records

    def add_user(self, attributes: dict[str, Any]) -> Row:
        self.require_text(attributes, "last_name")
        self._check_email(attributes)
        self._check_person(attributes)
        user_id = self.tables.draw_id("users")
        person = self.add_person(attributes, user_id=user_id)
        self.tables.add("users", {"id": user_id, "person_id": person["id"], "company_id": person["company_id"]})
        self.announce("Company Users", "create", user_id)
        return person

    def change_user(self, person: Row, attributes: dict[str, Any]) -> Row:
        if "email_address" in attributes:
            self._check_email(attributes, person["id"])
        return self.change_person(person, attributes)

    def _check_email(self, attributes: dict[str, Any], person_id: int | None = None) -> None:
        holder = self.find_email(self.require_text(attributes, "email_address"))
        if holder is not None and holder["id"] != person_id:
            raise refuse_duplicate(email_address=["has already been taken"])

    def _read_user(self, request: Request) -> dict[str, Any]:
        """Updates may also carry the attributes without the wrapper, as the specification shows."""
        body = self.read_body(request)
        if request.method == "PATCH" and "user" not in body:
            return body
        return self.read_wrapped(request, "user")

    def _require_user(self, user_id: Any) -> Row:
        person = self.find_user(user_id)
        if person is None or not self.is_visible(person):
            raise refuse_unknown("User")
        return person

    def _list_company_users(self, company_id: int, *, is_active: bool) -> list[Row]:
        rows = self.tables.of("people", company_id)
        return [row for row in rows if row["user_id"] is not None and row["is_active"] == is_active]

    def _answer_users(self, request: Request, version: str, rows: list[Row]) -> Response:
        rows = search_people(request, filter_rows(request, rows, FILTERS))
        wanted = list_values(request, "id")
        rows = [row for row in rows if not wanted or str(row["user_id"]) in wanted]
        rows = sort_rows(request, rows, {"name": "first_name", "last_name": "last_name", "created_at": "created_at"})
        if request.args.get("view") == "ids_only":
            return answer_page(request, rows, lambda row: row["user_id"])
        return answer_page(request, rows, lambda row: self.shape_listed_user(row, version))

    # --- shapes

    def shape_listed_user(self, person: Row, version: str) -> dict[str, Any]:
        shape = {
            "id": person["user_id"],
            "name": name_person(person),
            "initials": _write_initials(person),
            "business_id": None,
            "avatar": None,
            "erp_integrated_accountant": False,
            "last_activated_at": None,
            "vendor": self.name_code("vendors", person["vendor_id"]),
            **{name: person[name] for name in LISTED},
        }
        if version != "v1.1":
            shape |= {
                **{name: person[name] for name in NEWER},
                "welcome_email_sent_at": None,
                "permission_template": None,
                "company_permission_template": None,
            }
        return shape

    def shape_user(self, person: Row) -> dict[str, Any]:
        """The show form."""
        return {
            "avatar": None,
            "id": person["user_id"],
            "name": name_person(person),
            "initials": _write_initials(person),
            "email_signature": person["email_signature"] or "",
            "is_insurance_manager": False,
            "add_to_new_projects": False,
            "locale": "",
            "vendor": self.name_code("vendors", person["vendor_id"]),
            **{name: person[name] for name in SHOWN},
            **{name: person[name] for name in SHOWN_WHERE_FILLED if person[name] not in (None, "")},
        }

    def shape_shown_user(self, person: Row, version: str) -> dict[str, Any]:
        """Only the newest version was recorded, and leaves out what is empty; the others are taken to show it all."""
        if version == "v1.3":
            return self.shape_user(person)
        return {**self.shape_user(person), **{name: person[name] for name in ("contact_id", *SHOWN_WHERE_FILLED)}}

    def shape_short_user(self, user_id: int | None) -> dict[str, Any] | None:
        """`{id, login, name}`, as records name who made them."""
        person = self.find_user(user_id)
        if person is None:
            return None
        return {"id": user_id, "login": person["email_address"], "name": name_person(person)}


def _as_user(person: Row) -> Row:
    return {"id": person["user_id"], "origin_id": person["origin_id"]}


def _write_initials(person: Row) -> str:
    return person["initials"] or f"{person['first_name'][:1]}{person['last_name'][:1]}".upper()
