"""What every page's shell needs: navigation, the company, and the choice of companies."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from connectors.models import Connection
from smoothx.lib.shapes import Action, Notice

SECTIONS = (
    ("Dashboard", "dashboard"),
    ("Mapping", "mapping:index"),
    ("Activity", "activity:index"),
    ("Reconcile", "reconcile:index"),
    ("Settings", "settings:index"),
)
# Pages that a section leads to, and whose addresses lie elsewhere.
BELOW = {"dashboard": ("/openings/", "/guides/"), "settings:index": ("/payroll/",)}


def shell(request: HttpRequest) -> dict[str, Any]:
    tenant = getattr(request, "tenant", None)
    if tenant is None:
        return {"nav": [], "tenant": None, "memberships": [], "alerts": [], "theme": theme_of(request)}
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
        # A function, so that only pages that show alerts ask for them.
        "alerts": lambda: load_alerts(request),
        "theme": theme_of(request),
    }


def load_alerts(request: HttpRequest) -> list[Notice]:
    """What concerns every page: a lost connection. The access page says it itself."""
    url = reverse("settings:access")
    if request.path == url:
        return []
    # A page that has read the connections in use itself leaves them on the request.
    known = getattr(request, "connections", None)
    lost = Connection.objects.filter(state=Connection.State.BROKEN).order_by("id") if known is None else known
    return [
        Notice(
            severity="bad",
            title=f"The connection to {connection.get_vendor_display()} is lost",
            text="Documents wait until it is connected again.",
            action=Action(label="Connect again", url=url),
        )
        for connection in lost
        if connection.state == Connection.State.BROKEN
    ]


def theme_of(request: HttpRequest) -> str:
    theme = request.COOKIES.get("theme", "system")
    return theme if theme in {"system", "light", "dark"} else "system"


def _section(request: HttpRequest, label: str, name: str) -> dict[str, Any]:
    try:
        url = reverse(name)
    except NoReverseMatch:
        return {"label": label, "url": "#", "is_current": False}
    below = [url] if url != "/" else []
    is_current = request.path == url or request.path.startswith((*below, *BELOW.get(name, ())))
    return {"label": label, "url": url, "is_current": is_current}
