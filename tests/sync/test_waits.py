"""What a document waits for, from the blocker of its rule to the event that lets it go on, over both sandboxes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mapping.kinds import VENDOR
from mapping.links import link, unlink
from mapping.models import Link, RemoteItem
from sync import books, outbox
from sync.engine import Engine
from sync.models import Attempt, Entry, Outgoing, WaitingFor
from sync.receivers import count_waiting_for_links
from sync.registry import all_flows
from sync.work import Work
from tests import worlds
from tests.factories import make_outgoing
from tests.kept import bring
from tests.sync.claims import (
    Claim,
    bills_of,
    carry_again,
    claims_of,
    entry_of,
    fault,
    make_due_now,
    map_project_of,
    post,
    state_of,
    totals_of,
    worked_example,
)

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def claim(live: Any) -> Claim:
    (first, *_) = worked_example(live)
    bring("project", live, lambda: map_project_of(first))
    return first


def vendor_of(claim: Claim) -> Link:
    found: Link = Link.objects.get(kind="vendor", left_id=str(claim["vendor_id"]))
    return found


def test_a_posted_document_waits_for_nothing(live: Any, claim: Claim) -> None:
    mapped = vendor_of(claim)
    ends = (mapped.left_connection, mapped.left_id, mapped.right_connection, mapped.right_id)
    unlink(mapped, None)
    carry_again(claim)
    assert state_of(claim) == ("blocked", ["vendor_not_mapped"])
    assert count_waiting_for_links(["vendor"]) == {("vendor", ends[1]): 1}
    left, left_id, right, right_id = ends
    link(VENDOR, left_connection=left, left_id=left_id, right_connection=right, right_id=right_id, chosen_by="hand")
    Engine().run_due()
    assert state_of(claim) == ("posted", [])
    assert WaitingFor.objects.filter(entry=entry_of(claim)).count() == 0
    assert count_waiting_for_links(["vendor"]) == {}


def test_an_inactive_vendor_stops_a_bill_until_it_is_active_or_another_is_mapped(live: Any, claim: Claim) -> None:
    mapped = vendor_of(claim)
    books.first_look(Work())
    worlds.act(live.qbo, "deactivate_vendor", vendor_id=mapped.right_id)
    books.poll_books(Work())
    carry_again(claim)
    assert state_of(claim) == ("blocked", ["vendor_inactive"])
    taken = Link.objects.filter(kind="vendor").values("right_id")
    other = RemoteItem.objects.filter(resource="qbo.vendors", is_active=True).exclude(remote_id__in=taken)[0]
    unlink(mapped, None)
    link(
        VENDOR,
        left_connection=mapped.left_connection,
        left_id=mapped.left_id,
        right_connection=other.connection,
        right_id=other.remote_id,
        chosen_by="hand",
    )
    Engine().run_due()
    assert state_of(claim) == ("posted", [])
    assert [bill["VendorRef"]["value"] for bill in bills_of(live)] == [other.remote_id]


def test_a_change_that_could_not_be_planned_is_carried_on_when_it_can(live: Any, claim: Claim) -> None:
    """Posted, then changed in Procore while its vendor was not mapped: mapping it must send the change."""
    carry_again(claim)
    mapped = vendor_of(claim)
    ends = (mapped.left_connection, mapped.left_id, mapped.right_connection, mapped.right_id)
    unlink(mapped, None)
    worlds.act(live.procore, "edit_claim_line", requisition_id=claim["id"], line=0, work="21000.00")
    carry_again(claim)
    assert state_of(claim) == ("blocked", ["vendor_not_mapped"])
    left, left_id, right, right_id = ends
    link(VENDOR, left_connection=left, left_id=left_id, right_connection=right, right_id=right_id, chosen_by="hand")
    Engine().run_due()
    assert (state_of(claim), totals_of(live)) == (("posted", []), [22500.00])


def test_a_total_that_came_out_wrong_stays_held_whatever_is_hinted(live: Any, claim: Claim) -> None:
    carry_again(claim)
    wrong = [{"code": "total_differs_after_posting", "subject": "1", "detail": {"books": "1.00", "procore": "2.00"}}]
    Entry.objects.filter(pk=entry_of(claim).pk).update(state="held", notices=wrong, target_total=Decimal("21599.99"))
    carry_again(claim)
    assert (entry_of(claim).state, entry_of(claim).notices) == ("held", wrong)


def test_our_bill_found_in_the_books_with_another_total_is_not_taken_for_right(live: Any, claim: Claim) -> None:
    """A database restored from an old backup: the bill is there, and was changed since."""
    carry_again(claim)
    (wire,) = bills_of(live)
    worlds.act(live.qbo, "edit_bill", bill_id=wire["Id"], amount="20500.00")
    (wire,) = bills_of(live)
    Outgoing.objects.all().delete()
    Entry.objects.filter(pk=entry_of(claim).pk).update(target_id="", state="queued", fingerprint="")
    carry_again(claim)
    assert state_of(claim) == ("held", ["total_differs_after_posting"])
    entry = entry_of(claim)
    assert (entry.target_id, float(entry.target_total or 0)) == (wire["Id"], wire["TotalAmt"])
    assert len(bills_of(live)) == 1


def test_the_warnings_of_a_plan_outlive_a_lost_answer(live: Any, claim: Claim) -> None:
    Link.objects.filter(kind="cost_code_account").delete()
    fault(live.qbo, method="POST", path="/bill", when="after", drop=True, times=3)
    carry_again(claim)
    state, (first, *warnings) = state_of(claim)
    assert (state, first) == ("uncertain", "no_answer")
    assert set(warnings) == {"bill_code_used"}
    make_due_now()
    Engine().run_due()
    assert state_of(claim) == ("posted_with_warnings", warnings)


def test_a_write_in_doubt_stays_in_doubt_when_sending_it_again_was_refused(live: Any, claim: Claim) -> None:
    """The first try may have happened: only the same key may go out, never a newly planned write."""
    fault(live.qbo, method="POST", path="/bill", when="before", drop=True, times=3)
    carry_again(claim)
    assert entry_of(claim).state == "uncertain"
    key = Outgoing.objects.get(entry=entry_of(claim)).key
    fault(live.qbo, method="POST", path="/bill", when="before", status=429, times=1, headers={"Retry-After": "1"})
    make_due_now()
    Engine().run_due()
    outgoing = Outgoing.objects.get(entry=entry_of(claim))
    assert (outgoing.key, outgoing.state) == (key, "uncertain")


def test_a_write_in_doubt_is_sent_once_it_may_be_and_then_closed(live: Any, claim: Claim) -> None:
    fault(live.qbo, method="POST", path="/bill", when="before", drop=True, times=3)
    carry_again(claim)
    make_due_now()
    Engine().run_due()
    outgoing = Outgoing.objects.get(entry=entry_of(claim))
    assert (outgoing.state, totals_of(live)) == ("done", [21600.00])
    actions = Attempt.objects.filter(outgoing=outgoing).order_by("number").values_list("action", "outcome")
    assert list(actions) == [("send", "no_answer"), ("probe", "nothing_found"), ("send", "accepted")]


def test_a_worker_that_comes_too_late_does_not_send(live: Any, claim: Claim) -> None:
    """The write it read was closed by another meanwhile."""
    carry_again(claim)
    entry = entry_of(claim)
    closed = make_outgoing(entry, state="done")
    with pytest.raises(outbox.Stopped):
        outbox.send(Work(), closed, entry, all_flows()["bills"])
    assert totals_of(live) == [21600.00]


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_negative_invoice_becomes_a_vendor_credit_and_is_changed_as_one(live: Any, is_lost: bool) -> None:
    """5,000.00 of work taken back, 10 % of it had been held: the vendor owes 4,500.00 less."""
    claims = worked_example(live)
    post(claims[0])
    second = claims[1]["id"]
    # Later invoices release retainage that would then not be held.
    for later in (claims[3], claims[2]):
        worlds.act(live.procore, "delete_claim", requisition_id=later["id"])
    for line, work in ((0, "-5000.00"), (1, "0.00"), (2, "0.00")):
        worlds.act(live.procore, "edit_claim_line", requisition_id=second, line=line, work=work, stored="0.00")
    due = Decimal(claims_of(live, claims[0]["commitment_id"])[1]["summary"]["current_payment_due"])
    assert due < 0
    if is_lost:
        fault(live.qbo, method="POST", path="/vendorcredit", when="after", drop=True, times=3)
    carry_again(claims[1])
    if is_lost:
        assert state_of(claims[1]) == ("uncertain", ["no_answer"])
        make_due_now()
        Engine().run_due()
    entry = entry_of(claims[1])
    (credit,) = worlds.in_books(live, "VendorCredit")
    assert (state_of(claims[1]), entry.target_type) == (("posted", []), "VendorCredit")
    assert (entry.target_id, entry.target_total) == (credit["Id"], due)
    assert credit["TotalAmt"] == float(-due)
    worlds.act(live.procore, "edit_claim_line", requisition_id=second, line=0, work="-6000.00")
    carry_again(claims[1])
    (credit,) = worlds.in_books(live, "VendorCredit")
    assert (state_of(claims[1]), credit["TotalAmt"]) == (("posted", []), float(-due) + 900.00)
    worlds.act(live.procore, "edit_claim_line", requisition_id=second, line=0, work="25000.00")
    if is_lost:
        # The answer to the delete is lost: what it made room for waits until that is known.
        fault(live.qbo, method="POST", path="/vendorcredit", when="after", drop=True, times=3)
    carry_again(claims[1])
    if is_lost:
        assert (state_of(claims[1]), len(bills_of(live))) == (("uncertain", ["no_answer"]), 1)
        make_due_now()
        Engine().run_due()
    assert (state_of(claims[1]), entry_of(claims[1]).target_type) == (("posted", []), "Bill")
    assert (worlds.in_books(live, "VendorCredit"), len(bills_of(live))) == ([], 2)
    # And back again: one entry, one document.
    worlds.act(live.procore, "edit_claim_line", requisition_id=second, line=0, work="-6000.00")
    carry_again(claims[1])
    (credit,) = worlds.in_books(live, "VendorCredit")
    assert (state_of(claims[1]), entry_of(claims[1]).target_id) == (("posted", []), credit["Id"])
    # The ledger was restored from a time before the posting: ours is found and keeps its sign.
    Outgoing.objects.filter(entry=entry).delete()
    Entry.objects.filter(pk=entry.pk).update(target_id="", state="queued", fingerprint="", source_fingerprint="")
    carry_again(claims[1])
    assert (state_of(claims[1]), entry_of(claims[1]).target_total) == (("posted", []), due - Decimal("900.00"))
