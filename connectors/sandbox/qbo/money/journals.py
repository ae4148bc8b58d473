"""Journal entries: lines that balance, who stands behind receivables and payables, and what they post."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import business, customer_missing, missing, negative_amount
from connectors.sandbox.qbo.books.kinds import Kind, Write
from connectors.sandbox.qbo.books.multicurrency import set_currency
from connectors.sandbox.qbo.books.refs import resolve_party
from connectors.sandbox.qbo.books.transactions import assign_number, demand_free_number, number_lines, set_date
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.purchases.payables import applied_to, find_payable, list_payable_lines
from connectors.sandbox.qbo.purchases.purchase_faults import no_posting_type, unbalanced_journal
from connectors.sandbox.qbo.sales.applications import demand_journal_covers, release_document
from connectors.sandbox.qbo.tax.tax_codes import is_us
from connectors.sandbox.qbo.tax.tax_journal import (
    DETAIL,
    TAX_MEMBERS,
    keep_journal_tax,
    post_journal_tax,
    tax_journal,
    tax_on_side,
)

DUPLICATE_JOURNAL_PREFERENCE = "WarnDuplicateJournalNumber"
# Whose name the ledgers need; the sentence is reported by integrators.
NEEDED = {"Accounts Receivable": "Customer", "Accounts Payable": "Vendor"}


def prepare_journal_entry(write: Write) -> None:
    record = write.record
    set_date(write)
    set_currency(write)
    if "Line" in write.sent or write.old is None:
        record["Line"] = [_prepare_line(write.book, line) for line in record["Line"]]
        # Recorded journals count their lines from 0 and give them no LineNum.
        number_lines(write, first=0, has_numbers=False)
        tax_journal(write)
        _demand_balance(record)
        _demand_unpaid(write)
    else:
        keep_journal_tax(write)
    # Recorded journals carry no total; the documentation says it is always 0.
    record.pop("TotalAmt", None)
    if is_us(write.book):
        record.pop("TxnTaxDetail", None)
    record.setdefault("TxnTaxDetail", {})
    if "allowautodocnum" in write.options:
        assign_number(write, first=1)
    demand_free_number(write, DUPLICATE_JOURNAL_PREFERENCE)


def settle_journal_entry(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    """A deleted journal leaves its payments as they are, without the line; unverified at the vendor."""
    if new is not None or old is None:
        return
    for linked in old.get("LinkedTxn", []):
        release_document(book, linked["TxnId"], kind.name, old["Id"])
        payment = book.get("BillPayment", linked["TxnId"])
        if payment is not None:
            lines = [line for line in payment["Line"] if line["LinkedTxn"][0]["TxnId"] != old["Id"]]
            book.amend(book.kinds["BillPayment"], payment["Id"], {"Line": lines})


def post_journal_entry(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    for line in record["Line"]:
        detail = line.get(DETAIL)
        if detail is not None:
            sign = 1 if detail["PostingType"] == "Debit" else -1
            yield detail["AccountRef"]["value"], sign * Decimal(line["Amount"])
    yield from post_journal_tax(book, record)


def weigh_journal_entry(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    """What a vendor is owed and what a customer owes through it."""
    for line in record["Line"]:
        detail = line.get(DETAIL, {})
        account = book.get("Account", detail.get("AccountRef", {}).get("value", ""))
        if account is not None and account["AccountType"] in NEEDED:
            is_owed = account["AccountType"] == "Accounts Payable"
            sign = 1 if (detail["PostingType"] == "Credit") is is_owed else -1
            yield detail["Entity"]["EntityRef"]["value"], sign * Decimal(line["Amount"])


def _prepare_line(book: Book, line: Record) -> Record:
    kind_of_line = line.get("DetailType")
    if kind_of_line is None:
        raise missing("DetailType")
    if kind_of_line == "DescriptionOnly":
        return {**line, "Amount": 0}
    if kind_of_line != DETAIL:
        raise business(f"{kind_of_line} cannot stand on this transaction.")
    if "Amount" not in line:
        raise missing("Amount")
    if line["Amount"] < 0:
        raise negative_amount("Line.Amount", line["Amount"])
    detail = dict(line.get(DETAIL) or {})
    if "PostingType" not in detail:
        raise no_posting_type()
    if "AccountRef" not in detail:
        raise missing("AccountRef")
    if "TaxCodeRef" in detail and "TaxApplicableOn" not in detail:
        raise missing("TaxApplicableOn")
    _name_entity(book, detail)
    _tidy_detail(book, detail)
    return {**line, DETAIL: detail}


def _name_entity(book: Book, detail: Record) -> None:
    entity = detail.get("Entity")
    if entity is not None:
        if "EntityRef" not in entity:
            raise missing("EntityRef")
        party = resolve_party(book, entity["EntityRef"], "Entity.EntityRef", entity.get("Type"))
        party_type = party.pop("type")
        detail["Entity"] = {"Type": party_type, "EntityRef": party}
    account = book.records["Account"][detail["AccountRef"]["value"]]
    needed = NEEDED.get(account["AccountType"])
    if needed is not None and detail.get("Entity", {}).get("Type") != needed:
        raise business(f"When you use {account['AccountType']}, you must choose a {needed.lower()} in the Name field.")


def _tidy_detail(book: Book, detail: Record) -> None:
    """A journal of a US company carries no tax, and a class or location needs its preference."""
    for member in TAX_MEMBERS if is_us(book) else ():
        detail.pop(member, None)
    tracks = [book.preference("AccountingInfoPrefs", f"ClassTrackingPerTxn{part}") for part in ("", "Line")]
    if not any(tracks):
        detail.pop("ClassRef", None)
    if not book.preference("AccountingInfoPrefs", "TrackDepartments"):
        detail.pop("DepartmentRef", None)
    if detail.get("Entity", {}).get("Type") != "Customer" and detail.pop("BillableStatus", None) == "Billable":
        raise customer_missing()


def _demand_balance(record: Record) -> None:
    sums = {side: tax_on_side(record, side) for side in ("Debit", "Credit")}
    for line in record["Line"]:
        if DETAIL in line:
            sums[line[DETAIL]["PostingType"]] += Decimal(line["Amount"])
    if sums["Debit"] != sums["Credit"]:
        raise unbalanced_journal(sums["Debit"], sums["Credit"])


def _demand_unpaid(write: Write) -> None:
    """What bill payments already apply must stay covered; unverified at the vendor."""
    book, old = write.book, write.old
    if old is None or not old.get("LinkedTxn"):
        return
    demand_journal_covers(book, old, write.record)
    for linked in old["LinkedTxn"]:
        payment = book.get("BillPayment", linked["TxnId"])
        if payment is None:
            continue
        vendor_id = payment["VendorRef"]["value"]
        owed = sum((amount for _, amount in list_payable_lines(book, write.record, vendor_id)), Decimal(0))
        was_credit = find_payable(book, "JournalEntry", old["Id"], vendor_id, None).is_credit
        if (owed < 0) is not was_credit or abs(owed) < applied_to(book, old, "JournalEntry", vendor_id):
            raise business("The amount cannot be lower than what is already paid.")
