"""Plays the script's events: the project manager in Procore, the bookkeeper in QuickBooks, both in the product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connectors.sandbox.firm.contractor import Contractor
from smoothx.demo.year.events import ClaimName, Contract, Event
from smoothx.demo.year.vendors import Vendors
from smoothx.lib.text import collapse_spaces


@dataclass(slots=True)
class Actor:
    """`contracts` and `claims` are Procore's ids of what the script calls by name, `numbers` the invoice numbers.

    `direct_costs` are ids of costs entered in Procore, `entered` the documents (entity, id) the bookkeeper entered
    himself, by name. `decided` are claims whose bill differs by a person's decision, `open_differences` the
    contracts that wait for a later claim to make up for it. `procore` is the state as the year began.
    """

    vendors: Vendors
    firm: Contractor
    decider: Any = None
    procore: Mapping[str, Any] = field(default_factory=dict)
    contracts: dict[str, int] = field(default_factory=dict)
    signed: dict[str, Contract] = field(default_factory=dict)
    claims: dict[ClaimName, int] = field(default_factory=dict)
    numbers: dict[ClaimName, str] = field(default_factory=dict)
    payments: dict[str, list[str]] = field(default_factory=dict)
    direct_costs: dict[str, int] = field(default_factory=dict)
    entered: dict[str, tuple[str, str]] = field(default_factory=dict)
    decided: set[ClaimName] = field(default_factory=set)
    open_differences: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.procore = self.vendors.procore.state()

    def is_prime(self, claim: ClaimName) -> bool:
        return self.signed[claim[0]].kind == "prime"

    @property
    def names(self) -> dict[str, str]:
        """Procore's name of a company to that of the books."""
        known = [company for company in self.firm.companies if company.procore_name]
        return {c.procore_name or "": collapse_spaces(c.qbo_name or c.procore_name or "") for c in known}

    # --- looking things up in Procore

    def find_project(self, name: str) -> int:
        return self._find("projects", "name", name)

    def find_company(self, name: str) -> int:
        return self._find("vendors", "name", name)

    def find_code(self, project_id: int, full_code: str) -> int:
        """The project's own copy of a cost code."""
        rows = self.procore["cost_codes"]
        return next(int(r["id"]) for r in rows if r["project_id"] == project_id and r["full_code"] == full_code)

    def find_tax_code(self, rate: Decimal) -> int:
        return next(int(row["id"]) for row in self.procore["tax_codes"] if Decimal(row["rate1"]) == rate)

    def find_cost_type(self, base_type: str) -> int:
        return self._find("line_item_types", "base_type", base_type)

    def _find(self, table: str, member: str, value: str) -> int:
        return next(int(row["id"]) for row in self.procore[table] if row[member] == value)


Play = Callable[[Actor, Any], None]


@dataclass(frozen=True, slots=True)
class Stagehand:
    """Hands each event to who plays it."""

    actor: Actor
    parts: Mapping[type, Play]

    def play(self, events: Iterable[Event]) -> None:
        for event in events:
            self.parts[type(event)](self.actor, event)
