"""Where each problem is fixed: the fix named by a code (sync.codes) as a button that opens the exact place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from smoothx.lib.shapes import Action
from sync.code import Code
from sync.codes import CODES
from sync.models import Entry
from sync.pages.frame import Frame, source_side
from sync.pages.links import source_url

Finder = Callable[[Frame, Entry, str], str]


def fix_for(notice: dict[str, Any], entry: Entry, frame: Frame) -> Action | None:
    """The one button that helps, or None when nobody has to do anything."""
    code = CODES.get(notice.get("code", ""))
    if code is None or not code.fix:
        return None
    return Action(label=code.fix_label, url=fix_url(code, entry, frame, notice.get("subject") or ""))


def fix_url(code: Code, entry: Entry, frame: Frame, subject: str = "") -> str:
    return FIXES[code.fix](frame, entry, subject)


def mapping_url(section: str, *, side: str = "", search: str = "") -> str:
    query = urlencode({name: value for name, value in (("tab", side), ("q", search)) if value})
    address = reverse("mapping:section", args=[section])
    return f"{address}?{query}" if query else address


def _contact(frame: Frame, entry: Entry, subject: str) -> str:
    return mapping_url("contacts", side=source_side(entry), search=subject)


def _project(frame: Frame, entry: Entry, subject: str) -> str:
    return mapping_url("projects", side="procore", search=subject)


def _code(frame: Frame, entry: Entry, subject: str) -> str:
    # The subject of a cost code is "23-34-00 HVAC fans"; its code alone finds it surely.
    return mapping_url(frame.codes_section, side="procore", search=subject.split(" ", 1)[0])


def _source(frame: Frame, entry: Entry, subject: str) -> str:
    address = source_url(entry, frame.connections.get(entry.source_connection_id))
    return address or document_url(entry)


def document_url(entry: Entry) -> str:
    return reverse("activity:document", args=[entry.pk])


def _named(name: str) -> Finder:
    return lambda frame, entry, subject: reverse(name)


FIXES: dict[str, Finder] = {
    "map_contact": _contact,
    "map_project": _project,
    "map_code": _code,
    "mapping": _named("mapping:index"),
    "defaults": _named("settings:defaults"),
    "access": _named("settings:access"),
    "flows": _named("settings:flows"),
    "dashboard": _named("dashboard"),
    "opening": _named("openings"),
    "guide_customer_field": _named("guide_customer_field"),
    "document": lambda frame, entry, subject: document_url(entry),
    "open_source": _source,
}
