"""Step three, record: what the plan means for this entry, written before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from connectors.errors import Missing
from smoothx.lib.money import ZERO
from sync import ledger, outbox, settle
from sync.flow import Flow
from sync.merge import fingerprint
from sync.models import Entry, Outgoing
from sync.plan import MoneyDocument, Notice, Plan
from sync.presenting import document_json, to_json
from sync.sets import write_back
from sync.targets import Standing, Twin, adapter_for
from sync.work import Work

PLANNED = (
    "state",
    "notices",
    "facts",
    "planned",
    "source_fingerprint",
    "revision",
    "target_type",
    *ledger.DESCRIBED,
)


def record(work: Work, flow: Flow, entry: Entry, plan: Plan[Any]) -> Outgoing | None:
    """The write to send now, or None when the entry is decided without one."""
    if plan.removal is not None:
        return _record_removal(work, entry, plan.removal)
    entry.notices = ledger.notices_to_json(plan.blockers or plan.warnings)
    if plan.document is None:
        _record_blocked(work, entry, plan)
        return None
    entry.planned = document_json(plan.document, plan.facts)
    print_ = fingerprint(plan.document)
    entry.planned["fingerprint"] = print_
    if entry.is_posted and print_ == entry.fingerprint:
        _keep(work, entry, plan)
        return None
    return _open(work, entry, plan, print_) if not entry.is_posted else _open_update(work, entry, plan, print_)


def _open(work: Work, entry: Entry, plan: Plan[Any], print_: str) -> Outgoing | None:
    if _is_decided_by_twin(work, entry, plan, print_):
        return None
    return _write(entry, plan, print_, operation="create", extra={})


def _is_decided_by_twin(work: Work, entry: Entry, plan: Plan[Any], print_: str) -> bool:
    """It stands there already: as ours, which is taken over, or as somebody's, which a person decides."""
    if not isinstance(plan.document, MoneyDocument):
        return False
    twin = _twin(work, entry, plan.document)
    if twin is None:
        return False
    if twin.is_ours:
        settle.adopt(entry, twin, plan, print_)
    else:
        _record_blocked(work, entry, Plan(None, plan.warnings, (_twin_notice(twin),), plan.facts))
    return True


def _open_update(work: Work, entry: Entry, plan: Plan[Any], print_: str) -> Outgoing | None:
    """Change what we posted, as long as nobody paid it or changed it on the other side."""
    document: Any = plan.document
    adapter = adapter_for(entry.target_type)
    if not adapter.can_update:
        settle.unchanged(entry, fields=PLANNED, facts=entry.facts)
        return None
    standing = _look_at_ours(work, entry, document)
    if standing is None:
        return None
    if document.entity != entry.target_type:
        settle.hold(entry, "sign_changed", subject=entry.target_name, fields=PLANNED)
        return None
    if standing.is_touched:
        settle.hold(entry, "paid_and_changed", subject=entry.target_name, fields=PLANNED)
        return None
    return _write(entry, plan, print_, operation="update", extra=adapter.update_fields(entry, standing))


def _record_removal(work: Work, entry: Entry, why: Notice) -> Outgoing | None:
    """Take away what was posted; what never was is only said to be no document."""
    entry.notices = ledger.notices_to_json([why])
    entry.state = ledger.state_for([why])
    if not entry.is_posted:
        settle.planned_without_document(entry, [why], fields=PLANNED)
        return None
    adapter = adapter_for(entry.target_type)
    try:
        standing = adapter.look(work, entry)
    except Missing:
        settle.removed(entry)
        return None
    if standing.is_touched:
        settle.hold(entry, "paid_and_removed", subject=entry.target_name, fields=PLANNED)
        return None
    entry.state = Entry.State.SENDING
    outgoing = outbox.draft_write(
        entry,
        operation="delete",
        target_type=entry.target_type,
        body=to_json(adapter.update_fields(entry, standing)),
        fingerprint="",
    )
    _save_write(outgoing, entry)
    return outgoing


def _keep(work: Work, entry: Entry, plan: Plan[Any]) -> None:
    """Nothing to send. A document that was in doubt is in order only if it stands there as we posted it."""
    if entry.state in ledger.POSTED_STATES or not isinstance(plan.document, MoneyDocument):
        settle.unchanged(entry, fields=PLANNED, facts=plan.facts)
    elif entry.target_total != plan.document.total:
        # It came out otherwise than planned from the start, which is for a person to decide.
        ledger.finish(entry, ())
    elif (standing := _look_at_ours(work, entry, plan.document)) is not None:
        entry.target_version = standing.version
        settle.unchanged(entry, fields=(*PLANNED, "target_version"), facts=plan.facts)


def _look_at_ours(work: Work, entry: Entry, document: MoneyDocument) -> Standing | None:
    """The document as it stands there; None when it is not there as we posted it, and the entry says so."""
    try:
        standing = adapter_for(entry.target_type).look(work, entry)
    except Missing:
        settle.hold(entry, "target_deleted", subject=entry.target_name, fields=PLANNED)
        return None
    if standing.total != (entry.target_total or ZERO):
        figures = {"procore": str(document.total), "books": str(abs(standing.total)), "version": standing.version}
        settle.hold(entry, "changed_by_hand", subject=entry.target_name, fields=PLANNED, **figures)
        return None
    return standing


def _write(entry: Entry, plan: Plan[Any], print_: str, *, operation: str, extra: Mapping[str, Any]) -> Outgoing:
    outgoing = _draft(entry, plan, print_, operation=operation, extra=extra)
    _save_write(outgoing, entry)
    return outgoing


def _save_write(outgoing: Outgoing, entry: Entry) -> None:
    with ledger.in_one_step():
        outgoing.save(force_insert=True)
        changes = {name: getattr(entry, name) for name in PLANNED}
        Entry.objects.filter(pk=entry.pk).update(**changes)


def _draft(entry: Entry, plan: Plan[Any], print_: str, *, operation: str, extra: Mapping[str, Any]) -> Outgoing:
    entry.state = Entry.State.SENDING
    entry.facts = entry.facts if entry.is_posted else dict(plan.facts)
    entry.planned["facts"] = dict(plan.facts)
    document: Any = plan.document
    return outbox.draft_write(
        entry,
        operation=operation,
        target_type=document.entity,
        body=to_json({**document.to_wire(), **extra}),
        fingerprint=print_,
    )


def draft_create(work: Work, entry: Entry, plan: Plan[Any]) -> Outgoing | None:
    """The write that makes the plan's document, for an entry that has none yet. `save_drafts` records it.

    None when such a document stands there already, which decides the entry.
    """
    entry.notices = ledger.notices_to_json(plan.warnings)
    print_ = fingerprint(plan.document)
    entry.planned = document_json(plan.document, plan.facts) | {"fingerprint": print_}
    if _is_decided_by_twin(work, entry, plan, print_):
        return None
    return _draft(entry, plan, print_, operation="create", extra={})


def save_drafts(drafts: Sequence[Outgoing]) -> None:
    """Record many writes and their entries in one step. What was recorded before and never sent is closed."""
    entries = [draft.entry for draft in drafts]
    now = timezone.now()
    with ledger.in_one_step():
        Outgoing.objects.filter(entry__in=entries, state=Outgoing.State.OPEN).update(
            state=Outgoing.State.FAILED, closed_at=now
        )
        Outgoing.objects.bulk_create(drafts)
        write_back(entries, PLANNED)


def _record_blocked(work: Work, entry: Entry, plan: Plan[Any]) -> None:
    """No document: say why, and what would change that. What is posted already stays posted."""
    entry.notices = ledger.notices_to_json(plan.blockers)
    codes = {notice.code for notice in plan.blockers}
    if entry.is_posted and codes == {"not_approved"}:
        told = ("source_fingerprint", *ledger.DESCRIBED)
        settle.hold(entry, "unapproved_after_posting", subject=entry.target_name, fields=told)
        return
    if entry.is_posted and codes == {"already_mapped"}:
        # What we made is what it is mapped to: nothing is wrong with it.
        settle.unchanged(entry)
        return
    entry.state = ledger.state_for(plan.blockers)
    if not entry.is_posted:
        entry.facts = dict(plan.facts)
    if settle.planned_without_document(entry, plan.blockers, fields=PLANNED):
        work.forget_mapping()


def _twin(work: Work, entry: Entry, document: MoneyDocument) -> Twin | None:
    twins = adapter_for(document.entity).twins(work, entry, document)
    ours = next((twin for twin in twins if twin.is_ours), None)
    if ours is not None or not twins or "post_anyway" in entry.approvals:
        return ours
    return twins[0]


def _twin_notice(twin: Twin) -> Notice:
    detail = {
        "amount": str(twin.amount),
        "days": str(twin.days),
        "target_id": twin.id,
        "target_version": twin.version,
        "target_number": twin.number,
    }
    return Notice(twin.code, twin.name, detail)
