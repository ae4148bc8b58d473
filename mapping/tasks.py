"""Refreshing in the background, with a row that says how far it is."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from mapping.directory import refresh_section
from mapping.models import Refresh
from mapping.sides import SideKey, side_named
from smoothx.tenants.scope import require_tenant_id
from smoothx.tenants.tasks import TenantTask

logger = logging.getLogger(__name__)

# A reading that shows no end after this time was lost with its worker, and another may begin.
LONGEST_READING = timedelta(minutes=15)
NOT_STARTED = "It could not be started. Try again in a minute."


@shared_task(base=TenantTask, name="mapping.refresh", ignore_result=True)
def refresh(*, tenant_id: int, refresh_id: int, **_: Any) -> None:
    """Do one reading; a message that comes twice finds it begun."""
    claimed = Refresh.objects.filter(pk=refresh_id, state=Refresh.State.WAITING).update(state=Refresh.State.RUNNING)
    if not claimed:
        return
    progress = Refresh.objects.get(pk=refresh_id)
    refresh_section(progress.section, side_named(progress.side), progress=progress)


def start_refresh(section_key: str, side: SideKey) -> Refresh:
    """Begin a reading in the background, or answer the one that is running."""
    running = running_refresh(section_key, side)
    if running is not None:
        return running
    progress: Refresh = Refresh.objects.create(section=section_key, side=side)
    tenant_id = require_tenant_id()
    transaction.on_commit(lambda: _send(tenant_id, progress.pk))
    return progress


def running_refresh(section_key: str, side: SideKey) -> Refresh | None:
    latest: Refresh | None = Refresh.objects.filter(section=section_key, side=side).order_by("-started_at").first()
    return latest if latest is not None and is_running(latest) else None


def is_running(progress: Refresh) -> bool:
    is_open = progress.state in (Refresh.State.WAITING, Refresh.State.RUNNING)
    return is_open and progress.started_at > timezone.now() - LONGEST_READING


def _send(tenant_id: int, refresh_id: int) -> None:
    try:
        refresh.apply_async(kwargs={"tenant_id": tenant_id, "refresh_id": refresh_id}, retry=False)
    except OperationalError:
        logger.exception("mapping.refresh.not_sent", extra={"tenant": tenant_id, "refresh": refresh_id})
        Refresh.objects.filter(pk=refresh_id, state=Refresh.State.WAITING).update(
            state=Refresh.State.FAILED, message=NOT_STARTED, ended_at=timezone.now()
        )
