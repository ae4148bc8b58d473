"""How many workers serve one company at a time, and for how long before the next company has its turn.

The line of messages is served in order. A company has at most LANES messages in it or being worked off, each good for
one slice of work; one that finds more to do goes to the end of the line. So ten thousand documents of one company are
LANES messages among those of the others. A lane that is held is a row of DueWork that comes due when its worker must
be taken for dead; the topic "sync" itself says when somebody should look at all.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.db.models.functions import Now

from smoothx.lib.clock import read_clock
from smoothx.tenants.models import DueWork
from smoothx.tenants.scope import tenant_scope
from sync import ledger
from sync.models import Entry
from sync.queueing import SYNC_TOPIC, Priority

log = logging.getLogger(__name__)

LANES = 3
LANE_TOPICS = tuple(f"{SYNC_TOPIC}:{number}" for number in range(1, LANES + 1))
# Who holds a lane says so again at the end of each slice at the latest; a call to a vendor may take half of it.
LEASE = timedelta(seconds=90)
# A slice lasts longer while nobody waits: what a run has loaded and read is worth keeping.
SLICE_SECONDS = 2.0
# How long a slice may stand in the queue for a vendor's limit with its worker.
PATIENCE_SECONDS = 5.0
# What is due could not be taken: others have it, and will be through with it soon.
SOON = timedelta(seconds=2)
# More due than this is worth one more worker.
MANY = 100
# As kombu names the lists of one queue, the most urgent first.
MESSAGE_PRIORITIES = (0, 3, 6, 9)
_SEPARATOR = "\x06\x16"
# Documents wait in the first queue, polls and the like in the other; the most urgent of both come first.
QUEUES = (SYNC_TOPIC, "long")
LINES = tuple(f"{queue}{_SEPARATOR}{number}" if number else queue for number in MESSAGE_PRIORITIES for queue in QUEUES)
# Whose work a message is for stands in its headers, so that who looks at the line need not open it.
COMPANY_HEADER = "company"


@dataclass(frozen=True, slots=True)
class Lane:
    """The right to work for a company until `until`. A message that names another time is out of date."""

    topic: str
    until: datetime


def enter(tenant_id: int) -> Lane | None:
    """Take a free lane of the company, None when all are held."""
    for topic in LANE_TOPICS:
        until = DueWork.claim(tenant_id=tenant_id, topic=topic, lasts=LEASE)
        if until is not None:
            return Lane(topic, until)
    return None


def keep(tenant_id: int, lane: Lane) -> Lane | None:
    """The lane, held anew. None when it was given to another message meanwhile."""
    until = read_clock() + LEASE
    held = DueWork.objects.filter(tenant_id=tenant_id, topic=lane.topic, due_at=lane.until)
    return Lane(lane.topic, until) if held.update(due_at=until) else None


def leave(tenant_id: int, lane: Lane) -> None:
    DueWork.objects.filter(tenant_id=tenant_id, topic=lane.topic, due_at=lane.until).update(due_at=None)


def find_next(tenant_id: int, *, has_handled: bool, rest_seconds: float) -> bool:
    """Whether there is more to do at once; if not, it is written down when somebody should look again.

    `rest_seconds` is how long a vendor wants to be spared. The row is locked before looking: what is marked meanwhile
    would be lost.
    """
    with ledger.in_one_step():
        list(DueWork.objects.select_for_update().filter(tenant_id=tenant_id, topic=SYNC_TOPIC))
        now = read_clock()
        next_at = ledger.next_due_at()
        is_more = next_at is not None and next_at <= now and has_handled and not rest_seconds
        if is_more:
            next_at = now + LEASE
        elif next_at is not None:
            next_at = max(next_at, now + timedelta(seconds=rest_seconds) if rest_seconds else next_at)
            next_at = max(next_at, now + SOON) if next_at <= now else next_at
        DueWork.reschedule(tenant_id=tenant_id, topic=SYNC_TOPIC, at=next_at)
    return is_more


def message_priority(tenant_id: int) -> int:
    """Where in the line a message for this company belongs: by the most urgent document that is due."""
    with tenant_scope(tenant_id):
        due = Entry.objects.filter(due_at__lte=Now()).order_by("priority")
        priority = due.values_list("priority", flat=True).first()
    if priority is None or priority >= Priority.PUSH:
        return MESSAGE_PRIORITIES[3]
    bounds = (Priority.EVENT, Priority.POLL, Priority.PUSH)
    return next(number for bound, number in zip(bounds, MESSAGE_PRIORITIES, strict=False) if priority < bound)


def has_many(tenant_id: int) -> bool:
    """Whether so much is due that one more worker would help."""
    with tenant_scope(tenant_id):
        return Entry.objects.filter(due_at__lte=Now()).order_by()[MANY : MANY + 1].exists()


class Slice:
    """One message's share of the work for a company."""

    def __init__(self, tenant_id: int) -> None:
        self._tenant_id = tenant_id
        self._ends_at = time.monotonic() + SLICE_SECONDS

    def is_over(self) -> bool:
        return time.monotonic() >= self._ends_at and is_anybody_waiting(self._tenant_id)


def is_anybody_waiting(tenant_id: int) -> bool:
    """Whether a message is in the line, not taken by any worker, that should not wait for this company's backlog.

    That is any for somebody else, and one that a person waits for. More of the backlog itself gains nothing by a
    change of turns. Without Redis: assumed.
    """
    try:
        with _broker(settings.CELERY_BROKER_URL).pipeline(transaction=False) as pipeline:
            for name in LINES:
                # One more than a company can have there besides the message being worked off.
                pipeline.lrange(name, 0, LANES - 1)
            found = pipeline.execute()
    except redis.RedisError:
        return True
    urgent, others = found[: len(QUEUES)], found[len(QUEUES) :]
    return any(urgent) or any(_company_of(message) != str(tenant_id) for messages in others for message in messages)


def _company_of(message: bytes) -> Any:
    return json.loads(message).get("headers", {}).get(COMPANY_HEADER)


@cache
def _broker(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
