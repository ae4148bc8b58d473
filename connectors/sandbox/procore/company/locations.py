"""Locations of a project: a tree whose full names are joined with ">"."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.attributes import take_texts
from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.errors import refuse_fields, refuse_request
from connectors.sandbox.procore.listing import (
    answer_page,
    by_number,
    by_range,
    by_text,
    filter_rows,
    list_values,
    sort_rows,
)
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

PATH = "/rest/v1.0/projects/<int:project_id>/locations"
FILTERS = {
    "id": by_number("id"),
    "parent_id": by_number("parent_id"),
    "code": by_text("code"),
    "updated_at": by_range("updated_at"),
}


class Locations(Core):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule("/rest/v1.0/locations", endpoint="list_locations", methods=["GET"]),
        Rule("/rest/v1.0/locations", endpoint="create_location", methods=["POST"]),
        Rule("/rest/v1.0/locations/<int:location_id>", endpoint="show_location", methods=["GET"]),
        Rule("/rest/v1.0/locations/<int:location_id>", endpoint="update_location", methods=["PATCH"]),
        Rule("/rest/v1.0/locations/<int:location_id>", endpoint="delete_location", methods=["DELETE"]),
        Rule(PATH, endpoint="list_locations", methods=["GET"]),
        Rule(PATH, endpoint="create_location", methods=["POST"]),
        Rule(
            "/rest/v1.1/projects/<int:project_id>/locations/<int:location_id>",
            endpoint="delete_location_newer",
            methods=["DELETE"],
        ),
        Rule(f"{PATH}/find_or_create_by_path", endpoint="use_location_path", methods=["POST"]),
        Rule(f"{PATH}/<int:location_id>", endpoint="show_location", methods=["GET"]),
        Rule(f"{PATH}/<int:location_id>", endpoint="update_location", methods=["PATCH"]),
        Rule(f"{PATH}/<int:location_id>", endpoint="delete_location", methods=["DELETE"]),
    )

    def list_locations(self, request: Request, project_id: int | None = None) -> Response:
        project = self._read_location_project(request, project_id)
        rows = filter_rows(request, self.tables.of("locations", project["id"]), FILTERS)
        search = request.args.get("filters[search]", "").strip().lower()
        rows = [row for row in rows if search in row["name"].lower()]
        parents = list_values(request, "sublocations_for")
        if parents:
            rows = [row for row in rows if set(parents) & set(map(str, self._list_location_ancestors(row)))]
        rows = sort_rows(request, rows, {"name": "name", "updated_at": "updated_at", "created_at": "created_at"})
        return answer_page(request, rows, _shape_location)

    def show_location(self, request: Request, location_id: int, project_id: int | None = None) -> Response:
        return json_response(_shape_location(self._find_location(request, location_id, project_id)))

    def create_location(self, request: Request, project_id: int | None = None) -> Response:
        project = self._read_location_project(request, project_id)
        attributes = self.read_wrapped(request, "location")
        if isinstance(attributes.get("path"), list):
            return json_response(_shape_location(self._use_named_path(project, attributes["path"])[0]), 201)
        parent = self._read_parent_location(project, attributes)
        row = self._add_location(project, self.require_text(attributes, "node_name"), parent)
        take_texts(row, attributes, ("code",), empty=None)
        return json_response(_shape_location(row), 201)

    def use_location_path(self, request: Request, project_id: int) -> Response:
        """Makes what is missing of a path; 200 where all of it was there."""
        project = self.find_project(project_id)
        path = self.read_wrapped(request, "location").get("path")
        if not isinstance(path, list) or not path:
            raise refuse_request("param is missing or the value is empty: path")
        row, is_new = self._use_named_path(project, path)
        return json_response(_shape_location(row), 201 if is_new else 200)

    def update_location(self, request: Request, location_id: int, project_id: int | None = None) -> Response:
        row = self._find_location(request, location_id, project_id)
        attributes = self.read_wrapped(request, "location")
        project = self.tables.get("projects", row["project_id"])
        if "parent_id" in attributes:
            parent = self._read_parent_location(project, attributes)
            if parent is not None and row["id"] in (parent["id"], *self._list_location_ancestors(parent)):
                raise refuse_fields(parent_id=["is invalid"])
            row["parent_id"] = parent["id"] if parent else None
        if "node_name" in attributes:
            row["node_name"] = self.require_text(attributes, "node_name")
        take_texts(row, attributes, ("code",), empty=None)
        self._rename_location(row)
        self.announce("Locations", "update", row["id"], project_id=row["project_id"])
        return json_response(_shape_location(row))

    def delete_location(self, request: Request, location_id: int, project_id: int | None = None) -> Response:
        """The locations below go with it."""
        row = self._find_location(request, location_id, project_id)
        for other in self.tables.of("locations", row["project_id"]):
            if other["id"] == row["id"] or row["id"] in self._list_location_ancestors(other):
                self.announce("Locations", "delete", other["id"], project_id=row["project_id"])
                other["is_gone"] = True
        for other in self.tables.of("locations", row["project_id"]):
            if other["is_gone"]:
                self.tables.remove("locations", other["id"])
        return Response(status=200)

    def delete_location_newer(self, request: Request, project_id: int, location_id: int) -> Response:
        self.delete_location(request, location_id, project_id)
        return Response(status=204)

    def _add_location(self, project: Row, node_name: str, parent: Row | None) -> Row:
        stamp = self.stamp()
        row = self.tables.add(
            "locations",
            {
                "project_id": project["id"],
                "name": node_name,
                "node_name": node_name,
                "parent_id": parent["id"] if parent else None,
                "code": None,
                "is_gone": False,
                "created_at": stamp,
                "updated_at": stamp,
            },
        )
        self._rename_location(row)
        self.announce("Locations", "create", row["id"], project_id=project["id"])
        return row

    def _use_named_path(self, project: Row, path: list[Any]) -> tuple[Row, bool]:
        parent: Row | None = None
        is_new = False
        names = [self.require_text({"path": name}, "path") for name in path]
        for name in names:
            parent_id = parent["id"] if parent else None
            rows = self.tables.of("locations", project["id"])
            found = next((row for row in rows if (row["parent_id"], row["node_name"]) == (parent_id, name)), None)
            is_new = is_new or found is None
            parent = found or self._add_location(project, name, parent)
        if parent is None:
            raise refuse_request("param is missing or the value is empty: path")
        return parent, is_new

    def _rename_location(self, row: Row) -> None:
        """Write the full name again, and those of the locations below."""
        parent = self.tables.find("locations", row["parent_id"])
        row["name"] = f"{parent['name']}>{row['node_name']}" if parent else row["node_name"]
        self.touch(row)
        for child in self.tables.of("locations", row["project_id"]):
            if child["parent_id"] == row["id"]:
                self._rename_location(child)

    def _list_location_ancestors(self, row: Row) -> list[int]:
        ids = []
        parent = self.tables.find("locations", row["parent_id"])
        while parent is not None:
            ids.append(parent["id"])
            parent = self.tables.find("locations", parent["parent_id"])
        return ids

    def _read_parent_location(self, project: Row, attributes: dict[str, Any]) -> Row | None:
        if attributes.get("parent_id") is None:
            return None
        parent = self.tables.find("locations", attributes["parent_id"])
        if parent is None or parent["project_id"] != project["id"]:
            raise refuse_fields(parent_id=["is invalid"])
        return parent

    def _find_location(self, request: Request, location_id: int, project_id: int | None) -> Row:
        return self.find_owned("locations", location_id, self._read_location_project(request, project_id), "Location")

    def _read_location_project(self, request: Request, project_id: int | None) -> Row:
        return self.read_project(request) if project_id is None else self.find_project(project_id)


def _shape_location(row: Row) -> dict[str, Any]:
    names = ("id", "name", "node_name", "parent_id", "created_at", "updated_at", "code")
    return {name: row[name] for name in names}
