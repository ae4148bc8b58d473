"""Prime contracts in v2: bodies without a wrapping key, answers under `data`, ids as text."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.files.attachments import attach_given
from connectors.sandbox.procore.listing import answer_v2_page, by_number, by_range, by_text, filter_rows
from connectors.sandbox.procore.owners.prime_contracts import is_extended_view
from connectors.sandbox.procore.owners.prime_lines import PrimeLines
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

FILTERS = {
    "id": by_number("id"),
    "status": by_text("status"),
    "accounting_method": by_text("accounting_method"),
    "vendor_id": by_number("vendor_id"),
    "architect_id": by_number("architect_id"),
    "contractor_id": by_number("contractor_id"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
}
_LIST = "/rest/v2.0/companies/<int:company_id>/projects/<int:project_id>/prime_contracts"
_ONE = f"{_LIST}/<int:contract_id>"
_LINES = f"{_ONE}/line_items"


class PrimeV2(PrimeLines):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *PrimeLines.ROUTES,
        Rule(_LIST, endpoint="list_v2_prime_contracts", methods=["GET"]),
        Rule(_LIST, endpoint="create_v2_prime_contract", methods=["POST"]),
        Rule(_ONE, endpoint="show_v2_prime_contract", methods=["GET"]),
        Rule(_ONE, endpoint="update_v2_prime_contract", methods=["PATCH"]),
        Rule(_ONE, endpoint="delete_v2_prime_contract", methods=["DELETE"]),
        Rule(f"{_ONE}/summary", endpoint="show_prime_summary", methods=["GET"]),
        Rule(_LINES, endpoint="list_v2_prime_lines", methods=["GET"]),
        Rule(_LINES, endpoint="create_v2_prime_line", methods=["POST"]),
        Rule(f"{_LINES}/<int:line_id>", endpoint="show_v2_prime_line", methods=["GET"]),
        Rule(f"{_LINES}/<int:line_id>", endpoint="update_v2_prime_line", methods=["PATCH"]),
        Rule(f"{_LINES}/<int:line_id>", endpoint="delete_v2_prime_line", methods=["DELETE"]),
    )

    def list_v2_prime_contracts(self, request: Request, company_id: int, project_id: int) -> Response:
        project = self._find_v2_project(request, company_id, project_id)
        rows = filter_rows(request, self.tables.of("prime_contracts", project["id"]), FILTERS)
        executed = request.args.get("filters[executed]")
        if executed in ("true", "false"):
            rows = [row for row in rows if row["executed"] is (executed == "true")]
        is_extended = is_extended_view(request)
        return answer_v2_page(request, rows, lambda row: self.shape_v2_prime_contract(row, is_extended=is_extended))

    def show_v2_prime_contract(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Response:
        return self._answer_v2_contract(request, self._find_v2_contract(request, company_id, project_id, contract_id))

    def create_v2_prime_contract(self, request: Request, company_id: int, project_id: int) -> Response:
        project = self._find_v2_project(request, company_id, project_id)
        attributes = self.read_body(request)
        contract = self.add_prime_contract(project, self.read_prime_values(attributes))
        attach_given(self, request, contract, attributes)
        return self._answer_v2_contract(request, contract, 201)

    def update_v2_prime_contract(
        self, request: Request, company_id: int, project_id: int, contract_id: int
    ) -> Response:
        contract = self._find_v2_contract(request, company_id, project_id, contract_id)
        self.change_prime_contract(request, contract, self.read_body(request))
        return self._answer_v2_contract(request, contract)

    def delete_v2_prime_contract(
        self, request: Request, company_id: int, project_id: int, contract_id: int
    ) -> Response:
        self.remove_prime_contract(self._find_v2_contract(request, company_id, project_id, contract_id))
        return Response(status=204)

    def show_prime_summary(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Response:
        contract = self._find_v2_contract(request, company_id, project_id, contract_id)
        return json_response({"data": self.shape_prime_summary(contract)})

    def list_v2_prime_lines(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Response:
        contract = self._find_v2_contract(request, company_id, project_id, contract_id)
        return answer_v2_page(request, self.prime_lines_of(contract), self.shape_v2_prime_line)

    def create_v2_prime_line(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Response:
        contract = self._find_v2_contract(request, company_id, project_id, contract_id)
        line = self.write_prime_line(contract, self.read_body(request))
        return json_response({"data": self.shape_v2_prime_line(line)}, 201)

    def show_v2_prime_line(
        self, request: Request, company_id: int, project_id: int, contract_id: int, line_id: int
    ) -> Response:
        contract = self._find_v2_contract(request, company_id, project_id, contract_id)
        return json_response({"data": self.shape_v2_prime_line(self.find_prime_line(contract, line_id))})

    def update_v2_prime_line(
        self, request: Request, company_id: int, project_id: int, contract_id: int, line_id: int
    ) -> Response:
        contract = self._find_v2_contract(request, company_id, project_id, contract_id)
        line = self.find_prime_line(contract, line_id)
        self.write_prime_line(contract, self.read_body(request), line)
        return json_response({"data": self.shape_v2_prime_line(line)})

    def delete_v2_prime_line(
        self, request: Request, company_id: int, project_id: int, contract_id: int, line_id: int
    ) -> Response:
        contract = self._find_v2_contract(request, company_id, project_id, contract_id)
        self.remove_prime_line(contract, self.find_prime_line(contract, line_id))
        return Response(status=204)

    def _find_v2_project(self, request: Request, company_id: int, project_id: int) -> Row:
        self.check_company(request, company_id)
        return self.find_project(project_id)

    def _find_v2_contract(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Row:
        project = self._find_v2_project(request, company_id, project_id)
        return self.find_owned("prime_contracts", contract_id, project, "Prime contract")

    def _answer_v2_contract(self, request: Request, contract: Row, status: int = 200) -> Response:
        shape: Any = self.shape_v2_prime_contract(contract, is_extended=is_extended_view(request))
        return json_response({"data": shape}, status)
