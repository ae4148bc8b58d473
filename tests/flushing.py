"""Emptying the database after a test that committed: only the tables that hold something, and by DELETE.

Django's own way truncates every table and makes the permissions anew, which takes longer than most tests.
"""

from __future__ import annotations

from functools import cache

from django.core.management import call_command
from django.db import connection, transaction
from django.test import TransactionTestCase

from tests.session_state import find_session_state

# Written by migrations and never by a test.
KEPT_TABLES = ("django_content_type", "auth_permission", "django_migrations")
# Filled by triggers on other tables, so emptied after them.
FILLED_BY_TRIGGERS = ("mapping_listchange",)
# Rows deleted leave room behind, which every later query walks through.
MOST_BYTES = 4 * 1024 * 1024
_FULL = """
    SELECT relname, relrowsecurity, pg_relation_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relname = ANY(%s) AND pg_table_is_visible(oid)
    AND (pg_relation_size(oid) > 0 OR relname = ANY(%s))
    ORDER BY relname = ANY(%s)
"""


@cache
def _tables() -> list[str]:
    return sorted(set(connection.introspection.django_table_names(include_views=False)) - set(KEPT_TABLES))


def flush() -> None:
    """Every table is empty afterwards, those of `KEPT_TABLES` excepted."""
    with connection.cursor() as cursor:
        last = list(FILLED_BY_TRIGGERS)
        cursor.execute(_FULL, [_tables(), last, last])
        found = cursor.fetchall()
    if sum(size for _, _, size in found) > MOST_BYTES:
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
        return
    names = [connection.ops.quote_name(name) for name, _, _ in found]
    hidden = [connection.ops.quote_name(name) for name, is_hidden, _ in found if is_hidden]
    with transaction.atomic(), connection.cursor() as cursor:
        # The owner of the tables sees the rows of every tenant while the policies do not bind it.
        cursor.execute(_force_policies(hidden, "NO FORCE") + ";".join(f"DELETE FROM {name}" for name in names))
        # A table with checks to come cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE;" + _force_policies(hidden, "FORCE"))


def _force_policies(names: list[str], force: str) -> str:
    return "".join(f"ALTER TABLE {name} {force} ROW LEVEL SECURITY;" for name in names)


def use_for_tests() -> None:
    """From now on a test that committed is followed by `flush`."""

    def tear_down(self: TransactionTestCase) -> None:
        used = connection.connection
        left = find_session_state(used) if used is not None and not used.closed else []
        flush()
        if left:
            connection.close()
        assert left == [], f"behind a proxy this would be another client's: {left}"

    TransactionTestCase._fixture_teardown = tear_down  # type: ignore[method-assign]
