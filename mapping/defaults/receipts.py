"""How customer payments in QuickBooks become payments received on prime contracts."""

from __future__ import annotations

from mapping.defaults.kind import YES_OR_NO, DefaultKind

GROUP = "Payments received"
RECEIPT_WITHOUT_TAX = DefaultKind(
    key="receipt_without_tax",
    label="Take tax off payments received",
    help="Procore counts payments against amounts without tax. The share of tax in each payment is left off, so that "
    "an invoice paid in full is paid in Procore to the cent.",
    if_empty="The share of tax is left off.",
    group=GROUP,
    screen="payments",
    options=YES_OR_NO,
    preset="yes",
)
RECEIPT_CREDITS = DefaultKind(
    key="receipt_credits",
    label="Credit memos of ours in payments",
    help="A credit memo that came from a negative owner invoice and settles an invoice: it counts as paid on that "
    "invoice and as taken back on its own, or on neither.",
    if_empty="It counts on both.",
    group=GROUP,
    screen="payments",
    options=(("both", "Count on both invoices"), ("neither", "Count on neither")),
    preset="both",
)

KINDS = (
    RECEIPT_WITHOUT_TAX,
    RECEIPT_CREDITS,
)
