"""Sub jobs of a project. Each has cost codes of its own: same full codes, other ids, biller_type SubJob."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.attributes import take_texts
from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.errors import refuse_fields
from connectors.sandbox.procore.listing import answer_page
from connectors.sandbox.procore.sync import answer_sync
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

PATH = "/rest/v1.0/sub_jobs"


class SubJobs(Core):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(PATH, endpoint="list_sub_jobs", methods=["GET"]),
        Rule(PATH, endpoint="create_sub_job", methods=["POST"]),
        Rule(f"{PATH}/sync", endpoint="sync_sub_jobs", methods=["PATCH"]),
        Rule(f"{PATH}/<int:job_id>", endpoint="show_sub_job", methods=["GET"]),
        Rule(f"{PATH}/<int:job_id>", endpoint="update_sub_job", methods=["PATCH"]),
        Rule(f"{PATH}/<int:job_id>", endpoint="delete_sub_job", methods=["DELETE"]),
    )

    def list_sub_jobs(self, request: Request) -> Response:
        project = self.read_project(request)
        return answer_page(request, self.tables.of("sub_jobs", project["id"]), shape_sub_job)

    def show_sub_job(self, request: Request, job_id: int) -> Response:
        return json_response(shape_sub_job(self._find_own_job(request, job_id)))

    def create_sub_job(self, request: Request) -> Response:
        project = self.read_project(request)
        return json_response(shape_sub_job(self.add_sub_job(project, self.read_wrapped(request, "sub_job"))), 201)

    def update_sub_job(self, request: Request, job_id: int) -> Response:
        job = self._find_own_job(request, job_id)
        return json_response(shape_sub_job(self.change_sub_job(job, self.read_wrapped(request, "sub_job"))))

    def delete_sub_job(self, request: Request, job_id: int) -> Response:
        self.remove_sub_job(self._find_own_job(request, job_id))
        return Response(status=200)

    def remove_sub_job(self, job: Row) -> None:
        """Its cost codes go with it; one that is in use stays (unverified)."""
        codes = [row for row in self.tables.of("cost_codes", job["project_id"]) if row["sub_job_id"] == job["id"]]
        used = {row["cost_code_id"] for row in self.tables.of("wbs_codes", job["project_id"])}
        if any(code["id"] in used for code in codes):
            raise refuse_fields(base=["Sub job is in use"])
        for code in codes:
            self.remove_cost_code(code)
        self.tables.remove("sub_jobs", job["id"])
        self.announce("Sub Jobs", "delete", job["id"], project_id=job["project_id"])

    def sync_sub_jobs(self, request: Request) -> Response:
        project = self.read_project(request)
        return answer_sync(
            self.read_body(request).get("updates"),
            self.tables.of("sub_jobs", project["id"]),
            create=lambda attributes: self.add_sub_job(project, attributes),
            update=self.change_sub_job,
            shape=shape_sub_job,
        )

    def add_sub_job(self, project: Row, attributes: dict[str, Any]) -> Row:
        """A new sub job with its own copies of the standard cost codes."""
        name = self.require_text(attributes, "name")
        code = self.require_text(attributes, "code")
        self._check_job_code(project["id"], code)
        self.check_origin("sub_jobs", attributes)
        stamp = self.stamp()
        job = self.tables.add(
            "sub_jobs",
            {
                "project_id": project["id"],
                "name": name,
                "code": code,
                "origin_id": None,
                "origin_data": None,
                "created_at": stamp,
                "updated_at": stamp,
            },
        )
        take_texts(job, attributes, ("origin_id", "origin_data"), empty=None)
        self.copy_codes_to_job(project, job)
        self.announce("Sub Jobs", "create", job["id"], project_id=project["id"])
        return job

    def change_sub_job(self, job: Row, attributes: dict[str, Any]) -> Row:
        for name in ("name", "code"):
            if name in attributes:
                self.require_text(attributes, name)
        if "code" in attributes:
            self._check_job_code(job["project_id"], str(attributes["code"]).strip(), job["id"])
        self.check_origin("sub_jobs", attributes, job["id"])
        take_texts(job, attributes, ("name", "code"))
        take_texts(job, attributes, ("origin_id", "origin_data"), empty=None)
        self.touch(job)
        self.announce("Sub Jobs", "update", job["id"], project_id=job["project_id"])
        return job

    def _check_job_code(self, project_id: int, code: str, job_id: int | None = None) -> None:
        for job in self.tables.of("sub_jobs", project_id):
            if job["code"] == code and job["id"] != job_id:
                raise refuse_fields(code=["has already been taken"])

    def copy_codes_to_job(self, project: Row, job: Row) -> None:
        """The part that keeps the cost codes overrides this."""

    def remove_cost_code(self, code: Row) -> None:
        """The part that keeps the cost codes overrides this."""

    def find_sub_job(self, project: Row, job_id: Any) -> Row | None:
        """The project's sub job that a request names, None where it names none. Refuses with 422."""
        if job_id in (None, ""):
            return None
        job = self.tables.find("sub_jobs", job_id)
        if job is None or job["project_id"] != project["id"]:
            raise refuse_fields(sub_job_id=["is invalid"])
        return job

    def _find_own_job(self, request: Request, job_id: int) -> Row:
        return self.find_owned("sub_jobs", job_id, self.read_project(request), "Sub job")


def shape_sub_job(job: Row) -> dict[str, Any]:
    names = ("id", "name", "code", "origin_id", "origin_data", "created_at", "updated_at")
    return {name: job[name] for name in names}
