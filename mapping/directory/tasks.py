"""Refreshing in the background, with a row that says how far it is."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from django.db import connection as database
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from kombu.exceptions import OperationalError

from mapping.automap.tasks import start_suggesting
from mapping.directory.refreshing import refresh_section
from mapping.models import Refresh
from mapping.screens import SECTIONS
from mapping.sides import SideKey, side_named
from smoothx.lib.clock import read_clock
from smoothx.lib.text import stable_hash
from smoothx.tenants.scope import require_tenant_id
from smoothx.tenants.tasks import TenantTask

logger = logging.getLogger(__name__)

OPEN_STATES = (Refresh.State.WAITING, Refresh.State.RUNNING)

# A reading that nobody began after this time was lost with its message, and another may begin.
LONGEST_READING = timedelta(minutes=15)
# A worker gives a sign of life with every page, and no page takes as long: after this time it was lost.
LONGEST_SILENCE = timedelta(minutes=4)
LOST = "The reading stopped before its end. What was read until then is kept. Refresh again."
NOT_STARTED = "It could not be started. Try again in a minute."


@shared_task(base=TenantTask, name="mapping.refresh", ignore_result=True)
def refresh(*, tenant_id: int, refresh_id: int, **_: Any) -> None:
    """Do one reading; a message that comes twice finds it begun."""
    waiting = Refresh.objects.filter(pk=refresh_id, state=Refresh.State.WAITING)
    claimed = waiting.update(state=Refresh.State.RUNNING, beat_at=Now())
    if not claimed:
        return
    progress = Refresh.objects.get(pk=refresh_id)
    side = side_named(progress.side)
    refresh_section(progress.section, side, progress=progress)
    start_suggesting(SECTIONS[progress.section], side)


def start_refresh(section_key: str, side: SideKey) -> Refresh:
    """Begin a reading in the background, or answer the one that is running. Two who ask at once begin one."""
    tenant_id = require_tenant_id()
    with transaction.atomic():
        _take_turn(tenant_id, section_key, side)
        running = running_refresh(section_key, side)
        if running is not None:
            return running
        own = Refresh.objects.filter(section=section_key, side=side)
        own.filter(state__in=OPEN_STATES).update(state=Refresh.State.FAILED, message=LOST, ended_at=timezone.now())
        progress: Refresh = Refresh.objects.create(section=section_key, side=side, beat_at=read_clock())
        transaction.on_commit(lambda: _send(tenant_id, progress.pk))
    return progress


def running_refresh(section_key: str, side: SideKey) -> Refresh | None:
    own = Refresh.objects.filter(section=section_key, side=side)
    latest: Refresh | None = own.order_by("-started_at", "-pk").first()
    return latest if latest is not None and is_running(latest) else None


def is_running(progress: Refresh) -> bool:
    if progress.state not in OPEN_STATES:
        return False
    longest = LONGEST_READING if progress.state == Refresh.State.WAITING else LONGEST_SILENCE
    last_sign: datetime = progress.beat_at or progress.started_at
    return last_sign > read_clock() - longest


def _take_turn(tenant_id: int, section_key: str, side: SideKey) -> None:
    """Whoever begins a reading of the same lists waits until this transaction ends."""
    key = int(stable_hash("mapping.refresh", tenant_id, section_key, side, length=15), 16)
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _send(tenant_id: int, refresh_id: int) -> None:
    try:
        refresh.apply_async(kwargs={"tenant_id": tenant_id, "refresh_id": refresh_id}, retry=False)
    except OperationalError:
        logger.exception("mapping.refresh.not_sent", extra={"tenant": tenant_id, "refresh": refresh_id})
        Refresh.objects.filter(pk=refresh_id, state=Refresh.State.WAITING).update(
            state=Refresh.State.FAILED, message=NOT_STARTED, ended_at=timezone.now()
        )
