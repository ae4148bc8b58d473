"""Linked contacts kept in step over real HTTP: noticed, written, asked about, and never written twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.automap.running import automap
from mapping.choices import choose
from mapping.models import Link, RemoteItem
from mapping.screens import SECTIONS
from sync import actions
from sync.books import poll_books
from sync.contact_backlog import Differing, find_backlog
from sync.contact_links import load_links
from sync.contact_watch import read_row
from sync.engine import Engine
from sync.intake import poll_companies
from sync.models import Entry, FlowSetting, Outgoing
from sync.registry import all_flows
from sync.switching import switch
from sync.work import Work
from tests import worlds
from tests.sync.claims import codes_of, fault, make_due_now
from tests.sync.pushes import calls_to

pytestmark = pytest.mark.timeout(180)
TO_BOOKS, TO_PROCORE = "contact_updates_to_qbo", "contact_updates_to_procore"
PAGE = "/activity/contacts/"


@pytest.fixture
def linked(contacts: Any) -> Any:
    """Contacts of both sides are linked, the company is live, and nothing is kept in step."""
    automap(SECTIONS["contacts"], None)
    others = ("expenses", "bill_payments", "receipts")
    FlowSetting.objects.bulk_create([FlowSetting(flow=flow, is_on=False) for flow in others])
    worlds.set_live()
    return contacts


def poll() -> None:
    work = Work()
    poll_companies(work.procore, timezone.now())
    poll_books(work)


def carry() -> None:
    """What both polls find, carried across."""
    poll()
    Engine().run_due()


def turn_on(key: str) -> None:
    switch(all_flows()[key], None, is_on=True)
    poll()


def turn_on_earlier(key: str) -> None:
    """Switched on a while ago, and nothing was looked at since."""
    switch(all_flows()[key], None, is_on=True)
    FlowSetting.objects.filter(flow=key).update(changed_at=timezone.now() - timedelta(seconds=30))


def date_before(pair: Any, company_id: str) -> None:
    """The company's last change is an hour old."""
    row = pair.procore.app.tables.get("vendors", int(company_id))
    row["updated_at"] = f"{timezone.now() - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"


def linked_vendors(count: int, *, but_name: bool = False) -> list[tuple[str, str]]:
    """(company, vendor) ids of companies linked as vendors alone, which have the same details on both sides; with
    `but_name` another name."""
    found = load_links()
    companies = {row.remote_id: row for row in RemoteItem.objects.filter(resource=procore.VENDORS.key)}
    vendors = {row.remote_id: row for row in RemoteItem.objects.filter(resource=qbo.VENDORS.key)}
    pairs = [
        (left, right)
        for (role, left), right in sorted(found.contacts.items())
        if (role == "vendor" and ("customer", left) not in found.contacts)
        and _is_same(companies[left], vendors[right], but_name)
    ]
    assert len(pairs) >= count
    return pairs[:count]


def _is_same(left: RemoteItem, right: RemoteItem, but_name: bool) -> bool:
    ours, theirs = read_row(left, "vendor", home="US"), read_row(right, "vendor", home="US")
    return all(ours[field].is_same(theirs[field]) != (but_name and field == "name") for field in ours)


def company(company_id: str) -> dict[str, Any]:
    return Work().procore.get(procore.VENDORS, company_id)


def vendor(vendor_id: str) -> dict[str, Any]:
    return Work().qbo.get(qbo.VENDORS, vendor_id)


def change_company(company_id: str, **fields: Any) -> None:
    Work().procore.patch(procore.VENDORS, company_id, fields)


def change_vendor(vendor_id: str, **members: Any) -> None:
    wire = {"Id": vendor_id, "SyncToken": vendor(vendor_id)["SyncToken"], "sparse": True, **members}
    Work().qbo.update("Vendor", wire, key=f"test-{vendor_id}-{wire['SyncToken']}")


def phone_of(vendor_id: str) -> str:
    return str(vendor(vendor_id)["PrimaryPhone"]["FreeFormNumber"])


def number(text: str) -> dict[str, Any]:
    return {"FreeFormNumber": text}


def test_procore_is_right(linked: Any, owner: Any) -> None:
    (first, first_vendor), (second, second_vendor), (third, third_vendor) = linked_vendors(3)
    both = Link.objects.filter(kind="vendor").exclude(left_id__in=[first, second, third]).first()
    assert both is not None
    customer = Work().qbo.create("Customer", {"DisplayName": "Both (C)"}, key="test-customer")["Id"]
    worlds.read_section("contacts")
    Link.objects.create(
        kind="customer",
        left_connection=both.left_connection,
        left_id=both.left_id,
        right_connection=both.right_connection,
        right_id=customer,
        chosen_by="hand",
    )
    # Changed before the switch: seen as a difference, not carried.
    change_company(third, business_phone="303 555 0001")
    turn_on(TO_BOOKS)
    Engine().run_due()
    assert not Entry.objects.exists()
    before = vendor(second_vendor), vendor(third_vendor)
    worlds.control(linked.qbo, "calls", method="DELETE")
    change_company(first, business_phone="303 555 0100", email_address="")
    change_company(both.left_id, email_address="both@example.com")
    carry()
    assert set(Entry.objects.values_list("source_id", "part", "state", "target_id")) == {
        (first, "vendor", "posted", first_vendor),
        (both.left_id, "vendor", "posted", both.right_id),
        (both.left_id, "customer", "posted", customer),
    }
    assert (calls_to(linked.qbo, "POST", "/batch"), calls_to(linked.qbo, "POST", "/vendor")) == (1, 0)
    assert phone_of(first_vendor) == "303 555 0100"
    assert vendor(both.right_id)["PrimaryEmailAddr"] == {"Address": "both@example.com"}
    assert Work().qbo.get(qbo.CUSTOMERS, customer)["PrimaryEmailAddr"] == {"Address": "both@example.com"}
    assert (vendor(second_vendor), vendor(third_vendor)) == before
    # Our own change comes back, and everything is read once more: nothing is written.
    carry()
    Entry.objects.update(due_at=timezone.now(), source_fingerprint="")
    Engine().run_due()
    assert Outgoing.objects.count() == 3
    assert set(Entry.objects.values_list("state", flat=True)) == {"posted"}
    _changed_on_the_other_side(first, first_vendor, owner)


def _changed_on_the_other_side(company_id: str, vendor_id: str, owner: Any) -> None:
    change_vendor(vendor_id, PrimaryPhone=number("720 555 0111"))
    carry()
    entry = Entry.objects.get(source_id=company_id)
    assert (entry.state, codes_of(entry)) == ("posted_with_warnings", ["contact_differs"])
    change_vendor(vendor_id, PrimaryPhone=number("303 555 0100"))
    carry()
    entry.refresh_from_db()
    assert (entry.state, codes_of(entry)) == ("posted", [])
    change_vendor(vendor_id, PrimaryPhone=number("720 555 0111"))
    carry()
    change_company(company_id, business_phone="303 555 0200")
    carry()
    entry.refresh_from_db()
    assert (entry.state, codes_of(entry)) == ("held", ["contact_changed_twice"])
    assert phone_of(vendor_id) == "720 555 0111"
    actions.keep_as_is(entry, owner)
    Engine().run_due()
    entry.refresh_from_db()
    assert (entry.state, codes_of(entry), phone_of(vendor_id)) == ("posted", [], "720 555 0111")
    change_vendor(vendor_id, PrimaryPhone=number("720 555 0222"))
    change_company(company_id, business_phone="303 555 0300")
    carry()
    entry.refresh_from_db()
    actions.put_back(entry, owner)
    Engine().run_due()
    entry.refresh_from_db()
    assert (entry.state, entry.approvals, phone_of(vendor_id)) == ("posted", [], "303 555 0300")


def test_trouble_on_the_way_is_shown_or_gone_through(linked: Any, owner: Any) -> None:
    (first, first_vendor), (second, _), (third, third_vendor) = linked_vendors(3)
    turn_on(TO_BOOKS)
    choose("contact_rename", "yes", None)
    # Somebody saved the vendor between our reading and our write: planned again from what stands there now.
    change_company(first, business_phone="303 555 0100")
    fault(linked.qbo, method="POST", path="/vendor", code="5010")
    carry()
    assert Entry.objects.get().state == "waiting"
    make_due_now()
    Engine().run_due()
    assert (Entry.objects.get().state, phone_of(first_vendor)) == ("posted", "303 555 0100")
    # Linked under another name: that is none of what changed, until it does.
    ((other, other_vendor),) = linked_vendors(1, but_name=True)
    change_company(other, business_phone="303 555 0400")
    carry()
    entry = Entry.objects.get(source_id=other)
    assert (entry.state, codes_of(entry), phone_of(other_vendor)) == ("posted", [], "303 555 0400")
    assert vendor(other_vendor)["DisplayName"] != company(other)["name"]
    change_company(other, name="One Name")
    carry()
    assert vendor(other_vendor)["DisplayName"] == "One Name"
    # Somebody took the name meanwhile.
    change_company(second, name="Taken Meanwhile")
    # A person reads the list again before the next poll does.
    worlds.read_side("contacts", "procore")
    fault(linked.qbo, method="POST", path="/vendor", code="6240")
    Engine().run_due()
    entry = Entry.objects.get(source_id=second)
    assert (entry.state, codes_of(entry)) == ("blocked", ["rename_refused"])
    # Both names may be right: the contact is left out, and stays so whatever changes.
    actions.leave_out(entry, owner)
    change_company(second, business_phone="303 555 0222")
    carry()
    entry.refresh_from_db()
    assert (entry.state, codes_of(entry)) == ("left_out", [])
    # The vendor was made inactive, then the link was ended.
    change_company(third, business_phone="303 555 0300")
    change_vendor(third_vendor, Active=False)
    carry()
    entry = Entry.objects.get(source_id=third)
    assert (entry.state, codes_of(entry)) == ("ineligible", ["contact_inactive_there"])
    Link.objects.filter(left_id=third).delete()
    Entry.objects.filter(pk=entry.pk).update(due_at=timezone.now())
    Engine().run_due()
    entry.refresh_from_db()
    assert (entry.state, codes_of(entry)) == ("ineligible", ["contact_not_linked"])
    assert Outgoing.objects.filter(state="done").count() == 3


def test_what_changes_between_the_switch_and_the_first_look_follows(linked: Any) -> None:
    (first, first_vendor), (second, second_vendor), (third, third_vendor) = linked_vendors(3)
    turn_on_earlier(TO_BOOKS)
    change_company(first, business_phone="303 555 0100")
    change_company(second, business_phone="303 555 0200")
    change_vendor(second_vendor, PrimaryPhone=number("720 555 0200"))
    change_company(third, business_phone="303 555 0300")
    date_before(linked, third)
    carry()
    # Changed on both sides: asked about. Changed before the switch: a difference like any other.
    assert dict(Entry.objects.values_list("source_id", "state")) == {first: "posted", second: "held"}
    assert codes_of(Entry.objects.get(source_id=second)) == ["contact_changed_twice"]
    assert [phone_of(each) for each in (first_vendor, second_vendor)] == ["303 555 0100", "720 555 0200"]
    assert phone_of(third_vendor) != "303 555 0300"
    assert {each.source_id for each in found_backlog() if each.source_id in (first, second, third)} == {second, third}


def found_backlog() -> Sequence[Differing]:
    backlog = find_backlog()
    assert backlog is not None
    return backlog.found


def test_quickbooks_is_right(linked: Any) -> None:
    switch(all_flows()[TO_BOOKS], None, is_on=True)
    # The first look comes after what is changed below.
    turn_on_earlier(TO_PROCORE)
    switches = FlowSetting.objects.filter(flow__startswith="contact").values_list("flow", "is_on")
    assert dict(switches) == {TO_BOOKS: False, TO_PROCORE: True}
    (first, first_vendor), (second, second_vendor) = linked_vendors(2)
    address = {"Line1": "40 Summit Way", "City": "Golden", "CountrySubDivisionCode": "Colorado", "PostalCode": "80403"}
    change_vendor(first_vendor, BillAddr=address, DisplayName="Renamed There")
    change_vendor(second_vendor, PrimaryPhone=number("303 555 0100"))
    # The answer is lost; setting the same once more changes nothing.
    fault(linked.procore, method="PATCH", path="/vendors/sync", when="after", drop=True, times=3)
    carry()
    assert set(Entry.objects.values_list("state", flat=True)) == {"uncertain"}
    make_due_now()
    Engine().run_due()
    assert set(Entry.objects.values_list("source_id", "state", "target_id")) == {
        (first_vendor, "posted", first),
        (second_vendor, "posted", second),
    }
    there = company(first)
    shown = [there[name] for name in ("address", "city", "state_code", "zip")]
    assert shown == ["40 Summit Way", "Golden", "CO", "80403"]
    assert there["name"] != "Renamed There"
    assert company(second)["business_phone"] == "303 555 0100"
    done = Outgoing.objects.count()
    carry()
    carry()
    assert Outgoing.objects.count() == done == 2


def test_what_differed_before_is_counted_and_shown_first(
    linked: Any, admin_user: Any, client_of: Any, django_assert_max_num_queries: Any
) -> None:
    client = client_of(admin_user)
    assert "Neither side is right yet" in client.get(PAGE).content.decode()
    pairs = linked_vendors(2)
    for company_id, _ in pairs:
        change_company(company_id, business_phone=f"303 555 {company_id[-4:]}")
    turn_on(TO_BOOKS)
    # What differs in the demo anyway is none of this test's.
    others = Link.objects.exclude(left_id__in=[company_id for company_id, _ in pairs])
    others.delete()
    Engine().run_due()
    assert not Entry.objects.exists()
    with django_assert_max_num_queries(13):
        page = client.get(PAGE).content.decode()
    assert "Change 2 contacts in QuickBooks" in page
    assert f"303 555 {pairs[0][0][-4:]}" in page
    # One is changed by somebody after it was shown: it is asked about, the other is written.
    change_vendor(pairs[1][1], PrimaryPhone=number("720 555 0999"))
    response = client.post(PAGE)
    assert response.status_code == 302
    Engine().run_due()
    assert phone_of(pairs[0][1]) == f"303 555 {pairs[0][0][-4:]}"
    assert phone_of(pairs[1][1]) == "720 555 0999"
    states = dict(Entry.objects.values_list("source_id", "state"))
    assert states == {pairs[0][0]: "posted", pairs[1][0]: "held"}
    held = Entry.objects.get(state="held")
    document = client.get(f"/activity/{held.pk}/").content.decode()
    assert "Put ours back" in document and "720 555 0999" in document
    assert (held.target_type, held.target_id) == ("vendor_change", pairs[1][1])
    poll()
    assert "Change 1 contact in QuickBooks" in client.get(PAGE).content.decode()
