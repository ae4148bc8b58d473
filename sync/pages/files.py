"""The files that hang on a document, with where each stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from sync.addresses import source_url, target_url
from sync.attached import COST_RECORDS, COSTS, HOLDERS, ORDERED, name_part
from sync.flows import attachments_to_procore, attachments_to_qbo
from sync.flows.record_locks import KEY as LOCKS
from sync.locks import find_owner
from sync.models import Entry
from sync.pages.frame import Frame, source_side, target_side
from sync.pages.rows import reason_of
from sync.sources.files import find_holder

FILE_FLOWS = (attachments_to_qbo.KEY, attachments_to_procore.KEY)


@dataclass(frozen=True, slots=True)
class FileRow:
    """`url` is the file's own page here, the others open the document it hangs on there."""

    name: str
    url: str
    state: str
    label: str
    reason: str
    source_side: str
    source_url: str
    target_side: str
    target_url: str


def files_of(entry: Entry, frame: Frame) -> list[FileRow]:
    found = _hanging_on(entry)
    return [] if found is None else [_row(each, frame) for each in found.order_by("id")]


def document_of(entry: Entry) -> dict[str, Any] | None:
    """The document a file hangs on, or a lock is for, for the facts of its page."""
    holder = _holder_of(entry)
    if holder is None:
        return None
    url = reverse("activity:document", args=[holder.pk])
    return {"label": "Document", "value": holder.title or holder.number, "url": url, "amount": None}


def _holder_of(entry: Entry) -> Entry | None:
    if entry.flow == LOCKS:
        return find_owner(entry)
    return find_holder(entry) if entry.flow in FILE_FLOWS else None


def _hanging_on(entry: Entry) -> QuerySet[Entry] | None:
    rows = Entry.objects.filter(source_connection=entry.source_connection_id)
    if HOLDERS.get(entry.source_type) == entry.flow:
        key = {"source_type": entry.source_type, "source_id": entry.source_id}
        return rows.filter(flow=attachments_to_qbo.KEY, **key)
    kind = next((entity for entity, each in COST_RECORDS.items() if each.key == entry.source_type), "")
    if entry.flow not in (COSTS, ORDERED) or not kind:
        return None
    part = name_part(kind, entry.source_id, entry.flow, entry.part)
    return rows.filter(flow=attachments_to_procore.KEY, part=part)


def _row(entry: Entry, frame: Frame) -> FileRow:
    return FileRow(
        name=entry.number or entry.source_id,
        url=reverse("activity:document", args=[entry.pk]),
        state=entry.state,
        label="Attached" if entry.state == Entry.State.POSTED else "",
        reason=reason_of(entry),
        source_side=source_side(entry),
        source_url=source_url(entry, frame.connections.get(entry.source_connection_id)),
        target_side=target_side(entry),
        target_url=target_url(entry, frame.connections.get(entry.target_connection_id)),
    )
