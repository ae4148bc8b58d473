"""Where the token buckets are kept: in Redis for all processes, in memory for one. Both reckon alike.

A bucket is written as the moment its next call is due. A call takes the earliest moment that every bucket, the pause
and the vendor's own count allow, and pushes the moments on: callers are served in order and none starves.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import redis

SOCKET_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Bucket:
    """`rate` calls a second in the long run, `burst` at once: no T seconds ever see more than burst + rate * T."""

    name: str
    rate: float
    burst: int

    @property
    def interval(self) -> float:
        return 1 / self.rate

    @property
    def tolerance(self) -> float:
        return (self.burst - 1) * self.interval


@dataclass(frozen=True, slots=True)
class Grant:
    """`delay` is the sleep before the call when granted, else the seconds until it is worth asking again."""

    is_granted: bool
    delay: float


class Store(Protocol):
    def reserve(self, key: str, buckets: Sequence[Bucket], longest: float) -> Grant:
        """A moment within `longest` seconds for one call; nothing is taken when there is none."""

    def look(self, key: str) -> float:
        """Seconds for which `key` is still paused."""

    def pause(self, key: str, seconds: float) -> None:
        """No call for `seconds`; a longer pause that is already set stays."""

    def count(self, key: str, *, left: int, window: str, seconds: float) -> None:
        """The vendor says `left` calls remain in `window`, which ends in `seconds`."""


_RESERVE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local function get(field) return tonumber(redis.call('HGET', KEYS[1], field) or '0') end
local start = math.max(now, get('paused_until'))
local left = redis.call('HGET', KEYS[1], 'left')
local is_counted = left and get('window_ends') > now
if is_counted and tonumber(left) <= 0 then start = math.max(start, get('window_ends')) end
for i = 2, #ARGV, 3 do start = math.max(start, get('due:' .. ARGV[i]) - ARGV[i + 2]) end
if start - now > tonumber(ARGV[1]) then return {0, tostring(start - now)} end
for i = 2, #ARGV, 3 do
    local due = math.max(get('due:' .. ARGV[i]), start) + ARGV[i + 1]
    redis.call('HSET', KEYS[1], 'due:' .. ARGV[i], string.format('%.6f', due))
end
if is_counted and tonumber(left) > 0 then redis.call('HINCRBY', KEYS[1], 'left', -1) end
redis.call('EXPIRE', KEYS[1], 7200)
return {1, tostring(start - now)}
"""
_PAUSE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local known = tonumber(redis.call('HGET', KEYS[1], 'paused_until') or '0')
if ARGV[1] ~= '0' then
    known = math.max(known, now + ARGV[1])
    redis.call('HSET', KEYS[1], 'paused_until', string.format('%.6f', known))
    redis.call('EXPIRE', KEYS[1], 7200)
end
return tostring(known - now)
"""
_COUNT = """
local time = redis.call('TIME')
local known = redis.call('HMGET', KEYS[1], 'window', 'left')
local left = tonumber(ARGV[1])
if known[1] == ARGV[2] and known[2] then left = math.min(left, tonumber(known[2])) end
local ends = time[1] + time[2] / 1000000 + ARGV[3]
redis.call('HSET', KEYS[1], 'left', left, 'window', ARGV[2], 'window_ends', string.format('%.6f', ends))
redis.call('EXPIRE', KEYS[1], 7200)
"""


class RedisStore:
    """Shared by every process. All methods raise redis.RedisError when Redis is away."""

    def __init__(self, url: str) -> None:
        client = redis.Redis.from_url(url, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=SOCKET_SECONDS)
        self._reserve = client.register_script(_RESERVE)
        self._pause = client.register_script(_PAUSE)
        self._count = client.register_script(_COUNT)

    def reserve(self, key: str, buckets: Sequence[Bucket], longest: float) -> Grant:
        figures = [figure for each in buckets for figure in (each.name, each.interval, each.tolerance)]
        granted, delay = self._run(self._reserve, key, longest, *figures)
        return Grant(bool(granted), float(delay))

    def look(self, key: str) -> float:
        return max(0.0, float(self._run(self._pause, key, "0")))

    def pause(self, key: str, seconds: float) -> None:
        self._run(self._pause, key, seconds)

    def count(self, key: str, *, left: int, window: str, seconds: float) -> None:
        self._run(self._count, key, left, window, seconds)

    def _run(self, script: Any, key: str, *arguments: str | float) -> Any:
        return script(keys=[key], args=list(arguments))


class LocalStore:
    """This process's own buckets, at `share` of the rate; for the time Redis is away."""

    def __init__(self, *, share: float) -> None:
        self._share = share
        self._state: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        self._lock = threading.Lock()

    def reserve(self, key: str, buckets: Sequence[Bucket], longest: float) -> Grant:
        with self._lock:
            state, now = self._state[key], time.monotonic()
            start = max(now, state.get("paused_until", 0.0))
            is_counted = state.get("window_ends", 0.0) > now
            if is_counted and state["left"] <= 0:
                start = max(start, state["window_ends"])
            for each in buckets:
                start = max(start, state.get(each.name, 0.0) - each.tolerance)
            if start - now > longest:
                return Grant(False, start - now)
            for each in buckets:
                state[each.name] = max(state.get(each.name, 0.0), start) + each.interval / self._share
            if is_counted and state["left"] > 0:
                state["left"] -= 1
            return Grant(True, start - now)

    def look(self, key: str) -> float:
        with self._lock:
            return max(0.0, float(self._state[key].get("paused_until", 0.0)) - time.monotonic())

    def pause(self, key: str, seconds: float) -> None:
        with self._lock:
            state = self._state[key]
            state["paused_until"] = max(state.get("paused_until", 0.0), time.monotonic() + seconds)

    def count(self, key: str, *, left: int, window: str, seconds: float) -> None:
        with self._lock:
            state = self._state[key]
            known = state["left"] if state.get("window") == window else left
            state.update(left=min(left, known), window=window, window_ends=time.monotonic() + seconds)
