"""The four ways to map cost codes, and which of them a firm's own books speak for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from connectors.qbo.records import Books
from mapping.defaults import CLASS_TYPE, ITEMS_IN_QUICKBOOKS, LINE_ITEM_TYPE, DefaultKind
from mapping.kinds import COST_CODE_CLASS, COST_TYPE_CLASS, MappingKind
from mapping.options.evidence import Evidence

Chosen = Callable[[DefaultKind], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way. `settings` are the choices it makes, by default key; `sections` the maps it is filled in on."""

    key: str
    title: str
    to_quickbooks: str
    to_procore: str
    benefits: tuple[str, ...]
    limits: tuple[str, ...]
    settings: Mapping[str, str]
    sections: tuple[str, ...]


ACCOUNTS = Option(
    key="accounts",
    title="Accounts",
    to_quickbooks="Each cost code goes to one account of your chart. Many codes may share an account.",
    to_procore="An account used by one cost code of the project says that code. An account that several share says "
    "nothing, so the cost takes the Procore bill code and shows a warning.",
    benefits=("QuickBooks stays small: no list of codes in it.", "The quickest to set up."),
    limits=("Costs of jobs have to start in Procore.", "QuickBooks reports by account, not by cost code."),
    settings={LINE_ITEM_TYPE.key: "category", ITEMS_IN_QUICKBOOKS.key: "no"},
    sections=("account-codes",),
)
ITEMS = Option(
    key="items",
    title="Products and services",
    to_quickbooks="Each cost code is a product or service of its own, and lines are coded by it.",
    to_procore="The product or service on a line says its cost code.",
    benefits=(
        "Costs may start on either side.",
        "Both systems report by cost code.",
        "QuickBooks sets no limit to the number of products and services.",
    ),
    limits=(
        "QuickBooks holds as many products and services as you have cost codes.",
        "Each of them needs an expense and an income account.",
        "Bank feeds of some QuickBooks companies offer no product or service.",
    ),
    settings={LINE_ITEM_TYPE.key: "item", ITEMS_IN_QUICKBOOKS.key: "yes"},
    sections=("item-codes",),
)
BOTH = Option(
    key="both",
    title="Accounts out, products and services in",
    to_quickbooks="Each cost code goes to one account of your chart, as with Accounts.",
    to_procore="The product or service on a line says its cost code. A line with an account alone is read as with "
    "Accounts.",
    benefits=(
        "Costs may start on either side.",
        "What Procore sends stays grouped by account in QuickBooks.",
    ),
    limits=(
        "Two maps to fill in and keep.",
        "Whoever enters a cost of a job in QuickBooks has to choose a product or service.",
    ),
    settings={LINE_ITEM_TYPE.key: "category", ITEMS_IN_QUICKBOOKS.key: "yes"},
    sections=("account-codes", "item-codes"),
)
CLASSES = Option(
    key="classes",
    title="Classes",
    to_quickbooks="Each cost code goes to its account, and the class of the line says the code as well.",
    to_procore="The class on a line says its cost code. Classes can be chosen in the bank feed.",
    benefits=("Card charges get their cost code in the bank feed, where they are sorted anyway.",),
    limits=(
        "A class cannot say the cost type any more: costs from QuickBooks all take one cost type.",
        "QuickBooks must keep a class on each row, and smaller editions limit how many classes there are.",
    ),
    settings={CLASS_TYPE.key: "cost_code"},
    sections=("account-codes", "cost-codes"),
)
OPTIONS = {option.key: option for option in (ACCOUNTS, ITEMS, BOTH, CLASSES)}


def find_in_force(chosen: Chosen) -> Option | None:
    """The way the choices make up; None until lines are coded by something."""
    if not chosen(LINE_ITEM_TYPE):
        return None
    if chosen(CLASS_TYPE) == "cost_code":
        return CLASSES
    if chosen(LINE_ITEM_TYPE) == "item":
        return ITEMS
    return BOTH if chosen(ITEMS_IN_QUICKBOOKS) == "yes" else ACCOUNTS


def as_coded(option: Option, chosen: Chosen) -> Option:
    """The way beside the coding of lines in force. Classes leave that as it is, so their codes may go to items."""
    if option is not CLASSES or chosen(LINE_ITEM_TYPE) != "item":
        return option
    return replace(
        CLASSES,
        to_quickbooks="Each cost code goes to its product or service, and the class of the line says the code too.",
        sections=("item-codes", "cost-codes"),
    )


def plan_settings(option: Option, chosen: Chosen) -> dict[str, str]:
    """The choices to make, by default key, without those that stand already.

    Classes leave the coding of lines as it is, accounts where there is none. The other ways free the class from
    saying the cost code, and leave what else it may say.
    """
    wanted = dict(option.settings)
    if option is CLASSES and not chosen(LINE_ITEM_TYPE):
        wanted[LINE_ITEM_TYPE.key] = "category"
    if option is not CLASSES and chosen(CLASS_TYPE) == "cost_code":
        wanted[CLASS_TYPE.key] = "none"
    kinds = {kind.key: kind for kind in (LINE_ITEM_TYPE, ITEMS_IN_QUICKBOOKS, CLASS_TYPE)}
    return {key: value for key, value in wanted.items() if chosen(kinds[key]) != value}


def find_unused_class_map(class_type: str) -> tuple[MappingKind, ...]:
    """The maps to classes that this class type leaves out of use. Codes and types never both say the class."""
    used = {"cost_code": COST_CODE_CLASS, "cost_type": COST_TYPE_CLASS}.get(class_type)
    return tuple(kind for kind in (COST_CODE_CLASS, COST_TYPE_CLASS) if kind is not used)


# Classes and locations together, as QuickBooks limits them by edition. Unverified: Intuit changes them now and then.
MOST_CLASSES: Mapping[str, int] = {"Simple Start": 0, "Essentials": 0, "Plus": 40}
UNLIMITED = ("Advanced", "Enterprise")


@dataclass(frozen=True, slots=True)
class Firm:
    """What a recommendation looks at. `cost_codes` are those costs can be booked on."""

    evidence: Evidence
    cost_codes: int
    books: Books | None = None

    @property
    def class_limit(self) -> int | None:
        """None where there is none, or it is not known."""
        edition = self.books.edition if self.books else ""
        return next((most for name, most in MOST_CLASSES.items() if name in edition), None)

    @property
    def is_class_limit_known(self) -> bool:
        edition = self.books.edition if self.books else ""
        return self.class_limit is not None or any(name in edition for name in UNLIMITED)

    @property
    def codes_fit_classes(self) -> bool:
        """Whether every cost code could be a class of its own."""
        limit = self.class_limit
        return limit is None or self.cost_codes + self.evidence.locations <= limit

    @property
    def takes_classes(self) -> bool:
        return self.books is not None and self.books.classes == "line" and self.codes_fit_classes

    @property
    def takes_items(self) -> bool:
        return self.books is not None and self.books.buys_items


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The way the evidence speaks for, with the sentences that say why, figures included."""

    option: Option
    reasons: tuple[str, ...] = field(default_factory=tuple)


def recommend(firm: Firm) -> Recommendation:
    """Costs of jobs that start in QuickBooks decide: without any, accounts are enough.

    Card charges without any product or service speak for classes, where all codes fit; else products and services,
    alone where most lines have one already.
    """
    evidence = firm.evidence
    if not evidence.lines:
        return Recommendation(
            ACCOUNTS, (_none_on_jobs(evidence), "So costs start in Procore, and accounts are enough.")
        )
    found = _what_starts_in_books(evidence)
    if _lives_in_bank_feed(evidence) and firm.takes_classes:
        return Recommendation(CLASSES, (found, _cards(evidence), _classes_fit(firm)))
    if firm.takes_items:
        kept = (found, *_why_no_classes(firm))
        items = f"{evidence.item_lines} of these lines have a product or service"
        if evidence.item_lines * 2 >= evidence.lines:
            return Recommendation(ITEMS, (*kept, f"{items}, so people choose them already."))
        return Recommendation(BOTH, (*kept, f"{items}, {evidence.account_lines} an account alone."))
    no_items = "QuickBooks does not show products and services on bills and expenses."
    if firm.takes_classes:
        return Recommendation(CLASSES, (found, no_items, _classes_fit(firm)))
    return Recommendation(ACCOUNTS, (found, no_items, *_why_no_classes(firm), "Nothing else can say their cost code."))


def _lives_in_bank_feed(evidence: Evidence) -> bool:
    return evidence.card_lines * 2 >= evidence.lines and not evidence.card_item_lines


def _none_on_jobs(evidence: Evidence) -> str:
    if not evidence.documents:
        return "QuickBooks holds no bill or expense that was entered there."
    return f"None of the {evidence.documents} newest bills and expenses entered in QuickBooks is on a job."


def _what_starts_in_books(evidence: Evidence) -> str:
    lines = f"{evidence.lines} line{'' if evidence.lines == 1 else 's'}"
    return f"{evidence.documents} bills and expenses entered in QuickBooks were looked at, with {lines} on jobs."


def _cards(evidence: Evidence) -> str:
    return f"{evidence.card_lines} of these lines are card charges, none with a product or service."


def _classes_fit(firm: Firm) -> str:
    limit = firm.class_limit
    if limit is None:
        return f"Your {firm.cost_codes} cost codes can each be a class."
    return f"Your {firm.cost_codes} cost codes fit among the {limit} classes and locations of your edition."


def _why_no_classes(firm: Firm) -> tuple[str, ...]:
    """Said only to a firm whose card charges would speak for classes."""
    if not _lives_in_bank_feed(firm.evidence) or firm.books is None:
        return ()
    if firm.books.classes != "line":
        return (_cards(firm.evidence), "QuickBooks does not keep a class on each row, so classes cannot help.")
    limit, codes = firm.class_limit, firm.cost_codes
    return (_cards(firm.evidence), f"Your {codes} cost codes do not fit among the {limit} classes of your edition.")
