"""Bill payments: what they apply to bills and vendor credits, and how a change or a delete takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.sandbox.qbo.book import Book
from connectors.sandbox.qbo.expenses import set_payables_account
from connectors.sandbox.qbo.faults import business, missing, wrong_account_type
from connectors.sandbox.qbo.kinds import Kind, Write
from connectors.sandbox.qbo.transactions import link, number_lines, set_currency, set_date, unlink
from connectors.sandbox.qbo.values import Record, spell_money

# How the linked documents name the payment.
LINK_TYPES = {"Check": "BillPaymentCheck", "CreditCard": "BillPaymentCreditCard"}
APPLICABLE = ("Bill", "VendorCredit")


def prepare_bill_payment(write: Write) -> None:
    record = write.record
    if record["TotalAmt"] < 0:
        raise business("The total amount cannot be negative.")
    set_date(write)
    set_currency(write)
    if "Line" in write.sent or write.old is None:
        record["Line"] = [_prepare_line(write, line) for line in record["Line"]]
        number_lines(write)
    _take_payables_account(write)
    _check_source(write)
    net = _net_applied(record)
    if net > Decimal(record["TotalAmt"]):
        raise business("The total amount is lower than what the lines apply.")
    if net < 0:
        raise business("The credits are higher than the bills they are applied to.")


def settle_bill_payment(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    """Only what the lines apply moves the documents: a changed memo leaves them alone."""
    if old is not None and new is not None and _list_links(old) == _list_links(new):
        return
    if old is not None:
        for txn_type, txn_id, amount in _list_links(old):
            unlink(book, book.kinds[txn_type], txn_id, txn_id=old["Id"], amount=amount)
    if new is not None:
        paid_by = LINK_TYPES[new["PayType"]]
        for txn_type, txn_id, amount in _list_links(new):
            link(book, book.kinds[txn_type], txn_id, txn_id=new["Id"], txn_type=paid_by, amount=amount)


def weigh_bill_payment(record: Record) -> tuple[str, Decimal]:
    """What is paid beyond the lines stands as the vendor's debt to us."""
    return record["VendorRef"]["value"], _net_applied(record) - Decimal(record["TotalAmt"])


def post_bill_payment(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    total = Decimal(record["TotalAmt"])
    source = _find_source(record)
    if source is not None:
        yield record["APAccountRef"]["value"], total
        yield source["value"], -total


def _find_source(record: Record) -> Record | None:
    if record["PayType"] == "Check":
        source: Record | None = record.get("CheckPayment", {}).get("BankAccountRef")
    else:
        source = record.get("CreditCardPayment", {}).get("CCAccountRef")
    return source


def _list_links(record: Record) -> list[tuple[str, str, Decimal]]:
    """(type, id, amount) of every document the payment applies to."""
    linked = [(line["LinkedTxn"][0], Decimal(line["Amount"])) for line in record["Line"]]
    return [(each["TxnType"], each["TxnId"], amount) for each, amount in linked]


def _net_applied(record: Record) -> Decimal:
    net = Decimal(0)
    for txn_type, _, amount in _list_links(record):
        net += amount if txn_type == "Bill" else -amount
    return net


def _prepare_line(write: Write, line: Record) -> Record:
    if "Amount" not in line:
        raise missing("Amount")
    if len(line.get("LinkedTxn") or ()) != 1:
        raise business("Each line of a bill payment links one transaction.")
    linked = line["LinkedTxn"][0]
    txn_type, txn_id = linked.get("TxnType"), linked.get("TxnId")
    if txn_type not in APPLICABLE:
        raise business(f"A {txn_type} cannot be linked to a bill payment.")
    document = write.book.get(txn_type, str(txn_id))
    if document is None:
        # The sentence is recorded for an estimate on an invoice.
        raise business(f"The entity {txn_type} {txn_id} that you are trying to link does not exist.")
    if document["VendorRef"]["value"] != write.record["VendorRef"]["value"]:
        raise business(f"The {txn_type} {txn_id} belongs to another vendor.")
    amount = Decimal(line["Amount"])
    if amount < 0 or amount > Decimal(document["Balance"]) + _applied_before(write, txn_type, txn_id):
        raise business(f"The amount applied to {txn_type} {txn_id} is more than its open balance.")
    return {**line, "Amount": spell_money(amount), "LinkedTxn": [{"TxnId": txn_id, "TxnType": txn_type}]}


def _applied_before(write: Write, txn_type: str, txn_id: str) -> Decimal:
    links = _list_links(write.old) if write.old is not None else []
    return sum((amount for *target, amount in links if target == [txn_type, txn_id]), Decimal(0))


def _take_payables_account(write: Write) -> None:
    """From the first document paid."""
    linked = write.record["Line"][0]["LinkedTxn"][0] if write.record["Line"] else None
    if linked is not None:
        document = write.book.records[linked["TxnType"]][linked["TxnId"]]
        write.record["APAccountRef"] = document["APAccountRef"]
    set_payables_account(write)


def _check_source(write: Write) -> None:
    """The account must be given unless nothing is paid, as when a credit covers a bill."""
    record = write.record
    is_check = record["PayType"] == "Check"
    source = _find_source(record)
    if source is None:
        if record["TotalAmt"]:
            raise missing("BankAccountRef" if is_check else "CCAccountRef")
        return
    account = write.book.records["Account"][source["value"]]
    if account["AccountType"] != ("Bank" if is_check else "Credit Card"):
        raise wrong_account_type("CheckPayment.BankAccountRef" if is_check else "CreditCardPayment.CCAccountRef")
    if is_check:
        record["CheckPayment"] = {"PrintStatus": "NotSet", **record["CheckPayment"]}
