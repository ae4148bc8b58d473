"""Bills received against purchase orders of ours become invoices of the commitments those came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

from connectors.procore.documents_requisitions import ClaimLine, CommitmentInvoice
from connectors.qbo import resources as qbo
from connectors.qbo.records_costs import BookedCost
from mapping.defaults import (
    FOLLOW_DELETED_COSTS,
    ORDER_BILL_STATUS,
    RETENTION_PAYABLE_RELEASED,
    RETENTION_PAYABLE_RETAINED,
    Defaults,
)
from mapping.maps import Maps
from smoothx.lib.money import ZERO, cents, total
from smoothx.lib.text import stable_hash
from sync.flow import Description, Flow
from sync.flows import _waits
from sync.flows._booked import check_totals, name_of
from sync.flows._cost_parts import follows_deletion, is_before_start
from sync.flows._ordered import (
    Billed,
    Order,
    OrderBillPart,
    OrderLine,
    share_held,
    share_released,
    sum_by_line,
)
from sync.plan import Notes, Plan

KEY = "order_bills"
FOUND_BY = "The order's line"


def invoice_for_bill(part: OrderBillPart, maps: Maps, defaults: Defaults) -> Plan[CommitmentInvoice]:
    """The invoice of one commitment for what one bill received of its order, or all that keeps it from being one.

    Lines are told by the ids that link them, never by their place. No line is billed above what remains of it in
    Procore, whatever else was billed there meanwhile. Lines without an order stay direct costs.
    """
    notes = Notes()
    bill, order = part.cost, part.order
    if bill is None:
        return _gone(part, maps, defaults, notes)
    reason = _exclude(part, bill, maps)
    if reason:
        return notes.remove(reason, name_of(bill))
    if order is None:
        return notes.remove("order_not_from_procore", name_of(bill))
    check_totals(part, notes)
    _check_books(bill, defaults, notes)
    billed = _find_billed(part, order, bill, notes)
    _check_room(billed, order, notes)
    lines = _make_lines(part, order, bill, billed, notes)
    if notes.blockers or bill.date is None:
        return notes.blocked()
    if not lines:
        return notes.remove("order_link_gone", name_of(bill))
    chosen = defaults.get(ORDER_BILL_STATUS)
    invoice = CommitmentInvoice(
        project_id=order.project_id,
        commitment_id=order.commitment_id,
        contract_name=order.name,
        vendor_id=order.vendor_id,
        vendor_name=order.vendor_name,
        number=bill.number or f"QB-{bill.id}",
        date=bill.date,
        lines=lines,
        mark=make_mark(bill.id, part.part),
        status=chosen.id if chosen else "under_review",
    )
    return notes.plan(invoice, _make_facts(invoice, order, bill))


def _exclude(part: OrderBillPart, bill: BookedCost, maps: Maps) -> str:
    """Why it becomes no invoice, "" when it does."""
    if part.is_ours:
        return "bill_from_procore"
    if not part.received() and part.part not in bill.order_ids and not part.is_release:
        return "order_link_gone"
    return "cost_before_start" if is_before_start(bill.date, maps) else ""


def _gone(part: OrderBillPart, maps: Maps, defaults: Defaults, notes: Notes) -> Plan[CommitmentInvoice]:
    gone = part.gone
    name = gone.number if gone else ""
    if gone is not None and gone.is_posted and not follows_deletion(maps, defaults):
        notes.block("order_bill_deleted", name, also_lifted_by=[_waits.default(FOLLOW_DELETED_COSTS)])
        return notes.blocked()
    return notes.remove("deleted_in_quickbooks", name)


def _check_books(bill: BookedCost, defaults: Defaults, notes: Notes) -> None:
    if bill.currency and bill.currency != defaults.home_currency:
        notes.block("cost_currency_differs", bill.currency, home=defaults.home_currency)
    if bill.date is None:
        notes.block("cost_date_missing", name_of(bill))


def _find_billed(part: OrderBillPart, order: Order, bill: BookedCost, notes: Notes) -> list[Billed]:
    """What each line of the commitment is billed with; empty, with a blocker, where a line cannot be told, and empty
    for a release of retention, which bills none."""
    received, known = part.received(), {line.id: line for line in order.lines}
    if part.is_release:
        return []
    if not received or any(not line.order_line_id for line, _ in received):
        notes.block("order_line_not_named", name_of(bill), order=order.name)
        return []
    unknown = [(line, amount) for line, amount in received if line.order_line_id not in known]
    for line, amount in unknown:
        notes.block("order_line_unknown", line.description or "A line", amount=amount, order=order.name)
    return [] if unknown else sum_by_line(received, known)


def _check_room(billed: Sequence[Billed], order: Order, notes: Notes) -> None:
    """The guard against billing more than was ordered. A deductive line goes the other way, down to its own amount."""
    work: dict[str, Decimal] = {}
    for each in billed:
        work[each.line.group] = work.get(each.line.group, ZERO) + each.work
    for line in {each.line.group: each.line for each in billed}.values():
        if line.is_split:
            notes.block("order_line_detailed", _label(line))
            continue
        lowest, highest = sorted((ZERO, line.ordered))
        if not lowest <= line.completed + work[line.group] <= highest:
            notes.block(
                "order_overbilled",
                _label(line),
                also_lifted_by=[_waits.posted("purchase_orders", order.commitment_id)],
                amount=cents(work[line.group]),
                remaining=cents(line.ordered - line.completed),
                ordered=line.ordered,
            )


def _make_lines(
    part: OrderBillPart, order: Order, bill: BookedCost, billed: Sequence[Billed], notes: Notes
) -> tuple[ClaimLine, ...]:
    """Work by line, then what of it is held, then what is released of earlier work."""
    held, released, unclear = part.retention()
    gross, still_held = total(each.work for each in billed), total(_held_by_group(order.lines).values())
    if unclear:
        notes.block("order_retention_unclear", name_of(bill), amount=unclear)
    if held > max(gross, ZERO):
        notes.block("order_retention_too_much", name_of(bill), amount=held, limit=max(gross, ZERO))
    if released > still_held:
        notes.block("order_retention_too_much", name_of(bill), amount=released, limit=still_held)
    if notes.blockers:
        return ()
    kept = zip(billed, share_held(held, billed), strict=True)
    return (
        *(_work_line(each) for each in billed),
        *(_retention_line(each.line, -share, "retained") for each, share in kept if share),
        *(_retention_line(line, share, "released") for line, share in share_released(released, order.lines)),
    )


def _held_by_group(lines: Sequence[OrderLine]) -> Mapping[str, Decimal]:
    return {line.group: line.held for line in lines if line.held > ZERO}


def _work_line(billed: Billed) -> ClaimLine:
    line = billed.line
    return ClaimLine(
        key=line.key,
        amount=billed.work,
        description=f"{billed.description or line.name} - {_tell_share(billed)}",
        code_name=_label(line),
        chosen_by=FOUND_BY,
    )


def _tell_share(billed: Billed) -> str:
    """ "25.0 % of 9,000.00, 65.0 % to date"."""
    line = billed.line
    own, to_date = _percent(billed.work, line.ordered), _percent(line.completed + billed.work, line.ordered)
    return f"{own} of {line.ordered:,.2f}, {to_date} to date"


def _percent(amount: Decimal, ordered: Decimal) -> str:
    return f"{amount * 100 / ordered:.1f} %" if ordered else "0.0 %"


def _retention_line(line: OrderLine, amount: Decimal, role: Literal["retained", "released"]) -> ClaimLine:
    words = "Retention released" if role == "released" else "Retention held"
    return ClaimLine(
        key=line.key,
        amount=amount,
        description=words,
        code_name=_label(line),
        chosen_by=FOUND_BY,
        role=role,
    )


def _label(line: OrderLine) -> str:
    return " ".join(text for text in (line.code, line.name.removeprefix(line.code).strip(" -")) if text) or line.key


def _make_facts(invoice: CommitmentInvoice, order: Order, bill: BookedCost) -> dict[str, str]:
    """As of an invoice entered in Procore, so that those after it on the contract count on from it. The bill's own
    total and tax tell how much of a payment is for the invoice."""
    sums = {
        role: total(line.amount for line in invoice.lines if line.role == role)
        for role in ("cost", "retained", "released")
    }
    amounts = {
        "gross": sums["cost"],
        "held": -sums["retained"] if sums["retained"] else ZERO,
        "released": sums["released"],
        "tax": ZERO,
        "net": invoice.total,
        "retainage": total([*_held_by_group(order.lines).values(), -sums["retained"], -sums["released"]]),
        "bill_total": bill.total,
        "bill_tax": bill.tax,
    }
    named = {"contract": order.name, "invoice_number": invoice.number}
    return {**named, **{name: str(cents(amount)) for name, amount in amounts.items()}}


def make_mark(bill_id: str, order_id: str) -> str:
    return f"Smoothx {stable_hash(KEY, bill_id, order_id, length=10)}"


def describe_part(part: OrderBillPart) -> Description:
    bill, gone, order = part.cost, part.gone, part.order
    if bill is None:
        return Description(
            number=gone.number if gone else part.source_id,
            title=gone.title if gone else "",
            party=gone.vendor_name if gone else "",
            party_id=gone.vendor_id if gone else "",
            amount=gone.amount if gone else None,
            document_date=gone.date if gone else None,
            group=order.commitment_id if order else "",
        )
    named = f"{name_of(bill)}, order {order.name}" if order else name_of(bill)
    return Description(
        number=name_of(bill),
        title=f"{bill.payee.name}, {named[0].lower()}{named[1:]}" if bill.payee.name else named,
        party=bill.payee.name,
        party_id=bill.vendor.id,
        project_id=order.project_id if order else "",
        group=order.commitment_id if order else "",
        position=part.claim_number,
        amount=part.amount,
        document_date=bill.date,
    )


def split_by_order(bill: BookedCost) -> tuple[str, ...]:
    """One part for each purchase order that it or one of its lines is linked to."""
    named = (*(line.order_id for line in bill.lines), *bill.order_ids)
    return tuple(order_id for order_id in dict.fromkeys(named) if order_id)


FLOW = Flow(
    key=KEY,
    label="Bills from purchase orders to commitment invoices",
    noun="Bill from an order",
    source="qbo",
    reads=qbo.BILLS,
    rule=invoice_for_bill,
    describe=describe_part,
    splits=split_by_order,
    uses=(ORDER_BILL_STATUS, RETENTION_PAYABLE_RETAINED, RETENTION_PAYABLE_RELEASED, FOLLOW_DELETED_COSTS),
    after=("purchase_orders",),
    screen="commitments",
    is_on_at_first=False,
    help="A bill received in QuickBooks against a purchase order that came from Procore becomes an invoice of its "
    "commitment. Its other lines stay direct costs. So does a bill that only releases retention, where the vendor has "
    "one such order for the customer on its line.",
)
