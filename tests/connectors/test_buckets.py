"""The two stores of the limits reckon alike, in Redis and in one process, and never beyond what a vendor counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import limits
from connectors.buckets import MOST_FAILURES, Bucket, Count, LocalStore, Silence, Store, Turn, open_seconds
from connectors.sandbox.procore.limits import RateLimiter
from connectors.sandbox.qbo.service.throttle import Throttle
from connectors.shared_buckets import RedisStore

FAST = Bucket("fast", 50.0, 5)


class Clock:
    """Seconds since a moment, moved by hand."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def shared_limits() -> None:
    """Named so that the keys of earlier tests are dropped."""


@pytest.fixture(params=["redis", "local"])
def store(request: pytest.FixtureRequest, shared_limits: None, settings: Any) -> Store:
    return RedisStore(settings.REDIS_URL) if request.param == "redis" else LocalStore(share=1.0)


@pytest.fixture
def raw(shared_limits: None, settings: Any) -> Any:
    """Redis itself, for setting what a clock that moved would have left behind."""
    return redis.Redis.from_url(settings.REDIS_URL)


def test_calls_go_in_step_and_nothing_is_forgotten_into_a_burst(store: Store) -> None:
    delays = [store.reserve("limits:t1", [FAST], 10).delay for _ in range(11)]
    assert delays[0] == 0.0
    # The second waits one interval, the eleventh ten, less the time the calls themselves took.
    assert 0 < delays[1] <= 0.02
    assert 0.1 < delays[10] <= 0.2
    assert delays == sorted(delays)


def test_what_was_not_used_may_go_at_once() -> None:
    clock = Clock()
    store = LocalStore(share=1.0, now=clock)
    store.reserve("t", [FAST], 10)
    clock.at += 1
    delays = [store.reserve("t", [FAST], 10).delay for _ in range(7)]
    assert delays == pytest.approx([0, 0, 0, 0, 0, 0.02, 0.04], abs=1e-6)


def test_nothing_is_taken_when_the_wait_is_too_long(store: Store) -> None:
    slow = Bucket("slow", 1.0, 1)
    assert store.reserve("limits:t2", [slow], 10).is_granted
    refused = store.reserve("limits:t2", [slow], 0.5)
    assert not refused.is_granted
    assert 0.5 < refused.delay <= 1.0
    granted = store.reserve("limits:t2", [slow], 10)
    assert granted.is_granted
    assert granted.delay <= 1.0


def test_the_tightest_of_several_buckets_decides(store: Store) -> None:
    buckets = [FAST, Bucket("tight", 2.0, 1)]
    store.reserve("limits:t3", buckets, 10)
    assert 0.3 < store.reserve("limits:t3", buckets, 10).delay <= 0.5


def test_a_pause_holds_everybody_and_only_grows(store: Store) -> None:
    store.pause("limits:t4", 5)
    store.pause("limits:t4", 1)
    assert 4 < store.look("limits:t4") <= 5
    assert 4 < store.reserve("limits:t4", [], 10).delay <= 5
    assert store.look("limits:other") == 0.0
    assert store.reserve("limits:other", [], 10).delay == 0.0


def test_what_the_vendor_says_is_left_is_counted_down(store: Store) -> None:
    store.end("limits:t5", count=Count(left=2, limit=9, window="w1", seconds=5))
    assert [store.reserve("limits:t5", [], 10).delay for _ in range(2)] == [0.0, 0.0]
    assert 4 < store.reserve("limits:t5", [], 10).delay <= 5
    # An answer that was under way meanwhile does not give calls back, a new window does.
    store.end("limits:t5", count=Count(left=1, limit=9, window="w1", seconds=5))
    assert store.reserve("limits:t5", [], 10).delay > 4
    store.end("limits:t5", count=Count(left=1, limit=9, window="w2", seconds=5))
    assert store.reserve("limits:t5", [], 10).delay == 0.0


def test_the_last_quarter_of_an_hour_is_spread_over_it(store: Store) -> None:
    store.end("limits:t6", count=Count(left=9, limit=36, window="w1", seconds=1000))
    assert store.reserve("limits:t6", [], 2000).delay == 0.0
    # Eight left: one after a tenth of the time, and so on.
    assert 99 < store.reserve("limits:t6", [], 2000).delay <= 100
    assert 199 < store.reserve("limits:t6", [], 2000).delay <= 222


def test_so_many_calls_at_a_time_and_no_more(store: Store) -> None:
    turns = [Turn(name, 2) for name in ("a", "b", "c")]
    assert [store.reserve("limits:t7", [], 10, turn).delay for turn in turns] == [0.0, 0.0, 0.05]
    assert store.look("limits:t7", turns[2]) == 0.05
    store.end("limits:t7", turns[0])
    assert store.look("limits:t7", turns[2]) == 0.0
    assert store.look("limits:t7", turns[0]) == 0.05


def test_failures_in_a_row_open_the_breaker_and_one_answer_closes_it(store: Store) -> None:
    for _ in range(MOST_FAILURES - 1):
        assert store.end("limits:t8", health="gone") == 0.0
    store.end("limits:t8", health="alive")
    for _ in range(MOST_FAILURES - 1):
        assert store.end("limits:t8", health="gone") == 0.0
    assert store.reserve("limits:t8", [], 10).is_granted
    assert 14 < store.end("limits:t8", health="gone") <= 15
    # One that was under way meanwhile makes it no longer.
    assert 14 < store.end("limits:t8", health="gone") <= 15
    refused = store.reserve("limits:t8", [], 10)
    assert (refused.is_granted, refused.is_shut) == (False, True)
    assert 14 < refused.delay <= 15
    assert store.silence("limits:t8").failures == MOST_FAILURES + 1
    assert store.end("limits:t8", health="alive") == 0.0
    assert store.silence("limits:t8") == Silence(0, 0.0, 0.0)
    assert store.reserve("limits:t8", [], 10).is_granted


def test_calls_that_fail_shut_nobody_out_before_one_about_no_record_failed(store: Store) -> None:
    for _ in range(3 * MOST_FAILURES):
        assert store.end("limits:t11", health="away") == 0.0
    assert store.reserve("limits:t11", [], 10).is_granted
    # That one failed as well: so it is not the records.
    assert 14 < store.end("limits:t11", health="gone") <= 15
    store.end("limits:t11", health="alive")
    assert store.silence("limits:t11") == Silence(0, 0.0, 0.0)


def test_who_looks_whether_it_is_back_may_meet_such_a_record() -> None:
    clock = Clock()
    store = LocalStore(share=1.0, now=clock)
    for _ in range(MOST_FAILURES):
        store.end("t", health="gone")
    clock.at += 15
    assert store.reserve("t", [], 0).is_granted
    assert store.end("t", health="away") == 0.0
    assert store.end("t", health="gone") == 30.0


def test_an_open_breaker_lets_one_call_look_and_stays_open_longer_each_time() -> None:
    clock = Clock()
    store = LocalStore(share=1.0, now=clock)
    for _ in range(MOST_FAILURES):
        store.end("t", health="gone")
    for seconds in (15, 30, 60, 120, 120):
        clock.at += seconds - 1
        assert store.reserve("t", [], 0).is_shut
        clock.at += 1
        assert store.reserve("t", [], 0).is_granted
        # Whoever comes while that one looks is sent away.
        assert store.reserve("t", [], 0).delay == 60.0
        store.end("t", health="gone")
    assert [open_seconds(times) for times in (1, 2, 3, 4, 5, 60)] == [15, 30, 60, 120, 120, 120]
    # The one that looks may have died: a minute later another does.
    clock.at += 120
    assert store.reserve("t", [], 0).is_granted
    clock.at += 60
    assert store.reserve("t", [], 0).is_granted


def test_the_shared_breaker_lets_one_look(raw: Any, settings: Any) -> None:
    store = RedisStore(settings.REDIS_URL)
    for _ in range(MOST_FAILURES):
        store.end("limits:t9", health="gone")
    raw.hset("limits:t9", "open_until", 1)
    assert store.reserve("limits:t9", [], 0).is_granted
    assert 59 < store.reserve("limits:t9", [], 0).delay <= 60
    assert 29 < store.end("limits:t9", health="gone") <= 30


def test_a_clock_that_was_set_back_stops_nobody(raw: Any, settings: Any) -> None:
    """Moments that lie hours ahead were written before."""
    store = RedisStore(settings.REDIS_URL)
    hours_ahead = raw.time()[0] + 7200
    names = ("due:fast", "paused_until", "open_until", "probe_until", "window_ends", "paced")
    raw.hset("limits:t10", mapping=dict.fromkeys(names, hours_ahead))
    raw.zadd("limits:t10:turns", {"old": hours_ahead})
    turn = Turn("new", 1)
    assert store.reserve("limits:t10", [FAST], 1, turn).delay == 0.0
    assert store.reserve("limits:t10", [FAST], 1, turn).is_shut


def play(admit: Callable[[float], Any], clock: Clock, gaps: list[float], *, batch: bool, wiped_at: set[int]) -> None:
    """Ask for calls with these pauses between them, and make each one when it is granted."""
    store = LocalStore(share=1.0, now=clock)
    buckets = limits.QBO_BATCHES if batch else limits.QBO_CALLS
    for number, gap in enumerate(gaps):
        if number in wiped_at:
            store = LocalStore(share=1.0, now=clock)
        clock.at += gap
        clock.at += store.reserve("t", buckets, 1e9).delay
        assert admit(clock.at), f"call {number} met the limit"


@settings(max_examples=30)
@given(gaps=st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.01, 0.3, 4.0]), min_size=100, max_size=600))
def test_quickbooks_never_counts_more_than_it_allows(gaps: list[float]) -> None:
    clock = Clock()
    throttle = Throttle(clock)
    play(lambda _: throttle.admit("realm", is_batch=False), clock, gaps, batch=False, wiped_at=set())


@pytest.mark.parametrize("batch", [False, True])
def test_what_is_allowed_is_used_to_95_percent_and_a_wiped_redis_breaks_no_limit(batch: bool) -> None:
    clock = Clock()
    throttle = Throttle(clock)
    started, calls = clock.at, 4000
    # Wiped at full speed, in the middle of a window each time.
    wiped = {1000, 2301, 3777}
    play(lambda _: throttle.admit("realm", is_batch=batch), clock, [0.0] * calls, batch=batch, wiped_at=wiped)
    most = (40 if batch else 500) / 60
    assert 0.95 <= calls / (clock.at - started) / most <= 1


@pytest.mark.parametrize(("hour", "spike"), [(3600, 100), (600, 25), (0, 25)])
def test_procore_never_refuses_whatever_its_two_windows_are(hour: int, spike: int) -> None:
    clock = Clock()
    sandbox = RateLimiter(clock)
    sandbox.set(hour=hour, spike=spike)
    store = LocalStore(share=1.0, now=clock)
    started, calls = clock.at, 2000
    for _ in range(calls):
        clock.at += store.reserve("t", [], 1e9).delay
        assert sandbox.take("us") is None
        headers = sandbox.headers("us")
        left, limit, reset = (headers[f"X-Rate-Limit-{name}"] for name in ("Remaining", "Limit", "Reset"))
        count = Count(left=int(left), limit=int(limit), window=reset, seconds=int(reset) - int(clock.at))
        store.end("t", health="alive", count=count)
        clock.at += 0.02
    assert clock.at > started
