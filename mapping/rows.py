"""Writing directory rows in sets: one statement per page, and what changed by it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from connectors.models import Connection
from mapping.candidates import all_rows
from mapping.defaults import DEFAULTS
from mapping.items import PROJECT_ONLY
from mapping.kinds import KINDS
from mapping.models import DefaultChoice, Link, RemoteItem
from mapping.signals import announce, link_subject

WRITTEN = (
    "name",
    "normal_name",
    "code",
    "email",
    "phone",
    "parent_id",
    "project_id",
    "subtype",
    "is_active",
    "data",
    "seen_at",
    "vanished_at",
)


@dataclass(frozen=True, slots=True)
class Counts:
    """What a reading did to the directory, in rows."""

    read: int = 0
    added: int = 0
    renamed: int = 0
    inactivated: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: Counts) -> Counts:
        return Counts(*(a - b for a, b in zip(astuple(self), astuple(other), strict=True)))


def save_rows(connection: Connection, resource_key: str, rows: Sequence[RemoteItem]) -> Counts:
    """Insert or update these rows. What hangs on one that became usable, or stopped being so, is announced."""
    if not rows:
        return Counts()
    by_id = {row.remote_id: row for row in rows}
    known = {
        remote_id: (name, is_active)
        for remote_id, name, is_active in _rows_of(connection, resource_key)
        .filter(remote_id__in=list(by_id))
        .values_list("remote_id", "name", "is_active")
    }
    # One order for all writers, so that two readings of a list cannot lock each other out.
    RemoteItem.objects.bulk_create(
        [by_id[remote_id] for remote_id in sorted(by_id)],
        update_conflicts=True,
        unique_fields=["connection", "resource", "remote_id"],
        update_fields=WRITTEN,
    )
    before = {row.remote_id: known[row.remote_id] for row in by_id.values() if row.remote_id in known}
    turned = [remote_id for remote_id, (_, was_active) in before.items() if by_id[remote_id].is_active != was_active]
    announce(subjects_of(connection, resource_key, turned))
    return Counts(
        read=len(rows),
        added=len(by_id) - len(before),
        renamed=sum(by_id[remote_id].name != name for remote_id, (name, _) in before.items()),
        inactivated=sum(not by_id[remote_id].is_active for remote_id in turned),
    )


def mark_missing(
    connection: Connection,
    resource_key: str,
    *,
    since: datetime | None = None,
    project_id: str | None = None,
    only: Collection[str] | None = None,
) -> int:
    """Rows not seen `since` are gone from the vendor's list: inactive from now on. Answers how many were active.

    Call it only after the list was read to its end, or with `only`, the ids the vendor says are gone.
    """
    rows = _rows_of(connection, resource_key).filter(vanished_at__isnull=True).exclude(subtype=PROJECT_ONLY)
    if since is not None:
        rows = rows.filter(seen_at__lt=since)
    if project_id is not None:
        rows = rows.filter(project_id=project_id)
    if only is not None:
        rows = rows.filter(remote_id__in=list(only))
    gone = list(rows.values_list("remote_id", "is_active"))
    if not gone:
        return 0
    rows.update(is_active=False, vanished_at=timezone.now())
    turned = [remote_id for remote_id, was_active in gone if was_active]
    announce(subjects_of(connection, resource_key, turned))
    return len(turned)


def subjects_of(connection: Connection, resource_key: str, remote_ids: Iterable[str]) -> list[str]:
    """What hangs on these rows: links that name one as their right side, and defaults that chose one."""
    ids = list(remote_ids)
    if not ids:
        return []
    kinds = [kind.key for kind in KINDS.values() if kind.right.key == resource_key]
    links = Link.objects.filter(kind__in=kinds, right_connection=connection, right_id__in=ids)
    subjects = [link_subject(kind, left_id) for kind, left_id in links.values_list("kind", "left_id")]
    keys = [kind.key for kind in DEFAULTS.values() if kind.chooses is not None and kind.chooses.key == resource_key]
    chosen = DefaultChoice.objects.filter(Q(key__in=keys) & Q(value__in=ids)).values_list("key", flat=True)
    return subjects + [f"default:{key}" for key in chosen]


def _rows_of(connection: Connection, resource_key: str) -> QuerySet[RemoteItem]:
    return all_rows().filter(connection=connection, resource=resource_key)
