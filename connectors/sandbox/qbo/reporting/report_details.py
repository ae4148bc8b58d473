"""Lists without sums or with a running one: transactions, the profit and loss by posting, the chart of accounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from connectors.sandbox.qbo.books.book import BALANCE_SHEET, Book
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.reporting.report_ledger import (
    LEDGER_COLUMNS,
    ledger_section,
    name_transaction,
    party_cell,
    post_by_account,
)
from connectors.sandbox.qbo.reporting.report_rows import (
    ZERO,
    Amounts,
    Report,
    Row,
    cell,
    data_row,
    spell,
    sum_row,
    summary,
)
from connectors.sandbox.qbo.reporting.report_statements import list_transactions

LIST_COLUMNS = (
    ("Date", "tx_date", ""),
    ("Transaction Type", "txn_type", ""),
    ("Num", "doc_num", ""),
    ("Posting", "is_no_post", ""),
    ("Name", "name", ""),
    ("Memo/Description", "memo", ""),
    ("Account", "account_name", ""),
    ("Split", "other_account", ""),
    ("Amount", "subt_nat_amount", ""),
)
ACCOUNT_COLUMNS = (
    ("Account", "account_name", ""),
    ("Type", "account_type", ""),
    ("Detail type", "detail_acc_type", ""),
    ("Description", "account_desc", ""),
    ("Balance", "account_bal", ""),
)
# Hours are worked, not posted or promised.
_UNLISTED = frozenset({"TimeActivity"})


def transaction_list(book: Book, start: date, end: date) -> Report:
    """Each with the account it is kept at and what it does to it; the date orders them."""
    found = [each for each in list_transactions(book, start, end) if each[0] not in _UNLISTED]
    found.sort(key=lambda each: (each[1]["TxnDate"], int(each[1]["Id"])))
    return Report(LIST_COLUMNS, [_list_row(book, *each) for each in found], bool(found))


def _list_row(book: Book, kind: str, record: Record) -> Row:
    posted = book.postings_of(kind, record["Id"])
    # Postings start with the document's own account; a bill payment's is the bank, which it names last.
    account_id, amount = (posted[-1] if kind == "BillPayment" else posted[0]) if posted else ("", None)
    account = book.get("Account", account_id)
    others = {other for other, _ in posted} - {account_id}
    split = book.get("Account", next(iter(others))) if len(others) == 1 else None
    sign = 1 if account is None or account["Classification"] in ("Asset", "Expense") else -1
    total = sign * amount if amount is not None else Decimal(str(record.get("TotalAmt") or record.get("Amount") or 0))
    return data_row(
        cell(record["TxnDate"]),
        cell(name_transaction(kind, record), record["Id"]),
        cell(str(record.get("DocNumber", ""))),
        cell("Yes" if posted else "No"),
        party_cell(record),
        cell(str(record.get("PrivateNote", ""))),
        _account_cell(account),
        _account_cell(split) if len(others) < 2 else cell("-Split-"),
        cell(spell(total)),
    )


def _account_cell(account: Record | None) -> Record:
    return cell(account["FullyQualifiedName"], account["Id"]) if account is not None else cell("")


def profit_and_loss_detail(book: Book, start: date, end: date) -> Report:
    """The rows of the ledger under the titles of the profit and loss."""
    posted = {
        account_id: postings
        for account_id, postings in post_by_account(book, start, end).items()
        if (book.get("Account", account_id) or {}).get("Classification") not in BALANCE_SHEET
    }
    sums: Amounts = {}
    children: dict[str, list[Record]] = {}
    for account in book.in_order(book.kinds["Account"]):
        children.setdefault(account.get("ParentRef", {}).get("value", ""), []).append(account)
        moved = -sum((each.amount for each in posted.get(account["Id"], [])), ZERO)
        sums[account["AccountType"]] = sums.get(account["AccountType"], ZERO) + moved

    def block(title: str, account_type: str, sign: int) -> list[Row]:
        tops = [account for account in children.get("", []) if account["AccountType"] == account_type]
        sections = (ledger_section(book, account, children, {}, posted) for account in tops)
        rows = [row for row in sections if row is not None]
        return [_fold(title, rows, f"Total for {title}", sign * sums.get(account_type, ZERO))] if rows else []

    gross = sums.get("Income", ZERO) + sums.get("Cost of Goods Sold", ZERO)
    ordinary = gross + sums.get("Expense", ZERO)
    other = sums.get("Other Income", ZERO) + sums.get("Other Expense", ZERO)
    usual = [
        *block("Income", "Income", 1),
        *block("Cost of Goods Sold", "Cost of Goods Sold", -1),
        _sum("Gross Profit", "GrossProfit", gross),
        *block("Expenses", "Expense", -1),
    ]
    rare = [*block("Other Income", "Other Income", 1), *block("Other Expenses", "Other Expense", -1)]
    rows = [_fold("Ordinary Income/Expenses", usual, "Net Ordinary Income", ordinary)]
    if rare:
        rows.append(_fold("Other Income/Expense", rare, "Net Other Income", other))
    return Report(LEDGER_COLUMNS, [*rows, _sum("Net Income", "NetIncome", ordinary + other)], bool(posted))


def _fold(title: str, rows: list[Row], total_title: str, total: Decimal) -> Row:
    head = {"ColData": [cell(title), *(cell("") for _ in LEDGER_COLUMNS[1:])]}
    foot = summary(total_title, *_spread(total))
    return {"Header": head, "Rows": {"Row": rows}, "Summary": foot, "type": "Section"}


def _sum(title: str, group: str, total: Decimal) -> Row:
    return sum_row(title, group, *_spread(total))


def _spread(total: Decimal) -> tuple[str, ...]:
    return "", "", "", "", "", spell(total), ""


def account_list(book: Book, start: date, end: date) -> Report:
    """The chart of accounts as it is now."""
    rows = [
        data_row(
            cell(account["FullyQualifiedName"], account["Id"]),
            cell(account["AccountType"]),
            cell(account["AccountSubType"]),
            cell(account.get("Description", "")),
            cell(spell(Decimal(account["CurrentBalance"]))),
        )
        for account in book.in_order(book.kinds["Account"])
        if account["Active"]
    ]
    return Report(ACCOUNT_COLUMNS, rows, bool(rows))
