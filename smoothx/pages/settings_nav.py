"""The list of settings sections, with what has to be put right in each."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from connectors.models import Connection
from smoothx.tenants.access import TenantRequest, has_role
from smoothx.tenants.models import Role

# Section, its address, and the least role that sees it.
SECTIONS: tuple[tuple[str, str, Role], ...] = (
    ("Procore & QuickBooks Access", "settings:access", Role.VIEWER),
    ("Defaults", "settings:defaults", Role.VIEWER),
    ("What crosses", "settings:flows", Role.VIEWER),
    ("Go live", "settings:go_live", Role.VIEWER),
    ("Company", "settings:company", Role.ADMIN),
    ("Users and roles", "settings:users", Role.ADMIN),
    ("Audit log", "settings:audit", Role.VIEWER),
)


def layout(request: TenantRequest, name: str, *, lead: str = "") -> dict[str, Any]:
    """What settings/_layout.html reads. `name` is the address name of the current section."""
    lost = Connection.objects.filter(state=Connection.State.BROKEN).count()
    sections = [
        {
            "title": title,
            "url": reverse(address),
            "is_current": address == name,
            "problems": lost if address == "settings:access" else 0,
        }
        for title, address, least in SECTIONS
        if has_role(request.membership, least)
    ]
    title = next(title for title, address, _ in SECTIONS if address == name)
    return {"sections": sections, "page_title": title, "lead": lead}
