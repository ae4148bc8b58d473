from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import ACME, RETENTION, Qbo, drop, make_line, make_payment


def titles(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """(title, total) of every sum in a report, in order."""
    return [
        (row["Summary"]["ColData"][0]["value"], row["Summary"]["ColData"][-1]["value"])
        for row in rows
        if "Summary" in row
    ]


@pytest.fixture
def billed(qbo: Qbo) -> Qbo:
    """A bill of 1,000.00 less 100.00 retention, half of the rest paid."""
    bill = qbo.bill(Line=[make_line(1000), make_line(-100, RETENTION)], TxnDate="2026-01-31", DocNumber="A-1")
    qbo.save("BillPayment", make_payment(450, (bill["Id"], 450)))
    return qbo


PERIOD = {"start_date": "2026-01-01", "end_date": "2026-12-31"}


def test_a_report_without_data_has_the_recorded_rows(qbo: Qbo) -> None:
    report = qbo.get("reports/ProfitAndLoss", start_date="2015-01-01", end_date="2015-07-31", customer="1")

    assert drop(report["Header"], "Time") == {
        "ReportName": "ProfitAndLoss",
        "ReportBasis": "Accrual",
        "StartPeriod": "2015-01-01",
        "EndPeriod": "2015-07-31",
        "SummarizeColumnsBy": "Total",
        "Currency": "USD",
        "Customer": "1",
        "Option": [{"Name": "AccountingStandard", "Value": "GAAP"}, {"Name": "NoReportData", "Value": "true"}],
    }
    assert report["Columns"]["Column"][1] == {
        "ColTitle": "TOTAL",
        "ColType": "Money",
        "MetaData": [{"Name": "ColKey", "Value": "total"}],
    }
    assert report["Rows"]["Row"][0] == {
        "Header": {"ColData": [{"value": "Income"}, {"value": ""}]},
        "Summary": {"ColData": [{"value": "Total Income"}, {"value": ""}]},
        "type": "Section",
        "group": "Income",
    }
    assert [row["group"] for row in report["Rows"]["Row"]] == [
        "Income",
        "GrossProfit",
        "Expenses",
        "NetOperatingIncome",
        "NetIncome",
    ]


def test_profit_and_loss_sums_what_was_posted(billed: Qbo) -> None:
    rows = billed.get("reports/ProfitAndLoss", **PERIOD)["Rows"]["Row"]
    costs = next(row for row in rows if row["group"] == "COGS")

    assert costs["Rows"]["Row"] == [
        {"ColData": [{"value": "Job Costs", "id": "5"}, {"value": "1000.00"}], "type": "Data"}
    ]
    assert titles(rows) == [
        ("Total Income", "0.00"),
        ("Total Cost of Goods Sold", "1000.00"),
        ("Gross Profit", "-1000.00"),
        ("Total Expenses", "0.00"),
        ("Net Operating Income", "-1000.00"),
        ("Net Income", "-1000.00"),
    ]


def test_the_balance_sheet_balances_at_any_day(billed: Qbo) -> None:
    def totals(day: str) -> list[tuple[str, str]]:
        return titles(billed.get("reports/BalanceSheet", start_date="2026-01-01", end_date=day)["Rows"]["Row"])

    assert totals("2026-01-31") == [("TOTAL ASSETS", "0.00"), ("TOTAL LIABILITIES AND EQUITY", "0.00")]
    assert totals("2026-02-15") == [("TOTAL ASSETS", "-450.00"), ("TOTAL LIABILITIES AND EQUITY", "-450.00")]


def test_the_ledger_runs_from_the_opening_balance(billed: Qbo) -> None:
    report = billed.get("reports/GeneralLedger", start_date="2026-02-01", end_date="2026-02-28")
    payable = next(
        row for row in report["Rows"]["Row"] if row["Header"]["ColData"][0]["value"] == "Accounts Payable (A/P)"
    )
    opening, payment = payable["Rows"]["Row"]

    assert [cell["value"] for cell in opening["ColData"]] == ["Beginning Balance", *[""] * 6, "900.00"]
    assert [cell["value"] for cell in payment["ColData"]] == [
        "2026-02-15",
        "Bill Payment (Check)",
        "",
        "Acme Concrete",
        "",
        "Checking",
        "-450.00",
        "450.00",
    ]
    assert payable["Summary"]["ColData"][6] == {"value": "-450.00"}
    assert [column["ColType"] for column in report["Columns"]["Column"]][-2:] == ["subt_nat_amount", "rbal_nat_amount"]


def test_the_two_sides_of_the_trial_balance_are_equal(billed: Qbo) -> None:
    *_, total = billed.get("reports/TrialBalance", **PERIOD)["Rows"]["Row"]
    _, debit, credit = (cell["value"] for cell in total["Summary"]["ColData"])
    assert (debit, credit) == ("1000.00", "1000.00")


def test_what_is_owed_to_vendors(billed: Qbo) -> None:
    balance, _ = billed.get("reports/VendorBalance")["Rows"]["Row"]
    aged, _ = billed.get("reports/AgedPayables", end_date="2026-03-05")["Rows"]["Row"]

    assert balance["ColData"] == [{"value": "Acme Concrete", "id": ACME}, {"value": "450.00"}]
    assert [cell["value"] for cell in aged["ColData"]] == ["Acme Concrete", "", "", "450.00", "", "", "450.00"]
    assert Decimal(billed.get(f"vendor/{ACME}")["Vendor"]["Balance"]) == 450


def test_an_unknown_report_or_period_is_refused(qbo: Qbo) -> None:
    assert qbo.refuse("GET", "reports/Nosuch")["code"] == "500"
    assert qbo.refuse("GET", "reports/ProfitAndLoss", params={"start_date": "soon"})["code"] == "2010"
    assert qbo.refuse("GET", "reports/ProfitAndLoss", params={"date_macro": "someday"})["code"] == "2010"
    assert qbo.refuse("GET", "reports/ProfitAndLoss", params={"accounting_method": "Guess"})["code"] == "2010"
    assert qbo.get("reports/generalledger")["Header"]["DateMacro"] == "this month-to-date"
