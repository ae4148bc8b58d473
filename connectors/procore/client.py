"""Speaking to Procore's REST API for one connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from django.conf import settings

from connectors.errors import Rejected, Uncertain
from connectors.http import send
from connectors.models import Connection
from connectors.paging import Page, Row, Rows, iterate_pages, read_header_page
from connectors.procore.faults import error_for
from connectors.procore.records import Company
from connectors.procore.resources import (
    BUDGET_CODES,
    COMPANIES,
    EMPLOYEES,
    INACTIVE_EMPLOYEES,
    PROJECTS,
    REQUISITIONS,
    STANDARD_COST_CODES,
    VENDORS,
)
from connectors.resource import Resource
from connectors.transport import Request, Response
from smoothx.lib.dates import to_instant_text
from smoothx.lib.text import collapse_spaces

Params = list[tuple[str, str]]
Companies = list[Company]

# These go into the query as they are; everything else is one of the list's filters.
_PLAIN = frozenset(
    {"view", "serializer_view", "sort", "standard_cost_code_list_id", "tool_name", "sub_job_id", "contract_id"}
    | {"namespace"}
)
# Asked for in every list. The default view of standard cost codes has no names; whether a project list without a
# status filter holds inactive ones is unverified; only the extended view of invoices brings summary and items at once.
_LIST_DEFAULTS: dict[str, Mapping[str, object]] = {
    PROJECTS.key: {"by_status": "All"},
    STANDARD_COST_CODES.key: {"view": "extended"},
    REQUISITIONS.key: {"view": "extended"},
    EMPLOYEES.key: {"is_employee": "true"},
    INACTIVE_EMPLOYEES.key: {"is_employee": "true"},
    # Without it only active ones come.
    BUDGET_CODES.key: {"status": ["active", "inactive"]},
}
_SHOW_DEFAULTS = {REQUISITIONS.key: {"view": "extended"}}
MOST_SYNC_ROWS = 1000
# A range filter needs both ends; the far end lies ahead of any clock that differs from ours.
_AHEAD = timedelta(days=2)


class Wireable(Protocol):
    def to_wire(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class SyncAnswer:
    """What a sync action made, in no promised order, and the rows it refused: each as sent, with `errors`."""

    entities: Rows
    errors: Rows


class ProcoreClient:
    """`total` is the length of the last list, known from its first page on; None where Procore does not say."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.total: int | None = None

    @property
    def customer_field(self) -> str | None:
        """The key of the project field "Customer" under `custom_fields`, None where the company has no such field."""
        key: str | None = self.connection.facts.get("customer_field")
        return key

    def list(
        self,
        resource: Resource,
        *,
        project_id: str | None = None,
        updated_since: datetime | None = None,
        **filters: object,
    ) -> Iterator[Rows]:
        """Page after page of a list, each of the largest size Procore allows.

        `filters` are named as Procore names them ("status" or "filters[status]"); a value may be a list of values.

        Raises the errors of connectors.errors; Rejected too when the list has no end.
        """
        self.total = None
        params = self._scope_params(resource, project_id)
        params += _filter_params(_LIST_DEFAULTS.get(resource.key, {}), filters)
        if updated_since is not None:
            params.append(("filters[updated_at]", _range_from(updated_since)))

        def fetch(number: int) -> Page:
            paged = [*params, ("page", str(number)), ("per_page", str(resource.page_size))]
            response = self._send(resource, Request("GET", self._url(resource, project_id), params=paged))
            return read_header_page(response, number=number, asked_size=resource.page_size)

        for page in iterate_pages(fetch):
            self.total = page.total
            yield page.rows

    def get(self, resource: Resource, record_id: str, *, project_id: str | None = None, **scope: str) -> Row:
        """One record. Raises Missing when it is not there or not visible to us. `scope` as in `delete`."""
        params = [*self._scope_params(resource, project_id), *scope.items()]
        params += _filter_params(_SHOW_DEFAULTS.get(resource.key, {}), {})
        url = f"{self._url(resource, project_id)}/{record_id}"
        return _record(self._send(resource, Request("GET", url, params=params)))

    def create(
        self,
        resource: Resource,
        document: Wireable | Mapping[str, Any],
        *,
        project_id: str | None = None,
        key: str = "",
        **scope: str,
    ) -> Row:
        """The record as created. Procore has no request key: after Uncertain look for it before sending again."""
        url = self._url(resource, project_id)
        return self._write(resource, "POST", url, document, project_id, scope, key=key, is_keyed=False)

    def patch(
        self,
        resource: Resource,
        record_id: str,
        document: Wireable | Mapping[str, Any],
        *,
        project_id: str | None = None,
        key: str = "",
        **scope: str,
    ) -> Row:
        """The record as changed. Setting the same values twice changes nothing, so this may be sent again."""
        url = f"{self._url(resource, project_id)}/{record_id}"
        return self._write(resource, "PATCH", url, document, project_id, scope, key=key, is_keyed=True)

    def attach(
        self, resource: Resource, record_id: str, upload_ids: Sequence[str], *, project_id: str, key: str, **scope: str
    ) -> Row:
        """The record with these uploads hung on it. A repeat might hang them twice, so none is made."""
        url, document = f"{self._url(resource, project_id)}/{record_id}", {"upload_ids": list(upload_ids)}
        return self._write(resource, "PATCH", url, document, project_id, scope, key=key, is_keyed=False)

    def delete(
        self, resource: Resource, record_id: str, *, project_id: str | None = None, key: str = "", **scope: str
    ) -> None:
        """Raises Missing when it is gone already. `scope` are further ids the call must name, as Procore does."""
        params = [*self._scope_params(resource, project_id), *scope.items()]
        url = f"{self._url(resource, project_id)}/{record_id}"
        self._send(resource, Request("DELETE", url, params=params, is_write=True), key=key, is_keyed=True)

    def sync(
        self,
        resource: Resource,
        rows: Sequence[Mapping[str, Any]],
        *,
        project_id: str | None = None,
        key: str = "",
        is_keyed: bool = False,
    ) -> SyncAnswer:
        """Create or change many rows of a list in one call. Rows are independent; a refused one stops no other.

        A row with neither id nor origin id is made anew by every repeat: after Uncertain look for each before sending
        it again. `is_keyed` says that all rows have one of the two, so that a repeat changes nothing.
        """
        if len(rows) > MOST_SYNC_ROWS:
            message = f"a sync action takes at most {MOST_SYNC_ROWS} rows"
            raise ValueError(message)
        scope = {name: int(value) for name, value in self._scope_params(resource, project_id)}
        body = {**scope, "updates": [dict(row) for row in rows]}
        request = Request("PATCH", f"{self._url(resource, project_id)}/sync", json=body, is_write=True)
        response = self._send(resource, request, key=key, is_keyed=is_keyed)
        answer = response.json
        if not isinstance(answer, dict) or not isinstance(answer.get("entities"), list):
            message = "the rows of a sync action were asked for and something else came"
            raise Uncertain(message, **response.facts)
        return SyncAnswer(answer["entities"], answer.get("errors") or [])

    def find_company(self, name: str) -> Companies:
        """Active companies of the directory with exactly this name, but for case and blanks. Names may repeat."""
        wanted = collapse_spaces(name).casefold()
        companies = [Company.from_wire(row) for rows in self.list(VENDORS, search=name.strip()) for row in rows]
        return [company for company in companies if company.name.casefold() == wanted]

    def _write(
        self,
        resource: Resource,
        method: str,
        url: str,
        document: Wireable | Mapping[str, Any],
        project_id: str | None,
        further: Mapping[str, str],
        *,
        key: str,
        is_keyed: bool,
    ) -> Row:
        wire = dict(document) if isinstance(document, Mapping) else document.to_wire()
        named = [*self._scope_params(resource, project_id), *further.items()]
        scope = {name: int(value) for name, value in named}
        body = {**scope, resource.wrapper: wire} if resource.wrapper else {**scope, **wire}
        request = Request(method, url, json=body, is_write=True)
        return _record(self._send(resource, request, key=key, is_keyed=is_keyed))

    def _send(self, resource: Resource, request: Request, *, key: str = "", is_keyed: bool = False) -> Response:
        response = send(self.connection, self._with_company(resource, request), key=key, is_keyed=is_keyed)
        if not response.is_success:
            raise error_for(response)
        return response

    def _with_company(self, resource: Resource, request: Request) -> Request:
        """Every call but the list of companies names its company in the header, even where path or query do too."""
        if resource is COMPANIES:
            return request
        return replace(request, headers={**request.headers, "Procore-Company-Id": self.connection.account_id})

    def _url(self, resource: Resource, project_id: str | None) -> str:
        path = resource.path.format(company=self.connection.account_id, project=project_id)
        return f"{settings.PROCORE_API_URL}{path}"

    def _scope_params(self, resource: Resource, project_id: str | None) -> Params:
        """What the path does not say already: the company or the project."""
        if resource.scope == "project":
            if project_id is None:
                message = f"{resource.key} is read project by project"
                raise ValueError(message)
            return [] if "{project}" in resource.path else [("project_id", project_id)]
        if resource is COMPANIES or "{company}" in resource.path:
            return []
        return [("company_id", self.connection.account_id)]


def _filter_params(defaults: Mapping[str, object], filters: Mapping[str, object]) -> Params:
    named = {_spell(name): value for name, value in (*defaults.items(), *filters.items())}
    params: Params = []
    for name, value in named.items():
        if isinstance(value, (list, tuple)):
            params += [(f"{name}[]", str(item)) for item in value]
        else:
            params.append((name, str(value)))
    return params


def _spell(name: str) -> str:
    return name if name in _PLAIN or name.startswith("filters[") else f"filters[{name}]"


def _range_from(since: datetime) -> str:
    return f"{to_instant_text(since)}...{to_instant_text(datetime.now(UTC) + _AHEAD)}"


def _record(response: Response) -> Row:
    record = response.json
    # An empty one says nothing of what was made: it has to be looked for.
    if isinstance(record, dict) and record:
        return record
    message = "a record was asked for and something else came"
    raise (Uncertain if response.is_write else Rejected)(message, **response.facts)
