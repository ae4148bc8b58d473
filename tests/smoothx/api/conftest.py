"""A company with a key, and a way to ask the API with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

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
