"""Customer payments applied to documents: how much, from which payment, and how a document is let go."""

from __future__ import annotations

from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import business
from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.books.values import Record, spell_money

# (type, id) of a document
Target = tuple[str, str]
CREDITS = ("CreditMemo",)


def set_open_amount(record: Record, amount: Decimal) -> None:
    """The open amount under every name it has; credit memos carry it twice."""
    record |= open_amount_members(record, amount)


def open_amount_members(record: Record, amount: Decimal) -> Record:
    members: Record = {"Balance": spell_money(amount)}
    if "RemainingCredit" in record:
        members["RemainingCredit"] = spell_money(amount)
    if "ExchangeRate" in record and "HomeTotalAmt" in record:
        members["HomeBalance"] = spell_money(amount * Decimal(record["ExchangeRate"]))
    return members


def applied_so_far(document: Record | None) -> Decimal:
    """What payments have taken off a document; 0 for one that is just made."""
    if document is None:
        return Decimal(0)
    total = Decimal(document["TotalAmt"]) - Decimal(document.get("Deposit", 0))
    return total - Decimal(document["Balance"])


def list_applied(payment: Record | None) -> dict[Target, Decimal]:
    """Document -> amount of it the payment applies to."""
    applied: dict[Target, Decimal] = {}
    for line in (payment or {}).get("Line", []):
        for linked in line["LinkedTxn"]:
            target = (linked["TxnType"], linked["TxnId"])
            applied[target] = applied.get(target, Decimal(0)) + Decimal(line["Amount"])
    return applied


def net_applied(payment: Record) -> Decimal:
    """What the payment's own money pays: the documents less the credits used on them."""
    net = Decimal(0)
    for (txn_type, _), amount in list_applied(payment).items():
        net += -amount if txn_type in CREDITS else amount
    return net


def settle_applications(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    """Move each document by what has changed on it, and no other: a changed memo leaves them all alone."""
    before, after = list_applied(old), list_applied(new)
    payment_id = (new or old or {})["Id"]
    for target in [*before, *(each for each in after if each not in before)]:
        if before.get(target) != after.get(target):
            shift = after.get(target, Decimal(0)) - before.get(target, Decimal(0))
            _move_document(book, target, payment_id, kind.name, shift, is_linked=target in after)


def release_document(book: Book, payment_id: str, txn_type: str, txn_id: str) -> None:
    """Take a document off a payment, which keeps its money unapplied.

    Credits that then cover nothing go back to their memos; a payment of nothing for nothing is deleted. Unverified at
    the vendor beyond the payment staying.
    """
    kind, payment = book.kinds["Payment"], book.get("Payment", payment_id)
    if payment is None:
        return
    lines = [line for line in payment["Line"] if not _is_for(line, txn_type, txn_id)]
    new = {**payment, "Line": _give_back_credits(lines)}
    # The document itself moves no more, so only what else has changed is settled.
    held = {**payment, "Line": lines}
    if not new["Line"] and not new["TotalAmt"]:
        book.remove(kind, payment_id)
        book.move_balance(kind, payment, None)
        book.post(kind, payment, None)
        settle_applications(book, kind, held, None)
        book.announce(kind, payment_id, "Delete")
        return
    unapplied = spell_money(Decimal(payment["TotalAmt"]) - net_applied(new))
    book.amend(kind, payment_id, {"Line": new["Line"], "UnappliedAmt": unapplied})
    settle_applications(book, kind, held, new)


def owed_by_journal(book: Book, journal: Record, customer_id: str) -> Decimal:
    """What its receivables lines charge the customer."""
    owed = Decimal(0)
    for line in journal["Line"]:
        detail = line.get("JournalEntryLineDetail", {})
        account = book.get("Account", detail.get("AccountRef", {}).get("value", "")) or {}
        party_id = detail.get("Entity", {}).get("EntityRef", {}).get("value")
        if account.get("AccountType") == "Accounts Receivable" and party_id == customer_id:
            owed += Decimal(line["Amount"]) * (1 if detail.get("PostingType") == "Debit" else -1)
    return owed


def paid_on_journal(book: Book, journal: Record, customer_id: str) -> Decimal:
    target, paid = ("JournalEntry", journal["Id"]), Decimal(0)
    for each in journal.get("LinkedTxn", []):
        payment = book.get("Payment", each["TxnId"])
        if payment is not None and payment["CustomerRef"]["value"] == customer_id:
            paid += list_applied(payment).get(target, Decimal(0))
    return paid


def demand_journal_covers(book: Book, old: Record, new: Record) -> None:
    """What customers have paid on a journal must stay charged; unverified at the vendor. Raises QboFault."""
    for each in old.get("LinkedTxn", []):
        payment = book.get("Payment", each["TxnId"])
        if payment is None:
            continue
        customer_id = payment["CustomerRef"]["value"]
        if owed_by_journal(book, new, customer_id) < paid_on_journal(book, old, customer_id):
            raise business("The amount cannot be lower than what is already paid.")


def _is_for(line: Record, txn_type: str, txn_id: str) -> bool:
    return any((each["TxnType"], each["TxnId"]) == (txn_type, txn_id) for each in line["LinkedTxn"])


def _give_back_credits(lines: list[Record]) -> list[Record]:
    """Cut credits, the last first, down to the documents they are used on."""
    surplus = -net_applied({"Line": lines})
    kept: list[Record] = []
    for line in reversed(lines):
        amount = Decimal(line["Amount"])
        if line["LinkedTxn"][0]["TxnType"] in CREDITS and surplus > 0:
            cut = min(surplus, amount)
            surplus -= cut
            amount -= cut
            line = {**line, "Amount": spell_money(amount)}
        if amount:
            kept.append(line)
    return kept[::-1]


def _move_document(
    book: Book, target: Target, payment_id: str, payment_type: str, shift: Decimal, *, is_linked: bool
) -> None:
    """Back-links and balance of one document; nothing when it is gone. A journal has no balance of its own."""
    document = book.get(*target)
    if document is None:
        return
    links = [each for each in document.get("LinkedTxn", []) if each["TxnId"] != payment_id]
    if is_linked:
        links.append({"TxnId": payment_id, "TxnType": payment_type})
    changes: Record = {"LinkedTxn": links if links or target[0] == "Invoice" else None}
    if "Balance" in document:
        changes |= open_amount_members(document, Decimal(document["Balance"]) - shift)
    book.amend(book.kinds[target[0]], target[1], changes, is_counted="Balance" in document)
