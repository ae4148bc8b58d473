"""The defaults a firm chooses, one declaration each, and the frozen value handed to rules.

Names are the setup guide's. Screens, validation, go-live and rules all read these declarations.
"""

from __future__ import annotations

from mapping.defaults import bills, codes, retention, tags
from mapping.defaults.bills import BILL_DATE, PAYMENT_DUE_TAX
from mapping.defaults.codes import BILL_CODE, BILL_ITEM, INVOICE_CODE, LINE_ITEM_TYPE
from mapping.defaults.kind import (
    COST_TYPES,
    CURRENT_TYPES,
    INCOME_TYPES,
    YES_OR_NO,
    Choice,
    DefaultKind,
    Defaults,
    Screen,
)
from mapping.defaults.retention import RETENTION_PAYABLE_RELEASED, RETENTION_PAYABLE_RETAINED
from mapping.defaults.tags import CLASS_TYPE, CODE_KEY, ITEMS_IN_QUICKBOOKS, LOCATION_SOURCE, SUB_JOBS

DEFAULTS = {kind.key: kind for module in (codes, tags, retention, bills) for kind in module.KINDS}

__all__ = [
    "BILL_CODE",
    "BILL_DATE",
    "BILL_ITEM",
    "CLASS_TYPE",
    "CODE_KEY",
    "COST_TYPES",
    "CURRENT_TYPES",
    "DEFAULTS",
    "INCOME_TYPES",
    "INVOICE_CODE",
    "ITEMS_IN_QUICKBOOKS",
    "LINE_ITEM_TYPE",
    "LOCATION_SOURCE",
    "PAYMENT_DUE_TAX",
    "RETENTION_PAYABLE_RELEASED",
    "RETENTION_PAYABLE_RETAINED",
    "SUB_JOBS",
    "YES_OR_NO",
    "Choice",
    "DefaultKind",
    "Defaults",
    "Screen",
]
