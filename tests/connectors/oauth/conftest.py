"""The sandboxes take redirect addresses on this machine only, and an administrator is signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from smoothx.tenants.models import Tenant


@pytest.fixture(autouse=True)
def _registered_address(settings: Any) -> None:
    """The sandboxes take redirect addresses on this machine only."""
    settings.BASE_URL = "http://localhost"


@pytest.fixture
def world(transactional_db: None, tenant: Tenant, sandboxes: Any) -> Any:
    return sandboxes


@pytest.fixture
def browser(world: Any, admin_user: Any, client_of: Callable[[Any], Client]) -> Client:
    return client_of(admin_user)
