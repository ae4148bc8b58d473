"""What is kept for a while only: vendors' events, what was said in calls, tries that came to nothing, old contents.

Everything goes in pieces, each a statement of its own, and is found again by what is left: a prune that is killed
goes on where it stood. The ledger stays, with every write that went through and its tries; of each document also its
last write and last try whatever came of it, and the contents that comparisons and its page ask for.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, models
from django.utils import timezone

from connectors.models import Call, InboundEvent
from smoothx.tenants.scope import require_tenant_id

# Few enough that no other writer waits long for one piece.
PIECE = 1000

# Refused writes, and plans that newer ones replaced, after which the document was tried again. A later row without a
# try was never sent, so it does not make this one old.
_FAILED = """
SELECT o.closed_at, o.id FROM sync_outgoing o
WHERE o.tenant_id = %(tenant)s AND o.state = 'failed' AND o.closed_at < %(before)s
    AND (o.closed_at, o.id) > (%(after)s, %(after_id)s)
    AND EXISTS (SELECT 1 FROM sync_outgoing l WHERE l.entry_id = o.entry_id AND l.id > o.id AND (
        NOT EXISTS (SELECT 1 FROM sync_attempt a WHERE a.outgoing_id = o.id)
        OR EXISTS (SELECT 1 FROM sync_attempt a WHERE a.outgoing_id = l.id)))
ORDER BY o.closed_at, o.id LIMIT %(piece)s
"""
# Whole changes: sync.written reads no further back than the newest of a kind. Of a change in Procore "head" or
# "payment" tells that it is whole (sync.made_forms).
_REPLACING = """
SELECT o.closed_at, o.id FROM sync_outgoing o
WHERE o.tenant_id = %(tenant)s AND o.state = 'done' AND o.operation = 'update' AND o.closed_at < %(before)s
    AND (o.closed_at, o.id) > (%(after)s, %(after_id)s) AND o.body ?| ARRAY['Line', 'head', 'payment']
    AND EXISTS (SELECT 1 FROM sync_outgoing e WHERE e.entry_id = o.entry_id AND e.id < o.id AND e.state = 'done'
        AND e.target_type = o.target_type AND e.body <> '{}')
ORDER BY o.closed_at, o.id LIMIT %(piece)s
"""
_EMPTY = """
WITH emptied AS (
    UPDATE sync_outgoing e SET body = '{}' FROM sync_outgoing o
    WHERE o.id = ANY(%(keys)s) AND e.entry_id = o.entry_id AND e.id < o.id AND e.state = 'done'
        AND e.target_type = o.target_type AND e.body <> '{}'
    RETURNING e.id
), answers AS (
    UPDATE sync_attempt a SET answer = '{}' FROM emptied WHERE a.outgoing_id = emptied.id AND a.answer <> '{}'
)
SELECT count(*) FROM emptied
"""
_DELETE_TRIES = "DELETE FROM sync_attempt WHERE outgoing_id = ANY(%(keys)s)"
_DELETE_WRITES = "DELETE FROM sync_outgoing WHERE id = ANY(%(keys)s)"

Keep = Callable[[], None]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Place(NamedTuple):
    """How far a prune came: when the write was closed, and its key."""

    at: datetime
    key: int


def prune(keep_lease: Keep = lambda: None) -> int:
    """Delete what is older than it has to be, for the active tenant. Answers how many rows.

    `keep_lease` is called between the pieces, so that nobody takes the worker for dead.
    """
    now = timezone.now()
    events = InboundEvent.objects.filter(received_at__lt=now - timedelta(days=settings.KEEP_EVENTS_DAYS))
    calls = Call.objects.filter(at__lt=now - timedelta(days=settings.KEEP_CALLS_DAYS))
    # What was never looked into is no evidence yet.
    looked_into = events.filter(handled_at__isnull=False).order_by("received_at")
    gone = _delete(looked_into, keep_lease) + _delete(calls.order_by("at"), keep_lease)
    gone += _work_off(_FAILED, now - timedelta(days=settings.KEEP_ATTEMPTS_DAYS), _delete_writes, keep_lease)
    return gone + _work_off(_REPLACING, now - timedelta(days=settings.KEEP_PAYLOADS_DAYS), _empty, keep_lease)


def _delete(rows: models.QuerySet[Any], keep_lease: Keep) -> int:
    deleted = 0
    while keys := list(rows.values_list("pk", flat=True)[:PIECE]):
        deleted += rows.model.objects.filter(pk__in=keys).delete()[0]
        keep_lease()
    return deleted


def _work_off(find: str, before: datetime, act: Callable[[list[int]], int], keep_lease: Keep) -> int:
    done = 0
    place = Place(EPOCH, 0)
    while found := _find(find, before, place):
        done += act([row.key for row in found])
        place = found[-1]
        keep_lease()
    return done


def _find(statement: str, before: datetime, place: Place) -> list[Place]:
    """The next piece after this place, oldest first."""
    given: dict[str, Any] = {
        "tenant": require_tenant_id(),
        "before": before,
        "after": place.at,
        "after_id": place.key,
        "piece": PIECE,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [Place(*row) for row in cursor.fetchall()]


def _delete_writes(keys: list[int]) -> int:
    """Tries first: killed between the two, the write is found again."""
    with connection.cursor() as cursor:
        cursor.execute(_DELETE_TRIES, {"keys": keys})
        tries = cursor.rowcount
        cursor.execute(_DELETE_WRITES, {"keys": keys})
        return int(tries + cursor.rowcount)


def _empty(keys: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY, {"keys": keys})
        return int(cursor.fetchone()[0])
