"""How often a key may ask: so many requests in each minute, counted in Redis over all processes."""

from __future__ import annotations

import logging
import math
import time
from functools import cache

import redis
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from smoothx.tenants.models import ApiKey

log = logging.getLogger(__name__)

WINDOW_SECONDS = 60
SOCKET_SECONDS = 0.5


class KeyThrottle(BaseThrottle):  # type: ignore[misc]
    """Without Redis requests pass: they only read."""

    _wait = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        key: ApiKey = request.auth
        try:
            count, left = _count(key.digest)
        except redis.RedisError as error:
            log.warning("api.throttle_away: requests are not counted: %s", error)
            return True
        self._wait = left
        return count <= settings.API_REQUESTS_A_MINUTE

    def wait(self) -> int:
        return self._wait


def _count(digest: str) -> tuple[int, int]:
    """Count one request. How many there were in this minute, and how many seconds of it are left.

    Counted under the digest: it is no secret, and other installations may share the server.
    """
    window, into = divmod(time.time(), WINDOW_SECONDS)
    name = f"api:{digest}:{int(window)}"
    pipeline = _client(settings.REDIS_URL).pipeline(transaction=True)
    pipeline.incr(name)
    pipeline.expire(name, 2 * WINDOW_SECONDS)
    count, _ = pipeline.execute()
    return int(count), math.ceil(WINDOW_SECONDS - into)


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=SOCKET_SECONDS)
