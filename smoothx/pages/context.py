"""What every page's shell needs: navigation, the company, and the choice of companies."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

SECTIONS = (
    ("Dashboard", "dashboard"),
    ("Mapping", "mapping:index"),
    ("Activity", "activity:index"),
    ("Reconcile", "reconcile:index"),
    ("Settings", "settings:index"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    tenant = getattr(request, "tenant", None)
    if tenant is None:
        return {"nav": [], "tenant": None, "memberships": [], "theme": theme_of(request)}
    return {
        "nav": [_section(request, label, name) for label, name in SECTIONS],
        "tenant": tenant,
        "memberships": [
            {
                "id": membership.tenant_id,
                "name": membership.tenant.name,
                "initials": membership.tenant.initials,
                "is_current": membership.tenant_id == tenant.pk,
            }
            for membership in getattr(request, "memberships", [])
        ],
        "theme": theme_of(request),
    }


def theme_of(request: HttpRequest) -> str:
    theme = request.COOKIES.get("theme", "system")
    return theme if theme in {"system", "light", "dark"} else "system"


def _section(request: HttpRequest, label: str, name: str) -> dict[str, Any]:
    try:
        url = reverse(name)
    except NoReverseMatch:
        return {"label": label, "url": "#", "is_current": False}
    is_current = request.path == url or (url != "/" and request.path.startswith(url))
    return {"label": label, "url": url, "is_current": is_current}
