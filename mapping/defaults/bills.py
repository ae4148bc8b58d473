"""How subcontractor invoices become bills."""

from __future__ import annotations

from mapping.defaults.kind import DefaultKind

BILL_DATE = DefaultKind(
    key="bill_date",
    label="Bill date",
    help="Which date of the subcontractor invoice the bill takes.",
    if_empty="The billing date is used.",
    group="Bills",
    screen="bills",
    options=(("billing_date", "Billing date"), ("period_end", "End of the period")),
    preset="billing_date",
)
PAYMENT_DUE_TAX = DefaultKind(
    key="payment_due_tax",
    label="Tax in current payment due",
    # Not settled by Procore's documentation; the first taxed document of a firm shows it.
    help="Whether Procore's current payment due (line 8) already contains the tax of the payment.",
    if_empty="It is taken as not containing tax.",
    group="Bills",
    screen="bills",
    options=(("excluded", "Tax comes on top"), ("included", "Tax is included")),
    preset="excluded",
)

KINDS = (
    BILL_DATE,
    PAYMENT_DUE_TAX,
)
