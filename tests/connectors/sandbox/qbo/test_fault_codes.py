"""Refusals on demand, and what a company's subscription and its user's role refuse."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.connectors.sandbox.qbo.conftest import ACME, REALM, Qbo, drop, make_bill

RECORDED = {
    "610": "object_not_found",
    "2020": "missing_param",
    "2030": "invalid_id",
    "2500": "invalid_reference",
    "4000": "query_null",
    "4001": "query_context",
    "5010": "stale_object",
    "6000": "business_validation",
    "6140": "duplicate_docnumber",
    "6190": "subscription",
    "6210": "period_closed",
    "6240": "duplicate_name_null",
    "6240-named": "duplicate_name_full",
    "6540": "deposited",
}


@pytest.mark.parametrize(("code", "name"), RECORDED.items())
def test_an_injected_code_is_answered_as_recorded(qbo: Qbo, fault: Any, code: str, name: str) -> None:
    qbo.control("POST", "faults", {"code": code, "times": 1, "path": "/bill"})
    status, body = qbo.call("POST", "bill", json=make_bill())
    recorded = fault(name)
    # The parameter a refusal names is whatever the caller left out.
    named = ("time", "Detail", "element") if code == "2020" else ("time",)

    assert (status, drop(body, *named)) == (recorded["http"], drop(recorded["body"], *named))
    assert ("time" in body) is ("time" in recorded["body"])
    assert qbo.query("select count(*) from Bill") == {"totalCount": 0}
    assert qbo.call("POST", "bill", json=make_bill())[0] == 200


def test_gateway_codes_come_from_the_gateway(qbo: Qbo, fault: Any) -> None:
    qbo.control("POST", "faults", [{"code": code, "times": 1} for code in ("3200", "3100", "3001")])
    token, company, rate = (qbo.raw("GET", "vendor/1") for _ in range(3))

    assert (token.status_code, token.headers["WWW-Authenticate"]) == (
        401,
        'Bearer realm="Intuit", error="invalid_token"',
    )
    assert (company.status_code, company.json()["fault"]["error"][0]["code"]) == (403, "3100")
    assert (rate.status_code, rate.headers["Content-Type"]) == (429, "text/xml")
    assert rate.text.split(" xmlns")[1] == fault("throttled_xml")["body_text"].split(" xmlns")[1]


def test_a_code_may_come_after_the_effect(qbo: Qbo) -> None:
    qbo.control("POST", "faults", {"code": "10000", "times": 1, "when": "after", "method": "POST"})
    status, body = qbo.call("POST", "bill", json=make_bill())

    assert (status, body["Fault"]["type"], body["Fault"]["Error"][0]["code"]) == (500, "SystemFault", "10000")
    assert qbo.query("select count(*) from Bill") == {"totalCount": 1}


def test_wrong_faults_are_refused_and_change_nothing(qbo: Qbo) -> None:
    wrong: list[Any] = [
        {"code": "9999"},
        {"code": 610},
        {"status": "503"},
        {"status": 99},
        {"drop": "yes"},
        {"delay_ms": -1},
        {"delay_ms": 10**9},
        {"status": 500, "times": "x"},
        {"status": 500, "probability": 2},
        {"status": 500, "headers": {"a": "b\r\nc: d"}},
        {"status": 500, "headers": []},
        {"status": 500, "path": "("},
        {"status": 500, "path": None},
        {"status": 500, "colour": "red"},
        {},
        [1],
    ]
    for body in wrong:
        answer = requests.post(f"{qbo.url}/_control/faults", json=body, timeout=10)
        assert (answer.status_code, body) == (400, body)
    assert qbo.control("GET", "faults") == []


def test_an_ended_subscription_reads_but_does_not_write(qbo: Qbo, fault: Any) -> None:
    bill = qbo.bill()
    qbo.act("set_subscription", state="ended")
    status, body = qbo.call("POST", "bill", json=make_bill())
    recorded = fault("subscription")
    item = {"bId": "1", "operation": "delete", "Bill": {"Id": bill["Id"], "SyncToken": "0"}}
    batch = qbo.call("POST", "batch", json={"BatchItemRequest": [item]})[1]["BatchItemResponse"]

    assert (status, drop(body, "time")) == (recorded["http"], drop(recorded["body"], "time"))
    assert batch == [{"Fault": recorded["body"]["Fault"], "bId": "1"}]
    assert qbo.get(f"bill/{bill['Id']}")["Bill"] == bill
    qbo.act("set_subscription", state="active")
    assert qbo.bill()["SyncToken"] == "0"


def test_a_reader_may_not_write_and_a_missing_feature_is_not_there(qbo: Qbo) -> None:
    def refused(*call: Any, **options: Any) -> tuple[int, str, str]:
        status, body = qbo.call(*call, **options)
        return status, body["Fault"]["Error"][0]["code"], body["Fault"]["type"]

    qbo.act("set_role", role="reader")
    assert refused("POST", "bill", json=make_bill()) == (403, "120", "AuthorizationFault")
    assert qbo.call("GET", f"vendor/{ACME}")[0] == 200
    qbo.act("set_role", role="admin")
    qbo.act("set_feature", entity="Class", is_on=False)
    assert refused("POST", "class", json={"Name": "Field"}) == (403, "120", "AuthorizationFault")
    assert refused("GET", "query", params={"query": "select * from Class"}) == (403, "120", "AuthorizationFault")
    assert qbo.control("GET", "state")["switches"][REALM]["features_off"] == ["Class"]
    qbo.act("set_feature", entity="Class", is_on=True)
    assert qbo.save("Class", {"Name": "Field"})["Name"] == "Field"


def test_the_headers_recorded_on_answers(qbo: Qbo) -> None:
    good, bad = qbo.raw("GET", "vendor/1"), qbo.raw("GET", "vendor/999")

    assert good.headers["intuit_tid"] == good.headers["intuit-tid"]
    assert good.headers["x-amzn-trace-id"] == f"Root={good.headers['intuit_tid']}"
    assert good.headers["qbo-version"] == "1944.190"
    assert good.headers["service-time"].startswith("total=")
    assert good.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert {"qbo-version", "service-time"} & {name.lower() for name in bad.headers} == set()
    assert (bad.headers["Server"], len(bad.headers["x-spanid"])) == ("nginx", 16)


def test_without_accept_json_a_refusal_is_xml_too(qbo: Qbo) -> None:
    answer = qbo.raw("GET", "vendor/1.5", headers={"Accept": "*/*"})

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/xml")
    assert answer.text.endswith(
        '<Fault type="ValidationFault"><Error code="2030" element="Id"><Message>Invalid ID</Message>'
        "<Detail>Id should be a valid number. Supplied value:1.5</Detail></Error></Fault></IntuitResponse>"
    )


def test_methods_and_types_the_service_does_not_take(qbo: Qbo) -> None:
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
        assert qbo.refuse(method, "vendor/1")["code"] == "500"
        assert qbo.raw(method, "query").status_code == 400
    head = qbo.raw("HEAD", "vendor/1")
    form = qbo.raw("POST", "bill", data={"a": "b"})
    with_body = qbo.raw("GET", "vendor/1", data="{}", headers={"Content-Type": "application/json"})

    assert (head.status_code, head.content) == (200, b"")
    assert (form.status_code, form.json()["Fault"]["Error"][0]["code"]) == (415, "500")
    assert with_body.json()["Vendor"]["Id"] == "1"
    assert qbo.get("vendor/1", minorversion="4")["Vendor"] == qbo.get("vendor/1", minorversion="x")["Vendor"]
