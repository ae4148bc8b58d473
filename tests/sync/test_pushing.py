"""A contact that a person pushes is made on the other side once, linked, and never made twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.models import Connection
from mapping.kinds import VENDOR
from mapping.links import link
from mapping.models import Link, RemoteItem
from mapping.pushing.pushes import PushRefused
from mapping.screens import SECTIONS
from smoothx.tenants.models import AuditEntry
from sync import pushing, settle
from sync.codes import CODES
from sync.engine import Engine
from sync.models import Entry, Event, Outgoing
from tests import worlds
from tests.factories import make_entry, notice
from tests.sync.claims import codes_of, fault, make_due_now

pytestmark = pytest.mark.timeout(120)

CONTACTS = SECTIONS["contacts"]
NEW_COMPANY = "Lattice Surveying PLLC"
NEW_VENDOR = "Coastal Office Products"


def row(resource: str, name: str) -> RemoteItem:
    found: RemoteItem = RemoteItem.objects.get(resource=resource, name=name)
    return found


def push(side: Any, item: RemoteItem, role: Any, actor: Any) -> Entry:
    pushing.push(section=CONTACTS, side=side, remote_id=item.remote_id, role=role, actor=actor)
    return Entry.objects.get(source_id=item.remote_id, part=role)


def run(entry: Entry) -> Entry:
    Engine().run_due()
    entry.refresh_from_db()
    return entry


def in_books(pair: Any, entity: str, name: str) -> list[dict[str, Any]]:
    return [record for record in worlds.in_books(pair, entity) if record["DisplayName"] == name]


def in_procore(pair: Any, name: str) -> list[dict[str, Any]]:
    return [record for record in worlds.in_procore(pair, "vendors") if record["name"] == name]


def read_again() -> None:
    worlds.read_section("contacts")


def only_in_books(resource: str) -> RemoteItem:
    """A QuickBooks customer that Procore has no company for."""
    companies = set(RemoteItem.objects.filter(resource="procore.vendors").values_list("normal_name", flat=True))
    rows = RemoteItem.objects.filter(resource=resource, is_active=True, parent_id="").order_by("remote_id")
    return next(item for item in rows if item.normal_name not in companies)


@pytest.mark.parametrize(
    ("role", "entity", "resource"), [("vendor", "Vendor", "qbo.vendors"), ("customer", "Customer", "qbo.customers")]
)
def test_a_company_becomes_a_vendor_or_a_customer_and_is_linked(
    contacts: Any, owner: Any, role: str, entity: str, resource: str
) -> None:
    company = row("procore.vendors", NEW_COMPANY)
    entry = run(push("procore", company, role, owner))
    (made,) = in_books(contacts, entity, NEW_COMPANY)
    assert (entry.state, entry.target_type, entry.target_id) == ("posted", entity, made["Id"])
    assert made["CompanyName"] == NEW_COMPANY
    linked = Link.objects.get(kind=role)
    assert (linked.left_id, linked.right_id, linked.chosen_by) == (company.remote_id, made["Id"], "push")
    assert row(resource, NEW_COMPANY).remote_id == made["Id"]
    assert Event.objects.get(entry=entry).actor == owner
    assert AuditEntry.objects.get(action="contact.pushed").detail == {"side": "procore", "role": role}
    assert Entry.objects.get(pk=entry.pk).target_connection.vendor == "qbo"


def test_a_company_may_be_both_a_vendor_and_a_customer(contacts: Any, owner: Any) -> None:
    """QuickBooks' names are unique over both, so the second is refused rather than made under another name."""
    company = row("procore.vendors", NEW_COMPANY)
    run(push("procore", company, "vendor", owner))
    second = run(push("procore", company, "customer", owner))
    assert (second.state, codes_of(second)) == ("blocked", ["name_exists"])
    assert in_books(contacts, "Customer", NEW_COMPANY) == []
    assert Link.objects.count() == 1


def test_a_vendor_becomes_a_company_of_procore(contacts: Any, owner: Any) -> None:
    vendor = row("qbo.vendors", NEW_VENDOR)
    entry = run(push("quickbooks", vendor, "vendor", owner))
    (made,) = in_procore(contacts, NEW_VENDOR)
    assert (entry.state, entry.target_id) == ("posted", str(made["id"]))
    linked = Link.objects.get()
    assert (linked.kind, linked.left_id, linked.right_id) == ("vendor", str(made["id"]), vendor.remote_id)
    assert (made["email_address"], made["business_phone"]) == (vendor.email, vendor.phone)
    assert row("procore.vendors", NEW_VENDOR).remote_id == str(made["id"])


def test_a_customer_becomes_a_company_of_procore_by_its_own_record(contacts: Any, owner: Any) -> None:
    """A vendor may have the same id as the customer, so the customer's own list is asked."""
    customer = only_in_books("qbo.customers")
    assert not RemoteItem.objects.filter(resource="qbo.vendors", remote_id=customer.remote_id).exists()
    entry = run(push("quickbooks", customer, "customer", owner))
    assert (entry.state, codes_of(entry)) == ("posted", [])
    assert (entry.source_type, entry.title) == ("qbo.customers", f"{customer.name}, customer")
    (made,) = in_procore(contacts, customer.name)
    linked = Link.objects.get()
    assert (linked.kind, linked.left_id, linked.right_id) == ("customer", str(made["id"]), customer.remote_id)


def test_a_name_that_a_customer_has_already_is_not_made_as_a_vendor(contacts: Any, owner: Any) -> None:
    taken = RemoteItem.objects.filter(resource="qbo.customers", parent_id="", is_active=True).order_by("name")[0]
    worlds.act(contacts.procore, "add_vendor", name=taken.name.upper())
    read_again()
    before = worlds.books_of(contacts)
    company = RemoteItem.objects.filter(resource="procore.vendors", name=taken.name.upper()).latest("pk")
    entry = run(push("procore", company, "vendor", owner))
    assert (entry.state, codes_of(entry)) == ("blocked", ["name_exists"])
    assert entry.notices[0]["subject"] == taken.name
    assert worlds.books_of(contacts) == before
    assert Link.objects.count() == 0


def test_a_name_taken_since_the_last_refresh_is_refused_by_quickbooks_in_the_same_words(
    contacts: Any, owner: Any
) -> None:
    worlds.act(contacts.qbo, "add_customer", name=NEW_COMPANY)
    entry = run(push("procore", row("procore.vendors", NEW_COMPANY), "vendor", owner))
    assert codes_of(entry) == ["name_exists"]
    assert entry.notices[0]["subject"] == NEW_COMPANY
    assert in_books(contacts, "Vendor", NEW_COMPANY) == []
    assert Link.objects.count() == 0
    assert not Outgoing.objects.exclude(state="failed").exists()


def test_a_company_of_that_name_in_procore_is_not_made_again(contacts: Any, owner: Any) -> None:
    worlds.act(contacts.procore, "add_vendor", name=NEW_VENDOR)
    read_again()
    entry = run(push("quickbooks", row("qbo.vendors", NEW_VENDOR), "vendor", owner))
    assert (entry.state, codes_of(entry)) == ("blocked", ["name_exists"])
    assert len(in_procore(contacts, NEW_VENDOR)) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_of_quickbooks_makes_exactly_one_vendor(contacts: Any, owner: Any, when: str) -> None:
    # The client itself repeats a keyed write twice.
    fault(contacts.qbo, method="POST", path="/vendor", when=when, drop=True, times=3)
    entry = run(push("procore", row("procore.vendors", NEW_COMPANY), "vendor", owner))
    assert (entry.state, codes_of(entry)) == ("uncertain", ["no_answer"])
    assert Link.objects.count() == 0
    make_due_now()
    run(entry)
    (made,) = in_books(contacts, "Vendor", NEW_COMPANY)
    assert (entry.state, entry.target_id) == ("posted", made["Id"])
    assert Link.objects.get().right_id == made["Id"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_of_procore_makes_exactly_one_company(contacts: Any, owner: Any, when: str) -> None:
    fault(contacts.procore, method="POST", path="/vendors", when=when, drop=True, times=1)
    entry = run(push("quickbooks", row("qbo.vendors", NEW_VENDOR), "vendor", owner))
    assert (entry.state, codes_of(entry)) == ("uncertain", ["no_answer"])
    make_due_now()
    run(entry)
    if when == "before":
        # Procore knows no request keys: as long as its work may still end, nothing is sent again.
        assert (entry.state, in_procore(contacts, NEW_VENDOR)) == ("uncertain", [])
        sent = Outgoing.objects.get()
        assert sent.sent_at is not None
        Outgoing.objects.update(sent_at=sent.sent_at - timedelta(seconds=121))
        make_due_now()
        run(entry)
    (made,) = in_procore(contacts, NEW_VENDOR)
    assert (entry.state, entry.target_id) == ("posted", str(made["id"]))
    assert Link.objects.get().left_id == str(made["id"])


def test_what_was_pushed_is_not_pushed_again_and_its_entry_stays_as_it_was(contacts: Any, owner: Any) -> None:
    company = row("procore.vendors", NEW_COMPANY)
    entry = run(push("procore", company, "vendor", owner))
    before = Entry.objects.filter(pk=entry.pk).values().get()
    with pytest.raises(PushRefused) as refused:
        push("procore", company, "vendor", owner)
    assert refused.value.sentence == "It was pushed before. Link it to what it became instead."
    assert Entry.objects.filter(pk=entry.pk).values().get() == before
    assert Event.objects.count() == 1


def test_pressing_twice_before_a_worker_came_makes_one(contacts: Any, owner: Any) -> None:
    company = row("procore.vendors", NEW_COMPANY)
    push("procore", company, "vendor", owner)
    entry = run(push("procore", company, "vendor", owner))
    assert entry.state == "posted"
    assert len(in_books(contacts, "Vendor", NEW_COMPANY)) == 1


def test_a_push_that_was_stopped_is_tried_afresh(contacts: Any, owner: Any) -> None:
    fault(contacts.qbo, method="POST", path="/vendor", status=400, times=1, body={"Fault": {"Error": []}})
    company = row("procore.vendors", NEW_COMPANY)
    entry = run(push("procore", company, "vendor", owner))
    assert entry.state == "rejected"
    again = push("procore", company, "vendor", owner)
    assert (again.pk, again.state, again.notices) == (entry.pk, "queued", [])
    assert run(again).state == "posted"


def test_a_push_without_an_answer_stays_uncertain_when_pressed_again(contacts: Any, owner: Any) -> None:
    fault(contacts.procore, method="POST", path="/vendors", drop=True, times=1)
    vendor = row("qbo.vendors", NEW_VENDOR)
    run(push("quickbooks", vendor, "vendor", owner))
    again = push("quickbooks", vendor, "vendor", owner)
    assert (again.state, codes_of(again)) == ("uncertain", ["no_answer"])


def test_a_company_linked_by_hand_meanwhile_keeps_that_link(
    contacts: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = row("procore.vendors", NEW_COMPANY)
    other = RemoteItem.objects.filter(resource="qbo.vendors", is_active=True).order_by("name")[0]
    posted = settle.posted

    def link_first(*arguments: Any) -> None:
        link(
            VENDOR,
            left_connection=company.connection,
            left_id=company.remote_id,
            right_connection=other.connection,
            right_id=other.remote_id,
            chosen_by="hand",
        )
        posted(*arguments)

    monkeypatch.setattr(settle, "posted", link_first)
    entry = run(push("procore", company, "vendor", owner))
    assert (entry.state, codes_of(entry)) == ("posted_with_warnings", ["not_linked"])
    assert Link.objects.get().right_id == other.remote_id


@pytest.mark.parametrize("vendor", ["procore", "qbo"])
def test_without_both_connections_nothing_is_pushed(contacts: Any, owner: Any, vendor: str) -> None:
    Connection.objects.filter(vendor=vendor).update(state="broken")
    with pytest.raises(PushRefused) as refused:
        push("procore", row("procore.vendors", NEW_COMPANY), "vendor", owner)
    assert refused.value.sentence.endswith("is not connected. Connect it in Settings.")
    assert Entry.objects.count() == Event.objects.count() == 0


@pytest.mark.parametrize(
    ("state", "codes", "is_busy", "problem"),
    [
        ("queued", [], True, ""),
        ("sending", [], True, ""),
        ("uncertain", ["no_answer"], True, ""),
        ("blocked", ["name_exists"], False,
         "Cobalt LLC exists in QuickBooks already. Link it instead of making another."),
        ("blocked", ["customer_is_vendor"], False,
         "Company Cobalt LLC is mapped as a vendor. A project needs a customer."),
        ("waiting", ["try_again"], False, "The other system was not reachable. It is tried again by itself."),
        ("held", ["connection_lost"], False,
         "The connection to Cobalt LLC is lost. Connect again, and this goes on."),
        ("blocked", [], False, CODES["internal"].sentence),
    ],
)  # fmt: skip
def test_how_a_push_stands(scope: Any, state: str, codes: list[str], is_busy: bool, problem: str) -> None:
    notices = [notice(code, "Cobalt LLC") for code in codes]
    make_entry(state, flow="contacts_to_qbo", source_id="91", part="customer", notices=notices)
    assert pushing.states(CONTACTS, "quickbooks", ["91"]) == {}
    assert pushing.states(CONTACTS, "procore", ["92"]) == {}
    ((key, found),) = pushing.states(CONTACTS, "procore", ["91"]).items()
    assert key == ("customer", "91")
    assert (found.is_busy, found.problem, found.is_waiting) == (is_busy, problem, state == "waiting")
    assert (found.verdict == "vendor" and found.subject == "Cobalt LLC") == (codes == ["customer_is_vendor"])


@pytest.mark.parametrize("state", ["posted", "posted_with_warnings", "left_out", "ineligible"])
def test_what_is_decided_is_no_push_any_more(scope: Any, state: str) -> None:
    make_entry(state, flow="contacts_to_procore", source_id="91", part="vendor")
    assert pushing.states(CONTACTS, "quickbooks", ["91"]) == {}
