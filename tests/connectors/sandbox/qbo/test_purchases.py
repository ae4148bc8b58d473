from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import (
    ACME,
    BANK,
    BOLT,
    CARD,
    CITY,
    COSTS,
    GONE,
    PAYABLE,
    Qbo,
    drop,
    make_line,
    make_payment,
    read_wire,
)


def make_purchase(amount: float = 100, **members: Any) -> dict[str, Any]:
    """A check from the bank without a payee."""
    return {
        "PaymentType": "Check",
        "AccountRef": {"value": BANK},
        "TxnDate": "2026-01-31",
        "Line": [make_line(amount)],
        **members,
    }


def charge_card(qbo: Qbo, amount: float = 100, **members: Any) -> dict[str, Any]:
    return qbo.save("Purchase", make_purchase(amount, PaymentType="CreditCard", AccountRef={"value": CARD}, **members))


def balance_of(qbo: Qbo, account: str) -> Decimal:
    return Decimal(qbo.get(f"account/{account}")["Account"]["CurrentBalance"])


def shape(value: Any) -> Any:
    """The members of a body without their values."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    return [shape(item) for item in value] if isinstance(value, list) else type(value).__name__


def test_a_check_reads_as_recorded(qbo: Qbo) -> None:
    # The recorded company keeps several currencies, this one does not.
    recorded = drop(read_wire("check"), "ExchangeRate")
    worker = qbo.save("Employee", {"GivenName": "Emily", "FamilyName": "Platt"})
    place = qbo.save("Department", {"Name": "Location 7"})
    lines = [{**make_line(line["Amount"]), "Description": line["Description"]} for line in recorded["Line"]]
    check = qbo.save(
        "Purchase",
        make_purchase(
            EntityRef={"value": worker["Id"], "type": "Employee"},
            DepartmentRef={"value": place["Id"]},
            PrivateNote=recorded["PrivateNote"],
            Line=lines,
        ),
    )

    assert shape(check) == shape(recorded)
    for member in ("PaymentType", "PrintStatus", "PurchaseEx", "TotalAmt", "CurrencyRef", "PrivateNote"):
        assert check[member] == recorded[member]
    assert check["EntityRef"] == {"value": worker["Id"], "name": "Emily Platt", "type": "Employee"}
    assert qbo.get(f"purchase/{check['Id']}")["Purchase"] == check


def test_a_check_takes_from_the_bank_and_owes_nobody(qbo: Qbo) -> None:
    qbo.save("Purchase", make_purchase(Line=[make_line(100), make_line(-30)], EntityRef={"value": ACME}))

    assert (balance_of(qbo, BANK), balance_of(qbo, PAYABLE)) == (Decimal("-70.00"), 0)
    assert qbo.get(f"vendor/{ACME}")["Vendor"]["Balance"] == 0


def test_a_card_charge_is_owed_and_a_credit_takes_it_back(qbo: Qbo) -> None:
    charge = charge_card(qbo, 80)
    owed = balance_of(qbo, CARD)
    credit = charge_card(qbo, 30, Credit=True)

    assert (charge["Credit"], "PrintStatus" in charge, owed) == (False, False, Decimal("-80.00"))
    assert (credit["Credit"], credit["TotalAmt"], balance_of(qbo, CARD)) == (True, Decimal("30.00"), Decimal("-50.00"))


def test_a_full_update_without_it_makes_a_refund_a_charge(qbo: Qbo) -> None:
    credit = charge_card(qbo, 30, Credit=True)
    body = make_purchase(30, PaymentType="CreditCard", AccountRef={"value": CARD}, Id=credit["Id"], SyncToken="0")
    changed = qbo.save("Purchase", body)

    assert (changed["Credit"], balance_of(qbo, CARD)) == (False, Decimal("-30.00"))


def test_an_expense_in_cash_carries_no_check_members(qbo: Qbo) -> None:
    expense = qbo.save("Purchase", make_purchase(PaymentType="Cash", PrintStatus="NeedToPrint"))
    assert not {"PrintStatus", "Credit", "LinkedTxn", "EntityRef", "RemitToAddr"} & set(expense)
    assert expense["PurchaseEx"]["any"][0]["value"] == {"Name": "TxnType", "Value": "54"}


def test_a_check_is_sent_to_the_payees_address(qbo: Qbo) -> None:
    check = qbo.save("Purchase", make_purchase(EntityRef={"value": ACME, "type": "Vendor"}))
    assert check["RemitToAddr"] == qbo.get(f"vendor/{ACME}")["Vendor"]["BillAddr"]


@pytest.mark.parametrize(
    ("members", "code", "element"),
    [
        ({"PaymentType": None}, "2020", "PaymentType"),
        ({"AccountRef": {"value": None}}, "2020", "AccountRef"),
        ({"PaymentType": "Barter"}, "2170", "PaymentType"),
        ({"PaymentType": {"a": 1}}, "2170", "PaymentType"),
        ({"PrintStatus": "Printed"}, "2170", "PrintStatus"),
        ({"AccountRef": {"value": CARD}}, "6430", "AccountRef"),
        ({"AccountRef": {"value": PAYABLE}}, "6430", "AccountRef"),
        ({"PaymentType": "CreditCard"}, "6430", "AccountRef"),
        ({"Credit": True}, "6000", ""),
        ({"Line": []}, "2250", "Line"),
        ({"Line": [make_line(5), make_line(-6)]}, "6000", ""),
        ({"EntityRef": {"value": CITY, "type": "Vendor"}}, "2500", "EntityRef"),
        ({"EntityRef": {"value": "999"}}, "2500", "EntityRef"),
        ({"EntityRef": {"value": GONE, "type": "Vendor"}}, "610", ""),
        ({"EntityRef": {"value": ACME, "type": "Payee"}}, "2170", "EntityRef.type"),
        ({"EntityRef": {"name": "nobody"}}, None, None),
        ({"Line": [make_line(10**30)]}, "2010", None),
        ({"Line": [make_line("1e300")]}, "2010", None),
        ({"Line": [7]}, "2010", None),
        ({"CheckPayment": {"BankAccountRef": {"value": ["x"]}}}, "2010", None),
    ],
)
def test_a_purchase_that_does_not_fit_is_refused(
    qbo: Qbo, members: dict[str, Any], code: str | None, element: str | None
) -> None:
    status, body = qbo.call("POST", "purchase", json=make_purchase(**members))
    if code is None:
        assert (status, "EntityRef" in body["Purchase"]) == (200, False)
        return
    (error,) = body["Fault"]["Error"]
    assert (status, error["code"], error.get("element")) == (400, code, element)
    assert qbo.query("select count(*) from Purchase") == {"totalCount": 0}
    assert balance_of(qbo, BANK) == 0


def test_how_it_is_paid_stays(qbo: Qbo) -> None:
    check = qbo.save("Purchase", make_purchase())
    head = {"Id": check["Id"], "SyncToken": "0", "sparse": True}
    cash = {**head, "PaymentType": "Cash", "AccountRef": {"value": BANK}}

    assert qbo.refuse("POST", "purchase", json=cash)["code"] == "6000"
    assert qbo.refuse("POST", "purchase", json={**head, "PrivateNote": "x"})["element"] == "PaymentType"
    noted = qbo.save("Purchase", {**cash, "PaymentType": "Check", "PrivateNote": "x"})
    assert (noted["PrivateNote"], noted["SyncToken"]) == ("x", "1")
    assert drop(noted, "MetaData", "PrivateNote", "SyncToken") == drop(check, "MetaData", "SyncToken")


def test_a_deleted_purchase_gives_the_money_back(qbo: Qbo) -> None:
    check = qbo.save("Purchase", make_purchase())
    echoed = qbo.refuse("POST", "purchase", json=check, params={"operation": "delete"})
    stub = qbo.save("Purchase", {"Id": check["Id"], "SyncToken": "0"}, operation="delete")

    assert (echoed["code"], stub) == ("2010", {"domain": "QBO", "status": "Deleted", "Id": check["Id"]})
    assert balance_of(qbo, BANK) == 0
    assert qbo.refuse("GET", f"purchase/{check['Id']}")["code"] == "610"


def test_checks_of_purchases_and_of_bill_payments_share_their_numbers(qbo: Qbo) -> None:
    bill = qbo.bill()
    first = qbo.save("Purchase", make_purchase(DocNumber="1001"))
    qbo.save("Purchase", make_purchase(DocNumber="1001"))
    qbo.act("set_preference", group="OtherPrefs", name="WarnDuplicateCheckNumber", value="true")
    again = qbo.refuse("POST", "purchase", json=make_purchase(DocNumber="1001"))
    paid = qbo.refuse("POST", "billpayment", json=make_payment(100, (bill["Id"], 100), DocNumber="1001"))
    cash = qbo.save("Purchase", make_purchase(PaymentType="Cash", DocNumber="1001"))

    assert (again["code"], paid["code"], cash["DocNumber"]) == ("6140", "6140", "1001")
    assert again["Detail"].endswith(f"DocNumber=1001 is assigned to TxnType=Purchase with TxnId={first['Id']}")
    allowed = qbo.save("Purchase", make_purchase(DocNumber="1001"), include="allowduplicatedocnum")
    assert allowed["DocNumber"] == "1001"
    payment = qbo.save("BillPayment", make_payment(100, (bill["Id"], 100), DocNumber="1002"))
    assert qbo.refuse("POST", "purchase", json=make_purchase(DocNumber="1002"))["code"] == "6140"
    head = {"Id": payment["Id"], "SyncToken": "0", "sparse": True, "VendorRef": {"value": ACME}}
    kept = qbo.save("BillPayment", {**head, "PayType": "Check", "TotalAmt": 100, "PrivateNote": "same number"})
    assert kept["SyncToken"] == "1"


def test_purchases_are_found_by_what_the_vendor_searches_and_not_by_account(qbo: Qbo) -> None:
    check = qbo.save("Purchase", make_purchase(70))
    found = qbo.query("select * from Purchase where TotalAmt > '60' and PaymentType = 'Check'")
    by_place = qbo.refuse("GET", "query", params={"query": "select * from Purchase where DepartmentRef = '1'"})

    assert found["Purchase"] == [check]
    assert (by_place["code"], "property 'DepartmentRef' is not queryable" in by_place["Detail"]) == ("4001", True)


def test_a_purchase_may_take_a_customer_and_a_class(qbo: Qbo) -> None:
    crew = qbo.save("Class", {"Name": "Field"})
    line = make_line(5, CustomerRef={"value": CITY}, ClassRef={"value": crew["Id"]}, BillableStatus="NotBillable")
    detail = qbo.save("Purchase", make_purchase(Line=[line]))["Line"][0]["AccountBasedExpenseLineDetail"]

    assert detail == {
        "AccountRef": {"value": COSTS, "name": "Job Costs"},
        "CustomerRef": {"value": CITY, "name": "City of Denver"},
        "ClassRef": {"value": crew["Id"], "name": "Field"},
        "BillableStatus": "NotBillable",
        "TaxCodeRef": {"value": "NON"},
    }


def test_another_vendors_document_is_none_of_a_payees(qbo: Qbo) -> None:
    order = qbo.save("PurchaseOrder", {"VendorRef": {"value": BOLT}, "Line": [make_line(10)]})
    link = [{"TxnId": order["Id"], "TxnType": "PurchaseOrder", "TxnLineId": "1"}]
    body = make_purchase(EntityRef={"value": ACME}, Line=[{**make_line(10), "LinkedTxn": link}])
    assert qbo.refuse("POST", "purchase", json=body)["code"] == "6000"
    body["EntityRef"] = {"value": BOLT}
    purchase = qbo.save("Purchase", body)
    received = qbo.get(f"purchaseorder/{order['Id']}")["PurchaseOrder"]

    assert purchase["LinkedTxn"] == [{"TxnId": order["Id"], "TxnType": "PurchaseOrder"}]
    assert (received["POStatus"], received["LinkedTxn"]) == (
        "Closed",
        [{"TxnId": purchase["Id"], "TxnType": "Check"}],
    )
