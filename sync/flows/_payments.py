"""How a payment in QuickBooks becomes one in Procore: bill payments and customer payments are judged alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from connectors.procore.documents_payments import ContractPayment
from mapping.defaults import LOCK_OUR_RECORDS, DefaultKind, Defaults
from smoothx.lib.money import ZERO, cents, split, total
from smoothx.lib.text import stable_hash
from sync.flow import Description
from sync.flows._paid import P, PaidInvoice, PaidPart, Payment, share_without_tax
from sync.plan import Notes, Plan

Complete = Callable[[ContractPayment, P, PaidInvoice], ContractPayment]


@dataclass(frozen=True, slots=True)
class Side:
    """Payments to vendors, or from customers: what they settle and are called, and which settings count for them.

    `document` and `credit` are QuickBooks' names of what is settled and of what settles it like money.
    """

    flow: str
    direction: Literal["issued", "received"]
    noun: str
    document: str
    credit: str
    credit_noun: str
    credit_code: str
    credits: DefaultKind
    without_tax: DefaultKind

    def is_credit(self, part: PaidPart[P]) -> bool:
        return part.part.startswith(f"{self.credit}:")

    def name(self, part: PaidPart[P]) -> str:
        """The settled document where no invoice names it: "Vendor credit 90"."""
        noun = self.credit_noun.capitalize() if self.is_credit(part) else self.document
        return f"{noun} {part.document.partition(':')[2]}"

    def split(self, payment: Payment) -> tuple[str, ...]:
        """The documents and credits it settles; journals and deposits stand for no invoice."""
        kinds = (self.document, self.credit)
        return tuple(dict.fromkeys(each.part for each in payment.applied if each.kind in kinds))

    def make_mark(self, payment_id: str, part: str) -> str:
        return f"Smoothx {stable_hash(self.flow, payment_id, part, length=10)}"

    def describe(self, part: PaidPart[P]) -> Description:
        payment, invoice = part.payment, part.invoice
        if payment is None:
            return Description(
                number=part.payment_id, title=part.title or f"{self.noun.capitalize()} {part.payment_id}"
            )
        applied = payment.applied_to(part.document)
        name = f"{payment.party_name}, {invoice.name if invoice else self.name(part)}".lstrip(", ")
        return Description(
            number=payment.number or payment.id,
            title=f"{name}, payment {payment.number or payment.id}",
            party=payment.party_name,
            party_id=payment.party_id,
            project_id=invoice.project_id if invoice else "",
            amount=-applied if self.is_credit(part) else applied,
            document_date=payment.date,
        )


def plan_payment(part: PaidPart[P], side: Side, defaults: Defaults, complete: Complete[P]) -> Plan[ContractPayment]:
    """What one payment settles of one document of ours, on the invoice it stands for; or that there must be none.

    Not the payment's total, which may be for several documents. A credit that settles a document counts like money;
    one of ours is taken back on its own invoice, or counts on neither. Tax that was posted as tax is left off.
    `complete` adds what only payments of this side have.
    """
    notes = Notes()
    payment, invoice = part.payment, part.invoice
    if payment is None:
        return notes.remove("payment_deleted")
    if not payment.applied:
        return notes.remove("payment_voided")
    if invoice is None:
        return notes.remove("paid_document_not_ours", side.name(part))
    applied = payment.applied_to(part.document)
    if not applied:
        return notes.remove("payment_not_applied", invoice.name)
    is_credit, neither = side.is_credit(part), defaults.says(side.credits, "neither")
    if is_credit and neither:
        return notes.remove(side.credit_code)
    left_out = _credits_of_ours(part, payment, side) if neither else ZERO
    amount = _without_tax(part, side, applied, left_out, defaults)
    if not amount:
        return notes.remove("nothing_paid")
    if payment.currency and payment.currency != defaults.home_currency:
        notes.block("payment_currency_differs", payment.currency, home=defaults.home_currency)
    rest = cents(applied - left_out - amount)
    tax = rest if part.shared is None else ZERO
    mark = side.make_mark(part.payment_id, part.part)
    told = f"{_tell(part, payment, side, counts_ours=not neither)}{_tell_tax(tax)}{_tell_other(rest - tax)}"
    document = ContractPayment(
        direction=side.direction,
        project_id=invoice.project_id,
        contract_id=invoice.contract_id,
        contract_name=invoice.contract_name,
        amount=-amount if is_credit else amount,
        date=payment.date,
        memo=f"{told} {mark}",
        mark=mark,
        is_locked=defaults.says(LOCK_OUR_RECORDS, "yes"),
        check_number=payment.number,
        invoice_number=invoice.invoice_number,
    )
    facts = {"applied": str(applied), "tax_left_off": str(tax), "contract": invoice.contract_name}
    return notes.plan(complete(document, payment, invoice), facts)


def _credits_of_ours(part: PaidPart[P], payment: P, side: Side) -> Decimal:
    """What credits of ours settle of the document. QuickBooks does not say which credit settles what, so they are
    shared by the amounts of all they may settle, journals too: none takes more than is applied to it."""
    used = total(each.amount for each in payment.applied if each.kind == side.credit and each.part in part.ours)
    settled = [each for each in payment.applied if each.kind != side.credit]
    if not used or not settled:
        return ZERO
    shares = split(used, [each.amount for each in settled])
    return total(share for each, share in zip(settled, shares, strict=True) if each.part == part.document)


def _without_tax(part: PaidPart[P], side: Side, applied: Decimal, left_out: Decimal, defaults: Defaults) -> Decimal:
    """What counts of `applied` less `left_out`."""
    counted = applied - left_out
    if part.shared is not None:
        return cents(share_without_tax(part.shared, part.payment_id) * counted / applied)
    if part.taxed is None or not part.taxed.tax or not defaults.says(side.without_tax, "yes"):
        return cents(counted)
    share = share_without_tax(part.taxed, part.payment_id)
    return share if not left_out else cents(share * counted / applied)


def _tell(part: PaidPart[P], payment: P, side: Side, *, counts_ours: bool) -> str:
    """Where it comes from, and what of it is no money."""
    named = f"QuickBooks {side.noun} {payment.number or payment.id}."
    if side.is_credit(part):
        article = "an" if side.document == "Invoice" else "a"
        return f"{named} Taken back: this {side.credit_noun} settled {article} {side.document.lower()}."
    credited = [each for each in payment.applied if each.kind == side.credit]
    used = total(each.amount for each in credited if counts_ours or each.part not in part.ours)
    if not used:
        return named
    is_one = len([each for each in payment.applied if each.kind == side.document]) == 1
    return f"{named} {used:,.2f} of {'it' if is_one else 'the whole payment'} by {side.credit_noun}."


def _tell_tax(tax: Decimal) -> str:
    return f" {tax:,.2f} of tax is left off." if tax else ""


def _tell_other(amount: Decimal) -> str:
    """A bill received from an order may have other lines too."""
    return f" {amount:,.2f} is for the rest of the bill." if amount else ""
