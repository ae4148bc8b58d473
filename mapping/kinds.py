"""The kinds of mapping, one declaration each: what on Procore's side is what in QuickBooks.

Screens, automap, go-live, import and export all read these. `left` is always Procore. A section groups the kinds that
share a screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from connectors.resource import Resource

Level = Literal["any", "top", "child"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingKind:
    """`is_one_to_one`: a right side may be used once. `right_level` keeps customers apart from their jobs.

    `by_code` lets automap compare codes ("03-300") before names.
    """

    key: str
    label: str
    left: Resource
    right: Resource
    is_one_to_one: bool
    right_level: Level = "any"
    right_noun: str = ""
    account_types: tuple[str, ...] = ()
    by_code: bool = False


VENDOR = MappingKind(
    key="vendor", label="Vendors", left=procore.VENDORS, right=qbo.VENDORS, is_one_to_one=True, right_noun="Vendor"
)
CUSTOMER = MappingKind(
    key="customer",
    label="Customers",
    left=procore.VENDORS,
    right=qbo.CUSTOMERS,
    is_one_to_one=True,
    right_level="top",
    right_noun="Customer",
)
PROJECT = MappingKind(
    key="project",
    label="Projects",
    left=procore.PROJECTS,
    right=qbo.CUSTOMERS,
    is_one_to_one=True,
    right_level="child",
    right_noun="Sub-customer",
)
COST_CODE_ACCOUNT = MappingKind(
    key="cost_code_account",
    label="Account codes",
    left=procore.STANDARD_COST_CODES,
    right=qbo.ACCOUNTS,
    is_one_to_one=False,
    right_noun="Account",
    account_types=("Cost of Goods Sold", "Expense", "Other Expense", "Other Current Asset", "Fixed Asset"),
    by_code=True,
)
COST_CODE_ITEM = MappingKind(
    key="cost_code_item",
    label="Item codes",
    left=procore.STANDARD_COST_CODES,
    right=qbo.ITEMS,
    is_one_to_one=True,
    right_noun="Product or service",
    by_code=True,
)

KINDS = {kind.key: kind for kind in (VENDOR, CUSTOMER, PROJECT, COST_CODE_ACCOUNT, COST_CODE_ITEM)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One mapping screen. `line_item_type` limits it to tenants that code their bills that way."""

    key: str
    label: str
    sentence: str
    left_noun: str
    left_noun_plural: str
    kinds: tuple[MappingKind, ...]
    line_item_type: Literal["", "category", "item"] = ""
    can_push_left: bool = False
    can_push_right: bool = False


SECTIONS = {
    section.key: section
    for section in (
        Section(
            key="contacts",
            label="Contacts",
            sentence="Which Procore company is which QuickBooks vendor or customer.",
            left_noun="company",
            left_noun_plural="companies",
            kinds=(VENDOR, CUSTOMER),
            can_push_left=True,
            can_push_right=True,
        ),
        Section(
            key="projects",
            label="Projects",
            sentence="Which Procore project is which QuickBooks sub-customer or project.",
            left_noun="project",
            left_noun_plural="projects",
            kinds=(PROJECT,),
        ),
        Section(
            key="account-codes",
            label="Account codes",
            sentence="Which QuickBooks account each Procore cost code is posted to. A division covers its codes.",
            left_noun="cost code",
            left_noun_plural="cost codes",
            kinds=(COST_CODE_ACCOUNT,),
            line_item_type="category",
        ),
        Section(
            key="item-codes",
            label="Item codes",
            sentence="Which QuickBooks product or service each Procore cost code is posted to.",
            left_noun="cost code",
            left_noun_plural="cost codes",
            kinds=(COST_CODE_ITEM,),
            line_item_type="item",
        ),
    )
}
