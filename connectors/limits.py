"""Staying below what the vendors allow, over all processes, and leaving alone a vendor that does not answer.

QuickBooks publishes its limits, so calls are spaced. Procore publishes none: each answer says how many calls are left
and when they are given back, so what is left is counted down and at none everybody waits. A 429 pauses the whole
connection, and calls in a row without an answer open its circuit breaker. Without Redis each process keeps its own
buckets at half the rate: slower, but work goes on. A Redis that was emptied gives no burst before it knows more.

The token endpoint has a breaker of its own: it may be away while the rest answers, and the other way round.
"""

from __future__ import annotations

import logging
import math
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import TypeVar

import redis
from django.conf import settings
from django.utils import timezone

from connectors import counting
from connectors.buckets import (
    LONGEST_PAUSE,
    MOST_FAILURES,
    NO_TURN,
    Bucket,
    Count,
    Health,
    LocalStore,
    Silence,
    Store,
    Turn,
)
from connectors.errors import Throttled, VendorAway
from connectors.models import Connection, Vendor
from connectors.rate_headers import read_count
from connectors.shared_buckets import RedisStore
from connectors.transport import CostClass

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

REDIS_RETRY_SECONDS = 5.0

# QuickBooks allows a company 10 calls a second and 500 a minute: 1 + 9 and 20 + 480 come to no more in any window.
QBO_CALLS: tuple[Bucket, ...] = (Bucket("second", 9.0, 1), Bucket("minute", 480 / 60, 20))
# And 40 batches a minute: 1.4 + 39, and there are no parts of a call. One that is ready 0.6 seconds late costs
# nothing; a 41st comes into one minute only where two calls move by 0.9 seconds to each other on their way after that.
QBO_BATCHES: tuple[Bucket, ...] = (*QBO_CALLS, Bucket("batch", 39 / 60, 1.4))
# Older texts of Intuit's speak of 10 calls at a time, newer ones of 10 a second. Which holds is unverified: both do.
QBO_AT_A_TIME = 10

_patience: ContextVar[float] = ContextVar("patience", default=30.0)


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Inside, a call that would have to wait longer for its turn raises Throttled: who else waits comes first."""
    token = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(token)


def acquire(connection: Connection, *, cost_class: CostClass = "call", wait_at_most: float | None = None) -> Turn:
    """Take one call from the connection's limits, sleeping for it; `end` gives its turn back.

    Raises Throttled if that takes over `wait_at_most` seconds (30, or what the caller's task allows), VendorAway while
    the circuit breaker is open.
    """
    longest = _patience.get() if wait_at_most is None else wait_at_most
    key, deadline = key_of(connection), time.monotonic() + longest
    turn = Turn(uuid.uuid4().hex, QBO_AT_A_TIME if connection.vendor == Vendor.QBO else 0)
    grant = _with_store(lambda store: store.reserve(key, _buckets(connection, cost_class), longest, turn))
    if grant.is_shut:
        message = f"{connection} did not answer of late, and is left alone for {grant.delay:.0f} seconds"
        raise VendorAway(message, after=grant.delay)
    if not grant.is_granted:
        raise _come_back(grant.delay)
    delay = grant.delay
    while delay > 0:
        counting.add("vendor_wait_seconds", delay, company=str(connection.tenant_id or ""), vendor=connection.vendor)
        time.sleep(delay)
        # Another worker may have met a 429 meanwhile.
        delay = _with_store(lambda store: store.look(key, turn))
        if delay and time.monotonic() + delay > deadline:
            raise _come_back(delay)
    return turn


def end(connection: Connection, turn: Turn, *, health: Health, headers: Mapping[str, str]) -> float:
    """A call is over. Remembers what Procore says is left, and answers for how long nobody is to call any more."""
    return _end(key_of(connection), turn, health, read_count(connection.vendor, headers))


def _end(key: str, turn: Turn, health: Health, count: Count | None = None) -> float:
    shut_for = _with_store(lambda store: store.end(key, turn, health, count))
    if shut_for and health != "alive":
        logger.warning("limits.vendor_away key=%s shut_for=%.0f", key, shut_for)
    return shut_for


def is_in_doubt(connection: Connection) -> bool:
    """Whether so many calls failed that only one about nothing in particular can tell if the vendor is there."""
    found = _silence(key_of(connection))
    return found.failures >= MOST_FAILURES and not found.shut_for


def begin_refresh(connection: Connection) -> None:
    """Raises VendorAway while the vendor's token endpoint is left alone."""
    grant = _with_store(lambda store: store.reserve(_tokens_key(connection), (), 0.0))
    if grant.is_shut:
        message = f"{connection}: new access was not to be had of late, and is asked for in {grant.delay:.0f} seconds"
        raise VendorAway(message, after=grant.delay)


def end_refresh(connection: Connection, *, health: Health) -> float:
    """The token endpoint was asked. Answers for how long it is left alone."""
    return _end(_tokens_key(connection), NO_TURN, health)


def block_until(connection: Connection, at: datetime) -> None:
    """No call of this connection before `at`, in any process."""
    seconds = min((at - timezone.now()).total_seconds(), LONGEST_PAUSE)
    if seconds > 0:
        _with_store(lambda store: store.pause(key_of(connection), seconds))


def silence(connection: Connection) -> Silence | None:
    """Since when the vendor has not answered this connection; None while it does, and where this process is not told.

    A breaker that lets one call look at the vendor stays open until that call is answered.
    """
    found = (_silence(key_of(connection)), _silence(_tokens_key(connection)))
    return next((each for each in found if each.failures >= MOST_FAILURES), None)


def _silence(key: str) -> Silence:
    return _with_store(lambda store: store.silence(key))


def key_of(connection: Connection) -> str:
    # A Procore sign-in that has no company yet is counted by its row.
    return f"limits:{connection.vendor}:{connection.account_id or f'row-{connection.pk}'}"


def _tokens_key(connection: Connection) -> str:
    return f"{key_of(connection)}:tokens"


def _buckets(connection: Connection, cost_class: CostClass) -> tuple[Bucket, ...]:
    if connection.vendor != Vendor.QBO:
        return ()
    return QBO_BATCHES if cost_class == "batch" else QBO_CALLS


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

    def leave_redis(self) -> None:
        self._ask_redis_at = math.inf

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


def leave_redis() -> None:
    """Keep to this process's own buckets from now on: for one that alone speaks to its vendors, like a simulation."""
    _stores.leave_redis()


def _with_store(act: Callable[[Store], Answer]) -> Answer:
    return _stores.use(act)
