"""Labour cost as it is now: a time activity, the payroll lines of a journal entry for one project."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Max

from connectors.errors import Missing
from connectors.models import Connection
from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from connectors.qbo.records_costs import BookedCost, BookedLine, Ref
from connectors.qbo.records_time import TimeActivity
from mapping.defaults import PAYROLL_ACCOUNTS, Defaults
from mapping.maps import LeftSide
from mapping.models import RemoteItem
from smoothx.lib.money import ZERO, cents
from sync import ledger
from sync.budgets import load_budget
from sync.flows._labour import Elsewhere, LabourKind, PayrollPart, Worker
from sync.models import Entry, PayrollRow
from sync.payroll.checking import load_known
from sync.payroll.names import find_worker
from sync.sources.costs import PAYROLL, gone_of, lines_of_twin, note_project, twins_of
from sync.sources.reader import Reader, SetReader
from sync.work import Work

# The source type of costs that come of payroll files: no list of a vendor's.
FILES = "payroll.files"
KIND_OF: dict[str, LabourKind] = {
    qbo.TIME_ACTIVITIES.key: "time",
    qbo.JOURNAL_ENTRIES.key: "journal",
    FILES: "file",
}


def read_payroll(work: Work, entry: Entry) -> PayrollPart:
    """The entry's project is where the cost stands, or will, so that it is listed there."""
    kind = KIND_OF[entry.source_type]
    reader = {"time": _read_time, "journal": _read_journal, "file": _read_rows}[kind]
    try:
        return reader(work, entry)
    except Missing:
        return PayrollPart(kind, entry.source_id, entry.part, gone=gone_of(entry))


def _read_time(work: Work, entry: Entry) -> PayrollPart:
    time = TimeActivity.from_wire(work.read_booked(qbo.TIME_ACTIVITIES, entry.source_id))
    note_project(work, entry)
    return PayrollPart(
        kind="time",
        source_id=entry.source_id,
        part=entry.part,
        # Moved to another customer, it has an entry there.
        lines=time.lines if time.customer.id == entry.part else (),
        date=time.date,
        memo=time.description,
        worker=Worker(time.worker.name, "vendor" if time.is_vendor else "employee", time.worker.id),
        elsewhere=find_elsewhere(entry),
    )


def _read_journal(work: Work, entry: Entry) -> PayrollPart:
    cost = BookedCost.from_wire(work.read_booked(qbo.JOURNAL_ENTRIES, entry.source_id), "JournalEntry")
    note_project(work, entry)
    lines = payroll_lines(cost, work.defaults, entry.part)
    return PayrollPart(
        kind="journal",
        source_id=entry.source_id,
        part=entry.part,
        lines=lines,
        date=cost.date,
        number=cost.number,
        memo=cost.memo,
        currency=cost.currency,
        held=_find_held(entry, lines),
        elsewhere=find_elsewhere(entry),
    )


def _read_rows(work: Work, entry: Entry) -> PayrollPart:
    """The rows of payroll files that count for one employee, day and project."""
    rows = load_known([entry.source_id]).by_group.get(entry.source_id, ())
    if not rows:
        return PayrollPart("file", entry.source_id, entry.part, date=entry.document_date, worker=Worker(entry.party))
    first, procore_connection, books = rows[0], work.procore.connection, work.qbo.connection
    worker, person = find_worker(first.employee, procore_connection, books)
    load_budget(work, first.project_id)
    return PayrollPart(
        kind="file",
        source_id=entry.source_id,
        part=entry.part,
        lines=tuple(_line_of(row) for row in rows),
        date=first.worked_on,
        memo=", ".join(dict.fromkeys(row.memo for row in rows if row.memo)),
        worker=worker,
        person=person,
        project=_project_of(procore_connection, first),
        elsewhere=find_elsewhere(entry),
    )


def _line_of(row: PayrollRow) -> BookedLine:
    return BookedLine(
        id=row.key,
        amount=cents(row.amount if row.amount is not None else (row.hours or ZERO) * (row.rate or ZERO)),
        description=", ".join(text for text in (row.pay_type, row.memo) if text),
        account=Ref(),
        item=Ref(),
        class_=Ref(),
        customer=Ref(),
        hours=row.hours,
        rate=row.rate,
        cost_code=row.code,
    )


def _project_of(connection: Connection, row: PayrollRow) -> LeftSide:
    found = RemoteItem.objects.filter(
        connection=connection, resource=procore.PROJECTS.key, remote_id=row.project_id
    ).first()
    name = found.name if found is not None else row.project
    return LeftSide(row.project_id, name, found is not None and found.is_active, row.project_id)


def payroll_lines(cost: BookedCost, defaults: Defaults, customer_id: str) -> tuple[BookedLine, ...]:
    """The lines of a journal entry for this customer that stand on an account of payroll."""
    accounts = {chosen.id for chosen in defaults.get_many(PAYROLL_ACCOUNTS)}
    return tuple(line for line in cost.lines if line.customer.id == customer_id and line.account.id in accounts)


def _find_held(entry: Entry, lines: Sequence[BookedLine]) -> tuple[str, ...]:
    """The lines that stand in Procore as an expense, from a time when they were none of payroll. That expense is
    looked at again, and lets go of them."""
    taken = set(lines_of_twin(entry, "expenses"))
    held = tuple(line.id for line in lines if line.id in taken)
    if held:
        ledger.make_due(twins_of(entry, "expenses"))
    return held


def find_elsewhere(entry: Entry) -> Elsewhere | None:
    """Up to when labour cost of the entry's project came from another place; None for what is posted already."""
    if entry.is_posted or not entry.project_id:
        return None
    others = Entry.objects.filter(
        flow=PAYROLL, target_connection=entry.target_connection, project_id=entry.project_id
    ).exclude(target_id="")
    found = (
        others.exclude(source_type=entry.source_type)
        .order_by()
        .values_list("source_type")
        .annotate(until=Max("document_date"))
        .order_by("-until")
        .first()
    )
    if found is None or found[1] is None:
        return None
    return Elsewhere(KIND_OF[found[0]], found[1])


READERS: dict[str, Reader] = {PAYROLL: read_payroll, qbo.TIME_ACTIVITIES.key: read_payroll}
SET_READERS: dict[str, SetReader] = {}
