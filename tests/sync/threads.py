"""Two workers at once: the same work in several threads, each with a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

from smoothx.tenants.scope import require_tenant_id, tenant_scope

Found = TypeVar("Found")
WORKERS = 2


def at_once(work: Callable[[], Found], *, workers: int = WORKERS) -> list[Found]:
    """What `work` answers in each of several threads of the active tenant that start together."""
    tenant_id = require_tenant_id()
    start = threading.Barrier(workers)

    def run() -> Found:
        try:
            with tenant_scope(tenant_id):
                start.wait(timeout=30)
                return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(workers)]]


def start_thread(work: Callable[[], object]) -> threading.Thread:
    """`work` in another thread of the active tenant; the caller joins it."""
    tenant_id = require_tenant_id()

    def run() -> None:
        try:
            with tenant_scope(tenant_id):
                work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_until_one_waits() -> None:
    """Come back once another connection waits for a lock that one of ours holds."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone():
                return
