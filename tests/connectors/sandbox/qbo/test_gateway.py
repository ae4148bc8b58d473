from __future__ import annotations

import json
from typing import Any

import requests

from connectors.sandbox.qbo.service.throttle import Throttle
from tests.connectors.sandbox.qbo.conftest import BANK, OTHER_REALM, REALM, Qbo, drop, make_bill, open_session


def test_a_call_without_a_token_gets_the_gateways_own_body(qbo: Qbo, fault: Any) -> None:
    recorded = fault("unauthorised_gateway")
    answer = requests.get(
        f"{qbo.url}/v3/company/{REALM}/customer/1", headers={"Authorization": "Bearer nothing"}, timeout=10
    )
    body = answer.json()

    assert answer.status_code == recorded["http"]
    assert answer.headers["WWW-Authenticate"] == recorded["headers"]["WWW-Authenticate"]
    assert drop(body, "time", "detail") == drop(recorded["body"], "time", "detail")
    assert isinstance(body["time"], int)


def test_a_token_of_another_company_is_refused(qbo: Qbo) -> None:
    other = open_session(qbo.url, OTHER_REALM)
    answer = other.get(f"{qbo.url}/v3/company/{REALM}/customer/1", timeout=10)
    query = {"query": "select count(*) from Vendor"}
    own = other.get(f"{qbo.url}/v3/company/{OTHER_REALM}/query", params=query, timeout=10)

    assert answer.status_code == 403
    assert answer.json()["fault"]["error"][0]["code"] == "3100"
    assert answer.json()["fault"]["type"] == "AUTHORIZATION"
    assert own.json()["QueryResponse"] == {"totalCount": 0}


def test_every_answer_carries_a_request_id_of_the_vendor(qbo: Qbo) -> None:
    answers = [qbo.raw("GET", "vendor/1"), qbo.raw("GET", "vendor/999"), qbo.raw("GET", "nosuch")]
    ids = [answer.headers["intuit_tid"] for answer in answers]

    assert len(set(ids)) == 3
    assert [answer.headers["Content-Type"] for answer in answers] == [
        "application/json;charset=utf-8",
        "application/json",
        "application/json",
    ]


def test_an_unknown_path_is_a_400_with_code_500(qbo: Qbo, fault: Any) -> None:
    recorded = fault("unsupported_operation")
    status, body = qbo.call("GET", "customer/1/5")

    path = f"/v3/company/{REALM}/customer/1/5"
    assert status == recorded["http"]
    assert drop(body, "time", "Detail") == drop(recorded["body"], "time", "Detail")
    assert body["Fault"]["Error"][0]["Detail"] == (
        f"Operation Could not find resource for relative : {path} of full path: {qbo.url}{path} is not supported."
    )
    assert qbo.refuse("GET", "nosuch")["code"] == "500"
    assert qbo.refuse("POST", "nosuch", json={})["code"] == "500"
    assert qbo.refuse("DELETE", "vendor/1")["code"] == "500"


def test_without_the_accept_header_the_answer_is_xml(qbo: Qbo) -> None:
    answer = qbo.raw("GET", "vendor/1", headers={"Accept": "*/*"})

    assert answer.headers["Content-Type"].startswith("application/xml")
    assert "<DisplayName>Acme Concrete</DisplayName>" in answer.text
    assert '<CurrencyRef name="United States Dollar">USD</CurrencyRef>' in answer.text
    assert answer.text.startswith('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<IntuitResponse xmlns=')


def test_a_company_over_its_limit_gets_the_recorded_xml(throttled_qbo: Qbo, fault: Any) -> None:
    throttled_qbo.set_limits(per_second=None, per_minute=20)
    answers = [throttled_qbo.raw("GET", "vendor/1") for _ in range(21)]
    recorded = fault("throttled_xml")

    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert answers[-1].headers["Content-Type"].startswith(recorded["content_type"])
    assert answers[-1].text.split(" xmlns")[1] == recorded["body_text"].split(" xmlns")[1]
    throttled_qbo.control("POST", "clock", {"advance_seconds": 60})
    assert throttled_qbo.raw("GET", "vendor/1").status_code == 200


def test_the_windows_slide_and_each_company_has_its_own() -> None:
    now = [1000.0]
    throttle = Throttle(lambda: now[0])
    admitted = [throttle.admit("1", is_batch=False) for _ in range(11)]

    assert admitted == [True] * 10 + [False]
    assert throttle.admit("2", is_batch=False)
    now[0] += 0.999
    assert not throttle.admit("1", is_batch=False)
    now[0] += 0.001
    assert throttle.admit("1", is_batch=False)


def test_500_calls_and_40_batches_in_a_minute() -> None:
    now = [1000.0]
    throttle = Throttle(lambda: now[0])
    throttle.set({"per_second": 0})

    assert sum(throttle.admit("1", is_batch=False) for _ in range(600)) == 500
    assert sum(throttle.admit("2", is_batch=True) for _ in range(600)) == 40
    now[0] += 60
    assert throttle.admit("1", is_batch=True)


def test_the_limits_in_force_at_the_start_are_the_vendors(throttled_qbo: Qbo) -> None:
    assert throttled_qbo.control("POST", "limits", {}) == {
        "per_minute": 500,
        "per_second": 10,
        "batches_per_minute": 40,
        "refresh_rotation_seconds": 0.0,
        "refresh_grace": False,
    }


def test_batches_have_a_limit_of_their_own(throttled_qbo: Qbo) -> None:
    throttled_qbo.set_limits(per_second=0, batches_per_minute=2)
    empty = {"BatchItemRequest": []}
    codes = [throttled_qbo.raw("POST", "batch", json=empty).status_code for _ in range(3)]

    assert codes == [200, 200, 429]
    assert throttled_qbo.raw("GET", "vendor/1").status_code == 200


def test_a_repeated_request_id_answers_the_first_answer_and_does_nothing(qbo: Qbo) -> None:
    first = qbo.raw("POST", "bill", json=make_bill(), params={"requestid": "k1"})
    second = qbo.raw("POST", "bill", json=make_bill(PrivateNote="changed"), params={"requestid": "k1"})

    assert second.text == first.text
    assert second.status_code == 200
    assert qbo.query("select count(*) from Bill") == {"totalCount": 1}


def test_a_repeated_request_id_answers_the_success_even_after_a_delete(qbo: Qbo) -> None:
    first = qbo.save("Bill", make_bill(), requestid="k2")
    qbo.save("Bill", {"Id": first["Id"], "SyncToken": "0"}, operation="delete")

    assert qbo.save("Bill", make_bill(), requestid="k2") == first
    assert qbo.query("select count(*) from Bill") == {"totalCount": 0}
    assert qbo.save("Bill", make_bill(), requestid="k2-1")["Id"] != first["Id"]


def test_a_refusal_is_not_kept_for_its_request_id(qbo: Qbo) -> None:
    wrong = qbo.refuse("POST", "bill", json=make_bill(VendorRef={"value": "99"}), params={"requestid": "k3"})
    right = qbo.save("Bill", make_bill(), requestid="k3")

    assert wrong["code"] == "2500"
    assert right["SyncToken"] == "0"


def test_a_request_id_has_50_characters_at_most(qbo: Qbo) -> None:
    assert qbo.refuse("POST", "bill", json=make_bill(), params={"requestid": "x" * 51})["code"] == "2050"
    assert qbo.save("Bill", make_bill(), requestid="x" * 50)["TotalAmt"] == 100


def test_minor_versions_make_no_difference(qbo: Qbo) -> None:
    plain = qbo.get(f"account/{BANK}")["Account"]
    assert qbo.get(f"account/{BANK}", minorversion="75")["Account"] == plain


def test_a_body_that_is_not_json_is_refused(qbo: Qbo) -> None:
    assert qbo.refuse("POST", "bill", data="<Bill>", headers={"Content-Type": "application/xml"})["code"] == "2010"
    assert qbo.refuse("POST", "bill", data=json.dumps([1]))["code"] == "2010"
