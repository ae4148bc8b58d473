"""Activity: every document that crossed, or should have, and why."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from itertools import groupby
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from smoothx.lib.shapes import Action, Choice, Empty, turn_page
from smoothx.tenants.access import TenantRequest, for_role, has_role
from smoothx.tenants.models import Role
from smoothx.tenants.scope import require_tenant_id, tenant_scope
from sync.codes import CODES
from sync.models import Entry
from sync.pages.filters import NEEDS_PERSON, Filters
from sync.pages.frame import Frame
from sync.pages.needs import is_for_person
from sync.pages.rows import ActivityRow, reason_of, row_of
from sync.pages.unlocking import unlock_action
from sync.registry import all_flows

PAGE_SIZE = 50
FEW = 1000
EXPORT_LIMIT = 50_000
EXPORT_PIECE = 1000
NEWEST_FIRST = ("-updated_at", "-id")
CHIPS = (
    Entry.State.POSTED, Entry.State.POSTED_WITH_WARNINGS, Entry.State.WAITING, Entry.State.BLOCKED, Entry.State.HELD,
    Entry.State.UNCERTAIN, Entry.State.REJECTED, Entry.State.CHANGED_BY_HAND, Entry.State.INELIGIBLE,
    Entry.State.LEFT_OUT, Entry.State.QUEUED, Entry.State.SENDING,
)  # fmt: skip
COLUMNS = (
    "changed_at", "kind", "number", "title", "vendor_or_customer", "project", "document_date", "amount", "state",
    "reason", "became", "total_there",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    rows: list[ActivityRow]


@for_role(Role.VIEWER)
def index(request: TenantRequest) -> HttpResponse:
    frame, filters = Frame(), Filters.read(request.GET)
    found = filters.apply(Entry.objects.all(), frame.projects)
    if filters.since is not None and getattr(request, "htmx", False):
        return render(request, "activity/_table.html", _fresh_context(filters, found, filters.since))
    in_any_state = filters.without_state().apply(Entry.objects.all(), frame.projects)
    few = _find_few(in_any_state) if filters.is_search else None
    counts = _counts(_count_states(in_any_state) if few is None else ((each.state, each.code, 1) for each in few))
    total = counts.get(filters.state, 0)
    path = reverse("activity:index")
    page, shown = turn_page(
        filters.page, size=PAGE_SIZE, total=total, url_of=lambda number: filters.address(path, page=number)
    )
    if few is None:
        keys = list(found.order_by(*NEWEST_FIRST).values_list("pk", flat=True)[shown])
    else:
        keys = [each.pk for each in few if filters.shows(each.state, each.code)][shown]
    rows = [row_of(entry, frame) for entry in _load(keys)]
    newest = rows[0].at if rows else timezone.now()
    context = {
        "days": group_by_day(rows),
        "page": page,
        "empty": _empty(filters, path),
        "filters": _filters_context(filters, frame.projects, path),
        "chips": _chips(filters, counts, path),
        "actions": _main_actions(request, filters),
        "more_actions": _more_actions(request),
        "fresh": {"url": filters.address(path, since=newest), "count": 0} if filters.page == 1 else None,
    }
    return render(request, "activity/index.html", context)


def _main_actions(request: TenantRequest, filters: Filters) -> list[Action]:
    shown = [Action(label="Export CSV", url=filters.address(reverse("activity:export")), icon="upload")]
    if has_role(request.membership, Role.APPROVER):
        url = reverse("activity:urgent")
        shown.insert(0, Action(label="Sync one now", url=url, icon="send", dialog=True))
        shown += [unlocking] if (unlocking := unlock_action(filters)) else []
    return shown


def _more_actions(request: TenantRequest) -> list[Action]:
    """Pages about many documents at once."""
    pages = (
        ("Link what is there", "activity:adopt", "link", Role.APPROVER),
        ("Posted before a change", "activity:recode", "refresh", Role.APPROVER),
        ("Projects that differ", "activity:projects", "building", Role.APPROVER),
        ("Add earlier documents", "activity:backfill", "clock", Role.ADMIN),
        ("Linked contacts that differ", "activity:contacts", "users", Role.ADMIN),
    )
    return [
        Action(label=label, url=reverse(name), icon=icon)
        for label, name, icon, least in pages
        if has_role(request.membership, least)
    ]


@for_role(Role.VIEWER)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The filtered list as CSV, newest first; amounts with a point, times in the company's zone.

    Which documents is decided first, so that one that changes while the file is written is in it once.
    """
    frame, filters = Frame(), Filters.read(request.GET)
    found = filters.apply(Entry.objects.all(), frame.projects).order_by(*NEWEST_FIRST)
    keys = list(found.values_list("pk", flat=True)[:EXPORT_LIMIT])
    tenant_id, zone = require_tenant_id(), timezone.get_current_timezone()

    def write() -> Iterator[str]:
        yield _csv_text([COLUMNS])
        for start in range(0, len(keys), EXPORT_PIECE):
            # Sent piece by piece when the request's own scope is left.
            with tenant_scope(tenant_id), timezone.override(zone):
                entries = _load(keys[start : start + EXPORT_PIECE])
                text = _csv_text([_csv_row(entry, frame) for entry in entries])
            yield text

    response = StreamingHttpResponse(write(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="activity.csv"'
    return response


def _load(keys: Sequence[int]) -> list[Entry]:
    """These entries in this order, without what lists do not show. An index alone told which."""
    rows = Entry.objects.defer("facts", "approvals").in_bulk(keys)
    return [rows[key] for key in keys if key in rows]


def _csv_text(rows: Iterable[Sequence[str]]) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def group_by_day(rows: Iterable[ActivityRow]) -> list[Day]:
    """Rows, newest first, by their day in the active time zone."""
    return [Day(day, list(group)) for day, group in groupby(rows, key=lambda row: timezone.localdate(row.at))]


def _find_few(found: QuerySet[Any]) -> list[Any] | None:
    """All of them, newest first, with state and code; None where they are many.

    What a search finds among all documents is read in one go: to count it and to find it again takes twice as long.
    """
    rows = list(found.order_by(*NEWEST_FIRST).values_list("pk", "state", "code", named=True)[: FEW + 1])
    return rows if len(rows) <= FEW else None


def _count_states(found: QuerySet[Any]) -> QuerySet[Any]:
    states: QuerySet[Any] = found.values_list("state", "code").annotate(count=Count("id")).order_by()
    return states


def _counts(found: Iterable[tuple[str, str | None, int]]) -> dict[str, int]:
    """How many documents each chip stands for, from how many have a state and a code; "" is all of them."""
    counts = {"": 0, NEEDS_PERSON: 0}
    for state, code, count in found:
        counts[""] += count
        counts[state] = counts.get(state, 0) + count
        if is_for_person(state, code):
            counts[NEEDS_PERSON] += count
    return counts


def _chips(filters: Filters, counts: Mapping[str, int], path: str) -> list[dict[str, Any]]:
    labels = [("", "All"), (NEEDS_PERSON, "Needs a person")]
    labels += [(state.value, state.label) for state in CHIPS if counts.get(state) or filters.state == state]
    return [
        {
            "key": key,
            "label": label,
            "count": counts.get(key, 0),
            "url": filters.address(path, state=key),
            "is_current": key == filters.state,
        }
        for key, label in labels
    ]


def _filters_context(filters: Filters, projects: Mapping[str, str], path: str) -> dict[str, Any]:
    flows = [("", "All kinds"), *((flow.key, flow.label) for flow in all_flows().values())]
    known = [("", "All projects"), *projects.items()]
    hidden = {"state": filters.state, "code": filters.code, "subject": filters.subject}
    return {
        "action": path,
        "q": filters.q,
        "flow": [Choice(key, label, key == filters.flow) for key, label in flows],
        "project": [Choice(key, label, key == filters.project) for key, label in known],
        "from_date": filters.from_date,
        "to_date": filters.to_date,
        "is_filtered": filters.is_filtered,
        "clear_url": path,
        "hidden": {name: value for name, value in hidden.items() if value},
    }


def _fresh_context(filters: Filters, found: QuerySet[Entry], since: datetime) -> dict[str, Any]:
    """For the poll, which takes only the count out of the answer."""
    path = reverse("activity:index")
    fresh = {
        "url": filters.address(path, since=since),
        "count": found.filter(updated_at__gt=since).count(),
        "show_url": filters.address(path),
    }
    return {"fresh": fresh, "page": None, "filters": {"clear_url": path}}


def _empty(filters: Filters, path: str) -> Empty:
    if filters.is_filtered:
        action = Action(label="Clear the filters", url=path)
        cause = CODES.get(filters.code)
        text = "None is stopped for this reason any more." if cause else "Nothing fits all filters. Take one away."
        return Empty(title="No documents here", text=text, action=action, icon="search")
    text = "Approved documents appear here within a minute once the company is live."
    return Empty(
        title="Nothing has crossed yet", text=text, action=Action(label="Dashboard", url=reverse("dashboard"))
    )


def _csv_row(entry: Entry, frame: Frame) -> list[str]:
    row = row_of(entry, frame)
    texts = [row.source.kind, entry.number, entry.title, row.party, row.project]
    return [
        timezone.localtime(row.at).isoformat(sep=" ", timespec="seconds"),
        *(_safe(text) for text in texts),
        entry.document_date.isoformat() if entry.document_date else "",
        "" if entry.amount is None else str(entry.amount),
        Entry.State(entry.state).label,
        _safe(reason_of(entry)),
        _safe(row.target.number) if row.target else "",
        "" if entry.target_total is None else str(entry.target_total),
    ]


def _safe(text: str) -> str:
    """A spreadsheet runs a cell that starts like a formula; an apostrophe makes it text."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
