"""The vendors of one project: the company's own records, only the membership is the project's."""

from __future__ import annotations

from typing import ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.company.vendors import Vendors, select_vendors
from connectors.sandbox.procore.core import VERSION
from connectors.sandbox.procore.errors import refuse_unknown
from connectors.sandbox.procore.listing import answer_page, read_view
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

PATH = f"/rest/{VERSION}/projects/<int:project_id>/vendors"
VIEWS = ("compact", "normal", "extended", "summary", "ids_only")


class ProjectVendors(Vendors):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *Vendors.ROUTES,
        Rule(PATH, endpoint="list_project_vendors", methods=["GET"]),
        Rule(PATH, endpoint="create_project_vendor", methods=["POST"]),
        Rule(f"{PATH}/inactive", endpoint="list_inactive_project_vendors", methods=["GET"]),
        Rule(f"{PATH}/inactive/<int:vendor_id>", endpoint="reactivate_project_vendor", methods=["PATCH"]),
        Rule(f"{PATH}/<int:vendor_id>", endpoint="show_project_vendor", methods=["GET"]),
        Rule(f"{PATH}/<int:vendor_id>", endpoint="update_project_vendor", methods=["PATCH"]),
        Rule(f"{PATH}/<int:vendor_id>/actions/add", endpoint="add_project_vendor", methods=["POST"]),
        Rule(f"{PATH}/<int:vendor_id>/actions/remove", endpoint="remove_project_vendor", methods=["DELETE"]),
    )

    def list_project_vendors(self, request: Request, version: str, project_id: int) -> Response:
        return self._answer_project_vendors(request, version, project_id, is_active=True)

    def list_inactive_project_vendors(self, request: Request, version: str, project_id: int) -> Response:
        return self._answer_project_vendors(request, version, project_id, is_active=False)

    def show_project_vendor(self, request: Request, version: str, project_id: int, vendor_id: int) -> Response:
        return self._answer_project_vendor(request, version, self._find_project_vendor(project_id, vendor_id))

    def create_project_vendor(self, request: Request, version: str, project_id: int) -> Response:
        """A new vendor of the company that is a member at once."""
        project = self.find_project(project_id)
        _read_view(request, version)
        vendor = self.add_vendor(self.read_wrapped(request, "vendor"))
        self.join_project(vendor["id"], project["id"])
        return self._answer_project_vendor(request, version, vendor, 201)

    def update_project_vendor(self, request: Request, version: str, project_id: int, vendor_id: int) -> Response:
        vendor = self._find_project_vendor(project_id, vendor_id)
        _read_view(request, version)
        self.change_vendor(vendor, self.read_wrapped(request, "vendor"))
        return self._answer_project_vendor(request, version, vendor)

    def reactivate_project_vendor(self, request: Request, version: str, project_id: int, vendor_id: int) -> Response:
        vendor = self._find_project_vendor(project_id, vendor_id)
        if vendor["is_active"]:
            raise refuse_unknown("Vendor")
        _read_view(request, version)
        return self._answer_project_vendor(request, version, self.change_vendor(vendor, {"is_active": True}))

    def add_project_vendor(self, request: Request, version: str, project_id: int, vendor_id: int) -> Response:
        project = self.find_project(project_id)
        vendor = self.find_vendor(vendor_id)
        _read_view(request, version)
        self.join_project(vendor["id"], project["id"])
        return self._answer_project_vendor(request, version, vendor, 201)

    def remove_project_vendor(self, request: Request, version: str, project_id: int, vendor_id: int) -> Response:
        self.leave_project(self._find_project_vendor(project_id, vendor_id)["id"], project_id)
        return Response(status=204)

    def _find_project_vendor(self, project_id: int, vendor_id: int) -> Row:
        project = self.find_project(project_id)
        vendor = self.find_vendor(vendor_id)
        if project["id"] not in vendor["project_ids"]:
            raise refuse_unknown("Vendor")
        return vendor

    def _answer_project_vendors(self, request: Request, version: str, project_id: int, *, is_active: bool) -> Response:
        project = self.find_project(project_id)
        view = _read_view(request, version)
        rows = [
            row
            for row in self.tables.of("vendors", project["company_id"])
            if row["is_active"] == is_active and project["id"] in row["project_ids"]
        ]
        rows = select_vendors(request, rows)
        if view == "ids_only":
            return answer_page(request, rows, lambda row: row["id"])
        return answer_page(request, rows, lambda row: self.shape_project_vendor(row, view))

    def _answer_project_vendor(self, request: Request, version: str, vendor: Row, status: int = 200) -> Response:
        return json_response(self.shape_project_vendor(vendor, _read_view(request, version)), status)


def _read_view(request: Request, version: str) -> str:
    """The newer version answers the plain form unless asked for more, as recorded."""
    return read_view(request, VIEWS, "extended" if version == "v1.0" else "normal")
