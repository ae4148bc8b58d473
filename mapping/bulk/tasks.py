"""One change of many rows by a worker: all of it is made, or nothing."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.db import transaction
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from mapping.bulk.acts import ACTS, REFUSALS, Values, section_of_run
from mapping.models import MappingRun
from mapping.screens import Section
from smoothx.lib.clock import read_clock
from smoothx.tenants.scope import require_tenant_id
from smoothx.tenants.tasks import TenantTask

logger = logging.getLogger(__name__)

# About a second's work, for which a person waits.
MOST_AT_ONCE = 1_000
# All of a very large list takes a minute, in one transaction: after so long the worker was lost, and its changes too.
LONGEST_SILENCE = timedelta(minutes=15)
OPEN_STATES = (MappingRun.State.WAITING, MappingRun.State.RUNNING)
NOT_STARTED = "It could not be started, and nothing was changed. Try again in a minute."
BROKE = "It came to an error, and nothing was changed. The error is logged. Try again."
LOST = "It stopped before its end, and nothing was changed. Do it again."


def begin(section: Section, act: str, actor: Any, *, values: Values, count: int) -> MappingRun:
    """Have a worker do it. `count` is how many rows it is about."""
    tenant_id = require_tenant_id()
    with transaction.atomic():
        run: MappingRun = MappingRun.objects.create(
            what=MappingRun.What.CHANGE,
            section=section.key,
            state=MappingRun.State.WAITING,
            started_by=actor,
            expected=count,
            options={"act": act, "values": dict(values)},
        )
        transaction.on_commit(lambda: _send(tenant_id, run.pk))
    return run


@shared_task(base=TenantTask, name="mapping.change_many", ignore_result=True)
def change_many(*, tenant_id: int, run_id: int, **_: Any) -> None:
    """Carry out one run; a message that comes twice finds it taken."""
    waiting = MappingRun.objects.filter(pk=run_id, state=MappingRun.State.WAITING)
    if waiting.update(state=MappingRun.State.RUNNING, beat_at=Now()):
        carry_out(MappingRun.objects.get(pk=run_id))


def carry_out(run: MappingRun) -> None:
    """What it did and that it is done are committed together."""
    act = ACTS[run.options["act"]]
    try:
        with transaction.atomic():
            outcome = act.do(section_of_run(run), run.started_by, run.options["values"], run)
            told = {"told": outcome.sentence, "undo_url": outcome.undo_url}
            run.options = {**run.options, **told}
            MappingRun.objects.filter(pk=run.pk).update(
                state=MappingRun.State.DONE, options=run.options, done=outcome.count, ended_at=Now()
            )
    except REFUSALS as refusal:
        fail(run.pk, refusal.sentence)
    except Exception:
        fail(run.pk, BROKE)
        raise


def is_lost(run: MappingRun) -> bool:
    """It neither ended nor is anybody at it."""
    return run.state in OPEN_STATES and (run.beat_at or run.at) < read_clock() - LONGEST_SILENCE


def fail(run_id: int, message: str) -> None:
    MappingRun.objects.filter(pk=run_id).update(state=MappingRun.State.FAILED, message=message[:300], ended_at=Now())


def _send(tenant_id: int, run_id: int) -> None:
    try:
        change_many.apply_async(kwargs={"tenant_id": tenant_id, "run_id": run_id}, retry=False)
    except OperationalError:
        logger.exception("mapping.change.not_sent", extra={"tenant": tenant_id, "run": run_id})
        fail(run_id, NOT_STARTED)
