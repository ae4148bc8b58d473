"""Which changes are announced, how a merge and a void read, and how long a failing endpoint is tried."""

from __future__ import annotations

import json
from typing import Any

import requests

from connectors.sandbox.qbo.books.table import KINDS
from connectors.sandbox.qbo.service.events import ANNOUNCED, MAX_EVENTS, Event, find_operation, pack_events, sign
from tests.connectors.sandbox.qbo.conftest import ACME, BOLT, OTHER_REALM, REALM, Qbo, make_payment
from tests.connectors.sandbox.qbo.test_events import deliver, listener, point, told

__all__ = ["listener"]


def test_only_the_documented_entities_are_announced(qbo: Qbo, listener: Any) -> None:
    point(qbo, listener)
    qbo.save("Attachable", {"Note": "quiet"})
    qbo.save("Term", {"Name": "Net 7", "DueDays": 7})
    deliver(qbo)

    assert [(name, operation) for name, _, operation in told(listener)] == [("Term", "Create")]
    assert {"TaxCode", "TaxRate", "CompanyInfo", "Attachable"} & ANNOUNCED == set()
    assert find_operation("Preferences", "Create") == ""
    assert find_operation("Bill", "Void") == "Update"
    assert find_operation("Invoice", "Void") == "Void"
    assert find_operation("Invoice", "Emailed") == "Emailed"
    assert find_operation("Bill", "Merge") == "Update"
    assert all(find_operation(name, "Delete") in ("", "Delete") for name in KINDS)


def test_a_merge_names_the_record_that_went(qbo: Qbo, listener: Any) -> None:
    bill = qbo.bill(VendorRef={"value": BOLT})
    deliver(qbo)
    point(qbo, listener)
    merged = qbo.act("merge", entity="Vendor", kept_id=ACME, lost_id=BOLT)["Vendor"]
    deliver(qbo)
    ((_, body),) = listener.received
    (note,) = json.loads(body)["eventNotifications"]
    (entity,) = note["dataChangeEvent"]["entities"]

    assert (entity["name"], entity["id"], entity["operation"], entity["deletedId"]) == ("Vendor", ACME, "Merge", BOLT)
    assert merged["Balance"] == 100
    assert qbo.get(f"bill/{bill['Id']}")["Bill"]["VendorRef"] == {"value": ACME, "name": "Acme Concrete"}
    assert qbo.refuse("GET", f"vendor/{BOLT}")["code"] == "610"


def test_a_merge_as_a_cloud_event(qbo: Qbo, listener: Any) -> None:
    point(qbo, listener, format="cloudevents")
    qbo.act("merge", entity="Vendor", kept_id=ACME, lost_id=BOLT)
    deliver(qbo)
    (event,) = json.loads(listener.received[0][1])
    assert (event["type"], event["intuitentityid"], event["data"]) == (
        "qbo.vendor.merged.v1",
        ACME,
        {"deletedId": BOLT},
    )


def test_a_merge_that_makes_no_sense_is_refused(qbo: Qbo) -> None:
    for asked in (
        {"entity": "Bill", "kept_id": "1", "lost_id": "2"},
        {"entity": "Vendor", "kept_id": ACME, "lost_id": ACME},
        {"entity": "Vendor", "kept_id": ACME, "lost_id": "999"},
        {"entity": "Customer", "kept_id": "5", "lost_id": "4"},
    ):
        answer = requests.post(f"{qbo.url}/_control/act", json={"do": "merge", **asked}, timeout=10)
        assert (answer.status_code, asked) == (409, asked)


def test_companies_share_a_request_each_in_its_own_part(qbo: Qbo, listener: Any) -> None:
    point(qbo, listener)
    with qbo.app.lock:
        qbo.app.act_add_vendor("One", realm=REALM)
        qbo.app.act_add_vendor("Two", realm=OTHER_REALM)
    deliver(qbo)
    ((headers, body),) = listener.received

    assert [note["realmId"] for note in json.loads(body)["eventNotifications"]] == [REALM, OTHER_REALM]
    assert headers["intuit-signature"] == sign(body)


def test_many_events_come_in_requests_of_a_hundred(qbo: Qbo) -> None:
    event = Event(REALM, "Bill", "1", "Update", qbo.app.clock.now())
    bodies = [json.loads(each.body) for each in pack_events("http://x", "cloudevents", [event] * (2 * MAX_EVENTS + 1))]
    assert [len(body) for body in bodies] == [MAX_EVENTS, MAX_EVENTS, 1]


def test_a_failing_endpoint_is_tried_on_the_vendors_schedule(qbo: Qbo, listener: Any) -> None:
    listener.statuses = [500] * 11
    point(qbo, listener)
    qbo.bill()
    deliver(qbo)
    waits = [10, 20, 30, 300, 1200, 7200, 14400, 21600, 21600, 21600, 21600]
    for seconds in waits:
        before = len(listener.received)
        qbo.control("POST", "clock", {"advance_seconds": seconds - 1})
        deliver(qbo)
        assert len(listener.received) == before
        qbo.control("POST", "clock", {"advance_seconds": 2})
        deliver(qbo)
        assert len(listener.received) == before + 1
    state = deliver(qbo)

    assert state["queued"] == 0
    assert len({body for _, body in listener.received}) == 1


def test_a_payment_void_and_its_bill_are_told(qbo: Qbo, listener: Any) -> None:
    bill = qbo.bill()
    payment = qbo.save("BillPayment", make_payment(100, (bill["Id"], 100)))
    deliver(qbo)
    point(qbo, listener)
    address = {"Id": payment["Id"], "SyncToken": payment["SyncToken"], "sparse": True}
    qbo.save("BillPayment", address, operation="update", include="void")
    deliver(qbo)

    assert ("BillPayment", payment["Id"], "Void") in told(listener)
    assert ("Bill", bill["Id"], "Update") in told(listener)
