from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox.qbo.service.grammar import Condition, parse
from tests.connectors.sandbox.qbo.conftest import ACME, BOLT, Qbo, drop, make_line


def names(qbo: Qbo, statement: str) -> list[str]:
    return [row["DisplayName"] for row in qbo.query(statement).get("Vendor", [])]


def refuse(qbo: Qbo, statement: str) -> dict[str, Any]:
    return qbo.refuse("GET", "query", params={"query": statement})


def test_a_statement_is_read_whatever_its_case_and_order() -> None:
    statement = parse(
        "select Id, MetaData.CreateTime from bill where VendorRef = '1' AND TxnDate >= '2026-01-01'"
        " and id IN ('1', '2') order by TxnDate DESC, Id maxresults 2 STARTPOSITION 5"
    )
    assert statement.entity == "bill"
    assert statement.columns == ("Id", "MetaData.CreateTime")
    assert statement.conditions == (
        Condition("VendorRef", "=", ("1",)),
        Condition("TxnDate", ">=", ("2026-01-01",)),
        Condition("id", "in", ("1", "2")),
    )
    assert statement.order == (("TxnDate", True), ("Id", False))
    assert (statement.start, statement.limit) == (5, 2)


def test_pages_follow_each_other_and_end_empty(qbo: Qbo) -> None:
    for number in range(150):
        qbo.act("add_vendor", name=f"Sub {number:03}")
    first = qbo.query("select * from Vendor")
    second = qbo.query("select * from Vendor startposition 101 maxresults 1000")

    assert (len(first["Vendor"]), first["startPosition"], first["maxResults"]) == (100, 1, 100)
    assert (len(second["Vendor"]), second["startPosition"], second["maxResults"]) == (52, 101, 52)
    listed = [row["DisplayName"] for row in first["Vendor"] + second["Vendor"]]
    assert listed == sorted(listed)
    assert qbo.query("select * from Vendor startposition 153") == {}
    assert qbo.query("select count(*) from Vendor") == {"totalCount": 152}


def test_inactive_rows_show_only_when_active_is_spoken_of(qbo: Qbo) -> None:
    assert names(qbo, "select * from Vendor") == ["Acme Concrete", "Bolt Electric"]
    assert names(qbo, "select * from Vendor where Active = false") == ["Gone Steel (deleted)"]
    assert len(names(qbo, "select * from Vendor where Active in (true, false)")) == 3
    assert names(qbo, "select * from Vendor where Id = '3'") == []
    assert qbo.query("select count(*) from Vendor where active IN (true,false)") == {"totalCount": 3}


def test_texts_compare_without_case_and_apostrophes_take_a_backslash(qbo: Qbo) -> None:
    qbo.act("add_vendor", name="Amy's Bird Sanctuary")
    qbo.act("add_vendor", name="Back\\slash & Sons")

    assert names(qbo, r"select * from Vendor where DisplayName = 'AMY\'s bird sanctuary'") == ["Amy's Bird Sanctuary"]
    assert names(qbo, r"select * from Vendor where DisplayName = 'Back\\slash & Sons'") == ["Back\\slash & Sons"]
    assert names(qbo, "select * from Vendor where DisplayName like '%BIRD%'") == ["Amy's Bird Sanctuary"]
    assert names(qbo, "select * from Vendor where DisplayName like 'bird%'") == []


def test_an_apostrophe_that_is_not_escaped_ends_the_text(qbo: Qbo) -> None:
    error = refuse(qbo, "select * from Vendor where DisplayName = 'Amy's Bird'")
    assert (error["code"], error["Message"]) == ("4000", "Error parsing query")
    assert error["Detail"] == (
        'QueryParserError: Encountered " <IDENTIFIER> "s "" at line 1, column 47.\nWas expecting one of:\n'
        '    <EOF> \n    "and" ...\n    "startposition" ...\n    "maxresults" ...\n    "orderby" ...\n    '
    )


@pytest.mark.parametrize(
    ("statement", "start"),
    [
        (
            "select * from NULL",
            'QueryParserError: Encountered " "null" "NULL "" at line 1, column 15.\nWas expecting:\n',
        ),
        (
            "select * from Vendor where DisplayName = 'O\u2019Brien'",
            'QueryParserError: Invalid content. Lexical error at line 1, column 44.  Encountered: "\\u2019" (8217)',
        ),
        ("select * from Vendor where DisplayName = 'x", "QueryParserError: Invalid content. Lexical error at line 1"),
        ("select * from Vendor where Id = '1' or Id = '2'", 'QueryParserError: Encountered " "or" "or "" at line 1'),
        ("select * from Vendor where Id != '1'", "QueryParserError: Invalid content. Lexical error"),
        ("", 'QueryParserError: Encountered "<EOF>" at line 1, column 1.'),
    ],
)
def test_what_cannot_be_read_is_4000(qbo: Qbo, statement: str, start: str) -> None:
    error = refuse(qbo, statement)
    assert error["code"] == "4000"
    assert error["Detail"].startswith(start)


def test_a_wrong_entity_and_a_wrong_property_read_as_recorded(qbo: Qbo, fault: Any) -> None:
    for name, statement in (
        ("query_context", "select * from Custmoer"),
        ("query_not_queryable", "select * from Bill where DepartmentRef = '1'"),
    ):
        recorded = fault(name)
        status, body = qbo.call("GET", "query", params={"query": statement})
        assert (status, drop(body, "time")) == (recorded["http"], drop(recorded["body"], "time"))


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        ("select * from Vendor startposition 0", "value 0 is too small. Min allowed value is 1"),
        ("select * from Vendor maxresults 1001", "value 1001 is too large. Max allowed value is 1000"),
        ("select * from Bill where Colour = 'red'", "Property Colour not found for Entity Bill"),
        ("select * from Bill where Id > '3'", "property 'Id' supports only = and IN"),
        ("select * from Bill where Line.Amount = '3'", "property 'Line.Amount' is not queryable"),
        (
            "select * from Bill where MetaData.LastUpdatedTime > '2026-01-31T10:00:00 07:00'",
            "value 2026-01-31T10:00:00 07:00 is not valid for property MetaData.LastUpdatedTime",
        ),
    ],
)
def test_what_reads_but_makes_no_sense_is_4001(qbo: Qbo, statement: str, detail: str) -> None:
    error = refuse(qbo, statement)
    assert (error["code"], error["Detail"]) == ("4001", f"QueryValidationError: {detail}")


def test_transactions_come_newest_change_first_unless_ordered(qbo: Qbo) -> None:
    ids = [qbo.bill(Line=[make_line(amount)])["Id"] for amount in (30, 10, 20)]
    qbo.act("edit_bill", bill_id=ids[1], memo="touched")

    def listed(order: str) -> list[str]:
        return [row["Id"] for row in qbo.query("select * from Bill {order}", order=order)["Bill"]]

    assert listed("") == [ids[1], ids[2], ids[0]]
    assert listed("orderby Id") == ids
    assert listed("ORDER BY TotalAmt DESC") == [ids[0], ids[2], ids[1]]
    assert listed("order by MetaData.LastUpdatedTime desc, Id desc")[-1] in ids


def test_bills_are_found_by_party_date_and_total(qbo: Qbo) -> None:
    wanted = qbo.bill(Line=[make_line("1234.50")], TxnDate="2026-03-01", DocNumber="A-1")
    qbo.bill(Line=[make_line("1234.50")], TxnDate="2026-03-01", VendorRef={"value": BOLT})
    qbo.bill(Line=[make_line("999.99")], TxnDate="2026-03-01")
    qbo.bill(Line=[make_line("1234.50")], TxnDate="2026-03-02")
    found = qbo.query(
        "select * from Bill where VendorRef = '{vendor}' and TxnDate = '2026-03-01' and TotalAmt = '1234.50'",
        vendor=ACME,
    )

    assert found["Bill"] == [wanted]
    assert len(qbo.query("select * from Bill where TotalAmt > '1000'")["Bill"]) == 3
    assert len(qbo.query("select * from Bill where TxnDate > '2026-03-01'")["Bill"]) == 1
    assert qbo.query("select * from Bill where DocNumber = 'a-1'")["Bill"] == [wanted]
    assert len(qbo.query("select * from Bill where DocNumber = ' '")["Bill"]) == 3


def test_changes_are_found_by_time_in_any_spelling(qbo: Qbo) -> None:
    qbo.control("POST", "clock", {"advance_seconds": 1800})
    bill = qbo.bill()
    stamp = bill["MetaData"]["LastUpdatedTime"]
    no_colon = f"{stamp[:-3]}{stamp[-2:]}"

    for at in (stamp, no_colon):
        assert qbo.query("select * from Bill where MetaData.LastUpdatedTime >= '{at}'", at=at)["Bill"] == [bill]
        assert qbo.query("select * from Bill where MetaData.LastUpdatedTime > '{at}'", at=at) == {}
    assert "Vendor" in qbo.query("select * from Vendor where MetaData.LastUpdatedTime < '{at}'", at=stamp)


def test_chosen_columns_come_as_sparse_rows_with_their_id(qbo: Qbo) -> None:
    rows = qbo.query("select DisplayName, metadata.CreateTime, SyncToken from Vendor where Id = '1'")["Vendor"]
    created = qbo.get("vendor/1")["Vendor"]["MetaData"]["CreateTime"]
    assert rows == [
        {
            "DisplayName": "Acme Concrete",
            "MetaData": {"CreateTime": created},
            "SyncToken": "0",
            "sparse": True,
            "Id": "1",
        }
    ]


def test_members_that_are_objects_compare_by_their_value(qbo: Qbo) -> None:
    assert names(qbo, "select * from Vendor where PrimaryEmailAddr = 'ap@acme.example'") == ["Acme Concrete"]
    assert qbo.query("select * from Account where AccountType = 'Bank'")["Account"][0]["Name"] == "Checking"


def test_a_statement_may_be_posted(qbo: Qbo) -> None:
    status, body = qbo.call(
        "POST", "query", data="select count(*) from Vendor", headers={"Content-Type": "application/text"}
    )
    assert (status, body["QueryResponse"]) == (200, {"totalCount": 2})


def test_single_records_come_as_lists_of_one(qbo: Qbo) -> None:
    info = qbo.query("select * from CompanyInfo")
    assert [row["CompanyName"] for row in info["CompanyInfo"]] == ["Summit Builders"]
    assert qbo.query("select * from Preferences")["Preferences"][0] == qbo.get("preferences")["Preferences"]
    codes = [row["Id"] for row in qbo.query("select * from TaxCode")["TaxCode"]]
    assert codes == ["TAX", "NON", "CustomSalesTax", "2", "3"]
    rates = {row["Name"]: row["RateValue"] for row in qbo.query("select * from TaxRate")["TaxRate"]}
    assert rates == {"AZ State tax": Decimal("7.1"), "Tucson City": 2, "California": 8}
