"""Leaving rows out of a section, and having them in the list again."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from mapping.bulk.acts import count_left_out, count_open
from mapping.page.query import ListQuery, url_of
from mapping.views.bulk import change_rows, read_values
from mapping.views.doors import get_section
from smoothx.lib.replies import next_of
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import Role


@require_POST
@for_role(Role.ADMIN)
def leave(request: TenantRequest, section_key: str) -> HttpResponse:
    """The rows of field `id`, or with `all=1` those the list in `next` shows, need no mapping."""
    section = get_section(section_key)
    back = next_of(request, url_of(section, ListQuery(tab="procore")))
    values = read_values(request.POST, back)
    return change_rows(request, section, "leave_out", values, count=count_open(section, values), back=back)


@require_POST
@for_role(Role.ADMIN)
def back_again(request: TenantRequest, section_key: str) -> HttpResponse:
    """The rows of field `id`, or with `all=1` those the list in `next` shows, are to be mapped again."""
    section = get_section(section_key)
    back = next_of(request, url_of(section, ListQuery(tab="procore", show="left_out")))
    values = read_values(request.GET if "id" in request.GET else request.POST, back)
    return change_rows(request, section, "take_back", values, count=count_left_out(section, values), back=back)
