"""Pushing one row to the other side: a person's own act, so it runs at once and before everything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from connectors.models import Connection
from mapping.models import RemoteItem
from mapping.pushing.pushes import PushRefused, PushState, Role
from mapping.screens import Section
from mapping.sides import NotConnected, SideKey, load_sides
from smoothx.tenants.models import AuditEntry, Tenant
from smoothx.tenants.scope import require_tenant_id
from sync import ledger
from sync.codes import sentence_for
from sync.flow import Flow
from sync.models import Entry, Event
from sync.previews import VERDICTS, flow_for
from sync.switches import is_on
from sync.tasks import nudge

URGENT = 5
# The audit's word for it, by what rows of the section become.
PUSHED = {
    "": "contact.pushed",
    "sub-customer": "project.pushed",
    "product or service": "code.pushed",
    "class": "code.pushed",
}
BUSY = (Entry.State.QUEUED, Entry.State.SENDING, Entry.State.UNCERTAIN)
DECIDED = (*ledger.POSTED_STATES, Entry.State.LEFT_OUT, Entry.State.INELIGIBLE)


def push(
    *, section: Section, side: SideKey, remote_id: str, role: Role, actor: Any, approvals: Sequence[str] = ()
) -> str:
    """Put the row in the queue as `role`; it is created and linked by a worker. Raises PushRefused."""
    source, target = connections_of(side)
    flow = flow_for(section, side)
    demand_running(flow)
    what = role or section.push_to
    same = Entry.objects.filter(flow=flow.key, source_connection=source, source_id=remote_id, part=role)
    if same.exclude(target_id="").exists():
        message = "It was pushed before. Link it to what it became instead."
        raise PushRefused(message)
    with transaction.atomic():
        renew(same, approvals)
        ledger.note(
            flow,
            source_connection=source,
            target_connection=target,
            source_ids=[(remote_id, "")],
            part=role,
            priority=URGENT,
        )
        same.filter(state=Entry.State.QUEUED).update(approvals=sorted(approvals))
        Event.objects.create(entry=same.get(), actor=actor, what="pushed", text=f"Pushed as {what}")
        name = _name_of(source, flow.reads_for(role).key, remote_id)
        AuditEntry.note(actor=actor, action=PUSHED[section.push_to], subject=name, side=side, role=what)
        nudge()
    return f"Sent as {what}. It moves to Mapped when it is there."


def demand_running(flow: Flow) -> None:
    """What crosses by itself once live crosses no earlier because somebody chose it. Raises PushRefused."""
    if flow.trigger == "push":
        return
    if Tenant.objects.get(pk=require_tenant_id()).state != Tenant.State.LIVE:
        message = "Nothing crosses before you are live. Go live, or resume, then create them."
        raise PushRefused(message)
    if not is_on(flow.key):
        message = f"{flow.label} is switched off in Settings."
        raise PushRefused(message)


def renew(entries: Any, approvals: Sequence[str] = ()) -> None:
    """A push that was stopped is tried afresh; one under way goes on as it is."""
    entries.exclude(state__in=BUSY).update(
        state=Entry.State.QUEUED, notices=[], tries=0, approvals=sorted(approvals), source_fingerprint=""
    )


def states(section: Section, side: SideKey, remote_ids: Sequence[str]) -> Mapping[tuple[Role, str], PushState]:
    """Pushes of these rows of this side that are under way or were stopped, by role and row."""
    rows = Entry.objects.filter(flow=flow_for(section, side).key, source_id__in=remote_ids).exclude(state__in=DECIDED)
    return {
        (role_of(row), row.source_id): _state_of(row) for row in rows.only("part", "source_id", "state", "notices")
    }


def _state_of(row: Entry) -> PushState:
    if row.state in BUSY:
        return PushState(is_busy=True)
    first: dict[str, Any] = next(iter(row.notices), {})
    return PushState(
        problem=why(row),
        is_waiting=row.state == Entry.State.WAITING,
        verdict=VERDICTS.get(first.get("code", ""), ""),
        subject=first.get("subject", ""),
    )


def role_of(entry: Entry) -> Role:
    if not entry.part:
        return ""
    return "customer" if entry.part == "customer" else "vendor"


def why(entry: Entry) -> str:
    """What the entry's first notice says."""
    notice: dict[str, Any] = next(iter(entry.notices), {"code": "internal", "subject": "", "detail": {}})
    return sentence_for(notice["code"], notice["subject"], notice["detail"])


def connections_of(side: SideKey) -> tuple[Connection, Connection]:
    """Source and target. Raises PushRefused when either does not work."""
    sides = load_sides()
    try:
        procore, books = sides.need_working("procore"), sides.need_working("quickbooks")
    except NotConnected as error:
        raise PushRefused(error.sentence) from error
    return (procore, books) if side == "procore" else (books, procore)


def _name_of(source: Connection, resource_key: str, remote_id: str) -> str:
    row = RemoteItem.objects.filter(connection=source, resource=resource_key, remote_id=remote_id).first()
    return f"{row.code} {row.name}".strip() if row else remote_id
