"""The general ledger, and who is owed what: vendor and customer balances, aged or not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from connectors.sandbox.qbo.book import BALANCE_SHEET, Book
from connectors.sandbox.qbo.report_rows import ZERO, Report, Row, cell, data_row, spell, sum_row, summary
from connectors.sandbox.qbo.report_statements import Posting, list_postings, sum_balances
from connectors.sandbox.qbo.values import Record

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
AGES = (("Current", 0), ("1 - 30", 30), ("31 - 60", 60), ("61 - 90", 90), ("91 and over", 10**6))
_TITLES = {
    "BillPayment": "Bill Payment",
    "VendorCredit": "Vendor Credit",
    "CreditMemo": "Credit Memo",
    "JournalEntry": "Journal Entry",
    "Purchase": "Expense",
    "RefundReceipt": "Refund",
    "SalesReceipt": "Sales Receipt",
}
_PARTIES = ("VendorRef", "CustomerRef", "EntityRef")


def general_ledger(book: Book, start: date, end: date) -> Report:
    opening = sum_balances(book, date.fromordinal(start.toordinal() - 1)) if start > date.min else {}
    posted: dict[str, list[Posting]] = {}
    for posting in list_postings(book, start, end):
        posted.setdefault(posting.account_id, []).append(posting)
    rows: list[Row] = []
    for account in book.in_order(book.kinds["Account"]):
        entries = sorted(posted.get(account["Id"], []), key=lambda each: (each.record["TxnDate"], _number(each)))
        held = opening.get(account["Id"], ZERO)
        if entries or held:
            rows.append(_ledger_section(book, account, held, entries))
    return Report(LEDGER_COLUMNS, rows, bool(rows))


def vendor_balance(book: Book, start: date, end: date) -> Report:
    return _balances(book, "Vendor", "VendorBalance")


def customer_balance(book: Book, start: date, end: date) -> Report:
    return _balances(book, "Customer", "CustomerBalance")


def aged_payables(book: Book, start: date, end: date) -> Report:
    return _aged(book, (("Bill", 1), ("VendorCredit", -1)), "VendorRef", end)


def aged_receivables(book: Book, start: date, end: date) -> Report:
    return _aged(book, (("Invoice", 1), ("CreditMemo", -1)), "CustomerRef", end)


def _ledger_section(book: Book, account: Record, held: Decimal, entries: list[Posting]) -> Row:
    sign = 1 if account["Classification"] in ("Asset", "Expense") else -1
    blank = [cell("") for _ in LEDGER_COLUMNS[2:]]
    rows: list[Row] = []
    balance = sign * held
    if held and account["Classification"] in BALANCE_SHEET:
        rows.append(data_row(cell("Beginning Balance"), *blank, cell(spell(balance))))
    for entry in entries:
        balance += sign * entry.amount
        rows.append(_ledger_row(book, entry, sign * entry.amount, balance))
    moved = spell(sum((sign * each.amount for each in entries), ZERO)) if entries else ""
    head = {"ColData": [cell(account["FullyQualifiedName"], account["Id"]), cell(""), *blank]}
    foot = summary(f"Total for {account['FullyQualifiedName']}", "", "", "", "", "", moved, "")
    return {"Header": head, "Rows": {"Row": rows}, "Summary": foot, "type": "Section"}


def _ledger_row(book: Book, entry: Posting, amount: Decimal, balance: Decimal) -> Row:
    record = entry.record
    party = next((record[name] for name in _PARTIES if isinstance(record.get(name), dict)), {})
    others = {account for account, _ in book.postings_of(entry.kind, record["Id"])} - {entry.account_id}
    split = book.get("Account", next(iter(others))) if len(others) == 1 else None
    return data_row(
        cell(record["TxnDate"]),
        cell(_TITLES.get(entry.kind, entry.kind), record["Id"]),
        cell(record.get("DocNumber", "")),
        cell(party.get("name", ""), party.get("value", "")),
        cell(record.get("PrivateNote", "")),
        cell(split["FullyQualifiedName"], split["Id"]) if split else cell("-Split-"),
        cell(spell(amount)),
        cell(spell(balance)),
    )


def _number(posting: Posting) -> int:
    return int(posting.record["Id"])


def _balances(book: Book, kind: str, name: str) -> Report:
    """As the records say now, whatever the period."""
    owing = [(row, Decimal(row.get("Balance", 0))) for row in book.in_order(book.kinds[kind])]
    rows = [data_row(cell(row["DisplayName"], row["Id"]), cell(spell(held))) for row, held in owing if held]
    total = sum((held for _, held in owing), ZERO)
    columns = (("", kind, kind.lower()), ("Total", "Money", "total"))
    return Report(columns, [*rows, sum_row("TOTAL", "GrandTotal", spell(total))], bool(rows))


def _aged(book: Book, kinds: tuple[tuple[str, int], ...], party: str, day: date) -> Report:
    """Open balances by the days they are past due."""
    ages: dict[tuple[str, str], list[Decimal]] = {}
    for name, sign in kinds:
        for record in book.all(name) if name in book.kinds else ():
            open_amount = sign * Decimal(record.get("Balance", record.get("RemainingCredit", 0)))
            if open_amount and record["TxnDate"] <= day.isoformat():
                reference = record[party]
                owed = ages.setdefault((reference.get("name", ""), reference["value"]), [ZERO] * len(AGES))
                owed[_find_age(record, day)] += open_amount
    rows = [
        data_row(
            cell(name, record_id), *(cell(spell(each) if each else "") for each in owed), cell(spell(sum(owed, ZERO)))
        )
        for (name, record_id), owed in sorted(ages.items())
    ]
    sums = [sum((owed[place] for owed in ages.values()), ZERO) for place in range(len(AGES))]
    total = sum_row("TOTAL", "GrandTotal", *map(spell, sums), spell(sum(sums, ZERO)))
    titles = [("", party.removesuffix("Ref"), "party"), *((title, "Money", title) for title, _ in AGES)]
    return Report((*titles, ("Total", "Money", "total")), [*rows, total], bool(rows))


def _find_age(record: Record, day: date) -> int:
    late = (day - date.fromisoformat(record.get("DueDate", record["TxnDate"]))).days
    return next(place for place, (_, limit) in enumerate(AGES) if late <= limit)
