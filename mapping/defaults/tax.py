"""The tax codes of lines that name none, and how tax and retention go together.

One default for purchases and one for sales: a QuickBooks code may have rates for one of the two alone. Where one code
has both, it is chosen twice.
"""

from __future__ import annotations

from connectors.qbo import resources as qbo
from mapping.defaults.kind import DefaultKind
from mapping.kinds import TAX_PURCHASE, TAX_SALES

GROUP = "Tax"
PURCHASE_TAX_CODE = DefaultKind(
    key="purchase_tax_code",
    label="Default Tax Code, purchases",
    help="The tax code of a bill line whose Procore line names none. Purchases carry no tax code in books of the "
    "United States: leave it empty there.",
    if_empty="Where purchases carry tax codes, a bill line that names none stops its document.",
    group=GROUP,
    chooses=qbo.TAX_CODES,
    account_types=TAX_PURCHASE.right_types,
    gate="purchase_tax",
)
SALES_TAX_CODE = DefaultKind(
    key="sales_tax_code",
    label="Default Tax Code, sales",
    help="The tax code of an owner invoice line whose Procore line names none.",
    if_empty="Where sales carry tax codes, an owner invoice line that names none stops its document.",
    group=GROUP,
    chooses=qbo.TAX_CODES,
    account_types=TAX_SALES.right_types,
    gate="tax",
)
TAX_BASE = DefaultKind(
    key="tax_base",
    label="Tax and retention",
    help="Whether tax falls on the work before or after retention is taken off. It decides whether retention lines "
    "carry the tax code of the work.",
    if_empty="Tax falls on the amount after retention, and again when retention is released.",
    group=GROUP,
    options=(("net", "After retention"), ("gross", "Before retention")),
    preset="net",
)
RETENTION_TAX_CODE = DefaultKind(
    key="retention_tax_code",
    label="Tax code of retention lines on bills",
    help="The tax code that every retention line of a bill carries. With tax before retention, choose a code without "
    "tax.",
    if_empty="Retention lines carry the code of the work. With tax before retention they stop their document.",
    group=GROUP,
    chooses=qbo.TAX_CODES,
    account_types=TAX_PURCHASE.right_types,
)

KINDS = (
    PURCHASE_TAX_CODE,
    SALES_TAX_CODE,
    TAX_BASE,
    RETENTION_TAX_CODE,
)
