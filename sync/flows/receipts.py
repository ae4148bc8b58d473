"""QuickBooks customer payments become payments received: for each invoice of ours what the payment settles of it."""

from __future__ import annotations

from dataclasses import replace

from connectors.procore.documents_payments import ContractPayment
from connectors.qbo import resources as qbo
from connectors.qbo.records_sales import CustomerPayment
from mapping.defaults import LOCK_OUR_RECORDS, RECEIPT_CREDITS, RECEIPT_WITHOUT_TAX, Defaults
from mapping.maps import Maps
from sync.flow import Flow
from sync.flows._paid import PaidInvoice, PaidPart
from sync.flows._payments import Side, plan_payment
from sync.plan import Plan

KEY = "receipts"
SIDE = Side(
    flow=KEY,
    direction="received",
    noun="payment",
    document="Invoice",
    credit="CreditMemo",
    credit_noun="credit memo",
    credit_code="credit_memo_not_counted",
    credits=RECEIPT_CREDITS,
    without_tax=RECEIPT_WITHOUT_TAX,
)


def payment_received_for(part: PaidPart[CustomerPayment], maps: Maps, defaults: Defaults) -> Plan[ContractPayment]:
    """What one payment settles of one document of ours, on the prime contract."""
    return plan_payment(part, SIDE, defaults, _complete)


def _complete(document: ContractPayment, payment: CustomerPayment, invoice: PaidInvoice) -> ContractPayment:
    return replace(document, draw_request_number=invoice.number)


FLOW = Flow(
    key=KEY,
    label="Customer payments to payments received",
    noun="Customer payment",
    source="qbo",
    stage="payment",
    reads=qbo.PAYMENTS,
    rule=payment_received_for,
    describe=SIDE.describe,
    splits=SIDE.split,
    uses=(RECEIPT_WITHOUT_TAX, RECEIPT_CREDITS, LOCK_OUR_RECORDS),
    after=("owner_invoices",),
    screen="payments",
    help="What a customer payment settles of an invoice that came from Procore is a payment received on its contract.",
)
