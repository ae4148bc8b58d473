"""The two connections of a tenant on fresh sandboxes, and what the sandboxes saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from connectors.models import Connection, Vendor


@pytest.fixture(autouse=True)
def _fresh_limits(request: pytest.FixtureRequest, settings: Any) -> Iterator[None]:
    """No test waits for the calls of the one before, here or elsewhere."""
    if not {"sandboxes", "shared_limits"} & set(request.fixturenames):
        yield
        return
    client = redis.Redis.from_url(settings.REDIS_URL)
    forget_limits(client)
    yield
    forget_limits(client)


def forget_limits(client: Any) -> None:
    keys = list(client.scan_iter("limits:*"))
    if keys:
        client.delete(*keys)


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
