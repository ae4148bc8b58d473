"""What a customer owed before the books began: an invoice the service enters with the customer."""

from __future__ import annotations

from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import negative_amount
from connectors.sandbox.qbo.books.kinds import Kind, Write
from connectors.sandbox.qbo.books.names import settle_name
from connectors.sandbox.qbo.books.transactions import demand_open
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.books.write import save
from connectors.sandbox.qbo.lists.parties import prepare_customer

TEXT = "Opening Balance"


def prepare_customer_with_balance(write: Write) -> None:
    """The balance of a new customer is taken down; `settle` makes an invoice of it. Raises QboFault."""
    prepare_customer(write)
    day = write.record.pop("OpenBalanceDate", write.book.today().isoformat())
    balance = write.sent.get("Balance", 0)
    if write.old is not None or not balance:
        return
    if balance < 0:
        raise negative_amount("Balance", balance)
    demand_open(write.book, {"TxnDate": day})
    write.record |= {"Balance": balance, "OpenBalanceDate": day}


def settle_customer(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    if old is None and new is not None and new["Balance"]:
        _enter_opening_invoice(book, kind, new)
    settle_name(book, kind, old, new)
    if old is not None and new is not None:
        _move_jobs_balance(book, kind, old, new)


def _enter_opening_invoice(book: Book, kind: Kind, customer: Record) -> None:
    """As recorded: due on its own day, not to be printed, and sold as the default item."""
    balance, day = customer["Balance"], customer["OpenBalanceDate"]
    plain = {name: value for name, value in customer.items() if name != "OpenBalanceDate"}
    book.put(kind, {**plain, "Balance": 0})
    body = {
        "CustomerRef": {"value": customer["Id"]},
        "CurrencyRef": {"value": customer["CurrencyRef"]["value"]},
        "TxnDate": day,
        "DueDate": day,
        "PrivateNote": TEXT,
        "PrintStatus": "NotSet",
        "Line": [
            {
                "Description": TEXT,
                "Amount": balance,
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {"TaxCodeRef": {"value": "NON"}},
            }
        ],
    }
    save(book, book.kinds["Invoice"], body)


def _move_jobs_balance(book: Book, kind: Kind, old: Record, new: Record) -> None:
    """A customer that changes parents takes what it and its jobs owe along."""
    moved = Decimal(new["BalanceWithJobs"])
    before, after = (each.get("ParentRef", {}).get("value", "") for each in (old, new))
    if moved and before != after:
        book.carry_to_parents(before, -moved)
        book.carry_to_parents(after, moved)
