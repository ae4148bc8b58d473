"""What the last of 10,000 documents cost a worker, beside the first: SQL statements, processor time, memory.

Measured is a worker of the product as it runs elsewhere, its log included, from the message that calls it until all
is posted. Polls are made in this process, so what they cost is not in it. The sandboxes are a process of their own and
have no limits. `FLAT_DOCUMENTS` is how many, `FLAT_STEP` after how many each is measured.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import psutil
import pytest
import redis
from django.conf import settings as django_settings

from connectors import limits
from smoothx.tenants.models import DueWork
from sync.engine import Engine
from sync.intake import poll_procore
from sync.lanes import LANE_TOPICS
from sync.ledger import POSTED_STATES
from sync.models import Entry
from sync.tasks import nudge, sweep
from sync.work import Work
from tests import worlds
from tests.bench.claims import sign_and_claim
from tests.bench.counted_worker import SharedCount
from tests.bench.figures import note
from tests.bench.servers import ROOT, product_environment, running_sandboxes
from tests.conftest import point_at

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7200)]

DOCUMENTS = int(os.environ.get("FLAT_DOCUMENTS", "10000"))
STEP = int(os.environ.get("FLAT_STEP", "1000"))
CLAIMS_OF_CONTRACT = 5
LONGEST_STEP = 120.0
# Of the second half beside the first, without its first step, which loads what all others need: how many statements
# the three places take that one company has at a time differs from step to step, by who takes which contract.
MOST_GROWTH = 1.1
# Of the last step beside the second.
MOST_MEGABYTES = 30.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one step: statements and milliseconds of processor time for each document, megabytes held after it."""

    statements: float
    milliseconds: float
    megabytes: float


class Worker:
    """A worker that runs, seen from outside."""

    def __init__(self, pid: int, statements: SharedCount) -> None:
        self._process, self._statements = psutil.Process(pid), statements

    @property
    def statements(self) -> int:
        return self._statements.value

    @property
    def seconds(self) -> float:
        """Of processor time, so far."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    @property
    def megabytes(self) -> float:
        return float(self._process.memory_info().rss / 2**20)


@pytest.fixture
def pair(transactional_db: None, scope: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with running_sandboxes("--scenario", "demo") as pair:
        point_at(settings, pair.info)
        redis.Redis.from_url(settings.REDIS_URL).flushdb()
        monkeypatch.setattr(limits, "QBO_CALLS", ())
        monkeypatch.setattr(limits, "QBO_BATCHES", ())
        worlds.control(pair.qbo, "limits", {"per_minute": 0, "per_second": 0, "batches_per_minute": 0})
        worlds.control(pair.procore, "limits", {"hour": 0, "spike": 0})
        worlds.connect(scope, pair)
        worlds.make_live()
        poll_procore(Work())
        Engine().run_due(seconds=600)
        yield pair


@pytest.fixture
def worker(pair: Any, settings: Any, tmp_path: Path) -> Iterator[Worker]:
    redis.Redis.from_url(django_settings.CELERY_BROKER_URL).flushdb()
    addresses = {"PROCORE_API_URL": pair.procore.url, "PROCORE_LOGIN_URL": pair.info["procore"]["login_url"]}
    addresses |= {"QBO_API_URL": pair.qbo.url, "QBO_TOKEN_URL": pair.info["qbo"]["token_url"]}
    # As a worker is run: each call is a line of JSON.
    addresses |= {"REDIS_URL": django_settings.CELERY_BROKER_URL, "LOG_LEVEL": "INFO", "LOG_FORMAT": "json"}
    count, log = tmp_path / "statements", tmp_path / "worker.log"
    statements = SharedCount(count)
    with log.open("w") as lines:
        program = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.counted_worker", str(count)],
            cwd=ROOT, env=product_environment(settings, **addresses), stdout=lines, stderr=lines,
        )  # fmt: skip
        try:
            yield Worker(program.pid, statements)
        finally:
            program.terminate()
            program.wait(timeout=60)


def carry_step(pair: Any, worker: Worker, number: int) -> Cost:
    """New contracts with invoices, carried over in one go."""
    contracts = sign_and_claim(pair, STEP // CLAIMS_OF_CONTRACT, CLAIMS_OF_CONTRACT, name=f"Step {number}")
    poll_procore(Work())
    # A poll reads the last two minutes again, which are as long as the step before: that is no cost of these.
    Entry.objects.exclude(group__in=list(contracts)).update(due_at=None)
    statements, seconds = worker.statements, worker.seconds
    nudge()
    wait_until_posted(list(contracts))
    return Cost((worker.statements - statements) / STEP, (worker.seconds - seconds) / STEP * 1000, worker.megabytes)


def wait_until_posted(contracts: list[str]) -> None:
    """Until all are, and the worker has left its lanes."""
    bills = Entry.objects.filter(flow="bills", group__in=contracts)
    posted = bills.filter(state__in=POSTED_STATES)
    held = DueWork.objects.filter(topic__in=LANE_TOPICS, due_at__isnull=False)
    deadline = time.monotonic() + LONGEST_STEP
    while posted.count() < STEP or held.exists():
        assert time.monotonic() < deadline, Counter(bills.values_list("state", "first_code"))
        time.sleep(0.5)
        sweep()
    assert posted.count() == STEP


def test_the_last_document_costs_what_the_first_did(pair: Any, worker: Worker) -> None:
    costs = []
    for number in range(DOCUMENTS // STEP):
        cost = carry_step(pair, worker, number)
        costs.append(cost)
        done = f"flat_{(number + 1) * STEP:06}"
        note(f"{done}_statements", cost.statements, "statements/document")
        note(f"{done}_processor", cost.milliseconds, "ms/document")
        note(f"{done}_memory", cost.megabytes, "MB")
    middle = len(costs) // 2
    early, late = costs[1 : max(middle, 2)], costs[middle:]
    statements = [mean(cost.statements for cost in half) for half in (early, late)]
    milliseconds = [mean(cost.milliseconds for cost in half) for half in (early, late)]
    growth = costs[-1].megabytes - costs[1].megabytes
    note("flat_statements", statements[1], "statements/document", baseline=statements[0])
    note("flat_processor_time", milliseconds[1], "ms/document", baseline=milliseconds[0])
    note("flat_memory_growth", growth, "MB", target=MOST_MEGABYTES)
    assert statements[1] <= MOST_GROWTH * statements[0]
    assert growth <= MOST_MEGABYTES
