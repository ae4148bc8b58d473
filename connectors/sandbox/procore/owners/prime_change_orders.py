"""Change order packages of prime contracts, on the path they share with those of commitments."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.errors import refuse_state
from connectors.sandbox.procore.inputs import read_amount, read_choice, read_dates, read_flag, read_texts, read_whole
from connectors.sandbox.procore.listing import answer_page, filter_rows
from connectors.sandbox.procore.owners.prime_contracts import PrimeContracts
from connectors.sandbox.procore.subcontracts.change_orders import DATES, FILTERS, REVIEWED, STATUSES, ChangeOrders
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import write_money
from connectors.sandbox.wire import json_response

TEXTS = ("title", "description", "origin_id", "origin_data", "origin_code")
LOCKED = "The change order cannot be edited because it is approved"


class PrimeChangeOrders(ChangeOrders, PrimeContracts):
    """Answers for prime contracts first and leaves the rest to the commitments' part."""

    def shape_prime_fields(self, contract: Row) -> dict[str, Any]:
        return self.shape_given_fields(contract["custom_fields"])

    def read_prime_fields(self, attributes: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
        self.write_custom_fields(kept, attributes)
        return kept

    def list_packages(self, request: Request) -> Response:
        contract = self._find_named_prime(request)
        if contract is None:
            is_named = request.args.get("contract_id") is not None
            return super().list_packages(request) if is_named else self._list_project_packages(request)
        rows = [] if request.args.get("filters[include_deleted]") == "only" else self.prime_packages_of(contract)
        return answer_page(request, filter_rows(request, rows, FILTERS), self.shape_prime_package)

    def _list_project_packages(self, request: Request) -> Response:
        """Those of commitments, then those of prime contracts: without a contract the list holds both."""
        project = self.read_project(request)
        rows = [
            package
            for table, packages in (("commitments", "change_order_packages"), ("prime_contracts", "prime_packages"))
            for contract in self.tables.of(table, project["id"])
            for package in self.tables.of(packages, contract["id"])
        ]
        if request.args.get("filters[include_deleted]") == "only":
            rows = []
        return answer_page(request, filter_rows(request, rows, FILTERS), self._shape_either_package)

    def _shape_either_package(self, package: Row) -> dict[str, Any]:
        is_prime = "prime_contract_id" in package
        return self.shape_prime_package(package) if is_prime else self.shape_package(package)

    def show_package(self, request: Request, package_id: int) -> Response:
        package = self._find_prime_package(request, package_id)
        if package is None:
            return super().show_package(request, package_id)
        return json_response(self.shape_whole_prime_package(package))

    def create_package(self, request: Request) -> Response:
        contract = self._find_named_prime(request)
        if contract is None:
            return super().create_package(request)
        package = self.add_prime_package(contract, self._read_prime_package(request))
        self.forget_applications(contract["id"])
        return json_response(self.shape_whole_prime_package(package), 201)

    def update_package(self, request: Request, package_id: int) -> Response:
        """An approved one stays as it is, and so do the invoices that bill it."""
        package = self._find_prime_package(request, package_id)
        if package is None:
            return super().update_package(request, package_id)
        values = self._read_prime_package(request, package)
        if package["status"] == "approved":
            raise refuse_state(LOCKED)
        self.change_prime_package(package, values)
        return json_response(self.shape_whole_prime_package(package))

    def change_prime_package(self, package: Row, values: dict[str, Any]) -> None:
        contract = self.tables.get("prime_contracts", package["prime_contract_id"])
        package.update(values)
        self.forget_applications(contract["id"])
        self.touch(package)
        self.announce("Change Order Packages", "update", package["id"], project_id=contract["project_id"])

    def set_prime_package_status(self, package: Row, status: str) -> None:
        """What is billed already stays approved, or its invoices would no longer add up."""
        values = {"status": read_choice({"status": status}, "status", STATUSES)}
        sources = [package["id"], *(line["id"] for line in self.prime_package_lines(package))]
        contract_id = package["prime_contract_id"]
        if status != "approved" and any(self.is_prime_billed(contract_id, source) for source in sources):
            raise refuse_state("A change order that has been invoiced has to stay approved")
        reviewed = {"reviewed_at": self.stamp()} if status in REVIEWED else {}
        self.change_prime_package(package, {**values, **reviewed})

    def _find_named_prime(self, request: Request) -> Row | None:
        """The prime contract that the request names; None for a commitment, and for no contract at all."""
        project = self.read_project(request)
        given = request.args.get("contract_id")
        if given is None and request.method != "GET":
            given = self.read_body(request).get("contract_id")
        contract = self.tables.find("prime_contracts", given)
        return contract if contract is not None and contract["project_id"] == project["id"] else None

    def _find_prime_package(self, request: Request, package_id: int) -> Row | None:
        package = self.tables.find("prime_packages", package_id)
        if package is None:
            return None
        contract = self.tables.get("prime_contracts", package["prime_contract_id"])
        return package if contract["project_id"] == self.read_project(request)["id"] else None

    def _read_prime_package(self, request: Request, package: Row | None = None) -> dict[str, Any]:
        attributes = self.read_wrapped(request, "change_order")
        values: dict[str, Any] = {**read_texts(attributes, TEXTS), **read_dates(attributes, DATES)}
        status = read_choice(attributes, "status", STATUSES)
        if status is not None:
            values["status"] = status
            if status in REVIEWED:
                values["reviewed_at"] = self.stamp()
        amount = read_amount(attributes, "grand_total")
        if amount is not None:
            values["grand_total"] = write_money(amount)
        if "executed" in attributes:
            values["executed"] = read_flag(attributes, "executed")
        if "schedule_impact_amount" in attributes:
            values["schedule_impact_amount"] = read_whole(attributes, "schedule_impact_amount")
        self.check_origin("prime_packages", attributes, package["id"] if package else None)
        return values
