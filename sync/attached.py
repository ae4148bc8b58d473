"""Which files are worth carrying: those of documents on their way to the other side, or there already.

What hangs on a Procore record is told when the record is read, so no call is made for it. QuickBooks tells of files
apart from their documents: a new one is in the change feed, those of a document that has just become a direct cost or
an invoice are asked for, for a hundred documents at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from connectors.errors import Rejected
from connectors.models import Cursor
from connectors.procore import resources as procore
from connectors.procore.records_costs import OUR_MARK
from connectors.qbo import resources as qbo
from connectors.qbo.query import literal, one_of
from connectors.qbo.records_files import Attachable
from connectors.resource import Resource
from smoothx.lib.clock import read_clock
from sync import ledger
from sync.flows import attachments_to_qbo
from sync.models import Entry
from sync.work import Work

# The flow whose documents carry the files of these records.
HOLDERS: dict[str, str] = {
    procore.REQUISITIONS.key: "bills",
    procore.OWNER_INVOICES.key: "owner_invoices",
    procore.DIRECT_COSTS.key: "direct_costs",
    procore.PRIME_CONTRACTS.key: "estimates",
    procore.PURCHASE_ORDER_CONTRACTS.key: "purchase_orders",
    procore.WORK_ORDER_CONTRACTS.key: "purchase_orders",
}
COSTS, ORDERED = "expenses", "order_bills"
# In the part of a file on the invoice that a bill became: what follows is the order, not a customer.
ORDER = "order "
PAYROLL = "payroll_costs"
COST_RECORDS: dict[str, Resource] = {
    each.entity: each for each in (qbo.BILLS, qbo.VENDOR_CREDITS, qbo.PURCHASES, qbo.JOURNAL_ENTRIES)
}
LOOKED_UNTIL = "attachments_to_procore.made"
# A posting may be written while files are being looked for.
OVERLAP = timedelta(minutes=2)
MOST_DOCUMENTS = 100
DOCUMENT = "AttachableRef.EntityRef.value"
# Behind the documents, before what somebody pushes by the thousand.
PRIORITY = 55
Note = Callable[[Mapping[str, Any]], int]


def note_files(work: Work, entry: Entry) -> None:
    """Put the files of a Procore record that was just read in the queue."""
    files = work.files.get((entry.source_type, entry.source_id))
    flow = attachments_to_qbo.FLOW
    if not files or HOLDERS.get(entry.source_type) != entry.flow or flow.key in work.flows_off:
        return
    ledger.note_parts(
        flow,
        source_connection=entry.source_connection,
        target_connection=entry.target_connection,
        parts=[(entry.source_id, file.id) for file in files],
        source_type=entry.source_type,
        priority=PRIORITY,
    )


def keep_carried(work: Work, file: Attachable, parts: set[str]) -> set[str]:
    """For each of its documents the direct costs and invoices that came of it. What we uploaded ourselves never comes
    back."""
    if OUR_MARK.search(file.note):
        return set()
    found = set()
    for kind, document_id in (part.split(":", 1) for part in parts):
        if kind in COST_RECORDS:
            rows = _posted_costs(work).filter(source_type=COST_RECORDS[kind].key, source_id=document_id)
            found |= {name_part(kind, document_id, *row) for row in rows.values_list("flow", "part")}
    return found


def name_part(kind: str, document_id: str, flow: str, part: str) -> str:
    """Which of the records that came of a document a file goes to: "Bill:234:58", "Bill:234:order 90"."""
    return f"{kind}:{document_id}:{ORDER if flow == ORDERED else ''}{part}"


def read_part(text: str) -> dict[str, str]:
    """The ledger's key of such a record, without its connection."""
    kind, document_id, part = text.split(":", 2)
    is_ordered = part.startswith(ORDER)
    return {
        "flow": ORDERED if is_ordered else COSTS,
        "source_type": COST_RECORDS[kind].key,
        "source_id": document_id,
        "part": part.removeprefix(ORDER) if is_ordered else part,
    }


def note_posted(work: Work, note: Note) -> int:
    """Put the files of documents that became direct costs or invoices since we last looked in the queue. Answers how
    many."""
    connection, now = work.qbo.connection, read_clock()
    cursor = Cursor.objects.filter(connection=connection, resource=LOOKED_UNTIL, project_id="").first()
    posted = _posted_costs(work)
    if cursor is not None:
        posted = posted.filter(posted_at__gte=cursor.read_until - OVERLAP)
    ids = list(posted.values_list("source_type", "source_id").distinct().order_by("source_type", "source_id"))
    noted = 0
    for entity, resource in COST_RECORDS.items():
        wanted = [source_id for source_type, source_id in ids if source_type == resource.key]
        noted += sum(note(wire) for wire in _find_on(work, entity, wanted))
    Cursor.move(connection, LOOKED_UNTIL, now)
    return noted


def _posted_costs(work: Work) -> Any:
    """Without journal entries that have labour too: on those the payroll of everybody may hang, and what is attached
    in Procore the project's team sees."""
    rows = Entry.objects.filter(source_connection=work.qbo.connection)
    labour = rows.filter(flow=PAYROLL, source_type=qbo.JOURNAL_ENTRIES.key)
    costs = rows.filter(flow__in=(COSTS, ORDERED)).exclude(target_id="")
    return costs.exclude(source_type=qbo.JOURNAL_ENTRIES.key, source_id__in=labour.values("source_id"))


def _find_on(work: Work, entity: str, ids: Sequence[str]) -> Iterable[dict[str, Any]]:
    """The attachments of these transactions, each once."""
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), MOST_DOCUMENTS):
        some = ids[start : start + MOST_DOCUMENTS]
        found |= {str(wire["Id"]): wire for wire in _ask(work, entity, some)}
    return found.values()


def _ask(work: Work, entity: str, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Unverified: whether a list of values may be asked for in this nested member. One value may, so each is asked for
    by itself where the list is refused."""
    try:
        return _query(work, f"{on_kind(entity)} AND {one_of(DOCUMENT, ids)}")
    except Rejected:
        return [wire for each in ids for wire in _query(work, on_document(entity, each))]


def _query(work: Work, where: str) -> list[dict[str, Any]]:
    return [wire for page in work.qbo.query_all(qbo.ATTACHABLES, where=where) for wire in page]


def on_kind(entity: str) -> str:
    return f"AttachableRef.EntityRef.Type = {literal(entity)}"


def on_document(entity: str, document_id: str) -> str:
    return f"{on_kind(entity)} AND {DOCUMENT} = {literal(document_id)}"
