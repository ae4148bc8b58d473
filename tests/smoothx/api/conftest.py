"""A company with a key, and a way to ask the API with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from smoothx.tenants.api_keys import make_key

Ask = Callable[..., Any]


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def key(scope: Any, admin_user: Any) -> str:
    """A key of the company in scope."""
    return make_key("Controller's BI", admin_user)[1]


@pytest.fixture
def ask(key: str) -> Ask:
    """The answer of an address below /api/v1/, asked with the key and outside of any scope of the test's."""

    def get(path: str, query: dict[str, Any] | None = None) -> Any:
        return Client().get(f"/api/v1/{path}", query or {}, headers=bearer(key))

    return get


@pytest.fixture
def asked(ask: Ask) -> Callable[..., tuple[Any, int]]:
    """What an address answers, and how many statements that took beside those about the key."""

    def get(path: str, query: dict[str, Any] | None = None) -> tuple[Any, int]:
        # The first use of a key is written down.
        ask("schema/")
        with CaptureQueriesContext(connection) as statements:
            response = ask(path, query)
        assert response.status_code == 200, response.json()
        return response.json(), sum("tenants_apikey" not in each["sql"] for each in statements)

    return get
