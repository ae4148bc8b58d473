"""The projects' cost codes: copies of the standard ones with ids of their own, per project and per sub job."""

from __future__ import annotations

from operator import itemgetter
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.attributes import take_numbers, take_texts
from connectors.sandbox.procore.codes.standard_codes import StandardCodes, join_code
from connectors.sandbox.procore.codes.sub_jobs import SubJobs
from connectors.sandbox.procore.company.code_tables import shape_type
from connectors.sandbox.procore.errors import refuse_fields, refuse_request
from connectors.sandbox.procore.listing import answer_page, by_number, by_text, filter_rows
from connectors.sandbox.procore.sync import answer_sync
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

PATH = "/rest/v1.0/cost_codes"
NO_PARENT = {"id": None}
FILTERS = {"id": by_number("id"), "origin_id": by_text("origin_id")}


class CostCodes(StandardCodes, SubJobs):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *StandardCodes.ROUTES,
        *SubJobs.ROUTES,
        Rule(PATH, endpoint="list_cost_codes", methods=["GET"]),
        Rule(PATH, endpoint="create_cost_code", methods=["POST"]),
        Rule(f"{PATH}/sync", endpoint="sync_cost_codes", methods=["PATCH"]),
        Rule(f"{PATH}/copy_from_standard_list", endpoint="copy_list", methods=["POST"]),
        Rule(f"{PATH}/copy_subset_from_standard_list", endpoint="copy_subset", methods=["POST"]),
        Rule(f"{PATH}/<int:code_id>", endpoint="show_cost_code", methods=["GET"]),
        Rule(f"{PATH}/<int:code_id>", endpoint="update_cost_code", methods=["PATCH"]),
    )

    def list_cost_codes(self, request: Request) -> Response:
        """Sorted by code (unverified). There is no filter by date: codes have to be read whole.

        Without a sub job the project's own codes are listed; whether those of its sub jobs come too is unverified.
        """
        project = self.read_project(request)
        rows = filter_rows(request, self._list_billed(project, self._read_named_job(request, project)), FILTERS)
        rows.sort(key=itemgetter("full_code"))
        view = request.args.get("view")
        return answer_page(request, rows, _shape_compact if view == "erp_compact" else self.shape_cost_code)

    def show_cost_code(self, request: Request, code_id: int) -> Response:
        project = self.read_project(request)
        return json_response(self.shape_cost_code(self.find_owned("cost_codes", code_id, project, "Cost code")))

    def create_cost_code(self, request: Request) -> Response:
        project = self.read_project(request)
        job = self._read_named_job(request, project)
        row = self.create_project_code(project, job, self.read_wrapped(request, "cost_code"))
        return json_response(self.shape_cost_code(row), 201)

    def update_cost_code(self, request: Request, code_id: int) -> Response:
        project = self.read_project(request)
        row = self.find_owned("cost_codes", code_id, project, "Cost code")
        self.change_project_code(row, self.read_wrapped(request, "cost_code"))
        return json_response(self.shape_cost_code(row))

    def sync_cost_codes(self, request: Request) -> Response:
        """The project and the sub job are named in the query."""
        project = self.read_project(request)
        job = self._read_named_job(request, project)
        return answer_sync(
            self.read_body(request).get("updates"),
            self._list_billed(project, job),
            create=lambda attributes: self.create_project_code(project, job, attributes),
            update=self.change_project_code,
            shape=self.shape_cost_code,
        )

    def copy_list(self, request: Request) -> Response:
        """Copies what the project does not have yet, and answers the codes it has then."""
        project = self.read_project(request)
        job = self._read_named_job(request, project)
        owner = self._read_named_list(request)
        for standard in self.tables.of("standard_cost_codes", owner["id"]):
            self.copy_standard_code(project, standard, job)
        rows = sorted(self._list_billed(project, job), key=itemgetter("full_code"))
        return json_response([self.shape_cost_code(row) for row in rows], 201)

    def copy_subset(self, request: Request) -> Response:
        """Adding a code to the standard list does not add it to projects that are there already; this does."""
        project = self.read_project(request)
        job = self._read_named_job(request, project)
        wanted = self.read_body(request).get("standard_cost_code_ids")
        if not isinstance(wanted, list):
            raise refuse_request("param is missing or the value is empty: standard_cost_code_ids")
        successes, failures = [], []
        for code_id in wanted:
            standard = self.tables.find("standard_cost_codes", code_id)
            if standard is None:
                failures.append(f"Standard cost code {code_id} not found")
            else:
                successes.append(self.shape_cost_code(self.copy_standard_code(project, standard, job)))
        return json_response({"successes": successes, "failures": failures}, 207 if failures else 201)

    # --- records

    def create_project_code(self, project: Row, job: Row | None, attributes: dict[str, Any]) -> Row:
        """A code made on the project has no standard code behind it unless one is named."""
        code = self.require_text(attributes, "code")
        name = self.require_text(attributes, "name")
        parent = self._read_parent_code(project, attributes)
        self._check_project_code(attributes)
        standard = self.tables.find("standard_cost_codes", attributes.get("standard_cost_code_id"))
        row = self._add_cost_code(
            project,
            job,
            code=code,
            full_code=join_code(parent, code),
            name=name,
            parent_id=parent["id"] if parent else None,
            standard_cost_code_id=standard["id"] if standard else None,
        )
        row["created_at"] = row["updated_at"] = self.stamp()
        self._write_project_code(row, attributes)
        self.announce("Cost Codes", "create", row["id"], project_id=project["id"])
        return row

    def change_project_code(self, row: Row, attributes: dict[str, Any]) -> Row:
        project = self.tables.get("projects", row["project_id"])
        for name in ("code", "name"):
            if name in attributes:
                self.require_text(attributes, name)
        parent = self._read_parent_code(project, attributes)
        if parent is not None and parent["id"] == row["id"]:
            raise refuse_fields(parent_id=["is invalid"])
        self._check_project_code(attributes, row["id"])
        self._write_project_code(row, attributes)
        take_texts(row, attributes, ("code", "name"))
        if "parent_id" in attributes:
            row["parent_id"] = parent["id"] if parent else None
        if "code" in attributes or "parent_id" in attributes:
            row["full_code"] = join_code(self.tables.find("cost_codes", row["parent_id"]), row["code"])
            self._index_copy(row)
        self.touch(row)
        self.announce("Cost Codes", "update", row["id"], project_id=project["id"])
        return row

    def _check_project_code(self, attributes: dict[str, Any], row_id: int | None = None) -> None:
        self.check_origin("cost_codes", attributes, row_id)
        standard_id = attributes.get("standard_cost_code_id")
        if standard_id is not None and self.tables.find("standard_cost_codes", standard_id) is None:
            raise refuse_fields(standard_cost_code_id=["is invalid"])

    def _write_project_code(self, row: Row, attributes: dict[str, Any]) -> None:
        take_texts(row, attributes, ("origin_id", "origin_data"), empty=None)
        take_numbers(row, attributes, ("position", "standard_cost_code_id"))
        self._index_copy(row)

    def copy_standard_codes(self, project: Row) -> None:
        for standard in self.tables.of("standard_cost_codes", self.standard_list()["id"]):
            self.copy_standard_code(project, standard)

    def copy_codes_to_job(self, project: Row, job: Row) -> None:
        for standard in self.tables.of("standard_cost_codes", self.standard_list()["id"]):
            self.copy_standard_code(project, standard, job)

    def copy_standard_code(self, project: Row, standard: Row, job: Row | None = None) -> Row:
        """The project's or sub job's copy, made with its parent where it is not there yet."""
        copy = self.find_copy(project["id"], standard["id"], job)
        if copy is not None:
            return copy
        parent_id = None
        if standard["parent_id"]:
            parent = self.tables.get("standard_cost_codes", standard["parent_id"])
            parent_id = self.copy_standard_code(project, parent, job)["id"]
        return self._add_cost_code(
            project,
            job,
            code=standard["code"],
            full_code=standard["full_code"],
            name=standard["name"],
            parent_id=parent_id,
            standard_cost_code_id=standard["id"],
        )

    def find_copy(self, project_id: int, standard_id: int, job: Row | None = None) -> Row | None:
        copy_id = self._copies.get((project_id, job["id"] if job else None, standard_id))
        return None if copy_id is None else self.tables.get("cost_codes", copy_id)

    def clear(self) -> None:
        super().clear()
        self._copies: dict[tuple[int, int | None, int], int] = {}
        self._types_used: dict[int, list[int]] = {}

    def index_copies(self) -> None:
        """Rebuild the indexes after the tables were restored."""
        self._copies = {}
        self._types_used = {}
        for row in self.tables.iterate("standard_cost_codes"):
            if row["parent_id"] is not None:
                self.parent_ids.add(row["parent_id"])
        for row in self.tables.iterate("cost_codes"):
            self._index_copy(row)
        for row in self.tables.iterate("wbs_codes"):
            self.use_type(row["cost_code_id"], row["line_item_type_id"])

    def use_type(self, code_id: int, type_id: int | None) -> None:
        """Remember that a cost code is used with a cost type: it lists the type from then on."""
        types = self._types_used.setdefault(code_id, [])
        if type_id is not None and type_id not in types:
            types.append(type_id)

    def remove_cost_code(self, code: Row) -> None:
        self.tables.remove("cost_codes", code["id"])
        self._copies.pop((code["project_id"], code["sub_job_id"], code["standard_cost_code_id"] or 0), None)

    def _index_copy(self, row: Row) -> None:
        if row["parent_id"] is not None:
            self.parent_ids.add(row["parent_id"])
        if row["standard_cost_code_id"] is not None:
            self._copies[row["project_id"], row["sub_job_id"], row["standard_cost_code_id"]] = row["id"]

    def _add_cost_code(self, project: Row, job: Row | None, **values: Any) -> Row:
        stamp = project["created_at"]
        row = self.tables.add(
            "cost_codes",
            {
                "project_id": project["id"],
                "sub_job_id": job["id"] if job else None,
                "position": None,
                "origin_id": None,
                "origin_data": None,
                "created_at": stamp,
                "updated_at": stamp,
                **values,
            },
        )
        self._index_copy(row)
        return row

    def _read_parent_code(self, project: Row, attributes: dict[str, Any]) -> Row | None:
        if attributes.get("parent_id") is None:
            return None
        parent = self.tables.find("cost_codes", attributes["parent_id"])
        if parent is None or parent["project_id"] != project["id"]:
            raise refuse_fields(parent_id=["is invalid"])
        return parent

    def _read_named_job(self, request: Request, project: Row) -> Row | None:
        given = request.args.get("sub_job_id")
        if given is None and request.method != "GET":
            given = self.read_body(request).get("sub_job_id")
        return self.find_sub_job(project, given)

    def _read_named_list(self, request: Request) -> Row:
        owner = self.tables.find("standard_cost_code_lists", self.read_id(request, "standard_cost_code_list_id"))
        if owner is None or not self.is_visible(owner):
            raise refuse_request("standard_cost_code_list_id is invalid")
        return owner

    def _list_billed(self, project: Row, job: Row | None) -> list[Row]:
        job_id = job["id"] if job else None
        return [row for row in self.tables.of("cost_codes", project["id"]) if row["sub_job_id"] == job_id]

    # --- shapes

    def shape_cost_code(self, row: Row) -> dict[str, Any]:
        job = self.tables.find("sub_jobs", row["sub_job_id"])
        biller = job or self.tables.get("projects", row["project_id"])
        standard = self.tables.find("standard_cost_codes", row["standard_cost_code_id"])
        types = [self.tables.find("line_item_types", number) for number in self._types_used.get(row["id"], ())]
        return {
            "id": row["id"],
            "name": row["name"],
            "full_code": row["full_code"],
            "origin_id": row["origin_id"],
            "origin_data": row["origin_data"],
            "standard_cost_code_id": row["standard_cost_code_id"],
            "biller": biller["name"],
            "biller_id": biller["id"],
            "biller_type": "SubJob" if job else "Project",
            "biller_origin_id": biller["origin_id"],
            "budgeted": False,
            "code": row["code"],
            "parent": {"id": row["parent_id"]} if row["parent_id"] else NO_PARENT,
            "sortable_code": row["full_code"],
            "created_at": row["created_at"],
            "deleted_at": None,
            "line_item_types": [shape_type(cost_type) for cost_type in types if cost_type is not None],
            "position": row["position"],
            "updated_at": row["updated_at"],
            "standard_cost_code_list_id": standard["standard_cost_code_list_id"] if standard else None,
        }

    def shape_long_code(self, row: Row) -> dict[str, Any]:
        """As timecards embed it."""
        return {
            "id": row["id"],
            "biller_id": row["sub_job_id"] or row["project_id"],
            "biller_type": "SubJob" if row["sub_job_id"] else "Project",
            "code": row["code"],
            "created_at": row["created_at"],
            "deleted_at": None,
            "full_code": row["full_code"],
            "long_name": f"{row['full_code']} - {row['name']}",
            "name": row["name"],
            "parent_id": row["parent_id"],
            "position": row["position"],
            "sortable_code": row["full_code"],
            "standard_cost_code_id": row["standard_cost_code_id"],
            "updated_at": row["updated_at"],
        }


def _shape_compact(row: Row) -> dict[str, Any]:
    names = ("id", "name", "full_code", "origin_data", "origin_id", "standard_cost_code_id")
    return {name: row[name] for name in names}
