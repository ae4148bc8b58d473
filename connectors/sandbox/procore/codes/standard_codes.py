"""The company's standard cost code lists, from which projects take their copies."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.attributes import take_flags, take_texts
from connectors.sandbox.procore.company.code_lists import CodeLists
from connectors.sandbox.procore.errors import Refused, refuse_fields, refuse_request
from connectors.sandbox.procore.listing import answer_page, by_number, by_text, filter_rows, read_view
from connectors.sandbox.procore.sync import LARGEST_SYNC, answer_sync
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

LISTS = "/rest/v1.0/standard_cost_code_lists"
CODES = "/rest/v1.0/standard_cost_codes"
VIEWS = ("default", "compact", "extended")
FILTERS = {"id": by_number("id"), "origin_id": by_text("origin_id")}
SHOWN = (
    "id", "standard_cost_code_list_id", "parent_id", "code", "full_code", "name", "origin_id", "origin_data",
)  # fmt: skip


class StandardCodes(CodeLists):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *CodeLists.ROUTES,
        Rule(LISTS, endpoint="list_standard_lists", methods=["GET"]),
        Rule(LISTS, endpoint="create_standard_list", methods=["POST"]),
        Rule(f"{LISTS}/<int:list_id>", endpoint="show_standard_list", methods=["GET"]),
        Rule(f"{LISTS}/<int:list_id>", endpoint="update_standard_list", methods=["PATCH"]),
        Rule(CODES, endpoint="list_standard_codes", methods=["GET"]),
        Rule(CODES, endpoint="create_standard_code", methods=["POST"]),
        Rule(f"{CODES}/sync", endpoint="sync_standard_codes", methods=["PATCH"]),
        Rule(f"{CODES}/<int:code_id>", endpoint="show_standard_code", methods=["GET"]),
        Rule(f"{CODES}/<int:code_id>", endpoint="update_standard_code", methods=["PATCH"]),
        Rule(f"{CODES}/<int:code_id>", endpoint="delete_standard_code", methods=["DELETE"]),
    )

    def clear(self) -> None:
        super().clear()
        # Codes, standard or of projects, that have or had codes below them.
        self.parent_ids: set[int] = set()

    # --- the lists

    def standard_list(self) -> Row:
        """The list new projects copy from."""
        return next(self.tables.iterate("standard_cost_code_lists"))

    def list_standard_lists(self, request: Request) -> Response:
        self.require_company(request)
        return answer_page(request, self.list_visible("standard_cost_code_lists"), _shape_listed_list)

    def show_standard_list(self, request: Request, list_id: int) -> Response:
        self.require_company(request)
        return json_response(_shape_list(self.find_row("standard_cost_code_lists", list_id, "Cost code list")))

    def create_standard_list(self, request: Request) -> Response:
        self.require_company(request)
        attributes = self.read_wrapped(request, "standard_cost_code_list")
        row = self.tables.add(
            "standard_cost_code_lists",
            {
                "company_id": self.home_company_id(),
                "name": self.require_text(attributes, "name"),
                "is_erp_list": False,
                "available_to_use_on_new_projects": False,
            },
        )
        self.announce("Standard Cost Code Lists", "create", row["id"])
        return json_response(_shape_list(row), 201)

    def update_standard_list(self, request: Request, list_id: int) -> Response:
        self.require_company(request)
        row = self.find_row("standard_cost_code_lists", list_id, "Cost code list")
        attributes = self.read_wrapped(request, "standard_cost_code_list")
        if "name" in attributes:
            row["name"] = self.require_text(attributes, "name")
        take_flags(row, attributes, ("is_erp_list",))
        return json_response(_shape_list(row))

    # --- the codes

    def list_standard_codes(self, request: Request) -> Response:
        """The default view is ids only."""
        view, owner = self._read_standard(request)
        rows = filter_rows(request, self.tables.of("standard_cost_codes", owner["id"]), FILTERS)
        return answer_page(request, rows, lambda row: shape_standard(row, view))

    def show_standard_code(self, request: Request, code_id: int) -> Response:
        view, owner = self._read_standard(request)
        return json_response(shape_standard(self._find_standard(owner, code_id), view))

    def create_standard_code(self, request: Request) -> Response:
        view, owner = self._read_standard(request)
        row = self.create_standard(owner, self.read_wrapped(request, "standard_cost_code"))
        return json_response(shape_standard(row, view), 201)

    def update_standard_code(self, request: Request, code_id: int) -> Response:
        view, owner = self._read_standard(request)
        row = self._find_standard(owner, code_id)
        self.change_standard(row, self.read_wrapped(request, "standard_cost_code"))
        return json_response(shape_standard(row, view))

    def delete_standard_code(self, request: Request, code_id: int) -> Response:
        """Answers the deleted code. The projects keep their copies."""
        self.require_company(request)
        row = self.find_row("standard_cost_codes", code_id, "Cost code")
        self.remove_standard(row)
        return json_response(shape_standard(row, "extended"))

    def sync_standard_codes(self, request: Request) -> Response:
        """Too many rows are 413 here, as the specification says of this action alone."""
        view, owner = self._read_standard(request)
        updates = self.read_body(request).get("updates")
        if isinstance(updates, list) and len(updates) > LARGEST_SYNC:
            raise Refused(413, {"errors": f"updates cannot hold more than {LARGEST_SYNC} rows"})
        return answer_sync(
            updates,
            self.tables.of("standard_cost_codes", owner["id"]),
            create=lambda attributes: self.create_standard(owner, attributes),
            update=self.change_standard,
            shape=lambda row: shape_standard(row, view),
        )

    def create_standard(self, owner: Row, attributes: dict[str, Any]) -> Row:
        code = self.require_text(attributes, "code")
        name = self.require_text(attributes, "name")
        parent = self._read_standard_parent(owner, attributes)
        self.check_origin("standard_cost_codes", attributes)
        row = self.add_standard_code(code, name, parent, owner)
        take_texts(row, attributes, ("origin_id", "origin_data"), empty=None)
        self.announce("Standard Cost Codes", "create", row["id"])
        return row

    def change_standard(self, row: Row, attributes: dict[str, Any]) -> Row:
        for name in ("code", "name"):
            if name in attributes:
                self.require_text(attributes, name)
        self.check_origin("standard_cost_codes", attributes, row["id"])
        take_texts(row, attributes, ("name",))
        if "code" in attributes and str(attributes["code"]) != row["code"]:
            row["code"] = str(attributes["code"])
            parent = self.tables.find("standard_cost_codes", row["parent_id"])
            row["full_code"] = join_code(parent, row["code"])
        take_texts(row, attributes, ("origin_id", "origin_data"), empty=None)
        self.announce("Standard Cost Codes", "update", row["id"])
        return row

    def remove_standard(self, row: Row) -> None:
        owned = self.tables.of("standard_cost_codes", row["standard_cost_code_list_id"])
        if any(other["parent_id"] == row["id"] for other in owned):
            raise refuse_fields(base=["Cost code has sub codes"])
        self.tables.remove("standard_cost_codes", row["id"])
        self.announce("Standard Cost Codes", "delete", row["id"])

    def add_standard_code(self, code: str, name: str, parent: Row | None, owner: Row | None = None) -> Row:
        if parent is not None:
            self.parent_ids.add(parent["id"])
        return self.tables.add(
            "standard_cost_codes",
            {
                "standard_cost_code_list_id": (owner or self.standard_list())["id"],
                "parent_id": parent["id"] if parent else None,
                "code": code,
                "full_code": join_code(parent, code),
                "name": name,
                "origin_id": None,
                "origin_data": None,
            },
        )

    def _find_standard(self, owner: Row, code_id: int) -> Row:
        row = self.find_row("standard_cost_codes", code_id, "Cost code")
        if row["standard_cost_code_list_id"] != owner["id"]:
            raise refuse_request("standard_cost_code_list_id is invalid")
        return row

    def _read_standard(self, request: Request) -> tuple[str, Row]:
        """The view and the list of the request."""
        self.require_company(request)
        list_id = self.read_id(request, "standard_cost_code_list_id")
        owner = self.tables.find("standard_cost_code_lists", list_id)
        if owner is None or not self.is_visible(owner):
            raise refuse_request("standard_cost_code_list_id is invalid")
        return read_view(request, VIEWS), owner

    def _read_standard_parent(self, owner: Row, attributes: dict[str, Any]) -> Row | None:
        if attributes.get("parent_id") is None:
            return None
        parent = self.tables.find("standard_cost_codes", attributes["parent_id"])
        if parent is None or parent["standard_cost_code_list_id"] != owner["id"]:
            raise refuse_fields(parent_id=["is invalid"])
        return parent


def join_code(parent: Row | None, code: str) -> str:
    return f"{parent['full_code']}-{code}" if parent else code


def shape_standard(row: Row, view: str) -> dict[str, Any]:
    if view == "default":
        return {"id": row["id"], "standard_cost_code_list_id": row["standard_cost_code_list_id"]}
    return {name: row[name] for name in SHOWN}


def _shape_list(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "is_erp_list", "name", "company_id")}


def _shape_listed_list(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("available_to_use_on_new_projects", "id", "is_erp_list", "name")}
