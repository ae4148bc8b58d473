"""What the readings of a section's lists changed."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mapping.page.changes import changes_context, read_changes_query
from mapping.views.doors import get_section, get_side, make_frame
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import Role


@require_GET
@for_role(Role.VIEWER)
def changes(request: TenantRequest, section_key: str) -> HttpResponse:
    """One reading's changes: `side`, and the filters `reading`, `what` and `page`."""
    frame = make_frame(request, get_section(section_key))
    side = get_side(request.GET.get("side") or "procore")
    context = changes_context(frame, side, read_changes_query(request.GET))
    return render(request, "mapping/refresh_changes.html", context)
