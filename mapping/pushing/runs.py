"""A push of many rows: what it would do is written down row by row, a person confirms, a worker carries it out.

A run is WAITING until its rows are looked through, PREVIEW until somebody confirms, RUNNING until every chosen row is
through (DONE) or somebody or something stopped it (FAILED), after which it can go on. Its state changes by conditional
updates alone, so what two people press at once happens once. It is RUNNING too while `namesakes` links what exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from mapping.divisions import ancestors
from mapping.models import MappingRun, RemoteItem, RunRow
from mapping.pushing import namesakes, pushes
from mapping.pushing.approvals import ADD_SUFFIX
from mapping.pushing.near import mark_near
from mapping.pushing.rows import wanted_rows
from mapping.pushing.verdicts import Judge
from mapping.screens import SECTIONS, Section
from mapping.sides import SideKey, side_named
from mapping.subjects import load_parents
from smoothx.tenants.models import AuditEntry

MOST_ROWS = 50_000
# Up to here the rows are looked through while the person waits.
LOOKED_THROUGH_AT_ONCE = 500
CHUNK = 1000
OPEN_STATES = (RunRow.State.WAITING, RunRow.State.SENDING)


def begin(
    section: Section, side: SideKey, *, role: pushes.Role, ids: Sequence[int], address: str, actor: Any
) -> MappingRun:
    """A new run over the rows `ids`, or over all that the list at `address` shows. A few are judged at once."""
    options: dict[str, Any] = {"role": role, "ids": list(ids), "address": address, "accounts": {}}
    run: MappingRun = MappingRun.objects.create(
        what=MappingRun.What.PUSH,
        section=section.key,
        side=side,
        state=MappingRun.State.WAITING,
        started_by=actor,
        # It has no review of pairs, which is what an open run of this section would show.
        closed_at=timezone.now(),
        options=options,
    )
    look_through(run)
    return run


def look_through(run: MappingRun) -> None:
    """Prepare the run now when it is small, else let a worker do it."""
    count = wanted_rows(run)[: LOOKED_THROUGH_AT_ONCE + 1].count()
    if count <= LOOKED_THROUGH_AT_ONCE:
        prepare(run)
    else:
        pushes.start(run)


def prepare(run: MappingRun) -> None:
    """Write down what pushing each row would do. Nothing is kept of an earlier look."""
    with transaction.atomic():
        if not MappingRun.objects.select_for_update().filter(pk=run.pk, state=MappingRun.State.WAITING).exists():
            return
        run.refresh_from_db()
        run.rows.all().delete()
        for chunk in _chunks(_judged(run), CHUNK):
            mark_near(run, chunk)
            RunRow.objects.bulk_create(chunk)
        run.expected, run.state, run.done, run.message = run.rows.count(), MappingRun.State.PREVIEW, 0, ""
        run.save(update_fields=["expected", "state", "done", "message"])


def change(run: MappingRun, options: dict[str, Any]) -> bool:
    """Look through the rows again with other options. False when the run is past its preview."""
    changed = MappingRun.objects.filter(pk=run.pk, state__in=(MappingRun.State.PREVIEW, MappingRun.State.WAITING))
    kept = {name: value for name, value in run.options.items() if name != "step"}
    if not changed.update(options={**kept, **options}, state=MappingRun.State.WAITING):
        return False
    run.refresh_from_db()
    look_through(run)
    return True


def choose(run: MappingRun, rows: QuerySet[RunRow], *, is_chosen: bool) -> int:
    """Take rows of the run in, or leave them out, while nothing of it was sent. Answers how many.

    What is taken in although the other side may have it is created like any other.
    """
    verdicts = ("create", "near") if is_chosen else ("create",)
    with transaction.atomic():
        preview = MappingRun.objects.select_for_update().filter(pk=run.pk, state=MappingRun.State.PREVIEW)
        if not preview.exists():
            return 0
        return run.rows.filter(pk__in=rows.values("pk"), verdict__in=verdicts).update(
            verdict="create", is_chosen=is_chosen
        )


def confirm(run: MappingRun, actor: Any) -> bool:
    """Let a worker send what is to be created. False when somebody has confirmed it before."""
    with transaction.atomic():
        preview = MappingRun.objects.filter(pk=run.pk, state=MappingRun.State.PREVIEW)
        count = to_send(run).count()
        fresh = {"expected": count, "done": 0, "linked": 0, "message": ""}
        if not count or not preview.update(state=MappingRun.State.RUNNING, started_by=actor, **fresh):
            return False
        _note(run, actor, "push.confirmed", rows=count)
        pushes.start(run)
    return True


def stop(run: MappingRun, actor: Any) -> bool:
    """Send, or link, no more. What is on its way arrives, and the run can go on later."""
    with transaction.atomic():
        running = MappingRun.objects.select_for_update().filter(pk=run.pk, state=MappingRun.State.RUNNING)
        held = running.first()
        if held is None:
            return False
        if namesakes.is_linking(held):
            namesakes.end(held)
        else:
            running.update(state=MappingRun.State.FAILED, message="Stopped. It can go on.")
        _note(run, actor, "push.stopped")
    return True


def halt(run: MappingRun, message: str) -> None:
    """Stopped by what befell it."""
    running = MappingRun.objects.filter(pk=run.pk, state=MappingRun.State.RUNNING)
    running.update(state=MappingRun.State.FAILED, message=message[:300])


def resume(run: MappingRun, actor: Any, *, with_failed: bool) -> bool:
    """Go on; `with_failed` tries the rows again that did not go through. False when it runs, or nothing is left."""
    with transaction.atomic():
        ended = MappingRun.objects.select_for_update().filter(
            pk=run.pk, state__in=(MappingRun.State.FAILED, MappingRun.State.DONE)
        )
        if not ended.exists():
            return False
        if with_failed:
            run.rows.filter(state=RunRow.State.FAILED, verdict="create").update(state=RunRow.State.WAITING, reason="")
        if not run.rows.filter(state__in=OPEN_STATES, verdict="create", is_chosen=True).exists():
            return False
        ended.update(state=MappingRun.State.RUNNING, message="", ended_at=None)
        _note(run, actor, "push.resumed")
        pushes.start(run)
    return True


def to_send(run: MappingRun) -> QuerySet[RunRow]:
    """Rows that are still to be sent, in order."""
    rows: QuerySet[RunRow] = run.rows.filter(verdict="create", is_chosen=True, state=RunRow.State.WAITING)
    return rows.order_by("number")


def count(run: MappingRun) -> None:
    """Bring the run's progress up to its rows; it is done when none is left. In one step, and however often."""
    rows = run.rows.filter(verdict="create", is_chosen=True)
    states = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    left = sum(states.get(state, 0) for state in OPEN_STATES)
    done = sum(states.values()) - left
    MappingRun.objects.filter(pk=run.pk).update(
        done=done, linked=states.get(RunRow.State.DONE, 0), beat_at=Now(), expected=done + left
    )
    if not left:
        running = MappingRun.objects.filter(pk=run.pk, state=MappingRun.State.RUNNING)
        running.update(state=MappingRun.State.DONE, ended_at=timezone.now())


def _judged(run: MappingRun) -> Iterator[RunRow]:
    section, side = SECTIONS[run.section], side_named(run.side)
    judge = Judge(section, side, pushes.planner(section, side))
    parents = load_parents() if section.is_tree else {}
    for number, row in enumerate(wanted_rows(run)[:MOST_ROWS].iterator(CHUNK), start=1):
        division = division_of(row.remote_id, parents)
        wanted = pushes.Wanted(row, role_of(row, side, run.options["role"]), approvals_for(run, division))
        judged = judge.judge(run, number, wanted)
        judged.data["division"] = division if section.is_tree else ""
        yield judged


def role_of(row: RemoteItem, side: SideKey, chosen: pushes.Role) -> pushes.Role:
    """What the new row becomes: chosen for a Procore company, given for a QuickBooks contact, none for a code."""
    if side == "procore":
        return chosen
    return "customer" if row.resource == "qbo.customers" else "vendor"


def division_of(code_id: str, parents: dict[str, str]) -> str:
    """The division at the top above a code; its own id when it stands there itself."""
    above = ancestors(code_id, parents)
    return above[-1] if above else code_id


def approvals_for(run: MappingRun, division: str) -> tuple[str, ...]:
    """What the person who looks at the preview has chosen: accounts by division, and an ending for names in use."""
    chosen: dict[str, str] = (run.options.get("accounts") or {}).get(division) or {}
    texts = [f"{prefix}{account_id}" for prefix, account_id in sorted(chosen.items()) if account_id]
    return (*texts, *((ADD_SUFFIX,) if run.options.get("suffix") else ()))


def _chunks(rows: Iterator[RunRow], size: int) -> Iterator[list[RunRow]]:
    chunk: list[RunRow] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _note(run: MappingRun, actor: Any, action: str, **detail: Any) -> None:
    AuditEntry.note(actor=actor, action=action, subject=SECTIONS[run.section].label, run=run.pk, **detail)
