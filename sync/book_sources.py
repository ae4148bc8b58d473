"""Documents that are born in QuickBooks: which flows carry them, and what one changed record puts in the queue.

A record may have several entries, one per part (a cost for each project it touches). A part it does not have any more
is looked at again too, since what came of it has to go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.utils import timezone

from connectors.models import Connection, Cursor
from connectors.qbo import resources as qbo
from connectors.qbo.records_costs import BookedLine
from connectors.qbo.records_files import Attachable
from connectors.qbo.records_payments import BillPayment
from connectors.qbo.records_sales import CustomerPayment
from connectors.qbo.records_time import TimeActivity
from connectors.resource import Resource
from smoothx.lib.dates import parse_date, to_instant_text
from smoothx.tenants.models import AuditEntry, Tenant
from sync import attached, ledger, order_sources, paid_documents
from sync.cost_sources import cost_reader, lines_of, look_at_adopted, reads_journals, wants_cost
from sync.labour_sources import begin_again, keep_payroll, labour_of, reads_payroll, wants_payroll
from sync.models import Entry
from sync.registry import all_flows
from sync.sources import receipts
from sync.work import Work

Wire = Mapping[str, Any]
# What the mark of a list that was read from the start date on is called by; its project id is the flow.
SINCE = ".since"


@dataclass(frozen=True, slots=True)
class BookSource:
    """Records of `reads` as the flow `flow` takes them. `read` makes the record that the flow splits into parts.

    `is_wanted` is asked of a record, by its entity, that is not in the queue yet; `is_used` whether the firm takes
    such records at all. `keeps` answers which parts of a record are worth an entry, `looks_again` puts in the queue
    what else hangs on the parts of a changed record, `finds_more` notes records that concern us although they did not
    change. With `begins_at_start` what is dated before the start date stays out, and all since then is read once, and
    again whenever `begins_again` answers another text. What is not `is_fed` the change feed does not know: it is asked
    for by the time of its last change, and what was deleted is told by what is still there (sync/unfed.py). `lines_of`
    answers what of a record of costs is for one customer.
    """

    flow: str
    reads: Resource
    read: Callable[[Wire], Any]
    is_wanted: Callable[[Work, str, Wire], bool] = lambda work, entity, wire: True
    is_used: Callable[[Work], bool] = lambda work: True
    keeps: Callable[[Work, Any, set[str]], set[str]] = lambda work, record, parts: parts
    looks_again: Callable[[Work, Resource, set[str]], None] | None = None
    finds_more: Callable[[Work, Callable[[Wire], int]], int] | None = None
    begins_at_start: bool = False
    begins_again: Callable[[Work], str] = lambda work: ""
    lines_of: Callable[[Work, Any, str], tuple[BookedLine, ...]] = lines_of
    is_fed: bool = True


SOURCES: tuple[BookSource, ...] = (
    BookSource(
        "expenses",
        qbo.BILLS,
        cost_reader("Bill"),
        wants_cost,
        finds_more=look_at_adopted,
        begins_at_start=True,
    ),
    BookSource("expenses", qbo.VENDOR_CREDITS, cost_reader("VendorCredit"), wants_cost, begins_at_start=True),
    BookSource("expenses", qbo.PURCHASES, cost_reader("Purchase"), wants_cost, begins_at_start=True),
    BookSource(
        "expenses",
        qbo.JOURNAL_ENTRIES,
        cost_reader("JournalEntry"),
        wants_cost,
        is_used=reads_journals,
        begins_at_start=True,
    ),
    BookSource(
        "payroll_costs",
        qbo.TIME_ACTIVITIES,
        TimeActivity.from_wire,
        wants_payroll,
        is_used=partial(reads_payroll, resource=qbo.TIME_ACTIVITIES),
        begins_at_start=True,
        begins_again=begin_again,
        is_fed=False,
    ),
    BookSource(
        "payroll_costs",
        qbo.JOURNAL_ENTRIES,
        cost_reader("JournalEntry"),
        wants_payroll,
        is_used=partial(reads_payroll, resource=qbo.JOURNAL_ENTRIES),
        keeps=keep_payroll,
        lines_of=labour_of,
        begins_at_start=True,
        begins_again=begin_again,
    ),
    BookSource(
        "order_bills",
        qbo.BILLS,
        cost_reader("Bill"),
        wants_cost,
        keeps=order_sources.keep_ours,
        finds_more=order_sources.note_linked,
        begins_at_start=True,
    ),
    BookSource(
        "bill_payments",
        qbo.BILL_PAYMENTS,
        BillPayment.from_wire,
        keeps=paid_documents.keep_paid,
        looks_again=paid_documents.look_again,
        finds_more=paid_documents.note_more,
    ),
    BookSource(
        "receipts",
        qbo.PAYMENTS,
        CustomerPayment.from_wire,
        keeps=receipts.keep_received,
        looks_again=receipts.look_at_others,
        finds_more=partial(paid_documents.note_adopted, paid=paid_documents.INVOICES),
    ),
    BookSource(
        "attachments_to_procore",
        qbo.ATTACHABLES,
        Attachable.from_wire,
        keeps=attached.keep_carried,
        finds_more=attached.note_posted,
    ),
)


def watched_entities(work: Work) -> tuple[str, ...]:
    """The entities to ask the change feed for."""
    return tuple(dict.fromkeys(source.reads.entity for source in _fed(work)))


def note_changes(work: Work, changes: Mapping[str, Sequence[Wire]], since: datetime | None) -> int:
    """Put what changed in the queue, and what concerns us since our own documents moved. Answers how many entries.

    `since` is from when on changes were asked for, None when they never were before.
    """
    noted, has_moved = 0, since is None or _has_moved(since)
    for source in in_use(work):
        noted += note_records(work, source, changes.get(source.reads.entity, ()))
        if source.finds_more is not None and has_moved:
            noted += source.finds_more(work, partial(note_record, work, source))
    return noted


def _has_moved(since: datetime) -> bool:
    """Whether a document was posted, linked or changed otherwise since then, or a person changed a setting.

    Once an hour it is assumed: looking costs an idle company more than all else of a poll.
    """
    if since.hour != timezone.now().hour:
        return True
    return Entry.objects.filter(updated_at__gte=since).exists() or AuditEntry.objects.filter(at__gte=since).exists()


def read_since_start(work: Work, sources: Iterable[BookSource] | None = None) -> int:
    """Put in the queue what the books held already when the firm went live, from its start date on. Once per list, of
    all that the change feed knows or of these.

    The change feed tells only what changes from now on.
    """
    start, noted = work.tenant.start_date, 0
    if start is None or work.tenant.state != Tenant.State.LIVE:
        return noted
    first = datetime.combine(start, datetime.min.time(), UTC)
    rows = Cursor.objects.filter(connection=work.qbo.connection, resource__endswith=SINCE, read_until__lte=first)
    read = set(rows.values_list("resource", "project_id"))
    for source in _fed(work) if sources is None else sources:
        key = (f"{source.reads.key}{source.begins_again(work)}{SINCE}", source.flow)
        if not source.begins_at_start or key in read:
            continue
        for page in work.qbo.query_all(source.reads, where=f"TxnDate >= '{start.isoformat()}'"):
            noted += note_records(work, source, page)
        Cursor.move(work.qbo.connection, key[0], first, project_id=key[1])
    return noted


def read_older(work: Work, since: datetime, sources: Iterable[BookSource] | None = None) -> int:
    """Put in the queue what changed since a time the change feed does not reach, of all that it knows or of these.
    What was deleted it cannot tell."""
    changed = f"MetaData.LastUpdatedTime >= '{to_instant_text(since)}'"
    noted = 0
    for source in _fed(work) if sources is None else sources:
        for page in work.qbo.query_all(source.reads, where=changed):
            noted += note_records(work, source, page)
    return noted


def note_record(work: Work, source: BookSource, wire: Wire, *, priority: int = 50) -> int:
    """Put the parts of one record in the queue, those known from before too. Answers how many entries."""
    return note_records(work, source, [wire], priority=priority)


def note_records(work: Work, source: BookSource, wires: Sequence[Wire], *, priority: int = 50) -> int:
    """The same for many records of one list."""
    if not wires:
        return 0
    known = _known_parts(source, work.qbo.connection, [str(wire["Id"]) for wire in wires])
    found = {str(wire["Id"]): _parts_of(work, source, wire, known.get(str(wire["Id"]), set())) for wire in wires}
    noted = ledger.note_parts(
        all_flows()[source.flow],
        source_connection=work.qbo.connection,
        target_connection=work.procore.connection,
        parts=[(record_id, part) for record_id, parts in found.items() for part in sorted(parts)],
        source_type=source.reads.key,
        priority=priority,
    )
    parts = set[str]().union(*found.values())
    if parts and source.looks_again is not None:
        source.looks_again(work, source.reads, parts)
    return noted


def _parts_of(work: Work, source: BookSource, wire: Wire, known: set[str]) -> set[str]:
    """Those of the record as it is now, and those it had: what came of them may have to go."""
    if wire.get("status") == "Deleted":
        return known
    if not known and (_is_early(work, source, wire) or not source.is_wanted(work, source.reads.entity, wire)):
        return known
    record, flow = source.read(wire), all_flows()[source.flow]
    return known | source.keeps(work, record, set(flow.splits(record) if flow.splits else ("",)))


def _is_early(work: Work, source: BookSource, wire: Wire) -> bool:
    dated, start = parse_date(wire.get("TxnDate")), work.tenant.start_date
    return source.begins_at_start and dated is not None and start is not None and dated < start


def _known_parts(source: BookSource, connection: Connection, record_ids: Sequence[str]) -> dict[str, set[str]]:
    rows = Entry.objects.filter(
        flow=source.flow,
        source_connection=connection,
        source_type=source.reads.key,
        source_id__in=dict.fromkeys(record_ids),
    )
    found: dict[str, set[str]] = {}
    for record_id, part in rows.values_list("source_id", "part"):
        found.setdefault(record_id, set()).add(part)
    return found


def _fed(work: Work) -> list[BookSource]:
    return [source for source in in_use(work) if source.is_fed]


def in_use(work: Work) -> list[BookSource]:
    return [source for source in SOURCES if source.flow not in work.flows_off and source.is_used(work)]
