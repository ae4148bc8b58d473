"""Attachments as records: notes and files, and the transactions or names they hang on."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import bad_value, invalid_enumeration, link_missing, missing
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.values import Record

CATEGORIES = frozenset({"Contact Photo", "Document", "Image", "Receipt", "Signature", "Sound", "Other"})
MADE_BY_SERVER = frozenset(
    {"Size", "FileAccessUri", "TempDownloadUri", "ThumbnailFileAccessUri", "ThumbnailTempDownloadUri", "documentId"}
)


def prepare_attachable(write: Write) -> None:
    """Check the links; they may point at any record. Raises QboFault 2020, 2170 or 6000."""
    record, sent = write.record, write.sent
    if "AttachableRef" in sent:
        record["AttachableRef"] = [_check_link(write.book, link) for link in sent["AttachableRef"]]
    elif write.old is not None and sent.get("sparse") is not True:
        record.pop("AttachableRef", None)
    # The file name of an upload stands for its content; without either there is nothing to keep.
    if "Note" not in record and "FileName" not in record:
        raise missing("Note")
    category = record.get("Category")
    if category is not None and category not in CATEGORIES:
        raise invalid_enumeration("Category", category)


def _check_link(book: Book, link: Record) -> Record:
    """A link with its defaults; one without an EntityRef only says whether to send the file along."""
    reference = link.get("EntityRef")
    is_sent = link.get("IncludeOnSend", False)
    if reference is None:
        return {"IncludeOnSend": is_sent}
    entity, record_id = reference.get("type"), reference.get("value")
    if not isinstance(entity, str) or not isinstance(record_id, str):
        raise bad_value("AttachableRef.EntityRef", reference)
    kind = next((each for each in book.kinds.values() if each.name.lower() == entity.lower()), None)
    if kind is None or book.get(kind.name, record_id) is None:
        raise link_missing(entity, record_id)
    rest: dict[str, Any] = {name: value for name, value in link.items() if name not in ("EntityRef", "IncludeOnSend")}
    return {"EntityRef": {"value": record_id, "type": kind.name}, "IncludeOnSend": is_sent, **rest}
