"""The schedule of values of commitments: lines over the API, by themselves and in bulk."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.amounts import ZERO, round_cents
from connectors.sandbox.procore.costs.line_items import EXTENDED_TYPES, LINE_FILTERS
from connectors.sandbox.procore.errors import refuse_fields, refuse_state, refuse_unknown
from connectors.sandbox.procore.inputs import check_choice, read_amount, read_text
from connectors.sandbox.procore.listing import answer_page, filter_rows, read_view
from connectors.sandbox.procore.subcontracts.commitments import route_kinds
from connectors.sandbox.procore.subcontracts.contract_writes import RESOURCES as CONTRACTS
from connectors.sandbox.procore.subcontracts.contract_writes import ContractWrites, check_unlocked
from connectors.sandbox.procore.sync import answer_sync
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import write_money, write_plain
from connectors.sandbox.wire import json_response

VIEWS = ("default", "ssov_source_lines")
RESOURCES = {"work_order": "Work Order Contract Line Items", "purchase_order": "Purchase Order Contract Line Items"}
CHANGE_RESOURCE = "Potential Change Order Line Items"
LINE_ORIGIN = {"origin_id", "origin_data"}
BASE_TYPES = {"work_order": "commitment", "purchase_order": "materials"}
_LINES = "/<int:contract_id>/line_items"


class ContractLines(ContractWrites):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *route_kinds(_LINES, "list_contract_lines", "GET"),
        *route_kinds(_LINES, "create_contract_line", "POST"),
        *route_kinds(f"{_LINES}/sync", "sync_contract_lines", "PATCH"),
        *route_kinds(f"{_LINES}/<int:line_id>", "show_contract_line", "GET"),
        *route_kinds(f"{_LINES}/<int:line_id>", "update_contract_line", "PATCH"),
        *route_kinds(f"{_LINES}/<int:line_id>", "delete_contract_line", "DELETE"),
    )

    def list_contract_lines(self, request: Request, kind: str, contract_id: int) -> Response:
        """The contract's own schedule of values; lines of change orders stand in their packages."""
        contract = self.read_contract(request, kind, contract_id)
        is_short = read_view(request, VIEWS) == "ssov_source_lines"
        shape = self._shape_source_line if is_short else self.shape_contract_line
        return answer_page(request, filter_rows(request, self.own_lines(contract), LINE_FILTERS), shape)

    def show_contract_line(self, request: Request, kind: str, contract_id: int, line_id: int) -> Response:
        line = self.find_line(self.read_contract(request, kind, contract_id), None, line_id)
        is_short = read_view(request, VIEWS) == "ssov_source_lines"
        return json_response(self._shape_source_line(line) if is_short else self.shape_contract_line(line))

    def create_contract_line(self, request: Request, kind: str, contract_id: int) -> Response:
        contract = self.read_contract(request, kind, contract_id)
        line = self.make_line(contract, None, self.read_wrapped(request, "line_item"))
        return json_response(self.shape_contract_line(line), 201)

    def update_contract_line(self, request: Request, kind: str, contract_id: int, line_id: int) -> Response:
        contract = self.read_contract(request, kind, contract_id)
        line = self.find_line(contract, None, line_id)
        return json_response(self.shape_contract_line(self.edit_line(line, self.read_wrapped(request, "line_item"))))

    def delete_contract_line(self, request: Request, kind: str, contract_id: int, line_id: int) -> Response:
        contract = self.read_contract(request, kind, contract_id)
        self.end_line(self.find_line(contract, None, line_id))
        return Response(status=200, content_type="application/json")

    def sync_contract_lines(self, request: Request, kind: str, contract_id: int) -> Response:
        return self.answer_line_sync(request, self.read_contract(request, kind, contract_id), None)

    def answer_line_sync(self, request: Request, contract: Row, package: Row | None) -> Response:
        return answer_sync(
            self.read_body(request).get("updates"),
            self.package_lines(package) if package else self.own_lines(contract),
            create=partial(self.make_line, contract, package),
            update=self.edit_line,
            shape=self.shape_contract_line,
        )

    # --- the records; change orders and v2.0 write through these as well

    def find_line(self, contract: Row, package: Row | None, line_id: Any) -> Row:
        """A line of the contract itself, or of its package."""
        line = self.tables.find("contract_lines", line_id)
        package_id = package["id"] if package else None
        if line is None or line["commitment_id"] != contract["id"] or line["change_order_package_id"] != package_id:
            raise refuse_unknown("Line item")
        return line

    def make_line(self, contract: Row, package: Row | None, attributes: dict[str, Any]) -> Row:
        self._check_open(contract, package, attributes, is_new=True)
        values = self._read_values(contract, {}, attributes)
        wbs = self._read_wbs(contract, attributes)
        if wbs is None:
            raise refuse_fields(cost_code=["can't be blank"])
        stamp = self.stamp()
        line = self.tables.add(
            "contract_lines",
            {
                "commitment_id": contract["id"],
                "change_order_package_id": package["id"] if package else None,
                **_name_wbs(wbs),
                "description": "",
                "tax_code_id": None,
                "uom": None,
                "origin_id": None,
                "origin_data": None,
                **values,
                "position": self.next_position(contract),
                "created_at": stamp,
                "updated_at": stamp,
            },
        )
        self.change_lines(contract)
        self._announce_line(contract, line, "create")
        return line

    def edit_line(self, line: Row, attributes: dict[str, Any]) -> Row:
        contract, package = self._owners_of(line)
        self._check_open(contract, package, attributes)
        values = self._read_values(contract, line, attributes)
        if values["amount"] != line["amount"] and self._is_split(line):
            raise refuse_fields(amount=["cannot be changed once its details are billed"])
        wbs = self._read_wbs(contract, attributes)
        line |= {**values, **(_name_wbs(wbs) if wbs else {})}
        self.touch(line)
        self.change_lines(contract)
        self._announce_line(contract, line, "update")
        return line

    def end_line(self, line: Row) -> None:
        """Unverified: that a billed line cannot be deleted; its invoices would no longer add up."""
        contract, package = self._owners_of(line)
        self._check_open(contract, package, {"amount": None})
        if self.is_billed(contract["id"], "line_id", line["id"]):
            raise refuse_state("A line item that has been billed cannot be deleted")
        for detail in self.tables.of("contract_details", contract["id"]):
            if detail["line_id"] == line["id"]:
                self.tables.remove("contract_details", detail["id"])
        self.tables.remove("contract_lines", line["id"])
        self.change_lines(contract)
        self._announce_line(contract, line, "delete")

    def _owners_of(self, line: Row) -> tuple[Row, Row | None]:
        contract = self.tables.get("commitments", line["commitment_id"])
        package_id = line["change_order_package_id"]
        return contract, self.tables.get("change_order_packages", package_id) if package_id else None

    def _announce_line(self, contract: Row, line: Row, event_type: str) -> None:
        package_id = line["change_order_package_id"]
        name = CHANGE_RESOURCE if package_id else RESOURCES[contract["kind"]]
        parent = ("Change Order Packages", package_id) if package_id else (CONTRACTS[contract["kind"]], contract["id"])
        self.announce(name, event_type, line["id"], project_id=contract["project_id"], related=(parent,))

    # --- checking and reading

    def _check_open(
        self, contract: Row, package: Row | None, attributes: dict[str, Any], *, is_new: bool = False
    ) -> None:
        """What is approved is locked. Unverified: that an integration may still stamp its ids there; it may here."""
        self.check_origin_text(attributes)
        if not is_new and set(attributes) <= LINE_ORIGIN | {"id"}:
            return
        if package is None:
            check_unlocked(contract)
        elif package["status"] == "approved":
            raise refuse_state("Line items cannot be changed while the change order is approved")

    def check_origin_text(self, attributes: dict[str, Any]) -> None:
        if isinstance(attributes.get("origin_id"), dict | list | bool):
            raise refuse_fields(origin_id=["is invalid"])

    def _is_split(self, line: Row) -> bool:
        details = self.tables.of("contract_details", line["commitment_id"])
        return any(
            self.is_billed(line["commitment_id"], "detail_id", detail["id"])
            for detail in details
            if detail["line_id"] == line["id"]
        )

    def _read_wbs(self, contract: Row, attributes: dict[str, Any]) -> Row | None:
        """The budget code: named itself, or by cost code and cost type, the latter the usual one when left out."""
        if attributes.get("wbs_code_id") not in (None, ""):
            wbs = self.tables.find("wbs_codes", attributes["wbs_code_id"])
            if wbs is None or wbs["project_id"] != contract["project_id"]:
                raise refuse_fields(wbs_code_id=["is invalid"])
            return wbs
        if attributes.get("cost_code_id") in (None, ""):
            return None
        code = self.tables.find("cost_codes", attributes["cost_code_id"])
        if code is None or code["project_id"] != contract["project_id"]:
            raise refuse_fields(cost_code_id=["is invalid"])
        return self.use_wbs_code(code, self._read_type(contract, attributes))

    def _read_type(self, contract: Row, attributes: dict[str, Any]) -> Row:
        given = attributes.get("line_item_type_id")
        if given not in (None, ""):
            cost_type = self.tables.find("line_item_types", given)
            if cost_type is None:
                raise refuse_fields(line_item_type_id=["is invalid"])
            return cost_type
        base_type = BASE_TYPES[contract["kind"]]
        types = self.tables.all("line_item_types")
        return next((row for row in types if row["base_type"] == base_type), types[0])

    def _read_values(self, contract: Row, line: Row, attributes: dict[str, Any]) -> dict[str, Any]:
        check_choice(attributes, "extended_type", EXTENDED_TYPES)
        tax_code_id = attributes.get("tax_code_id")
        if tax_code_id not in (None, "") and self.tables.find("tax_codes", tax_code_id) is None:
            raise refuse_fields(tax_code_id=["is invalid"])
        self.check_origin("contract_lines", {"origin_id": read_text(attributes, "origin_id")}, line.get("id"))
        values = _read_amounts(contract, line, attributes)
        for name in ("description", "uom", *LINE_ORIGIN):
            if name in attributes:
                values[name] = read_text(attributes, name)
        values["description"] = values.get("description", line.get("description")) or ""
        if "tax_code_id" in attributes:
            values["tax_code_id"] = int(tax_code_id) if tax_code_id else None
        return values

    def _shape_source_line(self, line: Row) -> dict[str, Any]:
        whole = self.shape_contract_line(line)
        names = ("id", "amount", "description", "position", "wbs_code", "currency_configuration")
        return {name: whole[name] for name in names}


def _name_wbs(wbs: Row) -> dict[str, Any]:
    if wbs.get("cost_code_id") is None or wbs.get("line_item_type_id") is None:
        raise refuse_fields(wbs_code_id=["must have a cost code and a cost type"])
    names = ("cost_code_id", "line_item_type_id")
    return {"wbs_code_id": wbs["id"], **{name: wbs[name] for name in names}}


def _read_amounts(contract: Row, line: Row, attributes: dict[str, Any]) -> dict[str, Any]:
    """Amount, quantity and unit cost. Manual takes the amount as given, calculated multiplies.

    Where the write does not say which, both factors calculate on a unit-based contract and where no amount is given.
    """
    quantity = read_amount(attributes, "quantity")
    unit_cost = read_amount(attributes, "unit_cost")
    is_unit = contract.get("accounting_method") == "unit" or attributes.get("amount") in (None, "")
    usual = "calculated" if is_unit and quantity is not None and unit_cost is not None else "manual"
    extended_type = read_text(attributes, "extended_type") or line.get("extended_type") or usual
    quantity = Decimal(line.get("quantity") or ZERO) if quantity is None else quantity
    unit_cost = Decimal(line.get("unit_cost") or ZERO) if unit_cost is None else unit_cost
    amount = read_amount(attributes, "amount")
    amount = Decimal(line.get("amount") or ZERO) if amount is None else amount
    if extended_type == "calculated":
        amount = quantity * unit_cost
        read_amount({"amount": amount}, "amount")
    return {
        "amount": write_money(round_cents(amount)),
        "quantity": write_plain(quantity),
        "unit_cost": write_plain(unit_cost),
        "extended_type": extended_type,
    }
