"""A bill payment as it is now, with the invoice of ours it settles and what else settled it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from connectors.errors import Missing
from connectors.models import Connection
from connectors.qbo import resources as qbo
from connectors.qbo.records_payments import BillPayment
from mapping.defaults import PAYMENT_WITHOUT_TAX
from mapping.tax import takes_codes
from smoothx.lib.money import cents, money
from sync.flows._paid import PaidInvoice, PaidPart, TaxedDocument
from sync.models import Entry
from sync.sources.paid import find_paid, invoice_of, read_settled, read_settling, read_taxed, read_wires
from sync.sources.reader import Reader, SetReader
from sync.work import Work

FLOW_PAID, FLOW_ORDERED = "bills", "order_bills"
# How QuickBooks names a bill payment on what it settles.
PAID_BY = ("BillPaymentCheck", "BillPaymentCreditCard", "BillPayment")


def read_bill_payment(work: Work, entry: Entry) -> PaidPart[BillPayment]:
    """One deleted is still a record: what was made of it has to go."""
    try:
        payment = BillPayment.from_wire(work.read_booked(qbo.BILL_PAYMENTS, entry.source_id))
    except Missing:
        return PaidPart(entry.source_id, entry.part, None, None, title=entry.title)
    own = (each.part for each in payment.applied)
    ordered = find_ordered(work.qbo.connection, [entry.part]).get(entry.part)
    if ordered is not None:
        return PaidPart(
            entry.source_id,
            entry.part,
            payment,
            _invoice_of_bill(ordered),
            tuple(find_paid(work.qbo.connection, own, FLOW_PAID)),
            title=entry.title,
            shared=_read_shared(work, ordered, payment),
        )
    paid = find_paid(work.qbo.connection, {*own, entry.part}, FLOW_PAID)
    document = paid.get(entry.part)
    return PaidPart(
        entry.source_id,
        entry.part,
        payment,
        invoice_of(document, document.group) if document else None,
        tuple(paid),
        read_taxed(work, document, payment, paid_by=PAID_BY, read=_read_payments) if document else None,
        entry.title,
    )


def find_ordered(connection: Connection, parts: Iterable[str]) -> dict[str, Entry]:
    """The invoices that these bills of the books became, each by the part of a payment that stands for it: bill and
    purchase order ("Bill:234:90")."""
    named = [part.split(":") for part in parts if part.startswith("Bill:")]
    ids = sorted({names[1] for names in named})
    if not ids:
        return {}
    rows = Entry.objects.filter(
        flow=FLOW_ORDERED, source_connection=connection, source_type=qbo.BILLS.key, source_id__in=ids
    )
    return {f"Bill:{entry.source_id}:{entry.part}": entry for entry in rows.exclude(target_id="")}


def _invoice_of_bill(entry: Entry) -> PaidInvoice:
    """The other way round: the invoice was made in Procore, and the bill is its source."""
    return PaidInvoice(
        id=entry.target_id,
        project_id=entry.project_id,
        contract_id=entry.group,
        contract_name=str(entry.facts.get("contract") or ""),
        number=str(entry.position),
        invoice_number=str(entry.facts.get("invoice_number") or ""),
        name=entry.number,
    )


def is_part_of_bill(entry: Entry) -> bool:
    """The bill has other lines than those of the invoice, or tax beside them."""
    return money(entry.facts.get("bill_total")) != money(entry.facts.get("net"))


def _read_shared(work: Work, entry: Entry, payment: BillPayment) -> TaxedDocument | None:
    """How the bill is shared between the invoice and the rest. Its tax counts with the lines, unless the firm has
    payments without tax."""
    if not is_part_of_bill(entry):
        return None
    whole, net, tax = (money(entry.facts.get(name)) for name in ("bill_total", "net", "bill_tax"))
    counted = net
    if takes_codes("purchase", work.defaults) and not work.defaults.says(PAYMENT_WITHOUT_TAX, "yes") and whole != tax:
        counted = cents(net * whole / (whole - tax))
    wire = work.read_booked(qbo.BILLS, entry.source_id)
    part = f"Bill:{entry.source_id}"
    settled = read_settled(work, wire, payment, part, paid_by=PAID_BY, read=_read_payments)
    return TaxedDocument(whole, cents(whole - counted), settled)


def _read_payments(work: Work, ids: Sequence[str]) -> list[BillPayment]:
    wires = read_settling(work, qbo.BILL_PAYMENTS, ids, paid_by=PAID_BY)
    return [BillPayment.from_wire(wire) for wire in wires]


def read_payment_wires(work: Work, ids: Sequence[str]) -> list[dict[str, Any]]:
    return read_wires(work, qbo.BILL_PAYMENTS, ids)


READERS: dict[str, Reader] = {qbo.BILL_PAYMENTS.key: read_bill_payment}
SET_READERS: dict[str, SetReader] = {}
