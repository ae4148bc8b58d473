"""Reports by document, by party and by what was sold; each figure is counted by hand from the writes above it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connectors.sandbox.qbo.reporting.report_periods import list_periods
from connectors.sandbox.qbo.reporting.reports import REPORTS
from tests.connectors.sandbox.qbo.conftest import (
    ACME,
    BANK,
    BOLT,
    CITY,
    COSTS,
    HALL,
    ITEM,
    Qbo,
    drop,
    make_line,
    make_payment,
)

PERIOD = {"start_date": "2026-01-01", "end_date": "2026-12-31"}


def sell(quantity: int, price: int) -> dict[str, Any]:
    detail = {"ItemRef": {"value": ITEM}, "Qty": quantity, "UnitPrice": price}
    return {"Amount": quantity * price, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}


def values(row: dict[str, Any]) -> list[str]:
    return [cell["value"] for cell in row["ColData"]]


def read_rows(qbo: Qbo, name: str, **params: str) -> list[list[str]]:
    """The values of the rows and of the grand total of a report without sections."""
    rows = qbo.get(f"reports/{name}", **{**PERIOD, **params})["Rows"]["Row"]
    return [values(row if "ColData" in row else row["Summary"]) for row in rows]


@pytest.fixture
def traded(qbo: Qbo) -> Qbo:
    """Sold 400.00 to the city of which 50.00 came back, and 100.00 to nobody; spent 300.00 of which half is paid."""
    qbo.save(
        "Invoice", {"CustomerRef": {"value": CITY}, "TxnDate": "2026-01-10", "DocNumber": "S1", "Line": [sell(4, 100)]}
    )
    qbo.save("CreditMemo", {"CustomerRef": {"value": CITY}, "TxnDate": "2026-01-20", "Line": [sell(1, 50)]})
    qbo.save("SalesReceipt", {"DepositToAccountRef": {"value": BANK}, "TxnDate": "2026-01-21", "Line": [sell(1, 100)]})
    job = make_line(200, COSTS, CustomerRef={"value": HALL}, BillableStatus="NotBillable")
    bill = qbo.bill(TxnDate="2026-01-31", DueDate="2026-02-10", DocNumber="A-1", Line=[job])
    qbo.bill(VendorRef={"value": BOLT}, TxnDate="2026-02-28", DueDate="2026-03-30")
    qbo.save("BillPayment", make_payment(150, (bill["Id"], 150)))
    return qbo


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_fills_every_column_of_every_row(traded: Qbo, name: str) -> None:
    def check(rows: list[dict[str, Any]], width: int) -> None:
        for row in rows:
            parts = [part for part in (row, row.get("Header", {}), row.get("Summary", {})) if "ColData" in part]
            assert parts
            assert all(len(part["ColData"]) == width for part in parts)
            check(row.get("Rows", {}).get("Row", []), width)

    report = traded.get(f"reports/{name}", **PERIOD)

    assert report["Header"]["ReportName"] == name
    columns = report["Columns"]["Column"]
    check(
        report["Rows"].get("Row", []),
        sum(len(each["Columns"]["Column"]) if "Columns" in each else 1 for each in columns),
    )


def test_the_cash_flow_leads_from_the_income_to_the_cash(traded: Qbo) -> None:
    rows = traded.get("reports/CashFlow", **PERIOD)["Rows"]["Row"]
    income, adjustments = rows[0]["Rows"]["Row"]

    assert (values(income), income["group"]) == (["Net Income", "150.00"], "NetIncome")
    assert [values(row) for row in adjustments["Rows"]["Row"]] == [
        ["Accounts Payable (A/P)", "150.00"],
        ["Accounts Receivable (A/R)", "-350.00"],
    ]
    assert [(row["group"], values(row.get("Summary", row))[1]) for row in rows] == [
        ("OperatingActivities", "-50.00"),
        ("CashIncrease", "-50.00"),
        ("BeginningCash", "0.00"),
        ("EndingCash", "-50.00"),
    ]


def test_the_transactions_by_day_with_their_account_and_the_other_side(traded: Qbo) -> None:
    rows = read_rows(traded, "TransactionList")
    receivable, income = "Accounts Receivable (A/R)", "Contract Revenue"
    payable = "Accounts Payable (A/P)"

    assert [[row[1], row[2], row[4], *row[6:]] for row in rows] == [
        ["Invoice", "S1", "City of Denver", receivable, income, "400.00"],
        ["Credit Memo", rows[1][2], "City of Denver", receivable, income, "-50.00"],
        ["Sales Receipt", rows[2][2], "", "Checking", income, "100.00"],
        ["Bill", "A-1", "Acme Concrete", payable, "Job Costs", "200.00"],
        ["Bill Payment (Check)", "", "Acme Concrete", "Checking", payable, "-150.00"],
        ["Bill", "", "Bolt Electric", payable, "Job Costs", "100.00"],
    ]
    assert {row[3] for row in rows} == {"Yes"}


def test_what_a_purchase_order_promises_is_listed_as_not_posted(qbo: Qbo) -> None:
    qbo.save("PurchaseOrder", {"VendorRef": {"value": ACME}, "TxnDate": "2026-01-31", "Line": [make_line(70)]})
    (row,) = read_rows(qbo, "TransactionList")

    assert [row[1], *row[3:5], *row[6:]] == ["Purchase Order", "No", "Acme Concrete", "", "", "70.00"]


def test_the_profit_and_loss_by_posting_ends_in_the_same_income(traded: Qbo) -> None:
    ordinary, net = traded.get("reports/ProfitAndLossDetail", **PERIOD)["Rows"]["Row"]
    income, costs, gross = ordinary["Rows"]["Row"]
    (revenue,) = income["Rows"]["Row"]

    assert [values(row)[-2:] for row in revenue["Rows"]["Row"]] == [
        ["400.00", "400.00"],
        ["-50.00", "350.00"],
        ["100.00", "450.00"],
    ]
    assert values(income["Summary"]) == ["Total for Income", "", "", "", "", "", "450.00", ""]
    assert values(costs["Summary"])[-2:] == ["300.00", ""]
    assert (gross["group"], values(gross["Summary"])[-2]) == ("GrossProfit", "150.00")
    assert (net["group"], values(net["Summary"])[-2]) == ("NetIncome", "150.00")


def test_open_documents_by_age_and_by_party(traded: Qbo) -> None:
    *ages, total = traded.get("reports/AgedPayableDetail", report_date="2026-03-05")["Rows"]["Row"]
    *parties, whole = traded.get("reports/CustomerBalanceDetail", **PERIOD)["Rows"]["Row"]

    assert [row["Header"]["ColData"][0]["value"] for row in ages] == ["1 - 30 days past due", "Current"]
    assert [values(row) for age in ages for row in age["Rows"]["Row"]] == [
        ["2026-01-31", "Bill", "A-1", "Acme Concrete", "2026-02-10", "23", "200.00", "50.00"],
        ["2026-02-28", "Bill", "", "Bolt Electric", "2026-03-30", "-25", "100.00", "100.00"],
    ]
    assert values(total["Summary"]) == ["TOTAL", "", "", "", "", "", "300.00", "150.00"]
    assert [values(row)[-3:] for row in parties[0]["Rows"]["Row"]] == [
        ["400.00", "400.00", "400.00"],
        ["-50.00", "-50.00", "350.00"],
    ]
    assert values(whole["Summary"])[-3:] == ["350.00", "350.00", ""]


def test_an_unapplied_payment_lowers_what_a_customer_owes(traded: Qbo) -> None:
    traded.save("Payment", {"CustomerRef": {"value": CITY}, "TotalAmt": 30, "TxnDate": "2026-02-01"})

    assert read_rows(traded, "AgedReceivables")[-1][-1] == "320.00"
    assert read_rows(traded, "CustomerBalance")[-1][-1] == "320.00"


def test_sales_and_costs_by_customer_item_and_vendor(traded: Qbo) -> None:
    assert read_rows(traded, "CustomerSales") == [
        ["City of Denver", "350.00"],
        ["Not Specified", "100.00"],
        ["TOTAL", "450.00"],
    ]
    assert read_rows(traded, "ItemSales") == [
        ["03-300 Cast-in-place concrete", "4.00", "450.00", "100.00 %", "112.50", "", "", ""],
        ["TOTAL", "4.00", "450.00", "100.00 %", "", "", "", ""],
    ]
    assert [row[1:] for row in read_rows(traded, "CustomerIncome")] == [
        ["350.00", "0.00", "350.00"],
        ["0.00", "-200.00", "-200.00"],
        ["100.00", "0.00", "100.00"],
        ["450.00", "-200.00", "250.00"],
    ]
    assert read_rows(traded, "VendorExpenses") == [
        ["Acme Concrete", "200.00"],
        ["Bolt Electric", "100.00"],
        ["TOTAL", "300.00"],
    ]
    for name in ("DepartmentSales", "ClassSales"):
        assert read_rows(traded, name) == [["Not Specified", "450.00"], ["Total", "450.00"]]


def test_the_chart_of_accounts_and_the_stock(traded: Qbo) -> None:
    (payable,) = [row for row in read_rows(traded, "AccountList") if row[0] == "Accounts Payable (A/P)"]

    assert payable == ["Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable", "", "-150.00"]
    assert read_rows(traded, "InventoryValuationSummary") == [["TOTAL", " ", "", "0.00", ""]]


def test_each_header_has_the_documented_members(qbo: Qbo) -> None:
    def read_header(name: str, **params: str) -> dict[str, Any]:
        header: dict[str, Any] = drop(qbo.get(f"reports/{name}", **params)["Header"], "Time", "Currency", "ReportName")
        return header

    no_data = {"Name": "NoReportData", "Value": "true"}
    period = {"StartPeriod": "2026-01-01", "EndPeriod": "2026-12-31"}
    as_of = [{"Name": "report_date", "Value": "2026-03-05"}, no_data]
    accounts = read_header("AccountList")

    assert accounts == {"Option": [{"Name": "NoReportData", "Value": "false"}]}
    assert read_header("CashFlow", **PERIOD) == {**period, "SummarizeColumnsBy": "Total", "Option": [no_data]}
    assert read_header("TransactionList", **PERIOD) == {**period, "Option": [no_data]}
    assert read_header("CustomerIncome", **PERIOD) == {"ReportBasis": "Accrual", **period, "Option": [no_data]}
    assert read_header("AgedPayableDetail", report_date="2026-03-05") == {"EndPeriod": "2026-03-05", "Option": as_of}
    assert read_header("VendorBalance").keys() == {"DateMacro", "Option"}
    assert read_header("VendorBalance")["DateMacro"] == "all"
    assert read_header("AgedReceivables").keys() == {"DateMacro", "StartPeriod", "EndPeriod", "Option"}


def test_what_names_nothing_is_grouped_apart_and_lists_carry_no_type(traded: Qbo) -> None:
    city, nobody, total = traded.get("reports/CustomerSales", **PERIOD)["Rows"]["Row"]

    assert city == {"ColData": [{"value": "City of Denver", "id": CITY}, {"value": "350.00"}]}
    assert nobody == {"ColData": [{"value": "Not Specified"}, {"value": "100.00"}], "group": "**"}
    assert total["group"] == "GrandTotal"


@pytest.mark.parametrize(
    ("macro", "period"),
    [
        ("This Week", ("2026-08-16", "2026-08-22")),
        ("Last Week-to-date", ("2026-08-09", "2026-08-13")),
        ("Next 4 Weeks", ("2026-08-23", "2026-09-19")),
        ("Last Month-to-date", ("2026-07-01", "2026-07-20")),
        ("Next Month", ("2026-09-01", "2026-09-30")),
        ("This Fiscal Quarter", ("2026-07-01", "2026-09-30")),
        ("Last Fiscal Quarter-to-date", ("2026-04-01", "2026-05-21")),
        ("Last Calendar Year", ("2025-01-01", "2025-12-31")),
        ("Next Fiscal Year", ("2027-01-01", "2027-12-31")),
        ("This Fiscal Year-to-date", ("2026-01-01", "2026-08-20")),
    ],
)
def test_a_period_is_asked_for_by_name(macro: str, period: tuple[str, str]) -> None:
    first, last = list_periods(date(2026, 8, 20))[macro.lower()]
    assert (first.isoformat(), last.isoformat()) == period


def test_a_report_can_be_of_some_parties_only(traded: Qbo) -> None:
    assert read_rows(traded, "CustomerSales", customer=CITY) == [["City of Denver", "350.00"], ["TOTAL", "350.00"]]
    assert read_rows(traded, "VendorExpenses", vendor=f"{BOLT}, 999")[-1] == ["TOTAL", "100.00"]
    assert read_rows(traded, "AgedPayables", vendor=ACME)[-1][-1] == "50.00"
    assert read_rows(traded, "CustomerBalance", customer=HALL) == [["TOTAL", "0.00"]]
    assert [row[1] for row in read_rows(traded, "TransactionList", customer=HALL)] == ["Bill"]
    assert [row[1] for row in read_rows(traded, "TransactionList", vendor=ACME)] == ["Bill", "Bill Payment (Check)"]
    assert read_rows(traded, "ItemSales", item="999")[-1][1:3] == ["0.00", "0.00"]
    whole = traded.get("reports/BalanceSheet", **PERIOD)
    narrowed = traded.get("reports/BalanceSheet", **PERIOD, customer=HALL)
    assert narrowed["Rows"] == whole["Rows"]
    assert narrowed["Header"]["Customer"] == HALL
