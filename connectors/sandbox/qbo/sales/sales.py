"""Invoices, estimates, change orders and credit memos: totals, what is owed, and what they post."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import (
    business,
    invalid_enumeration,
    missing,
    negative_amount,
    project_missing,
)
from connectors.sandbox.qbo.books.kinds import Kind, Write
from connectors.sandbox.qbo.books.multicurrency import set_currency
from connectors.sandbox.qbo.books.refs import SHIPPING_ITEM
from connectors.sandbox.qbo.books.system_accounts import (
    SALES_TAX,
    SHIPPING,
    UNDEPOSITED_FUNDS,
    check_receivables,
    find_receivables,
    open_account,
    refer_to_account,
)
from connectors.sandbox.qbo.books.transactions import demand_open, mark_voided, set_date, set_due_date
from connectors.sandbox.qbo.books.values import Record, spell_money
from connectors.sandbox.qbo.sales.applications import applied_so_far, release_document, set_open_amount
from connectors.sandbox.qbo.sales.auto_credit import apply_credits
from connectors.sandbox.qbo.sales.sale_heads import prepare_head
from connectors.sandbox.qbo.sales.sale_lines import (
    close_lines,
    find_discounts,
    prepare_lines,
    sum_form,
    void_lines,
    walk_item_lines,
)
from connectors.sandbox.qbo.sales.sale_links import (
    drop_line_links,
    drop_source,
    list_sources,
    set_links,
    settle_sources,
)
from connectors.sandbox.qbo.tax.tax_codes import is_us, uses_tax
from connectors.sandbox.qbo.tax.taxes import post_tax, tax_account, tax_sale, total_tax

LINKING = ("Invoice", "ChangeOrder")
ESTIMATE_STATUSES = ("Pending", "Accepted", "Closed", "Rejected", "Converted")


def prepare_form(write: Write) -> None:
    """What all sales forms share, up to the total. Raises QboFault."""
    set_date(write)
    set_currency(write)
    check_receivables(write.book, write.record)
    prepare_head(write)
    prepare_lines(write)
    if write.kind.name not in LINKING:
        drop_line_links(write)
    _set_tax(write)
    close_lines(write.record)
    record = write.record
    if not uses_tax(write.book):
        # Recorded without the member in companies that charge no sales tax.
        record.pop("TxnTaxDetail", None)
    if total_tax(record) and tax_account(write.book) is None:
        open_account(write.book, SALES_TAX)
    total = sum_form(record) + total_tax(record)
    if total < 0:
        raise negative_amount("TotalAmt", total)
    record["TotalAmt"] = spell_money(total)
    set_home_total(write)


def _set_tax(write: Write) -> None:
    """Outside the United States tax always comes after the discount, as recorded without the member saying so."""
    if is_us(write.book):
        tax_sale(write)
        return
    write.record["ApplyTaxAfterDiscount"] = True
    tax_sale(write)
    del write.record["ApplyTaxAfterDiscount"]


def set_home_total(write: Write) -> None:
    """Only companies with several currencies show a rate and the total in their own."""
    record = write.record
    if "ExchangeRate" in record:
        record["HomeTotalAmt"] = spell_money(Decimal(record["TotalAmt"]) * Decimal(record["ExchangeRate"]))


def prepare_invoice(write: Write) -> None:
    demand_same_customer(write)
    prepare_form(write)
    set_links(write)
    _set_due_date(write)
    _set_deposit(write)
    _set_balance(write)


def prepare_credit_memo(write: Write) -> None:
    demand_same_customer(write)
    prepare_form(write)
    write.record.setdefault("RemainingCredit", 0)
    _set_balance(write)


def prepare_estimate(write: Write) -> None:
    prepare_form(write)
    status = write.record.setdefault("TxnStatus", "Pending")
    if status not in ESTIMATE_STATUSES:
        raise invalid_enumeration("TxnStatus", status)


def prepare_change_order(write: Write) -> None:
    if "ProjectRef" not in write.sent:
        raise project_missing()
    prepare_estimate(write)
    set_links(write)
    if not any(txn_type == "Estimate" for txn_type, _ in list_sources(write.record)):
        raise missing("LinkedTxn")


def demand_same_customer(write: Write) -> None:
    """Unverified at the vendor; refusing keeps the payments whole."""
    old = write.old
    if old is None or old["CustomerRef"]["value"] == write.record["CustomerRef"]["value"]:
        return
    if any(each["TxnType"] == "Payment" for each in old.get("LinkedTxn", [])):
        raise business("The customer cannot change once a payment is applied.")


def void_sale(write: Write) -> None:
    """As recorded: nothing is sold and owed any more, head and lines stay readable."""
    record = write.record
    record["Line"] = void_lines(record["Line"])
    if "TxnTaxDetail" in record:
        record["TxnTaxDetail"] = {"TotalTax": 0}
    for member in ("TotalAmt", "Balance", "HomeTotalAmt", "HomeBalance", "Deposit"):
        if member in record:
            record[member] = 0
    if "LinkedTxn" in record:
        record["LinkedTxn"] = []
    mark_voided(record)


def check_credit_memo_delete(book: Book, record: Record) -> None:
    demand_open(book, record)
    if record.get("LinkedTxn"):
        # Unverified at the vendor; refusing keeps the payments whole.
        raise business("The credit memo is applied to an invoice, so it cannot be deleted.")


def settle_invoice(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    """A deleted or voided invoice leaves its payments, unapplied by so much."""
    settle_sources(book, kind, old, new)
    still = {each["TxnId"] for each in (new or {}).get("LinkedTxn", [])}
    for each in (old or {}).get("LinkedTxn", []):
        if each["TxnType"] == "Payment" and each["TxnId"] not in still:
            release_document(book, each["TxnId"], kind.name, (old or {})["Id"])
    if old is None and new is not None:
        apply_credits(book, new)


def settle_credit_memo(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    if old is None and new is not None:
        apply_credits(book, new)


def settle_estimate(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    if new is None and old is not None:
        holders = [(each["TxnType"], each["TxnId"]) for each in old.get("LinkedTxn", [])]
        drop_source(book, kind.name, old["Id"], holders)


def weigh_invoice(record: Record) -> tuple[str, Decimal]:
    return record["CustomerRef"]["value"], Decimal(record["Balance"])


def weigh_credit_memo(record: Record) -> tuple[str, Decimal]:
    return record["CustomerRef"]["value"], -Decimal(record["Balance"])


def post_invoice(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    deposit = Decimal(record.get("Deposit", 0))
    yield find_receivables(book, record), Decimal(record["TotalAmt"]) - deposit
    if deposit:
        yield record["DepositToAccountRef"]["value"], deposit
    yield from post_sold(book, record, -1)


def post_credit_memo(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    yield find_receivables(book, record), -Decimal(record["TotalAmt"])
    yield from post_sold(book, record, 1)


def post_sold(book: Book, record: Record, sign: int) -> Iterator[tuple[str, Decimal]]:
    """Income, discount and tax; `sign` is -1 for a sale and 1 for what is given back."""
    for line in walk_item_lines(record["Line"]):
        yield _income_account(book, line), sign * Decimal(line["Amount"])
    for line in find_discounts(record):
        yield line["DiscountLineDetail"]["DiscountAccountRef"]["value"], -sign * Decimal(line["Amount"])
    yield from post_tax(book, record, sign)


def _income_account(book: Book, line: Record) -> str:
    item_id = line["SalesItemLineDetail"]["ItemRef"]["value"]
    if item_id != SHIPPING_ITEM:
        return str(book.records["Item"][item_id]["IncomeAccountRef"]["value"])
    wanted = book.get("Account", str(book.preference("SalesFormsPrefs", "DefaultShippingAccount") or ""))
    return str((wanted or open_account(book, SHIPPING))["Id"])


def _set_due_date(write: Write) -> None:
    """The customer's terms and the company's stand behind the form's; recorded without naming the terms."""
    customer = write.book.get("Customer", write.record["CustomerRef"]["value"]) or {}
    set_due_date(write, customer.get("SalesTermRef"), write.book.preference("SalesFormsPrefs", "DefaultTerms"))


def _set_deposit(write: Write) -> None:
    """What the customer paid down; the member is there only in companies that take deposits."""
    record = write.record
    if not write.book.preference("SalesFormsPrefs", "AllowDeposit"):
        record.pop("Deposit", None)
        return
    deposit = Decimal(record.setdefault("Deposit", 0))
    if deposit < 0:
        raise negative_amount("Deposit", deposit)
    record["Deposit"] = spell_money(deposit)
    if deposit and "DepositToAccountRef" not in record:
        record["DepositToAccountRef"] = refer_to_account(write.book, UNDEPOSITED_FUNDS)


def _set_balance(write: Write) -> None:
    """What is left of the total after the deposit and the payments applied so far."""
    record = write.record
    owed = Decimal(record["TotalAmt"]) - Decimal(record.get("Deposit", 0)) - applied_so_far(write.old)
    if owed < 0:
        # Unverified at the vendor, whose own pages then leave part of the payment unapplied.
        raise business("The total cannot be lower than what is already paid.")
    set_open_amount(record, owed)
