"""Where labour cost comes from, and how it stands in Procore."""

from __future__ import annotations

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.defaults.kind import COST_TYPES, YES_OR_NO, DefaultKind

GROUP = "Payroll costs"
LABOUR_SOURCE = DefaultKind(
    key="labour_source",
    label="Where labour cost comes from",
    help="Labour cost comes from one place only, so that no hour is counted twice. QuickBooks shows no paychecks to "
    "other programs, so a pay run comes by its journal entry or as a file.",
    if_empty="No labour cost is carried.",
    group=GROUP,
    screen="labour",
    # The words of PayrollPart.kind.
    options=(
        ("time", "QuickBooks time activities"),
        ("journal", "QuickBooks payroll journal entries"),
        ("file", "Payroll files"),
    ),
    gate="required",
    ask="Choose where labour cost comes from.",
)
PAYROLL_ACCOUNTS = DefaultKind(
    key="payroll_accounts",
    label="Payroll accounts",
    # On a liability the credit of the same pay run would take the cost away again.
    help="The accounts whose journal entry lines are labour cost, such as wages and payroll taxes. While payroll "
    "costs are on, these lines are never carried as expenses.",
    if_empty="No line of a journal entry is labour cost.",
    group=GROUP,
    screen="labour",
    chooses=qbo.ACCOUNTS,
    account_types=COST_TYPES,
    takes_many=True,
)
PROCORE_PAYROLL_CODE = DefaultKind(
    key="procore_payroll_code",
    label="Procore Payroll Code",
    help="The cost code of a payroll cost that names no cost code, or one that is not mapped. The document then says "
    "so.",
    if_empty="A payroll cost that leads to no cost code is stopped.",
    group=GROUP,
    screen="labour",
    chooses=procore.STANDARD_COST_CODES,
    gate="required",
    ask="Choose the cost code for payroll costs that lead to none.",
)
LABOUR_COST_TYPE = DefaultKind(
    key="labour_cost_type",
    label="Labour cost type",
    help="The cost type of payroll costs, unless Default Class Type is Cost Type and the class says another.",
    if_empty="Default Cost Type is used.",
    group=GROUP,
    screen="labour",
    chooses=procore.COST_TYPES,
)
HIDE_EMPLOYEES = DefaultKind(
    key="hide_employees",
    label="Leave employees' names off payroll costs",
    help="Whether payroll costs in Procore say nothing of who worked, neither as employee nor in their description. "
    "What was posted before keeps its names until it changes.",
    if_empty="Payroll costs name the employee.",
    group=GROUP,
    screen="labour",
    options=YES_OR_NO,
    preset="no",
)

KINDS = (
    LABOUR_SOURCE,
    PAYROLL_ACCOUNTS,
    PROCORE_PAYROLL_CODE,
    LABOUR_COST_TYPE,
    HIDE_EMPLOYEES,
)
