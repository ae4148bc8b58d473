"""Step five, settle: what the answer, or its lack, means for the entry. Each function ends one run of an entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models.functions import Coalesce, Now

from connectors.errors import (
    Conflict,
    FileRefused,
    Missing,
    NoPermission,
    Reconnect,
    Rejected,
    Retry,
    Uncertain,
    VendorError,
)
from connectors.models import Connection
from sync import ledger, locks, outbox, totals
from sync.codes import CODES
from sync.facts import OF_FACTS, ask_soon
from sync.flow import Flow
from sync.flows._periods import REOPENED
from sync.models import Entry, Outgoing
from sync.plan import Notice, Plan
from sync.posting import create_links, create_many_links
from sync.registry import all_flows
from sync.targets import Answer, Twin, signed
from sync.work import Work

CONNECTION_RESTORED = "connection:restored"
# The refusal that tells of a closing date we do not know yet.
CLOSED = "books_closed"
# Long enough that a wait which is true by its letter but not for the rule cannot spin.
SOON = timedelta(seconds=2)
MOST_TRIES = 8
MOST_REPLANS = 3
STATE = ("state", "notices", "tries")
TARGET = (
    "target_type",
    "target_id",
    "target_version",
    "target_number",
    "target_total",
    "facts",
    "fingerprint",
    "source_fingerprint",
    "posted_at",
    "approvals",
)
# In what is planned: the notices that say why a document is taken away.
REMOVAL = "removal"
# An entry whose document is gone. The type stays: it says what the document was.
NO_TARGET: dict[str, Any] = {
    "target_id": "",
    "target_version": "",
    "target_number": "",
    "target_total": None,
    "fingerprint": "",
}


def posted(work: Work, flow: Flow, entry: Entry, outgoing: Outgoing, answer: Answer) -> None:
    """The document stands on the other side. Its total there is compared with ours before it counts as right."""
    if outgoing.operation == "delete":
        # With a fingerprint it made room for the same document as another kind.
        (replaced if outgoing.fingerprint else removed)(entry, outgoing)
        return
    entry.target_type = outgoing.target_type
    entry.facts = entry.planned.get("facts", entry.facts)
    entry.fingerprint = outgoing.fingerprint
    entry.approvals = []
    _judge(entry, answer)
    _set_target(entry, answer)
    with ledger.in_one_step():
        outbox.close(outgoing, Outgoing.State.DONE)
        if flow.links and not create_links(flow, entry, answer):
            _not_linked(entry)
        _stand(entry)
        locks.note_posted(work, [entry])
        if outgoing.operation == "update":
            locks.note_changed(entry)
    if flow.links:
        work.forget_mapping()


def posted_many(work: Work, flow: Flow, made: Sequence[tuple[Outgoing, Answer]]) -> None:
    """The same for documents that were made together: few statements, however many. The caller forgets the mapping."""
    for outgoing, answer in made:
        entry = outgoing.entry
        entry.target_type, entry.fingerprint = outgoing.target_type, outgoing.fingerprint
        entry.facts, entry.approvals = entry.planned.get("facts", entry.facts), []
        _judge(entry, answer)
        _set_target(entry, answer)
    entries = [outgoing.entry for outgoing, _ in made]
    with ledger.in_one_step():
        Outgoing.objects.filter(pk__in=[outgoing.pk for outgoing, _ in made]).update(
            state=Outgoing.State.DONE, closed_at=Now()
        )
        if flow.links:
            left_out = create_many_links(flow, [(outgoing.entry, answer) for outgoing, answer in made])
            for entry in [each for each in entries if each.pk in left_out]:
                _not_linked(entry)
        told = [name for name in (*STATE, *TARGET) if name != "posted_at"]
        ledger.finish_many(entries, told, posted_at=Coalesce("posted_at", Now()))
        ledger.release(ledger.place_subjects(entries))
        locks.note_posted(work, entries)


def removed(entry: Entry, outgoing: Outgoing | None = None) -> None:
    """What was posted is gone, as the source wants it. Should the source want it again, it is made anew.

    The delete that did it is closed in the same step: else a worker that died between the two would leave a document
    that looks as if somebody had deleted it.
    """
    if outgoing is not None:
        entry.notices = entry.planned.get(REMOVAL, entry.notices)
    entry.state = ledger.state_for([Notice(each["code"]) for each in entry.notices])
    for name, value in NO_TARGET.items():
        setattr(entry, name, value)
    entry.tries, entry.facts, entry.posted_at, entry.approvals = 0, {}, None, []
    with ledger.in_one_step():
        if outgoing is not None:
            outbox.close(outgoing, Outgoing.State.DONE)
        ledger.finish(entry, (*STATE, *TARGET))
        ledger.end_waits(entry)
        ledger.release(ledger.place_subjects([entry]))
        locks.note_changed(entry)


def replaced(entry: Entry, outgoing: Outgoing) -> None:
    """Its sign flipped, and what was posted is gone: planned again, it is made as the other kind."""
    for name, value in NO_TARGET.items():
        setattr(entry, name, value)
    entry.state, entry.notices, entry.tries = Entry.State.QUEUED, [], 0
    entry.source_fingerprint, entry.approvals = "", []
    with ledger.in_one_step():
        outbox.close(outgoing, Outgoing.State.DONE)
        ledger.finish(entry, (*STATE, *TARGET), due_at=Now())
        ledger.mark_work_due()


def _not_linked(entry: Entry) -> None:
    entry.notices.append({"code": "not_linked", "subject": entry.target_number, "detail": {}})
    entry.state = Entry.State.POSTED_WITH_WARNINGS


def adopt(entry: Entry, twin: Twin, plan: Plan[Any], fingerprint: str) -> None:
    """The books hold our document already (a restored database, an answer lost long ago): take it as ours."""
    entry.target_type = str(entry.planned["document"]["entity"])
    entry.fingerprint, entry.facts = fingerprint, dict(plan.facts)
    answer = Answer(twin.id, twin.version, twin.number, signed(entry.target_type, twin.amount))
    _judge(entry, answer)
    _set_target(entry, answer)
    with ledger.in_one_step():
        _stand(entry, ("planned", *ledger.DESCRIBED))


def take(entry: Entry, answer: Answer) -> None:
    """A person says this document of the books is the entry's."""
    entry.notices, entry.state, entry.tries = [], Entry.State.POSTED, 0
    _set_target(entry, answer)
    with ledger.in_one_step():
        _stand(entry)


def _judge(entry: Entry, answer: Answer) -> None:
    """Posted, unless its total over there is another than the plan's."""
    entry.notices, entry.tries = [*_warnings(entry), *ledger.notices_to_json(answer.warnings)], 0
    entry.state = Entry.State.POSTED_WITH_WARNINGS if entry.notices else Entry.State.POSTED
    planned = entry.planned.get("document", {})
    if answer.total is None or totals.agrees(planned, answer.total):
        return
    if totals.find_cause(planned, answer.total, answer.wire) == "tax":
        told = {"books": str(totals.read_tax(answer.wire)), "planned": str(planned["tax"]).removeprefix("-")}
        entry.notices.append({"code": "tax_differs_after_posting", "subject": answer.number, "detail": told})
        entry.state = Entry.State.POSTED_WITH_WARNINGS
        return
    code = "total_differs_after_posting"
    told = {"books": str(answer.total), "procore": planned["total"], **_name_sides(entry, code)}
    entry.notices.append({"code": code, "subject": answer.number, "detail": told})
    entry.state = Entry.State.HELD


def _name_sides(entry: Entry, code: str) -> dict[str, str]:
    """What the sentence calls the two sides, where the document goes to Procore; the usual way needs no telling."""
    goes_home = all_flows()[entry.flow].target == "procore"
    return {"here": "QuickBooks", "there": "Procore"} if goes_home and "{there}" in CODES[code].sentence else {}


def _stand(entry: Entry, fields: Sequence[str] = ()) -> None:
    """Write down that it stands on the other side, and let go on what waited for that."""
    entry.posted_at = entry.posted_at or Now()
    ledger.finish(entry, (*STATE, *TARGET, *fields))
    ledger.end_waits(entry)
    ledger.release(ledger.place_subjects([entry]))


def unchanged(entry: Entry, *, fields: Sequence[str] = (), facts: Mapping[str, str] | None = None) -> None:
    """Nothing to send: the target is as the source wants it. A document that was in doubt is in order again."""
    if entry.is_posted and entry.state not in ledger.POSTED_STATES:
        entry.notices = _warnings(entry)
        entry.state = Entry.State.POSTED_WITH_WARNINGS if entry.notices else Entry.State.POSTED
    if facts is not None:
        entry.facts = dict(facts)
    ledger.finish(entry, (*STATE, "facts", "source_fingerprint", *fields, *ledger.DESCRIBED))
    ledger.end_waits(entry)


def planned_without_document(work: Work, entry: Entry, blockers: Sequence[Notice], *, fields: Sequence[str]) -> bool:
    """True when what it waits for came true meanwhile: the run's mapping is out of date, and it is due again."""
    recheck = Now() + ledger.RECHECK_WAITING_AFTER if entry.state == Entry.State.WAITING else None
    with ledger.in_one_step():
        is_free_again = ledger.set_waits(entry, blockers) or _is_told_anew(work, blockers)
        due_at = Now() + SOON if is_free_again else recheck
        ledger.finish(entry, (*fields, *STATE), due_at=due_at)
    return is_free_again


def _is_told_anew(work: Work, blockers: Sequence[Notice]) -> bool:
    """Whether it waits for a fact of an account that a poll learned while this run still went by an older one.

    The poll released only what waited by then. Asked after the wait was written down, which locks its subject, so one
    of the two sees the other.
    """
    subjects = {subject for notice in blockers for subject in (notice.waits_for, *notice.also_lifted_by)}
    return not OF_FACTS.isdisjoint(subjects) and work.learn_facts()


def hold(
    entry: Entry,
    code: str,
    work: Work | None = None,
    /,
    *,
    subject: str = "",
    waits_for: str = "",
    fields: Sequence[str] = (),
    **detail: str,
) -> bool:
    """End the run in the code's own state, with what a person may decide. True as in planned_without_document.

    `work` is given where it waits for what an account allows.
    """
    notice = Notice(code, subject, _name_sides(entry, code) | detail, waits_for)
    entry.state = CODES[code].state
    entry.notices = ledger.notices_to_json([notice])
    with ledger.in_one_step():
        if not waits_for:
            ledger.end_waits(entry)
        is_free_again = bool(waits_for) and ledger.set_waits(entry, [notice])
        is_free_again = is_free_again or (work is not None and _is_told_anew(work, [notice]))
        due_at = Now() + max(SOON, backoff(entry.tries)) if is_free_again else None
        ledger.finish(entry, (*STATE, *fields), due_at=due_at)
    return is_free_again


def block(entry: Entry, code: str, **detail: str) -> None:
    hold(entry, code, **detail)


def tell_and_try_again(entry: Entry, code: str, *, after: timedelta) -> None:
    """Shown in the code's state, and due again all the same; what it waits for and its tries stay."""
    entry.state, entry.notices = CODES[code].state, ledger.notices_to_json([Notice(code)])
    ledger.finish(entry, ("state", "notices"), due_at=Now() + after)


def source_gone(entry: Entry) -> None:
    """Kept in mind, so that a list which lacks it says nothing new."""
    entry.source_fingerprint = ledger.GONE
    if entry.is_posted:
        hold(entry, "deleted_after_posting", subject=entry.target_name, fields=("source_fingerprint",))
    else:
        hold(entry, "deleted_in_procore", fields=("source_fingerprint",))


def read_failed(work: Work, entry: Entry, error: VendorError) -> None:
    """Reading, or looking for twins, failed; nothing was sent."""
    _decide(work, entry, error)


def send_failed(work: Work, entry: Entry, outgoing: Outgoing, error: VendorError) -> None:
    """Close or keep the write by what the error says happened to it."""
    if isinstance(error, Uncertain):
        outbox.close(outgoing, Outgoing.State.UNCERTAIN)
    elif isinstance(error, Retry | Reconnect):
        outbox.put_back(outgoing)
    else:
        outbox.close(outgoing, Outgoing.State.FAILED)
    _decide(work, entry, error)


def come_back(entry: Entry, after: float) -> None:
    """The vendor's call limit is used up: the document is as it was, and its turn comes again."""
    ledger.finish(entry, (), due_at=Now() + timedelta(seconds=after))


def not_sent_yet(entry: Entry, outgoing: Outgoing, after: float) -> None:
    """Planned and recorded, but the call limit is used up: nothing went out this time."""
    outbox.put_back(outgoing)
    entry.state = Entry.State.QUEUED if outgoing.state == Outgoing.State.OPEN else Entry.State.UNCERTAIN
    ledger.finish(entry, ("state",), due_at=Now() + timedelta(seconds=after))


def still_uncertain(entry: Entry, after: timedelta) -> None:
    """Looked for again then."""
    entry.state = Entry.State.UNCERTAIN
    entry.notices = [{"code": "no_answer", "subject": "", "detail": {}}, *_warnings(entry)]
    ledger.finish(entry, STATE, due_at=Now() + after)


def _decide(work: Work, entry: Entry, error: VendorError) -> None:
    entry.tries += 1
    match error:
        case Uncertain():
            still_uncertain(entry, backoff(entry.tries))
        case Retry():
            _try_again(entry, error, after=max(timedelta(seconds=error.after), backoff(entry.tries)))
        case Conflict() if entry.tries <= MOST_REPLANS:
            _try_again(entry, error, after=timedelta(seconds=1))
        case Reconnect():
            hold(entry, "connection_lost", subject=_name_lost(entry), waits_for=CONNECTION_RESTORED)
        case NoPermission():
            hold(entry, error.fault if error.fault in CODES else "no_permission", **_told(error))
        case Missing():
            hold(entry, "target_missing", subject=entry.target_name, **_told(error))
        case Rejected():
            code = error.fault if error.fault in CODES else "rejected"
            document = entry.planned.get("document", {})
            subject = document.get("number") or document.get("name") or ""
            hold(entry, code, work, subject=subject, waits_for=_find_end(code, entry), **_told(error))
        case _:
            hold(entry, "rejected", **_told(error))


def _name_lost(entry: Entry) -> str:
    """Whose connection is lost. A single answer may say so of one that no row has as lost."""
    both = Connection.objects.filter(pk__in=(entry.source_connection_id, entry.target_connection_id))
    lost = both.exclude(state=Connection.State.CONNECTED).order_by("vendor")
    return " and ".join(row.get_vendor_display() for row in lost) or "one of the two"


def _find_end(code: str, entry: Entry) -> str:
    """What lifts a refusal by itself, "" where a person has to mend something."""
    if code != CLOSED:
        return ""
    # The books were closed after this run asked. Once it knows, the firm's own rule for closed periods decides.
    ask_soon(entry.target_connection)
    return REOPENED


def _try_again(entry: Entry, error: VendorError, *, after: timedelta) -> None:
    if entry.tries >= MOST_TRIES:
        hold(entry, "gave_up", attempts=str(entry.tries), **_told(error))
        return
    code = error.fault if error.fault in CODES else "try_again"
    entry.state = Entry.State.WAITING
    entry.notices = [{"code": code, "subject": "", "detail": _told(error)}]
    ledger.finish(entry, STATE, due_at=Now() + after)


def backoff(tries: int) -> timedelta:
    """2, 4, 8 ... seconds, at most 15 minutes."""
    return timedelta(seconds=min(2**tries, 900))


def _told(error: VendorError) -> dict[str, str]:
    said = {"vendor_text": (error.vendor_text or str(error))[:500], "request_id": error.request_id}
    return said | (error.detail if isinstance(error, FileRefused) else {})


def _warnings(entry: Entry) -> list[dict[str, Any]]:
    """The notices of the last plan that are warnings; what stopped an earlier try is over."""
    return [n for n in entry.notices if CODES[n["code"]].state == "posted_with_warnings"]


def _set_target(entry: Entry, answer: Answer) -> None:
    entry.target_id, entry.target_version = answer.id, answer.version[:60]
    entry.target_number, entry.target_total = answer.number[:60], answer.total
