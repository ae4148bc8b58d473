"""Events in: what changed at the sources becomes entries in the queue. A hint only says where to look.

Procore is asked project by project, since money lists exist per project only. Deletions are inferred from complete
lists alone: a list that was cut short says nothing about what it lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from connectors.models import Connection, Cursor
from connectors.procore import resources as procore
from connectors.procore.client import ProcoreClient
from connectors.procore.records import APPROVED_STATUSES
from mapping.kinds import PROJECT
from mapping.models import Link, RemoteItem
from smoothx.lib.dates import parse_date
from sync import ledger
from sync.models import Entry
from sync.registry import flow
from sync.work import Work

# Clocks differ and a list may lag behind a write: read a little again, equal hints cost nothing.
OVERLAP = timedelta(minutes=2)
COMPLETE_EVERY = timedelta(hours=1)


def poll_procore(work: Work) -> int:
    """Look for new and changed documents in Procore. Answers how many entries were put in the queue."""
    client = work.procore
    started_at = timezone.now()
    noted = _poll_projects(work, client, started_at)
    for project_id in active_project_ids(client.connection):
        noted += _poll_requisitions(work, client, project_id, started_at)
    return noted


def active_project_ids(connection: Connection) -> list[str]:
    rows = RemoteItem.objects.filter(
        connection=connection, resource=procore.PROJECTS.key, is_active=True, vanished_at__isnull=True
    )
    return list(rows.order_by("remote_id").values_list("remote_id", flat=True))


def _poll_projects(work: Work, client: ProcoreClient, started_at: datetime) -> int:
    cursor = _cursor(client.connection, procore.PROJECTS.key)
    rows = _rows(client.list(procore.PROJECTS, updated_since=_since(cursor)))
    ids = [str(row["id"]) for row in rows if row.get("active", True)]
    add_unknown_projects(client.connection, rows)
    mapped = set(
        Link.objects.filter(kind=PROJECT.key, left_connection=client.connection).values_list("left_id", flat=True)
    )
    noted = ledger.note(
        flow("projects"),
        source_connection=client.connection,
        target_connection=work.qbo.connection,
        source_ids=[(project_id, project_id) for project_id in ids if project_id not in mapped],
    )
    _advance(client.connection, procore.PROJECTS.key, started_at)
    return noted


def add_unknown_projects(connection: Connection, rows: Iterable[dict[str, Any]]) -> None:
    """A project created since the last refresh has documents to poll as well."""
    RemoteItem.objects.bulk_create(
        [
            RemoteItem(
                connection=connection,
                resource=procore.PROJECTS.key,
                remote_id=str(row["id"]),
                name=row.get("name") or "",
                code=row.get("project_number") or "",
                is_active=bool(row.get("active", True)),
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )


def _poll_requisitions(work: Work, client: ProcoreClient, project_id: str, started_at: datetime) -> int:
    connection = client.connection
    cursor = _cursor(connection, procore.REQUISITIONS.key, project_id)
    complete = _cursor(connection, f"{procore.REQUISITIONS.key}.complete", project_id)
    is_complete = complete is None or complete.read_until < started_at - COMPLETE_EVERY
    since = None if is_complete else _since(cursor)
    # The hint only needs status, number and date; figures and lines are read with the claim itself.
    rows = _rows(client.list(procore.REQUISITIONS, project_id=project_id, updated_since=since, view="default"))
    known = set(
        Entry.objects.filter(flow="bills", project_id=project_id, source_connection=connection).values_list(
            "source_id", flat=True
        )
    )
    wanted = [str(row["id"]) for row in rows if _is_wanted(work, row, known)]
    if is_complete:
        wanted += sorted(known - {str(row["id"]) for row in rows})
        _advance(connection, f"{procore.REQUISITIONS.key}.complete", started_at, project_id)
    noted = ledger.note(
        flow("bills"),
        source_connection=connection,
        target_connection=work.qbo.connection,
        source_ids=[(source_id, project_id) for source_id in wanted],
    )
    _advance(connection, procore.REQUISITIONS.key, started_at, project_id)
    return noted


def _is_wanted(work: Work, row: dict[str, Any], known: set[str]) -> bool:
    """Approved and not inside the opening balance, or ours already: an un-approval must be seen too."""
    if str(row["id"]) in known:
        return True
    if row.get("status") not in APPROVED_STATUSES:
        return False
    opening = work.openings.get(str(row.get("commitment_id")))
    if opening is not None and int(row["number"]) <= opening.number:
        return False
    dated = parse_date(row.get("billing_date")) or parse_date(row.get("requisition_end"))
    start = work.tenant.start_date
    return start is None or dated is None or dated >= start


def _rows(pages: Iterator[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [row for page in pages for row in page]


def _since(cursor: Cursor | None) -> datetime | None:
    return cursor.read_until - OVERLAP if cursor else None


def _cursor(connection: Connection, resource: str, project_id: str = "") -> Cursor | None:
    return Cursor.objects.filter(connection=connection, resource=resource, project_id=project_id).first()


def _advance(connection: Connection, resource: str, until: datetime, project_id: str = "") -> None:
    Cursor.objects.update_or_create(
        connection=connection, resource=resource, project_id=project_id, defaults={"read_until": until}
    )
