"""Cost codes: the company's standard list, and the copies with ids of their own that every project keeps."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.code_lists import CodeLists
from connectors.sandbox.procore.errors import refuse_fields, refuse_request
from connectors.sandbox.procore.listing import answer_page, by_number, by_text, filter_rows
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

STANDARD_VIEWS = ("default", "compact", "extended")
NO_PARENT = {"id": None}


class CostCodes(CodeLists):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *CodeLists.ROUTES,
        Rule("/rest/v1.0/standard_cost_code_lists", endpoint="list_standard_lists"),
        Rule("/rest/v1.0/standard_cost_codes", endpoint="list_standard_codes", methods=["GET"]),
        Rule("/rest/v1.0/standard_cost_codes", endpoint="create_standard_code", methods=["POST"]),
        Rule("/rest/v1.0/standard_cost_codes/<int:code_id>", endpoint="show_standard_code", methods=["GET"]),
        Rule("/rest/v1.0/standard_cost_codes/<int:code_id>", endpoint="update_standard_code", methods=["PATCH"]),
        Rule("/rest/v1.0/cost_codes", endpoint="list_cost_codes", methods=["GET"]),
        Rule("/rest/v1.0/cost_codes", endpoint="create_cost_code", methods=["POST"]),
        Rule("/rest/v1.0/cost_codes/<int:code_id>", endpoint="show_cost_code", methods=["GET"]),
        Rule("/rest/v1.0/cost_codes/copy_subset_from_standard_list", endpoint="copy_subset", methods=["POST"]),
    )

    # --- the standard list

    def standard_list(self) -> Row:
        return next(self.tables.iterate("standard_cost_code_lists"))

    def list_standard_lists(self, request: Request) -> Response:
        self.require_company(request)
        return answer_page(request, self.tables.all("standard_cost_code_lists"), dict)

    def list_standard_codes(self, request: Request) -> Response:
        """The default view is ids only."""
        view = self._read_standard(request)
        rows = filter_rows(request, self.tables.iterate("standard_cost_codes"), {"origin_id": by_text("origin_id")})
        return answer_page(request, rows, lambda row: _shape_standard(row, view))

    def show_standard_code(self, request: Request, code_id: int) -> Response:
        view = self._read_standard(request)
        return json_response(_shape_standard(self.find_row("standard_cost_codes", code_id, "Cost code"), view))

    def create_standard_code(self, request: Request) -> Response:
        view = self._read_standard(request)
        attributes = self.read_wrapped(request, "standard_cost_code")
        code = self.require_text(attributes, "code")
        name = self.require_text(attributes, "name")
        parent = self._read_parent("standard_cost_codes", attributes)
        self.check_origin("standard_cost_codes", attributes)
        row = self.add_standard_code(code, name, parent, **_read_origin(attributes))
        self.announce("Standard Cost Codes", "create", row["id"])
        return json_response(_shape_standard(row, view), 201)

    def update_standard_code(self, request: Request, code_id: int) -> Response:
        view = self._read_standard(request)
        attributes = self.read_wrapped(request, "standard_cost_code")
        row = self.find_row("standard_cost_codes", code_id, "Cost code")
        self.check_origin("standard_cost_codes", attributes, code_id)
        row["name"] = str(attributes.get("name", row["name"]))
        row |= _read_origin(attributes)
        self.announce("Standard Cost Codes", "update", row["id"])
        return json_response(_shape_standard(row, view))

    def add_standard_code(self, code: str, name: str, parent: Row | None, **origin: Any) -> Row:
        return self.tables.add(
            "standard_cost_codes",
            {
                "standard_cost_code_list_id": self.standard_list()["id"],
                "parent_id": parent["id"] if parent else None,
                "code": code,
                "full_code": f"{parent['full_code']}-{code}" if parent else code,
                "name": name,
                "origin_id": None,
                "origin_data": None,
                **origin,
            },
        )

    def _read_standard(self, request: Request) -> str:
        self.require_company(request)
        if self.read_id(request, "standard_cost_code_list_id") != self.standard_list()["id"]:
            raise refuse_request("standard_cost_code_list_id is invalid")
        view = request.args.get("view", "default")
        if view not in STANDARD_VIEWS:
            raise refuse_request(f"view does not have a valid value: {view}")
        return view

    # --- the projects' copies

    def list_cost_codes(self, request: Request) -> Response:
        """Sorted by code (unverified). There is no filter by date: codes have to be read whole."""
        project = self.read_project(request)
        filters = {"id": by_number("id"), "origin_id": by_text("origin_id")}
        rows = filter_rows(request, self.tables.of("cost_codes", project["id"]), filters)
        rows.sort(key=lambda row: row["full_code"])
        return answer_page(request, rows, self.shape_cost_code)

    def show_cost_code(self, request: Request, code_id: int) -> Response:
        project = self.read_project(request)
        return json_response(self.shape_cost_code(self.find_owned("cost_codes", code_id, project, "Cost code")))

    def create_cost_code(self, request: Request) -> Response:
        """A code made on the project has no standard code behind it unless one is named."""
        project = self.read_project(request)
        attributes = self.read_wrapped(request, "cost_code")
        code = self.require_text(attributes, "code")
        name = self.require_text(attributes, "name")
        parent = self._read_parent("cost_codes", attributes)
        self.check_origin("cost_codes", attributes)
        row = self._add_cost_code(
            project,
            code=code,
            full_code=f"{parent['full_code']}-{code}" if parent else code,
            name=name,
            parent_id=parent["id"] if parent else None,
            standard_cost_code_id=attributes.get("standard_cost_code_id"),
            **_read_origin(attributes),
        )
        self.announce("Cost Codes", "create", row["id"], project_id=project["id"])
        return json_response(self.shape_cost_code(row), 201)

    def copy_subset(self, request: Request) -> Response:
        """Adding a code to the standard list does not add it to projects that are there already; this does."""
        project = self.read_project(request)
        wanted = self.read_body(request).get("standard_cost_code_ids")
        if not isinstance(wanted, list):
            raise refuse_request("param is missing or the value is empty: standard_cost_code_ids")
        successes, failures = [], []
        for code_id in wanted:
            standard = self.tables.find("standard_cost_codes", code_id)
            if standard is None:
                failures.append(f"Standard cost code {code_id} not found")
            else:
                successes.append(self.shape_cost_code(self.copy_standard_code(project, standard)))
        return json_response({"successes": successes, "failures": failures}, 207 if failures else 201)

    def copy_standard_codes(self, project: Row) -> None:
        for standard in self.tables.all("standard_cost_codes"):
            self.copy_standard_code(project, standard)

    def copy_standard_code(self, project: Row, standard: Row) -> Row:
        """The project's copy, made with its parent where it is not there yet."""
        copy = self.find_copy(project["id"], standard["id"])
        if copy is not None:
            return copy
        parent_id = None
        if standard["parent_id"]:
            parent = self.tables.get("standard_cost_codes", standard["parent_id"])
            parent_id = self.copy_standard_code(project, parent)["id"]
        return self._add_cost_code(
            project,
            code=standard["code"],
            full_code=standard["full_code"],
            name=standard["name"],
            parent_id=parent_id,
            standard_cost_code_id=standard["id"],
        )

    def find_copy(self, project_id: int, standard_id: int) -> Row | None:
        copy_id = self._copies.get((project_id, standard_id))
        return None if copy_id is None else self.tables.get("cost_codes", copy_id)

    def clear(self) -> None:
        super().clear()
        self._copies: dict[tuple[int, int], int] = {}

    def index_copies(self) -> None:
        """Rebuild the index after the tables were restored."""
        self._copies = {
            (row["project_id"], row["standard_cost_code_id"]): row["id"]
            for row in self.tables.iterate("cost_codes")
            if row["standard_cost_code_id"] is not None
        }

    def _add_cost_code(self, project: Row, **values: Any) -> Row:
        stamp = project["created_at"]
        row = self.tables.add(
            "cost_codes",
            {
                "project_id": project["id"],
                "origin_id": None,
                "origin_data": None,
                "created_at": stamp,
                "updated_at": stamp,
                **values,
            },
        )
        if row["standard_cost_code_id"] is not None:
            self._copies[project["id"], row["standard_cost_code_id"]] = row["id"]
        return row

    def _read_parent(self, table: str, attributes: dict[str, Any]) -> Row | None:
        if attributes.get("parent_id") is None:
            return None
        parent = self.tables.find(table, attributes["parent_id"])
        if parent is None:
            raise refuse_fields(parent_id=["is invalid"])
        return parent

    def shape_cost_code(self, row: Row) -> dict[str, Any]:
        return {
            "id": row["id"],
            "name": row["name"],
            "full_code": row["full_code"],
            "origin_id": row["origin_id"],
            "origin_data": row["origin_data"],
            "standard_cost_code_id": row["standard_cost_code_id"],
            "biller": self.tables.get("projects", row["project_id"])["name"],
            "biller_id": row["project_id"],
            "biller_type": "Project",
            "biller_origin_id": None,
            "budgeted": False,
            "code": row["code"],
            "parent": {"id": row["parent_id"]} if row["parent_id"] else NO_PARENT,
            "sortable_code": row["full_code"],
            "created_at": row["created_at"],
            "deleted_at": None,
            "line_item_types": [],
            "position": None,
            "updated_at": row["updated_at"],
            "standard_cost_code_list_id": self.standard_list()["id"] if row["standard_cost_code_id"] else None,
        }


def _shape_standard(row: Row, view: str) -> dict[str, Any]:
    if view == "default":
        return {"id": row["id"], "standard_cost_code_list_id": row["standard_cost_code_list_id"]}
    return dict(row)


def _read_origin(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: attributes[name] for name in ("origin_id", "origin_data") if name in attributes}
