"""A document's page: both sides, how the total adds up, every line, and everything that happened."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from connectors.models import Call
from smoothx.tenants.access import TenantRequest, for_role, get_row
from smoothx.tenants.models import Role
from sync.locks import Standing, standing_of
from sync.models import Attempt, Entry, Event, Outgoing
from sync.pages.acts import buttons_of
from sync.pages.callouts import callouts_of
from sync.pages.changes import change_of
from sync.pages.differences import differences_of
from sync.pages.evidence import attempts_of, details_of, payloads_of
from sync.pages.files import document_of, files_of
from sync.pages.frame import Frame, flow_of, source_kind, source_name, target_name, target_side
from sync.pages.linking import comparison_of
from sync.pages.needs import BUSY, is_due
from sync.pages.payroll_rows import files_taken_for
from sync.pages.rows import (
    Document,
    read_amount,
    show_amount,
    source_document,
    target_document,
    target_note,
)
from sync.pages.standing import is_gone, total_there
from sync.pages.sums import SYSTEMS, is_ahead, lines_of, sum_of
from sync.pages.timeline import timeline_of
from sync.sources.costs import PAYROLL

UNDER_WAY: Standing = "under way"
LOCK_WORDS: dict[Standing, str] = {
    "": "",
    "locked": "Locked after posting",
    "open": "Unlocked, until it is locked again",
    UNDER_WAY: "Its lock is being changed",
    "stopped": "Not locked, its lock was stopped",
}


@for_role(Role.VIEWER)
def document(request: TenantRequest, entry_id: int) -> HttpResponse:
    entry = get_row(Entry, pk=entry_id)
    frame = Frame()
    outgoing = list(Outgoing.objects.filter(entry=entry).order_by("id"))
    attempts = list(
        Attempt.objects.filter(outgoing__entry=entry).select_related("outgoing").order_by("started_at", "id")
    )
    events = list(Event.objects.filter(entry=entry).select_related("actor").order_by("at", "id"))
    calls = list(Call.objects.filter(key__in=[row.key for row in outgoing])) if outgoing else []
    lock = standing_of(entry)
    buttons = buttons_of(entry, request, lock)
    context = {
        "document": _head(entry, frame, lock),
        "actions": buttons.actions,
        "more_actions": buttons.more,
        "pair": _pair(entry, frame),
        "callouts": callouts_of(entry, frame),
        "comparison": comparison_of(entry),
        "differences": differences_of(entry),
        "sum": sum_now(entry),
        "lines": lines_of(entry),
        "files": files_of(entry, frame),
        "facts": _facts(entry, frame, lock, files_taken_for(entry, request)),
        "timeline": timeline_of(entry, attempts=attempts, events=events),
        "payloads": payloads_of(entry, outgoing, attempts),
        "attempts": attempts_of(attempts, calls),
        "details": details_of(entry, outgoing),
    }
    return render(request, "activity/document.html", context)


def _head(entry: Entry, frame: Frame, lock: Standing) -> dict[str, Any]:
    flow = flow_of(entry)
    title = entry.title or source_name(entry)
    beside = (text for text in (entry.party, frame.project(entry.project_id)) if text)
    return {
        "title": title,
        "subtitle": ", ".join(text for text in beside if text not in title and title not in text),
        "flow_title": flow.label if flow else entry.flow,
        "state": entry.state,
        "activity_url": reverse("activity:index"),
        "code": entry.notices[0].get("code", "") if entry.notices else "",
        "is_busy": entry.state in BUSY or lock == UNDER_WAY or is_due(entry, timezone.now()),
    }


def _pair(entry: Entry, frame: Frame) -> dict[str, Any]:
    source, target = source_document(entry, frame), target_document(entry, frame)
    return {
        "source": _with_detail(source, _source_detail(entry)),
        "target": _with_detail(target, _target_detail(entry)) if target else None,
        "target_note": target_note(entry),
    }


def sum_now(entry: Entry) -> dict[str, Any] | None:
    """How the total was planned; what somebody made of it since is said above, so no agreement is claimed."""
    shown, there = sum_of(entry), total_there(entry)
    if shown is None or there == entry.target_total:
        return shown
    made = "As planned" if is_ahead(entry) else "As posted"
    if is_gone(entry):
        return {**shown, "agrees": False, "verdict": f"{made}. {target_name(entry)} is gone"}
    said = f"{made}. {SYSTEMS[target_side(entry)]} has {show_amount(str(there))} now"
    return {**shown, "agrees": False, "verdict": said}


def _with_detail(shown: Document, detail: str) -> dict[str, str]:
    return {"side": shown.side, "number": shown.number, "url": shown.url, "detail": detail}


def _source_detail(entry: Entry) -> str:
    return f"{source_kind(entry)}, dated {_day(entry)}" if entry.document_date else source_kind(entry)


def _target_detail(entry: Entry) -> str:
    if is_gone(entry):
        return "Deleted"
    if entry.target_total is None:
        return ""
    return f"Total {show_amount(str(total_there(entry)))}"


def _day(entry: Entry) -> str:
    return f"{entry.document_date:%-d %b %Y}" if entry.document_date else ""


def _facts(entry: Entry, frame: Frame, lock: Standing, files: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    planned = entry.planned.get("document") or {}
    main = [
        _amount("Amount", entry.amount, is_strong=True),
        _amount(f"In {SYSTEMS[target_side(entry)]}", total_there(entry)),
        _text("Employee" if entry.flow == PAYROLL else "Vendor or customer", entry.party),
        _text("Project", frame.project(entry.project_id)),
        _text("Contract", entry.facts.get("contract", "")),
        _text("Date", _day(entry)),
        _text("Location", planned.get("location_name", "")),
        _text("Payment term", planned.get("term_name", "")),
        _text("Lock in Procore", LOCK_WORDS[lock]),
        document_of(entry),
        *files,
    ]
    blocks = [{"title": "", "rows": [row for row in main if row]}]
    contract = [
        _amount("Completed and stored", read_amount(entry.facts.get("completed"))),
        _amount("Retainage", read_amount(entry.facts.get("retainage"))),
        _amount("Earned less retainage", read_amount(entry.facts.get("earned")), is_strong=True),
    ]
    changed = change_of(entry)
    blocks += [changed] if changed else []
    rows = [row for row in contract if row]
    if rows:
        blocks.append({"title": "The contract to date, without tax", "rows": rows})
    return blocks


def _amount(label: str, amount: Decimal | None, *, is_strong: bool = False) -> dict[str, Any] | None:
    return None if amount is None else {"label": label, "amount": amount, "is_strong": is_strong}


def _text(label: str, value: str) -> dict[str, Any] | None:
    return {"label": label, "value": value, "amount": None} if value else None
