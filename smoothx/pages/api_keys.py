"""API keys: made, shown once, and revoked by administrators. What they open is in smoothx/api."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from smoothx.lib.replies import go_back, render_dialog
from smoothx.lib.shapes import Action, Confirm, Empty
from smoothx.pages.settings_nav import layout
from smoothx.tenants.access import TenantRequest, for_role, get_row
from smoothx.tenants.api_keys import KeyRefused, last_day_of, make_key, revoke_key, usable_keys
from smoothx.tenants.models import ApiKey, Role

LEAD = "Let a report or a program of yours read what stands here. A key reads, and can change nothing."
# Keys that are revoked or expired, the newest first; the audit log has all.
MOST_ENDED = 30
LONGEST = timedelta(days=3660)


class KeyForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=60,
        help_text="What it is for, so that you know it later.",
        error_messages={"required": "Give it a name."},
    )
    last_day = forms.DateField(
        label="Good through",
        required=False,
        help_text="If empty: until somebody revokes it.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "This is not a date."},
    )

    def clean_last_day(self) -> date | None:
        day: date | None = self.cleaned_data["last_day"]
        today = timezone.localdate()
        if day is not None and not today <= day <= today + LONGEST:
            message = "Choose a day from today on, at most ten years away."
            raise forms.ValidationError(message)
        return day


@for_role(Role.ADMIN)
def api_keys(request: TenantRequest) -> HttpResponse:
    rows = ApiKey.objects.select_related("made_by", "revoked_by")
    usable = list(usable_keys().select_related("made_by").order_by("name"))
    ended = list(rows.exclude(pk__in=[row.pk for row in usable]).order_by("-made_at")[:MOST_ENDED])
    make_action = Action(
        label="Make a key", url=reverse("settings:api_key_make"), icon="key", variant="main", dialog=True
    )
    context = {
        "keys": [_row(row) for row in usable],
        "ended": [_row(row) for row in ended],
        "make_action": make_action,
        "empty": Empty(
            title="No keys yet",
            text="A key lets a BI tool or a spreadsheet read the ledger, the settings and the go-live checks.",
            icon="key",
        ),
        **layout(request, "settings:api_keys", lead=LEAD),
    }
    return render(request, "settings/api_keys.html", context)


def _row(row: ApiKey) -> dict[str, Any]:
    is_revoked = row.revoked_at is not None and row.revoked_at != row.expires_at
    return {
        "id": row.pk,
        "name": row.name,
        "hint": f"{row.hint}…",
        "made_by": _name(row.made_by),
        "made_at": row.made_at,
        "last_used_at": row.last_used_at,
        "last_day": last_day_of(row),
        "revoked_at": row.revoked_at if is_revoked else None,
        "revoked_by": _name(row.revoked_by) if is_revoked else "",
        "revoke_url": reverse("settings:api_key_revoke", args=[row.pk]),
    }


def _name(person: Any) -> str:
    return (person.get_full_name() or person.email) if person is not None else "Somebody who left"


@for_role(Role.ADMIN)
def make(request: TenantRequest) -> HttpResponse:
    """Ask for a name, then make the key and show it. It is in this one answer and nowhere else."""
    is_sent = request.method == "POST"
    form = KeyForm(request.POST if is_sent else None, auto_id="key_%s")
    if is_sent and form.is_valid():
        try:
            row, key = make_key(form.cleaned_data["name"], request.user, last_day=form.cleaned_data["last_day"])
        except KeyRefused as refusal:
            form.add_error("name", str(refusal))
        else:
            return _show_once(request, row, key)
    context = {
        "form": form,
        "action_url": reverse("settings:api_key_make"),
        "cancel_url": reverse("settings:api_keys"),
    }
    status = 422 if form.is_bound else 200
    return render_dialog(request, "settings/_api_key_form.html", context, title="Make a key", status=status)


def _show_once(request: TenantRequest, row: ApiKey, key: str) -> HttpResponse:
    context = {"row": row, "key": key, "done_url": reverse("settings:api_keys")}
    response = render_dialog(request, "settings/_api_key_shown.html", context, title=f"Key {row.name}")
    # Back does not bring it up again.
    response["Cache-Control"] = "no-store"
    return response


@for_role(Role.ADMIN)
def revoke(request: TenantRequest, key_id: int) -> HttpResponse:
    """Ask, then end the key for good."""
    row = get_row(ApiKey, pk=key_id)
    back = reverse("settings:api_keys")
    if request.method == "POST":
        if revoke_key(row, request.user):
            messages.success(request, f"{row.name} was revoked")
        else:
            messages.info(request, f"{row.name} was revoked before.")
        return go_back(request, back)
    confirm = Confirm(
        title=f"Revoke {row.name}",
        text="Whatever reads with this key is refused from then on. This cannot be taken back.",
        items=[
            f"Last used {timezone.localtime(row.last_used_at):%-d %b %Y, %H:%M}."
            if row.last_used_at
            else "Never used."
        ],
        action_url=reverse("settings:api_key_revoke", args=[row.pk]),
        button="Revoke the key",
        variant="bad",
        cancel_url=back,
    )
    return render_dialog(request, "components/confirm.html", {"confirm": confirm}, title=confirm.title)
