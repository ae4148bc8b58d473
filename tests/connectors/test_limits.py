"""Limits over a real Redis: what any number of workers may take, and what happens when Redis is away."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from datetime import timedelta
from math import floor
from typing import Any

import pytest
from django.utils import timezone

from connectors import counting, limits
from connectors.buckets import MOST_FAILURES, NO_TURN
from connectors.errors import Retry, Throttled, VendorAway
from connectors.models import Connection, Vendor


@pytest.fixture
def shared_limits() -> None:
    """Named so that the keys of earlier tests are dropped."""


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


def test_no_window_sees_more_than_quickbooks_allows() -> None:
    """1 + 9 in a second, 20 + 480 in a minute, 40 batches in a minute."""
    second, minute, batch = limits.QBO_BATCHES
    assert second.burst + second.rate * 1 <= 10
    assert minute.burst + minute.rate * 60 <= 500
    assert floor(batch.burst + batch.rate * 60) == 40
    assert (second.rate, minute.rate * 60, batch.rate * 60) == (9.0, 480.0, 39.0)


def test_threads_share_what_is_allowed(shared_limits: None, qbo_row: Connection) -> None:
    taken: list[float] = []
    # Which company is at its limit is told: its documents wait for the vendor, and not for workers.
    qbo_row.tenant_id = 7
    counted = ("vendor_wait_seconds", (("company", "7"), ("vendor", "qbo")))
    before = counting.read().get(counted, 0)

    def work() -> None:
        for _ in range(3):
            turn = limits.acquire(qbo_row)
            taken.append(time.monotonic())
            limits.end(qbo_row, turn, health="alive", headers={})

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Fifteen calls at nine a second need fourteen intervals.
    assert len(taken) == 15
    assert max(taken) - min(taken) >= 14 / 9 - 0.05
    assert counting.read()[counted] - before > 14 / 9


def test_processes_share_what_is_allowed(shared_limits: None, settings: Any) -> None:
    code = (
        "import sys; from connectors.buckets import Bucket; from connectors.shared_buckets import RedisStore;"
        "store = RedisStore(sys.argv[1]); bucket = Bucket('b', 0.1, 1);"
        "print(max(store.reserve('limits:t6', [bucket], 100).delay for _ in range(3)))"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", code, settings.REDIS_URL], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    # The sixth call waits five intervals; for one process alone the third would wait two.
    assert 30 < max(float(run.communicate(timeout=60)[0]) for run in runs) <= 50


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


def hear(row: Connection, **headers: str) -> None:
    """An answer of the vendor with these X-Rate-Limit headers."""
    told = {f"X-Rate-Limit-{name.title()}": text for name, text in headers.items()}
    limits.end(row, NO_TURN, health="alive", headers=told)


def test_procore_waits_for_its_reset(shared_limits: None, procore_row: Connection) -> None:
    hear(procore_row, limit="100", remaining="1", reset=str(int(time.time()) + 30))
    limits.acquire(procore_row, wait_at_most=0)
    with pytest.raises(Throttled) as caught:
        limits.acquire(procore_row, wait_at_most=1)
    assert 25 < caught.value.after <= 30


def test_the_headers_of_quickbooks_are_not_procores(shared_limits: None, qbo_row: Connection) -> None:
    hear(qbo_row, limit="100", remaining="0", reset=str(int(time.time()) + 30))
    limits.acquire(qbo_row, wait_at_most=0.5)


def test_who_must_not_hold_up_others_waits_no_longer_than_its_patience(
    shared_limits: None, procore_row: Connection
) -> None:
    hear(procore_row, limit="100", remaining="0", reset=str(int(time.time()) + 20))
    with limits.waiting_at_most(2.0), pytest.raises(Throttled) as caught:
        limits.acquire(procore_row)
    assert 15 < caught.value.after <= 20


@pytest.mark.usefixtures("shared_limits")
def test_a_vendor_that_does_not_answer_is_left_alone_on_this_connection_only(
    qbo_row: Connection, procore_row: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    before = time.time()
    for _ in range(MOST_FAILURES):
        limits.end(qbo_row, limits.acquire(qbo_row), health="gone", headers={})
    with pytest.raises(VendorAway) as caught:
        limits.acquire(qbo_row)
    assert 14 < caught.value.after <= 15
    assert [record.message for record in caplog.records] == [
        "limits.vendor_away key=limits:qbo:9130350000000000001 shut_for=15"
    ]
    silence = limits.silence(qbo_row)
    assert silence is not None
    assert silence.failures == MOST_FAILURES
    assert before - 1 <= silence.since <= time.time()
    limits.acquire(procore_row, wait_at_most=0)
    assert limits.silence(procore_row) is None


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


def test_who_left_redis_asks_it_no_more(no_redis: None, qbo_row: Connection, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    limits.leave_redis()
    limits.end(qbo_row, limits.acquire(qbo_row), health="alive", headers={})
    assert caplog.records == []


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
