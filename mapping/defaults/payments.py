"""How payments in QuickBooks become payments on Procore contracts."""

from __future__ import annotations

from mapping.defaults.kind import YES_OR_NO, DefaultKind

GROUP = "Payments issued"
PAYMENT_WITHOUT_TAX = DefaultKind(
    key="payment_without_tax",
    label="Take tax off payments issued",
    help="Procore counts payments against amounts without tax. Where tax was posted as tax, its share of each payment "
    "is left off, so that a bill paid in full pays its invoice to the cent.",
    if_empty="The share of tax is left off.",
    group=GROUP,
    screen="payments",
    options=YES_OR_NO,
    preset="yes",
)
PAYMENT_CREDITS = DefaultKind(
    key="payment_credits",
    label="Vendor credits of ours in payments",
    help="A vendor credit that came from a negative invoice and pays a bill: it counts as paid on the bill's invoice "
    "and as taken back on its own, or on neither.",
    if_empty="It counts on both.",
    group=GROUP,
    screen="payments",
    options=(("both", "Count on both invoices"), ("neither", "Count on neither")),
    preset="both",
)

KINDS = (
    PAYMENT_WITHOUT_TAX,
    PAYMENT_CREDITS,
)
