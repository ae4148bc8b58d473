"""Step three for flows that change a record which stands on the other side already, and make none.

What such a record was when both sides were last in step is in the entry's `facts`. They are those of the plan once the
change is made, or nothing has to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sync import ledger, outbox, settle
from sync.drafting import PLANNED, save_write
from sync.merge import fingerprint
from sync.models import Entry, Outgoing
from sync.plan import Notice, Plan
from sync.presenting import document_json, to_json
from sync.work import Work

_DECIDED = tuple(dict.fromkeys((*PLANNED, *settle.STATE, *settle.TARGET)))


def record_amendment(work: Work, entry: Entry, plan: Plan[Any]) -> Outgoing | None:
    """The change to send now, or None when the entry is decided without one."""
    outgoing = draft_amendment(work, entry, plan)
    if outgoing is not None:
        save_write(outgoing, entry)
    return outgoing


def draft_amendment(work: Work, entry: Entry, plan: Plan[Any]) -> Outgoing | None:
    """The same, not saved yet. A change that names no field means that nothing has to be changed."""
    entry.notices = ledger.notices_to_json(plan.blockers or plan.warnings)
    change = plan.document
    if change is None:
        _stop(work, entry, plan.blockers)
        return None
    entry.planned = document_json(change, plan.facts)
    if change.is_empty:
        _leave(entry, plan)
        return None
    entry.state = Entry.State.SENDING
    body = to_json(change.to_wire())
    return outbox.draft_write(
        entry, operation="update", target_type=change.entity, body=body, fingerprint=fingerprint(change)
    )


def _stop(work: Work, entry: Entry, blockers: Sequence[Notice]) -> None:
    entry.state = ledger.state_for(blockers)
    if settle.planned_without_document(work, entry, blockers, fields=PLANNED):
        work.forget_mapping()


def _leave(entry: Entry, plan: Plan[Any]) -> None:
    """Nothing to change. What never was changed and needs nobody is only said to be in step."""
    change: Any = plan.document
    if not entry.notices and entry.posted_at is None:
        entry.notices = ledger.notices_to_json([Notice("contact_in_step", change.title)])
        entry.state = Entry.State.INELIGIBLE
    else:
        entry.state = Entry.State.POSTED_WITH_WARNINGS if entry.notices else Entry.State.POSTED
    entry.target_type, entry.target_id = change.entity, change.id
    entry.target_version, entry.target_number = change.version[:60], change.title[:60]
    entry.facts, entry.approvals, entry.tries = dict(plan.facts), [], 0
    with ledger.in_one_step():
        ledger.finish(entry, _DECIDED)
        ledger.end_waits(entry)
