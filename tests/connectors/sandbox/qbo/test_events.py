from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.qbo.service.events import sign
from tests.connectors.sandbox.listener import Listener, listen
from tests.connectors.sandbox.qbo.conftest import ACME, REALM, Qbo, make_payment, read_wire


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listen() as listener:
        yield listener


def point(qbo: Qbo, listener: Listener, **settings: Any) -> None:
    qbo.control("POST", "webhooks", {"url": listener.url, **settings})


def deliver(qbo: Qbo) -> dict[str, Any]:
    state = qbo.control("GET", "webhooks?wait=10")
    assert state["idle"] is True
    return state


def told(listener: Listener) -> list[tuple[str, str, str]]:
    """(entity, id, operation) in the order of arrival, legacy format."""
    return [
        (entity["name"], entity["id"], entity["operation"])
        for _, body in listener.received
        for note in json.loads(body)["eventNotifications"]
        for entity in note["dataChangeEvent"]["entities"]
    ]


@pytest.mark.parametrize("vector", read_wire("signatures"), ids=lambda vector: vector["name"])
def test_the_signature_is_the_vendors(vector: dict[str, str]) -> None:
    assert sign(vector["raw_body"].encode(), vector["verifier_token"]) == vector["intuit_signature"]


def test_a_legacy_notification_has_the_recorded_shape(qbo: Qbo, listener: Listener) -> None:
    point(qbo, listener)
    bill = qbo.bill()
    deliver(qbo)
    ((headers, body),) = listener.received
    recorded = read_wire("webhook_legacy")["eventNotifications"][0]
    (note,) = json.loads(body)["eventNotifications"]
    (entity,) = note["dataChangeEvent"]["entities"]

    assert set(note) == set(recorded)
    assert set(entity) == set(recorded["dataChangeEvent"]["entities"][0])
    assert (note["realmId"], entity["name"], entity["id"], entity["operation"]) == (
        REALM,
        "Bill",
        bill["Id"],
        "Create",
    )
    created = bill["MetaData"]["CreateTime"]
    assert entity["lastUpdated"] == f"{created[:-3]}{created[-2:]}"
    assert headers["intuit-signature"] == sign(body, "sandbox-qbo-verifier")
    assert headers["user-agent"] == "intuit_notification_server/0.1"


def test_a_cloud_event_has_the_recorded_shape(qbo: Qbo, listener: Listener) -> None:
    point(qbo, listener, format="cloudevents", mode="duplicate")
    bill = qbo.bill()
    deliver(qbo)
    (_, first), (_, second) = listener.received
    (event,) = json.loads(first)

    assert first == second
    assert set(event) == set(read_wire("webhook_cloudevents")[0])
    assert event["type"] == "qbo.bill.created.v1"
    assert (event["intuitentityid"], event["intuitaccountid"], event["data"]) == (bill["Id"], REALM, {})
    assert len(event["time"]) == len("2025-09-10T21:31:25.179453296Z")


def test_every_change_is_told_and_a_payment_tells_its_bill(qbo: Qbo, listener: Listener) -> None:
    point(qbo, listener)
    bill = qbo.bill()
    qbo.save("BillPayment", make_payment(100, (bill["Id"], 100)))
    qbo.save("Vendor", {"Id": ACME, "SyncToken": "0", "sparse": True, "AcctNum": "1"})
    qbo.save("Bill", {"Id": bill["Id"], "SyncToken": "1"}, operation="delete")
    deliver(qbo)

    assert told(listener) == [
        ("Bill", "1", "Create"),
        ("Bill", "1", "Update"),
        ("BillPayment", "2", "Create"),
        ("Vendor", ACME, "Update"),
        ("BillPayment", "2", "Update"),
        ("Bill", "1", "Delete"),
    ]


def test_an_update_that_changes_nothing_is_not_told(qbo: Qbo, listener: Listener) -> None:
    point(qbo, listener)
    qbo.save("Vendor", {"Id": ACME, "SyncToken": "0", "sparse": True, "DisplayName": "Acme Concrete"})
    deliver(qbo)
    assert listener.received == []


def test_modes_reorder_drop_and_silence(qbo: Qbo, listener: Listener) -> None:
    def arrived(mode: str) -> list[str]:
        listener.received.clear()
        point(qbo, listener, mode=mode)
        ids = [qbo.app.act_add_vendor(f"{mode} {number}")["Vendor"]["Id"] for number in range(4)]
        deliver(qbo)
        return [f"{ids.index(record_id)}" for _, record_id, _ in told(listener)]

    assert arrived("normal") == ["0", "1", "2", "3"]
    assert arrived("reorder") == ["3", "2", "1", "0"]
    assert arrived("drop") == ["1", "3"]
    assert arrived("off") == []


def test_only_200_counts_and_a_failure_is_repeated_when_its_time_comes(qbo: Qbo, listener: Listener) -> None:
    point(qbo, listener)
    listener.statuses = [202, 500]
    qbo.bill()
    assert [each["status"] for each in deliver(qbo)["deliveries"]] == [202]
    qbo.control("POST", "clock", {"advance_seconds": 10})
    assert [each["status"] for each in deliver(qbo)["deliveries"]] == [202, 500]
    qbo.control("POST", "clock", {"advance_seconds": 20})
    state = deliver(qbo)

    assert [(each["status"], each["attempt"]) for each in state["deliveries"]] == [(202, 1), (500, 2), (200, 3)]
    assert state["queued"] == 0
    assert len({body for _, body in listener.received}) == 1


def test_without_a_url_nothing_is_sent_and_wrong_settings_are_refused(qbo: Qbo) -> None:
    qbo.bill()
    assert deliver(qbo)["deliveries"] == []
    for wrong in ({"mode": "loud"}, {"format": "xml"}, {"colour": "red"}):
        answer = qbo.session.post(f"{qbo.url}/_control/webhooks", json=wrong, timeout=10)
        assert answer.status_code == 400
