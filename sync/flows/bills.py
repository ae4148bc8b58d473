"""Approved subcontractor invoices become bills: cost gross per line, retention as a liability, the total as due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from connectors.procore import resources as procore
from connectors.procore.records import Requisition
from connectors.qbo.documents import DOC_NUMBER_LENGTH, Bill, BillLine
from mapping.defaults import (
    BILL_DATE,
    BILL_DUE,
    BILL_DUE_DAYS,
    BILL_MEMO,
    BILL_NUMBER,
    BILL_STATUSES,
    CLOSED_PERIOD,
    PAYABLE_ACCOUNT,
    PAYMENT_DUE_TAX,
    PURCHASE_TAX_CODE,
    RETENTION_LINES,
    RETENTION_PAYABLE_RELEASED,
    RETENTION_PAYABLE_RETAINED,
    RETENTION_TAX_CODE,
    TAX_BASE,
    Defaults,
)
from mapping.maps import Maps
from mapping.tax import takes_codes
from smoothx.lib.money import ZERO, cents, total
from smoothx.lib.text import collapse_spaces, shorten_with_hash, stable_hash
from sync.flow import Description, Flow
from sync.flows._bill_form import fill_bill
from sync.flows._bill_head import find_due, make_head
from sync.flows._claims import (
    Figures,
    Place,
    check_figures,
    find_date,
    find_place,
    is_inside_opening,
    make_facts,
    note_problem,
    read_figures,
)
from sync.flows._codes import make_coder
from sync.flows._lines import LineMaker
from sync.flows._lookups import COST_LINES, COST_TO_BOOKS
from sync.flows._memos import join_memo, make_text, tell_period
from sync.flows._periods import tell_date
from sync.flows._purchase_tax import PurchaseTax
from sync.flows._tags import Tagger
from sync.plan import Notes, Plan

NO_CHOICES = Defaults()


def bill_for(requisition: Requisition, maps: Maps, defaults: Defaults) -> Plan[Bill]:
    """The bill of one subcontractor invoice, or all that keeps it from being one.

    Cost is the change of completed and stored material, line by line. Retention held is taken off and retention
    released is added, each on its own liability account. Without tax the total is current payment due, or the document
    is not posted; tax is cost, or worked out by QuickBooks where purchases carry tax codes. A negative total makes a
    vendor credit.
    """
    notes = Notes()
    if not defaults.says(BILL_STATUSES, requisition.status):
        notes.block("not_approved")
        return notes.blocked()
    is_ours = requisition.is_ours or requisition.id in maps.contract(requisition.commitment_id).made_of_bills
    if is_ours or is_inside_opening(requisition, maps):
        notes.block("invoice_from_books" if is_ours else "before_start_date")
        return notes.blocked()
    figures = read_figures(requisition, defaults)
    is_tax_cost = not takes_codes("purchase", defaults)
    place = find_place(requisition, maps, find_date(requisition, defaults), figures, is_tax_cost=is_tax_cost)
    facts = make_facts(requisition, figures, place.catch_up)
    if figures.is_empty and not place.catch_up and place.problem != "previous_changed":
        notes.block("nothing_to_post")
        return notes.blocked(facts)
    note_problem(requisition, place, notes)
    bill = _make_bill(requisition, figures, place, maps, defaults, notes)
    return notes.plan(bill, {**facts, **_facts_of(bill, requisition, defaults)}) if bill else notes.blocked(facts)


def _facts_of(bill: Bill, requisition: Requisition, defaults: Defaults) -> dict[str, str]:
    """What its payments name it by, the day where it is another than its own, and tax that is no part of the cost."""
    facts = {"invoice_number": requisition.invoice_number} if requisition.invoice_number else {}
    if bill.date != find_date(requisition, defaults):
        facts["dated"] = bill.date.isoformat()
    if bill.has_tax_codes:
        facts["coded_tax"] = str(bill.tax)
        # What Procore does not state of it: a firm without tax there, or a difference of earlier claims.
        facts["tax_beside"] = str(cents(bill.tax - requisition.tax))
    return facts


def _make_bill(
    requisition: Requisition, figures: Figures, place: Place, maps: Maps, defaults: Defaults, notes: Notes
) -> Bill | None:
    """The bill, None when anything is missing or does not add up."""
    head = make_head(requisition, maps, defaults, notes)
    check_figures(requisition, figures, notes)
    coder = make_coder(maps, defaults, notes)
    if coder is None:
        return None
    tagger = Tagger(requisition, maps, defaults, notes)
    tagger.check_books()
    tax = PurchaseTax(maps, defaults, notes)
    maker = LineMaker(requisition, head.customer_id, coder, tagger, defaults, notes, tax, tagger.document_class())
    lines = maker.make(figures, place.catch_up)
    _check_lines(lines, figures, place, tax, notes)
    is_posted = maps.contract(requisition.commitment_id).has(requisition.id)
    coded_tax = tax.settle(requisition, figures.tax, lines, is_posted=is_posted) if tax.is_coded else None
    return fill_bill(
        head,
        lines,
        coded_tax,
        tagger,
        defaults,
        notes,
        number=make_number(requisition, defaults),
        memo=make_memo(requisition, defaults, tax_is_cost=not tax.is_coded, dated=tell_date(head.own_day, head.day)),
        find_due=lambda: find_due(head, tagger, maps, defaults),
    )


def _check_lines(lines: Sequence[BillLine], figures: Figures, place: Place, tax: PurchaseTax, notes: Notes) -> None:
    """The last guard: whatever the lines came to, only what Procore states may be posted."""
    if notes.blockers:
        return
    inside = ZERO if tax.is_coded else figures.tax + place.catch_up.tax
    made, expected = total(line.amount for line in lines), cents(figures.net + inside + place.catch_up.net)
    if made != expected:
        notes.block("totals_differ", "The bill", lines=made, figure=expected)


def make_number(requisition: Requisition, defaults: Defaults = NO_CHOICES) -> str:
    """The vendor's own number, else contract and claim, at most 21 characters; or always the latter."""
    made_up = f"{requisition.contract_name or requisition.commitment_id}-{requisition.number}"
    own = "" if defaults.says(BILL_NUMBER, "contract") else requisition.invoice_number
    return shorten_with_hash(collapse_spaces(own or made_up), DOC_NUMBER_LENGTH)


def make_memo(
    requisition: Requisition, defaults: Defaults = NO_CHOICES, *, tax_is_cost: bool = True, dated: str = ""
) -> str:
    """The firm's text for a reader, then the mark by which a lost answer is found again."""
    values = {
        "project": requisition.project_name,
        "contract": requisition.contract_name or requisition.commitment_id,
        "number": str(requisition.number),
        "period": tell_period(requisition.period_start, requisition.period_end),
        "vendor": requisition.vendor_name,
    }
    tax = f" Tax of {requisition.tax:,.2f} is part of the cost." if requisition.tax and tax_is_cost else ""
    return join_memo(make_text(BILL_MEMO, defaults, values), f"{dated}{tax}", make_mark(requisition.id))


def make_mark(requisition_id: str) -> str:
    return f"Smoothx {stable_hash('bills', requisition_id, length=10)}"


def describe_requisition(requisition: Requisition) -> Description:
    dated: date | None = requisition.billing_date or requisition.period_end
    name = requisition.vendor_name or requisition.contract_name
    return Description(
        number=f"Invoice {requisition.number}",
        title=f"{name}, invoice {requisition.number}" if name else f"Invoice {requisition.number}",
        party=requisition.vendor_name,
        party_id=requisition.vendor_id,
        project_id=requisition.project_id,
        group=requisition.commitment_id,
        amount=cents(requisition.due + requisition.tax),
        document_date=dated,
        position=requisition.number,
    )


FLOW = Flow(
    key="bills",
    label="Subcontractor invoices to bills",
    noun="Subcontractor invoice",
    source="procore",
    reads=procore.REQUISITIONS,
    rule=bill_for,
    describe=describe_requisition,
    needs=COST_TO_BOOKS,
    uses=(
        *COST_LINES,
        RETENTION_PAYABLE_RETAINED,
        RETENTION_PAYABLE_RELEASED,
        RETENTION_LINES,
        PURCHASE_TAX_CODE,
        TAX_BASE,
        RETENTION_TAX_CODE,
        BILL_STATUSES,
        BILL_DATE,
        BILL_DUE,
        BILL_DUE_DAYS,
        BILL_NUMBER,
        BILL_MEMO,
        PAYABLE_ACCOUNT,
        CLOSED_PERIOD,
        PAYMENT_DUE_TAX,
    ),
    after=("contacts_to_qbo", "projects"),
    makes=("Bill", "VendorCredit"),
    sends_together=True,
    # The answer to a common call can only be looked for, so a few bills go out each under its own key.
    fewest_together=10,
    in_order=True,
    screen="bills",
    help="Each approved subcontractor invoice becomes a bill, with its retention on the liability accounts.",
)
