"""What is deleted when it is old, of this company alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Call, InboundEvent
from smoothx.tenants.models import DueWork, Tenant
from smoothx.tenants.scope import tenant_scope
from sync import pruning
from sync.models import Attempt, Entry, Outgoing
from sync.tasks import PRUNE, prune_evidence
from tests.factories import connections, make_attempt, make_entry, make_outgoing

pytestmark = pytest.mark.django_db


def fill(name: str) -> None:
    """Events and calls of 29, 31, 399 and 401 days; one old event was never looked into."""
    procore, _ = connections()
    now = timezone.now()
    for days in (29, 31, 399, 401):
        at = now - timedelta(days=days)
        event = {"connection": procore, "entity": "Projects", "record_id": "1", "operation": "update"}
        InboundEvent.objects.create(key=f"{name}{days}", received_at=at, handled_at=at, **event)
        Call.objects.create(connection=procore, method="POST", url=f"https://x/{days}", at=at)
    InboundEvent.objects.create(key=f"{name}waiting", received_at=now - timedelta(days=401), **event)


def kept() -> tuple[list[str], list[str]]:
    events = InboundEvent.objects.order_by("key").values_list("key", flat=True)
    return list(events), list(Call.objects.order_by("url").values_list("url", flat=True))


def test_old_evidence_goes_and_the_ledger_stays(
    scope: Tenant, other_tenant: Tenant, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    # More than one piece.
    monkeypatch.setattr(pruning, "PIECE", 1)
    with tenant_scope(other_tenant.pk):
        fill("other")
        before = kept()
    fill("")
    entry = make_entry("posted", created_at=timezone.now() - timedelta(days=900))
    make_attempt(make_outgoing(entry), started_at=timezone.now() - timedelta(days=900))
    prune_evidence(tenant_id=scope.pk)
    assert kept() == (["29", "waiting"], ["https://x/29", "https://x/31", "https://x/399"])
    assert (Entry.objects.count(), Outgoing.objects.count(), Attempt.objects.count()) == (1, 1, 1)
    due_at = DueWork.objects.get(topic=PRUNE).due_at
    assert timedelta(hours=23) < due_at - timezone.now() <= timedelta(days=1)
    with tenant_scope(other_tenant.pk):
        assert kept() == before
