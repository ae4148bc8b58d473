"""What may be said of commitments that become purchase orders, and of bills received against those."""

from __future__ import annotations

from sync.code import Code

ORDERS = (
    Code(
        "contract_kind_not_carried",
        "ineligible",
        "Subcontracts do not become purchase orders, as set in Settings, Purchase orders.",
    ),
    Code("commitment_over", "ineligible", "Closed in Procore, so nothing is to be ordered any more."),
    Code(
        "commitment_billed",
        "ineligible",
        "Invoiced in full in Procore, so nothing is left to receive against an order.",
    ),
    Code("nothing_ordered", "ineligible", "No line of this commitment has an amount."),
    Code(
        "order_vendor_missing",
        "blocked",
        "Commitment {subject} names no vendor. Choose one in Procore.",
        "open_source",
        "Open in Procore",
    ),
    Code(
        "order_below_zero",
        "blocked",
        "The lines of this commitment come to {amount}. QuickBooks takes no order below zero.",
        "open_source",
        "Open in Procore",
    ),
    Code(
        "order_billed_and_changed",
        "held",
        "Changed in Procore, but {subject} has bills in QuickBooks, and the change would touch what they received: "
        "{what}. Change the order there by hand, or keep it as it is.",
        "document",
        "Decide",
    ),
    Code(
        "order_billed_and_removed",
        "held",
        "Not approved any more or deleted in Procore, but {subject} has bills in QuickBooks. Close the order there, "
        "and keep it.",
        "document",
        "Decide",
    ),
)

BILLS_OF_ORDERS = (
    Code("bill_from_procore", "ineligible", "This bill was made from Procore, so it does not go back."),
    Code("order_not_from_procore", "ineligible", "The purchase order no longer belongs to a commitment in Procore."),
    Code("order_link_gone", "ineligible", "No line of this bill receives the purchase order any more."),
    Code(
        "invoice_from_books",
        "ineligible",
        "Made from a bill in QuickBooks, so it does not go back as one.",
    ),
    Code(
        "order_bill_deleted",
        "held",
        "{subject} was deleted in QuickBooks, and its invoice is still in Procore. Keep it, or delete it too.",
        "document",
        "Decide",
    ),
    Code(
        "order_line_not_named",
        "blocked",
        "{subject} is linked to purchase order {order} without naming its lines, so what it bills is not known. Add "
        "the lines from the order in QuickBooks.",
        "open_source",
        "Open in QuickBooks",
    ),
    Code(
        "order_line_unknown",
        "blocked",
        "{subject}, {amount}, receives a line of purchase order {order} that did not come from the commitment. Link "
        "it to one that did, or take the link off.",
        "open_source",
        "Open in QuickBooks",
    ),
    Code(
        "order_overbilled",
        "held",
        "{subject} is billed with {amount}, and {remaining} of {ordered} remains on the commitment. Lower the bill, "
        "or approve a change order in Procore. It is looked at again by itself.",
        "open_source",
        "Open in QuickBooks",
    ),
    Code(
        "order_line_detailed",
        "held",
        "{subject} has a detailed schedule of values in Procore, which QuickBooks does not know. Enter the invoice "
        "there, and leave this out.",
        "open_source",
        "Open in QuickBooks",
    ),
    Code(
        "order_retention_unclear",
        "blocked",
        "{amount} of retention on {subject} belongs to several orders. Put the customer of one of them on the line, "
        "or enter it in Procore.",
        "open_source",
        "Open in QuickBooks",
    ),
    Code(
        "order_retention_too_much",
        "held",
        "{subject} holds or releases {amount} of retention, and {limit} is possible on the commitment.",
        "open_source",
        "Open in QuickBooks",
    ),
    Code(
        "claim_approved_and_changed",
        "held",
        "The bill changed in QuickBooks after {subject} was approved in Procore. It was not changed there. Take the "
        "approval back and check again, or keep it as it is.",
        "document",
        "Decide",
    ),
    Code(
        "claim_not_removable",
        "held",
        "The bill is gone in QuickBooks, but {subject} is approved in Procore or a later invoice stands on it. Delete "
        "it there, or keep it.",
        "document",
        "Decide",
    ),
    Code(
        "cost_of_order_not_carried",
        "waiting",
        "Received against a purchase order that came from Procore, so it belongs on its commitment and is no direct "
        "cost. Switch on Settings, Purchase orders, or enter the invoice on the commitment and leave this out.",
        "flows",
        "Open the switches",
    ),
    Code(
        "order_lines_not_carried",
        "posted_with_warnings",
        "{amount} of {subject} was received against a purchase order that came from Procore, and is no direct cost. "
        "Switch on Settings, Purchase orders, or enter it on the commitment.",
        "flows",
        "Open the switches",
    ),
    Code(
        "expense_of_order",
        "held",
        "{subject} receives a purchase order that came from Procore. Only bills become invoices of a commitment. "
        "Enter it as a bill, or take the link off.",
        "open_source",
        "Open in QuickBooks",
    ),
)
