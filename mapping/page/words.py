"""How a section, a side and a directory row are called on the screen."""

from __future__ import annotations

from collections.abc import Callable

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.kinds import KINDS
from mapping.models import RemoteItem
from mapping.naming import spell_name
from mapping.screens import Section
from mapping.sides import SIDE_LABELS, SideKey

SEARCH_HINTS = {
    procore.VENDORS.key: "Name, e-mail or phone",
    procore.PROJECTS.key: "Name or number",
    procore.STANDARD_COST_CODES.key: "Code or name",
    procore.PROJECT_COST_CODES.key: "Code, name or project",
    procore.EMPLOYEES.key: "Name, number or e-mail",
}


def nouns(section: Section, side: SideKey) -> tuple[str, str]:
    """("Procore company", "Procore companies"), ("QuickBooks account", "QuickBooks accounts")."""
    if side == "procore":
        return f"Procore {section.left_noun}", f"Procore {section.left_noun_plural}"
    if len(section.kinds) > 1:
        is_people = section.key == "employees"
        return (
            ("QuickBooks person", "QuickBooks people") if is_people else ("QuickBooks contact", "QuickBooks contacts")
        )
    noun = section.kinds[0].right_noun.lower()
    plural = section.kinds[0].right.label if " or " in noun else f"QuickBooks {noun}s"
    return f"QuickBooks {noun}", plural


def name_of(row: RemoteItem) -> str:
    """A row's name in full: a cost code with its code, an account with the accounts above it."""
    return spell_name(row.resource, row.name, row.code, row.data.get("full_name"))


def headline_of(row: RemoteItem) -> str:
    """The name where `context_of` stands below it, which tells the project of a project's code."""
    own_name = row.data.get("own_name") if row.resource == procore.PROJECT_COST_CODES.key else ""
    return spell_name(row.resource, own_name, row.code, None) if own_name else name_of(row)


def context_of(row: RemoteItem, section: Section) -> str:
    """The one line of small text beside a name."""
    return ", ".join(part for part in _facts(row, section) if part)


def _facts(row: RemoteItem, section: Section) -> tuple[str, ...]:
    if row.resource in _LIST_FACTS:
        return _LIST_FACTS[row.resource](row)
    if row.resource == procore.STANDARD_COST_CODES.key:
        return ("Only in projects",) if row.remote_id.startswith("code:") else ()
    if row.resource == qbo.CUSTOMERS.key and row.parent_id:
        above = str(row.data.get("full_name") or "").rpartition(":")[0]
        return above, "Project" if row.subtype == "project" else "Sub-customer"
    if len(section.kinds) > 1 and row.resource != procore.VENDORS.key:
        return role_label(row), row.email, row.phone
    return row.email, row.phone


def _tax_facts(row: RemoteItem) -> tuple[str, ...]:
    rate = row.data.get("rate")
    return row.code, f"{rate}%" if rate else "", row.subtype


def _term_facts(row: RemoteItem) -> tuple[str, ...]:
    days, day = row.data.get("due_days"), row.data.get("due_day")
    if day is not None:
        return (f"Due on day {day} of the month",)
    if days is None:
        return ()
    return (f"Due in {days} day{'' if days == 1 else 's'}" if days else "Due at once",)


def _person_facts(row: RemoteItem) -> tuple[str, ...]:
    kind = "Employee" if row.resource == qbo.EMPLOYEES.key else ""
    return kind, row.code, str(row.data.get("job_title") or ""), row.email, row.phone


def _code_alone(row: RemoteItem) -> tuple[str, ...]:
    return (row.code,)


def _project(row: RemoteItem) -> tuple[str, ...]:
    own_name = row.data.get("own_name")
    return (row.name.removeprefix(f"{own_name}, "),) if own_name and own_name != row.name else ()


_LIST_FACTS: dict[str, Callable[[RemoteItem], tuple[str, ...]]] = {
    procore.PROJECTS.key: _code_alone,
    procore.COST_TYPES.key: _code_alone,
    procore.TIME_TYPES.key: _code_alone,
    procore.LOCATIONS.key: _code_alone,
    procore.SUB_JOBS.key: _code_alone,
    procore.PROJECT_COST_CODES.key: _project,
    procore.TAX_CODES.key: _tax_facts,
    procore.EMPLOYEES.key: _person_facts,
    qbo.ACCOUNTS.key: lambda row: (row.code, row.subtype),
    qbo.ITEMS.key: lambda row: (row.code, row.subtype),
    qbo.TAX_CODES.key: _tax_facts,
    qbo.TERMS.key: _term_facts,
    qbo.EMPLOYEES.key: _person_facts,
}


def role_label(row: RemoteItem) -> str:
    """What a QuickBooks contact is: "Vendor", "Customer" or "Employee"."""
    return {qbo.VENDORS.key: "Vendor", qbo.EMPLOYEES.key: "Employee"}.get(row.resource, "Customer")


def state_of(row: RemoteItem | None, side: SideKey) -> str:
    """What is wrong with a linked row; empty when nothing is."""
    if row is None or row.vanished_at is not None:
        return f"Not in {SIDE_LABELS[side]} any more"
    return "" if row.is_active else f"Inactive in {SIDE_LABELS[side]}"


def kind_label(kind_key: str) -> str:
    return KINDS[kind_key].right_noun
