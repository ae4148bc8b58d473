"""What a vendor or job was merged into, from bills of ours in QuickBooks' sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.models import Connection
from connectors.qbo import resources as qbo
from mapping.kinds import PROJECT, VENDOR
from mapping.models import Link, RemoteItem
from sync.books import first_look, poll_books
from sync.models import Entry
from sync.survivors import find_survivors
from sync.work import Work
from tests.kept import bring
from tests.mapping.vendors import at_quickbooks, both, reading
from tests.worlds import act, control, sync_all

pytestmark = pytest.mark.usefixtures("connected", "without_limits")


@pytest.fixture
def posted(live: Any) -> Entry:
    """A bill of ours as it stands in QuickBooks."""
    bring("posted", live, sync_all)
    entry: Entry = Entry.objects.filter(flow="bills", target_type="Bill").exclude(target_id="").order_by("pk").first()
    return entry


def right_of(kind: Any, left_id: str) -> str:
    return str(Link.objects.get(kind=kind.key, left_id=left_id).right_id)


def books() -> Connection:
    return both()[1]


def test_a_bill_nobody_touched_tells_what_its_vendor_was_merged_into(posted: Entry, sandboxes: Any) -> None:
    lost, kept = right_of(VENDOR, posted.party_id), at_quickbooks("Vendor", DisplayName="The one that stays")["Id"]
    assert find_survivors(books(), qbo.VENDORS.key, [lost, kept, "0"]) == {}
    act(sandboxes.qbo, "merge_vendors", kept_id=kept, lost_id=lost)
    assert find_survivors(books(), qbo.VENDORS.key, [lost]) == {lost: kept}
    done = reading("contacts", "quickbooks")
    assert (done.merged, done.inactivated) == (1, 0)
    assert RemoteItem.objects.get(resource=qbo.VENDORS.key, remote_id=lost).merged_into == kept


def test_a_bill_somebody_changed_tells_nothing(posted: Entry, sandboxes: Any) -> None:
    lost, kept = right_of(VENDOR, posted.party_id), at_quickbooks("Vendor", DisplayName="The one that stays")["Id"]
    for entry in Entry.objects.filter(party_id=posted.party_id, target_type="Bill").exclude(target_id=""):
        at_quickbooks("Bill", Id=entry.target_id, PrivateNote="Seen", VendorRef={"value": lost})
    act(sandboxes.qbo, "merge_vendors", kept_id=kept, lost_id=lost)
    assert find_survivors(books(), qbo.VENDORS.key, [lost]) == {}


def test_a_job_is_found_in_the_lines(posted: Entry, sandboxes: Any) -> None:
    lost = right_of(PROJECT, posted.project_id)
    parent = RemoteItem.objects.get(resource=qbo.CUSTOMERS.key, remote_id=lost).parent_id
    kept = at_quickbooks("Customer", DisplayName="The project", Job=True, ParentRef={"value": parent})["Id"]
    act(sandboxes.qbo, "merge_customers", kept_id=kept, lost_id=lost)
    assert find_survivors(books(), qbo.CUSTOMERS.key, [lost]) == {lost: kept}
    assert find_survivors(books(), qbo.ACCOUNTS.key, [lost]) == {}


def test_a_poll_finds_it_out_as_well(posted: Entry, sandboxes: Any) -> None:
    lost, kept = right_of(VENDOR, posted.party_id), at_quickbooks("Vendor", DisplayName="The one that stays")["Id"]
    first_look(Work())
    act(sandboxes.qbo, "merge_vendors", kept_id=kept, lost_id=lost)
    poll_books(Work())
    row = RemoteItem.objects.get(resource=qbo.VENDORS.key, remote_id=lost)
    assert (row.is_active, row.merged_into) == (False, kept)
    bill = Entry.objects.get(pk=posted.pk)
    assert (bill.state, bill.target_id) == (posted.state, posted.target_id)


def test_quickbooks_out_of_reach_keeps_no_reading_from_ending(posted: Entry, sandboxes: Any) -> None:
    lost, kept = right_of(VENDOR, posted.party_id), at_quickbooks("Vendor", DisplayName="The one that stays")["Id"]
    reading("contacts", "quickbooks")
    act(sandboxes.qbo, "merge_vendors", kept_id=kept, lost_id=lost)
    control(sandboxes.qbo, "faults", [{"method": "GET", "path": "/bill/", "status": 403}])
    done = reading("contacts", "quickbooks")
    assert (done.state, done.merged, done.inactivated) == ("done", 0, 1)
