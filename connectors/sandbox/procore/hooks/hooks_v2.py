"""Webhook management as v2 has it: by company or project in the path, with ids as texts and a choice of payloads."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.errors import Refused, refuse_fields, refuse_request, refuse_unknown, write_v2
from connectors.sandbox.procore.hooks.webhook_events import PAYLOAD_VERSIONS, RESOURCES
from connectors.sandbox.procore.hooks.webhooks import LARGEST_BULK, Webhooks, is_offered, name_category
from connectors.sandbox.procore.listing import answer_v2_page, is_true
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.wire import json_response

PATHS = (
    "/rest/v2.0/companies/<int:company_id>/webhooks",
    "/rest/v2.0/companies/<int:company_id>/projects/<int:project_id>/webhooks",
)
HOOK_STATUSES = ("active", "disabled")
SHOWN_LETTERS = 5


class HooksV2(Webhooks):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *Webhooks.ROUTES,
        *(
            rule
            for path in PATHS
            for rule in (
                Rule(f"{path}/hooks", endpoint="list_v2_hooks", methods=["GET"]),
                Rule(f"{path}/hooks", endpoint="create_v2_hook", methods=["POST"]),
                Rule(f"{path}/hooks/<int:hook_id>", endpoint="show_v2_hook", methods=["GET"]),
                Rule(f"{path}/hooks/<int:hook_id>", endpoint="update_v2_hook", methods=["PATCH"]),
                Rule(f"{path}/hooks/<int:hook_id>", endpoint="delete_v2_hook", methods=["DELETE"]),
                Rule(f"{path}/hooks/<int:hook_id>/triggers", endpoint="list_v2_triggers", methods=["GET"]),
                Rule(f"{path}/hooks/<int:hook_id>/triggers", endpoint="create_v2_trigger", methods=["POST"]),
                Rule(f"{path}/hooks/<int:hook_id>/triggers/bulk", endpoint="create_v2_triggers", methods=["POST"]),
                Rule(f"{path}/hooks/<int:hook_id>/triggers/bulk", endpoint="delete_v2_triggers", methods=["DELETE"]),
                Rule(
                    f"{path}/hooks/<int:hook_id>/triggers/<int:trigger_id>",
                    endpoint="delete_v2_trigger",
                    methods=["DELETE"],
                ),
                Rule(f"{path}/hooks/<int:hook_id>/deliveries", endpoint="list_v2_deliveries", methods=["GET"]),
                Rule(f"{path}/resources", endpoint="list_v2_resources", methods=["GET"]),
            )
        ),
    )

    # --- hooks

    def list_v2_hooks(self, request: Request, company_id: int, project_id: int | None = None) -> Response:
        owner = self._read_v2_owner(request, company_id, project_id)
        asked = {name: request.args.get(name) for name in ("namespace", "payload_version")}
        rows = [
            row for row in self.list_hooks_of(owner) if all(text in (None, row[name]) for name, text in asked.items())
        ]
        has_count = is_true(request.args.get("include_trigger_count", "true"))
        return answer_v2_page(request, rows, lambda row: self._shape_v2_hook(row, company_id, has_count=has_count))

    def show_v2_hook(self, request: Request, company_id: int, hook_id: int, project_id: int | None = None) -> Response:
        hook = self._find_v2_hook(request, company_id, project_id, hook_id)
        return json_response({"data": self._shape_v2_hook(hook, company_id)})

    def create_v2_hook(self, request: Request, company_id: int, project_id: int | None = None) -> Response:
        owner = self._read_v2_owner(request, company_id, project_id)
        attributes = self.read_body(request)
        self.require_text(attributes, "namespace")
        hook = self.add_hook(owner, attributes, payload_version=_read_version(attributes.get("payload_version")))
        return json_response({"data": self._shape_v2_hook(hook, company_id)}, 201)

    def update_v2_hook(
        self, request: Request, company_id: int, hook_id: int, project_id: int | None = None
    ) -> Response:
        hook = self._find_v2_hook(request, company_id, project_id, hook_id)
        attributes = self.read_body(request)
        version = _read_version(attributes.get("payload_version", hook["payload_version"]))
        status = attributes.get("status", hook["status"])
        if status not in HOOK_STATUSES:
            raise refuse_fields(status=["is not included in the list"])
        self.change_hook(hook, attributes)
        hook |= {"payload_version": version, "status": status}
        return json_response({"data": self._shape_v2_hook(hook, company_id)})

    def delete_v2_hook(
        self, request: Request, company_id: int, hook_id: int, project_id: int | None = None
    ) -> Response:
        self.remove_hook(self._find_v2_hook(request, company_id, project_id, hook_id))
        return Response(status=204)

    # --- triggers

    def list_v2_triggers(
        self, request: Request, company_id: int, hook_id: int, project_id: int | None = None
    ) -> Response:
        hook = self._find_v2_hook(request, company_id, project_id, hook_id)
        rows = self.tables.of("triggers", hook["id"])
        return answer_v2_page(request, rows, lambda row: _shape_v2_trigger(hook, row, company_id))

    def create_v2_trigger(
        self, request: Request, company_id: int, hook_id: int, project_id: int | None = None
    ) -> Response:
        hook = self._find_v2_hook(request, company_id, project_id, hook_id)
        trigger = self.add_trigger(hook, self.read_body(request))
        return json_response({"data": _shape_v2_trigger(hook, trigger, company_id)}, 201)

    def create_v2_triggers(
        self, request: Request, company_id: int, hook_id: int, project_id: int | None = None
    ) -> Response:
        """The body is a bare list, and so is `data` when all went well. What a mixed answer holds is unverified."""
        hook = self._find_v2_hook(request, company_id, project_id, hook_id)
        made, failed = [], []
        for attributes in self._read_v2_bulk(request):
            given = attributes if isinstance(attributes, dict) else {}
            try:
                made.append(_shape_v2_trigger(hook, self.add_trigger(hook, given), company_id))
            except Refused as refusal:
                failed.append({**given, **write_v2(422, refusal.body)})
        return _answer_v2_bulk(made, failed) if failed else json_response({"data": made}, 201)

    def delete_v2_triggers(
        self, request: Request, company_id: int, hook_id: int, project_id: int | None = None
    ) -> Response:
        hook = self._find_v2_hook(request, company_id, project_id, hook_id)
        removed, failed = [], []
        for trigger_id in self._read_v2_bulk(request):
            number = read_number(trigger_id)
            try:
                self.remove_trigger(hook, number or 0)
                removed.append(str(number))
            except Refused as refusal:
                failed.append({"id": str(trigger_id), **write_v2(404, refusal.body)})
        return _answer_v2_bulk(removed, failed) if failed else json_response({"data": {"succeeded": removed}})

    def delete_v2_trigger(
        self, request: Request, company_id: int, hook_id: int, trigger_id: int, project_id: int | None = None
    ) -> Response:
        self.remove_trigger(self._find_v2_hook(request, company_id, project_id, hook_id), trigger_id)
        return Response(status=204)

    # --- what was sent and what there is

    def list_v2_deliveries(
        self, request: Request, company_id: int, hook_id: int, project_id: int | None = None
    ) -> Response:
        """One row per event, with its attempts."""
        hook = self._find_v2_hook(request, company_id, project_id, hook_id)
        asked = {name: request.args.get(f"filter[{name}]") for name in ("status", "resource_name", "event_type")}
        if asked["status"] == "succeeded":
            asked["status"] = "delivered"
        first, last = (request.args.get(f"filter[{name}]") for name in ("start", "end"))
        rows = [
            row
            for row in self.tables.of("deliveries", hook["id"])
            if all(text in (None, row[name]) for name, text in asked.items())
            and (first or "") <= row["created_at"][:10]
            and (not last or row["created_at"][:10] <= last)
        ]
        return answer_v2_page(request, rows, _shape_v2_delivery)

    def list_v2_resources(self, request: Request, company_id: int, project_id: int | None = None) -> Response:
        owner = self._read_v2_owner(request, company_id, project_id)
        version = _read_version(request.args.get("payload_version"))
        names = [name for name in RESOURCES if is_offered(owner, name)]

        def shape(name: str) -> dict[str, Any]:
            actions = list(RESOURCES[name])
            category = name_category(name)
            return {
                "category": category,
                "tool": name,
                "name": name,
                "payload_version": version,
                "actions": actions,
            }

        return answer_v2_page(request, names, shape)

    def _read_v2_bulk(self, request: Request) -> list[Any]:
        wanted = self.read_json(request)
        if not isinstance(wanted, list) or not wanted:
            raise refuse_request("the body must be a list")
        if len(wanted) > LARGEST_BULK:
            raise Refused(413, {"errors": f"no more than {LARGEST_BULK} triggers at once"})
        return wanted

    def _read_v2_owner(self, request: Request, company_id: int, project_id: int | None) -> dict[str, int]:
        self.check_company(request, company_id)
        if project_id is not None:
            return {"project_id": self.find_project(project_id)["id"]}
        return {"company_id": company_id}

    def _find_v2_hook(self, request: Request, company_id: int, project_id: int | None, hook_id: int) -> Row:
        owner = self._read_v2_owner(request, company_id, project_id)
        hook = self.tables.find("hooks", hook_id)
        if hook is None or any(hook[name] != value for name, value in owner.items()):
            raise refuse_unknown("Hook")
        return hook

    def _shape_v2_hook(self, hook: Row, company_id: int, *, has_count: bool = True) -> dict[str, Any]:
        """The Authorization header is shown by its last letters only."""
        names = ("status", "payload_version", "namespace", "destination_url", "created_at", "updated_at")
        count = {"trigger_count": len(self.tables.of("triggers", hook["id"]))} if has_count else {}
        return {
            "id": str(hook["id"]),
            **{name: hook[name] for name in names},
            "destination_headers": {
                name: _mask(text) if name.lower() == "authorization" else text
                for name, text in hook["destination_headers"].items()
            },
            **count,
            "company_id": str(company_id),
            "project_id": None if hook["project_id"] is None else str(hook["project_id"]),
        }


def _read_version(version: Any) -> str:
    if version not in PAYLOAD_VERSIONS:
        raise refuse_fields(payload_version=["is not included in the list"])
    return str(version)


def _mask(text: str) -> str:
    hidden = max(len(text) - SHOWN_LETTERS, 0)
    return "*" * hidden + text[hidden:]


def _shape_v2_trigger(hook: Row, trigger: Row, company_id: int) -> dict[str, Any]:
    return {
        "id": str(trigger["id"]),
        "webhook_hook_id": str(hook["id"]),
        "resource_name": trigger["resource_name"],
        "event_type": trigger["event_type"],
        "company_id": str(company_id),
        "project_id": None if hook["project_id"] is None else str(hook["project_id"]),
    }


def _shape_v2_delivery(row: Row) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "status": row["status"],
        "payload": row["payload"],
        "delivery_attempts": row["attempts"],
    }


def _answer_v2_bulk(done: list[Any], failed: list[Any]) -> Response:
    """What the 207 holds is unverified."""
    return json_response({"data": {"succeeded": done, "failed": failed}}, 207)
