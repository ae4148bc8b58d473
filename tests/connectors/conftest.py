"""The two connections of a tenant on fresh sandboxes, and what the sandboxes saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from connectors.models import Connection, Vendor


@pytest.fixture(autouse=True)
def _fresh_limits(request: pytest.FixtureRequest, settings: Any) -> Iterator[None]:
    """No test waits for the calls of the one before."""
    if "sandboxes" in request.fixturenames or "shared_limits" in request.fixturenames:
        client = redis.Redis.from_url(settings.REDIS_URL)
        keys = list(client.scan_iter("limits:*"))
        if keys:
            client.delete(*keys)
    yield


@pytest.fixture
def procore(connected: Any) -> Connection:
    return Connection.objects.get(vendor=Vendor.PROCORE)


@pytest.fixture
def qbo(connected: Any) -> Connection:
    return Connection.objects.get(vendor=Vendor.QBO)


@pytest.fixture
def calls_of() -> Callable[..., list[dict[str, Any]]]:
    """The calls a sandbox has logged, those whose path contains `part`."""

    def read(server: Any, part: str = "") -> list[dict[str, Any]]:
        return [call for call in server.app.list_calls() if part in call["path"]]

    return read
