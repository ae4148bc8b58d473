"""The list of settings sections, with what has to be put right in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from connectors.models import Connection
from mapping.choices import known_books, load_defaults
from mapping.defaults import DEFAULTS, Defaults, Screen
from mapping.forms import chosen_of, find_problem
from mapping.sides import choose_sides
from smoothx.pages.settings_screens import SCREENS, shown_screens
from smoothx.tenants.access import TenantRequest, has_role
from smoothx.tenants.models import Role
from sync.pages.setting_urls import screen_url

# Section, its address, and the least role that sees it. Behind the first stand the pages of SCREENS.
SECTIONS: tuple[tuple[str, str, Role], ...] = (
    ("Procore & QuickBooks Access", "settings:access", Role.VIEWER),
    ("What crosses", "settings:flows", Role.VIEWER),
    ("Go live", "settings:go_live", Role.VIEWER),
    ("Company", "settings:company", Role.ADMIN),
    ("Users and roles", "settings:users", Role.ADMIN),
    ("API keys", "settings:api_keys", Role.ADMIN),
    ("Settings history", "settings:history", Role.VIEWER),
    ("Audit log", "settings:audit", Role.VIEWER),
)


def layout(request: TenantRequest, name: str, *, lead: str = "", defaults: Defaults | None = None) -> dict[str, Any]:
    """What settings/_layout.html reads. `name` is a section's address name, or the screen of one of SCREENS.

    `defaults` are loaded when not given.
    """
    connections = list(Connection.objects.all())
    found = count_problems(connections, defaults)
    sections = list(_sections(request, connections, found))
    current = _url_of(name)
    for section in sections:
        section["is_current"] = section["url"] == current
    title = next((section["title"] for section in sections if section["is_current"]), "Settings")
    return {"sections": sections, "page_title": title, "lead": lead}


def count_problems(connections: list[Connection], defaults: Defaults | None) -> Counter[Screen]:
    """How many settings of each page name what cannot be used any more."""
    sides = choose_sides(connections)
    known = defaults or load_defaults(sides.quickbooks)
    books = known_books(sides.quickbooks)
    return Counter(
        kind.screen for kind in DEFAULTS.values() if find_problem(kind, chosen_of(kind, known), books) is not None
    )


def _sections(
    request: TenantRequest, connections: list[Connection], problems: Counter[Screen]
) -> Iterator[dict[str, Any]]:
    lost = sum(row.state == Connection.State.BROKEN for row in connections)
    for title, address, least in SECTIONS:
        if has_role(request.membership, least):
            is_access = address == "settings:access"
            yield {"title": title, "url": reverse(address), "problems": lost if is_access else 0}
        if address == "settings:access":
            for screen in shown_screens():
                yield {"title": SCREENS[screen].title, "url": screen_url(screen), "problems": problems[screen]}


def _url_of(name: str) -> str:
    return next((screen_url(screen) for screen in SCREENS if screen == name), "") or reverse(name)
