"""What a push would make is planned by the rule that makes it, and names are asked of the other side itself."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.models import Connection
from mapping.models import RemoteItem
from mapping.pushing.pushes import Planned, Wanted
from mapping.screens import SECTIONS
from sync import previews, pushing
from sync.engine import Engine
from tests import worlds
from tests.sync.claims import fault
from tests.sync.pushes import add_companies, add_vendors, vendors_named

pytestmark = pytest.mark.timeout(120)
CONTACTS = SECTIONS["contacts"]


def company(name: str) -> RemoteItem:
    found: RemoteItem = RemoteItem.objects.get(resource="procore.vendors", name=name)
    return found


def plan(row: RemoteItem, role: Any = "vendor", *approvals: str, side: Any = "procore") -> Planned:
    return previews.planner(CONTACTS, side)(Wanted(row, role, approvals))


def test_the_preview_is_what_the_push_makes(contacts: Any, owner: Any) -> None:
    facts = {"address": "12 Ridge Rd", "city": "Golden", "state_code": "CO", "zip": "80401", "country_code": "US"}
    (remote_id,) = add_companies(["Batch: North"], email_address="a@batch.example, b@batch.example", **facts)
    planned = plan(company("Batch: North"))
    assert planned.facts == (
        ("Name", "Batch- North"),
        ("Company name", "Batch: North"),
        ("E-mail", "a@batch.example"),
        ("Street", "12 Ridge Rd"),
        ("City", "Golden"),
        ("State", "CO"),
        ("Postcode", "80401"),
        ("Country", "USA"),
    )
    assert planned.warnings == ("QuickBooks does not take the name as it is, so it becomes Batch- North.",)
    pushing.push(section=CONTACTS, side="procore", remote_id=remote_id, role="vendor", actor=owner)
    Engine().run_due()
    (made,) = vendors_named(contacts, "Batch")
    assert (made["DisplayName"], made["CompanyName"]) == ("Batch- North", "Batch: North")
    assert made["PrimaryEmailAddr"] == {"Address": "a@batch.example"}
    assert {made["BillAddr"][key] for key in ("Line1", "City", "CountrySubDivisionCode", "PostalCode", "Country")} == {
        "12 Ridge Rd", "Golden", "CO", "80401", "USA"
    }  # fmt: skip


def test_what_was_pushed_before_is_to_be_linked(contacts: Any, owner: Any) -> None:
    (remote_id,) = add_companies(["Batch 1"])
    pushing.push(section=CONTACTS, side="procore", remote_id=remote_id, role="vendor", actor=owner)
    Engine().run_due()
    (made,) = vendors_named(contacts, "Batch")
    planned = plan(company("Batch 1"))
    assert (planned.reason, planned.taken_by) == (
        "It was pushed before. Link it to what it became instead.",
        made["Id"],
    )
    second = plan(company("Batch 1"), "customer")
    assert second.taken_by == made["Id"]
    assert plan(company("Batch 1"), "customer", "add_suffix").name == "Batch 1 (C)"


def test_a_doubtful_state_is_left_out_for_procore(contacts: Any) -> None:
    address = {"Line1": "1 Main St", "City": "Denver", "CountrySubDivisionCode": "Kolorado"}
    add_vendors([{"DisplayName": "Batch 1", "BillAddr": address}])
    vendor = RemoteItem.objects.get(resource="qbo.vendors", name="Batch 1")
    planned = plan(vendor, side="quickbooks")
    assert planned.facts == (("Name", "Batch 1"), ("Street", "1 Main St"), ("City", "Denver"))
    assert planned.warnings == ("Kolorado is not a state or country code Procore accepts, so it was left out.",)


@pytest.mark.parametrize(("do", "resource"), [("add_vendor", "qbo.vendors"), ("add_customer", "qbo.customers")])
def test_the_books_are_asked_in_every_list_of_names(contacts: Any, do: str, resource: str) -> None:
    worlds.act(contacts.qbo, do, name="Batch Meanwhile")
    (remote_id,) = previews.ask_name(CONTACTS, "procore", "BATCH meanwhile")
    row = RemoteItem.objects.get(resource=resource, remote_id=remote_id)
    assert (row.name, row.is_active) == ("Batch Meanwhile", True)
    assert previews.ask_name(CONTACTS, "procore", "Nobody has this") == []


def test_an_employee_has_the_name_too(contacts: Any) -> None:
    client = previews.Work().qbo
    client.create("Employee", {"GivenName": "Batch", "FamilyName": "Person"}, key="an-employee")
    assert len(previews.ask_name(CONTACTS, "procore", "Batch Person")) == 1
    assert RemoteItem.objects.get(resource="qbo.employees", name="Batch Person").is_active
    add_companies(["Batch Person"])
    assert plan(company("Batch Person")).reason.startswith("Batch Person exists in QuickBooks already.")


def test_procore_is_asked_for_a_company(contacts: Any) -> None:
    worlds.act(contacts.procore, "add_vendor", name="Batch Meanwhile")
    (remote_id,) = previews.ask_name(CONTACTS, "quickbooks", "Batch Meanwhile")
    assert RemoteItem.objects.get(resource="procore.vendors", remote_id=remote_id).name == "Batch Meanwhile"


def test_who_cannot_be_asked_stops_no_dialog(contacts: Any) -> None:
    fault(contacts.qbo, method="GET", path="/query", status=503, times=9)
    assert list(previews.ask_name(CONTACTS, "procore", "Batch")) == []
    Connection.objects.filter(vendor="qbo").update(state="broken")
    assert list(previews.ask_name(CONTACTS, "procore", "Batch")) == []
