"""What a default is, and the frozen value of all of them that rules are handed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from connectors.resource import Resource

CURRENT_TYPES = ("Other Current Asset", "Other Current Liability", "Long Term Liability", "Other Asset")
COST_TYPES = ("Cost of Goods Sold", "Expense", "Other Expense")
INCOME_TYPES = ("Income", "Other Income")
YES_OR_NO = (("no", "No"), ("yes", "Yes"))

# The settings page a default stands on.
Screen = Literal[
    "defaults",
    "projects",
    "contacts",
    "bills",
    "owner_invoices",
    "direct_costs",
    "expenses",
    "payments",
    "commitments",
    "labour",
    "attachments",
    "after_posting",
]


# When a default is needed before going live, as long as a flow that uses it runs: always; an answer given although
# something is preset; if and only if sales tax is on in QuickBooks, or purchases carry tax codes there; if a
# commitment, or a prime contract, holds retention; unless the class says the cost type.
Gate = Literal[
    "", "required", "answered", "tax", "purchase_tax", "retention_payable", "retention_receivable", "cost_type"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultKind:
    """`chooses` is the vendor list it is chosen from, limited to `account_types`; else it is one of `options`, a whole
    number between the two `bounds`, or with `tokens` a text of up to `longest` characters that may hold them in
    braces.

    `takes_many`: any number of rows or options, kept as their ids parted by commas. `help` says what it does,
    `if_empty` what happens without it. `preset` is in force until somebody chooses. It stands on the settings page
    `screen` under the heading `group`. `gate` says when going live needs it, `ask` what the checklist says then.
    """

    key: str
    label: str
    help: str
    if_empty: str
    group: str
    screen: Screen = "defaults"
    chooses: Resource | None = None
    account_types: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    bounds: tuple[int, int] | None = None
    tokens: tuple[str, ...] = ()
    longest: int = 0
    takes_many: bool = False
    preset: str = ""
    gate: Gate = ""
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: an option's key, a remote id or a number as text, with the name it is shown by."""

    id: str
    name: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Defaults:
    """The choices, and the facts of the books a rule may need but must not ask for.

    `classes`: whether the books take a class per line, one per transaction, or none. `many` holds what was chosen of
    the defaults that take many, in the order chosen.
    """

    choices: Mapping[str, Choice] = field(default_factory=dict)
    many: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    home_currency: str = "USD"
    books_country: str = "US"
    uses_sales_tax: bool = False
    closed_until: date | None = None
    classes: Literal["", "transaction", "line"] = ""
    tracks_locations: bool = False

    def says(self, kind: DefaultKind, option: str) -> bool:
        """That this option is in force, chosen or preset; of a kind that takes many, that it is among them."""
        if kind.takes_many:
            return any(choice.id == option for choice in self.get_many(kind))
        chosen = self.get(kind)
        return chosen is not None and chosen.id == option

    def get(self, kind: DefaultKind) -> Choice | None:
        """The choice, else the preset, else None."""
        chosen = self.choices.get(kind.key)
        if chosen is None and kind.preset:
            return Choice(kind.preset, dict(kind.options).get(kind.preset, kind.preset))
        return chosen

    def get_many(self, kind: DefaultKind) -> tuple[Choice, ...]:
        """All that was chosen of a kind that takes many, else its preset."""
        chosen = self.many.get(kind.key)
        if chosen is not None or not kind.preset:
            return chosen or ()
        names = dict(kind.options)
        return tuple(Choice(key, names.get(key, key)) for key in kind.preset.split(","))

    def number(self, kind: DefaultKind) -> int:
        """The number chosen, else the preset; a kind with `bounds` alone."""
        chosen = self.get(kind)
        return int(chosen.id) if chosen is not None else 0
