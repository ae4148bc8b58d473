from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import ACME, BANK, CITY, COSTS, ITEM, Qbo, drop, read_wire

LINKED = ("Id", "MetaData", "name", "value", "ClassRef")


@pytest.fixture
def worker(qbo: Qbo) -> str:
    return str(qbo.save("Employee", {"GivenName": "John", "FamilyName": "Smith"})["Id"])


def make_time(worker: str, **members: Any) -> dict[str, Any]:
    """An hour of the worker's."""
    return {
        "NameOf": "Employee",
        "EmployeeRef": {"value": worker},
        "TxnDate": "2026-02-05",
        "Hours": 1,
        "Minutes": 0,
        **members,
    }


def test_time_reads_as_recorded(qbo: Qbo, worker: str) -> None:
    recorded = read_wire("time_activity")["TimeActivity"]
    qbo.act("set_preference", group="AccountingInfoPrefs", name="ClassTrackingPerTxn", value=True)
    training = qbo.save("Class", {"Name": "Training"})
    body = make_time(
        worker,
        CustomerRef={"value": CITY},
        ItemRef={"value": ITEM},
        ClassRef={"value": training["Id"]},
        BillableStatus="Billable",
        HourlyRate=115,
        Description="Description 1",
    )
    made = qbo.save("TimeActivity", body)

    assert drop(made, *LINKED) | {"TxnDate": ""} == drop(recorded, *LINKED) | {"TxnDate": ""}
    assert (made["EmployeeRef"], made["ClassRef"]["name"]) == ({"value": worker, "name": "John Smith"}, "Training")
    assert qbo.get(f"timeactivity/{made['Id']}")["TimeActivity"] == made
    assert qbo.query("select * from TimeActivity where EmployeeRef = '{id}'", id=worker)["TimeActivity"] == [made]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"NameOf": None}, "2020"),
        ({"NameOf": "Other"}, "2170"),
        ({"NameOf": "Vendor"}, "6290"),
        ({"EmployeeRef": None}, "6290"),
        ({"VendorRef": {"value": ACME}}, "6290"),
        ({"EmployeeRef": {"value": "999"}}, "2500"),
        ({"Hours": None, "Minutes": None}, "6340"),
        ({"Hours": 7.75}, "2010"),
        ({"Hours": "seven"}, "2010"),
        ({"Hours": 8761}, "6370"),
        ({"Hours": 8760, "Minutes": 1}, "6370"),
        ({"Hours": -1}, "6370"),
        ({"Minutes": 60}, "6380"),
        ({"StartTime": "2026-02-05T08:00:00-07:00"}, "6350"),
        ({"StartTime": "2026-02-05T08:00:00", "EndTime": "2026-02-05T08:00:00"}, "6360"),
        ({"StartTime": "noon", "EndTime": "2026-02-05T08:00:00"}, "2010"),
        ({"StartTime": {"h": 8}, "EndTime": ["x"]}, "2010"),
        (
            {"StartTime": "2026-02-05T08:00:00", "EndTime": "2026-02-05T09:00:00", "BreakHours": 1},
            "6390",
        ),
        ({"BillableStatus": "HasBeenBilled"}, "2170"),
        ({"BillableStatus": "Billable", "HourlyRate": 90}, "6310"),
        ({"BillableStatus": "Billable", "CustomerRef": {"value": CITY}}, "6330"),
        ({"HourlyRate": -1}, "2010"),
        ({"Description": "x" * 4001}, "2050"),
    ],
)
def test_time_that_does_not_fit_is_refused(qbo: Qbo, worker: str, members: dict[str, Any], code: str) -> None:
    assert qbo.refuse("POST", "timeactivity", json=make_time(worker, **members))["code"] == code
    assert qbo.query("select count(*) from TimeActivity") == {"totalCount": 0}


def test_only_services_are_worked(qbo: Qbo, worker: str) -> None:
    bolts = qbo.save("Item", {"Name": "Bolts", "Type": "NonInventory", "IncomeAccountRef": {"value": "4"}})
    assert qbo.refuse("POST", "timeactivity", json=make_time(worker, ItemRef={"value": bolts["Id"]}))["code"] == "6000"


def test_a_span_instead_of_a_length(qbo: Qbo) -> None:
    made = qbo.save(
        "TimeActivity",
        {
            "NameOf": "Vendor",
            "VendorRef": {"value": ACME},
            "StartTime": "2026-02-05T08:00:00-08:00",
            "EndTime": "2026-02-05T17:00:00Z",
            "BreakMinutes": 30,
        },
    )
    assert drop(made, "Id", "MetaData") == {
        "NameOf": "Vendor",
        "VendorRef": {"value": ACME, "name": "Acme Concrete"},
        "TxnDate": "2026-02-05",
        "StartTime": "2026-02-05T08:00:00-08:00",
        "EndTime": "2026-02-05T09:00:00-08:00",
        "BreakMinutes": 30,
        "BillableStatus": "NotBillable",
        "Taxable": False,
        "domain": "QBO",
        "sparse": False,
        "SyncToken": "0",
    }
    head = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "NameOf": "Vendor"}
    changed = qbo.save("TimeActivity", {**head, "Hours": 7, "Minutes": 45})
    assert (changed["Hours"], changed["Minutes"], "StartTime" in changed, "BreakMinutes" in changed) == (
        7,
        45,
        False,
        False,
    )


def test_deleted_time_is_gone_for_good_and_unknown_to_change_capture(qbo: Qbo, worker: str) -> None:
    made = qbo.save("TimeActivity", make_time(worker))
    stub = qbo.save("TimeActivity", {"Id": made["Id"], "SyncToken": "0"}, operation="delete")
    params = {"entities": "TimeActivity", "changedSince": "2020-01-01"}

    assert stub == {"domain": "QBO", "status": "Deleted", "Id": made["Id"]}
    assert qbo.refuse("GET", f"timeactivity/{made['Id']}")["code"] == "610"
    assert qbo.refuse("GET", "cdc", params=params)["code"] == "4001"


def test_closed_books_and_the_bank_feed_do_not_hold_time(qbo: Qbo, worker: str) -> None:
    bill = qbo.bill()
    made = qbo.save("TimeActivity", make_time(worker))
    qbo.act("match_bank_transaction", entity="Bill", record_id=bill["Id"])
    qbo.act("close_books", date="2026-12-31")
    head = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "NameOf": "Employee"}

    assert bill["Id"] == made["Id"]
    assert qbo.save("TimeActivity", {**head, "Description": "late"})["SyncToken"] == "1"


def test_without_asking_for_json_the_answer_is_xml(qbo: Qbo, worker: str) -> None:
    made = qbo.save("TimeActivity", make_time(worker))
    charge = qbo.act("add_card_expense", amount=9)["Purchase"]
    paths = (f"timeactivity/{made['Id']}", f"purchase/{charge['Id']}")
    answers = [qbo.raw("GET", path, headers={"Accept": "application/xml"}) for path in paths]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "<NameOf>Employee</NameOf>" in answers[0].text
    assert "<PaymentType>CreditCard</PaymentType>" in answers[1].text


def test_the_bookkeeper_enters_hours_and_pay_runs(qbo: Qbo, worker: str) -> None:
    given = {"employee_id": worker, "rate": "42.00", "customer_id": CITY, "date": "2026-02-05", "memo": "Footings"}
    time = qbo.act("enter_time", hours="7.25", **given)["TimeActivity"]
    assert (time["Hours"], time["Minutes"], time["CostRate"], time["Description"]) == (7, 15, 42, "Footings")
    changed = qbo.act("edit_time", time_id=time["Id"], hours="8.5")["TimeActivity"]
    assert (changed["Hours"], changed["Minutes"], changed["CustomerRef"]["value"]) == (8, 30, CITY)

    lines = [{"amount": "900", "customer_id": CITY, "description": "Wages"}, {"amount": "100.50"}]
    run = qbo.act("enter_payroll", account_id=COSTS, lines=lines, number="PR-1", date="2026-02-28")["JournalEntry"]
    details = [line["JournalEntryLineDetail"] for line in run["Line"]]
    assert [(each["PostingType"], each["AccountRef"]["value"]) for each in details] == [
        ("Debit", COSTS),
        ("Debit", COSTS),
        ("Credit", BANK),
    ]
    assert [line["Amount"] for line in run["Line"]] == [900, Decimal("100.50"), Decimal("1000.50")]
    assert details[0]["Entity"]["EntityRef"]["value"] == CITY
    assert (run["DocNumber"], run["TxnDate"]) == ("PR-1", "2026-02-28")
