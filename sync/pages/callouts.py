"""What a document's page says above all else: why it stands as it does, and the button that helps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from smoothx.lib.shapes import Action, Notice
from sync.codes import CODES
from sync.models import Entry
from sync.pages.fixes import fix_for
from sync.pages.frame import Frame
from sync.pages.needs import BUSY, severity_of
from sync.pages.rows import notice_headline

# An invoice may have a hundred lines whose codes are not mapped: of one cause these are shown, the rest are counted.
MOST_ALIKE = 5
MOST_NAMED = 12


def callouts_of(entry: Entry, frame: Frame) -> list[Notice]:
    """One callout per notice: the sentence and, where somebody can help, the button."""
    if entry.state in BUSY:
        return []
    by_code: dict[str, list[dict[str, Any]]] = {}
    for notice in entry.notices:
        by_code.setdefault(notice.get("code", ""), []).append(notice)
    shown: list[Notice] = []
    for alike in by_code.values():
        shown += [_callout(notice, entry, frame) for notice in alike[:MOST_ALIKE]]
        if len(alike) > MOST_ALIKE:
            shown.append(_count_rest(alike[MOST_ALIKE:], entry, frame))
    if entry.state == Entry.State.LEFT_OUT:
        text = "It is not posted. Check it again to take it back in."
        shown.append(Notice(severity="info", title="Left out by hand", text=text))
    return shown


def _callout(notice: Mapping[str, Any], entry: Entry, frame: Frame) -> Notice:
    title, text = notice_headline(dict(notice))
    return Notice(severity=_severity(notice, entry), title=title, text=text, action=_fix(notice, entry, frame))


def _count_rest(rest: Sequence[Mapping[str, Any]], entry: Entry, frame: Frame) -> Notice:
    """The button opens the whole list of what they have in common."""
    names = list(dict.fromkeys(str(notice.get("subject") or "") for notice in rest))
    named = ", ".join(name for name in names[:MOST_NAMED] if name)
    more = f"{named} and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else named
    action = _fix({**rest[0], "subject": ""}, entry, frame)
    title = f"{len(rest):,} more like these"
    return Notice(severity=_severity(rest[0], entry), title=title, text=f"{more}." if more else "", action=action)


def _severity(notice: Mapping[str, Any], entry: Entry) -> Any:
    code = CODES.get(notice.get("code", ""))
    return severity_of(code.state if code else entry.state)


def _fix(notice: Mapping[str, Any], entry: Entry, frame: Frame) -> Action | None:
    """The fix, unless it leads to this very page: its buttons are at the top."""
    fix = fix_for(dict(notice), entry, frame)
    return None if fix is None or fix.url == reverse("activity:document", args=[entry.pk]) else fix
