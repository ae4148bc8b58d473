"""Templates of transactions, through the library python-quickbooks and by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from quickbooks import QuickBooks
from quickbooks.exceptions import ObjectNotFoundException, QuickbooksException
from quickbooks.objects import Account, Bill, Customer, Invoice, Item, Vendor
from quickbooks.objects.recurringtransaction import (
    RecurringBill,
    RecurringInfo,
    RecurringInvoice,
    RecurringTransaction,
    ScheduleInfo,
)

from tests.connectors.sandbox.qbo.conftest import Qbo, make_bill
from tests.connectors.sandbox.qbo.library import make_expense_line, make_sales_line, open_library


@pytest.fixture
def client() -> Iterator[QuickBooks]:
    with open_library() as library:
        yield library


def make_info(name: str, **schedule: Any) -> RecurringInfo:
    info = RecurringInfo()
    info.Active, info.RecurType, info.Name = True, "Automated", name
    info.ScheduleInfo = ScheduleInfo()
    for member, value in schedule.items():
        setattr(info.ScheduleInfo, member, value)
    return info


def create_invoice_template(client: QuickBooks) -> RecurringTransaction:
    invoice = RecurringInvoice()
    invoice.Line.append(make_sales_line(Item.all(max_results=1, qb=client)[0], 100, "description"))
    invoice.CustomerRef = Customer.all(max_results=1, qb=client)[0].to_ref()
    invoice.RecurringInfo = make_info(
        "Monthly care", StartDate="2026-12-01", MaxOccurrences=6, IntervalType="Monthly", DayOfMonth=1, NumInterval=1
    )
    template = RecurringTransaction()
    template.Invoice = invoice
    return template.save(qb=client)


def create_bill_template(client: QuickBooks) -> RecurringTransaction:
    bill = RecurringBill()
    bill.Line.append(make_expense_line("17", 500))
    bill.VendorRef = Vendor.all(max_results=1, qb=client)[0].to_ref()
    bill.RecurringInfo = make_info("Weekly rent", IntervalType="Weekly", DayOfWeek="Friday", NumInterval=1)
    template = RecurringTransaction()
    template.Bill = bill
    return template.save(qb=client)


def test_a_template_enters_nothing(client: QuickBooks) -> None:
    counts = [Invoice.count(qb=client), Bill.count(qb=client), Account.get("33", qb=client).CurrentBalance]
    made = create_invoice_template(client)
    create_bill_template(client)

    assert (made.Invoice.Line[0].Description, made.Invoice.Line[0].Amount) == ("description", 100.0)
    assert (made.Invoice.TotalAmt, made.Invoice.DocNumber) == (100.0, None)
    schedule = made.Invoice.RecurringInfo.ScheduleInfo
    assert (schedule.MaxOccurrences, schedule.IntervalType, schedule.DayOfMonth) == (6, "Monthly", 1)
    assert [Invoice.count(qb=client), Bill.count(qb=client), Account.get("33", qb=client).CurrentBalance] == counts
    # Nor has a number been used up.
    invoice = Invoice()
    invoice.Line.append(make_sales_line(Item.all(max_results=1, qb=client)[0], 100))
    invoice.CustomerRef = Customer.all(max_results=1, qb=client)[0].to_ref()
    assert invoice.save(qb=client).DocNumber == "1043"


def test_templates_are_read_listed_and_filtered_by_type(client: QuickBooks) -> None:
    bill, invoice = create_bill_template(client).Bill, create_invoice_template(client).Invoice

    assert RecurringTransaction.get(bill.Id, qb=client).Bill.RecurringInfo.ScheduleInfo.DayOfWeek == "Friday"
    bills = RecurringTransaction.where("Type = 'Bill'", qb=client)
    assert [template.Bill.Id for template in bills] == [bill.Id]
    everything = RecurringTransaction.all(qb=client)
    assert {next(iter({"Bill", "Invoice"} & vars(template).keys())) for template in everything} == {"Bill", "Invoice"}
    assert invoice.Id != bill.Id


def test_a_template_is_replaced_and_deleted(client: QuickBooks) -> None:
    made = create_invoice_template(client)
    template = RecurringTransaction.get(made.Invoice.Id, qb=client)
    template.Invoice.RecurringInfo.ScheduleInfo.DayOfMonth = 15
    template.Invoice.Line[0].Amount = 250
    template.Invoice.Deposit = None
    template.save(qb=client)

    changed = RecurringTransaction.get(made.Invoice.Id, qb=client)
    assert changed.Invoice.RecurringInfo.ScheduleInfo.DayOfMonth == 15
    assert (changed.Invoice.Line[0].Amount, changed.Invoice.TotalAmt, changed.Invoice.SyncToken) == (250, 250, "1")
    with pytest.raises(QuickbooksException) as stale:
        template.save(qb=client)
    assert stale.value.error_code == 5010

    assert changed.delete(qb=client)["RecurringTransaction"]["Invoice"]["status"] == "Deleted"
    with pytest.raises(ObjectNotFoundException):
        RecurringTransaction.get(made.Invoice.Id, qb=client)
    assert RecurringTransaction.all(qb=client) == []


INFO = {"Name": "Rent", "RecurType": "Automated", "Active": True}


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"Bill": []},
        {"Bill": {}, "Invoice": {}},
        {"Customer": {"DisplayName": "x"}},
        {"Bill": make_bill()},
        {"Bill": make_bill(RecurringInfo=[])},
        {"Bill": make_bill(RecurringInfo={"Name": 7})},
        {"Bill": make_bill(RecurringInfo={**INFO, "RecurType": ["x"]})},
        {"Bill": make_bill(RecurringInfo={**INFO, "ScheduleInfo": "monthly"})},
        {"Bill": make_bill(RecurringInfo={**INFO, "ScheduleInfo": {"IntervalType": {}}})},
        {"Bill": {"RecurringInfo": INFO}},
        {"Bill": make_bill(RecurringInfo=INFO, Id="1", SyncToken="0")},
    ],
)
def test_what_is_no_template_is_refused(qbo: Qbo, body: Any) -> None:
    before = qbo.control("GET", "state")
    qbo.refuse("POST", "recurringtransaction", json=body)
    qbo.refuse("POST", "recurringtransaction", json=body, params={"operation": "delete"})
    after = qbo.control("GET", "state")
    assert (after["realms"], after["kept"]) == (before["realms"], before["kept"])
