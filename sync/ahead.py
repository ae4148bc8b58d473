"""Records of QuickBooks that due entries come of, read in sets instead of one by one.

A record that changes after it was read is no danger: its change puts the entry in the queue again, and an entry that
was put there meanwhile cannot be claimed as it was handed out.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from connectors.paging import Row
from connectors.qbo import resources as qbo
from connectors.qbo.client import QboClient
from connectors.qbo.query import one_of
from connectors.resource import Resource
from sync.models import Entry

# Somebody may ask for a record they changed only just now, so what was read longer ago is read again.
FRESH_SECONDS = 10.0
# What a part of a payment stands for ("Bill:234"), by the word before its id.
DOCUMENTS = {each.entity: each for each in (qbo.BILLS, qbo.VENDOR_CREDITS, qbo.INVOICES, qbo.CREDIT_MEMOS)}


class Ahead:
    """What is expected to be read next. A list is read when the first record of it is asked for."""

    def __init__(self) -> None:
        self._ids: dict[str, set[str]] = {}
        self._rows: dict[tuple[str, str], Row] = {}
        self._read_at: dict[str, float] = {}

    def expect(self, entries: Iterable[Entry]) -> None:
        """These come next; what was read for others is forgotten."""
        self._ids, self._rows = {}, {}
        for entry in entries:
            self._ids.setdefault(entry.source_type, set()).add(entry.source_id)
            kind, _, document_id = entry.part.partition(":")
            if kind in DOCUMENTS and document_id.isdigit():
                self._ids.setdefault(DOCUMENTS[kind].key, set()).add(document_id)

    def get(self, client: QboClient, resource: Resource, record_id: str) -> Row:
        """The record. Raises Missing when it was deleted, and what else reading it raises."""
        expected = self._ids.pop(resource.key, set())
        if record_id in expected and len(expected) > 1:
            self._read_at[resource.key] = time.monotonic()
            for page in client.query_all(resource, where=one_of("Id", sorted(expected))):
                self._rows |= {(resource.key, str(row["Id"])): row for row in page}
        row = self._rows.get((resource.key, record_id))
        is_fresh = row is not None and time.monotonic() - self._read_at[resource.key] < FRESH_SECONDS
        return row if row is not None and is_fresh else client.get(resource, record_id)
