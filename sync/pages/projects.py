"""Projects whose sub-customers are not as Procore has them, decided many at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from smoothx.lib.shapes import Action, Empty
from smoothx.lib.text import stable_hash
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import Role
from sync import project_acts
from sync.actions import NotPossible
from sync.flows.project_changes import FLOW
from sync.models import Entry
from sync.pages.fixes import document_url
from sync.pages.rows import notice_headline
from sync.project_acts import DIFFERENT, KEPT

# More are decided in a second go.
MOST_SHOWN = 200
# What a post names; the words tell how many it was done to.
ACTS: dict[str, tuple[Callable[[Entry, Any], None], str]] = {
    "follow": (project_acts.follow_procore, "being changed as in Procore."),
    "keep": (project_acts.keep_sub_customer, "kept as they are."),
}


@for_role(Role.APPROVER)
@require_http_methods(["GET", "POST"])
def page(request: TenantRequest) -> HttpResponse:
    """What is held, each with why; a post decides the ticked ones alike."""
    if request.method == "POST":
        _decide(request)
        return redirect(request.path)
    held = _held()
    rows = [_row(entry) for entry in held if not _is_on_its_way(entry)]
    context = {
        "going": len(held) - len(rows),
        "rows": rows[:MOST_SHOWN],
        "count": len(rows),
        "more": max(len(rows) - MOST_SHOWN, 0),
        "activity_url": reverse("activity:index"),
        "empty": Empty(
            title="Nothing to decide",
            text="Every linked project is as its sub-customer, or was decided.",
            action=Action(label="Activity", url=reverse("activity:index")),
            icon="check",
        ),
    }
    return render(request, "activity/projects.html", context)


def _held() -> list[Entry]:
    rows = Entry.objects.filter(flow=FLOW.key).exclude(notices=[]).order_by("title", "id")
    return [entry for entry in rows if _codes(entry) & KEPT]


def _is_on_its_way(entry: Entry) -> bool:
    """Decided already, and about to be looked at again."""
    return entry.due_at is not None or entry.claimed_until is not None


def _codes(entry: Entry) -> set[str]:
    return {notice.get("code", "") for notice in entry.notices}


def _row(entry: Entry) -> dict[str, Any]:
    told = [notice_headline(notice)[0] for notice in entry.notices if notice.get("code") in KEPT]
    return {
        "value": _value_of(entry),
        "name": entry.title or entry.number,
        "number": entry.number,
        "url": document_url(entry),
        "told": told,
        "may_follow": bool(_codes(entry) & DIFFERENT),
    }


def _value_of(entry: Entry) -> str:
    """The row and what was shown of it: a yes is for that, and for nothing that came later."""
    return f"{entry.pk}-{stable_hash(json.dumps(entry.notices, sort_keys=True), length=10)}"


def _decide(request: TenantRequest) -> None:
    ticked, chosen = request.POST.getlist("row"), ACTS.get(request.POST.get("act", ""))
    if not ticked or chosen is None:
        messages.error(request, "Tick the projects first.")
        return
    do, words = chosen
    done, refused = _do_to(ticked, do, request.user)
    if done:
        messages.success(request, f"{_count(done)} {words}")
    if refused:
        one = "1 project was" if refused == 1 else f"{refused:,d} projects were"
        messages.warning(request, f"{one} left alone, changed meanwhile or not to be decided that way.")


def _do_to(ticked: Iterable[str], do: Callable[[Entry, Any], None], actor: Any) -> tuple[int, int]:
    """How many it was done to, and how many not."""
    shown = {_value_of(entry): entry for entry in _held() if not _is_on_its_way(entry)}
    wanted = list(dict.fromkeys(ticked))
    done = 0
    for value in wanted:
        if value in shown:
            try:
                do(shown[value], actor)
            except NotPossible:
                continue
            done += 1
    return done, len(wanted) - done


def _count(number: int) -> str:
    return "1 sub-customer is" if number == 1 else f"{number:,d} sub-customers are"
