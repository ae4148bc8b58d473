"""Change order packages of commitments. Only an approved one enters the contract sum and the invoices.

The company works with one tier: each package is a pair with a potential change order, which carries the lines.
"""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.core import USERS
from connectors.sandbox.procore.errors import refuse_missing_id, refuse_state, refuse_unknown
from connectors.sandbox.procore.inputs import check_choice, read_amount, read_flag, read_text
from connectors.sandbox.procore.listing import answer_page, by_date, by_number, by_range, by_text, filter_rows
from connectors.sandbox.procore.subcontracts.contract_details import ContractDetails
from connectors.sandbox.procore.subcontracts.contract_shapes import ORIGIN
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.procore.values import read_date, write_money, write_plain
from connectors.sandbox.wire import json_response

STATUSES = (
    "draft", "not_pricing", "pricing", "pending", "revised", "proceeding", "not_proceeding", "no_charge", "approved",
    "rejected", "void",
)  # fmt: skip
REVIEWED = ("approved", "rejected")
DATES = ("due_date", "invoiced_date", "paid_date", "signed_change_order_received_date")
FILTERS = {
    "id": by_number("id"),
    "status": by_text("status"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
    **{name: by_date(name) for name in (*DATES, "reviewed_at")},
}


class ChangeOrders(ContractDetails):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule("/rest/v1.0/change_order_packages", endpoint="list_packages", methods=["GET"]),
        Rule("/rest/v1.0/change_order_packages", endpoint="create_package", methods=["POST"]),
        Rule("/rest/v1.0/change_order_packages/<int:package_id>", endpoint="show_package", methods=["GET"]),
        Rule("/rest/v1.0/change_order_packages/<int:package_id>", endpoint="update_package", methods=["PATCH"]),
    )

    def list_packages(self, request: Request) -> Response:
        """Packages are never deleted over the API, so `filters[include_deleted]=only` finds none."""
        project = self.read_project(request)
        if request.args.get("filters[include_deleted]") == "only":
            return answer_page(request, [], self.shape_package)
        contract_id = request.args.get("contract_id")
        rows = [
            package
            for commitment in self.tables.of("commitments", project["id"])
            if contract_id in (None, str(commitment["id"]))
            for package in self.tables.of("change_order_packages", commitment["id"])
        ]
        return answer_page(request, filter_rows(request, rows, FILTERS), self.shape_package)

    def show_package(self, request: Request, package_id: int) -> Response:
        return json_response(self.shape_whole_package(self.read_package(request, package_id)))

    def create_package(self, request: Request) -> Response:
        project = self.read_project(request)
        contract = self.find_commitment(self.read_id(request, "contract_id"), project)
        attributes = self.read_wrapped(request, "change_order")
        return json_response(self.shape_whole_package(self.make_package(contract, attributes)), 201)

    def update_package(self, request: Request, package_id: int) -> Response:
        package = self.read_package(request, package_id)
        self.edit_package(package, self.read_wrapped(request, "change_order"))
        return json_response(self.shape_whole_package(package))

    def read_package(self, request: Request, package_id: int) -> Row:
        """A package of the project that the request names, and of its contract where it names one."""
        project = self.read_project(request)
        package = self.find_row("change_order_packages", package_id, "Change order package")
        given = self._read_contract_id(request)
        contract = self.tables.get("commitments", package["commitment_id"])
        if contract["project_id"] != project["id"] or given not in (None, contract["id"]):
            raise refuse_unknown("Change order package")
        return package

    def _read_contract_id(self, request: Request) -> int | None:
        given = request.args.get("contract_id")
        if given is None and request.method != "GET":
            given = self.read_body(request).get("contract_id")
        if given in (None, ""):
            return None
        number = read_number(given)
        if number is None:
            raise refuse_missing_id()
        return number

    # --- the records; the other forms of a change order and the acts write through these as well

    def make_package(self, contract: Row, attributes: dict[str, Any], number: str | None = None) -> Row:
        """The package and its potential change order."""
        self._check_package({}, attributes)
        stamp = self.stamp()
        package = self.tables.add(
            "change_order_packages",
            {
                **dict.fromkeys((*DATES, *ORIGIN)),
                "commitment_id": contract["id"],
                "number": number or f"{len(self.tables.of('change_order_packages', contract['id'])) + 1:03d}",
                "title": "",
                "description": None,
                "status": "draft",
                "stated_total": None,
                "schedule_impact_amount": None,
                "executed": False,
                "private": False,
                "reviewed_at": None,
                "created_by_id": self.actor.user_id,
                "created_at": stamp,
                "updated_at": stamp,
            },
        )
        self._write_package(package, attributes)
        self.add_potential(package)
        self.announce_package(package, "create")
        return package

    def add_potential(self, package: Row) -> Row:
        """The other half of the pair; what both say is kept on the package."""
        return self.tables.add(
            "potential_change_orders",
            {
                "commitment_id": package["commitment_id"],
                "package_id": package["id"],
                "origin_id": None,
                "origin_data": None,
            },
        )

    def edit_package(self, package: Row, attributes: dict[str, Any]) -> Row:
        self._check_package(package, attributes)
        self._write_package(package, attributes)
        self.touch(package)
        self.forget_figures(package["commitment_id"])
        self.announce_package(package, "update")
        return package

    def drop_package(self, package: Row) -> None:
        """Remove a change order, its lines and the other half of the pair, without a word to anybody."""
        for line in self.package_lines(package):
            self.tables.remove("contract_lines", line["id"])
        potential = self.find_potential(package)
        if potential is not None:
            self.tables.remove("potential_change_orders", potential["id"])
        self.tables.remove("change_order_packages", package["id"])

    def find_potential(self, package: Row) -> Row | None:
        rows = self.tables.of("potential_change_orders", package["commitment_id"])
        return next((row for row in rows if row["package_id"] == package["id"]), None)

    def announce_package(self, package: Row, event_type: str) -> None:
        project_id = self.tables.get("commitments", package["commitment_id"])["project_id"]
        self.announce("Change Order Packages", event_type, package["id"], project_id=project_id)
        potential = self.find_potential(package)
        if potential is not None:
            self.announce("Potential Change Orders", event_type, potential["id"], project_id=project_id)

    def _check_package(self, package: Row, attributes: dict[str, Any]) -> None:
        check_choice(attributes, "status", STATUSES)
        read_amount(attributes, "grand_total")
        read_amount(attributes, "schedule_impact_amount")
        self.check_origin("change_order_packages", attributes, package.get("id"))
        if package and package["status"] == "approved":
            self._check_approved(package, attributes)

    def _check_approved(self, package: Row, attributes: dict[str, Any]) -> None:
        """Unverified: that an invoiced change order cannot be taken back; its invoices would no longer add up."""
        status = attributes.get("status") or "approved"
        if status != "approved" and self.list_package_items(package):
            raise refuse_state("A change order that has been invoiced has to stay approved")
        total = read_amount(attributes, "grand_total")
        is_same = total is None or write_money(total) == (package.get("stated_total") or write_money(total))
        if status == "approved" and not is_same:
            raise refuse_state("An approved change order cannot be changed")

    def list_package_items(self, package: Row) -> list[Row]:
        """The invoice lines that bill the package or a line of it."""
        lines = {line["id"] for line in self.package_lines(package)}
        return [
            item
            for claim in self.tables.of("requisitions", package["commitment_id"])
            for item in self.tables.of("requisition_items", claim["id"])
            if item.get("whole_package_id") == package["id"] or item["line_id"] in lines
        ]

    def _write_package(self, package: Row, attributes: dict[str, Any]) -> None:
        for name in ("title", "description", *ORIGIN):
            if name in attributes:
                package[name] = read_text(attributes, name)
        package["title"] = package["title"] or ""
        for name in DATES:
            if name in attributes:
                package[name] = read_date(attributes[name])
        if attributes.get("executed") is not None:
            package["executed"] = read_flag(attributes, "executed")
        total = read_amount(attributes, "grand_total")
        if total is not None:
            package["stated_total"] = write_money(total)
        impact = read_amount(attributes, "schedule_impact_amount")
        if impact is not None:
            package["schedule_impact_amount"] = int(impact)
        status = read_text(attributes, "status")
        if status and status != package["status"]:
            package["status"] = status
            package["reviewed_at"] = self.stamp() if status in REVIEWED else None

    # --- shapes

    def shape_whole_package(self, package: Row) -> dict[str, Any]:
        """The form shown singly."""
        creator = USERS[package["created_by_id"]]
        listed = self.shape_package(package)
        del listed["created_by_id"]
        return {
            **listed,
            "type": "ChangeOrderPackage",
            "description": package.get("description"),
            "position": read_number(package["number"]) or 1,
            "private": package.get("private", False),
            "review_notes": None,
            "reviewer": None,
            "revised_substantial_completion_date": None,
            "schedule_impact_amount": package.get("schedule_impact_amount"),
            "creator": {"id": creator.user_id, "login": creator.login, "name": creator.name},
            "attachments": [],
            "line_items": [
                {**self.shape_contract_line(line), "markup_line_items": []} for line in self.package_lines(package)
            ],
        }

    def shape_total(self, package: Row) -> str:
        return write_plain(self.package_total(package))
