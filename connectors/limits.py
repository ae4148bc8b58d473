"""Staying below what the vendors allow, over all processes: one Lua script in Redis reserves a moment for each call.

Each limit is a token bucket written as "the next call may start at": a call takes the earliest moment every bucket
allows and pushes them on, so callers are served in order and none starves. With a bucket of `burst` refilled at
`rate`, no window of T seconds ever holds more than burst + rate * T calls, however the vendor lays its windows.

Procore publishes no fixed limit: each answer says how many calls are left and when they are given back, so what is
left is kept in Redis and counted down, and at none everybody waits for the reset.

Without Redis each process keeps its own buckets at half the rate: slower, but work goes on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings

from connectors.errors import Retry
from connectors.models import Connection, Vendor
from connectors.transport import CostClass

logger = logging.getLogger(__name__)

REDIS_RETRY_SECONDS = 5.0
# No window of either vendor is longer; a reset further away is a clock that differs from ours.
LONGEST_PAUSE = 3600.0


@dataclass(frozen=True, slots=True)
class Bucket:
    """`rate` calls a second on the long run, `burst` at once."""

    name: str
    rate: float
    burst: int


# QuickBooks allows 10 calls a second and 500 a minute for a company: 1 + 9 and 20 + 8 * 60 stay within both.
_QBO_CALLS = (Bucket("second", 9.0, 1), Bucket("minute", 480 / 60, 20))
# And 40 batches a minute: 2 + 38 / 60 * 60.
_QBO_BATCHES = (*_QBO_CALLS, Bucket("batch", 38 / 60, 2))
_BUCKETS: dict[tuple[str, CostClass], tuple[Bucket, ...]] = {
    (Vendor.QBO, "call"): _QBO_CALLS,
    (Vendor.QBO, "batch"): _QBO_BATCHES,
}

# Answers {granted, delay}: granted 1 and the seconds to sleep, or 0 and the seconds until asking again makes sense.
# ARGV: longest wait, then name, interval and tolerance of each bucket. No bucket: only the pause is looked at.
_RESERVE = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local longest = tonumber(ARGV[1])
local start = math.max(now, tonumber(redis.call('HGET', KEYS[1], 'paused_until') or '0'))
local reset = tonumber(redis.call('HGET', KEYS[1], 'reset') or '0')
local left = redis.call('HGET', KEYS[1], 'left')
local counts = left and reset > now and #ARGV > 1
if counts and tonumber(left) <= 0 then start = math.max(start, reset) end
for i = 2, #ARGV, 3 do
    local due = tonumber(redis.call('HGET', KEYS[1], 'due:' .. ARGV[i]) or '0')
    start = math.max(start, due - tonumber(ARGV[i + 2]))
end
local delay = start - now
if delay > longest then return {0, tostring(delay)} end
for i = 2, #ARGV, 3 do
    local due = tonumber(redis.call('HGET', KEYS[1], 'due:' .. ARGV[i]) or '0')
    redis.call('HSET', KEYS[1], 'due:' .. ARGV[i], string.format('%.6f', math.max(due, start) + tonumber(ARGV[i + 1])))
end
if counts and tonumber(left) > 0 then redis.call('HINCRBY', KEYS[1], 'left', -1) end
redis.call('EXPIRE', KEYS[1], 7200)
return {1, tostring(delay)}
"""
