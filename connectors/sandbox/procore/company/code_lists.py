"""The company's small lists, all served alike: cost types, tax codes, departments, stages, units and more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.attributes import read_ids, take_texts
from connectors.sandbox.procore.company.code_tables import CODE_LISTS, CodeList
from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.listing import answer_page, by_text, filter_rows
from connectors.sandbox.procore.sync import answer_sync
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response


def _list_rules() -> Iterator[Rule]:
    for table, code_list in CODE_LISTS.items():
        path = f"/rest/v1.0/companies/<int:company_id>/{table}" if code_list.in_company_path else f"/rest/v1.0/{table}"
        given = {"table": table}
        yield Rule(path, endpoint="list_codes", defaults=given, methods=["GET"])
        yield Rule(path, endpoint="create_code", defaults=given, methods=["POST"])
        if code_list.has_sync:
            yield Rule(f"{path}/sync", endpoint="sync_codes", defaults=given, methods=["PATCH"])
        yield Rule(f"{path}/<int:row_id>", endpoint="show_code", defaults=given, methods=["GET"])
        if code_list.can_change:
            yield Rule(f"{path}/<int:row_id>", endpoint="update_code", defaults=given, methods=["PATCH"])
        if code_list.delete_status:
            yield Rule(f"{path}/<int:row_id>", endpoint="delete_code", defaults=given, methods=["DELETE"])


class CodeLists(Core):
    ROUTES: ClassVar[tuple[Rule, ...]] = tuple(_list_rules())

    def list_codes(self, request: Request, table: str, company_id: int | None = None) -> Response:
        if table == "line_item_types" and "company_id" not in request.args:
            self.read_project(request)
        else:
            self._check_list_owner(request, company_id)
        code_list = CODE_LISTS[table]
        filters = {"origin_id": by_text("origin_id")} if code_list.has_origin else {}
        rows = filter_rows(request, self.list_visible(table), filters)
        return answer_page(request, rows, code_list.shape_listed or code_list.shape, largest=code_list.largest)

    def show_code(self, request: Request, table: str, row_id: int, company_id: int | None = None) -> Response:
        self._check_list_owner(request, company_id)
        return json_response(CODE_LISTS[table].shape(self.find_row(table, row_id)))

    def create_code(self, request: Request, table: str, company_id: int | None = None) -> Response:
        self._check_list_owner(request, company_id)
        row = self.add_code(table, self.read_wrapped(request, CODE_LISTS[table].key))
        return json_response(CODE_LISTS[table].shape(row), 201)

    def update_code(self, request: Request, table: str, row_id: int, company_id: int | None = None) -> Response:
        self._check_list_owner(request, company_id)
        row = self.find_row(table, row_id)
        self.change_code(table, row, self.read_wrapped(request, CODE_LISTS[table].key))
        return json_response(CODE_LISTS[table].shape(row))

    def delete_code(self, request: Request, table: str, row_id: int, company_id: int | None = None) -> Response:
        """What points to a deleted record shows nothing there any more."""
        self._check_list_owner(request, company_id)
        self._remove_code(table, self.find_row(table, row_id))
        return Response(status=CODE_LISTS[table].delete_status)

    def sync_codes(self, request: Request, table: str, company_id: int | None = None) -> Response:
        self._check_list_owner(request, company_id)
        code_list = CODE_LISTS[table]
        body = self.read_body(request)
        response = answer_sync(
            body.get("updates"),
            self.list_visible(table),
            create=lambda attributes: self.add_code(table, attributes),
            update=lambda row, attributes: self.change_code(table, row, attributes),
            shape=code_list.shape,
        )
        if table == "uoms":
            for number in read_ids(body.get("deletes")):
                row = self.tables.find(table, number)
                if row is not None and self.is_visible(row) and not row["is_standard"]:
                    self._remove_code(table, row)
        return response

    # --- records

    def add_code(self, table: str, attributes: dict[str, Any]) -> Row:
        code_list = CODE_LISTS[table]
        self.require_text(attributes, code_list.required)
        self._check_list_code(table, code_list, attributes)
        origin = {"origin_id": None, "origin_data": None} if code_list.has_origin else {}
        row = self.tables.add(table, {"company_id": self.home_company_id(), **code_list.empty, **origin})
        return self._save_code(table, row, attributes, "create")

    def change_code(self, table: str, row: Row, attributes: dict[str, Any]) -> Row:
        code_list = CODE_LISTS[table]
        if code_list.check_change is not None:
            code_list.check_change(row)
        if code_list.required in attributes:
            self.require_text(attributes, code_list.required)
        self._check_list_code(table, code_list, attributes, row["id"])
        return self._save_code(table, row, attributes, "update")

    def _check_list_code(
        self, table: str, code_list: CodeList, attributes: dict[str, Any], row_id: int | None = None
    ) -> None:
        if code_list.has_origin:
            self.check_origin(table, attributes, row_id)
        if code_list.check is not None:
            code_list.check(self.tables, attributes)

    def _save_code(self, table: str, row: Row, attributes: dict[str, Any], event_type: str) -> Row:
        code_list = CODE_LISTS[table]
        code_list.write(row, attributes)
        if code_list.has_origin:
            take_texts(row, attributes, ("origin_id", "origin_data"), empty=None)
        if "updated_at" in row:
            self.touch(row)
        if code_list.resource_name:
            self.announce(code_list.resource_name, event_type, row["id"])
        return row

    def _remove_code(self, table: str, row: Row) -> None:
        code_list = CODE_LISTS[table]
        if code_list.check_change is not None:
            code_list.check_change(row)
        self.tables.remove(table, row["id"])
        if code_list.resource_name:
            self.announce(code_list.resource_name, "delete", row["id"])

    def name_code(self, table: str, row_id: int | None) -> dict[str, Any] | None:
        """`{id, name}` of a row, None where there is none."""
        row = self.tables.find(table, row_id)
        return None if row is None else {"id": row["id"], "name": row["name"]}

    def _check_list_owner(self, request: Request, company_id: int | None) -> None:
        if company_id is None:
            self.require_company(request)
        else:
            self.check_company(request, company_id)
