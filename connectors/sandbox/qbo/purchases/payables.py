"""What a bill payment can be applied to: the open amount of a bill, a credit, a journal's or a deposit's A/P line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import business
from connectors.sandbox.qbo.books.values import Record


@dataclass(frozen=True, slots=True)
class Payable:
    """`open` is what can still be applied, `account` the accounts payable account it stands in."""

    open: Decimal
    is_credit: bool
    account: Record


def list_links(record: Record) -> Iterator[tuple[str, str, Decimal]]:
    """(type, id, amount) of every document a bill payment applies to."""
    for line in record["Line"]:
        linked = line["LinkedTxn"][0]
        yield linked["TxnType"], linked["TxnId"], Decimal(line["Amount"])


def find_payable(book: Book, txn_type: str, txn_id: str, vendor_id: str, payment: Record | None) -> Payable:
    """`payment` is the payment as stored, whose own part counts as open. Raises QboFault."""
    document = book.get(txn_type, txn_id)
    if document is None:
        # The sentence is recorded for an estimate on an invoice.
        raise business(f"The entity {txn_type} {txn_id} that you are trying to link does not exist.")
    before = sum_applied(payment, txn_type, txn_id) if payment is not None else Decimal(0)
    if txn_type in ("Bill", "VendorCredit"):
        if document["VendorRef"]["value"] != vendor_id:
            raise business(f"The {txn_type} {txn_id} belongs to another vendor.")
        is_credit = txn_type == "VendorCredit"
        return Payable(Decimal(document["Balance"]) + before, is_credit, document["APAccountRef"])
    lines = list(list_payable_lines(book, document, vendor_id))
    if not lines:
        raise business(f"The {txn_type} {txn_id} holds nothing of this vendor's in accounts payable.")
    owed = sum((amount for _, amount in lines), Decimal(0))
    left = abs(owed) - applied_to(book, document, txn_type, vendor_id) + before
    return Payable(left, owed < 0, lines[0][0])


def list_payable_lines(book: Book, document: Record, vendor_id: str | None = None) -> Iterator[tuple[Record, Decimal]]:
    """(account, amount owed) of the A/P lines of a journal or a deposit, of one vendor or of all."""
    for line in document["Line"]:
        detail = line.get(line.get("DetailType", ""), {})
        account = detail.get("AccountRef")
        stored = book.get("Account", account["value"]) if account else None
        party = detail.get("Entity", {})
        party_id = party.get("EntityRef", party).get("value")
        if stored is None or stored["AccountType"] != "Accounts Payable" or vendor_id not in (None, party_id):
            continue
        sign = -1 if detail.get("PostingType") == "Debit" else 1
        yield account, sign * Decimal(line["Amount"])


def applied_to(book: Book, document: Record, txn_type: str, vendor_id: str) -> Decimal:
    """What the vendor's payments that a journal or a deposit links apply to it."""
    found = [book.get("BillPayment", each["TxnId"]) for each in document.get("LinkedTxn", [])]
    payments = [each for each in found if each is not None and each["VendorRef"]["value"] == vendor_id]
    return sum((sum_applied(each, txn_type, document["Id"]) for each in payments), Decimal(0))


def sum_applied(payment: Record, txn_type: str, txn_id: str) -> Decimal:
    return sum((amount for *target, amount in list_links(payment) if target == [txn_type, txn_id]), Decimal(0))
