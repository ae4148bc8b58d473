"""How owner invoices become QuickBooks invoices."""

from __future__ import annotations

from connectors.qbo import resources as qbo
from mapping.defaults.kind import DefaultKind
from mapping.kinds import TAX_SALES

GROUP = "Owner invoices"
OWNER_STATUSES = DefaultKind(
    key="owner_statuses",
    label="Statuses that make an invoice",
    help="An owner invoice becomes a QuickBooks invoice once it has one of these statuses in Procore.",
    if_empty="Approved is used.",
    group=GROUP,
    screen="owner_invoices",
    options=(("approved", "Approved"), ("under_review", "Under Review")),
    takes_many=True,
    preset="approved",
)
OWNER_DATE = DefaultKind(
    key="owner_date",
    label="Invoice date",
    help="Which date of the owner invoice the QuickBooks invoice takes.",
    if_empty="The billing date is used.",
    group=GROUP,
    screen="owner_invoices",
    options=(("billing_date", "Billing date"), ("period_end", "End of the period")),
    preset="billing_date",
)
OWNER_DUE = DefaultKind(
    key="owner_due",
    label="Invoice due date",
    help="What the due date of an invoice follows.",
    if_empty="The customer's own term in QuickBooks is used.",
    group=GROUP,
    screen="owner_invoices",
    options=(
        ("customer_term", "Term of the customer in QuickBooks"),
        ("term", "One term for all owner invoices"),
        ("days", "A number of days after the invoice date"),
    ),
    preset="customer_term",
)
OWNER_TERM = DefaultKind(
    key="owner_term",
    label="Term of owner invoices",
    help="The QuickBooks term of every owner invoice, when the due date follows one term.",
    if_empty="The customer's own term in QuickBooks is used.",
    group=GROUP,
    screen="owner_invoices",
    chooses=qbo.TERMS,
)
OWNER_DUE_DAYS = DefaultKind(
    key="owner_due_days",
    label="Days until an owner invoice is due",
    help="Counted from the invoice date, when the due date follows a number of days.",
    if_empty="30 days are used.",
    group=GROUP,
    screen="owner_invoices",
    bounds=(0, 365),
    preset="30",
)
OWNER_NUMBER = DefaultKind(
    key="owner_number",
    label="Invoice number",
    help="Where the number of an invoice comes from. QuickBooks takes 21 characters, a longer one is shortened. "
    "If custom transaction numbers are off in QuickBooks, let QuickBooks number it.",
    if_empty="Procore's invoice number is used, else contract and number of the invoice.",
    group=GROUP,
    screen="owner_invoices",
    options=(
        ("invoice_number", "Procore's invoice number, else contract and number"),
        ("contract", "Contract and number of the invoice"),
        ("quickbooks", "QuickBooks numbers it"),
    ),
    preset="invoice_number",
)
OWNER_LINES = DefaultKind(
    key="owner_lines",
    label="Lines of an invoice",
    help="Whether an invoice shows every line of the schedule of values, or one line for each product or service.",
    if_empty="Every line of the schedule of values is shown.",
    group=GROUP,
    screen="owner_invoices",
    options=(("line", "One per line of the schedule of values"), ("summary", "One per product or service")),
    preset="line",
)
OWNER_RETENTION_LINES = DefaultKind(
    key="owner_retention_lines",
    label="Retention lines on invoices",
    help="Whether an invoice has one line of retention held and one of retention released, or such lines for each "
    "contract line.",
    if_empty="One line of each per invoice is used.",
    group=GROUP,
    screen="owner_invoices",
    options=(("document", "One held and one released line per invoice"), ("line", "One of each per contract line")),
    preset="document",
)
OWNER_RETENTION_TAX = DefaultKind(
    key="owner_retention_tax",
    label="Tax code of retention lines on invoices",
    help="The tax code that every retention line of an invoice carries, where each line carries a code of its own. "
    "With tax before retention, choose a code without tax. Books of the United States need none here.",
    if_empty="Retention lines carry the default tax code. With tax before retention they stop their document.",
    group=GROUP,
    screen="owner_invoices",
    chooses=qbo.TAX_CODES,
    account_types=TAX_SALES.right_types,
)
KINDS = (
    OWNER_STATUSES,
    OWNER_DATE,
    OWNER_DUE,
    OWNER_TERM,
    OWNER_DUE_DAYS,
    OWNER_NUMBER,
    OWNER_LINES,
    OWNER_RETENTION_LINES,
    OWNER_RETENTION_TAX,
)
