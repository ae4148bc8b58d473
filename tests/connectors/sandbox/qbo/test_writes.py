from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import ACME, CITY, COSTS, ITEM, Qbo, drop, make_bill, make_line, read_wire


def test_an_unknown_member_is_refused_by_name_wherever_it_stands(qbo: Qbo) -> None:
    recorded = read_wire("unknown_member")
    status, body = qbo.call("POST", "bill", json={"BadJson": True, "AlsoBad": 1})
    nested = qbo.refuse("POST", "bill", json=make_bill(Line=[make_line(5, Colour="red")]))
    tax = {
        "Amount": 5,
        "DetailType": "ItemBasedExpenseLineDetail",
        "ItemBasedExpenseLineDetail": {"ItemRef": {"value": ITEM}, "TaxAmount": 0},
    }
    item = qbo.refuse("POST", "bill", json=make_bill(Line=[tax]))

    assert status == 400
    assert drop(body, "time", "Detail") == drop(recorded, "time", "Detail")
    detail = body["Fault"]["Error"][0]["Detail"]
    assert detail.startswith(
        'Property Name:Unrecognized field "BadJson" (class com.intuit.schema.finance.v3.Bill), '
        "not marked as ignorable ("
    )
    assert detail.endswith("[truncated]])\n specified is unsupported or invalid")
    assert '"Colour" (class com.intuit.schema.finance.v3.AccountBasedExpenseLineDetail)' in nested["Detail"]
    assert '"TaxAmount" (class com.intuit.schema.finance.v3.ItemBasedExpenseLineDetail)' in item["Detail"]


def test_a_missing_name_reads_as_recorded(qbo: Qbo, fault: Any) -> None:
    recorded = fault("missing_param")
    status, body = qbo.call("POST", "item", json={"Type": "Service"})
    assert (status, drop(body, "time")) == (recorded["http"], drop(recorded["body"], "time"))


def test_an_id_that_is_no_number_reads_as_recorded(qbo: Qbo, fault: Any) -> None:
    recorded = fault("invalid_id")
    assert qbo.call("GET", "customer/1.5") == (recorded["http"], recorded["body"])


@pytest.mark.parametrize("path", ["bill/99", "vendor/4", "customer/1"])
def test_what_is_not_there_reads_as_recorded(qbo: Qbo, fault: Any, path: str) -> None:
    recorded = fault("object_not_found")
    status, body = qbo.call("GET", path)
    assert (status, drop(body, "time")) == (recorded["http"], drop(recorded["body"], "time"))


def test_a_stale_token_reads_as_recorded_whichever_way_it_is_off(qbo: Qbo, fault: Any) -> None:
    recorded = fault("stale_object")
    qbo.save("Vendor", {"Id": ACME, "SyncToken": "0", "sparse": True, "AcctNum": "A-1"})
    for token in ("0", "2"):
        body = {"Id": ACME, "SyncToken": token, "sparse": True, "AcctNum": "A-2"}
        status, answer = qbo.call("POST", "vendor", json=body)
        assert (status, drop(answer, "time")) == (recorded["http"], drop(recorded["body"], "time"))
    assert qbo.get(f"vendor/{ACME}")["Vendor"]["AcctNum"] == "A-1"


@pytest.mark.parametrize(
    ("entity", "body", "element"),
    [
        ("vendor", {"DisplayName": "x" * 501}, "DisplayName"),
        ("vendor", {"DisplayName": "x", "AcctNum": "1" * 101}, "AcctNum"),
        ("bill", make_bill(DocNumber="D" * 22), "DocNumber"),
        ("bill", make_bill(PrivateNote="p" * 4001), "PrivateNote"),
        ("bill", make_bill(Line=[{**make_line(1), "Description": "d" * 4001}]), "Line.Description"),
        ("term", {"Name": "t" * 32}, "Name"),
    ],
)
def test_a_text_that_is_too_long_names_its_member(qbo: Qbo, entity: str, body: dict[str, Any], element: str) -> None:
    error = qbo.refuse("POST", entity, json=body)
    assert (error["code"], error["element"]) == ("2050", element)


def test_the_longest_texts_pass(qbo: Qbo) -> None:
    bill = qbo.bill(DocNumber="D" * 21, PrivateNote="p" * 4000)
    assert (len(bill["DocNumber"]), len(bill["PrivateNote"])) == (21, 4000)


@pytest.mark.parametrize(
    ("body", "detail", "element"),
    [
        (make_bill(VendorRef={"value": "99"}), "Names element id 99 not found", "VendorRef"),
        (make_bill(VendorRef={"value": CITY}), "Names element id 4 not found", "VendorRef"),
        (
            make_bill(Line=[make_line(1, account="77")]),
            "Accounts element id 77 not found",
            "Line.AccountBasedExpenseLineDetail.AccountRef",
        ),
        (
            make_bill(Line=[make_line(1, ClassRef={"value": "5"})]),
            "Klasses element id 5 not found",
            "Line.AccountBasedExpenseLineDetail.ClassRef",
        ),
        (make_bill(DepartmentRef={"value": "6"}), "Depts element id 6 not found", "DepartmentRef"),
        (make_bill(SalesTermRef={"value": "9"}), "Terms element id 9 not found", "SalesTermRef"),
    ],
)
def test_a_reference_to_nothing_names_the_table(qbo: Qbo, body: dict[str, Any], detail: str, element: str) -> None:
    error = qbo.refuse("POST", "bill", json=body)
    assert error == {
        "Message": "Invalid Reference Id",
        "Detail": f"Invalid Reference Id : {detail}",
        "code": "2500",
        "element": element,
    }


def test_a_reference_to_something_inactive_is_refused(qbo: Qbo) -> None:
    qbo.act("deactivate_vendor", vendor_id=ACME)
    assert qbo.refuse("POST", "bill", json=make_bill())["code"] == "610"


def test_wrong_types_are_refused(qbo: Qbo) -> None:
    wrong = [
        make_bill(VendorRef="1"),
        make_bill(TxnDate="31.01.2026"),
        make_bill(Line=[make_line("ten")]),
        make_bill(Line=make_line(10)),
        make_bill(DocNumber={"value": "1"}),
    ]
    assert [qbo.refuse("POST", "bill", json=body)["code"] for body in wrong] == ["2010"] * len(wrong)
    billed = make_line(1, BillableStatus="HasBeenBilled", CustomerRef={"value": CITY})
    assert qbo.refuse("POST", "bill", json=make_bill(Line=[billed]))["code"] == "2170"


def test_a_reference_sent_as_null_means_none(qbo: Qbo) -> None:
    bill = qbo.bill(DepartmentRef={"value": None}, Line=[make_line(60, CustomerRef={"value": None}, ClassRef=None)])
    assert "DepartmentRef" not in bill
    assert bill["Line"][0]["AccountBasedExpenseLineDetail"] == {
        "AccountRef": {"value": COSTS, "name": "Job Costs"},
        "BillableStatus": "NotBillable",
        "TaxCodeRef": {"value": "NON"},
    }


def test_an_update_that_changes_nothing_leaves_token_and_time(qbo: Qbo) -> None:
    bill = qbo.bill(PrivateNote="first")
    qbo.control("POST", "clock", {"advance_seconds": 100})
    same = {"Id": bill["Id"], "SyncToken": "0", "sparse": True, "VendorRef": {"value": ACME}, "PrivateNote": "first"}
    with_lines = {**same, "Line": bill["Line"]}

    assert qbo.save("Bill", same) == bill
    assert qbo.save("Bill", with_lines) == bill


def test_a_sparse_update_keeps_the_rest_and_a_full_one_does_not(qbo: Qbo) -> None:
    bill = qbo.bill(DocNumber="B-1", PrivateNote="note", SalesTermRef={"value": "3"}, DueDate="2026-04-01")
    head = {"Id": bill["Id"], "VendorRef": {"value": ACME}}
    sparse = qbo.save("Bill", {**head, "SyncToken": "0", "sparse": True, "PrivateNote": "changed"})
    full = qbo.save("Bill", {**head, "SyncToken": "1", "Line": sparse["Line"]})

    assert drop(sparse, "SyncToken", "MetaData", "PrivateNote") == drop(bill, "SyncToken", "MetaData", "PrivateNote")
    assert (sparse["PrivateNote"], sparse["SyncToken"]) == ("changed", "1")
    today = full["MetaData"]["LastUpdatedTime"][:10]
    assert (full["DocNumber"], full["TxnDate"], full["DueDate"]) == ("B-1", today, today)
    assert {"PrivateNote", "SalesTermRef"} & set(full) == set()
    assert full["Line"] == bill["Line"]


def test_sent_lines_replace_all_lines_and_new_ones_get_new_ids(qbo: Qbo) -> None:
    bill = qbo.bill(Line=[make_line(10), make_line(20), make_line(30)])
    kept = {**bill["Line"][1], "Amount": 25}
    head = {"Id": bill["Id"], "SyncToken": "0", "sparse": True, "VendorRef": {"value": ACME}}
    updated = qbo.save("Bill", {**head, "Line": [make_line(5), kept]})

    assert [(line["Id"], line["LineNum"], line["Amount"]) for line in updated["Line"]] == [
        ("4", 1, Decimal("5.00")),
        ("2", 2, Decimal("25.00")),
    ]
    assert (updated["TotalAmt"], updated["Balance"]) == (Decimal("30.00"), Decimal("30.00"))


def test_a_member_is_cleared_by_null_in_a_sparse_update(qbo: Qbo) -> None:
    bill = qbo.bill(PrivateNote="note")
    cleared = qbo.save(
        "Bill",
        {"Id": bill["Id"], "SyncToken": "0", "sparse": True, "VendorRef": {"value": ACME}, "PrivateNote": None},
    )
    assert ("PrivateNote" in cleared, cleared["SyncToken"]) == (False, "1")


def test_what_the_server_derives_is_not_taken_from_the_caller(qbo: Qbo) -> None:
    bill = qbo.bill(TotalAmt=1, Balance=1, LinkedTxn=[{"TxnId": "9", "TxnType": "Estimate"}])
    vendor = qbo.save("Vendor", {"DisplayName": "Rich", "Balance": 500})
    assert (bill["TotalAmt"], bill["Balance"], bill["LinkedTxn"]) == (Decimal("100.00"), Decimal("100.00"), [])
    assert vendor["Balance"] == 0


def test_a_sparse_bill_still_needs_its_vendor(qbo: Qbo) -> None:
    bill = qbo.bill()
    error = qbo.refuse("POST", "bill", json={"Id": bill["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"})
    assert (error["code"], error["element"]) == ("2020", "VendorRef")


def test_an_item_reads_as_recorded(qbo: Qbo) -> None:
    recorded = read_wire("create_item")["Item"]
    stock = qbo.save("Account", {"Name": "Stock", "AccountType": "Other Current Asset", "AccountSubType": "Inventory"})
    body = {name: recorded[name] for name in ("Name", "Type", "InvStartDate", "TrackQtyOnHand", "QtyOnHand")}
    refs = {"IncomeAccountRef": "4", "ExpenseAccountRef": COSTS, "AssetAccountRef": stock["Id"]}
    item = qbo.save("Item", body | {name: {"value": account} for name, account in refs.items()})
    varying = ("Id", "MetaData", *refs)

    assert drop(item, *varying) == drop(recorded, *varying)
    assert item["IncomeAccountRef"] == {"value": "4", "name": "Contract Revenue"}


def test_classes_have_long_ids_and_qualified_names(qbo: Qbo) -> None:
    parent = qbo.save("Class", {"Name": "Field"})
    child = qbo.save("Class", {"Name": "Crane", "ParentRef": {"value": parent["Id"]}})

    assert (parent["Id"], parent["SubClass"]) == ("5000000000000142240", False)
    assert (child["FullyQualifiedName"], child["SubClass"]) == ("Field:Crane", True)
    assert qbo.refuse("POST", "class", json={"Name": "field"})["code"] == "6240"


def test_accounts_are_classified_by_type(qbo: Qbo) -> None:
    account = qbo.save("Account", {"Name": "Retention Receivable", "AccountSubType": "Retainage"})
    assert (account["AccountType"], account["Classification"]) == ("Other Current Asset", "Asset")
    assert qbo.refuse("POST", "account", json={"Name": "Nothing"})["code"] == "6010"


def test_lists_cannot_be_deleted_and_tax_codes_not_written(qbo: Qbo) -> None:
    body = {"Id": ACME, "SyncToken": "0"}
    assert qbo.refuse("POST", "vendor", json=body, params={"operation": "delete"})["code"] == "500"
    assert qbo.refuse("POST", "taxcode", json={"Name": "Mine"})["code"] == "500"
    assert qbo.get("taxcode/NON")["TaxCode"]["Taxable"] is False
    assert qbo.get("taxrate/1")["TaxRate"]["RateValue"] == Decimal("7.1")


def test_preferences_are_merged_by_group_and_the_closing_date_is_not_for_callers(qbo: Qbo) -> None:
    change = {"TrackDepartments": False, "BookCloseDate": "2026-01-31"}
    updated = qbo.save("Preferences", {"Id": "1", "SyncToken": "0", "AccountingInfoPrefs": change})
    accounting = qbo.get("preferences")["Preferences"]["AccountingInfoPrefs"]

    assert (updated["SyncToken"], accounting["TrackDepartments"]) == ("1", False)
    assert (accounting["ClassTrackingPerTxnLine"], "BookCloseDate" in accounting) == (True, False)
    stale = {"Id": "1", "SyncToken": "0", "AccountingInfoPrefs": change}
    assert qbo.refuse("POST", "preferences", json=stale)["code"] == "5010"


def test_a_refused_value_is_shown_as_json_and_not_at_length(qbo: Qbo) -> None:
    def explain(**members: Any) -> str:
        return str(qbo.refuse("POST", "customer", json=members)["Detail"])

    end = "\n specified is unsupported or invalid"
    assert explain(DisplayName={"a": None}) == (
        f'Property Name:Can not deserialize value {{"a":null}} of DisplayName{end}'
    )
    assert len(explain(DisplayName=["x" * 5000])) < 400
    whole = qbo.refuse("POST", "customer", data="null", headers={"Content-Type": "application/json"})
    assert whole["Detail"] == f"Property Name:Can not deserialize value null of Customer{end}"
