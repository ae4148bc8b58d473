"""The text that stands in the memo of what is posted to QuickBooks, with tokens for what the document is about.

What belongs to a document by itself (another day than its own, tax inside the cost) and our mark follow the text.
"""

from __future__ import annotations

from mapping.defaults.kind import DefaultKind

GROUP = "Memo"
LONGEST = 200
OF_A_CLAIM = ("project", "contract", "number", "period", "vendor")
OF_AN_OWNER = ("project", "contract", "number", "period", "owner")
OF_A_COST = ("project", "description", "number", "type", "vendor")


def _help(what: str, tokens: tuple[str, ...]) -> str:
    named = ", ".join(f"{{{token}}}" for token in tokens)
    return f"The memo of {what}. It may hold {named}. What has to be said of the document, and our mark, follow it."


BILL_MEMO = DefaultKind(
    key="bill_memo",
    label="Memo of bills",
    help=_help("bills made from subcontractor invoices", OF_A_CLAIM),
    if_empty="Contract and number of the invoice are used.",
    group=GROUP,
    screen="bills",
    tokens=OF_A_CLAIM,
    longest=LONGEST,
    preset="{contract}, invoice {number}.",
)
OWNER_MEMO = DefaultKind(
    key="owner_memo",
    label="Memo of invoices",
    help=_help("invoices made from owner invoices", OF_AN_OWNER),
    if_empty="Contract and number of the invoice are used.",
    group=GROUP,
    screen="owner_invoices",
    tokens=OF_AN_OWNER,
    longest=LONGEST,
    preset="{contract}, invoice {number}.",
)
COST_MEMO = DefaultKind(
    key="cost_memo",
    label="Memo of bills from direct costs",
    help=_help("bills made from direct costs", OF_A_COST),
    if_empty="The description of the direct cost is used, else its type and number.",
    group=GROUP,
    screen="direct_costs",
    tokens=OF_A_COST,
    longest=LONGEST,
    preset="{description}.",
)

KINDS = (
    BILL_MEMO,
    OWNER_MEMO,
    COST_MEMO,
)
