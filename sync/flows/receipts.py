"""QuickBooks customer payments become payments received: for each invoice of ours what the payment settles of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from connectors.procore.documents_payments import ContractPayment
from connectors.qbo import resources as qbo
from connectors.qbo.records_sales import CustomerPayment
from mapping.defaults import LOCK_OUR_RECORDS, RECEIPT_CREDITS, RECEIPT_WITHOUT_TAX, Defaults
from mapping.maps import Maps
from smoothx.lib.money import ZERO, cents, split, total
from smoothx.lib.text import stable_hash
from sync.flow import Description, Flow
from sync.flows._paid import PaidInvoice, TaxedDocument, share_without_tax
from sync.plan import Notes, Plan

KEY = "receipts"
CREDIT = "CreditMemo"


@dataclass(frozen=True, slots=True)
class ReceiptPart:
    """What one customer payment settles of one document, `part`. `payment` is None when it was deleted.

    `invoice` is the owner invoice the document stands for, None when it is not ours any more. `ours` are the parts of
    the payment that are documents of ours. `taxed` is None where there is no tax. `title` is how it was known before.
    """

    payment_id: str
    part: str
    payment: CustomerPayment | None
    invoice: PaidInvoice | None
    ours: tuple[str, ...] = ()
    taxed: TaxedDocument | None = None
    title: str = ""

    @property
    def is_credit(self) -> bool:
        return self.part.startswith(f"{CREDIT}:")


def payment_received_for(part: ReceiptPart, maps: Maps, defaults: Defaults) -> Plan[ContractPayment]:
    """What one payment settles of one document of ours, on the prime contract; or that there must be none.

    Not the payment's total, which may be for several invoices. A credit memo that settles an invoice counts like
    money; one of ours is taken back on its own invoice, or counts on neither. The share of tax is left off.
    """
    notes = Notes()
    payment, invoice = part.payment, part.invoice
    if payment is None:
        return notes.remove("payment_deleted")
    if not payment.applied:
        return notes.remove("payment_voided")
    if invoice is None:
        return notes.remove("paid_document_not_ours", _name(part))
    applied = payment.applied_to(part.part)
    if not applied:
        return notes.remove("payment_not_applied", invoice.name)
    neither = defaults.says(RECEIPT_CREDITS, "neither")
    if part.is_credit and neither:
        return notes.remove("credit_memo_not_counted")
    left_out = _credits_of_ours(payment, part) if neither else ZERO
    amount = _without_tax(part, applied, left_out, defaults)
    if not amount:
        return notes.remove("nothing_paid")
    if payment.currency and payment.currency != defaults.home_currency:
        notes.block("payment_currency_differs", payment.currency, home=defaults.home_currency)
    tax = cents(applied - left_out - amount)
    told = f"{_tell(part, payment, counts_ours=not neither)}{f' {tax:,.2f} of tax is left off.' if tax else ''}"
    document = _make_payment(part, payment, invoice, -amount if part.is_credit else amount, told, defaults)
    return notes.plan(document, {"applied": str(applied), "tax_left_off": str(tax), "contract": invoice.contract_name})


def _credits_of_ours(payment: CustomerPayment, part: ReceiptPart) -> Decimal:
    """What credit memos of ours settle of the invoice. QuickBooks does not say which credit settles which invoice, so
    they are shared by the invoices' amounts."""
    used = total(each.amount for each in payment.applied if each.kind == CREDIT and each.part in part.ours)
    settled = [each for each in payment.applied if each.kind != CREDIT]
    if not used or not settled:
        return ZERO
    shares = split(used, [each.amount for each in settled])
    return total(share for each, share in zip(settled, shares, strict=True) if each.part == part.part)


def _without_tax(part: ReceiptPart, applied: Decimal, left_out: Decimal, defaults: Defaults) -> Decimal:
    """What counts of `applied` less `left_out`."""
    counted = cents(applied - left_out)
    if part.taxed is None or not part.taxed.tax or not defaults.says(RECEIPT_WITHOUT_TAX, "yes"):
        return counted
    share = share_without_tax(part.taxed, part.payment_id)
    return share if not left_out else cents(share * counted / applied)


def _make_payment(
    part: ReceiptPart,
    payment: CustomerPayment,
    invoice: PaidInvoice,
    amount: Decimal,
    told: str,
    defaults: Defaults,
) -> ContractPayment:
    mark = make_mark(part.payment_id, part.part)
    return ContractPayment(
        direction="received",
        project_id=invoice.project_id,
        contract_id=invoice.contract_id,
        contract_name=invoice.contract_name,
        amount=amount,
        date=payment.date,
        memo=f"{told} {mark}",
        mark=mark,
        is_locked=defaults.says(LOCK_OUR_RECORDS, "yes"),
        check_number=payment.number,
        invoice_number=invoice.invoice_number,
        draw_request_number=invoice.number,
    )


def _tell(part: ReceiptPart, payment: CustomerPayment, *, counts_ours: bool) -> str:
    """Where it comes from, and what of it is no money."""
    named = f"QuickBooks payment {payment.number or payment.id}."
    if part.is_credit:
        return f"{named} Taken back: this credit memo settled an invoice."
    counted = [each for each in payment.applied if each.kind == CREDIT]
    used = total(each.amount for each in counted if counts_ours or each.part not in part.ours)
    if not used:
        return named
    is_one = len([each for each in payment.applied if each.kind == "Invoice"]) == 1
    return f"{named} {used:,.2f} of {'it' if is_one else 'the whole payment'} by credit memo."


def _name(part: ReceiptPart) -> str:
    return f"{'Credit memo' if part.is_credit else 'Invoice'} {part.part.partition(':')[2]}"


def make_mark(payment_id: str, part: str) -> str:
    return f"Smoothx {stable_hash(KEY, payment_id, part, length=10)}"


def split_receipt(payment: CustomerPayment) -> tuple[str, ...]:
    """The invoices and credit memos it settles; journals stand for no owner invoice."""
    return tuple(dict.fromkeys(each.part for each in payment.applied if each.kind in ("Invoice", CREDIT)))


def describe_receipt(part: ReceiptPart) -> Description:
    payment, invoice = part.payment, part.invoice
    if payment is None:
        return Description(number=part.payment_id, title=part.title or f"Payment {part.payment_id}")
    applied = payment.applied_to(part.part)
    name = f"{payment.customer_name}, {invoice.name if invoice else _name(part)}".lstrip(", ")
    return Description(
        number=payment.number or payment.id,
        title=f"{name}, payment {payment.number or payment.id}",
        party=payment.customer_name,
        party_id=payment.customer_id,
        project_id=invoice.project_id if invoice else "",
        amount=-applied if part.is_credit else applied,
        document_date=payment.date,
    )


FLOW = Flow(
    key=KEY,
    label="Customer payments to payments received",
    noun="Customer payment",
    source="qbo",
    stage="payment",
    reads=qbo.PAYMENTS,
    rule=payment_received_for,
    describe=describe_receipt,
    splits=split_receipt,
    uses=(RECEIPT_WITHOUT_TAX, RECEIPT_CREDITS, LOCK_OUR_RECORDS),
    after=("owner_invoices",),
    screen="payments",
    help="What a customer payment settles of an invoice that came from Procore is a payment received on its contract.",
)
