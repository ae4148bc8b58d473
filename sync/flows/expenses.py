"""Bills, expenses and credits entered in QuickBooks become direct costs in Procore, one per project they touch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from connectors.procore.documents_costs import DirectCost
from connectors.qbo import resources as qbo
from connectors.qbo.records_costs import BookedCost
from mapping.defaults import (
    CLASS_TYPE,
    CODE_KEY,
    DEFAULT_COST_TYPE,
    FOLLOW_DELETED_COSTS,
    ITEMS_IN_QUICKBOOKS,
    JOURNAL_COSTS,
    LINE_ITEM_TYPE,
    LOCK_OUR_RECORDS,
    MISSING_BUDGET_CODES,
    PAYEE_VENDOR,
    PROCORE_BILL_CODE,
    Defaults,
)
from mapping.kinds import (
    VENDOR,
)
from mapping.maps import LeftSide, Maps
from smoothx.lib.text import collapse_spaces, stable_hash
from sync.flow import Description, Flow
from sync.flows import _waits
from sync.flows._booked import ExpensePart, check_totals, name_of
from sync.flows._codes import find_default
from sync.flows._cost_parts import find_customers_project, is_before_start, name_booked_lines, remove_gone
from sync.flows._cost_targets import make_targets
from sync.flows._lookups import COST_TO_PROCORE
from sync.plan import Notes, Plan

Kind = Literal["invoice", "expense"]
KINDS: Mapping[str, Kind] = {"Bill": "invoice", "VendorCredit": "invoice"}


def expense_for(part: ExpensePart, maps: Maps, defaults: Defaults) -> Plan[DirectCost]:
    """The direct cost of one document for one project, or all that keeps it from being one.

    What is no cost of the project, any more or ever, has no direct cost: one that was made goes. Each line lands on
    the budget code its class, product or account means, and the total is what the part costs, tax included where tax
    on purchases is cost. A credit comes out below zero.
    """
    notes = Notes()
    cost = part.cost
    if cost is None:
        return remove_gone(part.gone, maps, defaults, notes)
    reason = _exclude(part, cost, maps, defaults)
    if reason == "cost_of_order" and not _is_carried_otherwise(part, cost, notes):
        return notes.blocked()
    if reason:
        return notes.remove(reason, name_of(cost))
    if part.of_orders():
        _note_received(part, cost, notes)
    check_totals(part, notes)
    project = _find_project(part, cost, maps, notes)
    vendor = _find_vendor(cost, maps, defaults, notes)
    _check_books(cost, defaults, notes)
    if project is None:
        return notes.blocked()
    document = _make(part, cost, project, vendor, maps, defaults, notes)
    named = name_booked_lines(line for line, _ in part.amounts())
    return notes.plan(document, named) if document is not None else notes.blocked(named)


def _exclude(part: ExpensePart, cost: BookedCost, maps: Maps, defaults: Defaults) -> str:
    """Why the document, or this part of it, is not cost of a project by this way; "" when it is."""
    if part.is_ours:
        return "cost_is_ours"
    if cost.kind == "JournalEntry" and not defaults.says(JOURNAL_COSTS, "yes"):
        return "journals_off"
    has_amounts = bool(part.amounts())
    if part.whole_orders() or (part.of_orders() and not has_amounts):
        return "cost_of_order"
    if not has_amounts:
        return "cost_part_gone" if maps.posted else "no_cost_here"
    return "cost_before_start" if is_before_start(cost.date, maps) else ""


def _is_carried_otherwise(part: ExpensePart, cost: BookedCost, notes: Notes) -> bool:
    """Whether what receives an order goes to its commitment. Where nothing takes it there, somebody must be told, and
    what stands in Procore stays."""
    if cost.kind != "Bill":
        notes.block("expense_of_order", name_of(cost))
    elif not part.orders_are_carried:
        notes.block("cost_of_order_not_carried", name_of(cost), waits_for="flow:order_bills")
    return not notes.blockers


def _note_received(part: ExpensePart, cost: BookedCost, notes: Notes) -> None:
    """The rest is a direct cost; what receives an order is none, and must not be lost without a word."""
    if cost.kind != "Bill":
        notes.block("expense_of_order", name_of(cost))
    elif not part.orders_are_carried:
        notes.warn("order_lines_not_carried", name_of(cost), amount=part.of_orders())


def _find_project(part: ExpensePart, cost: BookedCost, maps: Maps, notes: Notes) -> LeftSide | None:
    name = next((line.customer.name for line in cost.lines if line.customer.id == part.part), "") or part.part
    return find_customers_project(part.part, name, maps, notes)


def _find_vendor(cost: BookedCost, maps: Maps, defaults: Defaults, notes: Notes) -> LeftSide | None:
    """The Procore company of the payee. Who is paid may be nobody, an employee or a customer: the setting's then."""
    if not cost.vendor.id:
        chosen = find_default(PAYEE_VENDOR, defaults, notes)
        if chosen is None:
            wait = _waits.default(PAYEE_VENDOR)
            notes.block("payee_missing", name_of(cost), waits_for=wait, default=PAYEE_VENDOR.label)
            return None
        return LeftSide(chosen.id, chosen.name)
    wait = _waits.linked(VENDOR, cost.vendor.id)
    name = cost.vendor.name or cost.vendor.id
    vendor = notes.need(maps.find_left(VENDOR, cost.vendor.id), "vendor_not_mapped", name, waits_for=wait)
    if vendor is not None and not vendor.is_active:
        notes.block("procore_vendor_inactive", vendor.name, also_lifted_by=[wait])
    return vendor


def _check_books(cost: BookedCost, defaults: Defaults, notes: Notes) -> None:
    if cost.currency and cost.currency != defaults.home_currency:
        notes.block("cost_currency_differs", cost.currency, home=defaults.home_currency)
    if cost.date is None:
        notes.block("cost_date_missing", name_of(cost))


def _make(
    part: ExpensePart,
    cost: BookedCost,
    project: LeftSide,
    vendor: LeftSide | None,
    maps: Maps,
    defaults: Defaults,
    notes: Notes,
) -> DirectCost | None:
    budget = maps.budgets[project.project_id]
    sub_job_id = project.id if project.id != project.project_id else ""
    targets = make_targets(maps, defaults, notes, budget, project_name=project.name, sub_job_id=sub_job_id)
    lines = targets.make_lines(part.amounts())
    if notes.blockers or vendor is None or cost.date is None:
        return None
    mark = make_mark(cost.kind, part.source_id, part.part)
    return DirectCost(
        project_id=project.project_id,
        project_name=project.name,
        kind=KINDS.get(cost.kind, "expense"),
        vendor_id=vendor.id,
        vendor_name=vendor.name,
        number=make_number(part, cost, maps),
        date=cost.date,
        lines=lines,
        memo=make_memo(cost, mark),
        mark=mark,
        is_locked=defaults.says(LOCK_OUR_RECORDS, "yes"),
        has_payee=bool(cost.vendor.id),
        payment_date=cost.date if cost.kind == "Purchase" else part.paid_on,
    )


def make_number(part: ExpensePart, cost: BookedCost, maps: Maps) -> str:
    """Unique for the vendor where Procore asks for that: an invoice. The first project has the document's own number,
    the others a suffix, and what was given once stays."""
    if KINDS.get(cost.kind) != "invoice":
        return cost.number
    base = cost.number or f"QB-{cost.id}"
    if cost.kind == "VendorCredit":
        # Procore has one row of numbers for a vendor's bills and credits.
        base = f"{base}-CR"
    given = str(maps.posted.get("number") or "")
    if given == base or given.startswith(f"{base}-"):
        return given
    parts = part.parts()
    place = parts.index(part.part) + 1 if part.part in parts else 1
    wished = [place, *(number for number in range(1, len(parts) + len(maps.taken_numbers) + 2) if number != place)]
    named = [base if number == 1 else f"{base}-{number}" for number in wished]
    return next(name for name in named if name not in maps.taken_numbers)


def make_memo(cost: BookedCost, mark: str) -> str:
    """What it is in QuickBooks and what somebody wrote there, then the mark by which a lost answer is found."""
    words = collapse_spaces(cost.memo)[:200].rstrip(".")
    return ". ".join(text for text in (f"QuickBooks {name_of(cost).lower()}", words, mark) if text)


def make_mark(kind: str, source_id: str, part: str) -> str:
    return f"Smoothx {stable_hash('expenses', kind, source_id, part, length=10)}"


def describe_expense(part: ExpensePart) -> Description:
    cost, gone = part.cost, part.gone
    if cost is None:
        known = {"number": gone.number, "title": gone.title, "party": gone.vendor_name} if gone else {}
        party_id, dated, amount = (gone.vendor_id, gone.date, gone.amount) if gone else ("", None, None)
        return Description(
            number=known.get("number", ""),
            title=known.get("title", ""),
            party=known.get("party", ""),
            party_id=party_id,
            document_date=dated,
            amount=amount,
        )
    name, payee = name_of(cost), cost.payee.name
    return Description(
        number=name,
        title=f"{payee}, {name}" if payee else name,
        party=payee,
        party_id=cost.vendor.id,
        amount=part.amount,
        document_date=cost.date,
    )


def split_by_customer(cost: BookedCost) -> tuple[str, ...]:
    """One part for each customer that lines name. Lines without one are overhead."""
    return cost.customers


FLOW = Flow(
    key="expenses",
    label="QuickBooks bills and expenses to direct costs",
    noun="QuickBooks cost",
    source="qbo",
    reads=qbo.BILLS,
    rule=expense_for,
    describe=describe_expense,
    splits=split_by_customer,
    needs=COST_TO_PROCORE,
    uses=(
        LINE_ITEM_TYPE,
        CODE_KEY,
        ITEMS_IN_QUICKBOOKS,
        CLASS_TYPE,
        PROCORE_BILL_CODE,
        DEFAULT_COST_TYPE,
        PAYEE_VENDOR,
        MISSING_BUDGET_CODES,
        JOURNAL_COSTS,
        FOLLOW_DELETED_COSTS,
        LOCK_OUR_RECORDS,
    ),
    after=("contacts_to_procore", "projects"),
    screen="expenses",
    help="Each bill, check, card charge and credit in QuickBooks that names a project becomes a direct cost there.",
)
