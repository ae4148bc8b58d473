"""Payroll files: choosing one, looking at what each of its rows would do, taking rows, and undoing a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mapping.imports.files import FileRefused
from mapping.sides import NotConnected
from smoothx.lib.replies import go_back
from smoothx.tenants.access import TenantRequest, for_role, get_row
from smoothx.tenants.models import Role
from sync.models import PayrollFile
from sync.pages.payroll_rows import file_context, start_context
from sync.payroll import taking
from sync.payroll.taking import NotPossible

# A row of each kind: hours at a rate, and an amount alone.
TEMPLATE = (
    "Employee,Date,Project,Cost code,Pay type,Hours,Rate,Amount,Memo\r\n"
    "Rosa Alvarez,2026-09-15,2301,03-300,Regular,8,42.50,,Footings\r\n"
    "Rosa Alvarez,2026-09-15,2301,03-300,Burden,,,68.00,\r\n"
)


@require_http_methods(["GET", "POST"])
@for_role(Role.ADMIN)
def files(request: TenantRequest) -> HttpResponse:
    """The page to choose a file on, and its answer: the rows, or why the file cannot be read."""
    if request.method == "GET":
        return render(request, "payroll/files.html", start_context())
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        return _refuse(request, "Choose a file.")
    try:
        made = taking.start(cast(BinaryIO, sent), size=sent.size or 0, name=sent.name or "", actor=request.user)
    except (FileRefused, NotConnected) as refusal:
        return _refuse(request, refusal.sentence)
    return HttpResponseRedirect(_page_of(made))


def _refuse(request: TenantRequest, sentence: str) -> HttpResponse:
    return render(request, "payroll/files.html", start_context(error=sentence), status=422)


@require_GET
@for_role(Role.ADMIN)
def template(request: TenantRequest) -> HttpResponse:
    headers = {"Content-Disposition": 'attachment; filename="payroll-template.csv"'}
    return HttpResponse("\ufeff" + TEMPLATE, content_type="text/csv; charset=utf-8", headers=headers)


@require_GET
@for_role(Role.ADMIN)
def file(request: TenantRequest, file_id: int) -> HttpResponse:
    """One file: what each of its rows would do, or did."""
    found = get_row(PayrollFile, pk=file_id)
    return render(request, "payroll/file.html", file_context(found, request.GET))


@require_POST
@for_role(Role.ADMIN)
def take(request: TenantRequest, file_id: int) -> HttpResponse:
    """Take the rows ticked (fields `id`), or with `all` every row that is in no doubt."""
    found = get_row(PayrollFile, pk=file_id)
    ticked = {int(text) for text in request.POST.getlist("id") if text.isdecimal() and len(text) < 16}
    only = None if request.POST.get("all") == "1" else ticked

    def act() -> str:
        count = taking.take(found, request.user, only=only)
        return f"{count:,} row{'' if count == 1 else 's'} taken. The costs go to Procore now."

    return _do(request, act, back=_page_of(found))


@require_POST
@for_role(Role.ADMIN)
def undo(request: TenantRequest, file_id: int) -> HttpResponse:
    """Let the rows of a file count no more, as long as nothing of them stands in Procore."""
    found = get_row(PayrollFile, pk=file_id)

    def act() -> str:
        count = taking.undo(found, request.user)
        return (
            f"Undone. {count:,} row{'' if count == 1 else 's'} of the file count{'s' if count == 1 else ''} no more."
        )

    return _do(request, act, back=_page_of(found))


@require_POST
@for_role(Role.ADMIN)
def discard(request: TenantRequest, file_id: int) -> HttpResponse:
    """Forget a file of which nothing was taken."""
    found = get_row(PayrollFile, pk=file_id)
    page = _page_of(found)
    try:
        taking.discard(found)
    except NotPossible as reason:
        messages.error(request, str(reason))
        return HttpResponseRedirect(page)
    messages.success(request, "The file is discarded. Nothing of it was taken.")
    return HttpResponseRedirect(reverse("payroll:files"))


def _do(request: TenantRequest, act: Callable[[], str], *, back: str) -> HttpResponse:
    try:
        messages.success(request, act())
    except (NotPossible, NotConnected) as reason:
        messages.error(request, getattr(reason, "sentence", "") or str(reason))
    return go_back(request, back)


def _page_of(found: PayrollFile) -> str:
    return reverse("payroll:file", args=[found.pk])
