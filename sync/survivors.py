"""What a QuickBooks vendor or job was merged into, as the documents tell that we posted to it.

A merge moves a document to the name that stays and leaves the document's version as it was; a person who changes the
vendor by hand raises the version. So a document at the version we know, under another name, was moved by a merge.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.errors import VendorError
from connectors.models import Connection
from connectors.qbo import resources as qbo
from connectors.qbo.client import QboClient
from mapping.kinds import PROJECT, SUB_JOB, VENDOR
from mapping.models import Link
from sync.models import Entry
from sync.targets import MONEY_ENTITIES

log = logging.getLogger(__name__)

# Documents looked at for one lost name: they must agree.
MOST_DOCUMENTS = 2


def find_survivors(connection: Connection, resource_key: str, lost_ids: Sequence[str]) -> Mapping[str, str]:
    """Lost id to kept id, where the documents leave no doubt. Calls QuickBooks once per document."""
    client = QboClient(connection)
    found: dict[str, str] = {}
    for lost_id in lost_ids:
        try:
            told = {
                _name_in(client, entry, resource_key) for entry in _documents_of(connection, resource_key, lost_id)
            }
        except VendorError as error:
            # Who it was merged into is a help, not a need: the reading goes on without.
            log.warning("sync.survivors.not_asked resource=%s id=%s error=%s", resource_key, lost_id, error)
            return found
        if len(told) == 1 and not told & {"", lost_id}:
            found[lost_id] = told.pop()
    return found


def _documents_of(connection: Connection, resource_key: str, lost_id: str) -> list[Entry]:
    """The latest documents posted under a lost name."""
    kinds = [VENDOR.key] if resource_key == qbo.VENDORS.key else [PROJECT.key, SUB_JOB.key]
    if resource_key not in (qbo.VENDORS.key, qbo.CUSTOMERS.key):
        return []
    lefts = Link.objects.filter(kind__in=kinds, right_connection=connection, right_id=lost_id).values("left_id")
    column = "party_id__in" if resource_key == qbo.VENDORS.key else "project_id__in"
    posted = Entry.objects.filter(target_connection=connection, target_type__in=MONEY_ENTITIES, **{column: lefts})
    return list(posted.exclude(target_id="").order_by("-pk")[:MOST_DOCUMENTS])


def _name_in(client: QboClient, entry: Entry, resource_key: str) -> str:
    """The vendor, or the one job of all lines, of a document nobody changed since; empty where that cannot be said."""
    wire = client.get_entity(entry.target_type, entry.target_id)
    if str(wire.get("SyncToken")) != entry.target_version:
        return ""
    if resource_key == qbo.VENDORS.key:
        return _value(wire.get("VendorRef"))
    jobs = {_value(job) for job in (_job_of(line) for line in wire.get("Line") or ()) if job is not None}
    return jobs.pop() if len(jobs) == 1 else ""


def _job_of(line: Mapping[str, Any]) -> Mapping[str, Any] | None:
    detail = line.get(line.get("DetailType") or "") or {}
    found: Mapping[str, Any] | None = detail.get("CustomerRef")
    return found


def _value(reference: Mapping[str, Any] | None) -> str:
    return str((reference or {}).get("value") or "")
