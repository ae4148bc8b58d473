"""PostgreSQL backend that tells the server, per transaction, which tenant is active.

Row-level security reads `app.tenant`. It is set with SET LOCAL semantics, so that it ends with the transaction and a
transaction-pooling proxy may hand the connection to anyone afterwards. The setting travels in the same message as the
first statement that needs it, so it costs no round trip. Outside a transaction that message is one implicit
transaction (psycopg's client-side cursors use the simple protocol), so the setting ends with it.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from smoothx.tenants.scope import active_tenant_id

# The stubs do not know that Django's cursor is psycopg's client-side one.
_Cursor: Any = base.Cursor
_SET_TENANT = "SELECT set_config('app.tenant', '{}', true)"


class TenantCursor(_Cursor):  # type: ignore[misc]
    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        connection = self.connection
        status = connection.info.transaction_status
        tenant = str(active_tenant_id() or "")
        if status == TransactionStatus.IDLE:
            connection.smoothx_tenant = ""
        if connection.smoothx_tenant == tenant or status == TransactionStatus.INERROR:
            self._watch_rollback(query)
            return super().execute(query, params, **options)
        is_alone = status == TransactionStatus.IDLE and connection.autocommit
        connection.smoothx_tenant = None if is_alone else tenant
        self._watch_rollback(query)
        if not isinstance(query, str):
            super().execute(_SET_TENANT.format(tenant))
            return super().execute(query, params, **options)
        super().execute(f"{_SET_TENANT.format(tenant)};{query}", params, **options)
        self.nextset()
        return self

    def _watch_rollback(self, query: Any) -> None:
        # Rolling back to a savepoint also rolls back settings made after it, so set the tenant again next time.
        if isinstance(query, str) and query.startswith("ROLLBACK TO"):
            self.connection.smoothx_tenant = None


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.cursor_factory = TenantCursor
        connection.smoothx_tenant = None
        return connection
