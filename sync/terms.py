"""The payment terms of a subcontractor invoice. Procore writes them on the purchase order alone."""

from __future__ import annotations

from dataclasses import replace

from connectors.errors import Missing
from connectors.procore import resources as procore
from connectors.procore.lists import read_payment_terms
from connectors.procore.records import Requisition
from mapping.kinds import PAYMENT_TERM
from mapping.models import Link
from sync.work import Work

PURCHASE_ORDER = "PurchaseOrderContract"


def add_terms(work: Work, requisition: Requisition) -> Requisition:
    """The invoice with the terms of its order, read once per run and only by a firm that maps terms at all."""
    if requisition.commitment_type != PURCHASE_ORDER or not Link.objects.filter(kind=PAYMENT_TERM.key).exists():
        return requisition
    order_id = requisition.commitment_id
    if order_id not in work.order_terms:
        work.order_terms[order_id] = _read_terms(work, order_id, requisition.project_id)
    return replace(requisition, payment_terms=work.order_terms[order_id])


def _read_terms(work: Work, order_id: str, project_id: str) -> str:
    """Empty for an order without terms, and for one that is gone: its invoices are still to be posted."""
    try:
        wire = work.procore.get(procore.PURCHASE_ORDER_CONTRACTS, order_id, project_id=project_id)
    except Missing:
        return ""
    return read_payment_terms(wire)
