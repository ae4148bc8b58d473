"""Which tenant the running code works for. Entered by the middleware and by TenantTask, read by models and database.

There is no way to look across tenants: code that serves many enters one scope after another.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_active: ContextVar[int | None] = ContextVar("active_tenant", default=None)


class NoActiveTenant(RuntimeError):
    """Tenant data was asked for outside any tenant's scope. A bug in the caller, never a user's mistake."""


def active_tenant_id() -> int | None:
    return _active.get()


def require_tenant_id() -> int:
    tenant_id = _active.get()
    if tenant_id is None:
        message = "tenant data needs an active tenant: enter tenant_scope() first"
        raise NoActiveTenant(message)
    return tenant_id


@contextmanager
def tenant_scope(tenant_id: int) -> Iterator[None]:
    """Everything inside sees this tenant's rows and no others."""
    token = _active.set(tenant_id)
    try:
        yield
    finally:
        _active.reset(token)
