"""The customer of an owner's document: the project's sub-customer, if it belongs to the owner of the contract."""

from __future__ import annotations

from connectors.procore.records_owner import PrimeContract
from mapping.kinds import CUSTOMER, PROJECT
from mapping.maps import Maps, Target
from sync.flows import _waits
from sync.plan import Notes

# No hierarchy of QuickBooks is deeper.
MOST_LEVELS = 5


def find_customer(contract: PrimeContract, maps: Maps, notes: Notes) -> Target | None:
    """The sub-customer the project is mapped to, with a blocker where it cannot be used or is another owner's."""
    wait = _waits.link(PROJECT, contract.project_id)
    name = contract.project_name or contract.project_id
    customer = notes.need(maps.find(PROJECT, contract.project_id), "project_not_mapped", name, waits_for=wait)
    if customer is None:
        return None
    if not customer.is_active:
        notes.block("project_inactive", customer.name, also_lifted_by=[wait])
    _check_owner(contract, customer, maps, notes)
    return customer


def _check_owner(contract: PrimeContract, customer: Target, maps: Maps, notes: Notes) -> None:
    """Procore's invoice names no customer, so that the contract's owner is compared with the one who is billed."""
    if not contract.vendor_id:
        notes.warn("owner_missing", contract.name)
        return
    wait = _waits.link(CUSTOMER, contract.vendor_id)
    owner = maps.find(CUSTOMER, contract.vendor_id)
    if owner is None:
        notes.block("customer_not_mapped", contract.vendor_name or contract.vendor_id, waits_for=wait)
    elif owner.id not in _lineage(customer.id, maps):
        again = [wait, _waits.link(PROJECT, contract.project_id)]
        name = contract.vendor_name or owner.name
        notes.block("owner_differs", contract.name, also_lifted_by=again, owner=name)


def _lineage(customer_id: str, maps: Maps) -> list[str]:
    """The customer and those above it."""
    found = [customer_id]
    while (parent := maps.parents.get(found[-1], "")) and len(found) < MOST_LEVELS:
        found.append(parent)
    return found
