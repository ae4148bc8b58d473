"""The kinds of mapping, one declaration each: what on Procore's side is what in QuickBooks.

Screens, automap, go-live, import and export all read these. `left` is always Procore. mapping.screens groups them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from connectors.resource import Resource
from mapping.matching.records import Subject

Level = Literal["any", "top", "child"]

COST_ACCOUNTS = ("Cost of Goods Sold", "Expense", "Other Expense", "Other Current Asset", "Fixed Asset")
ITEM_TYPES = ("Service", "NonInventory", "Inventory")


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingKind:
    """`is_one_to_one`: a right side may be used once. `right_level` keeps customers apart from their jobs.

    `right_types` are the subtypes a right row may have, all when empty. `left_pool` and `right_pool` name what kinds
    share: a row in a pool may be used by one of its kinds only. `by_code` lets automap compare codes ("03-300") before
    names; `subject` is the matcher it uses.
    """

    key: str
    label: str
    left: Resource
    right: Resource
    is_one_to_one: bool
    subject: Subject
    right_level: Level = "any"
    right_noun: str = ""
    right_types: tuple[str, ...] = ()
    left_pool: str = ""
    right_pool: str = ""
    by_code: bool = False

    @property
    def left_group(self) -> str:
        """Links whose left row must be theirs alone."""
        return self.left_pool or self.key

    @property
    def right_group(self) -> str:
        """Links whose right row must be theirs alone, where the kind is one to one."""
        return self.right_pool or self.key


VENDOR = MappingKind(
    key="vendor",
    label="Vendors",
    left=procore.VENDORS,
    right=qbo.VENDORS,
    is_one_to_one=True,
    subject="contact",
    right_noun="Vendor",
)
CUSTOMER = MappingKind(
    key="customer",
    label="Customers",
    left=procore.VENDORS,
    right=qbo.CUSTOMERS,
    is_one_to_one=True,
    subject="contact",
    right_level="top",
    right_noun="Customer",
)
PROJECT = MappingKind(
    key="project",
    label="Projects",
    left=procore.PROJECTS,
    right=qbo.CUSTOMERS,
    is_one_to_one=True,
    subject="project",
    right_level="child",
    right_noun="Sub-customer",
    right_pool="job",
)
SUB_JOB = MappingKind(
    key="sub_job",
    label="Sub jobs",
    left=procore.SUB_JOBS,
    right=qbo.CUSTOMERS,
    is_one_to_one=True,
    subject="project",
    right_level="child",
    right_noun="Sub-customer",
    right_pool="job",
)
COST_CODE_ACCOUNT = MappingKind(
    key="cost_code_account",
    label="Account codes",
    left=procore.STANDARD_COST_CODES,
    right=qbo.ACCOUNTS,
    is_one_to_one=False,
    subject="code",
    right_noun="Account",
    right_types=COST_ACCOUNTS,
    by_code=True,
)
COST_CODE_ITEM = MappingKind(
    key="cost_code_item",
    label="Item codes",
    left=procore.STANDARD_COST_CODES,
    right=qbo.ITEMS,
    is_one_to_one=True,
    subject="code",
    right_noun="Product or service",
    right_types=ITEM_TYPES,
    right_pool="item",
    by_code=True,
)
COST_CODE_CLASS = MappingKind(
    key="cost_code_class",
    label="Cost codes",
    left=procore.STANDARD_COST_CODES,
    right=qbo.CLASSES,
    is_one_to_one=True,
    subject="code",
    right_noun="Class",
    by_code=True,
)
COST_TYPE_CLASS = MappingKind(
    key="cost_type_class",
    label="Cost types",
    left=procore.COST_TYPES,
    right=qbo.CLASSES,
    is_one_to_one=True,
    subject="word",
    right_noun="Class",
)
PAIR_ACCOUNT = MappingKind(
    key="pair_account",
    label="Code and type to account",
    left=procore.CODE_TYPE_PAIRS,
    right=qbo.ACCOUNTS,
    is_one_to_one=False,
    subject="code",
    right_noun="Account",
    right_types=COST_ACCOUNTS,
    by_code=True,
)
PAIR_ITEM = MappingKind(
    key="pair_item",
    label="Code and type to item",
    left=procore.CODE_TYPE_PAIRS,
    right=qbo.ITEMS,
    is_one_to_one=True,
    subject="code",
    right_noun="Product or service",
    right_types=ITEM_TYPES,
    right_pool="item",
    by_code=True,
)
OVERRIDE_ACCOUNT = MappingKind(
    key="override_account",
    label="Project codes to account",
    left=procore.PROJECT_COST_CODES,
    right=qbo.ACCOUNTS,
    is_one_to_one=False,
    subject="code",
    right_noun="Account",
    right_types=COST_ACCOUNTS,
    by_code=True,
)
OVERRIDE_ITEM = MappingKind(
    key="override_item",
    label="Project codes to item",
    left=procore.PROJECT_COST_CODES,
    right=qbo.ITEMS,
    is_one_to_one=False,
    subject="code",
    right_noun="Product or service",
    right_types=ITEM_TYPES,
    by_code=True,
)
REVENUE = MappingKind(
    key="revenue",
    label="Owner invoice codes",
    left=procore.STANDARD_COST_CODES,
    right=qbo.ITEMS,
    is_one_to_one=False,
    subject="code",
    right_noun="Product or service",
    right_types=ITEM_TYPES,
    by_code=True,
)
TAX_PURCHASE = MappingKind(
    key="tax_purchase",
    label="Purchase tax codes",
    left=procore.TAX_CODES,
    right=qbo.TAX_CODES,
    is_one_to_one=True,
    subject="tax",
    right_noun="Tax code",
    right_types=("Purchase", "Sales and purchase"),
)
TAX_SALES = MappingKind(
    key="tax_sales",
    label="Sales tax codes",
    left=procore.TAX_CODES,
    right=qbo.TAX_CODES,
    is_one_to_one=True,
    subject="tax",
    right_noun="Tax code",
    right_types=("Sales", "Sales and purchase"),
)
EMPLOYEE = MappingKind(
    key="employee",
    label="Employees",
    left=procore.EMPLOYEES,
    right=qbo.EMPLOYEES,
    is_one_to_one=True,
    subject="employee",
    right_noun="Employee",
    left_pool="worker",
)
EMPLOYEE_VENDOR = MappingKind(
    key="employee_vendor",
    label="Paid as vendors",
    left=procore.EMPLOYEES,
    right=qbo.VENDORS,
    is_one_to_one=True,
    subject="employee",
    right_noun="Vendor",
    left_pool="worker",
)
TIME_TYPE = MappingKind(
    key="time_type",
    label="Time types",
    left=procore.TIME_TYPES,
    right=qbo.ITEMS,
    is_one_to_one=False,
    subject="word",
    right_noun="Service",
    right_types=("Service",),
)
DEPARTMENT_LOCATION = MappingKind(
    key="department_location",
    label="Departments to locations",
    left=procore.DEPARTMENTS,
    right=qbo.DEPARTMENTS,
    is_one_to_one=False,
    subject="word",
    right_noun="Location",
)
PLACE_LOCATION = MappingKind(
    key="place_location",
    label="Locations",
    left=procore.LOCATIONS,
    right=qbo.DEPARTMENTS,
    is_one_to_one=False,
    subject="word",
    right_noun="Location",
)
DEPARTMENT_CLASS = MappingKind(
    key="department_class",
    label="Departments to classes",
    left=procore.DEPARTMENTS,
    right=qbo.CLASSES,
    is_one_to_one=False,
    subject="word",
    right_noun="Class",
)
PROJECT_CLASS = MappingKind(
    key="project_class",
    label="Projects to classes",
    left=procore.PROJECTS,
    right=qbo.CLASSES,
    is_one_to_one=False,
    subject="word",
    right_noun="Class",
)
PAYMENT_TERM = MappingKind(
    key="payment_term",
    label="Payment terms",
    left=procore.PAYMENT_TERMS,
    right=qbo.TERMS,
    is_one_to_one=False,
    subject="word",
    right_noun="Term",
)

KINDS = {
    kind.key: kind
    for kind in (
        VENDOR,
        CUSTOMER,
        PROJECT,
        SUB_JOB,
        COST_CODE_ACCOUNT,
        COST_CODE_ITEM,
        COST_CODE_CLASS,
        COST_TYPE_CLASS,
        PAIR_ACCOUNT,
        PAIR_ITEM,
        OVERRIDE_ACCOUNT,
        OVERRIDE_ITEM,
        REVENUE,
        TAX_PURCHASE,
        TAX_SALES,
        EMPLOYEE,
        EMPLOYEE_VENDOR,
        TIME_TYPE,
        DEPARTMENT_LOCATION,
        PLACE_LOCATION,
        DEPARTMENT_CLASS,
        PROJECT_CLASS,
        PAYMENT_TERM,
    )
}


def sharing_left(kind: MappingKind) -> list[MappingKind]:
    """The kinds that a row at the left may have only one of, this one among them."""
    return [other for other in KINDS.values() if other.left_group == kind.left_group]


def sharing_right(kind: MappingKind) -> list[MappingKind]:
    """The kinds whose links use up a row at the right of this one: its own, and those that share rows one to one."""
    if not kind.is_one_to_one:
        return [kind]
    return [other for other in KINDS.values() if other.is_one_to_one and other.right_group == kind.right_group]
