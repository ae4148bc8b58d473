"""Credits applied by the service itself, where the company's settings say so: a payment of nothing joins the two."""

from __future__ import annotations

from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.books.write import save


def apply_credits(book: Book, document: Record) -> None:
    """Join a new invoice with the customer's open credit memos or the other way round, oldest first."""
    if not book.preference("SalesFormsPrefs", "AutoApplyCredit"):
        return
    own, other = ("CreditMemo", "Invoice") if "RemainingCredit" in document else ("Invoice", "CreditMemo")
    left = Decimal(document["Balance"])
    lines: list[Record] = []
    for record in _list_open(book, document["CustomerRef"]["value"], other):
        amount = min(left, Decimal(record["Balance"]))
        if amount <= 0:
            break
        left -= amount
        lines.append(_link(other, record["Id"], amount))
    if not lines:
        return
    lines.append(_link(own, document["Id"], Decimal(document["Balance"]) - left))
    body = {
        "CustomerRef": {"value": document["CustomerRef"]["value"]},
        "TxnDate": document["TxnDate"],
        "CurrencyRef": {"value": document["CurrencyRef"]["value"]},
        "TotalAmt": 0,
        "Line": lines,
    }
    save(book, book.kinds["Payment"], body)


def _list_open(book: Book, customer_id: str, kind: str) -> list[Record]:
    ids = [record_id for name, record_id in book.open_documents(customer_id) if name == kind]
    return sorted(
        (book.records[kind][record_id] for record_id in ids), key=lambda row: (row["TxnDate"], int(row["Id"]))
    )


def _link(kind: str, record_id: str, amount: Decimal) -> Record:
    return {"Amount": amount, "LinkedTxn": [{"TxnId": record_id, "TxnType": kind}]}
