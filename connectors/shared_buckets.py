"""The buckets and the breaker of connectors.buckets in Redis, for all processes. Its clock decides, the same for all.

Each step is one script, so that no two callers read the same state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import redis

from connectors import buckets as rules
from connectors.buckets import NO_TURN, Bucket, Count, Grant, Health, Silence, Turn

SOCKET_SECONDS = 2.0
KEPT_SECONDS = 7200

_BEGIN = f"""
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local function get(field) return tonumber(redis.call('HGET', KEYS[1], field) or '0') end
local function put(field, at) redis.call('HSET', KEYS[1], field, string.format('%.6f', at)) end
local function ahead(field)
    local at = get(field)
    if at - now > {rules.LONGEST_PAUSE} then return 0 end
    return at
end
local function keep() redis.call('EXPIRE', KEYS[1], {KEPT_SECONDS}) end
local function take_turn(name, most)
    if most == 0 then return 0 end
    redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
    redis.call('ZREMRANGEBYSCORE', KEYS[2], now + {rules.TURN_LASTS} + 1, '+inf')
    if redis.call('ZCARD', KEYS[2]) >= most then return {rules.TURN_AGAIN} end
    redis.call('ZADD', KEYS[2], now + {rules.TURN_LASTS}, name)
    redis.call('EXPIRE', KEYS[2], {KEPT_SECONDS})
    return 0
end
"""
# ARGV: longest, turn, most turns; then name, interval and tolerance of each bucket.
_RESERVE = f"""
local is_half_open = redis.call('HEXISTS', KEYS[1], 'open_until') == 1
if is_half_open then
    local shut_until = math.max(ahead('open_until'), ahead('probe_until'))
    if shut_until > now then return {{0, tostring(shut_until - now), 1}} end
end
local start = math.max(now, ahead('paused_until'))
local left, ends, step = get('left'), ahead('window_ends'), 0
local is_paced = ends - now > {rules.PACED_FROM} and left <= {rules.PACED_SHARE} * get('limit')
if ends > now and left <= 0 then start = math.max(start, ends)
elseif ends > now and is_paced then
    step = (ends - now) / (left + 1)
    start = math.max(start, ahead('paced'))
end
local due = {{}}
for i = 4, #ARGV, 3 do
    local known, unburst = redis.call('HGET', KEYS[1], 'due:' .. ARGV[i]), now + ARGV[i + 2]
    due[i] = tonumber(known or unburst)
    if due[i] - unburst > {rules.LONGEST_DUE} then due[i] = unburst end
    start = math.max(start, due[i] - ARGV[i + 2])
end
if start - now > tonumber(ARGV[1]) then return {{0, tostring(start - now), 0}} end
for i = 4, #ARGV, 3 do put('due:' .. ARGV[i], math.max(due[i], start) + ARGV[i + 1]) end
if left > 0 and ends > start then redis.call('HINCRBY', KEYS[1], 'left', -1) end
if step > 0 then put('paced', start + step) end
if is_half_open then put('probe_until', start + {rules.PROBE_LASTS}) end
keep()
local delay = start - now
if delay <= 0 then delay = take_turn(ARGV[2], tonumber(ARGV[3])) end
return {{1, tostring(delay), 0}}
"""
# ARGV: turn, most turns.
_LOOK = """
local paused_for = ahead('paused_until') - now
if paused_for > 0 then return tostring(paused_for) end
return tostring(take_turn(ARGV[1], tonumber(ARGV[2])))
"""
_PAUSE = """
put('paused_until', math.max(ahead('paused_until'), now + ARGV[1]))
keep()
"""
# ARGV: turn, health; then left, limit, window and seconds of a count, if there is one.
_END = f"""
if ARGV[1] ~= '' then redis.call('ZREM', KEYS[2], ARGV[1]) end
if ARGV[2] == 'alive' then
    redis.call('HDEL', KEYS[1], 'failures', 'opened', 'open_until', 'probe_until', 'since')
elseif ARGV[2] ~= '' then
    local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
    if failures == 1 then put('since', now) end
    if ARGV[2] == 'gone' and failures >= {rules.MOST_FAILURES} and ahead('open_until') <= now then
        local opened = redis.call('HINCRBY', KEYS[1], 'opened', 1)
        put('open_until', now + math.min({rules.FIRST_OPEN} * 2 ^ (opened - 1), {rules.LONGEST_OPEN}))
        redis.call('HDEL', KEYS[1], 'probe_until')
    end
    keep()
end
if #ARGV > 2 then
    local known, left = redis.call('HMGET', KEYS[1], 'window', 'left'), tonumber(ARGV[3])
    if known[1] == ARGV[5] and known[2] then left = math.min(left, tonumber(known[2])) end
    redis.call('HSET', KEYS[1], 'left', left, 'limit', ARGV[4], 'window', ARGV[5])
    put('window_ends', now + ARGV[6])
    keep()
end
return tostring(ahead('open_until') - now)
"""
_SILENCE = """
return {redis.call('HGET', KEYS[1], 'failures') or '0', tostring(get('since')), tostring(ahead('open_until') - now)}
"""


class RedisStore:
    """Shared by every process. All methods raise redis.RedisError when Redis is away."""

    def __init__(self, url: str) -> None:
        client = redis.Redis.from_url(url, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=SOCKET_SECONDS)
        self._reserve, self._look, self._pause, self._end, self._silence = (
            client.register_script(_BEGIN + script) for script in (_RESERVE, _LOOK, _PAUSE, _END, _SILENCE)
        )

    def reserve(self, key: str, buckets: Sequence[Bucket], longest: float, turn: Turn = NO_TURN) -> Grant:
        figures = [figure for each in buckets for figure in (each.name, each.interval, each.tolerance)]
        granted, delay, is_shut = self._run(self._reserve, key, longest, turn.name, turn.most, *figures)
        return Grant(bool(granted), float(delay), is_shut=bool(is_shut))

    def look(self, key: str, turn: Turn = NO_TURN) -> float:
        return float(self._run(self._look, key, turn.name, turn.most))

    def pause(self, key: str, seconds: float) -> None:
        self._run(self._pause, key, seconds)

    def end(self, key: str, turn: Turn = NO_TURN, health: Health = "", count: Count | None = None) -> float:
        told: list[str | float] = [count.left, count.limit, count.window, count.seconds] if count is not None else []
        return max(0.0, float(self._run(self._end, key, turn.name, health, *told)))

    def silence(self, key: str) -> Silence:
        failures, since, shut_for = self._run(self._silence, key)
        return Silence(int(failures), float(since), max(0.0, float(shut_for)))

    def _run(self, script: Any, key: str, *arguments: str | float) -> Any:
        return script(keys=[key, f"{key}:turns"], args=list(arguments))
