"""What is kept for a while only: the vendors' events, and what was said in calls that wrote or failed.

The ledger itself, its writes and their tries stay: they are what a document's page proves.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from connectors.models import Call, InboundEvent

# Few enough that no other writer waits long for one piece.
PIECE = 1000


def prune() -> int:
    """Delete what is older than it has to be, for the active tenant. Answers how many rows."""
    now = timezone.now()
    events = InboundEvent.objects.filter(received_at__lt=now - timedelta(days=settings.KEEP_EVENTS_DAYS))
    calls = Call.objects.filter(at__lt=now - timedelta(days=settings.KEEP_CALLS_DAYS))
    # What was never looked into is no evidence yet.
    looked_into = events.filter(handled_at__isnull=False).order_by("received_at")
    return _delete(looked_into) + _delete(calls.order_by("at"))


def _delete(rows: models.QuerySet[Any]) -> int:
    deleted = 0
    while keys := list(rows.values_list("pk", flat=True)[:PIECE]):
        deleted += rows.model.objects.filter(pk__in=keys).delete()[0]
    return deleted
