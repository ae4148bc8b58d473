"""Webhook bodies in both formats, signed with the verifier token."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.qbo.values import PACIFIC
from connectors.sandbox.webhook import Delivery
from connectors.sandbox.wire import encode

VERIFIER_TOKEN = "sandbox-qbo-verifier"  # noqa: S105 - the stand-in's fixed token
FORMATS = ("legacy", "cloudevents")
RETRY_DELAYS = (10.0, 20.0, 30.0, 300.0, 1200.0, 7200.0, 14400.0, 21600.0)
_SOURCE = "intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU="
_PAST = {
    "Create": "created",
    "Update": "updated",
    "Delete": "deleted",
    "Merge": "merged",
    "Void": "voided",
    "Emailed": "emailed",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One change. The id is fixed when it happens, so that a repeated delivery carries the same."""

    realm_id: str
    entity: str
    record_id: str
    operation: str
    at: datetime
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


def pack_events(url: str, format_name: str, events: Iterable[Event]) -> Delivery:
    """One request for several events."""
    body = _pack_legacy(events) if format_name == "legacy" else _pack_cloudevents(events)
    raw = encode(body).encode()
    content_type = "application/json" if format_name == "legacy" else "application/cloudevents-batch+json"
    headers = {
        "Content-Type": content_type,
        "intuit-signature": sign(raw),
        "intuit-created-time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "intuit-t-id": str(uuid.uuid4()),
        "intuit-notification-schema-version": "0.1",
        "User-Agent": "intuit_notification_server/0.1",
    }
    return Delivery(url, raw, headers)


def sign(body: bytes, token: str = VERIFIER_TOKEN) -> str:
    """base64(HMAC-SHA256(token, raw body))"""
    return base64.b64encode(hmac.new(token.encode(), body, hashlib.sha256).digest()).decode()


def _pack_legacy(events: Iterable[Event]) -> dict[str, Any]:
    realms: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        entity = {
            "name": event.entity,
            "id": event.record_id,
            "operation": event.operation,
            # Unlike in records, the offset is written without its colon.
            "lastUpdated": event.at.astimezone(PACIFIC).strftime("%Y-%m-%dT%H:%M:%S%z"),
        }
        realms.setdefault(event.realm_id, []).append(entity)
    notes = [{"realmId": realm_id, "dataChangeEvent": {"entities": rows}} for realm_id, rows in realms.items()]
    return {"eventNotifications": notes}


def _pack_cloudevents(events: Iterable[Event]) -> list[dict[str, Any]]:
    return [
        {
            "specversion": "1.0",
            "id": event.id,
            "source": _SOURCE,
            "type": f"qbo.{event.entity.lower()}.{_PAST[event.operation]}.v1",
            "datacontenttype": "application/json",
            # Nine decimals, as the vendor writes them.
            "time": event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z",
            "intuitentityid": event.record_id,
            "intuitaccountid": event.realm_id,
            "data": {},
        }
        for event in events
    ]
