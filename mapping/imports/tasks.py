"""Comparing and linking in the background. A message that comes twice finds the work begun."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from kombu.exceptions import OperationalError

from mapping.imports.commit import commit
from mapping.imports.preview import MOST_AT_ONCE, NotOpen, check_run, is_put_away
from mapping.models import MappingRun
from smoothx.lib.clock import read_clock
from smoothx.tenants.scope import require_tenant_id
from smoothx.tenants.tasks import TenantTask

logger = logging.getLogger(__name__)

# A run that shows no sign of life for this long was lost with its worker.
LONGEST_SILENCE = timedelta(minutes=15)
NOT_STARTED = "It could not be started, and nothing was linked. Try again in a minute."
NOT_COMPARED = "The file could not be compared. It is logged. Import it again."


@shared_task(base=TenantTask, name="mapping.import_rows", ignore_result=True)
def work(*, tenant_id: int, run_id: int, **_: Any) -> None:
    """Compare the rows of a run, or link them, as the run says."""
    waiting = MappingRun.objects.filter(pk=run_id, state=MappingRun.State.WAITING)
    if not waiting.update(state=MappingRun.State.RUNNING, beat_at=Now()):
        return
    run = MappingRun.objects.get(pk=run_id)
    if run.options.get("step") == "link":
        commit(run)
        return
    try:
        check_run(run)
    except Exception:
        fail(run_id, NOT_COMPARED)
        raise


def start_check(run: MappingRun) -> None:
    """Give the rows their verdicts: at once while they are few, else in the background. Raises NotOpen."""
    if sum(sheet["rows"] for sheet in run.options["sheets"]) <= MOST_AT_ONCE:
        check_run(run)
        return
    found = MappingRun.objects.filter(pk=run.pk, state=MappingRun.State.PREVIEW)
    options = {**run.options, "step": "compare"}
    if not found.update(state=MappingRun.State.WAITING, options=options, done=0, expected=None, beat_at=Now()):
        raise NotOpen
    start_work(run)


def start_work(run: MappingRun) -> None:
    tenant_id = require_tenant_id()
    transaction.on_commit(lambda: _send(tenant_id, run.pk))


def is_running(run: MappingRun) -> bool:
    return run.state in (MappingRun.State.WAITING, MappingRun.State.RUNNING) and not is_lost(run)


def is_lost(run: MappingRun) -> bool:
    last: datetime = run.beat_at or run.at
    is_open = run.state in (MappingRun.State.WAITING, MappingRun.State.RUNNING)
    return is_open and last < read_clock() - LONGEST_SILENCE


def reopen(run: MappingRun) -> None:
    """Back to the preview, after linking stopped. Raises NotOpen while it runs or when it is done."""
    if is_put_away(run) or (run.state != MappingRun.State.FAILED and not is_lost(run)):
        raise NotOpen
    stopped = MappingRun.objects.filter(pk=run.pk, state=run.state, undone_at__isnull=True)
    if not stopped.update(state=MappingRun.State.PREVIEW, message="", ended_at=None):
        raise NotOpen
    run.refresh_from_db()


def fail(run_id: int, message: str) -> None:
    MappingRun.objects.filter(pk=run_id).update(
        state=MappingRun.State.FAILED, message=message, ended_at=timezone.now()
    )


def _send(tenant_id: int, run_id: int) -> None:
    try:
        work.apply_async(kwargs={"tenant_id": tenant_id, "run_id": run_id}, retry=False)
    except OperationalError:
        logger.exception("mapping.import.not_sent", extra={"tenant": tenant_id, "run": run_id})
        fail(run_id, NOT_STARTED)
