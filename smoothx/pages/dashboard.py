"""The first page: what needs a person, what crossed, and how both connections are; or the way to going live."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from smoothx.lib.shapes import Action
from smoothx.pages.causes import all_url, load_causes
from smoothx.pages.connection_cards import load_cards
from smoothx.pages.day import load_day
from smoothx.pages.onboarding import onboarding_context
from smoothx.tenants.access import TenantRequest, for_role, has_role
from smoothx.tenants.models import AuditEntry, Role, Tenant
from sync.models import Entry, WaitingFor
from sync.pages.frame import Frame
from sync.pages.needs import leave_out_quiet
from sync.pages.retention import load_retentions, retention_card
from sync.pages.rows import row_of

LATEST = 8


@for_role(Role.VIEWER)
def dashboard(request: TenantRequest) -> HttpResponse:
    if request.tenant.state == Tenant.State.SETUP:
        return render(request, "pages/onboarding.html", onboarding_context(request))
    return render(request, "pages/dashboard.html", dashboard_context(request))


def dashboard_context(request: TenantRequest) -> dict[str, Any]:
    frame = Frame()
    request.connections = list(frame.connections.values())  # type: ignore[attr-defined]
    causes = load_causes(frame)
    latest = Entry.objects.filter(leave_out_quiet()).order_by("-updated_at", "-id")[:LATEST]
    return {
        **pause_context(request),
        "connections": load_cards(frame.connections.values()),
        "causes": causes.rows,
        "causes_summary": {"documents": causes.documents, "causes": causes.causes, "all_url": all_url()},
        "day": load_day(),
        "retention": retention_card(load_retentions(), f"{reverse('reconcile:index')}?tab=retention"),
        "latest": [row_of(entry, frame) for entry in latest],
        "activity_url": reverse("activity:index"),
    }


def pause_context(request: TenantRequest) -> dict[str, Any]:
    """Whether the company is live, since when, and the button that applies to this role."""
    tenant = request.tenant
    is_paused = tenant.state == Tenant.State.PAUSED
    may = has_role(request.membership, Role.ADMIN)
    pause = Action(label="Pause sync", url=reverse("pause"), method="post", icon="pause")
    resume = Action(label="Resume", url=reverse("resume"), method="post", icon="play", variant="main")
    return {
        "live_since_date": timezone.localdate(tenant.live_at) if tenant.live_at else None,
        "is_live": tenant.state == Tenant.State.LIVE,
        "is_paused": is_paused,
        "paused_note": _paused_note() if is_paused else None,
        "pause": pause if may and tenant.state == Tenant.State.LIVE else None,
        "resume": resume if may and is_paused else None,
    }


def _paused_note() -> str:
    last = AuditEntry.objects.filter(action="tenant.paused").select_related("actor").order_by("-at").first()
    waiting = WaitingFor.objects.filter(subject="tenant:live").count()
    wait = f"{waiting} document{' waits' if waiting == 1 else 's wait'}." if waiting else "Nothing waits yet."
    if last is None:
        return f"Paused. {wait}"
    who = f" by {last.actor.get_full_name() or last.actor.email}" if last.actor else ""
    return f"Paused{who}, {timezone.localtime(last.at):%-d %b %Y, %H:%M}. {wait}"
