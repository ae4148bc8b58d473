"""Downloads of a section: its whole table, and the template to fill in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from tempfile import TemporaryFile
from typing import BinaryIO

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from mapping.exports import (
    Cells,
    headings_of,
    list_examples,
    list_explanations,
    list_rows,
    write_csv,
    write_table,
    write_xlsx,
)
from mapping.imports import report
from mapping.imports.report import headings_of_report, rows_of_report
from mapping.models import MappingRun
from mapping.page.import_rows import filter_rows, read_rows_query
from mapping.screens import SECTIONS, Section
from mapping.sides import NotConnected, load_sides
from mapping.views.doors import get_section, home_of
from smoothx.tenants.access import TenantRequest, for_role, get_row
from smoothx.tenants.models import Role

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_GET
@for_role(Role.VIEWER)
def export(request: TenantRequest, section_key: str, form: str) -> HttpResponse | FileResponse:
    """Linked rows and open rows of both sides, written to disk first: a long list never stands in memory whole."""
    section = get_section(section_key)
    try:
        rows = list_rows(section, load_sides())
        name = f"{section.key}-{timezone.localdate():%Y-%m-%d}.{form}"
        return _send(name, form, lambda file: _write(file, section, rows, form))
    except NotConnected as error:
        messages.error(request, error.sentence)
        return HttpResponseRedirect(home_of(section))


@require_GET
@for_role(Role.VIEWER)
def template(request: TenantRequest, section_key: str, form: str) -> FileResponse:
    """Headings, a few examples, and in a workbook a sheet that explains the columns."""
    section = get_section(section_key)
    rows = list_examples(section)
    name = f"{section.key}-template.{form}"
    if form == "csv":
        return _send(name, form, lambda file: _write(file, section, rows, form))
    explanations = list_explanations(section)
    return _send(name, form, lambda file: write_xlsx(file, section, rows, explanations=explanations))


@require_GET
@for_role(Role.ADMIN)
def import_report(request: TenantRequest, run_id: int) -> FileResponse:
    """The rows of an import that the page's search and filter show, with what became of each."""
    run: MappingRun = get_row(MappingRun, pk=run_id, what=MappingRun.What.IMPORT, section__in=list(SECTIONS))
    rows = filter_rows(run.rows.exclude(verdict=""), read_rows_query(request.GET))
    headings = headings_of_report(run)
    widths = [24] * (len(headings) - len(report.WIDTHS)) + list(report.WIDTHS)
    return _send(
        f"{run.section}-import-{run.pk}.xlsx",
        "xlsx",
        lambda file: write_table(file, headings, rows_of_report(run, rows), widths=widths),
    )


def _write(file: BinaryIO, section: Section, rows: Iterable[Cells], form: str) -> None:
    if form == "csv":
        write_csv(file, list(headings_of(section).values()), rows)
    else:
        write_xlsx(file, section, rows)


def _send(name: str, form: str, write: Callable[[BinaryIO], None]) -> FileResponse:
    file = TemporaryFile()  # noqa: SIM115, the answer closes it
    try:
        write(file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=TYPES[form])
