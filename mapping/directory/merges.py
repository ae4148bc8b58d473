"""In QuickBooks a person can merge two names: one stays, the other is gone for good. Which one stayed is rarely told.

`RemoteItem.merged_into` holds what is known for certain. What is only likely is never taken for known: it is said as
such, and a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Lower

from connectors.models import Connection
from connectors.qbo import resources as qbo
from connectors.resource import Resource
from mapping.candidates import all_rows
from mapping.models import RemoteItem
from mapping.signals import ask_survivors

# Lists whose rows can be merged. None of them can be deleted: what is gone from one was merged into another.
MERGEABLE = frozenset(
    resource.key
    for resource in (
        qbo.ACCOUNTS,
        qbo.CLASSES,
        qbo.CUSTOMERS,
        qbo.DEPARTMENTS,
        qbo.EMPLOYEES,
        qbo.ITEMS,
        qbo.TERMS,
        qbo.VENDORS,
    )
)
# Rows gone at once that documents are asked about; each may cost a call or two.
MOST_ASKED = 20
# A merged into B, B into C: as far as this is followed.
MOST_STEPS = 5

Place = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Survivor:
    """The row another one was merged into: for certain, or so it seems. `is_beside`: a project of QuickBooks that was
    made beside a sub-customer, which may still be there."""

    row: RemoteItem
    is_certain: bool
    is_beside: bool = False


def note_merge(connection: Connection, resource: Resource, *, lost_id: str, kept_id: str) -> None:
    """Keep that QuickBooks merged a row into another."""
    lost = all_rows().filter(connection=connection, resource=resource.key, remote_id=lost_id)
    lost.exclude(remote_id=kept_id).update(merged_into=kept_id)


def note_merges(connection: Connection, resource: Resource, lost_ids: Sequence[str]) -> None:
    """Ask what became of rows that are gone from QuickBooks' list, and keep what is certain. May call QuickBooks."""
    if resource.key not in MERGEABLE or not lost_ids:
        return
    kept = ask_survivors(connection, resource.key, list(lost_ids)[:MOST_ASKED])
    for lost_id, kept_id in kept.items():
        note_merge(connection, resource, lost_id=lost_id, kept_id=kept_id)


def find_survivors(rows: Iterable[RemoteItem | None]) -> dict[int, Survivor]:
    """What each row that is gone was merged into, by its pk; those of which nothing can be said are left out."""
    gone = [row for row in rows if row is not None and row.vanished_at is not None and row.resource in MERGEABLE]
    if not gone:
        return {}
    found = _follow([row for row in gone if row.merged_into])
    for row, other in _guess([row for row in gone if row.pk not in found]):
        found[row.pk] = Survivor(other, is_certain=False)
    return found


def _follow(rows: Sequence[RemoteItem]) -> dict[int, Survivor]:
    """The end of each chain of merges, where it is a row that is still in use."""
    found: dict[int, Survivor] = {}
    waiting = {row.pk: row for row in rows}
    for _ in range(MOST_STEPS):
        known = _load({_next(row) for row in waiting.values()}) if waiting else {}
        waiting = {pk: known[_next(row)] for pk, row in waiting.items() if _next(row) in known}
        found |= {pk: Survivor(row, is_certain=True) for pk, row in waiting.items() if row.is_active}
        waiting = {pk: row for pk, row in waiting.items() if row.merged_into and not row.is_active}
    return found


def _next(row: RemoteItem) -> Place:
    return row.connection_id, row.resource, row.merged_into


def _load(places: Iterable[Place]) -> Mapping[Place, RemoteItem]:
    wanted = Q(pk__in=[])
    for connection_id, resource, remote_id in places:
        wanted |= Q(connection_id=connection_id, resource=resource, remote_id=remote_id)
    return {(row.connection_id, row.resource, row.remote_id): row for row in all_rows().filter(wanted)}


def _guess(rows: Sequence[RemoteItem]) -> list[tuple[RemoteItem, RemoteItem]]:
    """The one active row of the same list with the same name or e-mail, where there is one and no second."""
    if not rows:
        return []
    alike = Q(normal_name__in={row.normal_name for row in rows if row.normal_name})
    alike |= Q(mail__in={row.email.lower() for row in rows if row.email})
    lists = Q(pk__in=[])
    for connection_id, resource in {(row.connection_id, row.resource) for row in rows}:
        lists |= Q(connection_id=connection_id, resource=resource)
    others = list(all_rows().annotate(mail=Lower("email")).filter(lists, alike, is_active=True))
    pairs = [(row, [other for other in others if _is_alike(row, other)]) for row in rows]
    return [(row, found[0]) for row, found in pairs if len(found) == 1]


def _is_alike(row: RemoteItem, other: RemoteItem) -> bool:
    if (row.connection_id, row.resource, row.parent_id) != (other.connection_id, other.resource, other.parent_id):
        return False
    same_name = bool(row.normal_name) and row.normal_name == other.normal_name
    return same_name or (bool(row.email) and row.email.lower() == other.email.lower())
