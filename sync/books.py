"""What changed in QuickBooks since we last looked: one change-data call per tenant and interval.

Contacts, accounts, items and the other name lists refresh the directory. A bill of ours that was deleted or
changed becomes visible on its entry; nothing is corrected without a person. The books' own facts, like the day
they are closed to, are no part of the change data and are read beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Min

from connectors.models import Connection, Cursor
from connectors.probe import books_of
from connectors.qbo.records import Books, PostedDocument
from mapping.choices import load_defaults
from mapping.directory.refreshing import QBO_RESOURCES, absorb_qbo_changes
from mapping.models import RemoteItem
from smoothx.lib.clock import read_clock
from smoothx.lib.money import ZERO
from sync import book_sources, contact_watch, ledger, project_watch
from sync.drift import MEMO, Difference, is_loud
from sync.facts import look_again
from sync.following import target_gone
from sync.late_books import read_name_lists, read_posted
from sync.marks import CHANGE_FEED
from sync.models import Entry, Event
from sync.quiet_lists import read_if_old
from sync.registry import all_flows
from sync.targets import signed
from sync.unfed import note_unfed
from sync.updating import hold_drift
from sync.work import Work
from sync.written import find_drift

RESOURCE = CHANGE_FEED
BY_HAND = frozenset({"changed_by_hand", "details_changed_by_hand", "changed_and_removed"})
MEMO_CHANGED = "memo_changed"
OVERLAP = timedelta(minutes=2)
# QuickBooks looks back 30 days at the most.
LONGEST_LOOK_BACK = timedelta(days=29)


def poll_books(work: Work) -> int:
    """Absorb the changes; answers how many objects had changed."""
    connection = work.qbo.connection
    started_at = read_clock()
    cursor = Cursor.objects.filter(connection=connection, resource=RESOURCE, project_id="").first()
    wanted = (cursor.read_until if cursor else started_at) - OVERLAP
    since = max(wanted, started_at - LONGEST_LOOK_BACK)
    name_lists = choose_name_lists(books_of(connection))
    posted = watched_documents(work)
    entities = list(dict.fromkeys((*name_lists, *posted, *book_sources.watched_entities(work))))
    changes = work.qbo.changes(entities, since)
    contact_watch.note_since_switch(
        connection, {each: changes.get(each.entity, []) for each in contact_watch.RESOURCES.values()}
    )
    absorb_qbo_changes(connection, {name: changes.get(name, []) for name in name_lists})
    is_complete = [compare_posted(connection, entity, changes.get(entity, [])) for entity in posted]
    book_sources.read_since_start(work)
    if wanted < since:
        read_name_lists(work, name_lists)
        is_complete += read_posted(work, posted, lambda entity, rows: compare_posted(connection, entity, rows))
        book_sources.read_older(work, wanted)
    book_sources.note_changes(work, changes, wanted if cursor else None)
    project_watch.note_books(work, changes.get("Customer", []))
    note_unfed(work, wanted)
    read_if_old(connection)
    if all(is_complete):
        Cursor.move(connection, RESOURCE, started_at)
    return sum(len(rows) for rows in changes.values()) + look_again(connection)


def watched_documents(work: Work) -> tuple[str, ...]:
    """The kinds of document we post to the books. One whose flow is off is not asked for: the edition may lack it."""
    flows = [flow for flow in all_flows().values() if flow.key not in work.flows_off]
    return tuple(dict.fromkeys(entity for flow in flows for entity in flow.makes))


def choose_name_lists(books: Books | None) -> list[str]:
    """The entities to ask for. One that the company's edition lacks might have the whole call refused."""
    lacking = set[str]()
    if books is None or not books.tracks_classes:
        lacking.add("Class")
    if books is None or not books.tracks_locations:
        lacking.add("Department")
    return [entity for entity in QBO_RESOURCES if entity not in lacking]


def compare_posted(connection: Connection, entity: str, rows: list[dict[str, Any]]) -> bool:
    """False when a worker had one of the documents just then: its change must be looked at again.

    A document whose write is open is left to the probe, which will see the change as well.
    """
    if not rows:
        return True
    by_id = {str(row["Id"]): row for row in rows}
    entries = Entry.objects.filter(target_connection=connection, target_type=entity, target_id__in=list(by_id))
    looked_at = [
        _is_known(entry, by_id[entry.target_id]) or _compare_undisturbed(entry, by_id[entry.target_id])
        for entry in entries.exclude(outgoing__state__in=ledger.OPEN_OUTGOING)
    ]
    return all(looked_at)


def _is_known(entry: Entry, wire: dict[str, Any]) -> bool:
    """Our own write comes back with the version we know; and what an entry says already is no news."""
    codes = {notice["code"]: notice["detail"] for notice in entry.notices}
    if wire.get("status") == "Deleted":
        return bool(codes.keys() & {"target_deleted", "target_missing"})
    told = [detail.get("version") for code, detail in codes.items() if code in BY_HAND]
    return str(wire["SyncToken"]) in (entry.target_version, *told)


def _compare_undisturbed(entry: Entry, wire: dict[str, Any]) -> bool:
    if not ledger.claim(entry, RESOURCE, keeps_due=True):
        return False
    compare_one(entry, wire)
    return True


def compare_one(entry: Entry, wire: dict[str, Any]) -> None:
    """Show what somebody did to the document we posted. Paid, or with another memo, it is in order."""
    if wire.get("status") == "Deleted":
        target_gone(entry, load_defaults(entry.target_connection))
        return
    books = PostedDocument.from_wire(wire)
    found = find_drift(entry, wire)
    if is_loud(found):
        theirs = signed(entry.target_type, books.total)
        hold_drift(entry, books.sync_token, theirs, found, wanted=entry.target_total or ZERO)
        return
    entry.target_version = books.sync_token
    ledger.finish(entry, ("target_version",))
    _note_memo(entry, found)
    if entry.state == Entry.State.CHANGED_BY_HAND:
        # Changed back: whether that is all of it, planning again tells.
        ledger.make_due(Entry.objects.filter(pk=entry.pk))


def _note_memo(entry: Entry, found: Sequence[Difference]) -> None:
    """A memo is the bookkeeper's: nobody is asked, and its timeline says once that it was changed and stays."""
    theirs = next((f"“{each.theirs}”" if each.theirs else "It is empty" for each in found if each.path == MEMO), "")
    if not theirs:
        return
    told = Event.objects.filter(entry=entry, what=MEMO_CHANGED).order_by("-id").values_list("detail", flat=True)
    if told.first() != theirs[:500]:
        text = "Memo changed in QuickBooks, and kept as it is there"
        Event.objects.create(entry=entry, what=MEMO_CHANGED, side="quickbooks", text=text, detail=theirs[:500])


def first_look(work: Work) -> None:
    """Start the change feed where the directory was last read: what changed between then and now is in neither."""
    connection = work.qbo.connection
    rows = RemoteItem.objects.filter(connection=connection, vanished_at__isnull=True)
    read_at = rows.aggregate(at=Min("seen_at"))["at"] or read_clock()
    Cursor.objects.get_or_create(
        connection=connection, resource=RESOURCE, project_id="", defaults={"read_until": read_at}
    )
