"""Prime contracts become estimates: the schedule of values line by line, and what approved change orders add."""

from __future__ import annotations

from connectors.procore import resources as procore
from connectors.procore.records_owner import PrimeContract
from connectors.qbo.documents import DOC_NUMBER_LENGTH
from connectors.qbo.documents_sales import Sale, SalesLine
from mapping.defaults import (
    Defaults,
)
from mapping.maps import Maps, Target
from mapping.tax import TaxCoding
from smoothx.lib.money import ZERO, total
from smoothx.lib.text import collapse_spaces, shorten_with_hash, stable_hash
from sync.flow import Description, Flow
from sync.flows._billed import name_lines
from sync.flows._codes import CodedLine
from sync.flows._lookups import SALE_LINES, SALE_TO_BOOKS
from sync.flows._owners import find_customer
from sync.flows._revenue import Revenue, Sold
from sync.flows._sales_tax import SalesTax
from sync.flows._tags import Tagger
from sync.plan import Notes, Plan

KEY = "estimates"
SIGNED = ("Approved", "Complete")
CHANGES = "Approved change orders"
NOT_SOLD = Sold("", "", "")


def estimate_for(contract: PrimeContract, maps: Maps, defaults: Defaults) -> Plan[Sale]:
    """The estimate of one signed prime contract. It comes to the revised contract amount, without tax where Procore's
    is: an estimate posts nothing, so it is only kept up to date while nothing was invoiced from it."""
    notes = Notes()
    if contract.status not in SIGNED:
        notes.block("not_approved")
        return notes.blocked()
    customer = find_customer(contract, maps, notes)
    if contract.currency and contract.currency != defaults.home_currency:
        notes.block("currency_differs", contract.currency, home=defaults.home_currency)
    if contract.contract_date is None:
        notes.block("date_missing")
    tagger = Tagger(contract, maps, defaults, notes)
    tagger.check_books()
    tax = SalesTax(maps, defaults, notes)
    lines = _make_lines(contract, customer.id if customer else "", maps, defaults, notes, tagger, tax)
    location = tagger.location()
    made, revised = total(line.amount for line in lines), contract.revised_total
    if made != revised:
        notes.block("totals_differ", "The estimate", lines=made, figure=revised)
    if not lines:
        notes.block("nothing_to_post")
    facts = {**name_lines(contract.lines, ""), "contract": contract.name}
    if notes.blockers or customer is None or contract.contract_date is None:
        return notes.blocked(facts)
    has_codes = tax.mode == "codes"
    sale = Sale(
        customer_id=customer.id,
        customer_name=customer.name,
        number=shorten_with_hash(contract.name or contract.id, DOC_NUMBER_LENGTH),
        date=contract.contract_date,
        lines=tuple(lines),
        memo=f"{collapse_spaces(contract.title)[:500]}. {make_mark(contract.id)}",
        is_estimate=True,
        currency=defaults.home_currency,
        tax=(tax.work_out(lines) or ZERO) if has_codes else ZERO,
        has_tax_codes=has_codes,
        location_id=location.id if location else "",
        location_name=location.name if location else "",
    )
    return notes.plan(sale, facts)


def _make_lines(
    contract: PrimeContract,
    customer_id: str,
    maps: Maps,
    defaults: Defaults,
    notes: Notes,
    tagger: Tagger,
    tax: SalesTax,
) -> list[SalesLine]:
    """One line per line of the schedule of values, then one for what approved change orders add to the contract."""
    revenue = Revenue(maps, defaults, notes)
    billed = [line for line in contract.lines if line.amount]
    coded = [CodedLine(line, maps.code_of(line.cost_code_id), None) for line in billed]
    sold, classes = revenue.sell(coded), tagger.line_classes(coded)
    codes = [tax.of_line(line) for line in billed]
    lines = [_line(customer_id, *each) for each in zip(coded, sold, classes, codes, strict=True)]
    if contract.approved_changes:
        item = revenue.default(contract.approved_changes, CHANGES.lower()) or NOT_SOLD
        code = tax.of_default()
        lines.append(
            SalesLine(
                contract.approved_changes,
                CHANGES,
                item.id,
                item.name,
                customer_id,
                item.chosen_by,
                tax_code_id=code.id,
                tax_code_name=code.name,
            )
        )
    return lines


def _line(customer_id: str, coded: CodedLine, sold: Sold | None, tag: Target | None, tax_code: TaxCoding) -> SalesLine:
    item = sold or NOT_SOLD
    return SalesLine(
        amount=coded.line.gross,
        description=coded.description,
        code_id=item.id,
        code_name=item.name,
        customer_id=customer_id,
        chosen_by=item.chosen_by,
        source_code=coded.code_text if coded.code else coded.line.budget_code,
        source_line_id=coded.line.id,
        class_id=tag.id if tag else "",
        class_name=tag.name if tag else "",
        tax_code_id=tax_code.id,
        tax_code_name=tax_code.name,
    )


def make_mark(contract_id: str) -> str:
    return f"Smoothx {stable_hash(KEY, contract_id, length=10)}"


def describe_contract(contract: PrimeContract) -> Description:
    return Description(
        number=contract.number,
        title=contract.title or contract.number,
        party=contract.vendor_name,
        party_id=contract.vendor_id,
        project_id=contract.project_id,
        amount=contract.revised_total,
        document_date=contract.contract_date,
    )


FLOW = Flow(
    key=KEY,
    label="Prime contracts to estimates",
    noun="Prime contract",
    source="procore",
    reads=procore.PRIME_CONTRACTS,
    rule=estimate_for,
    describe=describe_contract,
    needs=SALE_TO_BOOKS,
    uses=SALE_LINES,
    after=("contacts_to_qbo", "projects"),
    makes=("Estimate",),
    screen="owner_invoices",
    is_on_at_first=False,
    help="Each approved prime contract becomes an estimate of its sub-customer. An estimate posts nothing.",
)
