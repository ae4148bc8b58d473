"""What somebody does in QuickBooks itself is noticed, shown on the document, and never put right behind their back."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from connectors.errors import Retry
from connectors.models import Connection, Cursor
from connectors.qbo.records import Books
from mapping.models import RemoteItem
from sync import actions, books, ledger
from sync.books import poll_books
from sync.drift import from_text
from sync.engine import Engine
from sync.models import Entry, Event, Outgoing
from sync.settle import backoff
from sync.work import Work
from tests import factories, worlds
from tests.kept import bring
from tests.sync.claims import (
    bills_of,
    carry_again,
    codes_of,
    entry_of,
    fault,
    make_due_now,
    post,
    state_of,
    totals_of,
    worked_example,
)

pytestmark = pytest.mark.timeout(180)

VENDOR = "qbo.vendors"


@pytest.fixture
def bill(live: Any) -> Any:
    """The first invoice of the worked example, posted as a bill of 21,600.00; a poll has looked since."""
    (claim, *_) = worked_example(live)

    def make() -> None:
        post(claim)
        poll_books(Work())

    bring("first bill, looked at", live, make)
    return claim


def read_until() -> Any:
    return Cursor.objects.get(resource=books.RESOURCE).read_until


def test_our_own_bill_coming_back_changes_nothing(live: Any, bill: Any) -> None:
    before = Entry.objects.filter(pk=entry_of(bill).pk).values().get()
    poll_books(Work())
    assert Entry.objects.filter(pk=entry_of(bill).pk).values().get() == before
    assert before["state"] == "posted"


def test_an_amount_changed_by_hand_is_shown_with_both_figures(live: Any, bill: Any) -> None:
    entry = entry_of(bill)
    worlds.act(live.qbo, "edit_bill", bill_id=entry.target_id, amount="20500.00")
    (wire,) = bills_of(live)
    poll_books(Work())
    assert state_of(bill) == ("changed_by_hand", ["changed_by_hand"])
    (notice,) = entry_of(bill).notices
    assert notice["subject"] == f"Bill {bill['invoice_number']}"
    told = {name: notice["detail"][name] for name in ("procore", "books", "version", "what")}
    books_total = f"{wire['TotalAmt']:.2f}"
    assert told == {"procore": "21600.00", "books": books_total, "version": "1", "what": "line 1 amount"}
    (changed,) = from_text(notice["detail"]["changes"])
    assert (changed.path, changed.theirs) == (("Line", "1", "Amount"), "20500.00")
    assert wire["TotalAmt"] != 21600.00
    assert entry_of(bill).target_total == Decimal("21600.00")


def test_a_hint_about_nothing_leaves_a_bill_changed_by_hand_as_it_is(live: Any, bill: Any) -> None:
    worlds.act(live.qbo, "edit_bill", bill_id=entry_of(bill).target_id, amount="20500.00")
    poll_books(Work())
    before = bills_of(live)
    carry_again(bill)
    assert state_of(bill) == ("changed_by_hand", ["changed_by_hand"])
    assert bills_of(live) == before


def test_changing_the_amount_back_puts_it_in_order(live: Any, bill: Any) -> None:
    (wire,) = bills_of(live)
    first = str(wire["Line"][0]["Amount"])
    worlds.act(live.qbo, "edit_bill", bill_id=wire["Id"], amount="20500.00")
    poll_books(Work())
    worlds.act(live.qbo, "edit_bill", bill_id=wire["Id"], amount=first)
    poll_books(Work())
    Engine().run_due()
    assert state_of(bill) == ("posted", [])
    assert entry_of(bill).target_version == "2"


def test_a_kept_change_is_not_brought_up_again_by_the_next_poll(live: Any, bill: Any, owner: Any) -> None:
    worlds.act(live.qbo, "edit_bill", bill_id=entry_of(bill).target_id, amount="20500.00")
    poll_books(Work())
    before = bills_of(live)
    actions.keep_as_is(entry_of(bill), owner)
    assert state_of(bill) == ("posted", [])
    assert entry_of(bill).target_total == Decimal(str(before[0]["TotalAmt"])), "both sides are shown as they are"
    # Polls overlap, so the same change is told twice.
    poll_books(Work())
    carry_again(bill)
    assert state_of(bill) == ("posted", [])
    assert bills_of(live) == before
    # But a change in Procore does not write over it unasked.
    worlds.act(live.procore, "edit_claim_line", requisition_id=bill["id"], line=0, work="21000.00")
    carry_again(bill)
    assert state_of(bill) == ("changed_by_hand", ["changed_by_hand"])
    assert bills_of(live) == before
    # Only a person's word does, and Procore's newest is what is written.
    actions.put_back(entry_of(bill), owner)
    Engine().run_due()
    assert (state_of(bill), totals_of(live)) == (("posted", []), [22500.00])
    assert (entry_of(bill).approvals, entry_of(bill).target_total) == ([], Decimal("22500.00"))


def test_a_memo_changed_by_hand_is_kept_and_told_once(live: Any, bill: Any) -> None:
    wire_id = entry_of(bill).target_id
    worlds.act(live.qbo, "edit_bill", bill_id=wire_id, memo="Paid by check 1001")
    poll_books(Work())
    assert state_of(bill) == ("posted", [])
    assert entry_of(bill).target_version == "1"
    # Paid, it has another version, and the memo is the one that was told of.
    worlds.act(live.qbo, "pay_bill", bill_id=wire_id, amount="1000.00")
    poll_books(Work())
    assert entry_of(bill).target_version == "2"
    (told,) = Event.objects.filter(entry=entry_of(bill), what=books.MEMO_CHANGED)
    assert (told.text, told.detail) == ("Memo changed in QuickBooks, and kept as it is there", "“Paid by check 1001”")


def test_a_deleted_bill_is_held_and_stays_so_whatever_is_hinted(live: Any, bill: Any) -> None:
    worlds.act(live.qbo, "delete_bill", bill_id=entry_of(bill).target_id)
    poll_books(Work())
    assert state_of(bill) == ("held", ["target_deleted"])
    carry_again(bill)
    assert state_of(bill) == ("held", ["target_deleted"])
    assert bills_of(live) == []


def test_posting_again_makes_one_new_bill_under_a_new_key(live: Any, bill: Any, owner: Any) -> None:
    old_id = entry_of(bill).target_id
    worlds.act(live.qbo, "delete_bill", bill_id=old_id)
    poll_books(Work())
    actions.post_again(entry_of(bill), owner)
    Engine().run_due()
    entry = entry_of(bill)
    assert (entry.state, entry.target_total) == ("posted", Decimal("21600.00"))
    assert entry.target_id != old_id
    assert totals_of(live) == [21600.00]
    keys = set(Outgoing.objects.filter(entry=entry, operation="create").values_list("key", flat=True))
    assert len(keys) == 2
    # The tombstone of the old bill is still in the change data.
    poll_books(Work())
    carry_again(bill)
    assert state_of(bill) == ("posted", [])
    assert totals_of(live) == [21600.00]


def test_an_update_without_an_answer_whose_bill_is_gone_can_be_posted_again(live: Any, bill: Any, owner: Any) -> None:
    """The write that was to change it can have no effect any more, and must not stand in the way."""
    worlds.act(live.procore, "edit_claim_line", requisition_id=bill["id"], line=0, work="21000.00")
    fault(live.qbo, method="POST", path="/bill", when="before", drop=True, times=3)
    carry_again(bill)
    assert state_of(bill) == ("uncertain", ["no_answer"])
    worlds.act(live.qbo, "delete_bill", bill_id=entry_of(bill).target_id)
    make_due_now()
    Engine().run_due()
    assert state_of(bill) == ("blocked", ["target_missing"])
    assert Outgoing.objects.filter(entry=entry_of(bill), state__in=ledger.OPEN_OUTGOING).count() == 0
    actions.post_again(entry_of(bill), owner)
    Engine().run_due()
    assert state_of(bill) == ("posted", [])
    assert totals_of(live) == [22500.00]


def test_an_update_without_an_answer_is_not_taken_for_done_because_the_memo_is_the_same(live: Any, bill: Any) -> None:
    """Somebody else's change moved the version: the totals tell that ours never arrived."""
    worlds.act(live.procore, "edit_claim_line", requisition_id=bill["id"], line=0, work="21000.00")
    fault(live.qbo, method="POST", path="/bill", when="before", drop=True, times=3)
    carry_again(bill)
    (wire,) = bills_of(live)
    for memo in ("To be paid", wire["PrivateNote"]):
        worlds.act(live.qbo, "edit_bill", bill_id=wire["Id"], memo=memo)
    make_due_now()
    Engine().run_due()
    make_due_now()
    Engine().run_due()
    assert state_of(bill) == ("posted", [])
    assert totals_of(live) == [22500.00]


def test_a_document_a_worker_has_just_then_is_looked_at_by_the_next_poll(live: Any, bill: Any) -> None:
    worlds.act(live.qbo, "delete_bill", bill_id=entry_of(bill).target_id)
    ours = Entry.objects.filter(pk=entry_of(bill).pk)
    ours.update(claimed_until=timezone.now() + timedelta(minutes=5), claimed_by="worker")
    before = read_until()
    poll_books(Work())
    assert entry_of(bill).state == "posted"
    assert entry_of(bill).claimed_by == "worker"
    assert read_until() == before
    ours.update(claimed_until=None, claimed_by="")
    poll_books(Work())
    assert state_of(bill) == ("held", ["target_deleted"])
    assert read_until() > before


def test_looking_at_a_changed_bill_keeps_the_job_that_waits(live: Any, bill: Any) -> None:
    due_at = timezone.now() + timedelta(minutes=7)
    Entry.objects.filter(pk=entry_of(bill).pk).update(due_at=due_at)
    worlds.act(live.qbo, "edit_bill", bill_id=entry_of(bill).target_id, memo="Checked")
    poll_books(Work())
    entry = entry_of(bill)
    assert (entry.target_version, entry.due_at, entry.claimed_until) == ("1", due_at, None)


def test_a_renamed_and_a_deactivated_vendor_change_the_directory(contacts: Any) -> None:
    renamed, ended = RemoteItem.objects.filter(resource=VENDOR, is_active=True).order_by("name")[:2]
    worlds.act(contacts.qbo, "rename_vendor", vendor_id=renamed.remote_id, name="Renamed Plumbing LLC")
    worlds.act(contacts.qbo, "deactivate_vendor", vendor_id=ended.remote_id)
    worlds.act(contacts.qbo, "add_vendor", name="Brand New Paving Inc")
    # Going live comes after the directory was read: what changed in between is found too.
    books.first_look(Work())
    assert poll_books(Work()) == 3
    rows = RemoteItem.objects.filter(resource=VENDOR)
    assert rows.get(remote_id=renamed.remote_id).name == "Renamed Plumbing LLC"
    ended.refresh_from_db()
    assert (ended.is_active, ended.name.endswith("(deleted)")) == (False, True)
    assert rows.get(name="Brand New Paving Inc").is_active


@pytest.mark.parametrize(
    ("classes", "tracks_locations", "lacking"),
    [("line", True, set()), ("", True, {"Class"}), ("transaction", False, {"Department"})],
)
def test_lists_the_edition_lacks_are_not_asked_for(classes: Any, tracks_locations: bool, lacking: set[str]) -> None:
    facts = Books("Ridgeline", "US", "USD", False, None, False, False, classes, tracks_locations)
    asked = books.choose_name_lists(facts)
    named = {"Vendor", "Customer", "Employee", "Account", "Item", "Class", "Department", "Term"}
    assert (len(asked), set(asked)) == (len(set(asked)), named - lacking)
    assert {"Class", "Department"}.isdisjoint(books.choose_name_lists(None))


def test_the_other_name_lists_come_with_the_same_call(contacts: Any) -> None:
    books.first_look(Work())
    for entity, members in (
        ("Class", {"Name": "Trades"}),
        ("Department", {"Name": "Olympia"}),
        ("Employee", {"GivenName": "Ana", "FamilyName": "Silva"}),
        ("Term", {"Name": "Net 75", "DueDays": 75}),
    ):
        Work().qbo.create(entity, members, key=f"test-{entity}")
    contacts.qbo.app.clear_calls()
    assert poll_books(Work()) == 4
    assert sum("/cdc" in call["path"] for call in contacts.qbo.app.list_calls()) == 1
    named = RemoteItem.objects.filter(name__in=["Trades", "Olympia", "Ana Silva", "Net 75"], is_active=True)
    assert set(named.values_list("resource", flat=True)) == {
        "qbo.classes",
        "qbo.departments",
        "qbo.employees",
        "qbo.terms",
    }


def test_a_poll_that_fails_moves_nothing(contacts: Any) -> None:
    books.first_look(Work())
    before = read_until()
    fault(contacts.qbo, method="GET", path="/cdc", status=500, times=5)
    with pytest.raises(Retry):
        poll_books(Work())
    assert read_until() == before


@pytest.mark.parametrize("days", [1, 200])
def test_quickbooks_is_never_asked_further_back_than_it_looks(contacts: Any, days: int) -> None:
    seen_at = timezone.now() - timedelta(days=days)
    RemoteItem.objects.update(seen_at=seen_at)
    books.first_look(Work())
    worlds.control(contacts.qbo, "calls", method="DELETE")
    earliest = max(seen_at - books.OVERLAP, timezone.now() - timedelta(days=29))
    poll_books(Work())
    latest = max(seen_at - books.OVERLAP, timezone.now() - timedelta(days=29))
    (call,) = [c for c in worlds.control(contacts.qbo, "calls", method="GET") if c["path"].endswith("/cdc")]
    asked = datetime.fromisoformat(parse_qs(call["query"])["changedSince"][0])
    # QuickBooks is asked to the second.
    assert earliest.replace(microsecond=0) <= asked <= latest


def bill_wire(entry: Entry, total: str, version: str) -> dict[str, Any]:
    return {
        "Id": entry.target_id,
        "SyncToken": version,
        "TotalAmt": Decimal(total),
        "Balance": Decimal(total),
        "VendorRef": {"value": "9"},
        "TxnDate": "2026-07-31",
        "Line": [],
    }


def test_the_same_number_in_another_company_of_the_tenant_is_another_bill(scope: Any) -> None:
    entry = factories.make_entry()
    former = Connection.objects.create(vendor="qbo", account_id="77", state="disconnected")
    gone = {"Id": entry.target_id, "status": "Deleted"}
    assert books.compare_posted(former, "Bill", [gone])
    entry.refresh_from_db()
    assert entry.state == "posted"
    assert books.compare_posted(entry.target_connection, "VendorCredit", [gone])
    entry.refresh_from_db()
    assert entry.state == "posted"
    assert books.compare_posted(entry.target_connection, "Bill", [gone])
    entry.refresh_from_db()
    assert (entry.state, codes_of(entry)) == ("held", ["target_deleted"])


def test_a_vendor_credit_is_compared_without_its_sign(scope: Any) -> None:
    entry = factories.make_entry(target_type="VendorCredit", target_total=Decimal("-250.00"), target_number="CR-1")
    same, other = bill_wire(entry, "250.00", "1"), bill_wire(entry, "240.00", "2")
    books.compare_posted(entry.target_connection, "VendorCredit", [same])
    entry.refresh_from_db()
    assert (entry.state, entry.target_version) == ("posted", "1")
    books.compare_posted(entry.target_connection, "VendorCredit", [other])
    entry.refresh_from_db()
    (notice,) = entry.notices
    assert notice["subject"] == "Vendor credit CR-1"
    assert (notice["detail"]["procore"], notice["detail"]["books"]) == ("250.00", "240.00")


def test_a_bill_whose_write_is_open_is_left_to_the_probe(scope: Any) -> None:
    entry = factories.make_entry(state="uncertain", target_type="Bill", target_id="41")
    factories.make_outgoing(entry, operation="update", state="uncertain")
    assert books.compare_posted(entry.target_connection, "Bill", [bill_wire(entry, "999.00", "4")])
    entry.refresh_from_db()
    assert (entry.state, entry.notices) == ("uncertain", [])


def test_waiting_between_tries_doubles_up_to_a_quarter_of_an_hour() -> None:
    assert [backoff(tries).total_seconds() for tries in (1, 2, 3, 9, 10, 60)] == [2, 4, 8, 512, 900, 900]
