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

from connectors.sandbox.qbo.books.values import PACIFIC
from connectors.sandbox.webhook import Delivery
from connectors.sandbox.wire import encode

VERIFIER_TOKEN = "sandbox-qbo-verifier"  # noqa: S105 - the stand-in's fixed token
FORMATS = ("legacy", "cloudevents")
# The last one repeats for a week; when the vendor gives an endpoint up is unverified.
RETRY_DELAYS = (10.0, 20.0, 30.0, 300.0, 1200.0, 7200.0, 14400.0, *(21600.0,) * 28)
MAX_EVENTS = 100
_SOURCE = "intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU="
# What is announced at all, and for which of them a void or a merge has its own operation.
ANNOUNCED = frozenset(
    {"Account", "Bill", "BillPayment", "Budget", "Class", "CreditMemo", "Currency", "Customer", "Department"}
    | {"Deposit", "Employee", "Estimate", "Invoice", "Item", "JournalCode", "JournalEntry", "Payment"}
    | {"PaymentMethod", "Preferences", "Purchase", "PurchaseOrder", "RefundReceipt", "SalesReceipt", "TaxAgency"}
    | {"Term", "TimeActivity", "Transfer", "Vendor", "VendorCredit"}
)
VOIDED = frozenset(
    {"BillPayment", "CreditMemo", "Invoice", "Payment", "Purchase", "RefundReceipt", "SalesReceipt", "Transfer"}
)
MERGED = frozenset(
    {"Account", "Class", "Customer", "Department", "Employee", "Item", "PaymentMethod", "Term", "Vendor", "Currency"}
)
_RESTRICTED = {"Void": VOIDED, "Merge": MERGED}
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
    deleted_id: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


def find_operation(entity: str, operation: str) -> str:
    """The operation an event carries, empty when the change is not announced."""
    if entity not in ANNOUNCED or (entity == "Preferences" and operation != "Update"):
        return ""
    return operation if entity in _RESTRICTED.get(operation, ANNOUNCED) else "Update"


def pack_events(url: str, format_name: str, events: Iterable[Event]) -> list[Delivery]:
    """Requests of up to MAX_EVENTS events, whatever company they are of."""
    waiting = list(events)
    return [
        _pack(url, format_name, waiting[start : start + MAX_EVENTS]) for start in range(0, len(waiting), MAX_EVENTS)
    ]


def _pack(url: str, format_name: str, events: list[Event]) -> Delivery:
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
            **({"deletedId": event.deleted_id} if event.deleted_id else {}),
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
            # That the id of the record merged away stands here is unverified.
            "data": {"deletedId": event.deleted_id} if event.deleted_id else {},
        }
        for event in events
    ]
