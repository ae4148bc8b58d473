"""A bookkeeper at the QuickBooks sandbox's pages: what is shown, what the buttons do, and what they refuse."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from connectors.sandbox.qbo import QboSandbox
from tests.connectors.sandbox.qbo.conftest import ACME, BANK, BOLT, CITY, COSTS, HALL, ITEM, Qbo


def read(qbo: Qbo, view: str, **query: Any) -> str:
    answer = requests.get(qbo.url, params={"view": view, **query}, timeout=10)
    assert answer.status_code == 200
    return answer.text


def send(qbo: Qbo, do: str, **fields: Any) -> str:
    """The page that a form leads to."""
    answer = requests.post(f"{qbo.url}/act", data={"do": do, "back": "/?view=bills", **fields}, timeout=10)
    assert answer.status_code == 200
    assert [each.status_code for each in answer.history] == [303]
    return answer.text


def list_amounts(page: str) -> list[str]:
    return re.findall(r'class="amt">([^<]*)</td>', page)


def test_a_bill_is_entered_paid_in_part_and_then_whole(qbo: Qbo) -> None:
    send(qbo, "enter_bill", vendor_id=ACME, amount="1234.50", account_id=COSTS, customer_id=HALL, number="<b>7</b>")
    [bill] = qbo.query("select * from Bill")["Bill"]
    assert bill["Line"][0]["AccountBasedExpenseLineDetail"]["CustomerRef"]["value"] == HALL
    assert "&lt;b&gt;7&lt;/b&gt;" in read(qbo, "bills")
    part = send(qbo, "pay_bill", bill_id=bill["Id"], amount="234.50")
    assert list_amounts(part) == ["1,234.50", "1,000.00", "234.50"]
    whole = send(qbo, "pay_bill", bill_id=bill["Id"], amount="1000")
    assert list_amounts(whole) == ["1,234.50", "0.00", "1,000.00", "234.50"]
    assert "nothing is owed on this bill" in send(qbo, "pay_bill", bill_id=bill["Id"], amount="")


def test_ticked_bills_are_paid_by_one_check_a_vendor(qbo: Qbo) -> None:
    bills = [qbo.bill(), qbo.bill(), qbo.bill(VendorRef={"value": BOLT})]
    page = read(qbo, "bills")
    assert len(re.findall(r'name="bill_ids" value="\d+" form="pay-bills"', page)) == 3
    send(qbo, "pay_bills", bill_ids=[bill["Id"] for bill in bills])
    payments = qbo.query("select * from BillPayment")["BillPayment"]
    assert sorted((row["VendorRef"]["value"], row["TotalAmt"]) for row in payments) == [(ACME, 200), (BOLT, 100)]
    assert all(row["CheckPayment"]["BankAccountRef"]["value"] == BANK for row in payments)
    assert list_amounts(read(qbo, "bills"))[1:6:2] == ["0.00"] * 3


def test_a_card_charge_comes_without_category_and_gets_one(qbo: Qbo) -> None:
    page = send(qbo, "add_card_expense", amount="48.20", vendor_id=BOLT, memo="Anchors", back="/?view=feed")
    assert "Uncategorized Expense" in page
    assert "Bank feed <b>1</b>" in page
    [charge] = qbo.query("select * from Purchase")["Purchase"]
    page = send(
        qbo,
        "categorise_expense",
        purchase_id=charge["Id"],
        account_id="",
        item_id=ITEM,
        customer_id=HALL,
        class_id="",
        back="/?view=feed",
    )
    assert "Bank feed <b>0</b>" in page
    [line] = qbo.get(f"purchase/{charge['Id']}")["Purchase"]["Line"]
    detail = line["ItemBasedExpenseLineDetail"]
    assert (detail["ItemRef"]["value"], detail["CustomerRef"]["value"]) == (ITEM, HALL)


def test_a_payment_is_voided_and_a_charge_deleted(qbo: Qbo) -> None:
    bill = qbo.bill()
    send(qbo, "pay_bill", bill_id=bill["Id"])
    [payment] = qbo.query("select * from BillPayment")["BillPayment"]
    page = send(qbo, "void_document", entity="BillPayment", record_id=payment["Id"])
    assert "Voided" in page
    assert qbo.get(f"bill/{bill['Id']}")["Bill"]["Balance"] == 100
    send(qbo, "add_card_expense", amount="5.00")
    [charge] = qbo.query("select * from Purchase")["Purchase"]
    send(qbo, "delete_document", entity="Purchase", record_id=charge["Id"], back="/?view=feed")
    assert qbo.query("select * from Purchase") == {}


def test_an_invoice_is_paid_in_part_and_voided(qbo: Qbo) -> None:
    line = {"Amount": 500, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": ITEM}}}
    invoice = qbo.save("Invoice", {"CustomerRef": {"value": CITY}, "Line": [line]})
    page = send(qbo, "receive_payment", invoice_id=invoice["Id"], amount="120.25", back="/?view=invoices")
    assert list_amounts(page) == ["500.00", "379.75"]
    send(qbo, "void_invoice", invoice_id=invoice["Id"])
    assert qbo.get(f"invoice/{invoice['Id']}")["Invoice"]["PrivateNote"].startswith("Voided")


def test_vendors_are_merged_and_renamed(qbo: Qbo) -> None:
    bill = qbo.bill()
    send(qbo, "merge", entity="Vendor", kept_id=BOLT, lost_id=ACME, back="/?view=names")
    assert qbo.get(f"bill/{bill['Id']}")["Bill"]["VendorRef"] == {"value": BOLT, "name": "Bolt Electric"}
    page = send(qbo, "rename_vendor", vendor_id=BOLT, name="Bolt & Sons", back="/?view=names")
    assert "Bolt &amp; Sons" in page
    assert "Acme Concrete" not in page


def test_an_account_is_renamed_and_the_books_are_closed_and_opened(qbo: Qbo) -> None:
    page = send(qbo, "rename_account", account_id=COSTS, name="Direct job costs", back="/?view=accounts")
    assert "Direct job costs" in page
    page = send(qbo, "close_books", date="2026-01-31", back="/?view=company")
    assert "31 Jan 2026" in page
    assert qbo.refuse("POST", "bill", json={**make_old_bill()})["code"] == "6210"
    assert "The books are open." in send(qbo, "close_books", back="/?view=company")
    qbo.bill()


def make_old_bill() -> dict[str, Any]:
    detail = {"AccountRef": {"value": COSTS}}
    line = {"Amount": 5, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": detail}
    return {"VendorRef": {"value": ACME}, "TxnDate": "2026-01-31", "Line": [line]}


def test_a_setting_is_turned_off_and_on_again(qbo: Qbo) -> None:
    def read_setting() -> Any:
        return qbo.get("preferences")["Preferences"]["AccountingInfoPrefs"]["ClassTrackingPerTxnLine"]

    fields = {"group": "AccountingInfoPrefs", "name": "ClassTrackingPerTxnLine"}
    send(qbo, "set_preference", **fields, value="false")
    assert read_setting() is False
    send(qbo, "set_preference", **fields, value="true")
    assert read_setting() is True


def test_a_refused_act_changes_nothing(qbo: Qbo) -> None:
    before = qbo.control("GET", "state")["realms"]
    for do, fields in (
        ("pay_bill", {"bill_id": "5"}),
        ("enter_bill", {"vendor_id": "99", "amount": "1"}),
        ("enter_bill", {"vendor_id": ACME, "amount": "much", "account_id": COSTS}),
        ("close_books", {"date": "soon"}),
        ("merge", {"entity": "Vendor", "kept_id": ACME, "lost_id": ACME}),
        ("nothing", {}),
        ("", {}),
    ):
        assert 'class="notice"' in send(qbo, do, **fields), do
    assert qbo.control("GET", "state")["realms"] == before


@pytest.mark.parametrize("view", [key for key, _ in QboSandbox.VIEWS])
@pytest.mark.parametrize("query", [{}, {"q": "zzz"}, {"page": "9999999999999"}, {"page": "x"}])
def test_every_view_takes_any_query(qbo: Qbo, view: str, query: dict[str, str]) -> None:
    assert "Summit Builders" in read(qbo, view, **query)


def test_the_address_of_a_bill_opens_it(qbo: Qbo) -> None:
    bill = qbo.bill()
    page = requests.get(f"{qbo.url}/app/bill", params={"txnId": bill["Id"]}, timeout=10)
    assert list_amounts(page.text) == ["100.00"]
    assert "ACME" in page.text.upper()
    elsewhere = [("bill", {"txnId": "999999"}), ("nothing", {}), ("vendordetail", {"nameId": ACME})]
    led = [requests.get(f"{qbo.url}/app/{word}", params=query, timeout=10).url for word, query in elsewhere]
    assert led[:2] == [f"{qbo.url}/", f"{qbo.url}/"]
    assert led[2].startswith(f"{qbo.url}/?view=names&q=")
