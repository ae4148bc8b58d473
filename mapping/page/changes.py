"""The page that lists what one reading of a side's lists changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from mapping.candidates import all_rows
from mapping.directory.merges import find_survivors
from mapping.models import Refresh, RefreshChange, RemoteItem
from mapping.page.frame import Frame
from mapping.page.query import read_page, section_url
from mapping.page.words import name_of
from mapping.screens import Section
from mapping.sides import SIDE_LABELS, SideKey, resources_of
from smoothx.lib.shapes import Choice, Empty, Page, turn_page

PAGE_SIZE = 50
# What is counted, in the order a person asks, by the member of Refresh that holds it.
COUNTED = (
    (RefreshChange.What.ADDED, "added", "new"),
    (RefreshChange.What.RENAMED, "renamed", "renamed"),
    (RefreshChange.What.INACTIVATED, "inactivated", "inactive"),
    (RefreshChange.What.MERGED, "merged", "merged"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesQuery:
    """What the address asks for: a reading (0: the last that ended), one sort of change, a page."""

    reading: int = 0
    what: str = ""
    page: int = 1


def read_changes_query(values: Mapping[str, Any]) -> ChangesQuery:
    """Anything unknown is taken for its default."""
    reading, what, page = (str(values.get(name, "")) for name in ("reading", "what", "page"))
    return ChangesQuery(
        reading=int(reading) if reading.isdecimal() and len(reading) < 19 else 0,
        what=what if what in RefreshChange.What.values else "",
        page=read_page(page),
    )


def changes_context(frame: Frame, side: SideKey, query: ChangesQuery) -> dict[str, Any]:
    """What mapping/refresh_changes.html reads."""
    section = frame.section
    readings = list_readings(section, side)
    chosen = next((reading for reading in readings if reading.pk == query.reading), None)
    shown = chosen or (readings[0] if readings else None)
    rows, page = _list_rows(section, side, shown, query) if shown else ([], Page(first=0, last=0, total=0))
    return {
        "section": section,
        "side": side,
        "side_label": SIDE_LABELS[side],
        "back_url": f"{section_url(section)}?tab={side}",
        "action": reverse("mapping:refresh_changes", args=[section.key]),
        "reading": shown,
        "readings": [Choice(str(each.pk), _name_reading(each), each == shown) for each in readings],
        "choices": _choices(shown, query.what) if shown else [],
        "counts": describe_counts(shown) if shown else "",
        "unlisted": _count_unlisted(shown) if shown else 0,
        "rows": rows,
        "page": page,
        "empty": None if rows else _empty(section, side, shown, query),
    }


def list_readings(section: Section, side: SideKey) -> list[Refresh]:
    """The readings that ended and are still kept, latest first."""
    ended = Refresh.objects.filter(section=section.key, side=side, ended_at__isnull=False)
    return list(ended.order_by("-started_at", "-pk"))


def changes_url(section: Section, side: SideKey, **values: Any) -> str:
    given = {name: value for name, value in values.items() if value}
    return f"{reverse('mapping:refresh_changes', args=[section.key])}?{urlencode({'side': side, **given})}"


def describe_counts(reading: Refresh) -> str:
    """ "3 new, 1 renamed"; empty when nothing changed."""
    counts = [(getattr(reading, member), word) for _, member, word in COUNTED]
    return ", ".join(f"{count:,} {word}" for count, word in counts if count)


def format_moment(at: datetime) -> str:
    """ "13 Mar 2026, 09:12" in the company's time zone."""
    local = timezone.localtime(at)
    return f"{local.day} {local:%b %Y, %H:%M}"


def _choices(reading: Refresh, what: str) -> list[Choice]:
    total = sum(getattr(reading, member) for _, member, _ in COUNTED)
    found = [Choice("", f"All changes ({total:,})", not what)]
    for value, member, _ in COUNTED:
        found.append(Choice(value.value, f"{value.label} ({getattr(reading, member):,})", what == value.value))
    return found


def _name_reading(reading: Refresh) -> str:
    moment = format_moment(reading.ended_at or reading.started_at)
    return moment if reading.state == Refresh.State.DONE else f"{moment}, stopped"


def _count_unlisted(reading: Refresh) -> int:
    """Changes that were counted and not written down one by one: a first reading's, or those past the most kept."""
    counted: int = sum(getattr(reading, member) for _, member, _ in COUNTED)
    return max(0, counted - RefreshChange.objects.filter(refresh=reading).count())


def _list_rows(
    section: Section, side: SideKey, reading: Refresh, query: ChangesQuery
) -> tuple[list[dict[str, Any]], Page]:
    changes = RefreshChange.objects.filter(refresh=reading)
    if query.what:
        changes = changes.filter(what=query.what)
    page, shown = turn_page(
        query.page,
        size=PAGE_SIZE,
        total=changes.count(),
        url_of=lambda number: changes_url(section, side, reading=reading.pk, what=query.what, page=number),
    )
    found = list(changes.order_by("what", "name", "pk")[shown])
    stories = _tell_survivors(found)
    labels = {resource.key: resource.label for resource in resources_of(section, side)}
    several = len(labels) > 1
    return [_row(change, stories.get(change.pk, ""), labels if several else {}) for change in found], page


def _row(change: RefreshChange, story: str, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "what": RefreshChange.What(change.what).label,
        "name": change.name,
        "old_name": change.old_name,
        "list": labels.get(change.resource, ""),
        "story": story,
    }


def _tell_survivors(changes: Sequence[RefreshChange]) -> dict[int, str]:
    """For rows that are gone, what they were merged into, by the change's pk."""
    ids = {change.remote_id for change in changes if change.what in ("inactivated", "merged")}
    if not ids:
        return {}
    wanted = Q(resource__in={change.resource for change in changes}, remote_id__in=ids)
    rows: dict[tuple[str, str], RemoteItem] = {
        (row.resource, row.remote_id): row for row in all_rows().filter(wanted, vanished_at__isnull=False)
    }
    survivors = find_survivors(rows.values())
    told = {}
    for change in changes:
        row = rows.get((change.resource, change.remote_id))
        survivor = survivors.get(row.pk) if row is not None else None
        if survivor is not None:
            verb = "Merged into" if survivor.is_certain else "May have been merged into"
            told[change.pk] = f"{verb} {name_of(survivor.row)}"
        elif row is not None:
            told[change.pk] = "Not in the list any more"
    return told


def _empty(section: Section, side: SideKey, reading: Refresh | None, query: ChangesQuery) -> Empty:
    name = SIDE_LABELS[side]
    if reading is None:
        return Empty(
            title="Not read yet", text=f"Refresh the {name} list of {section.label.lower()} first.", icon="refresh"
        )
    if query.what:
        return Empty(title="None of these", text="This reading found no change of that sort.", icon="refresh")
    if _count_unlisted(reading):
        return Empty(
            title="First reading",
            text="All rows were new. From the next reading on, changes are listed.",
            icon="refresh",
        )
    return Empty(title="Nothing changed", text=f"{name} had the same rows as before.", icon="refresh")
