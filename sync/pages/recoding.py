"""Documents posted before the mapping or a setting changed: what changed, what writing them again would change, and
a person's word to do so or to leave them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mapping.models import MappingRun, RunRow
from smoothx.lib.shapes import Action, Empty, Notice, Progress
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import Role
from sync import drift
from sync.drift import Difference
from sync.models import Entry
from sync.pages.differences import load_names, show_value
from sync.pages.fixes import document_url
from sync.pages.frame import target_name
from sync.recoding import finding, judging, runs
from sync.updating import name_difference

MOST_CAUSES = 30
# A document with more lines shows its first ones; its own page shows them all.
MOST_LINES = 6


@for_role(Role.APPROVER)
@require_http_methods(["GET", "POST"])
def index(request: TenantRequest) -> HttpResponse:
    """What changed and how many posted documents are older; a post has them looked through."""
    if request.method == "POST":
        run = runs.begin(request.user)
        if run is None:
            messages.info(request, "There is nothing to look through any more.")
        return redirect("activity:recode") if run is None else redirect("activity:recode_run", run.pk)
    found, open_run = finding.find(), runs.find_open()
    count = len(found.entry_ids)
    context = {
        "changes": found.changes[:MOST_CAUSES],
        "more_changes": max(len(found.changes) - MOST_CAUSES, 0),
        "count": count,
        "button": f"Look through {min(count, runs.MOST_AT_ONCE)} document{'' if count == 1 else 's'}",
        "rest": max(count - runs.MOST_AT_ONCE, 0),
        "open_run": _open_notice(open_run) if open_run else None,
        "activity_url": reverse("activity:index"),
        "empty": Empty(
            title="Nothing to look at",
            text="When a link or a setting changes, documents that were posted before are listed here. None of them "
            "is changed by itself.",
            action=Action(label="Activity", url=reverse("activity:index")),
        ),
    }
    return render(request, "activity/recode.html", context)


def _open_notice(run: MappingRun) -> Notice:
    texts: dict[str, str] = {
        MappingRun.State.WAITING: "Documents are being looked through.",
        MappingRun.State.RUNNING: "Documents are being sent again.",
    }
    url = reverse("activity:recode_run", args=[run.pk])
    text = texts.get(run.state, "What would change is listed, and not all of it is decided.")
    return Notice(severity="info", title="Begun already", text=text, action=Action(label="Open the list", url=url))


@for_role(Role.APPROVER)
@require_http_methods(["GET", "POST"])
def run(request: TenantRequest, run_id: int) -> HttpResponse:
    """What would change per document; a post sends the ticked ones again or leaves them as posted."""
    found = runs.get_run(run_id)
    if found is None:
        raise Http404
    if request.method == "POST":
        _decide(request, found)
        return redirect("activity:recode_run", found.pk)
    rows = list(found.rows.order_by("number"))
    entries = {str(each.pk): each for each in Entry.objects.filter(pk__in=[row.left_id for row in rows])}
    shown = [_row(row, entries[row.left_id]) for row in rows if row.left_id in entries]
    _name_changes(shown, entries)
    context = {
        "progress": _progress(found, rows),
        "changing": [row for row in shown if row["verdict"] == judging.CHANGE],
        "kept": [row for row in shown if row["verdict"] in (judging.KEPT, judging.UNSURE)],
        "same": sum(row.verdict == judging.SAME for row in rows),
        "is_open": found.state == MappingRun.State.PREVIEW,
        "is_over": found.state in (MappingRun.State.DONE, MappingRun.State.FAILED),
        "recode_url": reverse("activity:recode"),
        "activity_url": reverse("activity:index"),
    }
    return render(request, "activity/recode_run.html", context)


def _decide(request: TenantRequest, found: MappingRun) -> None:
    ticked = [int(each) for each in request.POST.getlist("row") if each.isdecimal() and len(each) < 19]
    if not ticked:
        messages.error(request, "Tick the documents first.")
    elif request.POST.get("act") == "leave":
        count = runs.leave(found, ticked, request.user)
        _tell(request, count, "left as posted.", "Nothing was left to decide there.")
    else:
        count = runs.send_again(found, ticked, request.user)
        _tell(request, count, "on the way. You can leave this page.", "This list is past that step. Nothing was sent.")


def _tell(request: TenantRequest, count: int, done: str, nothing: str) -> None:
    if count:
        messages.success(request, f"{count} document{' is' if count == 1 else 's are'} {done}")
    else:
        messages.warning(request, nothing)


def _progress(found: MappingRun, rows: Sequence[RunRow]) -> Progress | None:
    if found.state == MappingRun.State.WAITING:
        return Progress(label="Looking through posted documents", done=len(rows), total=found.expected)
    if found.state == MappingRun.State.RUNNING:
        sent = [row for row in rows if row.is_chosen]
        done = sum(row.state != RunRow.State.SENDING for row in sent)
        return Progress(label="Sending again", done=done, total=len(sent))
    return None


def _row(row: RunRow, entry: Entry) -> dict[str, Any]:
    states: dict[str, tuple[str, str]] = {
        RunRow.State.SENDING: ("sending", "Sending"),
        RunRow.State.DONE: ("posted", "Sent again"),
        RunRow.State.FAILED: ("held", "Not sent"),
        RunRow.State.LEFT_OUT: ("left_out", "Left as posted"),
    }
    state, label = states.get(row.state, ("", ""))
    return {
        "id": row.pk,
        "entry_id": row.left_id,
        "name": row.label,
        "url": document_url(entry),
        "there": target_name(entry),
        "amount": entry.target_total if entry.target_total is not None else Decimal(0),
        "verdict": row.verdict,
        "reason": row.reason,
        "state": state,
        "state_label": label,
        "is_open": row.state == RunRow.State.WAITING,
        "differences": drift.from_text(row.data.get("changes", "")),
    }


def _name_changes(shown: Sequence[dict[str, Any]], entries: dict[str, Entry]) -> None:
    """Each difference in words, with the names of accounts and the like. One statement for all of one side."""
    by_side: dict[int, list[Difference]] = {}
    for row in shown:
        by_side.setdefault(entries[row["entry_id"]].target_connection_id, []).extend(row["differences"])
    names = {side: load_names(side, found) for side, found in by_side.items()}
    for row in shown:
        own = names[entries[row["entry_id"]].target_connection_id]
        changes = [
            {
                "field": _sentence(name_difference(each.path)),
                "before": show_value(each.path, each.posted, own),
                "after": show_value(each.path, each.theirs, own),
            }
            for each in row["differences"]
        ]
        row["changes"], row["more"] = changes[:MOST_LINES], max(len(changes) - MOST_LINES, 0)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def recode_notice() -> Notice | None:
    """For Reconcile: how many posted documents are older than a change that concerns them."""
    count = len(finding.find().entry_ids)
    if not count:
        return None
    names = "1 posted document was" if count == 1 else f"{count:,} posted documents were"
    action = Action(label="Look at them", url=reverse("activity:recode"))
    text = "They stay as they are until you send them again."
    title = f"{names} made before the mapping or a setting changed"
    return Notice(severity="info", title=title, text=text, action=action)
