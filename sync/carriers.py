"""Which items stand for accounts on sales lines, and having those made that are lacking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.qbo import resources as qbo
from mapping.defaults import (
    INVOICE_CODE,
    RETENTION_RECEIVABLE_RELEASED,
    RETENTION_RECEIVABLE_RETAINED,
)
from mapping.maps import Target
from mapping.models import RemoteItem
from sync import ledger
from sync.flows._carriers import FLOW_KEY
from sync.models import Entry
from sync.registry import flow

if TYPE_CHECKING:
    from sync.work import Work

CARRIED = (INVOICE_CODE, RETENTION_RECEIVABLE_RETAINED, RETENTION_RECEIVABLE_RELEASED)
# Before the documents that wait for it.
URGENT = 5


def load_carriers(work: Work) -> dict[str, Target]:
    """Account id to its item. An item the directory has not read yet is new, and so in use."""
    books = work.qbo.connection
    entries = Entry.objects.filter(flow=FLOW_KEY, source_connection=books).exclude(target_id="")
    found = {row.source_id: row for row in entries.only("source_id", "target_id", "target_number")}
    ids = [row.target_id for row in found.values()]
    items = RemoteItem.objects.filter(connection=books, resource=qbo.ITEMS.key, remote_id__in=ids)
    active = dict(items.values_list("remote_id", "is_active"))
    return {
        account_id: Target(row.target_id, row.target_number, active.get(row.target_id, True))
        for account_id, row in found.items()
    }


def ask_for_carriers(work: Work) -> int:
    """Queue the making of items for the accounts sales lines may go to. Answers how many were lacking."""
    chosen = [choice.id for kind in CARRIED if (choice := work.defaults.get(kind)) is not None]
    books = work.qbo.connection
    entries = Entry.objects.filter(flow=FLOW_KEY, source_connection=books, source_id__in=chosen)
    known = set(entries.values_list("source_id", flat=True))
    lacking = [account_id for account_id in dict.fromkeys(chosen) if account_id not in known]
    if lacking:
        ledger.note(
            flow(FLOW_KEY),
            source_connection=books,
            target_connection=books,
            source_ids=[(account_id, "") for account_id in lacking],
            priority=URGENT,
        )
    return len(lacking)
