"""Payments of customers: what they apply to invoices, with which credits, and what stays unapplied."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import business, link_missing, missing, negative_amount
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.multicurrency import set_currency
from connectors.sandbox.qbo.books.system_accounts import check_receivables, find_receivables
from connectors.sandbox.qbo.books.transactions import mark_voided, set_date
from connectors.sandbox.qbo.books.values import Record, spell_extension, spell_money
from connectors.sandbox.qbo.sales.applications import list_applied, net_applied, owed_by_journal, paid_on_journal
from connectors.sandbox.qbo.sales.receipts import demand_not_deposited, set_money_account

# Documented too: Expense, Check and CreditCardCredit, which pay a credit back; they are refused here.
APPLICABLE = ("Invoice", "CreditMemo", "JournalEntry")
# As long as these stay the same, so do the lines.
DECIDING = ("Line", "CustomerRef", "CurrencyRef")


def prepare_payment(write: Write) -> None:
    record = write.record
    set_date(write)
    set_currency(write)
    if record["TotalAmt"] < 0:
        raise negative_amount("TotalAmt", record["TotalAmt"])
    set_money_account(write)
    record["DepositToAccountRef"] = {"value": record["DepositToAccountRef"]["value"]}
    check_receivables(write.book, record)
    if write.old is None or any(record.get(member) != write.old.get(member) for member in DECIDING):
        record["Line"] = [_prepare_line(write, line) for line in record.get("Line") or []]
        _check_applied(write)
    if not record["TotalAmt"] and not record["Line"]:
        raise business("You must set a transaction amount.")
    unapplied = Decimal(record["TotalAmt"]) - net_applied(record)
    if unapplied < 0:
        raise business("The total amount is lower than what the lines apply.")
    if unapplied > record["TotalAmt"]:
        raise business("The credits are higher than the documents they are applied to.")
    record["UnappliedAmt"] = spell_money(unapplied)
    demand_not_deposited(write)


def void_payment(write: Write) -> None:
    """As recorded: no amount, nothing applied."""
    write.record |= {"TotalAmt": 0, "UnappliedAmt": 0, "Line": []}
    mark_voided(write.record)


def weigh_payment(record: Record) -> tuple[str, Decimal]:
    """What is not applied stands to the customer's credit; so does what pays a journal, which has no balance."""
    journals = sum(
        (amount for (txn_type, _), amount in list_applied(record).items() if txn_type == "JournalEntry"), Decimal(0)
    )
    return record["CustomerRef"]["value"], -Decimal(record["UnappliedAmt"]) - journals


def post_payment(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    total = Decimal(record["TotalAmt"])
    receivables = find_receivables(book, record)
    yield record["DepositToAccountRef"]["value"], total
    yield receivables, -total


def _prepare_line(write: Write, line: Record) -> Record:
    if "Amount" not in line:
        raise missing("Line.Amount")
    if line["Amount"] < 0:
        raise negative_amount("Line.Amount", line["Amount"])
    if len(line.get("LinkedTxn") or ()) != 1:
        raise business("Each line of a payment links one transaction.")
    linked = line["LinkedTxn"][0]
    txn_type, txn_id = str(linked.get("TxnType")), str(linked.get("TxnId"))
    if txn_type not in APPLICABLE or txn_type not in write.book.kinds:
        raise business(f"A {txn_type} cannot be linked to a payment.")
    document = write.book.get(txn_type, txn_id)
    if document is None:
        raise link_missing(txn_type, txn_id)
    return {
        "Amount": spell_money(line["Amount"]),
        "LinkedTxn": [{"TxnId": txn_id, "TxnType": txn_type}],
        "LineEx": _describe_document(document, _open_amount(write, txn_type, document)),
    }


def _check_applied(write: Write) -> None:
    """Each document must be the customer's and open by as much as all lines together apply to it."""
    for (txn_type, txn_id), amount in list_applied(write.record).items():
        document = write.book.records[txn_type][txn_id]
        payer = write.record["CustomerRef"]["value"]
        if txn_type != "JournalEntry" and not _may_pay(write.book, payer, document["CustomerRef"]["value"]):
            raise business(f"The {txn_type} {txn_id} belongs to another customer.")
        if amount > _open_amount(write, txn_type, document):
            raise business(f"The amount applied to {txn_type} {txn_id} is more than its open balance.")
        currency: Record = document.get("CurrencyRef") or write.record["CurrencyRef"]
        if currency["value"] != write.record["CurrencyRef"]["value"]:
            raise business(f"The {txn_type} {txn_id} is in another currency.")


def _may_pay(book: Book, payer: str, owner: str) -> bool:
    """A customer pays what is his own and, unverified at the vendor, what his jobs owe."""
    while owner and owner != payer:
        customer = book.get("Customer", owner) or {}
        owner = customer.get("ParentRef", {}).get("value", "")
    return owner == payer


def _open_amount(write: Write, txn_type: str, document: Record) -> Decimal:
    """Without what this payment itself applied before."""
    before = list_applied(write.old).get((txn_type, document["Id"]), Decimal(0))
    if txn_type != "JournalEntry":
        return Decimal(document["Balance"]) + before
    customer_id = write.record["CustomerRef"]["value"]
    owed = owed_by_journal(write.book, document, customer_id)
    return owed - paid_on_journal(write.book, document, customer_id) + before


def _describe_document(document: Record, open_amount: Decimal) -> Record:
    """Id, open amount before this payment and number, in the spelling the service's own tools give such members."""
    values = {"txnId": document["Id"], "txnOpenBalance": f"{open_amount:.2f}"}
    if "DocNumber" in document:
        values["txnReferenceNumber"] = document["DocNumber"]
    return spell_extension(values)
