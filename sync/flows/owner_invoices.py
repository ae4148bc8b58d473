"""Owner invoices become QuickBooks invoices: income gross per line, retention as an asset, the total as due."""

from __future__ import annotations

from datetime import date, timedelta

from connectors.procore import resources as procore
from connectors.procore.records_owner import OwnerInvoice
from connectors.qbo.documents import DOC_NUMBER_LENGTH
from connectors.qbo.documents_sales import Sale
from mapping.defaults import (
    CLOSED_PERIOD,
    OWNER_DATE,
    OWNER_DUE,
    OWNER_DUE_DAYS,
    OWNER_LINES,
    OWNER_MEMO,
    OWNER_NUMBER,
    OWNER_RETENTION_LINES,
    OWNER_RETENTION_TAX,
    OWNER_STATUSES,
    OWNER_TERM,
    PAYMENT_DUE_TAX,
    RETENTION_RECEIVABLE_RELEASED,
    RETENTION_RECEIVABLE_RETAINED,
    TAX_BASE,
    Choice,
    Defaults,
)
from mapping.maps import Maps
from smoothx.lib.money import ZERO, cents, total
from smoothx.lib.text import collapse_spaces, shorten_with_hash, stable_hash
from sync.flow import Description, Flow
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
from sync.flows._codes import find_default
from sync.flows._lookups import SALE_LINES, SALE_TO_BOOKS
from sync.flows._memos import join_memo, make_text, tell_period
from sync.flows._owners import find_customer
from sync.flows._periods import find_open_day, tell_date
from sync.flows._revenue import Revenue
from sync.flows._sale_lines import SaleMaker
from sync.flows._sales_tax import SalesTax, mode_of
from sync.flows._tags import Tagger
from sync.plan import Notes, Plan

KEY = "owner_invoices"


def invoice_for(invoice: OwnerInvoice, maps: Maps, defaults: Defaults) -> Plan[Sale]:
    """The QuickBooks invoice of one owner invoice, or all that keeps it from being one.

    Income is the change of completed and stored material, line by line. Retention held is taken off and retention
    released is added, each on its own asset account. The total is current payment due plus its tax, or the document
    is not posted. A negative total makes a credit memo.
    """
    notes = Notes()
    if not defaults.says(OWNER_STATUSES, invoice.status):
        notes.block("not_approved")
        return notes.blocked()
    if is_inside_opening(invoice, maps):
        notes.block("before_start_date")
        return notes.blocked()
    figures = read_figures(invoice, defaults)
    dated = find_date(invoice, defaults, OWNER_DATE)
    # A total that QuickBooks is told can make up for tax; tax by codes follows what is made up for.
    place = find_place(invoice, maps, dated, figures, is_tax_cost=mode_of(defaults) == "total")
    facts = make_facts(invoice, figures, place.catch_up)
    if figures.is_empty and not place.catch_up and place.problem != "previous_changed":
        notes.block("nothing_to_post")
        return notes.blocked(facts)
    note_problem(invoice, place, notes, KEY)
    sale = _make_sale(invoice, figures, place, maps, defaults, notes)
    if sale is None:
        return notes.blocked(facts)
    moved = {"dated": sale.date.isoformat()} if sale.date != dated else {}
    own = {"invoice_number": invoice.invoice_number, "coded_tax": str(sale.tax)}
    return notes.plan(sale, {**facts, **moved, **own})


def _make_sale(
    invoice: OwnerInvoice, figures: Figures, place: Place, maps: Maps, defaults: Defaults, notes: Notes
) -> Sale | None:
    """The invoice, None when anything is missing or does not add up."""
    customer = find_customer(invoice.contract, maps, notes)
    _check_currency(invoice, defaults, notes)
    check_date(invoice, defaults, notes, OWNER_DATE)
    check_figures(invoice, figures, notes)
    _check_before(invoice, notes)
    tagger = Tagger(invoice, maps, defaults, notes)
    tagger.check_books()
    tax = SalesTax(maps, defaults, notes, figures.tax)
    tax.check()
    revenue = Revenue(maps, defaults, notes)
    customer_id = customer.id if customer else ""
    document_class = tagger.document_class()
    maker = SaleMaker(invoice, customer_id, maps, defaults, notes, tagger, tax, revenue, document_class)
    lines = maker.make(figures, place.catch_up)
    own = maps.contract(invoice.contract_key).claim(invoice.id)
    made_tax = tax.settle(lines, place.catch_up.tax, is_posted=own is not None)
    dated = find_date(invoice, defaults, OWNER_DATE)
    day = find_open_day(dated, defaults, notes, is_posted=own is not None, posted_on=own.dated if own else None)
    due_date, term = _find_due(day, defaults, notes)
    location, form_tax = tagger.location(), tax.of_form(invoice.lines)
    if notes.blockers or customer is None or day is None:
        return None
    sale = Sale(
        customer_id=customer.id,
        customer_name=customer.name,
        number=make_number(invoice, defaults),
        date=day,
        lines=lines,
        memo=make_memo(invoice, defaults, tell_date(dated, day)),
        is_credit=total([*(line.amount for line in lines), made_tax]) < ZERO,
        currency=defaults.home_currency,
        tax=made_tax,
        tells_tax=tax.mode == "total",
        tax_code_id=form_tax.id,
        tax_code_name=form_tax.name,
        has_tax_codes=tax.mode == "codes",
        location_id=location.id if location else "",
        location_name=location.name if location else "",
        term_id=term.id if term else "",
        term_name=term.name if term else "",
        due_date=due_date,
    )
    return sale if _adds_up(sale, figures, place, notes) else None


def _adds_up(sale: Sale, figures: Figures, place: Place, notes: Notes) -> bool:
    """Lines against line 8, and a tax that is of the total's sign."""
    if not sale.lines:
        notes.block("nothing_to_post")
    net = total(line.amount for line in sale.lines)
    expected = cents(figures.net + place.catch_up.net)
    if net != expected:
        notes.block("totals_differ", "The invoice", lines=net, figure=expected)
    if sale.tax and (sale.tax < ZERO) != sale.is_credit:
        notes.block("sales_tax_sign", amount=sale.total)
    return not notes.blockers


def _check_currency(invoice: OwnerInvoice, defaults: Defaults, notes: Notes) -> None:
    currency = invoice.currency
    if currency and currency != defaults.home_currency:
        notes.block("currency_differs", currency, home=defaults.home_currency)


def _check_before(invoice: OwnerInvoice, notes: Notes) -> None:
    """The lines must start where the application before ended, or some of its work would be billed twice or never."""
    before = total(line.completed_before for line in invoice.lines)
    if before != invoice.completed_before:
        notes.block("totals_differ", "Completed before", lines=before, figure=invoice.completed_before)
    earned = cents(invoice.completed_before - invoice.retainage_before)
    if earned != invoice.previous:
        notes.block("totals_differ", "Less previous certificates (line 7)", lines=earned, figure=invoice.previous)


def _find_due(day: date | None, defaults: Defaults, notes: Notes) -> tuple[date | None, Choice | None]:
    """The due date, or the term, or neither, where the customer's own term decides."""
    if defaults.says(OWNER_DUE, "days") and day is not None:
        return day + timedelta(days=defaults.number(OWNER_DUE_DAYS)), None
    if defaults.says(OWNER_DUE, "term"):
        return None, find_default(OWNER_TERM, defaults, notes)
    return None, None


def make_number(invoice: OwnerInvoice, defaults: Defaults) -> str:
    """Procore's own number, or contract and claim, at most 21 characters; empty where QuickBooks numbers."""
    if defaults.says(OWNER_NUMBER, "quickbooks"):
        return ""
    made_up = f"{invoice.contract_name or invoice.contract.id}-{invoice.number}"
    number = "" if defaults.says(OWNER_NUMBER, "contract") else invoice.invoice_number
    return shorten_with_hash(collapse_spaces(number or made_up), DOC_NUMBER_LENGTH)


def make_memo(invoice: OwnerInvoice, defaults: Defaults, dated: str = "") -> str:
    """The firm's text for a reader, then the mark by which a lost answer is found again."""
    values = {
        "project": invoice.project_name,
        "contract": invoice.contract_name or invoice.contract.id,
        "number": str(invoice.number),
        "period": tell_period(invoice.period_start, invoice.period_end),
        "owner": invoice.contract.vendor_name,
    }
    return join_memo(make_text(OWNER_MEMO, defaults, values), dated, make_mark(invoice.id))


def make_mark(invoice_id: str) -> str:
    return f"Smoothx {stable_hash(KEY, invoice_id, length=10)}"


def describe_invoice(invoice: OwnerInvoice) -> Description:
    name = invoice.contract.vendor_name or invoice.contract_name
    return Description(
        number=f"Invoice {invoice.number}",
        title=f"{name}, invoice {invoice.number}" if name else f"Invoice {invoice.number}",
        party=invoice.contract.vendor_name,
        party_id=invoice.contract.vendor_id,
        project_id=invoice.project_id,
        group=invoice.contract_key,
        amount=cents(invoice.due + invoice.tax),
        document_date=invoice.billing_date or invoice.period_end,
        position=invoice.number,
    )


FLOW = Flow(
    key=KEY,
    label="Owner invoices to invoices",
    noun="Owner invoice",
    source="procore",
    reads=procore.OWNER_INVOICES,
    rule=invoice_for,
    describe=describe_invoice,
    needs=SALE_TO_BOOKS,
    uses=(
        *SALE_LINES,
        TAX_BASE,
        RETENTION_RECEIVABLE_RETAINED,
        RETENTION_RECEIVABLE_RELEASED,
        CLOSED_PERIOD,
        PAYMENT_DUE_TAX,
        OWNER_STATUSES,
        OWNER_DATE,
        OWNER_DUE,
        OWNER_TERM,
        OWNER_DUE_DAYS,
        OWNER_NUMBER,
        OWNER_MEMO,
        OWNER_LINES,
        OWNER_RETENTION_LINES,
        OWNER_RETENTION_TAX,
    ),
    after=("contacts_to_qbo", "projects"),
    makes=("Invoice", "CreditMemo"),
    sends_together=True,
    fewest_together=10,
    in_order=True,
    screen="owner_invoices",
    help="Each approved owner invoice becomes a QuickBooks invoice, with its retention on the asset accounts.",
)
