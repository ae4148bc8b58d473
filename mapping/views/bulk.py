"""Changes of many rows: a few while the person waits, many by a worker, with a page that says what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mapping.bulk.acts import ACTS, REFUSALS
from mapping.bulk.tasks import MOST_AT_ONCE, begin
from mapping.models import MappingRun
from mapping.page.bulk_run import bulk_run_context
from mapping.screens import Section
from smoothx.lib.replies import go_back, go_whole
from smoothx.tenants.access import TenantRequest, for_role, get_row
from smoothx.tenants.models import Role


@require_GET
@for_role(Role.ADMIN)
def show(request: TenantRequest, run_id: int) -> HttpResponse:
    run = get_row(MappingRun, pk=run_id, what=MappingRun.What.CHANGE)
    if "act" not in run.options:
        raise Http404
    return render(request, "mapping/bulk_run.html", bulk_run_context(run))


def change_rows(
    request: TenantRequest, section: Section, act: str, values: dict[str, Any], *, count: int, back: str
) -> HttpResponse:
    """Do it now and go back, or have a worker do it and go to its page. `count` is how many rows it is about."""
    if count > MOST_AT_ONCE:
        run = begin(section, act, request.user, values=values, count=count)
        return go_whole(request, reverse("mapping:bulk_run", args=[run.pk]))
    try:
        outcome = ACTS[act].do(section, request.user, values, None)
    except REFUSALS as refusal:
        messages.error(request, refusal.sentence)
        return go_back(request, back)
    if outcome.count:
        undo = f"undo:{outcome.undo_url}" if outcome.undo_url else ""
        messages.success(request, outcome.sentence, extra_tags=undo)
    elif outcome.sentence:
        messages.warning(request, outcome.sentence)
    return go_back(request, back)


def read_values(values: QueryDict, back: str) -> dict[str, Any]:
    """With `all=1` the rows the list at `back` shows, else those of the fields `id` and `ids`."""
    if values.get("all") == "1":
        return {"address": back}
    # A question sends the ids back as one field.
    given = [*values.getlist("id"), *values.get("ids", "").split(",")]
    return {"ids": [int(text) for text in given if text.isdecimal() and len(text) < 19]}
