"""Gives each request of a signed-in person the company they last chose, and enters its scope and time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from smoothx.tenants.models import Membership, Tenant
from smoothx.tenants.scope import tenant_scope

SESSION_KEY = "tenant_id"
# What watches the processes is told without the database; whoever is signed in there must not have it asked.
NOBODYS = ("/health/", "/ready/", "/metrics/")


class TenantMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        membership = None if request.path in NOBODYS else choose_membership(request)
        if membership is None:
            return self.get_response(request)
        request.tenant = membership.tenant  # type: ignore[attr-defined]
        request.membership = membership  # type: ignore[attr-defined]
        with tenant_scope(membership.tenant_id), timezone.override(zone_of(membership.tenant)):
            return self.get_response(request)


def choose_membership(request: HttpRequest) -> Membership | None:
    """The membership of the company chosen in this session, else the person's first; None when they have none."""
    if not request.user.is_authenticated:
        return None
    memberships = list(
        Membership.objects.filter(user=request.user).select_related("tenant").order_by("tenant__name", "id")
    )
    request.memberships = memberships  # type: ignore[attr-defined]
    chosen = request.session.get(SESSION_KEY)
    return next((m for m in memberships if m.tenant_id == chosen), memberships[0] if memberships else None)


def zone_of(tenant: Tenant) -> tzinfo:
    """The company's time zone; UTC for a name this machine does not know, rather than no page at all."""
    try:
        return ZoneInfo(tenant.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
