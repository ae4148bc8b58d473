"""Counts over all processes, for the operator's metrics, kept in Redis.

Losing some is no harm; waiting for Redis would be.
"""

from __future__ import annotations

import json
import logging
import time
from functools import cache

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

KEY, BEATS = "counts", "beats"
SOCKET_SECONDS = 0.5
RETRY_SECONDS = 5.0

Labels = tuple[tuple[str, str], ...]


# Until when Redis, by its address, is left alone after it failed: not every caller has to find out for itself.
_away_until: dict[str, float] = {}


def add(name: str, amount: float = 1, /, **labels: str) -> None:
    """Add to the count of this name and these labels."""
    url = settings.REDIS_URL
    if time.monotonic() < _away_until.get(url, 0):
        return
    field = json.dumps([name, sorted(labels.items())])
    try:
        _client(url).hincrbyfloat(KEY, field, amount)
    except redis.RedisError as error:
        logger.warning("counting.redis_lost: nothing is counted for a while: %s", error)
        _away_until[url] = time.monotonic() + RETRY_SECONDS


def beat(name: str) -> None:
    """Note that this happened now, for who watches that it goes on happening."""
    url = settings.REDIS_URL
    if time.monotonic() < _away_until.get(url, 0):
        return
    try:
        _client(url).hset(BEATS, name, str(time.time()))
    except redis.RedisError as error:
        logger.warning("counting.redis_lost: nothing is counted for a while: %s", error)
        _away_until[url] = time.monotonic() + RETRY_SECONDS


def read_beats() -> dict[str, float]:
    """When each last happened, in seconds since 1970. Raises redis.RedisError."""
    return {str(name): float(at) for name, at in _client(settings.REDIS_URL).hgetall(BEATS).items()}


def read() -> dict[tuple[str, Labels], float]:
    """All counts, by name and labels. Raises redis.RedisError."""
    found = _client(settings.REDIS_URL).hgetall(KEY)
    counts: dict[tuple[str, Labels], float] = {}
    for field, amount in found.items():
        name, labels = json.loads(field)
        counts[name, tuple((key, value) for key, value in labels)] = float(amount)
    return counts


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=SOCKET_SECONDS, decode_responses=True
    )
