"""Row-level security for tenant tables: one migration operation, and the list of tables that go without."""

from __future__ import annotations

from django.db import migrations

# Read before a tenant is known, or across tenants by design. Closed list: tests/architecture/test_tenancy.py holds it.
TABLES_WITHOUT_POLICY = {
    "tenants_membership": "which tenants a person may enter is read before one is entered",
    "tenants_duework": "the sweeper asks which tenants have work due; holds no data of theirs",
    "connectors_connectionroute": "an incoming webhook names the vendor's account, not the tenant",
}

_ENABLE = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON {table}
    USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::bigint)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::bigint);
"""
_DISABLE = """
DROP POLICY tenant_only ON {table};
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""


def protect(*tables: str) -> migrations.RunSQL:
    """The operation that lets a table's rows be seen and written only by their own tenant."""
    return migrations.RunSQL(
        sql="".join(_ENABLE.format(table=table) for table in tables),
        reverse_sql="".join(_DISABLE.format(table=table) for table in reversed(tables)),
    )
