"""The worker that looks through posted documents, and sees to those that are sent again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from celery import shared_task
from django.db.models.functions import Now

from connectors.errors import VendorError
from mapping.models import MappingRun
from smoothx.tenants.models import DueWork
from smoothx.tenants.tasks import TenantTask
from sync import ledger
from sync.engine import Engine
from sync.recoding import runs
from sync.tasks import TOPICS
from sync.work import NotConnected

# The topic comes due again after this, unless its task says otherwise: the worker may have died.
LEASE = timedelta(seconds=90)
SOON = timedelta(seconds=2)
LATER = timedelta(seconds=60)


@shared_task(name="sync.run_recoding", base=TenantTask, ignore_result=True)
def run_recoding(*, tenant_id: int, **_: object) -> None:
    """Look through what waits for it, send what was chosen, and come again while anything is on its way."""

    def keep_lease() -> None:
        DueWork.reschedule(tenant_id=tenant_id, topic=runs.TOPIC, at=Now() + LEASE)

    again = work_off(keep_lease)
    with ledger.in_one_step():
        # Locked before looking: what is marked meanwhile would be lost.
        list(DueWork.objects.select_for_update().filter(tenant_id=tenant_id, topic=runs.TOPIC))
        DueWork.reschedule(tenant_id=tenant_id, topic=runs.TOPIC, at=Now() + again if runs.pending() else None)


def work_off(keep_lease: Callable[[], None] = lambda: None) -> timedelta:
    """One round. Answers after what time the next makes sense."""
    again = SOON
    for run in runs.pending():
        if run.state == MappingRun.State.WAITING:
            try:
                runs.look_through(run, keep_lease)
            except (VendorError, NotConnected):
                # Nothing is read while a side is not connected; it goes on when it is.
                again = LATER
        else:
            Engine().run_due()
            runs.take_over(run)
    return again


TOPICS[runs.TOPIC] = run_recoding
