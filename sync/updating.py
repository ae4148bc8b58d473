"""A document that is posted already and is wanted otherwise: changed, made anew as another kind, or taken away.

What somebody paid or changed on the other side is never written over unasked. Each function answers the write to send
now, or None when the entry is decided without one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from connectors.errors import Missing
from connectors.models import Vendor
from mapping.defaults import AFTER_PAYMENT, FOLLOW_DELETION, FOLLOW_UNAPPROVAL
from smoothx.lib.dates import parse_date
from smoothx.lib.money import ZERO
from sync import drift, following, ledger, outbox, settle
from sync.drafting import PLANNED, draft_body, save_write, write
from sync.drift import Difference
from sync.flows._periods import REOPENED
from sync.merge import Change, find_changes, name_path
from sync.models import Entry, Outgoing
from sync.plan import MoneyDocument, Notice, Plan
from sync.presenting import to_json
from sync.targets import Standing, adapter_for
from sync.totals import agrees
from sync.work import Work
from sync.written import find_drift, load_written

# A person's word to write over, or to delete, the document in the version they looked at.
PUT_BACK, REMOVE = "put_back", "remove"
_PARTY = ("VendorRef", "CustomerRef")
MOST_FIELDS = 3
# What may be written back of an entry that stays as it is.
KEPT_FIELDS = (*PLANNED, "approvals")


def approval_for(act: str, version: str) -> str:
    return f"{act}:{version}"


def wants(entry: Entry, act: str) -> bool:
    """A person told us to, whatever version they looked at."""
    return any(each.startswith(f"{act}:") for each in entry.approvals)


def open_update(work: Work, entry: Entry, plan: Plan[Any], print_: str) -> Outgoing | None:
    """Change what we posted, as long as nobody paid it or changed it on the other side."""
    document: Any = plan.document
    adapter = adapter_for(entry.target_type)
    if not adapter.can_update:
        settle.unchanged(entry, fields=PLANNED, facts=entry.facts)
        return None
    standing = look(work, entry)
    if standing is None:
        return None
    found = drift_of(entry, standing, counts_kept=False)
    if _stops(work, entry, document, standing, found):
        return None
    if standing.is_touched and not adapter.is_safe(entry, document, standing):
        return _update_paid(work, entry, plan, print_, standing)
    if print_ == entry.fingerprint and not found:
        _put_back_already(entry, standing)
        return None
    if document.entity != entry.target_type:
        return _replace(entry, plan, print_, standing)
    extra = adapter.update_fields(entry, standing) | their_memo(found, standing)
    return write(entry, plan, print_, operation="update", extra=extra)


def _stops(work: Work, entry: Entry, document: Any, standing: Standing, found: Sequence[Difference]) -> bool:
    """Whether the document must not be changed as it stands there; the entry says why."""
    _remember_plan(entry, document)
    is_told = approval_for(PUT_BACK, standing.version) in entry.approvals
    if drift.is_loud(found) and not is_told:
        hold_drift(entry, standing.version, standing.total, found, wanted=document.total, fields=PLANNED)
        return True
    if document.entity != entry.target_type and standing.is_touched:
        settle.hold(entry, "sign_changed", subject=entry.target_name, fields=PLANNED)
        return True
    closed = find_closed(work, entry, document, standing)
    if closed is not None and not standing.is_touched:
        told = {"date": closed.dated.isoformat(), "closed": closed.until.isoformat()}
        settle.hold(
            entry,
            "closed_and_changed",
            work,
            subject=entry.target_name,
            waits_for=REOPENED,
            fields=PLANNED,
            **told,
        )
        return True
    return False


def _remember_plan(entry: Entry, document: Any) -> None:
    """What Procore wants now, in the wire's fields: shown beside what stands there while a person decides."""
    entry.planned["wire"] = to_json(document.to_wire())


class Closed(NamedTuple):
    """The day a document is dated, and the one to which the books are closed."""

    dated: date
    until: date


def find_closed(work: Work, entry: Entry, document: Any, standing: Standing) -> Closed | None:
    """A document of the books that is dated in a closed period, by the earlier of the day it stands under and the day
    it would take. Procore has no such periods."""
    until = work.defaults.closed_until
    if until is None or not standing.wire or entry.target_connection.vendor != Vendor.QBO:
        return None
    dates = [day for day in (parse_date(standing.wire.get("TxnDate")), getattr(document, "date", None)) if day]
    dated = min(dates, default=None)
    return Closed(dated, until) if dated is not None and dated <= until else None


def _update_paid(work: Work, entry: Entry, plan: Plan[Any], print_: str, standing: Standing) -> Outgoing | None:
    """After a payment the memo alone follows; anything else is for a person, who sees both."""
    document: Any = plan.document
    written = load_written(entry)
    changes = find_changes(written.sent, document) if written is not None else ()
    is_memo_alone = bool(changes) and all(change.field == name_path(drift.MEMO) for change in changes)
    if is_memo_alone and not work.defaults.says(AFTER_PAYMENT, "nothing"):
        return _write_memo(entry, plan, print_, standing)
    code, what = adapter_for(entry.target_type).touched_codes[0], _name_changes(changes)
    told = {"version": standing.version, **({"what": what} if what else {})}
    settle.hold(entry, code, subject=entry.target_name, fields=PLANNED, **told)
    return None


def _name_changes(changes: Sequence[Change]) -> str:
    names = list(dict.fromkeys(change.field for change in changes))
    more = len(names) - MOST_FIELDS
    return f"{', '.join(names[:MOST_FIELDS])} and {more} more" if more > 0 else ", ".join(names)


def _write_memo(entry: Entry, plan: Plan[Any], print_: str, standing: Standing) -> Outgoing:
    """QuickBooks asks for the party in every change, and leaves alone what a sparse one does not name."""
    document: Any = plan.document
    wire = document.to_wire()
    named = {key: wire[key] for key in (*_PARTY, "DocNumber") if key in wire}
    fields = adapter_for(entry.target_type).update_fields(entry, standing)
    body = {**named, "PrivateNote": document.memo, **fields}
    outgoing = draft_body(entry, plan, print_, operation="update", body=body)
    save_write(outgoing, entry)
    return outgoing


def _put_back_already(entry: Entry, standing: Standing) -> None:
    """Somebody undid the change before we did."""
    entry.target_version, entry.approvals = standing.version, []
    settle.unchanged(entry, fields=(*PLANNED, "target_version", "approvals"), facts=entry.facts)


def their_memo(found: Sequence[Difference], standing: Standing) -> dict[str, Any]:
    """What the bookkeeper added to the memo stays, unless QuickBooks wrote there that the document is voided."""
    is_changed = any(each.path == drift.MEMO for each in found) and not is_voided(standing.total, found)
    return {"PrivateNote": standing.wire.get("PrivateNote") or ""} if is_changed else {}


def _replace(entry: Entry, plan: Plan[Any], print_: str, standing: Standing) -> Outgoing:
    """The sign flipped: the old document is deleted first, and settling that makes the other kind due.

    A delete with a fingerprint is one that a new document follows (see settle.posted).
    """
    entry.planned["facts"] = dict(plan.facts)
    return _write_delete(entry, standing, print_)


def _write_delete(entry: Entry, standing: Standing, print_: str) -> Outgoing:
    entry.state = Entry.State.SENDING
    outgoing = outbox.draft_write(
        entry,
        operation="delete",
        target_type=entry.target_type,
        body=to_json(adapter_for(entry.target_type).update_fields(entry, standing)),
        fingerprint=print_,
    )
    save_write(outgoing, entry)
    return outgoing


def record_removal(work: Work, entry: Entry, why: Notice) -> Outgoing | None:
    """Take away what was posted; what never was is only said to be no document."""
    entry.notices = ledger.notices_to_json([why])
    entry.state = ledger.state_for([why])
    if not entry.is_posted:
        settle.planned_without_document(work, entry, [why], fields=PLANNED)
        return None
    try:
        standing = adapter_for(entry.target_type).look(work, entry)
    except Missing:
        settle.removed(entry)
        return None
    if standing.is_touched:
        code = adapter_for(entry.target_type).touched_codes[1]
        settle.hold(entry, code, subject=entry.target_name, fields=PLANNED)
        return None
    found = drift_of(entry, standing, counts_kept=False)
    if drift.is_loud(found) and approval_for(REMOVE, standing.version) not in entry.approvals:
        told = _told(standing.version, standing.total, found, wanted=entry.target_total or ZERO)
        settle.hold(entry, "changed_and_removed", subject=entry.target_name, fields=PLANNED, **told)
        return None
    # An answer may be lost, and what is said meanwhile is not why the document goes.
    entry.planned = {**entry.planned, settle.REMOVAL: entry.notices}
    return _write_delete(entry, standing, "")


def record_gone(work: Work, entry: Entry) -> Outgoing | None:
    """The source record was deleted: ask what becomes of the document, or let it follow."""
    if entry.group and entry.source_fingerprint != ledger.GONE:
        ledger.look_at_next(entry)
    entry.source_fingerprint = ledger.GONE
    if entry.is_posted and (work.defaults.says(FOLLOW_DELETION, "delete") or wants(entry, REMOVE)):
        return record_removal(work, entry, Notice("removed_after_deletion", entry.target_name))
    settle.source_gone(entry)
    return None


def record_unapproved(work: Work, entry: Entry) -> Outgoing | None:
    """The source record is posted and not approved any more: ask what becomes of it, or let it follow."""
    if work.defaults.says(FOLLOW_UNAPPROVAL, "delete") or wants(entry, REMOVE):
        return record_removal(work, entry, Notice("removed_after_unapproval", entry.target_name))
    told = ("source_fingerprint", *ledger.DESCRIBED)
    settle.hold(entry, "unapproved_after_posting", subject=entry.target_name, fields=told)
    return None


def keep(work: Work, entry: Entry, document: Any, facts: Mapping[str, str]) -> None:
    """Nothing to send. A document that was in doubt is in order only if it stands there as we posted it.

    `document` is what the source wants, `facts` what the ledger keeps of it from now on.
    """
    if entry.state in ledger.POSTED_STATES or not isinstance(document, MoneyDocument):
        settle.unchanged(entry, fields=KEPT_FIELDS, facts=facts)
    elif not agrees(entry.planned["document"], entry.target_total):
        # It came out otherwise than planned from the start, which is for a person to decide.
        ledger.finish(entry, ())
    elif (standing := look(work, entry)) is not None:
        found = drift_of(entry, standing)
        if drift.is_loud(found):
            _remember_plan(entry, document)
            wanted = document.total
            hold_drift(entry, standing.version, standing.total, found, wanted=wanted, fields=KEPT_FIELDS)
            return
        entry.target_version = standing.version
        settle.unchanged(entry, fields=(*KEPT_FIELDS, "target_version"), facts=facts)


def look(work: Work, entry: Entry) -> Standing | None:
    """The document as it stands there; None when it is gone, and the entry says so."""
    try:
        return adapter_for(entry.target_type).look(work, entry)
    except Missing:
        following.target_gone(entry, work.defaults, fields=PLANNED)
        return None


def drift_of(entry: Entry, standing: Standing, *, counts_kept: bool = True) -> tuple[Difference, ...]:
    """Adapters that read no wire form know the total alone."""
    if standing.wire:
        return find_drift(entry, standing.wire, counts_kept=counts_kept)
    ours = entry.target_total or ZERO
    return () if standing.total == ours else (Difference(drift.TOTAL, str(ours), str(standing.total)),)


def hold_drift(
    entry: Entry,
    version: str,
    theirs: Any,
    found: Sequence[Difference],
    *,
    wanted: Any,
    fields: Sequence[str] = (),
) -> None:
    """Show what somebody changed. Totals are given with their sign."""
    same = theirs == (entry.target_total or ZERO) and theirs == wanted
    code = "details_changed_by_hand" if same else "changed_by_hand"
    told = _told(version, theirs, found, wanted=wanted)
    settle.hold(entry, code, subject=entry.target_name, fields=fields, **told)


def _told(version: str, theirs: Any, found: Sequence[Difference], *, wanted: Any) -> dict[str, str]:
    return {
        **({"done": "voided"} if is_voided(theirs, found) else {}),
        "procore": str(abs(wanted)),
        "books": str(abs(theirs)),
        "version": version,
        "what": name_fields(found),
        "changes": drift.to_text(found),
    }


def is_voided(theirs: Any, found: Sequence[Difference]) -> bool:
    """QuickBooks keeps what is voided, at nothing, and says so at the head of its memo."""
    return theirs == ZERO and any(each.path == drift.MEMO and each.theirs.startswith("Voided") for each in found)


def name_fields(found: Sequence[Difference]) -> str:
    """ "date, line 2 amount and 3 more": the first fields by name."""
    names = list(dict.fromkeys(name_difference(each.path).replace(", ", " ") for each in found))
    more = len(names) - MOST_FIELDS
    if more > 0:
        return f"{', '.join(names[:MOST_FIELDS])} and {more} more"
    return ", ".join(names)


def name_difference(path: drift.Path) -> str:
    return f"line {path[1]}" if path[-1] == drift.WHOLE_LINE else name_path(path)


def changes_of(notices: Sequence[Mapping[str, Any]]) -> tuple[Difference, ...]:
    """The differences an entry's notices tell of."""
    texts = [(notice.get("detail") or {}).get("changes", "") for notice in notices]
    return next((drift.from_text(text) for text in texts if text), ())
