"""Events in: what changed at the sources becomes entries in the queue. A hint only says where to look.

Procore is asked project by project, since money lists exist per project only. Deletions are inferred from complete
lists alone: a list that was cut short says nothing about what it lacks.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from connectors.errors import Missing, NoPermission, Rejected
from connectors.models import Connection, Cursor
from connectors.procore import resources as procore
from connectors.procore.client import ProcoreClient
from mapping.defaults import EXISTING_PROJECTS
from mapping.directory.items import READERS
from mapping.directory.rows import save_rows, take_rows
from mapping.kinds import PROJECT
from mapping.models import Link, RemoteItem
from smoothx.lib.clock import read_clock
from smoothx.lib.dates import parse_date, parse_instant
from smoothx.lib.money import money
from sync import contact_watch, ledger, made_watch, project_watch
from sync.facts import look_again
from sync.marks import OVERLAP, Marks, kept_marks
from sync.models import Entry
from sync.pace import choose_projects
from sync.polls import POLLS, ProjectPoll, Row
from sync.quiet_lists import read_if_old
from sync.registry import flow
from sync.work import Work

log = logging.getLogger(__name__)

COMPLETE_EVERY = timedelta(hours=1)


class Known(NamedTuple):
    """What the ledger says of a listed record: the fingerprint it was read with, and its amount."""

    mark: str
    amount: Decimal | None


def poll_procore(work: Work, *, projects: Collection[str] | None = None, reads_all: bool = False) -> int:
    """Look for new and changed documents in Procore. Answers how many entries were put in the queue.

    Of all active projects or of these; with `reads_all` of those in which nothing moves as well, which otherwise have
    their turn seldom.
    """
    client = work.procore
    started_at = read_clock()
    noted = poll_projects(work, client, started_at)
    poll_companies(client, started_at)
    active = active_project_ids(client.connection)
    wanted = active if projects is None else [each for each in active if each in projects]
    for project_id in wanted if reads_all else choose_projects(client.connection, wanted, started_at):
        noted += _poll_one(work, client, project_id, started_at)
        work.keep_lease()
    made_watch.look_at_made(work, started_at)
    read_if_old(client.connection)
    project_watch.note_needed(work)
    return noted + look_again(client.connection)


def _poll_one(work: Work, client: ProcoreClient, project_id: str, started_at: datetime) -> int:
    """A project we may not read, or not any more, must not keep the others from being read."""
    noted = 0
    with kept_marks(client.connection, project_id) as marks:
        for poll in POLLS:
            if poll.flow in work.flows_off or not poll.is_used(work):
                continue
            try:
                noted += _poll_list(work, poll, client, marks, started_at)
            except (Missing, NoPermission, Rejected) as error:
                # A tool may be off in one project, or closed to our user.
                log.warning("sync.poll.project_skipped project=%s list=%s error=%s", project_id, poll.reads.key, error)
    return noted


def active_project_ids(connection: Connection) -> list[str]:
    rows = RemoteItem.objects.filter(
        connection=connection, resource=procore.PROJECTS.key, is_active=True, vanished_at__isnull=True
    )
    return list(rows.order_by("remote_id").values_list("remote_id", flat=True))


def poll_projects(work: Work, client: ProcoreClient, started_at: datetime) -> int:
    """Look for new and changed projects."""
    cursor = _cursor(client.connection, procore.PROJECTS.key)
    rows = _rows(client.list(procore.PROJECTS, updated_since=_since(cursor)))
    noted = _note_projects(work, client, rows, cursor) if rows else 0
    Cursor.move(client.connection, procore.PROJECTS.key, started_at)
    return noted


def _note_projects(work: Work, client: ProcoreClient, rows: list[dict[str, Any]], cursor: Cursor | None) -> int:
    ids = [str(row["id"]) for row in rows if row.get("active", True) and _is_carried(work, row, cursor)]
    # A project created since the last refresh has documents to poll as well; an archived one has none any more.
    read_item = READERS[procore.PROJECTS.key]
    save_rows(client.connection, procore.PROJECTS.key, [read_item(client.connection, row) for row in rows])
    mapped = set(
        Link.objects.filter(kind=PROJECT.key, left_connection=client.connection).values_list("left_id", flat=True)
    )
    noted = ledger.note(
        flow("projects"),
        source_connection=client.connection,
        target_connection=work.qbo.connection,
        source_ids=[(project_id, project_id) for project_id in ids if project_id not in mapped],
    )
    if cursor is not None:
        # What is mapped when we first look stands as it is: only what changes from then on is carried.
        noted += project_watch.note_changes(work, [row for row in rows if str(row["id"]) in mapped])
    return noted


def poll_companies(client: ProcoreClient, started_at: datetime) -> None:
    """The directory's companies, while contacts are kept in step: what changed, at first all of them."""
    if contact_watch.running_flow() is None:
        return
    connection, key = client.connection, procore.VENDORS.key
    since = _since(_cursor(connection, key)) if contact_watch.has_first_reading(connection) else None
    for rows in client.list(procore.VENDORS, updated_since=since):
        if since is None:
            contact_watch.note_since_switch(connection, {procore.VENDORS: rows})
        take_rows(connection, key, [READERS[key](connection, row) for row in rows])
    Cursor.move(connection, key, started_at)


def _is_carried(work: Work, row: Row, cursor: Cursor | None) -> bool:
    """Projects that were there before going live wait until somebody chooses them, unless set otherwise."""
    if cursor is not None or work.defaults.says(EXISTING_PROJECTS, "create"):
        return True
    created_at, live_at = parse_instant(row.get("created_at")), work.tenant.live_at
    return created_at is not None and live_at is not None and created_at >= live_at


def poll_one_list(
    work: Work,
    poll: ProjectPoll,
    client: ProcoreClient,
    project_id: str,
    started_at: datetime,
    *,
    is_complete: bool = False,
    priority: int = 50,
) -> int:
    """Ask for what changed, hourly or with `is_complete` for the whole list, which alone tells what was deleted."""
    with kept_marks(client.connection, project_id) as marks:
        return _poll_list(work, poll, client, marks, started_at, is_complete=is_complete, priority=priority)


def _poll_list(
    work: Work,
    poll: ProjectPoll,
    client: ProcoreClient,
    marks: Marks,
    started_at: datetime,
    *,
    is_complete: bool = False,
    priority: int = 50,
) -> int:
    connection, key, project_id = client.connection, poll.reads.key, marks.project_id
    is_complete = is_complete or not marks.is_read_whole(key, after=started_at - COMPLETE_EVERY)
    since = marks.since(key)
    is_narrow = poll.reads.filters_by_update and not poll.figure
    narrowed = since if is_narrow and not is_complete else None
    rows = _rows(client.list(poll.reads, project_id=project_id, updated_since=narrowed, **poll.filters))
    entries = Entry.objects.filter(
        flow=poll.flow, project_id=project_id, source_connection=connection, source_type=key
    ).values_list("source_id", "source_fingerprint", "amount")
    known = {source_id: Known(mark, amount) for source_id, mark, amount in entries}
    wanted = [str(row["id"]) for row in rows if _is_wanted(work, poll, row, known, since)]
    if is_complete or not is_narrow:
        listed = {str(row["id"]) for row in rows}
        wanted += sorted(key for key, each in known.items() if key not in listed and each.mark != ledger.GONE)
    noted = ledger.note(
        flow(poll.flow),
        source_connection=connection,
        target_connection=work.qbo.connection,
        source_ids=[(source_id, project_id) for source_id in wanted],
        source_type=key,
        priority=priority,
        places={str(row["id"]): poll.place(row) for row in rows},
    )
    marks.move(key, started_at, is_complete=is_complete)
    return noted


def _is_wanted(work: Work, poll: ProjectPoll, row: Row, known: Mapping[str, Known], since: datetime | None) -> bool:
    """Worth carrying, or ours already and changed: an un-approval must be seen too."""
    ours = known.get(str(row["id"]))
    if ours is not None:
        figure = poll.figure or poll.total
        if figure and ours.amount is not None and money(row.get(figure)) != ours.amount:
            return True
        updated_at = parse_instant(row.get("updated_at"))
        return since is None or updated_at is None or updated_at >= since
    dated, start = parse_date(row.get(poll.dated)), work.tenant.start_date
    is_early = dated is not None and start is not None and dated < start
    return not is_early and poll.is_wanted(work, row)


def _rows(pages: Iterator[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [row for page in pages for row in page]


def _since(cursor: Cursor | None) -> datetime | None:
    return cursor.read_until - OVERLAP if cursor else None


def _cursor(connection: Connection, resource: str) -> Cursor | None:
    return Cursor.objects.filter(connection=connection, resource=resource, project_id="").first()
