"""The database backend behind a proxy that gives every transaction another server backend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.utils import ProgrammingError

from smoothx.tenants.models import AuditEntry
from smoothx.tenants.postgres.base import DatabaseWrapper
from smoothx.tenants.scope import tenant_scope
from tests.smoothx.tenants.pooling import TransactionPool

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pool(tenant: Any, other_tenant: Any) -> Iterator[TransactionPool]:
    """Django's default connection goes through the pool; both companies are there."""
    direct = connections["default"]
    given = direct.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    parameters = {name: given[key] for name, key in names.items() if given[key]}
    pool = TransactionPool({**parameters, **given["OPTIONS"]})
    options = {"sslmode": "disable", "gssencmode": "disable"}
    pooled = DatabaseWrapper({**given, "HOST": "127.0.0.1", "PORT": str(pool.port), "OPTIONS": options}, "default")
    connections["default"] = pooled
    # Connecting asks a few things of its own.
    pooled.ensure_connection()
    pool.requests = 0
    try:
        yield pool
    finally:
        pooled.close()
        connections["default"] = direct
        pool.stop()


def ask(query: str, params: Any = None) -> Any:
    with connections["default"].cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchone()[0]


def subjects() -> list[str]:
    """Raw, so that only the policy filters."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT subject FROM tenants_auditentry ORDER BY id")
        return [subject for (subject,) in cursor.fetchall()]


def note(subject: str) -> None:
    AuditEntry.note(actor=None, action="test", subject=subject)


def left_behind(pool: TransactionPool) -> set[str]:
    """The tenants the idle backends still know of, as the next client would find them."""
    found = set()
    for _ in pool.backends:
        found.add(ask("SELECT coalesce(current_setting('app.tenant', true), '')"))
    return found - {""}


def test_the_pool_gives_every_transaction_another_backend(pool: TransactionPool) -> None:
    pids = [ask("SELECT pg_backend_pid()") for _ in range(4)]
    assert set(pids) == set(pool.backend_pids)
    assert pids[:2] == pids[2:]
    with transaction.atomic():
        assert len({ask("SELECT pg_backend_pid()") for _ in range(3)}) == 1


def test_rows_are_the_tenants_own_without_a_transaction(pool: TransactionPool, tenant: Any, other_tenant: Any) -> None:
    for number in range(3):
        with tenant_scope(tenant.pk):
            note(f"ours {number}")
        with tenant_scope(other_tenant.pk):
            note(f"theirs {number}")
    for _ in range(3):
        with tenant_scope(tenant.pk):
            assert subjects() == ["ours 0", "ours 1", "ours 2"]
        with tenant_scope(other_tenant.pk):
            assert subjects() == ["theirs 0", "theirs 1", "theirs 2"]
        assert subjects() == []
    assert set(pool.served) == {0, 1}


def test_rows_are_the_tenants_own_in_transactions(pool: TransactionPool, tenant: Any, other_tenant: Any) -> None:
    for number in range(3):
        with tenant_scope(tenant.pk), transaction.atomic():
            note(f"ours {number}")
            assert len(subjects()) == number + 1
        with tenant_scope(other_tenant.pk), transaction.atomic():
            assert subjects() == []
    with transaction.atomic():
        assert subjects() == []


def test_no_backend_keeps_a_tenant_after_its_transaction(pool: TransactionPool, tenant: Any) -> None:
    with tenant_scope(tenant.pk):
        note("outside")
        with transaction.atomic():
            note("inside")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            note("rolled back")
            _ = 1 / 0
    assert left_behind(pool) == set()


def test_scopes_change_inside_one_transaction(pool: TransactionPool, tenant: Any, other_tenant: Any) -> None:
    with transaction.atomic():
        with tenant_scope(tenant.pk):
            note("ours")
            with tenant_scope(other_tenant.pk):
                note("theirs")
                assert subjects() == ["theirs"]
            assert subjects() == ["ours"]
        assert subjects() == []


def test_a_savepoint_that_rolls_back_keeps_the_tenant(pool: TransactionPool, tenant: Any, other_tenant: Any) -> None:
    with tenant_scope(tenant.pk), transaction.atomic():
        note("kept")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            with tenant_scope(other_tenant.pk):
                note("lost")
            _ = 1 / 0
        assert subjects() == ["kept"]
        with pytest.raises(ProgrammingError), transaction.atomic():
            ask("SELECT nonsense FROM nowhere")
        assert subjects() == ["kept"]


def test_the_tenant_costs_no_request(pool: TransactionPool, tenant: Any) -> None:
    with tenant_scope(tenant.pk):
        subjects()
        assert pool.requests == 1
        with transaction.atomic():
            subjects()
            subjects()
        # BEGIN, two queries, COMMIT.
        assert pool.requests == 5


def test_rows_are_read_in_chunks_without_a_servers_cursor(pool: TransactionPool, tenant: Any) -> None:
    with tenant_scope(tenant.pk):
        AuditEntry.objects.bulk_create([AuditEntry(action="test", subject=str(number)) for number in range(250)])
        rows = AuditEntry.objects.order_by("id").values_list("subject", flat=True)
        assert list(rows.iterator(chunk_size=100)) == [str(number) for number in range(250)]
