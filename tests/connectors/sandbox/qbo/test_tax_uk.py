from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.wire import decode, encode
from tests.connectors.sandbox.qbo.conftest import ACME, COSTS, FIRM, ITEM, RETENTION, Qbo, make_bill, make_line
from tests.connectors.sandbox.qbo.countries import (
    UK,
    balances,
    code,
    open_company,
    rate_ids,
    start_over,
    tax_lines,
)

D = Decimal
NO_RATE = "Business Validation Error: Make sure all your transactions have a VAT rate before you save."


@pytest.fixture(scope="module")
def shared_qbo() -> Iterator[Qbo]:
    with open_company("GB", "GBP") as qbo:
        yield qbo


@pytest.fixture
def qbo(shared_qbo: Qbo) -> Qbo:
    return start_over(shared_qbo)


def line(amount: float | str, code_id: str = UK["20"], **members: Any) -> dict[str, Any]:
    return make_line(amount, **code(code_id), **members)


def test_a_bill_of_two_rates(qbo: Qbo) -> None:
    bill = qbo.bill(Line=[line(100), line("33.33"), line(50, UK["5"])])
    (standard,), (reduced,) = rate_ids(qbo, UK["20"], "Purchase"), rate_ids(qbo, UK["5"], "Purchase")
    assert bill["GlobalTaxCalculation"] == "TaxExcluded"
    assert tax_lines(bill) == [
        (standard, D("26.67"), 20, D("133.33")),
        (reduced, D("2.50"), 5, D("50.00")),
    ]
    assert bill["TxnTaxDetail"]["TotalTax"] == D("29.17")
    assert bill["TotalAmt"] == bill["Balance"] == D("212.50")
    assert bill["CurrencyRef"] == {"value": "GBP", "name": "British Pound Sterling"}
    assert [each["Amount"] for each in bill["Line"]] == [D("100.00"), D("33.33"), D("50.00")]
    # What is owed is gross; the tax waits in its own account to be reclaimed.
    assert balances(qbo) == {"Accounts Payable (A/P)": D("-212.50"), "VAT Control": D("29.17")}
    assert qbo.get(f"vendor/{ACME}")["Vendor"]["Balance"] == D("212.50")
    assert qbo.get(f"bill/{bill['Id']}")["Bill"] == bill


def test_a_progress_bill_less_retention_is_taxed_on_what_is_due(qbo: Qbo) -> None:
    bill = qbo.bill(Line=[line(10000), line(-500, account=RETENTION)])
    assert tax_lines(bill) == [(rate_ids(qbo, UK["20"], "Purchase")[0], D("1900.00"), 20, D("9500.00"))]
    assert bill["TotalAmt"] == D("11400.00")
    assert balances(qbo) == {
        "Accounts Payable (A/P)": D("-11400.00"),
        "Retention Payable": D("-500.00"),
        "VAT Control": D("1900.00"),
    }


def test_gross_amounts_come_apart_and_add_back(qbo: Qbo) -> None:
    gross = [D("120.00"), D("0.05"), D("99.99")]
    lines = [line(1, TaxInclusiveAmt=str(amount)) for amount in gross]
    bill = qbo.bill(GlobalTaxCalculation="TaxInclusive", Line=lines)
    assert [each["Amount"] for each in bill["Line"]] == [D("100.00"), D("0.04"), D("83.33")]
    assert [each["AccountBasedExpenseLineDetail"]["TaxInclusiveAmt"] for each in bill["Line"]] == gross
    assert bill["TxnTaxDetail"]["TotalTax"] == D("36.67")
    assert bill["TotalAmt"] == sum(gross)


def test_an_amount_without_a_gross_one_is_net_and_gets_it(qbo: Qbo) -> None:
    bill = qbo.bill(GlobalTaxCalculation="TaxInclusive", Line=[line("83.33")])
    assert bill["Line"][0]["AccountBasedExpenseLineDetail"]["TaxInclusiveAmt"] == D("100.00")
    assert bill["TotalAmt"] == D("100.00")


def test_reading_a_bill_and_sending_it_back_changes_nothing(qbo: Qbo) -> None:
    for calculation in ("TaxExcluded", "TaxInclusive"):
        bill = qbo.bill(GlobalTaxCalculation=calculation, Line=[line("10.01"), line("3.33"), line(7, UK["5"])])
        assert qbo.save("Bill", bill) == bill
        sparse = {"Id": bill["Id"], "SyncToken": "0", "sparse": True, "VendorRef": bill["VendorRef"]}
        assert qbo.save("Bill", sparse) == bill


def test_reverse_charge_cancels_out(qbo: Qbo) -> None:
    bill = qbo.bill(Line=[line(10, UK["reverse"]), line(1, UK["5"])])
    owed, reversed_ = rate_ids(qbo, UK["reverse"], "Purchase")
    (reduced,) = rate_ids(qbo, UK["5"], "Purchase")
    assert tax_lines(bill) == [
        (owed, D("2.00"), 20, D("10.00")),
        (reversed_, D("-2.00"), -20, D("10.00")),
        (reduced, D("0.05"), 5, D("1.00")),
    ]
    assert bill["TotalAmt"] == D("11.05")


def test_zero_rated_exempt_and_outside_the_tax(qbo: Qbo) -> None:
    bill = qbo.bill(Line=[line(10, UK["zero"]), line(20, UK["exempt"]), line(30, UK["none"])])
    assert [(amount, percent, net) for _, amount, percent, net in tax_lines(bill)] == [
        (0, 0, D("10.00")),
        (0, 0, D("20.00")),
        (0, 0, D("30.00")),
    ]
    assert bill["TxnTaxDetail"]["TotalTax"] == 0
    assert bill["TotalAmt"] == D("60.00")


def test_the_rate_of_the_day_counts(qbo: Qbo) -> None:
    bill = qbo.bill(TxnDate="2010-12-31", Line=[line(100)])
    assert tax_lines(bill)[0][1:] == (D("17.50"), D("17.5"), D("100.00"))


@pytest.mark.parametrize("detail", [{}, {"TaxCodeRef": {"value": None}}])
def test_a_line_without_a_code_is_refused(qbo: Qbo, detail: dict[str, Any]) -> None:
    before = qbo.app.dump()["realms"]
    error = qbo.refuse("POST", "bill", json=make_bill(Line=[line(5), make_line(5, **detail)]))
    assert (error["code"], error["Detail"]) == ("6000", NO_RATE)
    assert qbo.app.dump()["realms"] == before


@pytest.mark.parametrize("code_id", ["TAX", "NON", "999"])
def test_a_code_that_is_not_there_is_refused(qbo: Qbo, code_id: str) -> None:
    error = qbo.refuse("POST", "bill", json=make_bill(Line=[line(5, code_id)]))
    assert (error["code"], error["Detail"]) == (
        "2500",
        f"Invalid Reference Id : TaxCode element id {code_id} not found",
    )


def test_not_applicable_carries_no_tax(qbo: Qbo) -> None:
    bill = qbo.bill(GlobalTaxCalculation="NotApplicable", Line=[line(100), make_line(5)])
    assert (bill["TotalAmt"], "TxnTaxDetail" in bill) == (D("105.00"), False)
    assert all("TaxCodeRef" not in each["AccountBasedExpenseLineDetail"] for each in bill["Line"])
    detail = {"TxnTaxDetail": {"TotalTax": 1}, "GlobalTaxCalculation": "NotApplicable"}
    assert qbo.refuse("POST", "bill", json=make_bill(**detail))["code"] == "6170"


def override(qbo: Qbo, amount: float, net: float, **detail: Any) -> dict[str, Any]:
    (rate,) = rate_ids(qbo, UK["20"], "Purchase")
    detail = {"TaxRateRef": {"value": rate}, "NetAmountTaxable": net, **detail}
    return {"TaxLine": [{"Amount": amount, "DetailType": "TaxLineDetail", "TaxLineDetail": detail}]}


def test_an_amount_of_tax_can_be_insisted_on(qbo: Qbo) -> None:
    given = override(qbo, 18.5, 100, PercentBased=False)
    bill = qbo.bill(Line=[line(100)], TxnTaxDetail=given)
    assert bill["TxnTaxDetail"]["TotalTax"] == D("18.50")
    assert bill["TotalAmt"] == D("118.50")
    assert qbo.save("Bill", bill) == bill
    memo = {"Id": bill["Id"], "SyncToken": "0", "sparse": True, "VendorRef": bill["VendorRef"], "PrivateNote": "x"}
    assert qbo.save("Bill", memo)["TotalAmt"] == D("118.50")


def test_tax_of_lines_that_have_changed_since_is_refused(qbo: Qbo) -> None:
    bill = qbo.bill(Line=[line(100)])
    raised = {**bill, "Line": [{**bill["Line"][0], "Amount": 200}]}
    error = qbo.refuse("POST", "bill", json=raised)
    assert error["code"] == "6000"
    assert qbo.get(f"bill/{bill['Id']}")["Bill"] == bill
    raised.pop("TxnTaxDetail")
    assert qbo.save("Bill", raised)["TotalAmt"] == D("240.00")
    assert balances(qbo) == {"Accounts Payable (A/P)": D("-240.00"), "VAT Control": D("40.00")}


@pytest.mark.parametrize(
    "detail",
    [
        {"TaxLine": [{"Amount": 1, "DetailType": "TaxLineDetail"}]},
        {"TaxLine": [{"Amount": 1, "TaxLineDetail": {"TaxRateRef": {"value": "999"}}}]},
        {"TaxLine": [{"Amount": 1, "TaxLineDetail": {"TaxRateRef": {"value": None}}}]},
        {"TotalTax": 3},
        {"TotalTax": "1e40"},
        {"TaxLine": {}},
        {"TaxLine": ["x"]},
        {"TaxLine": [{"Amount": "NaN"}]},
        "x",
    ],
)
def test_junk_in_the_tax_detail_is_refused(qbo: Qbo, detail: Any) -> None:
    assert qbo.refuse("POST", "bill", json=make_bill(Line=[line(5)], TxnTaxDetail=detail))["code"] in ("6000", "2010")


def test_a_vendor_credit_gives_the_tax_back(qbo: Qbo) -> None:
    qbo.bill(Line=[line(100)])
    credit = qbo.save("VendorCredit", {"VendorRef": {"value": ACME}, "Line": [line(30)]})
    assert (credit["TotalAmt"], credit["Balance"]) == (D("36.00"), D("36.00"))
    assert balances(qbo) == {"Accounts Payable (A/P)": D("-84.00"), "VAT Control": D("14.00")}


def test_an_item_line_is_taxed_like_any_other(qbo: Qbo) -> None:
    detail = {"ItemRef": {"value": ITEM}, "Qty": 3, "UnitPrice": 10, **code(UK["20"])}
    item_line = {"Amount": 30, "DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": detail}
    bill = qbo.bill(Line=[item_line, line(10, account=COSTS)])
    assert bill["TotalAmt"] == D("48.00")


def test_deleting_a_bill_takes_its_tax_back(qbo: Qbo) -> None:
    bill = qbo.bill(Line=[line(100)])
    qbo.call("POST", "bill", json={"Id": bill["Id"], "SyncToken": "0"}, params={"operation": "delete"})
    assert balances(qbo) == {}


def test_a_company_that_keeps_no_tax_ignores_what_is_said_of_it(qbo: Qbo) -> None:
    qbo.act("set_preference", group="TaxPrefs", name="UsingSalesTax", value=False)
    bill = qbo.bill(Line=[line(100), make_line(5)], GlobalTaxCalculation="TaxExcluded", TxnTaxDetail={"TotalTax": 9})
    assert bill["TotalAmt"] == D("105.00")
    assert {"GlobalTaxCalculation", "TxnTaxDetail"} & set(bill) == set()


def test_a_restored_snapshot_answers_the_same(qbo: Qbo) -> None:
    bill = qbo.bill(Line=[line(100)])
    text = encode(qbo.app.dump())
    restored = QboSandbox(FIRM, state=decode(text))
    assert encode(restored.dump()) == text
    restored.act_edit_bill(bill["Id"], memo="after the restart")
    assert restored.find_book().records["Bill"][bill["Id"]]["TotalAmt"] == D("120.00")
