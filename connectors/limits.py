"""Staying below what the vendors allow, over all processes.

QuickBooks publishes its limits, so calls are spaced. Procore publishes none: each answer says how many calls are left
and when they are given back, so what is left is counted down and at none everybody waits. A 429 pauses the whole
connection. Without Redis each process keeps its own buckets at half the rate: slower, but work goes on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

import redis
from django.conf import settings
from django.utils import timezone

from connectors import counting
from connectors.buckets import Bucket, LocalStore, RedisStore, Store
from connectors.errors import Throttled
from connectors.models import Connection, Vendor
from connectors.transport import CostClass

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

# No window of either vendor is longer.
LONGEST_PAUSE = 3600.0
# What a count alone may hold us: should the vendor's clock differ from ours, a 429 says better how long to wait.
LONGEST_COUNTED = 60.0
REDIS_RETRY_SECONDS = 5.0

# QuickBooks allows a company 10 calls a second and 500 a minute: 1 + 9 and 20 + 480 come to no more in any window.
QBO_CALLS: tuple[Bucket, ...] = (Bucket("second", 9.0, 1), Bucket("minute", 480 / 60, 20))
# And 40 batches a minute: 2 + 38.
QBO_BATCHES: tuple[Bucket, ...] = (*QBO_CALLS, Bucket("batch", 38 / 60, 2))


def acquire(connection: Connection, *, cost_class: CostClass = "call", wait_at_most: float = 30.0) -> None:
    """Take one call from the connection's limits, sleeping for it. Raises Retry if that takes over `wait_at_most`."""
    key, deadline = _key(connection), time.monotonic() + wait_at_most
    grant = _with_store(lambda store: store.reserve(key, _buckets(connection, cost_class), wait_at_most))
    if not grant.is_granted:
        raise _come_back(grant.delay)
    delay = grant.delay
    while delay > 0:
        counting.add("vendor_wait_seconds", delay, vendor=connection.vendor)
        time.sleep(delay)
        # Another worker may have met a 429 meanwhile.
        delay = _with_store(lambda store: store.look(key))
        if delay and time.monotonic() + delay > deadline:
            raise _come_back(delay)


def block_until(connection: Connection, at: datetime) -> None:
    """No call of this connection before `at`, in any process."""
    seconds = min((at - timezone.now()).total_seconds(), LONGEST_PAUSE)
    if seconds > 0:
        _with_store(lambda store: store.pause(_key(connection), seconds))


def note_headers(connection: Connection, headers: Mapping[str, str]) -> None:
    """Remember what Procore says is left. Answers of other vendors, or without the headers, change nothing."""
    left, reset = headers.get("X-Rate-Limit-Remaining", ""), headers.get("X-Rate-Limit-Reset", "")
    if connection.vendor != Vendor.PROCORE or not (left.isdigit() and reset.isdigit()):
        return
    seconds = min(int(reset) - time.time(), LONGEST_COUNTED)
    if seconds > 0:
        _with_store(lambda store: store.count(_key(connection), left=int(left), window=reset, seconds=seconds))


def _buckets(connection: Connection, cost_class: CostClass) -> tuple[Bucket, ...]:
    if connection.vendor != Vendor.QBO:
        return ()
    return QBO_BATCHES if cost_class == "batch" else QBO_CALLS


def _key(connection: Connection) -> str:
    # A Procore sign-in that has no company yet is counted by its row.
    return f"limits:{connection.vendor}:{connection.account_id or f'row-{connection.pk}'}"


def _come_back(seconds: float) -> Throttled:
    return Throttled(f"the vendor's limit is used up for {seconds:.1f} seconds", after=seconds)


class _Stores:
    """Redis while it answers; after a failure this process's own buckets, and Redis is asked again a little later."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shared: dict[str, RedisStore] = {}
        self._local = LocalStore(share=0.5)
        self._ask_redis_at = 0.0

    def use(self, act: Callable[[Store], Answer]) -> Answer:
        if time.monotonic() >= self._ask_redis_at:
            try:
                answer = act(self._redis())
            except redis.RedisError as error:
                self._note_lost(error)
            else:
                self._note_back()
                return answer
        return act(self._local)

    def _redis(self) -> RedisStore:
        with self._lock:
            if settings.REDIS_URL not in self._shared:
                self._shared[settings.REDIS_URL] = RedisStore(settings.REDIS_URL)
            return self._shared[settings.REDIS_URL]

    def _note_lost(self, error: redis.RedisError) -> None:
        if not self._ask_redis_at:
            logger.warning("limits.redis_lost: calls go on at half the rate: %s", error)
        self._ask_redis_at = time.monotonic() + REDIS_RETRY_SECONDS

    def _note_back(self) -> None:
        if self._ask_redis_at:
            logger.warning("limits.redis_back: limits are shared again")
            self._ask_redis_at = 0.0


_stores = _Stores()


def _with_store(act: Callable[[Store], Answer]) -> Answer:
    return _stores.use(act)
