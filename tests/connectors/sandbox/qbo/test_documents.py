from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox.pdf import write_pdf
from connectors.sandbox.qbo.books.values import parse_time
from tests.connectors.sandbox.qbo.conftest import ACME, BANK, CITY, PAYABLE, Qbo
from tests.connectors.sandbox.qbo.sales_forms import make_receipt, make_sale, read, state_of

OCTETS = {"Content-Type": "application/octet-stream"}
PRINTS = {"Accept": "application/pdf"}


def make_order() -> dict[str, Any]:
    detail = {"ItemRef": {"value": "1"}, "Qty": 1, "UnitPrice": 72}
    line = {"Amount": 72, "DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": detail}
    return {"VendorRef": {"value": ACME}, "APAccountRef": {"value": PAYABLE}, "Line": [line]}


def send(qbo: Qbo, path: str, **params: str) -> Any:
    status, body = qbo.call("POST", f"{path}/send", params=params, headers=OCTETS)
    assert status == 200, body
    return body


def check_pdf(raw: bytes) -> str:
    """The text of a PDF whose table of objects is in order."""
    start = int(re.findall(rb"startxref\n(\d+)\n%%EOF\n$", raw)[0])
    assert raw[start : start + 4] == b"xref"
    offsets = [int(offset) for offset in re.findall(rb"(\d{10}) 00000 n ", raw[start:])]
    for number, offset in enumerate(offsets, start=1):
        assert raw[offset:].startswith(f"{number} 0 obj\n".encode())
    for length, content in re.findall(rb"/Length (\d+) >>\nstream\n(.*?)\nendstream", raw, re.DOTALL):
        assert int(length) == len(content)
    return b"\n".join(re.findall(rb"\((.*?)\) Tj", raw)).decode("cp1252")


def test_an_invoice_sent_reads_as_recorded(qbo: Qbo) -> None:
    invoice = qbo.save("Invoice", make_sale(BillEmail={"Address": "books@denver.example"}))
    qbo.app.clock.advance(1800)
    sent = send(qbo, f"invoice/{invoice['Id']}", sendTo="someone@example.com")["Invoice"]
    again = send(qbo, f"invoice/{invoice['Id']}")["Invoice"]

    assert (sent["EmailStatus"], sent["BillEmail"]) == ("EmailSent", {"Address": "someone@example.com"})
    assert sent["DeliveryInfo"] == {"DeliveryType": "Email", "DeliveryTime": sent["MetaData"]["LastUpdatedTime"]}
    assert sent["SyncToken"] == "0"
    before, after = (parse_time(each["MetaData"]["LastUpdatedTime"]) for each in (invoice, sent))
    assert before is not None and after is not None and after - before >= timedelta(minutes=30)
    assert again["BillEmail"] == sent["BillEmail"]
    assert read(qbo, "Invoice", invoice["Id"]) == again


def test_an_order_is_sent_to_its_own_address_and_a_payment_shows_none(qbo: Qbo) -> None:
    order = qbo.save("PurchaseOrder", make_order())
    payment = qbo.save("Payment", make_receipt(5))
    sent = send(qbo, f"purchaseorder/{order['Id']}", sendTo="ap@acme.example")["PurchaseOrder"]

    assert (sent["POEmail"], sent["EmailStatus"]) == ({"Address": "ap@acme.example"}, "EmailSent")
    shown = send(qbo, f"payment/{payment['Id']}", sendTo="a@b.example")["Payment"]
    assert shown.keys() == payment.keys()


def test_a_repeated_request_to_send_is_not_sent_again(qbo: Qbo) -> None:
    invoice = qbo.save("Invoice", make_sale())
    first = send(qbo, f"invoice/{invoice['Id']}", sendTo="a@b.example", requestid="one")
    qbo.app.clock.advance(60)

    assert send(qbo, f"invoice/{invoice['Id']}", sendTo="a@b.example", requestid="one") == first


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("invoice/1/send", {}, "2020"),
        ("invoice/1/send", {"sendTo": "nobody"}, "2210"),
        ("invoice/99/send", {"sendTo": "a@b.example"}, "610"),
        ("invoice/x/send", {"sendTo": "a@b.example"}, "2030"),
        ("bill/1/send", {"sendTo": "a@b.example"}, "500"),
        ("nosuch/1/send", {"sendTo": "a@b.example"}, "500"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_changes_nothing(
    qbo: Qbo, path: str, params: dict[str, str], code: str
) -> None:
    qbo.save("Invoice", make_sale())
    before = state_of(qbo)

    assert qbo.refuse("POST", path, params=params, headers=OCTETS)["code"] == code
    assert state_of(qbo) == before


def test_every_printable_transaction_prints_with_its_name_and_number(qbo: Qbo) -> None:
    refund = make_sale(DepositToAccountRef={"value": BANK})
    bodies = {
        "Invoice": (make_sale(DocNumber="7 (a)\\"), "Invoice 7 \\(a\\)\\\\"),
        "Estimate": (make_sale(DocNumber="8"), "Estimate 8"),
        "SalesReceipt": (make_sale(DocNumber="9"), "Sales Receipt 9"),
        "CreditMemo": (make_sale(DocNumber="10"), "Credit Memo 10"),
        "RefundReceipt": ({**refund, "DocNumber": "11"}, "Refund Receipt 11"),
        "Payment": (make_receipt(5), "Payment"),
        "PurchaseOrder": ({**make_order(), "DocNumber": "12"}, "Purchase Order 12"),
    }
    for kind, (body, title) in bodies.items():
        record = qbo.save(kind, body)
        response = qbo.raw("GET", f"{kind.lower()}/{record['Id']}/pdf", headers=PRINTS)
        assert response.headers["Content-Type"] == "application/pdf"
        text = check_pdf(response.content)
        assert title in text and "Summit Builders" in text
    assert qbo.refuse("GET", f"account/{BANK}/pdf")["code"] == "500"
    missing = qbo.raw("GET", "invoice/99/pdf", headers=PRINTS)
    assert (missing.status_code, "610" in missing.text) == (400, True)


def test_a_long_document_takes_several_pages() -> None:
    raw = write_pdf([f"line {number} café \u2019 \u4e2d" for number in range(100)])

    assert b"/Count 3" in raw
    assert "line 99 café" in check_pdf(raw)
    assert check_pdf(write_pdf([])) == ""


def test_voids_and_mails_are_announced_as_such(qbo: Qbo) -> None:
    told: list[tuple[str, str, str]] = []
    book = qbo.app.find_book()
    book.on_event = lambda entity, record_id, operation: told.append((entity, record_id, operation))
    invoice = qbo.save("Invoice", make_sale())
    payment = qbo.save("Payment", make_receipt(100, ("Invoice", invoice["Id"], 100)))
    send(qbo, f"invoice/{invoice['Id']}", sendTo="a@b.example")
    qbo.save("Payment", {"Id": payment["Id"], "SyncToken": "0"}, operation="update", include="void")
    qbo.refuse("POST", "invoice", json=make_sale(-5))

    number, paid = invoice["Id"], payment["Id"]
    assert told == [
        ("Invoice", number, "Create"),
        ("Invoice", number, "Update"),
        ("Payment", paid, "Create"),
        ("Invoice", number, "Emailed"),
        ("Invoice", number, "Update"),
        ("Payment", paid, "Void"),
    ]
    assert read(qbo, "Customer", CITY)["Balance"] == Decimal("100.00")


def test_an_item_of_a_batch_is_sent_to_the_address_the_document_carries(qbo: Qbo) -> None:
    invoice = qbo.save("Invoice", make_sale(BillEmail={"Address": "ap@city.example"}))
    bare = qbo.save("Invoice", make_sale())
    bill = qbo.bill()
    items = [
        {"bId": "1", "operation": "send", "Invoice": {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]}},
        {"bId": "2", "operation": "send", "Invoice": {"Id": bare["Id"]}},
        {"bId": "3", "operation": "send", "Bill": {"Id": bill["Id"]}},
        {"bId": "4", "operation": "send", "Invoice": {"Id": ["1"]}},
    ]
    sent, *refused = qbo.call("POST", "batch", json={"BatchItemRequest": items})[1]["BatchItemResponse"]

    assert sent["Invoice"] == qbo.get(f"invoice/{invoice['Id']}")["Invoice"]
    assert (sent["Invoice"]["EmailStatus"], sent["Invoice"]["DeliveryInfo"]["DeliveryType"]) == ("EmailSent", "Email")
    assert [each["Fault"]["Error"][0]["code"] for each in refused] == ["2020", "500", "2030"]
    assert qbo.get(f"invoice/{bare['Id']}")["Invoice"] == bare


def test_the_link_to_pay_is_shown_to_who_asks_where_there_is_one(qbo: Qbo) -> None:
    payable = make_sale(BillEmail={"Address": "ap@city.example"}, AllowOnlineACHPayment=True)
    invoice = qbo.save("Invoice", payable, include="invoiceLink")
    bare = qbo.save("Invoice", make_sale(BillEmail={"Address": "ap@city.example"}), include="invoiceLink")
    statement = "select * from Invoice orderby DocNumber maxresults 1"

    assert invoice["InvoiceLink"].startswith("https://")
    assert qbo.get(f"invoice/{invoice['Id']}", include="invoicelink")["Invoice"] == invoice
    assert qbo.get("query", query=statement, include="invoiceLink")["QueryResponse"]["Invoice"] == [invoice]
    assert qbo.get("query", query="select count(*) from Invoice", include="invoiceLink")["QueryResponse"] == {
        "totalCount": 2
    }
    plain = qbo.get(f"invoice/{invoice['Id']}")["Invoice"]
    assert plain == {name: value for name, value in invoice.items() if name != "InvoiceLink"}
    assert "InvoiceLink" not in bare
    assert qbo.save("Invoice", invoice) == plain
