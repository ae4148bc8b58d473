"""Who owes and is owed what: balances of customers and vendors, whole, by document and by age."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.reporting.report_ledger import name_transaction
from connectors.sandbox.qbo.reporting.report_rows import (
    ZERO,
    Report,
    Row,
    cell,
    data_row,
    plain_row,
    spell,
    sum_row,
    summary,
)

# (title, title of the detail's section, the most days past due)
AGES = (
    ("Current", "Current", 0),
    ("1 - 30", "1 - 30 days past due", 30),
    ("31 - 60", "31 - 60 days past due", 60),
    ("61 - 90", "61 - 90 days past due", 90),
    ("91 and over", "91 or more days past due", 10**7),
)
DATED = (("Date", "tx_date", ""), ("Transaction Type", "txn_type", ""), ("Num", "doc_num", ""))
BALANCE_COLUMNS = (
    *DATED,
    ("Due Date", "due_date", ""),
    ("Amount", "subt_amount", ""),
    ("Open Balance", "subt_open_bal", ""),
    ("Balance", "rbal_open_bal", ""),
)


@dataclass(frozen=True, slots=True)
class Open:
    """A document that is part of a party's balance; `owed` is negative for what lowers it."""

    party: Record
    kind: str
    record: Record
    owed: Decimal

    def count_days(self, day: date) -> int:
        """How long past due it is."""
        return (day - date.fromisoformat(str(self.record.get("DueDate", self.record["TxnDate"])))).days


def vendor_balance(book: Book, start: date, end: date) -> Report:
    return _balances(book, "Vendor")


def customer_balance(book: Book, start: date, end: date) -> Report:
    return _balances(book, "Customer")


def vendor_balance_detail(book: Book, start: date, end: date) -> Report:
    return _balance_detail(book, "Vendor", end)


def customer_balance_detail(book: Book, start: date, end: date) -> Report:
    return _balance_detail(book, "Customer", end)


def aged_payables(book: Book, start: date, end: date) -> Report:
    return _aged(book, "Vendor", end)


def aged_receivables(book: Book, start: date, end: date) -> Report:
    return _aged(book, "Customer", end)


def aged_payable_detail(book: Book, start: date, end: date) -> Report:
    return _aged_detail(book, "Vendor", ("Vendor", "vend_name", ""), end)


def aged_receivable_detail(book: Book, start: date, end: date) -> Report:
    return _aged_detail(book, "Customer", ("Customer", "cust_name", ""), end)


def _list_open(book: Book, party_kind: str, day: date) -> Iterator[Open]:
    """What is open now of what was dated up to the day, by party."""
    for party in book.in_order(book.kinds[party_kind]):
        for name, record_id in book.open_documents(party["Id"]):
            kind, record = book.kinds[name], book.get(name, record_id)
            if record is None:
                continue
            weighed = [*filter(None, [kind.weight(record)]), *kind.weights(book, record)]
            owed = sum((amount for party_id, amount in weighed if party_id == party["Id"]), ZERO)
            if record["TxnDate"] <= day.isoformat():
                yield Open(party, name, record, owed)


def _balances(book: Book, kind: str) -> Report:
    """As the records say now, whatever the period."""
    owing = [(row, Decimal(row.get("Balance", 0))) for row in book.in_order(book.kinds[kind])]
    rows = [plain_row(cell(row["DisplayName"], row["Id"]), cell(spell(held))) for row, held in owing if held]
    total = sum((held for _, held in owing), ZERO)
    columns = (("", kind, ""), ("Total", "Money", ""))
    return Report(columns, [*rows, sum_row("TOTAL", "GrandTotal", spell(total))], bool(rows))


def _balance_detail(book: Book, kind: str, day: date) -> Report:
    by_party: dict[str, list[Open]] = {}
    for each in _list_open(book, kind, day):
        by_party.setdefault(each.party["Id"], []).append(each)
    rows = [_party_section(documents) for documents in by_party.values()]
    everything = [each for documents in by_party.values() for each in documents]
    total = _sum_up("", "", "", *_sum_documents(everything), "")
    return Report(BALANCE_COLUMNS, [*rows, total], bool(rows))


def _party_section(documents: list[Open]) -> Row:
    party, rows, balance = documents[0].party, [], ZERO
    for each in documents:
        balance += each.owed
        rows.append(data_row(*_start(each), *_end(each), cell(spell(balance))))
    foot = summary(f"Total for {party['DisplayName']}", "", "", "", *_sum_documents(documents), "")
    return _fold(party["DisplayName"], rows, foot, len(BALANCE_COLUMNS), party["Id"])


def _aged(book: Book, kind: str, day: date) -> Report:
    """Open balances by the days they are past due."""
    ages: dict[str, tuple[Record, list[Decimal]]] = {}
    for each in _list_open(book, kind, day):
        _, owed = ages.setdefault(each.party["Id"], (each.party, [ZERO] * len(AGES)))
        owed[_find_age(each, day)] += each.owed
    rows = [
        plain_row(
            cell(party["DisplayName"], party["Id"]),
            *(cell(spell(amount) if amount else "") for amount in owed),
            cell(spell(sum(owed, ZERO))),
        )
        for party, owed in ages.values()
    ]
    sums = [sum((owed[place] for _, owed in ages.values()), ZERO) for place in range(len(AGES))]
    total = sum_row("TOTAL", "GrandTotal", *map(spell, sums), spell(sum(sums, ZERO)))
    titles = ("", kind, ""), *((title, "Money", "") for title, *_ in AGES)
    return Report((*titles, ("Total", "Money", "")), [*rows, total], bool(rows))


def _aged_detail(book: Book, kind: str, party_column: tuple[str, str, str], day: date) -> Report:
    """The documents behind the ages; payables say as well how many days each is late."""
    is_payable = kind == "Vendor"
    late = (("Past Due", "past_due", ""),) if is_payable else ()
    columns = (*DATED, party_column, ("Due Date", "due_date", ""), *late, *BALANCE_COLUMNS[4:6])
    blank = [""] * (len(columns) - 3)
    by_age: dict[int, list[Open]] = {}
    for each in _list_open(book, kind, day):
        by_age.setdefault(_find_age(each, day), []).append(each)
    rows = []
    for age, documents in sorted(by_age.items(), reverse=True):
        inner = [_aged_row(each, day, is_payable=is_payable) for each in documents]
        foot = summary(f"Total for {AGES[age][1]}", *blank, *_sum_documents(documents))
        rows.append(_fold(AGES[age][1], inner, foot, len(columns)))
    everything = [each for documents in by_age.values() for each in documents]
    total = _sum_up(*blank, *_sum_documents(everything))
    return Report(columns, [*rows, total], bool(rows))


def _aged_row(each: Open, day: date, *, is_payable: bool) -> Row:
    due, *amounts = _end(each)
    late = [cell(str(each.count_days(day)))] if is_payable else []
    return data_row(*_start(each), cell(each.party["DisplayName"], each.party["Id"]), due, *late, *amounts)


def _start(each: Open) -> tuple[Record, ...]:
    record = each.record
    title = cell(name_transaction(each.kind, record), record["Id"])
    return cell(record["TxnDate"]), title, cell(str(record.get("DocNumber", "")))


def _end(each: Open) -> tuple[Record, ...]:
    record = each.record
    return cell(str(record.get("DueDate", record["TxnDate"]))), cell(spell(_find_total(each))), cell(spell(each.owed))


def _find_total(each: Open) -> Decimal:
    """A journal has no total of its own: its part of the balance stands for it."""
    total = Decimal(each.record.get("TotalAmt", 0))
    return total.copy_sign(each.owed) if total else each.owed


def _sum_documents(documents: list[Open]) -> tuple[str, str]:
    """(totals, open balances)"""
    return spell(sum(map(_find_total, documents), ZERO)), spell(sum((each.owed for each in documents), ZERO))


def _sum_up(*values: str) -> Row:
    return {"Summary": summary("TOTAL", *values), "type": "Section"}


def _fold(title: str, rows: list[Row], foot: Row, width: int, record_id: str = "") -> Row:
    head = {"ColData": [cell(title, record_id), *(cell("") for _ in range(width - 1))]}
    return {"Header": head, "Rows": {"Row": rows}, "Summary": foot, "type": "Section"}


def _find_age(each: Open, day: date) -> int:
    late = each.count_days(day)
    return next(place for place, (*_, limit) in enumerate(AGES) if late <= limit)
