"""What happened to a document, from the moment it was noticed to what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.utils import timezone

from smoothx.lib.shapes import Side
from sync.models import Attempt, Entry, Event
from sync.pages.frame import source_place, target_name, target_noun, target_side, verbs_of
from sync.pages.needs import severity_of
from sync.pages.rows import reason_of

SIDE_NAMES: dict[Side, str] = {"procore": "Procore", "quickbooks": "QuickBooks"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    at: datetime | None
    title: str
    kind: str = ""
    detail: str = ""
    mono: str = ""
    label: str = ""


def timeline_of(entry: Entry, *, attempts: Iterable[Attempt], events: Iterable[Event]) -> list[dict[str, Any]]:
    """Items by day in the active time zone, oldest first, then what comes next."""
    attempts = list(attempts)
    tries = [_tried(entry, attempt, number) for number, attempt in number_sends(attempts)]
    items = [_noticed(entry), *tries, *(_decided(event) for event in events)]
    adopted = _adopted(entry, attempts)
    if adopted:
        items.append(adopted)
    stopped = _stopped(entry)
    if stopped:
        items.append(stopped)
    items.sort(key=lambda item: item.at or entry.created_at)
    days = [{"date": day, "items": list(group)} for day, group in groupby(items, key=_day)]
    coming = _next(entry)
    if coming:
        days.append({"date": None, "items": [coming]})
    return days


def _day(item: Item) -> date | None:
    return timezone.localdate(item.at) if item.at else None


def _noticed(entry: Entry) -> Item:
    place = source_place(entry)
    if place == "file":
        return Item(at=entry.created_at, title="Taken from a payroll file")
    return Item(at=entry.created_at, title=f"Noticed in {SIDE_NAMES[place]}", kind=place)


def number_sends(attempts: Iterable[Attempt]) -> list[tuple[int, Attempt]]:
    """Tries in order, numbered over all writes of the document; a look has the number of the send it looks for."""
    sent = 0
    numbered = []
    for attempt in attempts:
        sent += attempt.action != "probe"
        numbered.append((max(sent, 1), attempt))
    return numbered


def _tried(entry: Entry, attempt: Attempt, number: int) -> Item:
    outgoing, side = attempt.outgoing, SIDE_NAMES[target_side(entry)]
    noun = target_noun(outgoing.target_type)
    name = f"Attempt {number}"
    if attempt.action == "probe":
        return _looked(attempt, noun, side)
    at = attempt.ended_at or attempt.started_at
    if attempt.outcome == "accepted":
        became = f"{noun} {_number(attempt, entry)}".strip()
        _, done = verbs_of(outgoing)
        return Item(at=at, title=f"{became} {done} in {side}", kind=target_side(entry), detail=name,
                    mono=attempt.request_id)  # fmt: skip
    if attempt.ended_at is None or attempt.outcome == "no_answer":
        return Item(
            at=at, title=f"{name}: no answer", kind="unsure", detail="It may have happened. Not sent again blindly."
        )
    title = f"{name}: {side} did not accept it"
    return Item(at=at, title=title, kind="bad", detail=attempt.vendor_text, mono=attempt.request_id)


def _looked(attempt: Attempt, noun: str, side: str) -> Item:
    found = {"found": "It is there.", "nothing_found": "It is not there."}.get(attempt.outcome, "No answer yet.")
    at = attempt.ended_at or attempt.started_at
    return Item(at=at, title=f"Looked for the {noun.lower()} in {side}", detail=found)


def _number(attempt: Attempt, entry: Entry) -> str:
    answer = attempt.answer or {}
    return str(answer.get("DocNumber") or answer.get("DisplayName") or answer.get("name") or entry.target_number)


def _decided(event: Event) -> Item:
    who = (event.actor.get_full_name() or event.actor.email) if event.actor else ""
    return Item(at=event.at, title=event.text, kind=event.side, detail=", ".join(t for t in (who, event.detail) if t))


def _adopted(entry: Entry, attempts: Iterable[Attempt]) -> Item | None:
    """It was in the books already, with our own mark on it: nothing was sent."""
    if not entry.posted_at or any(a.outcome in ("accepted", "found") for a in attempts):
        return None
    title = f"{target_name(entry)} was there already and was taken as ours"
    return Item(at=entry.posted_at, title=title, kind=target_side(entry))


def _stopped(entry: Entry) -> Item | None:
    reason = reason_of(entry)
    if not reason or entry.state in (Entry.State.QUEUED, Entry.State.SENDING):
        return None
    kind = {"bad": "bad", "warn": "warn", "unsure": "unsure"}.get(severity_of(entry.state), "")
    # A posted document is checked again and again; its warnings are of the day it was posted.
    at = entry.posted_at if entry.state == Entry.State.POSTED_WITH_WARNINGS else None
    return Item(at=at or entry.updated_at, title=Entry.State(entry.state).label, kind=kind, detail=reason)


def _next(entry: Entry) -> Item | None:
    if entry.state == Entry.State.SENDING:
        return Item(at=None, label="Next", title="Waits for the answer", kind="next")
    if entry.due_at is None:
        return None
    now = timezone.now()
    if entry.due_at <= now:
        return Item(at=None, label="Next", title="Checked as soon as a worker is free", kind="next")
    local = timezone.localtime(entry.due_at)
    when = f"{local:%H:%M}" if local.date() == timezone.localdate(now) else f"{local.day} {local:%b %Y, %H:%M}"
    return Item(at=None, label="Next", title=f"Checked again at {when}", kind="next")
