"""A file and the document it hangs on, as both are now; and its bytes, for as long as they cross.

Addresses of files are kept in the run's memory alone: who holds one has the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.db.models import Q

from connectors.downloads import LinkExpired, fetch, hosts_of
from connectors.errors import FileRefused, Missing
from connectors.file_rules import PROCORE, QUICKBOOKS, FileRules, name_apart
from connectors.http import ensure_token
from connectors.multipart import LocalFile
from connectors.procore import resources as procore
from connectors.procore.records_files import Attachment, read_attachments
from connectors.qbo import resources as qbo
from connectors.qbo.query import one_of
from connectors.qbo.records_files import Attachable
from connectors.tokens import open_token
from connectors.transport import Bearer
from sync.addresses import source_url
from sync.attached import HOLDERS, read_part
from sync.flows import attachments_to_procore, attachments_to_qbo
from sync.flows._files import CarriedFile, Holder
from sync.models import Entry
from sync.sources.reader import Reader, SetReader
from sync.work import Work

# Where one record of these lists is read.
SHOWN_BY = {
    **{each.key: each for each in (procore.REQUISITIONS, procore.OWNER_INVOICES, procore.DIRECT_COSTS)},
    **{each.key: each for each in (procore.PURCHASE_ORDER_CONTRACTS, procore.WORK_ORDER_CONTRACTS)},
    procore.PRIME_CONTRACTS.key: procore.PRIME_CONTRACT,
}
# Attachments asked for at a time.
MOST_TOGETHER = 200


def read_procore_file(work: Work, entry: Entry) -> CarriedFile:
    """`part` is the file, the rest of the key the record it hangs on."""
    holder = find_holder(entry)
    entry.project_id = entry.project_id or (holder.project_id if holder else "")
    is_posted = holder is not None and holder.is_posted
    # While its document is not there yet, there is no need to ask for more than is known.
    files = load_attachments(work, entry) if is_posted else work.files.get((entry.source_type, entry.source_id), ())
    names = dict(zip((each.id for each in files), name_apart((each.name for each in files), QUICKBOOKS), strict=True))
    file = next((each for each in files if each.id == entry.part), None)
    return CarriedFile(
        file_id=entry.part,
        document_id=f"{entry.source_type}:{entry.source_id}",
        name=names.get(entry.part) or entry.number or entry.part,
        content_type=file.content_type if file else "",
        holder=_describe_holder(holder, entry, waits=True),
        is_gone=is_posted and file is None,
    )


def read_books_file(work: Work, entry: Entry) -> CarriedFile:
    """`part` is the document and which of its direct costs or invoices."""
    file = load_attachable(work, entry)
    return CarriedFile(
        file_id=entry.source_id,
        document_id=entry.part,
        name=_name_of(work, entry) if file else entry.number or entry.source_id,
        content_type=file.content_type if file else "",
        holder=_describe_holder(find_holder(entry), entry, waits=False),
        size=file.size if file else None,
        is_gone=file is None or entry.part.rpartition(":")[0] not in attachments_to_procore.split_by_document(file),
    )


def find_holder(entry: Entry) -> Entry | None:
    """The ledger's entry of the document the file hangs on."""
    if entry.flow == attachments_to_qbo.KEY:
        key = {"flow": HOLDERS[entry.source_type], "source_type": entry.source_type, "source_id": entry.source_id}
        return Entry.objects.filter(source_connection=entry.source_connection, part="", **key).first()
    return Entry.objects.filter(source_connection=entry.source_connection, **read_part(entry.part)).first()


def _describe_holder(holder: Entry | None, entry: Entry, *, waits: bool) -> Holder:
    if holder is None:
        return Holder("stays", "Its document", project_id=entry.project_id)
    stays = holder.state in (Entry.State.INELIGIBLE, Entry.State.LEFT_OUT)
    planned = holder.planned.get("document") or {}
    return Holder(
        "posted" if holder.is_posted else "stays" if stays else "coming",
        source_name=holder.title or holder.number,
        title=holder.title,
        party=holder.party,
        party_id=holder.party_id,
        project_id=str(planned.get("project_id") or holder.project_id),
        group=holder.group,
        wait=f"entry:{holder.flow}:{holder.source_id}" if waits else "",
        target_type=holder.target_type,
        target_id=holder.target_id,
        target_name=holder.target_name,
        url=source_url(holder, holder.source_connection),
    )


# --- what hangs on a record


def load_attachments(work: Work, entry: Entry, *, again: bool = False) -> tuple[Attachment, ...]:
    """The files of a Procore record, read once per run; its document's reading has told them already as a rule."""
    key = (entry.source_type, entry.source_id)
    if again or key not in work.files:
        try:
            wire = work.procore.get(SHOWN_BY[entry.source_type], entry.source_id, project_id=entry.project_id)
        except Missing:
            wire = {}
        work.files[key] = read_attachments(wire)
    return work.files[key]


def load_attachable(work: Work, entry: Entry) -> Attachable | None:
    """An attachment of the books, None when it is gone. All that are due are read in one call, and their siblings."""
    if entry.source_id not in work.attachables:
        rows = Entry.objects.filter(flow=entry.flow, source_connection=entry.source_connection)
        wanted = [entry.source_id, *rows.filter(part=entry.part).values_list("source_id", flat=True)]
        due = rows.filter(Q(due_at__isnull=False) | Q(claimed_until__isnull=False)).order_by("priority", "id")
        wanted += due.values_list("source_id", flat=True)[:MOST_TOGETHER]
        ids = [each for each in dict.fromkeys(wanted) if each not in work.attachables][:MOST_TOGETHER]
        pages = work.qbo.query_all(qbo.ATTACHABLES, where=one_of("Id", ids))
        found = {str(wire["Id"]): Attachable.from_wire(wire) for page in pages for wire in page}
        work.attachables.update({each: found.get(each) for each in ids})
    return work.attachables[entry.source_id]


def _name_of(work: Work, entry: Entry) -> str:
    """Its name among the files of its document, the older ones first."""
    rows = Entry.objects.filter(flow=entry.flow, source_connection=entry.source_connection, part=entry.part)
    siblings = sorted(rows.values_list("source_id", "number"), key=lambda row: (len(row[0]), row[0]))
    known = [(each, work.attachables.get(each)) for each, _ in siblings]
    told = [file.name if file else number for (_, file), (_, number) in zip(known, siblings, strict=True)]
    names = dict(zip((each for each, _ in siblings), name_apart(told, PROCORE), strict=True))
    return names[entry.source_id]


# --- its bytes


@contextmanager
def open_file(work: Work, entry: Entry, *, name: str, rules: FileRules) -> Iterator[LocalFile]:
    """The file of an entry. An address that is not good any more is asked for anew, once.

    Raises Retry, and FileRefused for what can never cross.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(_fetch(work, entry, name=name, rules=rules, again=False))
        except LinkExpired:
            file = stack.enter_context(_fetch_anew(work, entry, name=name, rules=rules))
        yield file


@contextmanager
def _fetch_anew(work: Work, entry: Entry, *, name: str, rules: FileRules) -> Iterator[LocalFile]:
    try:
        with _fetch(work, entry, name=name, rules=rules, again=True) as file:
            yield file
    except LinkExpired as error:
        raise FileRefused("file_unreadable", why=f"it was answered with status {error.status}") from error


@contextmanager
def _fetch(work: Work, entry: Entry, *, name: str, rules: FileRules, again: bool) -> Iterator[LocalFile]:
    if entry.flow == attachments_to_qbo.KEY:
        link, connection = _procore_link(work, entry, again=again), work.procore.connection
        ensure_token(connection)
        auth: Bearer | None = Bearer(open_token(connection, "access_token"))
    else:
        link, connection, auth = _books_link(work, entry, again=again), work.qbo.connection, None
    with fetch(link, name=name, hosts=hosts_of(connection), rules=rules, auth=auth) as file:
        yield file


def _procore_link(work: Work, entry: Entry, *, again: bool) -> str:
    files = load_attachments(work, entry, again=again)
    found = next((each.url for each in files if each.id == entry.part), "")
    if not found:
        raise FileRefused("file_unreadable", why="Procore names no address for it")
    return found


def _books_link(work: Work, entry: Entry, *, again: bool) -> str:
    file = load_attachable(work, entry)
    return work.qbo.download_link(entry.source_id) if again or not file or not file.url else file.url


READERS: dict[str, Reader] = {
    attachments_to_qbo.KEY: read_procore_file,
    procore.ATTACHMENTS.key: read_procore_file,
    qbo.ATTACHABLES.key: read_books_file,
}
SET_READERS: dict[str, SetReader] = {}
