"""Batches at their edges: odd ids, reads of both kinds, limits; and change capture with the same rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.sandbox.qbo.books.write import save
from tests.connectors.sandbox.qbo.conftest import ACME, Qbo, drop, make_bill
from tests.connectors.sandbox.qbo.test_batch import changes, now, run


def post(qbo: Qbo, *items: Any, **params: str) -> list[dict[str, Any]]:
    status, body = qbo.call("POST", "batch", json={"BatchItemRequest": list(items)}, params=params)
    assert status == 200, body
    return body["BatchItemResponse"]


def test_a_change_capture_may_be_an_item(qbo: Qbo) -> None:
    since = now(qbo)
    bill = qbo.bill()
    asked = {"Entities": "Employee,Bill", "ChangedSince": since}
    answers = run(qbo, {"bId": "c", "CDCQuery": asked}, {"bId": "d", "CDCQuery": {"Entities": "TaxCode"}})

    assert answers["c"] == {
        "CDCResponse": {
            "QueryResponse": [{}, {"Bill": [bill], "startPosition": 1, "maxResults": 1, "totalCount": 1}],
        }
    }
    assert answers["d"]["Fault"]["Error"][0]["code"] == "2020"


def test_odd_and_missing_item_ids(qbo: Qbo) -> None:
    query = "select count(*) from Vendor"
    answers = post(qbo, {"Query": query}, {"bId": None, "Query": query}, {"bId": 7, "Query": query})
    assert [answer.get("bId") for answer in answers] == [None, None, "7"]
    twice = post(
        qbo,
        {"bId": "a", "operation": "create", "Bill": make_bill()},
        {"bId": "a", "operation": "create", "Bill": make_bill()},
        requestid="twice",
    )
    # With a request id the second is a repeat of the first.
    assert twice[0] == twice[1]
    assert qbo.query("select count(*) from Bill") == {"totalCount": 1}


def test_operations_that_do_not_exist_are_faults_of_the_item(qbo: Qbo) -> None:
    bill = qbo.bill()
    address = {"Id": bill["Id"], "SyncToken": "0"}
    wrong = [
        {"operation": "merge", "Bill": address},
        {"Bill": address},
        {"operation": "void", "Bill": address},
        {"operation": "delete", "Vendor": {"Id": ACME, "SyncToken": "0"}},
        {"operation": "create", "bill": make_bill()},
        {"operation": "create", "Nosuch": {}},
        {"operation": "create", "Bill": [1]},
        {"operation": "update", "Bill": make_bill()},
        {},
    ]
    answers = post(qbo, *({"bId": str(place), **item} for place, item in enumerate(wrong)))
    codes = [answer["Fault"]["Error"][0]["code"] for answer in answers]

    assert codes == ["500", "500", "500", "500", "2010", "2010", "2010", "2020", "2020"]
    assert qbo.get(f"bill/{bill['Id']}")["Bill"] == bill


@pytest.mark.parametrize("body", [{}, [], {"BatchItemRequest": {}}, {"BatchItemRequest": [1]}, None, "x"])
def test_a_body_that_is_no_batch_is_refused(qbo: Qbo, body: Any) -> None:
    assert qbo.refuse("POST", "batch", json=body)["code"] == "2010"


def test_a_batch_answers_a_thousand_objects_and_no_more(qbo: Qbo) -> None:
    book = qbo.app.find_book()
    for number in range(600):
        save(book, book.kinds["Vendor"], {"DisplayName": f"Sub {number:04}"})
    query = "select * from Vendor maxresults 600"
    first, second, third = post(
        qbo,
        {"bId": "1", "Query": query},
        {"bId": "2", "Query": query},
        {"bId": "3", "Query": "select * from Vendor maxresults 400"},
    )

    assert first["QueryResponse"]["maxResults"] == 600
    assert second["Fault"]["Error"][0]["code"] == "1040"
    assert third["QueryResponse"]["maxResults"] == 400


def test_a_repeated_item_is_replayed_after_a_delete(qbo: Qbo) -> None:
    item = {"bId": "b1", "operation": "create", "Bill": make_bill()}
    (first,) = post(qbo, item, requestid="r1")
    qbo.save("Bill", {"Id": first["Bill"]["Id"], "SyncToken": "0"}, operation="delete")

    assert post(qbo, item, requestid="r1") == [first]
    assert qbo.query("select count(*) from Bill") == {"totalCount": 0}


def test_change_capture_answers_every_name_asked_in_order(qbo: Qbo) -> None:
    since = now(qbo)
    first = qbo.bill()
    qbo.control("POST", "clock", {"advance_seconds": 5})
    second = qbo.bill()
    bills, nothing, again = changes(qbo, " bill , Term,BILL", since)

    assert bills["Bill"] == [first, second]
    assert (nothing, again) == ({}, bills)
    boundary = changes(qbo, "Bill", second["MetaData"]["LastUpdatedTime"])
    assert boundary[0]["Bill"] == [second]
    stamps = [row["MetaData"]["LastUpdatedTime"] for row in bills["Bill"]]
    assert stamps == sorted(stamps)


def test_a_winter_and_a_summer_time_are_one_moment(qbo: Qbo) -> None:
    bill = qbo.bill()
    moment = bill["MetaData"]["LastUpdatedTime"]
    for shifted in (moment, f"{moment[:-6]}.999999{moment[-6:]}"):
        assert changes(qbo, "Bill", shifted)[0]["Bill"] == [bill]
    elsewhere = datetime.fromisoformat(moment).astimezone(UTC).isoformat().replace("+00:00", "Z")
    qbo.control("POST", "clock", {"advance_seconds": 2})
    assert changes(qbo, "Bill", elsewhere)[0]["Bill"] == [bill]
    assert drop(changes(qbo, "Bill", "0001-01-01"), "MetaData")[0]["maxResults"] == 1
    assert changes(qbo, "Bill", "9999-12-31T23:59:59-12:00") == [{}]
