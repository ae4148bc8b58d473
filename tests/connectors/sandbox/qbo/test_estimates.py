from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import CITY, COSTS, HALL, Qbo, make_line, read_wire
from tests.connectors.sandbox.qbo.sales_forms import (
    RECEIVABLE,
    address,
    balance_of,
    make_sale,
    owed_by,
    read,
    sale_line,
    state_of,
)


def from_estimate(estimate: dict[str, Any], **members: Any) -> dict[str, Any]:
    return make_sale(LinkedTxn=[{"TxnId": estimate["Id"], "TxnType": "Estimate"}], **members)


def make_hours(**members: Any) -> dict[str, Any]:
    person = {"NameOf": "Vendor", "VendorRef": {"value": "1"}, "Hours": 2, "HourlyRate": 50}
    return {**person, "CustomerRef": {"value": CITY}, "BillableStatus": "Billable", **members}


def test_an_estimate_made_into_an_invoice_reads_as_recorded(qbo: Qbo) -> None:
    recorded = read_wire("closed_estimate")["Estimate"]
    lines = [
        {**sale_line(300, UnitPrice=75, Qty=4), "Description": "Custom Design"},
        {**sale_line(180, UnitPrice="22.5", Qty=8), "Description": "Garden Rocks"},
    ]
    estimate = qbo.save(
        "Estimate",
        make_sale(
            Line=lines,
            CustomerMemo=recorded["CustomerMemo"],
            EmailStatus="NeedToSend",
            BillEmail=recorded["BillEmail"],
        ),
    )
    assert estimate["TxnStatus"] == "Pending" and "LinkedTxn" not in estimate
    assert (owed_by(qbo)[0], balance_of(qbo, RECEIVABLE)) == (0, 0)
    invoice = qbo.save("Invoice", from_estimate(estimate))
    closed = read(qbo, "Estimate", estimate["Id"])

    assert closed.keys() == recorded.keys()
    for member in ("TxnStatus", "SyncToken", "TotalAmt", "DeliveryInfo", "EmailStatus", "PrintStatus", "TxnTaxDetail"):
        assert closed[member] == recorded[member]
    assert [line["Amount"] for line in closed["Line"]] == [line["Amount"] for line in recorded["Line"]]
    assert closed["LinkedTxn"] == [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]
    assert invoice["LinkedTxn"] == [{"TxnId": estimate["Id"], "TxnType": "Estimate"}]


def test_an_invoice_taken_back_opens_its_estimate_again(qbo: Qbo) -> None:
    estimate = qbo.save("Estimate", make_sale())
    invoice = qbo.save("Invoice", from_estimate(estimate))
    kept = qbo.save("Invoice", address(invoice, PrivateNote="sparse keeps the link"))
    unlinked = qbo.save("Invoice", {**make_sale(), "Id": invoice["Id"], "SyncToken": kept["SyncToken"]})
    opened = read(qbo, "Estimate", estimate["Id"])
    linked = qbo.save("Invoice", address(unlinked, LinkedTxn=invoice["LinkedTxn"]))
    closed = read(qbo, "Estimate", estimate["Id"])
    key = {"Id": invoice["Id"], "SyncToken": linked["SyncToken"]}
    qbo.save("Invoice", key, operation="delete")

    assert kept["LinkedTxn"] == linked["LinkedTxn"] == invoice["LinkedTxn"]
    assert (unlinked["LinkedTxn"], opened["TxnStatus"], "LinkedTxn" in opened) == ([], "Pending", False)
    assert closed["TxnStatus"] == "Closed"
    assert read(qbo, "Estimate", estimate["Id"])["TxnStatus"] == "Pending"


def test_a_deleted_estimate_leaves_the_invoice_without_its_link(qbo: Qbo) -> None:
    estimate = qbo.save("Estimate", make_sale())
    invoice = qbo.save("Invoice", from_estimate(estimate))
    qbo.save("Estimate", {"Id": estimate["Id"], "SyncToken": "0"}, operation="delete")

    assert read(qbo, "Invoice", invoice["Id"])["LinkedTxn"] == []


def test_an_estimate_goes_through_its_statuses(qbo: Qbo) -> None:
    estimate = qbo.save("Estimate", make_sale(ExpirationDate="2026-03-01"))
    accepted = qbo.save(
        "Estimate", address(estimate, TxnStatus="Accepted", AcceptedBy="City", AcceptedDate="2026-02-01")
    )
    renewed = qbo.save("Estimate", {**make_sale(70), "Id": estimate["Id"], "SyncToken": "1"})
    found = qbo.query("select * from Estimate where TxnStatus = 'Accepted' and CustomerRef = '{c}'", c=CITY)

    assert (accepted["TxnStatus"], accepted["AcceptedDate"]) == ("Accepted", "2026-02-01")
    assert renewed["TxnStatus"] == "Accepted" and "AcceptedBy" not in renewed
    assert found["Estimate"] == [renewed]
    assert qbo.refuse("POST", "estimate", json=make_sale(TxnStatus="Lost"))["code"] == "2170"


@pytest.mark.parametrize(
    ("link", "detail"),
    [
        ({"TxnId": "75", "TxnType": "Estimate"}, "The entity Estimate 75 that you are trying to link does not exist."),
        ({"TxnId": "1", "TxnType": "Estimate"}, "The Estimate 1 is already linked to another transaction."),
        ({"TxnId": "2", "TxnType": "Estimate"}, "The Estimate 2 belongs to another customer."),
        ({"TxnId": "1", "TxnType": "TimeActivity"}, "The TimeActivity 1 is not billable."),
        ({"TxnId": "1", "TxnType": "ReimburseCharge"}, "A ReimburseCharge cannot be linked to this transaction."),
    ],
)
def test_a_link_to_the_wrong_thing_is_refused_and_changes_nothing(qbo: Qbo, link: dict[str, str], detail: str) -> None:
    used = qbo.save("Estimate", make_sale())
    qbo.save("Estimate", make_sale(CustomerRef={"value": HALL}))
    qbo.save("Invoice", from_estimate(used))
    qbo.save("TimeActivity", make_hours(BillableStatus="NotBillable"))
    before = state_of(qbo)
    error = qbo.refuse("POST", "invoice", json=make_sale(LinkedTxn=[link]))

    assert error["code"] == "6000"
    assert error["Detail"].startswith(f"Business Validation Error: {detail}")
    assert state_of(qbo) == before


def test_billed_time_is_marked_until_the_invoice_is_gone(qbo: Qbo) -> None:
    hours = qbo.save("TimeActivity", make_hours())
    line = {**sale_line(100), "LinkedTxn": [{"TxnId": hours["Id"], "TxnType": "TimeActivity"}]}
    invoice = qbo.save("Invoice", make_sale(Line=[line]))

    assert read(qbo, "TimeActivity", hours["Id"])["BillableStatus"] == "HasBeenBilled"
    qbo.save("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="void")
    assert read(qbo, "TimeActivity", hours["Id"])["BillableStatus"] == "Billable"


def test_billed_time_stays_billed_and_its_deletion_takes_it_off_the_invoice(qbo: Qbo) -> None:
    hours = qbo.save("TimeActivity", make_hours())
    link = {"TxnId": hours["Id"], "TxnType": "TimeActivity"}
    invoice = qbo.save("Invoice", make_sale(LinkedTxn=[link], Line=[{**sale_line(100), "LinkedTxn": [link]}]))
    changed = qbo.save("TimeActivity", {**make_hours(), "Id": hours["Id"], "SyncToken": "0", "Description": "x"})
    qbo.save("TimeActivity", {"Id": hours["Id"], "SyncToken": changed["SyncToken"]}, operation="delete")
    left = read(qbo, "Invoice", invoice["Id"])

    assert changed["BillableStatus"] == "HasBeenBilled"
    assert (left["LinkedTxn"], left["Line"][0]["LinkedTxn"], left["TotalAmt"]) == ([], [], Decimal("100.00"))


def make_change_order(estimate: dict[str, Any], **members: Any) -> dict[str, Any]:
    return from_estimate(estimate, ProjectRef={"value": "416296152", "name": "ignored"}, **members)


def test_a_change_order_hangs_on_its_project_and_estimate(qbo: Qbo) -> None:
    estimate = qbo.save("Estimate", make_sale(ProjectRef={"value": "416296152"}))
    body = make_change_order(estimate)
    order = qbo.save("ChangeOrder", body)
    found = qbo.query("select * from ChangeOrder where ProjectRef = '416296152'")["ChangeOrder"]
    bare = {name: value for name, value in body.items() if name != "ProjectRef"}

    assert (order["TxnStatus"], order["ProjectRef"]) == ("Pending", {"value": "416296152"})
    assert found == [order]
    assert read(qbo, "Estimate", estimate["Id"])["TxnStatus"] == "Pending"
    assert qbo.refuse("POST", "changeorder", json=bare)["code"] == "9349"
    assert qbo.refuse("POST", "changeorder", json={**body, "LinkedTxn": []})["code"] == "2020"
    assert qbo.refuse("POST", "changeorder", json=address(order, TxnStatus="Accepted"))["element"] == "CustomerRef"
    named = {"CustomerRef": order["CustomerRef"], "ProjectRef": order["ProjectRef"]}
    assert qbo.save("ChangeOrder", address(order, TxnStatus="Accepted", **named))["TxnStatus"] == "Accepted"
    assert balance_of(qbo, RECEIVABLE) == 0
    qbo.save("ChangeOrder", {"Id": order["Id"], "SyncToken": "1"}, operation="delete")
    assert "LinkedTxn" not in read(qbo, "Estimate", estimate["Id"])


def test_change_capture_tells_of_every_sale(qbo: Qbo) -> None:
    since = qbo.app.clock.now().isoformat()
    estimate = qbo.save("Estimate", make_sale())
    invoice = qbo.save("Invoice", from_estimate(estimate))
    receipt = qbo.save("SalesReceipt", make_sale())
    qbo.save("Bill", {"VendorRef": {"value": "1"}, "Line": [make_line(1, COSTS)]})
    qbo.save("SalesReceipt", {"Id": receipt["Id"], "SyncToken": "0"}, operation="delete")
    (answer,) = qbo.get("cdc", entities="Estimate,Invoice,SalesReceipt,Payment", changedSince=since)["CDCResponse"]
    estimates, invoices, receipts, payments = answer["QueryResponse"]

    assert estimates["Estimate"] == [read(qbo, "Estimate", estimate["Id"])]
    assert invoices["Invoice"] == [invoice]
    assert [row["status"] for row in receipts["SalesReceipt"]] == ["Deleted"]
    assert payments == {}


def test_invoices_are_found_by_what_they_say(qbo: Qbo) -> None:
    first = qbo.save("Invoice", make_sale(ProjectRef={"value": "9"}))
    second = qbo.save("Invoice", make_sale(250, DueDate="2026-06-30", CustomerRef={"value": HALL}))
    conditions = {
        "CustomerRef = '5'": second,
        "Balance > '200.00'": second,
        "TotalAmt = '100.00'": first,
        "DueDate = '2026-06-30'": second,
        "DocNumber = '1001'": first,
        "ProjectRef = '9'": first,
        f"Id IN ('{first['Id']}')": first,
    }
    for condition, expected in conditions.items():
        rows = qbo.query(f"select * from Invoice where {condition}")["Invoice"]  # noqa: S608 - no database
        assert rows == [expected], condition
    assert qbo.refuse("GET", "query", params={"query": "select * from Invoice where BillAddr = '1'"})["code"] == "4001"


def test_an_opening_balance_becomes_an_invoice_as_recorded(qbo: Qbo) -> None:
    recorded = read_wire("opening_balance_invoice")["Invoice"]
    body = {"DisplayName": "Old Mill", "Balance": "100055.55", "OpenBalanceDate": "2026-08-10"}
    customer = qbo.save("Customer", body)
    (invoice,) = qbo.query("select * from Invoice where CustomerRef = '{c}'", c=customer["Id"])["Invoice"]

    assert (customer["Balance"], customer["BalanceWithJobs"]) == (Decimal("100055.55"), Decimal("100055.55"))
    assert "OpenBalanceDate" not in customer
    for member in ("PrivateNote", "PrintStatus", "TxnTaxDetail", "TotalAmt", "Balance", "LinkedTxn"):
        assert invoice[member] == recorded[member]
    assert invoice["TxnDate"] == invoice["DueDate"] == "2026-08-10"
    line, recorded_line = invoice["Line"][0], recorded["Line"][0]
    assert line.keys() == recorded_line.keys()
    assert (line["Description"], line["Amount"]) == (recorded_line["Description"], recorded_line["Amount"])
    assert balance_of(qbo, RECEIVABLE) == Decimal("100055.55")
    qbo.act("close_books", date="2026-08-10")
    before = state_of(qbo)
    assert qbo.refuse("POST", "customer", json={**body, "DisplayName": "Older Mill"})["code"] == "6210"
    assert qbo.refuse("POST", "customer", json={"DisplayName": "X", "Balance": -1})["code"] == "2290"
    assert state_of(qbo) == before
