"""The name lists of QuickBooks: vendors, customers and their jobs, products, classes."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.errors import VendorError
from connectors.qbo.documents import numbers_from_text
from sync.models import Entry, Outgoing
from sync.targets.answers import Adapter, Answer
from sync.targets.documents import read_answer, send_batch
from sync.work import Work

LIST_ENTITIES = ("Item", "Class")
NAME_ENTITIES = ("Vendor", "Customer", *LIST_ENTITIES)


class BooksNames(Adapter):
    can_update = False

    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        wire = numbers_from_text(outgoing.body)
        return read_answer(outgoing.target_type, work.qbo.create(outgoing.target_type, wire, key=outgoing.key))

    def send_many(self, work: Work, drafts: Sequence[Outgoing]) -> dict[int, Answer | VendorError]:
        return send_batch(work, drafts)

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        """Names are unique in their list, so the name tells."""
        entity, body = outgoing.target_type, outgoing.body
        parent_id = body.get("ParentRef", {}).get("value", "")
        name = body["Name"] if entity in LIST_ENTITIES else body["DisplayName"]
        found = work.qbo.find_by_name(entity, name, parent_id=parent_id)
        return read_answer(entity, found) if found else None
