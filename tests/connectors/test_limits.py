"""Limits over a real Redis: what any number of workers may take, and what happens when Redis is away."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors import limits
from connectors.buckets import Bucket, LocalStore, RedisStore, Store
from connectors.errors import Retry
from connectors.models import Connection, Vendor

FAST = Bucket("fast", 50.0, 5)


@pytest.fixture
def shared_limits() -> None:
    """Named so that the keys of earlier tests are dropped."""


@pytest.fixture(params=["redis", "local"])
def store(request: pytest.FixtureRequest, shared_limits: None, settings: Any) -> Store:
    return RedisStore(settings.REDIS_URL) if request.param == "redis" else LocalStore(share=1.0)


@pytest.fixture
def qbo_row() -> Connection:
    return Connection(vendor=Vendor.QBO, account_id="9130350000000000001")


@pytest.fixture
def procore_row() -> Connection:
    return Connection(vendor=Vendor.PROCORE, account_id="598134325805519")


@pytest.fixture
def no_redis(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(limits, "_stores", limits._Stores())


def test_a_burst_goes_at_once_and_the_rest_in_step(store: Store) -> None:
    delays = [store.reserve("limits:t1", [FAST], 10).delay for _ in range(15)]
    assert delays[:5] == [0.0] * 5
    # The sixth waits one interval, the fifteenth ten, less the time the calls themselves took.
    assert 0 < delays[5] <= 0.02
    assert 0.1 < delays[14] <= 0.2
    assert delays == sorted(delays)


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
    store.count("limits:t5", left=2, window="w1", seconds=5)
    assert [store.reserve("limits:t5", [], 10).delay for _ in range(2)] == [0.0, 0.0]
    assert 4 < store.reserve("limits:t5", [], 10).delay <= 5
    # An answer that was under way meanwhile does not give calls back, a new window does.
    store.count("limits:t5", left=1, window="w1", seconds=5)
    assert store.reserve("limits:t5", [], 10).delay > 4
    store.count("limits:t5", left=1, window="w2", seconds=5)
    assert store.reserve("limits:t5", [], 10).delay == 0.0


def test_no_window_sees_more_than_quickbooks_allows() -> None:
    """1 + 9 in a second, 20 + 480 in a minute, 2 + 38 batches in a minute."""
    second, minute, batch = limits.QBO_BATCHES
    assert second.burst + second.rate * 1 <= 10
    assert minute.burst + minute.rate * 60 <= 500
    assert batch.burst + batch.rate * 60 <= 40
    assert (second.rate, minute.rate * 60, round(batch.rate * 60)) == (9.0, 480.0, 38)


@pytest.mark.django_db
def test_threads_share_what_is_allowed(shared_limits: None, qbo_row: Connection) -> None:
    taken: list[float] = []

    def work() -> None:
        for _ in range(3):
            limits.acquire(qbo_row)
            taken.append(time.monotonic())

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Fifteen calls at nine a second need fourteen intervals.
    assert len(taken) == 15
    assert max(taken) - min(taken) >= 14 / 9 - 0.05


def test_processes_share_what_is_allowed(shared_limits: None, settings: Any) -> None:
    code = (
        "import sys; from connectors.buckets import Bucket, RedisStore;"
        "store = RedisStore(sys.argv[1]); bucket = Bucket('b', 1.0, 3);"
        "print([store.reserve('limits:t6', [bucket], 0).is_granted for _ in range(3)].count(True))"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", code, settings.REDIS_URL], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    granted = sum(int(run.communicate(timeout=60)[0]) for run in runs)
    assert 3 <= granted <= 5


def test_a_long_wait_is_the_callers(shared_limits: None, qbo_row: Connection) -> None:
    limits.block_until(qbo_row, timezone.now() + timedelta(seconds=60))
    started = time.monotonic()
    with pytest.raises(Retry) as caught:
        limits.acquire(qbo_row)
    assert 55 < caught.value.after <= 60
    assert time.monotonic() - started < 5


def test_a_pause_that_comes_while_sleeping_is_kept(shared_limits: None, qbo_row: Connection) -> None:
    limits.acquire(qbo_row)
    later = threading.Timer(0.02, limits.block_until, [qbo_row, timezone.now() + timedelta(seconds=20)])
    later.start()
    with pytest.raises(Retry):
        limits.acquire(qbo_row, wait_at_most=1.0)
    later.join()


def test_the_past_blocks_nothing(shared_limits: None, qbo_row: Connection) -> None:
    limits.block_until(qbo_row, timezone.now() - timedelta(seconds=5))
    limits.acquire(qbo_row, wait_at_most=0.5)


def test_procore_waits_for_its_reset(shared_limits: None, procore_row: Connection) -> None:
    reset = int(time.time()) + 30
    limits.note_headers(procore_row, {"X-Rate-Limit-Remaining": "1", "X-Rate-Limit-Reset": str(reset)})
    limits.acquire(procore_row, wait_at_most=0)
    with pytest.raises(Retry) as caught:
        limits.acquire(procore_row, wait_at_most=1)
    assert 25 < caught.value.after <= 30


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Rate-Limit-Remaining": "0"},
        {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "soon"},
        {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "1000"},
    ],
)
def test_headers_that_say_nothing_hold_nobody(
    shared_limits: None, procore_row: Connection, headers: dict[str, str]
) -> None:
    limits.note_headers(procore_row, headers)
    limits.acquire(procore_row, wait_at_most=0)


def test_the_headers_of_quickbooks_are_not_procores(shared_limits: None, qbo_row: Connection) -> None:
    headers = {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": str(int(time.time()) + 30)}
    limits.note_headers(qbo_row, headers)
    limits.acquire(qbo_row, wait_at_most=0.5)


def test_a_clock_far_ahead_costs_a_minute_at_most(shared_limits: None, procore_row: Connection) -> None:
    headers = {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": str(int(time.time()) + 900_000)}
    limits.note_headers(procore_row, headers)
    with pytest.raises(Retry) as caught:
        limits.acquire(procore_row, wait_at_most=1)
    assert 55 < caught.value.after <= 60


def test_without_redis_work_goes_on_at_half_the_rate(
    no_redis: None, qbo_row: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    started = time.monotonic()
    for _ in range(4):
        limits.acquire(qbo_row)
    assert time.monotonic() - started >= 3 / 4.5
    limits.block_until(qbo_row, timezone.now() + timedelta(seconds=90))
    with pytest.raises(Retry):
        limits.acquire(qbo_row)
    told = [record.message.split(":")[0] for record in caplog.records if record.name == limits.__name__]
    assert told == ["limits.redis_lost"]


def test_redis_is_used_again_when_it_is_back(
    shared_limits: None,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    procore_row: Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    good, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"
    monkeypatch.setattr(limits, "_stores", limits._Stores())
    monkeypatch.setattr(limits, "REDIS_RETRY_SECONDS", 0.0)
    limits.acquire(procore_row)
    settings.REDIS_URL = good
    limits.acquire(procore_row)
    assert [record.message.split(":")[0] for record in caplog.records] == ["limits.redis_lost", "limits.redis_back"]
