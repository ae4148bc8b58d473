"""Counting the books in the background, when they are connected and when somebody asks."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from connectors.errors import NoPermission, Reconnect, VendorError
from connectors.models import Connection
from mapping.choices import known_books
from mapping.models import BooksEvidence
from mapping.options.reading import read_evidence
from smoothx.lib.clock import read_clock
from smoothx.tenants.scope import require_tenant_id
from smoothx.tenants.tasks import TenantTask

logger = logging.getLogger(__name__)

State = BooksEvidence.State
# One that shows no end after this time was lost with its worker, and another may begin.
LONGEST = timedelta(minutes=5)
NOT_STARTED = "It could not be started. Try again in a minute."
OPEN = (State.WAITING, State.RUNNING)


@shared_task(base=TenantTask, name="mapping.count_books", ignore_result=True)
def count_books(*, tenant_id: int, evidence_id: int, **_: Any) -> None:
    """Do one counting; a message that comes twice finds it begun."""
    mine = BooksEvidence.objects.filter(pk=evidence_id, state=State.WAITING)
    if mine.update(state=State.RUNNING):
        carry_out(BooksEvidence.objects.select_related("connection").get(pk=evidence_id))


def carry_out(row: BooksEvidence) -> None:
    """A vendor's refusal ends up on the row; what was counted before stays."""
    books = known_books(row.connection)
    try:
        found = read_evidence(
            row.connection,
            has_classes=books is not None and books.tracks_classes,
            has_locations=books is not None and books.tracks_locations,
        )
    except VendorError as error:
        _finish(row, state=State.FAILED, message=_explain(error))
    except Exception:
        _finish(row, state=State.FAILED, message="Something went wrong on our side. It is logged.")
        raise
    else:
        _finish(row, state=State.DONE, message="", figures=found.to_json(), read_at=timezone.now())


def start_counting(connection: Connection) -> BooksEvidence:
    """Begin in the background, or answer the one that is running."""
    now = read_clock()
    with transaction.atomic():
        row, is_new = BooksEvidence.objects.get_or_create(connection=connection, defaults={"started_at": now})
        idle = BooksEvidence.objects.filter(~Q(state__in=OPEN) | Q(started_at__lt=now - LONGEST), pk=row.pk)
        is_mine = is_new or idle.update(state=State.WAITING, started_at=now, message="") > 0
        tenant_id = require_tenant_id()
        if is_mine:
            transaction.on_commit(lambda: _send(tenant_id, row.pk))
    row.refresh_from_db()
    return row


def is_running(row: BooksEvidence | None) -> bool:
    return row is not None and row.state in OPEN and row.started_at > read_clock() - LONGEST


def _finish(row: BooksEvidence, **fields: Any) -> None:
    BooksEvidence.objects.filter(pk=row.pk).update(**fields)


def _explain(error: VendorError) -> str:
    if isinstance(error, Reconnect):
        return "The connection to QuickBooks is lost. Connect again in Settings."
    if isinstance(error, NoPermission):
        return "The connected user may not read bills and expenses. Ask an administrator of QuickBooks."
    return "QuickBooks did not answer. What was counted before is kept. Try again later."


def _send(tenant_id: int, evidence_id: int) -> None:
    try:
        count_books.apply_async(kwargs={"tenant_id": tenant_id, "evidence_id": evidence_id}, retry=False)
    except OperationalError:
        logger.exception("mapping.count_books.not_sent", extra={"tenant": tenant_id, "evidence": evidence_id})
        BooksEvidence.objects.filter(pk=evidence_id, state=State.WAITING).update(
            state=State.FAILED, message=NOT_STARTED
        )
