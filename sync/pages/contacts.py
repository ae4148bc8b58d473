"""Linked contacts that differ: counted and shown before any of them is brought in step."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from smoothx.lib.shapes import Action, Empty
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import Role
from sync import contact_backlog
from sync.contact_backlog import Backlog, CannotUpdate
from sync.pages.setting_urls import screen_url

MOST_SHOWN = 50
NAMES = {"procore": "Procore", "qbo": "QuickBooks"}


@for_role(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def page(request: TenantRequest) -> HttpResponse:
    """What differs; a post queues all that can be written."""
    if request.method == "POST":
        return _begin(request)
    backlog = contact_backlog.find_backlog()
    context = {"activity_url": reverse("activity:index"), "settings_url": screen_url("contacts")}
    return render(request, "activity/contacts.html", context | (_shown(backlog) if backlog is not None else {}))


def _begin(request: TenantRequest) -> HttpResponse:
    try:
        queued = contact_backlog.begin(request.user)
    except CannotUpdate as error:
        messages.error(request, str(error))
    else:
        noun = "contact is" if queued == 1 else "contacts are"
        messages.success(request, f"{queued:,d} {noun} on the way. You can leave this page.")
    return redirect(request.path)


def _shown(backlog: Backlog) -> dict[str, Any]:
    wanted, refused = backlog.wanted, backlog.refused
    return {
        "here": NAMES[backlog.flow.source],
        "there": NAMES[backlog.flow.target],
        "there_side": "procore" if backlog.flow.target == "procore" else "quickbooks",
        "here_side": "procore" if backlog.flow.source == "procore" else "quickbooks",
        "going": backlog.going,
        "wanted": wanted[:MOST_SHOWN],
        "count": len(wanted),
        "more": max(len(wanted) - MOST_SHOWN, 0),
        "refused": refused[:MOST_SHOWN],
        "more_refused": max(len(refused) - MOST_SHOWN, 0),
        "button": f"Change {len(wanted):,d} contact{'' if len(wanted) == 1 else 's'} in {NAMES[backlog.flow.target]}",
        "is_on": True,
        "empty": Empty(
            title="Nothing differs",
            text="Every linked contact has the same details on both sides, as far as they are kept in step.",
            action=Action(label="Activity", url=reverse("activity:index")),
            icon="check",
        ),
    }
