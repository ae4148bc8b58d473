"""Records of QuickBooks that its change feed does not know: what changed, and what was deleted, is asked for.

Nothing tells of a deletion, so the records that stand behind what we posted are looked for in the list: those of the
last two months every hour, all of them once a day. Where nothing was posted no call is made.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from connectors.errors import NoPermission, Rejected
from connectors.models import Cursor
from smoothx.lib.clock import read_clock
from sync import ledger
from sync.book_sources import BookSource, in_use, read_older, read_since_start
from sync.models import Entry
from sync.work import Work

log = logging.getLogger(__name__)

# How often, and how many days back; None for all. The name is that of the mark.
LOOKS: tuple[tuple[str, timedelta, int | None], ...] = (
    ("all", timedelta(days=1), None),
    ("recent", timedelta(hours=1), 62),
)


def note_unfed(work: Work, since: datetime) -> int:
    """Put in the queue what changed since then, and what was deleted. Answers how many entries.

    A list that these books do not have must not keep the rest from being read.
    """
    noted = 0
    for source in in_use(work):
        if source.is_fed:
            continue
        try:
            noted += read_since_start(work, [source]) + read_older(work, since, [source]) + _note_deleted(work, source)
        except (NoPermission, Rejected) as error:
            log.warning("sync.unfed.list_skipped list=%s error=%s", source.reads.key, error)
    return noted


def look_at_deleted(work: Work, named: Iterable[tuple[str, str]], *, priority: int) -> int:
    """Look again at what was posted of records of such lists, given by entity and id, that an event calls deleted."""
    gone = set(named)
    looked_at = 0
    for source in in_use(work):
        ids = [record_id for entity, record_id in gone if entity == source.reads.entity]
        if ids and not source.is_fed:
            looked_at += ledger.make_due(_entries(work, source).filter(source_id__in=ids), priority=priority)
    return looked_at


def _note_deleted(work: Work, source: BookSource) -> int:
    now = read_clock()
    for name, every, days in LOOKS:
        books, mark = work.qbo.connection, f"{source.reads.key}.{name}"
        looked = Cursor.objects.filter(connection=books, resource=mark, project_id=source.flow)
        if looked.filter(read_until__gt=now - every).exists():
            continue
        noted = _compare(work, source, None if days is None else now.date() - timedelta(days=days))
        Cursor.move(books, mark, now, project_id=source.flow)
        return noted
    return 0


def _compare(work: Work, source: BookSource, first: date | None) -> int:
    """Look again at what we posted of records dated from `first` on that the list lacks."""
    posted = _entries(work, source).exclude(target_id="")
    posted = posted.filter(document_date__gte=first) if first is not None else posted
    rows = posted.values_list("source_id", "document_date")
    known = {source_id: dated for source_id, dated in rows if dated is not None}
    if not known:
        return 0
    pages = work.qbo.query_all(source.reads, where=f"TxnDate >= '{min(known.values()).isoformat()}'")
    there = {str(wire["Id"]) for page in pages for wire in page}
    gone = sorted(known.keys() - there)
    # One whose date was moved back is looked at for nothing.
    return ledger.make_due(posted.filter(source_id__in=gone)) if gone else 0


def _entries(work: Work, source: BookSource) -> QuerySet[Entry]:
    return Entry.objects.filter(flow=source.flow, source_connection=work.qbo.connection, source_type=source.reads.key)
