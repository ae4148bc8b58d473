"""What events make us ask for, and how often; over HTTP against the sandboxes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from connectors.errors import Missing, Throttled
from connectors.models import Connection, Cursor, InboundEvent
from connectors.procore.client import ProcoreClient
from connectors.qbo.resources import JOURNAL_ENTRIES, TIME_ACTIVITIES
from mapping.choices import choose
from smoothx.tenants.models import DueWork, Tenant
from smoothx.tenants.scope import require_tenant_id
from sync import hints, hooks, tasks
from sync.engine import Engine
from sync.hints import BOOKS_EVERY, ComeBack, look_into
from sync.intake import poll_procore
from sync.models import Attempt, Entry, FlowSetting
from sync.targets import Standing
from sync.targets.direct_costs import DirectCosts
from sync.tasks import EVENTS, EVENTS_LATER, LATER_LOST, LEASE, look_into_events, look_soon
from sync.work import Work
from tests import worlds
from tests.factories import connections, make_entry
from tests.sync.claims import Claim, bills_of, entry_of, half_billed, post, state_of, worked_example

pytestmark = pytest.mark.timeout(120)

_numbers = count(1)


def event(vendor: str, entity: str, record_id: Any, **more: Any) -> InboundEvent:
    connection = Connection.objects.get(vendor=vendor)
    known = {"operation": "update", "body": "{}", "key": str(next(_numbers)), "changed_at": timezone.now()}
    return InboundEvent.objects.create(
        connection=connection, entity=entity, record_id=str(record_id), **{**known, **more}
    )


def claim_event(claim: Claim, **more: Any) -> InboundEvent:
    return event("procore", "Draw Requests", claim["id"], project_id=str(claim["project_id"]), **more)


def calls_of(server: Any, look: Callable[[], Any]) -> list[str]:
    """The paths asked for while looking."""
    worlds.control(server, "calls", method="DELETE")
    look()
    return [f"{call['method']} {call['path']}" for call in worlds.control(server, "calls", method="GET")]


def outcomes() -> list[str]:
    assert not InboundEvent.objects.filter(handled_at__isnull=True).exists()
    return list(InboundEvent.objects.order_by("id").values_list("outcome", flat=True))


def due_sources() -> set[str]:
    return set(Entry.objects.filter(flow="bills", due_at__isnull=False).values_list("source_id", flat=True))


def test_claims_not_known_yet_are_looked_for_in_one_list_of_their_project(polled: Any) -> None:
    claims = worked_example(polled)
    for claim in [*claims, *claims]:
        claim_event(claim)
    # A list of everything tells of the other contracts of the project as well.
    calls = calls_of(polled.procore, lambda: look_into(Work()))
    assert calls == ["GET /rest/v1.1/requisitions"]
    assert {str(claim["id"]) for claim in claims} <= due_sources()
    assert outcomes() == ["looked"] * 8
    assert set(Entry.objects.filter(flow="bills").values_list("priority", flat=True)) == {hints.PRIORITY}


def test_what_is_known_is_due_without_a_call(polled: Any) -> None:
    claim = half_billed(polled)[0]
    claim_event(claim)
    look_into(Work())
    Entry.objects.update(due_at=None)
    claim_event(claim, operation="delete")
    assert calls_of(polled.procore, lambda: look_into(Work())) == []
    assert due_sources() == {str(claim["id"])}


def test_events_of_a_kind_that_is_off_or_unknown_ask_for_nothing(polled: Any) -> None:
    claim = half_billed(polled)[0]
    FlowSetting.objects.create(flow="bills", is_on=False)
    claim_event(claim)
    event("procore", "RFIs", 1, project_id=str(claim["project_id"]))
    event("procore", "Company Insurances", 1)
    assert calls_of(polled.procore, lambda: look_into(Work())) == []
    assert (outcomes(), Entry.objects.count()) == (["looked"] * 3, 0)


def test_a_new_project_is_found_by_its_event(polled: Any) -> None:
    # The first look tells what was there before.
    poll_procore(Work())
    made = worlds.act(polled.procore, "add_project", name="Tidewater Pump House", number="26-900")
    event("procore", "Projects", made["id"], operation="create")
    event("procore", "Projects", made["id"])
    assert calls_of(polled.procore, lambda: look_into(Work())) == ["GET /rest/v1.0/projects"]
    assert Entry.objects.filter(flow="projects", source_id=str(made["id"]), due_at__isnull=False).exists()


def test_our_own_bill_comes_back_without_a_call_and_an_edit_with_one(live: Any) -> None:
    [entry] = post(worked_example(live)[0])
    sent = Attempt.objects.get(outgoing__entry=entry, action="send")
    for operation in ("create", "update"):
        event("qbo", "Bill", entry.target_id, operation=operation, changed_at=sent.ended_at)
    # Another record with the same number, and another moment, are news.
    assert calls_of(live.qbo, lambda: look_into(Work())) == []
    assert outcomes() == ["echo", "echo"]

    event("qbo", "Invoice", entry.target_id, changed_at=sent.ended_at)
    for _ in range(20):
        event("qbo", "Bill", entry.target_id, changed_at=sent.ended_at + timedelta(minutes=1))
    worlds.act(live.qbo, "edit_bill", bill_id=entry.target_id, amount="4.00")
    calls = calls_of(live.qbo, lambda: look_into(Work()))
    assert [call for call in calls if call.endswith("/cdc")] == [calls[0]]
    assert outcomes()[2:] == ["looked"] * 21
    entry.refresh_from_db()
    assert entry.state == "changed_by_hand"

    event("qbo", "Bill", entry.target_id, changed_at=sent.ended_at + timedelta(minutes=2))
    with pytest.raises(ComeBack) as later:
        look_into(Work())
    read_until = Cursor.objects.get(resource="qbo.changes").read_until
    assert later.value.at == read_until + BOOKS_EVERY
    assert InboundEvent.objects.filter(handled_at__isnull=True).count() == 1


def test_before_going_live_and_without_a_connection_events_ask_for_nothing(polled: Any) -> None:
    Tenant.objects.update(state=Tenant.State.SETUP)
    claim_event(half_billed(polled)[0])
    event("qbo", "Bill", 1)
    assert (calls_of(polled.procore, lambda: look_into(Work())), outcomes()) == ([], ["none", "none"])
    Tenant.objects.update(state=Tenant.State.LIVE)
    Connection.objects.filter(vendor="qbo").update(state=Connection.State.BROKEN)
    event("qbo", "Bill", 1)
    assert (calls_of(polled.qbo, lambda: look_into(Work())), outcomes()[2:]) == ([], ["none"])


def test_while_the_vendor_wants_to_be_spared_events_wait(scope: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    connections()
    Tenant.objects.update(state=Tenant.State.LIVE)
    event("procore", "Projects", 5)

    def refuse(*_: Any) -> int:
        raise Throttled("enough for now", after=45)

    monkeypatch.setattr(hints.intake, "poll_projects", refuse)
    look_into_events(tenant_id=scope.pk)
    row = DueWork.objects.get(topic=EVENTS)
    assert timedelta(seconds=40) < row.due_at - timezone.now() <= timedelta(seconds=45)
    assert InboundEvent.objects.filter(handled_at__isnull=True).count() == 1
    monkeypatch.setattr(hints.intake, "poll_projects", lambda *_: 0)
    look_into_events(tenant_id=scope.pk)
    assert (DueWork.objects.get(topic=EVENTS).due_at, outcomes()) == (None, ["looked"])


def test_hours_that_an_event_calls_deleted_are_looked_at_again(scope: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """The change feed does not know them, and a list of them is compared hourly only."""
    procore, books = connections()
    Tenant.objects.update(state=Tenant.State.LIVE)
    FlowSetting.objects.create(flow="payroll_costs", is_on=True)
    choose("labour_source", "time", None)
    known = {"flow": "payroll_costs", "source_connection": books, "target_connection": procore}
    for source_id, resource in (("9", TIME_ACTIVITIES), ("8", TIME_ACTIVITIES), ("9", JOURNAL_ENTRIES)):
        make_entry(source_type=resource.key, source_id=source_id, target_type="direct_cost", **known)
    monkeypatch.setattr(hints.books, "poll_books", lambda work: 0)
    event("qbo", "TimeActivity", "9", operation="delete")
    event("qbo", "TimeActivity", "8")
    event("qbo", "JournalEntry", "9", operation="delete")
    assert look_into(Work()) == 1
    due = Entry.objects.filter(due_at__isnull=False).values_list("source_type", "source_id", "priority")
    assert list(due) == [(TIME_ACTIVITIES.key, "9", hints.PRIORITY)]
    assert outcomes() == ["looked"] * 3


@pytest.mark.parametrize(("there", "state"), [(True, "posted"), (False, "held")])
def test_an_event_about_a_record_we_made_in_procore_has_it_looked_at(
    scope: Tenant, monkeypatch: pytest.MonkeyPatch, there: bool, state: str
) -> None:
    """One that is locked nobody changes by hand, and of the others only the one that is named is read."""
    procore, books = connections()
    Tenant.objects.update(state=Tenant.State.LIVE)
    known = {
        "flow": "expenses",
        "source_connection": books,
        "target_connection": procore,
        "target_type": "direct_cost",
    }
    for target_id, is_locked in (("7", False), ("8", False), ("9", True)):
        make_entry(target_id=target_id, planned={"document": {"is_locked": is_locked}}, **known)
    seen: list[str] = []

    def look(self: Any, work: Work, entry: Entry) -> Standing:
        seen.append(entry.target_id)
        if not there:
            raise Missing("gone")
        return Standing("2026-09-15T12:00:00Z", entry.target_total)

    monkeypatch.setattr(DirectCosts, "look", look)
    monkeypatch.setattr(hints.intake, "poll_one_list", lambda *_, **__: 0)
    for record_id in ("7", "9", "77"):
        event("procore", "Direct Costs", record_id, project_id="501", changed_at=None)
    look_into(Work())
    assert seen == ["7"]
    entry = Entry.objects.get(target_id="7")
    assert (entry.state, [notice["code"] for notice in entry.notices]) == (state, [] if there else ["target_deleted"])
    assert set(Entry.objects.exclude(pk=entry.pk).values_list("state", flat=True)) == {"posted"}


@pytest.mark.parametrize(
    ("lines", "more", "asked", "seen"),
    [
        pytest.param(["71"], {}, ["lines 71"], ["7"], id="a line tells its direct cost"),
        pytest.param(["91"], {}, ["lines 91"], [], id="one that is locked is not looked at"),
        pytest.param(["79"], {}, ["lines 79", "heads"], ["8"], id="a line that is gone, another total"),
        pytest.param(["71", "79"], {}, ["lines 71 79", "heads"], ["7", "8"], id="both"),
        pytest.param(["71"], {"related": [["Direct Costs", "7"]]}, [], ["7"], id="named by the event itself"),
        pytest.param(["71"], {"project_id": "502"}, [], [], id="none of ours in the project"),
    ],
)
def test_an_event_about_a_line_has_its_direct_cost_looked_at(
    scope: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    lines: list[str],
    more: dict[str, Any],
    asked: list[str],
    seen: list[str],
) -> None:
    procore, books = connections()
    Tenant.objects.update(state=Tenant.State.LIVE)
    version, known = "2026-09-15T12:00:00Z", {"source_connection": books, "target_connection": procore}
    for target_id in ("7", "8", "9"):
        planned = {"document": {"is_locked": target_id == "9"}}
        kind = {"flow": "expenses", "target_type": "direct_cost", "target_version": version}
        make_entry(target_id=target_id, planned=planned, **kind, **known)
    calls, compared = [], []

    def answer(self: Any, resource: Any, *, project_id: str, **filters: Any) -> Any:
        calls.append(" ".join([resource.key.rpartition("_")[2], *filters.get("id", ())]))
        if "id" in filters:
            return [[{"id": int(each), "holder": {"id": int(each[0])}} for each in filters["id"] if each != "79"]]
        totals = {"7": "1000.00", "8": "900.00", "9": "1.00"}
        return [[{"id": int(each), "updated_at": version, "grand_total": amount} for each, amount in totals.items()]]

    def look(self: Any, work: Work, entry: Entry) -> Standing:
        compared.append(entry.target_id)
        return Standing(version, entry.target_total)

    monkeypatch.setattr(ProcoreClient, "list", answer)
    monkeypatch.setattr(DirectCosts, "look", look)
    monkeypatch.setattr(hints.intake, "poll_one_list", lambda *_, **__: 0)
    for line_id in lines:
        event("procore", "Direct Cost Line Items", line_id, **{"project_id": "501", "changed_at": None, **more})
    look_into(Work())
    assert (calls, compared) == (asked, seen)


def test_what_waits_for_the_books_holds_up_nothing_else(scope: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _, books = connections()
    Tenant.objects.update(state=Tenant.State.LIVE)
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.look_into_events, "apply_async", lambda **call: sent.append(call))
    monkeypatch.setattr(hints.intake, "poll_projects", lambda *_: 0)
    monkeypatch.setattr(hints.books, "poll_books", lambda work: 0)
    read_at = timezone.now()
    cursor = Cursor.objects.create(connection=books, resource="qbo.changes", read_until=read_at)
    event("qbo", "Bill", 1)
    look_into_events(tenant_id=scope.pk)
    [later] = sent
    assert 0 < later["countdown"] <= BOOKS_EVERY.total_seconds()
    due = dict(DueWork.objects.values_list("topic", "due_at"))
    assert (due[EVENTS], due[EVENTS_LATER]) == (None, read_at + BOOKS_EVERY + LATER_LOST)

    # Another vendor's event is looked into at once, and one that comes meanwhile is not left to the sweep.
    look_soon(scope.pk)
    assert len(sent) == 2
    event("procore", "Projects", 5)
    monkeypatch.setattr(hints.intake, "poll_projects", lambda *_: event("procore", "RFIs", 6).pk * 0)
    look_into_events(tenant_id=scope.pk)
    assert [call.get("countdown") is None for call in sent[2:]] == [False, True]
    Cursor.objects.filter(pk=cursor.pk).update(read_until=read_at - BOOKS_EVERY)
    look_into_events(tenant_id=scope.pk)
    assert (outcomes(), len(sent)) == (["looked"] * 3, 4)
    assert set(DueWork.objects.values_list("due_at", flat=True)) == {None}


def test_a_burst_of_deliveries_wakes_one_worker(scope: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[Any] = []
    monkeypatch.setattr(tasks.look_into_events, "apply_async", lambda **call: woken.append(call["kwargs"]))
    for _ in range(5):
        look_soon(scope.pk)
    assert woken == [{"tenant_id": scope.pk}]
    # Should that worker die, the sweep has it after the lease.
    due_at = DueWork.objects.get(topic=EVENTS).due_at
    assert timedelta(seconds=80) < due_at - timezone.now() <= LEASE


def test_an_approval_in_procore_becomes_a_bill_by_its_event(
    django_db_setup: None, live: Any, live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BASE_URL, settings.PROCORE_WEBHOOK_TOKENS = live_server.url, ["secret"]
    monkeypatch.setattr("sync.receivers.look_soon", lambda tenant_id: None)
    worlds.control(live.procore, "webhooks", {"mode": "duplicate"})
    assert hooks.keep_hook(Work()) == hooks.ON
    first, second = worked_example(live)[:2]
    post(first)
    worlds.act(live.procore, "set_claim_status", requisition_id=second["id"], status="under_review")
    worlds.act(live.procore, "approve_claim", requisition_id=second["id"])
    assert live.procore.app.courier.wait(10)
    assert set(InboundEvent.objects.values_list("entity", "record_id")) >= {("Draw Requests", str(second["id"]))}
    look_into_events(tenant_id=require_tenant_id())
    Engine().run_due()
    assert state_of(second)[0] in ("posted", "posted_with_warnings")
    assert {str(bill["Id"]) for bill in bills_of(live)} >= {entry_of(second).target_id}
