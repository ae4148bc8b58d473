"""By which word a document names the rows that its mapping leads from: its party, its project, or a list of its facts.

Facts are those of name_lines and name_booked_lines. The finders of sync/uses.py and the statements of
sync/recoding/narrowing.py both go by these tables.
"""

from __future__ import annotations

from collections.abc import Mapping

from mapping.kinds import (
    COST_CODE_ACCOUNT,
    COST_CODE_CLASS,
    COST_CODE_ITEM,
    COST_TYPE_CLASS,
    CUSTOMER,
    DEPARTMENT_CLASS,
    DEPARTMENT_LOCATION,
    EMPLOYEE,
    EMPLOYEE_VENDOR,
    OVERRIDE_ACCOUNT,
    OVERRIDE_ITEM,
    PAIR_ACCOUNT,
    PAIR_ITEM,
    PAYMENT_TERM,
    PROJECT,
    PROJECT_CLASS,
    REVENUE,
    SUB_JOB,
    TAX_PURCHASE,
    TAX_SALES,
    VENDOR,
)

PARTY, PROJECT_ID, CODES, PAIRS, TERMS = "party", "project", "cost_codes", "pairs", "payment_terms"
# Kinds whose row is what a document of Procore names.
DIRECT: Mapping[str, str] = {
    **{kind.key: PARTY for kind in (VENDOR, CUSTOMER)},
    **{kind.key: PROJECT_ID for kind in (PROJECT, PROJECT_CLASS)},
    **{kind.key: CODES for kind in (OVERRIDE_ACCOUNT, OVERRIDE_ITEM)},
    **{kind.key: "tax_codes" for kind in (TAX_PURCHASE, TAX_SALES)},
    COST_TYPE_CLASS.key: "cost_types",
    SUB_JOB.key: "sub_jobs",
}
# Those where what it names has to be looked up first.
LOOKED_UP: Mapping[str, str] = {
    **{kind.key: PROJECT_ID for kind in (DEPARTMENT_CLASS, DEPARTMENT_LOCATION)},
    **{kind.key: CODES for kind in (COST_CODE_ACCOUNT, COST_CODE_ITEM, COST_CODE_CLASS, REVENUE)},
    **{kind.key: PAIRS for kind in (PAIR_ACCOUNT, PAIR_ITEM)},
    PAYMENT_TERM.key: TERMS,
}
# What costs of the books name of QuickBooks, by the kind that leads from there to Procore.
BOOKED: Mapping[str, str] = {
    **{kind.key: PARTY for kind in (VENDOR, EMPLOYEE, EMPLOYEE_VENDOR)},
    **{kind.key: "customers" for kind in (PROJECT, SUB_JOB)},
    **{kind.key: "accounts" for kind in (COST_CODE_ACCOUNT, PAIR_ACCOUNT, OVERRIDE_ACCOUNT)},
    **{kind.key: "items" for kind in (COST_CODE_ITEM, PAIR_ITEM, OVERRIDE_ITEM)},
    **{kind.key: "classes" for kind in (COST_CODE_CLASS, COST_TYPE_CLASS)},
}
# What the ledger has a column for, so that it is known of the oldest document too.
BY_COLUMN = frozenset(
    kind.key
    for kind in (VENDOR, CUSTOMER, EMPLOYEE, EMPLOYEE_VENDOR, PROJECT_CLASS, DEPARTMENT_CLASS, DEPARTMENT_LOCATION)
)
