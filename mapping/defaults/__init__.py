"""The defaults a firm chooses, one declaration each, and the frozen value handed to rules.

Names are the setup guide's. Screens, validation, go-live and rules all read these declarations.
"""

from __future__ import annotations

from mapping.defaults import (
    after_posting,
    bills,
    codes,
    commitments,
    contacts,
    costs,
    labour,
    memos,
    owner_invoices,
    payments,
    periods,
    projects,
    receipts,
    retention,
    tags,
    tax,
)
from mapping.defaults.after_posting import (
    AFTER_PAYMENT,
    FOLLOW_DELETION,
    FOLLOW_UNAPPROVAL,
    LOCK_CUSTOMER_RECORDS,
    LOCK_OUR_RECORDS,
    RESYNC_DELETED,
)
from mapping.defaults.bills import (
    BILL_DATE,
    BILL_DUE,
    BILL_DUE_DAYS,
    BILL_NUMBER,
    BILL_STATUSES,
    PAYABLE_ACCOUNT,
    PAYMENT_DUE_TAX,
    RETENTION_LINES,
)
from mapping.defaults.codes import BILL_CODE, BILL_ITEM, INVOICE_CODE, LINE_ITEM_TYPE
from mapping.defaults.commitments import ORDER_BILL_STATUS, ORDER_CONTRACTS
from mapping.defaults.contacts import CONTACT_FIELDS, CONTACT_RENAME
from mapping.defaults.costs import (
    DEFAULT_COST_TYPE,
    FOLLOW_DELETED_COSTS,
    JOURNAL_COSTS,
    MISSING_BUDGET_CODES,
    PAYEE_VENDOR,
    PROCORE_BILL_CODE,
)
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
from mapping.defaults.labour import (
    HIDE_EMPLOYEES,
    LABOUR_COST_TYPE,
    LABOUR_SOURCE,
    PAYROLL_ACCOUNTS,
    PROCORE_PAYROLL_CODE,
)
from mapping.defaults.memos import BILL_MEMO, COST_MEMO, OWNER_MEMO
from mapping.defaults.owner_invoices import (
    OWNER_DATE,
    OWNER_DUE,
    OWNER_DUE_DAYS,
    OWNER_LINES,
    OWNER_NUMBER,
    OWNER_RETENTION_LINES,
    OWNER_RETENTION_TAX,
    OWNER_STATUSES,
    OWNER_TERM,
)
from mapping.defaults.payments import PAYMENT_CREDITS, PAYMENT_WITHOUT_TAX
from mapping.defaults.periods import CLOSED_PERIOD
from mapping.defaults.projects import (
    EXISTING_PROJECTS,
    PROJECT_ARCHIVED,
    PROJECT_MOVED,
    PROJECT_RENAMED,
    SUB_CUSTOMER_NAME,
)
from mapping.defaults.receipts import RECEIPT_CREDITS, RECEIPT_WITHOUT_TAX
from mapping.defaults.retention import (
    RETENTION_PAYABLE_RELEASED,
    RETENTION_PAYABLE_RETAINED,
    RETENTION_RECEIVABLE_RELEASED,
    RETENTION_RECEIVABLE_RETAINED,
)
from mapping.defaults.tags import CLASS_TYPE, CODE_KEY, ITEMS_IN_QUICKBOOKS, LOCATION_SOURCE, SUB_JOBS
from mapping.defaults.tax import PURCHASE_TAX_CODE, RETENTION_TAX_CODE, SALES_TAX_CODE, TAX_BASE

DEFAULTS: dict[str, DefaultKind] = {
    kind.key: kind
    for module in (
        codes,
        tags,
        tax,
        retention,
        periods,
        projects,
        bills,
        commitments,
        owner_invoices,
        payments,
        receipts,
        after_posting,
        costs,
        contacts,
        labour,
        memos,
    )
    for kind in module.KINDS
}

__all__ = [
    "AFTER_PAYMENT",
    "BILL_CODE",
    "BILL_DATE",
    "BILL_DUE",
    "BILL_DUE_DAYS",
    "BILL_ITEM",
    "BILL_MEMO",
    "BILL_NUMBER",
    "BILL_STATUSES",
    "CLASS_TYPE",
    "CLOSED_PERIOD",
    "CODE_KEY",
    "CONTACT_FIELDS",
    "CONTACT_RENAME",
    "COST_MEMO",
    "COST_TYPES",
    "CURRENT_TYPES",
    "DEFAULTS",
    "DEFAULT_COST_TYPE",
    "EXISTING_PROJECTS",
    "FOLLOW_DELETED_COSTS",
    "FOLLOW_DELETION",
    "FOLLOW_UNAPPROVAL",
    "HIDE_EMPLOYEES",
    "INCOME_TYPES",
    "INVOICE_CODE",
    "ITEMS_IN_QUICKBOOKS",
    "JOURNAL_COSTS",
    "LABOUR_COST_TYPE",
    "LABOUR_SOURCE",
    "LINE_ITEM_TYPE",
    "LOCATION_SOURCE",
    "LOCK_CUSTOMER_RECORDS",
    "LOCK_OUR_RECORDS",
    "MISSING_BUDGET_CODES",
    "ORDER_BILL_STATUS",
    "ORDER_CONTRACTS",
    "OWNER_DATE",
    "OWNER_DUE",
    "OWNER_DUE_DAYS",
    "OWNER_LINES",
    "OWNER_MEMO",
    "OWNER_NUMBER",
    "OWNER_RETENTION_LINES",
    "OWNER_RETENTION_TAX",
    "OWNER_STATUSES",
    "OWNER_TERM",
    "PAYABLE_ACCOUNT",
    "PAYEE_VENDOR",
    "PAYMENT_CREDITS",
    "PAYMENT_DUE_TAX",
    "PAYMENT_WITHOUT_TAX",
    "PAYROLL_ACCOUNTS",
    "PROCORE_BILL_CODE",
    "PROCORE_PAYROLL_CODE",
    "PROJECT_ARCHIVED",
    "PROJECT_MOVED",
    "PROJECT_RENAMED",
    "PURCHASE_TAX_CODE",
    "RECEIPT_CREDITS",
    "RECEIPT_WITHOUT_TAX",
    "RESYNC_DELETED",
    "RETENTION_LINES",
    "RETENTION_PAYABLE_RELEASED",
    "RETENTION_PAYABLE_RETAINED",
    "RETENTION_RECEIVABLE_RELEASED",
    "RETENTION_RECEIVABLE_RETAINED",
    "RETENTION_TAX_CODE",
    "SALES_TAX_CODE",
    "SUB_CUSTOMER_NAME",
    "SUB_JOBS",
    "TAX_BASE",
    "YES_OR_NO",
    "Choice",
    "DefaultKind",
    "Defaults",
    "Screen",
]
