"""Settings as a file: exported, and imported into this or another company after a look at each row."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from mapping.choices import ChoiceRefused
from smoothx.pages.settings_history import plan_context, seen_number
from smoothx.pages.settings_nav import layout
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import AuditEntry, Role
from sync.tasks import nudge
from sync.versions.files import BadFile, SettingsFile, read_file, write_file
from sync.versions.plan import Planned, apply, plan


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Export of settings",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )


@for_role(Role.VIEWER)
def export(request: TenantRequest) -> HttpResponse:
    """All settings with ids and names. No secret is among them."""
    name = f"settings-{request.tenant.slug}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(write_file(request.tenant.name), content_type="application/json", headers=headers)


@for_role(Role.ADMIN)
def import_file(request: TenantRequest) -> HttpResponse:
    """First the file, then what each of its rows would change, then the rows chosen."""
    if request.method != "POST":
        return _ask(request, UploadForm())
    if "content" in request.POST:
        return _commit(request)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _ask(request, form)
    content: bytes = form.cleaned_data["file"].read()
    try:
        return _preview(request, content, read_file(content))
    except BadFile as fault:
        form.add_error("file", fault.sentence)
        return _ask(request, form)


def _ask(request: TenantRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    lead = "Nothing is changed before you have seen what would change."
    context = {"form": form, **_frame(request, lead)}
    return render(request, "settings/import.html", context, status=422 if form.errors else status)


def _frame(request: TenantRequest, lead: str) -> dict[str, Any]:
    return {
        "action_url": reverse("settings:import"),
        "back_url": reverse("settings:history"),
        **layout(request, "settings:history"),
        "page_title": "Import settings",
        "lead": lead,
    }


def _plan(found: SettingsFile) -> list[Planned]:
    return plan(found.settings, keeps_ids=found.same_sides(), empties=False)


def _preview(
    request: TenantRequest, content: bytes, found: SettingsFile, *, error: str = "", chosen: list[str] | None = None
) -> HttpResponse:
    planned = _plan(found)
    taken = [each.setting for each in planned if each.verdict == "change"] if chosen is None else chosen
    context = {
        **plan_context(planned),
        "found": found,
        "content": content.decode("utf-8-sig"),
        "taken": taken,
        "seen": seen_number(),
        "error": error,
        **_frame(request, "What the file would change. Settings it does not name stay as they are."),
    }
    return render(request, "settings/import_rows.html", context, status=422 if error else 200)


def _commit(request: TenantRequest) -> HttpResponse:
    content = request.POST["content"].encode()
    chosen = request.POST.getlist("take")
    try:
        found = read_file(content)
    except BadFile as fault:
        messages.error(request, fault.sentence)
        return _ask(request, UploadForm(), status=422)
    error = _apply(request, found, chosen)
    if error:
        return _preview(request, content, found, error=error, chosen=chosen)
    return HttpResponseRedirect(reverse("settings:history"))


def _apply(request: TenantRequest, found: SettingsFile, chosen: list[str]) -> str:
    """Answers what is wrong."""
    if request.POST.get("seen") != str(seen_number()):
        return "The settings were changed meanwhile. This is what the file would change now."
    if not chosen:
        return "Tick the settings to take over."
    planned = {each.setting: each for each in _plan(found)}
    wanted = [planned[name] for name in dict.fromkeys(chosen) if name in planned]
    refused = [each for each in wanted if each.verdict == "refused"]
    if refused:
        return f"Nothing was changed. {refused[0].label}: {refused[0].reason}"
    try:
        count = apply(wanted, request.user, what="imported", detail=_detail(found))
    except ChoiceRefused as refusal:
        return f"Nothing was changed. {refusal.sentence}"
    AuditEntry.note(actor=request.user, action="settings.imported", subject=found.company, count=count)
    nudge()
    messages.success(request, f"{count} setting{'' if count == 1 else 's'} imported")
    return ""


def _detail(found: SettingsFile) -> str:
    return f"Imported from {found.company}" if found.company else "Imported"
