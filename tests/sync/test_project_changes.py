"""Changes of projects over HTTP, from Procore's list to the sub-customer in QuickBooks, and what it became there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Cursor
from connectors.procore import resources as procore
from mapping.choices import choose
from mapping.kinds import CUSTOMER, PROJECT
from mapping.models import Link, RemoteItem
from sync import project_acts
from sync.books import first_look, poll_books
from sync.engine import Engine
from sync.intake import poll_procore
from sync.models import Attempt, Entry, Outgoing, WaitingFor
from sync.pages.rows import reason_of
from sync.work import Work
from tests.kept import bring
from tests.mapping.vendors import at_quickbooks
from tests.sync.claims import fault
from tests.worlds import act, control
from tests.worlds import in_books as rows_in_books

pytestmark = pytest.mark.usefixtures("connected", "without_limits")


@pytest.fixture
def watched(live: Any) -> Any:
    """A live company that has looked at both sides once."""

    def look() -> None:
        first_look(Work())
        poll_procore(Work())
        Entry.objects.update(due_at=None)

    bring("watched", live, look)
    return live


def a_link() -> Link:
    """A project that was linked to a sub-customer, both in use."""
    links = Link.objects.filter(kind=PROJECT.key).order_by("left_id")
    return next(link for link in links if job_of(link).is_active and project_of(link).is_active)


def project_of(link: Link) -> RemoteItem:
    return RemoteItem.objects.get(resource=PROJECT.left.key, remote_id=link.left_id)


def job_of(link: Link) -> RemoteItem:
    return RemoteItem.objects.get(resource=PROJECT.right.key, remote_id=link.right_id)


def another_customer(link: Link) -> Link:
    above = job_of(link).parent_id
    return Link.objects.filter(kind=CUSTOMER.key).exclude(right_id=above).order_by("pk").first()


def carry() -> None:
    for cursor in Cursor.objects.filter(resource=procore.PROJECTS.key):
        Cursor.objects.filter(pk=cursor.pk).update(read_until=cursor.read_until - timedelta(minutes=1))
    work = Work()
    poll_procore(work)
    Entry.objects.exclude(flow="project_changes").update(due_at=None)
    Engine().run_due()


def entry_of(link: Link) -> Entry:
    return Entry.objects.get(flow="project_changes", source_id=link.left_id)


def codes_of(entry: Entry) -> list[str]:
    return [notice["code"] for notice in entry.notices]


def in_books(pair: Any, customer_id: str) -> dict[str, Any]:
    return next(row for row in rows_in_books(pair, "Customer") if row["Id"] == customer_id)


def writes(pair: Any) -> int:
    calls = control(pair.qbo, "calls", method="GET")
    return sum(call["method"] == "POST" and call["path"].endswith("/customer") for call in calls)


def edit(pair: Any, link: Link, **attributes: Any) -> None:
    act(pair.procore, "edit_project", project_id=int(link.left_id), **attributes)


def test_a_rename_is_asked_about_follows_and_is_written_once(watched: Any, owner: Any) -> None:
    link = a_link()
    name, before = project_of(link).name, in_books(watched, link.right_id)
    assert Entry.objects.filter(flow="project_changes").count() == 0
    edit(watched, link, name=f"{name} Phase 2")
    carry()
    entry = entry_of(link)
    assert (entry.state, codes_of(entry), entry.target_id) == ("held", ["project_renamed"], "")
    assert reason_of(entry) == (
        f"Procore calls the project {name} Phase 2 now, QuickBooks has sub-customer {before['DisplayName']}. "
        "Rename it, or keep its name."
    )
    assert in_books(watched, link.right_id) == before
    # A setting allows it from now on, which takes up what was asked. The first answer is lost on its way.
    fault(watched.qbo, method="POST", path="/customer", when="after", drop=True, times=3)
    choose("project_renamed", "rename", owner)
    Engine().run_due()
    Entry.objects.filter(pk=entry.pk, due_at__isnull=False).update(due_at="2020-01-01T00:00Z")
    Engine().run_due()
    entry.refresh_from_db()
    assert (entry.state, codes_of(entry), entry.target_id) == ("posted", [], link.right_id)
    after = in_books(watched, link.right_id)
    assert (after["DisplayName"], int(after["SyncToken"])) == (f"{name} Phase 2", int(before["SyncToken"]) + 1)
    assert job_of(link).name == f"{name} Phase 2"
    count = writes(watched)
    edit(watched, link, address="1 New Street")
    carry()
    assert writes(watched) == count
    assert entry_of(link).state == "posted"


def test_a_change_at_another_version_is_planned_again(watched: Any, owner: Any) -> None:
    link = a_link()
    choose("project_renamed", "rename", owner)
    fault(watched.qbo, method="POST", path="/customer", when="before", code="5010")
    edit(watched, link, name="Renamed at last")
    carry()
    assert (entry_of(link).state, codes_of(entry_of(link))) == ("waiting", ["stale_version"])
    Entry.objects.filter(flow="project_changes").update(due_at="2020-01-01T00:00Z")
    Engine().run_due()
    assert entry_of(link).state == "posted"
    assert in_books(watched, link.right_id)["DisplayName"] == "Renamed at last"
    states = list(Outgoing.objects.filter(entry=entry_of(link)).order_by("pk").values_list("state", flat=True))
    assert states == ["failed", "done"]


def test_another_customer_is_asked_about_moved_by_a_person_and_kept_by_another(watched: Any, owner: Any) -> None:
    link = a_link()
    other = another_customer(link)
    job = at_quickbooks("Invoice", CustomerRef={"value": link.right_id}, Line=[
        {"Amount": 10, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}},
    ])  # fmt: skip
    assert job["Balance"] == 10
    choose("project_moved", "move", owner)
    before = in_books(watched, link.right_id)
    act(watched.procore, "set_project_customer", project_id=int(link.left_id), vendor_id=int(other.left_id))
    carry()
    entry = entry_of(link)
    assert (entry.state, codes_of(entry)) == ("held", ["project_customer_posted"])
    assert entry.notices[0]["detail"]["what"].endswith("a balance of 10.00")
    assert in_books(watched, link.right_id) == before
    project_acts.keep_sub_customer(entry, owner)
    edit(watched, link, address="2 New Street")
    carry()
    assert (entry_of(link).state, in_books(watched, link.right_id)) == ("ineligible", before)
    # Asked again on the next change, a person says yes.
    Entry.objects.filter(pk=entry.pk).update(facts={})
    edit(watched, link, address="3 New Street")
    carry()
    project_acts.follow_procore(entry_of(link), owner)
    Engine().run_due()
    moved = in_books(watched, link.right_id)
    assert entry_of(link).state == "posted"
    assert (moved["ParentRef"]["value"], moved["DisplayName"]) == (other.right_id, before["DisplayName"])
    assert job_of(link).parent_id == other.right_id


def test_archived_it_waits_for_a_zero_balance_and_comes_back(watched: Any, owner: Any) -> None:
    link = a_link()
    Entry.objects.exclude(flow="project_changes").delete()
    choose("project_archived", "inactivate", owner)
    invoice = at_quickbooks("Invoice", CustomerRef={"value": link.right_id}, Line=[
        {"Amount": 10, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}},
    ])  # fmt: skip
    edit(watched, link, active=False)
    carry()
    assert (entry_of(link).state, codes_of(entry_of(link))) == ("waiting", ["project_archived_open"])
    act(watched.qbo, "delete_document", entity="Invoice", record_id=invoice["Id"])
    at_quickbooks("Customer", Id=link.right_id, Notes="Paid up")
    assert Entry.objects.filter(flow="project_changes", due_at__lte=timezone.now()).count() == 0
    poll_books(Work())
    assert Entry.objects.filter(flow="project_changes", due_at__lte=timezone.now()).count() == 1
    Engine().run_due()
    assert entry_of(link).state == "posted"
    assert in_books(watched, link.right_id)["Active"] is False
    edit(watched, link, active=True)
    carry()
    row = in_books(watched, link.right_id)
    assert (row["Active"], row["DisplayName"]) == (True, job_of(link).name)
    assert "deleted" not in row["DisplayName"]


def test_converted_or_replaced_it_goes_on_or_offers_the_new_one(watched: Any, owner: Any) -> None:
    link = a_link()
    row = job_of(link)
    act(watched.qbo, "convert_to_project", customer_id=link.right_id)
    poll_books(Work())
    assert (Entry.objects.filter(flow="project_changes").count(), job_of(link).subtype) == (0, "project")
    # The other way people take: a project made anew, and the sub-customer put away.
    second = Link.objects.filter(kind=PROJECT.key).exclude(pk=link.pk).order_by("left_id").first()
    row = job_of(second)
    at_quickbooks("Customer", Id=second.right_id, Active=False)
    made = act(watched.qbo, "add_project", parent_id=row.parent_id, name=row.name)["Customer"]
    poll_books(Work())
    Engine().run_due()
    entry = entry_of(second)
    assert (entry.state, codes_of(entry)) == ("blocked", ["sub_customer_replaced"])
    assert entry.notices[0]["detail"] == {"successor": row.name, "successor_id": made["Id"]}
    waiting = Entry.objects.filter(flow="projects").exclude(source_id=second.left_id).first()
    assert waiting is not None
    WaitingFor.objects.create(entry=waiting, subject=f"link:project:{second.left_id}")
    project_acts.link_successor(entry, owner)
    waiting.refresh_from_db()
    assert waiting.due_at is not None
    Entry.objects.exclude(flow="project_changes").update(due_at=None)
    Engine().run_due()
    assert Link.objects.get(kind=PROJECT.key, left_id=second.left_id).right_id == made["Id"]
    assert (entry_of(second).state, codes_of(entry_of(second))) == ("ineligible", ["already_mapped"])
    assert not Attempt.objects.filter(outgoing__entry__flow="project_changes").exists()
