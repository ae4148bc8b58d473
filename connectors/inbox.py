"""Where the vendors' events land: verified before, stored here, looked into later by whoever listens.

An event of an account nobody connected is none of ours and not kept. One that arrives again is known by its key.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from connectors.hints import Hint
from connectors.models import ConnectionRoute, InboundEvent, Vendor
from connectors.signals import events_arrived
from smoothx.tenants.scope import tenant_scope


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
