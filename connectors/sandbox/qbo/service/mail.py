"""The mailing of a document, by a call of its own or as an item of a batch."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import missing
from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.books.schema import MEMBERS
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.books.write import find
from connectors.sandbox.qbo.sales.sale_heads import check_email

# Documented for the print; that the same ones can be mailed is unverified.
PRINTABLE = frozenset(
    {"Invoice", "Estimate", "SalesReceipt", "CreditMemo", "RefundReceipt", "Payment", "PurchaseOrder"}
)


def send_document(book: Book, kind: Kind, record_id: str, send_to: str) -> Record:
    """Note the mailing on the document. As recorded its time moves and its SyncToken does not. Raises QboFault."""
    record = find(book, kind, record_id)
    members = MEMBERS[kind.name]
    holder = "POEmail" if "POEmail" in members else "BillEmail"
    address = send_to or record.get(holder, {}).get("Address", "")
    if not address:
        raise missing(holder)
    check_email(holder, address)
    sent: dict[str, Any] = {
        holder: {"Address": address},
        "EmailStatus": "EmailSent",
        "DeliveryInfo": {"DeliveryType": "Email", "DeliveryTime": book.stamp()},
    }
    with book.atomic():
        changes = {name: value for name, value in sent.items() if name in members}
        book.amend(kind, record_id, changes, is_counted=False)
        book.announce(kind, record_id, "Emailed")
    return book.records[kind.name][record_id]
