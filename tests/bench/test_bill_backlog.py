"""A backlog of 300 bills: how many calls it takes, what it reads of QuickBooks, and how long."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sync.engine import Engine
from sync.intake import poll_procore
from sync.ledger import POSTED_STATES
from sync.models import Entry
from sync.work import Work
from tests import worlds
from tests.bench.claims import sign_and_claim
from tests.bench.figures import note, seconds_of

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

BILLS = 300
MOST_BATCHES = 12


def calls_to_quickbooks(pair: Any) -> Counter[str]:
    """By what they are: "batch", "query", "bill", ..."""
    calls = worlds.control(pair.qbo, "calls", method="GET")
    return Counter(call["path"].rstrip("0123456789").rstrip("/").rsplit("/", 1)[-1] for call in calls)


@pytest.mark.parametrize("contracts", [300, 25])
def test_three_hundred_bills_take_a_dozen_calls(
    connected: Any, sandboxes: Any, without_limits: None, contracts: int
) -> None:
    """One invoice on each of 300 contracts, and twelve on each of 25, which must go one after the other."""
    worlds.make_live()
    worlds.push_missing_vendors()
    poll_procore(Work())
    Engine().run_due(seconds=300)
    before = Entry.objects.filter(flow="bills", state__in=POSTED_STATES).count()
    sign_and_claim(sandboxes, contracts, BILLS // contracts)
    poll_procore(Work())
    for server in (sandboxes.qbo, sandboxes.procore):
        worlds.control(server, "calls", method="DELETE")
    seconds = seconds_of(lambda: Engine().run_due(seconds=600))
    assert Entry.objects.filter(flow="bills", state__in=POSTED_STATES).count() == before + BILLS
    made = calls_to_quickbooks(sandboxes)
    reads = [call["path"] for call in worlds.control(sandboxes.procore, "calls", method="GET")]
    assert made["batch"] <= MOST_BATCHES
    assert {kind for kind in made if kind not in ("batch", "query")} == set()
    note(f"backlog_300_bills_{contracts}_contracts_batches", made["batch"], "calls", target=MOST_BATCHES)
    note(f"backlog_300_bills_{contracts}_contracts_reads", made["query"], "calls")
    note(f"backlog_300_bills_{contracts}_contracts_procore_reads_per_bill", len(reads) / BILLS, "calls")
    note(f"backlog_300_bills_{contracts}_contracts_milliseconds_per_bill", seconds / BILLS * 1000, "ms")
