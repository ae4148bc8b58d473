"""What was read and is sent back whole changes nothing: no token moves, no member is lost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import (
    ACME,
    BANK,
    CARD,
    CITY,
    COSTS,
    HALL,
    ITEM,
    PAYABLE,
    Qbo,
    make_bill,
    make_line,
    make_payment,
)

ITEM_LINE = {
    "Amount": 30,
    "DetailType": "ItemBasedExpenseLineDetail",
    "ItemBasedExpenseLineDetail": {"ItemRef": {"value": ITEM}, "Qty": 3, "UnitPrice": 10},
}
LINES = [make_line(5, CustomerRef={"value": HALL}, BillableStatus="NotBillable"), ITEM_LINE]


def entry(side: str, account: str, **detail: Any) -> dict[str, Any]:
    detail = {"PostingType": side, "AccountRef": {"value": account}, **detail}
    return {"Amount": 5, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}


BODIES: dict[str, dict[str, Any]] = {
    "Bill": make_bill(Line=LINES, SalesTermRef={"value": "2"}, DocNumber="7", PrivateNote="x"),
    "VendorCredit": make_bill(Line=LINES),
    "PurchaseOrder": make_bill(Line=LINES, Memo="x"),
    "Purchase": {
        "PaymentType": "Check",
        "AccountRef": {"value": BANK},
        "EntityRef": {"value": ACME, "type": "Vendor"},
        "DocNumber": "9",
        "Line": LINES,
    },
    "JournalEntry": {
        "Line": [
            entry("Debit", COSTS, Entity={"Type": "Customer", "EntityRef": {"value": HALL}}),
            entry("Credit", PAYABLE, Entity={"Type": "Vendor", "EntityRef": {"value": ACME}}),
        ]
    },
    "Transfer": {"FromAccountRef": {"value": BANK}, "ToAccountRef": {"value": CARD}, "Amount": 5},
    "TimeActivity": {
        "NameOf": "Vendor",
        "VendorRef": {"value": ACME},
        "StartTime": "2026-02-05T08:00:00",
        "EndTime": "2026-02-05T09:00:00",
    },
    "Budget": {
        "StartDate": "2026-01-01",
        "EndDate": "2026-12-31",
        "BudgetDetail": [{"BudgetDate": "2026-01-01", "Amount": 5, "AccountRef": {"value": COSTS}}],
    },
    "Vendor": {
        "GivenName": "Jo",
        "TaxIdentifier": "12-3456789",
        "BillAddr": {"Line1": "1 Main St."},
        "PrimaryEmailAddr": {"Address": "a@b.example"},
        "TermRef": {"value": "2"},
    },
    "Customer": {
        "DisplayName": "Annex",
        "Job": True,
        "ParentRef": {"value": CITY},
        "PrimaryTaxIdentifier": "123456789",
        "CustomerTypeRef": {"value": "1"},
    },
    "Employee": {"GivenName": "Jo", "FamilyName": "Ray", "SSN": "123-45-6789", "BillableTime": True, "BillRate": 9},
    "Account": {
        "Name": "Rent",
        "AccountType": "Cost of Goods Sold",
        "AcctNum": "5005",
        "ParentRef": {"value": COSTS},
    },
    "Item": {"Name": "Sand", "Type": "NonInventory", "ExpenseAccountRef": {"value": COSTS}, "UnitPrice": 2.5},
    "Class": {"Name": "Field"},
    "Department": {"Name": "North"},
    "Term": {"Name": "Tenth", "DayOfMonthDue": 10, "DueNextMonthDays": 5},
    "PaymentMethod": {"Name": "Wire"},
}


@pytest.mark.parametrize("is_sparse", [False, True])
@pytest.mark.parametrize("entity", BODIES)
def test_a_record_sent_back_is_left_alone(qbo: Qbo, entity: str, is_sparse: bool) -> None:
    made = qbo.save(entity, BODIES[entity])
    read = qbo.get(f"{entity.lower()}/{made['Id']}")[entity]
    answer = qbo.save(entity, {**read, "sparse": is_sparse})

    assert answer == read == made
    assert qbo.query("select * from {entity} where Id = '{id}'", entity=entity, id=made["Id"])[entity] == [read]


@pytest.mark.parametrize("is_sparse", [False, True])
def test_a_payment_and_what_it_paid_are_left_alone(qbo: Qbo, is_sparse: bool) -> None:
    order = qbo.save("PurchaseOrder", {"VendorRef": {"value": ACME}, "Line": [ITEM_LINE]})
    link = [{"TxnId": order["Id"], "TxnType": "PurchaseOrder", "TxnLineId": "1"}]
    bill = qbo.bill(Line=[{**ITEM_LINE, "LinkedTxn": link}])
    payment = qbo.save("BillPayment", make_payment(30, (bill["Id"], 30)))
    for entity, record in (("PurchaseOrder", order), ("Bill", bill), ("BillPayment", payment)):
        read = qbo.get(f"{entity.lower()}/{record['Id']}")[entity]
        assert qbo.save(entity, {**read, "sparse": is_sparse}) == read
