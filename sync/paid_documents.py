"""Which payments of the books concern documents of ours, and which have to be looked at because of others.

A bill that somebody links to its invoice later may have been paid before: its payments are no news any more when it
becomes ours, so they are found through the bill itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from connectors.models import Cursor
from connectors.qbo import resources as qbo
from connectors.qbo.records import PostedDocument
from connectors.qbo.records_payments import BillPayment
from connectors.resource import Resource
from smoothx.lib.clock import read_clock
from sync import ledger
from sync.models import Entry, Outgoing
from sync.sources import payments, receipts
from sync.sources.paid import find_paid, is_taxed, read_wires
from sync.sources.payments import FLOW_ORDERED, FLOW_PAID, PAID_BY, find_ordered, is_part_of_bill
from sync.work import Work
from sync.written import LINKED

# A linking may be written while the payments of others are being looked for.
OVERLAP = timedelta(minutes=2)
# Until when bills that became invoices were looked through.
ORDERED_CURSOR = "bill_payments.ordered"
Note = Callable[[Mapping[str, Any]], int]


@dataclass(frozen=True, slots=True)
class Paid:
    """Documents of the flow `flow` in the lists `documents`, which name what pays them as one of `paid_by`. `cursor`
    keeps until when they were looked through."""

    flow: str
    documents: tuple[Resource, ...]
    paid_by: tuple[str, ...]
    cursor: str
    read: Callable[[Work, Sequence[str]], list[dict[str, Any]]]


BILLS = Paid(FLOW_PAID, (qbo.BILLS, qbo.VENDOR_CREDITS), PAID_BY, "bill_payments.adopted", payments.read_payment_wires)
INVOICES = Paid(
    receipts.FLOW_PAID,
    (qbo.INVOICES, qbo.CREDIT_MEMOS),
    receipts.PAID_BY,
    "receipts.adopted",
    receipts.read_payment_wires,
)


def keep_paid(work: Work, payment: BillPayment, parts: set[str]) -> set[str]:
    """Those that stand for a Procore invoice; a payment of others is nobody's news. Of a bill that became invoices
    itself there is a part for each."""
    return {*find_paid(work.qbo.connection, parts, FLOW_PAID), *find_ordered(work.qbo.connection, parts)}


def look_again(work: Work, reads: Resource, parts: set[str]) -> None:
    """Other payments of the same document: where tax is left off, their shares hang together."""
    paid = find_paid(work.qbo.connection, parts, FLOW_PAID)
    taxed = [part for part, entry in paid.items() if is_taxed(entry)]
    taxed += [part for part, entry in find_ordered(work.qbo.connection, parts).items() if is_part_of_bill(entry)]
    if taxed:
        others = Entry.objects.filter(source_connection=work.qbo.connection, source_type=reads.key, part__in=taxed)
        ledger.make_due(others)


def note_more(work: Work, note: Note) -> int:
    """Payments of documents that became ours, and of bills that became invoices, since we last looked."""
    return note_adopted(work, note) + _note_ordered(work, note)


def _note_ordered(work: Work, note: Note) -> int:
    """A bill may be paid before its invoice stands in Procore, and what the invoice is of the bill may change."""
    made = Entry.objects.filter(flow=FLOW_ORDERED, source_connection=work.qbo.connection).exclude(target_id="")
    connection, now = work.qbo.connection, read_clock()
    if not made.exists():
        return 0
    cursor = Cursor.objects.filter(connection=connection, resource=ORDERED_CURSOR, project_id="").first()
    if cursor is not None:
        made = made.filter(updated_at__gte=cursor.read_until - OVERLAP)
    bills = sorted(set(made.values_list("source_id", flat=True)))
    ids = _payments_of(work, BILLS, qbo.BILLS, bills)
    noted = sum(note(wire) for wire in payments.read_payment_wires(work, list(dict.fromkeys(ids))))
    Cursor.move(connection, ORDERED_CURSOR, now)
    return noted


def note_adopted(work: Work, note: Note, *, paid: Paid = BILLS) -> int:
    """Put the payments of documents that became ours since we last looked in the queue. Answers how many entries."""
    connection, now = work.qbo.connection, read_clock()
    cursor = Cursor.objects.filter(connection=connection, resource=paid.cursor, project_id="").first()
    adopted = _adopted(work, paid)
    if cursor is not None:
        adopted = adopted.filter(posted_at__gte=cursor.read_until - OVERLAP)
    targets = list(adopted.values_list("target_type", "target_id"))
    ids: list[str] = []
    for resource in paid.documents:
        ids += _payments_of(
            work, paid, resource, [remote_id for kind, remote_id in targets if kind == resource.entity]
        )
    noted = sum(note(wire) for wire in paid.read(work, list(dict.fromkeys(ids))))
    Cursor.move(connection, paid.cursor, now)
    return noted


def _payments_of(work: Work, paid: Paid, resource: Resource, ids: list[str]) -> list[str]:
    rows = read_wires(work, resource, ids)
    linked = [link for row in rows for link in PostedDocument.from_wire(row).linked]
    return [txn_id for kind, txn_id in linked if kind in paid.paid_by]


def _adopted(work: Work, paid: Paid) -> QuerySet[Entry]:
    """Those of ours that no write of ours made, or that a person linked."""
    done = Outgoing.objects.filter(entry=OuterRef("pk"), state=Outgoing.State.DONE)
    posted = Entry.objects.filter(flow=paid.flow, target_connection=work.qbo.connection).exclude(target_id="")
    return posted.filter(~Exists(done.filter(operation="create")) | Exists(done.filter(operation=LINKED)))
