"""Reports: a header, columns and a tree of rows. Mixed into the sandbox.

Amounts are accrual whatever `accounting_method` says, and the filters (customer, vendor, class) leave whole
transactions out: the books here are kept per transaction, not per line and payment.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import bad_value
from connectors.sandbox.qbo.books.values import Record, parse_date
from connectors.sandbox.qbo.reporting import report_details, report_open, report_sales
from connectors.sandbox.qbo.reporting.report_cash import cash_flow
from connectors.sandbox.qbo.reporting.report_filters import narrow
from connectors.sandbox.qbo.reporting.report_ledger import general_ledger
from connectors.sandbox.qbo.reporting.report_periods import list_periods
from connectors.sandbox.qbo.reporting.report_rows import Report
from connectors.sandbox.qbo.reporting.report_statements import balance_sheet, profit_and_loss, trial_balance
from connectors.sandbox.qbo.service.gateway import unsupported

REPORTS: dict[str, Callable[[Book, date, date], Report]] = {
    "ProfitAndLoss": profit_and_loss,
    "BalanceSheet": balance_sheet,
    "TrialBalance": trial_balance,
    "GeneralLedger": general_ledger,
    "CashFlow": cash_flow,
    "ProfitAndLossDetail": report_details.profit_and_loss_detail,
    "TransactionList": report_details.transaction_list,
    "AccountList": report_details.account_list,
    "VendorBalance": report_open.vendor_balance,
    "VendorBalanceDetail": report_open.vendor_balance_detail,
    "CustomerBalance": report_open.customer_balance,
    "CustomerBalanceDetail": report_open.customer_balance_detail,
    "AgedPayables": report_open.aged_payables,
    "AgedPayableDetail": report_open.aged_payable_detail,
    "AgedReceivables": report_open.aged_receivables,
    "AgedReceivableDetail": report_open.aged_receivable_detail,
    "CustomerSales": report_sales.customer_sales,
    "ItemSales": report_sales.item_sales,
    "DepartmentSales": report_sales.department_sales,
    "ClassSales": report_sales.class_sales,
    "CustomerIncome": report_sales.customer_income,
    "VendorExpenses": report_sales.vendor_expenses,
    "InventoryValuationSummary": report_sales.inventory_valuation,
}
_BY_NAME = {name.lower(): name for name in REPORTS}
# Without dates a report is of its default period.
_BALANCES = frozenset({"CustomerBalance", "CustomerBalanceDetail", "VendorBalance", "VendorBalanceDetail"})
_AGED = frozenset({"AgedPayables", "AgedPayableDetail", "AgedReceivables", "AgedReceivableDetail"})
_MACROS = {
    **dict.fromkeys(_BALANCES, "all"),
    **dict.fromkeys(_AGED | {"InventoryValuationSummary"}, "today"),
    **dict.fromkeys(("GeneralLedger", "TransactionList"), "this month-to-date"),
}
# As of a day: the header names it and no basis.
_AS_OF = _BALANCES | _AGED | {"InventoryValuationSummary"}
_WITHOUT_BASIS = _AS_OF | {"CashFlow", "TransactionList", "AccountList"}
# What accounts hold is kept for the whole company.
_UNFILTERED = frozenset({"BalanceSheet", "TrialBalance", "GeneralLedger", "CashFlow"})
_TOTALLED = frozenset({"ProfitAndLoss", "BalanceSheet", "CashFlow", "VendorExpenses"}) | {
    "CustomerSales",
    "ItemSales",
    "DepartmentSales",
    "ClassSales",
}
_YEAR = "this calendar year-to-date"
_ECHOED = {"customer": "Customer", "vendor": "Vendor", "class": "Class", "department": "Department", "item": "Item"}


class Reports:
    books: dict[str, Book]
    answer: Callable[..., Response]

    def api_report(self, request: Request, realm_id: str, name: str) -> Response:
        def run() -> Record:
            known = _BY_NAME.get(name.lower())
            if known is None:
                raise unsupported(request)
            book = self.books[realm_id]
            start, end, macro = _read_period(request, book.today(), _MACROS.get(known, _YEAR))
            seen = book if known in _UNFILTERED else narrow(book, request.args)
            report = REPORTS[known](seen, start, end)
            return {
                "Header": _describe(request, book, known, (start, end, macro), report.has_data),
                "Columns": {"Column": _describe_columns(report)},
                "Rows": {"Row": report.rows} if report.rows else {},
            }

        return self.answer(request, run, is_timed=False)


def _describe(request: Request, book: Book, name: str, period: tuple[date, date, str], has_data: bool) -> Record:
    start, end, macro = period
    basis = request.args.get("accounting_method", "Accrual").capitalize()
    if basis not in ("Accrual", "Cash"):
        raise bad_value("accounting_method", basis)
    by = request.args.get("summarize_column_by")
    standard = [{"Name": "AccountingStandard", "Value": "GAAP"}] if name in ("ProfitAndLoss", "BalanceSheet") else []
    if name in _AS_OF:
        standard = [{"Name": "report_date", "Value": end.isoformat()}]
    total = "Total" if name in _TOTALLED else None
    is_dated = name != "AccountList" and macro != "all"
    has_start = is_dated and (name not in _AS_OF or bool(macro) or "start_date" in request.args)
    header: dict[str, Any] = {
        "Time": book.stamp(),
        "ReportName": name,
        "DateMacro": macro if macro and name != "AccountList" else None,
        "ReportBasis": None if name in _WITHOUT_BASIS else basis,
        "StartPeriod": start.isoformat() if has_start else None,
        "EndPeriod": end.isoformat() if is_dated else None,
        "SummarizeColumnsBy": by or total,
        "Currency": (book.preference("CurrencyPrefs", "HomeCurrency") or {"value": "USD"})["value"],
        **{title: request.args.get(member) for member, title in _ECHOED.items()},
        "Option": [*standard, {"Name": "NoReportData", "Value": str(not has_data).lower()}],
    }
    return {member: value for member, value in header.items() if value is not None}


def _describe_columns(report: Report) -> list[Record]:
    columns = [_describe_column(*column) for column in report.columns]
    if report.inner_columns:
        inner = [_describe_column(title, "Money", "") for title in report.inner_columns]
        columns.append({**_describe_column("Total", "Money", ""), "Columns": {"Column": inner}})
    return columns


def _describe_column(title: str, column_type: str, key: str) -> Record:
    column: Record = {"ColTitle": title, "ColType": column_type}
    return {**column, "MetaData": [{"Name": "ColKey", "Value": key}]} if key else column


def _read_period(request: Request, today: date, macro: str) -> tuple[date, date, str]:
    """(start, end, macro); the macro is empty when dates are given. Raises QboFault 2010.

    Reports of what is open are asked with `report_date`, the day they look from.
    """
    given = {name: request.args.get(name, "") for name in ("start_date", "end_date", "report_date")}
    days = {name: parse_date(text) for name, text in given.items() if text}
    for name, day in days.items():
        if day is None:
            raise bad_value(name, given[name])
    asked = request.args.get("date_macro", "").lower()
    if asked and not days:
        periods = list_periods(today)
        if asked not in periods:
            raise bad_value("date_macro", asked)
        return (*periods[asked], asked)
    start, end = list_periods(today)[macro]
    end = days.get("end_date") or days.get("report_date") or end
    return days.get("start_date") or start, end, "" if days else macro
