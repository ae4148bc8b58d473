from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import ACME, BANK, CARD, CITY, COSTS, PAYABLE, Qbo, drop, read_wire
from tests.connectors.sandbox.qbo.sales_forms import (
    RECEIVABLE,
    REVENUE,
    UNDEPOSITED,
    address,
    balance_of,
    discount_line,
    make_receipt,
    make_sale,
    owed_by,
    read,
    sale_line,
    state_of,
)


def linked(kind: str, record: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {**members, "LinkedTxn": [{"TxnId": record["Id"], "TxnType": kind, "TxnLineId": "0"}]}


def money_line(amount: Any, account: str = REVENUE, **detail: Any) -> dict[str, Any]:
    detail = {"AccountRef": {"value": account}, **detail}
    return {"Amount": amount, "DetailType": "DepositLineDetail", "DepositLineDetail": detail}


def make_deposit(*lines: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"DepositToAccountRef": {"value": BANK}, "TxnDate": "2026-02-20", "Line": list(lines), **members}


def test_a_receipt_without_a_customer_is_completed_as_recorded(qbo: Qbo) -> None:
    receipt = qbo.save("SalesReceipt", {"Line": [sale_line(0, Qty=1, UnitPrice=0)]})

    assert drop(receipt, "MetaData", "TxnDate", "name") == {
        "sparse": False,
        "domain": "QBO",
        "TotalAmt": 0,
        "SyncToken": "0",
        "PrintStatus": "NeedToPrint",
        "Line": [
            {
                "SalesItemLineDetail": {
                    "UnitPrice": 0,
                    "TaxCodeRef": {"value": "NON"},
                    "Qty": 1,
                    "ItemRef": {"value": "1"},
                },
                "LineNum": 1,
                "Id": "1",
                "DetailType": "SalesItemLineDetail",
                "Amount": 0,
            },
            {"SubTotalLineDetail": {}, "DetailType": "SubTotalLineDetail", "Amount": 0},
        ],
        "Id": "1",
        "EmailStatus": "NotSet",
        "DocNumber": "1001",
        "DepositToAccountRef": {"value": UNDEPOSITED},
        "CustomField": [],
        "CurrencyRef": {"value": "USD"},
        "TxnTaxDetail": {"TotalTax": 0},
        "Balance": 0,
        "ApplyTaxAfterDiscount": False,
    }
    assert receipt["DepositToAccountRef"]["name"] == "Undeposited Funds"


def test_a_full_update_of_a_receipt_loses_what_it_does_not_say(qbo: Qbo) -> None:
    body = make_sale(
        DepositToAccountRef={"value": BANK},
        PaymentMethodRef={"value": "2"},
        PrivateNote="x",
        CustomerMemo={"value": "y"},
    )
    receipt = qbo.save("SalesReceipt", body)
    bare = {"Id": receipt["Id"], "SyncToken": "0", "Line": [sale_line(100, UnitPrice=25, Qty=4)]}
    changed = qbo.save("SalesReceipt", bare)

    assert receipt["PaymentMethodRef"] == {"value": "2", "name": "Check"}
    gone = {"CustomerRef", "PaymentMethodRef", "PrivateNote", "CustomerMemo", "BillAddr", "ShipAddr"}
    assert receipt.keys() - changed.keys() == gone
    assert changed["DepositToAccountRef"]["value"] == UNDEPOSITED
    assert (changed["DocNumber"], changed["Line"][0]["Id"]) == (receipt["DocNumber"], "2")
    assert changed["TxnDate"] != receipt["TxnDate"]
    assert (balance_of(qbo, BANK), balance_of(qbo, UNDEPOSITED)) == (0, Decimal("100.00"))


def test_a_voided_receipt_keeps_its_lines_with_nothing_on_them(qbo: Qbo) -> None:
    receipt = qbo.save(
        "SalesReceipt", make_sale(Line=[sale_line(100, UnitPrice=25, Qty=4), discount_line(percent=10)])
    )
    assert balance_of(qbo, UNDEPOSITED) == Decimal("90.00")
    key = {"Id": receipt["Id"], "SyncToken": "0", "sparse": True}
    voided = qbo.save("SalesReceipt", key, operation="update", include="void")

    assert [line["Amount"] for line in voided["Line"]] == [0, 0, 0]
    detail = voided["Line"][0]["SalesItemLineDetail"]
    assert (detail["Qty"], detail["UnitPrice"]) == (0, 0)
    assert (voided["TotalAmt"], voided["PrivateNote"], voided["SyncToken"]) == (0, "Voided", "1")
    assert balance_of(qbo, UNDEPOSITED) == 0


def test_a_refund_reads_as_recorded(qbo: Qbo) -> None:
    recorded = read_wire("refund_receipt")["RefundReceipt"]
    lines = [
        {
            **sale_line(345, UnitPrice=23, Qty=15, TaxCodeRef={"value": "TAX"}, ServiceDate="2014-04-24"),
            "Description": "x",
        },
        discount_line(percent=10),
        sale_line(5, ItemRef={"value": "SHIPPING_ITEM_ID"}),
    ]
    refund = qbo.save(
        "RefundReceipt",
        make_sale(
            Line=lines,
            DepositToAccountRef={"value": BANK},
            PaymentMethodRef={"value": "2"},
            PaymentRefNum="To Print",
            TxnTaxDetail={"TxnTaxCodeRef": {"value": "2"}},
            BillEmail={"Address": "someone@example.com"},
        ),
    )

    absent = {"ClassRef", "DepartmentRef", "PrivateNote", "CustomerMemo"}
    assert refund.keys() == recorded.keys() - absent | {"ShipAddr"}
    for got, expected in zip(refund["Line"], recorded["Line"], strict=True):
        assert (got.keys(), got["Amount"]) == (expected.keys(), expected["Amount"])
    assert refund["TxnTaxDetail"].keys() == recorded["TxnTaxDetail"].keys()
    assert refund["TxnTaxDetail"]["TotalTax"] == Decimal("27.60")
    assert refund["TotalAmt"] == Decimal("345.00") - Decimal("34.50") + 5 + Decimal("27.60")
    assert balance_of(qbo, BANK) == -refund["TotalAmt"]
    assert qbo.refuse("POST", "refundreceipt", json=make_sale())["element"] == "DepositToAccountRef"


def test_a_deposit_brings_payments_and_other_money_to_the_bank(qbo: Qbo) -> None:
    recorded = read_wire("deposit_of_payment")["Deposit"]
    payment = qbo.save("Payment", make_receipt(262, PaymentMethodRef={"value": "2"}, PaymentRefNum="6552"))
    party = {"value": CITY, "type": "CUSTOMER"}
    other = money_line("-62.50", Entity=party, PaymentMethodRef={"value": "1"})
    before = read(qbo, "Payment", payment["Id"])
    deposit = qbo.save("Deposit", make_deposit(linked("Payment", payment), other, PrivateNote="Deposit smoke test"))

    assert deposit.keys() == recorded.keys()
    assert deposit["TotalAmt"] == Decimal("199.50")
    assert deposit["Line"] == [
        {
            "Amount": Decimal("262.00"),
            "LinkedTxn": [{"TxnId": payment["Id"], "TxnType": "Payment", "TxnLineId": "0"}],
            "DepositLineDetail": {"PaymentMethodRef": {"value": "2"}, "CheckNum": "6552"},
        },
        {
            "Id": "1",
            "LineNum": 1,
            "Amount": Decimal("-62.50"),
            "DetailType": "DepositLineDetail",
            "DepositLineDetail": {
                "Entity": {"value": CITY, "name": "City of Denver", "type": "CUSTOMER"},
                "AccountRef": {"value": REVENUE, "name": "Contract Revenue"},
                "PaymentMethodRef": {"value": "1", "name": "Cash"},
            },
        },
    ]
    assert deposit["Line"][1]["DepositLineDetail"].keys() == recorded["Line"][1]["DepositLineDetail"].keys()
    marked = read(qbo, "Payment", payment["Id"])
    assert marked == {**before, "LinkedTxn": [{"TxnId": deposit["Id"], "TxnType": "Deposit"}]}
    assert (balance_of(qbo, BANK), balance_of(qbo, UNDEPOSITED)) == (Decimal("199.50"), 0)


def test_cash_back_is_kept_out_of_the_bank_as_recorded(qbo: Qbo) -> None:
    recorded = read_wire("deposit_with_cash_back")["Deposit"]
    till = qbo.save("Account", {"Name": "Till", "AccountType": "Bank"})["Id"]
    cash_back = {"AccountRef": {"value": till}, "Amount": 5, "Memo": "testLinkedTxn"}
    deposit = qbo.save("Deposit", make_deposit(money_line(11), CashBack=cash_back))

    assert deposit.keys() == recorded.keys() - {"ExchangeRate", "HomeTotalAmt"}
    assert deposit["CashBack"] == {**recorded["CashBack"], "AccountRef": {"value": till, "name": "Till"}}
    assert deposit["TotalAmt"] == recorded["TotalAmt"]
    assert (balance_of(qbo, BANK), balance_of(qbo, till)) == (Decimal("6.00"), Decimal("5.00"))


def test_what_is_deposited_stays_as_it_is_until_the_deposit_is_gone(qbo: Qbo) -> None:
    invoice = qbo.save("Invoice", make_sale())
    payment = qbo.save("Payment", make_receipt(100, ("Invoice", invoice["Id"], 100)))
    receipt = qbo.save("SalesReceipt", make_sale(50))
    deposit = qbo.save("Deposit", make_deposit(linked("Payment", payment), linked("SalesReceipt", receipt)))
    before = state_of(qbo)
    for kind, record in (("Payment", payment), ("SalesReceipt", receipt)):
        key = {"Id": record["Id"], "SyncToken": "0"}
        note = address(record, PrivateNote="x")
        assert qbo.refuse("POST", kind.lower(), json=note)["code"] == "6540"
        assert qbo.refuse("POST", kind.lower(), json=key, params={"operation": "delete"})["code"] == "6540"
        void = {"operation": "update", "include": "void"}
        assert qbo.refuse("POST", kind.lower(), json=key, params=void)["code"] == "6540"
        again = make_deposit(linked(kind, record))
        assert qbo.refuse("POST", "deposit", json=again)["code"] == "6540"
    assert state_of(qbo) == before
    assert deposit["TotalAmt"] == Decimal("150.00")

    qbo.save("Deposit", {"Id": deposit["Id"], "SyncToken": "0"}, operation="delete")
    assert "LinkedTxn" not in read(qbo, "SalesReceipt", receipt["Id"])
    assert qbo.save("Payment", address(payment, PrivateNote="x"))["SyncToken"] == "1"
    assert (balance_of(qbo, BANK), balance_of(qbo, UNDEPOSITED)) == (0, Decimal("150.00"))


def test_a_deposit_is_updated_whole(qbo: Qbo) -> None:
    first, second = (qbo.save("Payment", make_receipt(amount)) for amount in (10, 20))
    deposit = qbo.save("Deposit", make_deposit(linked("Payment", first), money_line(1)))
    assert qbo.refuse("POST", "deposit", json=address(deposit, PrivateNote="x"))["code"] == "2020"
    lines = [linked("Payment", second), {**deposit["Line"][1]}, money_line(2)]
    changed = qbo.save("Deposit", {**make_deposit(*lines), "Id": deposit["Id"], "SyncToken": "0"})

    assert [line.get("Id") for line in changed["Line"]] == [None, "1", "2"]
    assert changed["TotalAmt"] == balance_of(qbo, BANK) == Decimal("23.00")
    assert "LinkedTxn" not in read(qbo, "Payment", first["Id"])
    assert read(qbo, "Payment", second["Id"])["LinkedTxn"] == [{"TxnId": deposit["Id"], "TxnType": "Deposit"}]


def test_money_from_a_customer_or_a_vendor_moves_what_they_owe(qbo: Qbo) -> None:
    qbo.bill()
    city, acme = {"value": CITY, "type": "CUSTOMER"}, {"value": ACME, "type": "VENDOR"}
    qbo.save("Deposit", make_deposit(money_line(30, RECEIVABLE, Entity=city), money_line(7, PAYABLE, Entity=acme)))

    assert owed_by(qbo)[0] == balance_of(qbo, RECEIVABLE) == Decimal("-30.00")
    assert read(qbo, "Vendor", ACME)["Balance"] == -balance_of(qbo, PAYABLE) == Decimal("107.00")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"DepositToAccountRef": None}, "2020"),
        ({"DepositToAccountRef": {"value": CARD}}, "6430"),
        ({"Line": None}, "2020"),
        ({"Line": []}, "2250"),
        ({"Line": [{"Amount": 5}]}, "2020"),
        ({"Line": [{"Amount": 5, "DetailType": "SalesItemLineDetail"}]}, "6000"),
        ({"Line": [{"Amount": 5, "DetailType": "DepositLineDetail"}]}, "2020"),
        ({"Line": [money_line(-5)]}, "2290"),
        ({"Line": [money_line(5, RECEIVABLE)]}, "6000"),
        ({"Line": [money_line(5, Entity={"value": "99", "type": "CUSTOMER"})]}, "2500"),
        ({"Line": [money_line(5, Entity={"value": CITY, "type": "ROBOT"})]}, "2170"),
        ({"Line": [linked("Payment", {"Id": "99"})]}, "6000"),
        ({"Line": [linked("Invoice", {"Id": "2"})]}, "6000"),
        ({"Line": [linked("Payment", {"Id": "1"}, Amount=9)]}, "6000"),
        ({"Line": [linked("Payment", {"Id": "1"}), linked("Payment", {"Id": "1"})]}, "6540"),
        ({"Line": [linked("Payment", {"Id": "3"})]}, "6000"),
        ({"CashBack": {"AccountRef": {"value": BANK}, "Amount": "much"}}, "2010"),
        ({"CashBack": {"AccountRef": {"value": BANK}, "Amount": -1}}, "2290"),
        ({"CashBack": {"AccountRef": {"value": "99"}, "Amount": 1}}, "2500"),
        ({"CashBack": {"AccountRef": {"value": COSTS}, "Amount": 1}}, "6430"),
        ({"CashBack": {"Amount": 1}}, "2020"),
        ({"CashBack": [1]}, "2010"),
    ],
)
def test_a_wrong_deposit_is_refused_and_changes_nothing(qbo: Qbo, changes: dict[str, Any], code: str) -> None:
    qbo.save("Payment", make_receipt(10))
    qbo.save("Invoice", make_sale())
    qbo.save("Payment", make_receipt(10, DepositToAccountRef={"value": BANK}))
    before = state_of(qbo)
    error = qbo.refuse("POST", "deposit", json={**make_deposit(money_line(5)), **changes})

    assert error["code"] == code, error
    assert state_of(qbo) == before
