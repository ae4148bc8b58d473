"""The defaults a firm chooses, one declaration each, and the frozen value handed to rules.

Names are the setup guide's. Screens, validation, go-live and rules all read these declarations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from connectors.qbo import resources as qbo
from connectors.resource import Resource

CURRENT_TYPES = ("Other Current Asset", "Other Current Liability", "Long Term Liability", "Other Asset")
COST_TYPES = ("Cost of Goods Sold", "Expense", "Other Expense")
INCOME_TYPES = ("Income", "Other Income")
YES_OR_NO = (("no", "No"), ("yes", "Yes"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultKind:
    """`chooses` is the vendor list it is chosen from, limited to `account_types`; else it is one of `options`.

    `help` says what it does, `if_empty` what happens without it. `preset` is in force until somebody chooses.
    """

    key: str
    label: str
    help: str
    if_empty: str
    group: str
    chooses: Resource | None = None
    account_types: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    preset: str = ""


LINE_ITEM_TYPE = DefaultKind(
    key="line_item_type",
    label="Default Line Item Type",
    help="How bill lines are coded in QuickBooks: by account (Category) or by product or service (Item).",
    if_empty="You cannot go live.",
    group="QuickBooks account codes",
    options=(("category", "Category"), ("item", "Item")),
)
BILL_CODE = DefaultKind(
    key="bill_code",
    label="QB Bill Account Code",
    help="Where a bill line is posted when its cost code is not mapped. The document then says so.",
    if_empty="A line with an unmapped cost code stops its document.",
    group="QuickBooks account codes",
    chooses=qbo.ACCOUNTS,
    account_types=COST_TYPES,
)
INVOICE_CODE = DefaultKind(
    key="invoice_code",
    label="QB Invoice Account Code",
    help="The income account of a product or service made from a cost code, and of an owner invoice line not mapped.",
    if_empty="Cost codes cannot be pushed as products and services.",
    group="QuickBooks account codes",
    chooses=qbo.ACCOUNTS,
    account_types=INCOME_TYPES,
)
BILL_ITEM = DefaultKind(
    key="bill_item",
    label="QB Bill Item Code",
    help="The product or service for a bill line whose cost code is not mapped, when lines are coded by item.",
    if_empty="A line with an unmapped cost code uses QB Bill Account Code, as a category line.",
    group="QuickBooks account codes",
    chooses=qbo.ITEMS,
)
RETENTION_PAYABLE_RETAINED = DefaultKind(
    key="retention_payable_retained",
    label="QB Retention Payable Retained Code",
    help="The liability account for retention you keep back from a subcontractor.",
    if_empty="A subcontractor invoice that holds retention is stopped.",
    group="Retention",
    chooses=qbo.ACCOUNTS,
    account_types=CURRENT_TYPES,
)
RETENTION_PAYABLE_RELEASED = DefaultKind(
    key="retention_payable_released",
    label="QB Retention Payable Released Code",
    help="The liability account for retention you let go. It may be the same as the retained code.",
    if_empty="A subcontractor invoice that releases retention is stopped.",
    group="Retention",
    chooses=qbo.ACCOUNTS,
    account_types=CURRENT_TYPES,
)
BILL_DATE = DefaultKind(
    key="bill_date",
    label="Bill date",
    help="Which date of the subcontractor invoice the bill takes.",
    if_empty="The billing date is used.",
    group="Bills",
    options=(("billing_date", "Billing date"), ("period_end", "End of the period")),
    preset="billing_date",
)
PAYMENT_DUE_TAX = DefaultKind(
    key="payment_due_tax",
    label="Tax in current payment due",
    # Not settled by Procore's documentation; the first taxed document of a firm shows it.
    help="Whether Procore's current payment due (line 8) already contains the tax of the payment.",
    if_empty="It is taken as not containing tax.",
    group="Bills",
    options=(("excluded", "Tax comes on top"), ("included", "Tax is included")),
    preset="excluded",
)

CLASS_TYPE = DefaultKind(
    key="class_type",
    label="Default Class Type",
    help="What the QuickBooks class of a line says. With Cost Code, a class cannot say the cost type any more. "
    "QuickBooks must keep a class on each row.",
    if_empty="Lines carry no class.",
    group="Mapping",
    options=(
        ("none", "No class"),
        ("cost_type", "Cost Type"),
        ("cost_code", "Cost Code"),
        ("project", "Project"),
        ("department", "Department"),
    ),
    preset="none",
)
LOCATION_SOURCE = DefaultKind(
    key="location_source",
    label="QuickBooks location",
    help="What the QuickBooks location of a document says. A subcontractor invoice names no place in Procore, so with "
    "Location its bill carries none.",
    if_empty="Documents carry no location.",
    group="Mapping",
    options=(("none", "No location"), ("department", "Department"), ("location", "Location")),
    preset="none",
)
CODE_KEY = DefaultKind(
    key="code_key",
    label="Map cost codes by",
    help="Whether a cost code is posted to one place, or to another one for some of its cost types.",
    if_empty="A cost code is posted to one place, whatever its cost type.",
    group="Mapping",
    options=(("code", "Cost code"), ("code_and_type", "Cost code and cost type")),
    preset="code",
)
ITEMS_IN_QUICKBOOKS = DefaultKind(
    key="items_in_quickbooks",
    label="Read cost codes from products and services",
    help="For costs entered in QuickBooks: the product or service on a line says its cost code.",
    if_empty="It is off, unless bill lines are coded by Item.",
    group="Mapping",
    options=YES_OR_NO,
    preset="no",
)
SUB_JOBS = DefaultKind(
    key="sub_jobs",
    label="Sub jobs",
    help="Whether the sub jobs of a Procore project are sub-customers of their own in QuickBooks.",
    if_empty="Costs of a sub job are posted to its project.",
    group="Mapping",
    options=YES_OR_NO,
    preset="no",
)

DEFAULTS = {
    kind.key: kind
    for kind in (
        LINE_ITEM_TYPE,
        BILL_CODE,
        BILL_ITEM,
        INVOICE_CODE,
        CLASS_TYPE,
        LOCATION_SOURCE,
        CODE_KEY,
        ITEMS_IN_QUICKBOOKS,
        SUB_JOBS,
        RETENTION_PAYABLE_RETAINED,
        RETENTION_PAYABLE_RELEASED,
        BILL_DATE,
        PAYMENT_DUE_TAX,
    )
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: an option's key or a remote id, with the name it is shown by."""

    id: str
    name: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Defaults:
    """The choices, and the facts of the books a rule may need but must not ask for.

    `classes`: whether the books take a class per line, one per transaction, or none.
    """

    choices: Mapping[str, Choice] = field(default_factory=dict)
    home_currency: str = "USD"
    books_country: str = "US"
    uses_sales_tax: bool = False
    closed_until: date | None = None
    classes: Literal["", "transaction", "line"] = ""
    tracks_locations: bool = False

    def says(self, kind: DefaultKind, option: str) -> bool:
        """That this option is in force, chosen or preset."""
        chosen = self.get(kind)
        return chosen is not None and chosen.id == option

    def get(self, kind: DefaultKind) -> Choice | None:
        """The choice, else the preset, else None."""
        chosen = self.choices.get(kind.key)
        if chosen is None and kind.preset:
            return Choice(kind.preset, dict(kind.options)[kind.preset])
        return chosen
