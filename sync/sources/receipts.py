"""A customer payment as it is now, with the owner invoice of ours it settles and what else settled it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.errors import Missing
from connectors.models import Connection
from connectors.procore.records_owner import prime_id
from connectors.qbo import resources as qbo
from connectors.qbo.query import one_of
from connectors.qbo.records import PostedDocument
from connectors.qbo.records_sales import CustomerPayment
from connectors.resource import Resource
from smoothx.lib.money import money
from sync import ledger
from sync.ahead import DOCUMENTS
from sync.flows import owner_invoices
from sync.flows._paid import PaidInvoice, Settled, TaxedDocument
from sync.flows.receipts import ReceiptPart
from sync.models import Entry
from sync.sources.payments import find_paid
from sync.sources.reader import Reader, SetReader
from sync.totals import read_tax
from sync.work import Work

FLOW_PAID = owner_invoices.KEY
PAID_BY = "Payment"


def read_receipt(work: Work, entry: Entry) -> ReceiptPart:
    """One deleted is still a record: what was made of it has to go."""
    try:
        payment = CustomerPayment.from_wire(work.read_booked(qbo.PAYMENTS, entry.source_id))
    except Missing:
        return ReceiptPart(entry.source_id, entry.part, None, None, title=entry.title)
    own = (each.part for each in payment.applied)
    paid = find_received(work.qbo.connection, {*own, entry.part})
    document = paid.get(entry.part)
    return ReceiptPart(
        entry.source_id,
        entry.part,
        payment,
        _invoice_of(document) if document else None,
        tuple(paid),
        _read_taxed(work, document, payment) if document else None,
        entry.title,
    )


def find_received(connection: Connection, parts: Iterable[str]) -> dict[str, Entry]:
    """Which of these documents of the books are owner invoices of ours, with their entries."""
    return find_paid(connection, parts, FLOW_PAID)


def keep_received(work: Work, payment: CustomerPayment, parts: set[str]) -> set[str]:
    """Those that stand for an owner invoice; a payment of others is nobody's news."""
    return set(find_received(work.qbo.connection, parts))


def look_at_others(work: Work, reads: Resource, parts: set[str]) -> None:
    """Other payments of the same invoice: where tax is left off, their shares hang together."""
    paid = find_received(work.qbo.connection, parts)
    taxed = [part for part, entry in paid.items() if _is_taxed(entry)]
    if taxed:
        others = Entry.objects.filter(source_connection=work.qbo.connection, source_type=reads.key, part__in=taxed)
        ledger.make_due(others)


def _invoice_of(entry: Entry) -> PaidInvoice:
    facts: dict[str, Any] = entry.facts or (entry.planned.get("facts") or {})
    return PaidInvoice(
        id=entry.source_id,
        project_id=entry.project_id,
        contract_id=prime_id(entry.group),
        contract_name=str(facts.get("contract") or ""),
        number=str(entry.position),
        invoice_number=str(facts.get("invoice_number") or ""),
        name=entry.target_name,
    )


def _is_taxed(entry: Entry) -> bool:
    return bool(money((entry.facts or {}).get("coded_tax")))


def _read_taxed(work: Work, entry: Entry, payment: CustomerPayment) -> TaxedDocument | None:
    if not _is_taxed(entry):
        return None
    wire = work.read_booked(DOCUMENTS[entry.target_type], entry.target_id)
    document = PostedDocument.from_wire(wire)
    ids = [txn_id for kind, txn_id in document.linked if kind == PAID_BY and txn_id != payment.id]
    part = f"{entry.target_type}:{entry.target_id}"
    settled = [Settled(each.date, each.id, each.applied_to(part)) for each in (payment, *_read_payments(work, ids))]
    settled.sort(key=lambda each: each.order)
    return TaxedDocument(document.total, read_tax(wire), tuple(settled))


def _read_payments(work: Work, ids: list[str]) -> list[CustomerPayment]:
    return [CustomerPayment.from_wire(wire) for wire in read_payment_wires(work, ids)]


def read_payment_wires(work: Work, ids: list[str]) -> list[dict[str, Any]]:
    if not ids:
        return []
    pages = work.qbo.query_all(qbo.PAYMENTS, where=one_of("Id", ids))
    return [wire for page in pages for wire in page]


READERS: dict[str, Reader] = {qbo.PAYMENTS.key: read_receipt}
SET_READERS: dict[str, SetReader] = {}
