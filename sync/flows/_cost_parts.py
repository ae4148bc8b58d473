"""What costs of every source on their way to a Procore project ask alike: of which project, and whether any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from connectors.procore.documents_costs import DirectCost
from connectors.qbo.records_costs import BookedLine
from mapping.defaults import FOLLOW_DELETED_COSTS, Defaults
from mapping.kinds import PROJECT, SUB_JOB
from mapping.maps import LeftSide, Maps
from sync.flows import _waits
from sync.flows._booked import Gone
from sync.flows._claims import BACKFILL
from sync.plan import Notes, Plan

# What a person approves of one document: it goes as its source went, whatever the firm chose for all.
REMOVE_HERE = "remove_here"


def remove_gone(gone: Gone | None, maps: Maps, defaults: Defaults, notes: Notes) -> Plan[DirectCost]:
    """What becomes of the direct cost whose document was deleted, by the firm's choice or a person's word."""
    name = gone.number if gone else ""
    if gone is not None and gone.is_posted and not follows_deletion(maps, defaults):
        notes.block("cost_source_deleted", name, also_lifted_by=[_waits.default(FOLLOW_DELETED_COSTS)])
        return notes.blocked()
    return notes.remove("deleted_in_quickbooks", name)


def follows_deletion(maps: Maps, defaults: Defaults) -> bool:
    return defaults.says(FOLLOW_DELETED_COSTS, "yes") or REMOVE_HERE in maps.approvals


def is_before_start(dated: date | None, maps: Maps) -> bool:
    """Dated before the firm went live, not there already, and not asked for."""
    is_early = maps.start_date is not None and dated is not None and dated < maps.start_date
    return is_early and not maps.posted and BACKFILL not in maps.approvals


def find_customers_project(customer_id: str, name: str, maps: Maps, notes: Notes) -> LeftSide | None:
    """The project of a customer of the books, with the sub job's own id where the customer stands for one;
    `project_id` is always set. None where nothing can be planned without it."""
    found = maps.find_left(PROJECT, customer_id) or maps.find_left(SUB_JOB, customer_id)
    again = [_waits.linked(PROJECT, customer_id), _waits.linked(SUB_JOB, customer_id)]
    if found is None:
        notes.block("customer_not_a_project", name, waits_for=again[0], also_lifted_by=again[1:])
        return None
    project = found if found.project_id else LeftSide(found.id, found.name, found.is_active, found.id)
    return check_project(project, maps, notes, again=again)


def check_project(project: LeftSide, maps: Maps, notes: Notes, *, again: list[str]) -> LeftSide | None:
    """The project, if it can be looked into. `again` is what lifts what is wrong with it."""
    if not project.is_active:
        notes.block("procore_project_inactive", project.name, also_lifted_by=again)
    budget = maps.budgets.get(project.project_id)
    if budget is None or not budget.is_visible:
        notes.block("procore_project_hidden", project.name, also_lifted_by=again)
        return None
    posted = maps.posted.get("project_id", "")
    if posted not in ("", project.project_id):
        notes.block("cost_moved_project", project.name, other=maps.posted.get("project_name", posted))
    return project


def name_booked_lines(lines: Iterable[BookedLine]) -> dict[str, str]:
    """What a cost's lines name in QuickBooks, ids parted by spaces, for its facts: by it a changed link finds the
    posted costs it concerns."""
    known = list(lines)
    found = {
        "customers": [line.customer.id for line in known],
        "accounts": [line.account.id for line in known],
        "items": [line.item.id for line in known],
        "classes": [line.class_.id for line in known],
    }
    return {name: " ".join(dict.fromkeys(filter(None, ids))) for name, ids in found.items() if any(ids)}
