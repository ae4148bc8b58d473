"""What every part of the sandbox needs: the records, who is calling, and how requests are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.control import ActRefused
from connectors.sandbox.frame import Sandbox
from connectors.sandbox.procore.errors import (
    Refused,
    refuse_duplicate,
    refuse_fields,
    refuse_missing_id,
    refuse_project,
    refuse_request,
    refuse_unknown,
)
from connectors.sandbox.procore.forms import is_form, read_form
from connectors.sandbox.procore.inputs import drop_blank_origin
from connectors.sandbox.procore.limits import RateLimiter
from connectors.sandbox.procore.tables import Row, Tables, read_number
from connectors.sandbox.procore.values import write_stamp
from connectors.sandbox.procore.zones import read_local_day
from connectors.sandbox.wire import decode

CLIENT_ID = "sandbox-procore-client"
CLIENT_SECRET = "sandbox-procore-secret"  # noqa: S105 - every sandbox has the same, it guards nothing
_DECODED = "sandbox.decoded_body"
VERSION = "<any('v1.0','v1.1'):version>"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something; `application_id` is None for a person at the pages."""

    user_id: int
    name: str
    login: str
    application_id: str | None = None


API_USER = Actor(598134325811001, "Jordan Reyes", "jordan.reyes@ridgeline.example", CLIENT_ID)
SERVICE_USER = Actor(598134325811002, " smoothx-4f2a91c0", "smoothx-4f2a91c0@procore.com", CLIENT_ID)
PERSON = Actor(598134325811003, "Casey Morgan", "casey.morgan@ridgeline.example")
USERS = {actor.user_id: actor for actor in (API_USER, SERVICE_USER, PERSON)}


class Core(Sandbox):
    """The base of every part. `ROUTES` of all parts together are the server's URL map."""

    vendor = "procore"
    ROUTES: ClassVar[tuple[Rule, ...]] = ()

    tables: Tables
    limiter: RateLimiter
    actor: Actor
    # The company the call is for; None for what the sandbox does of itself.
    company_id: int | None
    # Where this server was last reached, for links in answers.
    root_url: str = "http://localhost/"

    def clear(self) -> None:
        super().clear()
        self.tables = Tables()
        self.limiter = RateLimiter(self.clock.epoch)
        self.actor = PERSON
        self.company_id = None

    def account_of(self, request: Request, arguments: dict[str, Any]) -> str:
        return request.headers.get("Procore-Company-Id", "")

    def set_limits(self, **limits: Any) -> dict[str, Any]:
        return self.limiter.set(**limits)

    def refuse(self, request: Request, error: HTTPException) -> Response:
        if isinstance(error, Refused):
            return error.answer_for(request.path)
        # An unknown path is answered by the web page of the product, not by JSON. So is a path without such a method:
        # 405 is not among the published statuses.
        page = "<!DOCTYPE html><title>Not found</title><h1>The page you were looking for does not exist.</h1>"
        status = 404 if error.code in (None, 405) else error.code
        return Response(page, status=status, content_type="text/html; charset=utf-8")

    def announce(
        self,
        resource_name: str,
        event_type: str,
        resource_id: int,
        *,
        project_id: int | None = None,
        related: tuple[tuple[str, int], ...] = (),
    ) -> None:
        """Tell the webhooks of a change; the part that keeps the hooks overrides this.

        `related` names what the record belongs to, as (resource name, id).
        """

    # --- reading a request

    def read_body(self, request: Request) -> dict[str, Any]:
        body = self.read_json(request)
        if not isinstance(body, dict):
            raise refuse_request("The body must be a JSON object")
        return body

    def read_json(self, request: Request) -> Any:
        """The body, decoded once; an empty one is an empty object."""
        if is_form(request):
            return read_form(request)
        if _DECODED not in request.environ:
            text = request.get_data()
            try:
                request.environ[_DECODED] = decode(text) if text.strip() else {}
            except ValueError:
                raise refuse_request("There was a problem in the JSON you submitted") from None
        return request.environ[_DECODED]

    def read_wrapped(self, request: Request, key: str) -> dict[str, Any]:
        """The attributes under the resource's own key."""
        attributes = self.read_body(request).get(key)
        if not isinstance(attributes, dict):
            raise refuse_request(f"param is missing or the value is empty: {key}")
        return drop_blank_origin(attributes)

    def read_attributes(self, request: Request, key: str) -> dict[str, Any]:
        """As `read_wrapped`, for records that hold files: a form may bring nothing but those."""
        if request.files and key not in self.read_body(request):
            return {}
        return self.read_wrapped(request, key)

    def read_id(self, request: Request, name: str) -> int:
        """A required id of the query or of the body."""
        given = request.args.get(name) or (self.read_body(request).get(name) if request.method != "GET" else None)
        number = read_number(given)
        if number is None:
            raise refuse_missing_id()
        return number

    def read_company(self, request: Request) -> Row:
        """The company of the header; a company id in the query or body has to be the same."""
        header = int(request.headers["Procore-Company-Id"])
        given = request.args.get("company_id")
        if given is None and request.method != "GET":
            given = self.read_body(request).get("company_id")
        if given is not None and str(given) != str(header):
            raise refuse_unknown("Company")
        return self.tables.get("companies", header)

    def require_company(self, request: Request) -> Row:
        """As `read_company`, where the endpoint wants `company_id` named in the query or body as well."""
        self.read_id(request, "company_id")
        return self.read_company(request)

    def check_company(self, request: Request, company_id: int) -> None:
        """For paths that carry the company."""
        if str(company_id) != request.headers.get("Procore-Company-Id"):
            raise refuse_unknown("Company")

    def find_project(self, project_id: Any) -> Row:
        """A project of the caller's company. One that the company's administrator did not permit is 403."""
        project = self.find_row("projects", project_id, "Project")
        company = self.tables.get("companies", project["company_id"])
        permitted = company["permitted_project_ids"]
        if permitted is not None and project["id"] not in permitted:
            raise refuse_project("You do not have access to this project")
        return project

    def read_project(self, request: Request) -> Row:
        return self.find_project(self.read_id(request, "project_id"))

    def find_row(self, table: str, row_id: Any, what: str = "Resource") -> Row:
        """A row the caller's company can see."""
        row = self.tables.find(table, row_id)
        if row is None or not self.is_visible(row):
            raise refuse_unknown(what)
        return row

    def is_visible(self, row: Row) -> bool:
        """Whether the row belongs to the caller's company, as far as the row itself says whose it is."""
        return self.company_id is None or row.get("company_id") in (None, self.company_id)

    def list_visible(self, table: str) -> list[Row]:
        if self.company_id is None:
            return self.tables.all(table)
        # As `is_visible`, which is too slow for sixteen thousand budget codes.
        own = (None, self.company_id)
        return [row for row in self.tables.iterate(table) if row.get("company_id") in own]

    def home_company_id(self) -> int:
        """The caller's company, or the first one where nobody calls."""
        return int(self.company_id or next(self.tables.iterate("companies"))["id"])

    def find_owned(self, table: str, row_id: int, project: Row, what: str = "Resource") -> Row:
        """A row of this very project; another project's row is as good as absent."""
        row = self.find_row(table, row_id, what)
        if row["project_id"] != project["id"]:
            raise refuse_unknown(what)
        return row

    # --- writing

    def stamp(self) -> str:
        return write_stamp(self.clock.now())

    def plan_stamp(self, moment: datetime) -> str:
        """A made-up past moment, never later than now."""
        return write_stamp(min(moment, self.clock.now()))

    def today_at(self, project_id: int) -> date:
        """The day it is at the project."""
        return read_local_day(self.clock.now(), self.tables.get("projects", project_id)["time_zone"])

    def touch(self, row: Row) -> None:
        row["updated_at"] = self.stamp()

    def check_origin(self, table: str, attributes: dict[str, Any], row_id: int | None = None) -> None:
        """An origin_id is unique within the company."""
        origin_id = attributes.get("origin_id")
        if origin_id in (None, ""):
            return
        if isinstance(origin_id, dict | list | bool):
            raise refuse_fields(origin_id=["is invalid"])
        if not self.tables.is_origin_free(table, str(origin_id), row_id):
            raise refuse_duplicate(origin_id=["has already been taken"])

    def require_text(self, attributes: dict[str, Any], name: str) -> str:
        value = attributes.get(name)
        if isinstance(value, dict | list | bool):
            raise refuse_fields(**{name: ["is invalid"]})
        text = "" if value is None else str(value).strip()
        if not text:
            raise refuse_fields(**{name: ["can't be blank"]})
        return text

    # --- acts

    def act_row(self, table: str, row_id: Any, what: str) -> Row:
        """A row named in an act."""
        row = self.tables.find(table, row_id)
        if row is None:
            raise ActRefused(f"there is no {what} {row_id}")
        return row

    def act_amount(self, value: Any, name: str) -> Decimal:
        try:
            return Decimal(str(value)).quantize(Decimal("0.01"))
        except ArithmeticError:
            raise ActRefused(f"{name} is not an amount: {value!r}") from None
