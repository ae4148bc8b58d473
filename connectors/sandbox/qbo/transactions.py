"""Rules every transaction shares: lines, totals, dates, numbers, the closing date."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from connectors.sandbox.qbo.book import Book
from connectors.sandbox.qbo.faults import business, duplicate_document, no_lines, period_closed
from connectors.sandbox.qbo.kinds import Kind, Write
from connectors.sandbox.qbo.values import Record, spell_money


def set_date(write: Write) -> None:
    """Without a date the transaction gets today's, on a full update too; closed periods are refused."""
    record = write.record
    record.setdefault("TxnDate", write.book.today().isoformat())
    demand_open(write.book, record)
    if write.old is not None:
        demand_open(write.book, write.old)


def demand_open(book: Book, record: Record) -> None:
    """Raises QboFault 6210 for a date on or before the closing date."""
    closed = book.close_date()
    if closed is not None and date.fromisoformat(record["TxnDate"]) <= closed:
        raise period_closed()


def set_currency(write: Write) -> None:
    home = home_currency(write.book)
    currency = write.record.setdefault("CurrencyRef", home)
    if currency["value"] == home["value"]:
        write.record["CurrencyRef"] = home
    elif not write.book.preference("CurrencyPrefs", "MultiCurrencyEnabled"):
        raise business("Multicurrency is off, so only the home currency can be used.")


def home_currency(book: Book) -> Record:
    code = (book.preference("CurrencyPrefs", "HomeCurrency") or {"value": "USD"})["value"]
    names = {"USD": "United States Dollar", "CAD": "Canadian Dollar", "GBP": "British Pound Sterling"}
    return {"value": code, "name": names.get(code, code)}


def number_lines(write: Write) -> None:
    """A sent Line array replaces all lines: lines with an Id of theirs keep it, the others get new ones."""
    lines = write.record.get("Line") or []
    if not lines:
        raise no_lines()
    known = {line["Id"] for line in write.old["Line"] if "Id" in line} if write.old else set()
    last = max((int(line_id) for line_id in known), default=0)
    numbered = []
    for position, line in enumerate(lines, start=1):
        line_id = line.get("Id")
        if line_id not in known:
            last += 1
            line_id = str(last)
        known.discard(line_id)
        numbered.append({**line, "Id": line_id, "LineNum": position})
    write.record["Line"] = numbered


def sum_lines(record: Record) -> Decimal:
    return sum((Decimal(line.get("Amount", 0)) for line in record["Line"]), Decimal(0))


def set_due_date(write: Write) -> None:
    """From the terms, else the day itself, unless it is given."""
    record = write.record
    is_given = "DueDate" in write.sent
    is_kept = write.old is not None and "DueDate" in record and not {"TxnDate", "SalesTermRef"} & set(write.sent)
    if is_given or is_kept:
        return
    day = date.fromisoformat(record["TxnDate"])
    term_id = record.get("SalesTermRef", {}).get("value")
    term = write.book.get("Term", term_id) if term_id else None
    record["DueDate"] = (find_due_date(term, day) if term else day).isoformat()


def find_due_date(term: Record, day: date) -> date:
    if term["Type"] == "STANDARD":
        return day + timedelta(days=int(term["DueDays"]))
    due = _day_of_month(day.year, day.month, int(term["DayOfMonthDue"]))
    is_close = (due - day).days < int(term.get("DueNextMonthDays", 0))
    if due < day or is_close:
        due = _day_of_month(day.year + day.month // 12, day.month % 12 + 1, int(term["DayOfMonthDue"]))
    return due


def _day_of_month(year: int, month: int, day: int) -> date:
    next_month = date(year + month // 12, month % 12 + 1, 1)
    last = (next_month - timedelta(days=1)).day
    return date(year, month, min(day, last))


def demand_free_number(write: Write, preference: str) -> None:
    """A number used before is refused only when the company's preference warns of it."""
    number = write.record.get("DocNumber")
    is_checked = write.book.other_preference(preference) == "true" and "allowduplicatedocnum" not in write.options
    if not number or not is_checked or (write.old is not None and write.old.get("DocNumber") == number):
        return
    for other in write.book.all(write.kind.name):
        if other.get("DocNumber") == number and other["Id"] != write.record.get("Id"):
            raise duplicate_document(number, write.kind.name, other["Id"])


def link(book: Book, kind: Kind, record_id: str, *, txn_id: str, txn_type: str, amount: Decimal) -> None:
    """Take `amount` off a document's balance and note the transaction that did it."""
    record = book.records[kind.name][record_id]
    links = [each for each in record.get("LinkedTxn", []) if each["TxnId"] != txn_id]
    links.append({"TxnId": txn_id, "TxnType": txn_type})
    book.amend(kind, record_id, {"Balance": spell_money(Decimal(record["Balance"]) - amount), "LinkedTxn": links})


def unlink(book: Book, kind: Kind, record_id: str, *, txn_id: str, amount: Decimal) -> None:
    """Undo `link`; nothing when the document is gone."""
    record = book.get(kind.name, record_id)
    if record is None:
        return
    links = [each for each in record.get("LinkedTxn", []) if each["TxnId"] != txn_id]
    book.amend(kind, record_id, {"Balance": spell_money(Decimal(record["Balance"]) + amount), "LinkedTxn": links})
