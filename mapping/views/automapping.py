"""Running automap, reviewing what it left, and undoing a run."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from mapping.automap import close_run, reject, reopen_run, take_back_rejection
from mapping.kinds import KINDS
from mapping.links import LinkRefused, automap, link
from mapping.models import Link, MappingRun, SuggestedPair
from mapping.screens import SECTIONS, Section
from mapping.sides import NotConnected
from mapping.undo import AlreadyUndone, Undone, undo_run
from mapping.views.doors import get_section, home_of
from smoothx.lib.replies import go_back
from smoothx.tenants.access import TenantRequest, for_role, get_row
from smoothx.tenants.models import Role


@require_POST
@for_role(Role.ADMIN)
def run_automap(request: TenantRequest, section_key: str) -> HttpResponse:
    section = get_section(section_key)
    try:
        run = automap(section, request.user)
    except NotConnected as error:
        messages.error(request, error.sentence)
        return go_back(request, home_of(section))
    undo = f"undo:{reverse('mapping:undo_run', args=[run.pk])}" if run.linked else ""
    told = f"Automap linked {count_pairs(run.linked)}, {run.unsure} to review"
    if not run.linked:
        told = f"Automap found nothing sure, {run.unsure} to review" if run.unsure else "Automap found no more pairs"
    messages.success(request, told, extra_tags=undo)
    return go_back(request, home_of(section))


@require_POST
@for_role(Role.ADMIN)
def undo_automap(request: TenantRequest, run_id: int) -> HttpResponse:
    run = get_row(MappingRun, pk=run_id)
    section = SECTIONS[run.section]
    try:
        undone = undo_run(run, request.user)
    except AlreadyUndone:
        messages.error(request, "This run was undone before.")
    else:
        messages.success(request, _tell_undone(undone))
    return go_back(request, home_of(section))


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


@require_POST
@for_role(Role.ADMIN)
def link_pair(request: TenantRequest, pair_id: int) -> HttpResponse:
    """Link a pair automap was not sure about."""
    pair = get_row(SuggestedPair, pk=pair_id)
    section = _section_of(pair)
    try:
        made = link(
            KINDS[pair.kind],
            left_connection=pair.left_connection,
            left_id=pair.left_id,
            right_connection=pair.right_connection,
            right_id=pair.right_id,
            chosen_by=Link.ChosenBy.HAND,
            actor=request.user,
            reason=f"{pair.reason}, {pair.score}",
        )
    except LinkRefused as refusal:
        messages.error(request, refusal.sentence)
        return go_back(request, home_of(section))
    undo = f"undo:{reverse('mapping:unlink', args=[section.key, made.pk])}"
    messages.success(request, "The pair is linked", extra_tags=undo)
    return go_back(request, home_of(section))


@require_POST
@for_role(Role.ADMIN)
def reject_pair(request: TenantRequest, pair_id: int) -> HttpResponse:
    pair = get_row(SuggestedPair, pk=pair_id)
    reject(pair, request.user)
    undo = f"undo:{reverse('mapping:allow_pair', args=[pair.pk])}"
    messages.success(request, "Not offered again", extra_tags=undo)
    return go_back(request, home_of(_section_of(pair)))


@require_POST
@for_role(Role.ADMIN)
def allow_pair(request: TenantRequest, pair_id: int) -> HttpResponse:
    pair = get_row(SuggestedPair, pk=pair_id)
    take_back_rejection(pair, request.user)
    return go_back(request, home_of(_section_of(pair)))


def count_pairs(count: int) -> str:
    return f"{count} pair{'' if count == 1 else 's'}"


def _tell_undone(undone: Undone) -> str:
    """ "The run is undone, 61 pairs unlinked, 2 pairs linked again. 1 pair changed since, left as it is"."""
    parts = [f"{count_pairs(undone.unlinked)} unlinked"] if undone.unlinked or not undone.linked else []
    parts += [f"{count_pairs(undone.linked)} linked again"] if undone.linked else []
    kept = f". {count_pairs(undone.kept)} changed since, left as {'it is' if undone.kept == 1 else 'they are'}"
    return f"The run is undone, {', '.join(parts)}{kept if undone.kept else ''}"


def _section_of(pair: SuggestedPair) -> Section:
    return next(section for section in SECTIONS.values() if KINDS[pair.kind] in section.kinds)
