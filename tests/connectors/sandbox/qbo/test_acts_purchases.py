from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import requests

from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.wire import decode, encode
from tests.connectors.sandbox.qbo.conftest import (
    ACME,
    BANK,
    BOLT,
    CARD,
    CITY,
    COSTS,
    FIRM,
    HALL,
    ITEM,
    Qbo,
    make_payment,
)


def refused(qbo: Qbo, **act: Any) -> str:
    answer = requests.post(f"{qbo.url}/_control/act", json=act, timeout=10)
    assert answer.status_code == 409, answer.text
    return str(answer.json()["error"])


def balance_of(qbo: Qbo, account: str) -> Decimal:
    return Decimal(qbo.get(f"account/{account}")["Account"]["CurrentBalance"])


def test_a_bill_is_entered(qbo: Qbo) -> None:
    made = qbo.act(
        "enter_bill", vendor_id=ACME, amount="120.50", account_id=COSTS, customer_id=HALL, number="17", memo="site"
    )["Bill"]
    bill = qbo.get(f"bill/{made['Id']}")["Bill"]
    detail = bill["Line"][0]["AccountBasedExpenseLineDetail"]
    loose = qbo.act("enter_bill", vendor_id=ACME, amount=5, account_id="", customer_id="")["Bill"]

    assert (bill["TotalAmt"], bill["DocNumber"], bill["PrivateNote"]) == (Decimal("120.50"), "17", "site")
    assert (detail["AccountRef"]["value"], detail["CustomerRef"]["value"]) == (COSTS, HALL)
    assert loose["Line"][0]["AccountBasedExpenseLineDetail"]["AccountRef"]["name"] == "Uncategorized Expense"
    assert refused(qbo, do="enter_bill", vendor_id="99", amount=5).startswith("2500")
    assert refused(qbo, do="enter_bill", vendor_id=ACME, amount="much") == "much is not an amount"
    assert refused(qbo, do="enter_bill", vendor_id=ACME, amount="NaN") == "NaN is not an amount"
    assert refused(qbo, do="enter_bill", vendor_id=ACME, amount=5, date="soon") == "soon is not a date"


def test_several_bills_are_paid_together_and_partly(qbo: Qbo) -> None:
    first, second = qbo.bill(), qbo.bill()
    other = qbo.bill(VendorRef={"value": BOLT})
    ids = [first["Id"], second["Id"], other["Id"]]
    parts = qbo.act("pay_bills", bill_ids=ids, amounts=[100, 30, 10])["BillPayment"]
    rest = qbo.act("pay_bills", bill_ids=f"{second['Id']}, {other['Id']}")["BillPayment"]
    left = [qbo.get(f"bill/{each}")["Bill"]["Balance"] for each in ids]

    assert [(payment["VendorRef"]["value"], payment["TotalAmt"]) for payment in parts] == [(ACME, 130.0), (BOLT, 10.0)]
    assert [payment["TotalAmt"] for payment in rest] == [70.0, 90.0]
    assert (left, balance_of(qbo, BANK)) == ([0, 0, 0], Decimal("-300.00"))


def test_bills_that_cannot_all_be_paid_are_not_paid_at_all(qbo: Qbo) -> None:
    first, other = qbo.bill(), qbo.bill(VendorRef={"value": BOLT})
    ids = [first["Id"], other["Id"]]

    assert refused(qbo, do="pay_bills", bill_ids=ids, amounts=[100, 101]).startswith("6000")
    assert refused(qbo, do="pay_bills", bill_ids=ids, amounts=[100]).startswith("every bill needs")
    assert refused(qbo, do="pay_bills", bill_ids=[]).startswith("every bill needs")
    assert refused(qbo, do="pay_bills", bill_ids=["99"]) == "there is no Bill 99"
    assert qbo.query("select count(*) from BillPayment") == {"totalCount": 0}
    assert [qbo.get(f"bill/{each}")["Bill"]["Balance"] for each in ids] == [100, 100]


def test_a_credit_settles_a_bill_without_money(qbo: Qbo) -> None:
    bill = qbo.bill()
    line = {"amount": 30, "account_id": COSTS}
    credit = qbo.act("enter_costs", entity="VendorCredit", vendor_id=ACME, lines=[line])["VendorCredit"]
    made = qbo.act("apply_vendor_credit", credit_id=credit["Id"], bill_id=bill["Id"], date="2026-02-28")["BillPayment"]

    assert (made["TotalAmt"], made["TxnDate"], balance_of(qbo, BANK)) == (0, "2026-02-28", 0)
    assert qbo.get(f"bill/{bill['Id']}")["Bill"]["Balance"] == 70
    assert qbo.get(f"vendorcredit/{credit['Id']}")["VendorCredit"]["Balance"] == 0
    again = refused(qbo, do="apply_vendor_credit", credit_id=credit["Id"], bill_id=bill["Id"])
    assert again == "nothing is left of the credit, or nothing is owed on the bill"
    paid = qbo.act("pay_bill", bill_id=bill["Id"], date="2026-03-31")["BillPayment"]
    assert (paid["TotalAmt"], paid["TxnDate"]) == (70, "2026-03-31")


@pytest.mark.parametrize(
    ("entity", "extra", "source"),
    [
        ("Bill", {}, None),
        ("Purchase", {"pay_type": "CreditCard", "is_credit": True}, CARD),
        ("Purchase", {"pay_type": "Check"}, BANK),
    ],
)
def test_costs_of_several_lines_are_entered(qbo: Qbo, entity: str, extra: dict[str, Any], source: str | None) -> None:
    lines = [
        {"amount": "12.50", "account_id": COSTS, "customer_id": HALL, "description": "Rental"},
        {"amount": "7.50", "account_id": COSTS},
    ]
    given = {"vendor_id": ACME, "number": "C-1", "date": "2026-02-03", "lines": lines, **extra}
    made = qbo.act("enter_costs", entity=entity, **given)[entity]
    details = [line["AccountBasedExpenseLineDetail"] for line in made["Line"]]

    assert (made["TotalAmt"], made["DocNumber"], made["TxnDate"]) == (20, "C-1", "2026-02-03")
    assert [detail.get("CustomerRef", {}).get("value") for detail in details] == [HALL, None]
    assert made["Line"][0]["Description"] == "Rental"
    assert made.get("AccountRef", {}).get("value") == source
    assert bool(made.get("Credit")) == extra.get("is_credit", False)
    assert refused(qbo, do="enter_costs", entity=entity, lines=[{"amount": "much"}]) == "much is not an amount"


def test_a_customer_pays_several_invoices_at_once(qbo: Qbo) -> None:
    item = {"ItemRef": {"value": ITEM}}
    line = {"Amount": 50, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": item}
    first, second = (qbo.save("Invoice", {"CustomerRef": {"value": HALL}, "Line": [line]}) for _ in range(2))
    ids = [first["Id"], second["Id"]]
    made = qbo.act("receive_payments", invoice_ids=ids, amounts=[50, 20], date="2026-02-28")["Payment"]

    assert (made["TotalAmt"], made["TxnDate"]) == (70, "2026-02-28")
    assert [qbo.get(f"invoice/{each}")["Invoice"]["Balance"] for each in ids] == [0, 30]
    assert refused(qbo, do="receive_payments", invoice_ids=ids) == "nothing is owed on this invoice"
    assert qbo.act("receive_payment", invoice_id=second["Id"])["Payment"]["TotalAmt"] == 30


def test_a_card_charge_comes_uncategorised_and_is_categorised(qbo: Qbo) -> None:
    charge = qbo.act("add_card_expense", amount="42.10", vendor_id=ACME, memo="HARDWARE 0042")["Purchase"]
    detail = charge["Line"][0]["AccountBasedExpenseLineDetail"]
    crew = qbo.save("Class", {"Name": "Field"})
    qbo.act("categorise_expense", purchase_id=charge["Id"], account_id=COSTS, customer_id=HALL, class_id=crew["Id"])
    on_account = qbo.get(f"purchase/{charge['Id']}")["Purchase"]
    qbo.act("categorise_expense", purchase_id=charge["Id"], item_id=ITEM, account_id="", customer_id="")
    on_item = qbo.get(f"purchase/{charge['Id']}")["Purchase"]
    other = {pair["Name"]: pair["Value"] for pair in qbo.get("preferences")["Preferences"]["OtherPrefs"]["NameValue"]}

    assert (charge["PaymentType"], charge["AccountRef"]["value"], charge["PrivateNote"]) == (
        "CreditCard",
        CARD,
        "HARDWARE 0042",
    )
    assert (detail["AccountRef"]["name"], "CustomerRef" in detail) == ("Uncategorized Expense", False)
    assert other["UncategorizedExpenseAccountId"] == detail["AccountRef"]["value"]
    assert on_account["Line"][0]["AccountBasedExpenseLineDetail"] == {
        "AccountRef": {"value": COSTS, "name": "Job Costs"},
        "CustomerRef": {"value": HALL, "name": "City of Denver:City Hall - Phase 2"},
        "ClassRef": {"value": crew["Id"], "name": "Field"},
        "BillableStatus": "NotBillable",
        "TaxCodeRef": {"value": "NON"},
    }
    assert on_item["Line"][0]["Id"] == "1"
    assert on_item["Line"][0]["ItemBasedExpenseLineDetail"]["ItemRef"]["value"] == ITEM
    assert on_item["Line"][0]["ItemBasedExpenseLineDetail"]["CustomerRef"]["value"] == HALL
    assert "AccountBasedExpenseLineDetail" not in on_item["Line"][0]
    assert (on_item["TotalAmt"], balance_of(qbo, CARD)) == (Decimal("42.10"), Decimal("-42.10"))


def test_a_refund_on_the_card(qbo: Qbo) -> None:
    refund = qbo.act("add_card_expense", amount=-5)["Purchase"]
    assert (refund["Credit"], refund["TotalAmt"], balance_of(qbo, CARD)) == (True, 5.0, Decimal("5.00"))


@pytest.mark.parametrize("entity", ["Bill", "Purchase", "BillPayment", "JournalEntry"])
def test_what_the_bank_feed_is_matched_to_takes_no_change(qbo: Qbo, entity: str) -> None:
    bill = qbo.bill()
    if entity == "BillPayment":
        record = qbo.save("BillPayment", make_payment(100, (bill["Id"], 100)))
        head = {"VendorRef": {"value": ACME}, "PayType": "Check", "TotalAmt": 100}
    elif entity == "Purchase":
        record = qbo.act("add_card_expense", amount=9)["Purchase"]
        head = {"PaymentType": "CreditCard", "AccountRef": {"value": CARD}}
    elif entity == "JournalEntry":
        sides = (("Debit", COSTS), ("Credit", BANK))
        lines = [
            {
                "Amount": 5,
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": account}},
            }
            for side, account in sides
        ]
        record, head = qbo.save("JournalEntry", {"Line": lines}), {}
    else:
        record, head = bill, {"VendorRef": {"value": ACME}}
    qbo.act("match_bank_transaction", entity=entity, record_id=record["Id"])
    path, address = entity.lower(), {"Id": record["Id"], "SyncToken": record["SyncToken"]}
    change = {**address, **head, "sparse": True, "PrivateNote": "x"}
    refusals = [
        qbo.refuse("POST", path, json=change),
        qbo.refuse("POST", path, json=address, params={"operation": "delete"}),
    ]
    restored = QboSandbox(FIRM, state=decode(encode(qbo.app.dump())))

    assert [error["code"] for error in refusals] == ["6480", "6480"]
    assert qbo.get(f"{path}/{record['Id']}")[entity]["SyncToken"] == record["SyncToken"]
    assert restored.find_book().matched == {record["Id"]}
    qbo.act("match_bank_transaction", entity=entity, record_id=record["Id"], is_matched=False)
    assert qbo.save(entity, change)["PrivateNote"] == "x"
    assert (
        refused(qbo, do="match_bank_transaction", entity="Vendor", record_id=ACME) == "Vendor is no kind of document"
    )


def test_a_bill_payment_is_voided_through_the_service_and_by_hand(qbo: Qbo) -> None:
    bill = qbo.bill()
    first = qbo.save("BillPayment", make_payment(100, (bill["Id"], 100), PrivateNote="February"))
    head = {"Id": first["Id"], "SyncToken": "0", "sparse": True}
    voided = qbo.save("BillPayment", head, operation="update", include="void")
    opened = qbo.get(f"bill/{bill['Id']}")["Bill"]
    second = qbo.act("pay_bill", bill_id=bill["Id"])["BillPayment"]
    by_hand = qbo.act("void_bill_payment", payment_id=second["Id"])["BillPayment"]

    assert (voided["TotalAmt"], voided["Line"], voided["PrivateNote"]) == (0, [], "Voided - February")
    assert (opened["Balance"], opened["LinkedTxn"]) == (Decimal("100.00"), [])
    assert (by_hand["PrivateNote"], balance_of(qbo, BANK)) == ("Voided", 0)
    assert qbo.get(f"vendor/{ACME}")["Vendor"]["Balance"] == Decimal("100.00")


def test_documents_are_deleted_and_voided_by_kind(qbo: Qbo) -> None:
    charge = qbo.act("add_card_expense", amount=9)["Purchase"]
    bill = qbo.bill()
    gone = qbo.act("delete_document", entity="Purchase", record_id=charge["Id"])["Purchase"]

    assert (gone["status"], balance_of(qbo, CARD)) == ("Deleted", 0)
    assert refused(qbo, do="void_document", entity="Bill", record_id=bill["Id"]) == "a Bill cannot be voided"
    assert refused(qbo, do="delete_document", entity="Customer", record_id=CITY) == "Customer is no kind of document"
    assert refused(qbo, do="delete_document", entity="Nothing", record_id="1") == "Nothing is no kind of document"
    assert refused(qbo, do="delete_document", entity="Bill", record_id="99") == "there is no Bill 99"


def test_an_invoice_is_paid_and_voided(qbo: Qbo) -> None:
    line = {
        "Amount": 80,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": ITEM}, "TaxCodeRef": {"value": "NON"}},
    }
    invoice = qbo.save("Invoice", {"CustomerRef": {"value": CITY}, "Line": [line]})
    qbo.act("receive_payment", invoice_id=invoice["Id"], amount="30")
    part = qbo.get(f"invoice/{invoice['Id']}")["Invoice"]["Balance"]
    paid = qbo.act("receive_payment", invoice_id=invoice["Id"], amount="")["Payment"]

    assert (part, paid["TotalAmt"]) == (Decimal("50.00"), 50.0)
    assert refused(qbo, do="receive_payment", invoice_id=invoice["Id"]) == "nothing is owed on this invoice"
    qbo.act("void_payment", payment_id=paid["Id"])
    assert qbo.get(f"invoice/{invoice['Id']}")["Invoice"]["Balance"] == Decimal("50.00")


def test_a_bill_is_entered_for_what_came_of_an_order(qbo: Qbo) -> None:
    detail = {"AccountRef": {"value": COSTS}, "CustomerRef": {"value": HALL}}
    kind = "AccountBasedExpenseLineDetail"
    lines = [
        {"Amount": amount, "DetailType": kind, kind: detail, "Description": name}
        for name, amount in (("a", 50), ("b", 30))
    ]
    order = qbo.save("PurchaseOrder", {"VendorRef": {"value": ACME}, "Line": lines})
    more = [{"amount": -1, "account_id": COSTS}]
    given = {"order_id": order["Id"], "number": "77", "date": "2026-02-03", "lines": more}
    bill = qbo.act("bill_order", amounts=[None, "20.00"], **given)["Bill"]

    assert (bill["TotalAmt"], bill["DocNumber"], bill["TxnDate"]) == (19, "77", "2026-02-03")
    received, own = bill["Line"]
    link = {"TxnId": order["Id"], "TxnType": "PurchaseOrder", "TxnLineId": order["Line"][1]["Id"]}
    assert (received["Description"], received["LinkedTxn"], own.get("LinkedTxn")) == ("b", [link], None)
    assert received[kind]["CustomerRef"]["value"] == HALL
    assert refused(qbo, do="bill_order", order_id=order["Id"], amounts=[None]) == "nothing of the order is billed"
