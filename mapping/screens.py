"""The mapping screens, one declaration each, and when a firm sees which. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from connectors.qbo.records import Books
from mapping import kinds
from mapping.defaults import (
    CLASS_TYPE,
    CODE_KEY,
    ITEMS_IN_QUICKBOOKS,
    LINE_ITEM_TYPE,
    LOCATION_SOURCE,
    SUB_JOBS,
    DefaultKind,
)
from mapping.kinds import MappingKind

Group = Literal["Companies and jobs", "Cost codes", "Tax", "Time", "More"]


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides which screens a firm needs: its choices, and what its books can do. None: not connected yet."""

    choices: Mapping[str, str] = field(default_factory=dict)
    books: Books | None = None

    def chosen(self, kind: DefaultKind) -> str:
        """The choice in force, the preset where nobody chose."""
        return self.choices.get(kind.key) or kind.preset

    def says(self, kind: DefaultKind, option: str) -> bool:
        return self.chosen(kind) == option


# Why a screen is not needed, in a reader's words; empty when it is.
Applies = Callable[[Situation], str]


def always(situation: Situation) -> str:
    return ""


def needs(kind: DefaultKind, option: str) -> Applies:
    """Shown while the default has this option."""

    def reason(situation: Situation) -> str:
        chosen = dict(kind.options).get(situation.chosen(kind), "")
        return "" if situation.says(kind, option) else f"{kind.label} is set to {chosen}."

    return reason


def all_of(*conditions: Applies) -> Applies:
    def reason(situation: Situation) -> str:
        return next((why for why in (condition(situation) for condition in conditions) if why), "")

    return reason


def lines_by_account(situation: Situation) -> str:
    """The account map is the one in use until somebody chooses."""
    return "Bill lines are coded by Item." if situation.says(LINE_ITEM_TYPE, "item") else ""


def items_in_use(situation: Situation) -> str:
    if situation.says(LINE_ITEM_TYPE, "item") or situation.says(ITEMS_IN_QUICKBOOKS, "yes"):
        return ""
    return f"Bill lines are coded by Category, and {ITEMS_IN_QUICKBOOKS.label} is off."


def lines_by_item(situation: Situation) -> str:
    return "" if situation.says(LINE_ITEM_TYPE, "item") else "Bill lines are not coded by Item."


def classes_tracked(situation: Situation) -> str:
    books = situation.books
    return "" if books is None or books.tracks_classes else "Classes are turned off in QuickBooks."


def locations_tracked(situation: Situation) -> str:
    books = situation.books
    return "" if books is None or books.tracks_locations else "Locations are turned off in QuickBooks."


def sales_tax_used(situation: Situation) -> str:
    books = situation.books
    return "" if books is None or books.uses_sales_tax else "Tax is turned off in QuickBooks."


def purchase_tax_used(situation: Situation) -> str:
    """A purchase carries no tax code in books of the United States: its tax is cost."""
    if situation.books is not None and situation.books.country == "US":
        return "Purchases carry no tax code in QuickBooks in the United States."
    return sales_tax_used(situation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One mapping screen. All its kinds have one left list, of cost codes unless its nouns say otherwise. `applies`
    says why a firm does not need it.

    `is_required`: a row left open keeps a document waiting, so it counts for going live. `is_tree`: rows stand under
    divisions, and a mapped division covers them. `can_push_left` and `can_push_right`: rows of Procore, or of
    QuickBooks, can be created on the other side. `falls_back`: what is left open here follows another map, or a
    default, so nothing has to be done.
    """

    key: str
    label: str
    group: Group
    sentence: str
    left_noun: str = "cost code"
    left_noun_plural: str = "cost codes"
    kinds: tuple[MappingKind, ...]
    applies: Applies = always
    is_required: bool = False
    is_tree: bool = False
    falls_back: bool = False
    can_automap: bool = True
    can_push_left: bool = False
    can_push_right: bool = False
    push_to: str = ""


SECTIONS = {
    section.key: section
    for section in (
        Section(
            key="contacts",
            label="Contacts",
            group="Companies and jobs",
            sentence="Which Procore company is which QuickBooks vendor or customer.",
            left_noun="company",
            left_noun_plural="companies",
            kinds=(kinds.VENDOR, kinds.CUSTOMER),
            is_required=True,
            can_push_left=True,
            can_push_right=True,
        ),
        Section(
            key="projects",
            label="Projects",
            group="Companies and jobs",
            sentence="Which Procore project is which QuickBooks sub-customer or project.",
            left_noun="project",
            left_noun_plural="projects",
            kinds=(kinds.PROJECT,),
            is_required=True,
            can_push_left=True,
            push_to="sub-customer",
        ),
        Section(
            key="sub-jobs",
            label="Sub jobs",
            group="Companies and jobs",
            sentence="Which sub job of a Procore project is which QuickBooks sub-customer.",
            left_noun="sub job",
            left_noun_plural="sub jobs",
            kinds=(kinds.SUB_JOB,),
            applies=needs(SUB_JOBS, "yes"),
        ),
        Section(
            key="account-codes",
            label="Account codes",
            group="Cost codes",
            sentence="Which QuickBooks account each Procore cost code is posted to. A division covers its codes.",
            kinds=(kinds.COST_CODE_ACCOUNT,),
            applies=lines_by_account,
            is_required=True,
            is_tree=True,
        ),
        Section(
            key="item-codes",
            label="Item codes",
            group="Cost codes",
            sentence="Which QuickBooks product or service each Procore cost code is posted to.",
            kinds=(kinds.COST_CODE_ITEM,),
            applies=items_in_use,
            is_required=True,
            is_tree=True,
            can_push_left=True,
            push_to="product or service",
        ),
        Section(
            key="cost-codes",
            label="Cost codes",
            group="Cost codes",
            sentence="Which QuickBooks class stands for each Procore cost code.",
            kinds=(kinds.COST_CODE_CLASS,),
            applies=all_of(needs(CLASS_TYPE, "cost_code"), classes_tracked),
            is_tree=True,
            can_push_left=True,
            push_to="class",
        ),
        Section(
            key="cost-types",
            label="Cost types",
            group="Cost codes",
            sentence="Which QuickBooks class stands for each Procore cost type.",
            left_noun="cost type",
            left_noun_plural="cost types",
            kinds=(kinds.COST_TYPE_CLASS,),
            applies=all_of(needs(CLASS_TYPE, "cost_type"), classes_tracked),
        ),
        Section(
            key="pair-accounts",
            label="Codes with types to accounts",
            group="Cost codes",
            sentence="Which account a cost code is posted to when it comes with a certain cost type.",
            left_noun="code and type",
            left_noun_plural="codes and types",
            kinds=(kinds.PAIR_ACCOUNT,),
            falls_back=True,
            applies=all_of(needs(CODE_KEY, "code_and_type"), lines_by_account),
        ),
        Section(
            key="pair-items",
            label="Codes with types to items",
            group="Cost codes",
            sentence="Which product or service a cost code is posted to when it comes with a certain cost type.",
            left_noun="code and type",
            left_noun_plural="codes and types",
            kinds=(kinds.PAIR_ITEM,),
            falls_back=True,
            applies=all_of(needs(CODE_KEY, "code_and_type"), items_in_use),
        ),
        Section(
            key="override-accounts",
            label="Project overrides",
            group="Cost codes",
            sentence="Another account for a cost code on one project. What is left open follows Account codes.",
            left_noun="project code",
            left_noun_plural="project codes",
            kinds=(kinds.OVERRIDE_ACCOUNT,),
            falls_back=True,
            applies=lines_by_account,
            can_automap=False,
        ),
        Section(
            key="override-items",
            label="Project overrides",
            group="Cost codes",
            sentence="Another product or service for a cost code on one project. The rest follows Item codes.",
            left_noun="project code",
            left_noun_plural="project codes",
            kinds=(kinds.OVERRIDE_ITEM,),
            falls_back=True,
            applies=lines_by_item,
            can_automap=False,
        ),
        Section(
            key="revenue",
            label="Owner invoice codes",
            group="Cost codes",
            sentence="Which product or service a cost code is invoiced under. The rest follows Item codes where lines "
            "are coded by Item, else QB Invoice Account Code.",
            kinds=(kinds.REVENUE,),
            falls_back=True,
            is_tree=True,
        ),
        Section(
            key="tax-purchase",
            label="Tax on purchases",
            group="Tax",
            sentence="Which QuickBooks tax code each Procore tax code is on bills and expenses.",
            left_noun="tax code",
            left_noun_plural="tax codes",
            kinds=(kinds.TAX_PURCHASE,),
            applies=purchase_tax_used,
        ),
        Section(
            key="tax-sales",
            label="Tax on sales",
            group="Tax",
            sentence="Which QuickBooks tax code each Procore tax code is on owner invoices.",
            left_noun="tax code",
            left_noun_plural="tax codes",
            kinds=(kinds.TAX_SALES,),
            applies=sales_tax_used,
        ),
        Section(
            key="employees",
            label="Employees",
            group="Time",
            sentence="Which Procore employee is which QuickBooks employee, or vendor where one is paid as such.",
            left_noun="employee",
            left_noun_plural="employees",
            kinds=(kinds.EMPLOYEE, kinds.EMPLOYEE_VENDOR),
        ),
        Section(
            key="time-types",
            label="Time types",
            group="Time",
            sentence="Which QuickBooks service stands for each Procore time type.",
            left_noun="time type",
            left_noun_plural="time types",
            kinds=(kinds.TIME_TYPE,),
        ),
        Section(
            key="department-locations",
            label="Departments to locations",
            group="More",
            sentence="Which QuickBooks location the projects of a Procore department belong to.",
            left_noun="department",
            left_noun_plural="departments",
            kinds=(kinds.DEPARTMENT_LOCATION,),
            applies=all_of(needs(LOCATION_SOURCE, "department"), locations_tracked),
        ),
        Section(
            key="locations",
            label="Locations",
            group="More",
            sentence="Which QuickBooks location each location of a Procore project is.",
            left_noun="location",
            left_noun_plural="locations",
            kinds=(kinds.PLACE_LOCATION,),
            applies=all_of(needs(LOCATION_SOURCE, "location"), locations_tracked),
        ),
        Section(
            key="department-classes",
            label="Departments to classes",
            group="More",
            sentence="Which QuickBooks class the projects of a Procore department belong to.",
            left_noun="department",
            left_noun_plural="departments",
            kinds=(kinds.DEPARTMENT_CLASS,),
            applies=all_of(needs(CLASS_TYPE, "department"), classes_tracked),
        ),
        Section(
            key="project-classes",
            label="Projects to classes",
            group="More",
            sentence="Which QuickBooks class each Procore project belongs to.",
            left_noun="project",
            left_noun_plural="projects",
            kinds=(kinds.PROJECT_CLASS,),
            applies=all_of(needs(CLASS_TYPE, "project"), classes_tracked),
        ),
        Section(
            key="terms",
            label="Payment terms",
            group="More",
            sentence="Which QuickBooks term the payment terms written on Procore purchase orders are.",
            left_noun="payment term",
            left_noun_plural="payment terms",
            kinds=(kinds.PAYMENT_TERM,),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Shown:
    """The screens a firm sees, and those it does not with the reason why, by section key.

    `by_books` are those that no choice would make apply: what they need is not in QuickBooks.
    """

    sections: tuple[Section, ...]
    hidden: Mapping[str, str] = field(default_factory=dict)
    by_books: frozenset[str] = frozenset()


def choose_sections(situation: Situation, linked_kinds: frozenset[str] = frozenset()) -> Shown:
    """Screens that apply. One that does not stays in view while it holds links: they are to be seen, and unlinked.

    `linked_kinds` are the keys of the kinds that have any link. Both code maps stay in view when both are in use.
    """
    reasons = {section.key: section.applies(situation) for section in SECTIONS.values()}
    hidden = {
        section.key: reasons[section.key]
        for section in SECTIONS.values()
        if reasons[section.key] and linked_kinds.isdisjoint(kind.key for kind in section.kinds)
    }
    of_any_books = replace(situation, books=None)
    by_books = frozenset(key for key, reason in reasons.items() if reason and not SECTIONS[key].applies(of_any_books))
    return Shown(tuple(section for section in SECTIONS.values() if section.key not in hidden), hidden, by_books)


def section_of(kind: MappingKind) -> Section:
    return next(section for section in SECTIONS.values() if kind in section.kinds)


__all__ = ["SECTIONS", "Applies", "Section", "Shown", "Situation", "always", "choose_sections", "section_of"]
