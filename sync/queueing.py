"""The ledger as a queue: putting source documents in it, and having what is in it planned again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any

from django.db import models
from django.db.models.functions import Least, Now

from connectors.models import Connection
from smoothx.lib.clock import Moment, read_clock
from smoothx.tenants.models import DueWork
from smoothx.tenants.scope import require_tenant_id
from sync.flow import Flow
from sync.models import Entry

SYNC_TOPIC = "sync"


class Priority(IntEnum):
    """Whose turn it is first, of one company's documents and between companies. Others lie between these."""

    PERSON = 10
    EVENT = 40
    POLL = 50
    # Behind every document: what somebody pushes by the thousand must not hold up the day's invoices.
    PUSH = 60
    BACKFILL = 70


# Group and position of what no list told of.
NO_PLACE = ("", 0)
NO_PLACES: Mapping[str, tuple[str, int]] = {}


def note(
    flow: Flow,
    *,
    source_connection: Connection,
    target_connection: Connection,
    source_ids: Iterable[tuple[str, str]],
    source_type: str = "",
    part: str = "",
    priority: int = Priority.POLL,
    places: Mapping[str, tuple[str, int]] = NO_PLACES,
) -> int:
    """Put source documents, given as (id, project id), in the queue. Equal hints become one. Answers how many.

    `source_type` is the flow's own resource unless it reads several. `places` are group and position of those of
    which a list told it; of a document in the queue already they stay as they were read with it.
    """
    shared = _shared(flow, source_connection, target_connection, source_type or flow.reads_for(part).key, priority)
    return _queue(
        Entry(
            source_id=source_id,
            part=part,
            project_id=project_id,
            group=places.get(source_id, NO_PLACE)[0],
            position=places.get(source_id, NO_PLACE)[1],
            **shared,
        )
        # A list that moved between two pages names a document twice.
        for source_id, project_id in dict.fromkeys(source_ids)
    )


def note_parts(
    flow: Flow,
    *,
    source_connection: Connection,
    target_connection: Connection,
    parts: Iterable[tuple[str, str]],
    source_type: str,
    priority: int = Priority.POLL,
) -> int:
    """The same for records that have an entry per part, given as (id, part)."""
    shared = _shared(flow, source_connection, target_connection, source_type, priority)
    return _queue(Entry(source_id=source_id, part=part, **shared) for source_id, part in dict.fromkeys(parts))


def _shared(flow: Flow, source: Connection, target: Connection, source_type: str, priority: int) -> dict[str, Any]:
    return {
        "flow": flow.key,
        "source_connection": source,
        "source_type": source_type,
        "target_connection": target,
        "priority": priority,
    }


def _queue(entries: Iterable[Entry]) -> int:
    rows = list(entries)
    if rows:
        now = read_clock()
        for row in rows:
            row.due_at = now
        _keep_urgency(rows)
        _insert_or_make_due(rows)
        mark_work_due(now)
    return len(rows)


def _keep_urgency(rows: list[Entry]) -> None:
    """What waits in the queue for a person is not put further back by a poll that finds it as well."""
    first = rows[0]
    if first.priority <= Priority.PERSON:
        return
    waiting = Entry.objects.filter(
        flow=first.flow,
        source_connection=first.source_connection,
        source_type=first.source_type,
        source_id__in=[row.source_id for row in rows],
        due_at__isnull=False,
        priority__lt=first.priority,
    )
    known = {(each.source_id, each.part): each.priority for each in waiting.only("source_id", "part", "priority")}
    for row in rows:
        row.priority = known.get((row.source_id, row.part), row.priority)


def _insert_or_make_due(rows: list[Entry]) -> None:
    Entry.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=[
            "tenant",
            "source_connection",
            "flow",
            "source_type",
            "source_id",
            "target_connection",
            "part",
        ],
        update_fields=["due_at", "priority"],
        batch_size=1000,
    )


def mark_work_due(at: Moment | None = None) -> None:
    DueWork.mark(tenant_id=require_tenant_id(), topic=SYNC_TOPIC, at=at)


def make_due(entries: models.QuerySet[Entry], *, priority: int | None = None) -> int:
    """Plan these entries again as soon as a worker is free."""
    changes: dict[str, Any] = {"due_at": Least(models.F("due_at"), Now())}
    if priority is not None:
        changes["priority"] = priority
    count = entries.update(**changes)
    if count:
        mark_work_due()
    return count


def look_at_next(entry: Entry) -> int:
    """Plan the posted document after this one of its group again, since it starts where this one ends.

    Procore is not known to move the time of a claim whose figures changed with those of the claim before.
    """
    later = Entry.objects.filter(
        flow=entry.flow, source_connection=entry.source_connection, group=entry.group, position__gt=entry.position
    )
    following = later.exclude(target_id="").order_by("position").values_list("pk", flat=True)[:1]
    return make_due(Entry.objects.filter(pk__in=list(following)))
