"""Sales tax by country: the two United States ways, GST in Australia, GST/HST and two rates in Canada."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import CITY, COSTS, ITEM, Qbo, make_bill, make_line
from tests.connectors.sandbox.qbo.countries import (
    AU,
    CA,
    UK,
    balances,
    code,
    open_company,
    rate_ids,
    start_over,
)
from tests.connectors.sandbox.qbo.countries import tax_lines as read_tax_lines

D = Decimal


@pytest.fixture(scope="module")
def companies() -> Iterator[dict[str, Qbo]]:
    with (
        open_company("AU", "AUD") as australia,
        open_company("CA", "CAD") as canada,
        open_company("GB", "GBP") as kingdom,
        open_company("US", "USD", automated_sales_tax="true") as automated,
    ):
        yield {"AU": australia, "CA": canada, "GB": kingdom, "AST": automated}


@pytest.fixture
def au(companies: dict[str, Qbo]) -> Qbo:
    return start_over(companies["AU"])


@pytest.fixture
def ca(companies: dict[str, Qbo]) -> Qbo:
    return start_over(companies["CA"])


@pytest.fixture
def uk(companies: dict[str, Qbo]) -> Qbo:
    return start_over(companies["GB"])


@pytest.fixture
def ast(companies: dict[str, Qbo]) -> Qbo:
    return start_over(companies["AST"])


def sold(amount: float | str, code_id: str | None = None, **detail: Any) -> dict[str, Any]:
    detail = {"ItemRef": {"value": ITEM}, **detail, **(code(code_id) if code_id else {})}
    return {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}


def discount(amount: float) -> dict[str, Any]:
    detail = {"PercentBased": False, "DiscountAccountRef": {"value": "4"}}
    return {"Amount": amount, "DetailType": "DiscountLineDetail", "DiscountLineDetail": detail}


def make_invoice(*lines: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"CustomerRef": {"value": CITY}, "TxnDate": "2026-01-31", "Line": list(lines), **members}


def sell(qbo: Qbo, *lines: dict[str, Any], **members: Any) -> dict[str, Any]:
    return qbo.save("Invoice", make_invoice(*lines, **members))


# --- United States, one code per form


def test_a_form_without_a_code_is_not_taxed(qbo: Qbo) -> None:
    invoice = sell(qbo, sold(100, "TAX"), sold(50))
    assert invoice["TxnTaxDetail"] == {"TotalTax": 0}
    codes = [each["SalesItemLineDetail"]["TaxCodeRef"]["value"] for each in invoice["Line"][:2]]
    assert (codes, invoice["TotalAmt"]) == (["TAX", "NON"], D("150.00"))


def test_the_forms_code_taxes_the_taxable_lines(qbo: Qbo) -> None:
    detail = {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "3"}}}
    invoice = sell(qbo, sold(100, "TAX"), sold(50, "NON"), **detail)
    assert invoice["TxnTaxDetail"]["TxnTaxCodeRef"] == {"value": "3"}
    assert read_tax_lines(invoice) == [("1", D("7.10"), D("7.1"), D("100.00")), ("2", D("2.00"), 2, D("100.00"))]
    assert (invoice["TxnTaxDetail"]["TotalTax"], invoice["TotalAmt"]) == (D("9.10"), D("159.10"))
    assert balances(qbo) == {"Accounts Receivable (A/R)": D("159.10"), "Sales Tax Payable": D("-9.10")}
    assert qbo.save("Invoice", invoice) == invoice


def test_a_taxable_item_is_taxed_for_a_taxable_customer(qbo: Qbo) -> None:
    item = qbo.get(f"item/{ITEM}")["Item"]
    qbo.save("Item", {"Id": ITEM, "SyncToken": item["SyncToken"], "sparse": True, "Taxable": True})
    detail = {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "2"}}}
    assert sell(qbo, sold(100), **detail)["TotalAmt"] == D("108.00")
    customer = qbo.get(f"customer/{CITY}")["Customer"]
    exempt = {"Id": CITY, "SyncToken": customer["SyncToken"], "sparse": True, "Taxable": False}
    qbo.save("Customer", exempt)
    assert sell(qbo, sold(100), **detail)["TotalAmt"] == D("100.00")


def test_an_unknown_form_code_is_refused(qbo: Qbo) -> None:
    detail = {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "77"}}}
    assert qbo.refuse("POST", "invoice", json=make_invoice(sold(5, "TAX"), **detail))["code"] == "2500"
    assert qbo.refuse("POST", "invoice", json=make_invoice(sold(5, "2")))["code"] == "6100"


def test_without_sales_tax_nothing_is_charged(qbo: Qbo) -> None:
    qbo.act("set_preference", group="TaxPrefs", name="UsingSalesTax", value=False)
    invoice = sell(qbo, sold(100, "TAX"), TxnTaxDetail={"TxnTaxCodeRef": {"value": "3"}, "TotalTax": 9})
    assert (invoice["TotalAmt"], invoice.get("TxnTaxDetail", {}).get("TotalTax", 0)) == (D("100.00"), 0)


# --- United States, automated


def test_the_company_s_jurisdiction_replaces_the_code(ast: Qbo) -> None:
    invoice = sell(ast, sold(100, "TAX"), TxnTaxDetail={"TxnTaxCodeRef": {"value": "3"}})
    assert invoice["TxnTaxDetail"]["TxnTaxCodeRef"] == {"value": "2"}
    assert read_tax_lines(invoice) == [("3", D("8.00"), 8, D("100.00"))]
    assert sell(ast, sold(100, "NON"))["TxnTaxDetail"] == {"TotalTax": 0}


def test_a_total_tax_is_an_override(ast: Qbo) -> None:
    ast.act("set_preference", group="TaxPrefs", name="TaxGroupCodeRef", value={"value": "3"})
    invoice = sell(ast, sold(100, "TAX"), TxnTaxDetail={"TotalTax": 10})
    assert invoice["TxnTaxDetail"]["TotalTax"] == D("10.00")
    assert [each[1] for each in read_tax_lines(invoice)] == [D("7.80"), D("2.20")]
    deltas = [each["TaxLineDetail"]["OverrideDeltaAmount"] for each in invoice["TxnTaxDetail"]["TaxLine"]]
    assert deltas == [D("0.70"), D("0.20")]
    assert invoice["TotalAmt"] == D("110.00")


# --- Australia


def test_gst_on_sales_and_purchases(au: Qbo) -> None:
    invoice = sell(au, sold(100, AU["gst"]), sold(40, AU["free"]), sold(10, AU["input_taxed"]))
    assert [each[1:] for each in read_tax_lines(invoice)] == [
        (D("10.00"), 10, D("100.00")),
        (0, 0, D("40.00")),
        (0, 0, D("10.00")),
    ]
    assert invoice["TotalAmt"] == invoice["Balance"] == D("160.00")
    bill = au.bill(Line=[make_line(50, **code(AU["capital"]))])
    assert bill["TotalAmt"] == D("55.00")
    assert balances(au) == {
        "Accounts Receivable (A/R)": D("160.00"),
        "Accounts Payable (A/P)": D("-55.00"),
        "GST Liabilities Payable": D("-5.00"),
    }


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("invoice", make_invoice(sold(5))),
        ("invoice", make_invoice(sold(5, AU["capital"]))),
        ("bill", make_bill()),
        ("bill", make_bill(Line=[make_line(5, **code(AU["input_taxed"]))])),
    ],
)
def test_a_line_needs_a_code_of_its_direction(au: Qbo, path: str, body: dict[str, Any]) -> None:
    error = au.refuse("POST", path, json=body)
    assert (error["code"], "GST rate" in error["Detail"]) == ("6000", True)


def test_gross_prices_as_australian_law_wants_them(au: Qbo) -> None:
    lines = [sold(1, AU["gst"], TaxInclusiveAmt=amount) for amount in (110, "9.99")]
    invoice = sell(au, *lines, GlobalTaxCalculation="TaxInclusive")
    assert [each["Amount"] for each in invoice["Line"]] == [D("100.00"), D("9.08"), D("109.08")]
    assert (invoice["TxnTaxDetail"]["TotalTax"], invoice["TotalAmt"]) == (D("10.91"), D("119.99"))
    assert au.save("Invoice", invoice) == invoice


# --- Canada


def test_two_rates_behind_one_code(ca: Qbo) -> None:
    invoice = sell(ca, sold(100, CA["bc"]), sold(10, CA["gst"]))
    gst, pst = rate_ids(ca, CA["bc"], "Sales")
    assert read_tax_lines(invoice) == [(gst, D("5.50"), 5, D("110.00")), (pst, D("7.00"), 7, D("100.00"))]
    assert invoice["TotalAmt"] == D("122.50")
    assert sell(ca, sold("33.33", CA["qc"]))["TxnTaxDetail"]["TotalTax"] == D("4.99")


def test_the_canadian_wording(ca: Qbo) -> None:
    detail = "Business Validation Error: Make sure all your transactions have a GST/HST rate before you save."
    assert ca.refuse("POST", "bill", json=make_bill())["Detail"] == detail


@pytest.mark.parametrize("net", [0.89, 1.0])
def test_an_integrator_s_override_per_rate(ca: Qbo, net: float) -> None:
    """The way of a production integrator: each rate's share of a receipt's tax, a cent off the percentages.

    One of its bodies names a net amount that is not the line's.
    """
    first, second = rate_ids(ca, CA["bc"], "Purchase")
    taxes = [
        {
            "Amount": amount,
            "DetailType": "TaxLineDetail",
            "TaxLineDetail": {"TaxRateRef": {"value": rate}, "PercentBased": False, "NetAmountTaxable": net},
        }
        for rate, amount in ((first, 0.05), (second, 0.06))
    ]
    line = make_line(0.89, TaxAmount=0.11, CustomerRef={"value": None}, BillableStatus="NotBillable", **code(CA["bc"]))
    bill = ca.bill(
        GlobalTaxCalculation="TaxExcluded", TxnTaxDetail={"TaxLine": taxes}, DepartmentRef={"value": None}, Line=[line]
    )
    assert [each[1] for each in read_tax_lines(bill)] == [D("0.05"), D("0.06")]
    assert (bill["TxnTaxDetail"]["TotalTax"], bill["TotalAmt"]) == (D("0.11"), D("1.00"))


# --- discounts


def test_outside_the_united_states_tax_comes_after_the_discount_whatever_is_said(uk: Qbo) -> None:
    lines = (sold(100, UK["20"]), sold(100, UK["5"]), discount(20))
    for members in ({}, {"ApplyTaxAfterDiscount": False}, {"ApplyTaxAfterDiscount": True}):
        invoice = sell(uk, *lines, **members)
        assert (invoice["TxnTaxDetail"]["TotalTax"], invoice["TotalAmt"]) == (D("22.50"), D("202.50"))
        assert "ApplyTaxAfterDiscount" not in invoice


# --- journals


def entry(amount: float, side: str, account: str, **detail: Any) -> dict[str, Any]:
    detail = {"PostingType": side, "AccountRef": {"value": account}, **detail}
    return {"Amount": amount, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}


def test_a_journal_carries_its_tax(uk: Qbo) -> None:
    taxed = entry(100, "Debit", COSTS, TaxApplicableOn="Purchase", **code(UK["20"]))
    journal = uk.save("JournalEntry", {"TxnDate": "2026-01-31", "Line": [taxed, entry(120, "Credit", "1")]})
    (rate,) = rate_ids(uk, UK["20"], "Purchase")
    assert read_tax_lines(journal) == [(rate, D("20.00"), 20, D("100.00"))]
    assert "TotalTax" not in journal["TxnTaxDetail"]
    assert journal["Line"][0]["JournalEntryLineDetail"]["TaxAmount"] == D("20.00")
    assert balances(uk) == {"Checking": D("-120.00"), "VAT Control": D("20.00")}
    assert uk.save("JournalEntry", journal) == journal


def test_a_journal_s_amount_of_tax_stands_and_must_balance(uk: Qbo) -> None:
    taxed = entry(100, "Debit", COSTS, TaxApplicableOn="Purchase", TaxAmount=19, **code(UK["20"]))
    assert uk.refuse("POST", "journalentry", json={"Line": [taxed, entry(120, "Credit", "1")]})["code"] == "2300"
    journal = uk.save("JournalEntry", {"Line": [taxed, entry(119, "Credit", "1")]})
    assert read_tax_lines(journal)[0][1] == D("19.00")
    unsaid = entry(100, "Debit", COSTS, **code(UK["20"]))
    assert uk.refuse("POST", "journalentry", json={"Line": [unsaid, entry(120, "Credit", "1")]})["code"] == "2020"


def test_a_journal_between_plain_accounts_needs_no_code(uk: Qbo) -> None:
    journal = uk.save("JournalEntry", {"Line": [entry(5, "Debit", COSTS), entry(5, "Credit", "1")]})
    assert journal["TxnTaxDetail"] == {}
