"""A backlog of bills in common calls, over real HTTP: few calls, each bill once, the claims of a contract in order."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Call
from connectors.procore import resources as procore
from mapping.models import RemoteItem
from sync import ledger
from sync.batches import choose_in_order
from sync.engine import Engine
from sync.intake import poll_procore
from sync.ledger import Place
from sync.models import Attempt, Entry, Outgoing
from sync.registry import all_flows
from sync.work import Work
from tests import worlds
from tests.kept import bring
from tests.sync.claims import bills_of, fault, let_claims_run_out, make_due_now

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def backlog(live: Any) -> Any:
    """Every project and vendor is mapped, and all approved invoices are in the queue."""
    bring("a backlog of bills", live, queue_bills)
    return live


def queue_bills() -> None:
    worlds.push_missing_vendors()
    work = Work()
    projects = RemoteItem.objects.filter(resource=procore.PROJECTS.key, is_active=True)
    ledger.note(
        all_flows()["projects"],
        source_connection=work.procore.connection,
        target_connection=work.qbo.connection,
        source_ids=[(row.remote_id, row.remote_id) for row in projects],
    )
    Engine().run_due()
    poll_procore(Work())
    # The projects the poll saw once more wait by themselves; they are no part of what is counted.
    Entry.objects.exclude(flow="bills").update(due_at=None)


@pytest.fixture
def twelve_contracts(backlog: Any) -> Any:
    """Of that queue the bills of the twelve longest contracts."""
    groups = Counter(Entry.objects.filter(flow="bills").values_list("group", flat=True))
    longest = [group for group, _ in groups.most_common(12)]
    Entry.objects.filter(flow="bills").exclude(group__in=longest).update(due_at=None)
    return backlog


def writes_of(pair: Any) -> list[str]:
    """The paths of the writes to QuickBooks since the last time: "batch", "bill"."""
    calls = worlds.control(pair.qbo, "calls", method="GET")
    return [
        call["path"].rsplit("/", 1)[-1] for call in calls if call["method"] == "POST" and "query" not in call["path"]
    ]


def posted() -> list[Entry]:
    return list(Entry.objects.filter(flow="bills").exclude(target_id="").order_by("group", "position"))


def test_a_backlog_needs_few_calls_and_keeps_each_contract_in_order(backlog: Any) -> None:
    before = Counter(writes_of(backlog))
    worlds.control(backlog.procore, "calls", method="DELETE")
    Engine().run_due(seconds=120)
    made = Counter(writes_of(backlog)) - before
    reads = [call["path"] for call in worlds.control(backlog.procore, "calls", method="GET")]
    entries = posted()
    depth = max(Counter(entry.group for entry in entries).values())
    assert len(entries) > 50
    assert (
        len({entry.target_id for entry in entries})
        == len(entries)
        == len(bills_of(backlog)) + len(worlds.in_books(backlog, "VendorCredit"))
    )
    # Whole calls first; what is left of the longest contracts goes out by itself.
    assert made["batch"] <= depth + len(entries) // 30
    assert made["bill"] + made["vendorcredit"] < 10 * depth
    # Those of one call are read together, and the list told their places, so none was read before its turn.
    alone = Counter(path for path in reads if path.startswith("/rest/v1.1/requisitions/"))
    assert set(alone.values()) <= {1}
    assert len(alone) + reads.count("/rest/v1.1/requisitions") < len(entries) / 2
    assert Outgoing.objects.filter(entry__flow="bills").count() == len(entries)
    # QuickBooks' support asks for the id of the call, be it one for many or one for each.
    told = set(Attempt.objects.filter(outgoing__entry__flow="bills").values_list("request_id", flat=True))
    assert told <= set(Call.objects.exclude(request_id="").values_list("request_id", flat=True))
    for entry in entries:
        same = [each for each in entries if each.group == entry.group]
        assert [int(each.target_id) for each in same] == sorted(int(each.target_id) for each in same)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_of_a_common_call_makes_each_bill_once(twelve_contracts: Any, when: str) -> None:
    fault(twelve_contracts.qbo, method="POST", path="/batch", when=when, drop=True, times=3)
    Engine().run_due(seconds=120)
    assert Attempt.objects.filter(action="together").exclude(outcome="accepted").count() >= 5
    doubtful = Entry.objects.filter(flow="bills", state="uncertain")
    # QuickBooks may still work on the call for two minutes; after that what is not there was not made.
    Outgoing.objects.filter(state__in=("uncertain", "sending")).update(sent_at=timezone.now() - timedelta(minutes=3))
    make_due_now()
    Engine().run_due(seconds=120)
    assert not doubtful.exists()
    entries = posted()
    numbers = [
        bill["PrivateNote"]
        for bill in (*bills_of(twelve_contracts), *worlds.in_books(twelve_contracts, "VendorCredit"))
    ]
    assert len(numbers) == len(set(numbers)) == len(entries)


def test_a_worker_killed_in_a_common_call_leaves_each_bill_once(
    twelve_contracts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def die(*_: Any, **__: Any) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr("sync.outbox._end_many", die)
        with pytest.raises(Died):
            Engine().run_due(seconds=120)
    assert len(bills_of(twelve_contracts)) >= 5
    let_claims_run_out()
    Outgoing.objects.filter(state="sending").update(sent_at=timezone.now() - timedelta(minutes=3))
    Engine().run_due(seconds=120)
    notes = [
        bill["PrivateNote"]
        for bill in (*bills_of(twelve_contracts), *worlds.in_books(twelve_contracts, "VendorCredit"))
    ]
    assert len(notes) == len(set(notes)) == len(posted())


def test_no_two_of_one_contract_and_the_longest_first() -> None:
    places = [Place(1, "a", 1), Place(2, "b", 2), Place(3, "b", 1), Place(4, "c", 1), Place(5, "", 0), Place(6, "", 0)]
    assert choose_in_order(places, 10) == [3, 1, 4, 5, 6]
    assert choose_in_order(places, 2) == [3, 1]
    assert choose_in_order([], 5) == []
