"""What is deleted when it is old, of this company alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Call, InboundEvent
from smoothx.tenants.models import DueWork, Tenant
from smoothx.tenants.scope import tenant_scope
from sync import pruning
from sync.models import Attempt, Entry, Outgoing
from sync.pages.evidence import payloads_of
from sync.tasks import PRUNE, prune_evidence
from sync.written import load_written
from tests.factories import connections, make_attempt, make_entry, make_outgoing

pytestmark = pytest.mark.django_db


def fill(name: str) -> None:
    """Events and calls of 29, 31, 399 and 401 days; one old event was never looked into."""
    procore, _ = connections()
    now = timezone.now()
    for days in (29, 31, 399, 401):
        at = now - timedelta(days=days)
        event = {"connection": procore, "entity": "Projects", "record_id": "1", "operation": "update"}
        InboundEvent.objects.create(key=f"{name}{days}", received_at=at, handled_at=at, **event)
        Call.objects.create(connection=procore, method="POST", url=f"https://x/{days}", at=at)
    InboundEvent.objects.create(key=f"{name}waiting", received_at=now - timedelta(days=401), **event)


def kept() -> tuple[list[str], list[str]]:
    events = InboundEvent.objects.order_by("key").values_list("key", flat=True)
    return list(events), list(Call.objects.order_by("url").values_list("url", flat=True))


def test_old_evidence_goes_and_the_ledger_stays(
    scope: Tenant, other_tenant: Tenant, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    # More than one piece.
    monkeypatch.setattr(pruning, "PIECE", 1)
    with tenant_scope(other_tenant.pk):
        fill("other")
        before = kept()
    fill("")
    entry = make_entry("posted", created_at=timezone.now() - timedelta(days=900))
    make_attempt(make_outgoing(entry), started_at=timezone.now() - timedelta(days=900))
    prune_evidence(tenant_id=scope.pk)
    assert kept() == (["29", "waiting"], ["https://x/29", "https://x/31", "https://x/399"])
    assert (Entry.objects.count(), Outgoing.objects.count(), Attempt.objects.count()) == (1, 1, 1)
    due_at = DueWork.objects.get(topic=PRUNE).due_at
    assert timedelta(hours=23) < due_at - timezone.now() <= timedelta(days=1)
    with tenant_scope(other_tenant.pk):
        assert kept() == before


LINES = {"Line": [{"Amount": "10.00"}]}


def write(entry: Entry, days: int, *tries: str, **facts: Any) -> Outgoing:
    """A write that was closed so many days ago, with a try for each outcome."""
    at = timezone.now() - timedelta(days=days)
    made = make_outgoing(entry, created_at=at, closed_at=at, **facts)
    for number, outcome in enumerate(tries, start=1):
        answer = {"Id": entry.target_id, **LINES} if outcome == "accepted" else {}
        make_attempt(made, number=number, outcome=outcome, started_at=at, ended_at=at, answer=answer)
    return made


def outcomes(*writes: Outgoing) -> list[list[str]]:
    return [
        list(Attempt.objects.filter(outgoing=each).order_by("id").values_list("outcome", flat=True)) for each in writes
    ]


def test_of_tries_that_came_to_nothing_the_last_of_each_document_stays(
    scope: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "PIECE", 2)
    stopped, posted = make_entry("rejected"), make_entry()
    refused = [write(stopped, days, "try_again", "rejected", state="failed") for days in (900, 800, 700)]
    # Planned once more and never sent: what was answered last is still the try before.
    unsent = write(stopped, 600, state="failed")
    before = write(posted, 900, "rejected", state="failed")
    done = write(posted, 800, "try_again", "no_answer", "accepted")
    recent = write(posted, 399, "rejected", state="failed")
    last = write(posted, 1, "accepted", operation="update")
    assert pruning.prune() == 8
    assert set(Outgoing.objects.values_list("pk", flat=True)) == {
        each.pk for each in (refused[2], unsent, done, recent, last)
    }
    assert outcomes(refused[2], done, recent, last) == [
        ["try_again", "rejected"],
        ["try_again", "no_answer", "accepted"],
        ["rejected"],
        ["accepted"],
    ]
    assert not Outgoing.objects.filter(pk=before.pk).exists()
    assert pruning.prune() == 0


def test_contents_go_once_a_whole_change_has_replaced_them_for_long(
    scope: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comparisons read, the newest whole write and the changes since, is as it was."""
    monkeypatch.setattr(pruning, "PIECE", 1)
    entry, other = make_entry(target_id="77"), make_entry(target_id="78")
    body = {"Id": "77", "DocNumber": "1", **LINES}
    first = write(entry, 900, "accepted", body={"DocNumber": "1", **LINES})
    as_credit = write(entry, 890, "accepted", body=body, target_type="VendorCredit")
    second = write(entry, 800, "accepted", body=body, operation="update")
    whole = write(entry, 500, "accepted", body=body, operation="update")
    memo = write(entry, 450, "accepted", body={"Id": "77", "PrivateNote": "x"}, operation="update")
    alone = write(other, 900, "accepted", body={"DocNumber": "2", **LINES})
    recent = write(other, 399, "accepted", body={"Id": "78", **LINES}, operation="update")
    known = load_written(entry), load_written(other)
    assert pruning.prune() == 2
    assert (load_written(entry), load_written(other)) == known
    emptied = {each.pk for each in Outgoing.objects.filter(body={})}
    assert emptied == {first.pk, second.pk}
    assert set(Attempt.objects.filter(answer={}).values_list("outgoing_id", flat=True)) == emptied
    assert outcomes(first, second, as_credit, whole, memo, alone, recent) == [["accepted"]] * 7
    writes = list(Outgoing.objects.filter(entry=entry).order_by("id"))
    told = [shown["note"] for shown in payloads_of(entry, writes, list(Attempt.objects.all()))]
    assert told.count("Change bill, its content is no longer kept") == 1
    assert pruning.prune() == 0
