from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import (
    ACME,
    BANK,
    BOLT,
    COSTS,
    HALL,
    ITEM,
    PAYABLE,
    RETENTION,
    Qbo,
    drop,
    make_bill,
    make_line,
)


def make_item_line(amount: float, **detail: Any) -> dict[str, Any]:
    detail = {"ItemRef": {"value": ITEM}, **detail}
    return {"Amount": amount, "DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": detail}


def test_a_progress_bill_less_retention(qbo: Qbo) -> None:
    crew = qbo.save("Class", {"Name": "Field"})
    job = {"CustomerRef": {"value": HALL}, "BillableStatus": "NotBillable"}
    bill = qbo.save(
        "Bill",
        {
            "DocNumber": "APP-003",
            "TxnDate": "2026-01-31",
            "SalesTermRef": {"value": "3"},
            "PrivateNote": "Pay app 3",
            "VendorRef": {"value": ACME},
            "APAccountRef": {"value": PAYABLE},
            "Line": [
                {**make_line(10000, ClassRef={"value": crew["Id"]}, **job), "Description": "Concrete 03-300"},
                {**make_line(-500, account=RETENTION, **job), "Description": "Retention 5%"},
            ],
        },
    )
    job_name = "City of Denver:City Hall - Phase 2"
    assert drop(bill, "MetaData") == {
        "Id": "1",
        "SyncToken": "0",
        "domain": "QBO",
        "sparse": False,
        "DocNumber": "APP-003",
        "TxnDate": "2026-01-31",
        "DueDate": "2026-03-02",
        "SalesTermRef": {"value": "3"},
        "PrivateNote": "Pay app 3",
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
        "LinkedTxn": [],
        "Line": [
            {
                "Id": "1",
                "LineNum": 1,
                "Description": "Concrete 03-300",
                "Amount": Decimal("10000.00"),
                "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": {
                    "CustomerRef": {"value": HALL, "name": job_name},
                    "ClassRef": {"value": crew["Id"], "name": "Field"},
                    "AccountRef": {"value": COSTS, "name": "Job Costs"},
                    "BillableStatus": "NotBillable",
                    "TaxCodeRef": {"value": "NON"},
                },
            },
            {
                "Id": "2",
                "LineNum": 2,
                "Description": "Retention 5%",
                "Amount": Decimal("-500.00"),
                "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": {
                    "CustomerRef": {"value": HALL, "name": job_name},
                    "AccountRef": {"value": RETENTION, "name": "Retention Payable"},
                    "BillableStatus": "NotBillable",
                    "TaxCodeRef": {"value": "NON"},
                },
            },
        ],
        "VendorRef": {"value": ACME, "name": "Acme Concrete"},
        "APAccountRef": {"value": PAYABLE, "name": "Accounts Payable (A/P)"},
        "TotalAmt": Decimal("9500.00"),
        "Balance": Decimal("9500.00"),
    }


def test_money_is_spelled_with_two_decimals_and_zero_bare(qbo: Qbo) -> None:
    text = qbo.raw("POST", "bill", json=make_bill(Line=[make_line(10.005), make_line(-10.01)])).text

    assert '"Amount":10.01,' in text
    assert '"Amount":-10.01,' in text
    assert '"TotalAmt":0,' in text
    assert '"Balance":0,' in text


def test_a_bill_moves_what_is_owed_but_not_the_vendors_token(qbo: Qbo) -> None:
    qbo.bill(Line=[make_line(1000), make_line(-100, account=RETENTION)])
    vendor = qbo.get(f"vendor/{ACME}")["Vendor"]
    accounts = {row["Id"]: row["CurrentBalance"] for row in qbo.query("select * from Account")["Account"]}

    assert (vendor["Balance"], vendor["SyncToken"]) == (Decimal("900.00"), "0")
    assert vendor["MetaData"]["LastUpdatedTime"] > vendor["MetaData"]["CreateTime"]
    assert (accounts[PAYABLE], accounts[RETENTION], accounts[COSTS]) == (Decimal("-900.00"), Decimal("-100.00"), 0)


def test_a_changed_or_deleted_bill_takes_its_effects_back(qbo: Qbo) -> None:
    bill = qbo.bill()
    head = {"Id": bill["Id"], "SyncToken": "0", "sparse": True, "VendorRef": {"value": BOLT}}
    qbo.save("Bill", {**head, "Line": [make_line(70, account=RETENTION)]})
    balances = [qbo.get(f"vendor/{vendor}")["Vendor"]["Balance"] for vendor in (ACME, BOLT)]
    answer = qbo.save("Bill", {"Id": bill["Id"], "SyncToken": "1"}, operation="delete")

    assert balances == [0, Decimal("70.00")]
    assert answer == {"domain": "QBO", "status": "Deleted", "Id": bill["Id"]}
    assert qbo.get(f"vendor/{BOLT}")["Vendor"]["Balance"] == 0
    assert [qbo.get(f"account/{each}")["Account"]["CurrentBalance"] for each in (PAYABLE, RETENTION)] == [0, 0]


def test_a_delete_needs_the_current_token_and_works_once(qbo: Qbo) -> None:
    bill = qbo.bill()
    stale = qbo.refuse("POST", "bill", json={"Id": bill["Id"], "SyncToken": "7"}, params={"operation": "delete"})
    bare = qbo.refuse("POST", "bill", json={"Id": bill["Id"]}, params={"operation": "delete"})
    body = {"Id": bill["Id"], "SyncToken": "0"}
    qbo.save("Bill", body, operation="delete")
    again = qbo.refuse("POST", "bill", json=body, params={"operation": "delete"})

    assert (stale["code"], bare["code"], again["code"]) == ("5010", "2020", "610")


@pytest.mark.parametrize(
    ("members", "due_date"),
    [
        ({}, "2026-01-31"),
        ({"DueDate": "2026-05-01"}, "2026-05-01"),
        ({"SalesTermRef": {"value": "1"}}, "2026-01-31"),
        ({"SalesTermRef": {"value": "2"}}, "2026-02-15"),
        ({"SalesTermRef": {"value": "4"}}, "2026-02-28"),
        ({"SalesTermRef": {"value": "4"}, "TxnDate": "2026-02-25"}, "2026-03-31"),
    ],
)
def test_the_due_date_follows_the_terms(qbo: Qbo, members: dict[str, Any], due_date: str) -> None:
    term = qbo.save("Term", {"Name": "End of month", "DayOfMonthDue": 31, "DueNextMonthDays": 10})
    assert (term["Id"], term["Type"]) == ("4", "DATE_DRIVEN")
    assert qbo.bill(**members)["DueDate"] == due_date


def test_a_bill_cannot_owe_less_than_nothing(qbo: Qbo) -> None:
    error = qbo.refuse("POST", "bill", json=make_bill(Line=[make_line(10), make_line(-11)]))
    assert (error["code"], error["Message"]) == (
        "6000",
        "A business validation error has occurred while processing your request",
    )
    assert qbo.bill(Line=[make_line(10), make_line(-10)])["Balance"] == 0


def test_lines_are_needed_and_complete(qbo: Qbo) -> None:
    no_detail = {"Amount": 5}
    no_amount = {name: value for name, value in make_line(5).items() if name != "Amount"}
    no_account = {"Amount": 5, "DetailType": "AccountBasedExpenseLineDetail"}
    sales = {"Amount": 5, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {}}
    payable = make_line(5, account=PAYABLE)
    codes = [
        qbo.refuse("POST", "bill", json=make_bill(Line=lines))["code"]
        for lines in ([], [no_detail], [no_amount], [no_account], [sales], [payable])
    ]
    without = {name: value for name, value in make_bill().items() if name != "Line"}

    assert codes == ["2250", "2020", "2020", "6440", "6000", "6430"]
    assert qbo.refuse("POST", "bill", json=without)["element"] == "Line"


def test_an_item_line_posts_to_the_items_expense_account(qbo: Qbo) -> None:
    bill = qbo.bill(Line=[make_item_line(100, Qty=3, UnitPrice=33.333333)])
    detail = bill["Line"][0]["ItemBasedExpenseLineDetail"]

    assert detail == {
        "ItemRef": {"value": ITEM, "name": "03-300 Cast-in-place concrete"},
        "Qty": 3,
        "UnitPrice": Decimal("33.333333"),
        "BillableStatus": "NotBillable",
        "TaxCodeRef": {"value": "NON"},
    }
    updated = qbo.get(f"account/{COSTS}")["Account"]["MetaData"]["LastUpdatedTime"]
    assert updated == bill["MetaData"]["CreateTime"]


def test_quantity_times_price_must_be_the_amount(qbo: Qbo) -> None:
    error = qbo.refuse("POST", "bill", json=make_bill(Line=[make_item_line(99.99, Qty=3, UnitPrice=33.333333)]))
    assert error["code"] == "6070"
    assert error["Detail"] == "Amount is not equal to UnitPrice * Qty. Supplied value:99.99"


def test_an_item_that_cannot_be_bought_is_refused(qbo: Qbo) -> None:
    sold = qbo.save("Item", {"Name": "Sold only", "Type": "Service", "IncomeAccountRef": {"value": "4"}})
    line = make_item_line(5, ItemRef={"value": sold["Id"]})
    assert qbo.refuse("POST", "bill", json=make_bill(Line=[line]))["code"] == "6000"


def test_in_the_united_states_purchases_carry_no_tax(qbo: Qbo) -> None:
    lines = [make_line(5, TaxAmount=0), make_line(6, TaxCodeRef={"value": "TAX"})]
    bill = qbo.bill(GlobalTaxCalculation="TaxInclusive", Line=lines)
    details = [line["AccountBasedExpenseLineDetail"] for line in bill["Line"]]
    assert "GlobalTaxCalculation" not in bill
    assert [detail["TaxCodeRef"] for detail in details] == [{"value": "NON"}, {"value": "TAX"}]
    assert set(details[0]) == {"AccountRef", "BillableStatus", "TaxCodeRef"}
    error = qbo.refuse("POST", "bill", json=make_bill(Line=[make_line(5, TaxCodeRef={"value": "2"})]))
    assert error["code"] == "6100"


def test_a_customer_alone_makes_a_line_billable_while_that_is_tracked(qbo: Qbo) -> None:
    line = make_line(5, CustomerRef={"value": HALL})
    tracked = qbo.bill(Line=[line])["Line"][0]["AccountBasedExpenseLineDetail"]["BillableStatus"]
    qbo.act("set_preference", group="VendorAndPurchasesPrefs", name="BillableExpenseTracking", value=False)
    untracked = qbo.bill(Line=[line])["Line"][0]["AccountBasedExpenseLineDetail"]["BillableStatus"]
    asked = qbo.bill(Line=[make_line(5, CustomerRef={"value": HALL}, BillableStatus="Billable")])
    assert asked["Line"][0]["AccountBasedExpenseLineDetail"]["BillableStatus"] == "NotBillable"
    nobody = qbo.refuse("POST", "bill", json=make_bill(Line=[make_line(5, BillableStatus="Billable")]))

    assert (tracked, untracked, nobody["code"]) == ("Billable", "NotBillable", "6310")


def test_a_class_is_dropped_where_lines_have_none(qbo: Qbo) -> None:
    crew = qbo.save("Class", {"Name": "Field"})
    qbo.act("set_preference", group="AccountingInfoPrefs", name="ClassTrackingPerTxnLine", value=False)
    bill = qbo.bill(Line=[make_line(5, ClassRef={"value": crew["Id"]})])
    assert "ClassRef" not in bill["Line"][0]["AccountBasedExpenseLineDetail"]


def test_a_number_may_repeat_until_the_company_wants_a_warning(qbo: Qbo) -> None:
    first = qbo.bill(DocNumber="INV-7")
    second = qbo.bill(DocNumber="INV-7")
    qbo.act("set_preference", group="OtherPrefs", name="WarnDuplicateBillNumber", value="true")
    error = qbo.refuse("POST", "bill", json=make_bill(DocNumber="INV-7", VendorRef={"value": BOLT}))
    allowed = qbo.save("Bill", make_bill(DocNumber="INV-7"), include="allowduplicatedocnum")
    head = {"Id": second["Id"], "SyncToken": "0", "sparse": True, "VendorRef": {"value": ACME}}

    assert error == {
        "Message": "Duplicate Document Number Error",
        "Detail": "Duplicate Document Number Error : You must specify a different number. This number has already "
        f"been used. DocNumber=INV-7 is assigned to TxnType=Bill with TxnId={first['Id']}",
        "code": "6140",
        "element": "",
    }
    assert allowed["DocNumber"] == "INV-7"
    assert qbo.save("Bill", {**head, "PrivateNote": "same number"})["SyncToken"] == "1"


def test_closed_books_take_no_change(qbo: Qbo, fault: Any) -> None:
    old, recent = qbo.bill(TxnDate="2026-01-31"), qbo.bill(TxnDate="2026-02-01")
    qbo.act("close_books", date="2026-01-31")
    recorded = fault("period_closed")
    status, body = qbo.call("POST", "bill", json=make_bill(TxnDate="2026-01-31"))
    head = {"SyncToken": "0", "sparse": True, "VendorRef": {"value": ACME}}
    changes: list[tuple[dict[str, Any], dict[str, str]]] = [
        ({**head, "Id": old["Id"], "PrivateNote": "x"}, {}),
        ({**head, "Id": old["Id"], "TxnDate": "2026-02-05"}, {}),
        ({**head, "Id": recent["Id"], "TxnDate": "2026-01-15"}, {}),
        ({"Id": old["Id"], "SyncToken": "0"}, {"operation": "delete"}),
    ]

    assert (status, drop(body, "time")) == (recorded["http"], drop(recorded["body"], "time"))
    assert [qbo.refuse("POST", "bill", json=each, params=params)["code"] for each, params in changes] == ["6210"] * 4
    assert qbo.save("Bill", {**head, "Id": recent["Id"], "PrivateNote": "x"})["SyncToken"] == "1"
    qbo.act("close_books")
    assert qbo.bill(TxnDate="2026-01-31")["TotalAmt"] == 100


def test_a_vendor_credit_lowers_what_is_owed(qbo: Qbo) -> None:
    qbo.bill()
    credit = qbo.save("VendorCredit", make_bill(Line=[make_line(30)]))

    assert (credit["TotalAmt"], credit["Balance"], "DueDate" in credit) == (Decimal("30.00"), Decimal("30.00"), False)
    assert qbo.get(f"vendor/{ACME}")["Vendor"]["Balance"] == Decimal("70.00")
    assert qbo.get(f"account/{PAYABLE}")["Account"]["CurrentBalance"] == Decimal("-70.00")
    assert qbo.get(f"account/{BANK}")["Account"]["CurrentBalance"] == 0


def test_another_currency_is_refused_while_there_is_only_one(qbo: Qbo) -> None:
    assert qbo.refuse("POST", "bill", json=make_bill(CurrencyRef={"value": "EUR"}))["code"] == "6000"
    assert qbo.bill(CurrencyRef={"value": "USD"})["CurrencyRef"]["name"] == "United States Dollar"
