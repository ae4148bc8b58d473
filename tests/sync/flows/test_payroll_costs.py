"""The rule for labour cost: what becomes a payroll cost of which project, on which code, and what stops it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.procore.documents_costs import DirectCost
from connectors.qbo.records_costs import BookedLine, Ref
from connectors.qbo.records_time import TimeActivity
from mapping.defaults import (
    DEFAULT_COST_TYPE,
    FOLLOW_DELETED_COSTS,
    HIDE_EMPLOYEES,
    ITEMS_IN_QUICKBOOKS,
    LABOUR_COST_TYPE,
    LABOUR_SOURCE,
    LINE_ITEM_TYPE,
    MISSING_BUDGET_CODES,
    PROCORE_PAYROLL_CODE,
    Defaults,
)
from mapping.kinds import COST_CODE_ITEM, EMPLOYEE, EMPLOYEE_VENDOR
from mapping.maps import LeftSide, Maps, Target
from smoothx.lib.money import cents
from sync.flows._booked import Gone
from sync.flows._labour import Elsewhere, PayrollPart, Worker
from sync.flows.payroll_costs import FLOW, describe_payroll_cost, payroll_cost_for, split_by_project
from sync.plan import Plan
from tests.sync.flows.booked import ACME, BUDGETS, LOFTS, MAPS, TOWER, booked, choose, codes, line, removal, warnings

ROSA, SERVICE = "66", "49"
PEOPLE = {
    **MAPS.lefts,
    (EMPLOYEE.key, ROSA): LeftSide("7001", "Rosa Alvarez"),
    (EMPLOYEE_VENDOR.key, "77"): LeftSide("7002", "Terrence Boyd"),
}
LABOUR = replace(
    MAPS, lefts=PEOPLE, links={**MAPS.links, (COST_CODE_ITEM.key, "11"): Target(SERVICE, "Concrete work")}
)
CHOICES = (
    (LINE_ITEM_TYPE, "category", "Category"),
    (ITEMS_IN_QUICKBOOKS, "yes", "Yes"),
    (PROCORE_PAYROLL_CODE, "19", "01-740 Cleaning"),
    (LABOUR_COST_TYPE, "8", "Labor"),
    (MISSING_BUDGET_CODES, "yes", "Yes"),
)
WAGES = "610"


def defaults_for(part: PayrollPart, *more: Any, without: str = "") -> Defaults:
    chosen = [each for each in CHOICES if each[0].key != without]
    return choose(*chosen, (LABOUR_SOURCE, part.kind, part.kind), *more)


def wire(**more: Any) -> dict[str, Any]:
    found = {
        "Id": "1255",
        "SyncToken": "0",
        "TxnDate": "2026-09-15",
        "NameOf": "Employee",
        "EmployeeRef": {"value": ROSA, "name": "Rosa Alvarez"},
        "CustomerRef": {"value": LOFTS, "name": "Customer 97"},
        "ItemRef": {"value": SERVICE, "name": "Concrete work"},
        "Hours": 7,
        "Minutes": 45,
        "CostRate": "42.50",
        "HourlyRate": 115,
        "Description": "Footings",
        **more,
    }
    return {name: value for name, value in found.items() if value is not None}


def time(part: str = LOFTS, **more: Any) -> PayrollPart:
    record = TimeActivity.from_wire(wire(**more))
    worker = Worker(record.worker.name, "vendor" if record.is_vendor else "employee", record.worker.id)
    lines = record.lines if record.customer.id == part else ()
    return PayrollPart("time", record.id, part, lines, record.date, memo=record.description, worker=worker)


def journal(*lines: dict[str, Any], **more: Any) -> PayrollPart:
    """Booked lines stand in for those of a journal entry: the rule sees lines, whatever they were read from."""
    return PayrollPart("journal", "450", LOFTS, booked(*lines).lines, date(2026, 9, 30), "PR-12", **more)


def row(key: str, code: str, amount: str, **more: Any) -> BookedLine:
    return BookedLine(key, Decimal(amount), "", Ref(), Ref(), Ref(), Ref(), cost_code=code, **more)


def file(*rows: BookedLine, **more: Any) -> PayrollPart:
    project = LeftSide("1001", "Larimer Lofts", project_id="1001")
    worker = Worker("Rosa Alvarez", "employee", ROSA)
    return PayrollPart("file", "a1", "", rows, date(2026, 9, 20), worker=worker, project=project, **more)


def plan(part: PayrollPart, maps: Maps = LABOUR, defaults: Defaults | None = None) -> Plan[DirectCost]:
    return payroll_cost_for(part, maps, defaults or defaults_for(part))


def document(part: PayrollPart, maps: Maps = LABOUR, defaults: Defaults | None = None) -> DirectCost:
    found = plan(part, maps, defaults)
    assert found.document is not None, found.blockers or found.removal
    return found.document


def rows(made: DirectCost) -> list[tuple[str, str, str, str]]:
    return [
        (each.cost_code_id, each.cost_type_id, str(each.amount), f"{each.quantity} x {each.unit_cost}")
        for each in made.lines
    ]


def test_off_at_first_and_then_asks_where_labour_comes_from_and_for_a_code() -> None:
    assert not FLOW.is_on_at_first
    assert [kind.label for kind in FLOW.uses if kind.gate == "required" and kind.screen == "labour"] == [
        "Where labour cost comes from",
        "Procore Payroll Code",
    ]


def test_hours_become_a_payroll_cost_of_the_employee_at_their_rate() -> None:
    made = document(time())
    assert rows(made) == [("801", "8", "329.38", "7.7500 x 42.50")]
    assert (made.kind, made.employee_id, made.vendor_id, made.number) == ("payroll", "7001", "", "")
    assert (made.project_id, made.date, made.is_locked) == ("1001", date(2026, 9, 15), True)
    assert made.memo.startswith("QuickBooks time. Footings. Smoothx ")
    head = made.to_wire()["head"]
    assert (head["direct_cost_type"], head["employee_id"], head["vendor_id"]) == ("payroll", "7001", None)
    told = describe_payroll_cost(time())
    assert (told.title, told.amount, told.party) == ("Time of Rosa Alvarez", Decimal("329.38"), "Rosa Alvarez")


@pytest.mark.parametrize(
    ("more", "seconds"),
    [
        ({"Hours": 1, "Minutes": 20, "Seconds": 6}, 4806),
        ({"Hours": None, "Minutes": 30}, 1800),
        (
            {
                "Hours": None,
                "Minutes": None,
                "StartTime": "2026-09-15T22:00:00-07:00",
                "EndTime": "2026-09-16T06:30:00-06:00",
                "BreakMinutes": 30,
            },
            8 * 3600,
        ),
        ({"Hours": None, "Minutes": None}, 0),
    ],
)
def test_a_length_is_read_in_every_form(more: dict[str, Any], seconds: int) -> None:
    assert TimeActivity.from_wire(wire(**more)).seconds == seconds


@given(
    hours=st.integers(0, 99), minutes=st.integers(0, 59), rate=st.decimals("0.01", "500", places=4, allow_nan=False)
)
def test_the_cost_is_the_very_time_at_the_rate_to_the_cent(hours: int, minutes: int, rate: Decimal) -> None:
    found = plan(time(Hours=hours, Minutes=minutes, CostRate=str(rate)))
    exact = cents(Decimal(hours * 60 + minutes) * rate / 60)
    if not hours + minutes:
        assert removal(found) == "payroll_without_hours"
    elif exact:
        assert found.document is not None
        assert found.document.total == exact


@pytest.mark.parametrize("rate", [None, "", "0", 0])
def test_hours_without_a_rate_are_never_nothing(rate: Any) -> None:
    found = plan(time(CostRate=rate))
    assert codes(found) == ["payroll_rate_missing"]
    assert (found.blockers[0].subject, found.blockers[0].detail["hours"]) == ("Time of Rosa Alvarez", "7.75")


@pytest.mark.parametrize("item", [None, {"value": "999", "name": "Travel"}])
def test_no_code_and_an_unmapped_one_take_the_payroll_code_with_a_warning(item: Any) -> None:
    found = plan(time(ItemRef=item))
    assert found.document is not None
    assert [(each.cost_code_id, each.chosen_by) for each in found.document.lines] == [("809", "Procore Payroll Code")]
    assert "procore_code_used" in warnings(found)
    told = next(notice for notice in found.warnings if notice.code == "procore_code_used")
    assert (told.detail["default"], told.detail["amount"]) == ("Procore Payroll Code", "329.38")


@pytest.mark.parametrize("item", [None, {"value": "999", "name": "Travel"}])
def test_without_a_payroll_code_both_stop_and_name_it(item: Any) -> None:
    part = time(ItemRef=item)
    found = plan(part, defaults=defaults_for(part, without="procore_payroll_code"))
    assert codes(found) == ["procore_code_unclear"]
    assert found.blockers[0].waits_for == "default:procore_payroll_code"
    assert found.blockers[0].detail["default"] == "Procore Payroll Code"


def test_the_labour_type_gives_way_to_the_default_cost_type() -> None:
    part = time()
    other = defaults_for(part, (DEFAULT_COST_TYPE, "7", "Materials"), without="labour_cost_type")
    assert [each.cost_type_id for each in document(part, defaults=other).lines] == ["7"]
    none = plan(part, defaults=defaults_for(part, without="labour_cost_type"))
    assert (codes(none), none.blockers[0].subject) == (["cost_type_not_set"], "Labour cost type")


def test_who_worked_is_the_employee_the_company_or_named_in_words() -> None:
    vendor: dict[str, Any] = {"NameOf": "Vendor", "EmployeeRef": None}
    leased = document(time(**vendor, VendorRef={"value": "77", "name": "Boyd Labor"}))
    assert (leased.employee_id, leased.vendor_id) == ("7002", "")
    company = document(time(**vendor, VendorRef={"value": ACME, "name": "Acme"}))
    assert (company.employee_id, company.vendor_id) == ("", "518")
    part = time(EmployeeRef={"value": "68", "name": "Sam Okafor"})
    unmapped = plan(part)
    assert unmapped.document is not None
    assert unmapped.document.employee_id == ""
    assert unmapped.document.memo.startswith("QuickBooks time of Sam Okafor. ")
    assert "employee_not_mapped" in warnings(unmapped)
    hidden = plan(part, defaults=defaults_for(part, (HIDE_EMPLOYEES, "yes", "Yes")))
    assert hidden.document is not None
    assert "Okafor" not in str(hidden.document.to_wire())
    assert "employee_not_mapped" not in warnings(hidden)
    own = document(time(), defaults=defaults_for(part, (HIDE_EMPLOYEES, "yes", "Yes")))
    assert (own.employee_id, own.to_wire()["head"]["employee_id"]) == ("", None)


def test_a_payroll_journal_goes_line_by_line_with_its_sign() -> None:
    made = document(journal(line("1500.00"), line("120.50", "212"), line("-200.00")))
    assert rows(made) == [
        ("801", "8", "1500.00", "None x None"),
        ("802", "8", "120.50", "None x None"),
        ("801", "8", "-200.00", "None x None"),
    ]
    assert (made.number, str(made.total)) == ("PR-12", "1420.50")
    assert "quantity" not in made.to_wire()["lines"][0]
    assert document(journal(line("-75.00"))).total == Decimal("-75.00")


def test_lines_that_stand_as_an_expense_wait_until_they_are_taken_off_there() -> None:
    found = plan(journal(line("10.00"), held=("1",)))
    assert codes(found) == ["payroll_in_expenses"]
    assert found.blockers[0].waits_for == "entry:expenses:450"


def test_the_rows_of_a_file_stand_on_the_codes_they_name() -> None:
    counted = row("1", "03-300", "340.00", hours=Decimal(8), rate=Decimal("42.50"))
    made = document(file(counted, row("2", "05-120 - steel", "99.00"), row("3", "03-300", "-40.00")))
    assert rows(made) == [
        ("801", "8", "340.00", "8 x 42.50"),
        ("802", "8", "99.00", "None x None"),
        ("801", "8", "-40.00", "None x None"),
    ]
    assert {each.chosen_by for each in made.lines} == {"Payroll file"}
    for code in ("", "99-999"):
        found = plan(file(row("1", code, "10.00")))
        assert found.document is not None
        assert [each.cost_code_id for each in found.document.lines] == ["809"]
        assert "procore_code_used" in warnings(found)


def test_a_row_with_another_code_does_not_keep_the_old_one() -> None:
    before = document(file(row("1", "03-300", "10.00")))
    posted = replace(
        LABOUR,
        posted={
            "project_id": "1001",
            "lines": [
                {
                    "key": each.key,
                    "cost_code_id": each.cost_code_id,
                    "cost_type_id": each.cost_type_id,
                    "coding": each.coding,
                    "chosen_by": each.chosen_by,
                }
                for each in before.lines
            ],
        },
    )
    assert [each.cost_code_id for each in document(file(row("1", "05-120", "10.00")), posted).lines] == ["802"]
    assert [each.cost_code_id for each in document(file(row("1", "03-300", "12.00")), posted).lines] == ["801"]


def test_labour_comes_from_one_place() -> None:
    part = time()
    assert removal(plan(part, defaults=choose(*CHOICES))) == "labour_from_other"
    assert removal(plan(part, defaults=choose(*CHOICES, (LABOUR_SOURCE, "file", "")))) == "labour_from_other"
    posted = replace(LABOUR, posted={"project_id": "1001"})
    assert document(part, posted, choose(*CHOICES, (LABOUR_SOURCE, "file", ""))).total == Decimal("329.38")

    twice = replace(part, elsewhere=Elsewhere("journal", date(2026, 9, 15)))
    found = plan(twice)
    assert codes(found) == ["labour_counted_elsewhere"]
    assert found.blockers[0].detail == {"until": "2026-09-15", "place": "QuickBooks journal entries"}
    assert document(twice, replace(LABOUR, approvals=frozenset({"post_anyway"}))).total == Decimal("329.38")
    assert document(replace(part, elsewhere=Elsewhere("journal", date(2026, 9, 14)))).total == Decimal("329.38")


def test_what_has_no_project_waits_or_is_overhead() -> None:
    found = plan(time(TOWER, CustomerRef={"value": TOWER, "name": "Tower"}))
    assert (codes(found), found.blockers[0].subject) == (["customer_not_a_project"], "Tower")
    assert split_by_project(TimeActivity.from_wire(wire(CustomerRef=None))) == ()
    hidden = plan(time(), replace(LABOUR, budgets={"1001": replace(BUDGETS["1001"], is_visible=False)}))
    assert codes(hidden) == ["procore_project_hidden"]
    archived = replace(file(row("1", "03-300", "1.00")), project=LeftSide("1001", "Lofts", False, "1001"))
    assert codes(plan(archived)) == ["procore_project_inactive"]


def test_what_is_no_cost_any_more_is_taken_away() -> None:
    posted = replace(LABOUR, posted={"project_id": "1001"})
    moved = time(LOFTS, CustomerRef={"value": TOWER, "name": "Tower"})
    assert removal(plan(moved, posted)) == "cost_part_gone"
    assert removal(plan(moved)) == "payroll_without_hours"
    assert removal(plan(time(Hours=0, Minutes=0), posted)) == "cost_part_gone"
    early = replace(LABOUR, start_date=date(2026, 10, 1))
    assert removal(plan(time(), early)) == "cost_before_start"
    assert document(time(), replace(early, posted=posted.posted)).total == Decimal("329.38")


def test_a_deleted_source_takes_its_cost_away_unless_the_firm_keeps_it() -> None:
    gone = Gone("QuickBooks time", "Time of Rosa", "Rosa", ROSA, date(2026, 9, 15), Decimal("1.00"), is_posted=True)
    part = PayrollPart("time", "1255", LOFTS, gone=gone)
    assert removal(plan(part)) == "deleted_in_quickbooks"
    kept = plan(part, defaults=defaults_for(part, (FOLLOW_DELETED_COSTS, "no", "No")))
    assert codes(kept) == ["cost_source_deleted"]
    assert describe_payroll_cost(part).title == "Time of Rosa"


def test_another_currency_and_a_missing_date_stop_it() -> None:
    assert codes(plan(journal(line("1.00"), currency="CAD"))) == ["cost_currency_differs"]
    assert codes(plan(replace(journal(line("1.00")), date=None))) == ["cost_date_missing"]


def test_a_file_that_names_nobody_is_carried_and_says_so() -> None:
    found = plan(replace(file(row("1", "03-300", "5.00")), worker=Worker()))
    assert found.document is not None
    assert found.document.employee_id == ""
    assert "payroll_names_nobody" in warnings(found)
