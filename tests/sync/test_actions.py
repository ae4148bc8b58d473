"""What a person may decide about a document: what each act does to the books, and what it refuses to do."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from connectors.models import Connection
from mapping.models import Link, RemoteItem
from smoothx.tenants.models import DueWork
from sync import actions, ledger
from sync.actions import NotPossible
from sync.engine import Engine
from sync.flows import _waits
from sync.models import Entry, Event, WaitingFor
from sync.plan import Notice
from sync.work import Work
from tests import worlds
from tests.factories import make_entry, make_outgoing, notice
from tests.sync.claims import (
    Claim,
    bills_of,
    carry_again,
    claims_of,
    codes_of,
    entry_of,
    map_project_of,
    post,
    queue,
    state_of,
    totals_of,
    worked_example,
)

pytestmark = pytest.mark.timeout(180)

UNASSIGNED = "Job Costs, Unassigned"


def enter_by_hand(claim: Claim, amount: str, *, number: str = "", date: str | None = None) -> str:
    """The bookkeeper types the vendor's bill into QuickBooks. Answers its id."""
    vendor = Link.objects.get(kind="vendor", left_id=str(claim["vendor_id"])).right_id
    account = RemoteItem.objects.get(resource="qbo.accounts", name=UNASSIGNED).remote_id
    line = {
        "Amount": Decimal(amount),
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": account}},
    }
    wire = {
        "VendorRef": {"value": vendor},
        "DocNumber": number or claim["invoice_number"],
        "TxnDate": date or claim["billing_date"],
        "Line": [line],
    }
    made = Work().qbo.create("Bill", wire, key=f"by-hand-{number}-{amount}")
    return str(made["Id"])


def held_as_twin(live: Any, amount: str, **facts: Any) -> tuple[list[Claim], str]:
    claims = worked_example(live)
    map_project_of(claims[0])
    bill_id = enter_by_hand(claims[0], amount, **facts)
    queue(*claims[:2])
    Engine().run_due()
    assert entry_of(claims[0]).state == "held"
    assert state_of(claims[1]) == ("waiting", ["previous_not_posted"])
    return claims, bill_id


def lines_of(pair: Any, entry: Entry) -> list[tuple[str, float]]:
    """Account and amount of each line of its bill."""
    accounts = {row["Id"]: row["Name"] for row in worlds.in_books(pair, "Account")}
    bill = next(bill for bill in bills_of(pair) if bill["Id"] == entry.target_id)
    return [
        (accounts[line["AccountBasedExpenseLineDetail"]["AccountRef"]["value"]], line["Amount"])
        for line in bill["Line"]
    ]


def told(entry: Entry) -> list[tuple[str, str]]:
    return list(Event.objects.filter(entry=entry).order_by("at").values_list("what", "text"))


# --- leaving out, and taking back in


def test_leaving_out_lets_the_next_claim_go_on_for_its_own_amount(live: Any, owner: Any) -> None:
    claims, _ = held_as_twin(live, "21600.00")
    actions.leave_out(entry_of(claims[0]), owner)
    Engine().run_due()
    assert state_of(claims[0]) == ("left_out", [])
    assert (state_of(claims[1]), entry_of(claims[1]).target_total) == (("posted", []), Decimal("29700.00"))
    assert totals_of(live) == [21600.00, 29700.00]
    assert told(entry_of(claims[0])) == [("left_out", "Left out")]


def test_what_is_left_out_stays_out_whatever_happens_at_its_source(live: Any, owner: Any) -> None:
    claims, _ = held_as_twin(live, "21600.00")
    actions.leave_out(entry_of(claims[0]), owner)
    Engine().run_due()
    worlds.act(live.procore, "set_claim_status", requisition_id=claims[0]["id"], status="approved_as_noted")
    carry_again(claims[0])
    entry = entry_of(claims[0])
    assert (entry.state, entry.due_at, entry.claimed_until) == ("left_out", None, None)
    assert totals_of(live) == [21600.00, 29700.00]


def test_checking_again_takes_it_back_in(live: Any, owner: Any) -> None:
    claims, bill_id = held_as_twin(live, "21600.00")
    actions.leave_out(entry_of(claims[0]), owner)
    worlds.act(live.qbo, "delete_bill", bill_id=bill_id)
    actions.retry(entry_of(claims[0]), owner)
    Engine().run_due()
    assert state_of(claims[0]) == ("posted", [])
    assert totals_of(live) == [21600.00, 29700.00]


def test_a_deleted_bill_can_be_left_out_instead_of_posted_again(live: Any, owner: Any) -> None:
    claims = worked_example(live)
    post(claims[0])
    worlds.act(live.qbo, "delete_bill", bill_id=entry_of(claims[0]).target_id)
    worlds.act(live.procore, "edit_claim_line", requisition_id=claims[0]["id"], line=0, work="21000.00")
    carry_again(claims[0])
    assert state_of(claims[0]) == ("held", ["target_deleted"])
    actions.leave_out(entry_of(claims[0]), owner)
    carry_again(claims[0])
    entry = entry_of(claims[0])
    assert (entry.state, entry.target_id, entry.target_total) == ("left_out", "", None)
    assert bills_of(live) == []


# --- posting anyway


def test_a_bill_of_the_same_amount_is_held_and_can_be_posted_all_the_same(live: Any, owner: Any) -> None:
    claims, bill_id = held_as_twin(live, "21600.00", number="4711", date="2026-08-10")
    (found,) = entry_of(claims[0]).notices
    assert (found["code"], found["subject"]) == ("possible_duplicate", "bill 4711")
    assert found["detail"] == {
        "amount": "21600.00", "days": "10", "target_id": bill_id, "target_version": "0", "target_number": "4711",
        "date": "2026-08-10",
    }  # fmt: skip
    actions.post_anyway(entry_of(claims[0]), owner)
    Engine().run_due()
    assert [state_of(claim) for claim in claims[:2]] == [("posted", []), ("posted", [])]
    assert totals_of(live) == [21600.00, 21600.00, 29700.00]
    assert entry_of(claims[0]).approvals == [], "an approval is for one posting"


def test_the_same_amount_long_before_is_no_duplicate(live: Any) -> None:
    claims = worked_example(live)
    map_project_of(claims[0])
    enter_by_hand(claims[0], "21600.00", number="4711", date="2026-06-30")
    carry_again(claims[0])
    assert state_of(claims[0]) == ("posted", [])


# --- linking to what is there


def test_linking_takes_the_bill_that_is_there_and_the_next_claim_goes_on(live: Any, owner: Any) -> None:
    claims, bill_id = held_as_twin(live, "21600.00")
    before = bills_of(live)
    actions.link_existing(entry_of(claims[0]), owner, target_id=bill_id)
    entry = entry_of(claims[0])
    assert (entry.state, entry.target_type, entry.target_id) == ("posted", "Bill", bill_id)
    assert (entry.target_total, entry.target_number) == (Decimal("21600.00"), claims[0]["invoice_number"])
    assert bills_of(live) == before
    Engine().run_due()
    assert entry_of(claims[1]).target_total == Decimal("29700.00")
    assert told(entry) == [("linked", f"Linked to {claims[0]['invoice_number']}")]
    # Being looked at again is no reason to write over what the bookkeeper entered.
    Entry.objects.filter(pk=entry.pk).update(state="held")
    carry_again(claims[0])
    assert state_of(claims[0]) == ("posted", [])
    assert [bill for bill in bills_of(live) if bill["Id"] == bill_id] == before


def test_a_bill_of_another_amount_is_not_linked(live: Any, owner: Any) -> None:
    claims, bill_id = held_as_twin(live, "21000.00")
    before = Entry.objects.filter(pk=entry_of(claims[0]).pk).values().get()
    with pytest.raises(NotPossible, match=r"QuickBooks has 21000\.00, Procore 21600\.00"):
        actions.link_existing(entry_of(claims[0]), owner, target_id=bill_id)
    with pytest.raises(NotPossible, match="did not give us that document"):
        actions.link_existing(entry_of(claims[0]), owner, target_id="987654")
    assert Entry.objects.filter(pk=entry_of(claims[0]).pk).values().get() == before
    assert Event.objects.count() == 0


def test_a_bill_stands_for_one_invoice_only(live: Any, owner: Any) -> None:
    claims, bill_id = held_as_twin(live, "21600.00")
    actions.link_existing(entry_of(claims[0]), owner, target_id=bill_id)
    planned = entry_of(claims[0]).planned
    other = make_entry("held", planned=planned)
    Entry.objects.filter(pk=other.pk).update(target_connection=entry_of(claims[0]).target_connection)
    other.refresh_from_db()
    with pytest.raises(NotPossible, match="linked to that document already"):
        actions.link_existing(other, owner, target_id=bill_id)
    other.refresh_from_db()
    assert (other.state, other.target_id) == ("held", "")


# --- earlier claims that changed after posting


def test_an_earlier_claim_changed_after_payment_is_made_up_for_by_the_next(live: Any, owner: Any) -> None:
    """1,000.00 more work on invoice 1, 10 % of it held: 900.00 more is due, and bill 1 is paid already."""
    claims = worked_example(live)
    post(*claims[:2])
    worlds.act(live.qbo, "pay_bill", bill_id=entry_of(claims[0]).target_id)
    worlds.act(live.procore, "edit_claim_line", requisition_id=claims[0]["id"], line=0, work="21000.00")
    carry_again(claims[0])
    assert state_of(claims[0]) == ("held", ["paid_and_changed"])
    carry_again(claims[0])
    assert state_of(claims[0]) == ("held", ["paid_and_changed"]), "asked until somebody decides"
    actions.keep_as_is(entry_of(claims[0]), owner)
    carry_again(claims[0])
    assert state_of(claims[0]) == ("posted", [])
    carry_again(claims[2])
    assert state_of(claims[2]) == ("held", ["previous_changed"])
    detail = entry_of(claims[2]).notices[0]["detail"]
    assert (detail["books"], detail["procore"], detail["difference"]) == ("51300.00", "52200.00", "900.00")
    assert (detail["cost"], detail["retention"]) == ("1000.00", "100.00")
    actions.post_difference(entry_of(claims[2]), owner)
    Engine().run_due()
    entry = entry_of(claims[2])
    assert (entry.state, codes_of(entry)) == ("posted_with_warnings", ["catch_up_posted"])
    assert entry.target_total == Decimal("47100.00")
    lines = lines_of(live, entry)
    assert 1000.00 in [amount for _, amount in lines]
    assert ("Retention Payable", -100.00) in lines
    carry_again(claims[3])
    assert (state_of(claims[3]), entry_of(claims[3]).target_total) == (("posted", []), Decimal("7500.00"))
    last = claims_of(live, claims[0]["commitment_id"])[3]
    assert sum(totals_of(live)) == float(last["summary"]["total_earned_less_retainage"]) == 105900.00


def test_an_earlier_claim_deleted_after_posting_is_taken_off_the_next(live: Any, owner: Any) -> None:
    """Invoice 2, billed with 29,700.00, is gone from Procore; its bill stays, so invoice 3 comes to less."""
    claims = worked_example(live)
    post(*claims[:2])
    worlds.act(live.procore, "delete_claim", requisition_id=claims[1]["id"])
    carry_again(claims[1])
    assert state_of(claims[1]) == ("held", ["deleted_after_posting"])
    actions.keep_as_is(entry_of(claims[1]), owner)
    carry_again(claims[2])
    assert state_of(claims[2]) == ("held", ["previous_changed"])
    third = next(c for c in claims_of(live, claims[0]["commitment_id"]) if c["id"] == claims[2]["id"])
    due = Decimal(third["summary"]["current_payment_due"])
    detail = entry_of(claims[2]).notices[0]["detail"]
    assert (detail["books"], detail["procore"], detail["difference"]) == ("51300.00", "21600.00", "-29700.00")
    actions.post_difference(entry_of(claims[2]), owner)
    Engine().run_due()
    entry = entry_of(claims[2])
    assert (entry.state, codes_of(entry)) == ("posted_with_warnings", ["catch_up_posted"])
    assert entry.target_total == due - Decimal("29700.00")
    carry_again(claims[3])
    last = claims_of(live, claims[0]["commitment_id"])[-1]
    assert sum(totals_of(live)) == float(last["summary"]["total_earned_less_retainage"])
    assert state_of(claims[1]) == ("posted", []), "what a person kept is not asked again"


def test_unapproved_after_posting_can_be_kept_and_is_carried_on_when_approved_again(live: Any, owner: Any) -> None:
    (claim, *_) = worked_example(live)
    post(claim)
    before = bills_of(live)
    worlds.act(live.procore, "set_claim_status", requisition_id=claim["id"], status="revise_and_resubmit")
    carry_again(claim)
    assert state_of(claim) == ("held", ["unapproved_after_posting"])
    actions.keep_as_is(entry_of(claim), owner)
    carry_again(claim)
    assert (state_of(claim), bills_of(live)) == (("posted", []), before)
    worlds.act(live.procore, "edit_claim_line", requisition_id=claim["id"], line=0, work="21000.00")
    worlds.act(live.procore, "approve_claim", requisition_id=claim["id"])
    carry_again(claim)
    assert (state_of(claim), totals_of(live)) == (("posted", []), [22500.00])


# --- acts and refusals that need no vendor


def test_checking_again_is_urgent_and_starts_counting_tries_afresh(scope: Any, owner: Any) -> None:
    entry = make_entry("blocked", tries=8, source_fingerprint="f", notices=[notice("gave_up", attempts="8")])
    actions.retry(entry, owner)
    entry.refresh_from_db()
    assert (entry.tries, entry.source_fingerprint, entry.priority) == (0, "", actions.URGENT)
    assert entry.due_at is not None
    assert DueWork.objects.get().topic == ledger.SYNC_TOPIC
    event = Event.objects.get()
    assert (event.what, event.text, event.actor) == ("retried", "Checked again", owner)


def test_leaving_out_ends_every_wait(scope: Any, owner: Any) -> None:
    entry, next_claim = make_entry("blocked"), make_entry("waiting")
    ledger.set_waits(entry, [Notice("vendor_not_mapped", waits_for="link:vendor:518")])
    ledger.set_waits(next_claim, [Notice("previous_not_posted", waits_for=f"entry:bills:{entry.source_id}")])
    actions.leave_out(entry, owner)
    next_claim.refresh_from_db()
    assert next_claim.due_at is not None
    assert list(WaitingFor.objects.values_list("entry_id", flat=True)) == [next_claim.pk]


def link_it(entry: Entry, actor: Any) -> None:
    actions.link_existing(entry, actor, target_id="77")


def with_open_write(**facts: Any) -> Entry:
    entry = make_entry("uncertain", **facts)
    make_outgoing(entry, state="uncertain", closed_at=None)
    return entry


def twin(**facts: Any) -> Entry:
    return make_entry("held", notices=[notice("duplicate_number", "bill 12", target_id="77")], **facts)


PLANNED = {"document": {"entity": "Bill", "total": "1000.00", "vendor_id": "9"}}


@pytest.mark.parametrize(
    ("make", "act", "why"),
    [
        (lambda: make_entry("blocked"), actions.post_anyway, "does not fit"),
        (lambda: make_entry("blocked", notices=[notice("totals_differ")]), actions.post_difference, "does not fit"),
        (lambda: make_entry("posted"), actions.post_again, "does not fit"),
        (lambda: make_entry("blocked"), actions.keep_as_is, "no posted document"),
        (lambda: make_entry("held", target_id="41", notices=[notice("target_deleted")]), actions.keep_as_is,
         "no posted document"),
        (lambda: make_entry("posted"), actions.leave_out, "posted already"),
        (with_open_write, actions.leave_out, "being sent"),
        (twin, link_it, "no plan"),
        (lambda: twin(planned={"document": {"name": "Cobalt LLC"}}), link_it, "no plan"),
        (lambda: make_entry("posted", planned=PLANNED), link_it, "no plan"),
        (lambda: with_open_write(planned=PLANNED), link_it, "being sent"),
        (lambda: twin(planned=PLANNED), link_it, "did not give us"),
    ],
)  # fmt: skip
def test_an_act_that_does_not_fit_changes_nothing(
    scope: Any, owner: Any, make: Callable[[], Entry], act: Callable[[Entry, Any], None], why: str
) -> None:
    entry = make()
    if why == "did not give us":
        Connection.objects.update(state="broken")
    before = Entry.objects.filter(pk=entry.pk).values().get()
    with pytest.raises(NotPossible, match=why):
        act(entry, owner)
    assert Entry.objects.filter(pk=entry.pk).values().get() == before
    assert Event.objects.count() == DueWork.objects.count() == 0


@pytest.mark.usefixtures("scope")
def test_what_happens_on_a_contract_lets_a_held_difference_be_looked_at_again(owner: Any) -> None:
    """The difference of an earlier claim may be made up for by another claim than the one that shows it."""
    held, later, other = make_entry("held"), make_entry("blocked"), make_entry("blocked", group="88002")
    subject = _waits.contract("bills", held.group)
    ledger.set_waits(held, [Notice("previous_changed", also_lifted_by=(subject,))])
    actions.leave_out(other, owner)
    held.refresh_from_db()
    assert held.due_at is None
    actions.leave_out(later, owner)
    held.refresh_from_db()
    assert held.due_at is not None
