"""What changed in QuickBooks since we last looked: one change-data call per tenant and interval.

Contacts, accounts and items refresh the directory. A bill of ours that was deleted or whose total changed becomes
visible on its entry; nothing is corrected without a person.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from connectors.models import Cursor
from connectors.qbo.records import PostedBill
from mapping.directory import absorb_qbo_changes
from smoothx.lib.money import ZERO
from sync import settle
from sync.models import Entry
from sync.targets import MONEY_ENTITIES
from sync.work import Work

NAME_LISTS = ("Vendor", "Customer", "Account", "Item")
RESOURCE = "qbo.changes"
OVERLAP = timedelta(minutes=2)
# QuickBooks looks back 30 days at the most.
LONGEST_LOOK_BACK = timedelta(days=29)


def poll_books(work: Work) -> int:
    """Absorb the changes; answers how many objects had changed."""
    connection = work.qbo.connection
    started_at = timezone.now()
    cursor = Cursor.objects.filter(connection=connection, resource=RESOURCE, project_id="").first()
    since = (cursor.read_until if cursor else started_at) - OVERLAP
    since = max(since, started_at - LONGEST_LOOK_BACK)
    changes = work.qbo.changes([*NAME_LISTS, *MONEY_ENTITIES], since)
    absorb_qbo_changes(connection, {name: changes.get(name, []) for name in NAME_LISTS})
    for entity in MONEY_ENTITIES:
        compare_posted(entity, changes.get(entity, []))
    Cursor.objects.update_or_create(
        connection=connection, resource=RESOURCE, project_id="", defaults={"read_until": started_at}
    )
    return sum(len(rows) for rows in changes.values())


def compare_posted(entity: str, rows: list[dict[str, Any]]) -> None:
    by_id = {str(row["Id"]): row for row in rows}
    entries = Entry.objects.filter(target_type=entity, target_id__in=list(by_id), claimed_until__isnull=True)
    for entry in entries:
        compare_one(entry, by_id[entry.target_id])


def compare_one(entry: Entry, wire: dict[str, Any]) -> None:
    """Show what somebody did to the document we posted. Our own write comes back with the version we know."""
    name = f"{'Vendor credit' if entry.target_type == 'VendorCredit' else 'Bill'} {entry.target_number}"
    if wire.get("status") == "Deleted":
        settle.hold(entry, "target_deleted", subject=name)
        return
    books = PostedBill.from_wire(wire)
    if books.sync_token == entry.target_version:
        return
    if books.total != abs(entry.target_total or ZERO):
        figures = {"procore": str(abs(entry.target_total or ZERO)), "books": str(books.total)}
        settle.hold(entry, "changed_by_hand", subject=name, **figures)
        return
    Entry.objects.filter(pk=entry.pk).update(target_version=books.sync_token)


def first_look(work: Work, at: datetime) -> None:
    """Start the change feed at `at`: what is older was read by the directory's refresh."""
    Cursor.objects.get_or_create(
        connection=work.qbo.connection, resource=RESOURCE, project_id="", defaults={"read_until": at}
    )
