"""Which documents wait for a person, and which go on by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q
from django.db.models.fields.json import KT

from sync.models import Entry
from sync.registry import all_flows

State = Entry.State

FIRST_CODE = F("first_code")
FIRST_SUBJECT = KT("notices__0__subject")

STOPPED = (State.BLOCKED, State.HELD, State.REJECTED, State.CHANGED_BY_HAND)
GOING = (State.WAITING, State.QUEUED, State.SENDING)
BUSY = (State.QUEUED, State.SENDING)
# What is due for longer is not taken up soon: the company is paused, or a backlog is before it.
SOON = timedelta(minutes=1)
# Held by a decision about the company or the flow: nothing to decide about the document.
ON_PURPOSE = ("paused", "flow_off")
# Waiting, but only for something a person has to fill in.
FILL_IN = ("customer_field_missing", "customer_not_set", "customer_not_mapped", "project_customer_unmapped")


def is_due(entry: Entry, now: datetime) -> bool:
    """A person just asked for something, or a change was noticed: it is about to be done, so its page looks again."""
    if entry.claimed_until is not None and entry.claimed_until > now:
        return True
    return entry.due_at is not None and now - SOON <= entry.due_at <= now


def leave_out_quiet() -> Q:
    """What a list of documents leaves out unless it is asked for: files that hang on them and go their way."""
    beside = [flow.key for flow in all_flows().values() if flow.is_beside]
    return ~Q(flow__in=beside, state__in=(State.POSTED, *GOING))


def needs_person() -> Q:
    """Entries a person must decide on. Needs the annotation `code` (FIRST_CODE)."""
    stopped = Q(state__in=STOPPED) & ~Q(code__in=ON_PURPOSE)
    return stopped | Q(state=State.WAITING, code__in=FILL_IN)


def is_for_person(state: str, code: str | None) -> bool:
    """The same for one row."""
    if state == State.WAITING:
        return code in FILL_IN
    return state in STOPPED and code not in ON_PURPOSE


def severity_of(state: str) -> str:
    """How loud a state is on a page."""
    return {
        State.BLOCKED: "bad",
        State.REJECTED: "bad",
        State.HELD: "warn",
        State.CHANGED_BY_HAND: "warn",
        State.POSTED_WITH_WARNINGS: "warn",
        State.UNCERTAIN: "unsure",
        State.WAITING: "wait",
    }.get(State(state), "info")
