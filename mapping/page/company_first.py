"""What a project that cannot be pushed lacks: its company, in the list where that is mapped."""

from __future__ import annotations

from mapping.page.query import ListQuery, Tab, url_of
from mapping.screens import SECTIONS
from smoothx.lib.shapes import Action

# By verdict, the list of companies in which the one that a project needs is found.
LISTS: dict[str, Tab] = {"unmapped": "procore", "vendor": "mapped"}


def map_company(verdict: str, subject: str) -> Action | None:
    """The way to company `subject`; None when the verdict is not about one."""
    if verdict not in LISTS:
        return None
    url = url_of(SECTIONS["contacts"], ListQuery(tab=LISTS[verdict], search=subject))
    return Action(label="Map the company", url=url, icon="users")
