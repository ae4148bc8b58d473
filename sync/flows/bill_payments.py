"""QuickBooks bill payments become payments issued: for each bill of ours what the payment settles of it."""

from __future__ import annotations

from dataclasses import replace

from connectors.procore.documents_payments import ContractPayment
from connectors.qbo import resources as qbo
from connectors.qbo.records_payments import BillPayment
from mapping.defaults import LOCK_OUR_RECORDS, PAYMENT_CREDITS, PAYMENT_WITHOUT_TAX, Defaults
from mapping.maps import Maps
from sync.flow import Flow
from sync.flows._paid import PaidInvoice, PaidPart
from sync.flows._payments import Side, plan_payment
from sync.plan import Plan

KEY = "bill_payments"
SIDE = Side(
    flow=KEY,
    direction="issued",
    noun="bill payment",
    document="Bill",
    credit="VendorCredit",
    credit_noun="vendor credit",
    credit_code="credit_not_counted",
    credits=PAYMENT_CREDITS,
    without_tax=PAYMENT_WITHOUT_TAX,
)


def payment_issued_for(part: PaidPart[BillPayment], maps: Maps, defaults: Defaults) -> Plan[ContractPayment]:
    """What one payment settles of one document of ours, on the subcontractor invoice it stands for."""
    return plan_payment(part, SIDE, defaults, _complete)


def _complete(document: ContractPayment, payment: BillPayment, invoice: PaidInvoice) -> ContractPayment:
    # Where a credit settles all of it no money moved.
    method = payment.method if payment.amount else None
    return replace(document, method=method, requisition_id=invoice.id)


FLOW = Flow(
    key=KEY,
    label="Bill payments to payments issued",
    noun="Bill payment",
    source="qbo",
    stage="payment",
    reads=qbo.BILL_PAYMENTS,
    rule=payment_issued_for,
    describe=SIDE.describe,
    splits=SIDE.split,
    uses=(PAYMENT_WITHOUT_TAX, PAYMENT_CREDITS, LOCK_OUR_RECORDS),
    after=("bills", "order_bills"),
    screen="payments",
    help="What a bill payment settles of a bill that came from Procore is a payment issued on its contract.",
)
