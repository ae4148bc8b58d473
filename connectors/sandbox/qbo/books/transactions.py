"""Rules every transaction shares: lines, totals, dates, numbers, the closing date."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import bad_value, duplicate_document, matched_to_bank, no_lines, period_closed
from connectors.sandbox.qbo.books.kinds import Kind, Write
from connectors.sandbox.qbo.books.values import Record, spell_money

DUPLICATE_CHECK_PREFERENCE = "WarnDuplicateCheckNumber"
CUSTOM_PURCHASE_NUMBERS = "VendorAndPurchasesPrefs.UseCustomTxnNumbers"
# A longer number is somebody's reference, not the last of a sequence.
MAX_COUNTED_DIGITS = 10


def set_date(write: Write) -> None:
    """Without a date the transaction gets today's, on a full update too; closed periods are refused."""
    record = write.record
    record.setdefault("TxnDate", write.book.today().isoformat())
    demand_open(write.book, record)
    if write.old is not None:
        demand_open(write.book, write.old)


def demand_open(book: Book, record: Record) -> None:
    """Raises QboFault 6210 for a date on or before the closing date, 6480 for what the bank feed is matched to."""
    closed = book.close_date()
    if closed is not None and date.fromisoformat(record["TxnDate"]) <= closed:
        raise period_closed()
    if record.get("Id") in book.matched:
        raise matched_to_bank()


class LineIds:
    """Lines with an Id of theirs keep it, the others get new ones."""

    def __init__(self, old_lines: Iterable[Record], first: int = 1) -> None:
        self._known = {line["Id"] for line in old_lines if "Id" in line}
        self._last = max((int(line_id) for line_id in self._known), default=first - 1)

    def take(self, line: Record) -> str:
        line_id: str | None = line.get("Id")
        if line_id is not None and line_id in self._known:
            self._known.discard(line_id)
            return line_id
        self._last += 1
        return str(self._last)


def number_lines(write: Write, *, first: int = 1, has_numbers: bool = True) -> None:
    """A sent Line array replaces all lines."""
    lines = write.record.get("Line") or []
    if not lines:
        raise no_lines()
    ids = LineIds(write.old["Line"] if write.old else [], first)
    numbered = []
    for position, line in enumerate(lines, start=1):
        line = {name: value for name, value in line.items() if name != "LineNum"}
        numbered.append({**line, "Id": ids.take(line)} | ({"LineNum": position} if has_numbers else {}))
    write.record["Line"] = numbered


def sum_lines(record: Record) -> Decimal:
    return sum((Decimal(line.get("Amount", 0)) for line in record["Line"]), Decimal(0))


def set_due_date(write: Write, *fallbacks: Record | None) -> None:
    """By the document's terms or the first of `fallbacks` (references), else the day itself, unless it is given."""
    record = write.record
    is_given = "DueDate" in write.sent
    is_kept = write.old is not None and "DueDate" in record and not {"TxnDate", "SalesTermRef"} & set(write.sent)
    if is_given or is_kept:
        return
    day = date.fromisoformat(record["TxnDate"])
    choices = (record.get("SalesTermRef"), *fallbacks)
    term_id = next((str(each["value"]) for each in choices if isinstance(each, dict) and each.get("value")), "")
    term = write.book.get("Term", term_id)
    try:
        record["DueDate"] = (_find_due_date(term, day) if term else day).isoformat()
    except (OverflowError, ValueError) as error:
        # The terms lead past the last year a date can have.
        raise bad_value("TxnDate", record["TxnDate"]) from error


def _find_due_date(term: Record, day: date) -> date:
    if term["Type"] == "STANDARD":
        return day + timedelta(days=int(term["DueDays"]))
    due = _day_of_month(day.year, day.month, int(term["DayOfMonthDue"]))
    is_close = (due - day).days < int(term.get("DueNextMonthDays", 0))
    if due < day or is_close:
        due = _day_of_month(day.year + day.month // 12, day.month % 12 + 1, int(term["DayOfMonthDue"]))
    return due


def _day_of_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def demand_free_number(write: Write, preference: str, among: tuple[str, ...] = ()) -> None:
    """A number used before is refused only when the company's preference warns of it.

    `among`: the kinds that share the numbers, checks only; the document's own kind without it.
    """
    book, number = write.book, write.record.get("DocNumber")
    is_checked = book.other_preference(preference) == "true" and "allowduplicatedocnum" not in write.options
    if not number or not is_checked or (write.old is not None and write.old.get("DocNumber") == number):
        return
    for kind in among or (write.kind.name,):
        for record_id in book.number_holders(kind, number):
            is_rival = not among or "Check" in _payment_types(book.records[kind][record_id])
            if is_rival and record_id != write.record.get("Id"):
                raise duplicate_document(number, kind, record_id)


def demand_free_check_number(write: Write) -> None:
    """Checks of purchases and of bill payments share their numbers; that all bank accounts do is unverified."""
    demand_free_number(write, DUPLICATE_CHECK_PREFERENCE, ("Purchase", "BillPayment"))


def _payment_types(record: Record) -> tuple[str | None, str | None]:
    return record.get("PaymentType"), record.get("PayType")


def set_purchase_number(write: Write) -> None:
    """Orders and vendor credits are numbered by the server unless the company numbers them itself."""
    if write.book.other_preference(CUSTOM_PURCHASE_NUMBERS) != "true":
        assign_number(write)


def assign_number(write: Write, *, first: int = 1001) -> None:
    """The last number of the kind plus one where none is given."""
    counter = f"numbers/{write.kind.name}"
    given = write.record.get("DocNumber")
    if given is None:
        write.record["DocNumber"] = write.book.next_number(counter, first=first)
    elif given.isdecimal() and given.isascii() and len(given) < MAX_COUNTED_DIGITS:
        write.book.counters[counter] = max(int(given), write.book.counters.get(counter, first - 1))


def mark_voided(record: Record) -> None:
    """The mark of a voided transaction; that a note it had stays behind the word is unverified."""
    note = str(record.get("PrivateNote", ""))
    if not note.startswith("Voided"):
        record["PrivateNote"] = f"Voided - {note}" if note else "Voided"


def link(book: Book, kind: Kind, record_id: str, *, txn_id: str, txn_type: str, amount: Decimal) -> None:
    """Take `amount` off a document's balance, where it has one, and note the transaction that did it."""
    record = book.records[kind.name][record_id]
    links = [each for each in record.get("LinkedTxn", []) if each["TxnId"] != txn_id]
    links.append({"TxnId": txn_id, "TxnType": txn_type})
    book.amend(kind, record_id, {**_lower_balance(record, amount), "LinkedTxn": links})


def unlink(book: Book, kind: Kind, record_id: str, *, txn_id: str, amount: Decimal) -> None:
    """Undo `link`; nothing when the document is gone."""
    record = book.get(kind.name, record_id)
    if record is None:
        return
    links = [each for each in record.get("LinkedTxn", []) if each["TxnId"] != txn_id]
    # Only what has a balance shows an empty list of links.
    kept = links if links or "Balance" in record else None
    book.amend(kind, record_id, {**_lower_balance(record, -amount), "LinkedTxn": kept})


def _lower_balance(record: Record, amount: Decimal) -> Record:
    """Journals and deposits have none: what is applied to them is told by their links."""
    return {"Balance": spell_money(Decimal(record["Balance"]) - amount)} if "Balance" in record else {}


def drop_empty_quantity(line: Record, detail: Record) -> None:
    """Clients that fill in every member send 0 x 0 beside an amount, which then stands alone.

    That it is taken is known from such a client's tests; that the answer has neither member is unverified.
    """
    if line["Amount"] and detail.get("Qty") == 0 and detail.get("UnitPrice") == 0:
        del detail["Qty"], detail["UnitPrice"]
