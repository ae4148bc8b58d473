from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from connectors import limits
from connectors.errors import Conflict, Missing, NoPermission, Rejected, Retry, Uncertain
from connectors.models import Call, Connection
from connectors.qbo import client as client_module
from connectors.qbo import query as query_module
from connectors.qbo import resources
from connectors.qbo.client import BatchItem, QboClient
from connectors.qbo.faults import UnknownReference
from connectors.resource import Resource
from tests.worlds import act, control, in_books


@pytest.fixture
def client(qbo: Connection, sandboxes: Any, monkeypatch: pytest.MonkeyPatch) -> QboClient:
    """Without the spacing of calls, which test_limits.py looks at."""
    control(sandboxes.qbo, "limits", {"per_second": 0, "per_minute": 0, "batches_per_minute": 0})
    monkeypatch.setattr(limits, "QBO_CALLS", ())
    monkeypatch.setattr(limits, "QBO_BATCHES", ())
    return QboClient(qbo)


def rows_of(pages: Any) -> list[dict[str, Any]]:
    return [row for rows in pages for row in rows]


def state(pair: Any, entity: str) -> list[dict[str, Any]]:
    return in_books(pair, entity)


def bill_wire(client: QboClient, **members: Any) -> dict[str, Any]:
    vendor = next(row for row in rows_of(client.query_all(resources.VENDORS)) if row["Active"])
    account = next(
        row for row in rows_of(client.query_all(resources.ACCOUNTS)) if row["AccountType"] == "Cost of Goods Sold"
    )
    detail = {"AccountRef": {"value": account["Id"]}}
    line = {"Amount": Decimal("128336.40"), "DetailType": "AccountBasedExpenseLineDetail"}
    return {
        "VendorRef": {"value": vendor["Id"]},
        "TxnDate": "2026-03-14",
        "DocNumber": "T-100",
        "Line": [{**line, "AccountBasedExpenseLineDetail": detail}],
        **members,
    }


def test_a_list_takes_as_many_calls_as_it_has_pages(
    client: QboClient, sandboxes: Any, calls_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendors = state(sandboxes, "Vendor")
    for module in (client_module, query_module):
        monkeypatch.setattr(module, "PAGE_SIZE", 7)
    assert len(vendors) % 7
    sandboxes.qbo.app.clear_calls()
    pages = list(client.query_all(resources.VENDORS))
    assert [len(page) for page in pages[:-1]] == [7] * (len(vendors) // 7)
    assert {row["Id"] for row in rows_of(pages)} == {row["Id"] for row in vendors}
    assert len(calls_of(sandboxes.qbo, "/query")) == -(-len(vendors) // 7)


def test_only_a_full_last_page_costs_one_call_more(
    client: QboClient, sandboxes: Any, calls_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = len(state(sandboxes, "Term"))
    for module in (client_module, query_module):
        monkeypatch.setattr(module, "PAGE_SIZE", count)
    sandboxes.qbo.app.clear_calls()
    assert len(list(client.query_all(resources.TERMS))) == 1
    assert len(calls_of(sandboxes.qbo, "/query")) == 2


@pytest.mark.parametrize("resource", resources.ALL[:8], ids=lambda r: r.key)
def test_every_list_answers_whole_rows_in_order(client: QboClient, sandboxes: Any, resource: Resource) -> None:
    rows = rows_of(client.query_all(resource))
    assert {row["Id"] for row in rows} == {row["Id"] for row in state(sandboxes, resource.entity)}


def test_how_many_there_are(client: QboClient, sandboxes: Any) -> None:
    assert client.count("Purchase") == len(state(sandboxes, "Purchase"))
    assert client.count("Class") == len([row for row in state(sandboxes, "Class") if row["Active"]])
    assert client.count("Deposit") == 0


def test_the_newest_come_first_and_no_more_than_asked(client: QboClient, sandboxes: Any) -> None:
    dates = sorted((row["TxnDate"] for row in state(sandboxes, "Purchase")), reverse=True)
    assert [row["TxnDate"] for row in client.newest("Purchase", most=5)] == dates[:5]
    assert [row["TxnDate"] for row in client.newest("Purchase", most=5000)] == dates
    assert client.newest("Deposit", most=5) == []


def test_inactive_rows_come_unless_they_are_not_wanted(client: QboClient, sandboxes: Any) -> None:
    vendor_id = next(row["Id"] for row in state(sandboxes, "Vendor") if row["Active"])
    act(sandboxes.qbo, "deactivate_vendor", vendor_id=vendor_id)
    assert vendor_id in {row["Id"] for row in rows_of(client.query_all(resources.VENDORS))}
    assert vendor_id not in {row["Id"] for row in rows_of(client.query_all(resources.VENDORS, include_inactive=False))}
    inactive = rows_of(client.query_all(resources.VENDORS, where="Active = false"))
    assert vendor_id in {row["Id"] for row in inactive}
    assert {row["Active"] for row in inactive} == {False}


def test_a_repeated_page_ends_in_an_error(client: QboClient, sandboxes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "PAGE_SIZE", 1)
    body = {"QueryResponse": {"Bill": [{"Id": "5"}]}}
    control(sandboxes.qbo, "faults", [{"path": "/query", "status": 200, "body": body}])
    with pytest.raises(Rejected, match="came twice"):
        rows_of(client.query_all(resources.BILLS))


def test_a_long_statement_goes_as_a_body(client: QboClient, sandboxes: Any, calls_of: Any) -> None:
    ids = [str(number) for number in range(1, 400)]
    sandboxes.qbo.app.clear_calls()
    rows = rows_of(client.query_all(resources.VENDORS, where=query_module.one_of("Id", ids)))
    assert rows
    assert [call["method"] for call in calls_of(sandboxes.qbo, "/query")] == ["POST"]
    assert Call.objects.count() == 0


def test_a_bill_is_created_exactly_and_found_again(client: QboClient, sandboxes: Any) -> None:
    wire = bill_wire(client, PrivateNote="marker")
    made = client.create("Bill", wire, key="k-1")
    assert (made["TotalAmt"], str(made["TotalAmt"]), made["SyncToken"]) == (Decimal("128336.40"), "128336.40", "0")
    assert '"Amount":128336.40' in Call.objects.get(key="k-1").request_body
    vendor_id = wire["VendorRef"]["value"]
    around = date(2026, 3, 1)
    found = client.find_documents("Bill", vendor_id, number="t-100", total=Decimal("128336.40"), around=around)
    assert [(bill.id, bill.memo) for bill in found] == [(made["Id"], "marker")]
    assert client.find_documents("Bill", vendor_id, number="T-10") == []
    assert client.find_documents("Bill", vendor_id, number="T-100", around=around, days=5) == []
    assert client.find_documents("Bill", vendor_id, total=Decimal("128336.41")) == []


def test_a_number_the_lexer_cannot_take_is_compared_here(client: QboClient) -> None:
    wire = bill_wire(client, DocNumber="Nr 5 \u2013 A")
    made = client.create("Bill", wire, key="k-2")
    client.create("Bill", wire | {"DocNumber": "Nr 5 B"}, key="k-3")
    found = client.find_documents("Bill", wire["VendorRef"]["value"], number="Nr 5 \u2013 A")
    assert [bill.id for bill in found] == [made["Id"]]


def test_the_same_key_again_makes_no_second_bill(client: QboClient, sandboxes: Any) -> None:
    before = len(state(sandboxes, "Bill"))
    wire = bill_wire(client)
    first = client.create("Bill", wire, key="k-4")
    assert client.create("Bill", wire, key="k-4")["Id"] == first["Id"]
    assert len(state(sandboxes, "Bill")) == before + 1


def test_a_lost_answer_of_a_keyed_write_is_repeated_and_makes_one_bill(client: QboClient, sandboxes: Any) -> None:
    before = len(state(sandboxes, "Bill"))
    control(sandboxes.qbo, "faults", [{"method": "POST", "path": "/bill", "when": "after", "drop": True, "times": 1}])
    wire = bill_wire(client)
    made = client.create("Bill", wire, key="k-5")
    assert len(state(sandboxes, "Bill")) == before + 1
    assert [bill.id for bill in client.find_documents("Bill", wire["VendorRef"]["value"], number="T-100")] == [
        made["Id"]
    ]
    assert [call.status for call in Call.objects.filter(key="k-5").order_by("id")] == [None, 200]


def test_answers_that_stay_lost_are_uncertain(client: QboClient, sandboxes: Any) -> None:
    wire = bill_wire(client)
    control(sandboxes.qbo, "faults", [{"method": "POST", "path": "/bill", "when": "after", "drop": True, "times": 3}])
    with pytest.raises(Uncertain):
        client.create("Bill", wire, key="k-6")
    assert len(client.find_documents("Bill", wire["VendorRef"]["value"], number="T-100")) == 1
    assert Call.objects.filter(key="k-6", status=None).count() == 3


def test_a_refusal_of_a_repeat_does_not_deny_the_first_try(client: QboClient, sandboxes: Any) -> None:
    """The vendor forgot the key, so its own first bill is in the way of the repeat."""
    wire = bill_wire(client)
    refused = {"Fault": {"Error": [{"Message": "Duplicate", "code": "6140"}], "type": "ValidationFault"}}
    faults = [
        {"method": "POST", "path": "/bill", "when": "after", "drop": True, "times": 1},
        {"method": "POST", "path": "/bill", "status": 400, "body": refused, "times": 1},
    ]
    control(sandboxes.qbo, "faults", faults)
    with pytest.raises(Uncertain):
        client.create("Bill", wire, key="k-7")


def test_a_number_in_use_is_refused_unless_it_is_wanted(client: QboClient, sandboxes: Any) -> None:
    act(sandboxes.qbo, "set_preference", group="OtherPrefs", name="WarnDuplicateBillNumber", value="true")
    wire = bill_wire(client)
    client.create("Bill", wire, key="k-8")
    with pytest.raises(Rejected) as caught:
        client.create("Bill", wire, key="k-9")
    assert caught.value.fault == "number_refused"
    again = client.create("Bill", wire, key="k-10", allow_duplicate_number=True)
    assert again["DocNumber"] == "T-100"


def test_changing_and_deleting(client: QboClient) -> None:
    made = client.create("Bill", bill_wire(client), key="k-11")
    update = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "VendorRef": made["VendorRef"], "PrivateNote": "new"}
    changed = client.update("Bill", update, key="k-12")
    assert (changed["PrivateNote"], changed["SyncToken"]) == ("new", "1")
    with pytest.raises(Conflict):
        client.update("Bill", update | {"PrivateNote": "late"}, key="k-13")
    gone = client.delete("Bill", made["Id"], "1", key="k-14")
    assert gone["status"] == "Deleted"
    with pytest.raises(Missing):
        client.get(resources.BILLS, made["Id"])


def test_business_refusals_have_names(client: QboClient, sandboxes: Any) -> None:
    act(sandboxes.qbo, "close_books", date="2026-12-31")
    with pytest.raises(Rejected) as caught:
        client.create("Bill", bill_wire(client), key="k-15")
    assert caught.value.fault == "books_closed"
    act(sandboxes.qbo, "close_books")
    wire = bill_wire(client)
    wire["Line"][0]["AccountBasedExpenseLineDetail"] = {"AccountRef": {"value": "99999"}}
    with pytest.raises(UnknownReference) as unknown:
        client.create("Bill", wire, key="k-16")
    assert (unknown.value.noun, unknown.value.record_id) == ("account", "99999")
    name = state(sandboxes, "Vendor")[0]["DisplayName"]
    with pytest.raises(Rejected) as taken:
        client.create("Vendor", {"DisplayName": name}, key="k-17")
    assert taken.value.fault == "name_exists"
    assert taken.value.request_id


def test_names_are_found_whatever_their_case_and_state(client: QboClient, sandboxes: Any) -> None:
    made = client.create("Vendor", {"DisplayName": "Dan O'Hara \u2013 Steel"}, key="k-18")
    found = client.find_by_name("Vendor", "dan o'hara \u2013 steel")
    assert found is not None
    assert found["Id"] == made["Id"]
    assert client.find_by_name("Vendor", "Dan O'Hara") is None
    parent = client.create("Customer", {"DisplayName": "Parent Ltd"}, key="k-19")
    job = {"DisplayName": "Tower", "Job": True, "ParentRef": {"value": parent["Id"]}}
    child = client.create("Customer", job, key="k-20")
    assert (client.find_by_name("Customer", "Tower") or {})["Id"] == child["Id"]
    assert (client.find_by_name("Customer", "Tower", parent_id=parent["Id"]) or {})["Id"] == child["Id"]
    assert client.find_by_name("Customer", "Tower", parent_id="") is None


def test_a_batch_answers_item_by_item(client: QboClient, sandboxes: Any) -> None:
    wire = bill_wire(client)
    taken = state(sandboxes, "Vendor")[0]["DisplayName"]
    items = [
        BatchItem("a", "create", "Bill", wire),
        BatchItem("b", "create", "Vendor", {"DisplayName": taken}),
        BatchItem("c", "delete", "Bill", {"Id": "987654", "SyncToken": "0"}),
    ]
    results = client.batch(items, key="batch-1")
    assert set(results) == {"a", "b", "c"}
    assert isinstance(results["a"], dict)
    assert results["a"]["TotalAmt"] == Decimal("128336.40")
    assert isinstance(results["b"], Rejected)
    assert results["b"].fault == "name_exists"
    assert isinstance(results["c"], Missing)
    again = client.batch(items, key="batch-1")
    assert isinstance(again["a"], dict)
    assert again["a"]["Id"] == results["a"]["Id"]


def test_an_item_without_an_answer_is_uncertain(client: QboClient, sandboxes: Any) -> None:
    control(
        sandboxes.qbo, "faults", [{"path": "/batch", "status": 200, "body": {"BatchItemResponse": []}, "times": 1}]
    )
    results = client.batch([BatchItem("a", "create", "Vendor", {"DisplayName": "X"})])
    assert isinstance(results["a"], Uncertain)


def test_a_batch_has_thirty_items_at_most(client: QboClient) -> None:
    items = [BatchItem(str(number), "create", "Vendor", {}) for number in range(31)]
    with pytest.raises(ValueError, match="at most 30"):
        client.batch(items)
    with pytest.raises(ValueError, match="ids of their own"):
        client.batch([items[0], items[0]])


def test_changes_since_a_time_with_the_deleted(client: QboClient, sandboxes: Any) -> None:
    control(sandboxes.qbo, "clock", {"advance_seconds": 120})
    since = timezone.now() + timedelta(seconds=sandboxes.qbo.app.clock.offset - 60)
    vendor = act(sandboxes.qbo, "add_vendor", name="New Vendor")["Vendor"]
    made = client.create("Bill", bill_wire(client), key="k-21")
    client.delete("Bill", made["Id"], made["SyncToken"], key="k-22")
    changes = client.changes(["Vendor", "Bill", "Customer"], since)
    assert vendor["Id"] in {row["Id"] for row in changes["Vendor"]}
    assert [(row["Id"], row["status"]) for row in changes["Bill"]] == [(made["Id"], "Deleted")]
    assert changes["Customer"] == []


def test_more_changes_than_one_answer_holds_are_read_on(
    client: QboClient, sandboxes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    control(sandboxes.qbo, "clock", {"advance_seconds": 120})
    since = timezone.now() + timedelta(seconds=sandboxes.qbo.app.clock.offset - 60)
    made = []
    for number in range(5):
        made.append(act(sandboxes.qbo, "add_vendor", name=f"Vendor number {number}")["Vendor"]["Id"])
        control(sandboxes.qbo, "clock", {"advance_seconds": 2})
    monkeypatch.setattr("connectors.sandbox.qbo.service.changes.MAX_CHANGES", 2)
    monkeypatch.setattr(client_module, "MOST_CHANGES", 2)
    changes = client.changes(["Vendor", "Bill"], since)
    assert set(made) <= {row["Id"] for row in changes["Vendor"]}
    monkeypatch.setattr("connectors.sandbox.qbo.service.changes.MAX_CHANGES", 1)
    monkeypatch.setattr(client_module, "MOST_CHANGES", 1)
    with pytest.raises(Rejected, match="carry the same time"):
        client.changes(["Vendor"], since)


def test_the_company_and_its_preferences(client: QboClient, sandboxes: Any) -> None:
    assert client.company_info()["CompanyName"] == sandboxes.info["qbo"]["realms"][0]["name"]
    assert "AccountingInfoPrefs" in client.preferences()


def test_another_companys_token_is_no_permission(client: QboClient, sandboxes: Any) -> None:
    client.connection.account_id = sandboxes.info["qbo"]["realms"][1]["id"]
    with pytest.raises(NoPermission):
        client.company_info()


def test_a_fault_with_status_200_is_still_a_fault(client: QboClient, sandboxes: Any) -> None:
    body = {"Fault": {"Error": [{"Message": "Stale", "code": "5010"}], "type": "ValidationFault"}}
    control(sandboxes.qbo, "faults", [{"path": "/bill", "status": 200, "body": body, "times": 1}])
    with pytest.raises(Conflict):
        client.update("Bill", {"Id": "1", "SyncToken": "0"}, key="k-23")


def test_html_where_json_was_promised(client: QboClient, sandboxes: Any) -> None:
    page = {"status": 200, "body": "<html>Sign in</html>", "content_type": "text/html", "times": 1}
    control(sandboxes.qbo, "faults", [{"path": "/preferences", **page}, {"path": "/bill", **page}])
    with pytest.raises(Retry):
        client.preferences()
    with pytest.raises(Uncertain):
        client.create("Bill", {"VendorRef": {"value": "1"}}, key="k-24")
