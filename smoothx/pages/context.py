"""What every page's shell needs: navigation, the company, and the choice of companies."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from connectors.models import ENDS_SOON, Connection
from smoothx.lib.shapes import Action, Notice
from smoothx.tenants.access import has_role
from smoothx.tenants.models import Role

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
    """What concerns every page: a lost connection, or one that ends soon. The access page says it itself."""
    if request.path == reverse("settings:access"):
        return []
    # A page that has read the connections in use itself leaves them on the request.
    known = getattr(request, "connections", None)
    if known is None:
        ending = Q(state=Connection.State.CONNECTED, refresh_expires_at__lt=timezone.now() + ENDS_SOON)
        known = Connection.objects.filter(ending | Q(state=Connection.State.BROKEN)).order_by("id")
    membership = getattr(request, "membership", None)
    can_connect = membership is not None and has_role(membership, Role.ADMIN)
    return [notice for row in known if (notice := _alert(row, can_connect=can_connect)) is not None]


def _alert(row: Connection, *, can_connect: bool) -> Notice | None:
    vendor = row.get_vendor_display()
    action = Action(label="Connect again", url=reverse("settings:access")) if can_connect else None
    if row.state == Connection.State.BROKEN:
        text = "Documents wait until it is connected again."
        return Notice(severity="bad", title=f"The connection to {vendor} is lost", text=text, action=action)
    if row.ends_soon and row.refresh_expires_at is not None:
        ends_on = f"{timezone.localtime(row.refresh_expires_at):%-d %b %Y}"
        text = "Connect again before then, and nothing has to wait."
        if not can_connect:
            text = "An administrator has to connect it again before then."
        return Notice(
            severity="warn", title=f"The permission for {vendor} ends on {ends_on}", text=text, action=action
        )
    return None


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
