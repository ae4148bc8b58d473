"""Pushing one contact to the other side: a person's own act, so it runs at once and before everything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from connectors.models import Connection
from mapping.pushes import PushRefused, PushState, Role
from mapping.screens import Section
from mapping.sides import NotConnected, SideKey, load_sides
from smoothx.tenants.models import AuditEntry
from sync import ledger
from sync.codes import sentence_for
from sync.models import Entry, Event
from sync.registry import flow
from sync.tasks import nudge

URGENT = 5
FLOWS: dict[SideKey, str] = {"procore": "contacts_to_qbo", "quickbooks": "contacts_to_procore"}
BUSY = (Entry.State.QUEUED, Entry.State.SENDING, Entry.State.UNCERTAIN)
DECIDED = (*ledger.POSTED_STATES, Entry.State.LEFT_OUT, Entry.State.INELIGIBLE)


def push(*, section: Section, side: SideKey, remote_id: str, role: Role, actor: Any) -> str:
    """Put the contact in the queue as `role`; it is created and linked by a worker. Raises PushRefused."""
    try:
        source, target = _connections(side)
    except NotConnected as error:
        message = error.sentence
        raise PushRefused(message) from error
    same = Entry.objects.filter(flow=FLOWS[side], source_connection=source, source_id=remote_id, part=role)
    if same.exclude(target_id="").exists():
        message = "It was pushed before. Link it to what it became instead."
        raise PushRefused(message)
    with transaction.atomic():
        # A push that was stopped is tried afresh.
        same.exclude(state__in=BUSY).update(state=Entry.State.QUEUED, notices=[], tries=0)
        ledger.note(
            flow(FLOWS[side]),
            source_connection=source,
            target_connection=target,
            source_ids=[(remote_id, "")],
            part=role,
            priority=URGENT,
        )
        Event.objects.create(entry=same.get(), actor=actor, what="pushed", text=f"Pushed as {role}")
        AuditEntry.note(actor=actor, action="contact.pushed", subject=remote_id, side=side, role=role)
        nudge()
    return f"Sent as {role}. It moves to Mapped when it is there."


def states(section: Section, side: SideKey) -> Mapping[tuple[Role, str], PushState]:
    """Pushes of this side that are under way or were stopped, by role and row."""
    rows = Entry.objects.filter(flow=FLOWS[side]).exclude(state__in=DECIDED)
    return {
        (_role(row), row.source_id): PushState(row.state in BUSY, "" if row.state in BUSY else _why(row))
        for row in rows.only("part", "source_id", "state", "notices")
    }


def _role(entry: Entry) -> Role:
    return "customer" if entry.part == "customer" else "vendor"


def _why(entry: Entry) -> str:
    notice: dict[str, Any] = next(iter(entry.notices), {"code": "internal", "subject": "", "detail": {}})
    return sentence_for(notice["code"], notice["subject"], notice["detail"])


def _connections(side: SideKey) -> tuple[Connection, Connection]:
    sides = load_sides()
    procore, books = sides.need_working("procore"), sides.need_working("quickbooks")
    return (procore, books) if side == "procore" else (books, procore)
