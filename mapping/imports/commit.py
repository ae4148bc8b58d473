"""Doing what was confirmed: every chosen row is looked at once more, and what still holds is linked in one go."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connections, transaction
from django.db import connection as database
from django.utils import timezone

from mapping.history import note_changes
from mapping.imports.judging import Book, Judged, settle
from mapping.imports.preview import NotOpen
from mapping.imports.rows import sets_of
from mapping.imports.tables import load_book, load_standing
from mapping.imports.verdicts import CHOOSABLE
from mapping.kinds import KINDS
from mapping.models import LeftOut, Link, LinkChange, MappingRun, RunRow
from mapping.screens import SECTIONS
from mapping.sides import NotConnected, Sides, load_sides
from mapping.signals import announce
from mapping.subjects import subjects_of_links
from smoothx.tenants.models import AuditEntry
from smoothx.tenants.scope import require_tenant_id

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
WRITTEN_AT_ONCE = 1_000
# Two imports of one company take turns; "impo" in figures.
IMPORT_LOCK = 0x696D706F
BUSY = "Others linked the same rows again and again meanwhile. Nothing was linked. Import the file once more."
FAULT = "Something went wrong on our side. It is logged. Nothing was linked."


@dataclass(slots=True)
class Outcome:
    """What the rows came to: `done` are linked or were already, `refused` became wrong since they were looked at."""

    done: list[Judged] = field(default_factory=list)
    refused: list[Judged] = field(default_factory=list)

    @property
    def linked(self) -> list[Judged]:
        return [row for row in self.done if row.verdict in ("link", "replace")]


def claim(run: MappingRun, actor: Any) -> int:
    """Take the preview for linking; answers how many rows are chosen. Raises NotOpen when it is taken already."""
    chosen = RunRow.objects.filter(run=run, is_chosen=True, verdict__in=CHOOSABLE).count()
    found = MappingRun.objects.filter(pk=run.pk, state=MappingRun.State.PREVIEW)
    options = {**run.options, "step": "link"}
    waiting = {"state": MappingRun.State.WAITING, "expected": chosen, "done": 0, "beat_at": timezone.now()}
    if not found.update(options=options, started_by=actor, **waiting):
        raise NotOpen
    run.refresh_from_db()
    return chosen


def commit(run: MappingRun) -> MappingRun:
    """Link the chosen rows, all in one transaction. What goes wrong leaves everything as it was, and is on the run."""
    try:
        _commit(run)
    except NotOpen:
        # Taken for lost and opened again: whoever opened it decides.
        logger.warning("mapping.import.taken_over", extra={"run": run.pk})
    except (IntegrityError, NotConnected) as error:
        _fail(run, error.sentence if isinstance(error, NotConnected) else BUSY)
    except Exception:
        _fail(run, FAULT)
        raise
    run.refresh_from_db()
    return run


def _commit(run: MappingRun) -> None:
    for attempt in range(MOST_ATTEMPTS):
        try:
            with transaction.atomic():
                _take_turns()
                _write_all(run)
                return
        except IntegrityError:
            # Somebody linked one of the rows while these were written: look at all of them again.
            if attempt == MOST_ATTEMPTS - 1:
                raise


def _take_turns() -> None:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORT_LOCK, require_tenant_id() % 2**31])


def _write_all(run: MappingRun) -> None:
    section, sides = SECTIONS[run.section], load_sides()
    book = load_book(section, sides)
    rows = RunRow.objects.filter(run=run, is_chosen=True, verdict__in=CHOOSABLE).order_by("number")
    outcome = _judge_again(list(rows), run, sides, book)
    subjects = _Links(run, sides).write(outcome.linked)
    _write_states(run, outcome)
    replaced = sum(1 for row in outcome.done if row.verdict == "replace")
    counts = {"linked": len(outcome.linked), "replaced": replaced, "refused": len(outcome.refused)}
    is_ours = MappingRun.objects.filter(pk=run.pk, state=MappingRun.State.RUNNING).update(
        state=MappingRun.State.DONE,
        linked=counts["linked"],
        done=len(rows),
        ended_at=timezone.now(),
        options={**run.options, **counts},
    )
    if not is_ours:
        raise NotOpen
    AuditEntry.note(actor=run.started_by, action="import", subject=section.label, run=run.pk, **counts)
    announce(subjects)


def _judge_again(rows: Sequence[RunRow], run: MappingRun, sides: Sides, book: Book) -> Outcome:
    """Whether both rows of each pair are still there and free. A link nobody saw in the preview is not replaced."""
    judged = [_recall(row, book) for row in rows]
    settle(judged, load_standing(SECTIONS[run.section], sides, book), replaces=bool(run.options["replaces"]))
    outcome = Outcome()
    for row, now in zip(rows, judged, strict=True):
        if now.verdict == "replace" and now.old != row.data.get("old"):
            now.refuse("changed", f"{now.left} was linked to something else meanwhile, and stays so.")
        if now.verdict in ("link", "replace", "same"):
            now.reason = row.reason if now.verdict != "same" else ""
            outcome.done.append(now)
        else:
            now.verdict = "changed"
            outcome.refused.append(now)
    return outcome


def _recall(row: RunRow, book: Book) -> Judged:
    judged = Judged(row.number, row.label, "link", "", row.kind, row.left_id, row.right_id)
    left, right = book.left.ids.get(row.left_id), book.rights[row.kind].ids.get(row.right_id)
    judged.left, judged.right = (left.shown if left else row.left_id), (right.shown if right else row.right_id)
    if left is None or right is None:
        gone = judged.left if left is None else judged.right
        judged.refuse("changed", f"{gone} is not in the list any more.")
    elif not right.is_active or not right.fits:
        judged.refuse("changed", f"{right.shown} became inactive in QuickBooks, or of another type.")
    return judged


class _Links:
    """Writes links set by set, with their history."""

    def __init__(self, run: MappingRun, sides: Sides) -> None:
        self.run = run
        self.left, self.right = sides.need("procore"), sides.need("quickbooks")

    def write(self, rows: Sequence[Judged]) -> list[str]:
        """Answers the subjects that changed. What is replaced goes first: its right row may be used again."""
        replaced = [row for row in rows if row.verdict == "replace"]
        for part in sets_of(replaced, WRITTEN_AT_ONCE):
            self._unlink(part)
        with _Meter(self.run) as meter:
            for part in sets_of(rows, WRITTEN_AT_ONCE):
                made = Link.objects.bulk_create([self._link(row) for row in part])
                note_changes(LinkChange.Action.LINKED, made, actor=self.run.started_by, run=self.run)
                self._take_in(part)
                meter.add(len(part))
        old = [(row.old.partition(":")[0], row.left_id) for row in replaced]
        return subjects_of_links([*((row.kind, row.left_id) for row in rows), *old])

    def _take_in(self, rows: Sequence[Judged]) -> None:
        """What is linked is not left out any more."""
        ids = [row.left_id for row in rows]
        LeftOut.objects.filter(section=self.run.section, connection=self.left, remote_id__in=ids).delete()

    def _unlink(self, rows: Sequence[Judged]) -> None:
        groups = {KINDS[row.kind].left_group for row in rows}
        wanted = {(KINDS[row.kind].left_group, row.left_id) for row in rows}
        standing = Link.objects.select_for_update().filter(
            left_group__in=groups, left_connection=self.left, left_id__in={row.left_id for row in rows}
        )
        gone = [link for link in standing if (link.left_group, link.left_id) in wanted]
        note_changes(LinkChange.Action.UNLINKED, gone, actor=self.run.started_by, run=self.run)
        Link.objects.filter(pk__in=[link.pk for link in gone]).delete()

    def _link(self, row: Judged) -> Link:
        return Link(
            kind=row.kind,
            left_connection=self.left,
            left_id=row.left_id,
            right_connection=self.right,
            right_id=row.right_id,
            chosen_by=Link.ChosenBy.IMPORT,
            reason=row.reason[:200],
            run=self.run,
            actor=self.run.started_by,
        )


class _Meter:
    """Counts on a connection of its own, so that a page sees the count before the transaction ends."""

    def __init__(self, run: MappingRun) -> None:
        self.run = run
        self.done = 0

    def __enter__(self) -> _Meter:
        self.connection = connections.create_connection("default")
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def add(self, count: int) -> None:
        self.done += count
        with self.connection.cursor() as cursor:
            table = self.connection.ops.quote_name(MappingRun._meta.db_table)
            cursor.execute(
                f"UPDATE {table} SET done = %s, beat_at = %s WHERE id = %s AND tenant_id = %s",  # noqa: S608
                [self.done, timezone.now(), self.run.pk, require_tenant_id()],
            )


def _write_states(run: MappingRun, outcome: Outcome) -> None:
    rows = RunRow.objects.filter(run=run)
    for part in sets_of((row.number for row in outcome.done), WRITTEN_AT_ONCE):
        rows.filter(number__in=part).update(state=RunRow.State.DONE)
    for refused in sets_of(outcome.refused, WRITTEN_AT_ONCE):
        _write_refused(rows, refused)


def _write_refused(rows: Any, refused: Iterable[Judged]) -> None:
    by_number = {row.number: row for row in refused}
    found = list(rows.filter(number__in=list(by_number)))
    for row in found:
        row.verdict, row.reason = "changed", by_number[row.number].reason[:500]
        row.state, row.is_chosen = RunRow.State.FAILED, False
    RunRow.objects.bulk_update(found, ["verdict", "reason", "state", "is_chosen"])


def _fail(run: MappingRun, message: str) -> None:
    """What is linked by now stays so: a fault of those who hear of it comes after."""
    MappingRun.objects.filter(pk=run.pk, state=MappingRun.State.RUNNING).update(
        state=MappingRun.State.FAILED, message=message, ended_at=timezone.now()
    )
