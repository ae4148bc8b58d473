"""The history of a section, and taking back one of its entries."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from mapping.kinds import KINDS
from mapping.models import LinkChange
from mapping.page.history import history_context, read_history_query
from mapping.page.query import section_url
from mapping.page.undone import explain_entry, tell_entry
from mapping.screens import section_of
from mapping.undo import undo_change
from mapping.views.doors import get_section, home_of
from smoothx.lib.replies import go_back
from smoothx.tenants.access import TenantRequest, for_role, get_row, has_role
from smoothx.tenants.models import Role


@require_GET
@for_role(Role.VIEWER)
def history(request: TenantRequest, section_key: str) -> HttpResponse:
    """Who linked what, when and how. `left` limits it to one Procore row, `run` to one run."""
    section = get_section(section_key)
    can_change = has_role(request.membership, Role.ADMIN)
    context = history_context(section, read_history_query(request.GET.dict()), can_change=can_change)
    return render(request, "mapping/history.html", {"section": section, "back_url": section_url(section), **context})


@require_POST
@for_role(Role.ADMIN)
def undo(request: TenantRequest, change_id: int) -> HttpResponse:
    """Take apart what an entry linked, or link again what it took apart."""
    change = get_row(LinkChange, pk=change_id)
    undone = undo_change(change, request.user)
    told = tell_entry(change, undone)
    if told:
        messages.success(request, told)
    else:
        messages.error(request, explain_entry(change, undone.kept[0]))
    return go_back(request, home_of(section_of(KINDS[change.kind])))
