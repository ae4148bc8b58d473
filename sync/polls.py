"""The lists of a Procore project that are asked for documents, and which of their rows are worth carrying."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.procore import resources as procore
from connectors.procore.records_commitments import AGREED
from connectors.procore.records_costs import CARRIED_KINDS, OUR_MARK
from connectors.procore.records_owner import prime_key
from connectors.resource import Resource
from mapping.defaults import BILL_STATUSES, ORDER_CONTRACTS, OWNER_STATUSES
from sync.flows.estimates import SIGNED
from sync.queueing import NO_PLACE
from sync.work import Work

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProjectPoll:
    """The list `reads` of every project, for the flow `flow`. `is_wanted` is asked of rows not known yet.

    `dated` is where a row has its day, if what is dated before the start date stays out. `announced_as` are Procore's
    names of its webhook events: the document's own first, then those of its parts. `figure` is where a row has the
    amount of its entry, if that may change without the row's time: the list is read whole then, and compared. `total`
    is the same of a row whose lines alone may not move its time: it is compared when the list is read whole anyway.
    `is_used` tells whether the firm takes such documents at all. `place` tells the contract of a row and its number
    there, so that the first of a contract is known before anything is read.
    """

    flow: str
    reads: Resource
    is_wanted: Callable[[Work, Row], bool]
    filters: Mapping[str, object] = field(default_factory=dict)
    dated: str = ""
    announced_as: tuple[str, ...] = ()
    figure: str = ""
    total: str = ""
    is_used: Callable[[Work], bool] = lambda work: True
    place: Callable[[Row], tuple[str, int]] = lambda row: ("", 0)


def wants_requisition(work: Work, row: Row) -> bool:
    """With a status that makes a bill, not made of one, and not inside the opening balance.

    A claim dated before the start date but approved after the opening balances were read is wanted as well: it is in
    neither, so somebody must be told.
    """
    if not work.defaults.says(BILL_STATUSES, str(row.get("status"))) or str(row["id"]) in work.invoices_of_bills:
        return False
    opening = work.openings.get(str(row.get("commitment_id")))
    return opening is None or int(row["number"]) > opening.number


def wants_owner_invoice(work: Work, row: Row) -> bool:
    """The same on the owner's side."""
    if not work.defaults.says(OWNER_STATUSES, str(row.get("status"))):
        return False
    opening = work.openings.get(prime_key(str(row["contract"]["id"])))
    return opening is None or int(row["number"]) > opening.number


def wants_direct_cost(work: Work, row: Row) -> bool:
    """Approved, of a kind that becomes a bill, and not made by us.

    One that names no vendor is wanted: somebody must be told that it does not cross.
    """
    if row.get("status") != "approved" or row.get("direct_cost_type") not in CARRIED_KINDS:
        return False
    return not OUR_MARK.search(row.get("description") or "")


def wants_prime_contract(work: Work, row: Row) -> bool:
    return row.get("status") in SIGNED


def wants_commitment(work: Work, row: Row) -> bool:
    """Agreed, and none that is over: nothing is to be ordered on it any more."""
    return row.get("status") in AGREED


def orders_subcontracts(work: Work) -> bool:
    return work.defaults.says(ORDER_CONTRACTS, "both")


def wants_subcontract(work: Work, row: Row) -> bool:
    return orders_subcontracts(work) and wants_commitment(work, row)


def place_requisition(row: Row) -> tuple[str, int]:
    return _place(str(row.get("commitment_id") or ""), row)


def place_owner_invoice(row: Row) -> tuple[str, int]:
    return _place(prime_key(str(row["contract"]["id"])), row)


def _place(group: str, row: Row) -> tuple[str, int]:
    """Nowhere, where a row is not as expected: reading the record says what is wrong with it."""
    number = str(row.get("number"))
    return (group, int(number)) if group and number.isdigit() else NO_PLACE


POLLS = (
    # The hint only needs status, number and date; figures and lines are read with the claim itself.
    ProjectPoll(
        "bills",
        procore.REQUISITIONS,
        wants_requisition,
        {"view": "default"},
        announced_as=("Draw Requests",),
        place=place_requisition,
    ),
    ProjectPoll(
        "owner_invoices",
        procore.OWNER_INVOICES,
        wants_owner_invoice,
        announced_as=("Payment Applications",),
        place=place_owner_invoice,
    ),
    ProjectPoll(
        "estimates",
        procore.PRIME_CONTRACTS,
        wants_prime_contract,
        # As of commitments: a change order may not move the time of its contract.
        announced_as=("Prime Contracts", "Prime Contract Line Items", "Change Order Packages"),
        figure="revised_contract_amount",
    ),
    ProjectPoll(
        "direct_costs",
        procore.DIRECT_COSTS,
        wants_direct_cost,
        dated="direct_cost_date",
        total="grand_total",
        announced_as=("Direct Costs", "Direct Cost Line Items"),
    ),
    # Unverified: whether a change order moves the time of its commitment. What it comes to then is compared.
    ProjectPoll(
        "purchase_orders",
        procore.PURCHASE_ORDER_CONTRACTS,
        wants_commitment,
        announced_as=("Purchase Order Contracts", "Purchase Order Contract Line Items", "Change Order Packages"),
        figure="revised_contract",
    ),
    ProjectPoll(
        "purchase_orders",
        procore.WORK_ORDER_CONTRACTS,
        wants_subcontract,
        announced_as=("Work Order Contracts", "Work Order Contract Line Items", "Change Order Packages"),
        figure="revised_contract",
        is_used=orders_subcontracts,
    ),
)
