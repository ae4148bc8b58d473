"""Costs of both sides as they are now: a direct cost with all its lines, and one project's part of a document in the
books with what the ledger knows of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db.models import QuerySet

from connectors.errors import Missing
from connectors.procore import resources as procore
from connectors.procore.records_costs import OUR_MARK, DirectCost
from connectors.procore.records_files import read_attachments
from connectors.qbo import resources as qbo
from connectors.qbo.records_costs import BookedCost
from connectors.resource import Resource
from mapping.defaults import PAYROLL_ACCOUNTS, RETENTION_PAYABLE_RELEASED, RETENTION_PAYABLE_RETAINED
from mapping.kinds import COST_ACCOUNTS, PROJECT, SUB_JOB
from mapping.models import RemoteItem
from mapping.tax import takes_codes
from smoothx.lib.dates import parse_date
from sync.budgets import load_budget
from sync.flows._booked import ExpensePart, Gone
from sync.known_codes import read_unknown_codes
from sync.models import Entry
from sync.sources.reader import Reader, SetReader
from sync.work import Work

# What a cost in the books may be, by the entry's source type.
BOOKED: dict[str, Resource] = {
    each.key: each for each in (qbo.BILLS, qbo.VENDOR_CREDITS, qbo.PURCHASES, qbo.JOURNAL_ENTRIES)
}
RETENTION = (RETENTION_PAYABLE_RETAINED, RETENTION_PAYABLE_RELEASED)
# The flow that carries labour cost.
PAYROLL = "payroll_costs"


def read_direct_cost(work: Work, entry: Entry) -> DirectCost:
    wire = work.procore.get(procore.DIRECT_COSTS, entry.source_id, project_id=entry.project_id)
    work.files[(procore.DIRECT_COSTS.key, entry.source_id)] = read_attachments(wire)
    cost = DirectCost.from_wire(wire, project_id=entry.project_id)
    if cost.line_count != len(cost.lines):
        pages = work.procore.list(
            procore.DIRECT_COST_LINES, project_id=entry.project_id, direct_cost_id=entry.source_id
        )
        rows = [row for page in pages for row in page]
        cost = DirectCost.from_wire(wire, project_id=entry.project_id, lines=rows)
    read_unknown_codes(work, entry.project_id, cost.lines)
    return replace(cost, is_ours=_is_made_by_us(work, cost))


def _is_made_by_us(work: Work, cost: DirectCost) -> bool:
    """By the ledger, and by our mark where the ledger does not know it yet."""
    if OUR_MARK.search(cost.description):
        return True
    made = Entry.objects.filter(
        target_connection=work.procore.connection, target_type="direct_cost", target_id=cost.id
    )
    return made.exists()


def read_expense(work: Work, entry: Entry) -> ExpensePart:
    """The entry's project is where the cost stands, or will, so that it is listed there."""
    resource = BOOKED[entry.source_type]
    try:
        wire = work.read_booked(resource, entry.source_id)
    except Missing:
        return ExpensePart(entry.source_id, entry.part, None, gone=gone_of(entry))
    cost = BookedCost.from_wire(wire, resource.entity)  # type: ignore[arg-type]
    note_project(work, entry)
    defaults = work.defaults
    return ExpensePart(
        source_id=entry.source_id,
        part=entry.part,
        cost=cost,
        is_ours=is_posted_by_us(work, resource.entity, cost.id, cost.memo),
        is_tax_cost=not takes_codes("purchase", defaults),
        left_out_accounts=_left_out_accounts(work, cost),
        cost_accounts=_cost_accounts(work, cost) if cost.kind == "JournalEntry" else None,
        orders=_synced_orders(work, cost),
        orders_are_carried="order_bills" not in work.flows_off,
        paid_on=_paid_on(work, cost),
        left_out_lines=lines_of_twin(entry, PAYROLL) if cost.kind == "JournalEntry" else (),
    )


def _left_out_accounts(work: Work, cost: BookedCost) -> tuple[str, ...]:
    """Those of retention. While labour cost is carried, journal entry lines on payroll accounts are labour: by the
    journal itself, or by what stands for the same work elsewhere."""
    found = [chosen.id for kind in RETENTION if (chosen := work.defaults.get(kind)) is not None]
    if cost.kind == "JournalEntry" and PAYROLL not in work.flows_off:
        found += [chosen.id for chosen in work.defaults.get_many(PAYROLL_ACCOUNTS)]
    return tuple(found)


def lines_of_twin(entry: Entry, flow_key: str) -> tuple[str, ...]:
    """The keys of the lines of the same source record and part that stand in Procore by this other flow."""
    planned = [twin.planned.get("document") or {} for twin in twins_of(entry, flow_key)]
    return tuple(sorted(str(line.get("key")) for document in planned for line in document.get("lines") or ()))


def is_posted_by_us(work: Work, entity: str, record_id: str, memo: str) -> bool:
    """A document that came from Procore, or that a person said is one of those."""
    if OUR_MARK.search(memo):
        return True
    made = Entry.objects.filter(target_connection=work.qbo.connection, target_type=entity, target_id=record_id)
    return made.exists()


def note_project(work: Work, entry: Entry) -> None:
    found = work.lefts.get((PROJECT.key, entry.part)) or work.lefts.get((SUB_JOB.key, entry.part))
    if found is None:
        return
    project_id = found.project_id or found.id
    load_budget(work, project_id)
    if not entry.is_posted:
        entry.project_id = project_id


def gone_of(entry: Entry) -> Gone:
    return Gone(
        number=entry.number,
        title=entry.title,
        vendor_name=entry.party,
        vendor_id=entry.party_id,
        date=entry.document_date,
        amount=entry.amount,
        is_posted=entry.is_posted,
    )


def twins_of(entry: Entry, flow_key: str) -> QuerySet[Entry]:
    """What this other flow posted of the same source record and part."""
    twins: QuerySet[Entry] = Entry.objects.filter(
        flow=flow_key,
        source_connection=entry.source_connection,
        source_type=entry.source_type,
        source_id=entry.source_id,
        part=entry.part,
    )
    return twins.exclude(target_id="")


def _cost_accounts(work: Work, cost: BookedCost) -> tuple[str, ...]:
    """Of a journal entry only lines on cost accounts are cost; the other side of it names projects too."""
    ids = {line.account.id for line in cost.lines}
    rows = RemoteItem.objects.filter(
        connection=work.qbo.connection, resource=qbo.ACCOUNTS.key, remote_id__in=ids, subtype__in=COST_ACCOUNTS
    )
    return tuple(sorted(rows.values_list("remote_id", flat=True)))


def _synced_orders(work: Work, cost: BookedCost) -> tuple[str, ...]:
    """The purchase orders among its links that came from Procore."""
    named = {*cost.order_ids, *(line.order_id for line in cost.lines if line.order_id)}
    if not named:
        return ()
    made = Entry.objects.filter(
        target_connection=work.qbo.connection, target_type="PurchaseOrder", target_id__in=named
    )
    return tuple(sorted(made.values_list("target_id", flat=True)))


def _paid_on(work: Work, cost: BookedCost) -> date | None:
    """The day a bill was paid in full: that of its last payment, read with those of the bills that come next."""
    last = _last_payment(cost)
    bills = (BookedCost.from_wire(row, "Bill") for row in work.ahead.rows_of(qbo.BILLS))
    beside = [found for bill in bills for found in _last_payment(bill)]
    rows = work.ahead.get_many(work.qbo, qbo.BILL_PAYMENTS, last, beside=beside)
    return parse_date(rows[0].get("TxnDate")) if rows else None


def _last_payment(cost: BookedCost) -> tuple[str, ...]:
    return cost.payment_ids[-1:] if cost.is_paid else ()


READERS: dict[str, Reader] = {
    "expenses": read_expense,
    procore.DIRECT_COSTS.key: read_direct_cost,
    qbo.BILLS.key: read_expense,
}
SET_READERS: dict[str, SetReader] = {}
