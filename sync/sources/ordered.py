"""What a bill in the books received of a purchase order of ours, with what its commitment has been billed so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.errors import Missing
from connectors.procore.claim_items import ClaimItem, CommitmentClaim, SplitLine, find_item
from connectors.qbo import resources as qbo
from connectors.qbo.records_costs import BookedCost
from mapping.defaults import RETENTION_PAYABLE_RELEASED, RETENTION_PAYABLE_RETAINED
from mapping.tax import takes_codes
from smoothx.lib.money import ZERO, cents, money
from sync.flows._ordered import Order, OrderBillPart, OrderLine
from sync.flows.purchase_orders import KEY as ORDERS
from sync.models import Entry
from sync.order_lines import read_line_ids
from sync.sources.costs import gone_of, is_posted_by_us
from sync.sources.reader import Reader, SetReader
from sync.targets.requisitions import list_claims
from sync.work import Work

RETENTION = (RETENTION_PAYABLE_RETAINED, RETENTION_PAYABLE_RELEASED)


def read_order_bill(work: Work, entry: Entry) -> OrderBillPart:
    """One deleted is still a record: what was made of it has to go."""
    order_entry = find_orders(work, [entry.part]).get(entry.part)
    try:
        wire = work.read_booked(qbo.BILLS, entry.source_id)
    except Missing:
        return OrderBillPart(entry.source_id, entry.part, None, gone=gone_of(entry))
    bill = BookedCost.from_wire(wire, "Bill")
    claims = _read_claims(work, order_entry) if order_entry else ()
    own = next((claim for claim in claims if claim.id == entry.target_id), None)
    named = {line.order_id for line in bill.lines if line.order_id} | set(bill.order_ids)
    released = [each.target_id for each in find_released_orders(work, bill)]
    numbers = [claim.number for claim in claims]
    return OrderBillPart(
        source_id=entry.source_id,
        part=entry.part,
        cost=bill,
        is_ours=is_posted_by_us(work, "Bill", bill.id, bill.memo),
        is_tax_cost=not takes_codes("purchase", work.defaults),
        order=_read_order(work, order_entry, claims, own) if order_entry else None,
        orders=tuple(released or sorted(find_orders(work, sorted(named)))),
        retention_accounts=_retention_accounts(work),
        claim_number=own.number if own else max(numbers, default=0) + 1,
        is_release=entry.part in released[:1],
    )


def _retention_accounts(work: Work) -> tuple[str, ...]:
    return tuple(chosen.id for kind in RETENTION if (chosen := work.defaults.get(kind)) is not None)


def find_released_orders(work: Work, bill: BookedCost) -> list[Entry]:
    """The orders of ours that a bill may be for which only lets go of retention: nothing there is left to receive, so
    QuickBooks links it to none. Those of its vendor, for the customers on its lines; the entry goes by the first."""
    lines, accounts = [line for line in bill.lines if line.amount], _retention_accounts(work)
    is_linked = bool(bill.order_ids) or any(line.order_id for line in lines)
    if is_linked or not lines or any(line.account.id not in accounts for line in lines) or bill.total <= ZERO:
        return []
    rows = Entry.objects.filter(flow=ORDERS, target_connection=work.qbo.connection).exclude(target_id="")
    of_vendor = rows.filter(planned__document__vendor_id=bill.vendor.id).order_by("id")
    customers = {line.customer.id for line in lines if line.customer.id}
    return [entry for entry in of_vendor if not customers or customers & _customers_of(entry)]


def _customers_of(order: Entry) -> set[str]:
    lines = (order.planned.get("document") or {}).get("lines") or ()
    return {str(line.get("customer_id")) for line in lines}


def find_orders(work: Work, order_ids: Sequence[str]) -> dict[str, Entry]:
    """Which of these purchase orders of the books came from Procore, with their entries."""
    if not order_ids:
        return {}
    rows = Entry.objects.filter(flow=ORDERS, target_connection=work.qbo.connection, target_id__in=order_ids)
    return {entry.target_id: entry for entry in rows}


def _read_claims(work: Work, order: Entry) -> Sequence[CommitmentClaim]:
    return list_claims(work, order.project_id, order.source_id)


def _read_order(work: Work, entry: Entry, claims: Sequence[CommitmentClaim], own: CommitmentClaim | None) -> Order:
    """The commitment's latest invoice tells what is billed to date, less what this bill's own one says."""
    document: dict[str, Any] = entry.planned.get("document") or {}
    ids = _read_ids(work, entry)
    planned = {str(line["source_line_id"]): line for line in document.get("lines") or ()}
    latest = max(claims, key=lambda claim: claim.number, default=None)
    lines = [_read_line(line_id, planned[key], latest, own) for key, line_id in ids.items() if key in planned]
    return Order(
        id=entry.target_id,
        name=str(entry.facts.get("contract") or entry.target_number),
        project_id=entry.project_id,
        commitment_id=entry.source_id,
        vendor_id=entry.party_id,
        vendor_name=entry.party,
        lines=tuple(lines),
    )


def _read_ids(work: Work, entry: Entry) -> Mapping[str, str]:
    """By the commitment's line. An order that a person linked is looked at: no answer of QuickBooks is kept of it."""
    ids = read_line_ids(entry, {})
    if ids:
        return ids
    try:
        return read_line_ids(entry, work.qbo.get_entity("PurchaseOrder", entry.target_id))
    except Missing:
        return {}


def _read_line(
    line_id: str, planned: Mapping[str, Any], latest: CommitmentClaim | None, own: CommitmentClaim | None
) -> OrderLine:
    """A line that no invoice names yet has what the order's own says, which follows the commitment's."""
    key, is_split = str(planned["source_line_id"]), False
    item: ClaimItem | None = None
    try:
        item = find_item(key, latest.items) if latest else None
    except SplitLine:
        is_split = True
    mine = find_item(key, own.items) if own and not is_split else None
    work, held = (mine.work, mine.retained - mine.released) if mine else (ZERO, ZERO)
    return OrderLine(
        id=line_id,
        key=key,
        group=item.key if item else key,
        code=str(planned.get("source_code") or ""),
        name=str(planned.get("description") or ""),
        ordered=item.scheduled if item else money(planned["amount"]),
        completed=cents(item.completed - work) if item else ZERO,
        held=cents(item.held - held) if item else ZERO,
        is_split=is_split,
    )


READERS: dict[str, Reader] = {"order_bills": read_order_bill}
SET_READERS: dict[str, SetReader] = {}
