"""What every mapping view starts with: the section, the side and the frame, or 404."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse

from mapping.page.frame import Frame
from mapping.page.query import ListQuery
from mapping.screens import SECTIONS, Section
from mapping.sides import SideKey, side_named
from smoothx.tenants.access import TenantRequest, has_role
from smoothx.tenants.models import Role


def get_section(key: str) -> Section:
    if key not in SECTIONS:
        raise Http404
    return SECTIONS[key]


def get_side(text: str) -> SideKey:
    try:
        return side_named(text)
    except KeyError as error:
        raise Http404 from error


def make_frame(request: TenantRequest, section: Section, query: ListQuery | None = None) -> Frame:
    return Frame(section, query or ListQuery(tab="mapped"), can_change=has_role(request.membership, Role.ADMIN))


def home_of(section: Section) -> str:
    """Where an answer goes when the form does not say."""
    return reverse("mapping:section", args=[section.key])
