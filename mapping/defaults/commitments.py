"""How commitments become purchase orders, and what bills received against those become."""

from __future__ import annotations

from mapping.defaults.kind import DefaultKind

GROUP = "Purchase orders"
ORDER_CONTRACTS = DefaultKind(
    key="order_contracts",
    label="Commitments that become purchase orders",
    help="Subcontracts are billed in Procore month by month, with retention, and their invoices become bills by "
    "themselves. A purchase order beside them invites a second bill for the same work.",
    if_empty="Purchase orders alone.",
    group=GROUP,
    screen="commitments",
    options=(("orders", "Purchase orders"), ("both", "Purchase orders and subcontracts")),
    preset="orders",
)
ORDER_BILL_STATUS = DefaultKind(
    key="order_bill_status",
    label="Status of an invoice made from a bill",
    help="Under Review is not counted as cost in Procore until somebody approves it, and the vendor cannot change it. "
    "Choose Approved only if bills are checked against their orders before they are entered in QuickBooks.",
    if_empty="It is under review.",
    group=GROUP,
    screen="commitments",
    options=(("draft", "Draft"), ("under_review", "Under Review"), ("approved", "Approved")),
    preset="under_review",
)

KINDS = (ORDER_CONTRACTS, ORDER_BILL_STATUS)
