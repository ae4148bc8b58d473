"""Leaving rows out of a section, and having them in the list again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_POST

from mapping.choices import load_defaults
from mapping.left_out import FallbackMissing, fallback_of, leave_out, take_back
from mapping.models import RemoteItem
from mapping.page.frame import Frame
from mapping.page.matcher import open_rows
from mapping.page.open_rows import filter_rows, load_waiting
from mapping.page.query import ListQuery, read_address, url_of
from mapping.page.words import name_of
from mapping.screens import Section
from mapping.views.doors import get_section, make_frame
from smoothx.lib.replies import go_back, next_of
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import Role

MOST_UNDONE = 200


@require_POST
@for_role(Role.ADMIN)
def leave(request: TenantRequest, section_key: str) -> HttpResponse:
    """The rows of field `id`, or with `all=1` those the list in `next` shows, need no mapping."""
    section = get_section(section_key)
    frame = make_frame(request, section, ListQuery(tab="procore"))
    back = next_of(request, url_of(section, frame.query))
    rows = _wanted(frame, request.POST, back)
    waiting = load_waiting(frame)
    try:
        added = leave_out(section, rows, request.user)
    except FallbackMissing as missing:
        messages.error(request, missing.sentence)
        return go_back(request, back)
    if not added:
        messages.warning(request, "Choose at least one row that is not mapped yet.")
        return go_back(request, back)
    messages.success(request, _tell(frame, added, waiting), extra_tags=_undo(section, added))
    return go_back(request, back)


@require_POST
@for_role(Role.ADMIN)
def back_again(request: TenantRequest, section_key: str) -> HttpResponse:
    """The rows of field `id`, or with `all=1` those the list in `next` shows, are to be mapped again."""
    section = get_section(section_key)
    frame = make_frame(request, section, ListQuery(tab="procore", show="left_out"))
    back = next_of(request, url_of(section, frame.query))
    ids = _ids(request.GET if "id" in request.GET else request.POST)
    if request.POST.get("all") == "1":
        frame.query = read_address(back, default_tab="procore")
        rows = list(filter_rows(frame, "procore", {}))
    else:
        rows = list(filter_rows(frame, "procore", {}).filter(pk__in=ids))
    returned = take_back(section, rows, request.user)
    if returned:
        count = len(returned)
        told = name_of(returned[0]) if count == 1 else f"{count:,} {section.left_noun_plural}"
        messages.success(request, f"{told} {'is' if count == 1 else 'are'} to be mapped again")
    return go_back(request, back)


def _wanted(frame: Frame, values: QueryDict, back: str) -> list[RemoteItem]:
    if values.get("all") == "1":
        frame.query = read_address(back, default_tab="procore")
        return list(filter_rows(frame, "procore", load_waiting(frame)).filter(is_active=True))
    return list(open_rows(frame, "procore").filter(pk__in=_ids(values)))


def _ids(values: QueryDict) -> list[int]:
    return [int(text) for text in values.getlist("id") if text.isdecimal() and len(text) < 19]


def _tell(frame: Frame, added: list[RemoteItem], waiting: dict[str, int]) -> str:
    """What is left out, what that means, and which documents it keeps waiting."""
    section, count = frame.section, len(added)
    subject = name_of(added[0]) if count == 1 else f"{count:,} {section.left_noun_plural}"
    told = f"{subject} {'is' if count == 1 else 'are'} left out"
    fallback = fallback_of(section)
    chosen = load_defaults(frame.sides.quickbooks).get(fallback) if fallback else None
    if fallback is not None and chosen is not None:
        return f"{told}. {'It uses' if count == 1 else 'They use'} {fallback.label}, {chosen.name}"
    stopped = sum(waiting.get(row.remote_id, 0) for row in added)
    if not stopped:
        return told
    documents = f"{stopped:,} document{'' if stopped == 1 else 's'}"
    stay, rows = "stays" if stopped == 1 else "stay", "it is" if count == 1 else "they are"
    return f"{told}. {documents} {stay} blocked until {rows} linked"


def _undo(section: Section, added: list[RemoteItem]) -> str:
    """The address that takes it back. More rows than an address holds have to be taken back in their list."""
    if len(added) > MOST_UNDONE:
        return ""
    ids = "&".join(f"id={row.pk}" for row in added)
    return f"undo:{reverse('mapping:take_back', args=[section.key])}?{ids}"
