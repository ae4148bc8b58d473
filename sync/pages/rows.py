"""One document as a row of a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from smoothx.lib.money import ZERO
from sync.addresses import source_url, target_url
from sync.codes import CODES, headline_for, sentence_for
from sync.models import Entry
from sync.pages.frame import LOCK, Frame, Place, source_kind, source_name, source_place, target_name, target_side

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document on one side: how it is called there and where it opens."""

    side: Place
    number: str
    kind: str = ""
    url: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow:
    id: str
    url: str
    at: datetime
    source: Document
    target: Document | None
    target_note: str
    party: str
    project: str
    state: str
    reason: str
    amount: Decimal | None


def row_of(entry: Entry, frame: Frame) -> ActivityRow:
    return ActivityRow(
        id=str(entry.pk),
        url=reverse("activity:document", args=[entry.pk]),
        at=entry.updated_at,
        source=source_document(entry, frame),
        target=target_document(entry, frame),
        target_note=target_note(entry),
        party=entry.party,
        project=frame.project(entry.project_id),
        state=entry.state,
        reason=reason_of(entry),
        amount=entry.amount,
    )


def source_document(entry: Entry, frame: Frame) -> Document:
    return Document(
        side=source_place(entry),
        number=source_name(entry),
        kind=source_kind(entry),
        url=source_url(entry, frame.connections.get(entry.source_connection_id)),
    )


def target_document(entry: Entry, frame: Frame) -> Document | None:
    if not entry.is_posted:
        return None
    return Document(
        side=target_side(entry),
        number=target_name(entry),
        url=target_url(entry, frame.connections.get(entry.target_connection_id)),
    )


def target_note(entry: Entry) -> str:
    if entry.state in (Entry.State.INELIGIBLE, Entry.State.LEFT_OUT):
        # The type is kept of what was posted once.
        gone = "Unlocked" if entry.target_type == LOCK else "Deleted"
        return gone if entry.target_type else "Stays where it is"
    return "Sending" if entry.state == Entry.State.SENDING else "Not posted"


def reason_of(entry: Entry) -> str:
    """The sentence of the first notice, empty for a document that is simply right."""
    return notice_sentence(entry.notices[0]) if entry.notices else ""


def notice_sentence(notice: dict[str, Any]) -> str:
    """A notice in a reader's words; a code this version does not know is shown as it is."""
    code: str = notice.get("code", "")
    if code not in CODES:
        return code.replace("_", " ").capitalize()
    return sentence_for(code, notice.get("subject") or "", notice.get("detail") or {})


def notice_headline(notice: dict[str, Any]) -> tuple[str, str]:
    """What is wrong, and what to do about it."""
    code = notice.get("code", "")
    if code not in CODES:
        return notice_sentence(notice), ""
    return headline_for(code, notice.get("subject") or "", notice.get("detail") or {})


def show_amount(text: str) -> str:
    """ "-1234.50" as "−1,234.50"; other text as it is."""
    amount = read_amount(text)
    if amount is None:
        return str(text)
    return f"{MINUS if amount < ZERO else ''}{abs(amount):,.2f}"


def read_amount(text: object) -> Decimal | None:
    """A figure kept as text in the ledger, or None."""
    try:
        amount = Decimal(str(text))
    except ArithmeticError:
        return None
    return amount if amount.is_finite() else None
