"""The database backend: which tenant the server knows of, statement by statement."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from psycopg import sql

from smoothx.tenants.models import AuditEntry
from smoothx.tenants.scope import NoActiveTenant, tenant_scope

pytestmark = pytest.mark.django_db(transaction=True)

INSERT = "INSERT INTO tenants_auditentry (tenant_id, action, subject, detail, at) VALUES (%s, 'x', %s, '{}', now())"
NASTY = ["100%", "%s", "%%", "a;b", "'; DROP TABLE tenants_auditentry; --", "%(name)s", "\\", '"', "ä\u2028\n"]


def ask(query: Any, params: Any = None) -> Any:
    """The first column of the first row."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchone()[0]


def told() -> str:
    """The tenant the server knows of for this statement."""
    return str(ask("SELECT coalesce(current_setting('app.tenant', true), '')"))


def note(subject: str) -> AuditEntry:
    return AuditEntry.note(actor=None, action="test", subject=subject)


def subjects() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject FROM tenants_auditentry ORDER BY id")
        return [subject for (subject,) in cursor.fetchall()]


def test_each_statement_in_autocommit_has_its_scopes_tenant(tenant: Any, other_tenant: Any) -> None:
    assert told() == ""
    with tenant_scope(tenant.pk):
        assert [told(), told()] == [str(tenant.pk)] * 2
        with tenant_scope(other_tenant.pk):
            assert told() == str(other_tenant.pk)
        assert told() == str(tenant.pk)
    assert told() == ""


def test_a_transaction_follows_the_scopes_inside_it(tenant: Any, other_tenant: Any) -> None:
    with transaction.atomic():
        assert told() == ""
        with tenant_scope(tenant.pk):
            assert [told(), told()] == [str(tenant.pk)] * 2
            with tenant_scope(other_tenant.pk):
                assert told() == str(other_tenant.pk)
            assert told() == str(tenant.pk)
        assert told() == ""
    assert told() == ""


@pytest.mark.parametrize("rolls_back", [True, False])
def test_the_tenant_ends_with_its_transaction(tenant: Any, rolls_back: bool) -> None:
    with tenant_scope(tenant.pk), transaction.atomic():
        assert told() == str(tenant.pk)
        transaction.set_rollback(rolls_back)
    assert told() == ""
    with transaction.atomic():
        assert told() == ""


def test_a_savepoint_that_is_kept_leaves_the_right_tenant(tenant: Any, other_tenant: Any) -> None:
    with transaction.atomic(), tenant_scope(tenant.pk):
        with transaction.atomic(), tenant_scope(other_tenant.pk):
            assert told() == str(other_tenant.pk)
        assert told() == str(tenant.pk)


def test_a_savepoint_that_rolls_back_leaves_the_right_tenant(tenant: Any, other_tenant: Any) -> None:
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic(), tenant_scope(tenant.pk):
            assert told() == str(tenant.pk)
            _ = 1 / 0
        assert told() == ""
        with tenant_scope(tenant.pk):
            with pytest.raises(ZeroDivisionError), transaction.atomic(), tenant_scope(other_tenant.pk):
                assert told() == str(other_tenant.pk)
                _ = 1 / 0
            assert told() == str(tenant.pk)


def test_a_statement_the_server_refuses_leaves_the_right_tenant(tenant: Any, other_tenant: Any) -> None:
    with tenant_scope(tenant.pk), transaction.atomic():
        note("kept")
        with (
            tenant_scope(other_tenant.pk),
            pytest.raises(IntegrityError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(INSERT, [other_tenant.pk, None])
        assert subjects() == ["kept"]
    with tenant_scope(other_tenant.pk):
        with pytest.raises(ProgrammingError):
            ask("SELECT nonsense FROM nowhere")
        assert told() == str(other_tenant.pk)


def test_a_broken_transaction_refuses_everything_and_recovers(tenant: Any) -> None:
    with tenant_scope(tenant.pk):
        with pytest.raises(DatabaseError), transaction.atomic():
            with pytest.raises(ProgrammingError), connection.cursor() as cursor:
                cursor.execute("SELECT nonsense FROM nowhere")
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        assert told() == str(tenant.pk)


def test_a_statement_that_was_never_sent_leaves_the_right_tenant(tenant: Any, other_tenant: Any) -> None:
    with transaction.atomic(), tenant_scope(tenant.pk):
        note("ours")
        with tenant_scope(other_tenant.pk):
            with pytest.raises(ProgrammingError):
                ask("SELECT %s", [])
            assert subjects() == []


def test_a_new_connection_is_told_again(tenant: Any) -> None:
    with tenant_scope(tenant.pk):
        assert told() == str(tenant.pk)
        connection.close()
        assert told() == str(tenant.pk)
        assert connection.is_usable()


def test_parameters_arrive_as_they_are(tenant: Any) -> None:
    with tenant_scope(tenant.pk):
        assert [ask("SELECT %s", [text]) for text in NASTY] == NASTY
        assert [ask("SELECT %(text)s", {"text": text}) for text in NASTY] == NASTY
        with transaction.atomic():
            assert [ask("SELECT %s", [text]) for text in NASTY] == NASTY


def test_a_query_without_parameters_is_sent_as_it_is(tenant: Any) -> None:
    with tenant_scope(tenant.pk):
        assert ask("SELECT 'a%b;%s' -- one % and %s; more") == "a%b;%s"
        assert ask("SELECT 'a%%b'", []) == "a%b"
        assert ask("SELECT 'a%b' LIKE 'a\\%b'") is True


def test_results_are_the_querys_own(tenant: Any) -> None:
    with tenant_scope(tenant.pk), connection.cursor() as cursor:
        cursor.execute("SELECT 1 AS one, 'two' AS two UNION SELECT 3, 'four' ORDER BY 1")
        assert [column.name for column in cursor.description] == ["one", "two"]
        assert (cursor.rowcount, cursor.fetchall()) == (2, [(1, "two"), (3, "four")])
        cursor.execute(INSERT + " RETURNING subject", [tenant.pk, "returned"])
        assert cursor.fetchone() == ("returned",)
        cursor.execute("UPDATE tenants_auditentry SET action = 'y'")
        assert (cursor.rowcount, cursor.description) == (1, None)
        cursor.execute("DELETE FROM tenants_auditentry WHERE subject = %s", ["nobody"])
        assert cursor.rowcount == 0


@pytest.mark.parametrize("in_transaction", [True, False])
def test_a_composed_query_has_its_scopes_tenant(tenant: Any, in_transaction: bool) -> None:
    query = sql.SQL("SELECT current_setting('app.tenant', true) || {}").format(sql.Literal("%"))
    with tenant_scope(tenant.pk):
        if not in_transaction:
            assert ask(query) == f"{tenant.pk}%"
            return
        with transaction.atomic():
            assert [ask(query), ask(query)] == [f"{tenant.pk}%"] * 2


def insert_many(tenant_id: int, *texts: str) -> int:
    with connection.cursor() as cursor:
        cursor.executemany(INSERT, [(tenant_id, text) for text in texts])
        return int(cursor.rowcount)


def test_executemany_in_a_transaction_that_knows_its_tenant(tenant: Any) -> None:
    with tenant_scope(tenant.pk), transaction.atomic():
        note("first")
        assert insert_many(tenant.pk, *NASTY) == len(NASTY)
        assert subjects() == ["first", *NASTY]


def test_executemany_as_the_first_statement_of_a_transaction(tenant: Any) -> None:
    with tenant_scope(tenant.pk), transaction.atomic():
        assert insert_many(tenant.pk, "one", "two") == 2
        assert subjects() == ["one", "two"]


def test_executemany_without_a_transaction(tenant: Any) -> None:
    with tenant_scope(tenant.pk):
        assert insert_many(tenant.pk, "one", "two") == 2
        assert subjects() == ["one", "two"]
        with pytest.raises(IntegrityError):
            insert_many(tenant.pk, "three", None)  # type: ignore[arg-type]
        # All or nothing, as it is without a tenant.
        assert subjects() == ["one", "two"]


def test_executemany_follows_a_change_of_scope(tenant: Any, other_tenant: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        with tenant_scope(tenant.pk):
            note("ours")
        with tenant_scope(other_tenant.pk):
            cursor.executemany("UPDATE tenants_auditentry SET subject = %s", [("taken",)])
        with tenant_scope(tenant.pk):
            assert subjects() == ["ours"]


def test_executemany_outside_any_scope_touches_no_tenants_rows(tenant: Any) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        insert_many(tenant.pk, "one")
    with connection.cursor() as cursor:
        cursor.executemany("SELECT %s", [(1,), (2,)])


@pytest.mark.parametrize("in_transaction", [True, False])
def test_bulk_create_gives_every_row_the_active_tenant(tenant: Any, other_tenant: Any, in_transaction: bool) -> None:
    rows = [AuditEntry(action="test", subject=text) for text in NASTY]
    # A tenant given by hand does not count.
    rows[0].tenant_id = other_tenant.pk
    with tenant_scope(tenant.pk):
        if in_transaction:
            with transaction.atomic():
                AuditEntry.objects.bulk_create(rows, batch_size=2)
        else:
            AuditEntry.objects.bulk_create(rows, batch_size=2)
        assert subjects() == NASTY
    with tenant_scope(other_tenant.pk):
        assert subjects() == []


def test_bulk_create_needs_a_tenant() -> None:
    with pytest.raises(NoActiveTenant):
        AuditEntry.objects.bulk_create([AuditEntry(action="test", subject="nobody's")])


def test_a_row_cannot_be_saved_into_another_tenant(tenant: Any, other_tenant: Any) -> None:
    with tenant_scope(tenant.pk):
        entry = note("ours")
    with tenant_scope(other_tenant.pk), pytest.raises(IntegrityError):
        entry.save()
    with tenant_scope(other_tenant.pk):
        assert AuditEntry.objects.filter(pk=entry.pk).update(subject="taken") == 0
        assert AuditEntry.objects.filter(pk=entry.pk).delete() == (0, {})
    with tenant_scope(tenant.pk):
        assert subjects() == ["ours"]
