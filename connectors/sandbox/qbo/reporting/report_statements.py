"""Profit and loss, balance sheet and trial balance, summed from what every transaction posts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectors.sandbox.qbo.books.book import BALANCE_SHEET, Book
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.reporting.report_rows import (
    ZERO,
    Amounts,
    Report,
    Row,
    account_rows,
    cell,
    data_row,
    section,
    spell,
    sum_row,
)

TOTAL_COLUMNS = (("", "Account", "account"), ("TOTAL", "Money", "total"))
SHEET_COLUMNS = (("", "Account", "account"), ("Total", "Money", "total"))
TRIAL_COLUMNS = (("", "Account", "account"), ("Debit", "Money", "debit"), ("Credit", "Money", "credit"))


@dataclass(frozen=True, slots=True)
class Posting:
    """One account's share of a transaction, debit positive; `others` are the other accounts it posts to."""

    kind: str
    record: Record
    account_id: str
    amount: Decimal
    others: frozenset[str]


def list_transactions(book: Book, start: date | None, end: date | None) -> Iterator[tuple[str, Record]]:
    """(entity, record) of the transactions dated from `start` to `end`, in no order."""
    low, high = start.isoformat() if start else "", end.isoformat() if end else "9999"
    for kind in book.kinds.values():
        if kind.family == "transaction":
            for record in book.all(kind.name):
                if low <= record.get("TxnDate", "") <= high:
                    yield kind.name, record


def sum_period(book: Book, start: date | None, end: date | None) -> Amounts:
    amounts: Amounts = {}
    for kind, record in list_transactions(book, start, end):
        for account_id, amount in book.postings_of(kind, record["Id"]):
            amounts[account_id] = amounts.get(account_id, ZERO) + amount
    return amounts


def sum_balances(book: Book, end: date) -> Amounts:
    """Of the balance-sheet accounts at the end of a day: what they hold now less what was posted later."""
    later = sum_period(book, date.fromordinal(end.toordinal() + 1), None) if end < date.max else {}
    return {
        account["Id"]: Decimal(account["CurrentBalance"]) - later.get(account["Id"], ZERO)
        for account in book.all("Account")
        if account["Classification"] in BALANCE_SHEET
    }


def profit_and_loss(book: Book, start: date, end: date) -> Report:
    amounts = sum_period(book, start, end)
    accounts = _in_order(book)
    has_data = any(amounts.get(each["Id"]) for each in accounts if each["Classification"] not in BALANCE_SHEET)

    def total(*types: str) -> Decimal:
        """Of these types' accounts, income positive."""
        return -sum((amounts.get(each["Id"], ZERO) for each in accounts if each["AccountType"] in types), ZERO)

    def block(title: str, group: str, account_type: str, sign: int) -> Row:
        chosen = [each for each in accounts if each["AccountType"] == account_type]
        rows = account_rows(chosen, {each["Id"]: -sign * amounts.get(each["Id"], ZERO) for each in chosen})
        return section(title, rows, shown(sign * total(account_type)), group=group)

    def shown(amount: Decimal) -> str:
        return spell(amount) if has_data else ""

    gross = total("Income", "Cost of Goods Sold")
    operating = gross + total("Expense")
    other = total("Other Income", "Other Expense")
    rows = [block("Income", "Income", "Income", 1)]
    if total("Cost of Goods Sold"):
        rows.append(block("Cost of Goods Sold", "COGS", "Cost of Goods Sold", -1))
    rows.append(sum_row("Gross Profit", "GrossProfit", shown(gross)))
    rows.append(block("Expenses", "Expenses", "Expense", -1))
    rows.append(sum_row("Net Operating Income", "NetOperatingIncome", shown(operating)))
    if any(amounts.get(each["Id"]) for each in accounts if each["AccountType"] in ("Other Income", "Other Expense")):
        rows.append(block("Other Income", "OtherIncome", "Other Income", 1))
        rows.append(block("Other Expenses", "OtherExpenses", "Other Expense", -1))
        rows.append(sum_row("Net Other Income", "NetOtherIncome", shown(other)))
    rows.append(sum_row("Net Income", "NetIncome", shown(operating + other)))
    return Report(TOTAL_COLUMNS, rows, has_data)


def balance_sheet(book: Book, start: date, end: date) -> Report:
    amounts = sum_balances(book, end)
    accounts = _in_order(book)

    def block(title: str, group: str, sign: int, *types: str) -> tuple[Row, Decimal]:
        chosen = [each for each in accounts if each["AccountType"] in types]
        held = {each["Id"]: sign * amounts.get(each["Id"], ZERO) for each in chosen}
        total = sum(held.values(), ZERO)
        return section(title, account_rows(chosen, held), spell(total), group=group), total

    def join(title: str, group: str, *parts: tuple[Row, Decimal]) -> tuple[Row, Decimal]:
        total = sum((amount for _, amount in parts), ZERO)
        return section(title, [row for row, _ in parts if "Rows" in row], spell(total), group=group), total

    current = join(
        "Current Assets",
        "CurrentAssets",
        block("Bank Accounts", "BankAccounts", 1, "Bank"),
        block("Accounts Receivable", "AR", 1, "Accounts Receivable"),
        block("Other Current Assets", "OtherCurrentAssets", 1, "Other Current Asset"),
    )
    assets = join(
        "ASSETS",
        "TotalAssets",
        current,
        block("Fixed Assets", "FixedAssets", 1, "Fixed Asset"),
        block("Other Assets", "OtherAssets", 1, "Other Asset"),
    )
    owed = join(
        "Liabilities",
        "Liabilities",
        join(
            "Current Liabilities",
            "CurrentLiabilities",
            block("Accounts Payable", "AP", -1, "Accounts Payable"),
            block("Credit Cards", "CreditCards", -1, "Credit Card"),
            block("Other Current Liabilities", "OtherCurrentLiabilities", -1, "Other Current Liability"),
        ),
        block("Long-Term Liabilities", "LongTermLiabilities", -1, "Long Term Liability"),
    )
    equity = _add_equity(block("Equity", "Equity", -1, "Equity"), assets[1] - owed[1], _earned(book, end))
    claims = join("LIABILITIES AND EQUITY", "TotalLiabilitiesAndEquity", owed, equity)
    return Report(SHEET_COLUMNS, [assets[0], claims[0]], any(amounts.values()))


def trial_balance(book: Book, start: date, end: date) -> Report:
    """What the firm held before its first transaction has no contra account, so the two sums may differ by it."""
    amounts = {**sum_period(book, start, end), **sum_balances(book, end)}
    held = [(account, amounts[account["Id"]]) for account in _in_order(book) if amounts.get(account["Id"])]
    rows = [
        data_row(cell(account["FullyQualifiedName"], account["Id"]), *map(cell, _split(amount)))
        for account, amount in held
    ]
    debits = sum((amount for _, amount in held if amount > 0), ZERO)
    credits = -sum((amount for _, amount in held if amount < 0), ZERO)
    rows.append(sum_row("TOTAL", "GrandTotal", spell(debits), spell(credits)))
    return Report(TRIAL_COLUMNS, rows, bool(held))


def _split(amount: Decimal) -> tuple[str, str]:
    return (spell(amount), "") if amount > 0 else ("", spell(-amount))


def _earned(book: Book, end: date) -> Decimal:
    """Net income up to the day, all years."""
    kinds = {account["Id"]: account["Classification"] for account in book.all("Account")}
    amounts = sum_period(book, None, end)
    return -sum((amount for account_id, amount in amounts.items() if kinds.get(account_id) not in BALANCE_SHEET), ZERO)


def _add_equity(equity: tuple[Row, Decimal], total: Decimal, earned: Decimal) -> tuple[Row, Decimal]:
    """The sheet balances: what no account explains was held before the first transaction."""
    row, held = equity
    rest = total - held - earned
    rows = [data_row(cell("Opening Balance Equity"), cell(spell(rest)))] if rest else []
    if earned:
        rows.append({**data_row(cell("Net Income"), cell(spell(earned))), "group": "NetIncome"})
    inner = [*row.get("Rows", {}).get("Row", []), *rows]
    return section("Equity", inner, spell(total), group="Equity"), total


def _in_order(book: Book) -> list[Record]:
    return book.in_order(book.kinds["Account"])
