"""Deposits: money out of Undeposited Funds and from elsewhere, brought to the bank."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import (
    bad_value,
    business,
    deposited,
    invalid_reference,
    link_missing,
    missing,
    negative_amount,
    no_lines,
    wrong_account_type,
)
from connectors.sandbox.qbo.books.kinds import Kind, Write
from connectors.sandbox.qbo.books.multicurrency import set_currency
from connectors.sandbox.qbo.books.refs import make_reference, resolve_party
from connectors.sandbox.qbo.books.system_accounts import UNDEPOSITED_FUNDS, open_account
from connectors.sandbox.qbo.books.transactions import LineIds, set_date
from connectors.sandbox.qbo.books.values import Record, parse_number, spell_money
from connectors.sandbox.qbo.sales.receipts import MONEY_ACCOUNTS, is_deposited, name_payment_method
from connectors.sandbox.qbo.sales.sales import set_home_total

DEPOSIT_LINE = "DepositLineDetail"
LINE_MEMBERS = frozenset({"Id", "Description", "Amount", "DetailType", "ProjectRef"})
# Whose name the ledgers need.
LEDGERS = {"Accounts Receivable": "Customer", "Accounts Payable": "Vendor"}
# What can wait in Undeposited Funds, and by which sign it goes into the deposit.
DEPOSITABLE = {"Payment": 1, "SalesReceipt": 1, "RefundReceipt": -1}


def prepare_deposit(write: Write) -> None:
    record = write.record
    set_date(write)
    set_currency(write)
    _check_bank(write.book, record["DepositToAccountRef"], "DepositToAccountRef")
    if "Line" in write.sent or write.old is None:
        lines = [_prepare_line(write, line) for line in record.get("Line") or []]
        if not lines:
            raise no_lines()
        links = [_read_link(line) for line in lines if "LinkedTxn" in line]
        if len(set(links)) < len(links):
            raise deposited()
        record["Line"] = _number(lines, write.old)
    if not write.book.preference("AccountingInfoPrefs", "TrackDepartments"):
        record.pop("DepartmentRef", None)
    _set_cash_back(write)
    total = sum((Decimal(line["Amount"]) for line in record["Line"]), Decimal(0)) - _cash_back(record)
    if total < 0:
        raise negative_amount("TotalAmt", total)
    record["TotalAmt"] = spell_money(total)
    set_home_total(write)


def settle_deposit(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    """The deposited transactions are marked; as recorded neither their times nor their SyncTokens move."""
    before, after = _list_links(old), _list_links(new)
    deposit_id = (new or old or {})["Id"]
    for txn_type, txn_id in sorted(before ^ after):
        record = book.get(txn_type, txn_id)
        if record is None:
            continue
        links = [each for each in record.get("LinkedTxn", []) if each["TxnType"] != "Deposit"]
        if (txn_type, txn_id) in after:
            links.append({"TxnId": deposit_id, "TxnType": "Deposit"})
        marked = {name: value for name, value in record.items() if name != "LinkedTxn"}
        book.put(book.kinds[txn_type], {**marked, "LinkedTxn": links} if links else marked, is_touched=False)


def post_deposit(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    yield record["DepositToAccountRef"]["value"], Decimal(record["TotalAmt"])
    cash_back = _cash_back(record)
    if cash_back:
        yield record["CashBack"]["AccountRef"]["value"], cash_back
    for line in record["Line"]:
        yield _source_of(book, line), -Decimal(line["Amount"])


def weigh_deposit(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    """Money put down as a customer's receivables or a vendor's payables moves the party's balance."""
    for line in record["Line"]:
        detail = line.get(DEPOSIT_LINE, {})
        account = book.get("Account", detail.get("AccountRef", {}).get("value", ""))
        if account is not None and account["AccountType"] in LEDGERS:
            sign = -1 if account["AccountType"] == "Accounts Receivable" else 1
            yield detail["Entity"]["value"], sign * Decimal(line["Amount"])


def _source_of(book: Book, line: Record) -> str:
    if "LinkedTxn" not in line:
        return str(line[DEPOSIT_LINE]["AccountRef"]["value"])
    source = book.get(*_read_link(line))
    return str(source["DepositToAccountRef"]["value"] if source else open_account(book, UNDEPOSITED_FUNDS)["Id"])


def _check_bank(book: Book, reference: Record, element: str) -> None:
    if book.records["Account"][reference["value"]]["AccountType"] not in MONEY_ACCOUNTS:
        raise wrong_account_type(element)


def _read_link(line: Record) -> tuple[str, str]:
    return line["LinkedTxn"][0]["TxnType"], line["LinkedTxn"][0]["TxnId"]


def _list_links(record: Record | None) -> set[tuple[str, str]]:
    return {_read_link(line) for line in (record or {}).get("Line", []) if "LinkedTxn" in line}


def _prepare_line(write: Write, line: Record) -> Record:
    if line.get("LinkedTxn"):
        return _prepare_linked(write, line)
    kind_of_line = line.get("DetailType")
    if kind_of_line is None:
        raise missing("Line.DetailType")
    if kind_of_line != DEPOSIT_LINE:
        raise business(f"{kind_of_line} cannot stand on this transaction.")
    if "Amount" not in line:
        raise missing("Line.Amount")
    detail = dict(line.get(DEPOSIT_LINE) or {})
    if "AccountRef" not in detail:
        raise missing("Line.DepositLineDetail.AccountRef")
    if "Entity" in detail:
        detail["Entity"] = _resolve_entity(write.book, detail["Entity"])
    _demand_party(write.book, detail)
    if not write.book.preference("AccountingInfoPrefs", "ClassTrackingPerTxnLine"):
        detail.pop("ClassRef", None)
    name_payment_method(write.book, detail)
    kept: Record = {name: value for name, value in line.items() if name in LINE_MEMBERS}
    return {**kept, DEPOSIT_LINE: detail}


def _resolve_entity(book: Book, reference: Record) -> Record:
    """The party, its type in capitals as recorded."""
    given = reference.get("type")
    party = resolve_party(
        book, reference, "Line.DepositLineDetail.Entity", given.capitalize() if isinstance(given, str) else None
    )
    return {**party, "type": party["type"].upper()}


def _demand_party(book: Book, detail: Record) -> None:
    account_type = book.records["Account"][detail["AccountRef"]["value"]]["AccountType"]
    needed = LEDGERS.get(account_type)
    if needed is not None and detail.get("Entity", {}).get("type") != needed.upper():
        raise business(f"When you use {account_type}, you must choose a {needed.lower()} in the Name field.")


def _prepare_linked(write: Write, line: Record) -> Record:
    """A transaction that waits in Undeposited Funds goes in whole. Recorded without Id, number and type."""
    if len(line["LinkedTxn"]) != 1:
        raise business("Each line of a deposit links one transaction.")
    linked = line["LinkedTxn"][0]
    txn_type, txn_id = str(linked.get("TxnType")), str(linked.get("TxnId"))
    if txn_type not in DEPOSITABLE:
        raise business(f"A {txn_type} cannot be linked to a deposit.")
    source = write.book.get(txn_type, txn_id)
    if source is None:
        raise link_missing(txn_type, txn_id)
    if is_deposited(source) and (txn_type, txn_id) not in _list_links(write.old):
        raise deposited()
    account = write.book.records["Account"][source["DepositToAccountRef"]["value"]]
    if account["AccountSubType"] != "UndepositedFunds":
        raise business(f"The {txn_type} {txn_id} is not in Undeposited Funds.")
    amount = DEPOSITABLE[txn_type] * Decimal(source["TotalAmt"])
    if not amount:
        raise business(f"The {txn_type} {txn_id} brings no money to deposit.")
    if "Amount" in line and Decimal(line["Amount"]) != amount:
        raise business(f"The amount of {txn_type} {txn_id} is {amount}; it is deposited whole.")
    read: Record = {
        "Amount": spell_money(amount),
        "LinkedTxn": [{"TxnId": txn_id, "TxnType": txn_type, "TxnLineId": str(linked.get("TxnLineId", "0"))}],
    }
    detail = _describe_source(source)
    return {**read, DEPOSIT_LINE: detail} if detail else read


def _describe_source(source: Record) -> Record:
    """How it was paid: method and check number."""
    detail: Record = {}
    if "PaymentMethodRef" in source:
        detail["PaymentMethodRef"] = {"value": source["PaymentMethodRef"]["value"]}
    if "PaymentRefNum" in source:
        detail["CheckNum"] = source["PaymentRefNum"]
    return detail


def _set_cash_back(write: Write) -> None:
    """`CashBack` comes in as it is, so every member is looked at here."""
    sent = write.record.get("CashBack")
    if sent is None:
        return
    if not isinstance(sent, dict):
        raise bad_value("CashBack", sent)
    amount, reference = parse_number(sent.get("Amount")), sent.get("AccountRef")
    if amount is None or abs(amount) >= Decimal(10) ** 15:
        raise bad_value("CashBack.Amount", sent.get("Amount"))
    if amount < 0:
        raise negative_amount("CashBack.Amount", amount)
    if not isinstance(reference, dict) or not reference.get("value"):
        raise missing("CashBack.AccountRef")
    account = write.book.get("Account", str(reference["value"]))
    if account is None:
        raise invalid_reference("Accounts", str(reference["value"]), "CashBack.AccountRef")
    reference = make_reference(write.book.kinds["Account"], account)
    _check_bank(write.book, reference, "CashBack.AccountRef")
    memo = {"Memo": str(sent["Memo"])} if sent.get("Memo") else {}
    write.record["CashBack"] = {"AccountRef": reference, "Amount": spell_money(amount), **memo}


def _cash_back(record: Record) -> Decimal:
    return Decimal(record.get("CashBack", {}).get("Amount", 0))


def _number(lines: list[Record], old: Record | None) -> list[Record]:
    """Lines of other money are numbered among themselves."""
    ids = LineIds((old or {}).get("Line", []))
    numbered, position = [], 0
    for line in lines:
        if "LinkedTxn" not in line:
            position += 1
            line = {**line, "Id": ids.take(line), "LineNum": position}
        numbered.append(line)
    return numbered
