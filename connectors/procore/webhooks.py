"""Procore's webhook deliveries: one event each, in one of three payload formats, under a header of our own making.

Procore signs nothing: what proves a delivery is the Authorization header we gave the hook. It is made per company, so
that one company's header opens no other's. Source: Procore developer guides, "Webhooks" and "Payload formats".
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from connectors.hints import BadEvent, Hint, need_text, read_instant, read_json, read_text

MOST_BYTES = 64 * 1024


def make_authorization(token: str, company_id: str) -> str:
    """The header a hook of this company carries, from the installation's webhook token."""
    return "Bearer " + hmac.new(token.encode(), f"procore:{company_id}".encode(), hashlib.sha256).hexdigest()


def is_authorized(header: str, company_id: str, tokens: Iterable[str]) -> bool:
    given = header.encode("utf-8", "replace")
    made = [make_authorization(token, company_id).encode() for token in tokens if token]
    return any(hmac.compare_digest(given, each) for each in made)


def read_event(body: bytes) -> Hint:
    """The event of a delivery. Versions 2 and 3 have numbers and resource_name, version 4 has texts and
    resource_type. Raises BadEvent for other bodies."""
    wire = read_json(body)
    if not isinstance(wire, dict):
        raise BadEvent("not_an_event")
    metadata = wire.get("metadata")
    source = metadata if isinstance(metadata, dict) else {}
    return Hint(
        account_id=need_text(wire.get("company_id")),
        # Version 4 calls the ULID "id"; the others have a number beside it.
        key=need_text(wire.get("ulid") or wire.get("id")),
        entity=need_text(wire.get("resource_name") or wire.get("resource_type")),
        record_id=need_text(wire.get("resource_id")),
        operation=need_text(wire.get("event_type") or wire.get("reason")).lower(),
        project_id=read_text(wire.get("project_id")),
        changed_at=read_instant(wire.get("timestamp")),
        application=read_text(source.get("source_application_id")),
        related=_read_related(wire.get("related_resources")),
        raw=wire,
    )


def _read_related(rows: object) -> tuple[tuple[str, str], ...]:
    """Version 3 alone names the parent of a line."""
    if not isinstance(rows, list):
        return ()
    named = ((read_text(row.get("name")), read_text(row.get("id"))) for row in rows if isinstance(row, dict))
    return tuple((name, record_id) for name, record_id in named if name and record_id)
