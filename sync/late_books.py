"""What the change feed cannot tell any more, since nobody asked it for longer than it looks back.

The name lists are read whole. Each document we posted is asked for by its id: what such an answer lacks is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from connectors.qbo import resources as qbo
from connectors.qbo.query import one_of
from mapping.directory.refreshing import QBO_RESOURCES, refresh_resource
from sync.models import Entry
from sync.work import Work

# One statement holds so many ids.
IDS_AT_ONCE = 500
# The kinds of document that flows make.
DOCUMENTS = {
    each.entity: each
    for each in (qbo.BILLS, qbo.VENDOR_CREDITS, qbo.INVOICES, qbo.CREDIT_MEMOS, qbo.ESTIMATES, qbo.PURCHASE_ORDERS)
}
Compare = Callable[[str, list[dict[str, Any]]], bool]


def read_name_lists(work: Work, entities: Iterable[str]) -> None:
    for entity in entities:
        refresh_resource(work.qbo.connection, QBO_RESOURCES[entity])
        work.keep_lease()


def read_posted(work: Work, entities: Iterable[str], compare: Compare) -> list[bool]:
    """Hand over what became of our documents, kind by kind, as the change feed tells it. The answers of `compare`."""
    answers = []
    for entity in entities:
        ours = Entry.objects.filter(target_connection=work.qbo.connection, target_type=entity).exclude(target_id="")
        ids = list(ours.order_by("id").values_list("target_id", flat=True))
        for start in range(0, len(ids), IDS_AT_ONCE):
            answers.append(compare(entity, _read(work, entity, ids[start : start + IDS_AT_ONCE])))
            work.keep_lease()
    return answers


def _read(work: Work, entity: str, ids: list[str]) -> list[dict[str, Any]]:
    pages = work.qbo.query_all(DOCUMENTS[entity], where=one_of("Id", ids))
    found = {str(row["Id"]): row for page in pages for row in page}
    return [found.get(each, {"Id": each, "status": "Deleted"}) for each in ids]
