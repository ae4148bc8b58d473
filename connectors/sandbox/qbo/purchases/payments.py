"""Bill payments: what they apply to bills, credits, journals and deposits, and how a change takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import business, missing, no_lines, wrong_account_type
from connectors.sandbox.qbo.books.kinds import Kind, Write
from connectors.sandbox.qbo.books.multicurrency import set_currency
from connectors.sandbox.qbo.books.transactions import demand_free_check_number, link, mark_voided, set_date, unlink
from connectors.sandbox.qbo.books.values import Record, spell_money
from connectors.sandbox.qbo.purchases.expenses import set_payables_account
from connectors.sandbox.qbo.purchases.payables import find_payable, list_links

# How the linked documents name the payment.
LINK_TYPES = {"Check": "BillPaymentCheck", "CreditCard": "BillPaymentCreditCard"}
APPLICABLE = ("Bill", "VendorCredit", "JournalEntry", "Deposit")
# These carry their own balance; of the others the links tell what is left.
BALANCED = ("Bill", "VendorCredit")
# Seen by integrators: links to these are dropped without a word.
DROPPED = ("Purchase", "Expense", "Check", "CreditCardCredit")


def prepare_bill_payment(write: Write) -> None:
    record = write.record
    if record["TotalAmt"] < 0:
        raise business("The total amount cannot be negative.")
    set_date(write)
    set_currency(write)
    if "Line" in write.sent or write.old is None:
        if not record["Line"]:
            raise no_lines()
        # Unlike on other documents the lines carry neither Id nor LineNum.
        kept = [line for line in record["Line"] if not _is_dropped(line)]
        record["Line"] = [_prepare_line(write, line) for line in kept]
        _check_net(write)
        _take_payables_account(write)
    elif record["TotalAmt"] != write.old["TotalAmt"]:
        _check_net(write)
    set_payables_account(write)
    _check_source(write)


def void_bill_payment(write: Write) -> None:
    """Nothing is paid any more, so nothing is applied; the payment itself stays."""
    write.record |= {"TotalAmt": 0, "Line": []}
    mark_voided(write.record)


def settle_bill_payment(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    """Only what the lines apply moves the documents: a changed memo leaves them alone."""
    if old is not None and new is not None and list(list_links(old)) == list(list_links(new)):
        return
    if old is not None:
        for txn_type, txn_id, amount in list_links(old):
            unlink(book, book.kinds[txn_type], txn_id, txn_id=old["Id"], amount=amount)
    if new is not None:
        paid_by = LINK_TYPES[new["PayType"]]
        for txn_type, txn_id, amount in list_links(new):
            link(book, book.kinds[txn_type], txn_id, txn_id=new["Id"], txn_type=paid_by, amount=amount)


def weigh_bill_payment(record: Record) -> tuple[str, Decimal]:
    """What is paid beyond bills and credits stands as the vendor's debt to us; journals and deposits keep theirs."""
    net = Decimal(0)
    for txn_type, _, amount in list_links(record):
        if txn_type in BALANCED:
            net += amount if txn_type == "Bill" else -amount
    return record["VendorRef"]["value"], net - Decimal(record["TotalAmt"])


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


def _is_dropped(line: Record) -> bool:
    links = line.get("LinkedTxn") or []
    return bool(links) and all(each.get("TxnType") in DROPPED for each in links)


def _prepare_line(write: Write, line: Record) -> Record:
    if "Amount" not in line:
        raise missing("Amount")
    if len(line.get("LinkedTxn") or ()) != 1:
        raise business("Each line of a bill payment links one transaction.")
    linked = line["LinkedTxn"][0]
    txn_type, txn_id = linked.get("TxnType"), linked.get("TxnId")
    if txn_type not in APPLICABLE:
        raise business(f"A {txn_type} cannot be linked to a bill payment.")
    payable = find_payable(write.book, txn_type, str(txn_id), write.record["VendorRef"]["value"], write.old)
    amount = Decimal(line["Amount"])
    if amount < 0 or amount > abs(payable.open):
        raise business(f"The amount applied to {txn_type} {txn_id} is more than its open balance.")
    # Which line it is matters only where one document can hold several parties.
    is_part = txn_type not in BALANCED and "TxnLineId" in linked
    link_line = {"TxnLineId": linked["TxnLineId"]} if is_part else {}
    return {"Amount": spell_money(amount), "LinkedTxn": [{"TxnId": txn_id, "TxnType": txn_type, **link_line}]}


def _check_net(write: Write) -> None:
    """Credits lower what the bills take, and together they cannot take more than is paid."""
    record, net, applied = write.record, Decimal(0), set()
    vendor_id = record["VendorRef"]["value"]
    for txn_type, txn_id, amount in list_links(record):
        if (txn_type, txn_id) in applied:
            raise business(f"The {txn_type} {txn_id} is linked more than once.")
        applied.add((txn_type, txn_id))
        is_credit = find_payable(write.book, txn_type, txn_id, vendor_id, write.old).is_credit
        net += -amount if is_credit else amount
    if net > Decimal(record["TotalAmt"]):
        raise business("The total amount is lower than what the lines apply.")
    if net < 0:
        raise business("The credits are higher than the bills they are applied to.")


def _take_payables_account(write: Write) -> None:
    """From the first document paid; all must share it."""
    vendor_id = write.record["VendorRef"]["value"]
    accounts = {}
    for txn_type, txn_id, _ in list_links(write.record):
        account = find_payable(write.book, txn_type, txn_id, vendor_id, write.old).account
        accounts[account["value"]] = account
    if len(accounts) > 1:
        # Documented by integrators; the text is unverified.
        raise business("All bills of a payment must have the same accounts payable account.")
    if accounts:
        write.record["APAccountRef"] = next(iter(accounts.values()))


def _check_source(write: Write) -> None:
    """The account must be given unless nothing is paid, as when a credit covers a bill."""
    record = write.record
    is_check = record["PayType"] == "Check"
    # The other way of paying has nothing to say here, as after a change from one to the other.
    record.pop("CreditCardPayment" if is_check else "CheckPayment", None)
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
        demand_free_check_number(write)
