"""Writing directory rows in sets: one statement per page, and what changed by it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from functools import cache

from django.db import connection as database
from django.db.models import Q, QuerySet
from django.utils import timezone

from connectors.models import Connection
from mapping.candidates import all_rows
from mapping.defaults import DEFAULTS
from mapping.items import PROJECT_ONLY, DirectoryRow
from mapping.kinds import KINDS
from mapping.models import DefaultChoice, Link, RemoteItem
from mapping.signals import announce, link_subject
from smoothx.tenants.scope import require_tenant_id

KEY = ("connection", "resource", "remote_id")
READ = tuple(DirectoryRow.__annotations__)
# The same for all rows of a statement.
COMMON = ("tenant", "connection", "resource", "seen_at", "vanished_at")


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


def save_rows(
    connection: Connection, resource_key: str, rows: Sequence[DirectoryRow], *, seen: set[str] | None = None
) -> Counts:
    """Insert or update these rows. What hangs on one that became usable, or stopped being so, is announced.

    With `seen`, which takes up the ids, a row that says what it said before is not written again, its `seen_at`
    neither: most rows of a list that is read again are such. Hand the same set to `mark_missing`.
    """
    if not rows:
        return Counts()
    by_id = {row["remote_id"]: row for row in rows}
    place = (require_tenant_id(), connection.pk, resource_key)
    page = json.dumps(list(by_id.values()))
    with database.cursor() as cursor:
        cursor.execute(_upsert_statement(), (page, *place, *place, timezone.now(), None, seen is None))
        known, renamed, turned = cursor.fetchone()
    if seen is not None:
        seen.update(by_id)
    announce(subjects_of(connection, resource_key, turned))
    return Counts(
        read=len(rows),
        added=len(by_id) - known,
        renamed=renamed,
        inactivated=sum(not by_id[remote_id]["is_active"] for remote_id in turned),
    )


@cache
def _upsert_statement() -> str:
    """Writes a page, and answers one row: how many of it were known, how many of those have another name now, and the
    ids whose state turned.

    Parameters: the rows as JSON; tenant, connection and resource; the values of COMMON; whether unchanged rows are
    written too. Every part of the statement sees the table as it was before. All writers write in one order, so that
    two readings of a list cannot lock each other out. JSON, because a parameter for each value takes longer than the
    writing itself. OFFSET 0 has each row looked up by the unique index: without statistics, which a new firm's list
    lacks, PostgreSQL would read the whole list once for every page.
    """
    fields = {field.name: field for field in RemoteItem._meta.concrete_fields}
    column = {name: database.ops.quote_name(field.column) for name, field in fields.items() if field.column}
    table = database.ops.quote_name(RemoteItem._meta.db_table)
    shape = ", ".join(f"{column[name]} {fields[name].db_type(database)}" for name in READ)
    read = ", ".join(column[name] for name in READ)
    changed = [column[name] for name in (*COMMON, *READ) if name not in ("tenant", *KEY)]
    return f"""
        WITH page AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(%s::jsonb) AS given ({shape})),
        known AS MATERIALIZED (
            SELECT old.* FROM page CROSS JOIN LATERAL (
                SELECT * FROM {table} item
                WHERE item.tenant_id = %s AND item.connection_id = %s AND item.resource = %s
                    AND item.remote_id = page.remote_id
                OFFSET 0
            ) old
        ),
        written AS (
            INSERT INTO {table} ({", ".join(column[name] for name in COMMON)}, {read})
            SELECT {", ".join("%s" for _ in COMMON)}, {", ".join(f"page.{column[name]}" for name in READ)}
            FROM page LEFT JOIN known USING (remote_id)
            WHERE %s OR known.id IS NULL OR known.vanished_at IS NOT NULL
                OR ({", ".join(f"known.{column[name]}" for name in READ)})
                    IS DISTINCT FROM ({", ".join(f"page.{column[name]}" for name in READ)})
            ORDER BY page.remote_id COLLATE "C"
            ON CONFLICT ({", ".join(column[name] for name in KEY)})
            DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in changed)}
        )
        SELECT count(known.id),
            count(*) FILTER (WHERE known.name <> page.name),
            coalesce(array_agg(page.remote_id) FILTER (WHERE known.is_active <> page.is_active), ARRAY[]::varchar[])
        FROM page LEFT JOIN known USING (remote_id)
    """  # noqa: S608


def mark_missing(
    connection: Connection,
    resource_key: str,
    *,
    since: datetime | None = None,
    project_id: str | None = None,
    seen: Collection[str] = (),
    only: Collection[str] | None = None,
) -> int:
    """Rows not seen `since` are gone from the vendor's list: inactive from now on. Answers how many were active.

    Call it only after the list was read to its end, or with `only`, the ids the vendor says are gone. `seen` are ids
    that were in the list, written or not.
    """
    rows = _rows_of(connection, resource_key).filter(vanished_at__isnull=True).exclude(subtype=PROJECT_ONLY)
    if since is not None:
        rows = rows.filter(seen_at__lt=since)
    if project_id is not None:
        rows = rows.filter(project_id=project_id)
    if only is not None:
        rows = rows.filter(remote_id__in=list(only))
    found = rows.values_list("remote_id", "is_active")
    gone = {remote_id: was_active for remote_id, was_active in found if remote_id not in seen}
    if not gone:
        return 0
    rows.filter(remote_id__in=list(gone)).update(is_active=False, vanished_at=timezone.now())
    turned = [remote_id for remote_id, was_active in gone.items() if was_active]
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
