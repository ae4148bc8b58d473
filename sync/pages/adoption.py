"""The page that links a backlog: documents held because QuickBooks has one of their number already, pair by pair."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from smoothx.lib.shapes import Action, Empty
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import Role
from sync.adoption import MOST_AT_ONCE, Pair, adopt, find_pairs
from sync.pages.fixes import document_url
from sync.pages.frame import Frame, source_name, target_noun

# Only the whole list tells how many there are; the page shows as many as one press can link.
MOST_TOLD = 3


@for_role(Role.APPROVER)
@require_http_methods(["GET", "POST"])
def page(request: TenantRequest) -> HttpResponse:
    """The pairs, those that fit first; a post links the ticked ones."""
    if request.method == "POST":
        _link_ticked(request)
        return redirect("activity:adopt")
    pairs = sorted(find_pairs(), key=lambda pair: bool(pair.candidate.misfit))
    frame = Frame()
    fitting = sum(not pair.candidate.misfit for pair in pairs)
    context = {
        "rows": [_row(pair, frame) for pair in pairs[:MOST_AT_ONCE]],
        "count": len(pairs),
        "more": max(len(pairs) - MOST_AT_ONCE, 0),
        "fitting": fitting,
        "activity_url": reverse("activity:index"),
        "empty": Empty(
            title="Nothing to link",
            text="Documents whose number is in QuickBooks already are listed here, so that they are not posted twice.",
            action=Action(label="Activity", url=reverse("activity:index")),
        ),
    }
    return render(request, "activity/adopt.html", context)


def _link_ticked(request: HttpRequest) -> None:
    ticked = [int(each) for each in request.POST.getlist("entry") if each.isdigit()]
    outcomes = adopt(ticked, request.user)
    linked = sum(not each.refusal for each in outcomes)
    if linked:
        messages.success(request, f"{linked} document{'' if linked == 1 else 's'} linked. Nothing was posted.")
    refused = [each for each in outcomes if each.refusal]
    for each in refused[:MOST_TOLD]:
        messages.error(request, f"{each.entry.title or source_name(each.entry)}. {each.refusal}")
    if len(refused) > MOST_TOLD:
        messages.error(request, f"{len(refused) - MOST_TOLD} more were not linked. They are still listed.")
    if not outcomes:
        messages.error(request, "Tick the pairs that are the same document first.")


def _row(pair: Pair, frame: Frame) -> dict[str, Any]:
    entry, candidate = pair.entry, pair.candidate
    planned = entry.planned["document"]
    return {
        "id": entry.pk,
        "name": entry.title or source_name(entry),
        "url": document_url(entry),
        "context": ", ".join(text for text in (planned.get("number"), frame.project(entry.project_id)) if text),
        "dated": entry.document_date,
        "there": f"{target_noun(planned['entity'])} {candidate.number or candidate.id}",
        "there_dated": candidate.dated,
        "amount": candidate.amount,
        "misfit": candidate.misfit,
        "is_other_number": bool(candidate.number) and candidate.number != planned.get("number"),
    }
