"""What the world may throw at us ends in a refusal that is counted, never in a fault and never in the database."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.models import ConnectionRoute
from smoothx.tenants.models import Tenant
from tests.connectors.delivered_junk import PROCORE, QBO, Thrower
from tests.factories import connections

pytestmark = pytest.mark.django_db

THROWS = 150


@pytest.mark.parametrize("seed", [1])
def test_junk_is_refused_counted_and_forgotten(
    scope: Tenant, admin_user: Any, client_of: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    settings.PROCORE_WEBHOOK_TOKENS = settings.QBO_WEBHOOK_VERIFIER_TOKENS = ["secret"]
    monkeypatch.setattr("sync.receivers.look_soon", lambda tenant_id: None)
    for row in connections():
        ConnectionRoute.objects.create(
            vendor=row.vendor, account_id=row.account_id, tenant=scope, connection_id=row.pk
        )
    thrower = Thrower(seed, "secret", signed_in=client_of(admin_user))
    thrower.throw(THROWS)
    # Each reason was met, and what happens to make sense was taken.
    assert {status for address, status in thrower.answers if address == QBO} >= {200, 400, 401, 405}
    assert {status for address, status in thrower.answers if address == PROCORE} >= {200, 401, 405}
    assert {status for address, status in thrower.answers if address == "callback"} >= {302, 404, 405}
