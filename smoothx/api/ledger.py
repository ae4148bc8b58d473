"""Documents of the ledger, as lists and pages of the product show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from smoothx.api.absolute import absolute
from smoothx.api.paging import read_places
from smoothx.api.queries import CURSOR, LIMIT, Parameter
from smoothx.tenants.access import get_row
from sync.models import Attempt, Entry, Outgoing
from sync.pages.document import sum_now
from sync.pages.fixes import document_url, fix_for
from sync.pages.frame import Frame
from sync.pages.needs import is_for_person
from sync.pages.rows import notice_sentence, source_document, target_document
from sync.pages.standing import is_gone, total_there
from sync.pages.sums import lines_of
from sync.registry import all_flows

FILTERS = (
    Parameter(name="flow", help="The key of a flow.", options=lambda: list(all_flows())),
    Parameter(name="state", help="The state of the document.", options=lambda: list(Entry.State.values)),
    Parameter(name="project", help="Procore's id of the project."),
    Parameter(name="party", help="The id of the vendor, customer or person at the source."),
    Parameter(name="number", help="The document's number on either side, exactly."),
    Parameter(name="changed_since", help="Changed at this time or after.", sort="time"),
    LIMIT,
    CURSOR,
)
Asked = Mapping[str, Any]


def read_page(asked: Asked) -> tuple[list[dict[str, Any]], str]:
    """The rows of the page asked for, by the time of their last change, and the cursor of the next one."""
    keys, cursor = read_places(_filter(asked), "updated_at", cursor=asked["cursor"], limit=asked["limit"])
    rows = Entry.objects.defer("facts", "approvals").in_bulk(keys)
    frame = Frame()
    return [present(rows[key], frame) for key in keys if key in rows], cursor


def _filter(asked: Asked) -> QuerySet[Entry]:
    exact = {"flow": "flow", "state": "state", "project": "project_id", "party": "party_id"}
    entries: QuerySet[Entry] = Entry.objects.filter(
        **{column: asked[name] for name, column in exact.items() if asked[name] is not None}
    )
    number: str | None = asked["number"]
    since: datetime | None = asked["changed_since"]
    if number is not None:
        entries = entries.filter(Q(number=number) | Q(target_number=number))
    return entries.filter(updated_at__gte=since) if since is not None else entries


def read_document(entry_id: int) -> dict[str, Any]:
    """One document with its figures and what was written. Raises Http404."""
    entry = get_row(Entry, pk=entry_id)
    tries = Prefetch("attempts", queryset=Attempt.objects.defer("answer").order_by("number"))
    writes = Outgoing.objects.filter(entry=entry).defer("body").order_by("id").prefetch_related(tries)
    lines = lines_of(entry)
    return {
        **present(entry, Frame()),
        "sum": sum_now(entry),
        "lines": lines["rows"] if lines else [],
        "writes": writes,
    }


def present(entry: Entry, frame: Frame) -> dict[str, Any]:
    number, name = frame.project_parts(entry.project_id)
    return {
        "id": entry.pk,
        "flow": entry.flow,
        "state": entry.state,
        "state_label": entry.get_state_display(),
        "needs_person": is_for_person(entry.state, entry.first_code),
        "reasons": [_reason(notice, entry, frame) for notice in entry.notices],
        "title": entry.title,
        "party": {"id": entry.party_id, "name": entry.party},
        "project": {"id": entry.project_id, "number": number, "name": name},
        "document_date": entry.document_date,
        "amount": entry.amount,
        "source": _source(entry, frame),
        "target": _target(entry, frame),
        "noticed_at": entry.created_at,
        "changed_at": entry.updated_at,
        "posted_at": entry.posted_at,
        "link": absolute(document_url(entry)),
    }


def _reason(notice: dict[str, Any], entry: Entry, frame: Frame) -> dict[str, str]:
    fix = fix_for(notice, entry, frame)
    return {
        "code": notice.get("code", ""),
        "sentence": notice_sentence(notice),
        "link": absolute(fix.url) if fix else "",
        "link_label": fix.label if fix else "",
    }


def _source(entry: Entry, frame: Frame) -> dict[str, Any]:
    shown = source_document(entry, frame)
    return {
        "side": shown.side,
        "type": entry.source_type,
        "id": entry.source_id,
        "part": entry.part,
        "number": entry.number,
        "kind": shown.kind,
        "link": shown.url,
    }


def _target(entry: Entry, frame: Frame) -> dict[str, Any] | None:
    shown = target_document(entry, frame)
    if shown is None:
        return None
    return {
        "side": shown.side,
        "type": entry.target_type,
        "id": entry.target_id,
        "version": entry.target_version,
        "number": entry.target_number,
        "name": shown.number,
        "total": total_there(entry),
        "posted_total": entry.target_total,
        "is_gone": is_gone(entry),
        "link": shown.url,
    }
