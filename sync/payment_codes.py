"""What a payment from QuickBooks may be told on its way to a contract in Procore."""

from __future__ import annotations

from sync.code import Code

PAYMENTS = (
    Code("payment_deleted", "ineligible", "The payment was deleted in QuickBooks, so nothing is paid by it."),
    Code("payment_voided", "ineligible", "The payment was voided in QuickBooks, so nothing is paid by it."),
    Code("payment_not_applied", "ineligible", "The payment is not applied to {subject} any more."),
    Code("paid_document_not_ours", "ineligible", "{subject} does not stand for a Procore invoice any more."),
    Code("credit_not_counted", "ineligible", "Vendor credits of ours count on neither invoice, as Settings say."),
    Code("nothing_paid", "ineligible", "Nothing of this payment counts in Procore."),
    Code(
        "payment_currency_differs",
        "blocked",
        "The payment is in {subject}, the books are in {home}. Enter it in Procore by hand.",
    ),
)
