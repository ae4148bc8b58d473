"""Step three, record: what the plan means for this entry, written before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models.functions import Now

from sync import drafting, ledger, resending, settle
from sync.amending import record_amendment
from sync.basis import differs_by_mapping_alone
from sync.drafting import PLANNED
from sync.flow import Flow
from sync.merge import fingerprint
from sync.models import Entry, Outgoing
from sync.plan import MoneyDocument, Notice, Plan
from sync.presenting import document_json
from sync.sets import write_back
from sync.targets import Twin, adapter_for
from sync.updating import PUT_BACK, keep, open_update, record_removal, record_unapproved, wants
from sync.work import Work

# A person looks at these side by side.
MOST_TWINS = 3


def record(work: Work, flow: Flow, entry: Entry, plan: Plan[Any]) -> Outgoing | None:
    """The write to send now, or None when the entry is decided without one."""
    if flow.amends:
        return record_amendment(work, entry, plan)
    if plan.removal is not None:
        return record_removal(work, entry, plan.removal)
    if plan.document is None:
        entry.notices = ledger.notices_to_json(plan.blockers)
        return _record_none(work, entry, plan)
    print_ = fingerprint(plan.document)
    if differs_by_mapping_alone(entry, print_):
        return resending.decide(work, entry, plan, print_)
    before = entry.planned
    entry.notices = ledger.notices_to_json(plan.warnings)
    entry.planned = document_json(plan.document, plan.facts) | {"fingerprint": print_}
    if not entry.is_posted:
        return _open(work, entry, plan, print_)
    if print_ == entry.fingerprint and not wants(entry, PUT_BACK):
        keep(work, entry, plan.document, plan.facts)
        return None
    outgoing = open_update(work, entry, plan, print_)
    if outgoing is not None and outgoing.operation == "update":
        resending.tell_recoded(entry, before, entry.planned)
    return outgoing


def _open(work: Work, entry: Entry, plan: Plan[Any], print_: str) -> Outgoing | None:
    if _is_decided_by_twin(work, entry, plan, print_):
        return None
    return drafting.write(entry, plan, print_, operation="create", extra={})


def _is_decided_by_twin(work: Work, entry: Entry, plan: Plan[Any], print_: str) -> bool:
    """It stands there already: as ours, which is taken over, or as somebody's, which a person decides."""
    if not isinstance(plan.document, MoneyDocument):
        return False
    twins = _twins(work, entry, plan.document)
    if not twins:
        return False
    if twins[0].is_ours:
        settle.adopt(entry, twins[0], plan, print_)
    else:
        notices = tuple(_twin_notice(twin) for twin in twins[:MOST_TWINS])
        _record_blocked(work, entry, Plan(None, plan.warnings, notices, plan.facts))
    return True


def draft_create(work: Work, entry: Entry, plan: Plan[Any]) -> Outgoing | None:
    """The write that makes the plan's document, for an entry that has none yet. `save_drafts` records it.

    None when such a document stands there already, which decides the entry.
    """
    entry.notices = ledger.notices_to_json(plan.warnings)
    print_ = fingerprint(plan.document)
    entry.planned = document_json(plan.document, plan.facts) | {"fingerprint": print_}
    if _is_decided_by_twin(work, entry, plan, print_):
        return None
    return drafting.draft(entry, plan, print_, operation="create", extra={})


def save_drafts(drafts: Sequence[Outgoing]) -> None:
    """Record many writes and their entries in one step. What was recorded before and never sent is closed."""
    entries = [draft.entry for draft in drafts]
    with ledger.in_one_step():
        Outgoing.objects.filter(entry__in=entries, state=Outgoing.State.OPEN).update(
            state=Outgoing.State.FAILED, closed_at=Now()
        )
        Outgoing.objects.bulk_create(drafts)
        write_back(entries, PLANNED)


def _record_none(work: Work, entry: Entry, plan: Plan[Any]) -> Outgoing | None:
    """No document. One that was posted may have to go, if the firm wants that."""
    if entry.is_posted and {notice.code for notice in plan.blockers} == {"not_approved"}:
        return record_unapproved(work, entry)
    _record_blocked(work, entry, plan)
    return None


def _record_blocked(work: Work, entry: Entry, plan: Plan[Any]) -> None:
    """No document: say why, and what would change that. What is posted already stays posted."""
    entry.notices = ledger.notices_to_json(plan.blockers)
    codes = {notice.code for notice in plan.blockers}
    if entry.is_posted and codes == {"already_mapped"}:
        # What we made is what it is mapped to: nothing is wrong with it.
        settle.unchanged(entry)
        return
    entry.state = ledger.state_for(plan.blockers)
    if not entry.is_posted:
        entry.facts = dict(plan.facts)
    if settle.planned_without_document(work, entry, plan.blockers, fields=PLANNED):
        work.forget_mapping()


def _twins(work: Work, entry: Entry, document: MoneyDocument) -> list[Twin]:
    """Ours alone if it is there, else what a person has to look at."""
    twins = adapter_for(document.entity).twins(work, entry, document)
    ours = [twin for twin in twins if twin.is_ours]
    return ours or ([] if "post_anyway" in entry.approvals else twins)


def _twin_notice(twin: Twin) -> Notice:
    detail = {
        "amount": str(twin.amount),
        "days": str(twin.days),
        "target_id": twin.id,
        "target_version": twin.version,
        "target_number": twin.number,
    }
    detail |= {"date": twin.date.isoformat()} if twin.date else {}
    detail |= {"why": twin.why} if twin.why else {}
    return Notice(twin.code, twin.name, detail)
