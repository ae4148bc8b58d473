"""The frame of the operator's bench: one company at a time, and nothing there can be edited.

Django's admin knows no tenants. So a company is chosen first, from the list of companies, and each page is read and
rendered inside its scope.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from connectors.redact import redact_body
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope

COMPANY = "company"
SESSION_KEY = "bench_company"


class EvidenceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows of the chosen company, to be looked at. Actions are the only way to do anything, and each is audited."""

    list_per_page = 50
    # Counting a company's whole table for the words "of 5,000,000" costs more than the page.
    show_full_result_count = False
    change_list_template = "staff/evidence_list.html"

    class Media:
        css: ClassVar = {"all": ("css/bench.css",)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if COMPANY in request.GET:
            return self._choose(request)
        return self._within(request, super().changelist_view, extra_context)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return self._within(request, super().changeform_view, extra_context, object_id, form_url)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self._within(request, super().history_view, extra_context, object_id)

    def _choose(self, request: HttpRequest) -> HttpResponse:
        """Keep the company of the address, and go on with the rest of it."""
        query = request.GET.copy()
        (company,) = query.pop(COMPANY)[-1:]
        request.session[SESSION_KEY] = int(company) if company.isdecimal() and len(company) < 19 else None
        return HttpResponseRedirect(f"{request.path}?{query.urlencode()}" if query else request.path)

    def _within(self, request: HttpRequest, view: Callable[..., Any], extra: Any, *given: Any) -> HttpResponse:
        tenant = Tenant.objects.filter(pk=request.session.get(SESSION_KEY) or 0).first()
        if tenant is None:
            messages.info(request, "Choose a company first.")
            return redirect("admin:tenants_tenant_changelist")
        with tenant_scope(tenant.pk):
            response = view(request, *given, extra_context={**(extra or {}), "bench_company": tenant})
            if isinstance(response, TemplateResponse):
                response.render()
        found: HttpResponse = response
        return found


def show_json(value: Any) -> SafeString:
    """A value as text, secrets hidden. What was stored is redacted already; this is the second lock."""
    return show_text(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def show_text(text: str) -> SafeString:
    return format_html("<pre>{}</pre>", redact_body(text)) if text else format_html("")


def show_folded(value: Any) -> SafeString:
    """The same in one line of a table until somebody opens it."""
    return format_html("<details><summary>Show</summary>{}</details>", show_json(value)) if value else format_html("")


def show_table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> SafeString:
    head = format_html_join("", "<th>{}</th>", ((text,) for text in headings))
    lines = [format_html_join("", "<td>{}</td>", ((_cell(value),) for value in row)) for row in rows]
    body = format_html_join("", "<tr>{}</tr>", ((line,) for line in lines))
    shown = '<div class="evidence"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    return format_html(shown, head, body) if lines else format_html("{}", "None")


def _cell(value: Any) -> Any:
    return "" if value is None else value
