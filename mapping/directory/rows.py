"""Writing directory rows in sets: one statement per page, and what changed by it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from functools import cache

from django.db import connection as database
from django.db.models import QuerySet
from django.utils import timezone

from connectors.models import Connection
from mapping.candidates import all_rows
from mapping.counts.upkeep import recount_soon
from mapping.defaults import DEFAULTS
from mapping.directory.items import PROJECT_ONLY, DirectoryRow
from mapping.kinds import KINDS
from mapping.models import DefaultChoice, Link, RefreshChange, RemoteItem
from mapping.signals import announce, before_rows_change, link_subject
from smoothx.tenants.scope import require_tenant_id

KEY = ("connection", "resource", "remote_id")
READ = tuple(DirectoryRow.__annotations__)
# The same for all rows of a statement.
COMMON = ("tenant", "connection", "resource", "seen_at", "vanished_at", "merged_into")
# Changes a reading writes down one by one; past these it only counts. A person reads no longer list.
MOST_CHANGES = 500


@dataclass(frozen=True, slots=True)
class Counts:
    """What a reading did to the directory, in rows."""

    read: int = 0
    added: int = 0
    renamed: int = 0
    inactivated: int = 0
    merged: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: Counts) -> Counts:
        return Counts(*(a - b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(slots=True)
class ChangeLog:
    """Where a reading writes down what it changed, and how many changes still have room.

    `is_first`: the list was never read before, so that none of its rows is news.
    """

    refresh_id: int
    room: int = MOST_CHANGES
    is_first: bool = False


def save_rows(
    connection: Connection,
    resource_key: str,
    rows: Sequence[DirectoryRow],
    *,
    seen: set[str] | None = None,
    log: ChangeLog | None = None,
) -> Counts:
    """Insert or update these rows. What hangs on one that became usable, or stopped being so, is announced.

    With `seen`, which takes up the ids, a row that says what it said before is not written again, its `seen_at`
    neither: most rows of a list that is read again are such. Hand the same set to `mark_missing`. With `log` what is
    new, renamed or inactive is written down.
    """
    if not rows:
        return Counts()
    by_id = {row["remote_id"]: row for row in rows}
    place = (require_tenant_id(), connection.pk, resource_key)
    page = json.dumps(list(by_id.values()))
    with database.cursor() as cursor:
        noted = (log.refresh_id, log.room) if log is not None and not log.is_first else (None, 0)
        cursor.execute(
            _upsert_statement(),
            (
                page,
                *place,
                list(by_id),
                *place,
                timezone.now(),
                None,
                "",
                seen is None,
                place[0],
                noted[0],
                resource_key,
                noted[1],
            ),
        )
        known, renamed, turned, written_down = cursor.fetchone()
    if log is not None:
        log.room -= written_down
    if seen is not None:
        seen.update(by_id)
    announce(subjects_of(connection, resource_key, turned))
    if renamed or turned or known < len(by_id):
        recount_soon()
    return Counts(
        read=len(rows),
        added=len(by_id) - known,
        renamed=renamed,
        inactivated=sum(not by_id[remote_id]["is_active"] for remote_id in turned),
    )


def take_rows(
    connection: Connection,
    resource_key: str,
    rows: Sequence[DirectoryRow],
    *,
    seen: set[str] | None = None,
    log: ChangeLog | None = None,
) -> Counts:
    """The same for rows that may be linked already: who follows their changes is told before they are written."""
    if rows:
        before_rows_change(connection, resource_key, rows)
    return save_rows(connection, resource_key, rows, seen=seen, log=log)


@cache
def _upsert_statement() -> str:
    """Writes a page, and answers one row: how many of it were known, how many of those have another name now, the ids
    whose state turned, and how many changes were written down.

    Parameters: the rows as JSON; tenant, connection, resource and the ids; the values of COMMON; whether unchanged
    rows are written too; tenant, refresh, resource and room of the changes.

    Every part of the statement sees the table as it was before. All writers write in one order, so that two readings
    of a list cannot lock each other out. JSON, because a parameter for each value takes longer than the writing
    itself. All ids are looked for at once: one by one, PostgreSQL would take any index of the list while it has no
    statistics of it, as of a new firm's list, and read the whole list for every row.
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
            SELECT * FROM {table} item
            WHERE item.tenant_id = %s AND item.connection_id = %s AND item.resource = %s
                AND item.remote_id = ANY(%s::varchar[])
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
        ),
        {_change_parts()}
        SELECT count(known_id),
            count(*) FILTER (WHERE what = '{RefreshChange.What.RENAMED}'),
            coalesce(array_agg(remote_id) FILTER (WHERE has_turned), ARRAY[]::varchar[]),
            (SELECT count(*) FROM noted)
        FROM told
    """  # noqa: S608


def _change_parts() -> str:
    """The parts of the statement that find out what changed of a row, and write it down.

    QuickBooks renames what is made inactive, so that such a row is inactive and not renamed too.
    """
    what = RefreshChange.What
    changes = database.ops.quote_name(RefreshChange._meta.db_table)
    return f"""
        told AS (
            SELECT page.remote_id, page.name, page.is_active, known.id AS known_id, known.name AS old_name,
                CASE
                    WHEN known.id IS NULL THEN '{what.ADDED}'
                    WHEN known.is_active AND NOT page.is_active THEN '{what.INACTIVATED}'
                    WHEN known.name <> page.name THEN '{what.RENAMED}'
                END AS what,
                known.is_active <> page.is_active AS has_turned
            FROM page LEFT JOIN known USING (remote_id)
        ),
        noted AS (
            INSERT INTO {changes} (tenant_id, refresh_id, what, resource, remote_id, name, old_name)
            SELECT given.tenant_id, given.refresh_id, told.what, given.resource, told.remote_id, told.name,
                CASE WHEN told.old_name = told.name THEN '' ELSE coalesce(told.old_name, '') END
            FROM told CROSS JOIN (
                SELECT %s::bigint AS tenant_id, %s::bigint AS refresh_id, %s::varchar AS resource
            ) given
            WHERE told.what IS NOT NULL AND given.refresh_id IS NOT NULL
            ORDER BY told.name, told.remote_id LIMIT %s
            RETURNING 1
        )
    """  # noqa: S608


def mark_missing(
    connection: Connection,
    resource_key: str,
    *,
    since: datetime | None = None,
    project_id: str | None = None,
    seen: Collection[str] = (),
    only: Collection[str] | None = None,
    log: ChangeLog | None = None,
) -> Counts:
    """Rows not seen `since` are gone from the vendor's list: inactive from now on. Answers how many were active, those
    the vendor merged into another apart.

    Call it only after the list was read to its end, or with `only`, the ids the vendor says are gone. `seen` are ids
    that were in the list, written or not.
    """
    unseen = _unseen_rows(connection, resource_key, since=since, project_id=project_id, only=only)
    gone = _read_gone(unseen, seen)
    if not gone:
        return Counts()
    # A row that another reading wrote meanwhile is not among them any more.
    unseen.filter(remote_id__in=[row.remote_id for row in gone]).update(is_active=False, vanished_at=timezone.now())
    recount_soon()
    turned = [row for row in gone if row.was_active]
    announce(subjects_of(connection, resource_key, [row.remote_id for row in turned]))
    return note_gone(resource_key, turned, log=log)


@dataclass(frozen=True, slots=True)
class Gone:
    """A row that its vendor's list lacks."""

    remote_id: str
    was_active: bool
    name: str
    merged_into: str


def list_missing(
    connection: Connection, resource_key: str, *, since: datetime | None, seen: Collection[str] = ()
) -> list[str]:
    """The ids `mark_missing` would make inactive."""
    gone = _read_gone(_unseen_rows(connection, resource_key, since=since), seen)
    return [row.remote_id for row in gone if row.was_active]


def list_vanished(connection: Connection, resource_key: str, *, after: datetime, before: datetime) -> list[Gone]:
    """What left the list in between, found by somebody else than the reading at hand."""
    rows = _rows_of(connection, resource_key).filter(vanished_at__gt=after, vanished_at__lt=before)
    columns = ("remote_id", "name", "merged_into")
    return [
        Gone(key, True, name, kept) for key, name, kept in rows.order_by("name", "remote_id").values_list(*columns)
    ]


def note_gone(resource_key: str, gone: Sequence[Gone], *, log: ChangeLog | None) -> Counts:
    """Count rows that are gone, those that were merged apart, and write down as many as have room."""
    merged = sum(1 for row in gone if row.merged_into)
    if log is not None:
        _write_down(log, resource_key, gone)
    return Counts(inactivated=len(gone) - merged, merged=merged)


def _unseen_rows(
    connection: Connection,
    resource_key: str,
    *,
    since: datetime | None,
    project_id: str | None = None,
    only: Collection[str] | None = None,
) -> QuerySet[RemoteItem]:
    """Rows of the list that were not written since."""
    rows = _rows_of(connection, resource_key).filter(vanished_at__isnull=True).exclude(subtype=PROJECT_ONLY)
    if since is not None:
        rows = rows.filter(seen_at__lt=since)
    if project_id is not None:
        rows = rows.filter(project_id=project_id)
    if only is not None:
        rows = rows.filter(remote_id__in=list(only))
    return rows


def _read_gone(rows: QuerySet[RemoteItem], seen: Collection[str]) -> list[Gone]:
    found = rows.order_by("name", "remote_id").values_list("remote_id", "is_active", "name", "merged_into")
    return [Gone(*row) for row in found.iterator() if row[0] not in seen]


def _write_down(log: ChangeLog, resource_key: str, gone: Sequence[Gone]) -> None:
    what = RefreshChange.What
    told = RefreshChange.objects.bulk_create(
        RefreshChange(
            refresh_id=log.refresh_id,
            what=what.MERGED if row.merged_into else what.INACTIVATED,
            resource=resource_key,
            remote_id=row.remote_id,
            name=row.name,
        )
        for row in gone[: log.room]
    )
    log.room -= len(told)


def subjects_of(connection: Connection, resource_key: str, remote_ids: Iterable[str]) -> list[str]:
    """What hangs on these rows: links that name one as their right side, and defaults that chose one."""
    ids = list(remote_ids)
    if not ids:
        return []
    kinds = [kind.key for kind in KINDS.values() if kind.right.key == resource_key]
    links = Link.objects.filter(kind__in=kinds, right_connection=connection, right_id__in=ids)
    subjects = [link_subject(kind, left_id) for kind, left_id in links.values_list("kind", "left_id")]
    keys = [kind.key for kind in DEFAULTS.values() if kind.chooses is not None and kind.chooses.key == resource_key]
    chosen = DefaultChoice.objects.filter(key__in=keys).values_list("key", "value")
    told = set(ids)
    return subjects + [f"default:{key}" for key, value in chosen if not told.isdisjoint(value.split(","))]


def _rows_of(connection: Connection, resource_key: str) -> QuerySet[RemoteItem]:
    return all_rows().filter(connection=connection, resource=resource_key)
