from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.errors import Conflict, Missing, NoPermission, Reconnect, Rejected, Retry, VendorError
from connectors.qbo.faults import FAULTS, STATUSES, Fault, UnknownReference, error_for, error_in, read_body
from connectors.transport import Response

THROTTLE_XML = (
    '<?xml version="1.0" encoding="UTF-8"?><IntuitResponse time="2016-02-05T11:16:03.350-08:00" '
    'xmlns="http://schema.intuit.com/finance/v3"><Fault type="SERVICE"><Error code="3001">'
    "<Message>message=ThrottleExceeded; errorCode=003001; statusCode=429</Message>"
    "<Detail>The request limit was reached.  Try again later</Detail></Error></Fault></IntuitResponse>"
)
AUTH_XML = (
    '<IntuitResponse><Fault type="AUTHENTICATION"><Error code="3200"><Message>message=AuthenticationFailed; '
    "errorCode=003200; statusCode=401</Message></Error></Fault></IntuitResponse>"
)


def service(code: str, detail: str = "words", message: str = "Message") -> str:
    error = {"Message": message, "Detail": detail, "code": code, "element": ""}
    return json.dumps(
        {"Fault": {"Error": [error], "type": "ValidationFault"}, "time": "2020-09-29T06:58:50.262-07:00"}
    )


def gateway(code: str, status: int) -> str:
    error = {
        "message": f"message=X; errorCode=00{code}; statusCode={status}",
        "detail": "d",
        "code": code,
        "element": None,
    }
    return json.dumps({"warnings": None, "fault": {"error": [error], "type": "AUTHENTICATION"}, "time": 1601391072830})


def answer(status: int, body: str, during: Any = "change") -> VendorError:
    return error_for(Response(status, {"intuit_tid": "tid-1"}, body), during=during)


@pytest.mark.parametrize("row", FAULTS, ids=lambda row: f"{row.code}-{''.join(row.during) or 'any'}")
def test_each_row_of_the_table_is_reached(row: Fault) -> None:
    error = answer(400, service(row.code), row.during[0] if row.during else "change")
    assert type(error) is row.error
    assert (error.fault, error.vendor_text, error.request_id, error.status) == (row.our_code, "words", "tid-1", 400)


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_without_a_code_says_enough(status: int) -> None:
    error = answer(status, "<html><h1>Gateway</h1></html>")
    assert (type(error), error.fault) == STATUSES[status]
    assert error.vendor_text == "Gateway"


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (401, gateway("3200", 401), Reconnect, "connection_lost"),
        (401, AUTH_XML, Reconnect, "connection_lost"),
        (403, gateway("3100", 403), NoPermission, "no_permission"),
        (429, THROTTLE_XML, Retry, "try_again"),
        (403, THROTTLE_XML, Retry, "try_again"),
        (400, service("5010", "Stale Object Error : You and Sample User were working"), Conflict, "stale_version"),
        (400, service("6140", "Duplicate Document Number Error"), Rejected, "number_refused"),
        (400, service("6210", "The account period has closed"), Rejected, "books_closed"),
        (400, service("6190", "Subscription period has ended"), NoPermission, "subscription_ended"),
        (400, service("6240", "The name supplied already exists. : null"), Rejected, "name_exists"),
        (400, service("9999"), Rejected, "rejected"),
        (404, "not json", Rejected, "rejected"),
    ],
)
def test_answers_as_they_come(status: int, body: str, kind: type[VendorError], code: str) -> None:
    error = answer(status, body)
    assert type(error) is kind
    assert error.fault == code


def test_what_is_not_found_while_creating_is_something_the_document_names() -> None:
    assert type(answer(400, service("610"), "create")) is Rejected
    assert answer(400, service("610"), "create").fault == "reference_refused"
    assert type(answer(400, service("610"), "read")) is Missing
    assert type(answer(400, service("610"), "change")) is Missing


@pytest.mark.parametrize(
    ("table", "noun"),
    [
        ("Accounts", "account"),
        ("Klasses", "class"),
        ("Depts", "location"),
        ("Names", "vendor or customer"),
        ("Items", "product or service"),
        ("Terms", "terms"),
        ("Others", "record"),
    ],
)
def test_an_unknown_reference_says_what_and_which(table: str, noun: str) -> None:
    error = answer(400, service("2500", f"Invalid Reference Id : {table} element id 71 not found"), "create")
    assert isinstance(error, UnknownReference)
    assert (error.fault, error.noun, error.record_id) == ("reference_refused", noun, "71")


def test_throttling_waits_a_minute() -> None:
    error = answer(429, THROTTLE_XML)
    assert isinstance(error, Retry)
    assert (error.after, error.vendor_text) == (60.0, "The request limit was reached. Try again later")


def test_several_errors_are_all_told_and_the_known_one_decides() -> None:
    errors = [{"Message": "odd", "code": "9001"}, {"Message": "Stale", "Detail": "stale", "code": "5010"}]
    error = answer(400, json.dumps({"Fault": {"Error": errors}}))
    assert isinstance(error, Conflict)
    assert error.vendor_text == "odd; stale"


def test_a_fault_inside_a_batch_is_the_error_it_would_be_alone() -> None:
    fault = json.loads(service("610"))["Fault"]
    assert type(error_in(fault, during="change")) is Missing
    assert error_in(fault, during="create", request_id="t").request_id == "t"


@pytest.mark.parametrize("body", ["", "[]", '{"Bill":{"Id":"1"}}', "<html></html>", '{"Fault":{}}'])
def test_bodies_without_a_fault_have_none(body: str) -> None:
    assert read_body(body) == ()
