"""The page that compares the four ways to map cost codes, and choosing one of them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mapping.choices import ChoiceRefused
from mapping.models import MappingRun
from mapping.options.choosing import archive_unused, choose_option
from mapping.options.tasks import start_counting
from mapping.options.ways import OPTIONS, Option
from mapping.page.ways import Ways, choice_context, ways_context
from mapping.sides import NotConnected, load_sides
from smoothx.lib.replies import go_back
from smoothx.tenants.access import TenantRequest, for_role, has_role
from smoothx.tenants.models import Role


@require_GET
@for_role(Role.VIEWER)
def show(request: TenantRequest) -> HttpResponse:
    return render(request, "mapping/options.html", ways_context(_ways(request)))


@require_http_methods(["GET", "POST"])
@for_role(Role.ADMIN)
def option(request: TenantRequest, option_key: str) -> HttpResponse:
    """GET says what choosing this way changes; POST does it, with the field `archive` for the map put out of use."""
    chosen, ways = _get_option(option_key), _ways(request)
    if request.method == "GET":
        return render(request, "mapping/options_choice.html", choice_context(chosen, ways))
    try:
        done = choose_option(chosen, ways.situation, request.user, archives=request.POST.get("archive") == "1")
    except ChoiceRefused as refusal:
        context = choice_context(chosen, ways, error=refusal.sentence)
        return render(request, "mapping/options_choice.html", context, status=422)
    messages.success(request, f"Cost codes are mapped by {chosen.title.lower()} from now on")
    for run in done.archived:
        _tell_archived(request, run)
    return go_back(request, reverse("mapping:options"))


@require_POST
@for_role(Role.ADMIN)
def archive(request: TenantRequest) -> HttpResponse:
    """Unlink the maps to classes that are out of use as things stand."""
    runs = archive_unused(_ways(request).situation, request.user)
    for run in runs:
        _tell_archived(request, run)
    if not runs:
        messages.warning(request, "Nothing is out of use any more.")
    return go_back(request, reverse("mapping:options"))


@require_POST
@for_role(Role.ADMIN)
def count(request: TenantRequest) -> HttpResponse:
    """Count in the books anew, in the background."""
    try:
        connection = load_sides().need_working("quickbooks")
    except NotConnected as error:
        messages.error(request, error.sentence)
    else:
        start_counting(connection)
    return go_back(request, reverse("mapping:options"))


def _tell_archived(request: TenantRequest, run: MappingRun) -> None:
    text = f"{run.done:,} link{'' if run.done == 1 else 's'} archived"
    messages.success(request, text, extra_tags=f"undo:{reverse('mapping:undo_run', args=[run.pk])}")


def _ways(request: TenantRequest) -> Ways:
    return Ways(load_sides(), can_change=has_role(request.membership, Role.ADMIN))


def _get_option(key: str) -> Option:
    if key not in OPTIONS:
        raise Http404
    return OPTIONS[key]
