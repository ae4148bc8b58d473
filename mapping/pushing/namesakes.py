"""Rows of a push whose name the other side has are linked to it: one, or all of them, by a worker when they are many.

All are linked in sets. While that is under way the run is RUNNING with the step "link", and is a PREVIEW again
afterwards; a run whose worker died, or that was stopped, goes on with the rows that still wait.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from mapping.candidates import kind_of_right
from mapping.kinds import MappingKind
from mapping.link_sets import link_together
from mapping.links import link
from mapping.locks import lock_links
from mapping.models import Link, MappingRun, RemoteItem, RunRow
from mapping.obstacles import LinkRefused
from mapping.pushing import pushes
from mapping.screens import SECTIONS
from mapping.sides import side_named
from smoothx.tenants.models import AuditEntry

# Up to here the rows are linked while the person waits.
LINKED_AT_ONCE = 500
# Linked in one transaction, for which who stops the run waits.
SET_SIZE = 500
STEP = "link"
REASON = "Same name, found when pushing"
WRITTEN = ("state", "reason", "left_id", "right_id")
Pair = tuple[MappingKind, RemoteItem, RemoteItem]


def is_linking(run: MappingRun) -> bool:
    return bool(run.state == MappingRun.State.RUNNING and run.options.get("step") == STEP)


def link_existing(run: MappingRun, actor: Any) -> bool:
    """Link every row whose name the other side has, in that very role. False when no row is, or past the preview.

    A few are linked at once, many by a worker.
    """
    with transaction.atomic():
        lock_links()
        preview = _locked(run, MappingRun.State.PREVIEW)
        if preview is None:
            return False
        count = run.rows.filter(verdict="exists").exclude(state=RunRow.State.DONE).update(state=RunRow.State.WAITING)
        if not count:
            return False
        options = {**preview.options, "step": STEP}
        fresh = {"expected": count, "done": 0, "linked": 0, "message": "", "beat_at": Now()}
        _change(run, state=MappingRun.State.RUNNING, options=options, started_by=actor, **fresh)
        if count > LINKED_AT_ONCE:
            pushes.start(run)
        else:
            while link_next(run):
                pass
    return True


def link_next(run: MappingRun) -> int:
    """Link the next set of rows, all of it or none. Answers how many are through; with the last the run is a preview.

    The run's row is locked meanwhile, so two workers take different sets, and none is begun after a stop.
    """
    with transaction.atomic():
        lock_links()
        running = _locked(run, MappingRun.State.RUNNING)
        if running is None or not is_linking(running):
            return 0
        rows = list(_to_link(running)[:SET_SIZE])
        linked = _link_set(running, rows)
        running.done += len(rows)
        running.linked += linked
        _change(running, done=running.done, linked=running.linked, beat_at=Now())
        if linked:
            subject = SECTIONS[running.section].label
            AuditEntry.note(
                actor=running.started_by, action="push.linked", subject=subject, run=running.pk, links=linked
            )
        if not _to_link(running).exists():
            end(running)
    return len(rows)


def end(run: MappingRun) -> None:
    """The run is a preview again, and says how many rows were linked. Needs the run's row locked."""
    refused, left = run.done - run.linked, _to_link(run).update(state=RunRow.State.LEFT_OUT)
    said = [f"{run.linked:,} {'row is' if run.linked == 1 else 'rows are'} linked."]
    if refused:
        said.append(f"{refused:,} could not be linked, and {'says' if refused == 1 else 'say'} why.")
    if left:
        said.append(f"Stopped before the other {left:,}.")
    options = {name: value for name, value in run.options.items() if name != "step"}
    _change(run, state=MappingRun.State.PREVIEW, options=options, message=" ".join(said), expected=run.rows.count())


def link_namesake(run: MappingRun, row: RunRow, actor: Any) -> None:
    """Link one row to the one that has its name. Raises LinkRefused."""
    kind, left, right = _find_pair(run, row, _load_items([row]))
    link(
        kind,
        left_connection=left.connection,
        left_id=left.remote_id,
        right_connection=right.connection,
        right_id=right.remote_id,
        chosen_by=Link.ChosenBy.HAND,
        actor=actor,
        reason=REASON,
        run=run,
    )
    _note_linked(run, row, left, right)
    row.save(update_fields=WRITTEN)


def _link_set(run: MappingRun, rows: Sequence[RunRow]) -> int:
    """Link what can be linked, and note at each other row why it cannot. Answers how many are linked."""
    items, pairs = _load_items(rows), {}
    for row in rows:
        try:
            pairs[row.pk] = _find_pair(run, row, items)
        except LinkRefused as refusal:
            _note_refused(row, refusal)
    named = [row for row in rows if row.pk in pairs]
    linked = link_together([_make_link(run, pairs[row.pk]) for row in named], actor=run.started_by, run=run)
    for place, row in enumerate(named):
        if place in linked.refused:
            _note_refused(row, linked.refused[place])
        else:
            _note_linked(run, row, *pairs[row.pk][1:])
    RunRow.objects.bulk_update(rows, WRITTEN)
    return len(named) - len(linked.refused)


def _load_items(rows: Sequence[RunRow]) -> dict[int, RemoteItem]:
    found: dict[int, RemoteItem] = RemoteItem.objects.in_bulk(
        {key for row in rows for key in (row.data["row"], row.data.get("twin")) if key}
    )
    return found


def _find_pair(run: MappingRun, row: RunRow, items: Mapping[int, RemoteItem]) -> Pair:
    """The row and the one that has its name, and the kind they are linked in. Raises LinkRefused."""
    own, twin = items.get(row.data["row"]), items.get(row.data.get("twin") or 0)
    if twin is None or own is None:
        raise LinkRefused("unknown_item", "It is not in the list any more. Refresh, and look again.")
    left, right = (own, twin) if side_named(run.side) == "procore" else (twin, own)
    kind = kind_of_right(SECTIONS[run.section].kinds, right)
    if kind is None:
        raise LinkRefused("wrong_level", f"{right.name} is nothing a row of this list can be linked to.")
    return kind, left, right


def _make_link(run: MappingRun, pair: Pair) -> Link:
    kind, left, right = pair
    return Link(
        kind=kind.key,
        left_connection_id=left.connection_id,
        left_id=left.remote_id,
        right_connection_id=right.connection_id,
        right_id=right.remote_id,
        chosen_by=Link.ChosenBy.HAND,
        reason=REASON,
        run=run,
        actor=run.started_by,
    )


def _note_linked(run: MappingRun, row: RunRow, left: RemoteItem, right: RemoteItem) -> None:
    twin = right if side_named(run.side) == "procore" else left
    row.state, row.reason = RunRow.State.DONE, f"{twin.name} is linked to it."[:500]
    row.left_id, row.right_id = left.remote_id, right.remote_id


def _note_refused(row: RunRow, refusal: LinkRefused) -> None:
    row.state, row.reason = RunRow.State.FAILED, refusal.sentence[:500]


def _to_link(run: MappingRun) -> QuerySet[RunRow]:
    rows: QuerySet[RunRow] = run.rows.filter(verdict="exists", state=RunRow.State.WAITING)
    return rows.order_by("number")


def _locked(run: MappingRun, state: str) -> MappingRun | None:
    found: MappingRun | None = MappingRun.objects.select_for_update().filter(pk=run.pk, state=state).first()
    return found


def _change(run: MappingRun, **values: Any) -> None:
    MappingRun.objects.filter(pk=run.pk).update(**values)
