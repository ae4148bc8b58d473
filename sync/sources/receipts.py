"""A customer payment as it is now, with the owner invoice of ours it settles and what else settled it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from connectors.errors import Missing
from connectors.models import Connection
from connectors.procore.records_owner import prime_id
from connectors.qbo import resources as qbo
from connectors.qbo.records_sales import CustomerPayment
from connectors.resource import Resource
from sync import ledger
from sync.flows import owner_invoices
from sync.flows._paid import PaidPart
from sync.models import Entry
from sync.sources.paid import find_paid, invoice_of, is_taxed, read_settling, read_taxed, read_wires
from sync.sources.reader import Reader, SetReader
from sync.work import Work

FLOW_PAID = owner_invoices.KEY
PAID_BY = ("Payment",)


def read_receipt(work: Work, entry: Entry) -> PaidPart[CustomerPayment]:
    """One deleted is still a record: what was made of it has to go."""
    try:
        payment = CustomerPayment.from_wire(work.read_booked(qbo.PAYMENTS, entry.source_id))
    except Missing:
        return PaidPart(entry.source_id, entry.part, None, None, title=entry.title)
    own = (each.part for each in payment.applied)
    paid = find_received(work.qbo.connection, {*own, entry.part})
    document = paid.get(entry.part)
    return PaidPart(
        entry.source_id,
        entry.part,
        payment,
        invoice_of(document, prime_id(document.group)) if document else None,
        tuple(paid),
        read_taxed(work, document, payment, paid_by=PAID_BY, read=_read_payments) if document else None,
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
    taxed = [part for part, entry in paid.items() if is_taxed(entry)]
    if taxed:
        others = Entry.objects.filter(source_connection=work.qbo.connection, source_type=reads.key, part__in=taxed)
        ledger.make_due(others)


def _read_payments(work: Work, ids: Sequence[str]) -> list[CustomerPayment]:
    return [CustomerPayment.from_wire(wire) for wire in read_settling(work, qbo.PAYMENTS, ids, paid_by=PAID_BY)]


def read_payment_wires(work: Work, ids: Sequence[str]) -> list[dict[str, Any]]:
    return read_wires(work, qbo.PAYMENTS, ids)


READERS: dict[str, Reader] = {qbo.PAYMENTS.key: read_receipt}
SET_READERS: dict[str, SetReader] = {}
