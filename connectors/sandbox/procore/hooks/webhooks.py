"""Webhook management as v1 has it: hooks, triggers, the resources there are, and what was delivered."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.errors import Refused, refuse_fields, refuse_missing_id, refuse_request, refuse_unknown
from connectors.sandbox.procore.hooks.webhook_events import COMPANY_RESOURCES, RESOURCES, WebhookEvents
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.wire import json_response

HOOKS = "/rest/v1.0/webhooks/hooks"
TRIGGERS = f"{HOOKS}/<int:hook_id>/triggers"
LARGEST_BULK = 500
API_VERSIONS = ("v2", "v2.0")
NAMESPACE = re.compile(r"[a-z0-9-]+")
SUCCEEDED = ("ok", "retried")
OUTCOMES = {"successful": SUCCEEDED, "failing": ("failed",), "discarded": ("discarded",)}


class Webhooks(WebhookEvents):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(HOOKS, endpoint="list_hooks", methods=["GET"]),
        Rule(HOOKS, endpoint="create_hook", methods=["POST"]),
        Rule(f"{HOOKS}/<int:hook_id>", endpoint="update_hook", methods=["PATCH"]),
        Rule(f"{HOOKS}/<int:hook_id>", endpoint="delete_hook", methods=["DELETE"]),
        Rule(TRIGGERS, endpoint="list_triggers", methods=["GET"]),
        Rule(TRIGGERS, endpoint="create_trigger", methods=["POST"]),
        Rule(f"{TRIGGERS}/bulk", endpoint="create_triggers", methods=["POST"]),
        Rule(f"{TRIGGERS}/bulk", endpoint="delete_triggers", methods=["DELETE"]),
        Rule(f"{TRIGGERS}/<int:trigger_id>", endpoint="delete_trigger", methods=["DELETE"]),
        Rule(f"{HOOKS}/<int:hook_id>/deliveries", endpoint="list_deliveries", methods=["GET"]),
        Rule("/rest/v1.0/webhooks/resources", endpoint="list_resources", methods=["GET"]),
        Rule("/rest/v1.0/webhooks/resources/api_versions", endpoint="list_api_versions", methods=["GET"]),
    )

    # --- hooks

    def list_hooks(self, request: Request) -> Response:
        """Those of one app: the namespace parts them. There is no way to get one hook alone."""
        owner = self._read_hook_owner(request)
        namespace = request.args.get("namespace")
        version = request.args.get("api_version")
        rows = [
            row
            for row in self.list_hooks_of(owner)
            if namespace in (None, row["namespace"]) and version in (None, row["api_version"])
        ]
        return json_response([_shape_hook(row) for row in rows])

    def create_hook(self, request: Request) -> Response:
        owner = self._read_hook_owner(request)
        attributes = self.read_wrapped(request, "hook")
        if attributes.get("api_version") not in API_VERSIONS:
            raise refuse_fields(api_version=["is not included in the list"])
        hook = self.add_hook(owner, attributes, payload_version="v2.0")
        return json_response(_shape_hook(hook), 201)

    def update_hook(self, request: Request, hook_id: int) -> Response:
        hook = self._find_hook(request, hook_id)
        attributes = self.read_wrapped(request, "hook")
        if "api_version" in attributes and attributes["api_version"] not in API_VERSIONS:
            raise refuse_fields(api_version=["is not included in the list"])
        return json_response(_shape_hook(self.change_hook(hook, attributes)))

    def delete_hook(self, request: Request, hook_id: int) -> Response:
        self.remove_hook(self._find_hook(request, hook_id))
        return Response(status=204)

    # --- triggers

    def list_triggers(self, request: Request, hook_id: int) -> Response:
        hook = self._find_hook(request, hook_id)
        return json_response([_shape_trigger(hook, row) for row in self.tables.of("triggers", hook["id"])])

    def create_trigger(self, request: Request, hook_id: int) -> Response:
        hook = self._find_hook(request, hook_id)
        return json_response(_shape_trigger(hook, self.add_trigger(hook, self.read_wrapped(request, "trigger"))), 201)

    def create_triggers(self, request: Request, hook_id: int) -> Response:
        """200 where all of them were made, 207 where some were not."""
        hook = self._find_hook(request, hook_id)
        made, failed = [], []
        for attributes in self._read_bulk(request):
            given = attributes if isinstance(attributes, dict) else {}
            try:
                made.append(_shape_trigger(hook, self.add_trigger(hook, given)))
            except Refused as refusal:
                failed.append({**given, **refusal.body})
        return _answer_bulk(made, failed)

    def delete_triggers(self, request: Request, hook_id: int) -> Response:
        hook = self._find_hook(request, hook_id)
        removed, failed = [], []
        for trigger_id in self._read_bulk(request):
            trigger = self.tables.find("triggers", trigger_id)
            if trigger is None or trigger["hook_id"] != hook["id"]:
                failed.append({"id": trigger_id, "errors": {"id": ["not found"]}})
            else:
                self.tables.remove("triggers", trigger["id"])
                removed.append(trigger["id"])
        return _answer_bulk(removed, failed)

    def delete_trigger(self, request: Request, hook_id: int, trigger_id: int) -> Response:
        self.remove_trigger(self._find_hook(request, hook_id), trigger_id)
        return Response(status=204)

    def _read_bulk(self, request: Request) -> list[Any]:
        wanted = self.read_body(request).get("triggers")
        if not isinstance(wanted, list):
            raise refuse_request("param is missing or the value is empty: triggers")
        if len(wanted) > LARGEST_BULK:
            raise Refused(413, {"errors": f"no more than {LARGEST_BULK} triggers at once"})
        return wanted

    # --- what was sent and what there is

    def list_deliveries(self, request: Request, hook_id: int) -> Response:
        """Attempt by attempt, with a cursor: `page_start` is the last event id of the page before."""
        hook = self._find_hook(request, hook_id)
        wanted = request.args.get("filters[status]") or request.args.get("filter[status]") or "any"
        size = read_number(request.args.get("page_size")) or 100
        start = read_number(request.args.get("page_start")) or 0
        shapes = [
            shape
            for row in self.tables.of("deliveries", hook["id"])
            if row["event_id"] > start
            for shape in _shape_deliveries(row)
        ]
        return json_response(
            [shape for shape in shapes if wanted not in OUTCOMES or shape["outcome"] in OUTCOMES[wanted]][:size]
        )

    def list_resources(self, request: Request) -> Response:
        """For a project only what projects have."""
        owner = self._read_hook_owner(request)
        names = {name: events for name, events in RESOURCES.items() if is_offered(owner, name)}
        return json_response(
            [
                {
                    "api_version": "v2",
                    "product_category": name_category(name),
                    "tools": name,
                    "except": [kind for kind in ("create", "update", "delete") if kind not in events],
                    "create": None,
                    "update": None,
                    "delete": None,
                }
                for name, events in names.items()
            ]
        )

    def list_api_versions(self, request: Request) -> Response:
        self._read_hook_owner(request)
        return json_response(["v2"])

    # --- records

    def add_hook(self, owner: dict[str, int], attributes: dict[str, Any], *, payload_version: str) -> Row:
        _check_hook(attributes, is_new=True)
        stamp = self.stamp()
        return self.tables.add(
            "hooks",
            {
                "company_id": None,
                "project_id": None,
                **owner,
                "user_id": self.actor.user_id,
                "namespace": str(attributes.get("namespace") or ""),
                "api_version": "v2",
                "payload_version": payload_version,
                "status": "active",
                "destination_url": attributes["destination_url"],
                "destination_headers": read_hook_headers(attributes),
                "created_at": stamp,
                "updated_at": stamp,
            },
        )

    def change_hook(self, hook: Row, attributes: dict[str, Any]) -> Row:
        _check_hook(attributes, is_new=False)
        if "destination_url" in attributes:
            hook["destination_url"] = attributes["destination_url"]
        if "namespace" in attributes:
            hook["namespace"] = str(attributes["namespace"] or "")
        if "destination_headers" in attributes:
            hook["destination_headers"] = read_hook_headers(attributes)
        self.touch(hook)
        return hook

    def remove_hook(self, hook: Row) -> None:
        for table in ("triggers", "deliveries"):
            for row in self.tables.of(table, hook["id"]):
                self.tables.remove(table, row["id"])
        self.tables.remove("hooks", hook["id"])

    def add_trigger(self, hook: Row, attributes: dict[str, Any]) -> Row:
        """Names are read exactly; the event type is lower case in requests and payloads, upper case in answers."""
        name = attributes.get("resource_name")
        event_type = str(attributes.get("event_type") or "").lower()
        if not isinstance(name, str) or name not in RESOURCES or not is_offered(hook, name):
            raise refuse_fields(resource_name=["is not included in the list"])
        if event_type not in RESOURCES[name]:
            raise refuse_fields(event_type=["is not included in the list"])
        for row in self.tables.of("triggers", hook["id"]):
            if (row["resource_name"], row["event_type"]) == (name, event_type):
                return row
        return self.tables.add("triggers", {"hook_id": hook["id"], "resource_name": name, "event_type": event_type})

    def remove_trigger(self, hook: Row, trigger_id: int) -> None:
        trigger = self.tables.find("triggers", trigger_id)
        if trigger is None or trigger["hook_id"] != hook["id"]:
            raise refuse_unknown("Trigger")
        self.tables.remove("triggers", trigger["id"])

    def list_hooks_of(self, owner: dict[str, int]) -> list[Row]:
        """A company's hooks do not include those of its projects."""
        whole = {"company_id": None, "project_id": None, **owner}
        return [row for row in self.tables.iterate("hooks") if all(row[name] == whole[name] for name in whole)]

    def _read_hook_owner(self, request: Request) -> dict[str, int]:
        """A hook belongs to a company or to a project, whichever the request names."""
        given = {**request.args, **(self.read_body(request) if request.method != "GET" else {})}
        if given.get("project_id"):
            return {"project_id": self.find_project(given["project_id"])["id"]}
        if given.get("company_id"):
            if str(given["company_id"]) != str(self.read_company(request)["id"]):
                raise refuse_unknown("Company")
            return {"company_id": self.read_company(request)["id"]}
        raise refuse_missing_id()

    def _find_hook(self, request: Request, hook_id: int) -> Row:
        """A hook of the caller's company or of one of its projects, whichever of the two the request names."""
        self._read_hook_owner(request)
        hook = self.find_row("hooks", hook_id, "Hook")
        if hook["project_id"] is not None:
            self.find_project(hook["project_id"])
        return hook


def is_offered(owner: dict[str, Any], resource_name: str) -> bool:
    """A project's hook hears nothing of the company's own resources."""
    return owner.get("project_id") is None or resource_name not in COMPANY_RESOURCES


def name_category(resource_name: str) -> str:
    """The tool a resource is listed under. The names are unverified."""
    return "Core" if resource_name in COMPANY_RESOURCES else "Construction Financials"


def read_hook_headers(attributes: dict[str, Any]) -> dict[str, str]:
    headers = attributes.get("destination_headers")
    if not isinstance(headers, dict):
        return {}
    return {str(name): str(value) for name, value in headers.items()}


def _check_hook(attributes: dict[str, Any], *, is_new: bool) -> None:
    url = attributes.get("destination_url")
    if (is_new or "destination_url" in attributes) and not is_address(url):
        raise refuse_fields(destination_url=["can't be blank" if url in (None, "") else "is invalid"])
    namespace = attributes.get("namespace")
    if namespace not in (None, "") and not (isinstance(namespace, str) and NAMESPACE.fullmatch(namespace)):
        raise refuse_fields(namespace=["is invalid"])
    headers = read_hook_headers(attributes)
    if any("\n" in text or "\r" in text or not text.isascii() for pair in headers.items() for text in pair):
        raise refuse_fields(destination_headers=["is invalid"])


def is_address(url: Any) -> bool:
    """Procore asks for https; the sandbox also lets a test listen without it."""
    return isinstance(url, str) and url.startswith(("http://", "https://")) and url.isprintable() and " " not in url


def _answer_bulk(done: list[Any], failed: list[Any]) -> Response:
    answer = {"success": done, "errors": failed} if failed else {"success": done}
    return json_response(answer, 207 if failed else 200)


def _shape_hook(hook: Row) -> dict[str, Any]:
    return {
        "id": hook["id"],
        "api_version": hook["api_version"],
        "destination_headers": hook["destination_headers"],
        "destination_url": hook["destination_url"],
        "owned_by_company_id": hook["company_id"],
        "owned_by_project_id": hook["project_id"],
        "owned_by_user_id": hook["user_id"],
        "namespace": hook["namespace"],
    }


def _shape_trigger(hook: Row, trigger: Row) -> dict[str, Any]:
    return {
        "id": trigger["id"],
        "webhook_hook_id": trigger["hook_id"],
        "resource_name": trigger["resource_name"],
        "resource_id": None,
        "event_type": trigger["event_type"].upper(),
        "company_id": hook["company_id"],
        "project_id": hook["project_id"],
        "user_id": hook["user_id"],
    }


def _shape_deliveries(row: Row) -> list[dict[str, Any]]:
    last = len(row["attempts"])
    return [
        {
            "event": row["payload"],
            "event_id": row["event_id"],
            "outcome": _read_outcome(row, number, attempt, is_last=number == last),
            **attempt,
        }
        for number, attempt in enumerate(row["attempts"], start=1)
    ]


def _read_outcome(row: Row, number: int, attempt: dict[str, Any], *, is_last: bool) -> str:
    if 200 <= (attempt["response_status"] or 0) < 300:
        return "retried" if number > 1 else "ok"
    return "discarded" if is_last and row["status"] == "discarded" else "failed"
