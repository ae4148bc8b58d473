"""Backfill: a project's documents from before the start date, counted before anything is posted."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import Role
from sync import backfill
from sync.backfill import CannotBackfill, Tally
from sync.pages.filters import NEEDS_PERSON
from sync.pages.frame import Frame

MOST_REFUSED = 8


class BackfillForm(forms.Form):
    """One project and the first day."""

    project = forms.ChoiceField(label="Project", error_messages={"required": "Choose the project."})
    since = forms.DateField(
        label="From",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Choose the first day.", "invalid": "This is not a date."},
    )

    def __init__(self, projects: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["project"]
        choices.choices = [("", "Choose a project"), *projects.items()]


@for_role(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def page(request: TenantRequest) -> HttpResponse:
    """The form; with a project and a day what would be posted; a post queues it."""
    frame = Frame()
    given = request.POST if request.method == "POST" else request.GET
    form = BackfillForm(frame.projects, given if "project" in given else None)
    is_chosen = form.is_bound and form.is_valid()
    if request.method == "POST" and is_chosen:
        return _begin(request, form.cleaned_data["project"], form.cleaned_data["since"])
    context: dict[str, Any] = {"form": form, "activity_url": reverse("activity:index"), "action_url": request.path}
    if is_chosen:
        context |= _counted(form.cleaned_data["project"], form.cleaned_data["since"], frame)
    return render(request, "activity/backfill.html", context, status=422 if form.is_bound and not is_chosen else 200)


def _begin(request: TenantRequest, project_id: str, since: date) -> HttpResponse:
    try:
        queued = backfill.begin(project_id, since, request.user)
    except CannotBackfill as error:
        messages.error(request, str(error))
    else:
        noun = "document is" if queued == 1 else "documents are"
        messages.success(request, f"{queued} {noun} on the way. You can leave this page.")
    return redirect(f"{request.path}?project={project_id}&since={since.isoformat()}")


def _counted(project_id: str, since: date, frame: Frame) -> dict[str, Any]:
    query = urlencode({"project": project_id, "state": NEEDS_PERSON})
    told = {
        "project_name": frame.project(project_id),
        "since": since,
        "progress": backfill.progress_of(project_id),
        "stopped_url": f"{reverse('activity:index')}?{query}",
    }
    try:
        tallies = backfill.count(project_id, since)
    except CannotBackfill as error:
        return {**told, "trouble": str(error)}
    wanted = sum(len(tally.wanted) for tally in tallies)
    refused = [_refused(tally, each) for tally in tallies for each in tally.refused]
    return {
        **told,
        "tallies": [
            {"label": tally.label, "count": len(tally.wanted), "amount": tally.amount}
            for tally in tallies
            if tally.wanted
        ],
        "wanted": wanted,
        "button": f"Post {wanted} document{'' if wanted == 1 else 's'}",
        "refused": refused[:MOST_REFUSED],
        "more_refused": max(len(refused) - MOST_REFUSED, 0),
        "is_counted": True,
    }


def _refused(tally: Tally, each: backfill.Found) -> dict[str, Any]:
    return {"number": each.number, "label": tally.label, "dated": each.dated, "reason": each.refusal}
