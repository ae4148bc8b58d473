"""The company directory: every business, customers included, is a "vendor" in Procore's API."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.frame import ActRefused
from connectors.sandbox.procore.core import VERSION, Core
from connectors.sandbox.procore.errors import (
    Refused,
    refuse_fields,
    refuse_request,
    refuse_unknown,
)
from connectors.sandbox.procore.listing import answer_page, by_number, by_range, by_text, filter_rows, sort_rows
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

VIEWS = ("compact", "normal", "erp", "extended", "directory", "summary")
LARGEST_SYNC = 1000
BIDDING = (
    "affirmative_action", "african_american_business", "asian_american_business", "certified_business_enterprise",
    "disadvantaged_business", "eight_a_business", "hispanic_business", "historically_underutilized_business",
    "minority_business_enterprise", "native_american_business", "sdvo_business", "small_business", "womens_business",
)  # fmt: skip
TEXTS = (
    "abbreviated_name", "address", "business_phone", "city", "country_code", "email_address", "fax_number",
    "labor_union", "license_number", "notes", "state_code", "trade_name", "website", "zip",
)  # fmt: skip
FLAGS = ("authorized_bidder", "is_active", "non_union_prevailing_wage", "prequalified", "union_member")
NULLABLE = ("mobile_phone", "origin_code", "origin_data", "origin_id")
FILTERS = {
    "id": by_number("id"),
    "origin_id": by_text("origin_id"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
}


class Vendors(Core):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule("/rest/v1.0/vendors", endpoint="list_vendors", methods=["GET"]),
        Rule("/rest/v1.0/vendors", endpoint="create_vendor", methods=["POST"]),
        Rule("/rest/v1.0/vendors/sync", endpoint="sync_vendors", methods=["PATCH"]),
        Rule("/rest/v1.0/vendors/<int:vendor_id>", endpoint="show_vendor", methods=["GET"]),
        Rule("/rest/v1.0/vendors/<int:vendor_id>", endpoint="update_vendor", methods=["PATCH"]),
        Rule("/rest/v1.0/companies/<int:company_id>/vendors/inactive", endpoint="list_inactive_vendors"),
        Rule(
            "/rest/v1.0/companies/<int:company_id>/vendors/inactive/<int:vendor_id>",
            endpoint="reactivate_vendor",
            methods=["PATCH"],
        ),
        Rule(f"/rest/{VERSION}/projects/<int:project_id>/vendors", endpoint="list_project_vendors"),
    )

    def list_vendors(self, request: Request) -> Response:
        """Active ones only; the inactive have a path of their own."""
        self.require_company(request)
        return self._answer_vendors(request, [row for row in self.tables.iterate("vendors") if row["is_active"]])

    def list_inactive_vendors(self, request: Request, company_id: int) -> Response:
        self.check_company(request, company_id)
        return self._answer_vendors(request, [row for row in self.tables.iterate("vendors") if not row["is_active"]])

    def list_project_vendors(self, request: Request, version: str, project_id: int) -> Response:
        project = self.find_project(project_id)
        rows = self.tables.iterate("vendors")
        return self._answer_vendors(
            request, [row for row in rows if row["is_active"] and project["id"] in row["project_ids"]]
        )

    def show_vendor(self, request: Request, vendor_id: int) -> Response:
        self.require_company(request)
        return json_response(shape_vendor(self.find_row("vendors", vendor_id, "Vendor"), _read_view(request)))

    def create_vendor(self, request: Request) -> Response:
        self.require_company(request)
        vendor = self.add_vendor(self.read_wrapped(request, "vendor"))
        return json_response(shape_vendor(vendor, _read_view(request)), 201)

    def update_vendor(self, request: Request, vendor_id: int) -> Response:
        self.require_company(request)
        vendor = self.change_vendor(
            self.find_row("vendors", vendor_id, "Vendor"), self.read_wrapped(request, "vendor")
        )
        return json_response(shape_vendor(vendor, _read_view(request)))

    def reactivate_vendor(self, request: Request, company_id: int, vendor_id: int) -> Response:
        self.check_company(request, company_id)
        vendor = self.find_row("vendors", vendor_id, "Vendor")
        if vendor["is_active"]:
            raise refuse_unknown("Vendor")
        return json_response(shape_vendor(self.change_vendor(vendor, {"is_active": True}), _read_view(request)))

    def sync_vendors(self, request: Request) -> Response:
        """200 even when every row failed; the failed come back with their errors."""
        self.require_company(request)
        updates = self.read_body(request).get("updates")
        if not isinstance(updates, list) or not all(isinstance(update, dict) for update in updates):
            raise refuse_request("param is missing or the value is empty: updates")
        if len(updates) > LARGEST_SYNC:
            raise Refused(413, {"errors": f"updates may not have more than {LARGEST_SYNC} items"})
        entities, errors = [], []
        for update in updates:
            try:
                entities.append(shape_vendor(self._sync_vendor(update), "extended"))
            except Refused as refusal:
                messages = refusal.body["errors"]
                errors.append({**update, "errors": messages})
        return json_response({"entities": entities, "errors": errors})

    def _sync_vendor(self, update: dict[str, Any]) -> Row:
        """The id finds the record and then the origin_id is changed; without one the origin_id finds or makes it."""
        if update.get("id") is not None:
            vendor = self.tables.find("vendors", update["id"])
            if vendor is None:
                raise refuse_fields(id=["Entity with this ID not found"])
            return self.change_vendor(vendor, update)
        origin_id = update.get("origin_id")
        if origin_id is not None:
            for row in self.tables.iterate("vendors"):
                if row["origin_id"] == str(origin_id):
                    return self.change_vendor(row, update)
        return self.add_vendor(update)

    # --- records

    def add_vendor(self, attributes: dict[str, Any]) -> Row:
        """A new vendor from write attributes; unknown ones are dropped. Names need not be unique."""
        name = self.require_text(attributes, "name")
        self.check_origin("vendors", attributes)
        stamp = self.stamp()
        vendor = self.tables.add(
            "vendors",
            {
                "name": name,
                **dict.fromkeys(TEXTS, ""),
                **dict.fromkeys(FLAGS, False),
                **dict.fromkeys(NULLABLE),
                "is_active": True,
                "project_ids": [],
                "created_at": stamp,
                "updated_at": stamp,
            },
        )
        _write(vendor, attributes)
        self.announce("Company Vendors", "create", vendor["id"])
        return vendor

    def change_vendor(self, vendor: Row, attributes: dict[str, Any]) -> Row:
        if "name" in attributes:
            self.require_text(attributes, "name")
        self.check_origin("vendors", attributes, vendor["id"])
        _write(vendor, attributes)
        self.touch(vendor)
        self.announce("Company Vendors", "update", vendor["id"])
        return vendor

    def join_project(self, vendor_id: int, project_id: int) -> None:
        """Make a vendor a member of a project's directory."""
        project_ids = self.tables.get("vendors", vendor_id)["project_ids"]
        if project_id not in project_ids:
            project_ids.append(project_id)

    def _answer_vendors(self, request: Request, rows: list[Row]) -> Response:
        view = _read_view(request)
        rows = filter_rows(request, rows, FILTERS)
        search = request.args.get("filters[search]", "").strip().lower()
        if search:
            rows = [
                row for row in rows if search in row["name"].lower() or search == (row["origin_code"] or "").lower()
            ]
        rows = sort_rows(request, rows, {"name": "name"})
        return answer_page(request, rows, lambda row: shape_vendor(row, view))

    # --- acts

    def act_add_vendor(self, name: str, email: str = "", phone: str = "") -> dict[str, Any]:
        return {"id": self.add_vendor({"name": name, "email_address": email, "business_phone": phone})["id"]}

    def act_rename_vendor(self, vendor_id: int, name: str) -> dict[str, Any]:
        vendor = self.act_row("vendors", vendor_id, "vendor")
        if not name.strip():
            raise ActRefused("a vendor needs a name")
        self.change_vendor(vendor, {"name": name})
        return {"id": vendor["id"], "name": vendor["name"]}


def shape_vendor(vendor: Row, view: str = "extended") -> dict[str, Any]:
    """The wire form of a vendor. `name` is written and `company` only echoes it."""
    if view == "compact":
        return {"id": vendor["id"], "name": vendor["name"]}
    shape: dict[str, Any] = {
        "id": vendor["id"],
        "name": vendor["name"],
        "company": vendor["name"],
        "legal_name": vendor["name"],
        "attachments": [],
        "business_id": None,
        "business_register": None,
        "company_vendor": False,
        "contact_count": 0,
        "created_at": vendor["created_at"],
        "is_connected": False,
        "connected_to_company_id": None,
        "logo": None,
        "primary_contact": None,
        "synced_to_erp": vendor["origin_id"] is not None,
        "updated_at": vendor["updated_at"],
        "vendor_group": None,
        **{name: vendor[name] for name in (*TEXTS, *FLAGS, *NULLABLE)},
    }
    if view != "normal":
        shape |= {
            "bidding": dict.fromkeys(BIDDING, False),
            "bidding_distribution": [],
            "children_count": 0,
            "parent": None,
            "project_ids": vendor["project_ids"],
            "standard_cost_codes": [],
            "trades": [],
        }
    if view == "erp":
        shape |= {"origin_custom_fields": {}, "erp_custom_fields": {}}
    return shape


def _read_view(request: Request) -> str:
    view = request.args.get("view", "extended")
    if view not in VIEWS:
        raise refuse_request(f"view does not have a valid value: {view}")
    return view


def _write(vendor: Row, attributes: dict[str, Any]) -> None:
    if "name" in attributes:
        vendor["name"] = str(attributes["name"]).strip()
    for name in TEXTS:
        if name in attributes:
            vendor[name] = str(attributes[name] or "")
    for name in FLAGS:
        if name in attributes:
            vendor[name] = attributes[name] in (True, "true", 1, "1")
    for name in NULLABLE:
        if name in attributes:
            vendor[name] = None if attributes[name] is None else str(attributes[name])
