"""The short lists' own rules: terms, classes, locations, payment methods, journal codes."""

from __future__ import annotations

from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import bad_value, business, invalid_enumeration, missing, too_long
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.names import prepare_name

MAX_JOURNAL_CODE = 20
# (lowest, highest) of what a term takes.
TERM_RANGES = {
    "DueDays": (0, 999),
    "DiscountDays": (0, 999),
    "DiscountPercent": (0, 100),
    "DayOfMonthDue": (1, 31),
    "DueNextMonthDays": (0, 999),
    "DiscountDayOfMonth": (0, 31),
}
LOWER_EDITIONS = frozenset({"QuickBooks Online Simple Start", "QuickBooks Online Essentials"})
DAY_MEMBERS = ("DayOfMonthDue", "DueNextMonthDays", "DiscountDayOfMonth")


def prepare_subdivision(write: Write) -> None:
    """Classes and departments: the flag follows from the parent."""
    _demand_edition(write.book, write.kind.name)
    write.record[write.kind.child_flag] = "ParentRef" in write.record
    prepare_name(write)


def prepare_term(write: Write) -> None:
    record = write.record
    for member, (lowest, highest) in TERM_RANGES.items():
        value = record.get(member, lowest)
        is_whole = member == "DiscountPercent" or isinstance(value, int)
        if not is_whole or not lowest <= Decimal(value) <= highest:
            raise bad_value(member, str(value))
    prepare_name(write)
    if "DayOfMonthDue" in record:
        record["Type"] = "DATE_DRIVEN"
        for member in ("DueDays", "DiscountDays"):
            record.pop(member, None)
        return
    if any(member in record for member in DAY_MEMBERS):
        raise missing("DayOfMonthDue")
    record["Type"] = "STANDARD"
    for member in ("DiscountPercent", "DueDays", "DiscountDays"):
        record.setdefault(member, 0)


def prepare_payment_method(write: Write) -> None:
    if write.record["Type"] not in ("CREDIT_CARD", "NON_CREDIT_CARD"):
        raise invalid_enumeration("Type", write.record["Type"])
    prepare_name(write)


def prepare_journal_code(write: Write) -> None:
    """France only; elsewhere nothing refers to them."""
    name = write.record["Name"]
    if not 2 <= len(name) <= MAX_JOURNAL_CODE:
        raise too_long("Name", MAX_JOURNAL_CODE, len(name))
    prepare_name(write)


def _demand_edition(book: Book, kind: str) -> None:
    """Classes and locations come with Plus and above; what a lower edition answers is unverified.

    A company that has them switched off still takes them, as client libraries do against a new sandbox company.
    """
    company = next(book.all("CompanyInfo"), {})
    edition = next((pair["Value"] for pair in company.get("NameValue", []) if pair["Name"] == "OfferingSku"), "")
    if edition in LOWER_EDITIONS:
        raise business(f"{kind} is not available in {edition}.")
