"""The mapping pages, and refreshing them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mapping.directory.tasks import start_refresh
from mapping.page.query import read_query
from mapping.page.refreshing import refresh_context
from mapping.page.section import default_tab, section_context
from mapping.screens import SECTIONS
from mapping.sides import NotConnected
from mapping.views.doors import get_section, get_side, home_of, make_frame
from smoothx.lib.replies import go_back
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import Role


@require_GET
@for_role(Role.VIEWER)
def index(request: TenantRequest) -> HttpResponse:
    first = next(iter(SECTIONS.values()))
    return HttpResponseRedirect(reverse("mapping:section", args=[first.key]))


@require_GET
@for_role(Role.VIEWER)
def section(request: TenantRequest, section_key: str) -> HttpResponse:
    """One section with its three lists. Always the whole page: htmx takes the parts it needs."""
    frame = make_frame(request, get_section(section_key))
    frame.query = read_query(request.GET, default_tab=default_tab(frame.coverage.unmapped))
    context = section_context(frame)
    request.connections = frame.sides.known  # type: ignore[attr-defined]
    return render(request, "mapping/kind.html", context)


@require_http_methods(["GET", "POST"])
@for_role(Role.ADMIN)
def refresh(request: TenantRequest, section_key: str) -> HttpResponse:
    """POST begins a reading of the field `side`; GET is the block that shows how far it is."""
    chosen = get_section(section_key)
    side = get_side(request.POST.get("side") or request.GET.get("side", ""))
    frame = make_frame(request, chosen)
    if request.method == "GET":
        return render(request, "mapping/_refresh.html", {"refresh": refresh_context(frame, side)})
    try:
        frame.sides.need_working(side)
    except NotConnected as error:
        messages.error(request, error.sentence)
    else:
        start_refresh(chosen.key, side)
    return go_back(request, f"{home_of(chosen)}?tab={side}")
