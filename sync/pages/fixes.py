"""Where each problem is fixed: the fix named by a code (sync.codes) as a button that opens the exact place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from mapping.kinds import KINDS
from mapping.screens import section_of
from smoothx.lib.shapes import Action
from sync.addresses import source_url
from sync.code import Code
from sync.codes import CODES
from sync.models import Entry
from sync.pages.frame import Frame, source_side
from sync.pages.setting_urls import url_of_label

Finder = Callable[[Frame, Entry, Code, str], str]
# What is mapped already, to something that cannot be used.
MAPPED_WRONGLY = frozenset(
    {
        "vendor_inactive",
        "project_inactive",
        "sub_customer_lost",
        "customer_inactive",
        "customer_is_vendor",
        "code_inactive",
        "class_inactive",
        "location_inactive",
        "term_inactive",
        "sub_job_inactive",
        "procore_project_inactive",
        "procore_vendor_inactive",
        "tax_code_inactive",
        "vendor_currency_differs",
    }
)


def fix_for(notice: dict[str, Any], entry: Entry, frame: Frame) -> Action | None:
    """The one button that helps, or None when nobody has to do anything."""
    code = CODES.get(notice.get("code", ""))
    if code is None or not code.fix:
        return None
    return Action(label=code.fix_label, url=fix_url(code, entry, frame, notice.get("subject") or ""))


def fix_url(code: Code, entry: Entry, frame: Frame, subject: str = "") -> str:
    """The address; without a `subject` the whole list, where several things share a cause."""
    return FIXES[code.fix](frame, entry, code, subject)


def mapping_url(section: str, *, tab: str, search: str = "") -> str:
    """The rows of a mapping section that `search` finds, in the tab where they are now."""
    query = urlencode({"tab": tab, "q": search} if search else {"tab": tab})
    return f"{reverse('mapping:section', args=[section])}?{query}"


def _tab(code: Code, side: str) -> str:
    return "mapped" if code.key in MAPPED_WRONGLY else side


def _contact(frame: Frame, entry: Entry, code: Code, subject: str) -> str:
    return mapping_url("contacts", tab=_tab(code, source_side(entry)), search=subject)


def _project(frame: Frame, entry: Entry, code: Code, subject: str) -> str:
    return mapping_url("projects", tab=_tab(code, source_side(entry)), search=subject)


def _employee(frame: Frame, entry: Entry, code: Code, subject: str) -> str:
    return mapping_url("employees", tab=_tab(code, source_side(entry)), search=subject)


def _code(frame: Frame, entry: Entry, code: Code, subject: str) -> str:
    kind = KINDS.get(_told(entry, code, subject).get("kind", ""))
    section = section_of(kind).key if kind is not None else frame.codes_section
    return mapping_url(section, tab=_tab(code, "procore"), search=subject)


def _tag_of(frame: Frame, entry: Entry, code: Code, subject: str) -> str:
    """The list of what has no class, location, term or sub-customer; without a `subject` the whole list."""
    detail = _told(entry, code, subject)
    kind = KINDS.get(detail.get("kind", ""))
    if kind is None:
        return reverse("mapping:index")
    search = detail.get("search", "") if subject else ""
    return mapping_url(section_of(kind).key, tab=_tab(code, "procore"), search=search)


def _told(entry: Entry, code: Code, subject: str) -> dict[str, str]:
    """The details of what the entry says of this subject, or of the first where none is named."""
    told = (n for n in entry.notices if n.get("code") == code.key and subject in ("", n.get("subject")))
    return next((notice.get("detail") or {} for notice in told), {})


def _source(frame: Frame, entry: Entry, code: Code, subject: str) -> str:
    address = source_url(entry, frame.connections.get(entry.source_connection_id))
    return address or document_url(entry)


def document_url(entry: Entry) -> str:
    return reverse("activity:document", args=[entry.pk])


def _setting(frame: Frame, entry: Entry, code: Code, subject: str) -> str:
    """The setting that the notice, or the sentence of its code, names."""
    return url_of_label(subject, _told(entry, code, subject).get("default", ""), code.sentence)


def _named(name: str) -> Finder:
    return lambda frame, entry, code, subject: reverse(name)


FIXES: dict[str, Finder] = {
    "map_contact": _contact,
    "map_project": _project,
    "map_code": _code,
    "map_employee": _employee,
    "map_tag": _tag_of,
    "mapping": _named("mapping:index"),
    "defaults": _setting,
    "access": _named("settings:access"),
    "flows": _named("settings:flows"),
    "dashboard": _named("dashboard"),
    "opening": _named("openings"),
    "guide_customer_field": _named("guide_customer_field"),
    "document": lambda frame, entry, code, subject: document_url(entry),
    "open_source": _source,
}
