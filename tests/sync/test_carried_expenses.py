"""Costs entered in QuickBooks stand in Procore as direct costs, change with their document, and go with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from connectors.errors import Uncertain
from connectors.models import Cursor
from connectors.procore import resources as procore
from connectors.procore.client import ProcoreClient
from mapping.choices import choose
from mapping.models import RemoteItem
from sync import actions, outbox
from sync.drift import from_text
from sync.engine import Engine
from sync.models import Entry, Outgoing
from sync.recoding import finding, runs
from sync.recoding.tasks import work_off
from sync.updating import name_difference
from sync.work import Work
from tests import worlds
from tests.sync.claims import make_due_now
from tests.sync.costs import (
    amounts_of,
    costs_of,
    enter,
    entries,
    line,
    look_at_books,
    map_projects,
    mapped,
    open_for_costs,
    told,
)

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def pair(connected: Any, sandboxes: Any, without_limits: None) -> Any:
    open_for_costs(sandboxes)
    # What the firm's books hold from before is of no interest here.
    for key in ("bills", "vendor_credits", "purchases"):
        Cursor.objects.create(
            connection=Work().qbo.connection,
            resource=f"qbo.{key}.since",
            project_id="expenses",
            read_until=datetime(2026, 1, 1, tzinfo=UTC),
        )
    look_at_books()
    Entry.objects.all().delete()
    return sandboxes


def test_a_bill_over_three_projects_from_first_to_last(pair: Any) -> None:
    lofts, plaza, tower = map_projects(3)
    links = (lofts, plaza, tower)
    before = len(costs_of(pair))
    bill = enter(
        "Bill",
        *(line(Decimal(number) * 100, customer=each.right_id) for number, each in enumerate(links, start=1)),
        line(Decimal("9.99")),
        key="bill-1",
        DocNumber="4402",
    )
    look_at_books()
    made = costs_of(pair)[before:]
    assert [(str(cost["project"]["id"]), amounts_of(cost)) for cost in made] == [
        (each.left_id, [f"{number * 100}.00"]) for number, each in enumerate(links, start=1)
    ]
    assert [cost["invoice_number"] for cost in made] == ["4402", "4402-2", "4402-3"]
    assert all(cost["status"] == "approved" and cost["origin_id"] for cost in made)
    assert {entry.state for entry in entries()} <= {"posted", "posted_with_warnings"}

    # The same look again writes nothing.
    worlds.control(pair.procore, "calls", method="DELETE")
    look_at_books()
    calls = worlds.control(pair.procore, "calls", method="GET")
    assert [call for call in calls if call["method"] != "GET"] == []

    # One project is taken off, another's amount turns into a credit, and a line is added.
    wire = {**bill, "Line": [*bill["Line"][1:3], line(Decimal("-350.00"), customer=plaza.right_id)]}
    wire["Line"].append(line(Decimal("500.00")))
    Work().qbo.update("Bill", wire, key="bill-2")
    look_at_books()
    left = {str(cost["project"]["id"]): sorted(amounts_of(cost)) for cost in costs_of(pair)[before:]}
    assert left == {plaza.left_id: ["-350.00", "200.00"], tower.left_id: ["300.00"]}
    gone = Entry.objects.get(part=lofts.right_id)
    assert (told(gone), gone.target_id) == (("ineligible", ["cost_part_gone"]), "")
    credit = Entry.objects.get(part=plaza.right_id)
    assert (credit.target_total, credit.amount) == (Decimal("-150.00"), Decimal("-150.00"))

    # The bill is deleted, and what came of it goes too.
    worlds.act(pair.qbo, "delete_bill", bill_id=bill["Id"])
    look_at_books()
    assert costs_of(pair)[before:] == []
    assert {told(entry)[1][0] for entry in entries()} <= {"deleted_in_quickbooks", "cost_part_gone"}


def test_a_card_charge_waits_for_what_it_lacks_and_goes_on_by_itself(pair: Any, owner: Any) -> None:
    (project,) = map_projects(1)
    charge = worlds.act(pair.qbo, "add_card_expense", amount="84.12", memo="Anchors", date="2026-09-14")["Purchase"]
    look_at_books()
    assert entries() == []
    account = mapped("cost_code_account").right_id
    worlds.act(
        pair.qbo,
        "categorise_expense",
        purchase_id=charge["Id"],
        account_id=account,
        customer_id=project.right_id,
    )
    look_at_books()
    (entry,) = entries()
    assert told(entry) == ("blocked", ["payee_missing"])
    assert costs_of(pair) == []
    choose("payee_vendor", mapped("vendor").left_id, None)
    Engine().run_due()
    (cost,) = costs_of(pair)
    assert (cost["direct_cost_type"], amounts_of(cost), cost["payment_date"]) == ("expense", ["84.12"], "2026-09-14")
    entry.refresh_from_db()
    assert entry.target_id == str(cost["id"])
    _is_sent_again_by_todays_settings(pair, entry, owner)

    # Matched to a bill in the feed the charge is deleted. A firm that does not follow that by itself is asked.
    choose("follow_deleted_costs", "no", None)
    worlds.act(pair.qbo, "delete_document", entity="Purchase", record_id=charge["Id"])
    look_at_books()
    entry.refresh_from_db()
    assert (told(entry), len(costs_of(pair))) == (("held", ["cost_source_deleted"]), 1)
    actions.remove_here(entry, owner)
    Engine().run_due()
    entry.refresh_from_db()
    assert (told(entry), entry.target_id, costs_of(pair)) == (("ineligible", ["deleted_in_quickbooks"]), "", [])


def _is_sent_again_by_todays_settings(pair: Any, entry: Entry, owner: Any) -> None:
    """Another vendor stands for payees, and another code for accounts without one: only a person's word moves what
    stands, its lines too."""
    (before,) = costs_of(pair)
    codes = RemoteItem.objects.filter(resource="procore.standard_cost_codes", is_active=True).exclude(parent_id="")
    choose("payee_vendor", mapped("vendor", 1).left_id, None)
    choose("procore_bill_code", codes.order_by("code")[1].remote_id, None)
    actions.retry(entry, owner)
    Engine().run_due()
    assert (costs_of(pair), finding.find().entry_ids) == ([before], [entry.pk])
    run = runs.begin(owner)
    assert run is not None
    work_off()
    (row,) = run.rows.all()
    changed = [name_difference(each.path) for each in from_text(row.data["changes"])]
    assert (row.verdict, changed, costs_of(pair)) == ("change", ["vendor", "line 1, cost code"], [before])
    runs.send_again(run, [row.pk], owner)
    work_off()
    (cost,) = costs_of(pair)
    assert (cost["id"], cost["vendor_id"]) == (before["id"], int(mapped("vendor", 1).left_id))
    (line_before,), (line_now,) = before["line_items"], cost["line_items"]
    assert (amounts_of(cost), line_now["id"]) == (["84.12"], line_before["id"])
    assert line_now["wbs_code"]["id"] != line_before["wbs_code"]["id"]
    assert finding.find().entry_ids == ()


def test_a_cost_that_procore_has_already_is_held(pair: Any) -> None:
    (project,) = map_projects(1)
    vendor, accounts = mapped("vendor"), worlds.in_books(pair, "Account")
    (code, *_) = next(Work().procore.list(procore.BUDGET_CODES, project_id=project.left_id))
    worlds.act(
        pair.procore,
        "add_direct_cost",
        project_id=int(project.left_id),
        vendor_id=int(vendor.left_id),
        direct_cost_date="2026-09-13",
        lines=[{"wbs_code_id": code["id"], "amount": "77.70"}],
    )
    enter(
        "Purchase",
        line(Decimal("77.70"), customer=project.right_id),
        key="twin",
        PaymentType="CreditCard",
        AccountRef={"value": next(each["Id"] for each in accounts if each["AccountType"] == "Credit Card")},
        EntityRef={"value": vendor.right_id, "type": "Vendor"},
    )
    look_at_books()
    (entry,) = entries()
    assert told(entry) == ("held", ["possible_duplicate"])
    assert costs_of(pair) == []


def test_a_thousand_lines_go_in_parts_and_go_on_after_a_break(pair: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (project,) = map_projects(1)
    rows = [line(Decimal(number), customer=project.right_id, Description=f"Row {number}") for number in range(1, 1001)]
    enter("Bill", *rows, key="thousand", DocNumber="1000")
    sent: list[int] = []
    sync = ProcoreClient.sync

    def lose_the_fifth(client: ProcoreClient, *args: Any, **options: Any) -> Any:
        answer = sync(client, *args, **options)
        sent.append(len(args[1]))
        if len(sent) == 5:
            message = "the answer was lost"
            raise Uncertain(message)
        return answer

    monkeypatch.setattr(ProcoreClient, "sync", lose_the_fifth)
    look_at_books()
    (entry,) = entries()
    assert (entry.state, sent) == ("uncertain", [1, 100, 100, 100, 100])
    (cost,) = costs_of(pair)
    assert len(cost["line_items"]) == 400
    monkeypatch.setattr(outbox, "SETTLES_WITHIN", timedelta())
    make_due_now()
    Engine().run_due()
    (entry,) = entries()
    assert told(entry) == ("posted_with_warnings", ["budget_code_made", "procore_code_used"])
    assert sent == [1, 100, 100, 100, 100, 1, *[100] * 6]
    (cost,) = costs_of(pair)
    assert sorted(map(Decimal, amounts_of(cost))) == [Decimal(number) for number in range(1, 1001)]
    assert entry.target_total == Decimal("500500.00")
    assert Outgoing.objects.filter(entry=entry).count() == 1


def test_what_the_books_held_at_the_start_is_read_once(pair: Any) -> None:
    (project,) = map_projects(1)
    early = enter("Bill", line(Decimal("11.00"), customer=project.right_id), key="early", TxnDate="2026-06-30")
    late = enter("Bill", line(Decimal("12.00"), customer=project.right_id), key="late", TxnDate="2026-07-01")
    Cursor.objects.filter(resource__endswith=".since").delete()
    Cursor.objects.update(read_until=timezone.now() + timedelta(hours=1))
    look_at_books()
    assert [entry.source_id for entry in entries() if entry.source_id in (early["Id"], late["Id"])] == [late["Id"]]
    assert [amounts_of(cost) for cost in costs_of(pair) if cost["direct_cost_date"] == "2026-07-01"] == [["12.00"]]
    worlds.control(pair.qbo, "calls", method="DELETE")
    look_at_books()
    calls = worlds.control(pair.qbo, "calls", method="GET")
    assert [call for call in calls if "/query" in call["path"]] == []


def test_a_bill_linked_to_an_invoice_later_takes_its_direct_cost_back(pair: Any) -> None:
    (project,) = map_projects(1)
    bill = enter("Bill", line(Decimal("64.00"), customer=project.right_id), key="adopted")
    look_at_books()
    (entry,) = entries()
    assert len(costs_of(pair)) == 1
    # What linking an existing bill to a subcontractor invoice leaves behind.
    Entry.objects.create(
        flow="bills",
        source_connection=entry.target_connection,
        source_type=procore.REQUISITIONS.key,
        source_id="1",
        target_connection=entry.source_connection,
        target_type="Bill",
        target_id=bill["Id"],
        state="posted",
    )
    look_at_books()
    entry.refresh_from_db()
    assert told(entry) == ("ineligible", ["cost_is_ours"])
    assert costs_of(pair) == []


def test_without_locking_a_cost_is_changed_and_deleted_too(pair: Any) -> None:
    choose("lock_our_records", "no", None)
    (project,) = map_projects(1)
    job = project.right_id
    bill = enter("Bill", line(Decimal("10.00"), customer=job), line(Decimal("20.00"), customer=job), key="open")
    look_at_books()
    (cost,) = costs_of(pair)
    assert (cost["origin_id"], amounts_of(cost)) == (None, ["10.00", "20.00"])
    kept = cost["line_items"][1]["id"]
    wire = {**bill, "Line": [bill["Line"][1], line(Decimal("3.50"), customer=job)]}
    Work().qbo.update("Bill", wire, key="open-2")
    look_at_books()
    (cost,) = costs_of(pair)
    assert sorted(amounts_of(cost)) == ["20.00", "3.50"]
    assert kept in [each["id"] for each in cost["line_items"]]
    worlds.act(pair.qbo, "delete_bill", bill_id=bill["Id"])
    look_at_books()
    assert costs_of(pair) == []
