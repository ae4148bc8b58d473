"""The query language where it is loose, where it is strict, and where somebody means harm."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.qbo.books.faults import QboFault
from connectors.sandbox.qbo.service.grammar import parse
from tests.connectors.sandbox.qbo.conftest import Qbo, make_line
from tests.connectors.sandbox.qbo.test_query import names, refuse

LIKE = "select * from Vendor where DisplayName like '{pattern}'"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM vendor WHERE ACTIVE IN ( TRUE, FALSE ) ORDER BY displayname DESC MAXRESULTS 2 STARTPOSITION 1",
        "select * from Vendor where Active in (true,false) orderby DisplayName desc startposition 1 maxresults 2",
        "  select\n*\tfrom VENDOR where active IN (true,false) order by DISPLAYNAME desc, Id maxresults 2 \n",
    ],
)
def test_words_blanks_and_the_order_of_paging_are_free(qbo: Qbo, statement: str) -> None:
    assert names(qbo, statement) == ["Gone Steel (deleted)", "Bolt Electric"]


def test_places_are_told_by_line_and_column(qbo: Qbo) -> None:
    error = refuse(qbo, "select * from Vendor\nwhere Id ; '1'")
    assert error["Detail"].startswith(
        'QueryParserError: Invalid content. Lexical error at line 2, column 10.  Encountered: ";" (59), after : ""'
    )


def test_the_recorded_parse_errors(qbo: Qbo, fault: Any) -> None:
    assert refuse(qbo, "SELECT * FROM NULL") == fault("query_null")["body"]["Fault"]["Error"][0]
    long = "select * from Vendor where DisplayName = '" + "x" * 71 + "'s'"
    assert refuse(qbo, long) == fault("query_parse")["body"]["Fault"]["Error"][0]


def test_numbers_with_and_without_quotes_and_the_current_date(qbo: Qbo) -> None:
    bill = qbo.bill(Line=[make_line("1234.50")], TxnDate=None)
    for value in ("'1234.50'", "1234.5", "'1234.5'"):
        assert qbo.query("select * from Bill where TotalAmt = {value}", value=value)["Bill"] == [bill]
    assert qbo.query("select * from Bill where TxnDate = CURRENT_DATE")["Bill"] == [bill]
    assert qbo.query("select * from Bill where TotalAmt in ('1', 1234.50)")["Bill"] == [bill]


def test_a_percent_sign_stands_for_any_text(qbo: Qbo) -> None:
    def found(pattern: str) -> list[str]:
        return [row["DisplayName"] for row in qbo.query(LIKE, pattern=pattern).get("Vendor", [])]

    assert found("%") == ["Acme Concrete", "Bolt Electric"]
    assert found("A%e%e") == ["Acme Concrete"]
    assert found("ACME CONCRETE") == ["Acme Concrete"]
    assert found("%c%c%c%") == ["Acme Concrete"]
    assert found("%c%c%c%c%") == []
    assert found("e%Acme Concret") == []
    assert found(".*") == []


def test_lines_are_projected_with_the_name_of_their_detail(qbo: Qbo) -> None:
    bill = qbo.bill()
    (row,) = qbo.query("select TotalAmt, Line.AccountBasedExpenseLineDetail, VendorRef.value from Bill")["Bill"]
    (line,) = bill["Line"]
    detail = {name: line[name] for name in ("DetailType", "AccountBasedExpenseLineDetail")}

    assert row == {
        "TotalAmt": bill["TotalAmt"],
        "VendorRef": {"value": bill["VendorRef"]["value"]},
        "sparse": True,
        "Id": bill["Id"],
        "Line": [detail],
    }
    assert qbo.query("select Line.* from Bill")["Bill"] == [{"sparse": True, "Id": bill["Id"], "Line": bill["Line"]}]


def test_single_records_have_no_start_and_some_lists_a_total(qbo: Qbo) -> None:
    assert [name for name in qbo.query("select * from CompanyInfo") if name != "CompanyInfo"] == ["maxResults"]
    codes = qbo.query("select * from TaxCode maxresults 2")
    assert (codes["maxResults"], codes["totalCount"] > 2) == (2, True)
    assert "totalCount" not in qbo.query("select * from Vendor")


def test_a_property_the_language_does_not_know(qbo: Qbo) -> None:
    for entity in ("Purchase", "Bill"):
        error = refuse(qbo, " ".join(["select * from", entity, "where DepartmentRef = '1'"]))
        assert error["Detail"] == "QueryValidationError: property 'DepartmentRef' is not queryable"
    error = refuse(qbo, "select * from Purchase where AccountRef = '1'")
    assert error["Detail"] == "QueryValidationError: Property AccountRef not found for Entity Purchase"


@pytest.mark.parametrize(
    "statement",
    [
        LIKE.format(pattern="%a" * 3000),
        " ".join(["select * from Vendor where Id = '0'", *(f"and Id = '{number}'" for number in range(3000))]),
        " ".join(["select * from Vendor order by Id", *[", DisplayName"] * 5000]),
        " ".join(["select * from Vendor where Id in ('0'", *(f", '{number}'" for number in range(30000)), ")"]),
        " ".join(["select Id", *[", Id"] * 20000, "from Vendor"]),
        LIKE.format(pattern="\\\\" * 100000).removesuffix("'"),
        "(" * 50000,
        "select * from Vendor startposition " + "9" * 5000,
        "x" * 2_000_000,
    ],
    ids=range(9),
)
def test_a_hostile_statement_is_answered_soon(qbo: Qbo, statement: str) -> None:
    started = time.process_time()
    answer = qbo.raw("POST", "query", data=statement, headers={"Content-Type": "application/text"})

    assert answer.status_code in (200, 400)
    assert time.process_time() - started < 5


@settings(max_examples=30)
@given(st.text(max_size=60) | st.text(alphabet="selctfromwhi*'\\%=<>(),. 19ND\n", max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    for statement in (text, " ".join(["select * from Vendor where", text]), " ".join(["select", text, "from Vendor"])):
        try:
            parse(statement)
        except QboFault as fault:
            assert fault.code in ("4000", "4001")
