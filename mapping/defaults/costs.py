"""How costs cross in either direction: direct costs to bills, bills and expenses to direct costs."""

from __future__ import annotations

from connectors.procore import resources as procore
from mapping.defaults.kind import YES_OR_NO, DefaultKind

PROCORE_BILL_CODE = DefaultKind(
    key="procore_bill_code",
    label="Procore Bill Code",
    help="The cost code of a direct cost made from a QuickBooks bill or expense whose line leads to no cost code. "
    "The document then says so.",
    if_empty="A bill or expense with a line that leads to no cost code is stopped.",
    group="Procore codes",
    chooses=procore.STANDARD_COST_CODES,
    gate="required",
    ask="Choose the cost code for bills and expenses that lead to none.",
)
DEFAULT_COST_TYPE = DefaultKind(
    key="default_cost_type",
    label="Default Cost Type",
    help="The cost type of every direct cost made from QuickBooks, unless Default Class Type is Cost Type and the "
    "line's class is mapped to one.",
    if_empty="A bill or expense does not go to Procore unless a class on its lines says the cost type.",
    group="Cost type",
    screen="direct_costs",
    chooses=procore.COST_TYPES,
    gate="cost_type",
    ask="Choose the cost type of costs that come from QuickBooks.",
)
PAYEE_VENDOR = DefaultKind(
    key="payee_vendor",
    label="Vendor for expenses without payee",
    help="The Procore company of a card charge, check or journal line that names no vendor in QuickBooks.",
    if_empty="An expense without a payee is stopped.",
    group="Expenses",
    screen="expenses",
    chooses=procore.VENDORS,
)
MISSING_BUDGET_CODES = DefaultKind(
    key="missing_budget_codes",
    label="Create missing budget codes",
    help="Whether a budget code is made in the Procore project that has the cost code, but not with this cost type.",
    if_empty="It is made.",
    group="Expenses",
    screen="expenses",
    options=YES_OR_NO,
    preset="yes",
)
JOURNAL_COSTS = DefaultKind(
    key="journal_costs",
    label="Carry journal entry lines",
    help="Whether lines of journal entries on a cost account that name a project become direct costs. Switch it on "
    "only if no other document carries the same cost.",
    if_empty="Journal entries stay in QuickBooks.",
    group="Expenses",
    screen="expenses",
    options=YES_OR_NO,
    preset="no",
)
FOLLOW_DELETED_COSTS = DefaultKind(
    key="follow_deleted_costs",
    label="Remove direct costs of deleted bills and expenses",
    help="Whether the direct cost we made, or the invoice of a commitment, goes when its bill, its expense or its "
    "hours are deleted in QuickBooks. One that was changed in Procore stays.",
    if_empty="It is removed.",
    group="Expenses",
    screen="expenses",
    options=YES_OR_NO,
    preset="yes",
)

KINDS = (
    PROCORE_BILL_CODE,
    DEFAULT_COST_TYPE,
    PAYEE_VENDOR,
    MISSING_BUDGET_CODES,
    JOURNAL_COSTS,
    FOLLOW_DELETED_COSTS,
)
