"""The sub-customer of a project: its name, the customer it belongs under, and what stands in QuickBooks of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.procore.records import Project
from connectors.qbo.documents import NAME_LENGTH, clean_name
from mapping.defaults import SUB_CUSTOMER_NAME, Defaults
from mapping.maps import Maps, Target
from smoothx.lib.money import ZERO
from sync.plan import Notes

NUMBER_LENGTH = 50
# Before what an entry of the ledger agreed on without anything posted. A plan writes its facts before it is sent, and
# what was not sent is not agreed on.
KEPT = "kept_"


@dataclass(frozen=True, slots=True)
class Job:
    """The sub-customer a project is linked to. `parents` are the customers above it, the nearest first.

    `is_gone`: merged into another. `is_ours`: made by us. `successor` is what may stand in its place: the row it was
    merged into, or a project of QuickBooks of its name beside it. `linked_name` and `project_name` are what both sides
    were called when they were linked. `agreed` is what was agreed on since: "name" and "customer" of the project,
    "job_name", "is_active", "is_inactive", "successor".

    Read from QuickBooks, and without meaning before: `balance` with those below it, `has_invoices`. `documents` are
    those known to name it, `unposted` those of the project that are still on their way.
    """

    id: str
    name: str
    version: str = ""
    parents: tuple[Target, ...] = ()
    is_active: bool = True
    is_project: bool = False
    is_gone: bool = False
    is_ours: bool = False
    successor: Target | None = None
    linked_name: str = ""
    project_name: str = ""
    agreed: Mapping[str, str] = field(default_factory=dict)
    balance: Decimal = ZERO
    has_invoices: bool = False
    documents: int = 0
    unposted: int = 0

    @property
    def parent(self) -> Target:
        """The customer right above it."""
        return self.parents[0] if self.parents else Target("", "")


def read_agreed(facts: Mapping[str, str], *, is_posted: bool) -> dict[str, str]:
    """What was agreed on, from the facts of the ledger's entry."""
    if is_posted:
        return dict(facts)
    return {key.removeprefix(KEPT): text for key, text in facts.items() if key.startswith(KEPT)}


def spell_agreed(agreed: Mapping[str, str]) -> dict[str, str]:
    """What was agreed on, as facts of an entry that has nothing posted."""
    return {f"{KEPT}{key}": text for key, text in agreed.items() if not key.startswith(KEPT)}


@dataclass(frozen=True, slots=True)
class LinkedProject:
    """A project as Procore has it now, and the sub-customer it is linked to; None once it is linked to none."""

    project: Project
    job: Job | None = None


def job_name(project: Project, defaults: Defaults, *, name: str = "") -> str:
    """What the project is called in QuickBooks, or would be with another `name`; empty for one without a name."""
    plain = name or project.name
    if not clean_name(plain) or not defaults.says(SUB_CUSTOMER_NAME, "number_name"):
        return clean_name(plain)
    number = clean_name(project.number, NUMBER_LENGTH)
    return f"{number} {clean_name(plain, NAME_LENGTH - len(number) - 1)}" if number else clean_name(plain)


def numbered_name(project: Project, name: str) -> str:
    """Two projects of one customer share a name: the number tells them apart. Empty without a number, or with it
    in the name already."""
    number = clean_name(project.number, NUMBER_LENGTH)
    if not number or name.startswith(f"{number} "):
        return ""
    return f"{clean_name(name, NAME_LENGTH - len(number) - 3)} ({number})"


def free_name(project: Project, name: str, maps: Maps, *, parent_id: str, own_id: str = "") -> str:
    """`name`, or the numbered one where another has it below this customer; empty where both are in use."""
    for each in (name, numbered_name(project, name)):
        holder = maps.jobs.get((parent_id, each.lower())) if each else None
        if each and (holder is None or holder.id == own_id):
            return each
    return ""


def find_company(project: Project, maps: Maps, notes: Notes) -> str:
    """The id of the company in the Customer field. A field made as text or list names it, and holds no id."""
    if project.customer_id:
        return project.customer_id
    company = maps.companies.get(project.customer_label.lower())
    if company is None:
        notes.block("customer_unknown", project.customer_label)
        return ""
    return company.id
