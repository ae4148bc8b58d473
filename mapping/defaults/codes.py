"""The accounts and products that stand in where a line says none."""

from __future__ import annotations

from connectors.qbo import resources as qbo
from mapping.defaults.kind import COST_TYPES, INCOME_TYPES, DefaultKind

LINE_ITEM_TYPE = DefaultKind(
    key="line_item_type",
    label="Default Line Item Type",
    help="How bill lines are coded in QuickBooks: by account (Category) or by product or service (Item).",
    if_empty="You cannot go live.",
    group="QuickBooks account codes",
    options=(("category", "Category"), ("item", "Item")),
    gate="required",
    ask="Choose how bill lines are coded.",
)
BILL_CODE = DefaultKind(
    key="bill_code",
    label="QB Bill Account Code",
    help="Where a bill line is posted when its cost code is not mapped. The document then says so.",
    if_empty="A line with an unmapped cost code stops its document.",
    group="QuickBooks account codes",
    chooses=qbo.ACCOUNTS,
    account_types=COST_TYPES,
    gate="required",
    ask="Choose where an unmapped cost code goes.",
)
BILL_ITEM = DefaultKind(
    key="bill_item",
    label="QB Bill Item Code",
    help="The product or service for a bill line whose cost code is not mapped, when lines are coded by item.",
    if_empty="A line with an unmapped cost code uses QB Bill Account Code, as a category line.",
    group="QuickBooks account codes",
    chooses=qbo.ITEMS,
)
INVOICE_CODE = DefaultKind(
    key="invoice_code",
    label="QB Invoice Account Code",
    help="The income account of a product or service made from a cost code, and of an owner invoice line not mapped.",
    if_empty="Cost codes cannot be pushed as products and services.",
    group="QuickBooks account codes",
    chooses=qbo.ACCOUNTS,
    account_types=INCOME_TYPES,
    gate="required",
    ask="Choose where an owner invoice line without a mapping goes.",
)

KINDS = (
    LINE_ITEM_TYPE,
    BILL_CODE,
    BILL_ITEM,
    INVOICE_CODE,
)
