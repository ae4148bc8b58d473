"""Files on documents over there: sent as they are at their source, streamed, and looked for before they are sent.

In QuickBooks a file is known by the mark in its note, in Procore by its name on its direct cost, which no other file
of ours there has. One that somebody attached there by hand already is taken for the same, and said to be. A file is
never taken away: what is removed at its source, or whose document is, stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from connectors.errors import FileRefused, Rejected, Retry
from connectors.file_rules import PROCORE, QUICKBOOKS
from connectors.multipart import LocalFile
from connectors.procore import resources as procore
from connectors.procore.records_costs import OUR_MARK
from connectors.procore.records_files import Attachment, read_attachments
from connectors.procore.uploads import upload
from connectors.qbo import resources as qbo
from connectors.qbo.documents_files import LONGEST_NOTE
from connectors.qbo.records_files import Attachable
from smoothx.lib.money import ZERO
from sync import ledger
from sync.attached import on_document
from sync.flows.record_locks import KEY as LOCKS
from sync.flows.record_locks import OPENED
from sync.models import Entry, Outgoing
from sync.plan import Notice
from sync.sources.files import find_holder, open_file
from sync.targets.answers import Adapter, Answer, Standing
from sync.targets.cost_writer import origin_of
from sync.work import Work

BUSY_SECONDS = 5.0
TOO_LARGE = "file_too_large"
# What an attachment has and a note alone has not, and the text of either.
FILE_MEMBERS = ("FileName", "ContentType", "Note")


class BooksFiles(Adapter):
    """Attachments in QuickBooks. Unverified: whether an upload replays the answer for a repeated key. So one without
    an answer is looked for, and sent again only when the first cannot be on its way any more."""

    is_replayed = False

    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        body = outgoing.body
        if outgoing.operation == "update":
            # A note in the place of a file has no name, and keeps its own words.
            changed = body if entry.target_number else {name: body[name] for name in body if name not in FILE_MEMBERS}
            return _told(Attachable.from_wire(work.qbo.update("Attachable", changed, key=outgoing.key)), body)
        standing = _load_on(work, body, again=bool(outgoing.probes))
        ours = _find_marked(standing, body)
        if ours is not None:
            return _told(ours, body)
        try:
            with open_file(work, entry, name=body["FileName"], rules=QUICKBOOKS) as file:
                same = _find_same(standing, body, file)
                if same is not None:
                    return _answer(same, Notice("file_stood_there", body["FileName"]))
                _begin_sending(outgoing, entry)
                made = Attachable.from_wire(work.qbo.upload(body, file, key=outgoing.key))
        except FileRefused as refused:
            if refused.fault != TOO_LARGE:
                raise
            made = Attachable.from_wire(work.qbo.create("Attachable", _note_of(body, refused), key=outgoing.key))
        standing.append(made)
        return _told(made, body)

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        if outgoing.operation == "create":
            found = _find_marked(_list_on(work, outgoing.body), outgoing.body)
            return None if found is None else _told(found, outgoing.body)
        file = Attachable.from_wire(work.qbo.get(qbo.ATTACHABLES, entry.target_id))
        return _told(file, outgoing.body) if _document_of(outgoing.body) in file.documents else None

    def look(self, work: Work, entry: Entry) -> Standing:
        return Standing(str(work.qbo.get(qbo.ATTACHABLES, entry.target_id).get("SyncToken") or "0"), ZERO)

    def update_fields(self, entry: Entry, standing: Standing) -> dict[str, Any]:
        """Its document was made anew: the file moves to the new one, its content stays."""
        return {"Id": entry.target_id, "SyncToken": standing.version, "sparse": True}


def _begin_sending(outgoing: Outgoing, entry: Entry) -> None:
    """Fetching may have taken minutes: only now can an answer be lost, and the entry is held for as long again."""
    Outgoing.objects.filter(pk=outgoing.pk).update(sent_at=Now())
    Entry.objects.filter(pk=entry.pk, claimed_by=entry.claimed_by).update(claimed_until=Now() + ledger.CLAIM_LASTS)


def _load_on(work: Work, body: dict[str, Any], *, again: bool) -> list[Attachable]:
    """What hangs on the document, asked once per run; what the run sends is added to it."""
    document = _document_of(body)
    if again or document not in work.attached:
        work.attached[document] = _list_on(work, body)
    return work.attached[document]


def _list_on(work: Work, body: dict[str, Any]) -> list[Attachable]:
    """What hangs on the document now."""
    pages = work.qbo.query_all(qbo.ATTACHABLES, where=on_document(*_document_of(body)))
    return [Attachable.from_wire(row) for page in pages for row in page]


def _document_of(body: dict[str, Any]) -> tuple[str, str]:
    reference = body["AttachableRef"][0]["EntityRef"]
    return str(reference["type"]), str(reference["value"])


def _find_marked(standing: Sequence[Attachable], body: dict[str, Any]) -> Attachable | None:
    mark = OUR_MARK.findall(body["Note"])[-1]
    return next((each for each in standing if mark in each.note), None)


def _find_same(standing: Sequence[Attachable], body: dict[str, Any], file: LocalFile) -> Attachable | None:
    """One that somebody attached by hand."""
    name, others = str(body["FileName"]).casefold(), (each for each in standing if not OUR_MARK.search(each.note))
    return next((each for each in others if each.name.casefold() == name and each.size == file.size), None)


def _note_of(body: dict[str, Any], refused: FileRefused) -> dict[str, Any]:
    """What is attached in the place of a file that QuickBooks does not take: its name, why, and where it is."""
    told = "{name} was not attached: it has {size}, and QuickBooks takes up to {limit}. {note}"
    note = told.format(name=body["FileName"], note=body["Note"], **refused.detail)
    return {"Note": note[-LONGEST_NOTE:], "AttachableRef": body["AttachableRef"]}


def _told(file: Attachable, body: dict[str, Any]) -> Answer:
    return _answer(file, *([] if file.name else [Notice("file_noted", str(body["FileName"]))]))


def _answer(file: Attachable, *warnings: Notice) -> Answer:
    """Without its address, which is no evidence but a key to the file."""
    told = {"Id": file.id, "FileName": file.name, "Size": file.size, "ContentType": file.content_type}
    return Answer(file.id, file.sync_token, file.name, wire=told, warnings=warnings)


class _Record:
    """What of ours in Procore a file goes to."""

    def __init__(self, work: Work, outgoing: Outgoing, holder: Entry | None) -> None:
        self.client, self.key, self.body = work.procore, outgoing.key, outgoing.body
        self.project_id = str(outgoing.body["project_id"])
        self._holder = holder

    def read(self) -> tuple[Attachment, ...]:
        """What hangs on it."""
        raise NotImplementedError

    def attach(self, upload_id: str) -> tuple[Attachment, ...]:
        """What hangs on it afterwards."""
        raise NotImplementedError

    def lock(self) -> None:
        """As it was, or as the firm wants what we make there."""


class CostFiles(Adapter):
    """Files on direct costs in Procore. The bytes go up first; then the direct cost takes them by an id.

    What we made there may be locked, so it is let go for the moment and locked again. Unverified: whether naming an
    upload in a later write adds to the files that hang there. If it replaced them the answer would lack those, and the
    entry says so.
    """

    @property
    def record(self) -> type[_Record]:
        return _Cost

    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        record = self.record(work, outgoing, _require_free(entry))
        before = record.read()
        standing = _find_named(before, entry, outgoing.body)
        if standing is not None:
            record.lock()
            warnings = () if outgoing.probes else (Notice("file_name_stood_there", standing.name),)
            return _attached(standing, *warnings)
        body = outgoing.body
        with open_file(work, entry, name=body["name"], rules=PROCORE) as file:
            upload_id = upload(
                work.procore,
                record.project_id,
                file,
                name=body["name"],
                content_type=body["content_type"],
                key=outgoing.key,
            )
        _begin_sending(outgoing, entry)
        return _read_result(before, record.attach(upload_id), body["name"])

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        record = self.record(work, outgoing, find_holder(entry))
        found = _find_named(record.read(), entry, outgoing.body)
        if found is None:
            return None
        record.lock()
        return _attached(found)


class _Cost(_Record):
    """A direct cost and its lock."""

    origin_id = ""
    is_locked = False

    @property
    def id(self) -> str:
        return str(self.body["direct_cost_id"])

    def read(self) -> tuple[Attachment, ...]:
        wire = self.client.get(procore.DIRECT_COSTS, self.id, project_id=self.project_id)
        found = str(wire.get("origin_id") or "")
        self.is_locked, self.origin_id = bool(found), found or self._find_own_lock()
        return read_attachments(wire)

    def _find_own_lock(self) -> str:
        """A run that stopped midway left it unlocked: what we lock is locked again, unless a person had it opened."""
        planned = (self._holder.planned.get("document") or {}) if self._holder else {}
        if self._holder is None or not planned.get("is_locked"):
            return ""
        locks = Entry.objects.filter(flow=LOCKS, source_type=procore.DIRECT_COSTS.key, source_id=self.id)
        return "" if locks.filter(notices__contains=[{"code": OPENED}]).exists() else origin_of(self._holder)

    def attach(self, upload_id: str) -> tuple[Attachment, ...]:
        if self.is_locked:
            self.client.patch(
                procore.DIRECT_COSTS, self.id, {"origin_id": None}, project_id=self.project_id, key=self.key
            )
            self.is_locked = False
        try:
            wire = self.client.attach(
                procore.DIRECT_COSTS, self.id, [upload_id], project_id=self.project_id, key=self.key
            )
        finally:
            self.lock()
        return read_attachments(wire)

    def lock(self) -> None:
        if self.origin_id and not self.is_locked:
            row = {"id": int(self.id), "origin_id": self.origin_id}
            self.client.sync(procore.DIRECT_COST_HEADS, [row], project_id=self.project_id, key=self.key, is_keyed=True)
            self.is_locked = True


class InvoiceFiles(CostFiles):
    """The same on invoices that bills became, which are not locked: it would keep people from approving them.

    Unverified: whether one that is approved takes files. Where it does not, the entry says so in Procore's words.
    """

    @property
    def record(self) -> type[_Record]:
        return _Invoice


class _Invoice(_Record):
    @property
    def id(self) -> str:
        return str(self.body["invoice_id"])

    def read(self) -> tuple[Attachment, ...]:
        return read_attachments(self.client.get(procore.REQUISITIONS, self.id, project_id=self.project_id))

    def attach(self, upload_id: str) -> tuple[Attachment, ...]:
        wire = self.client.attach(
            procore.REQUISITIONS,
            self.id,
            [upload_id],
            project_id=self.project_id,
            key=self.key,
            commitment_id=str(self.body["commitment_id"]),
        )
        return read_attachments(wire)


def _require_free(entry: Entry) -> Entry | None:
    """The entry of its record. While another run writes it, nothing else may: the lock is taken off for a moment.

    The same goes for its files among each other; the one that came first goes first.
    """
    holder = find_holder(entry)
    held = Entry.objects.filter(claimed_until__gt=Now() + timedelta(seconds=1))
    siblings = held.filter(flow=entry.flow, source_connection=entry.source_connection, part=entry.part)
    is_busy = siblings.filter(pk__lt=entry.pk).exists()
    if is_busy or (holder is not None and held.filter(pk=holder.pk).exists()):
        message = "its record is being written"
        raise Retry(message, after=BUSY_SECONDS)
    return holder


def _find_named(files: Sequence[Attachment], entry: Entry, body: dict[str, Any]) -> Attachment | None:
    """The file of that name, unless it came of another entry."""
    named = [each for each in files if each.name.casefold() == str(body["name"]).casefold()]
    if not named:
        return None
    known = Entry.objects.filter(flow=entry.flow, target_connection=entry.target_connection)
    others = known.filter(target_id__in=[each.id for each in named]).exclude(pk=entry.pk)
    taken = set(others.values_list("target_id", flat=True))
    return next((each for each in named if each.id not in taken), None)


def _read_result(before: Sequence[Attachment], after: Sequence[Attachment], name: str) -> Answer:
    """Procore drops ids it does not like without a word, so what hangs there now says what happened."""
    known = {each.id for each in before}
    added = [each for each in after if each.id not in known]
    if not added:
        message = "Procore took the change, but the file is not on the direct cost"
        raise Rejected(message, fault="file_not_kept", vendor_text=message)
    made = next((each for each in added if each.name == name), added[0])
    lost = [each.name for each in before if each.id not in {other.id for other in after}]
    return _attached(made, *([Notice("files_replaced", ", ".join(lost))] if lost else []))


def _attached(file: Attachment, *warnings: Notice) -> Answer:
    return Answer(file.id, "", file.name, wire={"id": file.id, "filename": file.name}, warnings=warnings)


FILE_ADAPTERS: dict[str, Adapter] = {
    "Attachable": BooksFiles(),
    "cost_file": CostFiles(),
    "invoice_file": InvoiceFiles(),
}
