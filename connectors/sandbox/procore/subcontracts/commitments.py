"""Commitments: subcontracts (work orders) and purchase orders, listed and shown."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.core import USERS
from connectors.sandbox.procore.errors import refuse_unknown
from connectors.sandbox.procore.listing import answer_page, by_number, by_range, by_text, filter_rows, read_view
from connectors.sandbox.procore.subcontracts.contract_shapes import CONTRACT_TYPES, ContractShapes, make_contract
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import sum_amounts, write_plain
from connectors.sandbox.wire import json_response

KINDS = {"work_order": "work_order_contracts", "purchase_order": "purchase_order_contracts"}
# What the form shown without its kind has beside the rest.
NEVER_SET = (
    "architect", "assigned_to", "budget_line_item_id", "contract_termination_date", "contractor", "cost_code",
    "received_from", "requisition_number",
)  # fmt: skip
SHOWN_SETTINGS = (
    "allow_comments", "allow_markups", "allow_payment_applications", "allow_payments", "delivery_date",
    "display_materials_retainage", "display_work_retainage", "payment_terms", "ship_via",
)  # fmt: skip
FILTERS = {
    "id": by_number("id"),
    "status": by_text("status"),
    "origin_id": by_text("origin_id"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
}


def route_kinds(path: str, endpoint: str, *methods: str) -> tuple[Rule, ...]:
    """The same route below both kinds of contract, `kind` given to the handler."""
    return tuple(
        Rule(f"/rest/v1.0/{base}{path}", endpoint=endpoint, methods=list(methods), defaults={"kind": kind})
        for kind, base in KINDS.items()
    )


class Commitments(ContractShapes):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule("/rest/v1.0/commitments", endpoint="list_commitments", methods=["GET"]),
        Rule("/rest/v1.0/commitments/<int:commitment_id>", endpoint="show_commitment", methods=["GET"]),
        *route_kinds("", "list_contracts", "GET"),
        *route_kinds("/<int:contract_id>", "show_contract", "GET"),
    )

    def list_commitments(self, request: Request) -> Response:
        """Both kinds in one thin list that does not say which is which."""
        project = self.read_project(request)
        return answer_page(request, self.tables.of("commitments", project["id"]), self.shape_thin)

    def show_commitment(self, request: Request, commitment_id: int) -> Response:
        project = self.read_project(request)
        commitment = self.find_owned("commitments", commitment_id, project, "Commitment")
        settings, vendor = {**make_contract(), **commitment}, self.vendor_of(commitment)
        creator = USERS[commitment["created_by_id"]]
        total = write_plain(sum_amounts(self.own_lines(commitment)))
        return json_response(
            {
                **dict.fromkeys(NEVER_SET),
                **{name: settings[name] for name in SHOWN_SETTINGS},
                **self.shape_whole_contract(commitment),
                "type": CONTRACT_TYPES[commitment["kind"]],
                "bill_to": settings["bill_to_address"],
                "ship_to": settings["ship_to_address"],
                "allow_redistributions": False,
                "display_stored_materials": True,
                "line_items_total": total,
                "line_items_extended_total": total,
                "position": self.tables.of("commitments", project["id"]).index(commitment) + 1,
                "created_by": {"id": creator.user_id, "login": creator.login, "name": creator.name},
                "vendor": {**self.shape_vendor(vendor), "company": vendor["name"]} if vendor else None,
            }
        )

    def list_contracts(self, request: Request, kind: str) -> Response:
        project = self.read_project(request)
        is_whole = read_view(request, ("compact", "extended"), "compact") == "extended"
        shape = self.shape_whole_contract if is_whole else self.shape_contract
        rows = [row for row in self.tables.of("commitments", project["id"]) if row["kind"] == kind]
        deleted = request.args.get("filters[include_deleted]")
        if deleted not in ("only", "with"):
            return answer_page(request, filter_rows(request, rows, FILTERS), shape)
        gone = [row for row in self.tables.of("deleted_commitments", project["id"]) if row["kind"] == kind]
        rows = filter_rows(request, gone if deleted == "only" else [*rows, *gone], FILTERS)
        return answer_page(request, rows, lambda row: _shape_deleted(row, is_whole=is_whole) or shape(row))

    def show_contract(self, request: Request, kind: str, contract_id: int) -> Response:
        return json_response(self.shape_whole_contract(self.read_contract(request, kind, contract_id)))

    def read_contract(self, request: Request, kind: str, contract_id: int) -> Row:
        """The contract of a path, of the project that the request names."""
        contract = self.find_owned("commitments", contract_id, self.read_project(request), "Contract")
        if contract["kind"] != kind:
            raise refuse_unknown("Contract")
        return contract

    def find_commitment(self, contract_id: Any, project: Row) -> Row:
        return self.find_owned("commitments", contract_id, project, "Contract")

    def remove_contract(self, contract: Row) -> None:
        """Take a contract with all that hangs on it out of the records; its last form stays for `include_deleted`."""
        whole = {**self.shape_whole_contract(contract), "deleted_at": self.stamp()}
        compact = {**self.shape_contract(contract), "deleted_at": whole["deleted_at"]}
        names = ("id", "project_id", "kind", "status", "origin_id", "created_at")
        kept = {name: contract[name] for name in names}
        for table in (
            "contract_details", "contract_lines", "potential_change_orders", "change_order_requests",
            "change_order_packages",
        ):  # fmt: skip
            for row in self.tables.of(table, contract["id"]):
                self.tables.remove(table, row["id"])
        self.tables.remove("commitments", contract["id"])
        self.forget_figures(contract["id"])
        self.tables.add(
            "deleted_commitments", {**kept, "updated_at": whole["deleted_at"], "compact": compact, "whole": whole}
        )

    def change_lines(self, contract: Row) -> None:
        """Lines of the contract changed: invoices read them, so their figures are computed anew."""
        self.forget_figures(contract["id"])

    def next_position(self, contract: Row) -> int:
        """The place of a new line, kept on the contract so that adding many lines does not read them all each time."""
        if "last_position" not in contract:
            lines = self.tables.of("contract_lines", contract["id"])
            contract["last_position"] = max((line["position"] for line in lines), default=0)
        contract["last_position"] += 1
        return int(contract["last_position"])


def _shape_deleted(row: Row, *, is_whole: bool) -> dict[str, Any] | None:
    """As it was when it was deleted; None for a contract that is there."""
    if "compact" not in row:
        return None
    shape: dict[str, Any] = row["whole" if is_whole else "compact"]
    return {**shape, "updated_at": row["updated_at"]}
