from __future__ import annotations

from typing import Any

from tests.connectors.sandbox.qbo.conftest import ACME, BOLT, Qbo, drop, make_bill


def run(qbo: Qbo, *items: dict[str, Any], **params: str) -> dict[str, dict[str, Any]]:
    """The answers by item id."""
    status, body = qbo.call("POST", "batch", json={"BatchItemRequest": list(items)}, params=params)
    assert status == 200, body
    assert "time" in body
    return {answer.pop("bId"): answer for answer in body["BatchItemResponse"]}


def test_items_succeed_and_fail_each_for_itself(qbo: Qbo, fault: Any) -> None:
    qbo.save("Vendor", {"Id": BOLT, "SyncToken": "0", "sparse": True, "AcctNum": "7"})
    bill = qbo.bill()
    answers = run(
        qbo,
        {"bId": "bid1", "operation": "create", "Vendor": {"DisplayName": "Boraski Family Store"}},
        {"bId": "bid2", "operation": "delete", "Bill": {"Id": "129", "SyncToken": "0"}},
        {
            "bId": "bid3",
            "operation": "update",
            "Vendor": {"sparse": True, "Id": BOLT, "SyncToken": "0", "AcctNum": "8"},
        },
        {"bId": "bid4", "Query": "select * from Bill where TotalAmt > '50.00'"},
        {"bId": "bid5", "operation": "delete", "Bill": {"Id": bill["Id"], "SyncToken": "0"}},
        {"bId": "bid6", "operation": "create", "Vendor": {"Colour": "red"}},
    )

    assert list(answers) == ["bid1", "bid2", "bid3", "bid4", "bid5", "bid6"]
    assert answers["bid1"]["Vendor"]["SyncToken"] == "0"
    assert answers["bid2"] == {"Fault": fault("object_not_found")["body"]["Fault"]}
    assert answers["bid3"] == {"Fault": fault("stale_object")["body"]["Fault"]}
    assert answers["bid4"] == {"QueryResponse": {"Bill": [bill], "startPosition": 1, "maxResults": 1}}
    assert answers["bid5"] == {"Bill": {"domain": "QBO", "status": "Deleted", "Id": bill["Id"]}}
    assert answers["bid6"]["Fault"]["Error"][0]["code"] == "2010"


def test_thirty_items_and_no_more(qbo: Qbo) -> None:
    items = [{"bId": str(number), "operation": "create", "Bill": make_bill()} for number in range(31)]
    error = qbo.refuse("POST", "batch", json={"BatchItemRequest": items})

    assert error["code"] == "1040"
    assert qbo.query("select count(*) from Bill") == {"totalCount": 0}
    assert len(run(qbo, *items[:30])) == 30


def test_a_repeated_batch_answers_each_item_as_before(qbo: Qbo) -> None:
    def create(number: int) -> dict[str, Any]:
        return {"bId": f"b{number}", "operation": "create", "Bill": make_bill()}

    first = run(qbo, create(1), create(2), requestid="batch-1")
    again = run(qbo, create(2), create(3), requestid="batch-1")

    assert again["b2"] == first["b2"]
    assert again["b3"]["Bill"]["Id"] not in (first["b1"]["Bill"]["Id"], first["b2"]["Bill"]["Id"])
    assert qbo.query("select count(*) from Bill") == {"totalCount": 3}


def test_the_keys_of_a_batch_are_shorter(qbo: Qbo) -> None:
    item = {"bId": "b" * 11, "operation": "create", "Bill": make_bill()}
    body = {"BatchItemRequest": [item]}

    assert qbo.refuse("POST", "batch", json=body, params={"requestid": "k"})["code"] == "2050"
    assert qbo.refuse("POST", "batch", json={"BatchItemRequest": []}, params={"requestid": "k" * 37})["code"] == "2050"
    assert "Bill" in run(qbo, {**item, "bId": "b" * 10}, requestid="k" * 36)["b" * 10]


def test_options_ride_on_the_item(qbo: Qbo) -> None:
    qbo.act("set_preference", group="OtherPrefs", name="WarnDuplicateBillNumber", value="true")
    qbo.bill(DocNumber="7")
    item = {"operation": "create", "Bill": make_bill(DocNumber="7")}
    answers = run(qbo, {**item, "bId": "1"}, {**item, "bId": "2", "optionsData": "allowduplicatedocnum"})

    assert answers["1"]["Fault"]["Error"][0]["code"] == "6140"
    assert answers["2"]["Bill"]["DocNumber"] == "7"


def changes(qbo: Qbo, entities: str, since: str) -> list[dict[str, Any]]:
    (capture,) = qbo.get("cdc", entities=entities, changedSince=since)["CDCResponse"]
    return capture["QueryResponse"]


def now(qbo: Qbo) -> str:
    return qbo.control("POST", "clock", {"advance_seconds": 60})["now"].replace("+00:00", "Z")


def test_changes_come_oldest_first_per_entity_with_deletes_as_stubs(qbo: Qbo) -> None:
    first, second, doomed = qbo.bill(), qbo.bill(), qbo.bill()
    since = now(qbo)
    qbo.save("Bill", {"Id": doomed["Id"], "SyncToken": "0"}, operation="delete")
    second = qbo.act("edit_bill", bill_id=second["Id"], memo="later")["Bill"]
    first = qbo.act("edit_bill", bill_id=first["Id"], memo="last")["Bill"]
    bills, employees, vendors = changes(qbo, "bill,Employee,Vendor", since)

    stub, *rows = bills["Bill"]
    assert [row["Id"] for row in rows] == [second["Id"], first["Id"]]
    assert rows[1]["PrivateNote"] == "last"
    assert drop(stub, "MetaData") == {"domain": "QBO", "status": "Deleted", "Id": doomed["Id"]}
    assert list(stub["MetaData"]) == ["LastUpdatedTime"]
    assert drop(bills, "Bill") == {"startPosition": 1, "maxResults": 3, "totalCount": 3}
    assert employees == {}
    assert [row["Id"] for row in vendors["Vendor"]] == [ACME]


def test_inactive_rows_are_changes_too(qbo: Qbo) -> None:
    since = now(qbo)
    qbo.act("deactivate_vendor", vendor_id=BOLT)
    ((vendor,),) = [answer["Vendor"] for answer in changes(qbo, "Vendor", since)]
    assert (vendor["DisplayName"], vendor["Active"]) == ("Bolt Electric (deleted)", False)


def test_a_thousand_changes_in_all(qbo: Qbo) -> None:
    since = now(qbo)
    for number in range(900):
        qbo.app.act_add_vendor(f"Sub {number:04}")
    for number in range(200):
        qbo.app.act_add_customer(f"Owner {number:04}")
    vendors, customers = changes(qbo, "Vendor,Customer", since)

    assert (vendors["maxResults"], customers["maxResults"]) == (900, 100)
    assert customers["Customer"][0]["DisplayName"] == "Owner 0000"


def test_the_look_back_is_thirty_days(qbo: Qbo) -> None:
    assert changes(qbo, "Vendor", "2011-01-01T00:00:00Z") == [{}]
    bill = qbo.bill()
    qbo.control("POST", "clock", {"advance_seconds": 31 * 86400})
    token = qbo.app.issue_token(qbo.realm)["access_token"]
    qbo.session.headers["Authorization"] = f"Bearer {token}"
    assert changes(qbo, "Bill", bill["MetaData"]["CreateTime"]) == [{}]


def test_what_cannot_be_captured_is_refused(qbo: Qbo) -> None:
    wrong = [
        {"entities": "TaxCode", "changedSince": "2026-01-01"},
        {"entities": "Nosuch", "changedSince": "2026-01-01"},
        {"entities": "", "changedSince": "2026-01-01"},
        {"entities": "Bill", "changedSince": ""},
        {"entities": "Bill", "changedSince": "2026-01-31T10:00:00 07:00"},
    ]
    codes = [qbo.refuse("GET", "cdc", params=params)["code"] for params in wrong]
    assert codes == ["4001", "4001", "2020", "2020", "2010"]
