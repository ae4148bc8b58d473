from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import BANK, CITY, COSTS, HALL, PAYABLE, Qbo, drop, read_wire
from tests.connectors.sandbox.qbo.sales_forms import (
    RECEIVABLE,
    REVENUE,
    UNDEPOSITED,
    address,
    balance_of,
    make_receipt,
    make_sale,
    owed_by,
    read,
    state_of,
)


def test_a_payment_reads_as_recorded(qbo: Qbo) -> None:
    recorded = read_wire("customer_payment")["Payment"]
    invoice = qbo.save("Invoice", make_sale(2400, DocNumber="1246"))
    body = make_receipt(2400, ("Invoice", invoice["Id"], 2400), TxnDate=recorded["TxnDate"])
    payment = qbo.save("Payment", body)

    assert payment.keys() == recorded.keys() | {"sparse"}
    for member in ("TotalAmt", "UnappliedAmt", "ProcessPayment", "SyncToken", "TxnDate", "CurrencyRef"):
        assert payment[member] == recorded[member]
    assert payment["DepositToAccountRef"] == {"value": UNDEPOSITED}
    (line,), (recorded_line,) = payment["Line"], recorded["Line"]
    assert line.keys() == recorded_line.keys()
    pairs = [pair["value"] for pair in line["LineEx"]["any"]]
    assert pairs[1:] == recorded_line["LineEx"]["NameValue"][1:]
    assert pairs[0] == {"Name": "txnId", "Value": invoice["Id"]}
    assert {name: value for name, value in line["LineEx"]["any"][0].items() if name != "value"} == {
        "name": "{http://schema.intuit.com/finance/v3}NameValue",
        "declaredType": "com.intuit.schema.finance.v3.NameValue",
        "scope": "javax.xml.bind.JAXBElement$GlobalScope",
        "nil": False,
        "globalScope": True,
        "typeSubstituted": False,
    }
    paid = read(qbo, "Invoice", invoice["Id"])
    assert (paid["Balance"], paid["SyncToken"]) == (0, "1")
    assert paid["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}]
    assert owed_by(qbo) == (0, 0)
    assert (balance_of(qbo, RECEIVABLE), balance_of(qbo, UNDEPOSITED)) == (0, Decimal("2400.00"))


def test_a_payment_of_nothing_in_particular_stays_unapplied(qbo: Qbo) -> None:
    payment = qbo.save("Payment", make_receipt(40))

    assert (payment["UnappliedAmt"], payment["Line"]) == (Decimal("40.00"), [])
    assert owed_by(qbo)[0] == balance_of(qbo, RECEIVABLE) == Decimal("-40.00")


def test_a_parent_pays_for_its_job_and_not_the_other_way_round(qbo: Qbo) -> None:
    own = qbo.save("Invoice", make_sale(30))
    job = qbo.save("Invoice", make_sale(CustomerRef={"value": HALL}))
    qbo.save("Payment", make_receipt(130, ("Invoice", job["Id"], 100), ("Invoice", own["Id"], 30)))
    rest = qbo.save("Invoice", make_sale(5))
    error = qbo.refuse(
        "POST", "payment", json=make_receipt(5, ("Invoice", rest["Id"], 5), CustomerRef={"value": HALL})
    )

    assert error["Detail"] == f"Business Validation Error: The Invoice {rest['Id']} belongs to another customer."
    assert owed_by(qbo, HALL) == (0, 0)
    assert owed_by(qbo) == (Decimal("5.00"), Decimal("5.00"))


def test_a_credit_memo_is_used_through_a_payment_of_nothing(qbo: Qbo) -> None:
    credit = qbo.save("CreditMemo", make_sale(80))
    invoice = qbo.save("Invoice", make_sale())
    assert (credit["Balance"], credit["RemainingCredit"]) == (Decimal("80.00"), Decimal("80.00"))
    assert "LinkedTxn" not in credit
    applied = (("Invoice", invoice["Id"], 50), ("CreditMemo", credit["Id"], 50))
    payment = qbo.save("Payment", make_receipt(0, *applied))
    used, paid = read(qbo, "CreditMemo", credit["Id"]), read(qbo, "Invoice", invoice["Id"])

    assert (payment["TotalAmt"], payment["UnappliedAmt"]) == (0, 0)
    assert (used["Balance"], used["RemainingCredit"], paid["Balance"]) == (30, 30, 50)
    assert used["LinkedTxn"] == paid["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}]
    assert owed_by(qbo)[0] == balance_of(qbo, RECEIVABLE) == Decimal("20.00")
    key = {"Id": credit["Id"], "SyncToken": "1"}
    assert qbo.refuse("POST", "creditmemo", json=key, params={"operation": "delete"})["code"] == "6000"

    qbo.save("Invoice", {"Id": invoice["Id"], "SyncToken": "1"}, operation="delete")
    assert read(qbo, "CreditMemo", credit["Id"])["RemainingCredit"] == Decimal("80.00")
    assert qbo.refuse("GET", f"payment/{payment['Id']}")["code"] == "610"
    assert owed_by(qbo)[0] == Decimal("-80.00")


def test_credits_are_applied_by_the_service_where_it_is_asked_to(qbo: Qbo) -> None:
    qbo.act("set_preference", group="SalesFormsPrefs", name="AutoApplyCredit", value=True)
    first = qbo.save("CreditMemo", make_sale(30))
    second = qbo.save("CreditMemo", make_sale(100))
    invoice = qbo.save("Invoice", make_sale())
    payment = qbo.query("select * from Payment")["Payment"][0]

    assert (invoice["Balance"], invoice["SyncToken"]) == (0, "1")
    assert [line["Amount"] for line in payment["Line"]] == [30, 70, 100]
    assert [read(qbo, "CreditMemo", each["Id"])["RemainingCredit"] for each in (first, second)] == [0, 30]
    later = qbo.save("CreditMemo", make_sale(5))
    assert later["RemainingCredit"] == 5
    assert owed_by(qbo)[0] == balance_of(qbo, RECEIVABLE) == Decimal("-35.00")


def test_a_payment_applied_anew_moves_only_what_has_changed(qbo: Qbo) -> None:
    first, second, third = (qbo.save("Invoice", make_sale()) for _ in range(3))
    body = make_receipt(150, ("Invoice", first["Id"], 100), ("Invoice", second["Id"], 50))
    payment = qbo.save("Payment", body)
    noted = qbo.save("Payment", address(payment, PrivateNote="check 7"))
    moved = make_receipt(150, ("Invoice", first["Id"], 100), ("Invoice", third["Id"], 40))
    changed = qbo.save("Payment", {**moved, "Id": payment["Id"], "SyncToken": "1"})
    tokens = [read(qbo, "Invoice", each["Id"])["SyncToken"] for each in (first, second, third)]
    balances = [read(qbo, "Invoice", each["Id"])["Balance"] for each in (first, second, third)]

    assert noted["Line"] == payment["Line"] and noted["SyncToken"] == "1"
    assert (changed["UnappliedAmt"], "PrivateNote" in changed) == (Decimal("10.00"), False)
    assert (tokens, balances) == (["1", "2", "1"], [0, 100, 60])
    assert read(qbo, "Invoice", second["Id"])["LinkedTxn"] == []
    assert owed_by(qbo)[0] == Decimal("150.00")


def test_a_voided_payment_reads_as_recorded_and_frees_the_invoice(qbo: Qbo) -> None:
    recorded = read_wire("voided_customer_payment")["Payment"]
    invoice = qbo.save("Invoice", make_sale())
    payment = qbo.save("Payment", make_receipt(100, ("Invoice", invoice["Id"], 100)))
    key = {"Id": payment["Id"], "SyncToken": "0", "sparse": True}
    voided = qbo.save("Payment", key, operation="update", include="void")

    assert voided.keys() == recorded.keys() | {"Line", "CurrencyRef"}
    for member in ("TotalAmt", "UnappliedAmt", "PrivateNote", "ProcessPayment"):
        assert voided[member] == recorded[member]
    assert (voided["Line"], voided["SyncToken"]) == ([], "1")
    freed = read(qbo, "Invoice", invoice["Id"])
    assert (freed["Balance"], freed["LinkedTxn"]) == (Decimal("100.00"), [])
    assert owed_by(qbo)[0] == balance_of(qbo, RECEIVABLE) == Decimal("100.00")
    assert balance_of(qbo, UNDEPOSITED) == 0


def test_a_journal_that_charges_the_customer_can_be_paid(qbo: Qbo) -> None:
    detail = {"PostingType": "Debit", "AccountRef": {"value": RECEIVABLE}}
    entity = {"Entity": {"Type": "Customer", "EntityRef": {"value": CITY}}}
    lines = [
        {
            "Amount": 60,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {**detail, **entity},
        },
        {
            "Amount": 60,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": "Credit", "AccountRef": {"value": REVENUE}},
        },
    ]
    journal = qbo.save("JournalEntry", {"Line": lines})
    assert owed_by(qbo)[0] == Decimal("60.00")
    payment = qbo.save("Payment", make_receipt(60, ("JournalEntry", journal["Id"], 60)))
    assert qbo.refuse("POST", "payment", json=make_receipt(1, ("JournalEntry", journal["Id"], 1)))["code"] == "6000"
    assert owed_by(qbo)[0] == balance_of(qbo, RECEIVABLE) == 0
    smaller = [{**line, "Amount": 50} for line in lines]
    key = {"Id": journal["Id"], "SyncToken": read(qbo, "JournalEntry", journal["Id"])["SyncToken"]}
    assert qbo.refuse("POST", "journalentry", json={**key, "Line": smaller})["code"] == "6000"

    qbo.save("JournalEntry", key, operation="delete")
    assert read(qbo, "Payment", payment["Id"])["UnappliedAmt"] == Decimal("60.00")
    assert owed_by(qbo)[0] == balance_of(qbo, RECEIVABLE) == Decimal("-60.00")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"TotalAmt": 10}, "2020"),
        ({"CustomerRef": {"value": CITY}}, "2020"),
        (make_receipt(0), "6000"),
        (make_receipt(-5), "2290"),
        (make_receipt(5, ("Invoice", "1", 10)), "6000"),
        (make_receipt(200, ("Invoice", "1", 101)), "6000"),
        (make_receipt(200, ("Invoice", "1", 60), ("Invoice", "1", 60)), "6000"),
        (make_receipt(5, ("Invoice", "1", -5)), "2290"),
        (make_receipt(5, ("Invoice", "99", 5)), "6000"),
        (make_receipt(5, ("Bill", "1", 5)), "6000"),
        (make_receipt(5, ("Expense", "1", 5)), "6000"),
        (make_receipt(0, ("CreditMemo", "2", 5)), "6000"),
        ({**make_receipt(5), "Line": [{"Amount": 5}]}, "6000"),
        ({**make_receipt(5), "Line": [{"LinkedTxn": [{"TxnId": "1", "TxnType": "Invoice"}]}]}, "2020"),
        (make_receipt(5, DepositToAccountRef={"value": COSTS}), "6430"),
        (make_receipt(5, ARAccountRef={"value": PAYABLE}), "6430"),
        (make_receipt(5, PaymentRefNum="x" * 22), "2050"),
        (make_receipt(5, PaymentMethodRef={"value": "99"}), "2500"),
    ],
)
def test_a_wrong_payment_is_refused_and_changes_nothing(qbo: Qbo, body: dict[str, Any], code: str) -> None:
    qbo.save("Invoice", make_sale())
    qbo.save("CreditMemo", make_sale(20))
    before = state_of(qbo)
    error = qbo.refuse("POST", "payment", json=body)

    assert error["code"] == code, error
    assert state_of(qbo) == before


def test_the_customer_of_a_paid_invoice_stays(qbo: Qbo) -> None:
    invoice = qbo.save("Invoice", make_sale())
    qbo.save("Payment", make_receipt(40, ("Invoice", invoice["Id"], 40), DepositToAccountRef={"value": BANK}))
    paid = read(qbo, "Invoice", invoice["Id"])
    before = state_of(qbo)

    assert qbo.refuse("POST", "invoice", json=address(paid, CustomerRef={"value": HALL}))["code"] == "6000"
    lower = address(paid, Line=make_sale(30)["Line"])
    assert qbo.refuse("POST", "invoice", json=lower)["code"] == "6000"
    assert state_of(qbo) == before
    assert qbo.save("Invoice", address(paid, Line=make_sale(45)["Line"]))["Balance"] == Decimal("5.00")
    assert drop(read(qbo, "Account", BANK), "MetaData")["CurrentBalance"] == Decimal("40.00")
