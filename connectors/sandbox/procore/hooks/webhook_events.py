"""What changes send out: one event per change, in the payload format of each hook, and the log of its delivery."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.ulids import write_ulid
from connectors.sandbox.procore.values import write_stamp
from connectors.sandbox.webhook import Attempt, Delivery
from connectors.sandbox.wire import encode

# Resource names by level with what they send, as a real sandbox answered. Subcontractor invoices are called Draw
# Requests here and only here.
_TABLE: dict[str, dict[str, list[str]]] = json.loads(
    Path(__file__).with_name("webhook_resources.json").read_text(encoding="utf-8")
)
COMPANY_RESOURCES = _TABLE["company"]
PROJECT_RESOURCES = _TABLE["project"]
RESOURCES = {**COMPANY_RESOURCES, **PROJECT_RESOURCES}
# Since June 2026 one edit of a directory record no longer fans out to every project.
WITHOUT_UPDATE = ("Project Users", "Project Vendors")
PAYLOAD_VERSIONS = ("v2.0", "v3.0", "v4.0")
GIVE_UP_SECONDS = 12 * 3600
MOST_DELIVERIES = 5000


def list_retry_delays() -> tuple[float, ...]:
    """One second, doubling up to an hour, until twelve hours are over and the event is discarded."""
    delays: list[float] = []
    while sum(delays) < GIVE_UP_SECONDS:
        delays.append(min(2.0 ** len(delays), 3600.0))
    return tuple(delays)


class WebhookEvents(Core):
    webhook_retry_delays = list_retry_delays()
    webhook_timeout = 5.0
    webhook_give_up_after = float(GIVE_UP_SECONDS)

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
        if event_type == "update" and resource_name in WITHOUT_UPDATE:
            return
        hooks = [
            hook for hook in self.tables.iterate("hooks") if self._wants(hook, resource_name, event_type, project_id)
        ]
        if not hooks:
            return
        event = self._make_event(resource_name, event_type, resource_id, project_id, related)
        for hook in hooks:
            self._send_event(hook, event)

    def pack_deliveries(self, events: list[Any]) -> Iterable[Delivery]:
        for delivery_id, hook_id, url, headers, payload in events:
            sent = {"Content-Type": "application/json", **headers}
            yield Delivery(url, encode(payload).encode(), sent, queue=str(hook_id), tag=(delivery_id, _name(payload)))

    def note_attempt(self, attempt: Attempt) -> None:
        """Write an attempt into the delivery it belongs to; after a reset there may be none."""
        delivery_id, ulid = attempt.delivery.tag
        with self.lock:
            row = self.tables.find("deliveries", delivery_id)
            if row is None or _name(row["payload"]) != ulid:
                return
            if attempt.number:
                row["attempts"].append(_shape_attempt(attempt))
            if row["status"] != "delivered":
                row["status"] = _read_outcome(attempt)

    def _wants(self, hook: Row, resource_name: str, event_type: str, project_id: int | None) -> bool:
        if hook["status"] != "active" or (hook["project_id"] is not None and hook["project_id"] != project_id):
            return False
        triggers = self.tables.of("triggers", hook["id"])
        return any((row["resource_name"], row["event_type"]) == (resource_name, event_type) for row in triggers)

    def _make_event(
        self,
        resource_name: str,
        event_type: str,
        resource_id: int,
        project_id: int | None,
        related: tuple[tuple[str, int], ...],
    ) -> dict[str, Any]:
        """The v3.0 payload, from which the other two are made."""
        company_id = self.home_company_id()
        event_id = self.tables.draw_id("events")
        return {
            "id": event_id,
            "ulid": write_ulid(int(self.clock.epoch() * 1000), event_id),
            "timestamp": self.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "metadata": {
                "source_user_id": self.actor.user_id,
                "source_project_id": project_id,
                "source_operation_id": None,
                "source_company_id": company_id,
                "source_application_id": self.actor.application_id,
            },
            "user_id": self.actor.user_id,
            "company_id": company_id,
            "project_id": project_id,
            "api_version": "v3.0",
            "event_type": event_type,
            "resource_name": resource_name,
            "resource_id": resource_id,
            "related_resources": [{"id": number, "name": name} for name, number in related],
        }

    def _send_event(self, hook: Row, event: dict[str, Any]) -> None:
        payload = write_payload(event, hook["payload_version"])
        row = self.tables.add(
            "deliveries",
            {
                "hook_id": hook["id"],
                "event_id": event["id"],
                "resource_name": event["resource_name"],
                "event_type": event["event_type"],
                "status": "enqueued",
                "created_at": self.stamp(),
                "payload": payload,
                "attempts": [],
            },
        )
        queued = (row["id"], hook["id"], hook["destination_url"], dict(hook["destination_headers"]), payload)
        if not self.courier.emit(queued):
            self.tables.remove("deliveries", row["id"])
            return
        for oldest in self.tables.list_surplus("deliveries", MOST_DELIVERIES):
            self.tables.remove("deliveries", oldest["id"])

    def resume_deliveries(self) -> None:
        """Queue again what was under way when the state was saved."""
        for row in self.tables.all("deliveries"):
            hook = self.tables.find("hooks", row["hook_id"])
            if row["status"] in ("enqueued", "retrying") and hook is not None:
                headers = dict(hook["destination_headers"])
                self.courier.emit((row["id"], hook["id"], hook["destination_url"], headers, row["payload"]))


def write_payload(event: dict[str, Any], version: str) -> dict[str, Any]:
    """The event as one payload format has it; in v4.0 every id is a text and the names are others."""
    match version:
        case "v3.0":
            return event
        case "v4.0":
            return {
                "id": event["ulid"],
                "timestamp": event["timestamp"],
                "reason": event["event_type"],
                "company_id": str(event["company_id"]),
                "project_id": None if event["project_id"] is None else str(event["project_id"]),
                "user_id": str(event["user_id"]),
                "resource_type": event["resource_name"],
                "resource_id": str(event["resource_id"]),
            }
    older = {name: value for name, value in event.items() if name != "related_resources"}
    return {**older, "api_version": "v2.0"}


def _name(payload: dict[str, Any]) -> str:
    return str(payload.get("ulid", payload["id"]))


def _read_outcome(attempt: Attempt) -> str:
    if attempt.is_accepted:
        return "delivered"
    return "discarded" if attempt.is_last else "retrying"


def _shape_attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "response_status": attempt.status or None,
        "response_headers": attempt.headers or None,
        "response_body": attempt.body or None,
        "response_error": attempt.error,
        "started_at": _write_moment(attempt.started_at),
        "completed_at": _write_moment(attempt.completed_at),
    }


def _write_moment(epoch: float) -> str:
    return write_stamp(datetime.fromtimestamp(epoch, UTC))
