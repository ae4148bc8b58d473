"""A push of many rows: its page, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from mapping.links import LinkRefused
from mapping.models import MappingRun, RunRow
from mapping.page.push_options import read_options
from mapping.page.push_run import THERE, read_run_query, rows_shown, run_context, run_url
from mapping.pushing import namesakes
from mapping.pushing import runs as push_runs
from mapping.views.doors import get_section, make_frame
from smoothx.lib.replies import next_of
from smoothx.tenants.access import TenantRequest, for_role, get_row
from smoothx.tenants.models import Role

CHANGED = "This push is past that step. This page shows how it stands."


@require_GET
@for_role(Role.VIEWER)
def show(request: TenantRequest, run_id: int) -> HttpResponse:
    run = _get_run(run_id)
    frame = make_frame(request, get_section(run.section))
    return render(request, "mapping/push_run.html", run_context(frame, run, read_run_query(request.GET)))


@require_POST
@for_role(Role.ADMIN)
def act(request: TenantRequest, run_id: int, act: str) -> HttpResponse:
    """One of ACTS; what does not fit the run as it stands changes nothing and says so."""
    run = _get_run(run_id)
    if act not in ACTS:
        raise Http404
    ACTS[act](request, run)
    return HttpResponseRedirect(next_of(request, run_url(run)))


def _confirm(request: TenantRequest, run: MappingRun) -> None:
    if not push_runs.confirm(run, request.user):
        messages.warning(request, CHANGED)


def _stop(request: TenantRequest, run: MappingRun) -> None:
    if not push_runs.stop(run, request.user):
        messages.warning(request, CHANGED)


def _resume(request: TenantRequest, run: MappingRun) -> None:
    if not push_runs.resume(run, request.user, with_failed=request.POST.get("failed") == "1"):
        messages.warning(request, CHANGED)


def _change(request: TenantRequest, run: MappingRun) -> None:
    if not push_runs.change(run, read_options(run, request.POST)):
        messages.warning(request, CHANGED)


def _choose(request: TenantRequest, run: MappingRun) -> None:
    values = request.POST
    rows = rows_shown(run, read_run_query(values))
    if values.get("all") != "1":
        ids = [int(text) for text in values.getlist("id") if text.isdecimal() and len(text) < 19]
        rows = run.rows.filter(pk__in=ids)
    count = push_runs.choose(run, rows, is_chosen=values.get("action") == "take")
    if not count:
        messages.warning(request, "Choose at least one row that is to be created.")


def _link(request: TenantRequest, run: MappingRun) -> None:
    """Link the row named, or all whose name the other side has."""
    row_id = request.POST.get("id", "")
    if row_id:
        row = get_row(RunRow, pk=row_id, run=run, verdict__in=THERE)
        try:
            namesakes.link_namesake(run, row, request.user)
        except LinkRefused as refusal:
            messages.error(request, f"{row.label}: {refusal.sentence}")
        else:
            messages.success(request, f"{row.label} is linked")
        return
    if not namesakes.link_existing(run, request.user):
        messages.warning(request, CHANGED)


def _get_run(run_id: int) -> MappingRun:
    return get_row(MappingRun, pk=run_id, what=MappingRun.What.PUSH)


ACTS: dict[str, Callable[[TenantRequest, MappingRun], None]] = {
    "confirm": _confirm,
    "stop": _stop,
    "resume": _resume,
    "change": _change,
    "choose": _choose,
    "link": _link,
}
