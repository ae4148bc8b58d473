"""Whatever is bought, sold and changed: documents add up to the cent and what they post is balanced."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import QboFault
from connectors.sandbox.qbo.books.write import delete, save
from tests.connectors.sandbox.qbo.conftest import ACME, CITY, COSTS, FIRM, ITEM, RETENTION

D = Decimal
MODES = ("TaxExcluded", "TaxInclusive", "NotApplicable")
COUNTRIES = (("GB", "GBP"), ("AU", "AUD"), ("CA", "CAD"))

amounts = st.integers(min_value=-500_000, max_value=5_000_000).map(lambda number: D(number) / 100)
picks = st.integers(min_value=0, max_value=50)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    lines = draw(st.lists(st.tuples(amounts, picks), min_size=1, max_size=5))
    return {
        "entity": draw(st.sampled_from(("Bill", "VendorCredit", "Purchase", "Invoice", "CreditMemo"))),
        "mode": draw(st.sampled_from(MODES)),
        "lines": lines,
        "is_gross": draw(st.booleans()),
    }


def codes_of(book: Book, direction: str) -> list[str]:
    member = f"{direction}TaxRateList"
    return [row["Id"] for row in book.all("TaxCode") if row.get(member, {}).get("TaxRateDetail")]


def make_body(book: Book, document: dict[str, Any]) -> dict[str, Any]:
    entity = document["entity"]
    is_sale = entity in ("Invoice", "CreditMemo")
    codes = codes_of(book, "Sales" if is_sale else "Purchase")
    detail_type = "SalesItemLineDetail" if is_sale else "AccountBasedExpenseLineDetail"
    lines = []
    for amount, pick in document["lines"]:
        target = {"ItemRef": {"value": ITEM}} if is_sale else {"AccountRef": {"value": (COSTS, RETENTION)[pick % 2]}}
        detail: dict[str, Any] = {**target, "TaxCodeRef": {"value": codes[pick % len(codes)]}}
        if document["is_gross"]:
            detail["TaxInclusiveAmt"] = amount
        lines.append({"Amount": amount, "DetailType": detail_type, detail_type: detail})
    heads = {
        "Bill": {"VendorRef": {"value": ACME}},
        "VendorCredit": {"VendorRef": {"value": ACME}},
        "Purchase": {"PaymentType": "Cash", "AccountRef": {"value": "1"}},
    }
    head = heads.get(entity, {"CustomerRef": {"value": CITY}})
    return {**head, "TxnDate": "2026-01-31", "GlobalTaxCalculation": document["mode"], "Line": lines}


def check_record(book: Book, entity: str, record: dict[str, Any]) -> None:
    lines = [line for line in record["Line"] if line["DetailType"] != "SubTotalLineDetail"]
    net = sum((D(line["Amount"]) for line in lines), D(0))
    detail = record.get("TxnTaxDetail", {})
    tax = sum((D(line["Amount"]) for line in detail.get("TaxLine", [])), D(0))
    assert detail.get("TotalTax", tax) == tax
    assert record["TotalAmt"] == net + tax
    if record["GlobalTaxCalculation"] == "TaxInclusive":
        assert record["TotalAmt"] == sum(D(line[line["DetailType"]]["TaxInclusiveAmt"]) for line in lines)
    assert sum((amount for _, amount in book.postings_of(entity, record["Id"])), D(0)) == 0


@settings(max_examples=40)
@given(st.sampled_from(COUNTRIES), st.lists(documents(), min_size=1, max_size=4))
def test_documents_add_up_and_post_in_balance(country: tuple[str, str], written: list[dict[str, Any]]) -> None:
    code, currency = country
    book = QboSandbox(replace(FIRM, country=code, currency=currency)).find_book()
    before = {row["Id"]: row["CurrentBalance"] for row in book.all("Account")}
    made = []
    for document in written:
        kind = book.kinds[document["entity"]]
        try:
            record = save(book, kind, make_body(book, document))
        except QboFault as fault:
            # A negative total is refused; nothing else can be.
            assert fault.code == "2290" or "negative" in fault.detail, fault
            continue
        check_record(book, kind.name, record)
        assert save(book, kind, record) == record
        made.append((kind, record))
    for kind, record in made:
        delete(book, kind, {"Id": record["Id"], "SyncToken": book.records[kind.name][record["Id"]]["SyncToken"]})
    assert {key: book.records["Account"][key]["CurrentBalance"] for key in before} == before
