"""Where the vendors' events land: verified before, stored here, looked into later by whoever listens.

An event of an account nobody connected is none of ours and not kept. One that arrives again is known by its key.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from connectors.hints import Hint
from connectors.models import ConnectionRoute, InboundEvent, Vendor
from connectors.signals import events_arrived
from smoothx.tenants.scope import tenant_scope

# One statement in a transaction of its own, however many events: the vendor waits, hundreds of times a second.
_INSERT = """
INSERT INTO connectors_inboundevent
    (tenant_id, connection_id, key, entity, record_id, operation, project_id, related, changed_at, body, received_at,
     outcome)
SELECT %s, %s, given.*, now(), ''
FROM unnest(
    %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::timestamptz[], %s::text[]
) AS given
ON CONFLICT DO NOTHING
"""


def store(vendor: Vendor, hints: Iterable[Hint]) -> int:
    """Keep the events, each once, and tell whoever listens. Answers how many belong to a connected account."""
    by_account: dict[str, list[Hint]] = defaultdict(list)
    for hint in hints:
        by_account[hint.account_id].append(hint)
    routes = ConnectionRoute.objects.filter(vendor=vendor, account_id__in=by_account)
    stored = 0
    for account_id, tenant_id, connection_id in routes.values_list("account_id", "tenant_id", "connection_id"):
        stored += _store_for(tenant_id, connection_id, by_account[account_id])
    return stored


def _store_for(tenant_id: int, connection_id: int, hints: Sequence[Hint]) -> int:
    columns = zip(*map(_columns_of, hints), strict=True)
    with tenant_scope(tenant_id):
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [tenant_id, connection_id, *map(list, columns)])
        # After the rows are there for all to see: what is woken looks at once.
        events_arrived.send(InboundEvent, tenant_id=tenant_id)
    return len(hints)


def _columns_of(hint: Hint) -> tuple[Any, ...]:
    related = json.dumps([list(pair) for pair in hint.related])
    return (
        hint.key,
        hint.entity,
        hint.record_id,
        hint.operation,
        hint.project_id,
        related,
        hint.changed_at,
        json.dumps(hint.raw),
    )
