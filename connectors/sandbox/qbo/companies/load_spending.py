"""What the bookkeeper of the made-up firm did alone: classes, card charges and checks, vendors merged."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.sandbox.firm.contractor import BookExpense, Contractor, ExpenseLine
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.books.write import save
from connectors.sandbox.qbo.companies.company import add_tax_codes
from connectors.sandbox.qbo.purchases.expenses import ACCOUNT_LINE, ITEM_LINE

# (payment type, account paid from, is a credit)
PAYMENT_TYPES = {
    "card": ("CreditCard", "Credit Card", False),
    "card_credit": ("CreditCard", "Credit Card", True),
    "check": ("Check", "Bank", False),
    "cash": ("Cash", "Bank", False),
}


def load_spending(
    book: Book,
    contractor: Contractor,
    *,
    accounts: Mapping[str, str],
    vendors: Mapping[str, str],
    jobs: Mapping[str, str],
) -> None:
    """`accounts`, `vendors` and `jobs` give ids by the firm's keys."""
    classes = {name: save(book, book.kinds["Class"], {"Name": name})["Id"] for name in contractor.class_names}
    items = {item["Name"]: item["Id"] for item in book.all("Item")}
    sources = {row["AccountType"]: row["Id"] for row in reversed(list(book.all("Account")))}
    for expense in contractor.expenses:
        lines = [_describe_line(line, accounts, items, jobs, classes) for line in expense.lines]
        add_tax_codes(book, lines)
        save(book, book.kinds["Purchase"], {**_describe(expense, sources, vendors), "Line": lines})


def _describe(expense: BookExpense, sources: Mapping[str, str], vendors: Mapping[str, str]) -> Record:
    payment_type, account_type, is_credit = PAYMENT_TYPES[expense.kind]
    body: Record = {
        "PaymentType": payment_type,
        "AccountRef": {"value": sources[account_type]},
        "TxnDate": expense.date.isoformat(),
        "PrivateNote": expense.memo,
    }
    if is_credit:
        body["Credit"] = True
    if expense.number:
        body["DocNumber"] = expense.number
    vendor_id = vendors.get(expense.vendor_key or "")
    if vendor_id is not None:
        body["EntityRef"] = {"value": vendor_id, "type": "Vendor"}
    return body


def _describe_line(
    line: ExpenseLine,
    accounts: Mapping[str, str],
    items: Mapping[str, str],
    jobs: Mapping[str, str],
    classes: Mapping[str, str],
) -> Record:
    detail: Record = {"BillableStatus": "NotBillable"}
    job_id = jobs.get(line.project_key or "")
    if job_id is not None:
        detail["CustomerRef"] = {"value": job_id}
    if line.class_name:
        detail["ClassRef"] = {"value": classes[line.class_name]}
    detail_type = ACCOUNT_LINE if line.item_name is None else ITEM_LINE
    if line.item_name is not None:
        detail["ItemRef"] = {"value": items[line.item_name]}
    else:
        detail["AccountRef"] = {"value": accounts[line.account_key or ""]}
    return {
        "Amount": line.amount,
        "Description": line.description,
        "DetailType": detail_type,
        detail_type: detail,
    }
