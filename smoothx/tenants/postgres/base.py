"""PostgreSQL backend that tells the server, per transaction, which tenant is active.

Row-level security reads `app.tenant`. It is set with SET LOCAL semantics, so that it ends with the transaction and a
transaction-pooling proxy may hand the connection to anyone afterwards. Outside a transaction the setting travels in
the same message as the statement (psycopg's client-side cursors use the simple protocol, where one message is one
implicit transaction): no extra round trip.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from smoothx.tenants.scope import active_tenant_id

_SET_TENANT = "SELECT set_config('app.tenant', '{}', true)"


class TenantCursor(base.Cursor):
    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        connection = self.connection
        status = connection.info.transaction_status
        tenant = str(active_tenant_id() or "")
        if status == TransactionStatus.IDLE:
            connection.smoothx_tenant = None
        if status == TransactionStatus.INERROR or connection.smoothx_tenant == tenant:
            return self._execute_and_watch(query, params, **options)
        if status == TransactionStatus.IDLE and connection.autocommit:
            return self._execute_alone(tenant, query, params, **options)
        super().execute(_SET_TENANT.format(tenant))
        connection.smoothx_tenant = tenant
        return self._execute_and_watch(query, params, **options)

    def _execute_alone(self, tenant: str, query: Any, params: Any, **options: Any) -> Any:
        if not tenant or not isinstance(query, str):
            return super().execute(query, params, **options)
        super().execute(f"{_SET_TENANT.format(tenant)};{query}", params, **options)
        self.nextset()
        return self

    def _execute_and_watch(self, query: Any, params: Any, **options: Any) -> Any:
        # Rolling back to a savepoint also rolls back settings made after it, so set the tenant again next time.
        if isinstance(query, str) and query.startswith("ROLLBACK TO"):
            self.connection.smoothx_tenant = None
        return super().execute(query, params, **options)


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.cursor_factory = TenantCursor
        connection.smoothx_tenant = None
        return connection
