"""QuickBooks bill payments become payments issued: for each bill of ours what the payment settles of it."""

from __future__ import annotations

from decimal import Decimal

from connectors.procore.documents_payments import ContractPayment
from connectors.qbo import resources as qbo
from connectors.qbo.records_payments import BillPayment
from mapping.defaults import LOCK_OUR_RECORDS, PAYMENT_CREDITS, PAYMENT_WITHOUT_TAX, Defaults
from mapping.maps import Maps
from smoothx.lib.money import ZERO, cents, total
from smoothx.lib.text import stable_hash
from sync.flow import Description, Flow
from sync.flows._paid import PaidInvoice, PaidPart, credits_of_ours, share_without_tax
from sync.plan import Notes, Plan


def payment_issued_for(part: PaidPart, maps: Maps, defaults: Defaults) -> Plan[ContractPayment]:
    """What one payment settles of one document of ours, on the invoice it stands for; or that there must be none.

    Not the payment's total, which may be for several bills. A vendor credit that settles a bill counts like money; one
    of ours is taken back on its own invoice, or counts on neither. Tax that was posted as tax is left off.
    """
    notes = Notes()
    payment, invoice = part.payment, part.invoice
    if payment is None:
        return notes.remove("payment_deleted")
    if not payment.applied:
        return notes.remove("payment_voided")
    if invoice is None:
        return notes.remove("paid_document_not_ours", _name(part))
    applied = payment.applied_to(part.document)
    if not applied:
        return notes.remove("payment_not_applied", invoice.name)
    neither = defaults.says(PAYMENT_CREDITS, "neither")
    if part.is_credit and neither:
        return notes.remove("credit_not_counted")
    left_out = credits_of_ours(payment, part.ours, part.document) if neither and not part.is_credit else ZERO
    amount = _without_tax(part, applied, left_out, defaults)
    if not amount:
        return notes.remove("nothing_paid")
    if payment.currency and payment.currency != defaults.home_currency:
        notes.block("payment_currency_differs", payment.currency, home=defaults.home_currency)
    rest = cents(applied - left_out - amount)
    tax = rest if part.shared is None else ZERO
    told = f"{_tell(part, payment, counts_ours=not neither)}{_tell_tax(tax)}{_tell_other(rest - tax)}"
    document = _make_payment(part, payment, invoice, -amount if part.is_credit else amount, told, defaults)
    return notes.plan(document, {"applied": str(applied), "tax_left_off": str(tax), "contract": invoice.contract_name})


def _without_tax(part: PaidPart, applied: Decimal, left_out: Decimal, defaults: Defaults) -> Decimal:
    """What counts of `applied` less `left_out`."""
    counted = applied - left_out
    if part.shared is not None:
        return cents(share_without_tax(part.shared, part.payment_id) * counted / applied)
    if part.taxed is None or not part.taxed.tax or not defaults.says(PAYMENT_WITHOUT_TAX, "yes"):
        return cents(counted)
    share = share_without_tax(part.taxed, part.payment_id)
    return share if not left_out else cents(share * counted / applied)


def _make_payment(
    part: PaidPart, payment: BillPayment, invoice: PaidInvoice, amount: Decimal, told: str, defaults: Defaults
) -> ContractPayment:
    mark = make_mark(part.payment_id, part.part)
    return ContractPayment(
        direction="issued",
        project_id=invoice.project_id,
        contract_id=invoice.contract_id,
        contract_name=invoice.contract_name,
        amount=amount,
        date=payment.date,
        memo=f"{told} {mark}",
        mark=mark,
        is_locked=defaults.says(LOCK_OUR_RECORDS, "yes"),
        # Where a credit settles all of it no money moved.
        method=payment.method if payment.amount else None,
        check_number=payment.number,
        requisition_id=invoice.id,
        invoice_number=invoice.invoice_number,
    )


def _tell(part: PaidPart, payment: BillPayment, *, counts_ours: bool) -> str:
    """Where it comes from, and what of it is no money."""
    named = f"QuickBooks bill payment {payment.number or payment.id}."
    if part.is_credit:
        return f"{named} Taken back: this vendor credit settled a bill."
    counted = [each for each in payment.applied if each.kind == "VendorCredit"]
    used = total(each.amount for each in counted if counts_ours or each.part not in part.ours)
    if not used:
        return named
    is_one = len([each for each in payment.applied if each.kind == "Bill"]) == 1
    return f"{named} {used:,.2f} of {'it' if is_one else 'the whole payment'} by vendor credit."


def _tell_tax(tax: Decimal) -> str:
    return f" {tax:,.2f} of tax is left off." if tax else ""


def _tell_other(amount: Decimal) -> str:
    """A bill received from an order may have other lines too."""
    return f" {amount:,.2f} is for the rest of the bill." if amount else ""


def _name(part: PaidPart) -> str:
    kind, _, document_id = part.document.partition(":")
    return f"{'Vendor credit' if kind == 'VendorCredit' else 'Bill'} {document_id}"


def make_mark(payment_id: str, part: str) -> str:
    return f"Smoothx {stable_hash('bill_payments', payment_id, part, length=10)}"


def split_payment(payment: BillPayment) -> tuple[str, ...]:
    """The bills and vendor credits it settles; journals and deposits stand for no invoice."""
    return tuple(each.part for each in payment.applied if each.kind in ("Bill", "VendorCredit"))


def describe_part(part: PaidPart) -> Description:
    payment, invoice = part.payment, part.invoice
    if payment is None:
        return Description(number=part.payment_id, title=part.title or f"Bill payment {part.payment_id}")
    applied = payment.applied_to(part.document)
    name = f"{payment.vendor_name}, {invoice.name if invoice else _name(part)}".lstrip(", ")
    return Description(
        number=payment.number or payment.id,
        title=f"{name}, payment {payment.number or payment.id}",
        party=payment.vendor_name,
        party_id=payment.vendor_id,
        project_id=invoice.project_id if invoice else "",
        amount=-applied if part.is_credit else applied,
        document_date=payment.date,
    )


FLOW = Flow(
    key="bill_payments",
    label="Bill payments to payments issued",
    noun="Bill payment",
    source="qbo",
    stage="payment",
    reads=qbo.BILL_PAYMENTS,
    rule=payment_issued_for,
    describe=describe_part,
    splits=split_payment,
    uses=(PAYMENT_WITHOUT_TAX, PAYMENT_CREDITS, LOCK_OUR_RECORDS),
    after=("bills", "order_bills"),
    screen="payments",
    help="What a bill payment settles of a bill that came from Procore is a payment issued on its contract.",
)
