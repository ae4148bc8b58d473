"""Step two, plan: from the source record to what its rule says, alike for one document and for many."""

from __future__ import annotations

from typing import Any

from sync import ledger, settle
from sync.attached import note_files
from sync.basis import mapped_at_for, with_basis
from sync.cost_maps import FROM_BOOKS
from sync.flow import Flow
from sync.merge import fingerprint
from sync.models import Entry
from sync.plan import Plan
from sync.work import Work


def plan_one(work: Work, flow: Flow, entry: Entry, source: Any) -> Plan[Any] | None:
    """What the rule says of the record, or None when that is settled: what stands there came of this very record."""
    ledger.describe(entry, flow.describe(source))
    print_ = fingerprint(source)
    is_same = print_ == entry.source_fingerprint and not entry.approvals
    if is_same and entry.is_posted and entry.state in ledger.POSTED_STATES:
        # Our own echo, or a hint about nothing we use: a changed mapping alone never rewrites a posted document.
        note_files(work, entry)
        settle.unchanged(entry)
        return None
    if flow.in_order and entry.source_fingerprint not in ("", print_):
        ledger.look_at_next(entry)
    plan = flow.rule(source, work.maps_for(entry), work.defaults)
    if entry.is_posted or plan.document is not None:
        note_files(work, entry)
    entry.source_fingerprint = print_
    keeps_codes = flow.key in FROM_BOOKS
    return with_basis(plan, print_, mapped_at_for(entry, work.mapped_at, keeps_codes=keeps_codes))
