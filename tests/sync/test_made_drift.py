"""What somebody changed in Procore on a record we made is found field by field, kept, or put back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Cursor, InboundEvent
from connectors.procore import resources as procore
from connectors.procore.records_costs import DirectCost, DirectCostLine
from sync import actions, made_watch
from sync.drift import Difference, find_differences, is_loud, total_difference
from sync.engine import Engine
from sync.hints import look_into
from sync.made_forms import is_made, sent_form, standing_cost, standing_payment
from sync.models import Entry
from sync.updating import name_fields
from sync.work import Work
from tests import worlds
from tests.sync.costs import costs_of, enter, look_at_books, map_projects, open_for_costs, told
from tests.sync.costs import line as booked_line

pytestmark = pytest.mark.timeout(180)

BODY: dict[str, Any] = {
    "project_id": "1",
    "mark": "Smoothx ab",
    "is_locked": False,
    "head": {
        "direct_cost_type": "invoice",
        "status": "approved",
        "direct_cost_date": "2026-09-15",
        "payment_date": None,
        "vendor_id": "318",
        "invoice_number": "4402",
        "description": "QuickBooks bill 4402. Smoothx ab",
    },
    "lines": [
        {"key": "1", "amount": "100.00", "description": "Pipe", "cost_code_id": "7", "cost_type_id": "9",
         "wbs_code_id": "70"},
        {"key": "2", "amount": "20.00", "description": "Glue", "cost_code_id": "8", "cost_type_id": "9",
         "wbs_code_id": "80"},
    ],
}  # fmt: skip


def line(number: str, amount: str, description: str, code: str, **more: Any) -> DirectCostLine:
    value = Decimal(amount)
    known = {
        "quantity": Decimal(1),
        "unit_cost": value,
        "cost_type": "M",
        "cost_type_id": "9",
        "wbs_code_id": f"{code}0",
    }
    return DirectCostLine(id=number, amount=value, description=description, cost_code_id=code, **{**known, **more})


LINES = (line("901", "20.00", "Glue", "8"), line("900", "100.00", "Pipe", "7"))


def cost(lines: tuple[DirectCostLine, ...] = LINES, **changes: Any) -> DirectCost:
    wire = {"id": 5, **BODY["head"], "vendor_name": "Aspen", "line_items_count": len(lines), "line_items": []}
    total = sum((each.amount for each in lines), Decimal(0))
    made = DirectCost.from_wire({**wire, "grand_total": str(total), **changes}, project_id="1")
    object.__setattr__(made, "lines", lines)
    return made


def found(standing: DirectCost) -> list[Difference]:
    form = sent_form(BODY)
    there = standing_cost(standing, BODY["lines"], lambda key: f"none-{key}")
    return list(find_differences(form, form, there) or total_difference(Decimal("120.00"), there))


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (cost(), []),
        (cost(direct_cost_date="2026-10-01"), [Difference(("TxnDate",), "2026-09-15", "2026-10-01")]),
        (cost(invoice_number=None), [Difference(("DocNumber",), "4402", "")]),
        (cost(vendor_id=319, vendor_name="Basin"), [Difference(("CompanyRef",), "318", "319", "Basin")]),
        (
            cost(description="Paid by card"),
            [Difference(("Description",), BODY["head"]["description"], "Paid by card")],
        ),
        (
            cost((LINES[0], line("900", "90.00", "Pipe", "7"))),
            [Difference(("Line", "1", "Amount"), "100.00", "90.00")],
        ),
        (
            cost((LINES[0], line("900", "100.00", "Pipe", "6", budget_code="06-100.M"))),
            [Difference(("Line", "1", "CostCodeRef"), "7", "6", "06-100.M")],
        ),
        (cost(LINES[:1]), [Difference(("Line", "1", "whole"), "100.00 Pipe", "")]),
        (
            cost((*LINES, line("902", "5.00", "Freight", "8"))),
            [Difference(("Line", "3", "whole"), "", "5.00 Freight")],
        ),
        (cost(grand_total="121.00"), [Difference(("TotalAmt",), "120.00", "121.00")]),
    ],
)
def test_each_change_of_a_direct_cost_is_found_where_it_was_made(
    standing: DirectCost, expected: list[Difference]
) -> None:
    assert found(standing) == expected
    assert is_loud(found(standing)) == bool(expected)


def test_a_payment_is_compared_by_what_procore_tells_of_it() -> None:
    payment = {
        "date": "2026-09-15",
        "amount": "600.00",
        "check_number": "1044",
        "notes": "Paid",
        "payment_method": "check",
    }
    body = {"payment": payment, "project_id": "1", "contract_id": "2", "mark": "m", "is_locked": True, "id": "9"}
    wire = {"id": 9, "date": "2026-09-15", "amount": "600.0", "check_number": "1045", "notes": "Paid"}
    form = sent_form(body)
    (only,) = find_differences(form, form, standing_payment(wire))
    assert (only, name_fields([only])) == (Difference(("CheckNumber",), "1044", "1045"), "check number")
    assert (is_made(body), is_made({"Line": []}), form["Id"]) == (True, False, "9")


WROTE = datetime(2026, 9, 15, 12, 0, 0, tzinfo=UTC)
VERSION = "2026-09-15T12:00:00Z"
ROW = {"id": 5, "updated_at": VERSION, "grand_total": "120.00"}


@pytest.mark.parametrize(
    ("row", "more", "known", "taken"),
    [
        pytest.param(ROW, {}, True, True, id="a write of ours owes one comparison"),
        pytest.param(ROW, {"facts": {made_watch.COMPARED: VERSION}}, True, False, id="which was made"),
        pytest.param(
            ROW, {"facts": {made_watch.COMPARED: "2026-09-15T11:00:00Z"}}, True, True, id="for an older write"
        ),
        pytest.param(ROW | {"updated_at": "2026-09-15T12:00:01Z"}, {}, False, True, id="changed a second later"),
        pytest.param(ROW | {"grand_total": "121.00"}, {}, False, True, id="another total"),
        pytest.param(None, {}, False, True, id="gone"),
        pytest.param(None, {"notices": [{"code": "target_deleted"}]}, True, False, id="gone and told of"),
        pytest.param(
            ROW,
            {"state": "changed_by_hand", "notices": [{"code": "changed_by_hand", "detail": {"version": VERSION}}]},
            True,
            False,
            id="changed and told of",
        ),
    ],
)
def test_what_is_compared_when_made_records_are_looked_at(
    row: dict[str, Any] | None, more: dict[str, Any], known: bool, taken: bool
) -> None:
    told: dict[str, Any] = {"target_version": VERSION, "target_total": Decimal("120.00"), **more}
    made = Entry(target_id="5", target_type="direct_cost", **told)
    assert made_watch.is_known(made, row) is known
    assert made_watch.Owed(WROTE + timedelta(hours=1), 1).takes(made, row) is taken
    # What no comparison is left for has its turn later; what is seen to have changed is never put off.
    assert made_watch.Owed(WROTE + timedelta(hours=1), 0).takes(made, row) is (taken and not known)


@pytest.mark.parametrize(("seconds", "is_over"), [(0, False), (2.9, False), (3, True), (3600, True)])
def test_a_comparison_counts_only_once_the_second_of_our_write_is_over(seconds: float, is_over: bool) -> None:
    owed = made_watch.Owed(WROTE + timedelta(seconds=seconds), 1)
    assert (owed.is_over(VERSION), owed.is_over("")) == (is_over, False)


def look_again(*, at: datetime | None = None) -> int:
    Cursor.objects.filter(resource=made_watch.RESOURCE).delete()
    found = made_watch.look_at_made(Work(), at or timezone.now())
    Engine().run_due()
    return found


def test_a_change_by_hand_in_procore_is_shown_kept_or_put_back(
    connected: Any, sandboxes: Any, without_limits: None, approver: Any, client_of: Any
) -> None:
    open_for_costs(sandboxes, lock_our_records="no")
    for key in ("bills", "vendor_credits", "purchases"):
        read = {"connection": Work().qbo.connection, "resource": f"qbo.{key}.since", "project_id": "expenses"}
        Cursor.objects.create(read_until=datetime(2026, 1, 1, tzinfo=UTC), **read)
    look_at_books()
    Entry.objects.all().delete()
    (lofts,) = map_projects(1)
    lines = [booked_line(Decimal(amount), customer=lofts.right_id) for amount in ("100.00", "20.00")]
    enter("Bill", *lines, key="bill-1", DocNumber="4402")
    look_at_books()
    (entry,) = Entry.objects.filter(flow="expenses")
    (made,) = costs_of(sandboxes)
    as_made = [row["amount"] for row in made["line_items"]]
    assert (told(entry)[0] in ("posted", "posted_with_warnings"), made["origin_id"], look_again()) == (True, None, 0)

    # An hour has not passed: no call at all. Then one line, and with it the total, has another amount.
    worlds.control(sandboxes.procore, "calls", method="DELETE")
    assert made_watch.look_at_made(Work(), timezone.now() + timedelta(minutes=5)) == 0
    assert worlds.control(sandboxes.procore, "calls", method="GET") == []
    change = {
        "quantity": 1,
        "unit_cost": 90,
        "amount": 90,
        "direct_cost_id": made["id"],
        "id": made["line_items"][0]["id"],
    }
    answer = Work().procore.sync(
        procore.DIRECT_COST_LINES, [change], project_id=lofts.left_id, key="by-hand", is_keyed=True
    )
    assert answer.errors == []
    # The event names the line alone, and is no echo: it comes well after our own write.
    InboundEvent.objects.create(
        connection=Work().procore.connection,
        key="line",
        entity="Direct Cost Line Items",
        record_id=str(change["id"]),
        operation="update",
        project_id=lofts.left_id,
        body="{}",
        changed_at=timezone.now() + timedelta(minutes=1),
    )
    look_into(Work())
    entry.refresh_from_db()
    assert told(entry) == ("changed_by_hand", ["changed_by_hand"])
    page = client_of(approver).get(f"/activity/{entry.pk}/")
    (row,) = page.context["differences"]["rows"]
    assert (row.field, row.posted, row.theirs, page.context["differences"]["there"]) == (
        "Line 1, amount",
        "100.00",
        "90.00",
        "procore",
    )
    assert "changed in Procore" in page.content.decode()
    assert look_again() == 0

    client_of(approver).post(f"/activity/{entry.pk}/put-back/")
    Engine().run_due()
    (back,) = costs_of(sandboxes)
    assert ([row["amount"] for row in back["line_items"]], Entry.objects.get(pk=entry.pk).target_total) == (
        as_made,
        Decimal("120.00"),
    )
    # The comparison our write owes is made once, though nothing had changed.
    later = timezone.now() + timedelta(minutes=1)
    worlds.control(sandboxes.procore, "calls", method="DELETE")
    assert (look_again(at=later), look_again(at=later)) == (0, 0)
    path = f"/{made['id']}"
    asked = [each["path"] for each in worlds.control(sandboxes.procore, "calls", method="GET")]
    assert [each.endswith(path) for each in asked].count(True) == 1
    Entry.objects.filter(pk=entry.pk).update(facts=Entry.objects.get(pk=entry.pk).facts | {made_watch.COMPARED: ""})

    # Another day, which nobody wants back: it is kept, and only a further change is brought up.
    # It may well be in the second of our own write, to which Procore dates it, and is found all the same.
    project = {"project_id": lofts.left_id, "key": "by-hand-2"}
    Work().procore.patch(procore.DIRECT_COSTS, str(made["id"]), {"direct_cost_date": "2026-10-01"}, **project)
    look_again()
    entry.refresh_from_db()
    assert told(entry) == ("changed_by_hand", ["details_changed_by_hand"])
    actions.keep_as_is(entry, approver)
    assert (look_again(), told(Entry.objects.get(pk=entry.pk))[0]) == (0, "posted")
    Work().procore.delete(procore.DIRECT_COSTS, str(made["id"]), project_id=lofts.left_id, key="by-hand-3")
    look_again()
    assert told(Entry.objects.get(pk=entry.pk)) == ("held", ["target_deleted"])
