"""Who is calling and which companies there are."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.control import ActRefused
from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.errors import (
    MISSING_HEADER,
    Refused,
    refuse_app,
    refuse_missing_id,
    refuse_permission,
)
from connectors.sandbox.procore.listing import answer_page
from connectors.sandbox.procore.oauth import OAuth
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.wire import json_response

# The paths a token may call before it has chosen a company.
_OPEN_PATHS = ("/rest/v1.0/me", "/rest/v1.0/companies")
# Which right a path needs; the first that matches counts.
_TOOLS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("webhooks", re.compile(r"/webhooks/")),
    ("timecards", re.compile(r"/timecard|/timesheets|/project_timecard")),
    ("directory", re.compile(r"/vendors|/departments|/people|/users")),
    ("invoicing", re.compile(r"/requisitions|/billing_periods")),
    ("prime_contracts", re.compile(r"/prime_contract|/payment_applications")),
    ("direct_costs", re.compile(r"/direct_costs")),
    (
        "commitments",
        re.compile(r"/commitments|_contracts|/change_order_packages|/invoice_configuration|/contract_payments"),
    ),
    ("cost_codes", re.compile(r"cost_code|/line_item_types|/tax_codes|/work_breakdown_structure")),
    ("custom_fields", re.compile(r"/custom_field|/configurable_field_sets")),
    ("projects", re.compile(r"/projects")),
)
TOOLS = tuple(name for name, _ in _TOOLS)


class Directory(OAuth, Core):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *OAuth.ROUTES,
        Rule("/rest/v1.0/me", endpoint="show_me", methods=["GET"]),
        Rule("/rest/v1.0/companies", endpoint="list_companies", methods=["GET"]),
    )

    def authorise(self, request: Request) -> Response | None:
        grant = self.read_grant(request)
        self.actor = grant.actor
        refusal = self.limiter.take(str(grant.actor.user_id))
        if refusal is not None:
            return refusal
        if request.path in _OPEN_PATHS and not grant.is_service:
            return None
        company = self._read_header(request)
        if company is None or not company["is_connected"]:
            if request.path in _OPEN_PATHS:
                return None
            raise refuse_app()
        self.company_id = company["id"]
        self._check_tool(company, request.path)
        return None

    def _read_header(self, request: Request) -> Row | None:
        header = request.headers.get("Procore-Company-Id")
        if header is None:
            raise Refused(400, {"message": MISSING_HEADER})
        if read_number(header) is None:
            raise refuse_missing_id()
        return self.tables.find("companies", header)

    def _check_tool(self, company: Row, path: str) -> None:
        for tool, pattern in _TOOLS:
            if pattern.search(path):
                if tool in company["denied_tools"]:
                    raise refuse_permission("You do not have permission to perform this action")
                return

    def show_me(self, request: Request) -> Response:
        me: dict[str, Any] = {"id": self.actor.user_id, "login": self.actor.login}
        if request.args.get("company_id") or request.args.get("project_id"):
            me["name"] = self.actor.name
        return json_response(me)

    def companies(self) -> list[dict[str, Any]]:
        """Id and name of every company of the signed-in user, the connected one first."""
        return [{"id": row["id"], "name": row["name"]} for row in self.tables.iterate("companies")]

    def list_companies(self, request: Request) -> Response:
        return answer_page(request, self.tables.all("companies"), _shape_company)

    # --- acts

    def act_set_token_permissions(self, tools: list[str] | None = None, company: int | None = None) -> dict[str, Any]:
        """Let the app use only these tools of a company; None gives all of them back."""
        unknown = set(tools or ()) - set(TOOLS)
        if unknown:
            raise ActRefused(f"unknown tools {', '.join(sorted(unknown))}, there are {', '.join(TOOLS)}")
        row = self._act_company(company)
        row["denied_tools"] = [] if tools is None else [tool for tool in TOOLS if tool not in tools]
        return {"company": row["id"], "denied_tools": row["denied_tools"]}

    def act_disconnect_app(self, company: int | None = None) -> dict[str, Any]:
        return self._connect(company, is_connected=False)

    def act_connect_app(self, company: int | None = None) -> dict[str, Any]:
        return self._connect(company, is_connected=True)

    def act_permit_projects(self, project_ids: list[int] | None = None, company: int | None = None) -> dict[str, Any]:
        """Let the app into these projects only; None lets it into all, those to come included."""
        permitted = None
        if project_ids is not None:
            permitted = [self.act_row("projects", project_id, "project")["id"] for project_id in project_ids]
        row = self._act_company(company)
        row["permitted_project_ids"] = permitted
        return {"company": row["id"], "permitted_project_ids": row["permitted_project_ids"]}

    def _connect(self, company: int | None, *, is_connected: bool) -> dict[str, Any]:
        row = self._act_company(company)
        row["is_connected"] = is_connected
        return {"company": row["id"], "is_connected": is_connected}

    def _act_company(self, company: int | None) -> Row:
        """The named company, or the one that was connected from the start."""
        if company is None:
            return next(self.tables.iterate("companies"))
        return self.act_row("companies", company, "company")


def _shape_company(company: Row) -> dict[str, Any]:
    return {
        "id": company["id"],
        "name": company["name"],
        "is_active": True,
        "logo_url": None,
        "pcn_business_experience": None,
        "my_company": False,
    }
