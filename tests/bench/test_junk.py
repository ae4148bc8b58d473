"""The same junk as in the suite, by the ten thousand: `JUNK_THROWS` of them, from seed `JUNK_SEED` on."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.bench.figures import note, seconds_of
from tests.connectors.delivered_junk import Thrower
from tests.factories import connections

pytestmark = [pytest.mark.bench, pytest.mark.django_db, pytest.mark.timeout(1800)]

THROWS, SEED = int(os.environ.get("JUNK_THROWS", "10000")), int(os.environ.get("JUNK_SEED", "1000"))


def test_no_junk_makes_a_fault(
    scope: Any, admin_user: Any, client_of: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PROCORE_WEBHOOK_TOKENS = settings.QBO_WEBHOOK_VERIFIER_TOKENS = ["secret"]
    monkeypatch.setattr("sync.receivers.look_soon", lambda tenant_id: None)
    connections()
    thrower = Thrower(SEED, "secret", signed_in=client_of(admin_user))
    seconds = seconds_of(lambda: thrower.throw(THROWS))
    note("junk_thrown", THROWS, "requests")
    note("junk_without_a_fault", 100.0, "%", target=100.0)
    note("junk_a_second", THROWS / seconds, "requests/s")
