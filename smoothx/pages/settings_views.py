"""Settings: access, going live and the company."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from connectors.access_page import access_context
from smoothx.lib.replies import go_back
from smoothx.pages.change_notices import add_notices
from smoothx.pages.dashboard import pause_context
from smoothx.pages.settings_nav import layout
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import AuditEntry, Role, Tenant


@for_role(Role.VIEWER)
def index(request: HttpRequest) -> HttpResponse:
    return redirect("settings:access")


@for_role(Role.VIEWER)
def access(request: TenantRequest) -> HttpResponse:
    lead = "Smoothx acts in both systems as the users who connected them."
    context = access_context(request) | layout(request, "settings:access", lead=lead)
    add_notices(request, context["connections"])
    return render(request, "settings/access.html", context)


@for_role(Role.VIEWER)
def go_live(request: TenantRequest) -> HttpResponse:
    facts = [{"label": "Time zone", "value": request.tenant.time_zone}]
    context = {
        **pause_context(request),
        "start_date": request.tenant.start_date,
        "checklist_url": reverse("dashboard"),
        "facts": facts,
        "backfill": None,
        **layout(request, "settings:go_live", lead="Whether documents cross, and since when."),
    }
    return render(request, "settings/go_live.html", context)


ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))


class CompanyForm(forms.Form):
    name = forms.CharField(label="Company name", max_length=200)
    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=[("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in ZONES)],
    )


@for_role(Role.ADMIN)
def company(request: TenantRequest) -> HttpResponse:
    tenant = request.tenant
    before = {"name": tenant.name, "time_zone": tenant.time_zone}
    form = CompanyForm(request.POST if request.method == "POST" else None, initial=before)
    if request.method == "POST" and form.is_valid():
        if form.changed_data:
            Tenant.objects.filter(pk=tenant.pk).update(**{name: form.cleaned_data[name] for name in form.changed_data})
            AuditEntry.note(actor=request.user, action="company.changed", subject=tenant.name, before=before)
        messages.success(request, "Company saved")
        return go_back(request, reverse("settings:company"))
    context = {
        "form": form,
        "save_url": reverse("settings:company"),
        "changes": len(form.changed_data) if form.is_bound else 0,
        "groups": [{"title": "Name and time zone", "settings": _company_settings(form)}],
        **layout(request, "settings:company"),
    }
    return render(request, "settings/form.html", context, status=422 if form.errors else 200)


def _company_settings(form: CompanyForm) -> list[dict[str, Any]]:
    helps = {
        "name": "How the company is called here. Both accounts keep their own name.",
        "time_zone": "All times and days on these pages are in this zone.",
    }
    return [{"field": form[name], "help": text, "if_empty": ""} for name, text in helps.items()]
