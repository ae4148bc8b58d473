"""Many rows in one call: nothing twice, nothing lost, and each row's own outcome."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.procore import resources as procore
from mapping.models import Link, LinkChange, RemoteItem
from sync import batches, outbox, settle, sources
from sync.engine import Engine
from sync.models import Attempt, Entry, Outgoing
from sync.work import Work
from tests import worlds
from tests.sync.claims import codes_of, fault, let_claims_run_out, make_due_now
from tests.sync.pushes import (
    add_companies,
    add_vendors,
    calls_to,
    companies_named,
    entries,
    queue,
    vendors_named,
)

pytestmark = pytest.mark.timeout(180)


class Died(BaseException):
    """Stands for a worker killed at this line: nothing after it runs, nothing catches it."""


def names(count: int, prefix: str = "Batch") -> list[str]:
    return [f"{prefix} {number:03d} Concrete" for number in range(count)]


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in entries():
        found[entry.state] = found.get(entry.state, 0) + 1
    return found


def assert_all_made_once(pair: Any, wanted: list[str]) -> None:
    assert [row["DisplayName"] for row in vendors_named(pair, "Batch")] == wanted
    assert states() == {"posted": len(wanted)}
    links = {link.left_id: link.right_id for link in Link.objects.all()}
    made = {row["DisplayName"]: row["Id"] for row in vendors_named(pair, "Batch")}
    assert links == {entry.source_id: made[entry.party] for entry in entries()}
    assert LinkChange.objects.count() == len(wanted)


def test_rows_go_out_thirty_at_a_time_and_each_is_linked(contacts: Any) -> None:
    wanted = names(65)
    queue("contacts_to_qbo", add_companies(wanted))
    worlds.control(contacts.qbo, "calls", method="DELETE")
    worlds.control(contacts.procore, "calls", method="DELETE")
    Engine().run_due()
    assert_all_made_once(contacts, wanted)
    assert calls_to(contacts.qbo, "POST", "/batch") == 3
    assert calls_to(contacts.qbo, "POST", "/vendor") == 0
    assert calls_to(contacts.procore, "GET", "/vendors") == 1
    assert Attempt.objects.count() == Outgoing.objects.filter(state="done").count() == 65
    assert RemoteItem.objects.filter(resource="qbo.vendors", name__startswith="Batch").count() == 65


def test_a_set_under_way_gives_way_to_who_waits(contacts: Any) -> None:
    """What is planned goes out in one call more, the rest is due as before, and nothing is made twice."""
    wanted = names(65)
    queue("contacts_to_qbo", add_companies(wanted))
    asked = iter([*[False] * 13, *[True] * 1000])
    assert Engine().run_due(gives_way=lambda: next(asked)) == 65
    # Once before the set was taken, then before each document but the first.
    assert states() == {"posted": 13, "queued": 52}
    assert calls_to(contacts.qbo, "POST", "/batch") == 1
    # A call is not interrupted, but what would come after it is not even planned.
    Engine().run_due(gives_way=lambda: Attempt.objects.count() > 13)
    assert states() == {"posted": 43, "queued": 22}
    assert Outgoing.objects.count() == 43
    waiting = Entry.objects.filter(state="queued")
    assert not waiting.exclude(due_at__lte=timezone.now(), claimed_until=None, claimed_by="").exists()
    Engine().run_due()
    assert_all_made_once(contacts, wanted)


def test_statements_per_row_stay_few_however_many_rows(contacts: Any) -> None:
    ids = add_companies(names(90))
    queue("contacts_to_qbo", ids[:30])
    with CaptureQueriesContext(database) as few:
        Engine().run_due()
    queue("contacts_to_qbo", ids[30:])
    with CaptureQueriesContext(database) as more:
        Engine().run_due()
    assert states() == {"posted": 90}
    # One batch more: what a batch costs does not depend on its rows.
    assert len(more) - len(few) <= 38
    assert len(few) < 62


def test_an_empty_company_is_not_live_and_still_pushes(contacts: Any, tenant: Any) -> None:
    assert tenant.state == "setup"
    queue("contacts_to_qbo", add_companies(names(2)), part="customer")
    Engine().run_due()
    assert states() == {"posted": 2}
    customers = [row["DisplayName"] for row in worlds.in_books(contacts, "Customer")]
    assert [name for name in sorted(customers) if name.startswith("Batch")] == names(2)


def test_one_refused_row_of_thirty_stops_no_other_and_its_namesake_can_be_linked(contacts: Any) -> None:
    wanted = names(30)
    queue("contacts_to_qbo", add_companies(wanted))
    worlds.act(contacts.qbo, "add_customer", name=wanted[7].upper())
    Engine().run_due()
    refused = Entry.objects.get(party=wanted[7])
    assert (refused.state, codes_of(refused)) == ("blocked", ["name_exists"])
    assert Entry.objects.filter(state="posted").count() == 29
    assert [row["DisplayName"] for row in vendors_named(contacts, "Batch")] == [n for n in wanted if n != wanted[7]]
    assert RemoteItem.objects.filter(resource="qbo.customers", name=wanted[7].upper(), is_active=True).exists()
    assert not Link.objects.filter(left_id=refused.source_id).exists()


@pytest.mark.parametrize(
    ("when", "trouble"), [("before", {"drop": True}), ("after", {"drop": True}), ("before", {"status": 503})]
)
def test_a_lost_answer_of_a_batch_makes_each_row_once(contacts: Any, when: str, trouble: dict[str, Any]) -> None:
    wanted = names(5)
    queue("contacts_to_qbo", add_companies(wanted))
    # The client itself repeats a keyed write twice.
    fault(contacts.qbo, method="POST", path="/batch", when=when, times=3, **trouble)
    Engine().run_due()
    assert states() == {"uncertain": 5}
    assert Link.objects.count() == 0
    make_due_now()
    Engine().run_due()
    if when == "before":
        # The call's key was the batch's own: as long as its work may still end, nothing is sent again.
        assert (states(), vendors_named(contacts, "Batch")) == ({"uncertain": 5}, [])
        for outgoing in Outgoing.objects.all():
            assert outgoing.sent_at is not None
            Outgoing.objects.filter(pk=outgoing.pk).update(sent_at=outgoing.sent_at - timedelta(seconds=121))
        make_due_now()
        Engine().run_due()
    assert_all_made_once(contacts, wanted)


def test_an_answer_lost_once_is_replayed_by_the_same_key(contacts: Any) -> None:
    wanted = names(4)
    queue("contacts_to_qbo", add_companies(wanted))
    fault(contacts.qbo, method="POST", path="/batch", when="after", drop=True, times=1)
    Engine().run_due()
    assert_all_made_once(contacts, wanted)


def test_a_limit_met_halfway_puts_the_rest_off_and_loses_nothing(contacts: Any) -> None:
    wanted = names(65)
    queue("contacts_to_qbo", add_companies(wanted))
    fault(contacts.qbo, method="POST", path="/batch", status=429, times=1, headers={"Retry-After": "1"})
    engine = Engine()
    engine.run_due()
    assert engine.is_throttled
    assert states() == {"queued": 65}
    assert vendors_named(contacts, "Batch") == []
    Entry.objects.update(due_at=None)
    make_due = [entry.pk for entry in entries()]
    Entry.objects.filter(pk__in=make_due).update(due_at="2020-01-01T00:00:00Z")
    Engine().run_due()
    assert_all_made_once(contacts, wanted)


def test_a_batch_refused_as_a_whole_is_sent_row_by_row(contacts: Any) -> None:
    wanted = names(3)
    queue("contacts_to_qbo", add_companies(wanted))
    whole = {"Fault": {"Error": [{"Message": "no", "Detail": "no", "code": "2010"}], "type": "ValidationFault"}}
    fault(contacts.qbo, method="POST", path="/batch", status=400, times=1, body=whole)
    Engine().run_due()
    assert_all_made_once(contacts, wanted)
    assert Attempt.objects.count() == 6


def test_a_lost_connection_holds_what_is_not_sent(contacts: Any, owner: Any) -> None:
    queue("contacts_to_qbo", add_companies(names(35)))
    worlds.act(contacts.qbo, "disconnect", realm=contacts.info["qbo"]["realms"][0]["id"])
    Engine().run_due()
    assert states() == {"held": 35}
    told = {(each["code"], each["subject"]) for entry in entries() for each in entry.notices}
    assert told == {("connection_lost", "QuickBooks")}
    assert vendors_named(contacts, "Batch") == []


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (sources, "reader_for_many"),
        (batches, "draft_create"),
        (batches, "save_drafts"),
        (outbox, "send_many"),
        (outbox, "_end_many"),
        (settle, "posted_many"),
        (settle, "create_many_links"),
    ],
)
def test_a_worker_killed_at_any_step_leaves_each_row_once(
    contacts: Any, module: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = names(3)
    queue("contacts_to_qbo", add_companies(wanted))

    def die(*_: Any, **__: Any) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(module, name, die)
        with pytest.raises(Died):
            Engine().run_due()
    assert Engine().run_due() == 0
    let_claims_run_out()
    Engine().run_due()
    make_due_now()
    Engine().run_due()
    assert_all_made_once(contacts, wanted)


def test_two_rows_of_one_name_in_one_call_make_one_and_say_so(contacts: Any) -> None:
    ids = add_companies(["Batch 000 Concrete"])
    other = add_companies(["BATCH 000 concrete"])
    queue("contacts_to_qbo", [*ids, *other])
    Engine().run_due()
    Engine().run_due()
    assert [entry.state for entry in entries()] == ["posted", "blocked"]
    assert codes_of(entries()[1]) == ["name_exists"]
    assert len([row for row in worlds.in_books(contacts, "Vendor") if "batch" in row["DisplayName"].lower()]) == 1


def test_what_changed_since_the_preview_is_seen_row_by_row(contacts: Any) -> None:
    wanted = names(4)
    ids = add_companies(wanted)
    queue("contacts_to_qbo", ids)
    client = Work().procore
    client.patch(procore.VENDORS, ids[0], {"name": "Batch 900 Renamed"})
    client.patch(procore.VENDORS, ids[1], {"is_active": False})
    worlds.act(contacts.qbo, "add_vendor", name=wanted[2])
    worlds.read_section("contacts")
    Engine().run_due()
    assert [(entry.state, codes_of(entry)) for entry in entries()] == [
        ("posted", []),
        ("ineligible", ["inactive_here"]),
        ("blocked", ["name_exists"]),
        ("posted", []),
    ]
    made = [row["DisplayName"] for row in vendors_named(contacts, "Batch")]
    assert made == [wanted[2], wanted[3], "Batch 900 Renamed"]


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Batch " + "x" * 194, "Batch " + "x" * 194),
        ("Batch \N{HAMMER} Bau", "Batch \N{HAMMER} Bau"),
        ("Batch: North, O'Brien", "Batch- North, O'Brien"),
    ],
)
def test_unusual_names_cross_as_quickbooks_takes_them(contacts: Any, name: str, made: str) -> None:
    queue("contacts_to_qbo", add_companies([name, "Batch plain"]))
    Engine().run_due()
    assert {entry.state for entry in entries()} <= {"posted", "posted_with_warnings"}
    assert made in [row["DisplayName"] for row in vendors_named(contacts, "Batch")]
    assert Link.objects.count() == 2


def test_the_name_of_an_inactive_twin_is_free(contacts: Any) -> None:
    ids = add_companies(["Batch 000 Concrete", "Batch 001 Concrete"])
    (vendor,) = add_vendors([{"DisplayName": "Batch 000 Concrete"}])
    client = Work().qbo
    client.update("Vendor", {"Id": vendor, "SyncToken": "0", "sparse": True, "Active": False}, key="make-inactive")
    worlds.read_section("contacts")
    queue("contacts_to_qbo", ids)
    Engine().run_due()
    assert states() == {"posted": 2}
    assert [row["DisplayName"] for row in vendors_named(contacts, "Batch 000")] == [
        "Batch 000 Concrete",
        "Batch 000 Concrete (deleted)",
    ]


class TestToProcore:
    def test_all_go_in_one_call_without_an_origin_id(self, contacts: Any) -> None:
        wanted = names(40)
        queue("contacts_to_procore", add_vendors([{"DisplayName": name} for name in wanted]))
        worlds.control(contacts.procore, "calls", method="DELETE")
        Engine().run_due()
        made = companies_named(contacts, "Batch")
        assert [row["name"] for row in made] == wanted
        assert {row["origin_id"] for row in made} == {None}
        assert states() == {"posted": 40}
        assert calls_to(contacts.procore, "PATCH", "/vendors/sync") == 1
        ids = {row["name"]: str(row["id"]) for row in made}
        assert {link.left_id for link in Link.objects.all()} == set(ids.values())

    def test_a_refused_row_says_why_and_stops_no_other(self, contacts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        wanted = names(3)
        queue("contacts_to_procore", add_vendors([{"DisplayName": name} for name in wanted]))
        draft = batches.draft_create

        def with_bad_parent(work: Work, entry: Entry, plan: Any) -> Outgoing | None:
            made = draft(work, entry, plan)
            if made is not None and made.body["name"] == wanted[1]:
                made.body |= {"parent_id": 1}
            return made

        monkeypatch.setattr(batches, "draft_create", with_bad_parent)
        Engine().run_due()
        refused = entries()[1]
        assert (refused.state, codes_of(refused)) == ("rejected", ["rejected"])
        assert refused.notices[0]["detail"]["vendor_text"] == "parent_id is invalid"
        assert [row["name"] for row in companies_named(contacts, "Batch")] == [wanted[0], wanted[2]]
        assert Link.objects.count() == 2

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_lost_answer_makes_each_company_once(self, contacts: Any, when: str) -> None:
        wanted = names(3)
        queue("contacts_to_procore", add_vendors([{"DisplayName": name} for name in wanted]))
        fault(contacts.procore, method="PATCH", path="/vendors/sync", when=when, drop=True)
        Engine().run_due()
        assert states() == {"uncertain": 3}
        make_due_now()
        Engine().run_due()
        if when == "before":
            assert (states(), companies_named(contacts, "Batch")) == ({"uncertain": 3}, [])
            for outgoing in Outgoing.objects.all():
                assert outgoing.sent_at is not None
                Outgoing.objects.filter(pk=outgoing.pk).update(sent_at=outgoing.sent_at - timedelta(seconds=121))
            make_due_now()
            Engine().run_due()
        assert [row["name"] for row in companies_named(contacts, "Batch")] == wanted
        assert states() == {"posted": 3}
        assert Link.objects.count() == 3
