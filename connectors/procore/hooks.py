"""The webhook of ours in a Procore company: made, compared and mended. Source: Procore REST reference, Webhooks v1.0.

One hook on the company level tells of all its projects. Listing may hide the header but for its end, so a header is
compared by that.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.errors import Missing, Rejected
from connectors.procore.client import ProcoreClient
from connectors.procore.resources import HOOK_TRIGGERS, HOOKS
from connectors.resource import Resource

log = logging.getLogger(__name__)

API_VERSION = "v2"
# Our app's own; what other apps of the company made is not listed with it.
NAMESPACE = "smoothx"
# As much of a header as a masked answer shows.
SHOWN_END = 5

# The kind of record and what happened to it.
Trigger = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Mended:
    """What was not as it should be: "made", "changed", "removed 2 others", "3 triggers made", ..."""

    hook_id: str
    done: tuple[str, ...]


def ensure_hook(client: ProcoreClient, *, address: str, authorization: str, triggers: Iterable[Trigger]) -> Mended:
    """One hook of ours that posts to `address` under `authorization`, with exactly these triggers.

    Raises the errors of connectors.errors; NoPermission where the user may not manage webhooks.
    """
    rows = [row for page in client.list(HOOKS, namespace=NAMESPACE) for row in page]
    ours = sorted((row for row in rows if row.get("namespace") == NAMESPACE), key=lambda row: int(row["id"]))
    wanted = {"destination_url": address, "destination_headers": {"Authorization": authorization}}
    done: list[str] = []
    if not ours:
        made = {"api_version": API_VERSION, "namespace": NAMESPACE, **wanted}
        ours = [client.create(HOOKS, {"hook": made})]
        done.append("made")
    elif not _is_same(ours[0], address, authorization):
        client.patch(HOOKS, str(ours[0]["id"]), {"hook": wanted})
        done.append("changed")
    for row in ours[1:]:
        _remove(client, HOOKS, row)
    if ours[1:]:
        done.append(f"removed {len(ours) - 1} others")
    hook_id = str(ours[0]["id"])
    return Mended(hook_id, (*done, *_ensure_triggers(client, hook_id, set(triggers))))


def _ensure_triggers(client: ProcoreClient, hook_id: str, wanted: set[Trigger]) -> tuple[str, ...]:
    resource = replace(HOOK_TRIGGERS, path=HOOK_TRIGGERS.path.replace("{hook}", hook_id))
    rows = {_name(row): row for page in client.list(resource) for row in page}
    missing, superfluous = sorted(wanted - rows.keys()), sorted(rows.keys() - wanted)
    refused = [trigger for trigger in missing if not _make_trigger(client, resource, trigger)]
    for key in superfluous:
        _remove(client, resource, rows[key])
    counted = (
        (len(missing) - len(refused), "made"), (len(superfluous), "removed"), (len(refused), "refused"),
    )  # fmt: skip
    return tuple(f"{count} triggers {what}" for count, what in counted if count)


def _make_trigger(client: ProcoreClient, resource: Resource, trigger: Trigger) -> bool:
    """False for one this Procore does not offer; the others tell what they can."""
    named = dict(zip(("resource_name", "event_type"), trigger, strict=True))
    try:
        client.create(resource, {"api_version": API_VERSION, "trigger": named})
    except Rejected as refusal:
        log.warning("procore.hooks.trigger_refused %s %s: %s", *trigger, refusal)
        return False
    return True


def _remove(client: ProcoreClient, resource: Resource, row: Mapping[str, Any]) -> None:
    try:
        client.delete(resource, str(row["id"]))
    except Missing:
        # Somebody was quicker.
        return


def _name(row: Mapping[str, Any]) -> Trigger:
    # Answers write the event in capitals, requests and payloads do not.
    return str(row["resource_name"]), str(row["event_type"]).lower()


def _is_same(row: Mapping[str, Any], address: str, authorization: str) -> bool:
    shown = str((row.get("destination_headers") or {}).get("Authorization") or "")
    return row.get("destination_url") == address and shown[-SHOWN_END:] == authorization[-SHOWN_END:]
