"""Step three, record: what the plan means for this entry, written before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.errors import Missing
from connectors.qbo.documents import Bill
from smoothx.lib.money import ZERO
from sync import ledger, outbox, settle
from sync.flow import Flow
from sync.merge import fingerprint
from sync.models import Entry, Outgoing
from sync.plan import Notice, Plan
from sync.presenting import document_json, to_json
from sync.targets import QUICKBOOKS, Twin
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
    entry.notices = ledger.notices_to_json(plan.blockers or plan.warnings)
    if plan.document is None:
        _record_blocked(work, entry, plan)
        return None
    entry.planned = document_json(plan.document, plan.facts)
    print_ = fingerprint(plan.document)
    if entry.is_posted and print_ == entry.fingerprint:
        settle.unchanged(entry, fields=PLANNED, facts=plan.facts)
        return None
    return _open(work, entry, plan, print_) if not entry.is_posted else _open_update(work, entry, plan, print_)


def _open(work: Work, entry: Entry, plan: Plan[Any], print_: str) -> Outgoing | None:
    if isinstance(plan.document, Bill):
        twin = _twin(work, entry, plan.document)
        if twin is not None and twin.is_ours:
            settle.adopt(entry, twin, plan, print_)
            return None
        if twin is not None:
            _record_blocked(work, entry, Plan(None, plan.warnings, (_twin_notice(twin),), plan.facts))
            return None
    return _write(entry, plan, print_, operation="create", extra={})


def _open_update(work: Work, entry: Entry, plan: Plan[Any], print_: str) -> Outgoing | None:
    """Change what we posted, as long as nobody paid it or changed it in the books."""
    if not isinstance(plan.document, Bill):
        settle.unchanged(entry, fields=PLANNED, facts=entry.facts)
        return None
    try:
        books = QUICKBOOKS.posted(work, entry)
    except Missing:
        settle.hold(entry, "target_deleted", subject=entry.target_number, fields=PLANNED)
        return None
    name = f"{'Vendor credit' if entry.target_type == 'VendorCredit' else 'Bill'} {entry.target_number}"
    if plan.document.entity != entry.target_type:
        settle.hold(entry, "sign_changed", subject=name, fields=PLANNED)
        return None
    if books.open_balance != books.total:
        settle.hold(entry, "paid_and_changed", subject=name, fields=PLANNED)
        return None
    if books.sync_token != entry.target_version and books.total != abs(entry.target_total or ZERO):
        figures = {"procore": str(plan.document.total), "books": str(books.total)}
        settle.hold(entry, "changed_by_hand", subject=name, fields=PLANNED, **figures)
        return None
    extra = {"Id": entry.target_id, "SyncToken": books.sync_token, "sparse": True}
    return _write(entry, plan, print_, operation="update", extra=extra)


def _write(entry: Entry, plan: Plan[Any], print_: str, *, operation: str, extra: Mapping[str, Any]) -> Outgoing:
    entry.state = Entry.State.SENDING
    entry.facts = entry.facts if entry.is_posted else dict(plan.facts)
    entry.planned["facts"] = dict(plan.facts)
    document: Any = plan.document
    with ledger.in_one_step():
        outgoing = outbox.open_write(
            entry,
            operation=operation,
            target_type=document.entity,
            body=to_json({**document.to_wire(), **extra}),
            fingerprint=print_,
        )
        changes = {name: getattr(entry, name) for name in PLANNED}
        Entry.objects.filter(pk=entry.pk).update(**changes)
    return outgoing


def _record_blocked(work: Work, entry: Entry, plan: Plan[Any]) -> None:
    """No document: say why, and what would change that. What is posted already stays posted."""
    entry.notices = ledger.notices_to_json(plan.blockers)
    codes = {notice.code for notice in plan.blockers}
    if entry.is_posted and codes == {"not_approved"}:
        settle.hold(entry, "unapproved_after_posting", subject=entry.target_number, fields=ledger.DESCRIBED)
        return
    entry.state = ledger.state_for(plan.blockers)
    if not entry.is_posted:
        entry.facts = dict(plan.facts)
    if settle.planned_without_document(entry, plan.blockers, fields=PLANNED):
        work.forget_mapping()


def _twin(work: Work, entry: Entry, bill: Bill) -> Twin | None:
    twins = QUICKBOOKS.twins(work, entry, bill)
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
