"""The ledger as a queue: one waiting and one running job per document, and no second write while one is open."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from connectors.models import Connection
from mapping.models import DefaultChoice, Link
from smoothx.tenants.models import DueWork, Tenant
from sync import ledger, outbox
from sync.models import Entry, FlowSetting, Outgoing, WaitingFor
from sync.plan import Notice
from tests.factories import connections, figures, make_entry, make_opening, make_outgoing
from tests.sync.threads import at_once, start_thread

pytestmark = pytest.mark.timeout(60)


def waiting_for(subject: str, *also: str, code: str = "vendor_not_mapped", **facts: Any) -> Entry:
    entry = make_entry("blocked", **facts)
    ledger.set_waits(entry, [Notice(code, waits_for=subject, also_lifted_by=also)])
    return entry


def due_at(entry: Entry) -> Any:
    return Entry.objects.get(pk=entry.pk).due_at


# --- waiting and being released


def test_releasing_makes_due_exactly_what_waits_for_it(scope: Any) -> None:
    first, second, other = waiting_for("link:vendor:1"), waiting_for("link:vendor:1"), waiting_for("link:vendor:2")
    assert ledger.release(["link:vendor:1", "link:vendor:3"]) == 2
    assert all(due_at(entry) <= timezone.now() for entry in (first, second))
    assert due_at(other) is None
    assert DueWork.objects.get(topic=ledger.SYNC_TOPIC).due_at <= timezone.now()


def test_releasing_what_nobody_waits_for_wakes_nobody(scope: Any) -> None:
    waiting_for("link:vendor:1")
    assert ledger.release(["link:vendor:9"]) == 0
    assert DueWork.objects.count() == 0


def test_what_may_lift_a_blocker_as_well_releases_it_too(scope: Any) -> None:
    entry = waiting_for("link:cost_code_account:12", "link:cost_code_account:3", "default:bill_code")
    assert set(WaitingFor.objects.values_list("subject", flat=True)) == {
        "link:cost_code_account:12",
        "link:cost_code_account:3",
        "default:bill_code",
    }
    assert ledger.release(["default:bill_code"]) == 1
    assert due_at(entry) is not None


def test_a_link_that_leads_to_something_inactive_is_not_taken_for_the_end_of_the_wait(scope: Any) -> None:
    """The link exists; only making it again, or the vendor's becoming active, may help."""
    make_link("vendor", "518")
    entry = make_entry("blocked")
    assert not ledger.set_waits(entry, [Notice("vendor_inactive", also_lifted_by=("link:vendor:518",))])
    assert ledger.set_waits(entry, [Notice("vendor_not_mapped", waits_for="link:vendor:518")])
    assert ledger.release(["link:vendor:518"]) == 1


def test_planning_again_forgets_what_it_waited_for_before(scope: Any) -> None:
    entry = waiting_for("link:vendor:1", "default:bill_code")
    ledger.set_waits(entry, [Notice("project_not_mapped", waits_for="link:project:5")])
    assert list(WaitingFor.objects.values_list("subject", flat=True)) == ["link:project:5"]
    ledger.end_waits(entry)
    assert WaitingFor.objects.count() == 0


def make_link(kind: str, left_id: str) -> None:
    left, right = connections()
    Link.objects.create(
        kind=kind, left_connection=left, left_id=left_id, right_connection=right, right_id="9", chosen_by="hand"
    )


@pytest.mark.parametrize(
    ("subject", "happen"),
    [
        ("link:vendor:518", lambda: make_link("vendor", "518")),
        ("default:bill_code", lambda: DefaultChoice.objects.create(key="bill_code", value="9")),
        ("entry:bills:71", lambda: make_entry("posted", source_id="71")),
        ("entry:bills:72", lambda: make_entry("left_out", source_id="72")),
        ("opening:88001", lambda: make_opening(commitment_id="88001", confirmed_at=timezone.now())),
        ("tenant:live", lambda: Tenant.objects.update(state="live")),
        ("connection:restored", lambda: Connection.objects.update(state="connected")),
        ("flow:bills", lambda: FlowSetting.objects.update(is_on=True)),
    ],
)
def test_what_came_true_while_it_was_planned_is_seen_when_the_wait_is_written(
    scope: Any, subject: str, happen: Any
) -> None:
    connections()
    Connection.objects.filter(vendor="qbo").update(state="broken")
    FlowSetting.objects.create(flow="bills", is_on=False)
    entry = make_entry("blocked")
    for source_id in ("71", "72"):
        make_entry("blocked", source_id=f"{source_id}0")
    make_opening(commitment_id="88001") if not subject.startswith("opening") else None
    wait = [Notice("vendor_not_mapped", waits_for=subject)]
    assert not ledger.set_waits(entry, wait)
    happen()
    assert ledger.set_waits(entry, wait)


def test_an_unknown_subject_is_never_true() -> None:
    assert not ledger.is_true_by_now("field:customer")


def test_a_wait_and_the_event_it_waits_for_cannot_miss_each_other(transactional_db: None, scope: Any) -> None:
    """Another worker makes it true while the wait is not yet committed: it waits, then finds the waiting one."""
    entry = make_entry("blocked")
    released: list[int] = []
    with transaction.atomic():
        assert not ledger.set_waits(entry, [Notice("vendor_not_mapped", waits_for="link:vendor:518")])
        other = start_thread(lambda: released.append(ledger.release(["link:vendor:518"])))
        other.join(timeout=0.5)
        assert released == [], "it must wait for the wait to be written"
    other.join(timeout=30)
    assert released == [1]
    assert due_at(entry) is not None


# --- the one waiting job


def test_the_notice_that_gives_the_state_is_kept_first() -> None:
    notices = [
        Notice("previous_not_posted", "1"),
        Notice("project_not_mapped", "Lofts"),
        Notice("vendor_not_mapped", "A"),
    ]
    assert ledger.state_for(notices) == "blocked"
    kept = [notice["code"] for notice in ledger.notices_to_json(notices)]
    assert kept == ["vendor_not_mapped", "previous_not_posted", "project_not_mapped"]


def test_making_due_never_postpones(scope: Any) -> None:
    earlier, later = timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(hours=1)
    overdue, waiting = make_entry("waiting", due_at=earlier), make_entry("waiting", due_at=later, priority=50)
    assert ledger.make_due(Entry.objects.all(), priority=10) == 2
    assert due_at(overdue) == earlier
    assert due_at(waiting) <= timezone.now()
    assert set(Entry.objects.values_list("priority", flat=True)) == {10}


def test_what_is_due_comes_in_the_order_it_may_be_posted(scope: Any) -> None:
    now = timezone.now()
    third = make_entry("queued", group="b", position=3, due_at=now)
    first = make_entry("queued", group="b", position=1, due_at=now)
    other = make_entry("queued", group="a", position=9, due_at=now)
    urgent = make_entry("queued", group="z", position=9, due_at=now, priority=5)
    make_entry("queued", group="a", position=1, due_at=now + timedelta(minutes=1))
    make_entry("queued", group="a", position=2)
    assert ledger.due_entries(10) == [urgent, other, first, third]
    assert ledger.due_entries(2) == [urgent, other]


def test_a_backlog_drains_so_that_parents_go_first(scope: Any) -> None:
    """Whatever was put in the queue first; what a person waits for still goes before everything."""
    now = timezone.now()
    wanted = ["contacts_to_qbo", "projects", "carrier_items", "bills", "bill_payments", "attachments_to_qbo"]
    made = {flow: make_entry("queued", flow=flow, due_at=now) for flow in reversed(wanted)}
    urgent = make_entry("queued", flow="attachments_to_procore", due_at=now, priority=5)
    assert ledger.due_entries(10) == [urgent, *(made[flow] for flow in wanted)]


def test_what_a_living_worker_has_is_not_handed_out_and_what_a_dead_one_had_is(scope: Any) -> None:
    now = timezone.now()
    make_entry("queued", due_at=now, claimed_by="living", claimed_until=now + timedelta(minutes=1))
    abandoned = make_entry("sending", claimed_by="dead", claimed_until=now - timedelta(seconds=1))
    assert ledger.due_entries(10) == [abandoned]


@pytest.mark.parametrize("hours", [-2, 2])
def test_who_has_a_document_is_told_by_the_clock_of_the_database(
    scope: Any, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """A worker's own clock may be wrong: then two would send one document at a time."""
    began_at = timezone.now()
    held = make_entry("sending", claimed_by="living", claimed_until=began_at + timedelta(minutes=4))
    write = make_outgoing(held, target_type="direct_cost", state="sending", sent_at=began_at, closed_at=None)
    free = make_entry("queued", due_at=began_at - timedelta(hours=3))
    monkeypatch.setattr(timezone, "now", lambda: began_at + timedelta(hours=hours))
    assert ledger.due_entries(10) == [free]
    assert not ledger.claim(held, "other")
    assert ledger.claim_many(held.flow, "other", limit=10, priority=held.priority) == [free]
    assert not outbox.may_send_again(write, "procore")
    lasts = Entry.objects.get(pk=free.pk).claimed_until
    assert lasts is not None
    assert ledger.CLAIM_LASTS <= lasts - began_at <= ledger.CLAIM_LASTS + timedelta(minutes=1)


def test_a_due_entry_knows_its_open_write_and_whether_it_waits(scope: Any) -> None:
    now = timezone.now()
    plain = make_entry("queued", due_at=now, position=1)
    waits = waiting_for("link:vendor:1", due_at=now, position=2)
    uncertain = make_entry("uncertain", due_at=now, position=3)
    make_outgoing(uncertain, state="done")
    make_outgoing(uncertain, state="uncertain", closed_at=None)
    found = [(e.pk, e.open_state, e.has_waits) for e in ledger.due_entries(10)]
    assert found == [(plain.pk, None, False), (waits.pk, None, True), (uncertain.pk, "uncertain", False)]


def test_the_next_look_is_at_the_first_job_or_claim_that_runs_out(scope: Any) -> None:
    assert ledger.next_due_at() is None
    now = timezone.now()
    make_entry("waiting", due_at=now + timedelta(minutes=9))
    assert ledger.next_due_at() == now + timedelta(minutes=9)
    make_entry("sending", claimed_until=now + timedelta(minutes=4))
    assert ledger.next_due_at() == now + timedelta(minutes=4)


def test_what_is_due_and_held_is_looked_at_when_its_claim_has_run_out(scope: Any) -> None:
    """A hint came while its worker had it, who may have died: until then nobody can take it."""
    now = timezone.now()
    entry = make_entry("sending", due_at=now - timedelta(seconds=5), claimed_until=now + timedelta(minutes=3))
    assert ledger.next_due_at() == now + timedelta(minutes=3)
    Entry.objects.filter(pk=entry.pk).update(claimed_until=now - timedelta(seconds=1))
    assert ledger.next_due_at() == now - timedelta(seconds=1)


# --- the one running job


def test_of_two_workers_one_gets_the_entry(transactional_db: None, scope: Any) -> None:
    make_entry("queued")
    for _ in range(5):
        Entry.objects.update(due_at=timezone.now(), claimed_until=None)
        seen = [ledger.due_entries(1)[0] for _ in range(3)]
        assert sorted(at_once(lambda seen=seen: ledger.claim(seen.pop(), "worker"), workers=3)) == [False, False, True]
        assert ledger.due_entries(1) == []
    entry = Entry.objects.get()
    assert (entry.claimed_by, entry.due_at) == ("worker", None)


def test_an_entry_read_before_another_took_it_cannot_be_taken(scope: Any) -> None:
    make_entry("queued", due_at=timezone.now())
    seen, also_seen = Entry.objects.get(), Entry.objects.get()
    assert ledger.claim(seen, "first")
    assert not ledger.claim(also_seen, "second")
    assert Entry.objects.get().claimed_by == "first"
    assert (seen.claimed_by, seen.due_at) == ("first", None)
    assert (also_seen.claimed_by, also_seen.claimed_until) == ("", None)


def test_who_only_looks_leaves_the_job_waiting(scope: Any) -> None:
    at = timezone.now() + timedelta(minutes=5)
    entry = make_entry("waiting", due_at=at)
    assert ledger.claim(entry, "poll", keeps_due=True)
    assert due_at(entry) == at
    ledger.finish(entry, ())
    entry.refresh_from_db()
    assert (entry.due_at, entry.claimed_by, entry.claimed_until) == (at, "", None)


def test_a_hint_that_arrives_while_it_runs_stays_due(scope: Any) -> None:
    entry = make_entry("queued", due_at=timezone.now())
    ledger.claim(entry, "worker")
    ledger.make_due(Entry.objects.filter(pk=entry.pk))
    entry.state = "posted"
    ledger.finish(entry, ("state",))
    entry.refresh_from_db()
    assert (entry.state, entry.claimed_until) == ("posted", None)
    assert entry.due_at is not None
    assert ledger.due_entries(10) == [entry]


def test_finishing_takes_the_earlier_of_the_hint_and_its_own_next_try(scope: Any) -> None:
    entry = make_entry("queued", due_at=timezone.now())
    ledger.claim(entry, "worker")
    in_an_hour, in_a_minute = (timezone.now() + timedelta(minutes=minutes) for minutes in (60, 1))
    ledger.finish(entry, (), due_at=in_an_hour)
    assert due_at(entry) == in_an_hour
    ledger.finish(entry, (), due_at=in_a_minute)
    ledger.finish(entry, (), due_at=in_an_hour)
    assert due_at(entry) == in_a_minute


def test_finishing_writes_the_named_columns_only(scope: Any) -> None:
    entry = make_entry("queued", tries=1)
    entry.state, entry.tries = "posted", 5
    ledger.finish(entry, ("state",))
    entry.refresh_from_db()
    assert (entry.state, entry.tries) == ("posted", 1)


# --- one open write


@pytest.mark.parametrize("first", ["open", "sending", "uncertain"])
@pytest.mark.parametrize("second", ["open", "sending", "uncertain"])
def test_the_database_refuses_a_second_open_write(scope: Any, first: str, second: str) -> None:
    entry = make_entry("sending")
    make_outgoing(entry, state=first, closed_at=None)
    with pytest.raises(IntegrityError, match="one_open_outgoing_per_entry"), transaction.atomic():
        make_outgoing(entry, state=second, closed_at=None)
    assert Outgoing.objects.count() == 1


def test_closed_writes_stay_beside_an_open_one(scope: Any) -> None:
    entry, other = make_entry("sending"), make_entry("sending")
    for state in ("done", "failed", "open"):
        make_outgoing(entry, state=state)
    make_outgoing(other, state="open")
    assert Outgoing.objects.filter(entry=entry).count() == 3


def test_a_key_is_used_for_one_write(scope: Any) -> None:
    make_outgoing(make_entry(), key="same")
    with pytest.raises(IntegrityError, match="one_outgoing_per_key"), transaction.atomic():
        make_outgoing(make_entry(), key="same")


def test_the_write_key_is_short_and_differs_with_everything_that_makes_another_write(scope: Any) -> None:
    entry = make_entry(part="")
    key = ledger.write_key(entry, "create")
    assert key == ledger.write_key(Entry.objects.get(), "create")
    assert len(key) <= 36
    others = {ledger.write_key(entry, "update")}
    for field, value in (
        ("revision", 1), ("source_id", "9"), ("source_type", "x"), ("part", "vendor"), ("flow", "projects"),
        ("source_connection_id", 999), ("target_connection_id", 999), ("tenant_id", 999),
    ):  # fmt: skip
        changed = Entry.objects.get()
        setattr(changed, field, value)
        others.add(ledger.write_key(changed, "create"))
    assert len(others | {key}) == 10


# --- what the books hold of a contract


def test_a_contract_tells_the_tax_that_was_planned_and_not_posted(scope: Any) -> None:
    facts = figures("100.00", "0.00", "0.00", completed="100.00", retainage="0.00") | {"tax": "8.00"}
    make_entry(position=1, facts=facts, planned={"facts": {**facts, "tax": "8.80"}})
    make_entry(position=2, facts=facts, planned={"facts": facts})
    make_entry(position=3, facts=facts, planned={"facts": facts}, source_fingerprint=ledger.GONE)
    make_entry(position=4, facts=facts)
    found = ledger.load_contract("bills", "88001", None)
    assert [claim.lacking_tax for claim in found.posted] == [Decimal(t) for t in ("0.80", "0.00", "-8.00", "0.00")]
    assert found.lacking_tax == Decimal("-7.20")


def test_a_contract_is_loaded_in_claim_order_with_what_was_left_out(scope: Any) -> None:
    facts = figures("100.00", "10.00", "0.00", completed="100.00", retainage="10.00")
    second = make_entry(position=2, facts=facts)
    first = make_entry(position=1, facts=facts)
    out = make_entry("left_out", position=3, facts=facts)
    make_entry("blocked", position=4, facts=facts)
    make_entry(position=1, group="another contract", facts=facts)
    make_entry(position=1, flow="projects", facts=facts)
    found = ledger.load_contract("bills", "88001", None)
    assert [claim.source_id for claim in found.posted] == [first.source_id, second.source_id]
    assert found.left_out == {out.source_id}
    assert (found.earned, found.retainage) == (Decimal("180.00"), Decimal("20.00"))
    assert (found.expected_previous, found.expected_retainage) == (Decimal("270.00"), Decimal("30.00"))
