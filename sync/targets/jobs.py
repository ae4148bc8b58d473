"""Changes of QuickBooks sub-customers that exist. Each is a write of its own, whoever made the sub-customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapping.directory.upserts import upsert_records
from smoothx.lib.money import ZERO
from sync.models import Entry, Outgoing
from sync.targets.answers import Adapter, Answer, Standing
from sync.targets.documents import read_answer
from sync.work import Work

CUSTOMER = "Customer"


class BooksJobs(Adapter):
    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        """The first change of an entry counts as its creation; for QuickBooks each is an update."""
        wire = work.qbo.update(CUSTOMER, outgoing.body, key=outgoing.key)
        return _take(work, wire)

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        """At another version, and as we wanted it, it was changed by us or came to the same."""
        wire = work.qbo.get_entity(CUSTOMER, str(outgoing.body["Id"]))
        is_changed = str(wire.get("SyncToken")) != outgoing.body["SyncToken"]
        return _take(work, wire) if is_changed and _is_as_wanted(wire, outgoing.body) else None

    def look(self, work: Work, entry: Entry) -> Standing:
        """The plan was made from what stands there, and names its version: QuickBooks refuses it at another one."""
        return Standing(entry.target_version, ZERO)


def _take(work: Work, wire: dict[str, Any]) -> Answer:
    upsert_records(work.qbo.connection, CUSTOMER, [wire])
    return read_answer(CUSTOMER, wire)


def _is_as_wanted(wire: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    same_parent = "ParentRef" not in body or (wire.get("ParentRef") or {}).get("value") == body["ParentRef"]["value"]
    return same_parent and all(wire.get(name) == body[name] for name in ("DisplayName", "Active") if name in body)
