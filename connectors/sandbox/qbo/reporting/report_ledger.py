"""The general ledger: what every account held before, and each posting since."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from connectors.sandbox.qbo.books.book import BALANCE_SHEET, Book
from connectors.sandbox.qbo.books.faults import report_too_large
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.reporting.report_rows import ZERO, Report, Row, cell, data_row, spell, summary
from connectors.sandbox.qbo.reporting.report_statements import Posting, list_transactions, sum_balances

LEDGER_COLUMNS = (
    ("Date", "tx_date", ""),
    ("Transaction Type", "txn_type", ""),
    ("Num", "doc_num", ""),
    ("Name", "name", ""),
    ("Memo/Description", "memo", ""),
    ("Split", "split_acc", ""),
    ("Amount", "subt_nat_amount", ""),
    ("Balance", "rbal_nat_amount", ""),
)
MAX_CELLS = 400_000
ACCOUNT_TYPES = (
    *("Bank", "Accounts Receivable", "Other Current Asset", "Fixed Asset", "Other Asset"),
    *("Accounts Payable", "Credit Card", "Other Current Liability", "Long Term Liability", "Equity"),
    *("Income", "Cost of Goods Sold", "Expense", "Other Income", "Other Expense"),
)
_TITLES = {
    "VendorCredit": "Vendor Credit",
    "ChangeOrder": "Change Order",
    "CreditMemo": "Credit Memo",
    "CreditCardPaymentTxn": "Credit Card Payment",
    "JournalEntry": "Journal Entry",
    "Purchase": "Expense",
    "PurchaseOrder": "Purchase Order",
    "RefundReceipt": "Refund",
    "SalesReceipt": "Sales Receipt",
}
_PARTIES = ("VendorRef", "CustomerRef", "EntityRef")


def general_ledger(book: Book, start: date, end: date) -> Report:
    """Accounts in the order of their types with what they held before; those without either are left out."""
    posted = post_by_account(book, start, end)
    opening = _find_opening(book, start)
    children: dict[str, list[Record]] = {}
    for account in book.in_order(book.kinds["Account"]):
        children.setdefault(account.get("ParentRef", {}).get("value", ""), []).append(account)
    tops = sorted(children.get("", []), key=lambda account: ACCOUNT_TYPES.index(account["AccountType"]))
    sections = (ledger_section(book, account, children, opening, posted) for account in tops)
    rows = [row for row in sections if row is not None]
    return Report(LEDGER_COLUMNS, rows, bool(rows))


def post_by_account(book: Book, start: date, end: date) -> dict[str, list[Posting]]:
    """Raises QboFault 6000 for more than a report may hold."""
    posted: dict[str, list[Posting]] = {}
    room = MAX_CELLS // len(LEDGER_COLUMNS)
    for kind, record in list_transactions(book, start, end):
        shares: dict[str, Decimal] = {}
        for account_id, amount in book.postings_of(kind, record["Id"]):
            shares[account_id] = shares.get(account_id, ZERO) + amount
        room -= len(shares)
        if room < 0:
            raise report_too_large(MAX_CELLS)
        for account_id, amount in shares.items():
            others = frozenset(shares) - {account_id}
            posted.setdefault(account_id, []).append(Posting(kind, record, account_id, amount, others))
    return posted


def _find_opening(book: Book, start: date) -> dict[str, Decimal]:
    """Debit positive: balances, and of income and expense what the year so far has brought.

    What the years before have earned stands in Retained Earnings without a posting.
    """
    if start == date.min:
        return {}
    opening = sum_balances(book, date.fromordinal(start.toordinal() - 1))
    year = start.replace(month=1, day=1).isoformat()
    earned = ZERO
    held = {account["Id"] for account in book.all("Account") if account["Classification"] in BALANCE_SHEET}
    for kind, record in list_transactions(book, None, date.fromordinal(start.toordinal() - 1)):
        for account_id, amount in book.postings_of(kind, record["Id"]):
            if account_id in held:
                continue
            if record["TxnDate"] < year:
                earned += amount
            else:
                opening[account_id] = opening.get(account_id, ZERO) + amount
    retained = next((row["Id"] for row in book.all("Account") if row["AccountSubType"] == "RetainedEarnings"), None)
    if retained is not None:
        opening[retained] = opening.get(retained, ZERO) + earned
    return opening


def ledger_section(
    book: Book,
    account: Record,
    children: dict[str, list[Record]],
    opening: dict[str, Decimal],
    posted: dict[str, list[Posting]],
) -> Row | None:
    """An account and those under it. As recorded, only the outermost header carries an id: of the first with rows."""
    entries = sorted(posted.get(account["Id"], []), key=lambda each: (each.record["TxnDate"], _number(each)))
    rows, moved = _own_rows(book, account, opening.get(account["Id"], ZERO), entries)
    first = account["Id"] if rows else ""
    below = (ledger_section(book, child, children, opening, posted) for child in children.get(account["Id"], []))
    for inner in below:
        if inner is None:
            continue
        head = inner["Header"]["ColData"][0]
        first = first or head["id"]
        rows.append({**inner, "Header": {"ColData": [cell(head["value"]), *inner["Header"]["ColData"][1:]]}})
    if not rows:
        return None
    blank = [cell("") for _ in LEDGER_COLUMNS[1:]]
    foot = summary(f"Total for {account['Name']}", "", "", "", "", "", moved, "")
    head = {"ColData": [cell(account["Name"], first), *blank]}
    return {"Header": head, "Rows": {"Row": rows}, "Summary": foot, "type": "Section"}


def _own_rows(book: Book, account: Record, held: Decimal, entries: list[Posting]) -> tuple[list[Row], str]:
    """(rows, what they moved)"""
    sign = 1 if account["Classification"] in ("Asset", "Expense") else -1
    rows: list[Row] = []
    balance = sign * held
    if held:
        rows.append(data_row(cell("Beginning Balance"), *(cell("") for _ in LEDGER_COLUMNS[2:]), cell(spell(balance))))
    for entry in entries:
        balance += sign * entry.amount
        rows.append(_ledger_row(book, entry, sign * entry.amount, balance))
    return rows, spell(sum((sign * each.amount for each in entries), ZERO)) if entries else ""


def _ledger_row(book: Book, entry: Posting, amount: Decimal, balance: Decimal) -> Row:
    record = entry.record
    split = book.get("Account", next(iter(entry.others))) if len(entry.others) == 1 else None
    return data_row(
        cell(record["TxnDate"]),
        cell(name_transaction(entry.kind, record), record["Id"]),
        cell(record.get("DocNumber", "")),
        party_cell(record),
        cell(_find_memo(book, entry)),
        cell(split["FullyQualifiedName"], split["Id"]) if split else cell("-Split-"),
        cell(spell(amount)),
        cell(spell(balance)),
    )


def name_transaction(kind: str, record: Record) -> str:
    """What a report calls the type of a transaction."""
    if kind == "BillPayment":
        return f"Bill Payment ({'Check' if record['PayType'] == 'Check' else 'Credit Card'})"
    if kind == "Purchase" and record["PaymentType"] == "Check":
        return "Check"
    if kind == "Purchase" and record.get("Credit"):
        return "Credit Card Credit"
    return _TITLES.get(kind, kind)


def party_cell(record: Record) -> Record:
    """Whom a transaction is with; a text and an id, both empty for nobody."""
    party: Record = next((record[name] for name in _PARTIES if isinstance(record.get(name), dict)), {})
    return {"value": party.get("name", ""), "id": party.get("value", "")}


def _find_memo(book: Book, entry: Posting) -> str:
    """The description of the line that went to the account; the transaction's own note on the other side."""
    amount = abs(entry.amount)
    for line in entry.record.get("Line", []):
        if amount != Decimal(line.get("Amount") or 0):
            continue
        detail = line.get(line.get("DetailType", ""), {})
        item = book.get("Item", detail.get("ItemRef", {}).get("value", "")) or {}
        accounts = [detail.get("AccountRef", {}), item.get("IncomeAccountRef", {}), item.get("ExpenseAccountRef", {})]
        if any(reference.get("value") == entry.account_id for reference in accounts):
            return str(line.get("Description", ""))
    return str(entry.record.get("PrivateNote", ""))


def _number(posting: Posting) -> int:
    return int(posting.record["Id"])
