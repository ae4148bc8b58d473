"""Webhooks: hooks and triggers as the API manages them, and the v2.0 events that changes send out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.errors import Refused, refuse_fields, refuse_missing_id, refuse_request
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.webhook import Delivery
from connectors.sandbox.wire import encode, json_response

# Resource names by level with what they send. Subcontractor invoices are called Draw Requests here and only here.
COMPANY_RESOURCES = {
    "Company Vendors": ("create", "update"),
    "Departments": ("create", "update", "delete"),
    "Line Item Types": ("create", "update", "delete"),
    "Projects": ("create", "update"),
    "Standard Cost Code Lists": ("create",),
    "Standard Cost Codes": ("create", "update", "delete"),
}
PROJECT_RESOURCES = dict.fromkeys(
    (
        "Change Order Packages", "Contract Payments", "Cost Codes", "Direct Cost Line Items", "Direct Costs",
        "Draw Requests", "Payment Applications", "Prime Contracts", "Prime Contract Line Items", "Project Vendors",
        "Purchase Order Contracts", "Purchase Order Contract Line Items", "Sub Jobs", "Timecard Entries",
        "Work Order Contracts", "Work Order Contract Line Items",
    ),
    ("create", "update", "delete"),
)  # fmt: skip
RESOURCES = {**COMPANY_RESOURCES, **PROJECT_RESOURCES}
LARGEST_BULK = 500
GIVE_UP_SECONDS = 12 * 3600
_ULID_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def list_retry_delays() -> tuple[float, ...]:
    """One second, doubling up to an hour, until twelve hours are over and the event is discarded."""
    delays: list[float] = []
    while sum(delays) < GIVE_UP_SECONDS:
        delays.append(min(2.0 ** len(delays), 3600.0))
    return tuple(delays)


class Webhooks(Core):
    webhook_retry_delays = list_retry_delays()

    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule("/rest/v1.0/webhooks/hooks", endpoint="list_hooks", methods=["GET"]),
        Rule("/rest/v1.0/webhooks/hooks", endpoint="create_hook", methods=["POST"]),
        Rule("/rest/v1.0/webhooks/hooks/<int:hook_id>", endpoint="update_hook", methods=["PATCH"]),
        Rule("/rest/v1.0/webhooks/hooks/<int:hook_id>", endpoint="delete_hook", methods=["DELETE"]),
        Rule("/rest/v1.0/webhooks/hooks/<int:hook_id>/triggers", endpoint="list_triggers", methods=["GET"]),
        Rule("/rest/v1.0/webhooks/hooks/<int:hook_id>/triggers", endpoint="create_trigger", methods=["POST"]),
        Rule(
            "/rest/v1.0/webhooks/hooks/<int:hook_id>/triggers/<int:trigger_id>",
            endpoint="delete_trigger",
            methods=["DELETE"],
        ),
        Rule("/rest/v1.0/webhooks/hooks/<int:hook_id>/triggers/bulk", endpoint="create_triggers", methods=["POST"]),
        Rule("/rest/v1.0/webhooks/hooks/<int:hook_id>/deliveries", endpoint="list_deliveries", methods=["GET"]),
        Rule("/rest/v1.0/webhooks/resources", endpoint="list_resources"),
    )

    # --- hooks

    def list_hooks(self, request: Request) -> Response:
        """Those of one app: the namespace parts them. There is no way to get one hook alone."""
        owner = self._read_owner(request)
        namespace = request.args.get("namespace")
        rows = [
            row
            for row in self.tables.iterate("hooks")
            if all(row[name] == value for name, value in owner.items()) and namespace in (None, row["namespace"])
        ]
        return json_response([_shape_hook(row) for row in rows])

    def create_hook(self, request: Request) -> Response:
        owner = self._read_owner(request)
        attributes = self.read_wrapped(request, "hook")
        if not str(attributes.get("destination_url") or "").startswith(("http://", "https://")):
            raise refuse_fields(destination_url=["is invalid"])
        if attributes.get("api_version") not in ("v2", "v2.0"):
            raise refuse_fields(api_version=["is not included in the list"])
        hook = self.tables.add(
            "hooks",
            {
                "company_id": None,
                "project_id": None,
                **owner,
                "user_id": self.actor.user_id,
                "namespace": str(attributes.get("namespace") or ""),
                "api_version": "v2",
                "destination_url": attributes["destination_url"],
                "destination_headers": _read_headers(attributes),
            },
        )
        return json_response(_shape_hook(hook), 201)

    def update_hook(self, request: Request, hook_id: int) -> Response:
        hook = self._find_hook(request, hook_id)
        attributes = self.read_wrapped(request, "hook")
        for name in ("destination_url", "namespace"):
            hook[name] = attributes.get(name, hook[name])
        if "destination_headers" in attributes:
            hook["destination_headers"] = _read_headers(attributes)
        return json_response(_shape_hook(hook))

    def delete_hook(self, request: Request, hook_id: int) -> Response:
        hook = self._find_hook(request, hook_id)
        for trigger in self.tables.of("triggers", hook["id"]):
            self.tables.remove("triggers", trigger["id"])
        self.tables.remove("hooks", hook["id"])
        return Response(status=204)

    # --- triggers

    def list_triggers(self, request: Request, hook_id: int) -> Response:
        hook = self._find_hook(request, hook_id)
        return json_response([_shape_trigger(hook, row) for row in self.tables.of("triggers", hook["id"])])

    def create_trigger(self, request: Request, hook_id: int) -> Response:
        hook = self._find_hook(request, hook_id)
        return json_response(_shape_trigger(hook, self._add_trigger(hook, self.read_wrapped(request, "trigger"))), 201)

    def create_triggers(self, request: Request, hook_id: int) -> Response:
        hook = self._find_hook(request, hook_id)
        wanted = self.read_body(request).get("triggers")
        if not isinstance(wanted, list):
            raise refuse_request("param is missing or the value is empty: triggers")
        if len(wanted) > LARGEST_BULK:
            raise Refused(413, {"errors": f"no more than {LARGEST_BULK} triggers at once"})
        made, failed = [], []
        for attributes in wanted:
            try:
                made.append(_shape_trigger(hook, self._add_trigger(hook, attributes)))
            except Refused as refusal:
                failed.append({**attributes, **refusal.body})
        answer = {"success": made, "errors": failed} if failed else {"success": made}
        return json_response(answer, 207 if failed else 200)

    def delete_trigger(self, request: Request, hook_id: int, trigger_id: int) -> Response:
        hook = self._find_hook(request, hook_id)
        trigger = self.find_row("triggers", trigger_id, "Trigger")
        if trigger["hook_id"] != hook["id"]:
            raise refuse_request("trigger does not belong to the hook")
        self.tables.remove("triggers", trigger_id)
        return Response(status=204)

    def _add_trigger(self, hook: Row, attributes: dict[str, Any]) -> Row:
        """Names are read exactly; the event type is lower case in requests and payloads, upper case in answers."""
        name = str(attributes.get("resource_name") or "")
        event_type = str(attributes.get("event_type") or "").lower()
        if name not in RESOURCES or (hook["project_id"] is not None and name in COMPANY_RESOURCES):
            raise refuse_fields(resource_name=["is not included in the list"])
        if event_type not in RESOURCES[name]:
            raise refuse_fields(event_type=["is not included in the list"])
        for row in self.tables.of("triggers", hook["id"]):
            if (row["resource_name"], row["event_type"]) == (name, event_type):
                return row
        return self.tables.add("triggers", {"hook_id": hook["id"], "resource_name": name, "event_type": event_type})

    # --- what was sent

    def list_deliveries(self, request: Request, hook_id: int) -> Response:
        hook = self._find_hook(request, hook_id)
        wanted = request.args.get("filters[status]", "any")
        size = read_number(request.args.get("page_size")) or 100
        start = read_number(request.args.get("page_start")) or 0
        shapes = [
            _shape_delivery(entry)
            for entry in self.courier.state()["deliveries"]
            if entry["url"] == hook["destination_url"]
        ]
        outcomes = {"successful": ("ok", "retried"), "failing": ("failed",), "discarded": ("discarded",)}
        kept = [shape for shape in shapes if wanted not in outcomes or shape["outcome"] in outcomes[wanted]]
        return json_response([shape for shape in kept if shape["event_id"] > start][:size])

    def list_resources(self, request: Request) -> Response:
        return json_response(
            [
                {
                    "api_version": "v2",
                    "product_category": "Core" if name in COMPANY_RESOURCES else "Construction Financials",
                    "tools": name,
                    "except": [kind for kind in ("create", "update", "delete") if kind not in events],
                }
                for name, events in RESOURCES.items()
            ]
        )

    def announce(
        self,
        resource_name: str,
        event_type: str,
        resource_id: int,
        *,
        project_id: int | None = None,
        related: tuple[tuple[str, int], ...] = (),
    ) -> None:
        """Queue the event once for every hook that has a trigger for it."""
        company = next(self.tables.iterate("companies"))
        hooks = [
            hook for hook in self.tables.iterate("hooks") if self._wants(hook, resource_name, event_type, project_id)
        ]
        if not hooks:
            return
        event_id = self.tables.draw_id("events")
        event = {
            "id": event_id,
            "ulid": _write_ulid(int(self.clock.epoch() * 1000), event_id),
            "timestamp": self.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "metadata": {
                "source_user_id": self.actor.user_id,
                "source_project_id": project_id,
                "source_operation_id": None,
                "source_company_id": company["id"],
                "source_application_id": self.actor.application_id,
            },
            "user_id": self.actor.user_id,
            "company_id": company["id"],
            "project_id": project_id,
            "api_version": "v2.0",
            "event_type": event_type,
            "resource_name": resource_name,
            "resource_id": resource_id,
        }
        for hook in hooks:
            self.emit((hook["destination_url"], dict(hook["destination_headers"]), event))

    def pack_deliveries(self, events: list[Any]) -> Iterable[Delivery]:
        for url, headers, event in events:
            yield Delivery(url, encode(event).encode(), {"Content-Type": "application/json", **headers})

    def _wants(self, hook: Row, resource_name: str, event_type: str, project_id: int | None) -> bool:
        if hook["project_id"] is not None and hook["project_id"] != project_id:
            return False
        wanted = {(row["resource_name"], row["event_type"]) for row in self.tables.of("triggers", hook["id"])}
        return (resource_name, event_type) in wanted

    def _read_owner(self, request: Request) -> dict[str, int]:
        """A hook belongs to a company or to a project, whichever the request names."""
        given = {**request.args, **(self.read_body(request) if request.method != "GET" else {})}
        if given.get("project_id"):
            return {"project_id": self.find_project(given["project_id"])["id"]}
        if given.get("company_id"):
            return {"company_id": self.read_company(request)["id"]}
        raise refuse_missing_id()

    def _find_hook(self, request: Request, hook_id: int) -> Row:
        self._read_owner(request)
        return self.find_row("hooks", hook_id, "Hook")


def _read_headers(attributes: dict[str, Any]) -> dict[str, str]:
    headers = attributes.get("destination_headers")
    if not isinstance(headers, dict):
        return {}
    return {str(name): str(value) for name, value in headers.items()}


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


def _shape_delivery(entry: dict[str, Any]) -> dict[str, Any]:
    event = json.loads(entry["body"])
    is_ok = 200 <= entry["status"] < 300
    outcome = ("retried" if entry["attempt"] > 1 else "ok") if is_ok else "failed"
    return {
        "event": event,
        "event_id": event["id"],
        "outcome": outcome,
        "response_status": entry["status"] or None,
        "response_headers": None,
        "response_body": None,
        "response_error": None if entry["status"] else "connection failed",
        "started_at": event["timestamp"],
        "completed_at": event["timestamp"],
    }


def _write_ulid(milliseconds: int, number: int) -> str:
    """Time and a number in the 26 letters of a ULID, so that later ones sort later."""
    value = (milliseconds << 80) | number
    digits = []
    for _ in range(26):
        value, digit = divmod(value, 32)
        digits.append(_ULID_DIGITS[digit])
    return "".join(reversed(digits))
