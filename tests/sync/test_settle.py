"""Settling a write is one step: a worker that dies in it leaves what it would have left before it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sync import ledger, outbox, settle
from sync.models import Entry, Outgoing
from sync.registry import all_flows
from sync.targets import Answer
from sync.work import Work
from tests.factories import make_entry, make_outgoing

pytestmark = pytest.mark.timeout(120)

GONE = Answer("77", "1")


class Died(BaseException):
    """Stands for a worker killed at this line: nothing after it runs, nothing catches it."""


def deleted(fingerprint: str, **facts: Any) -> tuple[Entry, Outgoing]:
    """A document whose delete went out, as the worker that sent it knows it."""
    why = [{"code": "removed_after_unapproval", "subject": "Bill 1", "detail": {}}]
    entry = make_entry(
        "sending", target_id="77", target_type="Bill", notices=why, planned={settle.REMOVAL: why}, **facts
    )
    fields = {"operation": "delete", "fingerprint": fingerprint, "state": "sending", "closed_at": None}
    return entry, make_outgoing(entry, **fields)


def state_now(entry: Entry) -> tuple[str, str, str]:
    row = Entry.objects.get(pk=entry.pk)
    return row.state, row.target_id, Outgoing.objects.get(entry=entry).state


@pytest.mark.parametrize("fingerprint", ["", "of the other kind"])
@pytest.mark.parametrize("place", ["outbox.close", "ledger.finish", "after"])
def test_a_worker_that_dies_while_settling_a_delete_leaves_it_open(
    transactional_db: None, scope: Any, fingerprint: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closed and still in the ledger, the document would look as if somebody had deleted it."""
    entry, outgoing = deleted(fingerprint)
    at = {"outbox.close": (outbox, "close"), "ledger.finish": (ledger, "finish")}

    def die(*_: Any, **__: Any) -> None:
        raise Died

    module, name = at.get(place, (ledger, "mark_work_due" if fingerprint else "release"))
    with monkeypatch.context() as patch:
        patch.setattr(module, name, die)
        with pytest.raises(Died):
            settle.posted(Work(), all_flows()["bills"], entry, outgoing, GONE)
    assert state_now(entry) == ("sending", "77", "sending")
    again = Entry.objects.get(pk=entry.pk)
    settle.posted(Work(), all_flows()["bills"], again, outgoing, GONE)
    assert state_now(entry) == ("queued" if fingerprint else "ineligible", "", "done")


def test_why_a_document_went_is_known_although_the_answer_was_lost(transactional_db: None, scope: Any) -> None:
    entry, outgoing = deleted("")
    settle.still_uncertain(entry, timedelta())
    assert [notice["code"] for notice in entry.notices] == ["no_answer"]
    settle.posted(Work(), all_flows()["bills"], Entry.objects.get(pk=entry.pk), outgoing, GONE)
    row = Entry.objects.get(pk=entry.pk)
    assert (row.state, [notice["code"] for notice in row.notices]) == ("ineligible", ["removed_after_unapproval"])
