"""Celery work inside one tenant's scope."""

from __future__ import annotations

from typing import Any

from celery import Task, shared_task
from django.core.management import call_command

from smoothx.lib.log_context import bound
from smoothx.tenants.scope import tenant_scope


class TenantTask(Task):  # type: ignore[type-arg]
    """Base of tasks called with `tenant_id=`; the body runs in that tenant's scope. Tasks take keywords only."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if args or "tenant_id" not in kwargs:
            message = f"{self.name} must be called with tenant_id= and keywords only"
            raise TypeError(message)
        # The number of the message is None where a task is called as a function.
        with tenant_scope(kwargs["tenant_id"]), bound(task=self.name, task_id=self.request.id):
            return super().__call__(**kwargs)


@shared_task(name="smoothx.clear_sessions", ignore_result=True)
def clear_sessions(**_: Any) -> None:
    """Delete the sessions that have run out, which Django leaves to whoever runs it. They are no tenant's."""
    call_command("clearsessions")
