"""Approved subcontractor invoices become bills: cost gross per line, retention as a liability, the total as due."""

from __future__ import annotations

from datetime import date

from connectors.procore import resources as procore
from connectors.procore.records import Requisition
from connectors.qbo.documents import DOC_NUMBER_LENGTH, Bill
from mapping.defaults import (
    BILL_CODE,
    BILL_DATE,
    BILL_ITEM,
    CLASS_TYPE,
    CODE_KEY,
    LINE_ITEM_TYPE,
    LOCATION_SOURCE,
    PAYMENT_DUE_TAX,
    RETENTION_PAYABLE_RELEASED,
    RETENTION_PAYABLE_RETAINED,
    SUB_JOBS,
    Defaults,
)
from mapping.kinds import (
    COST_CODE_ACCOUNT,
    COST_CODE_CLASS,
    COST_CODE_ITEM,
    COST_TYPE_CLASS,
    DEPARTMENT_CLASS,
    DEPARTMENT_LOCATION,
    OVERRIDE_ACCOUNT,
    OVERRIDE_ITEM,
    PAIR_ACCOUNT,
    PAIR_ITEM,
    PAYMENT_TERM,
    PROJECT,
    PROJECT_CLASS,
    SUB_JOB,
    VENDOR,
)
from mapping.maps import Maps, Target
from smoothx.lib.money import ZERO, cents, total
from smoothx.lib.text import collapse_spaces, shorten_with_hash, stable_hash
from sync.flow import Description, Flow
from sync.flows import _waits
from sync.flows._claims import (
    Figures,
    Place,
    check_date,
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
from sync.flows._tags import Tagger
from sync.plan import Notes, Plan


def bill_for(requisition: Requisition, maps: Maps, defaults: Defaults) -> Plan[Bill]:
    """The bill of one subcontractor invoice, or all that keeps it from being one.

    Cost is the change of completed and stored material, line by line. Retention held is taken off and retention
    released is added, each on its own liability account. The total is current payment due plus its tax, or the
    document is not posted. A negative total makes a vendor credit.
    """
    notes = Notes()
    if not requisition.is_approved:
        notes.block("not_approved")
        return notes.blocked()
    if is_inside_opening(requisition, maps):
        notes.block("before_start_date")
        return notes.blocked()
    figures = read_figures(requisition, defaults)
    place = find_place(requisition, maps, find_date(requisition, defaults))
    facts = make_facts(requisition, figures, place.catch_up)
    if figures.is_empty and not place.catch_up and place.problem != "previous_changed":
        notes.block("nothing_to_post")
        return notes.blocked(facts)
    note_problem(requisition, place, notes)
    bill = _make_bill(requisition, figures, place, maps, defaults, notes)
    return notes.plan(bill, facts) if bill else notes.blocked(facts)


def _make_bill(
    requisition: Requisition, figures: Figures, place: Place, maps: Maps, defaults: Defaults, notes: Notes
) -> Bill | None:
    """The bill, None when anything is missing or does not add up."""
    vendor = _find_vendor(requisition, maps, notes)
    customer = _find_customer(requisition, maps, notes)
    _check_books(requisition, maps, defaults, notes)
    check_date(requisition, defaults, notes)
    check_figures(requisition, figures, notes)
    coder = make_coder(maps, defaults, notes)
    if coder is None:
        return None
    tagger = Tagger(requisition, maps, defaults, notes)
    tagger.check_books()
    customer_id = customer.id if customer else ""
    maker = LineMaker(requisition, customer_id, coder, tagger, defaults, notes, tagger.document_class())
    lines = maker.make(figures, place.catch_up)
    is_credit = total(line.amount for line in lines) < ZERO
    location, term = tagger.location(), None if is_credit else tagger.term()
    dated = find_date(requisition, defaults)
    if notes.blockers or vendor is None or dated is None:
        return None
    bill = Bill(
        vendor_id=vendor.id,
        vendor_name=vendor.name,
        number=make_number(requisition),
        date=dated,
        lines=lines,
        memo=make_memo(requisition),
        is_credit=is_credit,
        currency=defaults.home_currency,
        location_id=location.id if location else "",
        location_name=location.name if location else "",
        term_id=term.id if term else "",
        term_name=term.name if term else "",
    )
    expected = cents(figures.net + figures.tax + place.catch_up.net)
    if bill.total != expected:
        notes.block("totals_differ", "The bill", lines=bill.total, figure=expected)
        return None
    return bill


def _find_vendor(requisition: Requisition, maps: Maps, notes: Notes) -> Target | None:
    if not requisition.vendor_id:
        notes.block("vendor_missing")
        return None
    wait = _waits.link(VENDOR, requisition.vendor_id)
    name = requisition.vendor_name or requisition.vendor_id
    vendor = notes.need(maps.find(VENDOR, requisition.vendor_id), "vendor_not_mapped", name, waits_for=wait)
    if vendor is not None and not vendor.is_active:
        notes.block("vendor_inactive", vendor.name, also_lifted_by=[wait])
    return vendor


def _find_customer(requisition: Requisition, maps: Maps, notes: Notes) -> Target | None:
    wait = _waits.link(PROJECT, requisition.project_id)
    name = requisition.project_name or requisition.project_id
    customer = notes.need(maps.find(PROJECT, requisition.project_id), "project_not_mapped", name, waits_for=wait)
    if customer is not None and not customer.is_active:
        notes.block("project_inactive", customer.name, also_lifted_by=[wait])
    return customer


def _check_books(requisition: Requisition, maps: Maps, defaults: Defaults, notes: Notes) -> None:
    """What these books cannot take: another currency, tax that needs codes, a date in a closed period.

    A posted bill is not held against a period that was closed later: unchanged nothing is sent, and QuickBooks
    itself refuses a change.
    """
    currency = requisition.currency
    if currency and currency != defaults.home_currency:
        notes.block("currency_differs", currency, home=defaults.home_currency)
    if requisition.tax and defaults.books_country != "US":
        notes.block("tax_needs_code", amount=requisition.tax)
    dated, closed = find_date(requisition, defaults), defaults.closed_until
    is_posted = maps.contract(requisition.commitment_id).has(requisition.id)
    if closed and dated and dated <= closed and not is_posted:
        notes.block("books_closed_date", also_lifted_by=["books:closed_until"], date=dated, closed=closed)


def make_number(requisition: Requisition) -> str:
    """The vendor's own number, else contract and claim, at most 21 characters."""
    made_up = f"{requisition.contract_name or requisition.commitment_id}-{requisition.number}"
    return shorten_with_hash(collapse_spaces(requisition.invoice_number or made_up), DOC_NUMBER_LENGTH)


def make_memo(requisition: Requisition) -> str:
    """Contract and claim for a reader, then the mark by which a lost answer is found again."""
    contract = (requisition.contract_name or requisition.commitment_id)[:500]
    tax = f" Tax of {requisition.tax:,.2f} is part of the cost." if requisition.tax else ""
    return f"{contract}, invoice {requisition.number}.{tax} {make_mark(requisition.id)}"


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
    needs=(
        VENDOR,
        PROJECT,
        SUB_JOB,
        OVERRIDE_ACCOUNT,
        OVERRIDE_ITEM,
        PAIR_ACCOUNT,
        PAIR_ITEM,
        COST_CODE_ACCOUNT,
        COST_CODE_ITEM,
        COST_CODE_CLASS,
        COST_TYPE_CLASS,
        PROJECT_CLASS,
        DEPARTMENT_CLASS,
        DEPARTMENT_LOCATION,
        PAYMENT_TERM,
    ),
    uses=(
        LINE_ITEM_TYPE,
        CODE_KEY,
        BILL_CODE,
        BILL_ITEM,
        CLASS_TYPE,
        LOCATION_SOURCE,
        SUB_JOBS,
        RETENTION_PAYABLE_RETAINED,
        RETENTION_PAYABLE_RELEASED,
        BILL_DATE,
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
