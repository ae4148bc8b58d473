from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.connectors.sandbox.qbo.conftest import (
    ACME,
    BANK,
    BOLT,
    CARD,
    PAYABLE,
    Qbo,
    drop,
    make_bill,
    make_line,
    make_payment,
    read_wire,
)


def read_bill(qbo: Qbo, bill_id: str) -> dict[str, Any]:
    return qbo.get(f"bill/{bill_id}")["Bill"]


def test_a_paid_bill_reads_as_recorded(qbo: Qbo) -> None:
    recorded = read_wire("paid_bill")["Bill"]
    bill = qbo.bill(Line=[make_line(500)], TxnDate=recorded["TxnDate"])
    payment = qbo.save("BillPayment", make_payment(500, (bill["Id"], 500)))
    paid = read_bill(qbo, bill["Id"])

    assert paid["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": recorded["LinkedTxn"][0]["TxnType"]}]
    for member in ("SyncToken", "Balance", "TotalAmt", "DueDate", "CurrencyRef"):
        assert paid[member] == recorded[member]


def test_a_payment_reads_back_whole(qbo: Qbo) -> None:
    bill = qbo.bill()
    payment = qbo.save("BillPayment", make_payment(100, (bill["Id"], 100), DocNumber="1001"))

    assert drop(payment, "MetaData") == {
        "VendorRef": {"value": ACME, "name": "Acme Concrete"},
        "PayType": "Check",
        "CheckPayment": {"BankAccountRef": {"value": BANK, "name": "Checking"}, "PrintStatus": "NotSet"},
        "TotalAmt": Decimal("100.00"),
        "TxnDate": "2026-02-15",
        "DocNumber": "1001",
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
        "APAccountRef": {"value": PAYABLE, "name": "Accounts Payable (A/P)"},
        "Line": [{"Amount": Decimal("100.00"), "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Bill"}]}],
        "domain": "QBO",
        "sparse": False,
        "Id": "2",
        "SyncToken": "0",
    }


def test_parts_of_several_bills(qbo: Qbo) -> None:
    first, second = qbo.bill(), qbo.bill()
    qbo.save("BillPayment", make_payment(130, (first["Id"], 100), (second["Id"], 30)))
    balances = [read_bill(qbo, bill["Id"])["Balance"] for bill in (first, second)]

    assert balances == [0, Decimal("70.00")]
    assert qbo.get(f"vendor/{ACME}")["Vendor"]["Balance"] == Decimal("70.00")
    assert qbo.get(f"account/{BANK}")["Account"]["CurrentBalance"] == Decimal("-130.00")
    assert qbo.get(f"account/{PAYABLE}")["Account"]["CurrentBalance"] == Decimal("-70.00")


def test_a_payment_that_is_too_high_or_points_nowhere_is_refused_and_changes_nothing(qbo: Qbo) -> None:
    bill, other = qbo.bill(), qbo.bill(VendorRef={"value": BOLT})
    wrong = {
        "over the balance": make_payment(150, (bill["Id"], 150)),
        "under the lines": make_payment(50, (bill["Id"], 100)),
        "no such bill": make_payment(10, ("99", 10)),
        "another vendor": make_payment(10, (other["Id"], 10)),
        "negative": make_payment(-10, (bill["Id"], 10)),
    }
    errors = {name: qbo.refuse("POST", "billpayment", json=body) for name, body in wrong.items()}

    assert {error["code"] for error in errors.values()} == {"6000"}
    assert errors["no such bill"]["Detail"] == (
        "Business Validation Error: The entity Bill 99 that you are trying to link does not exist."
    )
    assert read_bill(qbo, bill["Id"]) == bill
    assert qbo.query("select count(*) from BillPayment") == {"totalCount": 0}


def test_the_source_must_be_there_and_of_the_right_type(qbo: Qbo) -> None:
    bill = qbo.bill()
    without = {**make_payment(100, (bill["Id"], 100))}
    del without["CheckPayment"]
    by_card = make_payment(100, (bill["Id"], 100), PayType="CreditCard")
    wrong = {**by_card, "CreditCardPayment": {"CCAccountRef": {"value": BANK}}}
    right = {**by_card, "CreditCardPayment": {"CCAccountRef": {"value": CARD}}}

    assert qbo.refuse("POST", "billpayment", json=without)["element"] == "BankAccountRef"
    assert qbo.refuse("POST", "billpayment", json=wrong)["code"] == "6430"
    qbo.save("BillPayment", right)
    assert read_bill(qbo, bill["Id"])["LinkedTxn"][0]["TxnType"] == "BillPaymentCreditCard"


def test_a_credit_covers_a_bill_without_money(qbo: Qbo) -> None:
    bill, credit = qbo.bill(), qbo.save("VendorCredit", make_bill(Line=[make_line(100)]))
    body = make_payment(0, (bill["Id"], 100))
    body["Line"].append({"Amount": 100, "LinkedTxn": [{"TxnId": credit["Id"], "TxnType": "VendorCredit"}]})
    del body["CheckPayment"]
    payment = qbo.save("BillPayment", body)

    assert payment["TotalAmt"] == 0
    assert [
        read_bill(qbo, bill["Id"])["Balance"],
        qbo.get(f"vendorcredit/{credit['Id']}")["VendorCredit"]["Balance"],
    ] == [
        0,
        0,
    ]
    assert qbo.get(f"vendor/{ACME}")["Vendor"]["Balance"] == 0
    refused = qbo.refuse(
        "POST", "vendorcredit", json={"Id": credit["Id"], "SyncToken": "1"}, params={"operation": "delete"}
    )
    assert refused["code"] == "6000"


def test_what_is_paid_beyond_the_bills_stays_with_the_vendor(qbo: Qbo) -> None:
    bill = qbo.bill()
    qbo.save("BillPayment", make_payment(150, (bill["Id"], 100)))
    assert qbo.get(f"vendor/{ACME}")["Vendor"]["Balance"] == Decimal("-50.00")


def test_deleting_a_payment_opens_the_bill_again(qbo: Qbo) -> None:
    bill = qbo.bill()
    payment = qbo.save("BillPayment", make_payment(100, (bill["Id"], 100)))
    answer = qbo.save("BillPayment", {"Id": payment["Id"], "SyncToken": "0"}, operation="delete")
    reopened = read_bill(qbo, bill["Id"])

    assert answer == {"domain": "QBO", "status": "Deleted", "Id": payment["Id"]}
    assert (reopened["Balance"], reopened["LinkedTxn"], reopened["SyncToken"]) == (Decimal("100.00"), [], "2")
    assert qbo.get(f"account/{BANK}")["Account"]["CurrentBalance"] == 0


def test_a_changed_payment_moves_the_difference(qbo: Qbo) -> None:
    bill = qbo.bill()
    payment = qbo.save("BillPayment", make_payment(40, (bill["Id"], 40)))
    body = {**make_payment(90, (bill["Id"], 90)), "Id": payment["Id"], "SyncToken": "0"}
    qbo.save("BillPayment", body)

    assert read_bill(qbo, bill["Id"])["Balance"] == Decimal("10.00")
    assert qbo.get(f"vendor/{ACME}")["Vendor"]["Balance"] == Decimal("10.00")


def test_deleting_a_paid_bill_leaves_the_payment_unapplied(qbo: Qbo) -> None:
    bill = qbo.bill()
    payment = qbo.save("BillPayment", make_payment(100, (bill["Id"], 100)))
    qbo.save("Bill", {"Id": bill["Id"], "SyncToken": "1"}, operation="delete")
    left = qbo.get(f"billpayment/{payment['Id']}")["BillPayment"]

    assert (left["TotalAmt"], left["Line"], left["SyncToken"]) == (Decimal("100.00"), [], "1")
    assert qbo.get(f"vendor/{ACME}")["Vendor"]["Balance"] == Decimal("-100.00")


def test_a_paid_bill_stays_with_its_vendor_and_above_what_is_paid(qbo: Qbo) -> None:
    bill = qbo.bill()
    qbo.save("BillPayment", make_payment(60, (bill["Id"], 60)))
    head = {"Id": bill["Id"], "SyncToken": "1", "sparse": True}
    lower = {**head, "VendorRef": {"value": ACME}, "Line": [make_line(59)]}
    higher = {**head, "VendorRef": {"value": ACME}, "Line": [make_line(80)]}

    assert qbo.refuse("POST", "bill", json={**head, "VendorRef": {"value": BOLT}})["code"] == "6000"
    assert qbo.refuse("POST", "bill", json=lower)["code"] == "6000"
    assert qbo.save("Bill", higher)["Balance"] == Decimal("20.00")


def test_a_refunded_credit_is_cleared_by_the_deposit_that_brought_it(qbo: Qbo) -> None:
    credit = qbo.save("VendorCredit", make_bill(Line=[make_line(30)]))
    line = {
        "Amount": 30,
        "DetailType": "DepositLineDetail",
        "DepositLineDetail": {"AccountRef": {"value": PAYABLE}, "Entity": {"value": ACME, "type": "VENDOR"}},
    }
    deposit = qbo.save("Deposit", {"DepositToAccountRef": {"value": BANK}, "Line": [line]})
    body = make_payment(0)
    body["Line"] = [
        {"Amount": 30, "LinkedTxn": [{"TxnId": deposit["Id"], "TxnType": "Deposit", "TxnLineId": "1"}]},
        {"Amount": 30, "LinkedTxn": [{"TxnId": credit["Id"], "TxnType": "VendorCredit"}]},
    ]
    payment = qbo.save("BillPayment", body)
    used = qbo.refuse("POST", "billpayment", json=body)

    assert payment["Line"][0]["LinkedTxn"] == [{"TxnId": deposit["Id"], "TxnType": "Deposit", "TxnLineId": "1"}]
    assert (qbo.get(f"vendorcredit/{credit['Id']}")["VendorCredit"]["Balance"], used["code"]) == (0, "6000")
    assert qbo.get(f"vendor/{ACME}")["Vendor"]["Balance"] == 0
    assert qbo.get(f"account/{PAYABLE}")["Account"]["CurrentBalance"] == 0
    assert qbo.get(f"deposit/{deposit['Id']}")["Deposit"]["LinkedTxn"] == [
        {"TxnId": payment["Id"], "TxnType": "BillPaymentCheck"}
    ]


def test_links_to_purchases_are_dropped_and_one_bill_is_linked_once(qbo: Qbo) -> None:
    bill = qbo.bill()
    body = make_payment(40, (bill["Id"], 40))
    body["Line"].append({"Amount": 9, "LinkedTxn": [{"TxnId": "77", "TxnType": "Purchase"}]})
    body["Line"][0]["LinkedTxn"][0]["TxnLineId"] = 0
    payment = qbo.save("BillPayment", body)
    twice = make_payment(60, (bill["Id"], 30), (bill["Id"], 30))

    assert [line["LinkedTxn"] for line in payment["Line"]] == [[{"TxnId": bill["Id"], "TxnType": "Bill"}]]
    assert qbo.refuse("POST", "billpayment", json=twice)["code"] == "6000"
    assert read_bill(qbo, bill["Id"])["Balance"] == Decimal("60.00")


def test_all_bills_of_a_payment_share_the_payables_account(qbo: Qbo) -> None:
    second = qbo.save("Account", {"Name": "Retention A/P", "AccountType": "Accounts Payable"})
    first, other = qbo.bill(), qbo.bill(APAccountRef={"value": second["Id"]})
    mixed = make_payment(200, (first["Id"], 100), (other["Id"], 100))
    paid = qbo.save("BillPayment", make_payment(100, (other["Id"], 100)))

    assert qbo.refuse("POST", "billpayment", json=mixed)["code"] == "6000"
    assert paid["APAccountRef"]["value"] == second["Id"]
    assert qbo.get(f"account/{second['Id']}")["Account"]["CurrentBalance"] == 0
