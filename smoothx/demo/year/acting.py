"""Plays the script's events: the project manager in Procore, the bookkeeper in QuickBooks, both in the product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.sandbox.firm.contractor import Contractor
from smoothx.demo.year.events import ClaimName, Contract, Event
from smoothx.demo.year.switches import PLAIN, Switches
from smoothx.demo.year.vendors import Vendors
from smoothx.lib.text import collapse_spaces

LISTS = ("Account", "Customer", "Employee", "PurchaseOrder", "TaxCode", "Vendor")


@dataclass(slots=True)
class Actor:
    """`contracts` and `claims` are Procore's ids of what the script calls by name, `numbers` the invoice numbers.

    `direct_costs` are ids of costs entered in Procore, `entered` the documents (entity, id) the bookkeeper entered
    himself, by name; `order_bills` are those of them for an order, with its contract, and `supplied` Procore's ids of
    the contracts ordered so. `files` are (number of the document, name of the file) in Procore. `payroll_rows` is what
    payroll files say by worker, day and project. `details` are a company's e-mail and phone by the script's name, and
    `called` says how a company or project of the script is called now. `decided` are claims whose bill differs by a
    person's decision, `open_differences` the contracts that wait for a later claim to make up for it. `procore` is the
    state as the year began.
    """

    vendors: Vendors
    firm: Contractor
    decider: Any = None
    switches: Switches = PLAIN
    procore: Mapping[str, Any] = field(default_factory=dict)
    contracts: dict[str, int] = field(default_factory=dict)
    signed: dict[str, Contract] = field(default_factory=dict)
    claims: dict[ClaimName, int] = field(default_factory=dict)
    numbers: dict[ClaimName, str] = field(default_factory=dict)
    payments: dict[str, list[str]] = field(default_factory=dict)
    direct_costs: dict[str, int] = field(default_factory=dict)
    entered: dict[str, tuple[str, str]] = field(default_factory=dict)
    order_bills: dict[str, str] = field(default_factory=dict)
    supplied: set[int] = field(default_factory=set)
    files: list[tuple[str, str]] = field(default_factory=list)
    times: dict[str, str] = field(default_factory=dict)
    payroll_rows: dict[tuple[int, date, str], Decimal] = field(default_factory=dict)
    details: dict[str, tuple[str, str]] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    decided: set[ClaimName] = field(default_factory=set)
    open_differences: set[str] = field(default_factory=set)
    _lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.procore = self.vendors.procore.state()

    @property
    def lists(self) -> Mapping[str, list[dict[str, Any]]]:
        """The books' names, accounts and orders as this step began."""
        if not self._lists:
            self._lists = self.vendors.books(*LISTS)
        return self._lists

    def begin_step(self) -> None:
        self._lists = {}

    def is_prime(self, claim: ClaimName) -> bool:
        return self.signed[claim[0]].kind == "prime"

    @property
    def names(self) -> dict[str, str]:
        """Procore's name of a company to that of the books."""
        known = [company for company in self.firm.companies if company.procore_name]
        return {c.procore_name or "": collapse_spaces(c.qbo_name or c.procore_name or "") for c in known}

    def now(self, name: str) -> str:
        """How a company or project that the script names is called now."""
        return self.called.get(name, name)

    def rename_company(self, party: str, name: str) -> None:
        """On both sides, since the other one follows."""
        named = self.now(party)
        companies = tuple(
            replace(each, procore_name=name, qbo_name=name) if each.procore_name == named else each
            for each in self.firm.companies
        )
        self.firm, self.called[party] = replace(self.firm, companies=companies), name

    def rename_project(self, project: str, name: str) -> None:
        named = self.now(project)
        projects = tuple(replace(each, name=name) if each.name == named else each for each in self.firm.projects)
        self.firm, self.called[project] = replace(self.firm, projects=projects), name

    # --- looking things up in Procore, by the names of when the year began

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
        self.actor.begin_step()
        for event in events:
            self.parts[type(event)](self.actor, event)
