"""Where a setting, a switch and a check are put right: most pages are above, and known here by their address alone."""

from __future__ import annotations

from django.urls import reverse

from mapping.defaults import DEFAULTS, Screen
from sync.checklist import Check
from sync.registry import all_flows


def screen_url(screen: Screen) -> str:
    if screen == "defaults":
        return reverse("settings:defaults")
    return reverse("settings:screen", args=[screen.replace("_", "-")])


def url_of_setting(key: str) -> str:
    """The row of one default."""
    kind = DEFAULTS.get(key)
    return f"{screen_url(kind.screen if kind else 'defaults')}#setting-{key}"


def url_of_flow(key: str) -> str:
    """The row of one flow's switch."""
    flow = all_flows().get(key)
    return f"{screen_url(flow.screen if flow else 'defaults')}#flow-{key}"


def url_of_label(*texts: str) -> str:
    """The row of the default that one of the texts is called by, else one a text names, else the page of defaults."""
    labels = {kind.label: key for key, kind in DEFAULTS.items()}
    exact = next((labels[text] for text in texts if text in labels), "")
    named = exact or next((key for text in texts for label, key in labels.items() if label in text), "")
    return url_of_setting(named) if named else reverse("settings:defaults")


def check_url(check: Check) -> str:
    """Where a check is put right: a mapping section for "map:contacts", a setting, a switch, else a page by name."""
    if not check.fix:
        return ""
    name, _, section = check.fix.partition(":")
    if name == "map":
        section, _, show = section.partition(":")
        return reverse("mapping:section", args=[section]) + (f"?tab=mapped&show={show}" if show else "")
    if name == "setting":
        return url_of_setting(section)
    if name == "flow":
        return url_of_flow(section)
    if name == "openings":
        return f"{reverse('dashboard')}#opening"
    pages = {"access": "settings:access", "defaults": "settings:defaults", "options": "mapping:options"}
    return reverse(pages.get(name, name))
