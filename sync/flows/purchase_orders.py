"""Approved commitments become purchase orders: a line per line of the schedule of values and of change orders."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.procore import resources as procore
from connectors.procore.records_commitments import Commitment
from connectors.qbo.documents import DOC_NUMBER_LENGTH, BillLine
from connectors.qbo.documents_orders import PurchaseOrder
from mapping.defaults import (
    ORDER_CONTRACTS,
    PAYABLE_ACCOUNT,
    PURCHASE_TAX_CODE,
    Defaults,
)
from mapping.maps import Maps
from smoothx.lib.money import ZERO, total
from smoothx.lib.text import collapse_spaces, shorten_with_hash, stable_hash
from sync.flow import Description, Flow
from sync.flows._bill_head import check_currency, find_customer, find_vendor
from sync.flows._billed import name_lines
from sync.flows._codes import find_default, make_coder
from sync.flows._cost_lines import CostLineMaker
from sync.flows._lookups import COST_LINES, COST_TO_BOOKS
from sync.flows._purchase_tax import PurchaseTax
from sync.flows._quantities import with_quantities
from sync.flows._tags import Tagger
from sync.plan import Notes, Plan

KEY = "purchase_orders"
NOUNS = {"purchase_order": "Purchase order", "work_order": "Subcontract"}


def purchase_order_for(commitment: Commitment, maps: Maps, defaults: Defaults) -> Plan[PurchaseOrder]:
    """The purchase order of one agreed commitment, coded as its bills are, or all that keeps it from being one.

    It comes to the revised contract amount. What is closed in Procore is closed in QuickBooks too, and never made; nor
    is one of which everything is invoiced before it is ordered.
    """
    notes = Notes()
    if commitment.kind == "work_order" and not maps.posted and not defaults.says(ORDER_CONTRACTS, "both"):
        notes.block("contract_kind_not_carried")
    elif commitment.is_over and not maps.posted:
        notes.block("commitment_over")
    elif commitment.is_billed and not maps.posted:
        notes.block("commitment_billed")
    elif not (commitment.is_agreed or commitment.is_over):
        notes.block("not_approved")
    elif not any(line.amount for line in commitment.lines):
        notes.block("nothing_ordered")
    if notes.blockers:
        return notes.blocked()
    order = _make_order(commitment, maps, defaults, notes)
    facts = _make_facts(commitment, order)
    return notes.plan(order, facts) if order is not None else notes.blocked(facts)


def _make_order(commitment: Commitment, maps: Maps, defaults: Defaults, notes: Notes) -> PurchaseOrder | None:
    if not commitment.vendor_id:
        notes.block("order_vendor_missing", commitment.name)
        return None
    vendor, customer = find_vendor(commitment, maps, notes), find_customer(commitment, maps, notes)
    check_currency(commitment, vendor, maps, defaults, notes)
    coder = make_coder(maps, defaults, notes)
    if commitment.date is None:
        notes.block("date_missing")
    if coder is None:
        return None
    tagger = Tagger(commitment, maps, defaults, notes)
    tagger.check_books()
    tax = PurchaseTax(maps, defaults, notes)
    customer_id = customer.id if customer else ""
    maker = CostLineMaker(commitment, customer_id, coder, tagger, defaults, notes, tax, tagger.document_class())
    lines = with_quantities(maker.cost_lines(ZERO), commitment.lines)
    _check_total(commitment, lines, notes)
    account, location, term = find_default(PAYABLE_ACCOUNT, defaults, notes), tagger.location(), tagger.term()
    if notes.blockers or vendor is None or commitment.date is None:
        return None
    return PurchaseOrder(
        vendor_id=vendor.id,
        vendor_name=vendor.name,
        number=shorten_with_hash(commitment.name, DOC_NUMBER_LENGTH),
        date=commitment.date,
        lines=lines,
        memo=make_memo(commitment),
        message=make_message(commitment),
        ship_to=commitment.ship_to,
        payable_account_id=account.id if account else "",
        currency=defaults.home_currency,
        location_id=location.id if location else "",
        location_name=location.name if location else "",
        term_id=term.id if term else "",
        term_name=term.name if term else "",
        has_tax_codes=tax.is_coded,
        tax=(tax.work_out(lines) or ZERO) if tax.is_coded else ZERO,
        is_over=commitment.is_over,
        reopens=not commitment.is_over and bool(maps.posted.get("is_over") or maps.posted.get("reopens")),
    )


def _check_total(commitment: Commitment, lines: Sequence[BillLine], notes: Notes) -> None:
    """The last guard: the order comes to what Procore states, and QuickBooks takes it."""
    made = total(line.amount for line in lines)
    if not notes.blockers and made != commitment.revised_total:
        notes.block("totals_differ", "The purchase order", lines=made, figure=commitment.revised_total)
    elif made < ZERO:
        notes.block("order_below_zero", amount=made)


def _make_facts(commitment: Commitment, order: PurchaseOrder | None) -> dict[str, str]:
    """The contract, what its lines name, and which of them the order's lines are, in order: bills name the order's
    lines alone."""
    lines = order.lines if order else ()
    named = name_lines(commitment.lines, commitment.payment_terms)
    return {**named, "contract": commitment.name, "lines": " ".join(line.source_line_id for line in lines)}


def make_memo(commitment: Commitment) -> str:
    """What it is for, then the mark by which a lost answer is found again."""
    named = f"{NOUNS[commitment.kind]} {commitment.name}"
    what = f"{named}, {commitment.title[:500]}" if commitment.title and commitment.number else named
    return f"{collapse_spaces(what).rstrip('.')}. {make_mark(commitment.id)}"


def make_message(commitment: Commitment) -> str:
    """What the vendor reads: the commitment's description, then how and when it is to be delivered."""
    day = commitment.delivery_date
    told = (
        commitment.description[:3000].rstrip("."),
        f"Ship via {commitment.ship_via[:200]}".rstrip(".") if commitment.ship_via else "",
        f"Delivery on {day:%-d %b %Y}" if day else "",
    )
    return " ".join(f"{text}." for text in told if text)


def make_mark(commitment_id: str) -> str:
    return f"Smoothx {stable_hash(KEY, commitment_id, length=10)}"


def describe_commitment(commitment: Commitment) -> Description:
    named = f"{NOUNS[commitment.kind]} {commitment.name}"
    party = commitment.vendor_name
    return Description(
        number=named,
        title=f"{party}, {named[0].lower()}{named[1:]}" if party else named,
        party=party,
        party_id=commitment.vendor_id,
        project_id=commitment.project_id,
        amount=commitment.revised_total,
        document_date=commitment.date,
    )


FLOW = Flow(
    key=KEY,
    label="Commitments to purchase orders",
    noun="Commitment",
    source="procore",
    reads=procore.PURCHASE_ORDER_CONTRACTS,
    rule=purchase_order_for,
    describe=describe_commitment,
    needs=COST_TO_BOOKS,
    uses=(
        ORDER_CONTRACTS,
        *COST_LINES,
        PURCHASE_TAX_CODE,
        PAYABLE_ACCOUNT,
    ),
    after=("contacts_to_qbo", "projects"),
    makes=("PurchaseOrder",),
    screen="commitments",
    is_on_at_first=False,
    help="Each approved commitment becomes a purchase order, and follows its change orders. An order posts nothing.",
)
