"""Looking through posted documents that older mapping made, and writing again those a person chose.

A run is WAITING while its documents are looked through, PREVIEW until somebody decides, RUNNING until every document
that was sent again is through, DONE. All a worker knows is in the rows, so it can die anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from mapping.models import MappingRun, RunRow
from smoothx.tenants.models import AuditEntry, DueWork
from smoothx.tenants.scope import require_tenant_id
from sync import ledger
from sync.basis import agree, learn_names
from sync.drift import to_text
from sync.models import Entry, Event
from sync.plan import RESEND
from sync.pushing import BUSY, why
from sync.recoding import finding, judging
from sync.resending import LEFT, NOT_SENT
from sync.updating import approval_for
from sync.work import Work

TOPIC = "recoding"
SECTION = "recoding"
# Each is read on both sides before anybody decides; the others follow when these are decided.
MOST_AT_ONCE = 200
State = MappingRun.State


def begin(actor: Any) -> MappingRun | None:
    """Look through what `finding` finds, the oldest first. None when there is nothing. An older look is put away."""
    entry_ids = list(finding.find().entry_ids[:MOST_AT_ONCE])
    if not entry_ids:
        return None
    with transaction.atomic():
        _runs().filter(state__in=(State.WAITING, State.PREVIEW)).update(state=State.FAILED, ended_at=timezone.now())
        now = timezone.now()
        # It has no review of pairs, which is what an open run shows elsewhere.
        run: MappingRun = MappingRun.objects.create(
            what=MappingRun.What.CHANGE,
            section=SECTION,
            state=State.WAITING,
            started_by=actor,
            expected=len(entry_ids),
            closed_at=now,
            options={"ids": entry_ids},
        )
        DueWork.mark(tenant_id=require_tenant_id(), topic=TOPIC)
    return run


def find_open() -> MappingRun | None:
    """The run that somebody has to decide on, or that is under way."""
    states = (State.WAITING, State.PREVIEW, State.RUNNING)
    found: MappingRun | None = _runs().filter(state__in=states).order_by("-pk").first()
    return found


def get_run(run_id: int) -> MappingRun | None:
    found: MappingRun | None = _runs().filter(pk=run_id).first()
    return found


def _runs() -> Any:
    return MappingRun.objects.filter(what=MappingRun.What.CHANGE, section=SECTION)


def look_through(run: MappingRun, keep_lease: Callable[[], None] = lambda: None) -> None:
    """Write down what writing each document again would change. Those that come out the same are done with it."""
    done = set(run.rows.values_list("number", flat=True))
    work = Work()
    for number, entry_id in enumerate(run.options["ids"], start=1):
        if number in done:
            continue
        entry = Entry.objects.filter(pk=entry_id).select_related("source_connection", "target_connection").first()
        if entry is None or not entry.is_posted or not _runs().filter(pk=run.pk, state=State.WAITING).exists():
            continue
        found = judging.judge(work, entry)
        if found.facts is not None:
            learn_names(entry.pk, found.facts)
        if found.verdict == judging.SAME:
            agree([entry.pk], work.mapped_at)
        RunRow.objects.bulk_create([_row(run, number, entry, found)], ignore_conflicts=True)
        _runs().filter(pk=run.pk).update(done=number, beat_at=Now())
        keep_lease()
    _runs().filter(pk=run.pk, state=State.WAITING).update(state=State.PREVIEW, done=len(run.options["ids"]))
    close_if_through(run)


def _row(run: MappingRun, number: int, entry: Entry, found: judging.Judgement) -> RunRow:
    return RunRow(
        run=run,
        number=number,
        label=entry.title or entry.number,
        verdict=found.verdict,
        reason=found.reason[:500],
        is_chosen=False,
        left_id=str(entry.pk),
        data={"fingerprint": found.fingerprint, "changes": to_text(found.differences)},
    )


def send_again(run: MappingRun, row_ids: Iterable[int], actor: Any) -> int:
    """Let a worker write the chosen documents again, each as it was shown. Answers how many, 0 past that step."""
    with transaction.atomic():
        if not _runs().select_for_update().filter(pk=run.pk, state=State.PREVIEW).exists():
            return 0
        rows = list(run.rows.filter(pk__in=list(row_ids), verdict=judging.CHANGE, state=RunRow.State.WAITING))
        for row in rows:
            _ask_for(row, actor)
        if rows:
            run.rows.filter(pk__in=[row.pk for row in rows]).update(state=RunRow.State.SENDING, is_chosen=True)
            _runs().filter(pk=run.pk).update(state=State.RUNNING, beat_at=Now())
            AuditEntry.note(actor=actor, action="recoding.sent", subject=f"{len(rows)} documents", run=run.pk)
            ledger.mark_work_due()
            DueWork.mark(tenant_id=require_tenant_id(), topic=TOPIC)
    return len(rows)


def _ask_for(row: RunRow, actor: Any) -> None:
    entry = Entry.objects.select_for_update(of=("self",)).get(pk=row.left_id)
    approvals = sorted({*entry.approvals, approval_for(RESEND, row.data["fingerprint"])})
    Entry.objects.filter(pk=entry.pk).update(approvals=approvals, tries=0)
    ledger.make_due(Entry.objects.filter(pk=entry.pk))
    Event.objects.create(entry=entry, actor=actor, what="approved", text="Told to send it again by today's mapping")


def leave(run: MappingRun, row_ids: Iterable[int], actor: Any) -> int:
    """These stay as they were posted, and are not brought up again until something else changes."""
    with transaction.atomic():
        if not _runs().select_for_update().filter(pk=run.pk, state__in=(State.PREVIEW, State.RUNNING)).exists():
            return 0
        open_rows = run.rows.filter(pk__in=list(row_ids), state=RunRow.State.WAITING).exclude(verdict=judging.SAME)
        rows = list(open_rows)
        entry_ids = [int(row.left_id) for row in rows]
        # What changed since the look began is brought up again.
        agree(entry_ids, run.at)
        text = "Left as posted, by the mapping of then"
        Event.objects.bulk_create([Event(entry_id=each, actor=actor, what=LEFT, text=text) for each in entry_ids])
        run.rows.filter(pk__in=[row.pk for row in rows]).update(state=RunRow.State.LEFT_OUT)
    close_if_through(run)
    return len(rows)


def take_over(run: MappingRun) -> None:
    """Write down what became of the documents that were sent again."""
    rows = list(run.rows.filter(state=RunRow.State.SENDING))
    entries = {str(each.pk): each for each in Entry.objects.filter(pk__in=[row.left_id for row in rows])}
    for row in rows:
        entry = entries.get(row.left_id)
        if entry is None or not _is_under_way(entry):
            row.state, row.reason = _outcome(row, entry)
            row.save(update_fields=["state", "reason"])
    _runs().filter(pk=run.pk).update(beat_at=Now())
    close_if_through(run)


def close_if_through(run: MappingRun) -> None:
    """Over once nothing is on its way and nothing is left to decide."""
    is_open = run.rows.filter(state__in=(RunRow.State.SENDING, RunRow.State.WAITING)).exclude(verdict=judging.SAME)
    if is_open.filter(state=RunRow.State.SENDING).exists():
        return
    state = State.PREVIEW if is_open.exists() else State.DONE
    _runs().filter(pk=run.pk, state__in=(State.PREVIEW, State.RUNNING)).update(state=state)


def _is_under_way(entry: Entry) -> bool:
    return entry.due_at is not None or entry.claimed_until is not None or entry.state in BUSY


def _outcome(row: RunRow, entry: Entry | None) -> tuple[str, str]:
    if entry is None:
        return RunRow.State.FAILED, "It is not there any more."
    if entry.state in ledger.POSTED_STATES and entry.fingerprint == row.data["fingerprint"]:
        return RunRow.State.DONE, ""
    refused = Event.objects.filter(entry=entry, what=NOT_SENT, at__gt=row.run.at).order_by("-id").first()
    why_not = why(entry) if entry.notices else "It was not sent."
    return RunRow.State.FAILED, (refused.detail if refused is not None else why_not)[:500]


def pending() -> Sequence[MappingRun]:
    return list(_runs().filter(state__in=(State.WAITING, State.RUNNING)).order_by("pk"))
