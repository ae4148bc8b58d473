"""Records that due entries come of, read in sets instead of one by one: of QuickBooks, and invoices of Procore's
commitments, whose list tells all that one of them does.

A record that changes after it was read is no danger: its change puts the entry in the queue again, and an entry that
was put there meanwhile cannot be claimed as it was handed out.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from connectors.paging import Row
from connectors.procore import resources as procore
from connectors.procore.client import ProcoreClient
from connectors.qbo import resources as qbo
from connectors.qbo.client import QboClient
from connectors.qbo.query import one_of
from connectors.resource import Resource
from sync.models import Entry

# Somebody may ask for a record they changed only just now, so what was read longer ago is read again.
FRESH_SECONDS = 10.0
# Lists of a project that are asked for by id.
IN_PROJECTS = frozenset({procore.REQUISITIONS.key})
# More would make the address longer than gateways take.
IDS_IN_AN_ADDRESS = 100
# What a part of a payment stands for ("Bill:234"), by the word before its id.
DOCUMENTS = {each.entity: each for each in (qbo.BILLS, qbo.VENDOR_CREDITS, qbo.INVOICES, qbo.CREDIT_MEMOS)}
PAYMENTS = frozenset({qbo.BILL_PAYMENTS.key, qbo.PAYMENTS.key})


class Ahead:
    """What is expected to be read next. A list is read when the first record of it is asked for."""

    def __init__(self) -> None:
        # By the list, and by the project where it is one of a project.
        self._ids: dict[tuple[str, str], set[str]] = {}
        self._known: set[tuple[str, str]] = set()
        self._rows: dict[tuple[str, str], tuple[Row, float]] = {}

    def expect(self, entries: Iterable[Entry]) -> None:
        """These come next; what was read for others is forgotten."""
        self._ids, self._known, self._rows = {}, set(), {}
        for entry in entries:
            project_id = entry.project_id if entry.source_type in IN_PROJECTS else ""
            self._expect(entry.source_type, project_id, entry.source_id)
            # An invoice that a bill became has the order behind it: "Bill:234:90".
            kind, document_id, *_ = [*entry.part.split(":"), ""]
            if entry.source_type in PAYMENTS and kind in DOCUMENTS:
                self._expect(DOCUMENTS[kind].key, "", document_id)

    def _expect(self, key: str, project_id: str, record_id: str) -> None:
        self._ids.setdefault((key, project_id), set()).add(record_id)
        self._known.add((key, record_id))

    def get(self, client: QboClient, resource: Resource, record_id: str) -> Row:
        """The record. Raises Missing when it was deleted, and what else reading it raises."""
        self._read(client, resource, self._take(resource, "", record_id))
        found = self._find(resource, record_id)
        if found is not None:
            return found
        row = client.get(resource, record_id)
        if (resource.key, record_id) in self._known:
            # Other parts of it may come as well.
            self._keep(resource, record_id, row)
        return row

    def get_many(
        self, client: QboClient, resource: Resource, record_ids: Sequence[str], *, beside: Iterable[str] = ()
    ) -> list[Row]:
        """Those of these records that are there. With those that lack are read what lacks of `beside`, which others
        will ask for."""
        if any(self._find(resource, each) is None for each in record_ids):
            wanted = dict.fromkeys((*record_ids, *beside))
            self._read(client, resource, [each for each in wanted if self._find(resource, each) is None])
        return [row for each in record_ids if (row := self._find(resource, each)) is not None]

    def rows_of(self, resource: Resource) -> list[Row]:
        """What was read of a list for those that come next."""
        return [row for (key, _), (row, _) in self._rows.items() if key == resource.key]

    def _read(self, client: QboClient, resource: Resource, record_ids: Sequence[str]) -> None:
        if record_ids:
            for page in client.query_all(resource, where=one_of("Id", record_ids)):
                for row in page:
                    self._keep(resource, str(row["Id"]), row)

    def get_in_project(self, client: ProcoreClient, resource: Resource, record_id: str, project_id: str) -> Row:
        """The same of a record of one of IN_PROJECTS."""
        expected = self._take(resource, project_id, record_id)
        for start in range(0, len(expected), IDS_IN_AN_ADDRESS):
            wanted = expected[start : start + IDS_IN_AN_ADDRESS]
            for page in client.list(resource, project_id=project_id, id=wanted):
                for row in page:
                    self._keep(resource, str(row["id"]), row)
        found = self._find(resource, record_id)
        return found if found is not None else client.get(resource, record_id, project_id=project_id)

    def _take(self, resource: Resource, project_id: str, record_id: str) -> list[str]:
        """What is to be read of a list now: nothing when it was, or when this record alone is expected of it."""
        expected = self._ids.pop((resource.key, project_id), set())
        if record_id not in expected or len(expected) == 1:
            return []
        return sorted(expected)

    def _keep(self, resource: Resource, record_id: str, row: Row) -> None:
        self._rows[resource.key, record_id] = row, time.monotonic()

    def _find(self, resource: Resource, record_id: str) -> Row | None:
        row, read_at = self._rows.get((resource.key, record_id), (None, 0.0))
        return row if row is not None and time.monotonic() - read_at < FRESH_SECONDS else None
