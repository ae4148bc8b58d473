from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.connectors.sandbox.qbo.conftest import ACME, BOLT, COSTS, ITEM, PAYABLE, Qbo, drop, make_line, read_wire


def make_item_line(quantity: float, price: float = 10, **members: Any) -> dict[str, Any]:
    return {
        "Amount": quantity * price,
        "DetailType": "ItemBasedExpenseLineDetail",
        "ItemBasedExpenseLineDetail": {"ItemRef": {"value": ITEM}, "Qty": quantity, "UnitPrice": price},
        **members,
    }


def order(qbo: Qbo, *lines: dict[str, Any], **members: Any) -> dict[str, Any]:
    return qbo.save("PurchaseOrder", {"VendorRef": {"value": ACME}, "Line": list(lines), **members})


def read_order(qbo: Qbo, order_id: str) -> dict[str, Any]:
    return qbo.get(f"purchaseorder/{order_id}")["PurchaseOrder"]


def link(order_id: str, line_id: str | None = None) -> list[dict[str, str]]:
    line = {"TxnLineId": line_id} if line_id else {}
    return [{"TxnId": order_id, "TxnType": "PurchaseOrder", **line}]


def received(qbo: Qbo, order_id: str) -> tuple[str, list[Any]]:
    record = read_order(qbo, order_id)
    return record["POStatus"], [line.get("Received") for line in record["Line"]]


def test_an_order_reads_back_whole_and_posts_nothing(qbo: Qbo) -> None:
    recorded = read_wire("purchase_order")["PurchaseOrder"]
    made = order(qbo, make_item_line(2), make_line(5), TxnDate="2026-01-31", Memo="to the yard", DueDate="2026-02-10")

    assert drop(made, "MetaData", "VendorAddr", "ShipAddr") == {
        "domain": "QBO",
        "sparse": False,
        "Id": "1",
        "SyncToken": "0",
        "DocNumber": "1001",
        "TxnDate": "2026-01-31",
        "DueDate": "2026-02-10",
        "Memo": "to the yard",
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
        "Line": [
            {
                "Id": "1",
                "LineNum": 1,
                "Amount": Decimal("20.00"),
                "DetailType": "ItemBasedExpenseLineDetail",
                "ItemBasedExpenseLineDetail": {
                    "ItemRef": {"value": ITEM, "name": "03-300 Cast-in-place concrete"},
                    "Qty": 2,
                    "UnitPrice": 10,
                    "BillableStatus": "NotBillable",
                    "TaxCodeRef": {"value": "NON"},
                },
            },
            {
                "Id": "2",
                "LineNum": 2,
                "Amount": Decimal("5.00"),
                "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": {
                    "AccountRef": {"value": COSTS, "name": "Job Costs"},
                    "BillableStatus": "NotBillable",
                    "TaxCodeRef": {"value": "NON"},
                },
            },
        ],
        "VendorRef": {"value": ACME, "name": "Acme Concrete"},
        "APAccountRef": {"value": PAYABLE, "name": "Accounts Payable (A/P)"},
        "TotalAmt": Decimal("25.00"),
        "POStatus": recorded["POStatus"],
    }
    assert set(recorded) <= set(made)
    assert set(made["VendorAddr"]) == set(recorded["VendorAddr"])
    assert made["VendorAddr"] | {"Id": ""} == {
        "Id": "",
        "Line1": "Acme Concrete",
        "Line2": "12 Yard St.",
        "Line3": "Denver, CO  80202",
        "Lat": "INVALID",
        "Long": "INVALID",
    }
    assert made["ShipAddr"]["Line1"] == "Summit Builders"
    assert qbo.get(f"vendor/{ACME}")["Vendor"]["Balance"] == 0
    assert qbo.get(f"account/{PAYABLE}")["Account"]["CurrentBalance"] == 0


def test_addresses_of_an_order_stay_or_follow_the_vendor(qbo: Qbo) -> None:
    made = order(qbo, make_line(5), ShipAddr={"Line1": "Gate 4", "City": "Denver"})
    head = {"Id": made["Id"], "SyncToken": "0", "sparse": True}
    noted = qbo.save("PurchaseOrder", {**head, "VendorRef": {"value": ACME}})
    moved = qbo.save("PurchaseOrder", {**head, "VendorRef": {"value": BOLT}})

    assert made["ShipAddr"] == {"Line1": "Gate 4", "City": "Denver", "Id": made["ShipAddr"]["Id"]}
    assert noted == made
    assert (moved["ShipAddr"], moved["VendorAddr"]["Line1"]) == (made["ShipAddr"], "Bolt Electric")
    assert moved["VendorAddr"]["Id"] == made["VendorAddr"]["Id"]


def test_orders_are_numbered_by_the_server_until_the_company_does_it(qbo: Qbo) -> None:
    numbers = [order(qbo, make_line(5), **members)["DocNumber"] for members in ({}, {"DocNumber": "1500"}, {})]
    credit = qbo.save("VendorCredit", {"VendorRef": {"value": ACME}, "Line": [make_line(5)]})
    custom = "VendorAndPurchasesPrefs.UseCustomTxnNumbers"
    qbo.act("set_preference", group="OtherPrefs", name=custom, value="true")
    own = order(qbo, make_line(5))

    assert numbers == ["1001", "1500", "1501"]
    assert (credit["DocNumber"], "DocNumber" in own) == ("1001", False)


def test_bills_receive_an_order_line_by_line(qbo: Qbo) -> None:
    made = order(qbo, make_item_line(10), make_line(100))
    first = qbo.bill(Line=[make_item_line(4, LinkedTxn=link(made["Id"], "1"))])
    part = received(qbo, made["Id"])
    second = qbo.bill(
        Line=[
            make_item_line(6, LinkedTxn=link(made["Id"], "1")),
            {**make_line(60), "LinkedTxn": link(made["Id"], "2")},
        ]
    )
    more = received(qbo, made["Id"])
    third = qbo.bill(Line=[{**make_line(40), "LinkedTxn": link(made["Id"], "2")}])
    closed = read_order(qbo, made["Id"])

    assert part == ("Open", [4, None])
    assert more == ("Open", [10, 60])
    assert received(qbo, made["Id"]) == ("Closed", [10, 100])
    assert closed["LinkedTxn"] == [{"TxnId": bill["Id"], "TxnType": "Bill"} for bill in (first, second, third)]
    assert closed["SyncToken"] == "3"
    assert first["LinkedTxn"] == [{"TxnId": made["Id"], "TxnType": "PurchaseOrder"}]
    assert first["Line"][0]["LinkedTxn"] == link(made["Id"], "1")


def test_a_deleted_bill_opens_the_order_again(qbo: Qbo) -> None:
    made = order(qbo, make_item_line(10))
    bill = qbo.bill(Line=[make_item_line(10, LinkedTxn=link(made["Id"], "1"))])
    closed = received(qbo, made["Id"])
    qbo.save("Bill", {"Id": bill["Id"], "SyncToken": "0"}, operation="delete")

    assert (closed, received(qbo, made["Id"])) == (("Closed", [10]), ("Open", [None]))
    assert "LinkedTxn" not in read_order(qbo, made["Id"])


def test_an_order_linked_as_a_whole_is_received_whole(qbo: Qbo) -> None:
    made = order(qbo, make_item_line(10), make_line(5))
    bill = qbo.bill(LinkedTxn=link(made["Id"]))
    closed = received(qbo, made["Id"])
    qbo.save("Bill", {"Id": bill["Id"], "SyncToken": "0"}, operation="delete")
    # Client libraries write 0 for a line they do not name.
    in_line = qbo.bill(Line=[make_item_line(1, LinkedTxn=[{**link(made["Id"])[0], "TxnLineId": 0}])])

    assert (bill["LinkedTxn"], closed) == (link(made["Id"]), ("Closed", [10, 5]))
    assert (in_line["Line"][0]["LinkedTxn"], in_line["LinkedTxn"]) == (link(made["Id"]), link(made["Id"]))
    assert received(qbo, made["Id"]) == ("Closed", [10, 5])


def test_an_update_that_names_no_order_loses_the_link(qbo: Qbo) -> None:
    made = order(qbo, make_item_line(10))
    bill = qbo.bill(Line=[make_item_line(10, LinkedTxn=link(made["Id"], "1"))])
    head = {"Id": bill["Id"], "SyncToken": "0", "VendorRef": {"value": ACME}}
    noted = qbo.save("Bill", {**head, "sparse": True, "PrivateNote": "x"})
    linked = received(qbo, made["Id"])
    lost = qbo.save("Bill", {**head, "SyncToken": "1", "TxnDate": bill["TxnDate"], "Line": [make_item_line(10)]})

    assert (noted["LinkedTxn"], linked) == (bill["LinkedTxn"], ("Closed", [10]))
    assert (lost["LinkedTxn"], received(qbo, made["Id"])) == ([], ("Open", [None]))


def test_a_paid_bill_keeps_its_payment_beside_the_order(qbo: Qbo) -> None:
    made = order(qbo, make_item_line(10))
    bill = qbo.bill(Line=[make_item_line(10, LinkedTxn=link(made["Id"], "1"))])
    payment = qbo.act("pay_bill", bill_id=bill["Id"])["BillPayment"]
    paid = qbo.get(f"bill/{bill['Id']}")["Bill"]
    noted = qbo.save("Bill", {"Id": bill["Id"], "SyncToken": "1", "sparse": True, "VendorRef": {"value": ACME}})

    assert paid["LinkedTxn"] == [
        {"TxnId": made["Id"], "TxnType": "PurchaseOrder"},
        {"TxnId": payment["Id"], "TxnType": "BillPaymentCheck"},
    ]
    assert noted == paid


def test_links_that_lead_nowhere_are_refused_and_change_nothing(qbo: Qbo) -> None:
    made, other = order(qbo, make_item_line(10)), order(qbo, make_line(5), VendorRef={"value": BOLT})
    bill = qbo.bill()
    wrong = {
        "no such order": {"Line": [make_item_line(1, LinkedTxn=link("99", "1"))]},
        "another vendor's": {"Line": [make_item_line(1, LinkedTxn=link(other["Id"], "1"))]},
        "no id": {"LinkedTxn": [{"TxnType": "PurchaseOrder"}]},
        "no such line": {"Line": [make_item_line(1, LinkedTxn=link(made["Id"], "9"))]},
        "two, one without an id": {
            "LinkedTxn": [{"TxnType": "PurchaseOrder"}],
            "Line": [make_item_line(1, LinkedTxn=link(made["Id"], "1"))],
        },
    }
    body = {"VendorRef": {"value": ACME}, "TxnDate": "2026-01-31", "Line": [make_item_line(1)]}
    codes = {name: qbo.refuse("POST", "bill", json={**body, **members})["code"] for name, members in wrong.items()}
    existing = {**bill["Line"][0], "LinkedTxn": link(made["Id"], "1")}
    head = {"Id": bill["Id"], "SyncToken": "0", "sparse": True, "VendorRef": {"value": ACME}}

    assert codes == {name: "2010" if name == "no such line" else "6000" for name in wrong}
    assert qbo.refuse("POST", "bill", json={**head, "Line": [existing]})["code"] == "6000"
    assert read_order(qbo, made["Id"]) == made
    assert qbo.query("select count(*) from Bill") == {"totalCount": 1}
    qbo.save("PurchaseOrder", {**drop(made, "MetaData"), "POStatus": "Closed"})
    closed = {**body, "Line": [make_item_line(1, LinkedTxn=link(made["Id"], "1"))]}
    assert qbo.refuse("POST", "bill", json=closed)["code"] == "6000"


def test_a_closed_order_stays_closed_and_received_is_the_servers(qbo: Qbo) -> None:
    made = order(qbo, make_item_line(10))
    bill = qbo.bill(Line=[make_item_line(4, LinkedTxn=link(made["Id"], "1"))])
    head = {"Id": made["Id"], "SyncToken": "1", "sparse": True, "VendorRef": {"value": ACME}}
    line = {**made["Line"][0], "Received": 9}
    closed = qbo.save("PurchaseOrder", {**head, "POStatus": "Closed", "Line": [line]})
    moved = qbo.refuse("POST", "purchaseorder", json={**head, "SyncToken": "2", "VendorRef": {"value": BOLT}})
    qbo.save("Bill", {"Id": bill["Id"], "SyncToken": "0"}, operation="delete")

    assert (closed["POStatus"], closed["Line"][0]["Received"], moved["code"]) == ("Closed", 4, "6000")
    assert received(qbo, made["Id"]) == ("Closed", [None])


def test_a_deleted_order_leaves_its_bills_without_the_link(qbo: Qbo) -> None:
    made = order(qbo, make_item_line(10))
    bill = qbo.bill(Line=[make_item_line(4, LinkedTxn=link(made["Id"], "1"))])
    qbo.save("PurchaseOrder", {"Id": made["Id"], "SyncToken": "1"}, operation="delete")
    left = qbo.get(f"bill/{bill['Id']}")["Bill"]

    assert (left["LinkedTxn"], "LinkedTxn" in left["Line"][0], left["TotalAmt"]) == ([], False, Decimal("40.00"))


PARTS = st.lists(st.tuples(st.integers(1, 6), st.booleans()), min_size=1, max_size=6)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=PARTS)
def test_received_is_what_the_bills_that_are_left_say(qbo: Qbo, parts: list[tuple[int, bool]]) -> None:
    made = order(qbo, make_item_line(100))
    kept = 0
    for quantity, is_deleted in parts:
        bill = qbo.bill(Line=[make_item_line(quantity, LinkedTxn=link(made["Id"], "1"))])
        if is_deleted:
            qbo.save("Bill", {"Id": bill["Id"], "SyncToken": "0"}, operation="delete")
        else:
            kept += quantity
    assert received(qbo, made["Id"]) == ("Open", [kept or None])
