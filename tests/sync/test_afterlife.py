"""A posted document follows its source as the firm chose, and what was paid or changed there is never lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.probe import probe
from mapping.choices import choose
from sync import actions
from sync.books import poll_books
from sync.engine import Engine
from sync.models import Entry, Event
from sync.work import Work
from tests import worlds
from tests.sync.claims import (
    bills_of,
    carry_again,
    claims_of,
    entry_of,
    fault,
    make_due_now,
    post,
    state_of,
    totals_of,
    worked_example,
)

pytestmark = pytest.mark.timeout(180)


def unapprove(live: Any, claim: Any) -> None:
    worlds.act(live.procore, "set_claim_status", requisition_id=claim["id"], status="revise_and_resubmit")
    carry_again(claim)


def test_an_unapproved_unpaid_bill_is_deleted_when_the_firm_wants_that_and_made_again(live: Any) -> None:
    (claim, *_) = worked_example(live)
    post(claim)
    choose("follow_unapproval", "delete", None)
    unapprove(live, claim)
    assert (state_of(claim), bills_of(live)) == (("ineligible", ["removed_after_unapproval"]), [])
    assert (entry_of(claim).target_id, entry_of(claim).target_total) == ("", None)
    worlds.act(live.procore, "approve_claim", requisition_id=claim["id"])
    carry_again(claim)
    assert (state_of(claim), totals_of(live)) == (("posted", []), [21600.00])
    # The answer to the delete is lost: why it went is known all the same.
    fault(live.qbo, method="POST", path="/bill", when="after", drop=True, times=3)
    unapprove(live, claim)
    assert (state_of(claim), bills_of(live)) == (("uncertain", ["no_answer"]), [])
    make_due_now()
    Engine().run_due()
    assert (state_of(claim), entry_of(claim).target_id) == (("ineligible", ["removed_after_unapproval"]), "")
    worlds.act(live.procore, "approve_claim", requisition_id=claim["id"])
    carry_again(claim)
    assert (state_of(claim), totals_of(live)) == (("posted", []), [21600.00])
    # Paid, it stays whatever the switch says.
    worlds.act(live.qbo, "pay_bill", bill_id=entry_of(claim).target_id)
    unapprove(live, claim)
    assert (state_of(claim), totals_of(live)) == (("held", ["paid_and_removed"]), [21600.00])


def test_a_deleted_claim_takes_its_bill_along_by_a_persons_word_unless_it_was_changed(live: Any, owner: Any) -> None:
    claim = worked_example(live)[-1]
    earlier = worked_example(live)[:-1]
    post(*earlier, claim)
    bill_id, before = entry_of(claim).target_id, len(bills_of(live))
    worlds.act(live.procore, "delete_claim", requisition_id=claim["id"])
    carry_again(claim)
    assert state_of(claim) == ("held", ["deleted_after_posting"])
    worlds.act(live.qbo, "edit_bill", bill_id=bill_id, amount="4.00")
    actions.delete_there(entry_of(claim), owner)
    Engine().run_due()
    assert (state_of(claim), len(bills_of(live))) == (("held", ["changed_and_removed"]), before)
    # Now they have seen what was changed.
    actions.delete_there(entry_of(claim), owner)
    Engine().run_due()
    assert (state_of(claim), len(bills_of(live))) == (("ineligible", ["removed_after_deletion"]), before - 1)
    assert bill_id not in {bill["Id"] for bill in bills_of(live)}
    texts = Event.objects.filter(entry=entry_of(claim)).values_list("text", flat=True)
    assert [text.startswith("Told to delete Bill") for text in texts] == [True, True]


def test_what_is_deleted_in_quickbooks_is_posted_again_when_the_firm_wants_that(live: Any) -> None:
    (claim, *_) = worked_example(live)
    post(claim)
    poll_books(Work())
    choose("resync_deleted", "again", None)
    old = entry_of(claim)
    worlds.act(live.qbo, "delete_bill", bill_id=old.target_id)
    poll_books(Work())
    Engine().run_due()
    assert (state_of(claim), totals_of(live)) == (("posted", []), [21600.00])
    assert entry_of(claim).target_id != old.target_id
    assert Event.objects.get(entry=old).text == f"{old.target_name} was deleted in QuickBooks, posted again as set"


def test_a_paid_bill_takes_a_new_memo_alone_and_shows_what_else_would_change(
    live: Any, approver: Any, client_of: Any
) -> None:
    (claim, *_) = worked_example(live)
    post(claim)
    entry = entry_of(claim)
    # The memo as another version of the product wrote it.
    outgoing = entry.outgoing.get(operation="create")
    outgoing.body["PrivateNote"] = "As it was written once"
    outgoing.save()
    of_then = {"facts": {**entry.facts, "written_from": "the claim as it was then"}, "source_fingerprint": ""}
    Entry.objects.filter(pk=entry.pk).update(fingerprint="of that memo", **of_then)
    worlds.act(live.qbo, "pay_bill", bill_id=entry.target_id)
    (paid,) = bills_of(live)
    carry_again(claim)
    (bill,) = bills_of(live)
    assert state_of(claim) == ("posted", [])
    sent = entry.outgoing.get(operation="update").body
    assert set(sent) == {"Id", "SyncToken", "sparse", "VendorRef", "DocNumber", "PrivateNote"}
    own = ("SyncToken", "MetaData")
    assert {k: v for k, v in bill.items() if k not in own} == {k: v for k, v in paid.items() if k not in own}
    worlds.act(live.procore, "edit_claim_line", requisition_id=claim["id"], line=0, work="21000.00")
    carry_again(claim)
    assert (state_of(claim), bills_of(live)) == (("held", ["paid_and_changed"]), [bill])
    page = client_of(approver).get(f"/activity/{entry.pk}/")
    (first, *rest) = page.context["differences"]["rows"]
    assert (first.field, first.theirs == first.posted, first.is_ours) == ("Line 1, amount", True, True)
    assert Decimal(first.wanted.replace(",", "")) - Decimal(first.posted.replace(",", "")) == 1000
    assert rest


def test_a_change_of_a_bill_in_a_closed_period_waits_until_it_is_opened(live: Any) -> None:
    (claim, *_) = worked_example(live)
    post(claim)
    worlds.act(live.qbo, "close_books", date="2026-12-31")
    probe(Work().qbo.connection)
    worlds.act(live.procore, "edit_claim_line", requisition_id=claim["id"], line=0, work="21000.00")
    before = bills_of(live)
    carry_again(claim)
    assert (state_of(claim), bills_of(live)) == (("held", ["closed_and_changed"]), before)
    worlds.act(live.qbo, "close_books", date=None)
    probe(Work().qbo.connection)
    carry_again(claim)
    assert (state_of(claim), totals_of(live)) == (("posted", []), [22500.00])


def test_a_claim_follows_what_was_taken_out_of_the_claim_before(live: Any) -> None:
    """Only the changed claim is noticed: the next starts where it ends, and no time in Procore tells of that."""
    first, *others = worked_example(live)
    post(first, *others)
    worlds.act(live.procore, "edit_claim_line", requisition_id=first["id"], line=1, stored="3000")
    carry_again(first)
    changed = claims_of(live, first["commitment_id"])
    dues = [float(each["summary"]["current_payment_due"]) for each in changed]
    assert dues == [20700.00, 30600.00, 46200.00, 7500.00]
    assert totals_of(live) == sorted(dues)
    assert [state_of(each) for each in changed] == [("posted", [])] * 4
