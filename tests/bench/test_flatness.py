"""What the last of 10,000 documents costs, beside the first: SQL statements, processor time, memory.

The sandboxes are a process of their own and have no limits. `FLAT_DOCUMENTS` is how many, `FLAT_STEP` after how many
each is measured.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psutil
import pytest
import redis
from django.db import connection as database

from connectors import limits
from sync.engine import Engine
from sync.intake import poll_procore
from sync.ledger import POSTED_STATES
from sync.models import Entry
from sync.work import Work
from tests import worlds
from tests.bench.claims import sign_and_claim
from tests.bench.figures import note
from tests.bench.servers import running_sandboxes
from tests.conftest import point_at

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7200)]

DOCUMENTS = int(os.environ.get("FLAT_DOCUMENTS", "10000"))
STEP = int(os.environ.get("FLAT_STEP", "1000"))
CLAIMS_OF_CONTRACT = 5
# Of the last thousand beside the second; the first loads what all others need.
MOST_GROWTH = 1.1
MOST_MEGABYTES = 30.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one step: statements and milliseconds of processor time for each document, megabytes held after it."""

    statements: float
    milliseconds: float
    megabytes: float


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


def carry_step(pair: Any, number: int) -> Cost:
    """New contracts with invoices, carried over in one go."""
    contracts = sign_and_claim(pair, STEP // CLAIMS_OF_CONTRACT, CLAIMS_OF_CONTRACT, name=f"Step {number}")
    poll_procore(Work())
    # A poll reads the last two minutes again, which are as long as the step before: that is no cost of these.
    Entry.objects.exclude(group__in=list(contracts)).update(due_at=None)
    statements = 0

    def count(execute: Any, *arguments: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(*arguments)

    posted = Entry.objects.filter(flow="bills", group__in=list(contracts), state__in=POSTED_STATES)
    spent = time.process_time()
    with database.execute_wrapper(count):
        while Engine().run_due(seconds=50):
            pass
    spent = time.process_time() - spent
    assert posted.count() == STEP
    database.queries_log.clear()
    gc.collect()
    return Cost(statements / STEP, spent / STEP * 1000, psutil.Process().memory_info().rss / 2**20)


def test_the_last_document_costs_what_the_first_did(pair: Any) -> None:
    costs = [carry_step(pair, number) for number in range(DOCUMENTS // STEP)]
    for number, cost in enumerate(costs, 1):
        note(f"flat_{number * STEP:06}_statements", cost.statements, "statements/document")
        note(f"flat_{number * STEP:06}_processor", cost.milliseconds, "ms/document")
        note(f"flat_{number * STEP:06}_memory", cost.megabytes, "MB")
    second, last = costs[1], costs[-1]
    note("flat_statements", last.statements, "statements/document", baseline=second.statements)
    note("flat_processor_time", last.milliseconds, "ms/document", baseline=second.milliseconds)
    note("flat_memory_growth", last.megabytes - second.megabytes, "MB", target=MOST_MEGABYTES)
    assert last.statements <= MOST_GROWTH * second.statements
    assert last.megabytes - second.megabytes <= MOST_MEGABYTES
