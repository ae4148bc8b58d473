"""The refresh button of a side: how far a reading is, or when the last one ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from mapping.models import Refresh
from mapping.page.frame import Frame
from mapping.sides import SIDE_LABELS, SideKey
from mapping.tasks import is_running
from smoothx.lib.shapes import Progress

LOST = "The last reading stopped before its end. Refresh again."


def refresh_context(frame: Frame, side: SideKey | None) -> dict[str, Any] | None:
    """None on the list of links, for those who only look, and before the side is connected."""
    if side is None or not frame.can_change or frame.connection(side) is None:
        return None
    latest: Refresh | None = (
        Refresh.objects.filter(section=frame.section.key, side=side).order_by("-started_at").first()
    )
    return {
        "url": reverse("mapping:refresh", args=[frame.section.key]),
        "label": "Refresh",
        "side": side,
        "progress": _progress(latest, side) if latest and is_running(latest) else None,
        "note": _note(latest) if latest else None,
        "error": _error(latest) if latest else None,
    }


def _progress(progress: Refresh, side: SideKey) -> Progress:
    return Progress(label=f"Reading {SIDE_LABELS[side]}", done=progress.read, total=progress.expected)


def _error(latest: Refresh) -> str | None:
    if latest.state == Refresh.State.FAILED:
        return latest.message
    return LOST if latest.state != Refresh.State.DONE and not is_running(latest) else None


def _note(latest: Refresh) -> str | None:
    if latest.state != Refresh.State.DONE or latest.ended_at is None:
        return None
    changes = (("new", latest.added), ("renamed", latest.renamed), ("inactive", latest.inactivated))
    told = ", ".join(f"{count} {word}" for word, count in changes if count)
    note = f"Read {format_moment(latest.ended_at)}" + (f". {told}." if told else "")
    return f"{note.rstrip('.')}. {latest.message}" if latest.message else note


def format_moment(at: datetime) -> str:
    """ "13 Mar 2026, 09:12" in the company's time zone."""
    local = timezone.localtime(at)
    return f"{local.day} {local:%b %Y, %H:%M}"
