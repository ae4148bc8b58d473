"""The schedule of values of prime contracts over the API, line by line and in bulk."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.costs.line_items import LINE_FILTERS
from connectors.sandbox.procore.errors import refuse_state, refuse_unknown
from connectors.sandbox.procore.listing import answer_page, filter_rows
from connectors.sandbox.procore.owners.prime_contracts import PrimeContracts
from connectors.sandbox.procore.sync import answer_sync
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

_PATH = "/rest/v1.0/prime_contracts/<int:contract_id>/line_items"


class PrimeLines(PrimeContracts):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *PrimeContracts.ROUTES,
        Rule(_PATH, endpoint="list_prime_lines", methods=["GET"]),
        Rule(_PATH, endpoint="create_prime_line", methods=["POST"]),
        Rule(f"{_PATH}/sync", endpoint="sync_prime_lines", methods=["PATCH"]),
        Rule(f"{_PATH}/<int:line_id>", endpoint="show_prime_line", methods=["GET"]),
        Rule(f"{_PATH}/<int:line_id>", endpoint="update_prime_line", methods=["PATCH"]),
        Rule(f"{_PATH}/<int:line_id>", endpoint="delete_prime_line", methods=["DELETE"]),
    )

    def list_prime_lines(self, request: Request, contract_id: int) -> Response:
        lines = self.prime_lines_of(self.read_prime_contract(request, contract_id))
        return answer_page(request, filter_rows(request, lines, LINE_FILTERS), self.shape_prime_line)

    def show_prime_line(self, request: Request, contract_id: int, line_id: int) -> Response:
        contract = self.read_prime_contract(request, contract_id)
        return json_response(self.shape_prime_line(self.find_prime_line(contract, line_id)))

    def create_prime_line(self, request: Request, contract_id: int) -> Response:
        contract = self.read_prime_contract(request, contract_id)
        line = self.write_prime_line(contract, self.read_wrapped(request, "line_item"))
        return json_response(self.shape_prime_line(line), 201)

    def update_prime_line(self, request: Request, contract_id: int, line_id: int) -> Response:
        contract = self.read_prime_contract(request, contract_id)
        line = self.find_prime_line(contract, line_id)
        self.write_prime_line(contract, self.read_wrapped(request, "line_item"), line)
        return json_response(self.shape_prime_line(line))

    def delete_prime_line(self, request: Request, contract_id: int, line_id: int) -> Response:
        contract = self.read_prime_contract(request, contract_id)
        self.remove_prime_line(contract, self.find_prime_line(contract, line_id))
        return Response(status=200, content_type="application/json")

    def sync_prime_lines(self, request: Request, contract_id: int) -> Response:
        """200 however many rows fail; those of an approved contract all do."""
        contract = self.read_prime_contract(request, contract_id)

        def create(attributes: dict[str, Any]) -> Row:
            return self.write_prime_line(contract, attributes)

        def update(line: Row, attributes: dict[str, Any]) -> Row:
            return self.write_prime_line(contract, attributes, line)

        return answer_sync(
            self.read_body(request).get("updates"),
            self.prime_lines_of(contract),
            create=create,
            update=update,
            shape=self.shape_prime_line,
        )

    # --- records

    def find_prime_line(self, contract: Row, line_id: Any) -> Row:
        line = self.find_row("prime_lines", line_id, "Line item")
        if line["prime_contract_id"] != contract["id"] or line["package_id"] is not None:
            raise refuse_unknown("Line item")
        return line

    def write_prime_line(self, contract: Row, attributes: dict[str, Any], line: Row | None = None) -> Row:
        """Add a line from write attributes, or change `line`."""
        self.check_prime_lines_open(contract)
        values = self.read_financial_line("prime_lines", self.project_of(contract), attributes, line)
        if line is None:
            line = self.add_prime_line(contract, values)
        else:
            line.update(values)
            self.touch(line)
            self.announce_prime_line(line, "update")
        self.forget_applications(contract["id"])
        return line

    def remove_prime_line(self, contract: Row, line: Row) -> None:
        self.check_prime_lines_open(contract)
        if self.is_prime_billed(contract["id"], line["id"]):
            raise refuse_state("The line item cannot be deleted because it has been invoiced")
        self.announce_prime_line(line, "delete")
        self.tables.remove("prime_lines", line["id"])
        self.forget_applications(contract["id"])
