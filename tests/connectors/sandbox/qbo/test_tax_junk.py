"""Bodies with something wrong anywhere in them get a refusal of the service or pass, never an error of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import QboFault, unsupported_operation
from connectors.sandbox.qbo.service.operations import run_operation
from connectors.sandbox.qbo.tax.tax_service import create_tax_code
from connectors.sandbox.wire import encode
from tests.connectors.sandbox.qbo.conftest import ACME, CITY, COSTS, FIRM, ITEM

JUNK: tuple[Any, ...] = (
    None, "", " ", "x", "NaN", "-1", "1e9", 0, -1, 3, Decimal("1e15"), Decimal("-0.001"), True, False, [], {}, [None],
    [[]], {"value": None}, {"value": "1"}, {"value": 7}, [{"value": "2"}], "2026-02-30", "9999-12-31", "é\u2019", "20",
)  # fmt: skip
TAX = {
    "TxnTaxCodeRef": {"value": "2"},
    "TotalTax": 20,
    "TaxLine": [
        {
            "Amount": 20,
            "DetailType": "TaxLineDetail",
            "TaxLineDetail": {
                "TaxRateRef": {"value": "2"},
                "PercentBased": True,
                "TaxPercent": 20,
                "NetAmountTaxable": 100,
            },
        }
    ],
}
CODE = {"TaxCodeRef": {"value": "1"}, "TaxInclusiveAmt": 120}
BODIES: dict[str, dict[str, Any]] = {
    "Bill": {
        "VendorRef": {"value": ACME},
        "CurrencyRef": {"value": "GBP"},
        "ExchangeRate": 1,
        "TxnDate": "2026-01-31",
        "GlobalTaxCalculation": "TaxInclusive",
        "TxnTaxDetail": TAX,
        "Line": [
            {
                "Amount": 100,
                "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": {"AccountRef": {"value": COSTS}, **CODE},
            }
        ],
    },
    "Invoice": {
        "CustomerRef": {"value": CITY},
        "GlobalTaxCalculation": "TaxExcluded",
        "ApplyTaxAfterDiscount": True,
        "TxnTaxDetail": {**TAX, "TaxLine": []},
        "Line": [
            {
                "Amount": 100,
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {"ItemRef": {"value": ITEM}, **CODE},
            }
        ],
    },
    "JournalEntry": {
        "TxnTaxDetail": TAX,
        "GlobalTaxCalculation": "TaxExcluded",
        "Line": [
            {
                "Amount": 100,
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {
                    "PostingType": "Debit",
                    "AccountRef": {"value": COSTS},
                    "TaxApplicableOn": "Purchase",
                    "TaxAmount": 20,
                    **CODE,
                },
            },
            {
                "Amount": 120,
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {"PostingType": "Credit", "AccountRef": {"value": "1"}},
            },
        ],
    },
    "TaxAgency": {"DisplayName": "City"},
    "CompanyCurrency": {"Code": "EUR", "Active": True},
    "ExchangeRate": {"SourceCurrencyCode": "EUR", "Rate": 2, "AsOfDate": "2026-01-31", "SyncToken": "0"},
    "Vendor": {"DisplayName": "New", "CurrencyRef": {"value": "GBP"}},
    "Preferences": {
        "SyncToken": "0",
        "AccountingInfoPrefs": {"TrackDepartments": True, "ClassTrackingPerTxn": False},
        "SalesFormsPrefs": {"AllowDiscount": True, "DefaultTerms": {"value": "3"}},
        "OtherPrefs": {"NameValue": [{"Name": "DTXCopyMemo", "Value": "false"}]},
    },
    "CompanyInfo": {
        "SyncToken": "0",
        "CompanyName": "Summit",
        "CompanyAddr": {"Line1": "1 High St", "Country": "GBR"},
        "Email": {"Address": "a@b.example"},
    },
    "TaxService": {
        "TaxCode": "Local",
        "TaxRateDetails": [
            {"TaxRateName": "City", "RateValue": 8, "TaxAgencyId": "1", "TaxApplicableOn": "Purchase"},
            {"TaxRateId": "1"},
        ],
    },
}


def list_places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in children:
        yield from list_places(member, (*path, key))


def put(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    key, *rest = path
    if isinstance(value, dict):
        return {**value, key: put(value[key], tuple(rest), junk)}
    return [put(member, tuple(rest), junk) if index == key else member for index, member in enumerate(value)]


def write(book: Book, entity: str, body: Any) -> None:
    if entity == "TaxService":
        create_tax_code(book, body)
        return
    refusal = unsupported_operation("", "")
    run_operation(book, book.kinds[entity], body, operation="", options=frozenset(), unsupported=refusal)


def make_book(country: str, currency: str) -> Book:
    facts = {**FIRM.facts, "multicurrency": "true"}
    return QboSandbox(replace(FIRM, country=country, currency=currency, facts=facts)).find_book()


@pytest.mark.parametrize("country", ["GB", "US"])
@pytest.mark.parametrize("entity", sorted(BODIES))
def test_junk_anywhere_is_refused_or_taken(entity: str, country: str) -> None:
    book = make_book(country, {"GB": "GBP", "US": "USD"}[country])
    for path in list_places(BODIES[entity]):
        for junk in JUNK:
            before = book.dump()
            try:
                write(book, entity, put(BODIES[entity], path, junk))
            except QboFault:
                assert book.dump() == before
    # Whatever was taken can be answered.
    encode({name: list(rows.values()) for name, rows in book.records.items()})


@settings(max_examples=40)
@given(st.data())
def test_two_wrongs_make_no_error_either(data: st.DataObject) -> None:
    entity = data.draw(st.sampled_from(sorted(BODIES)))
    body: Any = BODIES[entity]
    for _ in range(2):
        path = data.draw(st.sampled_from(list(list_places(body))))
        body = put(body, path, data.draw(st.sampled_from(JUNK)))
    book = make_book("CA", "CAD")
    try:
        write(book, entity, body)
    except QboFault as fault:
        assert fault.code
