"""Running automap, putting its card away, and undoing a run."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from mapping.automap.running import close_run, reopen_run
from mapping.automap.tasks import start_automap
from mapping.models import MappingRun
from mapping.page.undone import count_pairs
from mapping.screens import SECTIONS, Section
from mapping.sides import NotConnected
from mapping.views.bulk import change_rows
from mapping.views.doors import get_section, home_of
from smoothx.lib.replies import go_back
from smoothx.tenants.access import TenantRequest, for_role, get_row
from smoothx.tenants.models import Role


@require_POST
@for_role(Role.ADMIN)
def run_automap(request: TenantRequest, section_key: str) -> HttpResponse:
    """Begin a run. The field `codes_first` says that equal codes come before names."""
    section = get_section(section_key)
    if not section.can_automap:
        raise Http404
    codes_first = request.POST.get("codes_first") == "1"
    try:
        run, is_new = start_automap(section, request.user, codes_first=codes_first)
    except NotConnected as error:
        messages.error(request, error.sentence)
        return go_back(request, home_of(section))
    run.refresh_from_db()
    if not is_new:
        messages.warning(request, _tell_running(run, section))
    elif run.state == MappingRun.State.FAILED:
        messages.error(request, run.message)
    elif run.state == MappingRun.State.DONE:
        undo = f"undo:{reverse('mapping:undo_run', args=[run.pk])}" if run.linked else ""
        messages.success(request, _tell_done(run), extra_tags=undo)
    return go_back(request, home_of(section))


@require_POST
@for_role(Role.ADMIN)
def undo_automap(request: TenantRequest, run_id: int) -> HttpResponse:
    run = get_row(MappingRun, pk=run_id)
    section, values = SECTIONS[run.section], {"undone": run.pk}
    return change_rows(request, section, "undo", values, count=run.changes.count(), back=home_of(section))


@require_POST
@for_role(Role.ADMIN)
def close_review(request: TenantRequest, run_id: int) -> HttpResponse:
    run = get_row(MappingRun, pk=run_id)
    close_run(run)
    undo = f"undo:{reverse('mapping:reopen_run', args=[run.pk])}"
    messages.success(request, "The review is closed", extra_tags=undo)
    return go_back(request, home_of(SECTIONS[run.section]))


@require_POST
@for_role(Role.ADMIN)
def reopen_review(request: TenantRequest, run_id: int) -> HttpResponse:
    run = get_row(MappingRun, pk=run_id, undone_at__isnull=True)
    reopen_run(run)
    return go_back(request, home_of(SECTIONS[run.section]))


def _tell_running(run: MappingRun, section: Section) -> str:
    by = run.started_by.get_full_name() or run.started_by.email.partition("@")[0] if run.started_by else "somebody"
    return f"Automap of {section.label} is at work already, started by {by}. A second one was not begun."


def _tell_done(run: MappingRun) -> str:
    if run.linked:
        return f"Automap linked {count_pairs(run.linked)}, {run.unsure:,} to review"
    return f"Automap found nothing sure, {run.unsure:,} to review" if run.unsure else "Automap found no more pairs"
