"""The statement of cash flows, by the indirect method."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from connectors.sandbox.qbo.books.book import BALANCE_SHEET, Book
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.reporting.report_rows import ZERO, Report, Row, cell, data_row, spell, sum_row, summary
from connectors.sandbox.qbo.reporting.report_statements import sum_balances, sum_period

COLUMNS = (("", "Account", ""), ("Total", "Money", ""))
_INVESTING = frozenset({"Fixed Asset", "Other Asset"})
_FINANCING = frozenset({"Long Term Liability", "Equity"})


def cash_flow(book: Book, start: date, end: date) -> Report:
    """What every account but the cash itself has brought in or taken."""
    moved = sum_period(book, start, end)
    accounts = [each for each in book.in_order(book.kinds["Account"]) if each["Classification"] in BALANCE_SHEET]
    held = {account["Id"] for account in accounts}
    income = -sum((amount for account_id, amount in moved.items() if account_id not in held), ZERO)
    flows: dict[str, list[tuple[Record, Decimal]]] = {}
    for account in accounts:
        if moved.get(account["Id"]):
            flows.setdefault(_find_activity(account), []).append((account, -moved[account["Id"]]))
    adjusted = _sum(flows, "Operating")
    operating = [{**data_row(cell("Net Income"), cell(spell(income))), "group": "NetIncome"}]
    if adjusted or "Operating" in flows:
        title = "Adjustments to reconcile Net Income to Net Cash provided by operations:"
        operating.append(
            _fold(title, _list_rows(flows, "Operating"), f"Total {title}", adjusted, "OperatingAdjustments")
        )
    rows = [_name_activity("Operating", operating, income + adjusted)]
    for activity in ("Investing", "Financing"):
        if activity in flows:
            rows.append(_name_activity(activity, _list_rows(flows, activity), _sum(flows, activity)))
    increase = -_sum(flows, "Cash")
    balances = sum_balances(book, end)
    closing = sum((balances[account["Id"]] for account in accounts if _find_activity(account) == "Cash"), ZERO)
    opening = data_row(cell("Cash at beginning of period"), cell(spell(closing - increase)))
    rows += [
        sum_row("Net cash increase for period", "CashIncrease", spell(increase)),
        {**opening, "group": "BeginningCash"},
        sum_row("Cash at end of period", "EndingCash", spell(closing)),
    ]
    return Report(COLUMNS, rows, any(moved.values()))


def _find_activity(account: Record) -> str:
    if account["AccountType"] == "Bank" or account["AccountSubType"] == "UndepositedFunds":
        return "Cash"
    if account["AccountType"] in _INVESTING:
        return "Investing"
    return "Financing" if account["AccountType"] in _FINANCING else "Operating"


def _sum(flows: dict[str, list[tuple[Record, Decimal]]], activity: str) -> Decimal:
    return sum((amount for _, amount in flows.get(activity, [])), ZERO)


def _list_rows(flows: dict[str, list[tuple[Record, Decimal]]], activity: str) -> list[Row]:
    return [
        data_row(cell(account["FullyQualifiedName"], account["Id"]), cell(spell(amount)))
        for account, amount in flows.get(activity, [])
    ]


def _name_activity(activity: str, rows: list[Row], total: Decimal) -> Row:
    title = f"Net cash provided by {activity.lower()} activities"
    return _fold(f"{activity.upper()} ACTIVITIES", rows, title, total, f"{activity}Activities")


def _fold(title: str, rows: list[Row], total_title: str, total: Decimal, group: str) -> Row:
    head = {"ColData": [cell(title), cell("")]}
    foot = summary(total_title, spell(total))
    return {"Header": head, "Rows": {"Row": rows}, "Summary": foot, "type": "Section", "group": group}
