"""Doing what was confirmed: every chosen row is looked at once more, and what still holds is linked in one go."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.db import connections, transaction
from django.db.models.functions import Now
from django.utils import timezone

from mapping.imports.preview import NotOpen
from mapping.imports.rows import SET_SIZE, sets_of
from mapping.imports.verdicts import CHOOSABLE
from mapping.link_sets import Linked, link_together
from mapping.models import Link, MappingRun, RunRow
from mapping.screens import SECTIONS
from mapping.sides import NotConnected, load_sides
from smoothx.tenants.models import AuditEntry
from smoothx.tenants.scope import require_tenant_id

logger = logging.getLogger(__name__)

FAULT = "Something went wrong on our side. It is logged. Nothing was linked."


def claim(run: MappingRun, actor: Any) -> int:
    """Take the preview for linking; answers how many rows are chosen. Raises NotOpen when it is taken already."""
    chosen = RunRow.objects.filter(run=run, is_chosen=True, verdict__in=CHOOSABLE).count()
    found = MappingRun.objects.filter(pk=run.pk, state=MappingRun.State.PREVIEW)
    options = {**run.options, "step": "link"}
    waiting = {"state": MappingRun.State.WAITING, "expected": chosen, "done": 0, "beat_at": Now()}
    if not found.update(options=options, started_by=actor, **waiting):
        raise NotOpen
    run.refresh_from_db()
    return chosen


def commit(run: MappingRun) -> MappingRun:
    """Link the chosen rows, all in one transaction. What goes wrong leaves everything as it was, and is on the run."""
    try:
        with transaction.atomic():
            _write_all(run)
    except NotOpen:
        # Taken for lost and opened again: whoever opened it decides.
        logger.warning("mapping.import.taken_over", extra={"run": run.pk})
    except NotConnected as error:
        _fail(run, error.sentence)
    except Exception:
        _fail(run, FAULT)
        raise
    run.refresh_from_db()
    return run


def _write_all(run: MappingRun) -> None:
    rows = list(RunRow.objects.filter(run=run, is_chosen=True, verdict__in=CHOOSABLE).order_by("number"))
    seen = {(row.kind, row.left_id): row.data.get("old") for row in rows if row.verdict == "replace"}
    with _Meter(run) as meter:
        linked = link_together(
            _make_links(run, rows),
            actor=run.started_by,
            run=run,
            # A link nobody saw in the preview is not replaced.
            may_replace=lambda new, old: seen.get((new.kind, new.left_id)) == f"{old.kind}:{old.right_id}",
            beat=meter.add,
        )
    _write_states(run, rows, linked)
    counts = {"linked": len(linked.made), "replaced": len(linked.replaced), "refused": len(linked.refused)}
    is_ours = MappingRun.objects.filter(pk=run.pk, state=MappingRun.State.RUNNING).update(
        state=MappingRun.State.DONE,
        linked=counts["linked"],
        done=len(rows),
        ended_at=timezone.now(),
        options={**run.options, **counts},
    )
    if not is_ours:
        raise NotOpen
    AuditEntry.note(actor=run.started_by, action="import", subject=SECTIONS[run.section].label, run=run.pk, **counts)


def _make_links(run: MappingRun, rows: Sequence[RunRow]) -> list[Link]:
    sides = load_sides()
    left, right = sides.need("procore"), sides.need("quickbooks")
    return [
        Link(
            kind=row.kind,
            left_connection=left,
            left_id=row.left_id,
            right_connection=right,
            right_id=row.right_id,
            chosen_by=Link.ChosenBy.IMPORT,
            reason=row.reason[:200],
            run=run,
            actor=run.started_by,
        )
        for row in rows
    ]


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
                f"UPDATE {table} SET done = %s, beat_at = statement_timestamp() WHERE id = %s AND tenant_id = %s",  # noqa: S608
                [self.done, self.run.pk, require_tenant_id()],
            )


def _write_states(run: MappingRun, rows: Sequence[RunRow], linked: Linked) -> None:
    done = [row.pk for place, row in enumerate(rows) if place not in linked.refused]
    for part in sets_of(done):
        RunRow.objects.filter(pk__in=part).update(state=RunRow.State.DONE)
    for place, refusal in linked.refused.items():
        row = rows[place]
        row.verdict, row.reason = "changed", refusal.sentence[:500]
        row.state, row.is_chosen = RunRow.State.FAILED, False
    refused = [rows[place] for place in linked.refused]
    RunRow.objects.bulk_update(refused, ["verdict", "reason", "state", "is_chosen"], batch_size=SET_SIZE)


def _fail(run: MappingRun, message: str) -> None:
    """What is linked by now stays so: a fault of those who hear of it comes after."""
    MappingRun.objects.filter(pk=run.pk, state=MappingRun.State.RUNNING).update(
        state=MappingRun.State.FAILED, message=message, ended_at=timezone.now()
    )
