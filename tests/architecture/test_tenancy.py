"""Tenant isolation, checked over the whole schema: no table may be forgotten, and no scope may be missing."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from smoothx.tenants.models import AuditEntry, Tenant, TenantModel
from smoothx.tenants.rls import TABLES_WITHOUT_POLICY
from smoothx.tenants.scope import NoActiveTenant, tenant_scope

OURS = ("tenants", "pages", "connectors", "mapping", "sync", "timesheets")


def our_models() -> list[Any]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def points_at_tenant(model: Any) -> bool:
    return any(field.name == "tenant" for field in model._meta.get_fields() if field.concrete)


@pytest.mark.django_db
def test_every_tenant_table_has_a_forced_policy() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
            "WHERE c.relrowsecurity AND c.relforcerowsecurity"
        )
        protected = {name for (name,) in cursor.fetchall()}
    expected = {model._meta.db_table for model in our_models() if points_at_tenant(model)} - set(TABLES_WITHOUT_POLICY)
    assert expected - protected == set()


def test_tables_without_policy_are_a_closed_list() -> None:
    assert set(TABLES_WITHOUT_POLICY) == {"tenants_membership", "tenants_duework", "connectors_connectionroute"}


def test_every_tenant_table_has_the_scoped_manager() -> None:
    careless = [
        model.__name__
        for model in our_models()
        if points_at_tenant(model)
        and model._meta.db_table not in TABLES_WITHOUT_POLICY
        and not issubclass(model, TenantModel)
    ]
    assert careless == []


@pytest.mark.django_db
def test_the_runtime_role_cannot_bypass_policies() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)


def test_a_query_without_a_tenant_raises() -> None:
    with pytest.raises(NoActiveTenant):
        AuditEntry.objects.count()


@pytest.mark.django_db
def test_the_database_hides_rows_even_from_raw_sql(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        AuditEntry.note(actor=None, action="test", subject="one")
    assert count_raw() == 0
    with tenant_scope(other_tenant.pk):
        assert count_raw() == 0
    with tenant_scope(tenant.pk):
        assert count_raw() == 1


@pytest.mark.django_db(transaction=True)
def test_rows_are_hidden_outside_transactions_too(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        AuditEntry.note(actor=None, action="test", subject="one")
        assert AuditEntry.objects.count() == 1
        assert count_raw() == 1
    assert count_raw() == 0
    with tenant_scope(other_tenant.pk):
        assert count_raw() == 0


@pytest.mark.django_db
def test_the_database_refuses_a_row_of_another_tenant(tenant: Tenant, other_tenant: Tenant) -> None:
    insert = (
        "INSERT INTO tenants_auditentry (tenant_id, action, subject, detail, at) VALUES (%s, 'x', 'y', '{}', now())"
    )
    with (
        tenant_scope(tenant.pk),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(insert, [other_tenant.pk])


@pytest.mark.django_db
def test_the_tenant_is_set_again_after_a_savepoint_rolled_back(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        AuditEntry.note(actor=None, action="test", subject="kept")
    with pytest.raises(ZeroDivisionError), transaction.atomic(), tenant_scope(tenant.pk):
        AuditEntry.note(actor=None, action="test", subject="lost")
        _ = 1 / 0
    with tenant_scope(tenant.pk):
        assert list(AuditEntry.objects.values_list("subject", flat=True)) == ["kept"]


def count_raw() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tenants_auditentry")
        return int(cursor.fetchone()[0])
