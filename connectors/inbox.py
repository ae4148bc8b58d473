"""Where the vendors' events land: verified before, stored here, looked into later by whoever listens.

An event of an account nobody connected is none of ours and not kept. One that arrives again is known by its key.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache

import redis
from django.conf import settings

from connectors.hints import Hint
from connectors.models import ConnectionRoute, InboundEvent, Vendor
from connectors.signals import events_arrived
from smoothx.tenants.scope import tenant_scope

logger = logging.getLogger(__name__)

# How long counts of refused deliveries are kept.
COUNTED_SECONDS = 35 * 24 * 3600
REDIS_SECONDS = 0.5


def store(vendor: Vendor, hints: Iterable[Hint]) -> int:
    """Keep the events, each once, and tell whoever listens. Answers how many belong to a connected account."""
    by_account: dict[str, list[Hint]] = defaultdict(list)
    for hint in hints:
        by_account[hint.account_id].append(hint)
    routes = ConnectionRoute.objects.filter(vendor=vendor, account_id__in=by_account)
    stored = 0
    for route in routes:
        stored += _store_for(route, by_account[route.account_id])
    return stored


def _store_for(route: ConnectionRoute, hints: Sequence[Hint]) -> int:
    with tenant_scope(route.tenant_id):
        InboundEvent.objects.bulk_create(
            [_make_row(route.connection_id, hint) for hint in hints], ignore_conflicts=True
        )
        # After the rows are there for all to see: what is woken looks at once.
        events_arrived.send(InboundEvent, tenant_id=route.tenant_id)
    return len(hints)


def _make_row(connection_id: int, hint: Hint) -> InboundEvent:
    return InboundEvent(
        connection_id=connection_id,
        key=hint.key,
        entity=hint.entity,
        record_id=hint.record_id,
        operation=hint.operation,
        project_id=hint.project_id,
        related=[list(pair) for pair in hint.related],
        changed_at=hint.changed_at,
        body=json.dumps(hint.raw),
    )


def count_refused(vendor: str, reason: str) -> None:
    """Count a delivery that was refused, by vendor, reason and day. It is never stored: anybody may send one."""
    key = refused_key(vendor, reason, datetime.now(UTC))
    try:
        _redis(settings.REDIS_URL).pipeline().incr(key).expire(key, COUNTED_SECONDS).execute()
    except redis.RedisError as error:
        logger.warning("inbox.refused vendor=%s reason=%s, not counted: %s", vendor, reason, error)


def read_refused(vendor: str, reason: str, day: datetime) -> int:
    """How many were refused on that day, in UTC."""
    return int(_redis(settings.REDIS_URL).get(refused_key(vendor, reason, day)) or 0)


def refused_key(vendor: str, reason: str, day: datetime) -> str:
    return f"inbox:refused:{vendor}:{reason}:{day:%Y-%m-%d}"


@cache
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS)
