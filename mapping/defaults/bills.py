"""How subcontractor invoices become bills."""

from __future__ import annotations

from connectors.qbo import resources as qbo
from mapping.defaults.kind import DefaultKind

GROUP = "Bills"
BILL_STATUSES = DefaultKind(
    key="bill_statuses",
    label="Statuses that make a bill",
    help="A subcontractor invoice becomes a bill once it has one of these statuses in Procore.",
    if_empty="Approved and Approved as Noted are used.",
    group=GROUP,
    screen="bills",
    options=(
        ("approved", "Approved"),
        ("approved_as_noted", "Approved as Noted"),
        ("pending_owner_approval", "Pending Owner Approval"),
    ),
    takes_many=True,
    preset="approved,approved_as_noted",
)
BILL_DATE = DefaultKind(
    key="bill_date",
    label="Bill date",
    help="Which date of the subcontractor invoice the bill takes.",
    if_empty="The billing date is used.",
    group=GROUP,
    screen="bills",
    options=(("billing_date", "Billing date"), ("period_end", "End of the period")),
    preset="billing_date",
)
BILL_DUE = DefaultKind(
    key="bill_due",
    label="Bill due date",
    help="What the due date of a bill follows. Without a term QuickBooks makes a bill due on its own date.",
    if_empty="The term of the purchase order is used, else the vendor's own term in QuickBooks.",
    group=GROUP,
    screen="bills",
    options=(
        ("order_term", "Term of the purchase order, else of the vendor"),
        ("vendor_term", "Term of the vendor in QuickBooks"),
        ("days", "A number of days after the bill date"),
    ),
    preset="order_term",
)
BILL_DUE_DAYS = DefaultKind(
    key="bill_due_days",
    label="Days until a bill is due",
    help="Counted from the bill date, when the due date follows a number of days.",
    if_empty="30 days are used.",
    group=GROUP,
    screen="bills",
    bounds=(0, 365),
    preset="30",
)
BILL_NUMBER = DefaultKind(
    key="bill_number",
    label="Bill number",
    help="Where the number of a bill comes from. QuickBooks takes 21 characters, and a longer number is shortened.",
    if_empty="The vendor's invoice number is used, else contract and invoice number.",
    group=GROUP,
    screen="bills",
    options=(
        ("invoice_number", "The vendor's invoice number, else contract and number"),
        ("contract", "Contract and number of the invoice"),
    ),
    preset="invoice_number",
)
PAYABLE_ACCOUNT = DefaultKind(
    key="payable_account",
    label="QB Accounts Payable Account",
    help="The accounts payable account bills and vendor credits stand in, where the books have several.",
    if_empty="QuickBooks uses its own accounts payable account.",
    group=GROUP,
    screen="bills",
    chooses=qbo.ACCOUNTS,
    account_types=("Accounts Payable",),
)
RETENTION_LINES = DefaultKind(
    key="retention_lines",
    label="Retention lines on bills",
    help="Whether a bill has one line of retention held and one of retention released, or such lines for each "
    "contract line, with its class and its sub job.",
    if_empty="One line of each per bill is used.",
    group=GROUP,
    screen="bills",
    options=(("document", "One held and one released line per bill"), ("line", "One of each per contract line")),
    preset="document",
)
PAYMENT_DUE_TAX = DefaultKind(
    key="payment_due_tax",
    label="Tax in current payment due",
    # Not settled by Procore's documentation; the first taxed document of a firm shows it.
    help="Whether Procore's current payment due (line 8) already contains the tax of the payment.",
    if_empty="It is taken as not containing tax.",
    group=GROUP,
    screen="bills",
    options=(("excluded", "Tax comes on top"), ("included", "Tax is included")),
    preset="excluded",
)

KINDS = (
    BILL_STATUSES,
    BILL_DATE,
    BILL_DUE,
    BILL_DUE_DAYS,
    BILL_NUMBER,
    PAYABLE_ACCOUNT,
    RETENTION_LINES,
    PAYMENT_DUE_TAX,
)
