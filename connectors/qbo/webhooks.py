"""QuickBooks' webhook deliveries: the signature, and both payload formats.

One address serves all connected companies of the app, so one delivery may name several. Source: Intuit, "Webhooks",
and its article on the move to CloudEvents (2025): during the move an app may get either format.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connectors.hints import BadEvent, Hint, need_text, read_instant, read_json, read_text
from smoothx.lib.text import stable_hash

# Intuit tells of up to 100 events and about 1 MB.
MOST_BYTES = 2 * 1024 * 1024
# CloudEvents write the entity in small letters.
ENTITIES = {
    name.lower(): name
    for name in (
        "Account", "Bill", "BillPayment", "Budget", "Class", "CreditMemo", "Currency", "Customer", "Department",
        "Deposit", "Employee", "Estimate", "Invoice", "Item", "JournalCode", "JournalEntry", "Payment",
        "PaymentMethod", "Preferences", "Purchase", "PurchaseOrder", "RefundReceipt", "SalesReceipt", "TaxAgency",
        "Term", "TimeActivity", "Transfer", "Vendor", "VendorCredit",
    )
}  # fmt: skip
OPERATIONS = {
    "created": "create",
    "updated": "update",
    "deleted": "delete",
    "merged": "merge",
    "voided": "void",
}


def is_signed(body: bytes, signature: str, tokens: Iterable[str]) -> bool:
    """Whether `signature` is base64(HMAC-SHA256(token, body)) for one of the app's verifier tokens."""
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    made = [hmac.new(token.encode(), body, hashlib.sha256).digest() for token in tokens if token]
    return any(hmac.compare_digest(given, each) for each in made)


def read_events(body: bytes) -> list[Hint]:
    """All events of a delivery, of whatever company. Raises BadEvent for what neither format allows."""
    wire = read_json(body)
    try:
        return list(_read_cloud_events(wire) if isinstance(wire, list) else _read_notifications(wire))
    except (KeyError, TypeError, AttributeError) as error:
        raise BadEvent("not_an_event") from error


def _read_notifications(wire: Mapping[str, Any]) -> Iterator[Hint]:
    for notification in wire["eventNotifications"]:
        realm_id = need_text(notification["realmId"])
        for row in notification["dataChangeEvent"]["entities"]:
            named = {
                name: read_text(row.get(name)) for name in ("name", "id", "operation", "lastUpdated", "deletedId")
            }
            yield Hint(
                account_id=realm_id,
                # There is no id in this format.
                key=stable_hash(realm_id, *named.values()),
                entity=need_text(named["name"]),
                record_id=need_text(named["id"]),
                operation=need_text(named["operation"]).lower(),
                changed_at=read_instant(named["lastUpdated"]),
                related=(("deleted", named["deletedId"]),) if named["deletedId"] else (),
                raw=row,
            )


def _read_cloud_events(wire: Iterable[Mapping[str, Any]]) -> Iterator[Hint]:
    for event in wire:
        # qbo.billpayment.created.v1
        _, entity, operation, *_ = [*need_text(event["type"]).split("."), "", ""]
        # Where the id of a record merged away stands is unverified; without it the change feed tells of the loss.
        deleted_id = read_text((event.get("data") or {}).get("deletedId"))
        yield Hint(
            account_id=need_text(event["intuitaccountid"]),
            key=need_text(event["id"]),
            entity=ENTITIES.get(entity, need_text(entity)),
            record_id=need_text(event["intuitentityid"]),
            operation=OPERATIONS.get(operation, need_text(operation)),
            changed_at=read_instant(event.get("time")),
            related=(("deleted", deleted_id),) if deleted_id else (),
            raw=event,
        )
