"""Importing a mapping: the upload, the preview with its columns and choices, and linking what was chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mapping.imports import preview, tasks
from mapping.imports.commit import claim
from mapping.imports.files import FileRefused
from mapping.imports.verdicts import CHOOSABLE
from mapping.models import MappingRun
from mapping.page.import_rows import filter_rows, read_rows_query
from mapping.page.importing import run_context, start_context
from mapping.screens import SECTIONS, Section
from mapping.sides import NotConnected
from mapping.views.doors import get_section
from smoothx.lib.replies import go_back
from smoothx.tenants.access import TenantRequest, for_role, get_row
from smoothx.tenants.models import Role

NO_FILE = "Choose a file."
NOT_OPEN = "This import was confirmed, discarded or replaced in another window."


@require_http_methods(["GET", "POST"])
@for_role(Role.ADMIN)
def start(request: TenantRequest, section_key: str) -> HttpResponse:
    """The page to choose a file on, and its answer: the preview, or why the file cannot be read."""
    section = get_section(section_key)
    if request.method == "GET":
        return render(request, "mapping/import.html", start_context(section))
    file = _file_of(request)
    if file is None:
        return _refuse(request, section, NO_FILE)
    try:
        run = preview.start_preview(
            section, cast(BinaryIO, file), size=file.size or 0, name=file.name or "", actor=request.user
        )
        tasks.start_check(run)
    except (FileRefused, NotConnected) as refusal:
        return _refuse(request, section, refusal.sentence)
    return HttpResponseRedirect(_page_of(run))


@require_GET
@for_role(Role.ADMIN)
def show(request: TenantRequest, run_id: int) -> HttpResponse:
    """One import: to be confirmed, under way, or done."""
    run = _get_run(run_id)
    return render(request, "mapping/import_run.html", run_context(run, read_rows_query(request.GET)))


@require_POST
@for_role(Role.ADMIN)
def set_columns(request: TenantRequest, run_id: int) -> HttpResponse:
    """What each column means, or which sheet is the mapping (field `change`)."""
    run = _get_run(run_id)
    sheet = _number(request.POST.get("sheet", ""))
    if request.POST.get("change") == "sheet":
        return _change(request, run, lambda: preview.choose_other_sheet(run, sheet))
    width = len(run.options["meanings"])
    meanings = [request.POST.get(f"column_{column}", "") for column in range(width)]
    header_row = _number(request.POST.get("header_row", ""))
    return _change(
        request, run, lambda: preview.set_layout(run, sheet=sheet, header_row=header_row, meanings=meanings)
    )


@require_POST
@for_role(Role.ADMIN)
def replace(request: TenantRequest, run_id: int) -> HttpResponse:
    """Whether links that stand are replaced (field `replaces`)."""
    run = _get_run(run_id)
    return _change(request, run, lambda: preview.set_replacing(run, replaces=request.POST.get("replaces") == "1"))


@require_POST
@for_role(Role.ADMIN)
def pair(request: TenantRequest, run_id: int) -> HttpResponse:
    """Suggest partners for a list of one side."""
    run = _get_run(run_id)
    return _change(request, run, lambda: preview.ask_for_pairs(run))


@require_POST
@for_role(Role.ADMIN)
def add_list(request: TenantRequest, run_id: int) -> HttpResponse:
    """Pair the list with that in a second file."""
    run = _get_run(run_id)
    file = _file_of(request)
    if file is None:
        messages.error(request, NO_FILE)
        return HttpResponseRedirect(_page_of(run))
    try:
        return _change(request, run, lambda: preview.add_list(run, cast(BinaryIO, file), size=file.size or 0))
    except FileRefused as refusal:
        messages.error(request, refusal.sentence)
        return HttpResponseRedirect(_page_of(run))


@require_POST
@for_role(Role.ADMIN)
def choose(request: TenantRequest, run_id: int) -> HttpResponse:
    """Take rows in, or leave them out: those ticked, or all that the page's search and filter show."""
    run = _get_run(run_id)
    rows = run.rows.filter(verdict__in=CHOOSABLE)
    if request.POST.get("all") == "1":
        rows = filter_rows(
            rows, read_rows_query({"q": request.POST.get("q", ""), "show": request.POST.get("show", "")})
        )
    else:
        rows = rows.filter(pk__in=[_number(text) for text in request.POST.getlist("id")])
    is_chosen = request.POST.get("action") == "take"
    try:
        count = preview.choose_rows(run, rows, is_chosen=is_chosen)
    except preview.NotOpen:
        messages.error(request, NOT_OPEN)
    else:
        what = "taken in" if is_chosen else "left out"
        messages.success(request, f"{count:,} row{'' if count == 1 else 's'} {what}")
    return go_back(request, _page_of(run))


@require_POST
@for_role(Role.ADMIN)
def commit(request: TenantRequest, run_id: int) -> HttpResponse:
    """Link the chosen rows in the background."""
    run = _get_run(run_id)
    try:
        chosen = claim(run, request.user)
    except preview.NotOpen:
        messages.error(request, NOT_OPEN)
        return HttpResponseRedirect(_page_of(run))
    if chosen:
        tasks.start_work(run)
    else:
        tasks.fail(run.pk, "No row was chosen, so nothing was linked.")
    return HttpResponseRedirect(_page_of(run))


@require_POST
@for_role(Role.ADMIN)
def reopen(request: TenantRequest, run_id: int) -> HttpResponse:
    """Back to the preview after linking stopped, compared anew."""
    run = _get_run(run_id)
    return _change(request, run, lambda: tasks.reopen(run))


@require_POST
@for_role(Role.ADMIN)
def discard(request: TenantRequest, run_id: int) -> HttpResponse:
    """Put a preview away. Nothing was linked by it."""
    run = _get_run(run_id)
    try:
        preview.discard(run, request.user)
    except preview.NotOpen:
        messages.error(request, NOT_OPEN)
        return HttpResponseRedirect(_page_of(run))
    messages.success(request, "The import is discarded. Nothing was linked.")
    return HttpResponseRedirect(reverse("mapping:import", args=[run.section]))


def _change(request: TenantRequest, run: MappingRun, change: Callable[[], None]) -> HttpResponse:
    """Change the preview and compare it anew."""
    try:
        change()
        tasks.start_check(run)
    except preview.NotOpen:
        messages.error(request, NOT_OPEN)
    except NotConnected as error:
        messages.error(request, error.sentence)
    return HttpResponseRedirect(_page_of(run))


def _refuse(request: TenantRequest, section: Section, sentence: str) -> HttpResponse:
    return render(request, "mapping/import.html", start_context(section, error=sentence), status=422)


def _file_of(request: TenantRequest) -> UploadedFile[Any] | None:
    file = request.FILES.get("file")
    return file if isinstance(file, UploadedFile) else None


def _get_run(run_id: int) -> MappingRun:
    run: MappingRun = get_row(MappingRun, pk=run_id, what=MappingRun.What.IMPORT, section__in=list(SECTIONS))
    return run


def _page_of(run: MappingRun) -> str:
    return reverse("mapping:import_run", args=[run.pk])


def _number(text: Any) -> int:
    return int(text) if str(text).isdecimal() and len(str(text)) < 16 else 0
