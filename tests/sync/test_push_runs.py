"""A push of many rows from preview to the last row: resumed, stopped, confirmed twice, and whole in the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Connection
from mapping.choices import choose
from mapping.kinds import VENDOR
from mapping.links import link
from mapping.models import Link, LinkChange, MappingRun, RemoteItem
from mapping.pushing import runs
from mapping.screens import SECTIONS
from smoothx.tenants.models import AuditEntry, DueWork
from sync import batches, ledger, push_runs, pushing, queueing
from sync.models import Entry
from tests import worlds
from tests.sync.claims import fault, let_claims_run_out
from tests.sync.pushes import (
    Died,
    add_companies,
    add_vendors,
    begin,
    carry,
    companies_named,
    names,
    outcome,
    vendors_named,
)
from tests.sync.threads import at_once

pytestmark = pytest.mark.timeout(180)

CONTACTS, ITEMS, CLASSES = SECTIONS["contacts"], SECTIONS["item-codes"], SECTIONS["cost-codes"]


def verdicts(run: MappingRun) -> list[tuple[str, str, str]]:
    return list(run.rows.order_by("number").values_list("label", "verdict", "reason"))


def test_a_preview_says_what_would_become_of_each_row_and_creates_nothing(contacts: Any, owner: Any) -> None:
    fresh, taken, other = "Batch Fresh", "Batch Taken", "Batch Client"
    ids = add_companies([fresh, taken, other, "Batch twice", "BATCH TWICE"])
    worlds.act(contacts.qbo, "add_vendor", name=taken.upper())
    worlds.act(contacts.qbo, "add_customer", name=other)
    worlds.read_section("contacts")
    before = worlds.books_of(contacts)
    run = begin(ids, owner)
    found = {label: (verdict, reason) for label, verdict, reason in verdicts(run)}
    assert (run.state, run.expected) == ("preview", 5)
    assert found[fresh] == ("create", "")
    assert found[taken] == ("exists", f"QuickBooks has the vendor {taken.upper()} already. Link it instead.")
    assert found[other] == ("clash", f"QuickBooks has {other} as a customer.")
    assert sorted(found[name][0] for name in ("Batch twice", "BATCH TWICE")) == ["create", "same"]
    assert worlds.books_of(contacts) == before
    assert Entry.objects.count() == 0


def test_a_confirmed_run_creates_links_and_says_what_became_of_each_row(contacts: Any, owner: Any) -> None:
    wanted = names(130)
    run = begin(add_companies(wanted), owner)
    assert runs.confirm(run, owner)
    carry(run)
    assert (run.state, run.done, run.expected, run.linked) == ("done", 130, 130, 130)
    made = {row["DisplayName"]: row["Id"] for row in vendors_named(contacts, "Batch")}
    assert sorted(made) == wanted
    assert {row.label: row.right_id for row in run.rows.all()} == made
    assert outcome(run) == {"done": 130}
    assert set(Link.objects.values_list("run_id", "actor_id")) == {(run.pk, owner.pk)}
    assert LinkChange.objects.filter(run=run, actor=owner).count() == 130
    assert AuditEntry.objects.get(action="push.confirmed").detail == {"run": run.pk, "rows": 130}
    assert DueWork.objects.get(topic=push_runs.TOPIC).due_at is None


def test_contacts_of_both_roles_become_companies(contacts: Any, owner: Any) -> None:
    ids = add_vendors([{"DisplayName": name} for name in names(3)])
    run = begin(ids, owner, resource="qbo.vendors")
    assert runs.confirm(run, owner)
    carry(run)
    assert (run.state, outcome(run)) == ("done", {"done": 3})
    ids_there = {row["name"]: str(row["id"]) for row in companies_named(contacts, "Batch")}
    assert {row.label: row.left_id for row in run.rows.all()} == ids_there


def test_names_in_use_are_created_with_an_ending_when_somebody_says_so(contacts: Any, owner: Any) -> None:
    ids = add_companies(["Batch Client"])
    worlds.act(contacts.qbo, "add_customer", name="Batch Client")
    worlds.read_section("contacts")
    run = begin(ids, owner)
    assert verdicts(run)[0][1] == "clash"
    assert runs.change(run, {"suffix": True})
    assert verdicts(run)[0][1] == "create"
    assert runs.confirm(run, owner)
    carry(run)
    assert [row["DisplayName"] for row in vendors_named(contacts, "Batch")] == ["Batch Client (V)"]
    assert run.rows.get().reason == "QuickBooks could not take the name as it is, so it became Batch Client (V)."


def test_what_is_left_out_is_not_created(contacts: Any, owner: Any) -> None:
    run = begin(add_companies(names(3)), owner)
    assert runs.choose(run, run.rows.filter(number=2), is_chosen=False) == 1
    assert runs.confirm(run, owner)
    assert runs.choose(run, run.rows.all(), is_chosen=False) == 0
    carry(run)
    assert [row["DisplayName"] for row in vendors_named(contacts, "Batch")] == [names(3)[0], names(3)[2]]
    assert (run.state, run.expected) == ("done", 2)


def test_confirming_twice_sends_once(contacts: Any, owner: Any) -> None:
    run = begin(add_companies(names(2)), owner)
    assert sorted(at_once(lambda: runs.confirm(MappingRun.objects.get(pk=run.pk), owner))) == [False, True]
    assert not runs.change(run, {"suffix": True})
    carry(run)
    carry(run)
    assert len(vendors_named(contacts, "Batch")) == 2


def test_two_workers_and_two_runs_over_the_same_rows_make_each_once(contacts: Any, owner: Any) -> None:
    ids = add_companies(names(40))
    first, second = begin(ids, owner), begin(ids, owner)
    assert runs.confirm(first, owner)
    assert runs.confirm(second, owner)
    at_once(lambda: push_runs.work_off(seconds=40))
    carry(first)
    carry(second)
    assert [row["DisplayName"] for row in vendors_named(contacts, "Batch")] == names(40)
    assert Link.objects.count() == 40
    assert (first.state, second.state) == ("done", "done")
    for run in (first, second):
        assert set(outcome(run)) <= {"done", "left_out"}


def test_a_single_push_of_the_same_row_meanwhile_makes_one(contacts: Any, owner: Any) -> None:
    (company,) = add_companies(["Batch 000 Concrete"])
    run = begin([company], owner)
    pushing.push(section=CONTACTS, side="procore", remote_id=company, role="vendor", actor=owner)
    assert runs.confirm(run, owner)
    carry(run)
    assert len(vendors_named(contacts, "Batch")) == 1
    assert (run.state, Link.objects.count()) == ("done", 1)


def test_a_stopped_run_sends_no_more_and_goes_on_where_it_was(
    contacts: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(batches.MOST_TOGETHER, "qbo", 30)
    run = begin(add_companies(names(65)), owner)
    assert runs.confirm(run, owner)
    push_runs.advance(run)
    assert runs.stop(run, owner)
    assert not runs.stop(run, owner)
    carry(run)
    assert (run.state, run.message, run.done) == ("failed", "Stopped. It can go on.", 30)
    assert len(vendors_named(contacts, "Batch")) == 30
    assert runs.resume(run, owner, with_failed=False)
    assert not runs.resume(run, owner, with_failed=False)
    carry(run)
    assert (run.state, run.done, len(vendors_named(contacts, "Batch"))) == ("done", 65, 65)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (push_runs, "_queue"),
        (queueing, "mark_work_due"),
        (batches, "save_drafts"),
        (batches.outbox, "_end_many"),
        (batches.settle, "posted_many"),
        (push_runs, "_read_outcome"),
        (runs, "count"),
    ],
)
def test_a_run_whose_worker_was_killed_goes_on_and_makes_each_once(
    contacts: Any, owner: Any, module: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begin(add_companies(names(4)), owner)
    assert runs.confirm(run, owner)

    def die(*_: Any, **__: Any) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(module, name, die)
        with pytest.raises(Died):
            carry(run)
    due_at = DueWork.objects.get(topic=push_runs.TOPIC).due_at
    assert due_at is not None
    assert due_at <= timezone.now() + push_runs.LEASE
    let_claims_run_out()
    carry(run)
    Entry.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
    carry(run)
    assert (run.state, outcome(run)) == ("done", {"done": 4})
    assert [row["DisplayName"] for row in vendors_named(contacts, "Batch")] == names(4)
    assert Link.objects.count() == 4


def test_a_lost_connection_stops_the_run_with_its_reason(contacts: Any, owner: Any) -> None:
    run = begin(add_companies(names(3)), owner)
    assert runs.confirm(run, owner)
    Connection.objects.filter(vendor="qbo").update(state="broken")
    carry(run)
    assert (run.state, run.message) == ("failed", "QuickBooks is not connected. Connect it in Settings.")
    assert outcome(run) == {"waiting": 3}
    Connection.objects.filter(vendor="qbo").update(state="connected")
    assert runs.resume(run, owner, with_failed=False)
    carry(run)
    assert (run.state, outcome(run)) == ("done", {"done": 3})


def test_access_lost_in_the_middle_of_a_run_loses_and_doubles_nothing(
    contacts: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(batches.MOST_TOGETHER, "qbo", 30)
    run = begin(add_companies(names(65)), owner)
    assert runs.confirm(run, owner)
    push_runs.advance(run)
    push_runs.Engine().run_due()
    realm = contacts.info["qbo"]["realms"][0]
    worlds.act(contacts.qbo, "disconnect", realm=realm["id"])
    carry(run)
    assert (run.state, run.message) == ("failed", "QuickBooks is not connected. Connect it in Settings.")
    assert (run.done, len(vendors_named(contacts, "Batch"))) == (30, 30)
    token = worlds.control(contacts.qbo, "token", {"realm": realm["id"]})
    Connection.objects.filter(vendor="qbo").update(
        state="connected",
        sealed_access_token=Connection.seal(token["access_token"]),
        sealed_refresh_token=Connection.seal(token["refresh_token"]),
        access_expires_at=timezone.now() + timedelta(hours=1),
    )
    ledger.release(["connection:restored"])
    assert runs.resume(run, owner, with_failed=False)
    carry(run)
    assert (run.state, outcome(run)) == ("done", {"done": 65})
    assert [row["DisplayName"] for row in vendors_named(contacts, "Batch")] == names(65)


def test_the_rows_that_failed_are_tried_again_and_only_those(contacts: Any, owner: Any) -> None:
    run = begin(add_companies(names(3)), owner)
    assert runs.confirm(run, owner)
    worlds.act(contacts.qbo, "add_vendor", name=names(3)[1])
    carry(run)
    failed = run.rows.get(state="failed")
    assert (run.state, failed.label) == ("done", names(3)[1])
    assert failed.reason == f"{names(3)[1]} exists in QuickBooks already. Link it instead of making another."
    assert RemoteItem.objects.filter(resource="qbo.vendors", name=names(3)[1]).exists()
    (vendor,) = vendors_named(contacts, names(3)[1])
    client = batches.Work().qbo
    renamed = {"Id": vendor["Id"], "SyncToken": vendor["SyncToken"], "sparse": True, "DisplayName": "Something else"}
    client.update("Vendor", renamed, key="rename-it")
    worlds.read_section("contacts")
    assert runs.resume(run, owner, with_failed=True)
    carry(run)
    assert (run.state, outcome(run)) == ("done", {"done": 3})


def test_a_row_linked_by_hand_since_the_preview_is_left_alone(contacts: Any, owner: Any) -> None:
    ids = add_companies(names(2))
    run = begin(ids, owner)
    company = RemoteItem.objects.get(resource="procore.vendors", remote_id=ids[0])
    other = RemoteItem.objects.filter(resource="qbo.vendors", is_active=True).order_by("name")[0]
    link(
        VENDOR,
        left_connection=company.connection,
        left_id=company.remote_id,
        right_connection=other.connection,
        right_id=other.remote_id,
        chosen_by="hand",
    )
    assert runs.confirm(run, owner)
    carry(run)
    row = run.rows.get(left_id=ids[0])
    assert (row.state, row.reason) == ("left_out", f"{names(2)[0]} is mapped already.")
    assert [vendor["DisplayName"] for vendor in vendors_named(contacts, "Batch")] == [names(2)[1]]


def test_more_rows_than_a_person_waits_for_are_looked_through_by_a_worker(
    contacts: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "LOOKED_THROUGH_AT_ONCE", 2)
    run = begin(add_companies(names(3)), owner)
    assert (run.state, run.rows.count()) == ("waiting", 0)
    carry(run)
    assert (run.state, run.expected) == ("preview", 3)


def test_an_answer_without_end_leaves_the_row_on_its_way_and_the_run_open(contacts: Any, owner: Any) -> None:
    run = begin(add_companies(names(2)), owner)
    assert runs.confirm(run, owner)
    fault(contacts.qbo, method="POST", path="/batch", when="before", drop=True, times=3)
    carry(run)
    assert (run.state, outcome(run), run.done) == ("running", {"sending": 2}, 0)
    assert DueWork.objects.get(topic=push_runs.TOPIC).due_at is not None


class TestCodes:
    @pytest.fixture
    def codes(self, connected: Any, sandboxes: Any, without_limits: None) -> Any:
        worlds.read_section("item-codes")
        worlds.read_section("cost-codes")
        worlds.read_section("account-codes")
        accounts = RemoteItem.objects.filter(resource="qbo.accounts", is_active=True)
        choose("bill_code", accounts.filter(subtype="Cost of Goods Sold").order_by("name")[0].remote_id, None)
        choose("invoice_code", accounts.filter(subtype="Income").order_by("name")[0].remote_id, None)
        return sandboxes

    def test_codes_become_services_with_the_accounts_chosen_by_division(self, codes: Any, owner: Any) -> None:
        address = "/mapping/item-codes/?tab=procore"
        run = runs.begin(ITEMS, "procore", role="", ids=[], address=address, actor=owner)
        made = run.rows.filter(verdict="create")
        assert made.count() > 5
        assert set(run.rows.filter(verdict="invalid").values_list("reason", flat=True)) <= {
            f"{row.label} is a division, and no cost is booked on it. Push the cost codes under it."
            for row in run.rows.filter(verdict="invalid")
        }
        division = made.order_by("number").first().data["division"]
        cost = RemoteItem.objects.filter(resource="qbo.accounts", subtype="Expense", is_active=True).order_by("name")[
            0
        ]
        assert runs.change(run, {"accounts": {division: {"expense_account:": cost.remote_id}}})
        chosen = run.rows.filter(verdict="create", data__division=division).first()
        assert ["Expense account", cost.name] in chosen.data["facts"]
        assert runs.confirm(run, owner)
        carry(run)
        assert (run.state, run.rows.filter(state="failed").count()) == ("done", 0)
        items = {item["Id"]: item for item in worlds.in_books(codes, "Item")}
        for row in run.rows.filter(state="done"):
            item = items[row.right_id]
            expected = cost.remote_id if row.data["division"] == division else None
            assert (item["Name"], item["Type"]) == (row.data["name"], "Service")
            assert item["Sku"] == RemoteItem.objects.get(pk=row.data["row"]).code
            assert expected in (None, item["ExpenseAccountRef"]["value"])
        assert (
            Link.objects.filter(kind="cost_code_item").count() == run.linked == run.rows.filter(state="done").count()
        )

    def test_codes_become_classes(self, codes: Any, owner: Any) -> None:
        leaf = next(
            row
            for row in RemoteItem.objects.filter(resource="procore.standard_cost_codes").order_by("code")
            if not RemoteItem.objects.filter(resource=row.resource, parent_id=row.remote_id).exists()
        )
        pushing.push(section=CLASSES, side="procore", remote_id=leaf.remote_id, role="", actor=owner)
        push_runs.Engine().run_due()
        entry = Entry.objects.get()
        made = {row["Id"]: row["Name"] for row in worlds.in_books(codes, "Class")}
        assert (entry.state, made[entry.target_id]) == ("posted", f"{leaf.code} {leaf.name}")
        assert Link.objects.get().kind == "cost_code_class"
        assert RemoteItem.objects.filter(resource="qbo.classes", remote_id=entry.target_id).exists()
        assert AuditEntry.objects.get(action="code.pushed").subject == f"{leaf.code} {leaf.name}"
