"""Change orders of prime contracts on the path of their own, which companies with one or two tiers have. Read only."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.currency import CURRENCY
from connectors.sandbox.procore.errors import refuse_unknown
from connectors.sandbox.procore.files.attachments import list_attachments
from connectors.sandbox.procore.listing import answer_page, by_flag, by_number, by_range, by_text, filter_rows
from connectors.sandbox.procore.owners.prime_contracts import PrimeContracts, is_extended_view
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import write_plain
from connectors.sandbox.wire import json_response

FILTERS = {
    "id": by_number("id"),
    "legacy_package_id": by_number("id"),
    "contract_id": by_number("prime_contract_id"),
    "status": by_text("status"),
    "executed": by_flag("executed"),
    "updated_at": by_range("updated_at"),
}
NAMES = (
    "id", "description", "title", "invoiced_date", "paid_date", "due_date", "signed_change_order_received_date",
    "updated_at", "created_at", "reviewed_at", "executed", "schedule_impact_amount", "number", "status",
)  # fmt: skip
UNSET = (
    "batch_id", "legacy_request_id", "location_id", "revised_substantial_completion_date", "reference",
    "designated_reviewer", "received_from", "reviewed_by", "change_order_change_reason",
)  # fmt: skip
_PATH = "/rest/v1.0/projects/<int:project_id>/prime_change_orders"


class PrimeChangeOrderViews(PrimeContracts):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(_PATH, endpoint="list_prime_change_orders", methods=["GET"]),
        Rule(f"{_PATH}/<int:package_id>", endpoint="show_prime_change_order", methods=["GET"]),
    )

    def list_prime_change_orders(self, request: Request, project_id: int) -> Response:
        project = self.find_project(project_id)
        is_extended = is_extended_view(request)
        rows = [
            package
            for contract in self.tables.of("prime_contracts", project["id"])
            for package in self.prime_packages_of(contract)
        ]
        return answer_page(
            request,
            filter_rows(request, rows, FILTERS),
            lambda row: self._shape_prime_change_order(row, is_extended=is_extended),
        )

    def show_prime_change_order(self, request: Request, project_id: int, package_id: int) -> Response:
        project = self.find_project(project_id)
        package = self.find_row("prime_packages", package_id, "Prime change order")
        contract = self.tables.get("prime_contracts", package["prime_contract_id"])
        if contract["project_id"] != project["id"]:
            raise refuse_unknown("Prime change order")
        shape = self._shape_prime_change_order(package, is_extended=is_extended_view(request))
        return json_response({**shape, "attachments": list_attachments(self, package["id"])})

    def _shape_prime_change_order(self, package: Row, *, is_extended: bool) -> dict[str, Any]:
        """Unverified: whether its id is that of the package; both name the same record here."""
        creator = self.shape_prime_person(package["created_by_id"]) or {"id": None, "name": None}
        shape = {
            **{name: package[name] for name in NAMES},
            **dict.fromkeys(UNSET),
            "contract_id": package["prime_contract_id"],
            "legacy_package_id": package["id"],
            "type": "PrimeChangeOrder",
            "grand_total": write_plain(self.sum_prime_package(package)),
            "revision": 0,
            "paid": package["paid_date"] is not None,
            "signature_required": False,
            "private": False,
            "field_change": False,
            "created_by": {"id": creator["id"], "name": creator["name"]},
            "custom_fields": {},
            "currency_configuration": CURRENCY,
        }
        return {**shape, "change_events": []} if is_extended else shape
