"""Direct costs entered in Procore, supplier invoices and expenses, become bills; those below zero vendor credits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from connectors.procore import resources as procore
from connectors.procore.records_costs import CARRIED_KINDS, DirectCost
from connectors.qbo.documents import DOC_NUMBER_LENGTH, Bill, BillLine
from mapping.defaults import (
    BILL_DUE,
    BILL_DUE_DAYS,
    CLOSED_PERIOD,
    COST_MEMO,
    PAYABLE_ACCOUNT,
    PURCHASE_TAX_CODE,
    Defaults,
)
from mapping.maps import Maps
from smoothx.lib.money import ZERO, total
from smoothx.lib.text import collapse_spaces, shorten_with_hash, stable_hash
from sync.flow import Description, Flow
from sync.flows._bill_form import fill_bill
from sync.flows._bill_head import Due, Head, check_currency, find_customer, find_due, find_vendor
from sync.flows._billed import name_lines
from sync.flows._claims import BACKFILL
from sync.flows._codes import find_default, make_coder
from sync.flows._cost_lines import CostLineMaker
from sync.flows._lookups import COST_LINES, COST_TO_BOOKS
from sync.flows._memos import join_memo, make_text
from sync.flows._periods import find_open_day, tell_date
from sync.flows._purchase_tax import PurchaseTax
from sync.flows._quantities import with_quantities
from sync.flows._tags import Tagger
from sync.plan import Notes, Plan

NAMES = {"invoice": "Invoice", "expense": "Expense"}


def bill_for_cost(cost: DirectCost, maps: Maps, defaults: Defaults) -> Plan[Bill]:
    """The bill of one approved direct cost with a vendor, or all that keeps it from being one.

    Each line goes where its cost code is mapped, on the project's sub-customer. Together they come to Procore's grand
    total: tax is cost, or worked out by QuickBooks where purchases carry tax codes, and held where they make another
    total. What we made in Procore ourselves never comes back.
    """
    notes = Notes()
    if not cost.is_approved:
        notes.block("not_approved")
        return notes.blocked()
    reason = _exclude(cost, maps)
    if reason:
        notes.block(reason)
        return notes.blocked()
    _check_figures(cost, notes)
    bill = _make_bill(cost, maps, defaults, notes)
    facts = _make_facts(cost)
    return notes.plan(bill, facts) if bill is not None else notes.blocked(facts)


def _exclude(cost: DirectCost, maps: Maps) -> str:
    """Why it is no bill by this way, "" when it is one."""
    if cost.is_ours:
        return "made_from_books"
    if cost.kind not in CARRIED_KINDS:
        return "kind_not_carried"
    if not cost.vendor_id:
        return "cost_without_vendor"
    day = _own_day(cost)
    is_early = maps.start_date is not None and day is not None and day < maps.start_date
    if is_early and not maps.posted and BACKFILL not in maps.approvals:
        return "cost_before_start"
    if cost.line_count == len(cost.lines) and not cost.grand_total and not any(line.amount for line in cost.lines):
        return "nothing_to_post"
    return ""


def _check_figures(cost: DirectCost, notes: Notes) -> None:
    """All lines must be there, and without a tax code on any of them nothing but they may make the total."""
    if cost.line_count != len(cost.lines):
        notes.block("cost_lines_missing", read=len(cost.lines), count=cost.line_count)
    elif cost.tax and not any(line.tax_code_id for line in cost.lines):
        notes.block("totals_differ", "Its lines", lines=cost.subtotal, figure=cost.grand_total)


def _make_bill(cost: DirectCost, maps: Maps, defaults: Defaults, notes: Notes) -> Bill | None:
    head = _make_head(cost, maps, defaults, notes)
    coder = make_coder(maps, defaults, notes)
    if coder is None:
        return None
    tagger = Tagger(cost, maps, defaults, notes)
    tagger.check_books()
    tax = PurchaseTax(maps, defaults, notes)
    maker = CostLineMaker(cost, head.customer_id, coder, tagger, defaults, notes, tax, tagger.document_class())
    lines = with_quantities(maker.cost_lines(cost.tax), cost.lines)
    is_posted = bool(maps.posted)
    coded_tax = tax.settle(cost, cost.tax, lines, is_posted=is_posted, holds_tax=True) if tax.is_coded else None
    _check_total(cost, lines, tax, notes)
    if cost.payment_date is not None:
        notes.warn("paid_in_procore", date=cost.payment_date)
    return fill_bill(
        head,
        lines,
        coded_tax,
        tagger,
        defaults,
        notes,
        number=make_number(cost),
        memo=make_memo(cost, defaults, tax_is_cost=not tax.is_coded, dated=tell_date(head.own_day, head.day)),
        find_due=lambda: _find_due(head, tagger, maps, defaults),
    )


def _make_head(cost: DirectCost, maps: Maps, defaults: Defaults, notes: Notes) -> Head:
    vendor, customer = find_vendor(cost, maps, notes), find_customer(cost, maps, notes)
    check_currency(cost, vendor, maps, defaults, notes)
    own_day, posted = _own_day(cost), str(maps.posted.get("date") or "")
    posted_on = date.fromisoformat(posted) if posted and own_day and own_day < date.fromisoformat(posted) else None
    day = find_open_day(own_day, defaults, notes, is_posted=bool(maps.posted), posted_on=posted_on)
    if own_day is None:
        notes.block("cost_date_missing", name_of(cost))
    find_default(PAYABLE_ACCOUNT, defaults, notes)
    return Head(vendor, customer.id if customer else "", own_day, day)


def _find_due(head: Head, tagger: Tagger, maps: Maps, defaults: Defaults) -> Due:
    """By the terms written on the direct cost, where they are mapped; else as bills are."""
    written = tagger.term()
    return Due(written) if written is not None else find_due(head, tagger, maps, defaults)


def _check_total(cost: DirectCost, lines: Sequence[BillLine], tax: PurchaseTax, notes: Notes) -> None:
    """The last guard: what is posted is what Procore states."""
    made = total(line.amount for line in lines)
    expected = cost.subtotal if tax.is_coded else cost.grand_total
    if not notes.blockers and made != expected:
        notes.block("totals_differ", "The bill", lines=made, figure=expected)


def _own_day(cost: DirectCost) -> date | None:
    return cost.date or cost.received_date


def _make_facts(cost: DirectCost) -> dict[str, str]:
    amounts = {"gross": cost.subtotal, "held": ZERO, "released": ZERO, "tax": cost.tax}
    named = name_lines(cost.lines, cost.payment_terms)
    return {**named, **{name: str(amount) for name, amount in amounts.items()}}


def name_of(cost: DirectCost) -> str:
    return f"{NAMES.get(cost.kind, 'Direct cost')} {cost.number}"


def make_number(cost: DirectCost) -> str:
    """The vendor's own number, else one made of Procore's id, at most 21 characters."""
    return shorten_with_hash(collapse_spaces(cost.invoice_number or f"DC-{cost.id}"), DOC_NUMBER_LENGTH)


def make_memo(cost: DirectCost, defaults: Defaults, *, tax_is_cost: bool, dated: str = "") -> str:
    """The firm's text, and the days Procore has and QuickBooks has no field for; then our mark."""
    values = {
        "project": cost.project_name,
        "description": collapse_spaces(cost.description)[:500].rstrip(".") or name_of(cost),
        "number": cost.number,
        "type": NAMES.get(cost.kind, "Direct cost"),
        "vendor": cost.vendor_name,
    }
    days = (("Received", cost.received_date), ("Paid", cost.payment_date))
    told = "".join(f" {word} {day:%-d %b %Y}." for word, day in days if day is not None)
    tax = f" Tax of {cost.tax:,.2f} is part of the cost." if cost.tax and tax_is_cost else ""
    return join_memo(make_text(COST_MEMO, defaults, values), f"{dated}{told}{tax}", make_mark(cost.id))


def make_mark(cost_id: str) -> str:
    return f"Smoothx {stable_hash('direct_costs', cost_id, length=10)}"


def describe_cost(cost: DirectCost) -> Description:
    name, party = name_of(cost), cost.vendor_name or cost.employee_name
    return Description(
        number=name,
        title=f"{party}, {name}" if party else name,
        party=party,
        party_id=cost.vendor_id,
        project_id=cost.project_id,
        amount=cost.grand_total,
        document_date=_own_day(cost),
    )


FLOW = Flow(
    key="direct_costs",
    label="Direct costs to bills",
    noun="Direct cost",
    source="procore",
    reads=procore.DIRECT_COSTS,
    rule=bill_for_cost,
    describe=describe_cost,
    needs=COST_TO_BOOKS,
    uses=(
        *COST_LINES,
        PURCHASE_TAX_CODE,
        CLOSED_PERIOD,
        BILL_DUE,
        BILL_DUE_DAYS,
        COST_MEMO,
        PAYABLE_ACCOUNT,
    ),
    after=("contacts_to_qbo", "projects"),
    makes=("Bill", "VendorCredit"),
    sends_together=True,
    fewest_together=10,
    screen="direct_costs",
    is_on_at_first=False,
    asked_as="Sync Expense Direct Costs",
    help="Each approved direct cost of type invoice or expense that names a vendor becomes a bill.",
)
