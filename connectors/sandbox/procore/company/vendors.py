"""The company directory: every business, customers included, is a "vendor" in Procore's API."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.control import ActRefused
from connectors.sandbox.procore.attributes import is_scalar, read_ids, take_flags, take_texts
from connectors.sandbox.procore.company.vendor_shapes import (
    BIDDING,
    FLAGS,
    NULLABLE,
    TEXTS,
    VendorShapes,
    read_vendor_view,
)
from connectors.sandbox.procore.errors import refuse_duplicate, refuse_fields, refuse_unknown
from connectors.sandbox.procore.files.attachments import attach_given
from connectors.sandbox.procore.listing import (
    answer_page,
    by_any,
    by_number,
    by_range,
    by_text,
    filter_rows,
    is_true,
    sort_rows,
)
from connectors.sandbox.procore.sync import answer_sync
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

FILTERS = {
    "id": by_number("id"),
    "origin_id": by_text("origin_id"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
    "parent_id": by_number("parent_id"),
    "trade_id": by_any("trade_ids"),
    "standard_cost_code_id": by_any("standard_cost_code_ids"),
    "abbreviated_name": by_text("abbreviated_name"),
}
SORTS = {name: name for name in ("name", "city", "state_code", "zip", "created_at", "updated_at")}
REFERENCES = {
    "trade_ids": "trades",
    "standard_cost_code_ids": "standard_cost_codes",
    "bidding_distribution_ids": "users",
}
REGISTERS = ("abn", "ein")


class Vendors(VendorShapes):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule("/rest/v1.0/vendors", endpoint="list_vendors", methods=["GET"]),
        Rule("/rest/v1.0/vendors", endpoint="create_vendor", methods=["POST"]),
        Rule("/rest/v1.0/vendors/sync", endpoint="sync_vendors", methods=["PATCH"]),
        Rule("/rest/v1.0/vendors/<int:vendor_id>", endpoint="show_vendor", methods=["GET"]),
        Rule("/rest/v1.0/vendors/<int:vendor_id>", endpoint="update_vendor", methods=["PATCH"]),
        Rule(
            "/rest/v1.0/vendors/<int:vendor_id>/business_register",
            endpoint="create_register",
            methods=["POST"],
        ),
        Rule(
            "/rest/v1.0/vendors/<int:vendor_id>/business_register",
            endpoint="update_register",
            methods=["PATCH"],
        ),
        Rule(
            "/rest/v1.0/companies/<int:company_id>/vendors/inactive", endpoint="list_inactive_vendors", methods=["GET"]
        ),
        Rule(
            "/rest/v1.0/companies/<int:company_id>/vendors/inactive/<int:vendor_id>",
            endpoint="reactivate_vendor",
            methods=["PATCH"],
        ),
    )

    def list_vendors(self, request: Request) -> Response:
        """Active ones only; the inactive have a path of their own."""
        company = self.require_company(request)
        rows = [row for row in self.tables.of("vendors", company["id"]) if row["is_active"]]
        view = read_vendor_view(request)
        return answer_page(request, select_vendors(request, rows), lambda row: self.shape_vendor(row, view))

    def list_inactive_vendors(self, request: Request, company_id: int) -> Response:
        self.check_company(request, company_id)
        rows = [row for row in self.tables.of("vendors", company_id) if not row["is_active"]]
        view = read_vendor_view(request)

        def shape(row: Row) -> dict[str, Any]:
            return {**self.shape_vendor(row, view), "_links": {"reactivate": f"{request.base_url}/{row['id']}"}}

        return answer_page(request, select_vendors(request, rows), shape)

    def show_vendor(self, request: Request, vendor_id: int) -> Response:
        self.require_company(request)
        return json_response(self.shape_vendor(self.find_vendor(vendor_id), read_vendor_view(request)))

    def create_vendor(self, request: Request) -> Response:
        self.require_company(request)
        view = read_vendor_view(request)
        attributes = self.read_wrapped(request, "vendor")
        vendor = self.add_vendor(attributes)
        attach_given(self, request, vendor, attributes)
        return json_response(self.shape_vendor(vendor, view), 201)

    def update_vendor(self, request: Request, vendor_id: int) -> Response:
        self.require_company(request)
        view = read_vendor_view(request)
        attributes = self.read_wrapped(request, "vendor")
        vendor = self.change_vendor(self.find_vendor(vendor_id), attributes)
        attach_given(self, request, vendor, attributes)
        return json_response(self.shape_vendor(vendor, view))

    def reactivate_vendor(self, request: Request, company_id: int, vendor_id: int) -> Response:
        self.check_company(request, company_id)
        view = read_vendor_view(request)
        vendor = self.find_vendor(vendor_id)
        if vendor["is_active"]:
            raise refuse_unknown("Vendor")
        return json_response(self.shape_vendor(self.change_vendor(vendor, {"is_active": True}), view))

    def sync_vendors(self, request: Request) -> Response:
        company = self.require_company(request)
        return answer_sync(
            self.read_body(request).get("updates"),
            self.tables.of("vendors", company["id"]),
            create=self.add_vendor,
            update=self.change_vendor,
            shape=self.shape_vendor,
        )

    # --- tax registration

    def create_register(self, request: Request, vendor_id: int) -> Response:
        self.require_company(request)
        vendor = self.find_vendor(vendor_id)
        if vendor["business_register"] is not None:
            raise refuse_duplicate(business_register=["has already been taken"])
        return json_response(self._set_vendor_register(vendor, self.read_wrapped(request, "business_register")), 201)

    def update_register(self, request: Request, vendor_id: int) -> Response:
        self.require_company(request)
        vendor = self.find_vendor(vendor_id)
        if vendor["business_register"] is None:
            raise refuse_unknown("Business register")
        return json_response(self._set_vendor_register(vendor, self.read_wrapped(request, "business_register")))

    def _set_vendor_register(self, vendor: Row, attributes: dict[str, Any]) -> dict[str, Any]:
        register = self._read_vendor_register(vendor, attributes)
        self.change_vendor(vendor, {})
        vendor["business_register"] = register
        return register

    def _read_vendor_register(self, vendor: Row | None, attributes: dict[str, Any]) -> dict[str, Any]:
        """Nothing verifies a number here, so the verification stays empty."""
        given = {**((vendor and vendor["business_register"]) or {}), **attributes}
        if given.get("type") not in REGISTERS:
            raise refuse_fields(type=["is not included in the list"])
        identifier = self.require_text(given, "identifier")
        number = given["id"] if "id" in given else self.tables.draw_id("business_registers")
        names = {"id": number, "type": given["type"], "identifier": identifier}
        return {**names, "verified_at": None, "verification_status": None}

    # --- records

    def find_vendor(self, vendor_id: Any) -> Row:
        return self.find_row("vendors", vendor_id, "Vendor")

    def add_vendor(self, attributes: dict[str, Any]) -> Row:
        """A new vendor from write attributes; unknown ones are dropped. Names need not be unique."""
        self.require_text(attributes, "name")
        self._check_vendor_write(attributes)
        stamp = self.stamp()
        vendor = self.tables.add(
            "vendors",
            {
                "company_id": self.home_company_id(),
                "name": "",
                **dict.fromkeys(TEXTS, ""),
                **dict.fromkeys(FLAGS, False),
                **dict.fromkeys(NULLABLE),
                "is_active": True,
                "bidding": [],
                "parent_id": None,
                "primary_contact_id": None,
                "business_register": None,
                **{name: [] for name in REFERENCES},
                "project_ids": [],
                "created_at": stamp,
                "updated_at": stamp,
            },
        )
        self._write_vendor_record(vendor, attributes)
        self.announce("Company Vendors", "create", vendor["id"])
        return vendor

    def change_vendor(self, vendor: Row, attributes: dict[str, Any]) -> Row:
        if "name" in attributes:
            self.require_text(attributes, "name")
        self._check_vendor_write(attributes, vendor)
        self._write_vendor_record(vendor, attributes)
        self.touch(vendor)
        self.announce("Company Vendors", "update", vendor["id"])
        return vendor

    def _check_vendor_write(self, attributes: dict[str, Any], vendor: Row | None = None) -> None:
        """Refuse before anything is written."""
        own_id = vendor["id"] if vendor else None
        self.check_origin("vendors", attributes, own_id)
        parent_id = attributes.get("parent_id")
        if parent_id is not None and (self.tables.find("vendors", parent_id) is None or parent_id == own_id):
            raise refuse_fields(parent_id=["is invalid"])
        contact_id = attributes.get("primary_contact_id")
        if contact_id is not None and self.tables.find("contacts", contact_id) is None:
            raise refuse_fields(primary_contact_id=["is invalid"])
        register = attributes.get("business_register_attributes")
        if isinstance(register, dict):
            self._read_vendor_register(vendor, register)

    def _write_vendor_record(self, vendor: Row, attributes: dict[str, Any]) -> None:
        if "name" in attributes:
            vendor["name"] = str(attributes["name"]).strip()
        take_texts(vendor, attributes, TEXTS)
        take_texts(vendor, attributes, NULLABLE, empty=None)
        take_flags(vendor, attributes, FLAGS)
        for name, table in REFERENCES.items():
            if isinstance(attributes.get(name), list):
                vendor[name] = [number for number in read_ids(attributes[name]) if self.tables.find(table, number)]
        if isinstance(attributes.get("bidding"), dict):
            given = {**dict.fromkeys(vendor["bidding"], True), **attributes["bidding"]}
            vendor["bidding"] = [name for name in BIDDING if is_scalar(given.get(name)) and is_true(given.get(name))]
        if "parent_id" in attributes:
            self._set_vendor_parent(vendor, self.tables.find("vendors", attributes["parent_id"]))
        if "primary_contact_id" in attributes:
            contact = self.tables.find("contacts", attributes["primary_contact_id"])
            vendor["primary_contact_id"] = contact["id"] if contact else None
        if isinstance(attributes.get("business_register_attributes"), dict):
            vendor["business_register"] = self._read_vendor_register(
                vendor, attributes["business_register_attributes"]
            )

    def _set_vendor_parent(self, vendor: Row, parent: Row | None) -> None:
        if vendor["parent_id"] is not None:
            self.children_counts[vendor["parent_id"]] -= 1
        vendor["parent_id"] = parent["id"] if parent else None
        if parent is not None:
            self.children_counts[parent["id"]] += 1

    def join_project(self, vendor_id: int, project_id: int) -> None:
        """Make a vendor a member of a project's directory."""
        project_ids = self.tables.get("vendors", vendor_id)["project_ids"]
        if project_id not in project_ids:
            project_ids.append(project_id)
            self.announce("Project Vendors", "create", vendor_id, project_id=project_id)

    def leave_project(self, vendor_id: int, project_id: int) -> None:
        project_ids = self.tables.get("vendors", vendor_id)["project_ids"]
        if project_id in project_ids:
            project_ids.remove(project_id)
            self.announce("Project Vendors", "delete", vendor_id, project_id=project_id)

    # --- acts

    def act_add_vendor(self, name: str, email: str = "", phone: str = "") -> dict[str, Any]:
        if not name.strip():
            raise ActRefused("a vendor needs a name")
        vendor = self.add_vendor({"name": name, "email_address": email, "business_phone": phone})
        return {"id": vendor["id"]}

    def act_rename_vendor(self, vendor_id: int, name: str) -> dict[str, Any]:
        if not name.strip():
            raise ActRefused("a vendor needs a name")
        vendor = self.change_vendor(self.act_row("vendors", vendor_id, "vendor"), {"name": name})
        return {"id": vendor["id"], "name": vendor["name"]}

    def act_edit_vendor(self, vendor_id: int, **attributes: Any) -> dict[str, Any]:
        """Change attributes as the API names them, such as email_address or business_phone."""
        vendor = self.change_vendor(self.act_row("vendors", vendor_id, "vendor"), attributes)
        return {"id": vendor["id"], "name": vendor["name"]}

    def act_set_vendor_active(self, vendor_id: int, is_active: bool) -> dict[str, Any]:
        vendor = self.change_vendor(self.act_row("vendors", vendor_id, "vendor"), {"is_active": bool(is_active)})
        return {"id": vendor["id"], "is_active": vendor["is_active"]}


def select_vendors(request: Request, rows: list[Row]) -> list[Row]:
    """Those that pass the filters, sorted. The search looks into names and matches codes and tax numbers whole."""
    rows = filter_rows(request, rows, FILTERS)
    search = request.args.get("filters[search]", "").strip().lower()
    if search:
        rows = [row for row in rows if search in row["name"].lower() or search in _list_keys(row)]
    return sort_rows(request, rows, SORTS)


def _list_keys(vendor: Row) -> tuple[str, str]:
    register = vendor["business_register"] or {}
    return (vendor["origin_code"] or "").lower(), register.get("identifier", "").lower()
