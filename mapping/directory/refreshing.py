"""Keeping RemoteItem, the directory of both sides, equal to the vendors' lists.

No call to a vendor happens inside a transaction: a page is read, then written with one statement. Only a list that was
read to its end says what is missing from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from django.utils import timezone

from connectors.errors import Missing, NoPermission, Reconnect, Rejected, Retry, Throttled, VendorError
from connectors.models import Connection, Vendor
from connectors.probe import probe
from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from connectors.resource import Resource
from mapping.directory.items import READERS
from mapping.directory.lists import read_list
from mapping.directory.merges import note_merges
from mapping.directory.meter import Meter
from mapping.directory.project_lists import PROJECT_LISTS, refresh_project_codes, refresh_project_list
from mapping.directory.rows import Counts, list_missing, list_vanished, mark_missing, note_gone, take_rows
from mapping.models import Refresh, RemoteItem
from mapping.screens import SECTIONS
from mapping.sides import SIDE_LABELS, NotConnected, SideKey, load_sides, resources_of
from mapping.signals import announce

__all__ = ["refresh_project_codes", "refresh_resource", "refresh_section"]

# What change data tells of. QuickBooks says nothing there of tax codes, which only a reading finds changed.
QBO_RESOURCES = {
    resource.entity: resource
    for resource in (
        qbo.VENDORS,
        qbo.CUSTOMERS,
        qbo.EMPLOYEES,
        qbo.ACCOUNTS,
        qbo.ITEMS,
        qbo.CLASSES,
        qbo.DEPARTMENTS,
        qbo.TERMS,
    )
}
# What waits for a fact of the books waits for one of these.
BOOKS_SUBJECTS = ("books:closed_until", "books:facts")


def refresh_section(section_key: str, side: SideKey, *, progress: Refresh) -> Counts:
    """Read all lists of one side of a section. A vendor's refusal ends up on `progress`, not as an exception."""
    meter = Meter(progress)
    meter.start()
    try:
        connection = load_sides().need_working(side)
        if connection.vendor == Vendor.QBO:
            _renew_books(connection, meter)
        for resource in resources_of(SECTIONS[section_key], side):
            refresh_resource(connection, resource, meter=meter)
    except (VendorError, NotConnected) as error:
        meter.fail(explain_failure(error, side))
    except Exception:
        meter.fail("Something went wrong on our side. It is logged. What was read until then is kept.")
        raise
    else:
        meter.finish()
    return meter.counts


def _renew_books(connection: Connection, meter: Meter) -> None:
    """Ask what the books allow, which decides what screens there are and what documents may carry.

    Lists may be readable to a user who may not read the settings: then what was known stays.
    """
    before = connection.facts.get("books")
    try:
        probe(connection)
    except (Missing, NoPermission, Rejected):
        meter.remark("QuickBooks did not tell its settings. Those of the last reading hold.")
    if connection.facts.get("books") != before:
        announce(BOOKS_SUBJECTS)


def refresh_resource(connection: Connection, resource: Resource, *, meter: Meter | None = None) -> Counts:
    """Read one vendor list to its end and write it to the directory; rows it lacks become inactive.

    Raises VendorError; the pages read until then are kept, and nothing is taken for missing. Nor is it when the list
    was shorter than it had said: pages move when a row leaves the list between two of them.
    """
    meter = meter or Meter()
    before = meter.counts
    if meter.log is not None:
        meter.log.is_first = _is_first(connection, resource)
        meter.expect(_guess_size(connection, resource))
    if resource.key in PROJECT_LISTS:
        # Projects that were opened or closed since are part of the question; what is new among them is not.
        meter.enter(procore.PROJECTS.label)
        refresh_resource(connection, procore.PROJECTS)
        refresh_project_list(connection, resource, meter)
    else:
        _refresh_list(connection, resource, meter)
    return meter.counts - before


def _refresh_list(connection: Connection, resource: Resource, meter: Meter) -> None:
    started_at = timezone.now()
    seen: set[str] = set()
    for rows in read_list(connection, resource, meter):
        meter.add(take_rows(connection, resource.key, rows, seen=seen, log=meter.log))
    if not meter.is_whole:
        return
    if connection.vendor == Vendor.QBO:
        note_merges(connection, resource, list_missing(connection, resource.key, since=started_at, seen=seen))
    meter.add(_tell_vanished(connection, resource, meter, before=started_at))
    meter.add(mark_missing(connection, resource.key, since=started_at, seen=seen, log=meter.log))


def _tell_vanished(connection: Connection, resource: Resource, meter: Meter, *, before: datetime) -> Counts:
    """What a poll found gone since the last reading is news to whoever reads this one."""
    latest = meter.last_reading()
    if latest is None or latest.ended_at is None:
        return Counts()
    gone = list_vanished(connection, resource.key, after=latest.ended_at, before=before)
    return note_gone(resource.key, gone, log=meter.log)


def _guess_size(connection: Connection, resource: Resource) -> int | None:
    """How many rows a list had, where its vendor does not say how many it has. None where it says, or nobody knows.

    Pairs of code and type are read with the codes themselves.
    """
    lists = [resource.key]
    if resource.key == procore.CODE_TYPE_PAIRS.key:
        lists.append(procore.PROJECT_COST_CODES.key)
    if connection.vendor != Vendor.QBO and resource.key not in PROJECT_LISTS:
        return None
    rows = RemoteItem.objects.filter(connection=connection, resource__in=lists, vanished_at__isnull=True)
    return rows.count() or None


def _is_first(connection: Connection, resource: Resource) -> bool:
    """No reading of this list ever came to its end: all its rows would be news."""
    rows = RemoteItem.objects.filter(connection=connection, resource=resource.key)
    if not rows.exists():
        return True
    side: SideKey = "quickbooks" if connection.vendor == Vendor.QBO else "procore"
    showing = [section.key for section in SECTIONS.values() if resource in resources_of(section, side)]
    return not Refresh.objects.filter(section__in=showing, side=side, state=Refresh.State.DONE).exists()


def absorb_qbo_changes(connection: Connection, changes: Mapping[str, Sequence[Mapping[str, Any]]]) -> Counts:
    """Write what a change-data answer holds: rows by entity, those of QBO_RESOURCES.

    A deleted name is sent as its id and a status alone; it becomes inactive. May ask QuickBooks what it was merged
    into.
    """
    counts = Counts()
    for entity, rows in changes.items():
        resource = QBO_RESOURCES[entity]
        gone = [str(wire["Id"]) for wire in rows if wire.get("status") == "Deleted"]
        kept = [READERS[resource.key](connection, wire) for wire in rows if wire.get("status") != "Deleted"]
        counts += take_rows(connection, resource.key, kept)
        if gone:
            note_merges(connection, resource, gone)
            counts += mark_missing(connection, resource.key, only=gone)
    return counts


def explain_failure(error: VendorError | NotConnected, side: SideKey) -> str:
    """Why a refresh stopped, in a reader's words."""
    name = SIDE_LABELS[side]
    if isinstance(error, NotConnected):
        return error.sentence
    if isinstance(error, Reconnect):
        return f"The connection to {name} is lost. Connect again in Settings."
    if isinstance(error, NoPermission):
        return f"The connected user may not read this list. Ask an administrator of {name}."
    if isinstance(error, Throttled):
        wait = count_minutes(error.after)
        return f"{name} allows no more calls just now. What was read until then is kept. Refresh again in {wait}."
    if isinstance(error, Retry):
        return f"{name} was not reachable. What was read until then is kept. Refresh again later."
    return f"{name} did not give the list. What was read until then is kept. Refresh again later."


def count_minutes(seconds: float) -> str:
    """ "1 minute", "12 minutes", rounded up."""
    minutes = max(ceil(seconds / 60), 1)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
