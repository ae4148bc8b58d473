"""The refresh button of a side: how far a reading is, or when the last one ended."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from mapping.directory.tasks import LOST, is_running
from mapping.models import Refresh
from mapping.page.changes import changes_url, describe_counts, format_moment
from mapping.page.frame import Frame
from mapping.sides import SIDE_LABELS, SideKey
from smoothx.lib.shapes import Progress


def refresh_context(frame: Frame, side: SideKey | None) -> dict[str, Any] | None:
    """None on the list of links and before the side is connected. Without `url` for those who only look."""
    if side is None or frame.connection(side) is None:
        return None
    latest: Refresh | None = (
        Refresh.objects.filter(section=frame.section.key, side=side).order_by("-started_at", "-pk").first()
    )
    is_reading = latest is not None and is_running(latest)
    return {
        "url": reverse("mapping:refresh", args=[frame.section.key]) if frame.can_change else None,
        "label": "Refresh",
        "side": side,
        "progress": _progress(latest, side) if latest and is_reading else None,
        "note": _note(latest) if latest else None,
        "changes": (describe_counts(latest) or None) if latest and not is_reading else None,
        "changes_url": changes_url(frame.section, side, reading=latest.pk) if latest else None,
        "remark": latest.message if latest and latest.state == Refresh.State.DONE else None,
        "error": _error(latest) if latest and not is_reading else None,
    }


def _progress(progress: Refresh, side: SideKey) -> Progress:
    """Which list or project is being read, once a worker has begun."""
    label = f"Reading {(progress.message or SIDE_LABELS[side]).replace('Inactive', 'inactive')}"
    return Progress(label=label, done=progress.read, total=progress.expected)


def _error(latest: Refresh) -> str | None:
    if latest.state == Refresh.State.FAILED:
        return latest.message
    return LOST if latest.state != Refresh.State.DONE else None


def _note(latest: Refresh) -> str | None:
    if latest.state != Refresh.State.DONE or latest.ended_at is None:
        return None
    return f"Read {format_moment(latest.ended_at)}."
