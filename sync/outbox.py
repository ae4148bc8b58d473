"""The outbox: an intended write is recorded, then sent, then settled. Here are the record and the send.

No transaction is open while a vendor is spoken to. A try is written down before it is made, so a try without an end is
a lost answer, and the document is looked for before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from connectors.errors import Rejected, VendorError
from connectors.redact import hide_signatures
from smoothx.lib import log_context
from smoothx.tenants.models import Tenant
from sync.flow import Flow
from sync.ledger import write_key
from sync.models import Attempt, Entry, Outgoing
from sync.sets import write_back
from sync.targets import Answer, adapter_for
from sync.work import Work

Tried = TypeVar("Tried", Answer, Answer | None)
# The action of a try that went out with others in one call.
TOGETHER = "together"
# QuickBooks may still be working on a call for two minutes after we stopped listening.
SETTLES_WITHIN = timedelta(seconds=120)


class Stopped(Exception):
    """The company was paused between the plan and the send, or another worker closed this write."""


def draft_write(entry: Entry, *, operation: str, target_type: str, body: dict[str, Any], fingerprint: str) -> Outgoing:
    """The intended write under a new revision's key; it is saved in the transaction that writes the entry."""
    entry.revision += 1
    return Outgoing(
        entry=entry,
        key=write_key(entry, operation),
        operation=operation,
        target_type=target_type,
        body=body,
        fingerprint=fingerprint,
    )


def current(entry: Entry) -> Outgoing | None:
    """The entry's open write, if any."""
    states = (Outgoing.State.OPEN, Outgoing.State.SENDING, Outgoing.State.UNCERTAIN)
    return Outgoing.objects.filter(entry=entry, state__in=states).first()


def supersede(outgoing: Outgoing) -> None:
    """Close a write that was never sent: it is planned again from the source as it is now."""
    Outgoing.objects.filter(pk=outgoing.pk, state=Outgoing.State.OPEN).update(
        state=Outgoing.State.FAILED, closed_at=Now()
    )


def send(work: Work, outgoing: Outgoing, entry: Entry, flow: Flow) -> Answer:
    """Send it once. Raises the vendor's error, or Stopped with nothing done; the caller settles either way.

    Whether the company is live is part of the claim: a pause stops the very next document, a push excepted.
    """
    claimed = Outgoing.objects.filter(pk=outgoing.pk, state__in=(Outgoing.State.OPEN, Outgoing.State.UNCERTAIN))
    if flow.trigger != "push":
        claimed = claimed.filter(tenant__state=Tenant.State.LIVE)
    if not claimed.update(state=Outgoing.State.SENDING, sent_at=Now()):
        raise Stopped
    return _tried(outgoing, "send", lambda: adapter_for(outgoing.target_type).send(work, outgoing, entry))


def send_many(work: Work, drafts: Sequence[Outgoing], flow: Flow) -> dict[int, Answer | VendorError]:
    """Send writes that were only just recorded in one call. Answers what came of each, by its pk.

    One that another worker closed meanwhile is left out, and all are once the company was paused. What befell the call
    as a whole is every write's error; a call that was refused as a whole did nothing, and its error is raised.
    """
    with transaction.atomic(savepoint=False):
        open_ = Outgoing.objects.filter(pk__in=[draft.pk for draft in drafts], state=Outgoing.State.OPEN)
        if flow.trigger != "push":
            open_ = open_.filter(tenant__state=Tenant.State.LIVE)
        ours = set(open_.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
        Outgoing.objects.filter(pk__in=ours).update(state=Outgoing.State.SENDING, sent_at=Now())
    sent = [draft for draft in drafts if draft.pk in ours]
    for draft in sent:
        draft.sent_at = timezone.now()
    attempts = Attempt.objects.bulk_create(
        [Attempt(outgoing=each, number=1, action=TOGETHER, started_at=Now()) for each in sent]
    )
    refusal: VendorError | None = None
    _forget_request_id()
    try:
        results = adapter_for(sent[0].target_type).send_many(work, sent) if sent else {}
    except VendorError as error:
        results = {draft.pk: error for draft in sent}
        refusal = error if isinstance(error, Rejected) else None
    _end_many(attempts, results)
    if refusal is not None:
        Outgoing.objects.filter(pk__in=ours).update(state=Outgoing.State.OPEN)
        raise refusal
    return results


def _end_many(attempts: Sequence[Attempt], results: Mapping[int, Answer | VendorError]) -> None:
    request_id = _last_request_id()
    for attempt in attempts:
        result = results[attempt.outgoing_id]
        attempt.ended_at = Now()
        if isinstance(result, VendorError):
            attempt.outcome = result.fault[:30]
            attempt.vendor_text, attempt.request_id = result.vendor_text[:1000], result.request_id[:100]
        else:
            attempt.outcome, attempt.answer, attempt.request_id = "accepted", _jsonable(result.wire), request_id
    write_back(attempts, ["ended_at", "outcome", "vendor_text", "request_id", "answer"])


def probe(work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
    """Look whether a write without an answer happened after all."""
    Outgoing.objects.filter(pk=outgoing.pk).update(state=Outgoing.State.UNCERTAIN, probes=F("probes") + 1)
    return _tried(outgoing, "probe", lambda: adapter_for(outgoing.target_type).probe(work, outgoing, entry))


def may_send_again(outgoing: Outgoing, side: str) -> bool:
    """Whether a write that a probe did not find may be repeated now.

    QuickBooks replays the answer for a repeated key, where the adapter knows that it does. Procore knows no keys, and
    a write that went out with others had the key of their call, so the late work of those must have ended.
    """
    is_replayed = side == "qbo" and adapter_for(outgoing.target_type).is_replayed
    if is_replayed and not Attempt.objects.filter(outgoing=outgoing, action=TOGETHER).exists():
        return True
    # By the database's clock, as it was written: who sent it may have died, and whoever asks has a clock of its own.
    return not Outgoing.objects.filter(pk=outgoing.pk, sent_at__gte=Now() - SETTLES_WITHIN).exists()


def put_back(outgoing: Outgoing) -> None:
    """This try did nothing. A write that may have happened at an earlier try stays in doubt."""
    was_never_sent = outgoing.state == Outgoing.State.OPEN
    close(outgoing, Outgoing.State.OPEN if was_never_sent else Outgoing.State.UNCERTAIN)


def close(outgoing: Outgoing, state: str) -> None:
    closed = state in (Outgoing.State.DONE, Outgoing.State.FAILED)
    Outgoing.objects.filter(pk=outgoing.pk).update(state=state, closed_at=Now() if closed else None)


def _tried(outgoing: Outgoing, action: str, call: Callable[[], Tried]) -> Tried:
    attempt = Attempt(outgoing=outgoing, number=_next_number(outgoing), action=action, started_at=Now())
    attempt.save(force_insert=True)
    _forget_request_id()
    try:
        answer = call()
    except VendorError as error:
        _end(attempt, error.fault, vendor_text=error.vendor_text[:1000], request_id=error.request_id[:100])
        raise
    found = "nothing_found" if answer is None else "found" if action == "probe" else "accepted"
    _end(attempt, found, answer=answer.wire if answer else {}, request_id=_last_request_id())
    return answer


def _forget_request_id() -> None:
    """An adapter may find that there is nothing to call for: an earlier call's id is none of that try's."""
    log_context.note(vendor_request_id="")


def _last_request_id() -> str:
    """The vendor's id of the last call of this piece of work, which its support asks for."""
    return str(log_context.bound_fields().get("vendor_request_id") or "")[:100]


def _next_number(outgoing: Outgoing) -> int:
    # A write that was only just opened has no earlier tries; asking would cost a statement on every document.
    if outgoing.sent_at is None and outgoing.probes == 0:
        return 1
    return Attempt.objects.filter(outgoing=outgoing).count() + 1


def _end(attempt: Attempt, outcome: str, **facts: Any) -> None:
    from_wire = {"answer": _jsonable(facts.pop("answer", {}))}
    Attempt.objects.filter(pk=attempt.pk).update(ended_at=Now(), outcome=outcome[:30], **from_wire, **facts)


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_jsonable(item) for item in value]
    if isinstance(value, str):
        return hide_signatures(value)
    return value if isinstance(value, int | bool | None) else str(value)
