"""People of the directory: users who sign in, and employees and contacts who do not.

A person's own id is the `party_id` of timecards; the user id and the contact id are two other numbers.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.attributes import read_ids, take_flags, take_numbers, take_texts
from connectors.sandbox.procore.company.code_lists import CodeLists
from connectors.sandbox.procore.company.vendor_shapes import VendorShapes
from connectors.sandbox.procore.core import Actor
from connectors.sandbox.procore.listing import answer_page, by_number, by_text, filter_rows, is_true, sort_rows
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

COMPANY_PATH = "/rest/v1.0/companies/<int:company_id>/people"
PROJECT_PATH = "/rest/v1.0/projects/<int:project_id>/people"
TEXTS = (
    "address", "business_phone", "business_phone_extension", "city", "email_address", "email_signature",
    "employee_id", "fax_number", "initials", "job_title", "mobile_phone", "notes", "origin_data", "origin_id",
    "state_code", "zip",
)  # fmt: skip
NAMESPACE = uuid.UUID("5b2c8f5e-7d0d-4a51-9d1f-0c1f3f6f2c11")
FILTERS = {
    "vendor_id": by_number("vendor_id"),
    "state_code": by_text("state_code"),
    "country_code": by_text("country_code"),
    "job_title": by_text("job_title"),
}
# Filters that keep those of whom something is so when they are true, and leave all when they are not.
KEEPS: dict[str, Callable[[Row], bool]] = {
    "is_employee": lambda row: row["is_employee"],
    "reference_users_only": lambda row: row["user_id"] is None,
    "without_reference_users": lambda row: row["user_id"] is not None,
}
SEARCHED = ("email_address", "mobile_phone", "business_phone", "fax_number", "job_title")


class People(CodeLists, VendorShapes):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(COMPANY_PATH, endpoint="list_people", methods=["GET"]),
        Rule(COMPANY_PATH, endpoint="create_person", methods=["POST"]),
        Rule(f"{COMPANY_PATH}/inactive", endpoint="list_inactive_people", methods=["GET"]),
        Rule(f"{COMPANY_PATH}/<int:person_id>", endpoint="update_person", methods=["PATCH"]),
        Rule(PROJECT_PATH, endpoint="list_project_people", methods=["GET"]),
        Rule(PROJECT_PATH, endpoint="create_project_person", methods=["POST"]),
        Rule(f"{PROJECT_PATH}/inactive", endpoint="list_inactive_project_people", methods=["GET"]),
        Rule(f"{PROJECT_PATH}/<int:person_id>", endpoint="update_project_person", methods=["PATCH"]),
        Rule(
            "/rest/v2.0/companies/<int:company_id>/people/bulk_activate", endpoint="activate_people", methods=["POST"]
        ),
        Rule(
            "/rest/v2.0/companies/<int:company_id>/people/bulk_deactivate",
            endpoint="deactivate_people",
            methods=["POST"],
        ),
    )

    def list_people(self, request: Request, company_id: int) -> Response:
        """Users and people without a login alike; the inactive have a path of their own."""
        self.check_company(request, company_id)
        return self._answer_people(request, self.tables.of("people", company_id), is_active=True)

    def list_inactive_people(self, request: Request, company_id: int) -> Response:
        self.check_company(request, company_id)
        return self._answer_people(request, self.tables.of("people", company_id), is_active=False)

    def list_project_people(self, request: Request, project_id: int) -> Response:
        return self._answer_people(request, self._list_project_people(request, project_id), is_active=True)

    def list_inactive_project_people(self, request: Request, project_id: int) -> Response:
        return self._answer_people(request, self._list_project_people(request, project_id), is_active=False)

    def create_person(self, request: Request, company_id: int) -> Response:
        self.check_company(request, company_id)
        person = self.add_person(self.read_wrapped(request, "person"))
        return json_response(self.shape_directory_person(person, read_view(request)), 201)

    def update_person(self, request: Request, company_id: int, person_id: int) -> Response:
        self.check_company(request, company_id)
        person = self.find_row("people", person_id, "Person")
        self.change_person(person, self.read_wrapped(request, "person"))
        return json_response(self.shape_directory_person(person, read_view(request)))

    def create_project_person(self, request: Request, project_id: int) -> Response:
        project = self.find_project(project_id)
        person = self.add_person(self.read_wrapped(request, "person"))
        self.join_project_people(person, project["id"])
        return json_response(self.shape_directory_person(person, read_view(request)), 201)

    def update_project_person(self, request: Request, project_id: int, person_id: int) -> Response:
        self.find_project(project_id)
        person = self.find_row("people", person_id, "Person")
        self.change_person(person, self.read_wrapped(request, "person"))
        return json_response(self.shape_directory_person(person, read_view(request)))

    def activate_people(self, request: Request, company_id: int) -> Response:
        return self._set_people_active(request, company_id, is_active=True)

    def deactivate_people(self, request: Request, company_id: int) -> Response:
        return self._set_people_active(request, company_id, is_active=False)

    def _set_people_active(self, request: Request, company_id: int, *, is_active: bool) -> Response:
        """Unknown ids are left out of the answer (unverified)."""
        self.check_company(request, company_id)
        rows = [self.tables.find("people", number) for number in read_ids(self.read_body(request).get("ids"))]
        found = [row for row in rows if row is not None and self.is_visible(row)]
        for row in found:
            self.change_person(row, {"active": is_active})
        return json_response({"data": {"ids": [row["id"] for row in found]}})

    # --- records

    def add_person(self, attributes: dict[str, Any], *, user_id: int | None = None) -> Row:
        """A person without a login, unless `user_id` gives one."""
        self.require_text(attributes, "last_name")
        self._check_person(attributes)
        stamp = self.stamp()
        person = self.tables.add(
            "people",
            {
                "company_id": self.home_company_id(),
                "first_name": "",
                "last_name": "",
                **dict.fromkeys(TEXTS),
                "country_code": "US",
                "is_active": True,
                "is_employee": False,
                "work_classification_id": None,
                "user_id": user_id,
                "user_uuid": None if user_id is None else str(uuid.uuid5(NAMESPACE, str(user_id))),
                "contact_id": self.tables.draw_id("contacts"),
                "vendor_id": None,
                "project_ids": [],
                "last_login_at": None,
                "default_permission_template_id": None,
                "company_permission_template_id": None,
                "created_at": stamp,
                "updated_at": stamp,
            },
        )
        self.tables.add("contacts", {"id": person["contact_id"], "person_id": person["id"]})
        self._write_person(person, attributes)
        return person

    def change_person(self, person: Row, attributes: dict[str, Any]) -> Row:
        if "last_name" in attributes:
            self.require_text(attributes, "last_name")
        self._check_person(attributes, person["id"])
        self._write_person(person, attributes)
        self.touch(person)
        if person["user_id"] is not None:
            self.announce("Company Users", "update", person["user_id"])
        return person

    def _check_person(self, attributes: dict[str, Any], person_id: int | None = None) -> None:
        self.check_origin("people", attributes, person_id)
        if attributes.get("vendor_id") is not None:
            self.find_row("vendors", attributes["vendor_id"], "Vendor")

    def _write_person(self, person: Row, attributes: dict[str, Any]) -> None:
        take_texts(person, attributes, ("first_name", "last_name", "country_code"))
        take_texts(person, attributes, TEXTS, empty=None)
        if person["email_address"]:
            self._emails[person["email_address"].lower()] = person["id"]
        take_flags(person, attributes, ("is_employee", "is_active"))
        if "active" in attributes:
            take_flags(person, {"is_active": attributes["active"]}, ("is_active",))
        take_numbers(
            person,
            attributes,
            ("work_classification_id", "default_permission_template_id", "company_permission_template_id"),
        )
        if "vendor_id" in attributes:
            self._set_person_vendor(person, self.tables.find("vendors", attributes["vendor_id"]))

    def _set_person_vendor(self, person: Row, vendor: Row | None) -> None:
        if person["vendor_id"] is not None:
            self.contact_counts[person["vendor_id"]] -= 1
        person["vendor_id"] = vendor["id"] if vendor else None
        if vendor is not None:
            self.contact_counts[vendor["id"]] += 1

    def join_project_people(self, person: Row, project_id: int) -> None:
        if project_id not in person["project_ids"]:
            person["project_ids"].append(project_id)
            if person["user_id"] is not None:
                self.announce("Project Users", "create", person["user_id"], project_id=project_id)

    def leave_project_people(self, person: Row, project_id: int) -> None:
        if project_id in person["project_ids"]:
            person["project_ids"].remove(project_id)
            if person["user_id"] is not None:
                self.announce("Project Users", "delete", person["user_id"], project_id=project_id)

    def find_user(self, user_id: Any) -> Row | None:
        """The person behind a user id."""
        user = self.tables.find("users", user_id)
        return None if user is None else self.tables.get("people", user["person_id"])

    def find_email(self, email: str) -> Row | None:
        """The person with this address."""
        person = self.tables.find("people", self._emails.get(email.lower()))
        return person if person is not None and (person["email_address"] or "").lower() == email.lower() else None

    def clear(self) -> None:
        super().clear()
        self._emails: dict[str, int] = {}

    def index_people(self) -> None:
        """Find people by address again, after the tables were restored."""
        self._emails = {
            row["email_address"].lower(): row["id"] for row in self.tables.iterate("people") if row["email_address"]
        }

    def seed_user(self, actor: Actor) -> Row:
        """The person of somebody who was there from the start."""
        first, _, last = actor.name.partition(" ")
        given = {"first_name": first, "last_name": last, "email_address": actor.login}
        person = self.add_person({**given, "is_employee": actor.application_id is None}, user_id=actor.user_id)
        self.tables.add("users", {"id": actor.user_id, "person_id": person["id"], "company_id": person["company_id"]})
        return person

    # --- lists

    def _list_project_people(self, request: Request, project_id: int) -> list[Row]:
        project = self.find_project(project_id)
        rows = self.tables.of("people", project["company_id"])
        if is_true(request.args.get("filters[include_company_people]")):
            return rows
        return [row for row in rows if project["id"] in row["project_ids"]]

    def _answer_people(self, request: Request, rows: list[Row], *, is_active: bool) -> Response:
        view = read_view(request)
        rows = filter_rows(request, [row for row in rows if row["is_active"] == is_active], FILTERS)
        for name, keep in KEEPS.items():
            if is_true(request.args.get(f"filters[{name}]")):
                rows = [row for row in rows if keep(row)]
        connected = request.args.get("filters[connected]")
        if connected is not None:
            rows = [row for row in rows if (row["user_id"] is not None) == is_true(connected)]
        rows = search_people(request, rows)
        rows = sort_rows(request, rows, {"name": "first_name", "last_name": "last_name", "first_name": "first_name"})
        return answer_page(request, rows, lambda row: self.shape_directory_person(row, view))

    def shape_directory_person(self, person: Row, view: str = "normal") -> dict[str, Any]:
        names = ("id", "first_name", "last_name", "employee_id", "work_classification_id", "is_employee", "user_id")
        shape = {
            **{name: person[name] for name in names},
            "origin_id": person["origin_id"],
            "contact_id": person["contact_id"],
            "contact": {"is_active": person["is_active"], "email": person["email_address"]},
            "name": name_person(person),
            "user_uuid": person["user_uuid"],
        }
        if view == "extended":
            shape |= {"work_classification": None, "vendor": self.name_code("vendors", person["vendor_id"])}
        return shape


def read_view(request: Request) -> str:
    """An unknown view is the normal one, as the specification says for people."""
    return "extended" if request.args.get("view") == "extended" else "normal"


def name_person(person: Row) -> str:
    """Without a first name it starts with a blank, as recorded."""
    return f"{person['first_name']} {person['last_name']}"


def search_people(request: Request, rows: list[Row]) -> list[Row]:
    """`filters[search]` over names, addresses, numbers and job titles."""
    text = request.args.get("filters[search]", "").strip().lower()
    if not text:
        return rows
    return [
        row
        for row in rows
        if text in name_person(row).lower() or any(text in (row[name] or "").lower() for name in SEARCHED)
    ]
