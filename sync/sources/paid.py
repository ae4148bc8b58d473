"""What payments of both directions are read with: the invoice that a document of the books stands for, and all that
settles the document."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from connectors.models import Connection
from connectors.qbo.query import one_of
from connectors.qbo.records import PostedDocument
from connectors.resource import Resource
from smoothx.lib.money import money
from sync.ahead import DOCUMENTS
from sync.flows._paid import PaidInvoice, Settled, TaxedDocument
from sync.models import Entry
from sync.totals import read_tax
from sync.work import Work


class AnyPayment(Protocol):
    """A payment of the books, of vendors or of customers."""

    @property
    def id(self) -> str: ...

    @property
    def date(self) -> date: ...

    def applied_to(self, part: str, /) -> Decimal: ...


# The payments with these ids.
ReadPayments = Callable[[Work, Sequence[str]], Sequence[AnyPayment]]


def find_paid(connection: Connection, parts: Iterable[str], flow_key: str) -> dict[str, Entry]:
    """Which of these documents of the books that flow made, with their entries."""
    wanted = sorted(set(parts))
    ids = [part.partition(":")[2] for part in wanted]
    entries = Entry.objects.filter(flow=flow_key, target_connection=connection, target_id__in=ids)
    found = {f"{entry.target_type}:{entry.target_id}": entry for entry in entries}
    return {part: found[part] for part in wanted if part in found}


def invoice_of(entry: Entry, contract_id: str) -> PaidInvoice:
    """The Procore invoice that a document of ours was made of."""
    facts: dict[str, Any] = entry.facts or (entry.planned.get("facts") or {})
    return PaidInvoice(
        id=entry.source_id,
        project_id=entry.project_id,
        contract_id=contract_id,
        contract_name=str(facts.get("contract") or ""),
        number=str(entry.position),
        invoice_number=str(facts.get("invoice_number") or ""),
        name=entry.target_name,
    )


def is_taxed(entry: Entry) -> bool:
    """Its tax was posted as tax. Where it is cost, or there is none, a payment needs no further reading."""
    return bool(money((entry.facts or {}).get("coded_tax")))


def read_taxed(
    work: Work, entry: Entry, payment: AnyPayment, *, paid_by: Collection[str], read: ReadPayments
) -> TaxedDocument | None:
    """A document of ours with all that settles it. `paid_by` is what QuickBooks calls payments on it."""
    if not is_taxed(entry):
        return None
    wire = work.read_booked(DOCUMENTS[entry.target_type], entry.target_id)
    part = f"{entry.target_type}:{entry.target_id}"
    settled = read_settled(work, wire, payment, part, paid_by=paid_by, read=read)
    return TaxedDocument(PostedDocument.from_wire(wire).total, read_tax(wire), settled)


def read_settled(
    work: Work, wire: dict[str, Any], payment: AnyPayment, part: str, *, paid_by: Collection[str], read: ReadPayments
) -> tuple[Settled, ...]:
    """All that settles the document `part`, the earliest first."""
    linked = PostedDocument.from_wire(wire).linked
    ids = [txn_id for kind, txn_id in linked if kind in paid_by and txn_id != payment.id]
    settled = [Settled(each.date, each.id, each.applied_to(part)) for each in (payment, *read(work, ids))]
    return tuple(sorted(settled, key=lambda each: each.order))


def read_settling(
    work: Work, resource: Resource, ids: Sequence[str], *, paid_by: Collection[str]
) -> list[dict[str, Any]]:
    """These payments, read with what else paid the documents that were read for those who come next."""
    documents = (row for each in DOCUMENTS.values() for row in work.ahead.rows_of(each))
    linked = (link for row in documents for link in PostedDocument.from_wire(row).linked)
    beside = [txn_id for kind, txn_id in linked if kind in paid_by]
    return work.ahead.get_many(work.qbo, resource, ids, beside=beside)


def read_wires(work: Work, resource: Resource, ids: Sequence[str]) -> list[dict[str, Any]]:
    """These rows of a list of the books, without a call where none is asked for."""
    if not ids:
        return []
    return [wire for page in work.qbo.query_all(resource, where=one_of("Id", ids)) for wire in page]
