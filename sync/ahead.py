"""Records that due entries come of, read in sets instead of one by one: of QuickBooks, and invoices of Procore's
commitments, whose list tells all that one of them does.

A record that changes after it was read is no danger: its change puts the entry in the queue again, and an entry that
was put there meanwhile cannot be claimed as it was handed out.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

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


class Ahead:
    """What is expected to be read next. A list is read when the first record of it is asked for."""

    def __init__(self) -> None:
        # By the list, and by the project where it is one of a project.
        self._ids: dict[tuple[str, str], set[str]] = {}
        self._rows: dict[tuple[str, str], Row] = {}
        self._read_at: dict[tuple[str, str], float] = {}

    def expect(self, entries: Iterable[Entry]) -> None:
        """These come next; what was read for others is forgotten."""
        self._ids, self._rows = {}, {}
        for entry in entries:
            project_id = entry.project_id if entry.source_type in IN_PROJECTS else ""
            self._ids.setdefault((entry.source_type, project_id), set()).add(entry.source_id)
            kind, _, document_id = entry.part.partition(":")
            if kind in DOCUMENTS and document_id.isdigit():
                self._ids.setdefault((DOCUMENTS[kind].key, ""), set()).add(document_id)

    def get(self, client: QboClient, resource: Resource, record_id: str) -> Row:
        """The record. Raises Missing when it was deleted, and what else reading it raises."""
        expected = self._take(resource, "", record_id)
        if expected:
            for page in client.query_all(resource, where=one_of("Id", expected)):
                self._rows |= {(resource.key, str(row["Id"])): row for row in page}
        row = self._find(resource, "", record_id)
        return row if row is not None else client.get(resource, record_id)

    def get_in_project(self, client: ProcoreClient, resource: Resource, record_id: str, project_id: str) -> Row:
        """The same of a record of one of IN_PROJECTS."""
        expected = self._take(resource, project_id, record_id)
        for start in range(0, len(expected), IDS_IN_AN_ADDRESS):
            wanted = expected[start : start + IDS_IN_AN_ADDRESS]
            for page in client.list(resource, project_id=project_id, id=wanted):
                self._rows |= {(resource.key, str(row["id"])): row for row in page}
        row = self._find(resource, project_id, record_id)
        return row if row is not None else client.get(resource, record_id, project_id=project_id)

    def _take(self, resource: Resource, project_id: str, record_id: str) -> list[str]:
        """What is to be read of a list now: nothing when it was, or when this record alone is expected of it."""
        expected = self._ids.pop((resource.key, project_id), set())
        if record_id not in expected or len(expected) == 1:
            return []
        self._read_at[resource.key, project_id] = time.monotonic()
        return sorted(expected)

    def _find(self, resource: Resource, project_id: str, record_id: str) -> Row | None:
        row = self._rows.get((resource.key, record_id))
        read_at = self._read_at.get((resource.key, project_id), 0.0)
        return row if row is not None and time.monotonic() - read_at < FRESH_SECONDS else None
